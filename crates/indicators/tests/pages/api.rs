//! Stories of other programs.

use std::collections::BTreeSet;

use axum::body::Body;
use http::Request;
use serde_json::{Value as Json, json};

use crate::place::{CITY, House, TRAN_DE};

fn delivery(mode: &str, rows: &[(&str, &str, Json)]) -> Json {
    let rows: Vec<Json> = rows
        .iter()
        .map(|(indicator, unit, value)| {
            json!({ "indicator": indicator, "unit": unit, "period": "2026-10", "value": value })
        })
        .collect();
    json!({
        "source": { "code": "mot-cua", "name": "Hệ thống một cửa", "owner": "Văn phòng UBND" },
        "mode": mode,
        "observations": rows,
    })
}

const OBSERVATIONS: &str = "/api/v1/observations";

#[tokio::test]
async fn indicators_come_in_pages_that_never_skip_or_repeat() {
    for house in House::all().await {
        let mut seen = Vec::new();
        let mut path = "/api/v1/indicators?limit=2".to_owned();
        loop {
            let reply = house.get(&path).await;
            assert_eq!(reply.status, 200);
            let body = reply.json();
            seen.extend(
                body["items"].as_array().unwrap().iter().map(|i| i["code"].as_str().unwrap().to_owned()),
            );
            let Some(cursor) = body["cursor"].as_str() else { break };
            path = format!("/api/v1/indicators?limit=2&cursor={cursor}");
        }
        assert_eq!(seen, ["admin.on_time", "admin.rate", "admin.received"], "the internal one is not told");
        let own = house.get("/api/v1/indicators/admin.rate").await.json();
        assert_eq!(own["definition"]["over_places"]["ratio"]["of"], "admin.on_time");
        assert_eq!(own["calendars"], json!(["month", "quarter", "half", "year", "school_year"]));
        assert_eq!(house.get("/api/v1/indicators?limit=0").await.json()["code"], "limit_unreadable");
    }
}

#[tokio::test]
async fn a_figure_says_its_value_and_how_far_it_can_be_trusted() {
    for house in House::all().await {
        house.october().await;
        let body = house.get("/api/v1/figures?indicator=admin.rate&period=2026-10&below=true").await.json();
        let city = &body["items"][0];
        assert_eq!((city["unit"].as_i64(), city["value"].as_f64()), (Some(CITY), Some(77.0)));
        assert_eq!(city["coverage"], json!({ "reported": 2, "expected": 3 }));
        assert_eq!(city["missing"], json!([131150]));
        assert_eq!(city["period"], "2026-10");
        assert_eq!(city["known_at"], "2026-11-22T10:20:00+07:00");
        assert_eq!(body["items"].as_array().unwrap().len(), 4);
        let by_code = house.get("/api/v1/figures?indicator=admin.rate&unit=31675").await.json();
        assert_eq!(by_code["items"][0]["unit"], TRAN_DE);
        assert_eq!(house.get("/api/v1/figures").await.json()["code"], "indicator_needed");
        assert_eq!(house.get("/api/v1/figures?indicator=police.secret").await.status, 404);
    }
}

#[tokio::test]
async fn a_series_keeps_its_gaps() {
    for house in House::all().await {
        house.october().await;
        let body = house.get("/api/v1/series?indicator=admin.received&from=2026-09&to=2026-10").await.json();
        assert_eq!(body["items"][0]["value"], Json::Null);
        assert_eq!(body["items"][1]["value"], 400.0);
        let year = house.get("/api/v1/series?indicator=admin.received&calendar=year&to=2026").await.json();
        assert_eq!(year["items"].as_array().unwrap().last().unwrap()["value"], 400.0);
        let mixed = house.get("/api/v1/series?indicator=admin.received&from=2026-Q1&to=2026-10").await;
        assert_eq!((mixed.status.as_u16(), mixed.json()["code"].as_str()), (422, Some("calendar_unfit")));
    }
}

#[tokio::test]
async fn who_has_the_answer_already_is_told_so() {
    for house in House::all().await {
        house.october().await;
        let path = "/api/v1/figures?indicator=admin.received";
        let tag = house.get(path).await.headers["etag"].to_str().unwrap().to_owned();
        let ask = || Request::get(path).header("if-none-match", &tag).body(Body::empty()).unwrap();
        assert_eq!(house.send(ask()).await.status, 304);
        house.tell("grid:vp", 100, &[("admin.received", "31150", "2026-10", "5")]).await;
        assert_eq!(house.send(ask()).await.status, 200);
    }
}

