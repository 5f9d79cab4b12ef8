//! What follows cases without being asked: their figures, reminders, what closes by itself. Each loop runs in
//! one program of those on a database, woken by the event of a change and by its own beat.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use foundation::{Result, Stopwatch};
use indicators::Engine;
use indicators::actions::record::{Mode, Record, SourceSpec};
use indicators::check::Incoming;
use kit::House;
use units::Atlas;

use crate::lease::Lease;

/// Figures are looked at so often when nobody wakes the loop.
const FIGURES_BEAT: Duration = Duration::from_secs(2);
/// Changes that come close together are told together.
const TOGETHER: Duration = Duration::from_millis(300);
/// Between two deliveries no rest is longer.
const MOST_REST: Duration = Duration::from_secs(15);
/// Deadlines are looked at so often when nobody wakes the loop.
const KEEPER_BEAT: Duration = Duration::from_secs(20);
/// After a failure a loop rests.
const REST: Duration = Duration::from_secs(30);
/// Months of units in one delivery.
const MOST_MONTHS: i64 = 100;

/// The source of figures that the program counts itself: before files, beside what programs send.
fn source() -> SourceSpec {
    SourceSpec {
        code: "cases".into(),
        name: "Hệ thống phản ánh".into(),
        owner: "Chương trình, tính từ từng vụ việc".into(),
        precedence: 40,
    }
}

/// Tells the figures of the cases that changed until there are none. Says how many were told.
pub async fn tell_figures(house: &House) -> Result<usize> {
    let mut all = 0;
    while let Some(n) = tell_some(house).await? {
        all += n;
    }
    Ok(all)
}

/// One delivery. Says how many figures were told; none when no case had changed.
async fn tell_some(house: &House) -> Result<Option<usize>> {
    let cx = house.system("cases.figures");
    let Some(root) = house.get::<Atlas>()?.root() else { return Ok(None) };
    cases::figures::turn(&cx).await?;
    let settled = cases::figures::settle(&cx).await?;
    let due = cases::figures::due(&cx, MOST_MONTHS).await?;
    if settled == 0 && due.is_empty() {
        return Ok(None);
    }
    // A place whose packs lack an indicator has its other figures all the same.
    let catalogue = house.get::<Engine>()?.catalogue();
    let known: Vec<usize> = (0..due.rows.len())
        .filter(|at| catalogue.code(&due.rows[*at].indicator).is_some_and(|i| i.is_reported()))
        .collect();
    let mut refused: BTreeSet<usize> = (0..due.rows.len()).collect();
    if !known.is_empty() {
        let rows = known.iter().map(|at| incoming(&due.rows[*at])).collect();
        let record = Record {
            kind: "cases",
            source: source(),
            rows,
            style: foundation::number::NumberStyle::En,
            mode: Mode::GoodRows,
            file: None,
            note: String::new(),
            idempotency: None,
        };
        let outcome = record.run(&cx, root).await?;
        for at in &known {
            refused.remove(at);
        }
        for fault in &outcome.faults {
            let at = known.get(fault.row).copied().unwrap_or_default();
            tracing::warn!(code = fault.code, row = ?due.rows.get(at), "a figure of cases was refused");
            refused.insert(at);
        }
    }
    cases::figures::done(&cx, &due, &refused).await?;
    Ok(Some(due.rows.len() - refused.len()))
}

fn incoming(told: &cases::figures::Told) -> Incoming {
    let mut dims = BTreeMap::new();
    if !told.channel.is_empty() {
        dims.insert("channel".to_owned(), told.channel.clone());
    }
    Incoming {
        indicator: told.indicator.clone(),
        unit: told.code.clone(),
        period: told.period.clone(),
        value: String::new(),
        number: Some(told.value),
        dims,
        estimated: false,
    }
}

/// Tells figures until the program stops.
pub async fn figures(house: House) {
    let mut lease = Lease::of("cases.figures");
    loop {
        let began = Stopwatch::start();
        let done = match lease.hold(&house).await {
            Ok(true) => tell_some(&house).await,
            other => other.map(|_| None),
        };
        match done {
            // A unit's month is counted anew whenever one of its cases changed: where hundreds come in a
            // second, the counting leaves the machine to them.
            Ok(Some(_)) => tokio::time::sleep((began.elapsed() * 3).clamp(TOGETHER, MOST_REST)).await,
            Ok(None) => {
                let _ = tokio::time::timeout(FIGURES_BEAT, cases::figures::WAKE.notified()).await;
                tokio::time::sleep(TOGETHER).await;
            }
            Err(e) => {
                tracing::warn!("figures of cases could not be told: {e:?}");
                tokio::time::sleep(REST).await;
            }
        }
    }
}

/// Looks after deadlines until the program stops.
pub async fn keep(house: House) {
    let cx = house.system("cases.keeper");
    let mut lease = Lease::of("cases.keeper");
    loop {
        let done = match lease.hold(&house).await {
            Ok(true) => kept(&cx).await,
            other => other.map(|_| ()),
        };
        if let Err(e) = done {
            tracing::warn!("cases could not be looked after: {e:?}");
            tokio::time::sleep(REST).await;
        }
        let _ = tokio::time::timeout(KEEPER_BEAT, cases::keeper::WAKE.notified()).await;
    }
}

async fn kept(cx: &kit::Context) -> Result<()> {
    while cases::keeper::round(cx).await?.seen > 0 {}
    while cases::keeper::words(cx).await? > 0 {}
    cases::keeper::sweep(cx).await.map(|_| ())
}
