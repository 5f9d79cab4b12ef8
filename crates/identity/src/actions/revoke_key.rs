//! Take a key back. It stops working at once.
//!
//! Who: an administrator of the key's subtree and fields.

use foundation::{Result, error::not_found};
use kit::{Context, Permission, audit};
use serde_json::json;
use uuid::Uuid;

use crate::actions::doorkeeper;
use crate::grant::{Charge, read_packs};
use crate::store::keys;

/// The key to be taken back.
pub struct RevokeKey(pub Uuid);

impl RevokeKey {
    /// Takes it back.
    pub async fn run(self, cx: &Context) -> Result<()> {
        let found = keys::get(&cx.db, self.0).await?;
        let key = found.ok_or_else(|| not_found("key_not_found", "Không có khóa này."))?;
        Charge::of(cx, Permission::ManageAccounts).await?.demand(key.unit, &read_packs(key.packs)?)?;
        if key.revoked_at.is_some() {
            return Ok(());
        }
        let mut tx = cx.db.begin().await?;
        keys::revoke(&mut tx, self.0, cx.clock.now()).await?;
        audit(&mut tx, cx, "key.revoke", &format!("key:{}", self.0), &json!({})).await?;
        tx.commit().await?;
        doorkeeper(cx)?.forget_all();
        Ok(())
    }
}
