//! Vietnamese text: folding for search, comparing spellings, sorting.
//!
//! The same word is written in several ways: composed (NFC) or decomposed (NFD) Unicode, the tone of «oa»,
//! «oe», «uy» on either vowel (hòa, hoà), with or without marks, with Ð (eth) for Đ in text that went through
//! an old encoding. Everything here takes all of them.

mod place;
mod search;
mod syllable;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

pub use place::{PlaceKind, PlaceQuery, parse_place_parts, parse_place_query};
pub use search::{SearchKey, search_score};
pub use syllable::is_syllable;

/// Lower case, without tone marks and hooks, đ as d, every run of white space one space, nothing at the ends.
/// Punctuation stays. Takes composed and decomposed input alike. Other scripts (Khmer, Cham …) keep their
/// marks.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut space = false;
    for c in text.nfkd().flat_map(char::to_lowercase) {
        match c {
            '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}' => {}
            _ if c.is_whitespace() => space = !out.is_empty(),
            _ => {
                if std::mem::take(&mut space) {
                    out.push(' ');
                }
                out.push(if matches!(c, 'đ' | 'ð') { 'd' } else { c });
            }
        }
    }
    out
}

/// The text without tone marks and hooks, đ as d, in the letters' own case: what an old telephone can show.
/// Other scripts keep their marks.
pub fn unmarked(text: &str) -> String {
    let bare = |c: char| match c {
        '\u{300}'..='\u{36f}' => None,
        'đ' | 'ð' => Some('d'),
        'Đ' | 'Ð' => Some('D'),
        _ => Some(c),
    };
    text.nfd().filter_map(bare).nfc().collect()
}

/// [`plain`] text with all punctuation read as space: what search compares. `fold("Hoà-Bình") == "hoa binh"`.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        if c.is_alphanumeric() || is_combining_mark(c) {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Whether a text carries any mark that [`plain`] would take away (thus was typed with care for marks).
pub fn has_marks(text: &str) -> bool {
    text.nfkd().any(|c| matches!(c, '\u{300}'..='\u{36f}' | 'đ' | 'Đ' | 'ð' | 'Ð'))
}

/// One spelling for all ways of writing the same marked text: lower case NFC, the tone of each word after its
/// last letter, one kind of apostrophe and dash, white space squeezed. For comparing, not for showing.
pub fn spelling(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut tones = String::new();
    let mut space = false;
    for c in text.nfd().flat_map(char::to_lowercase) {
        let c = match c {
            'ð' => 'đ',
            '’' | '‘' | 'ʼ' | '´' | '`' => '\'',
            '‐'..='―' | '−' => '-',
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}' => continue,
            _ => c,
        };
        if is_tone(c) {
            tones.push(c);
        } else if c.is_whitespace() {
            out.push_str(&std::mem::take(&mut tones));
            space = !out.is_empty() && !out.ends_with('-');
        } else {
            if !c.is_alphanumeric() && !is_combining_mark(c) {
                out.push_str(&std::mem::take(&mut tones));
            }
            if std::mem::take(&mut space) && c != '-' {
                out.push(' ');
            }
            out.push(c);
        }
    }
    out.push_str(&tones);
    out.nfc().collect()
}

/// Whether two texts are spelt alike but for the place of the tone mark (hòa = hoà, thủy = thuỷ, khỏe =
/// khoẻ), case, white space, the kind of dash or apostrophe and the form of Unicode. Every other mark counts:
/// «Hòa» is not «Hoa» and not «Hóa».
pub fn same_spelling(a: &str, b: &str) -> bool {
    spelling(a) == spelling(b)
}

fn is_tone(c: char) -> bool {
    matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' | '\u{340}' | '\u{341}')
}

/// A key whose byte order is the order of a Vietnamese dictionary: word by word, first its letters (a ă â b c
/// d đ e ê …), then its tone (ngang, huyền, hỏi, ngã, sắc, nặng). Numbers go by their value, so that «Phường
/// 2» stands before «Phường 10».
pub fn sort_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len() * 2);
    for word in spelling(text).split(' ') {
        let mut tones = String::new();
        let mut rest = word.chars().peekable();
        while let Some(c) = rest.next() {
            if !c.is_ascii_digit() {
                push_letter(c, &mut key, &mut tones);
                continue;
            }
            let mut number = String::from(c);
            while let Some(digit) = rest.next_if(char::is_ascii_digit) {
                number.push(digit);
            }
            // A longer number is a greater one: its length goes before its digits.
            let number = number.trim_start_matches('0');
            key.push('0');
            key.push(char::from_u32(0x100 + number.len().min(0x600) as u32).unwrap_or('0'));
            key.push_str(number);
        }
        key.push('\u{1}');
        key.push_str(&tones);
        key.push(' ');
    }
    key
}

