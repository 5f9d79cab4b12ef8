//! What the module tells others: ids and codes, never a word of a report or of who made it.

use std::sync::Arc;

use foundation::{Instant, Result, error::internal};
use kit::House;
use serde::{Deserialize, Serialize};
use storage::Tx;

/// A case was received or changed.
pub const CHANGED: &str = "cases.changed";

/// What [`CHANGED`] tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Its number.
    pub case: i64,
    /// Its type.
    pub kind: String,
    /// What was done: `receive`, `take_in`, …
    pub deed: String,
    /// Which line of its history tells it.
    pub entry: i64,
    /// The units that count it, or did before.
    pub units: Vec<i64>,
    /// When it was received: figures of that period change.
    pub received_at: Instant,
    /// When it was solved, if it is.
    pub solved_at: Option<Instant>,
}

/// Tells it, in the transaction of the change.
pub async fn publish(tx: &mut Tx, now: Instant, changed: &Changed) -> Result<()> {
    let payload = serde_json::to_value(changed)
        .map_err(|e| internal("case_event", "Không ghi được sự kiện").because(e))?;
    tx.publish(now, CHANGED, &payload).await
}

/// What follows inside the module: the fragments that show these units' cases are drawn anew.
pub async fn on_changed(house: &House, changed: &Changed) -> Result<()> {
    let names: Vec<Arc<str>> = changed.units.iter().map(|u| Arc::from(format!("cases/{u}"))).collect();
    house.live.touch(&names);
    Ok(())
}
