//! Open311 GeoReport v2 as another program sees it: both forms of every document against the standard.

use cases::actions::moderate::Moderate;
use cases::actions::step::TakeStep;
use cases::case::Given;
use http::{Method, Request, StatusCode, header};
use serde_json::{Value as Json, json};

use crate::place::{API_KEY, CAI_KHE, House, Reply, WARD_OFFICE};
use crate::standard::{as_text, faults, spark};

const V2: &str = "/open311/v2";

/// Asks for a document in both forms, holds it against the standard, and gives its JSON.
async fn both(house: &House, path: &str, part: &str, status: StatusCode) -> Json {
    let (path, query) = path.split_once('?').map_or((path, String::new()), |(p, q)| (p, format!("?{q}")));
    let reply = house.get("", &format!("{path}.json{query}")).await;
    assert_eq!(reply.status, status, "{} {path}{query}: {}", house.name, reply.text());
    assert_eq!(reply.header("content-type"), "application/json; charset=utf-8");
    let told = reply.json();
    assert_eq!(faults(part, &told), Vec::<String>::new(), "{path}{query}: {told}");
    let reply = house.get("", &format!("{path}.xml{query}")).await;
    assert_eq!((reply.status, reply.header("content-type").as_str()), (status, "text/xml; charset=utf-8"));
    let xml = reply.text();
    assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>"), "{xml}");
    let (root, same) = spark(&xml);
    assert_eq!(root, if part == "created" { "service_requests" } else { part }, "{path}");
    assert_eq!(same, as_text(&told), "{path}{query}");
    told
}

async fn publish(house: &House, id: i64, text: &str) {
    let shown = Moderate { published: true, text: text.into(), photos: vec![2], seen: None };
    shown.run(&house.as_("desk"), id).await.unwrap();
}

async fn published(house: &House, title: &str, category: &str) -> (i64, String) {
    let receipt = house.report(title, category).await;
    publish(house, receipt.case.seq, title).await;
    (receipt.case.seq, receipt.code)
}

async fn step(house: &House, who: &str, id: i64, step: &str, given: Given) {
    TakeStep { step: step.into(), given, seen: None }.run(&house.as_(who), id).await.unwrap();
}

fn said(text: &str) -> Given {
    Given { text: text.into(), ..Given::default() }
}

fn codes(list: &Json) -> Vec<String> {
    let items = list.as_array().unwrap();
    items.iter().map(|r| r["service_request_id"].as_str().unwrap().to_owned()).collect()
}

async fn listed(house: &House, query: &str) -> Vec<String> {
    codes(&both(house, &format!("{V2}/requests?{query}"), "service_requests", StatusCode::OK).await)
}