fn push_letter(c: char, letters: &mut String, tones: &mut String) {
    const LETTERS: &str = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz";
    let mut base = String::new();
    for part in std::iter::once(c).nfd() {
        match part {
            '\u{300}' => tones.push('1'),
            '\u{309}' => tones.push('2'),
            '\u{303}' => tones.push('3'),
            '\u{301}' => tones.push('4'),
            '\u{323}' => tones.push('5'),
            other => base.push(other),
        }
    }
    for letter in base.nfc() {
        match LETTERS.chars().position(|l| l == letter) {
            Some(at) => letters.push(char::from_u32(0x800 + at as u32).unwrap_or(letter)),
            None => letters.push(letter),
        }
    }
}

/// What may stand between the columns of a table in text; between equals the earlier is meant.
pub const SEPARATORS: [u8; 4] = [b';', b',', b'\t', b'|'];

/// The sign that parts the first lines of a table into the same number of columns, the most of them; signs
/// inside quotes do not count. A comma where there is none.
pub fn separator_of(text: &str) -> u8 {
    let lines: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).take(50).collect();
    let score = |sign: u8| {
        let counts: Vec<usize> = lines.iter().map(|l| outside_quotes(l, sign)).collect();
        let mut best = (0, 0);
        for count in counts.iter().filter(|c| **c > 0) {
            let same = counts.iter().filter(|c| *c == count).count();
            best = best.max((same, *count));
        }
        best
    };
    // A decimal comma stands in every line too: between equals the earlier sign wins.
    SEPARATORS.into_iter().rev().max_by_key(|sign| score(*sign)).filter(|s| score(*s).0 > 0).unwrap_or(b',')
}

fn outside_quotes(line: &str, sign: u8) -> usize {
    let mut quoted = false;
    let counts = line.bytes().filter(|b| {
        quoted ^= *b == b'"';
        !quoted && *b == sign
    });
    counts.count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn marks_go_and_the_case_stays() {
        assert_eq!(unmarked("Xã Đại Hải: ĐÃ tiếp nhận"), "Xa Dai Hai: DA tiep nhan");
        assert_eq!(unmarked("Đươ\u{300}ng"), "Duong");
        assert_eq!(unmarked("ភាសាខ្មែរ"), "ភាសាខ្មែរ");
    }

    #[test]
    fn both_places_of_the_tone_and_both_forms_of_unicode_fold_alike() {
        for written in
            ["Hòa Bình", "Hoà Bình", "HÒA  BÌNH", "Ho\u{300}a Bi\u{300}nh", "hòa\u{a0}bình", " hoa-binh. "]
        {
            assert_eq!(fold(written), "hoa binh", "{written}");
        }
        assert_eq!(fold("Đắk Lắk"), "dak lak");
        assert_eq!(fold("Ðăk Lăk"), "dak lak");
        assert_eq!(fold("P.1, Q.3 (cũ)"), "p 1 q 3 cu");
        assert_eq!(fold("ƯỚC VỌNG ở phường"), "uoc vong o phuong");
        assert_eq!(fold("…"), "");
    }

    #[test]
    fn khmer_keeps_its_vowel_signs() {
        assert_eq!(fold("ស្រុក"), "ស្រុក");
    }

    #[test]
    fn the_tone_of_oa_oe_uy_may_stand_on_either_vowel() {
        for (a, b) in [
            ("Hòa", "Hoà"),
            ("thủy", "thuỷ"),
            ("Úy", "Uý"),
            ("khỏe", "khoẻ"),
            ("Thanh Hóa", "Thanh  Hoá"),
            ("Văn Miếu – Quốc Tử Giám", "Văn Miếu - Quốc Tử Giám"),
            ("Ea H'leo", "Ea H’Leo"),
            ("Đông Hòa", "Ðông Hoà"),
        ] {
            assert!(same_spelling(a, b), "{a} {b}");
        }
    }

    #[test]
    fn every_other_mark_is_another_spelling() {
        for (a, b) in [
            ("Hòa", "Hoa"),
            ("Hòa", "Hóa"),
            ("Tân", "Tan"),
            ("Đông", "Dông"),
            ("Mỹ", "Mĩ"),
            ("Ba Vì", "Ba Vi"),
        ] {
            assert!(!same_spelling(a, b), "{a} {b}");
        }
    }

    #[test]
    fn names_sort_as_in_a_vietnamese_dictionary() {
        let sorted = "An Giang, An Giáng, Ăn Khê, Ân Thi, Ba Vì, Bà Rịa, Bạc Liêu, Bắc Giang, Dương Hòa, \
                      Đồng Nai, Phương Liên, Phường 2, Phường 10, Phường An";
        let mut names: Vec<&str> = sorted.split(", ").collect();
        names.reverse();
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names.join(", "), sorted);
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text: String) {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
            prop_assert_eq!(spelling(&spelling(&text)), spelling(&text));
            let _ = sort_key(&text);
        }

        #[test]
        fn the_form_of_unicode_does_not_matter(text in "[a-zàáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệôồơờưừứỵ -]{0,20}") {
            let torn: String = text.nfd().collect();
            prop_assert_eq!(fold(&torn), fold(&text));
            prop_assert!(same_spelling(&torn, &text));
            prop_assert_eq!(sort_key(&torn), sort_key(&text));
        }
    }
}
