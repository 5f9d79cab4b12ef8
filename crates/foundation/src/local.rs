//! Languages and texts in several of them. Vietnamese is always there; others fall back to it.

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
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Full {
            vi: String,
            #[serde(default)]
            en: Option<String>,
            #[serde(default)]
            km: Option<String>,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Bare(String),
            Full(Full),
        }
        Ok(match Either::deserialize(from)? {
            Either::Bare(vi) => LocalText::vi(vi),
            Either::Full(Full { vi, en, km }) => LocalText { vi, en, km },
        })
    }
}
