//! What a Vietnamese syllable can look like.

use unicode_normalization::UnicodeNormalization;

use super::is_tone;

/// What a syllable may begin with, besides a vowel. «qu» takes its u along; the last row are the beginnings
/// of names from the Central Highlands.
const ONSETS: [&str; 34] = [
    "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph",
    "qu", //
    "r", "s", "t", "th", "tr", "v", "x", //
    "bl", "br", "đr", "kl", "kr", "mr", "pl",
];

/// Vowels and endings, without tone. The last row are those of names from the Central Highlands.
const RIMES: &str = " a ac ach ai am an ang anh ao ap at au ay ă ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây \
    e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu \
    i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu \
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong \
    ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt \
    u ua uân uâng uât uây uc uê uêch uêu uênh ui um un ung uơ uôc uôi uôm uôn uông uôt up ut uy uya uych \
    uyên uyêt uynh uyt uyu ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu \
    y ya ych yêm yên yêng yêt yêu ynh yt yu \
    ak ăk âk êk ôk ơk ưk ăl êl ôl ơl âr ăr êh ôh ưh ơh ";

/// Whether one word (letters only, any case) is spelt like a Vietnamese syllable: a known beginning and
/// ending, at most one tone, and a syllable ending in c, ch, p or t only with sắc or nặng when it carries a
/// tone.
pub fn is_syllable(word: &str) -> bool {
    let mut tone = None;
    let mut letters = String::with_capacity(word.len());
    for c in word.nfd().flat_map(char::to_lowercase) {
        if is_tone(c) {
            if tone.replace(c).is_some() {
                return false;
            }
        } else {
            letters.push(c);
        }
    }
    let letters: String = letters.nfc().collect();
    let stopped = letters.ends_with(['c', 'p', 't']) || letters.ends_with("ch");
    if stopped && tone.is_some_and(|tone| !matches!(tone, '\u{301}' | '\u{323}')) {
        return false;
    }
    let is_rime = |rest: &str| {
        !rest.is_empty() && rest.chars().all(char::is_alphabetic) && RIMES.contains(&format!(" {rest} "))
    };
    is_rime(&letters) || ONSETS.iter().any(|onset| letters.strip_prefix(onset).is_some_and(is_rime))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vietnamese_words_are_syllables() {
        let text = "Nghiêng khuya quốc quyển quýt giếng giặt gì gìn yêu thuở khuỷu ngoằng Hoà hòa thủy thuỷ \
                    xoong ĐƯỜNG nghị Trường Huế Đắk Krông Uỷ ÂN ngượng rượu bướu suỵt quạnh quờ";
        for word in text.split_whitespace() {
            assert!(is_syllable(word), "{word}");
        }
    }

    #[test]
    fn other_words_are_not() {
        for word in
            ["", "Hµ", "Néi", "Nôòi", "café", "àc", "tàt", "hòà", "ngghe", "1", "a b", "ß", "Ð", "über"]
        {
            assert!(!is_syllable(word), "{word}");
        }
    }
}
