//! Grants.

use std::collections::HashMap;

use foundation::{Date, Instant, Result, error::internal};
use kit::{Role, UnitId};
use serde_json::Value as Json;
use storage::{Db, Tx, args, row};
use uuid::Uuid;

use crate::grant::{Grant, read_packs, write_packs};

row! {
    struct GrantRow {
        id: Uuid,
        account: Uuid,
        role: String,
        unit: i64,
        packs: Option<Json>,
        valid_from: i32,
        valid_to: Option<i32>,
    }
}

const GRANT: &str = "SELECT id, account, role, unit, packs, valid_from, valid_to FROM role_grant";

fn read(rows: Vec<GrantRow>) -> Result<Vec<Grant>> {
    rows.into_iter()
        .map(|r| {
            let role = Role::parse(&r.role)
                .ok_or_else(|| internal("grant_role", format!("Vai trò «{}» không có", r.role)))?;
            Ok(Grant {
                id: r.id,
                account: r.account,
                role,
                unit: r.unit,
                packs: read_packs(r.packs)?,
                valid_from: Date(r.valid_from),
                valid_to: r.valid_to.map(Date),
            })
        })
        .collect()
}

/// The grants of an account, also those of the past and of days to come.
pub async fn of_account(db: &Db, account: Uuid) -> Result<Vec<Grant>> {
    read(db.all(&format!("{GRANT} WHERE account = $1 ORDER BY valid_from, id"), args![account]).await?)
}

/// All grants that have not ended before `day`.
pub async fn live(db: &Db, day: Date) -> Result<Vec<Grant>> {
    let sql = format!("{GRANT} WHERE valid_to IS NULL OR valid_to > $1 ORDER BY account, valid_from, id");
    read(db.all(&sql, args![day.0]).await?)
}

/// The grants at these units that hold on `day`, with the names of their people who are not barred.
pub async fn with_names(db: &Db, units: Vec<UnitId>, day: Date) -> Result<Vec<(Grant, String)>> {
    let names = "SELECT g.id AS id, a.name AS name FROM role_grant g JOIN account a ON a.id = g.account
        WHERE g.unit IN (SELECT value FROM int_list($1)) AND a.disabled_at IS NULL";
    let names: Vec<(Uuid, String)> = db.all(names, args![units.clone()]).await?;
    let mut names: HashMap<Uuid, String> = names.into_iter().collect();
    let sql = format!("{GRANT} WHERE unit IN (SELECT value FROM int_list($1)) ORDER BY valid_from, id");
    let mut grants = read(db.all(&sql, args![units]).await?)?;
    grants.retain(|g| g.holds_on(day));
    Ok(grants.into_iter().filter_map(|g| names.remove(&g.id).map(|name| (g, name))).collect())
}

/// A grant.
pub async fn get(db: &Db, id: Uuid) -> Result<Option<Grant>> {
    Ok(read(db.all(&format!("{GRANT} WHERE id = $1"), args![id]).await?)?.pop())
}

/// Writes a grant.
pub async fn insert(tx: &mut Tx, now: Instant, grant: &Grant, by: &str) -> Result<()> {
    tx.run(
        "INSERT INTO role_grant (id, account, role, unit, packs, valid_from, valid_to, created_at, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            grant.id,
            grant.account,
            grant.role.name(),
            grant.unit,
            write_packs(&grant.packs),
            grant.valid_from.0,
            grant.valid_to.map(|d| d.0),
            now,
            by
        ],
    )
    .await
    .map(|_| ())
}

/// Ends a grant on `day`.
pub async fn end(tx: &mut Tx, id: Uuid, day: Date) -> Result<()> {
    tx.run("UPDATE role_grant SET valid_to = $2 WHERE id = $1", args![id, day.0]).await.map(|_| ())
}

/// How many people may manage accounts at `unit`, in every field, without an end: the last one must stay.
pub async fn lasting_admins(tx: &mut Tx, unit: UnitId, day: Date) -> Result<i64> {
    let row = tx
        .one::<(i64,)>(
            "SELECT CAST(COUNT(DISTINCT a.id) AS BIGINT) AS n
             FROM role_grant g JOIN account a ON a.id = g.account
             WHERE g.role = 'admin' AND g.unit = $1 AND g.packs IS NULL AND g.valid_from <= $2
               AND g.valid_to IS NULL AND a.disabled_at IS NULL AND a.password IS NOT NULL",
            args![unit, day.0],
        )
        .await?;
    Ok(row.map_or(0, |r| r.0))
}

/// Whether anybody can sign in as an administrator on `day`.
pub async fn has_admin(db: &Db, day: Date) -> Result<bool> {
    let row = db
        .one::<(i64,)>(
            "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM role_grant g JOIN account a ON a.id = g.account
             WHERE g.role = 'admin' AND g.valid_from <= $1 AND (g.valid_to IS NULL OR g.valid_to > $1)
               AND a.disabled_at IS NULL AND a.password IS NOT NULL",
            args![day.0],
        )
        .await?;
    Ok(row.is_some_and(|r| r.0 > 0))
}
