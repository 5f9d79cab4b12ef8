//! What this module tells the house.

use std::collections::BTreeSet;
use std::sync::Arc;

use foundation::Result;
use kit::House;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::engine::Engine;

/// The name of [`Changed`].
pub const CHANGED: &str = "indicators.changed";

/// Figures changed: new values, corrections, values taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    /// The delivery.
    pub batch: Option<Uuid>,
    /// Where all of it came from; `None` when sources came or went, so that all are read again.
    #[serde(default)]
    pub source: Option<i64>,
    /// Indicator, calendar, first and last period.
    pub touched: Vec<(i64, i32, i32, i32)>,
}

impl Changed {
    /// As the outbox keeps it.
    pub fn to_json(&self) -> Json {
        json!(self)
    }
}

/// The name of [`TargetsChanged`].
pub const TARGETS_CHANGED: &str = "indicators.targets_changed";

/// Targets were set or taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetsChanged {
    /// Of which indicators.
    pub indicators: Vec<i64>,
}

impl TargetsChanged {
    /// Of these indicators, each named once.
    pub fn of(indicators: impl IntoIterator<Item = i64>) -> TargetsChanged {
        let once: BTreeSet<i64> = indicators.into_iter().collect();
        TargetsChanged { indicators: once.into_iter().collect() }
    }

    /// As the outbox keeps it.
    pub fn to_json(&self) -> Json {
        json!(self)
    }
}

/// The name under which fragments depend on an indicator.
pub fn topic(indicator: i64) -> Arc<str> {
    Arc::from(format!("indicator/{indicator}"))
}

/// What the house does when figures changed: forget the old values, draw the fragments anew.
pub async fn on_changed(house: &House, event: &Changed) -> Result<()> {
    let engine = house.get::<Engine>()?;
    // A source never changes once it is there: only one that is not known here needs a look.
    if event.source.is_none_or(|id| engine.source(id).is_none()) {
        engine.reload_sources().await?;
    }
    for (indicator, calendar, from, to) in &event.touched {
        engine.forget(*indicator, *calendar, *from, *to);
    }
    let ids: Vec<i64> = event.touched.iter().map(|t| t.0).collect();
    redraw(house, &engine, &ids);
    Ok(())
}

/// What the house does when targets changed: forget them, draw the fragments anew.
pub async fn on_targets_changed(house: &House, event: &TargetsChanged) -> Result<()> {
    let engine = house.get::<Engine>()?;
    for indicator in &event.indicators {
        engine.forget_targets(*indicator);
    }
    redraw(house, &engine, &event.indicators);
    Ok(())
}

/// Draws anew what shows these indicators or what is computed from them.
fn redraw(house: &House, engine: &Engine, ids: &[i64]) {
    let mut names: Vec<Arc<str>> = engine.catalogue().with_users(ids).into_iter().map(topic).collect();
    names.push(Arc::from("figures"));
    house.live.touch(&names);
}
