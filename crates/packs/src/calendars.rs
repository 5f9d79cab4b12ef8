//! Working calendars: data of packs (`calendars/*.yaml`), read from rows into a service of the house.
//!
//! Promises: a calendar is asked by its full id (`admin.office`); [`ALWAYS`] is there without data; who holds
//! an [`Arc`] of one keeps it as it was, a new apply puts another in place. A deadline that was promised is
//! kept by who promised it: a changed calendar moves none of them.

pub mod deadline;
mod file;
mod part;
mod store;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use foundation::error::{internal, not_found};
use foundation::{Date, LocalText, Result, WorkingCalendar};
use storage::Db;

use crate::nearest::did_you_mean;
use file::Definition;

pub use part::CalendarPart;

/// The id of the calendar whose clock never stands still.
pub const ALWAYS: &str = "always";

/// A working calendar, its name, and how far it can be trusted.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// The full id, `admin.office`.
    pub id: String,
    /// Its name.
    pub name: LocalText,
    /// The hours.
    pub calendar: WorkingCalendar,
    /// From this day on its special days are entered.
    pub known_from: Date,
    /// Until this day, itself included.
    pub known_until: Date,
    /// Whether the special days of every year were read in a source.
    pub verified: bool,
    /// The sources, joined.
    pub legal_ref: Option<String>,
    /// The years that were not read in a source.
    unverified: Vec<i32>,
    names: BTreeMap<Date, LocalText>,
}

impl Named {
    /// The calendar that runs around the clock.
    pub fn always() -> Named {
        let name =
            LocalText { en: Some("Round the clock, 24/7".into()), ..LocalText::vi("Liên tục 24/7") };
        Named {
            id: ALWAYS.to_owned(),
            name,
            calendar: WorkingCalendar::always(),
            known_from: Date(i32::MIN),
            known_until: Date(i32::MAX),
            verified: true,
            legal_ref: None,
            unverified: Vec::new(),
            names: BTreeMap::new(),
        }
    }

    /// What a special day is called.
    pub fn day_name(&self, date: Date) -> Option<&LocalText> {
        self.names.get(&date)
    }

    /// The special days from `first` to `last`, in order, with what they are called.
    pub fn special_days(&self, first: Date, last: Date) -> impl Iterator<Item = (Date, &LocalText)> {
        self.names.iter().map(|(date, name)| (*date, name)).filter(move |d| (first..=last).contains(&d.0))
    }

    /// Whether it has no special days because it needs none.
    pub fn is_always(&self) -> bool {
        self.id == ALWAYS
    }

    /// Whether the special days of all these days are entered.
    pub fn knows(&self, first: Date, last: Date) -> bool {
        self.known_from <= first && last <= self.known_until
    }

    /// Whether the special days of every year from `first` to `last` were read in a source.
    pub fn verified_between(&self, first: Date, last: Date) -> bool {
        self.is_always() || !self.unverified.iter().any(|year| (first.year()..=last.year()).contains(year))
    }
}

/// The calendars in force. Reading never waits; an apply puts a new list in place.
pub struct Calendars {
    all: RwLock<Arc<[Arc<Named>]>>,
}

impl Calendars {
    /// Reads the calendars in force.
    pub async fn open(db: &Db) -> Result<Arc<Calendars>> {
        Ok(Arc::new(Calendars { all: RwLock::new(load(db).await?) }))
    }

    /// Every calendar in the order of ids, [`ALWAYS`] last.
    pub fn all(&self) -> Arc<[Arc<Named>]> {
        self.all.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A calendar by its full id.
    ///
    /// Errors: `calendar_unknown`.
    pub fn get(&self, id: &str) -> Result<Arc<Named>> {
        let all = self.all();
        all.iter().find(|c| c.id == id).cloned().ok_or_else(|| {
            let shown: String = id.chars().take(60).collect();
            let hint = did_you_mean(&shown, all.iter().map(|c| c.id.as_str()));
            not_found("calendar_unknown", format!("Không có lịch làm việc «{shown}».{hint}"))
        })
    }

    /// Reads them again.
    pub async fn reload(&self, db: &Db) -> Result<()> {
        let fresh = load(db).await?;
        *self.all.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }
}

async fn load(db: &Db) -> Result<Arc<[Arc<Named>]>> {
    let mut all = Vec::new();
    for (id, json) in store::in_force(db).await? {
        let broken = || internal("calendar_row", format!("Dòng của lịch làm việc {id} bị hỏng"));
        let definition: Definition = serde_json::from_value(json).map_err(|e| broken().because(e))?;
        all.push(Arc::new(definition.named(&id)?));
    }
    all.push(Arc::new(Named::always()));
    Ok(all.into())
}
