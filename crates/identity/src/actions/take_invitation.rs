//! Choose a password by an invitation.
//!
//! Who: whoever holds the link. All sessions of the account end and no code is asked any more, because this
//! is also the way back for somebody who lost their phone.

use foundation::{Result, error::not_found};
use kit::{Context, audit};
use serde_json::json;

use crate::actions::sign_in::{SignedIn, begin};
use crate::actions::{acting, doorkeeper, subject};
use crate::store::links::{self, Purpose};
use crate::store::{accounts, sessions};
use crate::{password, token};

/// An invitation that is taken.
pub struct TakeInvitation {
    /// The token of the link.
    pub token: String,
    /// The password.
    pub password: String,
    /// The browser's name for itself.
    pub agent: String,
}

impl TakeInvitation {
    /// Sets the password and signs in.
    pub async fn run(self, cx: &Context) -> Result<SignedIn> {
        let now = cx.clock.now();
        let hash = token::hash(&self.token);
        let gone = || not_found("link_gone", "Đường dẫn này không còn dùng được. Hãy xin đường dẫn mới.");
        let id = links::look(&cx.db, now, Purpose::Invitation, &hash).await?.ok_or_else(gone)?;
        let account = accounts::get(&cx.db, id).await?;
        if account.disabled_at.is_some() {
            return Err(gone());
        }
        password::check(&self.password, &account.sign_in)?;
        let password = doorkeeper(cx)?.passwords.hash(self.password).await?;
        let mut tx = cx.db.begin().await?;
        links::take(&mut tx, now, Purpose::Invitation, &hash).await?;
        accounts::set_password(&mut tx, id, &password).await?;
        accounts::drop_totp(&mut tx, id).await?;
        sessions::close_others(&mut tx, id, &[]).await?;
        links::drop_of(&mut tx, id).await?;
        audit(&mut tx, &acting(cx, id), "account.password", &subject(id), &json!({ "by": "invitation" }))
            .await?;
        let signed_in = begin(&mut tx, cx, id, &self.agent).await?;
        tx.commit().await?;
        doorkeeper(cx)?.forget_all();
        Ok(signed_in)
    }
}
