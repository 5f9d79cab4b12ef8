//! Messages.

use std::collections::BTreeMap;

use foundation::{Instant, Result};
use storage::{Db, Tx, args, row};
use uuid::Uuid;

use crate::book::Person;
use crate::notice::Notice;

/// The values of a message, as they are kept.
pub enum Given {
    /// As JSON.
    Plain(String),
    /// The same under the installation key.
    Sealed(Vec<u8>),
}

row! {
    /// A message.
    #[derive(Debug, Clone)]
    pub struct Kept {
        /// Its identity.
        pub id: Uuid,
        /// The side of its receiver.
        pub side: String,
        /// Its receiver.
        pub person: Uuid,
        /// Its kind.
        pub kind: String,
        /// What it is about.
        pub about: String,
        /// The values of its text as JSON; none once they were erased.
        pub given: Option<String>,
        /// The same, sealed.
        pub sealed: Option<Vec<u8>>,
        /// The page it leads to.
        pub link: String,
        /// Whether it goes at night.
        pub urgent: bool,
        /// The mailing it belongs to.
        pub mailing: Option<Uuid>,
        /// When it was left.
        pub created_at: Instant,
        /// When its receiver read it in the house.
        pub read_at: Option<Instant>,
        /// When a link of it was visited first.
        pub opened_at: Option<Instant>,
    }
}

const KEPT: &str = "SELECT id, side, person, kind, about, given, sealed, link, urgent, mailing, created_at,
    read_at, opened_at FROM notice";

impl Kept {
    /// Its receiver.
    pub fn to(&self) -> Option<Person> {
        Person::of(&self.side, self.person)
    }

    /// The values of its text, unless they are sealed or gone.
    pub fn values(&self) -> Option<BTreeMap<String, String>> {
        serde_json::from_str(self.given.as_deref()?).ok()
    }
}

/// Keeps a message. Says whether it is new: the key may stand already.
pub async fn insert(
    tx: &mut Tx,
    now: Instant,
    id: Uuid,
    notice: &Notice,
    given: Given,
    mailing: Option<Uuid>,
) -> Result<bool> {
    let (given, sealed) = match given {
        Given::Plain(text) => (Some(text), None),
        Given::Sealed(bytes) => (None, Some(bytes)),
    };
    let shown = sealed.is_none();
    let sql = "INSERT INTO notice
        (id, side, person, key, kind, about, given, sealed, link, urgent, mailing, shown, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT (side, person, key) DO NOTHING";
    let (to, n) = (notice.to, notice);
    let args = args![
        id,
        to.side(),
        to.id(),
        n.key.as_str(),
        n.kind,
        n.about.as_str(),
        given,
        sealed,
        n.link.as_str(),
        n.urgent,
        mailing,
        shown,
        now
    ];
    Ok(tx.run(sql, args).await? == 1)
}

/// A message.
pub async fn get(db: &Db, id: Uuid) -> Result<Option<Kept>> {
    db.one(&format!("{KEPT} WHERE id = $1"), args![id]).await
}

/// Several messages, in the order they were left.
pub async fn several(db: &Db, ids: &[Uuid]) -> Result<Vec<Kept>> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(get(db, *id).await?);
    }
    found.sort_by_key(|kept: &Kept| kept.id);
    Ok(found)
}

/// The oldest messages whose ways nobody chose yet.
pub async fn unplanned(db: &Db, limit: i64) -> Result<Vec<Kept>> {
    db.all(&format!("{KEPT} WHERE planned_at IS NULL ORDER BY id LIMIT $1"), args![limit]).await
}

/// Says that its ways are chosen now. False when somebody else was first.
pub async fn plan(tx: &mut Tx, id: Uuid, now: Instant, shown: bool) -> Result<bool> {
    let sql = "UPDATE notice SET planned_at = $2, shown = $3 WHERE id = $1 AND planned_at IS NULL";
    Ok(tx.run(sql, args![id, now, shown]).await? == 1)
}

/// Erases the values of a secret message when no way of it is open any more.
pub async fn drop_secret(tx: &mut Tx, id: Uuid) -> Result<()> {
    let sql = "UPDATE notice SET sealed = NULL WHERE id = $1 AND sealed IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM notice_delivery d WHERE d.notice = $1 AND d.state IN ('waiting', 'taken', 'sending'))";
    tx.put(sql, args![id]).await
}

/// A page of what somebody sees in the house, newest first.
pub async fn mine(db: &Db, person: Person, before: Option<Uuid>, limit: i64) -> Result<Vec<Kept>> {
    let sql = format!(
        "{KEPT} WHERE side = $1 AND person = $2 AND shown AND given IS NOT NULL
         AND (CAST($3 AS UUID) IS NULL OR id < $3) ORDER BY id DESC LIMIT $4"
    );
    db.all(&sql, args![person.side(), person.id(), before, limit]).await
}

/// How many of them are not read yet, counted up to `most`.
pub async fn unread(db: &Db, person: Person, most: i64) -> Result<i64> {
    let sql =
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (SELECT 1 FROM notice WHERE side = $1 AND person = $2
        AND shown AND given IS NOT NULL AND read_at IS NULL LIMIT $3) AS few";
    let row: Option<(i64,)> = db.one(sql, args![person.side(), person.id(), most]).await?;
    Ok(row.map_or(0, |r| r.0))
}

/// Says that its receiver read a message, or all of theirs.
pub async fn read(tx: &mut Tx, person: Person, id: Option<Uuid>, now: Instant) -> Result<u64> {
    let sql = "UPDATE notice SET read_at = $3 WHERE side = $1 AND person = $2 AND read_at IS NULL
        AND (CAST($4 AS UUID) IS NULL OR id = $4)";
    tx.run(sql, args![person.side(), person.id(), now, id]).await
}

/// See [`forget`](crate::forget).
pub async fn forget(tx: &mut Tx, person: Person) -> Result<()> {
    let who = || args![person.side(), person.id()];
    for sql in [
        "UPDATE notice_delivery SET masked = NULL, provider_id = NULL, error = NULL,
            state = CASE WHEN state IN ('waiting', 'taken') THEN 'stopped' ELSE state END
         WHERE notice IN (SELECT id FROM notice WHERE side = $1 AND person = $2)",
        "UPDATE notice SET given = NULL, sealed = NULL, link = '', about = '', shown = FALSE,
            planned_at = COALESCE(planned_at, created_at)
         WHERE side = $1 AND person = $2",
        "DELETE FROM notice_choice WHERE side = $1 AND person = $2",
        "DELETE FROM notice_habits WHERE side = $1 AND person = $2",
        "DELETE FROM push_subscription WHERE side = $1 AND person = $2",
    ] {
        tx.run(sql, who()).await?;
    }
    Ok(())
}
