//! Cases and figures joined by the program: what is reported, taken in and answered is told as figures.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

use cases::actions::receive::Receive;
use cases::actions::step::TakeStep;
use cases::case::Given;
use foundation::number::NumberStyle;
use foundation::{Calendar, Date, Period};
use indicators::Engine;
use indicators::actions::record::{Mode, Record, SourceSpec};
use indicators::check::Incoming;
use kit::{Context, UnitId};
use storage::args;
use storage::testing::TestDb;
use toancanh::lease::Lease;
use toancanh::of_cases::tell_figures;
use units::actions::choose_root::ChooseRoot;
use units::{Atlas, Level};

const ROOT: UnitId = 92;

async fn place(test: &TestDb) -> Context {
    let house = toancanh::open::furnish(test.db.clone(), test.folder(), false).await.unwrap();
    let cx = house.system("test");
    ChooseRoot { code: "92".into() }.run(&cx).await.unwrap();
    let parts = toancanh::wiring::pack_parts();
    packs::apply(&cx, &packs::Source::embedded(), &parts).await.unwrap();
    packs::refresh(&cx, &parts).await.unwrap();
    cx
}

/// The value that is shown of a unit's month, and from which source.
async fn shown(cx: &Context, code: &str, unit: UnitId) -> Option<(f64, String)> {
    let id = cx.house.get::<Engine>().unwrap().catalogue().code(code).unwrap().id;
    let month = Period::containing(Calendar::Month, Date::of(cx.clock.now()));
    cx.db
        .one(
            "SELECT c.value AS value, s.code AS code FROM current_value c JOIN source s ON s.id = c.source
             WHERE c.indicator = $1 AND c.period = $2 AND c.unit = $3 AND c.dims = ''",
            args![id, month.index, unit],
        )
        .await
        .unwrap()
}

async fn report(cx: &Context, place: UnitId) -> i64 {
    let receive = Receive {
        key: foundation::new_id().to_string(),
        kind: "petitions.report".into(),
        category: Some("street_light".into()),
        title: "Hỏng đèn đường".into(),
        place: Some(place),
        channel: "app",
        ..Receive::default()
    };
    receive.run(cx).await.unwrap().case.seq
}

#[tokio::test]
async fn a_case_is_told_as_figures_beside_what_a_file_told() {
    for test in storage::testing::all().await.unwrap() {
        let cx = place(&test).await;
        let map = cx.house.get::<Atlas>().unwrap().map();
        let today = Date::of(cx.clock.now());
        let commune = map.below(ROOT, Level::Commune, today)[0].clone();
        let month = Period::containing(Calendar::Month, today).code();
        let file = Record {
            kind: "excel",
            source: SourceSpec {
                code: "excel:test".into(),
                name: "Tệp".into(),
                owner: String::new(),
                precedence: 100,
            },
            rows: vec![Incoming {
                indicator: "petitions.received".into(),
                unit: commune.code.clone(),
                period: month,
                value: "7".into(),
                ..Incoming::default()
            }],
            style: NumberStyle::Vi,
            mode: Mode::AllOrNothing,
            file: None,
            note: String::new(),
            idempotency: None,
        };
        assert_eq!(file.run(&cx, ROOT).await.unwrap().faults, []);
        assert_eq!(tell_figures(&cx.house).await.unwrap(), 0, "{}: no case, no word", test.name());

        let id = report(&cx, commune.unit).await;
        assert!(tell_figures(&cx.house).await.unwrap() > 20);
        let received = "petitions.received";
        assert_eq!(shown(&cx, received, commune.unit).await, Some((1.0, "cases".into())));
        assert_eq!(shown(&cx, "petitions.pending", commune.unit).await, Some((1.0, "cases".into())));
        let both = "SELECT COUNT(DISTINCT source) FROM observation WHERE indicator IN
                    (SELECT id FROM indicator WHERE code = 'petitions.received') AND dims = ''";
        let both: Option<(i64,)> = cx.db.one(both, args![]).await.unwrap();
        assert_eq!(both, Some((2,)), "what the file told is kept");

        for (step, text) in [("take_in", ""), ("start", ""), ("propose", "Đã thay bóng."), ("approve", "")]
        {
            let given = Given {
                text: text.into(),
                category: (step == "take_in").then(|| "street_light".into()),
                severity: (step == "take_in").then(|| "normal".into()),
                agency: (step == "take_in").then_some(commune.unit),
                ..Given::default()
            };
            TakeStep { step: step.into(), given, seen: None }.run(&cx, id).await.unwrap();
        }
        assert!(tell_figures(&cx.house).await.unwrap() > 0);
        assert_eq!(shown(&cx, "petitions.resolved", commune.unit).await, Some((1.0, "cases".into())));
        assert_eq!(shown(&cx, "petitions.pending", commune.unit).await, Some((0.0, "cases".into())));
        assert_eq!(tell_figures(&cx.house).await.unwrap(), 0, "the same again tells nothing");
        // What the events cause: every one is wired.
        toancanh::outbox::drain(&cx.house).await;
        let (waiting, _) = storage::outbox::counts(&cx.db).await.unwrap();
        assert_eq!(waiting, 0);
    }
}

#[tokio::test]
async fn of_two_programs_one_holds_a_lease() {
    for test in storage::testing::all().await.unwrap() {
        let house = toancanh::open::furnish(test.db.clone(), test.folder(), false).await.unwrap();
        let (mut one, mut other) = (Lease::of("test"), Lease::of("test"));
        assert!(one.hold(&house).await.unwrap(), "{}", test.name());
        assert!(!other.hold(&house).await.unwrap());
        assert!(one.hold(&house).await.unwrap());
    }
}
