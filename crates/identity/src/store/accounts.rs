//! Accounts.

use foundation::text::plain;
use foundation::{Instant, Result, error::conflict, error::not_found};
use storage::{Db, Tx, args, row};
use uuid::Uuid;

use crate::pause;
use crate::vault::Sealed;

row! {
    /// A person, without their secrets.
    #[derive(Debug, Clone)]
    pub struct Account {
        /// Their identity.
        pub id: Uuid,
        /// What they sign in with.
        pub sign_in: String,
        /// What they are called.
        pub name: String,
        /// Whether they have chosen a password.
        pub ready: bool,
        /// Whether a code is asked of them.
        pub two_step: bool,
        /// The language they chose.
        pub language: Option<String>,
        /// When they were entered.
        pub created_at: Instant,
        /// By whom, as the audit log names them.
        pub created_by: String,
        /// When they last signed in.
        pub signed_in_at: Option<Instant>,
        /// Since when they may not sign in.
        pub disabled_at: Option<Instant>,
    }
}

const ACCOUNT: &str = "SELECT id, sign_in, name, password IS NOT NULL AS ready,
    totp_secret IS NOT NULL AS two_step, language, created_at, created_by, signed_in_at, disabled_at
    FROM account";

row! {
    /// What a sign-in is checked against.
    #[derive(Clone)]
    pub struct Secrets {
        /// Whose.
        pub id: Uuid,
        /// The hash of the password; none until the invitation was taken.
        pub password: Option<String>,
        /// The secret of the codes, sealed; see [`vault`](crate::vault).
        pub totp_secret: Option<Vec<u8>>,
        /// A secret that waits for its first code, sealed.
        pub totp_wanted: Option<Vec<u8>>,
        /// Until when nobody may try.
        pub paused_until: Option<Instant>,
        /// Since when they may not sign in.
        pub disabled_at: Option<Instant>,
    }
}

const SECRETS: &str = "SELECT id, password, totp_secret, totp_wanted, paused_until, disabled_at FROM account";

/// What makes two sign-in names the same: neither case nor marks, so that nobody takes a name that looks
/// like another's.
pub fn sign_in_key(sign_in: &str) -> String {
    plain(sign_in).replace(' ', "")
}

/// An account to be entered.
pub struct NewAccount<'a> {
    /// Its identity.
    pub id: Uuid,
    /// What they sign in with.
    pub sign_in: &'a str,
    /// What they are called.
    pub name: &'a str,
    /// The hash of the password, when it is chosen already.
    pub password: Option<String>,
    /// By whom, as the audit log names them.
    pub created_by: String,
}

/// Enters an account; a sign-in name that somebody has is a conflict.
pub async fn insert(tx: &mut Tx, now: Instant, new: NewAccount<'_>) -> Result<()> {
    let done = tx
        .run(
            "INSERT INTO account (id, sign_in, sign_in_key, name, password, failures, created_at, created_by)
             VALUES ($1, $2, $3, $4, $5, 0, $6, $7) ON CONFLICT (sign_in_key) DO NOTHING",
            args![new.id, new.sign_in, sign_in_key(new.sign_in), new.name, new.password, now, new.created_by],
        )
        .await?;
    match done {
        1 => Ok(()),
        _ => Err(conflict("sign_in_taken", "Tên đăng nhập này đã có người dùng. Hãy chọn tên khác.")),
    }
}

/// An account.
pub async fn get(db: &Db, id: Uuid) -> Result<Account> {
    let found = db.one(&format!("{ACCOUNT} WHERE id = $1"), args![id]).await?;
    found.ok_or_else(|| not_found("account_not_found", "Không có tài khoản này."))
}

/// The name of an account, if there is one.
pub async fn name(db: &Db, id: Uuid) -> Result<Option<String>> {
    let found: Option<(String,)> = db.one("SELECT name FROM account WHERE id = $1", args![id]).await?;
    Ok(found.map(|row| row.0))
}

/// All accounts by name. There are as many as people who work with the program: thousands, not millions.
pub async fn all(db: &Db) -> Result<Vec<Account>> {
    db.all(&format!("{ACCOUNT} ORDER BY name, id"), args![]).await
}

/// The secrets of whoever signs in as `sign_in`.
pub async fn secrets_of(db: &Db, sign_in: &str) -> Result<Option<Secrets>> {
    db.one(&format!("{SECRETS} WHERE sign_in_key = $1"), args![sign_in_key(sign_in)]).await
}

