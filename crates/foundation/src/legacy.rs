//! Old Vietnamese encodings: text from before everybody wrote Unicode still comes in files and Excel cells.
//!
//! - **windows-1258**: Microsoft's code page; tone marks are combining characters after the vowel.
//! - **TCVN3** (TCVN 5712:1993, «phông ABC», `.VnTime`): one byte a letter. Its fonts have no capitals with
//!   tone marks; those are written with the small letter's byte in an all-capitals font (`.VnTimeH`).
//! - **VNI** (`VNI-Times`): the vowel, then a byte for its mark, shown by the font over the vowel.
//!
//! Bytes are tried in this order: byte order mark, UTF-8, UTF-16 without a mark, then whichever of the three
//! gives Vietnamese syllables. In a spreadsheet TCVN3 and VNI live inside Unicode text («Hµ Néi», «Haø
//! Noäi»), because only the font made them readable: [`repair`] is for those.

mod table;

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::error::{Error, Result, invalid};
use crate::text::is_syllable;

/// How bytes were turned into text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1258,
    Tcvn3,
    Vni,
}

impl Encoding {
    /// The name people know it by: «UTF-8», «TCVN3 (ABC)» ….
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf16Le => "UTF-16 LE",
            Encoding::Utf16Be => "UTF-16 BE",
            Encoding::Windows1258 => "windows-1258",
            Encoding::Tcvn3 => "TCVN3 (ABC)",
            Encoding::Vni => "VNI",
        }
    }
}

/// Text and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// In Unicode NFC, without byte order mark.
    pub text: String,
    /// What the bytes were.
    pub encoding: Encoding,
    /// Whether there is no reasonable doubt. When false, show the text and ask before keeping it.
    pub sure: bool,
}

/// How much of the text is looked at to tell encodings apart, in words with marks.
const ENOUGH_WORDS: usize = 2000;

/// Text out of the bytes of a file.
///
/// Errors: `encoding_broken` for a UTF-16 file that is cut or damaged; `encoding_unknown` when no encoding
/// gives Vietnamese.
pub fn decode(bytes: &[u8]) -> Result<Decoded> {
    let found = |encoding, sure| Ok(Decoded { text: decode_as(bytes, encoding)?, encoding, sure });
    match bytes {
        [0xff, 0xfe, ..] => return found(Encoding::Utf16Le, true),
        [0xfe, 0xff, ..] => return found(Encoding::Utf16Be, true),
        _ => {}
    }
    if bytes.contains(&0) {
        // No text holds a NUL; in UTF-16 every other byte of Latin script is mostly one.
        let head = &bytes[..bytes.len().min(4096)];
        let zeros = |from| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
        return match (zeros(0), zeros(1)) {
            (even, odd) if odd > even * 4 && odd * 5 >= head.len() / 2 => found(Encoding::Utf16Le, false),
            (even, odd) if even > odd * 4 && even * 5 >= head.len() / 2 => found(Encoding::Utf16Be, false),
            _ => Err(unknown()),
        };
    }
    if std::str::from_utf8(bytes).is_ok() {
        return found(Encoding::Utf8, true);
    }
    best(bytes).ok_or_else(unknown)
}

/// Text out of bytes in an encoding that somebody has chosen.
///
/// Errors: `encoding_broken` for bytes that are not UTF-8 or UTF-16; the others read anything.
pub fn decode_as(bytes: &[u8], encoding: Encoding) -> Result<String> {
    let broken = || {
        let why = format!("Tệp không đúng bảng mã {}: lưu lại dưới dạng UTF-8 rồi nạp lại.", encoding.name());
        invalid("encoding_broken", why)
    };
    let utf16 = |unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        let units = units.strip_prefix(&[0xfeff]).unwrap_or(&units);
        if rest.is_empty() { String::from_utf16(units).map_err(|_| broken()) } else { Err(broken()) }
    };
    let text = match encoding {
        Encoding::Utf8 => {
            let text = std::str::from_utf8(bytes).map_err(|_| broken())?;
            text.strip_prefix('\u{feff}').unwrap_or(text).to_owned()
        }
        Encoding::Utf16Le => utf16(u16::from_le_bytes)?,
        Encoding::Utf16Be => utf16(u16::from_be_bytes)?,
        Encoding::Windows1258 => table::windows_1258(bytes),
        Encoding::Tcvn3 => table::tcvn3(bytes),
        Encoding::Vni => table::vni(bytes),
    };
    // Most files are composed already, and to find that out is cheap.
    Ok(if is_nfc_quick(text.chars()) == IsNormalized::Yes { text } else { text.nfc().collect() })
}

