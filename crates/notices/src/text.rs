//! The words of messages: templates with `{values}`, shipped for every kind, changed by the place.
//!
//! A text is found by kind, way and language: what the place wrote, else what is shipped, else the same in
//! Vietnamese. Every kind has a Vietnamese text for each of its ways; a test says so.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use foundation::{Result, error::invalid};
use serde::Deserialize;

use crate::book::Tongue;
use crate::channel::Via;
use crate::kinds::Kind;

/// A title and a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// The subject, or the first line; empty for SMS and Zalo.
    pub title: String,
    /// The text.
    pub body: String,
}

/// A shipped text: one for pages, letters and browsers, a short one for telephones.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shipped {
    title: String,
    body: String,
    short: String,
}

/// The sentences around a text in a letter.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    /// Before the link: «Xem chi tiết: {link}».
    pub open: String,
    /// Where it is turned off: «Không muốn nhận thư này: {stop}».
    pub stop: String,
    /// The subject of the daily letter: «{n} thông báo».
    pub daily: String,
    /// Who wrote it: «Thư tự động của {place}. Xin không trả lời.»
    pub foot: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    frame: Option<Frame>,
    #[serde(default)]
    kinds: BTreeMap<String, Shipped>,
}

const FILES: [(Tongue, &str); 3] = [
    (Tongue::Vi, include_str!("../texts/vi.yaml")),
    (Tongue::En, include_str!("../texts/en.yaml")),
    (Tongue::Km, include_str!("../texts/km.yaml")),
];

static SHIPPED: LazyLock<BTreeMap<Tongue, File>> = LazyLock::new(|| {
    let read = |text| serde_saphyr::from_str(text).expect("the shipped texts are read by a test");
    FILES.into_iter().map(|(tongue, text)| (tongue, read(text))).collect()
});

/// The shipped text, if this language has one.
pub fn shipped(kind: &str, via: Via, tongue: Tongue) -> Option<Text> {
    let text = SHIPPED.get(&tongue)?.kinds.get(kind)?;
    Some(match via {
        Via::Sms | Via::Zalo => Text { title: String::new(), body: text.short.clone() },
        Via::App | Via::Email | Via::Push => Text { title: text.title.clone(), body: text.body.clone() },
    })
}

/// The sentences around a text; Vietnamese where a language has none.
pub fn frame(tongue: Tongue) -> Frame {
    let of = |tongue| SHIPPED.get(&tongue).and_then(|file: &File| file.frame.clone());
    of(tongue).or_else(|| of(Tongue::Vi)).expect("the Vietnamese frame is read by a test")
}

/// A piece of a template.
enum Piece<'a> {
    Words(&'a str),
    Value(&'a str),
}

/// Takes a template apart. A brace that opens no name is a word.
fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let (mut rest, mut from) = (template, 0);
    while let Some(at) = rest[from..].find('{').map(|at| at + from) {
        let name = rest[at + 1..].split('}').next().unwrap_or_default();
        let closed = rest[at + 1..].len() > name.len();
        let proper = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        if closed && proper {
            found.push(Piece::Words(&rest[..at]));
            found.push(Piece::Value(name));
            rest = &rest[at + name.len() + 2..];
            from = 0;
        } else {
            from = at + 1;
        }
    }
    found.push(Piece::Words(rest));
    found
}

/// The template with its values; what is not known stays empty. A value is never read as a template.
pub fn fill<'v>(template: &str, value: impl Fn(&str) -> Option<&'v str>) -> String {
    let told = |piece| match piece {
        Piece::Words(words) => words,
        Piece::Value(name) => value(name).unwrap_or_default(),
    };
    pieces(template).into_iter().map(told).collect()
}

