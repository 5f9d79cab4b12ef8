//! Rules of reception days, and the days on which they are not followed.

use foundation::{Date, Instant, Result};
use storage::{Db, Tx, args};

use crate::books::reception::{Exception, Rule};
use crate::store::lists::Sees;

const COLUMNS: &str = "id, unit, receiver, place, opens, closes, pattern, valid_from, valid_to, remark, demo";
/// Rules of one list.
const MOST: i64 = 1_000;

/// The rules of a unit that hold on some day since `since`. They are for everybody to see.
pub async fn of_unit(db: &Db, unit: i64, since: Date) -> Result<Vec<Rule>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM book_rule WHERE unit = $1 AND (valid_to IS NULL OR valid_to >= $2)
         ORDER BY id LIMIT $3"
    );
    db.all(&sql, args![unit, i64::from(since.0), MOST]).await
}

/// The units that a reader sees and that have rules.
pub async fn units(db: &Db, sees: &Sees) -> Result<Vec<i64>> {
    let sql = "SELECT DISTINCT unit FROM book_rule ORDER BY unit LIMIT $1";
    let rows: Vec<(i64,)> = db.all(sql, args![MOST]).await?;
    let own = |unit: &i64| match sees {
        Sees::All | Sees::Public => true,
        Sees::Units(units) => units.contains(unit),
        Sees::Asked(_) => false,
    };
    Ok(rows.into_iter().map(|r| r.0).filter(own).collect())
}

/// The exceptions of these rules.
pub async fn exceptions(db: &Db, rules: &[Rule]) -> Result<Vec<Exception>> {
    let ids: Vec<i64> = rules.iter().map(|r| r.id).collect();
    db.all(
        "SELECT rule, day, moved_to, reason FROM book_exception
         WHERE rule IN (SELECT value FROM int_list($1)) ORDER BY rule, day",
        args![ids],
    )
    .await
}

/// A rule, for changing.
pub async fn lock(tx: &mut Tx, id: i64) -> Result<Option<Rule>> {
    let sql = format!("SELECT {COLUMNS} FROM book_rule WHERE id = $1 {}", tx.dialect().for_update());
    tx.one(&sql, args![id]).await
}

/// Writes a rule; says which it is.
pub async fn insert(tx: &mut Tx, rule: &Rule, actor: &str, at: Instant) -> Result<i64> {
    let row: Option<(i64,)> = tx
        .one(
            "INSERT INTO book_rule (unit, receiver, place, opens, closes, pattern, valid_from, valid_to,
                remark, demo, changed_by, changed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id",
            args![
                rule.unit,
                rule.receiver.as_str(),
                rule.place.as_str(),
                rule.opens,
                rule.closes,
                rule.pattern.as_str(),
                rule.valid_from,
                rule.valid_to,
                rule.remark.as_str(),
                rule.demo,
                actor,
                at
            ],
        )
        .await?;
    Ok(row.map_or(0, |r| r.0))
}

/// A rule holds until this day and no longer.
pub async fn end(tx: &mut Tx, id: i64, on: Date, actor: &str, at: Instant) -> Result<()> {
    tx.run(
        "UPDATE book_rule SET valid_to = $2, changed_by = $3, changed_at = $4 WHERE id = $1",
        args![id, i64::from(on.0), actor, at],
    )
    .await
    .map(|_| ())
}

/// Writes an exception, in the place of an earlier one of that day.
pub async fn except(tx: &mut Tx, e: &Exception, actor: &str, at: Instant) -> Result<()> {
    tx.run(
        "INSERT INTO book_exception (rule, day, moved_to, reason, changed_by, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (rule, day) DO UPDATE SET moved_to = excluded.moved_to, reason = excluded.reason,
            changed_by = excluded.changed_by, changed_at = excluded.changed_at",
        args![e.rule, e.day, e.moved_to, e.reason.as_str(), actor, at],
    )
    .await
    .map(|_| ())
}
