//! The applied packs in memory, for menus and pages: a service of the house.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, RwLock};

use foundation::{Date, Instant, LocalText, Result, error::internal};
use kit::PackPart;
use storage::Db;

use crate::pack::Owner;
use crate::store::{self, PackRow};

/// A pack that is applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    /// Its id, `health`.
    pub id: String,
    /// The hash of its files.
    pub version: String,
    /// Its name.
    pub name: LocalText,
    /// What a leader asks of it.
    pub about: LocalText,
    /// Its icon, a name from `ui/icons`.
    pub icon: String,
    /// Its place in lists, ascending.
    pub order: i64,
    /// Who answers for it, by date.
    pub owners: Vec<Owner>,
    /// How many names of each kind it gives: `indicator` → 94.
    pub counts: BTreeMap<String, u64>,
    /// When it was applied.
    pub applied_at: Instant,
}

impl Pack {
    /// Who answers for it on a day.
    pub fn owner(&self, on: Date) -> Option<&Owner> {
        self.owners.iter().rev().find(|o| o.valid_from <= on)
    }

    /// How many names of a kind it gives.
    pub fn count(&self, kind: &str) -> u64 {
        self.counts.get(kind).copied().unwrap_or(0)
    }
}

impl TryFrom<PackRow> for Pack {
    type Error = foundation::Error;

    fn try_from(row: PackRow) -> Result<Pack> {
        fn read<T: serde::de::DeserializeOwned>(id: &str, value: serde_json::Value) -> Result<T> {
            serde_json::from_value(value)
                .map_err(|e| internal("pack_row", format!("Dòng của gói {id} bị hỏng")).because(e))
        }
        Ok(Pack {
            name: read(&row.id, row.name)?,
            about: read(&row.id, row.about)?,
            owners: read(&row.id, row.owner)?,
            counts: read(&row.id, row.counts)?,
            id: row.id,
            version: row.version,
            icon: row.icon,
            order: row.place,
            applied_at: row.applied_at,
        })
    }
}

/// The applied packs, in the order of lists. Reading never waits; an apply in this process, or
/// [`refresh`](crate::refresh) after one in another, puts a new list in place.
pub struct Packs {
    all: RwLock<Arc<[Pack]>>,
    parts: OnceLock<Vec<Arc<dyn PackPart>>>,
}

impl Packs {
    /// Reads the applied packs.
    pub async fn open(db: &Db) -> Result<Arc<Packs>> {
        Ok(Arc::new(Packs { all: RwLock::new(load(db).await?), parts: OnceLock::new() }))
    }

    /// Gives the pages the parts of all modules, without which nothing can be checked; called once while the
    /// program is wired.
    pub fn furnish(&self, parts: Vec<Arc<dyn PackPart>>) {
        let _ = self.parts.set(parts);
    }

    /// The parts of all modules.
    pub fn parts(&self) -> Result<&[Arc<dyn PackPart>]> {
        let missing = || internal("pack_parts", "Chưa nối các phần đọc gói vào chương trình");
        self.parts.get().map(Vec::as_slice).ok_or_else(missing)
    }

    /// Every applied pack, in the order of lists.
    pub fn all(&self) -> Arc<[Pack]> {
        self.all.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// One applied pack.
    pub fn get(&self, id: &str) -> Option<Pack> {
        self.all().iter().find(|p| p.id == id).cloned()
    }

    /// Who answers for a pack on a day.
    pub fn owner(&self, pack: &str, on: Date) -> Option<Owner> {
        self.all().iter().find(|p| p.id == pack)?.owner(on).cloned()
    }

    /// Reads them again.
    pub async fn reload(&self, db: &Db) -> Result<()> {
        let fresh = load(db).await?;
        *self.all.write().unwrap_or_else(std::sync::PoisonError::into_inner) = fresh;
        Ok(())
    }
}

async fn load(db: &Db) -> Result<Arc<[Pack]>> {
    let rows = store::packs(db).await?;
    rows.into_iter().filter(|r| r.closed_at.is_none()).map(Pack::try_from).collect()
}
