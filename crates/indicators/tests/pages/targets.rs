//! Setting targets over HTTP, on every database.

use foundation::Period;
use indicators::Engine;
use indicators::events::{TargetsChanged, on_targets_changed};
use serde_json::{Value as Json, json};
use storage::args;

use super::place::{CITY, House, TRAN_DE};

const TARGETS: &str = "/api/v1/targets";

fn rows(rows: &[(&str, &str, &str, Json)]) -> Json {
    let rows: Vec<Json> =
        rows.iter().map(|(i, u, p, v)| json!({"indicator": i, "unit": u, "period": p, "value": v})).collect();
    json!({"decision": "Quyết định 7/QĐ-UBND", "targets": rows})
}

/// What the events of targets said, the oldest first.
async fn told(house: &House) -> Vec<TargetsChanged> {
    let rows: Vec<(String,)> = house
        .cx
        .db
        .all("SELECT payload FROM outbox WHERE event = 'indicators.targets_changed' ORDER BY id", args![])
        .await
        .unwrap();
    rows.into_iter().map(|r| serde_json::from_str(&r.0).unwrap()).collect()
}

#[tokio::test]
async fn a_target_is_set_told_once_and_taken_back() {
    for house in House::all().await {
        let engine = house.cx.house.get::<Engine>().unwrap();
        let rate = engine.catalogue().code("admin.rate").cloned().unwrap();
        let year = Period::from_code("2026").unwrap();
        // What is remembered before must be forgotten by the event.
        assert_eq!(engine.target(&rate, TRAN_DE, year, None).await.unwrap(), Some(97.0));
        let body = rows(&[("admin.rate", "31675", "2026", json!(95.04))]);
        let first = house.post("leader", TARGETS, "", &body).await;
        assert_eq!(first.status, 200, "{} on {}", first.text(), house.name);
        assert_eq!(
            (first.json()["changed"].as_u64(), first.json()["unchanged"].as_u64()),
            (Some(1), Some(0))
        );
        let events = told(&house).await;
        assert_eq!(events, [TargetsChanged::of([rate.id])]);
        on_targets_changed(&house.cx.house, &events[0]).await.unwrap();
        assert_eq!(engine.target(&rate, TRAN_DE, year, None).await.unwrap(), Some(95.0));

        let again = house.post("leader", TARGETS, "", &body).await.json();
        assert_eq!((again["changed"].as_u64(), again["unchanged"].as_u64()), (Some(0), Some(1)));
        let listed = house.get("/api/v1/targets?unit=31675&indicator=admin.rate").await.json();
        let item = &listed["items"][0];
        assert_eq!((&item["value"], &item["period"]), (&json!(95.0), &json!("2026")), "{listed}");
        assert_eq!(item["decision"], "Quyết định 7/QĐ-UBND");
        assert_eq!(house.get("/api/v1/targets?unit=31675&year=2025").await.json()["items"], json!([]));

        let back = rows(&[("admin.rate", "31675", "2026", Json::Null)]);
        assert_eq!(house.post("leader", TARGETS, "", &back).await.json()["changed"], 1);
        assert_eq!(house.post("leader", TARGETS, "", &back).await.json()["changed"], 0);
        assert_eq!(house.get("/api/v1/targets?unit=31675").await.json()["items"], json!([]));
        assert_eq!(told(&house).await.len(), 2, "the same again tells nobody");
        let audited: Vec<(String,)> =
            house.cx.db.all("SELECT detail FROM audit WHERE action = 'targets.set'", args![]).await.unwrap();
        assert_eq!(audited.len(), 2);
        assert!(audited[0].0.contains("7/QĐ-UBND"), "{}", audited[0].0);
    }
}

#[tokio::test]
async fn one_fault_writes_nothing_and_each_is_named_by_its_row() {
    for house in House::all().await {
        let body = rows(&[
            ("admin.received", "31675", "2026", json!(1200)),
            ("admin.nothing", "31675", "2026", json!(1)),
            ("admin.received", "99999", "2026", json!(1)),
            ("admin.received", "31675", "2026-W47", json!(1)),
            ("admin.received", "31675", "2026", json!(5)),
            ("admin.received", "31135", "2026-11", json!(5)),
        ]);
        let reply = house.post("leader", TARGETS, "", &body).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["code"]), (422, &json!("rows_faulty")));
        let faults: Vec<(u64, String)> = reply.json()["faults"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| (f["row"].as_u64().unwrap(), f["code"].as_str().unwrap().to_owned()))
            .collect();
        let wanted = [
            (1, "indicator_unknown"),
            (2, "unit_unknown"),
            (3, "calendar_unfit"),
            (4, "duplicate_key"),
            (5, "outside_scope"),
        ];
        assert_eq!(faults, wanted.map(|(row, code)| (row, code.to_owned())), "on {}", house.name);
        assert!(told(&house).await.is_empty());
        assert_eq!(house.get_as("leader", "/api/v1/targets?unit=31675").await.json()["items"], json!([]));
        for decision in ["  ".to_owned(), "Đ".repeat(201)] {
            let body = json!({"decision": decision, "targets": [
                {"indicator": "admin.rate", "unit": 31675, "period": 2026, "value": 90}]});
            let reply = house.post("leader", TARGETS, "", &body).await;
            assert_eq!((reply.status.as_u16(), &reply.json()["code"]), (422, &json!("decision_unfit")));
        }
        let forgotten = json!({"decision": "x", "targets": [
            {"indicator": "admin.rate", "unit": 31675, "period": 2026}]});
        assert_eq!(house.post("leader", TARGETS, "", &forgotten).await.json()["code"], "body_unreadable");
    }
}

#[tokio::test]
async fn who_may_not_set_targets_sets_none() {
    for house in House::all().await {
        let body = rows(&[("admin.rate", "92", "2026", json!(96))]);
        // A key tells figures; a target is a decision of people.
        for (who, status) in [("", 401), ("viewer", 403), ("city", 403), ("leader", 422), ("key", 403)] {
            assert_eq!(house.post(who, TARGETS, "", &body).await.status, status, "{who} on {}", house.name);
        }
        let both = rows(&[("admin.rate", "92", "2026", json!(96)), ("admin.spent", "92", "2026", json!(90))]);
        assert_eq!(house.post("chair", TARGETS, "", &both).await.status, 200);
        let seen = |listed: Json| listed["items"].as_array().unwrap().len();
        assert_eq!(seen(house.get(TARGETS).await.json()), 1, "an internal target is not for the public");
        assert_eq!(seen(house.get_as("key", &format!("{TARGETS}?unit={CITY}")).await.json()), 2);
    }
}
