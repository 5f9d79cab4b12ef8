//! Vietnamese text: folding for search and comparing.

use unicode_normalization::UnicodeNormalization;

/// Lower case, without tone marks and hooks, đ as d, every run of white space one space, nothing at the ends.
/// Punctuation stays. Takes composed and decomposed input alike. Other scripts keep their marks.
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
                out.push(if c == 'đ' { 'd' } else { c });
            }
        }
    }
    out
}
