//! Sign in with a name and a password, and with a code when the person has set that up.
//!
//! Who: anybody. A name that no account has, a wrong password and a barred account look the same and take
//! the same time. A try is charged before the password is looked at; see [`crate::pause`].

use std::net::IpAddr;

use foundation::{Error, Kind, Result};
use kit::{Context, audit};
use serde_json::json;
use storage::Tx;
use uuid::Uuid;

use crate::actions::{acting, doorkeeper, subject};
use crate::store::accounts::{self, Secrets};
use crate::store::links::{self, Purpose};
use crate::store::sessions;
use crate::{token, totp};

/// From where somebody signs in.
#[derive(Debug, Clone)]
pub struct From {
    /// The address.
    pub ip: IpAddr,
    /// The browser's name for itself.
    pub agent: String,
}

/// A session that has begun.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// What the cookie carries.
    pub session: String,
    /// Whose it is.
    pub account: Uuid,
}

/// How far a sign-in came.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// All the way.
    In(SignedIn),
    /// The password was right; a code is wanted, together with this token.
    CodeWanted(String),
}

/// The first step.
pub struct SignIn {
    /// What they sign in with.
    pub sign_in: String,
    /// Their password.
    pub password: String,
}

fn wrong() -> Error {
    Error::new(Kind::Unauthenticated, "wrong_sign_in", "Tên đăng nhập hoặc mật khẩu chưa đúng.")
}

fn wrong_code() -> Error {
    Error::new(Kind::Unauthenticated, "wrong_code", "Mã chưa đúng hoặc đã dùng. Hãy chờ mã mới rồi nhập lại.")
}

impl SignIn {
    /// Signs in.
    pub async fn run(self, cx: &Context, from: From) -> Result<Outcome> {
        let auth = doorkeeper(cx)?;
        let now = cx.clock.now();
        auth.addresses.check_address(&from.ip, now)?;
        let known = accounts::secrets_of(&cx.db, &self.sign_in).await?;
        charge(cx, known.as_ref(), &self.sign_in).await?;
        let hash = known.as_ref().and_then(|k| k.password.clone());
        let right = auth.passwords.verify(self.password, hash).await?;
        let known = match known.filter(|k| right && k.disabled_at.is_none()) {
            Some(known) => known,
            None => {
                auth.addresses.charge_address(&from.ip, now);
                return Err(wrong());
            }
        };
        let mut tx = cx.db.begin().await?;
        if known.totp_secret.is_some() {
            accounts::give_back(&mut tx, known.id).await?;
            let link = token::fresh()?;
            links::insert(&mut tx, now, Purpose::SecondStep, Some(known.id), &link.hash).await?;
            tx.commit().await?;
            return Ok(Outcome::CodeWanted(link.text));
        }
        let signed_in = begin(&mut tx, cx, known.id, &from.agent).await?;
        tx.commit().await?;
        Ok(Outcome::In(signed_in))
    }
}

/// The second step.
pub struct SecondStep {
    /// What the first step gave.
    pub token: String,
    /// The code that the app shows.
    pub code: String,
}

impl SecondStep {
    /// Signs in.
    pub async fn run(self, cx: &Context, from: From) -> Result<SignedIn> {
        let auth = doorkeeper(cx)?;
        let now = cx.clock.now();
        auth.addresses.check_address(&from.ip, now)?;
        let hash = token::hash(&self.token);
        let id = links::look(&cx.db, now, Purpose::SecondStep, &hash).await?;
        let known = match id {
            Some(id) => accounts::secrets(&cx.db, id).await?,
            None => None,
        };
        let known = known.filter(|k| k.disabled_at.is_none()).ok_or_else(wrong)?;
        charge(cx, Some(&known), "").await?;
        let step = match known.totp_secret.as_deref() {
            Some(sealed) => totp::step(&auth.open(known.id, sealed)?, &self.code, now)?,
            None => None,
        };
        let Some(step) = step else {
            auth.addresses.charge_address(&from.ip, now);
            return Err(wrong_code());
        };
        let mut tx = cx.db.begin().await?;
        if !accounts::use_step(&mut tx, known.id, step).await? {
            return Err(wrong_code());
        }
        links::take(&mut tx, now, Purpose::SecondStep, &hash).await?;
        let signed_in = begin(&mut tx, cx, known.id, &from.agent).await?;
        tx.commit().await?;
        Ok(signed_in)
    }
}

/// Charges a try. The fifth in a row and every one after it is written into the log.
async fn charge(cx: &Context, known: Option<&Secrets>, sign_in: &str) -> Result<()> {
    let now = cx.clock.now();
    let Some(known) = known else {
        return doorkeeper(cx)?.names.charge_name(&accounts::sign_in_key(sign_in), now);
    };
    let mut tx = cx.db.begin().await?;
    let failures = accounts::charge(&mut tx, known.id, now).await?;
    if failures > crate::pause::FREE {
        let detail = json!({ "tries": failures });
        audit(&mut tx, cx, "sign_in.paused", &subject(known.id), &detail).await?;
    }
    tx.commit().await
}

/// Begins a session in this transaction.
pub(crate) async fn begin(tx: &mut Tx, cx: &Context, account: Uuid, agent: &str) -> Result<SignedIn> {
    let now = cx.clock.now();
    accounts::signed_in(tx, account, now).await?;
    let session = sessions::open(tx, now, account, agent).await?;
    audit(tx, &acting(cx, account), "sign_in", &subject(account), &json!({})).await?;
    Ok(SignedIn { session: session.text, account })
}
