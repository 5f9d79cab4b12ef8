//! Open311 GeoReport v2 as another program reads it: both forms of every document against the standard.

use cases::actions::moderate::Moderate;
use cases::actions::receive::Receive;
use cases::actions::step::TakeStep;
use cases::case::Given;
use cases::workflow::Intake;
use http::{Request, StatusCode, header};
use serde_json::json;

use crate::place::{CAI_KHE, House, REPORT, WARD_OFFICE, shipped};
use crate::standard::{V2, both, listed, post, publish, published};

async fn step(house: &House, who: &str, id: i64, step: &str, given: Given) {
    TakeStep { step: step.into(), given, seen: None }.run(&house.as_(who), id).await.unwrap();
}

fn said(text: &str) -> Given {
    Given { text: text.into(), ..Given::default() }
}

#[tokio::test]
async fn every_document_fits_the_standard_in_xml_and_in_json() {
    for house in House::all().await {
        let (_, code) = published(&house, "Hỏng đèn đường", "street_light").await;
        let ok = StatusCode::OK;
        let discovery = both(&house, "/open311/discovery", "discovery", ok).await;
        assert_eq!(discovery["endpoints"][0]["url"], "http://localhost/open311/v2");
        assert_eq!(discovery["endpoints"][0]["type"], "production");
        let services = both(&house, &format!("{V2}/services?jurisdiction_id=92"), "services", ok).await;
        let hole = services.as_array().unwrap().iter().find(|s| s["service_code"] == "road_hole").unwrap();
        assert_eq!(hole["service_name"], "Đường hỏng, ổ gà");
        assert_eq!((&hole["metadata"], &hole["type"]), (&json!(false), &json!("realtime")));
        assert_eq!(
            (&hole["keywords"], &hole["group"]),
            (&json!("duong hong, o ga"), &json!("Đường, cầu, vỉa hè"))
        );
        for service in services.as_array().unwrap() {
            let path = format!("{V2}/services/{}", service["service_code"].as_str().unwrap());
            let definition = both(&house, &path, "service_definition", ok).await;
            assert_eq!(definition["attributes"], json!([]));
        }
        let all = both(&house, &format!("{V2}/requests"), "service_requests", ok).await;
        let one = both(&house, &format!("{V2}/requests/{code}"), "service_requests", ok).await;
        assert_eq!(all, one, "{}", house.name);

        let gone = StatusCode::NOT_FOUND;
        for path in [
            "/services/nothing",
            "/services?jurisdiction_id=01",
            "/requests?jurisdiction_id=01",
            "/requests?service_code=nothing",
            "/requests/PA-26-999999",
            "/requests/PA-25-000001",
            "/requests/x",
            "/tokens/ABCD",
        ] {
            let told = both(&house, &format!("{V2}{path}"), "errors", gone).await;
            assert_eq!(told[0]["code"], 404, "{path}");
        }
        for query in [
            "status=done",
            "start_date=yesterday",
            "start_date=2026-01-01&end_date=2026-11-01",
            "page_size=101",
            "page=-1",
        ] {
            let path = format!("{V2}/requests?{query}");
            assert_eq!(both(&house, &path, "errors", StatusCode::BAD_REQUEST).await[0]["code"], 400);
        }
    }
}

#[tokio::test]
async fn without_an_ending_what_is_accepted_decides_and_xml_is_what_everybody_reads() {
    for house in House::all().await {
        for (accepts, mime) in [
            ("application/json", "application/json; charset=utf-8"),
            ("text/xml", "text/xml; charset=utf-8"),
            ("*/*", "text/xml; charset=utf-8"),
        ] {
            for path in ["/open311/discovery", "/open311/v2/services", "/open311/v2/requests"] {
                let request = Request::get(path).header(header::ACCEPT, accepts);
                let reply = house.send(request.body(axum::body::Body::empty()).unwrap()).await;
                assert_eq!((reply.status, reply.header("content-type").as_str()), (StatusCode::OK, mime));
                assert_eq!(reply.header("access-control-allow-origin"), "*", "other pages may read it");
            }
        }
    }
}

#[tokio::test]
async fn what_the_desk_did_not_publish_is_not_there() {
    for house in House::all().await {
        let receipt = house.report("Ông Ba xả rác", "waste_pile").await;
        let (id, path) = (receipt.case.seq, format!("{V2}/requests/{}", receipt.code));
        let by_id = format!("service_request_id={}", receipt.code);
        both(&house, &path, "errors", StatusCode::NOT_FOUND).await;
        for query in ["", "status=open", "updated_after=2026-01-01", &by_id] {
            assert_eq!(listed(&house, query).await, Vec::<String>::new(), "{query}");
        }
        publish(&house, id, "Xả rác ở đường số 4").await;
        let told = both(&house, &path, "service_requests", StatusCode::OK).await;
        assert_eq!(told[0]["description"], "Xả rác ở đường số 4");
        assert_eq!(listed(&house, &by_id.to_lowercase()).await, [receipt.code.as_str()]);
        assert_eq!(listed(&house, "service_request_id=4,PA-25-000001").await, Vec::<String>::new());
        let hidden = Moderate { published: false, text: String::new(), photos: Vec::new(), seen: None };
        hidden.run(&house.as_("desk"), id).await.unwrap();
        both(&house, &path, "errors", StatusCode::NOT_FOUND).await;
        assert_eq!(listed(&house, "").await, Vec::<String>::new(), "{}", house.name);
    }
}

