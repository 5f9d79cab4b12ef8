//! Of the desk itself: views that people keep, texts they write often, shifts they hand over.

use foundation::{Instant, Result};
use serde_json::Value as Json;
use storage::{Db, Tx, args, row};
use uuid::Uuid;

row! {
    /// A view that somebody kept.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct View {
        /// Its name.
        pub name: String,
        /// What stands behind `/cases?`.
        pub query: String,
    }
}

row! {
    /// A text that is written often.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Snippet {
        /// Its identity.
        pub id: Uuid,
        /// Whose.
        pub unit: i64,
        /// Its name.
        pub name: String,
        /// Its words.
        pub text: String,
    }
}

row! {
    /// A shift that was handed over.
    #[derive(Debug, Clone)]
    pub struct Shift {
        /// Its identity.
        pub id: Uuid,
        /// Where.
        pub unit: i64,
        /// By whom.
        pub handed_by: String,
        /// When.
        pub handed_at: Instant,
        /// What the next one must know.
        pub remarks: String,
        /// What was open.
        pub counts: Json,
        /// Who took it.
        pub taken_by: Option<String>,
        /// When.
        pub taken_at: Option<Instant>,
    }
}

/// The views of an account.
pub async fn views(db: &Db, account: Uuid) -> Result<Vec<View>> {
    db.all("SELECT name, query FROM case_view WHERE account = $1 ORDER BY name LIMIT 50", args![account])
        .await
}

/// Keeps a view, in the place of one of the same name.
pub async fn keep_view(tx: &mut Tx, account: Uuid, name: &str, query: &str) -> Result<()> {
    tx.run(
        "INSERT INTO case_view (account, name, query) VALUES ($1, $2, $3)
         ON CONFLICT (account, name) DO UPDATE SET query = excluded.query",
        args![account, name, query],
    )
    .await
    .map(|_| ())
}

/// Forgets a view.
pub async fn drop_view(tx: &mut Tx, account: Uuid, name: &str) -> Result<()> {
    tx.run("DELETE FROM case_view WHERE account = $1 AND name = $2", args![account, name]).await.map(|_| ())
}

/// The texts of these units.
pub async fn snippets(db: &Db, units: Vec<i64>) -> Result<Vec<Snippet>> {
    db.all(
        "SELECT id, unit, name, text FROM case_snippet
         WHERE unit IN (SELECT value FROM int_list($1)) ORDER BY name, id LIMIT 200",
        args![units],
    )
    .await
}

/// Keeps a text.
pub async fn keep_snippet(tx: &mut Tx, snippet: &Snippet, actor: &str, at: Instant) -> Result<()> {
    tx.run(
        "INSERT INTO case_snippet (id, unit, name, text, changed_by, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        args![snippet.id, snippet.unit, snippet.name.as_str(), snippet.text.as_str(), actor, at],
    )
    .await
    .map(|_| ())
}

/// Forgets a text of these units; says whether there was one.
pub async fn drop_snippet(tx: &mut Tx, id: Uuid, units: Vec<i64>) -> Result<bool> {
    let sql = "DELETE FROM case_snippet WHERE id = $1 AND unit IN (SELECT value FROM int_list($2))";
    Ok(tx.run(sql, args![id, units]).await? > 0)
}

/// The last shifts of a unit, the newest first.
pub async fn shifts(db: &Db, unit: i64, limit: i64) -> Result<Vec<Shift>> {
    db.all(
        "SELECT id, unit, handed_by, handed_at, remarks, counts, taken_by, taken_at FROM case_shift
         WHERE unit = $1 ORDER BY handed_at DESC LIMIT $2",
        args![unit, limit],
    )
    .await
}

/// Writes a shift that is handed over.
pub async fn hand_over(tx: &mut Tx, shift: &Shift) -> Result<()> {
    tx.run(
        "INSERT INTO case_shift (id, unit, handed_by, handed_at, remarks, counts)
         VALUES ($1, $2, $3, $4, $5, $6)",
        args![
            shift.id,
            shift.unit,
            shift.handed_by.as_str(),
            shift.handed_at,
            shift.remarks.as_str(),
            &shift.counts
        ],
    )
    .await
    .map(|_| ())
}

/// Writes that a shift was taken; says whether it waited for that.
pub async fn take_over(tx: &mut Tx, id: Uuid, actor: &str, at: Instant) -> Result<bool> {
    let n = tx
        .run(
            "UPDATE case_shift SET taken_by = $2, taken_at = $3
             WHERE id = $1 AND taken_at IS NULL AND handed_by <> $2",
            args![id, actor, at],
        )
        .await?;
    Ok(n > 0)
}
