//! What an actor sees: places × fields. Every list query takes a `Scope`; there is no query without one.

use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

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

/// One grant: the units of a subtree, in all fields or some.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reach {
    /// The subtree's units, its root first.
    pub units: BTreeSet<UnitId>,
    /// The packs, or all.
    pub packs: Fields,
    /// Whether figures may be written here.
    pub write: bool,
    /// Whether targets may be set here.
    pub targets: bool,
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
    /// Whether internal figures of `pack` at `unit` may be read.
    pub fn reads(&self, unit: UnitId, pack: &str) -> bool {
        match self {
            Scope::Public => false,
            Scope::System(_) => true,
            Scope::Granted(g) => g.grants.iter().any(|r| r.packs.contains(pack) && r.units.contains(&unit)),
        }
    }

    /// Whether figures of `pack` at `unit` may be written.
    pub fn writes(&self, unit: UnitId, pack: &str) -> bool {
        match self {
            Scope::Public => false,
            Scope::System(_) => true,
            Scope::Granted(g) => {
                g.grants.iter().any(|r| r.write && r.packs.contains(pack) && r.units.contains(&unit))
            }
        }
    }

    /// Whether targets of `pack` may be set for `unit`.
    pub fn sets_targets(&self, unit: UnitId, pack: &str) -> bool {
        match self {
            Scope::Public => false,
            Scope::System(_) => true,
            Scope::Granted(g) => {
                g.grants.iter().any(|r| r.targets && r.packs.contains(pack) && r.units.contains(&unit))
            }
        }
    }

    /// The units in which figures of `pack` may be written; `None` means every unit.
    pub fn writable_units(&self, pack: &str) -> Option<BTreeSet<UnitId>> {
        match self {
            Scope::Public => Some(BTreeSet::new()),
            Scope::System(_) => None,
            Scope::Granted(g) => Some(
                g.grants
                    .iter()
                    .filter(|r| r.write && r.packs.contains(pack))
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

    fn granted(units: &[UnitId], packs: Fields, write: bool) -> Scope {
        let reach = Reach { units: units.iter().copied().collect(), packs, write, targets: false };
        Scope::Granted(Arc::new(Granted { grants: vec![reach] }))
    }

    #[test]
    fn the_public_reads_no_internal_figure() {
        assert!(!Scope::Public.reads(1, "health"));
    }

    #[test]
    fn a_department_sees_its_field_in_all_communes_and_no_other_field() {
        let scope = granted(&[92, 131507], Fields::Some(["health".to_owned()].into()), true);
        assert!(scope.reads(131507, "health") && scope.writes(131507, "health"));
        assert!(!scope.reads(131507, "finance"));
    }

    #[test]
    fn a_commune_does_not_write_its_neighbours_figures() {
        let scope = granted(&[131507], Fields::All, true);
        assert!(!scope.writes(131673, "health"));
    }

    #[test]
    fn the_same_grants_make_the_same_audience() {
        assert_eq!(
            granted(&[1, 2], Fields::All, false).audience(),
            granted(&[2, 1], Fields::All, false).audience()
        );
        assert_ne!(granted(&[1], Fields::All, false).audience(), Scope::Public.audience());
    }
}
