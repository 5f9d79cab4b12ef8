//! Lists of cases: filters under a scope, by pages of a key, never by an offset; counts that stop at
//! [`MOST_COUNTED`]; search.

use std::collections::{BTreeMap, BTreeSet};

use foundation::{Instant, Result};
use kit::UnitId;
use storage::{Db, Value, words};
use uuid::Uuid;

use crate::case::{COLUMNS, Case};

/// No count goes beyond it: «hơn 10.000».
pub const MOST_COUNTED: i64 = 10_000;

/// Whose cases are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sees {
    /// Every case: the reader's grant reaches the whole place.
    All,
    /// Those at these units, by place or by agency.
    Units(Vec<UnitId>),
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
    /// These numbers.
    pub ids: Vec<i64>,
    /// West, south, east, north.
    pub bounds: Option<[f64; 4]>,
    /// Words.
    pub text: String,
    /// In which order.
    pub order: Order,
}

/// The conditions of a SELECT with their values.
struct Where {
    parts: Vec<String>,
    values: Vec<Value>,
}

impl Where {
    /// Adds a condition whose `{}` is the value.
    fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        self.parts.push(condition.replace("{}", &format!("${}", self.values.len())));
    }

    fn texts(&mut self, column: &str, values: &[String]) {
        match values {
            [] => {}
            [one] => self.and(&format!("{column} = {{}}"), one.as_str()),
            many => self.and(&format!("{column} IN (SELECT value FROM text_list({{}}))"), many.to_vec()),
        }
    }

    fn numbers(&mut self, column: &str, values: &[i64]) {
        match values {
            [] => {}
            [one] => self.and(&format!("{column} = {{}}"), *one),
            many => self.and(&format!("{column} IN (SELECT value FROM int_list({{}}))"), many.to_vec()),
        }
    }
}

/// Which side of a reader's units a query looks at.
#[derive(Clone, Copy)]
enum Side {
    Whole,
    Place,
    Agency,
}

fn sides(sees: &Sees) -> &'static [Side] {
    match sees {
        Sees::Units(_) => &[Side::Place, Side::Agency],
        Sees::All | Sees::Public => &[Side::Whole],
    }
}

impl Filter {
    /// FROM … WHERE …, and the values; `None` when the words ask for nothing that could be found.
    fn clause(&self, db: &Db, sees: &Sees, side: Side, after: Option<After>) -> Option<(String, Vec<Value>)> {
        let mut w = Where { parts: Vec::new(), values: Vec::new() };
        let mut from = "cases c".to_owned();
        if !self.text.trim().is_empty() {
            let (table, lists) = match sees {
                Sees::Public => ("case_public_words", Vec::new()),
                Sees::All => ("case_words", Vec::new()),
                Sees::Units(units) => ("case_words", vec![units.iter().map(|u| format!("u{u}")).collect()]),
            };
            let asked = words::question(db.dialect(), &self.text, &lists)?;
            from = format!("{table} w JOIN cases c ON c.seq = {}", db.dialect().words_row());
            w.values.push(Value::Text(asked));
            w.parts.push(db.dialect().words_match(table, w.values.len()));
        }
        match (sees, side) {
            // Written out, because the index of changes holds published cases alone.
            (Sees::Public, _) => w.parts.push("c.published".into()),
            (Sees::Units(units), Side::Place) => w.numbers("c.place", units),
            (Sees::Units(units), Side::Agency) => w.numbers("c.agency", units),
            _ => {}
        }
        w.texts("c.kind", &self.kinds);
        w.numbers("c.stage", &self.stages);
        w.texts("c.category", &self.categories);
        w.texts("c.severity", &self.severities);
        if !self.services.is_empty() {
            let categories: Vec<String> = self.services.iter().map(|s| s.1.clone()).collect();
            let both: Vec<String> = self.services.iter().map(|(k, c)| format!("{k}/{c}")).collect();
            // The categories alone have an index.
            w.texts("c.category", &categories);
            w.texts("c.kind || '/' || c.category", &both);
        }
        w.numbers("c.place", &self.places);
        w.numbers("c.agency", &self.agencies);
        w.texts("c.channel", &self.channels);
        w.numbers("c.seq", &self.ids);
        if let Some(handler) = self.handler {
            w.and("c.handler = {}", handler);
        }
        if let Some(before) = self.due_before {
            w.and("c.due_at < {}", before);
        }
        if let Some(paused) = self.paused {
            w.and("c.paused = {}", paused);
        }
        if let Some(from) = self.received_from {
            w.and("c.received_at >= {}", from);
        }
        if let Some(to) = self.received_to {
            w.and("c.received_at < {}", to);
        }
        if let Some(from) = self.changed_from {
            w.and("c.changed_at >= {}", from);
        }
        if let Some(to) = self.changed_to {
            w.and("c.changed_at < {}", to);
        }
        if let Some([west, south, east, north]) = self.bounds {
            w.and("c.lon >= {}", west);
            w.and("c.lat >= {}", south);
            w.and("c.lon <= {}", east);
            w.and("c.lat <= {}", north);
        }
        if self.order == Order::Due {
            w.parts.push("c.due_at IS NOT NULL".into());
        }
        match (self.order, after) {
            (_, None) => {}
            (Order::Newest, Some(at)) => w.and("c.seq < {}", at.seq),
            (Order::Due, Some(at)) => {
                w.and("(c.due_at, c.seq) > ({}", at.due.unwrap_or(Instant(0)));
                let last = w.parts.pop().unwrap_or_default();
                w.and(&format!("{last}, {{}})"), at.seq);
            }
        }
        let conditions = if w.parts.is_empty() { "1 = 1".to_owned() } else { w.parts.join(" AND ") };
        Some((format!("{from} WHERE {conditions}"), w.values))
    }

