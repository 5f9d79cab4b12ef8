//! What the program does about cases by itself: reminders, closing, figures, the demo.

use std::collections::BTreeMap;

use cases::actions::step::TakeStep;
use cases::case::Given;
use cases::figures::{self, Told};
use cases::store::keeping::reminders;
use cases::tiles::Tiles;
use cases::workflow::Stage;
use cases::{demo, keeper};
use foundation::Lang;
use kit::{TileSource, TileSpec, TileView};
use storage::args;

use crate::place::{CAI_KHE, CITY, HEALTH, House, TRAN_DE, WARD_OFFICE};

async fn step(house: &House, who: &str, id: i64, step: &str, given: Given) {
    TakeStep { step: step.into(), given, seen: None }.run(&house.as_(who), id).await.unwrap();
}

fn saying(text: &str) -> Given {
    Given { text: text.into(), ..Given::default() }
}

async fn take_in(house: &House, id: i64, severity: &str, agency: i64) {
    let given = Given {
        category: Some("street_light".into()),
        severity: Some(severity.into()),
        agency: Some(agency),
        public_text: Some("Đèn đường hỏng".into()),
        ..Given::default()
    };
    step(house, "desk", id, "take_in", given).await;
}

async fn answer(house: &House, id: i64) {
    step(house, "officer", id, "propose", saying("Đã thay bóng.")).await;
    step(house, "leader", id, "approve", Given::default()).await;
}

async fn round(house: &House) -> (usize, usize) {
    let kept = keeper::round(&house.cx).await.unwrap();
    (kept.reminded, kept.closed)
}

/// What is told now, and that telling it again tells nothing.
async fn told(house: &House) -> Vec<Told> {
    figures::turn(&house.cx).await.unwrap();
    while figures::settle(&house.cx).await.unwrap() > 0 {}
    let due = figures::due(&house.cx, 100).await.unwrap();
    figures::done(&house.cx, &due, &Default::default()).await.unwrap();
    assert!(figures::due(&house.cx, 100).await.unwrap().is_empty(), "{}", house.name);
    due.rows
}

fn of(rows: &[Told], unit: i64, period: &str) -> BTreeMap<String, f64> {
    rows.iter()
        .filter(|t| t.unit == unit && t.period == period && t.channel.is_empty())
        .map(|t| (t.indicator.trim_start_matches("petitions.").to_owned(), t.value))
        .collect()
}

#[tokio::test]
async fn an_urgent_report_rings_until_it_is_taken_in() {
    for house in House::all().await {
        let id = house.report("Mất nắp cống giữa đường", "manhole").await.case.seq;
        assert_eq!(round(&house).await, (1, 0), "{}: at once", house.name);
        assert_eq!(round(&house).await, (0, 0), "told once");
        house.clock.advance_seconds(299);
        assert_eq!(round(&house).await, (0, 0));
        house.clock.advance_seconds(1);
        assert_eq!(round(&house).await, (1, 0), "five minutes later");
        take_in(&house, id, "urgent", WARD_OFFICE).await;
        house.clock.advance_seconds(600);
        assert_eq!(round(&house).await, (0, 0), "it is taken in");
        let events = house.column("SELECT payload FROM outbox WHERE event = 'cases.reminded'").await;
        assert_eq!(events.len(), 2);
        assert!(events.iter().all(|e| e.contains("\"ring\"") && e.contains("\"intake\"")), "{events:?}");
        assert!(events.iter().all(|e| !e.contains("Bảy Trăm")), "no word of who reported");
    }
}

#[tokio::test]
async fn each_rung_is_told_once_before_at_and_after_the_promise() {
    for house in House::all().await {
        let id = house.report("Hỏng đèn đường", "street_light").await.case.seq;
        take_in(&house, id, "normal", WARD_OFFICE).await;
        assert_eq!(round(&house).await, (0, 0), "{}", house.name);
        // 40 hours, on a calendar that never stops: the first rung is four hours before.
        house.clock.advance_seconds(36 * 3600);
        assert_eq!(round(&house).await, (1, 0));
        assert_eq!(round(&house).await, (0, 0));
        house.clock.advance_seconds(4 * 3600 + 1);
        assert_eq!(round(&house).await, (1, 0));
        house.clock.advance_seconds(8 * 3600);
        assert_eq!(round(&house).await, (1, 0));
        house.clock.advance_seconds(90 * 86_400);
        assert_eq!(round(&house).await, (0, 0), "nothing is told twice");
        let told = reminders(&house.cx.db, id).await.unwrap();
        assert_eq!(
            told.iter().map(|t| (t.0.as_str(), t.1)).collect::<Vec<_>>(),
            [("due", 0), ("due", 1), ("due", 2)]
        );
        let asleep =
            house.column("SELECT CAST(wake_at AS TEXT) AS w FROM cases WHERE wake_at IS NOT NULL").await;
        assert!(asleep.is_empty(), "what has nothing to wait for is not asked about: {asleep:?}");
    }
}

