//! The atlas: every unit through time, in memory. About fourteen thousand versions, read once and replaced
//! whole when units change, so that asking it costs no query.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::atomic::{self, AtomicI64};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use foundation::text::{SearchKey, spelling};
use foundation::{Clock, Date, Result, error::not_found, error::unavailable};
use kit::UnitId;
use storage::{Db, settings};

use crate::store;
use crate::version::{Level, Succession, Version};

/// The setting that holds the unit which this installation serves.
pub const ROOT: &str = "root_unit";

/// The service that holds today's [`Map`] and the unit that this installation serves.
#[derive(Default)]
pub struct Atlas {
    map: RwLock<Arc<Map>>,
    root: AtomicI64,
}

impl Atlas {
    /// Reads all units.
    pub async fn open(db: &Db) -> Result<Atlas> {
        let atlas = Atlas::default();
        atlas.reload(db).await?;
        Ok(atlas)
    }

    /// Reads all units again, after they changed.
    pub async fn reload(&self, db: &Db) -> Result<()> {
        let map =
            Map::new(store::versions(db).await?, store::successions(db).await?, store::names(db).await?);
        *self.map.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(map);
        let root = settings::get(db, ROOT).await?.and_then(|id| id.parse().ok()).unwrap_or(0);
        self.root.store(root, atomic::Ordering::Relaxed);
        Ok(())
    }

    /// The unit that this installation serves; `None` until somebody chose it.
    pub fn root(&self) -> Option<UnitId> {
        Some(self.root.load(atomic::Ordering::Relaxed)).filter(|id| *id != 0)
    }

    /// The unit that this installation serves, or a sentence that says how to choose it.
    pub fn require_root(&self) -> Result<UnitId> {
        self.root().ok_or_else(|| {
            unavailable(
                "root_not_chosen",
                "Chưa chọn địa phương mà hệ thống phục vụ. Người quản trị chọn khi tạo tài khoản đầu tiên, \
                 hoặc bằng lệnh «toancanh units root MÃ».",
            )
        })
    }

