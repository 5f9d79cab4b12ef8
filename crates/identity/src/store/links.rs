//! Links that work once.

use foundation::{Instant, Result, error::not_found};
use storage::{Db, Tx, args};
use uuid::Uuid;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Makes the first administrator.
    FirstRun,
    /// Lets somebody choose a password.
    Invitation,
    /// The second step of a sign-in, after the password.
    SecondStep,
}

impl Purpose {
    /// Its name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Purpose::FirstRun => "first_run",
            Purpose::Invitation => "invitation",
            Purpose::SecondStep => "second_step",
        }
    }

    /// For how many seconds it works.
    pub fn lasts_s(self) -> i64 {
        match self {
            Purpose::FirstRun | Purpose::Invitation => 7 * 86_400,
            Purpose::SecondStep => 600,
        }
    }
}

fn gone() -> foundation::Error {
    not_found("link_gone", "Đường dẫn này đã dùng rồi hoặc đã hết hạn. Hãy xin đường dẫn mới.")
}

/// Writes a link; older ones of the same purpose and account stop working.
pub async fn insert(
    tx: &mut Tx,
    now: Instant,
    what: Purpose,
    account: Option<Uuid>,
    hash: &[u8],
) -> Result<()> {
    match account {
        Some(account) => {
            let sql = "DELETE FROM one_time_link WHERE purpose = $1 AND account = $2";
            tx.run(sql, args![what.name(), account]).await?
        }
        None => tx.run("DELETE FROM one_time_link WHERE purpose = $1", args![what.name()]).await?,
    };
    tx.run(
        "INSERT INTO one_time_link (token_hash, purpose, account, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5)",
        args![hash, what.name(), account, now, now.plus_seconds(what.lasts_s())],
    )
    .await
    .map(|_| ())
}

/// Whom a link is for, without using it; a link that does not work is not found.
pub async fn look(db: &Db, now: Instant, what: Purpose, hash: &[u8]) -> Result<Option<Uuid>> {
    let row = db
        .one::<(Option<Uuid>,)>(
            "SELECT account FROM one_time_link
             WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3",
            args![hash, what.name(), now],
        )
        .await?;
    row.map(|r| r.0).ok_or_else(gone)
}

/// Uses a link; of two who use it at once, one is told that it is gone.
pub async fn take(tx: &mut Tx, now: Instant, what: Purpose, hash: &[u8]) -> Result<Option<Uuid>> {
    let row = tx
        .one::<(Option<Uuid>,)>(
            "UPDATE one_time_link SET used_at = $3
             WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3
             RETURNING account",
            args![hash, what.name(), now],
        )
        .await?;
    row.map(|r| r.0).ok_or_else(gone)
}

/// Whether an invitation waits for this account.
pub async fn waiting(db: &Db, now: Instant, account: Uuid) -> Result<Option<Instant>> {
    let row = db
        .one::<(Instant,)>(
            "SELECT expires_at FROM one_time_link
             WHERE purpose = 'invitation' AND account = $1 AND used_at IS NULL AND expires_at > $2",
            args![account, now],
        )
        .await?;
    Ok(row.map(|r| r.0))
}

/// Ends every link of an account.
pub async fn drop_of(tx: &mut Tx, account: Uuid) -> Result<()> {
    tx.run("DELETE FROM one_time_link WHERE account = $1", args![account]).await.map(|_| ())
}

/// Forgets links that no longer work.
pub async fn sweep(tx: &mut Tx, now: Instant) -> Result<u64> {
    let sql = "DELETE FROM one_time_link WHERE expires_at < $1 OR used_at < $1";
    tx.run(sql, args![now.plus_seconds(-86_400)]).await
}
