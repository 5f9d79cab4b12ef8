//! The demo in a database, on every database that tests run on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use foundation::{Date, Instant, Period, TestClock};
use indicators::demo::{self, Depth};
use indicators::engine::{Asked, Engine};
use indicators::observations::{self, Told};
use indicators::store;
use kit::{Context, Scope, UnitId};
use storage::testing::{TestDb, all};
use storage::{args, outbox};

use crate::place::{clock, house};

/// Lai Châu, one of the smallest.
const SMALL: &str = "12";

const SHORT: Depth = Depth { months: 2, days: 3, weeks: 3, years: 1 };

async fn made(db: &TestDb, clock: Arc<TestClock>) -> (Context, UnitId, demo::DemoReport) {
    let (cx, root) = house(db, clock, SMALL).await;
    let report = demo::create_with(&cx, root, SHORT, &mut |_| {}, &AtomicBool::new(false)).await.unwrap();
    (cx, root, report)
}

async fn number(cx: &Context, sql: &str) -> i64 {
    cx.db.one::<(i64,)>(sql, args![]).await.unwrap().unwrap().0
}

fn asked(unit: UnitId, now: Instant) -> Asked {
    Asked { unit, today: Date::of(now), as_known: None }
}

#[tokio::test]
async fn a_demo_that_is_stopped_leaves_nothing_behind() {
    for db in all().await.unwrap() {
        let (cx, root) = house(&db, clock(), SMALL).await;
        let stop = AtomicBool::new(false);
        let mut progress = |_: &str| stop.store(true, Ordering::Relaxed);
        let told = demo::create_with(&cx, root, SHORT, &mut progress, &stop).await.unwrap_err();
        assert_eq!(told.code(), "cancelled", "{}", db.name());
        for table in ["observation", "current_value", "target", "batch", "source"] {
            let left = number(&cx, &format!("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM {table}")).await;
            assert_eq!(left, 0, "{table} on {}", db.name());
        }
        assert!(!demo::is_demo(&cx).await.unwrap());
    }
}

#[tokio::test]
async fn the_demo_has_figures_late_units_corrections_and_targets() {
    for db in all().await.unwrap() {
        let (cx, root, report) = made(&db, clock()).await;
        assert!(report.rows > 10_000, "{} {report:?}", db.name());
        assert_eq!(
            number(&cx, "SELECT COUNT(*) FROM observation WHERE revision = 1").await,
            report.rows as i64
        );
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM current_value").await, report.rows as i64);
        assert!(demo::is_demo(&cx).await.unwrap());
        assert!(!outbox::waiting(&cx.db, cx.clock.now(), 10).await.unwrap().is_empty());
        let engine = cx.house.get::<Engine>().unwrap();
        let now = cx.clock.now();
        let on_time = engine.catalogue().code("admin.on_time").cloned().unwrap();
        let figure = engine.figure(&on_time, None, &asked(root, now)).await.unwrap();
        assert!(figure.demo && figure.value.is_some_and(|v| v > 80.0), "{figure:?}");
        assert!(figure.target.is_some());
        let late = engine.late(&Scope::System("test"), &asked(root, now)).await.unwrap();
        assert!(late.len() >= 3 && late[0].owed.len() > 20, "{:?}", late.first().map(|l| l.owed.len()));
        let (today, catalogue) = (Date::of(now), engine.catalogue());
        for owed in late.iter().flat_map(|l| &l.owed) {
            let code = &catalogue.get(owed.indicator).unwrap().code;
            assert!(today.days_since(owed.due) < 100, "{code} of {} by {}", owed.period.code(), owed.unit);
        }
        let communes: Vec<i64> = engine
            .atlas()
            .map()
            .below(root, units::Level::Commune, Date::of(now))
            .iter()
            .map(|v| v.unit)
            .collect();
        let ids: Vec<i64> = engine.catalogue().all().map(|i| i.id).collect();
        let steps = observations::corrections(&cx.db, ids, communes, now, 50).await.unwrap();
        assert_eq!(steps.len(), report.corrections);
        assert!(steps.len() >= 4, "{steps:?}");
        assert!(steps.iter().all(|s| s.value > s.before && s.known_at < now));
        assert!(number(&cx, "SELECT COUNT(*) FROM target WHERE demo = TRUE").await > 50);
        let future = "SELECT COUNT(*) FROM observation WHERE known_at > (SELECT MAX(at) FROM audit)";
        assert_eq!(number(&cx, future).await, 0);
    }
}

#[tokio::test]
async fn made_twice_it_is_the_same() {
    let sum = "SELECT CAST(ROUND(SUM(value)) AS BIGINT) FROM current_value";
    for db in all().await.unwrap() {
        let (cx, root, first) = made(&db, clock()).await;
        let before = number(&cx, sum).await;
        let second = demo::create_with(&cx, root, SHORT, &mut |_| {}, &AtomicBool::new(false)).await.unwrap();
        assert_eq!((first.rows, first.corrections), (second.rows, second.corrections));
        assert_eq!(number(&cx, sum).await, before);
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM source").await, 1);
    }
}

