//! Reports that other programs send by Open311.

use http::StatusCode;
use serde_json::json;

use crate::place::{API_KEY, CAI_KHE, House};
use crate::standard::{V2, as_text, both, faults, post, publish, spark};

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
