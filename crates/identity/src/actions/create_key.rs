//! Make a key for another program.
//!
//! Who: an administrator, within what they administer. The key itself is shown once; only its hash is kept.

use foundation::{Date, Result, error::invalid};
use kit::{Context, Fields, Permission, UnitId, audit};
use serde_json::json;
use uuid::Uuid;

use crate::actions::person_name;
use crate::grant::{Charge, write_packs};
use crate::store::keys::{self, NewKey};
use crate::token;

/// What every key begins with.
pub const PREFIX: &str = "tc_";

/// A key to be made.
pub struct CreateKey {
    /// What it is called.
    pub name: String,
    /// Its subtree.
    pub unit: UnitId,
    /// Its fields.
    pub packs: Fields,
    /// The last day on which it works; none means until it is revoked.
    pub last_day: Option<Date>,
}

impl CreateKey {
    /// Makes it. Answers its identity and its text.
    pub async fn run(self, cx: &Context) -> Result<(Uuid, String)> {
        Charge::of(cx, Permission::ManageAccounts).await?.demand(self.unit, &self.packs)?;
        let name = person_name(&self.name)?;
        let now = cx.clock.now();
        let expires_at = self.last_day.map(|d| d.add_days(1).start());
        if expires_at.is_some_and(|end| end <= now) {
            return Err(invalid("key_days", "Ngày cuối của khóa phải từ hôm nay trở đi."));
        }
        let secret = token::fresh_with(PREFIX)?;
        let id = foundation::new_id();
        let by = cx.actor.audit_name();
        let mut tx = cx.db.begin().await?;
        let (hash, unit, packs) = (&secret.hash, self.unit, &self.packs);
        let key = NewKey { id, hash, name: &name, unit, packs, expires_at, created_by: &by };
        keys::insert(&mut tx, now, key).await?;
        let detail =
            json!({ "unit": unit, "packs": write_packs(packs), "last_day": self.last_day.map(Date::iso) });
        audit(&mut tx, cx, "key.create", &format!("key:{id}"), &detail).await?;
        tx.commit().await?;
        Ok((id, secret.text))
    }
}
