//! Languages and texts in several of them. Vietnamese is always there; others fall back to it.

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Vietnamese, the first language.
    #[default]
    Vi,
    /// English.
    En,
}

impl Lang {
    /// Every language, first the default.
    pub const ALL: [Lang; 2] = [Lang::Vi, Lang::En];

    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Vi => "vi",
            Lang::En => "en",
        }
    }

    /// Reads a tag, `vi`, `en` or `en-GB`.
    pub fn parse(tag: &str) -> Option<Lang> {
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "vi" => Some(Lang::Vi),
            "en" => Some(Lang::En),
            _ => None,
        }
    }
}

/// A text in several languages. Written as a bare string it is Vietnamese.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct LocalText {
    /// Vietnamese.
    pub vi: String,
    /// English, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
    /// Khmer, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub km: Option<String>,
}

impl LocalText {
    /// A text known in Vietnamese alone.
    pub fn vi(text: impl Into<String>) -> Self {
        LocalText { vi: text.into(), en: None, km: None }
    }

    /// The text in `lang`, or in Vietnamese.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => self.en.as_deref().unwrap_or(&self.vi),
        }
    }
}

impl<'de> Deserialize<'de> for LocalText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader)
    }
}

/// Reads both ways of writing a text. A visitor of ours, not serde's `untagged`, so that a wrong key is named
/// where it stands.
struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = LocalText;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("câu tiếng Việt, hoặc {vi: …, en: …}")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<LocalText, E> {
        Ok(LocalText::vi(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<LocalText, A::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Full {
            vi: String,
            #[serde(default)]
            en: Option<String>,
            #[serde(default)]
            km: Option<String>,
        }
        let Full { vi, en, km } = Full::deserialize(MapAccessDeserializer::new(map))?;
        Ok(LocalText { vi, en, km })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_string_is_vietnamese() {
        assert_eq!(serde_json::from_str::<LocalText>("\"Y tế\"").unwrap(), LocalText::vi("Y tế"));
    }

    #[test]
    fn a_text_in_two_languages_is_read_and_written_alike() {
        let written = r#"{"vi":"Y tế","en":"Health"}"#;
        let text: LocalText = serde_json::from_str(written).unwrap();
        assert_eq!(text.get(Lang::En), "Health");
        assert_eq!(serde_json::to_string(&text).unwrap(), written);
    }

    #[test]
    fn a_text_without_vietnamese_or_with_an_unknown_language_is_refused() {
        assert!(serde_json::from_str::<LocalText>(r#"{"en":"Health"}"#).is_err());
        let error = serde_json::from_str::<LocalText>(r#"{"vi":"Y tế","fr":"Santé"}"#).unwrap_err();
        assert!(error.to_string().contains("unknown field `fr`"), "{error}");
    }
}