/// Unicode text that only a TCVN3 or VNI font makes readable, as found in the cells of spreadsheets: «Hµ
/// Néi», «Haø Noäi». `None` when the text is as it should be, or when it is not clear that it is not.
pub fn repair(text: &str) -> Option<Decoded> {
    if text.is_ascii() {
        return None;
    }
    let bytes: Vec<u8> = text.chars().map(table::byte_of).collect::<Option<_>>()?;
    let (good, all) = fit(text);
    let now = if all == 0 { 0.0 } else { good as f64 / all as f64 };
    let found = best(&bytes)?;
    let (good, all) = fit(&found.text);
    let then = good as f64 / all as f64;
    let font = matches!(found.encoding, Encoding::Tcvn3 | Encoding::Vni);
    // Half of VNI's words can pass for Unicode («phoá», «Hoà»): one that cannot is enough when all then fit.
    let better = (then >= 0.9 && now < 1.0) || (then >= 0.7 && now <= 0.5);
    (font && better && then > now).then_some(found)
}

/// One cell read in the encoding that [`repair`] found for its whole sheet (the cells joined by line ends):
/// short cells alone can be unclear («An Phó» is An Phú or right as it is). Text that such a font cannot hold
/// stays.
pub fn repair_as(text: &str, encoding: Encoding) -> String {
    let font = matches!(encoding, Encoding::Tcvn3 | Encoding::Vni);
    let bytes = text.chars().map(table::byte_of).collect::<Option<Vec<u8>>>();
    let read = bytes.filter(|_| font && !text.is_ascii()).and_then(|bytes| decode_as(&bytes, encoding).ok());
    read.unwrap_or_else(|| text.to_owned())
}

/// The one-byte encoding whose reading is most Vietnamese; `None` when that is not much.
fn best(bytes: &[u8]) -> Option<Decoded> {
    let mut read: Vec<(f64, usize, Encoding, String)> =
        [Encoding::Windows1258, Encoding::Tcvn3, Encoding::Vni]
            .into_iter()
            .filter_map(|encoding| {
                let text = decode_as(bytes, encoding).ok()?;
                let (good, all) = fit(&text);
                (all > 0).then(|| (good as f64 / all as f64, all, encoding, text))
            })
            .collect();
    read.sort_by(|a, b| b.0.total_cmp(&a.0));
    let second = read.get(1).map_or(0.0, |(share, ..)| *share);
    let (share, words, encoding, text) = read.into_iter().next()?;
    let sure = share >= 0.9 && second <= 0.5 && words >= 3;
    (share >= 0.7 && share > second).then_some(Decoded { text, encoding, sure })
}

/// Of the words that carry something beyond ASCII: how many are Vietnamese syllables, and how many there are.
/// A sign that Vietnamese text does not use counts as a word that is not.
fn fit(text: &str) -> (usize, usize) {
    let (mut good, mut all) = (0, 0);
    let is_letter = |c: char| c.is_alphabetic() || is_combining_mark(c);
    let known = |c: char| c.is_ascii() || "\u{a0}–—‘’“”…•°²³₫€".contains(c);
    for word in text.split(|c| !is_letter(c) && known(c)) {
        if word.is_ascii() {
            continue;
        }
        all += 1;
        good += usize::from(is_syllable(word) && !has_capital_inside(word));
        if all >= ENOUGH_WORDS {
            break;
        }
    }
    (good, all)
}

