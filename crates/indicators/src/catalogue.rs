//! All applied indicators, and which of them are made of which.

use std::collections::BTreeMap;

use foundation::LocalText;

use crate::definition::{Indicator, OverPlaces};
use crate::formula::Formula;

/// All applied indicators.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    by_id: BTreeMap<i64, Indicator>,
    by_code: BTreeMap<String, i64>,
    order: Vec<i64>,
    groups: Vec<Group>,
    users: BTreeMap<i64, Vec<i64>>,
    formulas: BTreeMap<i64, Formula>,
}

/// A group of indicators.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its pack.
    pub pack: String,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: LocalText,
}

impl Catalogue {
    /// Indexes indicators, in the order of their packs.
    pub fn new(all: Vec<Indicator>, groups: Vec<Group>) -> Catalogue {
        let mut catalogue = Catalogue { groups, ..Catalogue::default() };
        for indicator in all {
            catalogue.order.push(indicator.id);
            catalogue.by_code.insert(indicator.code.clone(), indicator.id);
            catalogue.by_id.insert(indicator.id, indicator);
        }
        for indicator in catalogue.by_id.values() {
            if let OverPlaces::Formula { formula } = &indicator.def.over_places {
                // A formula was checked when its pack was applied; one that no longer fits shows as missing.
                let codes = catalogue.by_code.keys().cloned();
                if let Ok(formula) = Formula::read(formula, &indicator.pack, codes) {
                    catalogue.formulas.insert(indicator.id, formula);
                }
            }
        }
        let mut users: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for indicator in catalogue.by_id.values() {
            for part in catalogue.parts(indicator) {
                users.entry(part).or_default().push(indicator.id);
            }
        }
        catalogue.users = users;
        catalogue
    }

    /// Every indicator, in order.
    pub fn all(&self) -> impl Iterator<Item = &Indicator> {
        self.order.iter().filter_map(|id| self.by_id.get(id))
    }

    /// The groups, in order.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// By our number.
    pub fn get(&self, id: i64) -> Option<&Indicator> {
        self.by_id.get(&id)
    }

    /// By full id.
    pub fn code(&self, code: &str) -> Option<&Indicator> {
        self.by_code.get(code).and_then(|id| self.by_id.get(id))
    }

    /// The indicators of a pack, in order.
    pub fn of_pack<'a>(&'a self, pack: &'a str) -> impl Iterator<Item = &'a Indicator> {
        self.all().filter(move |i| i.pack == pack)
    }

    /// The compiled formula of an indicator.
    pub fn formula(&self, id: i64) -> Option<&Formula> {
        self.formulas.get(&id)
    }

    /// The indicators that `indicator` is made of: itself when it is reported, and its parts and weights.
    pub fn parts(&self, indicator: &Indicator) -> Vec<i64> {
        let id = |code: &str| self.by_code.get(code).copied();
        match &indicator.def.over_places {
            OverPlaces::Weighted { mean } => id(&mean.weight).into_iter().collect(),
            OverPlaces::Ratio { ratio } => id(&ratio.of).into_iter().chain(id(&ratio.to)).collect(),
            OverPlaces::Formula { .. } => match self.formulas.get(&indicator.id) {
                Some(formula) => formula.parts().iter().filter_map(|code| id(code)).collect(),
                None => Vec::new(),
            },
            OverPlaces::Sum
            | OverPlaces::Mean
            | OverPlaces::Max
            | OverPlaces::None
            | OverPlaces::Count { .. } => Vec::new(),
        }
    }

    /// `ids` and every indicator that is computed from them.
    pub fn with_users(&self, ids: &[i64]) -> Vec<i64> {
        let mut found: Vec<i64> = ids.to_vec();
        let mut next = 0;
        while next < found.len() {
            for user in self.users.get(&found[next]).into_iter().flatten() {
                if !found.contains(user) {
                    found.push(*user);
                }
            }
            next += 1;
        }
        found
    }
}
