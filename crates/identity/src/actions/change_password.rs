//! Change one's own password.
//!
//! Who: the person, who must know the old one. All their other sessions end.

use foundation::{Result, error::invalid};
use kit::{Context, audit};
use serde_json::json;

use crate::actions::{doorkeeper, own_id, subject};
use crate::store::{accounts, sessions};
use crate::{password, token};

/// A change of password.
pub struct ChangePassword {
    /// The old one.
    pub old: String,
    /// The new one.
    pub new: String,
    /// The cookie of the session that stays.
    pub session: String,
}

impl ChangePassword {
    /// Changes it.
    pub async fn run(self, cx: &Context) -> Result<()> {
        let id = own_id(cx)?;
        prove(cx, id, self.old).await?;
        let account = accounts::get(&cx.db, id).await?;
        password::check(&self.new, &account.sign_in)?;
        let hash = doorkeeper(cx)?.passwords.hash(self.new).await?;
        let mut tx = cx.db.begin().await?;
        accounts::set_password(&mut tx, id, &hash).await?;
        sessions::close_others(&mut tx, id, &token::hash(&self.session)).await?;
        audit(&mut tx, cx, "account.password", &subject(id), &json!({})).await?;
        tx.commit().await?;
        doorkeeper(cx)?.forget_all();
        Ok(())
    }
}

/// Lets a person prove that they are who signed in; wrong tries are charged as at the door.
pub(crate) async fn prove(cx: &Context, id: uuid::Uuid, password: String) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    accounts::charge(&mut tx, id, cx.clock.now()).await?;
    tx.commit().await?;
    let hash = accounts::secrets(&cx.db, id).await?.and_then(|s| s.password);
    if !doorkeeper(cx)?.passwords.verify(password, hash).await? {
        return Err(invalid("wrong_old_password", "Mật khẩu hiện tại chưa đúng."));
    }
    let mut tx = cx.db.begin().await?;
    accounts::forgive(&mut tx, id).await?;
    tx.commit().await
}