#[tokio::test]
async fn a_request_is_told_as_it_goes_and_its_moment_of_change_moves() {
    for house in House::all().await {
        let receipt = house.report("Hỏng đèn đường trước nhà bà Bảy", "street_light").await;
        let (id, path) = (receipt.case.seq, format!("{V2}/requests/{}", receipt.code));
        let told = async || both(&house, &path, "service_requests", StatusCode::OK).await[0].clone();
        let take = Given {
            agency: Some(WARD_OFFICE),
            public_text: Some("Đèn đường hỏng".into()),
            ..Given::default()
        };
        step(&house, "desk", id, "take_in", take).await;
        let taken = told().await;
        assert_eq!(
            taken,
            json!({
                "service_request_id": receipt.code, "status": "open",
                "status_notes": "Đã tiếp nhận, đã chuyển", "service_name": "Đèn đường hỏng",
                "service_code": "street_light", "description": "Đèn đường hỏng",
                "agency_responsible": "Phòng KTHT&ĐT, Phường Cái Khế", "service_notice": null,
                "requested_datetime": "2026-11-24T08:12:00+07:00",
                "updated_datetime": "2026-11-24T08:12:00+07:00",
                "expected_datetime": "2026-11-26T00:12:00+07:00",
                "address": "Phường Cái Khế, Thành phố Cần Thơ", "address_id": "31135", "zipcode": null,
                "lat": null, "long": null, "media_url": null,
            }),
            "{}",
            house.name
        );
        house.clock.advance_seconds(3600);
        step(&house, "officer", id, "propose", said("Đã thay bóng.")).await;
        let review = told().await;
        assert_eq!(review["updated_datetime"], "2026-11-24T09:12:00+07:00");
        assert!(!review.to_string().contains("Đã thay bóng"), "a draft is no answer");
        house.clock.advance_seconds(60);
        step(&house, "leader", id, "approve", said("")).await;
        let answered = told().await;
        assert_eq!(answered["status"], "closed");
        assert_eq!(answered["status_notes"], "Chờ người dân đánh giá: Đã thay bóng.");
        assert_eq!(answered["updated_datetime"], "2026-11-24T09:13:00+07:00");
        assert_eq!(listed(&house, "status=open").await, Vec::<String>::new());
        assert_eq!(listed(&house, "status=closed,open").await, [receipt.code.as_str()]);

        let (refused, code) = published(&house, "Ổ gà trên quốc lộ", "road_hole").await;
        let given = Given { reason: Some("outside_remit".into()), ..said("Ông Tư hỏi hoài") };
        step(&house, "desk", refused, "refuse", given).await;
        let path = format!("{V2}/requests/{code}");
        let told = both(&house, &path, "service_requests", StatusCode::OK).await[0].clone();
        assert_eq!(told["status_notes"], "Từ chối: Không thuộc phạm vi tiếp nhận");
        assert!(!told.to_string().contains("Ông Tư"), "what the desk wrote to the reporter is theirs");
    }
}

#[tokio::test]
async fn a_photo_is_told_with_the_address_that_people_open_once_it_is_shown() {
    for house in House::all().await {
        let receipt = house.report("Mất nắp cống", "manhole").await;
        let id = receipt.case.seq;
        let mut tx = house.cx.db.begin().await.unwrap();
        for n in 1..=2 {
            let file = foundation::new_id();
            cases::store::photos::add(&mut tx, id, n, "report", file, house.cx.clock.now(), "reporter")
                .await
                .unwrap();
            cases::store::photos::made(&mut tx, id, n, file, file).await.unwrap();
        }
        tx.run("UPDATE cases SET photos = 2", storage::args![]).await.unwrap();
        tx.commit().await.unwrap();
        publish(&house, id, "Mất nắp cống").await;
        let media = async || {
            let path = format!("{V2}/requests/{}", receipt.code);
            both(&house, &path, "service_requests", StatusCode::OK).await[0]["media_url"].clone()
        };
        let shown = format!("/reports/{}/photos/2", receipt.code);
        assert_eq!(media().await, format!("http://localhost{shown}"), "{}", house.name);
        for (set, base) in [
            ("https://phananh.cantho.example", "https://phananh.cantho.example"),
            ("https://0.0.0.0:8443", "https://localhost"),
            ("http://127.0.0.1:8080", "http://localhost"),
        ] {
            let mut tx = house.cx.db.begin().await.unwrap();
            let (clock, key) = (house.clock.as_ref(), cases::open311::ADDRESS);
            storage::settings::set(&mut tx, clock, key, set).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(media().await, format!("{base}{shown}"), "{set}");
        }
    }
}

