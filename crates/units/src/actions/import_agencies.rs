//! Import agencies from rows of a file or of the template: all of them, or, with one fault, none.
//!
//! Who: whoever manages units. The same rows twice change nothing.

use foundation::{Date, Result, error::forbidden};
use kit::{Context, Permission, audit};
use serde_json::json;

use crate::agencies::plan::plan;
use crate::agencies::{Fault, Row};
use crate::atlas::{Atlas, Map};
use crate::store;

/// Agencies changed, perhaps in another process: units are to be read again and every page drawn anew.
pub const AGENCIES_CHANGED: &str = "units.agencies_changed";

/// See the file's own text.
#[derive(Debug, Clone)]
pub struct ImportAgencies {
    /// The agencies.
    pub rows: Vec<Row>,
    /// Only say what would change.
    pub dry_run: bool,
}

/// What an import did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Agencies that were not there.
    pub new: usize,
    /// Agencies that changed.
    pub changed: usize,
    /// Agencies that were so already.
    pub unchanged: usize,
    /// Why nothing was written; empty when all is well.
    pub faults: Vec<Fault>,
}

impl ImportAgencies {
    /// Imports.
    pub async fn run(self, cx: &Context) -> Result<Report> {
        if !cx.may(Permission::ManageUnits) {
            return Err(forbidden("not_permitted", "Chỉ người quản trị nhập được danh sách cơ quan."));
        }
        let atlas = cx.house.get::<Atlas>()?;
        let root = atlas.require_root()?;
        let today = Date::of(cx.clock.now());
        let mut tx = cx.db.begin().await?;
        tx.lock("units-agencies").await?;
        // Read behind the lock: another process may have imported since this one read its units.
        let versions = store::versions(&cx.db).await?;
        let map = Map::new(versions, store::successions(&cx.db).await?, store::names(&cx.db).await?);
        let plan = match plan(&map, root, &self.rows, today) {
            Ok(plan) => plan,
            Err(faults) => return Ok(Report { faults, ..Report::default() }),
        };
        let report =
            Report { new: plan.new, changed: plan.changed, unchanged: plan.unchanged, faults: Vec::new() };
        if self.dry_run || plan.shorts.is_empty() {
            return Ok(report);
        }
        store::save_versions(&mut tx, &plan.versions).await?;
        store::save_short_names(&mut tx, &plan.shorts).await?;
        let detail = json!({ "new": plan.new, "changed": plan.changed, "unchanged": plan.unchanged });
        tx.publish(cx.clock.now(), AGENCIES_CHANGED, &detail).await?;
        audit(&mut tx, cx, "units.import_agencies", &format!("unit:{root}"), &detail).await?;
        tx.commit().await?;
        // The next page already shows them; other processes hear of it by the event.
        atlas.reload(&cx.db).await?;
        Ok(report)
    }
}
