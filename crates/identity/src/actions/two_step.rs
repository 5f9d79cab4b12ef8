//! Ask for a code at sign-in: begin with a new secret, confirm it with its first code, or stop.
//!
//! Who: the person, who must know the password to begin or stop. Nothing is asked of them before the first
//! code was right.

use foundation::{Error, Result, error::conflict, error::invalid};
use kit::{Context, audit};
use serde_json::json;

use crate::actions::change_password::prove;
use crate::actions::{doorkeeper, own_id, subject};
use crate::store::accounts;
use crate::totp;

/// Begins: makes a secret, shown as a QR code until it is confirmed.
pub struct BeginTwoStep {
    /// The person's password.
    pub password: String,
}

impl BeginTwoStep {
    /// Makes the secret.
    pub async fn run(self, cx: &Context) -> Result<()> {
        let id = own_id(cx)?;
        prove(cx, id, self.password).await?;
        let mut tx = cx.db.begin().await?;
        let sealed = doorkeeper(cx)?.seal(id, &totp::fresh()?)?;
        accounts::want_totp(&mut tx, id, &sealed).await?;
        tx.commit().await
    }
}

fn begin_again() -> Error {
    conflict("two_step_not_begun", "Hãy bắt đầu lại từ mã QR.")
}

/// Confirms with the first code.
pub struct ConfirmTwoStep {
    /// What the app shows.
    pub code: String,
}

impl ConfirmTwoStep {
    /// Confirms it. From now on a code is asked at every sign-in.
    pub async fn run(self, cx: &Context) -> Result<()> {
        let id = own_id(cx)?;
        let now = cx.clock.now();
        let wanted = accounts::secrets(&cx.db, id).await?.and_then(|s| s.totp_wanted);
        let wanted = wanted.ok_or_else(begin_again)?;
        let step = totp::step(&doorkeeper(cx)?.open(id, &wanted)?, &self.code, now)?;
        let step = step.ok_or_else(|| {
            invalid("first_code_wrong", "Mã chưa khớp. Hãy kiểm tra giờ của điện thoại rồi nhập mã mới.")
        })?;
        let mut tx = cx.db.begin().await?;
        if !accounts::confirm_totp(&mut tx, id, &wanted).await? {
            return Err(begin_again());
        }
        accounts::use_step(&mut tx, id, step).await?;
        audit(&mut tx, cx, "account.two_step", &subject(id), &json!({ "on": true })).await?;
        tx.commit().await
    }
}

/// Stops asking for codes.
pub struct StopTwoStep {
    /// The person's password.
    pub password: String,
}

impl StopTwoStep {
    /// Forgets the secret.
    pub async fn run(self, cx: &Context) -> Result<()> {
        let id = own_id(cx)?;
        prove(cx, id, self.password).await?;
        let mut tx = cx.db.begin().await?;
        accounts::drop_totp(&mut tx, id).await?;
        audit(&mut tx, cx, "account.two_step", &subject(id), &json!({ "on": false })).await?;
        tx.commit().await
    }
}
