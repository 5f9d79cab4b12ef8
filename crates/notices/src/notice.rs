//! A message to one person, and how another room leaves it here.

use std::collections::BTreeMap;

use foundation::{Result, error::internal};
use kit::Context;
use storage::Tx;

use crate::book::Person;
use crate::kinds;
use crate::office::Office;
use crate::store::notices::{self, Given};

/// A message to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its kind, one of [`kinds::KINDS`].
    pub kind: &'static str,
    /// Who is told.
    pub to: Person,
    /// What it is about, as audit rows name it: `case:018f…`.
    pub about: String,
    /// The values that its text names.
    pub values: BTreeMap<String, String>,
    /// The page of ours it leads to, `/cases/…`; empty when there is none.
    pub link: String,
    /// It goes at once, also at night.
    pub urgent: bool,
    /// What makes it this message and no other: `case.answered/018f…/3`. The same twice is one message.
    pub key: String,
}

/// Leaves a message for the desk, in the transaction of what it tells of. Says whether it is new: the same
/// key for the same person is told once.
///
/// Errors: `notice_kind`, `notice_link` for a kind or link that the program should not have written.
pub async fn post(tx: &mut Tx, cx: &Context, notice: Notice) -> Result<bool> {
    post_of(tx, cx, notice, None).await
}

/// [`post`] for one of the receivers of a mailing.
pub(crate) async fn post_of(
    tx: &mut Tx,
    cx: &Context,
    notice: Notice,
    mailing: Option<uuid::Uuid>,
) -> Result<bool> {
    let kind = kinds::kind(notice.kind)
        .ok_or_else(|| internal("notice_kind", format!("Không có loại tin «{}»", notice.kind)))?;
    let local = notice.link.is_empty() || (notice.link.starts_with('/') && !notice.link.starts_with("//"));
    if !local || notice.link.chars().any(|c| c.is_control() || c == '\\') {
        return Err(internal("notice_link", "Đường dẫn của tin phải là một trang của chương trình"));
    }
    let id = foundation::new_id();
    let given = serde_json::to_string(&notice.values).unwrap_or_default();
    let given = match kind.secret {
        true => Given::Sealed(cx.house.get::<Office>()?.key().seal(&place(id), given.as_bytes())?),
        false => Given::Plain(given),
    };
    notices::insert(tx, cx.clock.now(), id, &notice, given, mailing).await
}

/// What the values of a secret message are sealed for.
pub(crate) fn place(id: uuid::Uuid) -> String {
    format!("notice/{id}/values")
}

/// Forgets a person: texts, masked addresses, browsers and choices go; that messages were sent, and how many,
/// stays. What waits is not sent any more.
pub async fn forget(tx: &mut Tx, person: Person) -> Result<()> {
    notices::forget(tx, person).await
}