    fn newest_first(&self, db: &Db) -> String {
        match (self.order, self.text.trim().is_empty()) {
            (Order::Due, _) => "c.due_at, c.seq".into(),
            // An expression is in no index, so the order is made after the cases were found.
            (Order::Newest, true) if self.lately => "+c.seq DESC".into(),
            (Order::Newest, true) => "c.seq DESC".into(),
            (Order::Newest, false) => format!("{} DESC", db.dialect().words_row()),
        }
    }
}

/// A page of cases: at most `limit`, beginning after `after`.
pub async fn page(
    db: &Db,
    sees: &Sees,
    filter: &Filter,
    after: Option<After>,
    limit: usize,
) -> Result<Vec<Case>> {
    let columns: Vec<String> = COLUMNS.split(',').map(|c| format!("c.{0} AS {0}", c.trim())).collect();
    let columns = columns.join(", ");
    let mut found: Vec<Case> = Vec::new();
    for side in sides(sees) {
        let Some((clause, mut values)) = filter.clause(db, sees, *side, after) else { continue };
        values.push(Value::Int(limit as i64));
        let sql = format!(
            "SELECT {columns} FROM {clause} ORDER BY {} LIMIT ${}",
            filter.newest_first(db),
            values.len()
        );
        found.extend(db.all::<Case>(&sql, values).await?);
    }
    match filter.order {
        Order::Newest => found.sort_by_key(|c| std::cmp::Reverse(c.seq)),
        Order::Due => found.sort_by_key(|c| (c.due_at, c.seq)),
    }
    found.dedup_by_key(|c| c.seq);
    found.truncate(limit);
    Ok(found)
}

/// Where the page behind the first `skip` of the newest cases begins; `None` when there are not so many. For
/// standards that count pages: it walks the numbers alone, and callers keep `skip` below [`MOST_COUNTED`].
/// Only for readers whose cases are in one list.
pub async fn after(db: &Db, sees: &Sees, filter: &Filter, skip: i64) -> Result<Option<After>> {
    let Some((clause, mut values)) = filter.clause(db, sees, Side::Whole, None) else { return Ok(None) };
    values.push(Value::Int(skip - 1));
    let sql = format!(
        "SELECT c.seq AS seq FROM {clause} ORDER BY {} LIMIT 1 OFFSET ${}",
        filter.newest_first(db),
        values.len()
    );
    Ok(db.one::<(i64,)>(&sql, values).await?.map(|(seq,)| After { due: None, seq }))
}

/// How many there are, at most [`MOST_COUNTED`] + 1.
pub async fn count(db: &Db, sees: &Sees, filter: &Filter) -> Result<i64> {
    let mut total = 0;
    for side in sides(sees) {
        let Some((mut clause, mut values)) = filter.clause(db, sees, *side, None) else { continue };
        if let (Side::Agency, Sees::Units(units)) = (side, sees) {
            // What lies in the reader's units was counted by its place.
            values.push(Value::Ints(units.clone()));
            clause = format!("{clause} AND c.place NOT IN (SELECT value FROM int_list(${}))", values.len());
        }
        values.push(Value::Int(MOST_COUNTED + 1));
        let sql = format!(
            "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (SELECT 1 AS one FROM {clause} LIMIT ${}) AS few",
            values.len()
        );
        total += db.one::<(i64,)>(&sql, values).await?.map_or(0, |r| r.0);
    }
    Ok(total.min(MOST_COUNTED + 1))
}

/// Dots of a map: number, position, stage, type and category of cases that have a position.
pub async fn dots(db: &Db, sees: &Sees, filter: &Filter, limit: i64) -> Result<Vec<Dot>> {
    let mut found = Vec::new();
    for side in sides(sees) {
        let Some((clause, mut values)) = filter.clause(db, sees, *side, None) else { continue };
        values.push(Value::Int(limit));
        let sql = format!(
            "SELECT c.seq AS seq, c.lat AS lat, c.lon AS lon, CAST(c.stage AS BIGINT) AS stage,
                c.kind AS kind, c.category AS category, c.severity AS severity, c.due_at AS due_at
             FROM {clause} AND c.lat IS NOT NULL ORDER BY {} LIMIT ${}",
            filter.newest_first(db),
            values.len()
        );
        found.extend(db.all::<Dot>(&sql, values).await?);
    }
    found.sort_by_key(|d: &Dot| std::cmp::Reverse(d.seq));
    found.dedup_by_key(|d| d.seq);
    Ok(found)
}

/// How many of the newest [`MOST_COUNTED`] cases lie in each place, and how many were counted.
pub async fn by_place(db: &Db, sees: &Sees, filter: &Filter) -> Result<(Vec<(UnitId, i64)>, i64)> {
    let mut found: BTreeSet<(i64, UnitId)> = BTreeSet::new();
    for side in sides(sees) {
        let Some((clause, mut values)) = filter.clause(db, sees, *side, None) else { continue };
        values.push(Value::Int(MOST_COUNTED));
        let sql = format!(
            "SELECT c.seq AS seq, c.place AS place FROM {clause} ORDER BY {} LIMIT ${}",
            filter.newest_first(db),
            values.len()
        );
        found.extend(db.all::<(i64, UnitId)>(&sql, values).await?);
    }
    let mut places: BTreeMap<UnitId, i64> = BTreeMap::new();
    let counted = found.len().min(MOST_COUNTED as usize);
    for (_, place) in found.iter().rev().take(counted) {
        *places.entry(*place).or_default() += 1;
    }
    Ok((places.into_iter().collect(), counted as i64))
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