#[tokio::test]
async fn what_nobody_rates_is_closed_and_who_does_not_answer_is_told_of() {
    for house in House::all().await {
        let id = house.report("Hỏng đèn đường", "street_light").await.case.seq;
        take_in(&house, id, "normal", WARD_OFFICE).await;
        answer(&house, id).await;
        house.clock.advance_seconds(7 * 86_400);
        assert_eq!(round(&house).await.1, 0, "{}: the last moment is the reporter's", house.name);
        house.clock.advance_seconds(1);
        assert_eq!(round(&house).await.1, 1);
        assert_eq!(house.case(id).await.stage(), Stage::Closed);

        let asked = house.report("Đèn chập chờn", "street_light").await.case.seq;
        take_in(&house, asked, "normal", WARD_OFFICE).await;
        step(&house, "officer", asked, "ask", saying("Cột số mấy?")).await;
        house.clock.advance_seconds(9 * 86_400);
        assert_eq!(round(&house).await, (0, 0));
        house.clock.advance_seconds(2 * 86_400);
        assert_eq!(round(&house).await, (1, 0));
        assert_eq!(house.case(asked).await.stage(), Stage::Work, "it is not closed by itself");
    }
}

#[tokio::test]
async fn figures_follow_a_case_from_its_receipt_to_a_late_badly_rated_answer() {
    for house in House::all().await {
        assert!(told(&house).await.is_empty(), "{}: without a case there are no zeros", house.name);
        let id = house.report("Hỏng đèn đường", "street_light").await.case.seq;
        let first = told(&house).await;
        let month = of(&first, CAI_KHE, "2026-11");
        assert_eq!((month["received"], month["pending"], month["topic_utilities"]), (1.0, 1.0, 1.0));
        assert_eq!((month["resolved"], month["hours"], month["topic_roads"]), (0.0, 0.0, 0.0));
        assert!(first.iter().all(|t| t.unit == CAI_KHE), "an office reports nothing itself");
        let app = first.iter().find(|t| t.channel == "app").unwrap();
        assert_eq!((app.indicator.as_str(), app.value), ("petitions.received", 1.0));
        assert_eq!(of(&first, CAI_KHE, "2026-11-24")["urgent_open"], 0.0);

        take_in(&house, id, "normal", WARD_OFFICE).await;
        assert_eq!(of(&told(&house).await, CAI_KHE, "2026-11"), [("taken_in_time".into(), 1.0)].into());
        // The deadline passes: nobody touched the case, and yet a figure changes.
        house.clock.advance_seconds(41 * 3600);
        round(&house).await;
        assert_eq!(of(&told(&house).await, CAI_KHE, "2026-11")["pending_overdue"], 1.0);

        answer(&house, id).await;
        let rate = cases::actions::rate::Rate { stars: 3, text: "Chậm".into() };
        rate.run(&house.as_(""), id).await.unwrap();
        let month = of(&told(&house).await, CAI_KHE, "2026-11");
        assert_eq!((month["pending"], month["pending_overdue"], month["hours"]), (0.0, 0.0, 41.0));
        assert_eq!((month["resolved"], month["rated"], month["published"]), (1.0, 1.0, 1.0));
        assert!(!month.contains_key("resolved_in_time") && !month.contains_key("rated_satisfied"));
        assert!(!month.contains_key("received"), "what did not change is not told");

        // The next month begins with zeros.
        house.clock.advance_seconds(10 * 86_400);
        let december = of(&told(&house).await, CAI_KHE, "2026-12");
        assert_eq!((december["received"], december["pending"]), (0.0, 0.0));
    }
}

#[tokio::test]
async fn a_case_counts_once_where_it_is_dealt_with() {
    for house in House::all().await {
        let id = house.report_at("Muỗi nhiều", "street_light", TRAN_DE).await.case.seq;
        assert_eq!(of(&told(&house).await, TRAN_DE, "2026-11")["received"], 1.0, "{}", house.name);
        take_in(&house, id, "normal", HEALTH).await;
        let moved = told(&house).await;
        assert_eq!(of(&moved, HEALTH, "2026-11")["received"], 1.0, "a department of the city has it now");
        assert_eq!(of(&moved, TRAN_DE, "2026-11")["received"], 0.0);
    }
}