/// Sends a form with these headers.
async fn post(house: &House, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
    let body: Vec<String> = fields.iter().map(|(k, v)| format!("{k}={}", kit::http::url_encode(v))).collect();
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    house.send(request.body(axum::body::Body::from(body.join("&"))).unwrap()).await
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
                "agency_responsible": "Phòng KTHT&ĐT", "service_notice": null,
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
            cases::store::photos::add(&mut tx, id, n, "report", file, house.cx.clock.now()).await.unwrap();
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
async fn a_report_of_another_app_becomes_a_case_once() {
    for house in House::all().await {
        let fields = [
            ("jurisdiction_id", "92"),
            ("service_code", "manhole"),
            ("address_id", "31135"),
            ("address_string", "12 Hai Bà Trưng"),
            ("first_name", "Văn Tám"),
            ("last_name", "Lê"),
            ("phone", "+84 912 345 678"),
            ("email", "tam@example.vn"),
            ("device_id", "tt222111"),
            ("description", "Mất nắp cống\r\n<script>alert(1)</script>"),
            ("media_url", "https://example.vn/a.jpg"),
            ("attribute[X]", "1"),
        ];
        let key = [("idempotency-key", "0f8b7a5e-1111-7000-8000-00000000000a")];
        let json = post(&house, "/open311/v2/requests.json", &fields, &key).await;
        assert_eq!(json.status, StatusCode::OK, "{}", json.text());
        let told = json.json();
        assert_eq!(faults("created", &told), Vec::<String>::new());
        assert!(told[0]["service_notice"].as_str().unwrap().contains("media_url"));
        assert!(!json.text().contains(&json.header("x-receipt")), "the document is the standard's");
        let xml = post(&house, "/open311/v2/requests.xml", &fields, &key).await;
        let (root, same) = spark(&xml.text());
        assert_eq!((root.as_str(), same), ("service_requests", as_text(&told)));
        assert_eq!(xml.header("x-receipt"), json.header("x-receipt"));

        let kept = cases::receipt::kept(&json.header("x-receipt"));
        let id = cases::store::people::of_receipt(&house.cx.db, &kept).await.unwrap().unwrap();
        let case = house.case(id).await;
        assert_eq!((case.category.as_str(), case.channel.as_str()), ("manhole", "open311"));
        assert_eq!((case.place, case.place_sure), (CAI_KHE, true));
        assert_eq!(case.content, "Mất nắp cống\n<script>alert(1)</script>");
        let who = cases::store::people::reporter(&house.cx.db, id).await.unwrap().unwrap();
        assert_eq!((who.name.as_str(), who.phone.as_str()), ("Lê Văn Tám", "0912345678"));
        assert_eq!((who.email.as_str(), who.consent), ("tam@example.vn", false));

        // Without a key each is a report of its own; a service and a place are enough.
        let short = [("service_code", "waste_pile"), ("address_string", "Chợ An Nghiệp")];
        for _ in 0..2 {
            let reply = post(&house, "/open311/v2/requests", &short, &[("accept", "application/json")]).await;
            assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
            assert_eq!(faults("created", &reply.json()), Vec::<String>::new());
        }
        let titles = house.column("SELECT title AS t FROM cases ORDER BY seq").await;
        assert_eq!(titles, ["Mất nắp cống", "Rác tồn đọng, đổ rác sai nơi", "Rác tồn đọng, đổ rác sai nơi"]);
        // What was typed comes out as words, not as markup.
        publish(&house, id, "<script>alert(1)</script> & \u{1}\"'").await;
        let path = format!("{V2}/requests/{}", told[0]["service_request_id"].as_str().unwrap());
        let request = both(&house, &path, "service_requests", StatusCode::OK).await;
        assert_eq!(request[0]["description"], "<script>alert(1)</script> & \"'", "{}", house.name);
        assert!(!house.get("", &format!("{path}.xml")).await.text().contains("<script"));
    }
}

#[tokio::test]
async fn what_cannot_be_received_is_refused_in_a_document_of_the_standard() {
    for house in House::all().await {
        let good = [("service_code", "manhole"), ("address_id", "31135"), ("description", "Mất nắp cống")];
        let long = "a".repeat(6_001);
        for (change, status) in [
            (("service_code", ""), 400),
            (("service_code", "nothing"), 404),
            (("jurisdiction_id", "01"), 404),
            (("address_id", ""), 400),
            (("address_id", "92"), 400),
            (("lat", "10.03"), 400),
            (("long", "105.7"), 400),
            (("lat", "NaN"), 400),
            (("description", long.as_str()), 400),
            (("phone", "<script>"), 400),
            (("api_key", "wrong"), 403),
            (("api_key", "wrong\n"), 403),
        ] {
            let mut fields: Vec<(&str, &str)> = good.to_vec();
            fields.retain(|f| f.0 != change.0);
            fields.push(change);
            for form in ["json", "xml"] {
                let reply = post(&house, &format!("{V2}/requests.{form}"), &fields, &[]).await;
                assert_eq!(reply.status.as_u16(), status, "{change:?}: {}", reply.text());
                let told = if form == "json" { reply.json() } else { spark(&reply.text()).1 };
                assert_eq!(as_text(&told)[0]["code"], status.to_string(), "{change:?}");
                assert!(form == "xml" || faults("errors", &told).is_empty(), "{told}");
            }
        }
        let short = post(&house, &format!("{V2}/requests.json"), &good, &[("idempotency-key", "1")]).await;
        assert_eq!(short.status, StatusCode::BAD_REQUEST);
        let body = json!({"service_code": "manhole"});
        let no_form = house.json("", &format!("{V2}/requests.json"), &body).await;
        assert_eq!(
            (no_form.status, no_form.json()[0]["code"].as_i64()),
            (StatusCode::BAD_REQUEST, Some(400))
        );
        let n = house.column("SELECT CAST(COUNT(*) AS TEXT) AS n FROM cases").await;
        assert_eq!(n, ["0"], "{}", house.name);
    }
}

#[tokio::test]
async fn a_flood_of_strangers_is_stopped_and_a_program_with_a_key_goes_on() {
    for house in House::all().await {
        let fields = [("service_code", "manhole"), ("address_id", "31135"), ("device_id", "one")];
        let path = format!("{V2}/requests.json");
        for n in 0..20 {
            let reply = post(&house, &path, &fields, &[]).await;
            assert_eq!(reply.status, StatusCode::OK, "{n}: {}", reply.text());
        }
        let flood = post(&house, &path, &fields, &[]).await;
        assert_eq!((flood.status.as_u16(), flood.json()[0]["code"].as_i64()), (429, Some(429)));
        let keyed = [fields.as_slice(), &[("api_key", API_KEY)]].concat();
        assert_eq!(post(&house, &path, &keyed, &[]).await.status, StatusCode::OK);
        let actors = house.column("SELECT actor AS t FROM audit WHERE action = 'case.receive'").await;
        assert_eq!(actors.iter().filter(|a| a.starts_with("key:")).count(), 1, "{}", house.name);
    }
}

#[tokio::test]
async fn a_position_finds_its_commune_and_is_told_to_ten_metres() {
    for house in House::all().await {
        house.draw_boundary("31135").await;
        let send = async |lat: &str, lon: &str| {
            let fields = [("service_code", "manhole"), ("lat", lat), ("long", lon)];
            post(&house, &format!("{V2}/requests.json"), &fields, &[]).await
        };
        let reply = send("10.0512345", "105.7756789").await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        let code = reply.json()[0]["service_request_id"].as_str().unwrap().to_owned();
        let id: i64 = code.rsplit('-').next().unwrap().parse().unwrap();
        assert_eq!(house.case(id).await.place, CAI_KHE);
        publish(&house, id, "Mất nắp cống").await;
        let told = both(&house, &format!("{V2}/requests/{code}"), "service_requests", StatusCode::OK).await;
        assert_eq!((&told[0]["lat"], &told[0]["long"]), (&json!(10.0512), &json!(105.7757)));
        for (lat, lon) in [("48.9", "2.3"), ("21.03", "105.85")] {
            assert_eq!(send(lat, lon).await.status, StatusCode::BAD_REQUEST, "{}", house.name);
        }
    }
}
