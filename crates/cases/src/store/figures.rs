//! Which units count which cases, and what was told of them.

use foundation::{Calendar, Date, Instant, Period, Result};
use kit::UnitId;
use serde_json::Value as Json;
use storage::{Db, Tx, Value, args, row};

use crate::case::{Case, CaseId};

/// No unit's figures count the case.
pub const NOWHERE: UnitId = 0;

row! {
    /// A case whose unit is not reckoned yet.
    #[derive(Debug, Clone)]
    pub struct Unsettled {
        /// Its number.
        pub seq: i64,
        /// Its type.
        pub kind: String,
        /// Its commune.
        pub place: i64,
        /// The unit in charge.
        pub agency: i64,
        /// When it came.
        pub received_at: Instant,
        /// Whether it is synthetic.
        pub demo: bool,
    }
}

row! {
    /// What a month's figures are made from.
    #[derive(Debug, Clone)]
    pub struct Counted {
        /// Its number.
        pub seq: i64,
        /// Its type.
        pub kind: String,
        /// What it is about.
        pub category: String,
        /// How urgent.
        pub severity: String,
        /// Where it stands.
        pub stage: i64,
        /// By which way it came.
        pub channel: String,
        /// When.
        pub received_at: Instant,
        /// When it was solved.
        pub solved_at: Option<Instant>,
        /// Its clocks.
        pub clocks: Json,
        /// Why it was refused.
        pub reason: String,
        /// By when the solution is promised.
        pub promised_at: Option<Instant>,
        /// Whether the solution came too late.
        pub late: bool,
        /// Whether everybody sees it.
        pub published: bool,
        /// What the reporter says.
        pub rating: Option<i64>,
    }
}

row! {
    /// A unit's month that is to be told anew.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Dirty {
        /// The unit.
        pub unit: i64,
        /// The month.
        pub month: i64,
        /// Its mark when it was read.
        pub mark: i64,
    }
}

row! {
    /// A figure as it was told last.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Figure {
        /// The month, or a day of it.
        pub period: String,
        /// Its full id.
        pub indicator: String,
        /// Empty: the whole.
        pub channel: String,
        /// The value.
        pub value: f64,
    }
}

/// The month of a moment.
pub fn month_of(at: Instant) -> i64 {
    i64::from(Period::containing(Calendar::Month, Date::of(at)).index)
}

/// Marks a unit's months.
pub async fn mark(tx: &mut Tx, unit: UnitId, months: &[i64]) -> Result<()> {
    let mut months = months.to_vec();
    months.sort_unstable();
    months.dedup();
    for month in months {
        tx.run(
            "INSERT INTO case_dirty (unit, month, mark) VALUES ($1, $2, 1)
             ON CONFLICT (unit, month) DO UPDATE SET mark = case_dirty.mark + 1",
            args![unit, month],
        )
        .await?;
    }
    Ok(())
}

/// The months from one moment to another.
pub fn months_between(from: Instant, to: Instant) -> Vec<i64> {
    (month_of(from)..=month_of(to).max(month_of(from))).collect()
}

/// A case is about to be written: the months of the unit that counts it, as it was, no longer hold; all since
/// it came, where another unit has it now. What it is then is reckoned after the commit.
pub async fn touch(tx: &mut Tx, case: &Case) -> Result<()> {
    let was: Option<Was> = tx
        .one(
            "SELECT counted, place, agency, received_at, solved_at FROM cases WHERE seq = $1",
            args![case.seq],
        )
        .await?;
    let Some(was) = was else { return Ok(()) };
    let Some(unit) = was.counted.filter(|u| *u != NOWHERE) else { return Ok(()) };
    let months = match (was.place, was.agency) == (case.place, case.agency) {
        true => {
            let moments = [Some(was.received_at), was.solved_at, Some(case.changed_at)];
            moments.into_iter().flatten().map(month_of).collect()
        }
        false => months_between(was.received_at, case.changed_at),
    };
    mark(tx, unit, &months).await
}

row! {
    /// What was known of a case before it changed.
    struct Was {
        counted: Option<i64>,
        place: i64,
        agency: i64,
        received_at: Instant,
        solved_at: Option<Instant>,
    }
}

/// Cases whose unit is to be reckoned, locked.
pub async fn unsettled(tx: &mut Tx, limit: i64) -> Result<Vec<Unsettled>> {
    let sql = format!(
        "SELECT seq, kind, place, agency, received_at, demo FROM cases WHERE counted IS NULL
         ORDER BY seq LIMIT $1 {}",
        tx.dialect().for_update()
    );
    tx.all(&sql, args![limit]).await
}

/// Whether any is there: asked before a transaction is opened.
pub async fn any_unsettled(db: &Db) -> Result<bool> {
    let row: Option<(i64,)> =
        db.one("SELECT seq FROM cases WHERE counted IS NULL ORDER BY seq LIMIT 1", args![]).await?;
    Ok(row.is_some())
}

