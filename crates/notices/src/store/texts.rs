//! Texts of the place.

use foundation::{Instant, Result};
use storage::{Db, Tx, args, row};

use crate::book::Tongue;
use crate::channel::Via;
use crate::kinds::Kind;
use crate::text::{Text, shipped};

row! {
    /// A change of a text.
    #[derive(Debug, Clone)]
    pub struct Change {
        /// The way.
        pub via: String,
        /// The language.
        pub tongue: String,
        /// The title, unless it is the shipped text again.
        pub title: Option<String>,
        /// The text, unless it is the shipped text again.
        pub body: Option<String>,
        /// When.
        pub changed_at: Instant,
        /// By whom, as the audit log names them.
        pub changed_by: String,
    }
}

/// The changes of a kind's texts, newest first.
pub async fn changes(db: &Db, kind: &str) -> Result<Vec<Change>> {
    let sql = "SELECT via, tongue, title, body, changed_at, changed_by FROM notice_text WHERE kind = $1
        ORDER BY id DESC";
    db.all(sql, args![kind]).await
}

/// The kinds of which a text was changed, with their numbers of changes.
pub async fn changed(db: &Db) -> Result<Vec<(String, i64)>> {
    db.all("SELECT kind, CAST(COUNT(*) AS BIGINT) AS n FROM notice_text GROUP BY kind", args![]).await
}

/// The text that holds for one way and language alone; true when the place wrote it.
pub fn own(changes: &[Change], kind: &Kind, via: Via, tongue: Tongue) -> Option<(Text, bool)> {
    let newest = changes.iter().find(|c| c.via == via.name() && c.tongue == tongue.tag());
    match newest.and_then(|c| Some(Text { title: c.title.clone()?, body: c.body.clone()? })) {
        Some(text) => Some((text, true)),
        None => shipped(kind.name, via, tongue).map(|text| (text, false)),
    }
}

/// The text that is sent, and its language: the one asked for, or Vietnamese.
pub fn held(changes: &[Change], kind: &Kind, via: Via, tongue: Tongue) -> (Text, Tongue) {
    let found = [tongue, Tongue::Vi].into_iter().find_map(|t| Some((own(changes, kind, via, t)?.0, t)));
    found.unwrap_or_default()
}

/// Keeps a text of the place, or none: the shipped one again.
pub async fn save(
    tx: &mut Tx,
    now: Instant,
    (kind, via, tongue): (&Kind, Via, Tongue),
    text: Option<&Text>,
    by: &str,
) -> Result<()> {
    let sql = "INSERT INTO notice_text (id, kind, via, tongue, title, body, changed_at, changed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let (title, body) = (text.map(|t| t.title.clone()), text.map(|t| t.body.clone()));
    let args = args![foundation::new_id(), kind.name, via.name(), tongue.tag(), title, body, now, by];
    tx.run(sql, args).await.map(|_| ())
}
