//! The console over HTTP: the desk's form from call to call, what lies nearby, the map, the sheet.

use cases::actions::ask_agencies::AskAgencies;
use cases::actions::receive::{Position, Receive};
use cases::actions::step::TakeStep;
use cases::case::Given;
use cases::offers::Tasks;
use cases::store::people;
use http::StatusCode;
use kit::{Offers, Subject};

use crate::place::{CAI_KHE, CITY, EMAIL, HEALTH, House, NAME, PHONE, TRAN_DE, WARD_OFFICE};

fn key(n: usize) -> String {
    format!("a key of the console's form {n}")
}

/// An open report of the ward at a position.
async fn at(house: &House, n: usize, title: &str, lat: f64, lon: f64) -> String {
    Receive {
        key: key(n),
        kind: "petitions.report".into(),
        category: Some("street_light".into()),
        title: title.into(),
        address: "Trước chợ Bông Sen, đường Hai Bà Trưng".into(),
        position: Some(Position { lat, lon, accuracy_m: Some(8.0) }),
        place: Some(CAI_KHE),
        channel: "app",
        ..Receive::default()
    }
    .run(&house.as_(""))
    .await
    .unwrap()
    .code
}

#[tokio::test]
async fn a_caller_is_looked_up_without_losing_what_was_typed() {
    for house in House::all().await {
        house.report("Đèn đường hỏng", "street_light").await;
        let fields = [
            ("key", &*key(1)),
            ("kind", "petitions.report"),
            ("phone", "0912 345 678"),
            ("content", "Nói tiếp về cây đèn"),
            ("look", "1"),
        ];
        let looked = house.form("desk", "/cases/new", &fields).await;
        let page = looked.text();
        assert_eq!(looked.status, StatusCode::OK, "{}", house.name);
        assert!(page.contains("Nói tiếp về cây đèn") && page.contains("Đèn đường hỏng"));
        assert_eq!(house.column("SELECT CAST(COUNT(*) AS TEXT) AS n FROM cases").await, ["1"]);
        let wrong = [fields[0], fields[1], ("phone", "12"), fields[3], fields[4]];
        let told = house.form("desk", "/cases/new", &wrong).await.text();
        assert!(told.contains("Số điện thoại chưa đúng") && told.contains("Nói tiếp về cây đèn"));
    }
}

