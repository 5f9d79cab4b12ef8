//! The applied types of cases in memory: a service of the house.

use std::sync::{Arc, PoisonError, RwLock};

use foundation::{Expr, Result, Symbols, WorkingCalendar, error::internal, error::not_found};
use kit::Context;
use storage::Db;

use crate::part::SYMBOLS;
use crate::store;
use crate::workflow::Workflow;

/// The calendar whose clock never stops.
pub use packs::calendars::ALWAYS;

/// An applied type.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseType {
    /// Its full id, `petitions.report`.
    pub id: String,
    /// Its pack; who sees it, grants say by pack.
    pub pack: String,
    /// What the pack wrote, with full ids of calendars inside.
    pub flow: Workflow,
}

impl CaseType {
    /// The place of a severity in the list, as expressions see it.
    pub fn rank(&self, severity: &str) -> usize {
        self.flow.severities.iter().position(|s| s.id == severity).unwrap_or_default()
    }
}

/// A route's condition, read once.
type Conditions = Vec<Option<Expr>>;

/// A type with its routes' conditions.
#[derive(Debug, Clone)]
struct Ready {
    kind: Arc<CaseType>,
    conditions: Arc<Conditions>,
}

/// The service.
#[derive(Default)]
pub struct Types(RwLock<Arc<Vec<Ready>>>);

impl Types {
    /// Reads the types.
    pub async fn open(db: &Db) -> Result<Types> {
        let types = Types::default();
        types.reload(db).await?;
        Ok(types)
    }

    /// Reads them again, after packs were applied.
    pub async fn reload(&self, db: &Db) -> Result<()> {
        let symbols = Symbols::new(SYMBOLS);
        let mut all = Vec::new();
        for kind in store::types::all(db).await? {
            let mut conditions = Vec::new();
            for route in &kind.flow.routes {
                let read = |when: &String| Expr::parse(when, &symbols);
                conditions.push(route.when.as_ref().map(read).transpose()?);
            }
            all.push(Ready { kind: Arc::new(kind), conditions: Arc::new(conditions) });
        }
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(all);
        Ok(())
    }

    fn ready(&self) -> Arc<Vec<Ready>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The types, in order.
    pub fn all(&self) -> Vec<Arc<CaseType>> {
        self.ready().iter().map(|r| r.kind.clone()).collect()
    }

    /// The type with this full id.
    pub fn find(&self, id: &str) -> Option<Arc<CaseType>> {
        self.ready().iter().find(|r| r.kind.id == id).map(|r| r.kind.clone())
    }

    /// The same; a fault of the data when it is gone.
    pub fn get(&self, id: &str) -> Result<Arc<CaseType>> {
        self.find(id)
            .ok_or_else(|| not_found("case_type_not_found", format!("Không có loại vụ việc «{id}».")))
    }

    /// The type whose codes begin with `code`.
    pub fn by_code(&self, code: &str) -> Option<Arc<CaseType>> {
        self.ready().iter().find(|r| r.kind.flow.code == code).map(|r| r.kind.clone())
    }

    /// Whether the condition of a type's route `at` holds; a route without one always fits.
    pub fn fits(&self, kind: &str, at: usize, facts: &dyn Fn(&str) -> Option<f64>) -> bool {
        let ready = self.ready();
        let conditions = ready.iter().find(|r| r.kind.id == kind).map(|r| r.conditions.clone());
        match conditions.as_deref().and_then(|c| c.get(at)) {
            Some(Some(when)) => when.eval(facts).bool().unwrap_or(false),
            Some(None) => true,
            None => false,
        }
    }
}

/// The calendar with this id.
pub fn calendar(cx: &Context, id: &str) -> Result<WorkingCalendar> {
    let calendars = cx.house.get::<packs::Calendars>()?;
    calendars.get(id).map(|named| named.calendar.clone()).map_err(|e| {
        internal("case_calendar", format!("Không có lịch làm việc «{id}» của loại vụ việc")).because(e)
    })
}
