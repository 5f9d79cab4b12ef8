//! What the module tells others: ids and codes, never a word of a report or of who made it.

use std::sync::Arc;

use foundation::{Instant, Result, error::internal};
use kit::House;
use serde::{Deserialize, Serialize};
use storage::Tx;

use crate::workflow::Who;

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

/// Somebody is to be told of a case: a deadline, an urgent report, a reporter who does not answer.
pub const REMINDED: &str = "cases.reminded";

/// What [`REMINDED`] tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminded {
    /// The case.
    pub case: i64,
    /// Of what: `due`, the solution's deadline; `ring`, an urgent report that nobody took in; `waiting`, a
    /// reporter who does not answer.
    pub kind: String,
    /// Of `due` the place in the type's escalations, of `ring` how often it rang before.
    pub rung: i64,
    /// Who is to be told.
    pub tell: Vec<Who>,
    /// At which units: the commune and the unit in charge.
    pub units: Vec<i64>,
}

/// Tells it, in the transaction that writes down that it was told.
pub async fn publish_reminded(tx: &mut Tx, now: Instant, reminded: &Reminded) -> Result<()> {
    let payload = serde_json::to_value(reminded)
        .map_err(|e| internal("case_event", "Không ghi được sự kiện").because(e))?;
    tx.publish(now, REMINDED, &payload).await
}

/// A line of a register was written or changed.
pub const BOOK_CHANGED: &str = "cases.book_changed";

/// What [`BOOK_CHANGED`] tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookChanged {
    /// The book: `letters`, `receptions`.
    pub book: String,
    /// The line.
    pub entry: i64,
    /// Whose book.
    pub unit: i64,
    /// How it is dealt with; empty: not yet.
    pub handling: String,
}

/// Tells it, in the transaction of the change.
pub async fn publish_book(tx: &mut Tx, now: Instant, changed: &BookChanged) -> Result<()> {
    let payload = serde_json::to_value(changed)
        .map_err(|e| internal("case_event", "Không ghi được sự kiện").because(e))?;
    tx.publish(now, BOOK_CHANGED, &payload).await
}

/// What follows inside the module: whatever shows this unit's books is drawn anew.
pub async fn on_book_changed(house: &House, changed: &BookChanged) -> Result<()> {
    house.live.touch(&[Arc::from(format!("books/{}", changed.unit)), Arc::from("books")]);
    Ok(())
}

fn redraw(house: &House, units: &[i64]) {
    let mut names: Vec<Arc<str>> = units.iter().map(|u| Arc::from(format!("cases/{u}"))).collect();
    // Whoever shows those of the whole place depends on no single unit.
    names.push(Arc::from("cases"));
    house.live.touch(&names);
}

/// What follows a reminder inside the module: what is due looks different now.
pub async fn on_reminded(house: &House, reminded: &Reminded) -> Result<()> {
    redraw(house, &reminded.units);
    Ok(())
}

/// What follows inside the module: the fragments that show these units' cases are drawn anew, figures and
/// reminders are looked at.
pub async fn on_changed(house: &House, changed: &Changed) -> Result<()> {
    redraw(house, &changed.units);
    crate::figures::WAKE.notify_one();
    crate::keeper::WAKE.notify_one();
    Ok(())
}