/// These cases are counted by `unit`.
pub async fn settle(tx: &mut Tx, unit: UnitId, ids: Vec<CaseId>) -> Result<()> {
    tx.run("UPDATE cases SET counted = $1 WHERE seq IN (SELECT value FROM int_list($2))", args![unit, ids])
        .await
        .map(|_| ())
}

/// A case's figures change by time alone: a deadline passed.
pub async fn unsettle(tx: &mut Tx, id: CaseId) -> Result<()> {
    tx.run("UPDATE cases SET counted = NULL WHERE seq = $1", args![id]).await.map(|_| ())
}

/// What is to be told anew, the newest months first.
pub async fn dirty(db: &Db, limit: i64) -> Result<Vec<Dirty>> {
    db.all("SELECT unit, month, mark FROM case_dirty ORDER BY month DESC, unit LIMIT $1", args![limit]).await
}

/// When the first case of a unit came.
pub async fn since(db: &Db, unit: UnitId) -> Result<Option<Instant>> {
    let row: Option<(Instant,)> = db
        .one("SELECT received_at FROM cases WHERE counted = $1 ORDER BY received_at LIMIT 1", args![unit])
        .await?;
    Ok(row.map(|r| r.0))
}

/// The cases of a unit that came before `to` and were not solved before `from`. The sign keeps a database
/// from reading all that ever came by the index of receipts.
pub async fn alive(db: &Db, unit: UnitId, from: Instant, to: Instant) -> Result<Vec<Counted>> {
    let columns = "seq, kind, category, severity, stage, channel, received_at, solved_at, clocks, reason, \
                   promised_at, late, published, rating";
    let open =
        format!("SELECT {columns} FROM cases WHERE counted = $1 AND solved_at IS NULL AND +received_at < $2");
    let mut all: Vec<Counted> = db.all(&open, args![unit, to]).await?;
    let solved =
        format!("SELECT {columns} FROM cases WHERE counted = $1 AND solved_at >= $2 AND +received_at < $3");
    all.extend(db.all::<Counted>(&solved, args![unit, from, to]).await?);
    all.sort_by_key(|c| c.seq);
    // A case that is solved between the two questions is in both answers.
    all.dedup_by_key(|c| c.seq);
    Ok(all)
}

/// Which of these cases have a photo of the finished work.
pub async fn with_evidence(db: &Db, ids: Vec<CaseId>) -> Result<Vec<CaseId>> {
    numbers(
        db,
        "SELECT DISTINCT seq FROM case_photo
         WHERE seq IN (SELECT value FROM int_list($1)) AND role = 'after'",
        args![ids],
    )
    .await
}

/// For which of these cases other agencies were asked.
pub async fn with_agencies(db: &Db, ids: Vec<CaseId>) -> Result<Vec<CaseId>> {
    numbers(
        db,
        "SELECT DISTINCT seq FROM case_asked WHERE seq IN (SELECT value FROM int_list($1))",
        args![ids],
    )
    .await
}

/// With which of these cases something was done between two moments.
pub async fn with_deed(
    db: &Db,
    ids: Vec<CaseId>,
    deed: &str,
    from: Instant,
    to: Instant,
) -> Result<Vec<CaseId>> {
    numbers(
        db,
        "SELECT DISTINCT seq FROM case_entry WHERE seq IN (SELECT value FROM int_list($1))
            AND deed = $2 AND at >= $3 AND at < $4",
        args![ids, deed, from, to],
    )
    .await
}

async fn numbers(db: &Db, sql: &str, values: Vec<Value>) -> Result<Vec<i64>> {
    Ok(db.all::<(i64,)>(sql, values).await?.into_iter().map(|r| r.0).collect())
}

/// What was told of a unit's month.
pub async fn told(db: &Db, unit: UnitId, month: i64) -> Result<Vec<Figure>> {
    db.all(
        "SELECT period, indicator, channel, value FROM case_told WHERE unit = $1 AND month = $2
         ORDER BY period, indicator, channel",
        args![unit, month],
    )
    .await
}

/// Keeps what was told.
pub async fn keep(tx: &mut Tx, unit: UnitId, month: i64, figure: &Figure) -> Result<()> {
    tx.run(
        "INSERT INTO case_told (unit, month, period, indicator, channel, value)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (unit, month, period, indicator, channel) DO UPDATE SET value = excluded.value",
        args![
            unit,
            month,
            figure.period.as_str(),
            figure.indicator.as_str(),
            figure.channel.as_str(),
            figure.value
        ],
    )
    .await
    .map(|_| ())
}

/// The months are told, unless they were marked again meanwhile.
pub async fn clean(tx: &mut Tx, all: &[Dirty]) -> Result<()> {
    for one in all {
        tx.run(
            "DELETE FROM case_dirty WHERE unit = $1 AND month = $2 AND mark = $3",
            args![one.unit, one.month, one.mark],
        )
        .await?;
    }
    Ok(())
}

/// The units that were ever told of.
pub async fn units(tx: &mut Tx) -> Result<Vec<UnitId>> {
    let rows: Vec<(i64,)> = tx.all("SELECT DISTINCT unit FROM case_told ORDER BY unit", args![]).await?;
    Ok(rows.into_iter().map(|r| r.0).collect())
}