#[tokio::test]
async fn units_are_found_by_name_and_listed_in_pages() {
    for house in House::all().await {
        let found = house.get("/api/v1/units?q=tran%20de").await.json();
        assert_eq!(
            (found["items"][0]["id"].as_i64(), &found["items"][0]["code"]),
            (Some(TRAN_DE), &json!("31675"))
        );
        let first = house.get("/api/v1/units?limit=3").await.json();
        let next =
            house.get(&format!("/api/v1/units?limit=3&cursor={}", first["cursor"].as_str().unwrap())).await;
        assert_eq!(next.json()["items"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn figures_are_told_by_a_program_and_the_same_delivery_again_changes_nothing() {
    for house in House::all().await {
        let body = delivery(
            "all_or_nothing",
            &[("admin.received", "31135", json!(120)), ("admin.received", "Xã Trần Đề", json!("80.0"))],
        );
        let first = house.post("city", OBSERVATIONS, "k1", &body).await;
        assert_eq!(first.status, 200, "{}", first.text());
        assert_eq!(
            (first.json()["changed"].as_i64(), first.json()["unchanged"].as_i64()),
            (Some(2), Some(0))
        );
        let again = house.post("city", OBSERVATIONS, "", &body).await.json();
        assert_eq!((again["changed"].as_i64(), again["unchanged"].as_i64()), (Some(0), Some(2)));
        house.settle().await;
        let figure = house.get("/api/v1/figures?indicator=admin.received").await.json();
        assert_eq!(
            (figure["items"][0]["value"].as_f64(), &figure["items"][0]["source"]),
            (Some(200.0), &json!("Hệ thống một cửa"))
        );
    }
}

#[tokio::test]
async fn one_fault_writes_nothing_unless_the_good_rows_are_asked_for() {
    for house in House::all().await {
        let rows = [
            ("admin.received", "31135", json!(120)),
            ("admin.recieved", "31135", json!(1)),
            ("admin.rate", "31675", json!(99)),
        ];
        let refused = house.post("city", OBSERVATIONS, "", &delivery("all_or_nothing", &rows)).await;
        assert_eq!(refused.status, 422);
        assert_eq!(refused.headers["content-type"], "application/problem+json; charset=utf-8");
        let body = refused.json();
        let codes: Vec<&str> =
            body["faults"].as_array().unwrap().iter().filter_map(|f| f["code"].as_str()).collect();
        assert_eq!(
            (&body["code"], codes),
            (&json!("rows_faulty"), vec!["indicator_unknown", "indicator_computed"])
        );
        let partly = house.post("city", OBSERVATIONS, "", &delivery("good_rows", &rows)).await;
        assert_eq!((partly.status.as_u16(), partly.json()["changed"].as_i64()), (207, Some(1)));
        assert_eq!(partly.json()["faults"].as_array().unwrap().len(), 2);
    }
}

#[tokio::test]
async fn nobody_writes_outside_their_scope() {
    for house in House::all().await {
        let body = delivery("all_or_nothing", &[("admin.received", "31135", json!(120))]);
        assert_eq!(house.post("", OBSERVATIONS, "", &body).await.status, 401);
        assert_eq!(house.post("viewer", OBSERVATIONS, "", &body).await.status, 403);
        let neighbour = house.post("tran-de", OBSERVATIONS, "", &body).await;
        assert_eq!(neighbour.status, 422, "{}", neighbour.text());
        let own = delivery("all_or_nothing", &[("admin.received", "31675", json!(120))]);
        assert_eq!(house.post("tran-de", OBSERVATIONS, "", &own).await.status, 200);
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_a_problem_with_a_code() {
    for house in House::all().await {
        for (body, code) in [
            (json!({}), "body_unreadable"),
            (
                json!({"source": {"code": "", "name": "x", "owner": "y"}, "observations": [
                {"indicator": "a", "unit": "b", "period": "c", "value": 1}]}),
                "source_incomplete",
            ),
            (delivery("all_or_nothing", &[]), "no_rows"),
        ] {
            let reply = house.post("city", OBSERVATIONS, "", &body).await;
            assert_eq!((reply.status.as_u16(), reply.json()["code"].as_str()), (422, Some(code)));
        }
        let many = vec![("admin.received", "31135", json!(1)); 20_001];
        let reply = house.post("city", OBSERVATIONS, "", &delivery("good_rows", &many)).await;
        assert_eq!((reply.status.as_u16(), reply.json()["code"].as_str()), (413, Some("too_many_rows")));
    }
}

#[test]
fn the_description_and_the_routes_name_the_same_things() {
    let module = indicators::module();
    let described: Json = serde_json::from_str(module.openapi).unwrap();
    let mut told = BTreeSet::new();
    for (path, item) in described["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            told.insert(format!("{} {path}", method.to_uppercase()));
            let named: BTreeSet<&str> = operation["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|p| p["in"] == "path")
                .filter_map(|p| p["name"].as_str())
                .collect();
            let wanted: BTreeSet<&str> =
                path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
            assert_eq!(named, wanted, "{path}");
            assert!(operation["summary"].is_string() && operation["operationId"].is_string(), "{path}");
        }
    }
    let served: BTreeSet<String> = module
        .routes
        .iter()
        .filter(|r| r.path.starts_with("/api/"))
        .map(|r| format!("{} {}", r.method, r.path))
        .collect();
    assert_eq!(told, served);
}

#[test]
fn every_reference_of_the_description_leads_somewhere() {
    let text = indicators::module().openapi;
    let described: Json = serde_json::from_str(text).unwrap();
    for reference in text.split("\"$ref\": \"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(described.pointer(reference).is_some(), "{reference}");
    }
}
