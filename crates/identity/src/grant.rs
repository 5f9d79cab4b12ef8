//! A grant: role × subtree of a unit × fields, for some days; and what an actor is in charge of.

use std::collections::BTreeSet;
use std::sync::Arc;

use foundation::{Date, Result, error::forbidden, error::internal, error::invalid};
use kit::{Actor, Context, Fields, Permission, Reach, Role, UnitId};
use serde_json::Value as Json;
use storage::settings;
use uuid::Uuid;

use crate::auth::Auth;
use crate::store;

/// The setting that holds the root unit of the installation.
pub const ROOT_UNIT: &str = "root_unit";

/// What somebody may do where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its identity.
    pub id: Uuid,
    /// Whose.
    pub account: Uuid,
    /// As what.
    pub role: Role,
    /// In which subtree.
    pub unit: UnitId,
    /// In which fields.
    pub packs: Fields,
    /// The first day.
    pub valid_from: Date,
    /// The first day on which it no longer holds.
    pub valid_to: Option<Date>,
}

impl Grant {
    /// Whether it holds on `day`.
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|end| day < end)
    }

    /// Whether it ended before `day`.
    pub fn ended(&self, day: Date) -> bool {
        self.valid_to.is_some_and(|end| end <= day)
    }
}

/// The role of the page's heading, when somebody holds several: the first in the order of [`Role::ALL`].
pub fn highest(roles: impl Iterator<Item = Role>) -> Option<Role> {
    roles.min()
}

/// Reads the column `packs`.
pub fn read_packs(json: Option<Json>) -> Result<Fields> {
    match json {
        None => Ok(Fields::All),
        Some(list) => serde_json::from_value::<BTreeSet<String>>(list)
            .map(Fields::Some)
            .map_err(|e| internal("grant_packs", "Danh sách lĩnh vực của quyền bị hỏng").because(e)),
    }
}

/// Writes the column `packs`.
pub fn write_packs(packs: &Fields) -> Option<String> {
    match packs {
        Fields::All => None,
        Fields::Some(list) => Some(serde_json::json!(list).to_string()),
    }
}

/// Reads what a person typed, `health, education`; nothing means all.
pub fn parse_packs(text: &str) -> Result<Fields> {
    let ids: BTreeSet<String> =
        text.split([',', ' ', ';']).filter(|t| !t.is_empty()).map(str::to_owned).collect();
    let fits =
        |id: &String| id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b));
    match ids.iter().find(|id| !fits(id)) {
        Some(wrong) => Err(invalid(
            "pack_id",
            format!(
                "«{wrong}» không phải mã lĩnh vực. Mã chỉ gồm chữ thường không dấu, số, «_», ví dụ: health."
            ),
        )),
        None if ids.is_empty() => Ok(Fields::All),
        None => Ok(Fields::Some(ids)),
    }
}

fn covers(wide: &Fields, narrow: &Fields) -> bool {
    match (wide, narrow) {
        (Fields::All, _) => true,
        (Fields::Some(_), Fields::All) => false,
        (Fields::Some(wide), Fields::Some(narrow)) => narrow.is_subset(wide),
    }
}

/// Where an actor holds a permission: nobody gives others more than they hold themselves.
#[derive(Debug, Clone)]
pub enum Charge {
    /// The whole installation.
    Everything,
    /// These reaches.
    Within(Vec<Reach>),
}

impl Charge {
    /// Where `cx`'s actor holds `permission`.
    pub async fn of(cx: &Context, permission: Permission) -> Result<Charge> {
        let account = match &cx.actor {
            Actor::System(_) => return Ok(Charge::Everything),
            Actor::Person { id, .. } => *id,
            Actor::Public | Actor::Key { .. } => return Ok(Charge::Within(Vec::new())),
        };
        let auth = cx.house.get::<Auth>()?;
        let day = Date::of(cx.clock.now());
        let mut grants = store::grants::of_account(&cx.db, account).await?;
        grants.retain(|g| g.holds_on(day) && g.role.permissions().contains(permission));
        let reaches = auth.reaches(&grants);
        let root = root_unit(cx).await?;
        let whole = |r: &Reach| r.packs == Fields::All && root.is_some_and(|root| r.units.contains(&root));
        match reaches.iter().any(whole) {
            true => Ok(Charge::Everything),
            false => Ok(Charge::Within(reaches)),
        }
    }

