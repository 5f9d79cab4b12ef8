//! Subjects and what may be done about them, in the house as it is wired: a source leads back to where it
//! stands, for whoever may see it. And whom the desk joined to a case hears how it goes on.

use cases::actions::join::Join;
use cases::actions::receive::Receive;
use cases::actions::step::TakeStep;
use cases::case::Given;
use cases::store::also;
use cases::store::people::Reporter;
use indicators::Engine;
use kit::{Context, Scope};
use notices::{Office, Person};
use storage::args;

use crate::place::{ROOT, with_packs};

#[tokio::test]
async fn a_source_leads_back_to_where_it_stands_for_whoever_may_see_it() {
    for test in storage::testing::all().await.unwrap() {
        let cx = with_packs(&test).await;
        let href = |cx: &Context, source: &str| cx.found(source).map(|link| link.href);
        let board = cx.house.get::<boards::Boards>().unwrap().find(boards::Kind::Overview, None).unwrap();
        let document = foundation::new_id();
        for (source, leads) in [
            (
                "indicator:petitions.received/92".to_owned(),
                "/indicators/petitions.received?unit=92".to_owned(),
            ),
            ("unit:92".to_owned(), "/units/92".to_owned()),
            (format!("document:{document}"), format!("/notices/mailings/{document}")),
            (format!("tile:{}/main/0/92", board.id), "/?unit=92".to_owned()),
        ] {
            assert_eq!(href(&cx, &source), Some(leads), "{} {source}", test.name());
        }
        for wrong in [
            "",
            "tile:nothing",
            "tile:none/main/0/92",
            "indicator:none.none/92",
            "indicator:petitions.received/79",
            "unit:79",
            "unit:x",
            "document:x",
            "javascript:alert(1)",
        ] {
            assert_eq!(href(&cx, wrong), None, "{wrong}");
        }
        // What is internal leads nobody who may not see it.
        let public = Context { scope: Scope::Public, ..cx.clone() };
        let engine = cx.house.get::<Engine>().unwrap();
        for indicator in engine.catalogue().all() {
            let source = format!("indicator:{}/{ROOT}", indicator.code);
            assert!(href(&cx, &source).is_some(), "{source}");
            assert_eq!(href(&public, &source).is_some(), indicator.is_public(), "{source}");
        }
    }
}

#[tokio::test]
async fn whom_the_desk_joined_to_a_case_hears_how_it_goes_on() {
    for test in storage::testing::all().await.unwrap() {
        let cx = with_packs(&test).await;
        let receive = Receive {
            key: foundation::new_id().to_string(),
            kind: "petitions.report".into(),
            category: Some("street_light".into()),
            title: "Hỏng đèn đường".into(),
            place: Some(ROOT),
            channel: "app",
            ..Receive::default()
        };
        let id = receive.run(&cx).await.unwrap().case.seq;
        let caller = Reporter { phone: "0987 654 321".into(), consent: true, ..Reporter::default() };
        let join = Join { key: foundation::new_id().to_string(), caller, text: "Ba đêm rồi".into() };
        assert_eq!(join.run(&cx, id).await.unwrap().supporters, 1, "{}", test.name());
        let citizen = also::of(&cx.db, id).await.unwrap()[0].citizen.unwrap();
        let given = Given {
            category: Some("street_light".into()),
            severity: Some("normal".into()),
            agency: Some(ROOT),
            ..Given::default()
        };
        TakeStep { step: "take_in".into(), given, seen: None }.run(&cx, id).await.unwrap();
        toancanh::outbox::drain(&cx.house).await;
        let person = Person::Citizen(citizen);
        let kinds = "SELECT kind FROM notice WHERE side = 'citizen' AND person = $1";
        let told: Vec<(String,)> = cx.db.all(kinds, args![citizen]).await.unwrap();
        assert_eq!(told, [("case.taken_in".to_owned(),)], "{}", test.name());
        let office = cx.house.get::<Office>().unwrap();
        let found = office.book().find(person).await.unwrap().unwrap();
        assert_eq!(found.phone.as_deref(), Some("0987654321"));
    }
}
