//! Bar an account, or admit it again.
//!
//! Who: an administrator of all that the person holds, never themselves. A barred person is signed out at
//! once, and their links stop working; what they did stays theirs.

use foundation::{Result, error::conflict};
use kit::{Context, audit};
use serde_json::json;
use uuid::Uuid;

use crate::actions::{admins, commanded, doorkeeper, keep_an_admin, own_id, subject};
use crate::store::{accounts, links, sessions};

/// Bars an account.
pub struct Disable(pub Uuid);

impl Disable {
    /// Bars it.
    pub async fn run(self, cx: &Context) -> Result<()> {
        commanded(cx, self.0).await?;
        if own_id(cx).is_ok_and(|own| own == self.0) {
            return Err(conflict("own_account", "Bạn không tự khóa tài khoản của mình được."));
        }
        let mut tx = cx.db.begin().await?;
        tx.lock("identity-admins").await?;
        let before = admins(&mut tx, cx).await?;
        accounts::set_disabled(&mut tx, self.0, Some(cx.clock.now())).await?;
        keep_an_admin(&mut tx, cx, before).await?;
        sessions::close_others(&mut tx, self.0, &[]).await?;
        links::drop_of(&mut tx, self.0).await?;
        audit(&mut tx, cx, "account.disable", &subject(self.0), &json!({})).await?;
        tx.commit().await?;
        doorkeeper(cx)?.forget_all();
        Ok(())
    }
}

/// Admits an account again.
pub struct Enable(pub Uuid);

impl Enable {
    /// Admits it.
    pub async fn run(self, cx: &Context) -> Result<()> {
        commanded(cx, self.0).await?;
        let mut tx = cx.db.begin().await?;
        accounts::set_disabled(&mut tx, self.0, None).await?;
        audit(&mut tx, cx, "account.enable", &subject(self.0), &json!({})).await?;
        tx.commit().await
    }
}
