//! Documents to households.

use std::collections::BTreeSet;

use foundation::{Instant, Result};
use kit::{Permission, Scope, UnitId};
use storage::{Db, Tx, args, row};
use uuid::Uuid;

row! {
    /// A document that is, or was, sent.
    #[derive(Debug, Clone)]
    pub struct Mailing {
        /// Its identity.
        pub id: Uuid,
        /// Its title.
        pub title: String,
        /// Its text.
        pub body: String,
        /// Who sends it, as its receivers read it.
        pub sender: String,
        /// Its file.
        pub file: Option<Uuid>,
        /// When it was sent off.
        pub created_at: Instant,
        /// By whom, as the audit log names them.
        pub created_by: String,
        /// The last person who was told.
        pub cursor: Option<Uuid>,
        /// When everybody was told.
        pub finished_at: Option<Instant>,
        /// How many were told.
        pub receivers: i64,
        /// How many of them one way at least reached.
        pub delivered: i64,
        /// How many of them opened it.
        pub opened: i64,
    }
}

const MAILING: &str = "SELECT m.id, m.title, m.body, m.sender, m.file, m.created_at, m.created_by, m.cursor,
    m.finished_at, m.receivers, m.delivered, m.opened FROM document_mailing m";

/// The units to which a reader may send; `None` means every unit.
pub fn writable(scope: &Scope) -> Option<BTreeSet<UnitId>> {
    match scope {
        Scope::Public => Some(BTreeSet::new()),
        Scope::System(_) => None,
        Scope::Granted(g) => Some(
            g.grants
                .iter()
                .filter(|r| r.may.contains(Permission::SendNotices))
                .flat_map(|r| r.units.iter().copied())
                .collect(),
        ),
    }
}

/// Keeps a document and its units.
pub async fn insert(tx: &mut Tx, new: &Mailing, units: &[UnitId]) -> Result<()> {
    let sql = "INSERT INTO document_mailing
        (id, title, body, sender, file, created_at, created_by, receivers, delivered, opened)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0)";
    let (title, body, sender) = (new.title.as_str(), new.body.as_str(), new.sender.as_str());
    let by = new.created_by.as_str();
    tx.run(sql, args![new.id, title, body, sender, new.file, new.created_at, by]).await?;
    let id = new.id;
    let rows: Vec<_> = units.iter().map(|unit| args![id, *unit]).collect();
    tx.insert_many("document_mailing_unit", &["mailing", "unit"], rows).await.map(|_| ())
}

/// Within which units a reader's documents lie: one of its units is theirs.
const MINE: &str = "EXISTS (SELECT 1 FROM document_mailing_unit u WHERE u.mailing = m.id
    AND u.unit IN (SELECT value FROM int_list($1)))";

/// A page of documents to units of the scope, newest first.
pub async fn list(db: &Db, scope: &Scope, before: Option<Uuid>, limit: i64) -> Result<Vec<Mailing>> {
    let (units, mine) = scoped(scope);
    let sql = format!(
        "{MAILING} WHERE {mine} AND (CAST($2 AS UUID) IS NULL OR m.id < $2) ORDER BY m.id DESC LIMIT $3"
    );
    db.all(&sql, args![units, before, limit]).await
}

/// A document to a unit of the scope.
pub async fn get(db: &Db, scope: &Scope, id: Uuid) -> Result<Option<Mailing>> {
    let (units, mine) = scoped(scope);
    db.one(&format!("{MAILING} WHERE {mine} AND m.id = $2"), args![units, id]).await
}

fn scoped(scope: &Scope) -> (Vec<UnitId>, String) {
    match writable(scope) {
        None => (Vec::new(), "(CAST($1 AS TEXT) IS NOT NULL)".into()),
        Some(units) => (units.into_iter().collect(), MINE.into()),
    }
}

/// A document for one of its receivers, who needs no scope: the message is theirs.
pub async fn received(db: &Db, id: Uuid) -> Result<Option<Mailing>> {
    db.one(&format!("{MAILING} WHERE m.id = $1"), args![id]).await
}

/// The units of a document.
pub async fn units(db: &Db, id: Uuid) -> Result<Vec<UnitId>> {
    let sql = "SELECT unit FROM document_mailing_unit WHERE mailing = $1 ORDER BY unit";
    let rows: Vec<(i64,)> = db.all(sql, args![id]).await?;
    Ok(rows.into_iter().map(|r| r.0).collect())
}

/// Moves the cursor on. False when another worker did meanwhile.
pub async fn step(tx: &mut Tx, id: Uuid, from: Option<Uuid>, to: Option<Uuid>, now: Instant) -> Result<bool> {
    let sql = "UPDATE document_mailing SET cursor = COALESCE($3, cursor),
        finished_at = CASE WHEN CAST($3 AS UUID) IS NULL THEN CAST($4 AS BIGINT) ELSE NULL END
        WHERE id = $1 AND finished_at IS NULL
        AND (cursor = $2 OR (cursor IS NULL AND CAST($2 AS UUID) IS NULL))";
    Ok(tx.run(sql, args![id, from, to, now]).await? == 1)
}

/// Counts receivers.
pub async fn told(tx: &mut Tx, id: Uuid, n: i64) -> Result<()> {
    let sql = "UPDATE document_mailing SET receivers = receivers + $2 WHERE id = $1";
    tx.run(sql, args![id, n]).await.map(|_| ())
}

/// Says that a way of a message had left; the first one of a document's receiver counts.
pub async fn delivered(tx: &mut Tx, notice: Uuid, now: Instant) -> Result<()> {
    let first =
        "UPDATE notice SET delivered_at = $2 WHERE id = $1 AND delivered_at IS NULL RETURNING mailing";
    if let Some((Some(mailing),)) = tx.one::<(Option<Uuid>,)>(first, args![notice, now]).await? {
        let sql = "UPDATE document_mailing SET delivered = delivered + 1 WHERE id = $1";
        tx.run(sql, args![mailing]).await?;
    }
    Ok(())
}

/// Says that a message was opened; the first time of a document's receiver counts.
pub async fn opened(tx: &mut Tx, notice: Uuid, now: Instant) -> Result<()> {
    let first = "UPDATE notice SET opened_at = $2 WHERE id = $1 AND opened_at IS NULL RETURNING mailing";
    if let Some((Some(mailing),)) = tx.one::<(Option<Uuid>,)>(first, args![notice, now]).await? {
        let sql = "UPDATE document_mailing SET opened = opened + 1 WHERE id = $1";
        tx.run(sql, args![mailing]).await?;
    }
    Ok(())
}

/// What became of a document by way: (way, state, how many).
pub async fn ways(db: &Db, id: Uuid) -> Result<Vec<(String, String, i64)>> {
    let sql = "SELECT d.via, d.state, CAST(COUNT(*) AS BIGINT) AS n FROM notice n
        JOIN notice_delivery d ON d.notice = n.id WHERE n.mailing = $1
        GROUP BY d.via, d.state ORDER BY d.via, d.state";
    db.all(sql, args![id]).await
}