/// «ChỔ» is not a word but a small letter read in the wrong table.
fn has_capital_inside(word: &str) -> bool {
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    let first_is_small = letters.next().is_some_and(char::is_lowercase);
    let (capital, small) = letters.fold((false, first_is_small), |(capital, small), c| {
        (capital || c.is_uppercase(), small || c.is_lowercase())
    });
    capital && small
}

fn unknown() -> Error {
    let why =
        "Không nhận ra bảng mã của tệp: mở tệp bằng Excel hoặc Notepad, lưu lại dưới dạng UTF-8 rồi nạp lại.";
    invalid("encoding_unknown", why)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SAMPLE: &str =
        "Ủy ban nhân dân tỉnh Cà Mau, số 12: Đường Nguyễn Huệ – tỷ lệ giải quyết hồ sơ đúng hạn";

    /// The same words in bytes, written out by hand from the standard's table (its fonts have no «Ủ»).
    const TCVN3: &[u8] =
        b"\xF1y ban nh\xA9n d\xA9n t\xD8nh C\xB5 Mau, s\xE8 12: \xA7\xAD\xEAng Nguy\xD4n Hu\xD6 \x96 \
        t\xFB l\xD6 gi\xB6i quy\xD5t h\xE5 s\xAC \xAE\xF3ng h\xB9n";
    #[test]
    fn utf_8_and_utf_16_are_told_by_their_marks() {
        let plain = decode(SAMPLE.as_bytes()).unwrap();
        assert_eq!((plain.text.as_str(), plain.encoding, plain.sure), (SAMPLE, Encoding::Utf8, true));
        let marked = decode(format!("\u{feff}{SAMPLE}").as_bytes()).unwrap();
        assert_eq!(marked.text, SAMPLE);
        let bytes = |order: fn(u16) -> [u8; 2], mark: &str| -> Vec<u8> {
            format!("{mark}{SAMPLE}").encode_utf16().flat_map(order).collect()
        };
        for mark in ["\u{feff}", ""] {
            let little = decode(&bytes(u16::to_le_bytes, mark)).unwrap();
            assert_eq!((little.text.as_str(), little.encoding), (SAMPLE, Encoding::Utf16Le));
            let big = decode(&bytes(u16::to_be_bytes, mark)).unwrap();
            assert_eq!(
                (big.text.as_str(), big.encoding, big.sure),
                (SAMPLE, Encoding::Utf16Be, !mark.is_empty())
            );
        }
    }

    #[test]
    fn torn_unicode_is_joined() {
        let torn: String = SAMPLE.nfd().collect();
        assert_eq!(decode(torn.as_bytes()).unwrap().text, SAMPLE);
    }

    #[test]
    fn tcvn3_bytes_are_recognised() {
        let decoded = decode(TCVN3).unwrap();
        assert_eq!((decoded.encoding, decoded.sure), (Encoding::Tcvn3, true));
        assert_eq!(decoded.text.replacen('ủ', "Ủ", 1), SAMPLE);
    }

    #[test]
    fn windows_1258_bytes_are_recognised() {
        let bytes = b"\xD0\xFD\xF5\xCCng Nguy\xEA\xDEn Hu\xEA\xF2, ti\xD2nh C\xE0 Mau: \
            h\xF4\xCC s\xF5 \xF0u\xECng ha\xF2n";
        let decoded = decode(bytes).unwrap();
        assert_eq!(decoded.text, "Đường Nguyễn Huệ, tỉnh Cà Mau: hồ sơ đúng hạn");
        assert_eq!((decoded.encoding, decoded.sure), (Encoding::Windows1258, true));
    }

    #[test]
    fn vni_bytes_are_recognised() {
        let bytes =
            b"\xD1\xF6\xF4\xF8ng Nguye\xE3n Hue\xE4, t\xE6nh Ca\xF8 Mau: ho\xE0 s\xF4 \xF1u\xF9ng ha\xEFn";
        let decoded = decode(bytes).unwrap();
        assert_eq!(decoded.text, "Đường Nguyễn Huệ, tỉnh Cà Mau: hồ sơ đúng hạn");
        assert_eq!((decoded.encoding, decoded.sure), (Encoding::Vni, true));
    }

    #[test]
    fn cells_written_with_old_fonts_are_repaired() {
        for (cell, text, encoding) in [
            ("Hµ Néi", "Hà Nội", Encoding::Tcvn3),
            ("Thµnh phè Hå ChÝ Minh", "Thành phố Hồ Chí Minh", Encoding::Tcvn3),
            ("§¬n vÞ: triÖu ®ång", "Đơn vị: triệu đồng", Encoding::Tcvn3),
            ("UBND x· Long §Þnh", "UBND xã Long Định", Encoding::Tcvn3),
            ("céng hoµ x· héi chñ nghÜa viÖt nam", "cộng hoà xã hội chủ nghĩa việt nam", Encoding::Tcvn3),
            ("TØNH §åNG TH¸P", "TỈNH ĐỒNG THÁP", Encoding::Tcvn3),
            ("Haø Noäi", "Hà Nội", Encoding::Vni),
            ("Thaønh phoá Hoà Chí Minh", "Thành phố Hồ Chí Minh", Encoding::Vni),
            ("Ñôn vò: trieäu ñoàng", "Đơn vị: triệu đồng", Encoding::Vni),
            ("TÆNH ÑOÀNG THAÙP", "TỈNH ĐỒNG THÁP", Encoding::Vni),
        ] {
            let repaired = repair(cell).unwrap();
            assert_eq!((repaired.text.as_str(), repaired.encoding), (text, encoding), "{cell}");
        }
    }

    #[test]
    fn an_unclear_cell_is_read_like_its_sheet() {
        assert_eq!(repair("An Phó"), None);
        let sheet = repair("X·\nAn Phó\nHµ Néi").unwrap();
        assert_eq!(sheet.text, "Xã\nAn Phú\nHà Nội");
        assert_eq!(repair_as("An Phó", sheet.encoding), "An Phú");
        assert_eq!(repair_as("Hà Nội", sheet.encoding), "Hà Nội");
        assert_eq!(repair_as("An Phó", Encoding::Utf8), "An Phó");
    }

    #[test]
    fn what_is_already_unicode_stays() {
        for text in [
            "Hà Nội",
            "Hòa Bình",
            "Cà Mau",
            "xã An Phú",
            "Đắk Lắk",
            "plain",
            "",
            "café",
            "25 °C",
            "m²",
            "Hoà",
            "Lý",
        ] {
            assert_eq!(repair(text), None, "{text}");
        }
    }

    #[test]
    fn bytes_that_are_nothing_are_refused() {
        let picture: Vec<u8> = (0..2000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert_eq!(decode(&picture).unwrap_err().code(), "encoding_unknown");
        assert_eq!(decode(b"Caf\xE9 \xFCber \xDFtra\xDFe").unwrap_err().code(), "encoding_unknown");
        assert_eq!(decode(b"\xFF\xFEa").unwrap_err().code(), "encoding_broken");
        assert_eq!(decode_as(b"\xFF", Encoding::Utf8).unwrap_err().code(), "encoding_broken");
        assert_eq!(decode(b"").unwrap().text, "");
    }

    proptest! {
        #[test]
        fn no_bytes_and_no_text_break_the_readers(bytes: Vec<u8>, text: String) {
            let _ = (decode(&bytes), decode(text.as_bytes()), repair(&text));
            let latin: String = bytes.iter().map(|byte| char::from(*byte)).collect();
            let _ = repair(&latin);
            for encoding in [Encoding::Windows1258, Encoding::Tcvn3, Encoding::Vni] {
                prop_assert!(decode_as(&bytes, encoding).is_ok());
            }
        }
    }
}
