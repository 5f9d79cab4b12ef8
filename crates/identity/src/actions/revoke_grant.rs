//! Take a grant back, from today.
//!
//! Who: an administrator of all that the person holds. The last administrator of the whole place stays one.

use foundation::{Date, Result, error::not_found};
use kit::{Context, audit};
use serde_json::json;
use uuid::Uuid;

use crate::actions::{admins, commanded, doorkeeper, keep_an_admin, subject};
use crate::store::grants;

/// The grant to be taken back.
pub struct RevokeGrant(pub Uuid);

impl RevokeGrant {
    /// Takes it back; answers whose it was.
    pub async fn run(self, cx: &Context) -> Result<Uuid> {
        let found = grants::get(&cx.db, self.0).await?;
        let grant = found.ok_or_else(|| not_found("grant_not_found", "Không có quyền này."))?;
        commanded(cx, grant.account).await?;
        let day = Date::of(cx.clock.now());
        if grant.ended(day) {
            return Ok(grant.account);
        }
        let mut tx = cx.db.begin().await?;
        tx.lock("identity-admins").await?;
        let before = admins(&mut tx, cx).await?;
        grants::end(&mut tx, grant.id, day.max(grant.valid_from)).await?;
        keep_an_admin(&mut tx, cx, before).await?;
        let detail = json!({ "grant": grant.id, "role": grant.role, "unit": grant.unit });
        audit(&mut tx, cx, "account.revoke", &subject(grant.account), &detail).await?;
        tx.commit().await?;
        doorkeeper(cx)?.forget_all();
        Ok(grant.account)
    }
}
