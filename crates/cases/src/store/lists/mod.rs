//! Lists of cases: filters under a scope, by pages of a key, never by an offset; counts that stop; search.
//!
//! A list is read in strands (`strand.rs`), each a range of one index that holds every column the filters
//! ask for: the numbers of a page come from indexes alone, and only the rows that are shown are read.

mod strand;

use std::collections::{BTreeMap, HashMap};

use foundation::{Instant, Result};
use kit::UnitId;
use storage::{Db, Value};
use uuid::Uuid;

use super::cases;
use crate::case::Case;
use strand::Reading;

/// No count goes beyond it: «hơn 10.000».
pub const MOST_COUNTED: i64 = 10_000;
/// No count of what words find goes beyond it: each of them is looked up.
pub const MOST_FOUND: i64 = 1_000;

/// How many there are, as far as they were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counted {
    /// So many.
    pub n: i64,
    /// And more.
    pub more: bool,
}

/// Whose cases are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sees {
    /// Every case: the reader's grant reaches the whole place.
    All,
    /// Those at these units, by place or by agency.
    Units(Vec<UnitId>),
    /// Those in which an agency of these was asked for its part and has not answered; of any agency when
    /// `None`. Wherever the case lies.
    Asked(Option<Vec<UnitId>>),
    /// Those that are published.
    Public,
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The newest first.
    #[default]
    Newest,
    /// What is due next first; only cases with a running clock.
    Due,
}

/// Where a page begins: after this case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    /// Its due moment, in the order of due moments.
    pub due: Option<Instant>,
    /// Its number.
    pub seq: i64,
}

/// What is asked for. Empty lists ask for everything.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    /// Types.
    pub kinds: Vec<String>,
    /// Stages, as numbers.
    pub stages: Vec<i64>,
    /// Categories.
    pub categories: Vec<String>,
    /// Categories of a type: its id and theirs.
    pub services: Vec<(String, String)>,
    /// Severities.
    pub severities: Vec<String>,
    /// Places.
    pub places: Vec<UnitId>,
    /// Units in charge.
    pub agencies: Vec<UnitId>,
    /// The account in charge.
    pub handler: Option<Uuid>,
    /// By which way they came.
    pub channels: Vec<String>,
    /// The next clock runs out before this moment.
    pub due_before: Option<Instant>,
    /// The clocks stand still.
    pub paused: Option<bool>,
    /// Received at this moment or later.
    pub received_from: Option<Instant>,
    /// Received before this moment.
    pub received_to: Option<Instant>,
    /// Changed at this moment or later.
    pub changed_from: Option<Instant>,
    /// Changed before this moment.
    pub changed_to: Option<Instant>,
    /// Whether few were changed since `changed_from`: then the index of changes finds them, where the newest
    /// first would read a whole table to fill a page. For the public's lists in the order of newest.
    pub lately: bool,
    /// Those in which agencies do not agree and nobody decided.
    pub disputed: bool,
    /// These numbers.
    pub ids: Vec<i64>,
    /// West, south, east, north.
    pub bounds: Option<[f64; 4]>,
    /// Words.
    pub text: String,
    /// Whether the last of them may be the beginning of one ([`begun`]); none: each list looks for itself.
    pub begun: Option<bool>,
    /// In which order.
    pub order: Order,
}

/// Whether the last word of `filter` may be the beginning of one: where the whole words are in no stage.
/// Whoever asks several lists of one search asks this once.
pub async fn begun(db: &Db, sees: &Sees, filter: &Filter) -> Result<bool> {
    strand::begun(db, sees, filter).await
}

/// A page of cases: at most `limit`, beginning after `after`.
pub async fn page(
    db: &Db,
    sees: &Sees,
    filter: &Filter,
    after: Option<After>,
    limit: usize,
) -> Result<Vec<Case>> {
    let Some(reading) = Reading::of(db, sees, filter, false).await? else { return Ok(Vec::new()) };
    let (sql, values) = reading.select("c.seq AS seq", "TRUE", after, limit as i64);
    let mut ids: Vec<i64> = db.all::<(i64,)>(&sql, values).await?.into_iter().map(|r| r.0).collect();
    // More strands than one are always of the newest first.
    if filter.order == Order::Newest {
        ids.sort_unstable_by(|a, b| b.cmp(a));
    }
    ids.truncate(limit);
    let rows = cases::all(db, ids.clone()).await?;
    let mut rows: HashMap<i64, Case> = rows.into_iter().map(|c| (c.seq, c)).collect();
    Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
}

