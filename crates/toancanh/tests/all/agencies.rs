//! Agencies from a table: all or none, the same twice changes nothing, and they report.

use foundation::number::NumberStyle;
use foundation::{Date, Period};
use indicators::Engine;
use indicators::actions::record::{Mode, Record, SourceSpec};
use indicators::check::Incoming;
use indicators::engine::Asked;
use indicators::engine::figure::last_due;
use indicators::engine::late::LateUnit;
use indicators::import::mapping::Role;
use indicators::import::{ImportOptions, import_file};
use kit::{Context, Scope};
use units::actions::import_agencies::{ImportAgencies, Report};
use units::agencies::{Fault, read, template::template, write};
use units::{Atlas, Level, Version};

use crate::place::{ROOT, bare, with_packs};

/// Makes the agencies of the template.
async fn make_agencies(cx: &Context) {
    let map = cx.house.get::<Atlas>().unwrap().map();
    let rows = template(&map, ROOT, Date::of(cx.clock.now())).unwrap();
    counts(&ImportAgencies { rows, dry_run: false }.run(cx).await.unwrap());
}

async fn import(cx: &Context, lines: &str) -> Report {
    let text = format!("ma,ten,ten_ngan,cap,truc_thuoc,dia_ban,tu_ngay,den_ngay\n{lines}");
    ImportAgencies { rows: read(text.as_bytes()).unwrap(), dry_run: false }.run(cx).await.unwrap()
}

fn counts(report: &Report) -> (usize, usize, usize) {
    assert_eq!(report.faults, Vec::<Fault>::new());
    (report.new, report.changed, report.unchanged)
}