    /// The units as they are known now. Hold it for one request, not longer.
    pub fn map(&self) -> Arc<Map> {
        self.map.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Every unit through time. The indexes are sorted lists of places in `versions` and `successions`: a hundred
/// thousand small maps would weigh more than the units themselves.
#[derive(Default)]
pub struct Map {
    versions: Vec<Version>,
    by_unit: HashMap<UnitId, std::ops::Range<usize>>,
    by_code: Vec<u32>,
    by_spelling: Vec<(Box<str>, u32)>,
    by_parent: Vec<(UnitId, u32)>,
    agencies: Vec<u32>,
    names: Vec<(UnitId, String)>,
    successions: Vec<Succession>,
    by_heir: Vec<u32>,
    days_of_change: Vec<Date>,
    search_keys: OnceLock<Vec<SearchKey>>,
}

/// The run of a sorted list that is neither below nor above what is wanted.
fn run<T>(list: &[T], at: impl Fn(&T) -> Ordering) -> &[T] {
    let from = list.partition_point(|x| at(x).is_lt());
    let many = list[from..].partition_point(|x| at(x).is_eq());
    &list[from..from + many]
}

impl Map {
    /// Indexes units. `versions` are ordered by unit and first day.
    pub fn new(
        mut versions: Vec<Version>,
        mut successions: Vec<Succession>,
        mut names: Vec<(UnitId, String)>,
    ) -> Map {
        versions.shrink_to_fit();
        successions.shrink_to_fit();
        names.shrink_to_fit();
        let mut by_unit = HashMap::new();
        let mut start = 0;
        for (i, v) in versions.iter().enumerate() {
            if versions.get(i + 1).is_none_or(|next| next.unit != v.unit) {
                by_unit.insert(v.unit, start..i + 1);
                start = i + 1;
            }
        }
        let all = || versions.iter().zip(0_u32..);
        let mut by_code: Vec<u32> = (0..versions.len() as u32).collect();
        by_code.sort_by(|a, b| versions[*a as usize].code.cmp(&versions[*b as usize].code));
        let mut by_spelling: Vec<_> = all().map(|(v, i)| (spelling(&v.name).into_boxed_str(), i)).collect();
        by_spelling.sort_unstable();
        let mut by_parent: Vec<_> = all().filter_map(|(v, i)| Some((v.parent?, i))).collect();
        by_parent.sort_unstable();
        let agencies = all().filter(|(v, _)| !v.level.is_place()).map(|(_, i)| i).collect();
        successions.sort_by_key(|s| s.old);
        let mut by_heir: Vec<u32> = (0..successions.len() as u32).collect();
        by_heir.sort_by_key(|i| successions[*i as usize].new);
        let mut days_of_change: Vec<Date> =
            versions.iter().flat_map(|v| [Some(v.valid_from), v.valid_to]).flatten().collect();
        days_of_change.sort_unstable();
        days_of_change.dedup();
        Map {
            by_unit,
            by_code,
            by_spelling,
            by_parent,
            agencies,
            names,
            by_heir,
            days_of_change,
            search_keys: OnceLock::new(),
            versions,
            successions,
        }
    }

    /// The days on which any unit began, changed or ended, in order. Between two of them the map is one and
    /// the same.
    pub fn days_of_change(&self) -> &[Date] {
        &self.days_of_change
    }

    /// How many units there are, through all time.
    pub fn len(&self) -> usize {
        self.by_unit.len()
    }

    /// Whether no unit was loaded yet.
    pub fn is_empty(&self) -> bool {
        self.versions.is_empty()
    }

    /// All versions, ordered by unit and first day.
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// The names of [`Map::versions`], in their order, ready to be compared; made at the first search.
    pub(crate) fn search_keys(&self) -> &[SearchKey] {
        self.search_keys.get_or_init(|| self.versions.iter().map(|v| SearchKey::new(&v.name)).collect())
    }

    /// All versions of agencies, ordered by unit and first day.
    pub fn agencies(&self) -> impl Iterator<Item = &Version> {
        self.agencies.iter().map(|i| &self.versions[*i as usize])
    }

    /// The versions that bear one of these names, however it is spelt, in the order of [`Map::versions`].
    pub fn spelt(&self, names: &[&str]) -> Vec<&Version> {
        let mut found: Vec<u32> = Vec::new();
        for name in names {
            let spelt = spelling(name);
            found.extend(run(&self.by_spelling, |x| (*x.0).cmp(spelt.as_str())).iter().map(|x| x.1));
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|i| &self.versions[i as usize]).collect()
    }

    /// All versions of a unit, oldest first.
    pub fn history(&self, unit: UnitId) -> &[Version] {
        self.by_unit.get(&unit).map_or(&[], |r| &self.versions[r.clone()])
    }

    /// The unit as it was on `day`.
    pub fn on(&self, unit: UnitId, day: Date) -> Option<&Version> {
        self.history(unit).iter().find(|v| v.holds_on(day))
    }

    /// The unit as it was on `day`, or as it was last before it ended, or first will be.
    pub fn nearest(&self, unit: UnitId, day: Date) -> Option<&Version> {
        self.on(unit, day).or_else(|| {
            let all = self.history(unit);
            all.iter().rev().find(|v| v.valid_from <= day).or_else(|| all.first())
        })
    }

    /// The unit's full name today, for pages; its id when it is unknown.
    pub fn name(&self, unit: UnitId, day: Date) -> String {
        self.nearest(unit, day).map_or_else(|| format!("#{unit}"), Version::full_name)
    }

    /// The units directly below `unit` on `day`, in the order of their codes.
    pub fn children(&self, unit: UnitId, day: Date) -> Vec<&Version> {
        let mut all: Vec<&Version> = run(&self.by_parent, |x| x.0.cmp(&unit))
            .iter()
            .map(|(_, i)| &self.versions[*i as usize])
            .filter(|v| v.holds_on(day))
            .collect();
        all.sort_by(|a, b| a.code.cmp(&b.code));
        all
    }

    /// `unit` and everything below it on `day`, each parent before its children.
    pub fn subtree(&self, unit: UnitId, day: Date) -> Vec<UnitId> {
        let mut found = vec![unit];
        let mut next = 0;
        while next < found.len() {
            let children = self.children(found[next], day);
            found.extend(children.iter().map(|v| v.unit));
            next += 1;
        }
        found
    }

    /// The units of `level` in the subtree of `unit` on `day`, in the order of their codes.
    pub fn below(&self, unit: UnitId, level: Level, day: Date) -> Vec<&Version> {
        let mut found = Vec::new();
        let mut open = vec![unit];
        while let Some(at) = open.pop() {
            match self.on(at, day) {
                Some(v) if v.level == level => found.push(v),
                _ => open.extend(self.children(at, day).iter().map(|v| v.unit)),
            }
        }
        found.sort_by(|a, b| a.code.cmp(&b.code));
        found
    }

    /// The units above `unit` on `day`, the nearest first. Above the highest agency is the place it serves.
    pub fn ancestors(&self, unit: UnitId, day: Date) -> Vec<&Version> {
        let mut found = Vec::new();
        let mut at = self.on(unit, day).and_then(|v| v.parent.or(v.place));
        while let Some(parent) = at
            && found.len() < 8
        {
            let Some(v) = self.on(parent, day) else { break };
            found.push(v);
            at = v.parent.or(v.place);
        }
        found
    }

    /// Whether `unit` is `root` or below it on `day`.
    pub fn is_within(&self, unit: UnitId, root: UnitId, day: Date) -> bool {
        unit == root || self.ancestors(unit, day).iter().any(|v| v.unit == root)
    }

    /// The units that bore `code` on `day` at `level`.
    pub fn by_code(&self, level: Level, code: &str, day: Date) -> Option<&Version> {
        self.with_code(code).find(|v| v.level == level && v.holds_on(day))
    }

    /// Every version that ever bore `code`.
    pub fn with_code(&self, code: &str) -> impl Iterator<Item = &Version> {
        let bearers = run(&self.by_code, |i| self.versions[*i as usize].code.as_str().cmp(code));
        bearers.iter().map(|i| &self.versions[*i as usize])
    }

    /// What became of a unit that ended.
    pub fn successors(&self, old: UnitId) -> &[Succession] {
        run(&self.successions, |s| s.old.cmp(&old))
    }

    /// What a unit was made of.
    pub fn predecessors(&self, new: UnitId) -> impl Iterator<Item = &Succession> {
        let steps = run(&self.by_heir, |i| self.successions[*i as usize].new.cmp(&new));
        steps.iter().map(|i| &self.successions[*i as usize])
    }

    /// Other names of units.
    pub fn other_names(&self) -> &[(UnitId, String)] {
        &self.names
    }

    /// The province or commune that an operator means by `code`: a province's two digits or a commune's five.
    pub fn installation(&self, code: &str, clock: &dyn Clock) -> Result<&Version> {
        let today = Date::of(clock.now());
        [Level::Province, Level::Commune, Level::Country]
            .into_iter()
            .find_map(|level| self.by_code(level, code, today))
            .ok_or_else(|| {
                not_found(
                    "unit_not_found",
                    format!(
                        "Không có tỉnh, thành phố hay xã, phường nào đang mang mã «{code}». Mã tỉnh có 2 \
                        chữ số \
                         (92 = Cần Thơ), mã xã có 5 chữ số (31507 = Phường Sóc Trăng)."
                    ),
                )
            })
    }
}
