//! What everybody sees, and what the desk decides about it.

use cases::actions::moderate::Moderate;
use cases::actions::receive::{Position, Receive};
use cases::actions::support::Support;
use cases::receipt::fingerprint;
use cases::store::lists::{self, Filter, Sees};

use crate::place::{CAI_KHE, House};

fn shown(text: &str) -> Moderate {
    Moderate { published: true, text: text.into(), photos: Vec::new(), seen: None }
}

#[tokio::test]
async fn only_what_the_desk_published_is_public_and_found_by_its_public_words() {
    for house in House::all().await {
        let id = house.report("Ông Ba xả rác ở đường số 4", "waste_pile").await.case.seq;
        let found = async |typed: &str| {
            let filter = Filter { text: typed.into(), ..Filter::default() };
            lists::page(&house.cx.db, &Sees::Public, &filter, None, 10).await.unwrap().len()
        };
        assert_eq!(found("").await, 0);
        let officer = shown("Xả rác").run(&house.as_("officer"), id).await;
        assert_eq!(officer.unwrap_err().code(), "case_step_not_yours");
        shown("Xả rác ở đường số 4").run(&house.as_("desk"), id).await.unwrap();
        assert_eq!((found("").await, found("duong so 4").await, found("ong ba").await), (1, 1, 0));
        let hidden = Moderate { published: false, ..shown("") };
        hidden.run(&house.as_("desk"), id).await.unwrap();
        assert_eq!((found("").await, found("duong so 4").await), (0, 0), "{}", house.name);
    }
}

#[tokio::test]
async fn one_device_supports_a_case_once() {
    for house in House::all().await {
        let id = house.report("Ngập đường", "drain").await.case.seq;
        let support = |device: &str| Support { who: fingerprint("device", device) }.run(&house.cx, id);
        assert_eq!(support("a").await.unwrap_err().code(), "case_not_found", "nothing public to support");
        shown("Ngập đường").run(&house.as_("desk"), id).await.unwrap();
        support("a").await.unwrap();
        support("a").await.unwrap();
        assert_eq!(support("b").await.unwrap().supporters, 2, "{}", house.name);
    }
}

#[tokio::test]
async fn positions_outside_the_country_and_floods_are_refused_in_words() {
    for house in House::all().await {
        let report = |n: usize, position| Receive {
            key: format!("a key that is long enough {n}"),
            kind: "petitions.report".into(),
            content: "Có việc".into(),
            place: Some(CAI_KHE),
            position,
            channel: "app",
            senders: vec![("device", "one".into())],
            ..Receive::default()
        };
        let anybody = house.as_("");
        let paris = Some(Position { lat: 48.9, lon: 2.3, accuracy_m: None });
        let refused = report(0, paris).run(&anybody).await.unwrap_err();
        assert_eq!(refused.code(), "position_outside");
        let nowhere = Some(Position { lat: f64::NAN, lon: 105.0, accuracy_m: None });
        assert_eq!(report(0, nowhere).run(&anybody).await.unwrap_err().code(), "position_outside");
        for n in 1..=20 {
            report(n, None).run(&anybody).await.unwrap();
        }
        let flood = report(21, None).run(&anybody).await.unwrap_err();
        assert_eq!((flood.code(), flood.kind().status()), ("case_flood", 429));
        report(20, None).run(&anybody).await.unwrap();
        house.clock.advance_seconds(3600);
        report(22, None).run(&anybody).await.unwrap();
        let n = house.column("SELECT CAST(COUNT(*) AS TEXT) AS n FROM cases").await;
        assert_eq!(n, ["21"], "{}", house.name);
    }
}
