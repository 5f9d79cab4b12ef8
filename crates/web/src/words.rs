//! The words on the pages: Fluent messages, Vietnamese first. Each crate brings its own `.ftl` files; the
//! program joins them.

use std::collections::HashMap;
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use foundation::{Lang, Result, error::internal};
use unic_langid::LanguageIdentifier;

/// The messages of one crate in one language.
pub type Source = (Lang, &'static str);

/// The shell's own messages.
pub const OWN: &[Source] =
    &[(Lang::Vi, include_str!("../i18n/vi.ftl")), (Lang::En, include_str!("../i18n/en.ftl"))];

/// All messages in all languages. Cheap to clone.
#[derive(Clone)]
pub struct Words(Arc<HashMap<Lang, FluentBundle<FluentResource>>>);

impl Words {
    /// Joins the messages of all crates. A message that is not valid Fluent, or is given twice, is an error.
    pub fn new(sources: &[Source]) -> Result<Words> {
        let mut bundles = HashMap::new();
        for lang in Lang::ALL {
            let id: LanguageIdentifier = lang
                .tag()
                .parse()
                .map_err(|e| internal("language", "Mã ngôn ngữ không hợp lệ").because(format!("{e}")))?;
            let mut bundle = FluentBundle::new_concurrent(vec![id]);
            bundle.set_use_isolating(false);
            for (_, text) in sources.iter().filter(|(l, _)| *l == lang) {
                let resource = FluentResource::try_new((*text).to_owned()).map_err(|(_, e)| {
                    internal("messages", "Tệp từ ngữ sai cú pháp").because(format!("{e:?}"))
                })?;
                bundle.add_resource(resource).map_err(|e| {
                    internal("messages", "Từ ngữ bị khai báo hai lần").because(format!("{e:?}"))
                })?;
            }
            bundles.insert(lang, bundle);
        }
        Ok(Words(Arc::new(bundles)))
    }

    /// The message `key` in `lang`, in Vietnamese if it is not translated, or the key itself (a test finds
    /// those).
    pub fn say(&self, lang: Lang, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        let args: Option<FluentArgs<'_>> =
            (!args.is_empty()).then(|| args.iter().map(|(k, v)| (*k, v.clone())).collect());
        for lang in [lang, Lang::Vi] {
            if let Some(bundle) = self.0.get(&lang)
                && let Some(pattern) = bundle.get_message(key).and_then(|m| m.value())
            {
                return bundle.format_pattern(pattern, args.as_ref(), &mut Vec::new()).into_owned();
            }
        }
        key.to_owned()
    }

    /// Whether `lang` itself has the message.
    pub fn knows(&self, lang: Lang, key: &str) -> bool {
        self.0.get(&lang).is_some_and(|b| b.has_message(key))
    }
}