#[tokio::test]
async fn pages_and_filters_have_no_gap_and_no_double() {
    for house in House::all().await {
        let mut all = Vec::new();
        for n in 0..23 {
            let category = if n % 3 == 0 { "manhole" } else { "street_light" };
            all.insert(0, published(&house, &format!("Việc {n}"), category).await.1);
            house.report("Chưa duyệt", category).await;
            house.clock.advance_seconds(86_400);
        }
        assert_eq!(listed(&house, "").await, all, "{}", house.name);
        let mut seen = Vec::new();
        for page in 1..=4 {
            let found = listed(&house, &format!("page={page}&page_size=10")).await;
            assert_eq!(found.len(), [10, 10, 3, 0][page - 1], "page {page}");
            seen.extend(found);
        }
        assert_eq!(seen, all);
        let manholes = listed(&house, "service_code=manhole").await;
        assert_eq!(manholes.len(), 8);
        assert_eq!(listed(&house, "service_code=manhole&service_code=street_light").await.len(), 23);
        assert_eq!(listed(&house, "service_code=manhole,road_hole&page_size=5&page=2").await, manholes[5..]);

        // Việc 3 came on the 27th, at 08:12.
        let day = "start_date=2026-11-27T00:00:00%2B07:00&end_date=2026-11-27T23:59:59%2B07:00";
        assert_eq!(listed(&house, day).await, [all[19].as_str()]);
        let exactly = "start_date=2026-11-27T01:12:00Z&end_date=2026-11-27T01:12:00Z";
        assert_eq!(listed(&house, exactly).await, [all[19].as_str()]);
        assert_eq!(listed(&house, "start_date=2026-12-14").await.len(), 3);
        assert_eq!(listed(&house, "end_date=2026-11-25").await, [all[22].as_str()]);

        // A year later the default span is empty; what changed is found however old it is.
        house.clock.advance_seconds(365 * 86_400);
        assert_eq!(listed(&house, "").await, Vec::<String>::new());
        let id: i64 = all[22].rsplit('-').next().unwrap().parse().unwrap();
        publish(&house, id, "Việc đầu tiên, viết lại").await;
        assert_eq!(listed(&house, "updated_after=2027-06-01T00:00:00Z").await, [all[22].as_str()]);
        let lately = foundation::moment::rfc3339(house.cx.clock.now()).replace('+', "%2B");
        let lately = format!("updated_after={lately}");
        assert_eq!(listed(&house, &lately).await, [all[22].as_str()], "what changed in this second is in it");
        assert_eq!(listed(&house, &format!("{lately}&page=2")).await, Vec::<String>::new());
        assert_eq!(listed(&house, "updated_before=2027-06-01T00:00:00Z").await.len(), 22);
    }
}

#[tokio::test]
async fn two_types_that_share_a_category_have_services_of_their_own() {
    for house in House::all().await {
        let (_, first) = published(&house, "Mất nắp cống", "manhole").await;
        let mut both_types = [shipped("report.yaml", REPORT), shipped("report.yaml", REPORT)];
        for severity in both_types.iter_mut().flat_map(|k| k.flow.severities.iter_mut()) {
            severity.calendar = cases::service::ALWAYS.into();
        }
        let second = &mut both_types[1];
        (second.id, second.flow.id) = ("petitions.second".into(), "second".into());
        (second.flow.code, second.flow.order, second.flow.intake) = ("XX".into(), 5, Intake::Desk);
        let mut tx = house.cx.db.begin().await.unwrap();
        cases::store::types::save(&mut tx, &both_types, house.cx.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        house.cx.house.get::<cases::Types>().unwrap().reload(&house.cx.db).await.unwrap();

        let report = Receive {
            key: foundation::new_id().to_string(),
            kind: "petitions.second".into(),
            category: Some("manhole".into()),
            content: "Mất nắp cống, người dân gọi điện".into(),
            place: Some(CAI_KHE),
            channel: "hotline",
            ..Receive::default()
        };
        let other = report.run(&house.as_("desk")).await.unwrap();
        publish(&house, other.case.seq, "Mất nắp cống").await;
        // The type that everybody may begin keeps the bare id, though the other stands before it.
        assert_eq!(listed(&house, "service_code=manhole").await, [first.as_str()], "{}", house.name);
        assert_eq!(listed(&house, "service_code=second.manhole").await, [other.code.as_str()]);
        let two = [other.code.as_str(), first.as_str()];
        assert_eq!(listed(&house, "service_code=second.manhole,manhole").await, two);
        assert_eq!(listed(&house, "service_code=second.manhole,drain").await, two[..1]);
        let path = format!("{V2}/requests/{}", other.code);
        let told = both(&house, &path, "service_requests", StatusCode::OK).await;
        assert_eq!(told[0]["service_code"], "second.manhole");
        // What the desk alone may begin is no service.
        let path = format!("{V2}/services/second.manhole");
        both(&house, &path, "errors", StatusCode::NOT_FOUND).await;
        let fields = [("service_code", "second.manhole"), ("address_id", "31135")];
        let refused = post(&house, &format!("{V2}/requests.json"), &fields, &[]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
    }
}