/// Where the page behind the first `skip` of the newest cases begins; `None` when there are not so many. For
/// standards that count pages: it walks the numbers alone, and callers keep `skip` below [`MOST_COUNTED`].
pub async fn after(db: &Db, sees: &Sees, filter: &Filter, skip: i64) -> Result<Option<After>> {
    let Some(reading) = Reading::of(db, sees, filter, false).await? else { return Ok(None) };
    let (sql, mut values) = reading.select("c.seq AS seq", "TRUE", None, skip);
    values.push(Value::Int(skip - 1));
    let sql = format!("SELECT seq FROM ({sql}) AS all_of ORDER BY seq DESC LIMIT 1 OFFSET ${}", values.len());
    Ok(db.one::<(i64,)>(&sql, values).await?.map(|(seq,)| After { due: None, seq }))
}

/// How many there are, at most [`MOST_COUNTED`], and of what words find [`MOST_FOUND`].
pub async fn count(db: &Db, sees: &Sees, filter: &Filter) -> Result<Counted> {
    let most = if filter.text.trim().is_empty() { MOST_COUNTED } else { MOST_FOUND };
    let Some(reading) = Reading::of(db, sees, filter, false).await? else { return Ok(Counted::default()) };
    let (sql, values) = reading.count(most + 1);
    let n = db.one::<(i64,)>(&sql, values).await?.map_or(0, |r| r.0);
    Ok(Counted { n: n.min(most), more: n > most })
}

/// How many of what words find are in each stage, whatever stages are asked for: of the newest
/// [`MOST_FOUND`], and whether there is more. One reading for every tab: finding words is not cheap.
pub async fn found_in(db: &Db, sees: &Sees, filter: &Filter) -> Result<(BTreeMap<i64, i64>, bool)> {
    let filter = Filter { stages: Vec::new(), order: Order::Newest, disputed: false, ..filter.clone() };
    let mut stages = BTreeMap::new();
    let Some(reading) = Reading::of(db, sees, &filter, false).await? else { return Ok((stages, false)) };
    let columns = "c.seq AS seq, CAST(c.stage AS BIGINT) AS stage";
    let (sql, values) = reading.select(columns, "TRUE", None, MOST_FOUND + 1);
    let found: Vec<(i64, i64)> = db.all(&sql, values).await?;
    for (_, stage) in found.iter().take(MOST_FOUND as usize) {
        *stages.entry(*stage).or_default() += 1;
    }
    Ok((stages, found.len() as i64 > MOST_FOUND))
}

/// Dots of a map: the newest `limit` cases that have a position.
pub async fn dots(db: &Db, sees: &Sees, filter: &Filter, limit: i64) -> Result<Vec<Dot>> {
    let Some(reading) = Reading::of(db, sees, filter, true).await? else { return Ok(Vec::new()) };
    let columns = "c.seq AS seq, c.lat AS lat, c.lon AS lon, CAST(c.stage AS BIGINT) AS stage,
        c.kind AS kind, c.category AS category, c.severity AS severity, c.due_at AS due_at";
    let (sql, values) = reading.select(columns, "c.lat IS NOT NULL", None, limit);
    let mut found: Vec<Dot> = db.all(&sql, values).await?;
    found.sort_by_key(|d: &Dot| std::cmp::Reverse(d.seq));
    found.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(found)
}

/// How many of the newest [`MOST_COUNTED`] cases lie in each place, and how many were counted.
pub async fn by_place(db: &Db, sees: &Sees, filter: &Filter) -> Result<(Vec<(UnitId, i64)>, i64)> {
    let Some(reading) = Reading::of(db, sees, filter, true).await? else { return Ok((Vec::new(), 0)) };
    let (sql, values) = reading.select("c.seq AS seq, c.place AS place", "TRUE", None, MOST_COUNTED);
    let mut found: Vec<(i64, UnitId)> = db.all(&sql, values).await?;
    found.sort_unstable_by(|a, b| b.cmp(a));
    found.truncate(MOST_COUNTED as usize);
    let mut places: BTreeMap<UnitId, i64> = BTreeMap::new();
    for (_, place) in &found {
        *places.entry(*place).or_default() += 1;
    }
    Ok((places.into_iter().collect(), found.len() as i64))
}

storage::row! {
    /// A case on a map.
    #[derive(Debug, Clone)]
    pub struct Dot {
        /// Its number.
        pub seq: i64,
        /// Degrees north.
        pub lat: f64,
        /// Degrees east.
        pub lon: f64,
        /// What its state means.
        pub stage: i64,
        /// Its type.
        pub kind: String,
        /// What it is about.
        pub category: String,
        /// How urgent.
        pub severity: String,
        /// When its next clock runs out.
        pub due_at: Option<Instant>,
    }
}
