//! The SQL of working calendars.

use foundation::{Instant, Result, error::internal};
use serde_json::Value as Json;
use storage::{Db, Tx, args};

use super::file::Definition;

/// The definitions in force by full id, in the order of ids.
pub(super) async fn in_force(db: &Db) -> Result<Vec<(String, Json)>> {
    db.all(
        "SELECT c.id, v.definition FROM calendar c
         JOIN calendar_version v ON v.calendar = c.id AND v.version = c.version
         WHERE NOT c.retired ORDER BY c.id",
        args![],
    )
    .await
}

/// Writes all calendars, each with its pack: what differs becomes a new version, what is gone is retired.
/// Says how many versions were written.
pub(super) async fn save(tx: &mut Tx, now: Instant, all: &[(String, Definition)]) -> Result<usize> {
    let known: Vec<(String, i64, Json)> = tx
        .all(
            "SELECT c.id, c.version, v.definition FROM calendar c
             JOIN calendar_version v ON v.calendar = c.id AND v.version = c.version",
            args![],
        )
        .await?;
    let mut changed = 0;
    let mut ids = Vec::with_capacity(all.len());
    for (pack, definition) in all {
        let id = crate::full_id(pack, &definition.id);
        let json = serde_json::to_value(definition)
            .map_err(|e| internal("calendar", "Không ghi được lịch làm việc").because(e))?;
        let old = known.iter().find(|k| k.0 == id);
        let same = old.is_some_and(|k| k.2 == json);
        let version = old.map_or(0, |k| k.1) + i64::from(!same);
        tx.run(
            "INSERT INTO calendar (id, pack, version, retired) VALUES ($1, $2, $3, FALSE)
             ON CONFLICT (id) DO UPDATE SET version = excluded.version, retired = FALSE",
            args![&id, pack, version],
        )
        .await?;
        if !same {
            changed += 1;
            tx.run(
                "INSERT INTO calendar_version (calendar, version, definition, applied_at)
                 VALUES ($1, $2, $3, $4)",
                args![&id, version, &json, now],
            )
            .await?;
        }
        ids.push(id);
    }
    let gone = "UPDATE calendar SET retired = TRUE WHERE id NOT IN (SELECT value FROM text_list($1))";
    tx.run(gone, args![ids]).await?;
    Ok(changed)
}
