//! Cases and figures joined by the program: what is reported, taken in and answered is told as figures.

use cases::actions::ask_agencies::{AnswerAsked, AskAgencies};
use cases::actions::name_handler::NameHandler;
use cases::actions::receive::Receive;
use cases::actions::step::TakeStep;
use cases::case::Given;
use foundation::number::NumberStyle;
use foundation::{Calendar, Date, Period};
use identity::actions::create_account::CreateAccount;
use identity::actions::give_grant::GiveGrant;
use indicators::Engine;
use indicators::actions::record::{Mode, Record, SourceSpec};
use indicators::check::Incoming;
use kit::{Context, Fields, Role, UnitId};
use notices::Person;
use storage::args;
use toancanh::lease::Lease;
use toancanh::of_cases::tell_figures;
use units::{Atlas, Level};
use uuid::Uuid;

use crate::place::{ROOT, with_packs};

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
        let cx = with_packs(&test).await;
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

/// Who was told what of cases.
async fn told(cx: &Context, person: Uuid) -> Vec<String> {
    let mine = notices::store::notices::mine(&cx.db, Person::Account(person), None, 20).await.unwrap();
    mine.into_iter().map(|n| n.kind).collect()
}

async fn officer(cx: &Context, sign_in: &str, role: Role, unit: UnitId) -> Uuid {
    let new = CreateAccount { name: sign_in.into(), sign_in: sign_in.into() };
    let account = new.run(cx).await.unwrap().0;
    let grant = GiveGrant {
        account,
        role,
        unit,
        packs: Fields::All,
        valid_from: Some(Date::of(cx.clock.now())),
        valid_to: None,
    };
    grant.run(cx).await.unwrap();
    account
}

#[tokio::test]
async fn whoever_is_named_is_told_and_a_dispute_is_told_to_who_directs_both_sides() {
    for test in storage::testing::all().await.unwrap() {
        let cx = with_packs(&test).await;
        let map = cx.house.get::<Atlas>().unwrap().map();
        let communes = map.below(ROOT, Level::Commune, Date::of(cx.clock.now()));
        let (here, there) = (communes[0].unit, communes[1].unit);
        let city = officer(&cx, "chu.tich.tp", Role::Leader, ROOT).await;
        let ward = officer(&cx, "chu.tich.xa", Role::Leader, here).await;
        let (hai, ba) = (
            officer(&cx, "anh.hai", Role::Officer, here).await,
            officer(&cx, "anh.ba", Role::Officer, there).await,
        );
        let id = report(&cx, here).await;
        let given = Given {
            category: Some("street_light".into()),
            severity: Some("normal".into()),
            agency: Some(here),
            ..Given::default()
        };
        TakeStep { step: "take_in".into(), given, seen: None }.run(&cx, id).await.unwrap();
        toancanh::outbox::drain(&cx.house).await;
        let before = told(&cx, hai).await.len();
        let name = |handler| NameHandler { handler: Some(handler), text: String::new(), seen: None };
        assert_eq!(name(ba).run(&cx, id).await.unwrap_err().code(), "case_handler", "of another commune");
        name(hai).run(&cx, id).await.unwrap();
        toancanh::outbox::drain(&cx.house).await;
        assert_eq!(told(&cx, hai).await.len(), before + 1, "{}", test.name());

        let ask = AskAgencies {
            agencies: vec![there],
            question: "Ai quản lý tuyến này?".into(),
            hours: 8,
            seen: None,
        };
        ask.run(&cx, id).await.unwrap();
        let no = AnswerAsked { agency: there, text: "Không phải xã tôi".into(), agrees: false };
        no.run(&cx, id).await.unwrap();
        toancanh::outbox::drain(&cx.house).await;
        assert_eq!(told(&cx, city).await, ["case.disagreement"]);
        assert!(told(&cx, ward).await.is_empty(), "they are one side of it");
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