#[tokio::test]
async fn the_demo_is_the_same_for_the_same_place_counts_nowhere_and_goes_without_a_trace() {
    for house in House::all().await {
        let real = house.report("Hỏng đèn đường", "street_light").await.case.seq;
        told(&house).await;
        let count = demo::create(&house.cx, CITY, 3).await.unwrap();
        assert_eq!(count, 24, "{}: twelve a commune", house.name);
        assert!(told(&house).await.is_empty(), "synthetic cases give no figures");
        assert_eq!(round(&house).await, (0, 0), "nor reminders");
        let titles = "SELECT title || ' ' || state AS t FROM cases WHERE demo ORDER BY received_at, title";
        let first = house.column(titles).await;
        assert_eq!(demo::create(&house.cx, CITY, 3).await.unwrap(), 24);
        assert_eq!(house.column(titles).await, first);
        let states = house.column("SELECT DISTINCT state FROM cases WHERE demo ORDER BY state").await;
        assert!(states.len() >= 3, "{states:?}");
        let future =
            house.column("SELECT deed FROM case_entry WHERE at > (SELECT MAX(changed_at) FROM cases)");
        assert!(future.await.is_empty());

        assert!(demo::tick(&house.cx, CITY).await.unwrap());
        assert!(!demo::tick(&house.cx, CITY).await.unwrap(), "not twice at once");
        house.clock.advance_seconds(21);
        assert!(demo::tick(&house.cx, CITY).await.unwrap());

        assert!(demo::remove(&house.cx).await.unwrap() >= 24);
        for table in ["cases", "case_entry"] {
            let left = house.column(&format!("SELECT DISTINCT CAST(seq AS TEXT) AS s FROM {table}")).await;
            assert_eq!(left, [real.to_string()], "{table}");
        }
        assert!(!demo::tick(&house.cx, CITY).await.unwrap(), "without a demo nothing moves");
    }
}

#[tokio::test]
async fn boards_show_what_is_about_to_be_late_to_those_who_read_it_and_to_nobody_else() {
    for house in House::all().await {
        let urgent = house.report("Mất nắp cống", "manhole").await;
        house.report_at("Ổ gà", "road_hole", TRAN_DE).await;
        let tile = async |what: &str, who: &str, unit| {
            let spec = TileSpec {
                kind: "cases".into(),
                spec: serde_json::json!({"cases": what, "top": 5}),
                area: "main".into(),
            };
            let scope = house.as_(who).scope;
            let view = TileView { house: house.cx.house.clone(), unit, wall: false, lang: Lang::Vi, scope };
            Tiles.draw(&spec, &view).await.unwrap()
        };
        let late = tile("late", "officer", CITY).await.unwrap();
        assert!(late.html.contains(&format!("/cases/{}", urgent.code)), "{}: {}", house.name, late.html);
        assert!(!late.html.contains("Ổ gà"), "a road of another commune, due in eight hours");
        assert!(late.depends.iter().any(|d| **d == *format!("cases/{CAI_KHE}")));
        assert!(tile("late", "", CITY).await.is_none(), "the public's boards leave it out");
        let open = tile("open", "viewer", CITY).await.unwrap();
        assert!(open.html.contains("Mới, chưa tiếp nhận") && open.html.contains(">2<"), "{}", open.html);
        let ward = tile("open", "viewer", TRAN_DE).await.unwrap();
        assert!(ward.html.contains(">1<") && !ward.html.contains(">2<"), "{}", ward.html);
    }
}

#[tokio::test]
async fn the_table_of_units_counts_what_the_reader_sees_and_is_taken_away_as_csv() {
    for house in House::all().await {
        let id = house.report("Hỏng đèn đường", "street_light").await.case.seq;
        take_in(&house, id, "normal", WARD_OFFICE).await;
        answer(&house, id).await;
        house.report_at("Ổ gà", "road_hole", TRAN_DE).await;
        let all = house.get("viewer", "/cases/units").await;
        assert!(all.text().contains("Cái Khế") && all.text().contains("Trần Đề"), "{}", all.text());
        let ward = house.get("officer", "/cases/units?by=category&sort=waiting").await.text();
        assert!(ward.contains("Đèn đường hỏng") && !ward.contains("ổ gà"), "{}: another commune", house.name);
        let csv = house.get("officer", "/cases/units?by=agency&format=csv").await.text();
        let line = csv.lines().find(|l| l.contains("KTHT")).unwrap_or_default();
        assert!(line.ends_with(",1,100.0,0.0,0,0,"), "{csv}");
        assert_eq!(house.get("", "/cases/units").await.status, http::StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn what_counts_floods_is_forgotten_after_two_days() {
    for house in House::all().await {
        let hour = house.cx.clock.now().seconds() / 3600;
        let mut tx = house.cx.db.begin().await.unwrap();
        for (who, at) in [(b"a", hour), (b"b", hour - 49)] {
            let row = args![&who[..], at, 1_i64];
            tx.run("INSERT INTO case_flood (who, hour, n) VALUES ($1, $2, $3)", row).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(keeper::sweep(&house.cx).await.unwrap(), 1, "{}", house.name);
        assert_eq!(keeper::sweep(&house.cx).await.unwrap(), 0);
    }
}
