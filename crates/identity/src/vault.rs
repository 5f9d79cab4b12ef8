//! The secrets of codes under the installation key: sealed when they are kept, opened when a code is counted.
//!
//! Invariant: after [`settle`] no secret lies in the database that the key of this folder does not open.

use foundation::{Result, error::conflict};
use storage::{Db, InstallationKey, Tx, args};
use uuid::Uuid;

/// What a secret is sealed for: it opens in no other account's row.
fn place(account: Uuid) -> String {
    format!("account/{account}/totp")
}

/// A secret as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The sealed bytes.
    pub bytes: Vec<u8>,
    /// The print of the key.
    pub key: String,
}

/// Seals the secret of an account.
pub fn seal(key: &InstallationKey, account: Uuid, secret: &[u8]) -> Result<Sealed> {
    Ok(Sealed { bytes: key.seal(&place(account), secret)?, key: key.print().to_owned() })
}

/// Opens the secret of an account.
pub fn open(key: &InstallationKey, account: Uuid, sealed: &[u8]) -> Result<Vec<u8>> {
    key.open(&place(account), sealed)
}

/// The prints of the keys under which secrets lie.
async fn prints(db: &Db) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT totp_key FROM account WHERE totp_key IS NOT NULL ORDER BY totp_key";
    Ok(db.all::<(String,)>(sql, args![]).await?.into_iter().map(|p| p.0).collect())
}

/// The key that opens what lies in the database: that of the data folder, or a new one where nothing is
/// sealed yet. What was kept before there was a key is sealed. `make` makes the folder's key.
///
/// Errors: `installation_key_missing`, `installation_key_other`: a start would lock people out in silence.
pub async fn settle(
    db: &Db,
    key: Option<InstallationKey>,
    make: impl FnOnce() -> Result<InstallationKey>,
) -> Result<InstallationKey> {
    let prints = prints(db).await?;
    let remedy = "Hãy chép đúng tệp installation.key vào thư mục dữ liệu. Nếu tệp đã mất hẳn: dừng máy chủ, \
                  chạy «toancanh user forget-two-step»; mọi người đăng nhập bằng mật khẩu rồi bật lại mã \
                  xác thực.";
    let key = match key {
        Some(key) if prints.iter().all(|print| print == key.print()) => key,
        Some(_) => {
            let why =
                "Tệp khóa installation.key không phải khóa đã mã hóa mã xác thực trong cơ sở dữ liệu này.";
            return Err(conflict("installation_key_other", format!("{why} {remedy}")));
        }
        None if prints.is_empty() => make()?,
        None => {
            let why = "Thư mục dữ liệu thiếu tệp khóa installation.key (bản sao lưu không chứa tệp này).";
            return Err(conflict("installation_key_missing", format!("{why} {remedy}")));
        }
    };
    seal_old(db, &key).await?;
    Ok(key)
}

/// Seals what was kept before there was a key. All in one transaction.
async fn seal_old(db: &Db, key: &InstallationKey) -> Result<()> {
    type Plain = (Uuid, Option<Vec<u8>>, Option<Vec<u8>>);
    let mut tx = db.begin().await?;
    tx.lock("identity.totp_key").await?;
    let old: Vec<Plain> = tx
        .all(
            "SELECT id, totp_secret, totp_wanted FROM account
             WHERE totp_key IS NULL AND (totp_secret IS NOT NULL OR totp_wanted IS NOT NULL)",
            args![],
        )
        .await?;
    if old.is_empty() {
        return Ok(());
    }
    for (id, secret, wanted) in &old {
        let sealed = |plain: &Option<Vec<u8>>| plain.as_ref().map(|p| key.seal(&place(*id), p)).transpose();
        tx.run(
            "UPDATE account SET totp_secret = $2, totp_wanted = $3, totp_key = $4 WHERE id = $1",
            args![*id, sealed(secret)?, sealed(wanted)?, key.print()],
        )
        .await?;
    }
    tx.commit().await?;
    tracing::info!(accounts = old.len(), "the secrets of codes were sealed with the installation key");
    Ok(())
}

/// Takes away every secret of codes: the key that opened them is lost. Says how many accounts had one.
pub async fn forget(tx: &mut Tx) -> Result<u64> {
    tx.run(
        "UPDATE account SET totp_secret = NULL, totp_wanted = NULL, totp_step = NULL, totp_key = NULL
         WHERE totp_secret IS NOT NULL OR totp_wanted IS NOT NULL OR totp_key IS NOT NULL",
        args![],
    )
    .await
}
