//! Enter a person, who gets a link by which they choose their password.
//!
//! Who: an administrator. The person can do nothing until they are granted something within what the
//! administrator holds.

use foundation::Result;
use kit::{Context, audit};
use serde_json::json;
use uuid::Uuid;

use crate::actions::{person_name, sign_in_name, subject};
use crate::store::accounts::{self, NewAccount};
use crate::store::links::{self, Purpose};
use crate::token;

/// A person to be entered.
pub struct CreateAccount {
    /// What they are called.
    pub name: String,
    /// What they will sign in with.
    pub sign_in: String,
}

impl CreateAccount {
    /// Enters them. Answers the account and the token of the invitation, which is shown once.
    pub async fn run(self, cx: &Context) -> Result<(Uuid, String)> {
        let name = person_name(&self.name)?;
        let sign_in = sign_in_name(&self.sign_in)?;
        let link = token::fresh()?;
        let now = cx.clock.now();
        let id = foundation::new_id();
        let created_by = cx.actor.audit_name();
        let mut tx = cx.db.begin().await?;
        let new = NewAccount { id, sign_in: &sign_in, name: &name, password: None, created_by };
        accounts::insert(&mut tx, now, new).await?;
        links::insert(&mut tx, now, Purpose::Invitation, Some(id), &link.hash).await?;
        audit(&mut tx, cx, "account.create", &subject(id), &json!({})).await?;
        tx.commit().await?;
        Ok((id, link.text))
    }
}
