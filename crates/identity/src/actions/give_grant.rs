//! Grant a role on a subtree of units, in all fields or some.
//!
//! Who: an administrator, within what they administer themselves, to an account that holds nothing beyond it.
//! Roles mix freely: each holds at the place and in the fields of its own grant.

use foundation::{Date, Result, error::conflict, error::invalid};
use kit::{Context, Fields, Role, UnitId, audit};
use serde_json::json;
use uuid::Uuid;

use crate::actions::{commanded, doorkeeper, subject};
use crate::grant::Grant;
use crate::store::grants;

/// A role to be given.
pub struct GiveGrant {
    /// To whom.
    pub account: Uuid,
    /// Which.
    pub role: Role,
    /// On which subtree.
    pub unit: UnitId,
    /// In which fields.
    pub packs: Fields,
    /// From which day; today when none is said.
    pub valid_from: Option<Date>,
    /// Until the day before this one.
    pub valid_to: Option<Date>,
}

impl GiveGrant {
    /// Gives it.
    pub async fn run(self, cx: &Context) -> Result<Uuid> {
        let (account, charge) = commanded(cx, self.account).await?;
        charge.demand(self.unit, &self.packs)?;
        if self.role == Role::Integration {
            return Err(invalid("role_for_keys", "Vai trò này chỉ dành cho khóa API, không dành cho người."));
        }
        let now = cx.clock.now();
        let valid_from = self.valid_from.unwrap_or(Date::of(now));
        if self.valid_to.is_some_and(|end| end <= valid_from) {
            return Err(invalid("grant_days", "Ngày kết thúc phải sau ngày bắt đầu."));
        }
        let mut others = grants::of_account(&cx.db, self.account).await?;
        others.retain(|g| !g.ended(Date::of(now)));
        let grant = Grant {
            id: foundation::new_id(),
            account: account.id,
            role: self.role,
            unit: self.unit,
            packs: self.packs,
            valid_from,
            valid_to: self.valid_to,
        };
        let same = |g: &Grant| (g.role, g.unit, &g.packs) == (grant.role, grant.unit, &grant.packs);
        if others.iter().any(|g| same(g) && g.valid_to.is_none()) {
            return Err(conflict("grant_exists", "Người này đã có quyền đó rồi."));
        }
        let mut tx = cx.db.begin().await?;
        grants::insert(&mut tx, now, &grant, &cx.actor.audit_name()).await?;
        let detail = json!({
            "grant": grant.id, "role": grant.role, "unit": grant.unit,
            "packs": crate::grant::write_packs(&grant.packs), "from": grant.valid_from.iso(),
            "to": grant.valid_to.map(Date::iso),
        });
        audit(&mut tx, cx, "account.grant", &subject(account.id), &detail).await?;
        tx.commit().await?;
        doorkeeper(cx)?.forget_all();
        Ok(grant.id)
    }
}