fn history(cx: &Context, code: &str) -> Vec<Version> {
    let map = cx.house.get::<Atlas>().unwrap().map();
    map.agencies().filter(|v| v.code == code).cloned().collect()
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

async fn events(cx: &Context) -> i64 {
    let sql = "SELECT COUNT(*) FROM audit WHERE action = 'units.import_agencies'";
    cx.db.one::<(i64,)>(sql, storage::args![]).await.unwrap().unwrap().0
}

#[tokio::test]
async fn a_changed_name_is_a_new_version_and_the_same_file_twice_changes_nothing() {
    for test in storage::testing::all().await.unwrap() {
        let cx = bare(&test).await;
        let file = "x,Sở Một,SM,so,,92,2025-07-01,\ny,Chi cục Hai,,so,x,,2025-07-01,\n";
        assert_eq!(counts(&import(&cx, file).await), (2, 0, 0), "{}", test.name());
        assert_eq!(counts(&import(&cx, file).await), (0, 0, 2));
        assert_eq!(events(&cx).await, 1, "what changes nothing is not in the log");
        let renamed = "x,Sở Một và Ba,SM,so,,92,2026-03-01,\n";
        assert_eq!(counts(&import(&cx, renamed).await), (0, 1, 0));
        assert_eq!(counts(&import(&cx, renamed).await), (0, 0, 1));
        let all = history(&cx, "x");
        assert_eq!(all.len(), 2);
        assert_eq!((all[0].name.as_str(), all[0].valid_to), ("Sở Một", Some(day("2026-03-01"))));
        assert_eq!((all[1].name.as_str(), all[1].unit), ("Sở Một và Ba", all[0].unit));
        let closed = "y,Chi cục Hai,,so,x,,2025-07-01,2026-06-30\n";
        assert_eq!(counts(&import(&cx, closed).await), (0, 1, 0));
        assert_eq!(counts(&import(&cx, closed).await), (0, 0, 1));
        assert_eq!(history(&cx, "y")[0].valid_to, Some(day("2026-07-01")));
    }
}

#[tokio::test]
async fn one_fault_keeps_everything_out_and_says_where_it_is() {
    for test in storage::testing::all().await.unwrap() {
        let cx = bare(&test).await;
        let bad = "ok,Sở Đúng,,so,,92,,\n\
                   a,Sở A,,so,b,92,,\n\
                   b,Sở B,,so,a,92,,\n";
        let told = |report: &Report| report.faults.iter().map(|f| (f.line, f.column)).collect::<Vec<_>>();
        assert_eq!(told(&import(&cx, bad).await), [(3, "truc_thuoc"), (4, "truc_thuoc")], "{}", test.name());
        let bad = "a,Sở A,,so,khong-co,99999,,\n\
                   b,Phòng B,,phong,,92,,\n\
                   c,Sở C,,so,,01,,\n";
        let report = import(&cx, bad).await;
        let wanted = [(2, "dia_ban"), (2, "truc_thuoc"), (3, "dia_ban"), (4, "dia_ban")];
        assert_eq!(told(&report), wanted);
        assert!(history(&cx, "ok").is_empty());
        assert_eq!(events(&cx).await, 0);
    }
}

#[tokio::test]
async fn the_template_gives_what_agencies_report_its_expected_reporters() {
    for test in storage::testing::all().await.unwrap() {
        let cx = with_packs(&test).await;
        let atlas = cx.house.get::<Atlas>().unwrap();
        let engine = cx.house.get::<Engine>().unwrap();
        let today = Date::of(cx.clock.now());
        let catalogue = engine.catalogue();
        let by_agency = |i: &&indicators::Indicator| {
            indicators::engine::reach::levels_of(&i.def.reported_by).contains(&Level::Department)
        };
        let indicator = catalogue.all().find(by_agency).unwrap().clone();
        let period = Period::containing(indicator.def.calendar, today.add_days(-400));
        let reporters = |period: Period| {
            let map = atlas.map();
            let day = period.last_day().max(day("2026-10-31"));
            let reach = indicators::engine::reach::reach(&map, &indicator, ROOT, day, today);
            reach.units.iter().filter(|u| !map.on(u.0, day).unwrap().level.is_place()).count()
        };
        assert_eq!(reporters(period), 0, "{}", test.name());
        let rows = template(&atlas.map(), ROOT, today).unwrap();
        let count = rows.len();
        let text = write(&rows);
        let report = ImportAgencies { rows, dry_run: true }.run(&cx).await.unwrap();
        assert_eq!(counts(&report), (count, 0, 0));
        assert_eq!(reporters(period), 0, "a check writes nothing");
        let rows = read(text.as_bytes()).unwrap();
        let report = ImportAgencies { rows: rows.clone(), dry_run: false }.run(&cx).await.unwrap();
        assert_eq!(counts(&report), (count, 0, 0));
        assert_eq!(reporters(period), 24);
        let report = ImportAgencies { rows, dry_run: false }.run(&cx).await.unwrap();
        assert_eq!(counts(&report), (0, 0, count));
        assert!(matches!(cx.scope, Scope::System(_)));
        assert_eq!(
            atlas.map().below(ROOT, Level::Commune, today).len(),
            103,
            "places are a tree of their own"
        );
    }
}

#[tokio::test]
async fn only_the_departments_that_an_indicator_names_are_late() {
    for test in storage::testing::all().await.unwrap() {
        let cx = with_packs(&test).await;
        let atlas = cx.house.get::<Atlas>().unwrap();
        let engine = cx.house.get::<Engine>().unwrap();
        let today = Date::of(cx.clock.now());
        make_agencies(&cx).await;
        let catalogue = engine.catalogue();
        let indicator = catalogue.code("admin.received").unwrap();
        assert!(indicator.asks_agency("92.so-y-te") && !indicator.asks_agency("92.doan-thanh-nien"));
        let asked = Asked { unit: ROOT, today, as_known: None };
        let late = async || {
            let late = engine.late(&Scope::System("test"), &asked).await.unwrap();
            let map = atlas.map();
            let owes = |l: &&LateUnit| l.owed.iter().any(|o| o.indicator == indicator.id);
            let code = |l: &LateUnit| map.nearest(l.unit, today).unwrap().code.clone();
            late.iter().filter(owes).map(code).collect::<Vec<_>>()
        };
        assert_eq!(
            late().await,
            Vec::<String>::new(),
            "nothing was due since the beginning: {}",
            test.name()
        );
        // One department tells the month that was due before the beginning: the others owe it now.
        let period = last_due(indicator, today);
        let record = Record {
            kind: "grid",
            source: SourceSpec {
                code: "test".into(),
                name: "Thử".into(),
                owner: "Văn phòng".into(),
                precedence: 100,
            },
            // The police are not asked; what they tell counts all the same.
            rows: [("92.so-y-te", "10"), ("92.cong-an", "5")]
                .map(|(unit, value)| Incoming {
                    indicator: indicator.code.clone(),
                    unit: unit.into(),
                    period: period.code(),
                    value: value.into(),
                    ..Incoming::default()
                })
                .into(),
            style: NumberStyle::En,
            mode: Mode::AllOrNothing,
            file: None,
            note: String::new(),
            idempotency: None,
        };
        let outcome = record.run(&cx, ROOT).await.unwrap();
        assert!(outcome.faults.is_empty(), "{:?}", outcome.faults);
        engine.forget_all();
        let figure = engine.figure(indicator, Some(period), &asked).await.unwrap();
        let coverage = (figure.coverage.reported, figure.coverage.expected);
        assert_eq!((figure.value, coverage), (Some(15.0), (2, 103 + 13 + 1)));
        let late = late().await;
        let departments: Vec<&String> = late.iter().filter(|code| code.starts_with("92.")).collect();
        assert_eq!((late.len() - departments.len(), departments.len()), (103, 12), "{departments:?}");
        assert!(late.iter().any(|code| code == "92.so-tai-chinh"), "{late:?}");
        for silent in ["92.so-y-te", "92.doan-thanh-nien", "92.cong-an"] {
            assert!(!late.iter().any(|code| code == silent), "{silent}");
        }
    }
}

#[tokio::test]
async fn departments_are_known_in_a_file_by_their_names() {
    for test in storage::testing::all().await.unwrap() {
        let cx = with_packs(&test).await;
        make_agencies(&cx).await;
        // The heading says nothing about units; the cells below do.
        let file = "TT;Nơi gửi;Hồ sơ tiếp nhận trong kỳ\n1;Sở Y tế;12\n2;Sở Tài chính;7\n3;Sở Không Có;5\n";
        let options = ImportOptions {
            period: Some("2026-01".into()),
            pack: Some("admin".into()),
            mode: Mode::GoodRows,
            ..ImportOptions::default()
        };
        let report = import_file(&cx, ROOT, file.into(), "bao-cao.csv", options).await.unwrap();
        assert_eq!(report.plan[0].columns[1], Role::Unit, "{}", test.name());
        assert_eq!(report.faults.len(), 1, "{:?}", report.faults);
        let sql = "SELECT COUNT(*) FROM current_value WHERE value IN (12, 7)";
        let told = cx.db.one::<(i64,)>(sql, storage::args![]).await.unwrap().unwrap().0;
        assert_eq!(told, 2);
    }
}