#[tokio::test]
async fn taken_away_nothing_of_it_is_left_and_real_figures_stand_again() {
    for db in all().await.unwrap() {
        let (cx, root, report) = made(&db, clock()).await;
        let engine = cx.house.get::<Engine>().unwrap();
        let now = cx.clock.now();
        let unit = engine.atlas().map().below(root, units::Level::Commune, Date::of(now))[0].unit;
        let indicator = engine.catalogue().code("admin.received").unwrap().id;
        let period = Period::from_code("2026-10").unwrap();
        let told = |value| Told { indicator, period, unit, dims: String::new(), value, estimated: false };
        // A real source tells a figure; another, that is shown behind the demo, tells one too.
        let mut tx = cx.db.begin().await.unwrap();
        let real = store::ensure_source(&mut tx, "excel:x", "Excel", "X", 100, false).await.unwrap();
        let weak = store::ensure_source(&mut tx, "other:y", "Y", "Y", 950, false).await.unwrap();
        tx.commit().await.unwrap();
        for (source, period, value) in
            [(&real, period, 77.0), (&weak, period.previous(), 55.0), (&weak, period, 11.0)]
        {
            let mut tx = cx.db.begin().await.unwrap();
            let batch = foundation::new_id();
            tx.run(
                "INSERT INTO batch (id, kind, source, actor, at, changed, unchanged, note)
                 VALUES ($1, 'api', $2, 'x', $3, 1, 0, '')",
                args![batch, source.id, now],
            )
            .await
            .unwrap();
            let told = vec![Told { period, ..told(Some(value)) }];
            observations::write(&mut tx, source, batch, now, told).await.unwrap();
            tx.commit().await.unwrap();
        }
        let rows = demo::remove(&cx).await.unwrap();
        assert_eq!(rows, report.rows + report.corrections as u64);
        assert!(!demo::is_demo(&cx).await.unwrap());
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM observation").await, 3);
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM target").await, 0);
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM batch").await, 3);
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM source").await, 2);
        let shown: Vec<(i32, f64)> =
            cx.db.all("SELECT period, value FROM current_value ORDER BY period", args![]).await.unwrap();
        assert_eq!(shown, [(period.index - 1, 55.0), (period.index, 77.0)]);
        assert_eq!(demo::tick(&cx, root).await.unwrap(), 0);
        assert_eq!(demo::remove(&cx).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn the_feed_lives_and_neither_grows_nor_corrects() {
    for db in all().await.unwrap() {
        let time = clock();
        let (cx, root, _) = made(&db, time.clone()).await;
        let engine = cx.house.get::<Engine>().unwrap();
        let corrections = async |cx: &Context| {
            let all: Vec<(i64,)> = cx.db.all("SELECT DISTINCT unit FROM observation", args![]).await.unwrap();
            let ids: Vec<i64> = engine.catalogue().all().map(|i| i.id).collect();
            let all = all.into_iter().map(|u| u.0).collect();
            observations::corrections(&cx.db, ids, all, cx.clock.now(), 500).await.unwrap().len()
        };
        let before = corrections(&cx).await;
        assert!(demo::tick(&cx, root).await.unwrap() > 0);
        assert_eq!(demo::tick(&cx, root).await.unwrap(), 0, "two ticks at once");
        for _ in 0..250 {
            time.advance_seconds(3);
            demo::tick(&cx, root).await.unwrap();
        }
        let most = "SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM observation WHERE estimated = TRUE
            GROUP BY indicator, calendar, period, unit, dims) estimates";
        assert_eq!(number(&cx, most).await, 3, "{}", db.name());
        assert!(number(&cx, "SELECT COUNT(*) FROM batch WHERE note = 'tick'").await == 1);
        assert_eq!(corrections(&cx).await, before);
        assert_eq!(number(&cx, "SELECT COUNT(*) FROM audit WHERE action LIKE 'demo%'").await, 2);
    }
}

#[tokio::test]
async fn after_a_pause_of_weeks_the_feed_catches_up() {
    for db in all().await.unwrap() {
        let time = clock();
        let (cx, root, _) = made(&db, time.clone()).await;
        time.advance_seconds(26 * 86_400);
        for _ in 0..90 {
            time.advance_seconds(3);
            demo::tick(&cx, root).await.unwrap();
        }
        let engine = cx.house.get::<Engine>().unwrap();
        engine.forget_all();
        let now = cx.clock.now();
        let received = engine.catalogue().code("admin.received").cloned().unwrap();
        let period = Period::from_code("2026-11").unwrap();
        let figure = engine.figure(&received, Some(period), &asked(root, now)).await.unwrap();
        assert!(figure.coverage.reported + 4 >= figure.coverage.expected, "{:?}", figure.coverage);
        assert!(!figure.estimated && figure.coverage.reported > 20);
        let of_november = format!(
            "SELECT COUNT(*) FROM current_value WHERE indicator = {} AND calendar = 3 AND period = {}
                AND estimated = TRUE",
            received.id, period.index
        );
        assert_eq!(number(&cx, &of_november).await, 0);
    }
}

/// How quick it is: `cargo nextest run -p indicators --cargo-profile start --run-ignored only --no-capture
/// measure`.
#[tokio::test]
#[ignore = "a measurement"]
async fn measure() {
    for db in all().await.unwrap() {
        let (cx, root) = house(&db, clock(), "92").await;
        let report = demo::create(&cx, root, 26, &mut |_| {}, &AtomicBool::new(false)).await.unwrap();
        println!("{}: {report:?}, {} rows/s", db.name(), report.rows_per_second());
        let watch = foundation::Stopwatch::start();
        let changed = demo::tick(&cx, root).await.unwrap();
        println!("{}: tick of {changed} in {:?}", db.name(), watch.elapsed());
        let watch = foundation::Stopwatch::start();
        let rows = demo::remove(&cx).await.unwrap();
        println!("{}: removed {rows} in {:?}", db.name(), watch.elapsed());
    }
}
