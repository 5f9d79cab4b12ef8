//! Who holds a permission at a unit: [`crate::reach`] the other way round.

use std::sync::Arc;

use foundation::{Date, Result};
use kit::house::Holder;
use kit::{Fields, Permission, UnitId};
use storage::Db;
use units::Map;

use crate::reach::Reaches;
use crate::store::grants;

/// So many people are named at most.
const MOST: usize = 200;

/// The units whose grants may reach `unit`, the nearest first: itself, its place, what lies above them; and
/// what went into those whole.
fn over(map: &Map, unit: UnitId, day: Date) -> Vec<UnitId> {
    let mut all = vec![unit];
    all.extend(map.on(unit, day).and_then(|v| v.place));
    let last = all.last().copied().unwrap_or(unit);
    all.extend(map.ancestors(last, day).iter().map(|v| v.unit));
    let mut at = 0;
    while let Some(unit) = all.get(at).copied() {
        let olds = map.predecessors(unit).filter(|s| s.whole && s.effective <= day).map(|s| s.old);
        let olds: Vec<UnitId> = olds.filter(|old| !all.contains(old)).collect();
        all.extend(olds);
        at += 1;
    }
    all
}

/// Who holds `permission` at `unit` in a field on `day`, those whose grant begins nearest first.
pub(crate) async fn holding(
    db: &Db,
    (map, day): (&Arc<Map>, Date),
    reaches: &Reaches,
    permission: Permission,
    unit: UnitId,
    pack: &str,
) -> Result<Vec<Holder>> {
    let over = over(map, unit, day);
    let mut found: Vec<(usize, Holder)> = Vec::new();
    for (grant, name) in grants::with_names(db, over.clone(), day).await? {
        let in_field = match &grant.packs {
            Fields::All => true,
            Fields::Some(packs) => packs.contains(pack),
        };
        let here = || reaches.units(map, grant.unit, day).contains(&unit);
        if in_field && grant.role.permissions().contains(permission) && here() {
            let far = over.iter().position(|u| *u == grant.unit).unwrap_or(usize::MAX);
            found.push((far, Holder { id: grant.account, name }));
        }
    }
    found.sort_by(|a, b| (a.0, &a.1.name, a.1.id).cmp(&(b.0, &b.1.name, b.1.id)));
    let mut people: Vec<Holder> = Vec::new();
    for (_, holder) in found {
        if people.len() < MOST && people.iter().all(|p| p.id != holder.id) {
            people.push(holder);
        }
    }
    Ok(people)
}
