//! The tables of the one-byte encodings.

/// Bytes 0x80..=0x9f of windows-1252 and windows-1258 alike, and of what old fonts left there: Western signs.
/// Bytes without a sign stay the control characters of the same number.
const SIGNS: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// Bytes 0xa0..=0xff of TCVN 5712:1993. ABC fonts have only the small letters and Ă Â Ê Ô Ơ Ư Đ; the capitals
/// with tone marks and the five combining marks are those of the full standard.
const TCVN3: &str = "\u{a0}ĂÂÊÔƠƯĐăâêôơưđẰ\
    \u{300}\u{309}\u{303}\u{301}\u{323}àảãáạẲằẳẵắẴ\
    ẮẦẨẪẤỀặầẩẫấậèỂẻẽ\
    éẹềểễếệìỉỄẾỒĩíịò\
    Ổỏõóọồổỗốộờởỡớợù\
    ỖủũúụừửữứựỳỷỹýỵỐ";

/// What windows-1258 has in place of windows-1252's letters.
const WINDOWS_1258: [(u8, char); 13] = [
    (0xc3, 'Ă'),
    (0xcc, '\u{300}'),
    (0xd0, 'Đ'),
    (0xd2, '\u{309}'),
    (0xd5, 'Ơ'),
    (0xdd, 'Ư'),
    (0xde, '\u{303}'),
    (0xe3, 'ă'),
    (0xec, '\u{301}'),
    (0xf0, 'đ'),
    (0xf2, '\u{323}'),
    (0xf5, 'ơ'),
    (0xfd, 'ư'),
];
const DONG: (u8, char) = (0xfe, '₫');

/// The letter of a byte in windows-1252.
fn western(byte: u8) -> char {
    match byte {
        0x80..=0x9f => SIGNS.chars().nth(usize::from(byte - 0x80)).unwrap_or('\u{fffd}'),
        _ => char::from(byte),
    }
}

/// The byte of a letter in windows-1252, where old fonts' letters sit in Unicode text.
pub(super) fn byte_of(c: char) -> Option<u8> {
    let sign = SIGNS.chars().position(|sign| sign == c).map(|at| at as u8 + 0x80);
    sign.or_else(|| u8::try_from(u32::from(c)).ok())
}

pub(super) fn windows_1258(bytes: &[u8]) -> String {
    let letter = |byte: &u8| {
        let special = WINDOWS_1258.iter().chain([&DONG]).find(|(of, _)| of == byte);
        special.map_or_else(|| western(*byte), |(_, c)| *c)
    };
    bytes.iter().map(letter).collect()
}

/// Line by line, because a line without any small ASCII letter was set in an all-capitals font.
pub(super) fn tcvn3(bytes: &[u8]) -> String {
    let table: Vec<char> = TCVN3.chars().collect();
    let letter = |byte: &u8| match byte {
        0xa0..=0xff => table.get(usize::from(byte - 0xa0)).copied().unwrap_or('\u{fffd}'),
        _ => western(*byte),
    };
    let mut out = String::with_capacity(bytes.len() * 3 / 2);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let text: String = line.iter().map(letter).collect();
        let capitals = line.iter().filter(|byte| byte.is_ascii_uppercase()).count();
        if capitals >= 2 && !line.iter().any(u8::is_ascii_lowercase) {
            out.push_str(&text.to_uppercase());
        } else {
            out.push_str(&text);
        }
    }
    out
}

/// A vowel is followed by the byte of its mark; đ, ơ, ư and the i and y with marks have bytes of their own.
pub(super) fn vni(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 3 / 2);
    let mut letters = bytes.iter().map(|byte| western(*byte)).peekable();
    while let Some(letter) = letters.next() {
        out.push(match letter {
            'ñ' => 'đ',
            'Ñ' => 'Đ',
            'ô' => 'ơ',
            'Ô' => 'Ơ',
            'ö' => 'ư',
            'Ö' => 'Ư',
            'æ' => 'ỉ',
            'Æ' => 'Ỉ',
            'ó' => 'ĩ',
            'Ó' => 'Ĩ',
            'ò' => 'ị',
            'Ò' => 'Ị',
            'î' => 'ỵ',
            'Î' => 'Ỵ',
            other => other,
        });
        let marks = letters.peek().map_or("", |mark| vni_marks(letter, *mark));
        if !marks.is_empty() {
            out.push_str(marks);
            letters.next();
        }
    }
    out
}