/// The secrets of an account.
pub async fn secrets(db: &Db, id: Uuid) -> Result<Option<Secrets>> {
    db.one(&format!("{SECRETS} WHERE id = $1"), args![id]).await
}

/// Charges a try; refuses while the account is paused.
pub async fn charge(tx: &mut Tx, id: Uuid, now: Instant) -> Result<i64> {
    let charged = tx
        .one::<(i64,)>(
            "UPDATE account SET failures = failures + 1
             WHERE id = $1 AND (paused_until IS NULL OR paused_until <= $2) RETURNING failures",
            args![id, now],
        )
        .await?;
    let Some((failures,)) = charged else {
        let row = tx.one::<(Option<Instant>,)>("SELECT paused_until FROM account WHERE id = $1", args![id]);
        let until = row.await?.and_then(|r| r.0).unwrap_or(now);
        return Err(pause::paused(until, now));
    };
    let until = pause::until(failures, now);
    tx.run("UPDATE account SET paused_until = $2 WHERE id = $1", args![id, until]).await?;
    Ok(failures)
}

/// Gives back what was charged, after a sign-in.
pub async fn signed_in(tx: &mut Tx, id: Uuid, now: Instant) -> Result<()> {
    tx.run(
        "UPDATE account SET failures = 0, paused_until = NULL, signed_in_at = $2 WHERE id = $1",
        args![id, now],
    )
    .await
    .map(|_| ())
}

/// Gives back the one try that a right password was charged before a code is asked: wrong codes stay charged.
pub async fn give_back(tx: &mut Tx, id: Uuid) -> Result<()> {
    tx.run("UPDATE account SET failures = failures - 1, paused_until = NULL WHERE id = $1", args![id])
        .await
        .map(|_| ())
}

/// Gives back what was charged, after a password that was right where nobody signs in.
pub async fn forgive(tx: &mut Tx, id: Uuid) -> Result<()> {
    tx.run("UPDATE account SET failures = 0, paused_until = NULL WHERE id = $1", args![id]).await.map(|_| ())
}

/// Uses up a step of the codes; false when it or a later one was used before.
pub async fn use_step(tx: &mut Tx, id: Uuid, step: i64) -> Result<bool> {
    let sql = "UPDATE account SET totp_step = $2 WHERE id = $1 AND (totp_step IS NULL OR totp_step < $2)";
    Ok(tx.run(sql, args![id, step]).await? == 1)
}

/// Sets the password.
pub async fn set_password(tx: &mut Tx, id: Uuid, hash: &str) -> Result<()> {
    tx.run(
        "UPDATE account SET password = $2, failures = 0, paused_until = NULL WHERE id = $1",
        args![id, hash],
    )
    .await
    .map(|_| ())
}

/// Keeps a secret that waits for its first code.
pub async fn want_totp(tx: &mut Tx, id: Uuid, secret: &Sealed) -> Result<()> {
    tx.run(
        "UPDATE account SET totp_wanted = $2, totp_key = $3 WHERE id = $1",
        args![id, secret.bytes.as_slice(), secret.key.as_str()],
    )
    .await
    .map(|_| ())
}

/// The secret that waited, sealed as it is, becomes that of the codes. Says whether it still was there.
pub async fn confirm_totp(tx: &mut Tx, id: Uuid, waited: &[u8]) -> Result<bool> {
    let sql = "UPDATE account SET totp_secret = totp_wanted, totp_wanted = NULL, totp_step = NULL
         WHERE id = $1 AND totp_wanted = $2";
    Ok(tx.run(sql, args![id, waited]).await? == 1)
}

/// Takes away the secret of the codes.
pub async fn drop_totp(tx: &mut Tx, id: Uuid) -> Result<()> {
    tx.run(
        "UPDATE account SET totp_secret = NULL, totp_wanted = NULL, totp_step = NULL, totp_key = NULL
         WHERE id = $1",
        args![id],
    )
    .await
    .map(|_| ())
}

/// Bars or admits somebody.
pub async fn set_disabled(tx: &mut Tx, id: Uuid, at: Option<Instant>) -> Result<()> {
    tx.run("UPDATE account SET disabled_at = $2 WHERE id = $1", args![id, at]).await.map(|_| ())
}

/// Keeps the language somebody chose.
pub async fn set_language(tx: &mut Tx, id: Uuid, tag: &str) -> Result<()> {
    tx.run("UPDATE account SET language = $2 WHERE id = $1", args![id, tag]).await.map(|_| ())
}
