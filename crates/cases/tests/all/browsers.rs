//! A browser hears of the reports whose receipts it holds, until it is told to stop or the reporter erases.

use cases::browsers::id_of;
use cases::store::browsers;
use http::StatusCode;
use serde_json::{Value, json};

use crate::door::Phone;
use crate::place::{House, NAME, PHONE};

const ENDPOINT: &str = "https://push.example/send/1";

fn asked(receipts: &[&str]) -> Value {
    let keys = json!({"p256dh": "x", "auth": "y"});
    json!({"subscription": {"endpoint": ENDPOINT, "keys": keys}, "receipts": receipts})
}

#[tokio::test]
async fn a_receipt_lets_a_browser_hear_of_its_report_and_nothing_else_does() {
    for house in House::all().await {
        let own = house.report("Đèn đường tắt", "street_light").await;
        let other = house.report("Ngập hẻm 12", "street_light").await;
        for nothing in [asked(&[]), asked(&["AAAA-BBBB-CCCC-DDDD"]), asked(&[&own.code])] {
            let reply = house.json("", "/app/push", &nothing).await;
            assert_eq!((reply.status, reply.text().as_str()), (StatusCode::OK, "{\"watched\":0}"));
        }
        assert!(house.browsers.0.lock().unwrap().is_empty(), "{}: nobody is kept for nothing", house.name);
        for _ in 0..2 {
            let reply = house.json("", "/app/push", &asked(&[&own.secret, "no receipt"])).await;
            assert_eq!(reply.text(), "{\"watched\":1}");
        }
        let browser = id_of(ENDPOINT);
        assert_eq!(browsers::of(&house.cx.db, own.case.seq).await.unwrap(), [browser]);
        assert!(browsers::of(&house.cx.db, other.case.seq).await.unwrap().is_empty());
        let told = house.browsers.0.lock().unwrap().clone();
        assert!(told.iter().all(|(id, text)| *id == browser && text.contains(ENDPOINT)), "{told:?}");
        let data = house.get("", &format!("/report/{}/data?k={}", own.code, own.secret)).await.text();
        assert!(data.contains("\"browsers_told\": 1"), "{data}");
        // The log says that a browser hears, not whose it is.
        let log = house.column("SELECT subject || detail AS t FROM audit").await.join(" ");
        assert!(!log.contains(NAME) && !log.contains(PHONE) && !log.contains("push.example"));

        let stop = json!({"endpoint": ENDPOINT});
        assert_eq!(house.json("", "/app/push/stop", &stop).await.status, StatusCode::NO_CONTENT);
        assert!(browsers::of(&house.cx.db, own.case.seq).await.unwrap().is_empty());
        assert!(house.browsers.0.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn whoever_erases_who_they_are_is_told_nothing_more() {
    for house in House::all().await {
        let own = house.report("Đèn đường tắt", "street_light").await;
        house.json("", "/app/push", &asked(&[&own.secret])).await;
        let form = [("k", own.secret.as_str())];
        house.form("", &format!("/report/{}/erase", own.code), &form).await;
        assert!(browsers::of(&house.cx.db, own.case.seq).await.unwrap().is_empty(), "{}", house.name);
    }
}

#[tokio::test]
async fn whoever_is_signed_in_hears_of_theirs_without_a_receipt() {
    for house in House::all().await {
        let own = house.report("Đèn đường tắt", "street_light").await;
        let mut phone = Phone::proves(&house, PHONE).await;
        let reply = phone.post_json(&house, "/app/push", &asked(&[])).await;
        assert_eq!(reply.text(), "{\"watched\":1}", "{}", house.name);
        assert_eq!(browsers::of(&house.cx.db, own.case.seq).await.unwrap(), [id_of(ENDPOINT)]);
        assert!(phone.get(&house, "/app/mine").await.text().contains("data-push=\"BPk0_a-key\""));
    }
}

#[tokio::test]
async fn what_is_no_subscription_is_refused_in_words() {
    for house in House::all().await {
        let bad = [json!(null), json!([]), json!({}), json!({"subscription": {"endpoint": 7}})];
        for bad in bad {
            let reply = house.json("", "/app/push", &bad).await;
            assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}: {}", reply.text());
            assert!(reply.text().contains("push_subscription"), "{}", reply.text());
        }
        let stop = house.json("", "/app/push/stop", &json!({})).await;
        assert_eq!(stop.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}