/// A text that the place wrote, as it is kept. Errors: `notice_text_empty`, `notice_text_long`,
/// `notice_text_value` for a value that the kind does not have.
pub fn check(kind: &Kind, via: Via, title: &str, body: &str) -> Result<Text> {
    let titled = matches!(via, Via::App | Via::Email | Via::Push);
    let title: String = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let body = body.replace("\r\n", "\n").trim().to_owned();
    if body.is_empty() || (titled && title.is_empty()) {
        return Err(invalid("notice_text_empty", "Hãy ghi tiêu đề và nội dung."));
    }
    if title.chars().count() > 150 || body.chars().count() > 4000 {
        let why = "Nội dung quá dài: tiêu đề đến 150 ký tự, nội dung đến 4.000 ký tự.";
        return Err(invalid("notice_text_long", why));
    }
    for piece in pieces(&title).into_iter().chain(pieces(&body)) {
        if let Piece::Value(name) = piece
            && !kind.knows(name)
        {
            let known: Vec<String> = kind.values.iter().map(|v| format!("{{{v}}}")).collect();
            let why = format!(
                "Loại tin này không có giá trị {{{name}}}. Dùng được: {}, {{link}}, {{name}}, {{place}}.",
                known.join(", ")
            );
            return Err(invalid("notice_text_value", why));
        }
    }
    Ok(Text { title: if titled { title } else { String::new() }, body })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kinds::{KINDS, kind};
    use crate::sms;

    #[test]
    fn every_kind_has_a_vietnamese_and_an_english_text_for_each_of_its_ways() {
        for kind in KINDS {
            for via in kind.possible {
                for tongue in [Tongue::Vi, Tongue::En] {
                    let text = shipped(kind.name, *via, tongue);
                    let text = text.unwrap_or_else(|| panic!("{} {via:?} {tongue:?}", kind.name));
                    check(kind, *via, &text.title, &text.body).unwrap();
                }
            }
        }
        for tongue in Tongue::ALL {
            assert!(frame(tongue).open.contains("{link}") && frame(tongue).stop.contains("{stop}"));
            for (name, text) in &SHIPPED[&tongue].kinds {
                let kind = kind(name).unwrap_or_else(|| panic!("no kind {name}"));
                check(kind, Via::Email, &text.title, &text.body).unwrap();
                check(kind, Via::Sms, "", &text.short).unwrap();
            }
        }
    }

    #[test]
    fn a_short_text_without_marks_is_one_sms_with_a_long_code_and_link() {
        let link = format!("https://toancanh.cantho.gov.vn/n/{}", "x".repeat(32));
        let value = |name: &str| match name {
            "link" => Some(link.as_str()),
            "code" => Some("PA-2026-000123"),
            "due" => Some("17:00 30/11/2026"),
            _ => Some("123456"),
        };
        for kind in KINDS.iter().filter(|k| k.possible.contains(&Via::Sms)) {
            for tongue in [Tongue::Vi, Tongue::En] {
                let text = shipped(kind.name, Via::Sms, tongue).unwrap();
                let text = foundation::text::unmarked(&fill(&text.body, value));
                let length = sms::length(&text);
                assert!(length.plain && length.parts == 1, "{} {}: {text}", kind.name, length.places);
            }
        }
    }

    #[test]
    fn values_are_filled_in_once_and_braces_that_name_nothing_stay() {
        let value = |name: &str| match name {
            "code" => Some("{title}"),
            "title" => Some("Ổ gà"),
            _ => None,
        };
        assert_eq!(fill("{code}: {title} {gone}.", value), "{title}: Ổ gà .");
        for plain in ["{", "}", "{}", "{A}", "{ code }", "{code", "a {{ b", "{ạ}"] {
            assert_eq!(fill(plain, value), plain);
        }
        assert_eq!(fill("{{code}}", value), "{{title}}");
    }

    #[test]
    fn a_value_that_the_kind_does_not_have_is_refused() {
        let answered = kind("case.answered").unwrap();
        assert!(check(answered, Via::Email, " Đã  trả lời ", "Mã {code}\r\n").is_ok());
        assert_eq!(check(answered, Via::Email, "A", "{phone}").unwrap_err().code(), "notice_text_value");
        assert_eq!(check(answered, Via::Email, "", "A").unwrap_err().code(), "notice_text_empty");
        assert_eq!(check(answered, Via::Sms, "A", &"x".repeat(4001)).unwrap_err().code(), "notice_text_long");
        assert_eq!(check(answered, Via::Sms, "A", "x").unwrap().title, "");
    }

    proptest! {
        #[test]
        fn no_template_breaks_the_filler(template: String, value: String) {
            let filled = fill(&template, |_| Some(value.as_str()));
            let braces: String = template.chars().filter(|c| *c != '{' && *c != '}').collect();
            prop_assert!(braces.is_empty() || !filled.is_empty() || value.is_empty());
        }
    }
}
