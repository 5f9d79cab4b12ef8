//! Write a text of the place over a shipped one, or take it back.
//!
//! Who: who manages notices. The change is a row with its date; earlier ones stay.

use foundation::Result;
use kit::{Context, audit};
use serde_json::json;

use crate::book::Tongue;
use crate::channel::Via;
use crate::kinds::Kind;
use crate::store::texts;
use crate::text;

/// A text for one kind, way and language.
pub struct EditText {
    /// The kind.
    pub kind: &'static Kind,
    /// The way.
    pub via: Via,
    /// The language.
    pub tongue: Tongue,
    /// Title and text; none: the shipped text again.
    pub text: Option<(String, String)>,
}

impl EditText {
    /// Keeps it. Errors: those of [`text::check`].
    pub async fn run(self, cx: &Context) -> Result<()> {
        let (kind, via, tongue) = (self.kind, self.via, self.tongue);
        let text = match &self.text {
            Some((title, body)) => Some(text::check(kind, via, title, body)?),
            None => None,
        };
        let mut tx = cx.db.begin().await?;
        let by = cx.actor.audit_name();
        texts::save(&mut tx, cx.clock.now(), (kind, via, tongue), text.as_ref(), &by).await?;
        let detail = json!({ "via": via.name(), "tongue": tongue.tag(), "shipped": text.is_none() });
        audit(&mut tx, cx, "notice.text", &format!("notice_kind:{}", kind.name), &detail).await?;
        tx.commit().await
    }
}