/// The combining marks that a byte puts on the vowel before it; none when the two do not go together.
fn vni_marks(vowel: char, mark: char) -> &'static str {
    let vowel = vowel.to_lowercase().next().unwrap_or(vowel);
    let mark = mark.to_lowercase().next().unwrap_or(mark);
    match (vowel, mark) {
        ('a' | 'e' | 'o' | 'u' | 'y' | 'ô' | 'ö', 'ù') => "\u{301}",
        ('a' | 'e' | 'o' | 'u' | 'y' | 'ô' | 'ö', 'ø') => "\u{300}",
        ('a' | 'e' | 'o' | 'u' | 'y' | 'ô' | 'ö', 'û') => "\u{309}",
        ('a' | 'e' | 'o' | 'u' | 'y' | 'ô' | 'ö', 'õ') => "\u{303}",
        ('a' | 'e' | 'o' | 'u' | 'y' | 'ô' | 'ö', 'ï') => "\u{323}",
        ('a' | 'e' | 'o', 'â') => "\u{302}",
        ('a' | 'e' | 'o', 'á') => "\u{302}\u{301}",
        ('a' | 'e' | 'o', 'à') => "\u{302}\u{300}",
        ('a' | 'e' | 'o', 'å') => "\u{302}\u{309}",
        ('a' | 'e' | 'o', 'ã') => "\u{302}\u{303}",
        ('a' | 'e' | 'o', 'ä') => "\u{302}\u{323}",
        ('a', 'ê') => "\u{306}",
        ('a', 'é') => "\u{306}\u{301}",
        ('a', 'è') => "\u{306}\u{300}",
        ('a', 'ú') => "\u{306}\u{309}",
        ('a', 'ü') => "\u{306}\u{303}",
        ('a', 'ë') => "\u{306}\u{323}",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    #[test]
    fn every_vietnamese_letter_has_its_byte_in_tcvn3() {
        assert_eq!(TCVN3.chars().count(), 96);
        assert_eq!(SIGNS.chars().count(), 32);
        for letter in "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂĐÊÔƠƯ".chars()
        {
            assert_eq!(TCVN3.chars().filter(|c| *c == letter).count(), 1, "{letter}");
        }
    }

    #[test]
    fn vni_writes_every_vowel_with_every_mark() {
        let small = "aù aø aû aõ aï aê aé aè aú aü aë aâ aá aà aå aã aä eù eø eû eõ eï eâ eá eà eå eã eä \
                     í ì æ ó ò où oø oû oõ oï oâ oá oà oå oã oä ô ôù ôø ôû ôõ ôï \
                     uù uø uû uõ uï ö öù öø öû öõ öï yù yø yû yõ î ñ";
        let expected = "á à ả ã ạ ă ắ ằ ẳ ẵ ặ â ấ ầ ẩ ẫ ậ é è ẻ ẽ ẹ ê ế ề ể ễ ệ \
                        í ì ỉ ĩ ị ó ò ỏ õ ọ ô ố ồ ổ ỗ ộ ơ ớ ờ ở ỡ ợ \
                        ú ù ủ ũ ụ ư ứ ừ ử ữ ự ý ỳ ỷ ỹ ỵ đ";
        let bytes = |text: &str| -> Vec<u8> { text.chars().map(|c| byte_of(c).unwrap()).collect() };
        let read = |text: &str| vni(&bytes(text)).nfc().collect::<String>();
        assert_eq!(read(small), expected);
        assert_eq!(read(&small.to_uppercase()), expected.to_uppercase());
    }

    #[test]
    fn windows_1258_puts_the_tone_after_the_vowel() {
        let read: String = windows_1258(b"Vi\xEA\xF2t, \xF0\xF5\xECi s\xF4\xECng 5\xFE").nfc().collect();
        assert_eq!(read, "Việt, đới sống 5₫");
    }
}