#[tokio::test]
async fn the_next_call_begins_with_the_same_kind_and_nothing_of_the_last_caller() {
    for house in House::all().await {
        let fields = [
            ("key", &*key(1)),
            ("kind", "petitions.report"),
            ("channel", "counter"),
            ("phone", PHONE),
            ("content", "Trước nhà số 9 lại ngập"),
            ("pass_on", "1"),
            ("next", "1"),
        ];
        let done = house.form("desk", "/cases/new", &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{} {}", house.name, done.text());
        let to = done.header("location");
        assert_eq!(to, "/cases/new?kind=petitions.report&channel=counter&pass_on=1");
        let page = house.get("desk", &to).await.text();
        assert!(!page.contains(PHONE) && !page.contains("Trước nhà số 9"));
        assert!(page.contains("value=\"counter\" selected"));
    }
}

#[tokio::test]
async fn an_open_case_nearby_is_offered_before_a_second_one_is_made() {
    for house in House::all().await {
        house.draw_boundary("31135").await;
        let first = at(&house, 1, "Đèn trước chợ hỏng", 10.1, 105.8).await;
        let far = at(&house, 2, "Đèn ở xa", 10.15, 105.8).await;
        let typed = |n: usize| {
            vec![
                ("key", key(n)),
                ("kind", "petitions.report".to_owned()),
                ("channel", "hotline".to_owned()),
                ("phone", PHONE.to_owned()),
                ("name", NAME.to_owned()),
                ("email", EMAIL.to_owned()),
                ("category", "street_light".to_owned()),
                ("position", "10.1003, 105.8002".to_owned()),
                ("content", "Ba đêm rồi không sáng".to_owned()),
            ]
        };
        let send = async |fields: &[(&str, String)], more: &[(&str, &str)]| {
            let mut all: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
            all.extend(more);
            house.form("desk", "/cases/new", &all).await
        };
        let count = async || house.column("SELECT CAST(COUNT(*) AS TEXT) AS n FROM cases").await;
        let offered = send(&typed(3), &[]).await;
        let page = offered.text();
        assert_eq!(offered.status, StatusCode::OK, "{}", house.name);
        assert!(page.contains(&format!("value=\"{first}\"")) && !page.contains(&far), "the near one alone");
        assert!(page.contains("Ba đêm rồi không sáng"), "nothing typed is lost");
        assert_eq!(count().await, ["2"], "nothing is made yet");

        // Without consent the caller counts, and nothing of them is kept.
        let joined = send(&typed(3), &[("join", &first)]).await;
        assert_eq!(joined.status, StatusCode::SEE_OTHER, "{}", joined.text());
        assert_eq!((house.case(1).await.supporters, count().await), (1, vec!["2".to_owned()]));
        assert!(cases::store::also::of(&house.cx.db, 1).await.unwrap().is_empty());
        // The same form counts once, and so does the phone of somebody who agreed to be told.
        send(&typed(3), &[("join", &first)]).await;
        assert_eq!(house.case(1).await.supporters, 1);
        for n in [4, 7] {
            send(&typed(n), &[("join", &first), ("consent", "1")]).await;
            assert_eq!(house.case(1).await.supporters, 2, "form {n}");
        }

        // Who agrees is kept as one more reporter, whom the desk alone reads.
        let mut other = typed(5);
        other[3].1 = "0987 654 321".into();
        send(&other, &[("join", &first), ("consent", "1"), ("next", "1")]).await;
        let also = cases::store::also::of(&house.cx.db, 1).await.unwrap();
        let one = also.iter().find(|r| r.phone == "0987654321").unwrap();
        assert_eq!((also.len(), house.case(1).await.supporters), (2, 3));
        let page = format!("/cases/{first}");
        assert!(house.get("desk", &page).await.text().contains("0987654321"));
        for who in ["officer", "leader", "duty", "admin", "viewer"] {
            let text = house.get(who, &page).await.text();
            assert!(!text.contains("0987654321") && !text.contains(NAME), "{who}");
        }
        for sql in ["SELECT detail || actor || subject AS t FROM audit", "SELECT payload AS t FROM outbox"] {
            for text in house.column(sql).await {
                assert!(!text.contains("0987654321") && !text.contains(NAME), "{}: {text}", house.name);
            }
        }
        let before = house.get("desk", "/cases/new?phone=0987654321").await.text();
        assert!(before.contains("Đèn trước chợ hỏng"), "and is known when they call again");

        // They can be forgotten by the desk, and by nobody else.
        let citizen = one.citizen.unwrap().to_string();
        let erase = format!("/cases/{first}/also/erase");
        let fields = [("citizen", citizen.as_str())];
        assert_eq!(house.form("officer", &erase, &fields).await.status, StatusCode::FORBIDDEN);
        assert_eq!(house.form("desk", &erase, &fields).await.status, StatusCode::SEE_OTHER);
        assert!(people::person(&house.cx.db, one.citizen.unwrap()).await.unwrap().is_none());

        // Who wants a case of its own gets one; the same form again is the same case.
        for _ in 0..2 {
            let made = send(&typed(6), &[("anyway", "1")]).await;
            assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
        }
        assert_eq!(count().await, ["3"]);
        // A form that came before is not offered its own case.
        assert_eq!(send(&typed(6), &[]).await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn an_address_in_a_commune_finds_what_is_there_and_another_commune_does_not() {
    for house in House::all().await {
        house.draw_boundary("31135").await;
        at(&house, 1, "Đèn trước chợ hỏng", 10.1, 105.8).await;
        let send = async |n: usize, place: i64, address: &str, category: &str| {
            let (key, place) = (key(n), place.to_string());
            let fields = [
                ("key", key.as_str()),
                ("kind", "petitions.report"),
                ("category", category),
                ("place", place.as_str()),
                ("address", address),
                ("content", "Không sáng"),
            ];
            house.form("desk", "/cases/new", &fields).await.status
        };
        let address = "chợ Bông Sen, Hai Bà Trưng";
        assert_eq!(send(2, CAI_KHE, address, "street_light").await, StatusCode::OK, "{}", house.name);
        assert_eq!(send(3, TRAN_DE, address, "street_light").await, StatusCode::SEE_OTHER);
        assert_eq!(send(4, CAI_KHE, address, "waste_pile").await, StatusCode::SEE_OTHER);
        assert_eq!(send(5, CAI_KHE, "Đường Nguyễn Trãi", "street_light").await, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn the_map_shows_what_the_list_shows_to_whoever_reads_it() {
    for house in House::all().await {
        house.draw_boundary("31135").await;
        let code = at(&house, 1, "Đèn trước chợ hỏng", 10.1, 105.8).await;
        at(&house, 2, "Đèn bến xe hỏng", 10.12, 105.82).await;
        house.report("Không có vị trí", "street_light").await;
        let points = async |who: &str, query: &str| house.get(who, &format!("/cases/points{query}")).await;
        let all = points("desk", "?tab=new").await.json();
        assert_eq!(all["seq"].as_array().unwrap().len(), 2, "{}", house.name);
        assert_eq!((all["lat"][0].as_i64(), all["lon"][1].as_i64()), (Some(1_012_000), Some(-2_000)));
        assert_eq!(all["state"][0], 0, "eight hours are left");
        for (hours, state) in [(5, 1), (4, 2)] {
            house.clock.advance_seconds(hours * 3600);
            let told = points("desk", "?tab=new").await.json();
            assert_eq!(told["state"][0], state, "{hours} hours later");
        }
        for (who, query, n) in [
            ("officer", "?tab=new", 2),
            ("other", "?tab=new", 0),
            ("desk", "?tab=work", 0),
            ("desk", "?tab=new&q=ben+xe", 1),
            ("desk", "?tab=new&category=pothole", 0),
        ] {
            let told = points(who, query).await.json();
            assert_eq!(told["seq"].as_array().unwrap().len(), n, "{who} {query}");
        }
        assert_ne!(points("", "?tab=new").await.status, StatusCode::OK);
        // The card of a point, for whoever reads the case.
        let card = house.get("officer", &format!("/cases/{code}/card")).await.json();
        assert_eq!(
            (card["title"].as_str(), card["state"].as_str()),
            (Some("Đèn trước chợ hỏng"), Some("bad"))
        );
        assert_eq!(house.get("other", "/cases/1/card").await.status, StatusCode::NOT_FOUND);
        // Without script: communes with their number, which lead to the list of each.
        let page = house.get("desk", "/cases?tab=new&view=map&only=late").await.text();
        assert!(page.contains(": 3</title>") && page.contains(&format!("place={CAI_KHE}")), "{page}");
        assert!(page.contains("data-points=\"/cases/points?tab=new&#38;only=late\""), "the same conditions");
        assert!(page.contains("Không có vị trí"), "the list beside the map has all");
        // What another was asked is on its map, wherever it lies.
        let given = Given { agency: Some(WARD_OFFICE), ..Given::default() };
        TakeStep { step: "take_in".into(), given, seen: None }.run(&house.as_("desk"), 1).await.unwrap();
        let question = "Ai quản lý cột đèn?".into();
        let ask = AskAgencies { agencies: vec![HEALTH], question, hours: 8, seen: None };
        ask.run(&house.as_("officer"), 1).await.unwrap();
        for (who, tab, n) in [("health", "asked", 1), ("health", "work", 0), ("other", "asked", 0)] {
            let told = points(who, &format!("?tab={tab}")).await.json();
            assert_eq!(told["seq"].as_array().unwrap().len(), n, "{who} {tab}");
        }
    }
}

#[tokio::test]
async fn a_sheet_has_no_reporter_unless_the_desk_says_why() {
    for house in House::all().await {
        let receipt = house.report("Đèn đường hỏng", "street_light").await;
        let agency = WARD_OFFICE.to_string();
        let take = [("agency", agency.as_str()), ("publish", "1"), ("public_text", "Đèn hỏng")];
        house.form("desk", &format!("/cases/{}/steps/take_in", receipt.code), &take).await;
        let path = format!("/cases/{}/sheet", receipt.code);
        let tells = |text: &str| [NAME, PHONE, EMAIL].iter().any(|secret| text.contains(secret));
        for who in ["desk", "officer", "leader", "viewer"] {
            let sheet = house.get(who, &path).await;
            let text = sheet.text();
            assert_eq!(sheet.status, StatusCode::OK, "{} {who}", house.name);
            assert!(!tells(&text), "{who}");
            for part in [receipt.code.as_str(), "Đèn đường hỏng", "Tiếp nhận", "Bút phê", "<svg", "/reports/"]
            {
                assert!(text.contains(part), "{who}: {part}");
            }
        }
        assert_eq!(house.get("other", &path).await.status, StatusCode::NOT_FOUND);
        let why = [("reason", "Giao giấy mời làm việc")];
        for who in ["officer", "leader", "viewer"] {
            let refused = house.form(who, &path, &why).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{who}");
            assert!(!tells(&refused.text()));
        }
        let bare = house.form("desk", &path, &[("reason", " ")]).await;
        assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!tells(&bare.text()));
        assert!(tells(&house.form("desk", &path, &why).await.text()));
        let kept = house.column("SELECT detail AS t FROM audit WHERE action = 'case.reveal'").await;
        assert!(kept.len() == 1 && kept[0].contains("Giao giấy mời làm việc"), "{kept:?}");
        assert!(!tells(&kept[0]));
    }
}

#[tokio::test]
async fn who_directs_at_a_unit_is_offered_a_task_about_what_they_see() {
    for house in House::all().await {
        house.with_tasks().await;
        let subject = |unit| Subject {
            source: format!("indicator:admin.on_time/{unit}"),
            title: "Đúng hạn & rà soát".into(),
            unit,
        };
        let acts = |who: &str, unit| Tasks.acts(&house.as_(who), &subject(unit));
        for (who, unit) in [("officer", CAI_KHE), ("", CAI_KHE), ("leader", CITY), ("leader", TRAN_DE)] {
            assert!(acts(who, unit).is_empty(), "{} {who} {unit}", house.name);
        }
        let offered = acts("leader", CAI_KHE);
        assert_eq!((offered.len(), offered[0].label.as_str()), (1, "Giao nhiệm vụ"));
        let form = house.get("leader", &offered[0].href).await.text();
        assert!(
            form.contains("name=\"kind\" value=\"petitions.task\"")
                && form.contains("Đúng hạn &#38; rà soát")
        );
        assert!(form.contains(&format!("name=\"source\" value=\"indicator:admin.on_time/{CAI_KHE}\"")));
    }
}
