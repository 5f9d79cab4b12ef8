//! The pages of packs, over HTTP.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod place;

use packs::{Source, apply};
use place::{House, pack, things};

async fn houses() -> Vec<House> {
    let houses = House::all().await;
    for house in &houses {
        let (health, admin) = (pack("health", 40), pack("admin", 10));
        let source = Source::texts([
            ("health/pack.yaml", health.as_str()),
            ("health/indicators.yaml", "things:\n- {id: beds, value: 90}\n"),
            ("admin/pack.yaml", admin.as_str()),
        ]);
        apply(&house.cx, &source, &house.parts).await.unwrap();
    }
    houses
}

const SET: &str = "path=indicators.yaml&pointer=things%2Fbeds%2Fvalue&value=85";

#[tokio::test]
async fn everyone_signed_in_reads_the_list_and_only_an_administrator_opens_a_pack() {
    for house in houses().await {
        let (status, body) = house.ask("viewer", "/packs", None).await;
        assert_eq!(status, 200);
        assert!(body.contains("Gói health") && body.contains("1 chỉ tiêu"), "{body}");
        assert!(body.contains("Sở mới") && body.contains("chưa kiểm chứng"));
        assert!(body.find("Gói admin") < body.find("Gói health"));
        assert!(!body.contains("href=\"/packs/health\""));
        assert!(house.ask("admin", "/packs", None).await.1.contains("href=\"/packs/health\""));
        assert_eq!(house.ask("", "/packs", None).await.0, 303);
        assert_eq!(house.ask("leader", "/packs/health", None).await.0, 403);
        assert_eq!(house.ask("admin", "/packs/health", None).await.0, 200);
        assert_eq!(house.ask("admin", "/packs/nothing", None).await.0, 404);
        assert_eq!(house.ask("leader", "/packs/health/overlay", Some(SET)).await.0, 403);
    }
}

#[tokio::test]
async fn an_administrator_sets_a_value_sees_it_beside_the_shipped_one_and_removes_it() {
    for house in houses().await {
        assert_eq!(house.ask("admin", "/packs/health/overlay", Some(SET)).await.0, 303);
        assert_eq!(things(&house).await, [("health.beds".to_owned(), 85.0)]);
        let (_, body) = house.ask("admin", "/packs/health", None).await;
        let row = &body[body.find("things/beds/value").unwrap()..];
        assert!(row.contains(">90<") && row.contains(">85<") && row.contains("đang dùng"), "{row}");
        assert!(house.ask("viewer", "/packs", None).await.1.contains("1 chỗ sửa riêng"));

        let address = "/packs/health?path=indicators.yaml&pointer=things/beds/value";
        let (_, body) = house.ask("admin", address, None).await;
        assert!(body.contains(">85</textarea>") && body.contains("Bản kèm chương trình: 90"), "{body}");

        assert_eq!(house.ask("admin", "/packs/health/overlay/remove", Some(SET)).await.0, 303);
        assert_eq!(things(&house).await, [("health.beds".to_owned(), 90.0)]);
        assert_eq!(house.ask("admin", "/packs/health/overlay/remove", Some(SET)).await.0, 404);
    }
}

#[tokio::test]
async fn a_refused_value_comes_back_with_what_was_typed_and_why() {
    for house in houses().await {
        for (value, why) in
            [("nhi%E1%BB%81u", "cần số"), ("%7Ba%3A", "YAML sai cú pháp"), ("", "Chưa ghi giá trị")]
        {
            let form = format!("path=indicators.yaml&pointer=things%2Fbeds%2Fvalue&value={value}");
            let (status, body) = house.ask("admin", "/packs/health/overlay", Some(&form)).await;
            assert_eq!(status, 422);
            assert!(body.contains(why), "{value}: {body}");
            assert!(body.contains("value=\"things/beds/value\""));
        }
        assert_eq!(things(&house).await, [("health.beds".to_owned(), 90.0)]);
    }
}

#[tokio::test]
async fn a_typed_script_is_text_on_the_page() {
    for house in houses().await {
        let form = "path=indicators.yaml&pointer=%3Cscript%3Ealert(1)%3C/script%3E&value=1";
        let (status, body) = house.ask("admin", "/packs/health/overlay", Some(form)).await;
        assert_eq!(status, 422);
        assert!(!body.contains("<script>alert"), "{body}");
    }
}

#[test]
fn every_message_is_there_in_both_languages() {
    let keys = |text: &str| -> std::collections::BTreeSet<String> {
        text.lines()
            .filter_map(|l| l.split_once(" ="))
            .filter(|(k, _)| k.starts_with("packs-"))
            .map(|(k, _)| k.to_owned())
            .collect()
    };
    let words = packs::module().words;
    assert_eq!(keys(words[0].1), keys(words[1].1));
    let known = keys(words[0].1);
    let templates = [
        include_str!("../templates/packs.html"),
        include_str!("../templates/pack.html"),
        include_str!("../templates/deadline.html"),
    ];
    for text in templates {
        for piece in text.split("\"packs-").skip(1) {
            let key = format!("packs-{}", piece.split('"').next().unwrap());
            assert!(known.contains(&key) || key.contains("{}"), "{key}");
        }
    }
}