    /// Whether the actor holds it at `unit` in all of `packs`.
    pub fn covers(&self, unit: UnitId, packs: &Fields) -> bool {
        match self {
            Charge::Everything => true,
            Charge::Within(all) => all.iter().any(|r| r.units.contains(&unit) && covers(&r.packs, packs)),
        }
    }

    /// Whether somebody with these grants, made by `created_by`, may be changed by the actor named `me`:
    /// every grant lies within the actor's own.
    pub fn commands(&self, grants: &[Grant], created_by: &str, me: &str) -> bool {
        match self {
            Charge::Everything => true,
            Charge::Within(_) if grants.is_empty() => created_by == me,
            Charge::Within(_) => grants.iter().all(|g| self.covers(g.unit, &g.packs)),
        }
    }

    /// Refuses what lies outside.
    pub fn demand(&self, unit: UnitId, packs: &Fields) -> Result<()> {
        match self.covers(unit, packs) {
            true => Ok(()),
            false => Err(forbidden(
                "beyond_own_grant",
                "Bạn chỉ giao được quyền trong địa bàn và lĩnh vực mà chính bạn quản trị.",
            )),
        }
    }
}

/// The root unit of the installation, once it was chosen.
pub async fn root_unit(cx: &Context) -> Result<Option<UnitId>> {
    let text = settings::get(&cx.db, ROOT_UNIT).await?;
    Ok(text.and_then(|t| t.parse().ok()))
}

/// The reach of one role on units, as a scope wants it.
pub fn reach(role: Role, units: Arc<BTreeSet<UnitId>>, packs: Fields) -> Reach {
    Reach { units: Arc::unwrap_or_clone(units), packs, may: role.permissions() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(ids: &[&str]) -> Fields {
        Fields::Some(ids.iter().map(|s| (*s).to_owned()).collect())
    }

    #[test]
    fn nobody_gives_more_than_they_hold() {
        let own = reach(Role::Admin, Arc::new([1, 2].into()), some(&["health"]));
        let charge = Charge::Within(vec![own]);
        assert!(charge.covers(2, &some(&["health"])));
        assert!(!charge.covers(2, &Fields::All) && !charge.covers(2, &some(&["health", "finance"])));
        assert!(!charge.covers(3, &some(&["health"])));
        assert_eq!(charge.demand(3, &Fields::All).unwrap_err().code(), "beyond_own_grant");
    }

    #[test]
    fn nobody_commands_somebody_who_holds_more_than_they_do() {
        let charge = Charge::Within(vec![reach(Role::Admin, Arc::new([2].into()), Fields::All)]);
        let grant = |unit| Grant {
            id: Uuid::nil(),
            account: Uuid::nil(),
            role: Role::Viewer,
            unit,
            packs: Fields::All,
            valid_from: Date(0),
            valid_to: None,
        };
        assert!(charge.commands(&[grant(2)], "", "me"));
        assert!(!charge.commands(&[grant(2), grant(1)], "", "me"));
        assert!(charge.commands(&[], "me", "me") && !charge.commands(&[], "another", "me"));
    }

    #[test]
    fn fields_are_typed_as_a_list_and_nothing_means_all() {
        assert_eq!(parse_packs(" ").unwrap(), Fields::All);
        assert_eq!(parse_packs("health, education").unwrap(), some(&["education", "health"]));
        assert!(parse_packs("Y tế").is_err());
        assert_eq!(read_packs(Some(serde_json::json!(["a"]))).unwrap(), some(&["a"]));
        assert!(read_packs(Some(serde_json::json!("a"))).is_err());
    }

    #[test]
    fn the_heading_is_the_highest_role() {
        use Role::*;
        assert_eq!(highest([Viewer, Officer].into_iter()), Some(Officer));
        assert_eq!(highest([Officer, Intake].into_iter()), Some(Intake));
        assert_eq!(highest([Intake, DutyOfficer].into_iter()), Some(DutyOfficer));
        assert_eq!(highest([].into_iter()), None);
    }

    #[test]
    fn a_grant_holds_from_its_first_day_until_the_day_before_its_end() {
        let grant = Grant {
            id: Uuid::nil(),
            account: Uuid::nil(),
            role: Role::Viewer,
            unit: 1,
            packs: Fields::All,
            valid_from: Date(10),
            valid_to: Some(Date(20)),
        };
        assert!(!grant.holds_on(Date(9)) && grant.holds_on(Date(10)));
        assert!(grant.holds_on(Date(19)) && !grant.holds_on(Date(20)));
    }
}
