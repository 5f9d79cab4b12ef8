//! Where people are told things.

use foundation::{Date, Result};
use kit::UnitId;
use storage::{Db, Tx, args, row};
use uuid::Uuid;

row! {
    /// Where somebody is told things.
    #[derive(Debug, Clone)]
    pub struct Contacts {
        /// What they are called.
        pub name: String,
        /// Their e-mail, if they wrote one.
        pub email: Option<String>,
        /// Their telephone, if they wrote one.
        pub phone: Option<String>,
        /// The language they chose.
        pub language: Option<String>,
    }
}

/// Where somebody is told things; `None` for who is barred or was never there.
pub async fn of(db: &Db, account: Uuid) -> Result<Option<Contacts>> {
    let sql = "SELECT name, email, phone, language FROM account WHERE id = $1 AND disabled_at IS NULL";
    db.one(sql, args![account]).await
}

/// Keeps, or erases, where somebody is told things.
pub async fn save(tx: &mut Tx, account: Uuid, email: Option<&str>, phone: Option<&str>) -> Result<()> {
    let sql = "UPDATE account SET email = $2, phone = $3 WHERE id = $1";
    tx.run(sql, args![account, email, phone]).await.map(|_| ())
}

/// The accounts with a grant that begins at one of these units and holds on `day`, in the order of their ids,
/// at most `limit` after `after`.
pub async fn in_units(
    db: &Db,
    units: &[UnitId],
    day: Date,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Uuid>> {
    let sql = "SELECT DISTINCT a.id FROM account a JOIN role_grant g ON g.account = a.id
        WHERE g.unit IN (SELECT value FROM int_list($1)) AND g.valid_from <= $2
        AND (g.valid_to IS NULL OR g.valid_to > $2) AND a.disabled_at IS NULL
        AND (CAST($3 AS UUID) IS NULL OR a.id > $3) ORDER BY a.id LIMIT $4";
    let rows: Vec<(Uuid,)> = db.all(sql, args![units.to_vec(), day.0, after, limit]).await?;
    Ok(rows.into_iter().map(|r| r.0).collect())
}
