//! «Cảnh báo gần tôi»: what officers published and what goes on, the nearest first; nothing else.

use cases::actions::moderate::Moderate;
use cases::actions::receive::{Position, Receive};
use cases::actions::step::TakeStep;
use cases::case::Given;
use http::StatusCode;
use serde_json::Value as Json;

use crate::place::{CAI_KHE, House, TRAN_DE, WARD_OFFICE, shipped};

const INCIDENT: &str = include_str!("../../../../packs/petitions/workflows/incident.yaml");

/// The house with the shipped incidents.
async fn with_incidents(house: &House) {
    let kind = shipped("incident.yaml", INCIDENT);
    let mut tx = house.cx.db.begin().await.unwrap();
    let report = house.cx.house.get::<cases::Types>().unwrap().get("petitions.report").unwrap();
    let both = [(*report).clone(), kind];
    cases::store::types::save(&mut tx, &both, house.cx.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    house.cx.house.get::<cases::Types>().unwrap().reload(&house.cx.db).await.unwrap();
}

/// An incident that an officer begins.
async fn incident(house: &House, title: &str, place: i64, at: Option<(f64, f64)>) -> i64 {
    let begun = Receive {
        key: foundation::new_id().to_string(),
        kind: "petitions.incident".into(),
        category: Some("flooding".into()),
        title: title.into(),
        content: format!("{title}. Nội bộ: ông Tám báo."),
        position: at.map(|(lat, lon)| Position { lat, lon, accuracy_m: None }),
        place: Some(place),
        channel: "inside",
        ..Receive::default()
    };
    begun.run(&house.as_("duty")).await.unwrap().case.seq
}

async fn publish(house: &House, id: i64, text: &str, published: bool) {
    let shown = Moderate { published, text: text.into(), photos: Vec::new(), seen: None };
    shown.run(&house.as_("desk"), id).await.unwrap();
}

async fn step(house: &House, who: &str, id: i64, step: &str, given: Given) {
    TakeStep { step: step.into(), given, seen: None }.run(&house.as_(who), id).await.unwrap();
}

async fn told(house: &House, query: &str) -> Vec<Json> {
    let reply = house.get("", &format!("/api/v1/warnings{query}")).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    reply.json()["warnings"].as_array().unwrap().clone()
}

fn titles(warnings: &[Json]) -> Vec<&str> {
    warnings.iter().map(|w| w["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_was_published_and_goes_on_is_told_the_nearest_first_and_nothing_else() {
    for house in House::all().await {
        with_incidents(&house).await;
        house.draw_boundary("31135").await;
        assert!(told(&house, "").await.is_empty());
        let page = house.get("", "/app/warnings").await;
        assert!(page.text().contains("Không có sự cố nào đang được cảnh báo"), "{}", house.name);

        let far = incident(&house, "Triều cường cao", CAI_KHE, Some((10.19, 105.89))).await;
        let near = incident(&house, "Ngập đường ven sông", CAI_KHE, Some((10.101, 105.801))).await;
        let nowhere = incident(&house, "Mất điện cả xã", TRAN_DE, None).await;
        let secret = incident(&house, "Chưa công khai", CAI_KHE, None).await;
        for (id, text) in [
            (far, "Triều cường cao\nTránh đường ven sông."),
            (near, "Ngập đường ven sông\nĐi lối cầu mới."),
            (nowhere, "Mất điện cả xã\nDự kiến có lại lúc 15 giờ."),
        ] {
            publish(&house, id, text, true).await;
        }
        // A published report of a citizen is no warning of an officer.
        let report = house.report("Đèn đường tắt", "street_light").await;
        publish(&house, report.case.seq, "Đèn đường tắt", true).await;

        let found = told(&house, "?lat=10.1&lng=105.8").await;
        let wanted = ["Ngập đường ven sông", "Triều cường cao", "Mất điện cả xã"];
        assert_eq!(titles(&found), wanted, "{}", house.name);
        assert_eq!((found[0]["distance"].as_str(), found[2]["distance"].as_str()), (Some("200 m"), None));
        assert!(found[1]["distance"].as_str().unwrap().ends_with(" km"), "{}", found[1]);
        assert_eq!(found[0]["state"], "bad", "a serious one rings");
        // Without a position the newest first; of one commune; nonsense is no position.
        assert_eq!(titles(&told(&house, "").await)[0], "Mất điện cả xã");
        assert_eq!(titles(&told(&house, &format!("?place={TRAN_DE}")).await), ["Mất điện cả xã"]);
        assert_eq!(told(&house, "?lat=200&lng=5").await[0]["metres"], Json::Null);

        // The page says the same, what to do too, and nothing that was written inside.
        let page = house.get("", "/app/warnings?lat=10.1&lng=105.8").await.text();
        assert!(page.contains("Đi lối cầu mới.") && page.contains("200 m"), "{page}");
        for inside in ["ông Tám", "Chưa công khai"] {
            assert!(!page.contains(inside), "{inside}");
            assert!(!house.get("", "/api/v1/warnings").await.text().contains(inside), "{inside}");
        }
        assert!(house.case(secret).await.public_text.is_empty());

        // How it goes on is told; what is over, or hidden again, is not.
        let given = Given {
            category: Some("flooding".into()),
            severity: Some("major".into()),
            agency: Some(WARD_OFFICE),
            public_text: Some("Ngập đường ven sông\nĐi lối cầu mới.".into()),
            ..Given::default()
        };
        step(&house, "desk", near, "take_in", given).await;
        let text = |text: &str| Given { text: text.into(), ..Given::default() };
        step(&house, "officer", near, "tell", text("Nước đang rút.")).await;
        step(&house, "officer", near, "tell", text("Còn ngập nửa bánh xe.")).await;
        let found = told(&house, "?lat=10.1&lng=105.8").await;
        assert_eq!(found[0]["told"]["text"], "Còn ngập nửa bánh xe.", "{}", house.name);
        step(&house, "officer", near, "propose", text("Nước đã rút hết.")).await;
        step(&house, "leader", near, "approve", Given::default()).await;
        publish(&house, far, "Triều cường cao", false).await;
        assert_eq!(titles(&told(&house, "").await), ["Mất điện cả xã"]);
    }
}
