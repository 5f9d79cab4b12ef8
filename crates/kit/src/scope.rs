//! What an actor sees: places × fields. Every list query takes a `Scope`; there is no query without one.

use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::actor::{Permission, Permissions};

/// A unit's identity: a place or an agency. Codes and names are dated attributes of it.
pub type UnitId = i64;

/// What an actor sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// What everybody may see.
    Public,
    /// What grants allow.
    Granted(Arc<Granted>),
    /// Everything, with the reason why: command line, jobs, migrations.
    System(&'static str),
}

/// The grants of one person, resolved to units.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Granted {
    /// Each grant's reach.
    pub grants: Vec<Reach>,
}

/// One grant: what may be done in the units of a subtree, in all fields or some.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reach {
    /// The subtree's units, its root first.
    pub units: BTreeSet<UnitId>,
    /// The packs, or all.
    pub packs: Fields,
    /// What may be done here.
    pub may: Permissions,
}

impl Granted {
    /// What may be done somewhere.
    pub fn may(&self) -> Permissions {
        self.grants.iter().fold(Permissions::default(), |all, r| all.union(r.may))
    }
}

/// Fields of government.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Fields {
    /// Every pack.
    All,
    /// These packs.
    Some(BTreeSet<String>),
}

impl Fields {
    fn contains(&self, pack: &str) -> bool {
        match self {
            Fields::All => true,
            Fields::Some(packs) => packs.contains(pack),
        }
    }
}

impl Scope {
    /// Whether one grant allows `permission` in `pack` at `unit`.
    pub fn allows(&self, permission: Permission, unit: UnitId, pack: &str) -> bool {
        match self {
            Scope::Public => false,
            Scope::System(_) => true,
            Scope::Granted(g) => g
                .grants
                .iter()
                .any(|r| r.may.contains(permission) && r.packs.contains(pack) && r.units.contains(&unit)),
        }
    }

    /// Whether internal figures of `pack` at `unit` may be read.
    pub fn reads(&self, unit: UnitId, pack: &str) -> bool {
        self.allows(Permission::ReadInternal, unit, pack)
    }

    /// Whether figures of `pack` at `unit` may be written.
    pub fn writes(&self, unit: UnitId, pack: &str) -> bool {
        self.allows(Permission::WriteFigures, unit, pack)
    }

    /// Whether targets of `pack` may be set for `unit`.
    pub fn sets_targets(&self, unit: UnitId, pack: &str) -> bool {
        self.allows(Permission::SetTargets, unit, pack)
    }

    /// The units in which `permission` is allowed in `pack`; `None` means every unit.
    pub fn units_where(&self, permission: Permission, pack: &str) -> Option<BTreeSet<UnitId>> {
        match self {
            Scope::Public => Some(BTreeSet::new()),
            Scope::System(_) => None,
            Scope::Granted(g) => Some(
                g.grants
                    .iter()
                    .filter(|r| r.may.contains(permission) && r.packs.contains(pack))
                    .flat_map(|r| r.units.iter().copied())
                    .collect(),
            ),
        }
    }

    /// A number that is the same for readers who see the same; 0 is the public. Fragments are shared by it.
    pub fn audience(&self) -> u64 {
        match self {
            Scope::Public => 0,
            Scope::System(_) => 1,
            Scope::Granted(g) => {
                let mut hasher = DefaultHasher::new();
                g.hash(&mut hasher);
                hasher.finish().max(2)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Role;

    fn reach(role: Role, units: &[UnitId], packs: Fields) -> Reach {
        Reach { units: units.iter().copied().collect(), packs, may: role.permissions() }
    }

    fn scope(grants: &[Reach]) -> Scope {
        Scope::Granted(Arc::new(Granted { grants: grants.to_vec() }))
    }

    fn health() -> Fields {
        Fields::Some(["health".to_owned()].into())
    }

    #[test]
    fn the_public_may_nothing_and_the_program_everything() {
        for permission in Permission::ALL {
            assert!(!Scope::Public.allows(permission, 1, "health"), "{permission:?}");
            assert!(Scope::System("test").allows(permission, 1, "health"), "{permission:?}");
        }
        assert_eq!(Scope::Public.units_where(Permission::ReadInternal, "health"), Some([].into()));
        assert_eq!(Scope::System("test").units_where(Permission::ReadInternal, "health"), None);
    }

    #[test]
    fn a_department_sees_its_field_in_all_communes_and_no_other_field() {
        let scope = scope(&[reach(Role::Officer, &[92, 131507], health())]);
        assert!(scope.reads(131507, "health") && scope.writes(131507, "health"));
        assert!(!scope.reads(131507, "finance"));
    }

    #[test]
    fn a_commune_does_not_write_its_neighbours_figures() {
        let scope = scope(&[reach(Role::Officer, &[131507], Fields::All)]);
        assert!(!scope.writes(131673, "health"));
    }

    #[test]
    fn a_grant_gives_its_permissions_at_its_own_place_and_in_its_own_field() {
        let leader = reach(Role::Leader, &[1], Fields::All);
        let officer = reach(Role::Officer, &[2, 3], health());
        let scope = scope(&[leader, officer]);
        assert!(scope.sets_targets(1, "health") && !scope.writes(1, "health"));
        assert!(scope.writes(2, "health") && !scope.sets_targets(2, "health"));
        assert!(scope.reads(1, "finance") && !scope.reads(2, "finance") && !scope.writes(2, "finance"));
        assert_eq!(scope.units_where(Permission::WriteFigures, "health"), Some([2, 3].into()));
        assert_eq!(scope.units_where(Permission::WriteFigures, "finance"), Some([].into()));
        assert_eq!(scope.units_where(Permission::ReadInternal, "health"), Some([1, 2, 3].into()));
    }

    #[test]
    fn the_same_grants_make_the_same_audience() {
        let viewer = |units: &[UnitId]| scope(&[reach(Role::Viewer, units, Fields::All)]).audience();
        assert_eq!(viewer(&[1, 2]), viewer(&[2, 1]));
        assert_ne!(viewer(&[1]), Scope::Public.audience());
        assert_ne!(viewer(&[1]), scope(&[reach(Role::Officer, &[1], Fields::All)]).audience());
    }
}
