//! A code on its way to a citizen's telephone, in the house as it is wired: through the room of messages to a
//! receiver of HTTP, and nothing of it left behind.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::post;
use identity::actions::ask_code::AskCode;
use identity::actions::prove_code::ProveCode;
use identity::citizen::signed_in;
use notices::gateway::Spec;
use notices::{Office, Person};
use serde_json::Value as Json;
use toancanh::outward::Outward;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A provider of SMS, and what it took.
async fn sms() -> (Spec, Arc<Mutex<Vec<Json>>>) {
    let taken: Arc<Mutex<Vec<Json>>> = Arc::default();
    let kept = taken.clone();
    let take = move |body: String| {
        kept.lock().unwrap().push(serde_json::from_str(&body).unwrap());
        async { "{\"error\":0}" }
    };
    let listener = tokio::net::TcpListener::bind((HERE, 0)).await.unwrap();
    let url = format!("http://{}/send", listener.local_addr().unwrap());
    let app = Router::new().route("/send", post(take));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let body = "{\"to\":\"{to}\",\"text\":\"{text}\"}".into();
    (Spec { url, body, sent: "error=0".into(), plain: true, ..Spec::default() }, taken)
}

#[tokio::test]
async fn a_code_comes_to_the_telephone_and_the_database_does_not_tell_it() {
    for test in storage::testing::all().await.unwrap() {
        let (spec, taken) = sms().await;
        let outward = Outward { sms: Some(spec), ..Outward::default() };
        let open = toancanh::open::furnish_with(test.db.clone(), test.folder(), false, &outward, None);
        let house = open.await.unwrap();
        let cx = house.system("test");
        let asked = AskCode { phone: "0912 345 678".into(), ip: HERE }.run(&cx).await.unwrap();
        let rows: Vec<(uuid::Uuid, Option<String>)> =
            cx.db.all("SELECT person, given FROM notice", storage::args![]).await.unwrap();
        assert_eq!((rows.len(), &rows[0].1), (1, &None), "{}: its values lie sealed", test.name());
        let book = house.get::<Office>().unwrap();
        let found = book.book().find(Person::Citizen(rows[0].0)).await.unwrap().unwrap();
        assert_eq!(found.phone.as_deref(), Some("+84912345678"));

        assert_eq!(notices::desk::drain(&cx).await.unwrap(), 1, "{}", test.name());
        let message = taken.lock().unwrap()[0].clone();
        assert_eq!(message["to"], "84912345678");
        let text = message["text"].as_str().unwrap().to_owned();
        let code = text.split(|c: char| !c.is_ascii_digit()).find(|word| word.len() == 6).unwrap();
        let sealed: Vec<(Option<Vec<u8>>,)> =
            cx.db.all("SELECT sealed FROM notice", storage::args![]).await.unwrap();
        assert_eq!(sealed[0].0, None, "what was sent is forgotten");

        let session = ProveCode { asked, code: code.into() }.run(&cx).await.unwrap();
        let mut headers = http::HeaderMap::new();
        headers.insert("cookie", format!("citizen={session}").parse().unwrap());
        let citizen = signed_in(&cx, &headers).await.unwrap().unwrap();
        assert_eq!(citizen.phone.as_deref(), Some("84912345678"));
    }
}

#[tokio::test]
async fn where_no_telephone_can_be_reached_no_code_is_promised() {
    for test in storage::testing::all().await.unwrap() {
        let house = toancanh::open::furnish(test.db.clone(), test.folder(), false).await.unwrap();
        let cx = house.system("test");
        let e = AskCode { phone: "0912 345 678".into(), ip: HERE }.run(&cx).await.unwrap_err();
        assert_eq!(e.code(), "code_no_channel", "{}", test.name());
        assert!(!house.get::<identity::Citizens>().unwrap().opens());
    }
}
