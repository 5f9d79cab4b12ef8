//! The map of an indicator: drawn, as areas, and through time.

use axum::body::Body;
use foundation::Period;
use http::Request;
use indicators::Engine;
use indicators::engine::{Asked, Span};
use serde_json::{Value as Json, json};

use crate::place::{CAI_KHE, CITY, House, NINH_KIEU, OLD_DAI_AN, TRAN_DE};

/// The value of the area with this code in the period with this code.
fn at<'a>(body: &'a Json, unit: i64, period: &str) -> &'a Json {
    let i = body["codes"].as_array().unwrap().iter().position(|c| c == period).unwrap();
    let area = body["areas"].as_array().unwrap().iter().find(|a| a["unit"] == unit).unwrap();
    &area["values"][i]
}

#[tokio::test]
async fn areas_are_geojson_with_the_names_of_the_day_and_say_that_they_are_approximate() {
    for house in House::all().await {
        house.draw_boundaries().await;
        let reply = house.get("/api/v1/areas").await;
        assert_eq!(reply.status, 200, "{}: {}", house.name, reply.text());
        assert_eq!(reply.headers["content-type"], "application/geo+json");
        assert_eq!(reply.headers["cache-control"], "public, max-age=300");
        let body = reply.json();
        assert_eq!((&body["approximate"], &body["source"]), (&json!(true), &json!("đo vẽ thử")));
        assert_eq!(body["islands"], json!([]), "no archipelago belongs to this city");
        let features = body["features"].as_array().unwrap();
        let said: Vec<&Json> = features.iter().map(|f| &f["properties"]["name"]).collect();
        assert_eq!(said, ["Phường Cái Khế", "Phường Ninh Kiều", "Xã Trần Đề"]);
        let last = &features[2];
        assert_eq!(
            (&last["properties"]["unit"], &last["properties"]["code"]),
            (&json!(TRAN_DE), &json!("31675"))
        );
        let (lon, lat) = (&last["properties"]["label"][0], &last["properties"]["label"][1]);
        assert!(
            (106.1..106.2).contains(&lon.as_f64().unwrap()) && (9.5..9.6).contains(&lat.as_f64().unwrap())
        );
        assert_eq!(last["geometry"]["type"], "Polygon");

        let tag = reply.headers["etag"].to_str().unwrap();
        let again = Request::get("/api/v1/areas").header("if-none-match", tag).body(Body::empty()).unwrap();
        assert_eq!(house.send(again).await.status, 304);
        let before = house.get("/api/v1/areas?day=2025-06-30").await.json();
        assert_eq!(before["features"], json!([]), "the communes of before have no boundaries");
        for detail in ["country", "province", "commune"] {
            let body = house.get(&format!("/api/v1/areas?detail={detail}")).await.json();
            assert_eq!(body["features"].as_array().unwrap().len(), 3, "{detail}");
        }
        let wrong = house.get("/api/v1/areas?detail=street").await;
        assert_eq!((wrong.status.as_u16(), wrong.json()["code"].as_str()), (422, Some("detail_unknown")));
    }
}

#[tokio::test]
async fn the_map_travels_through_periods_with_value_state_and_gaps() {
    for house in House::all().await {
        house.october().await;
        house
            .tell(
                "grid:vp",
                100,
                &[("admin.received", "31675", "2026-09", "100"), ("admin.on_time", "31675", "2026-09", "95")],
            )
            .await;
        let body = house.get("/api/v1/indicators/admin.rate/map").await.json();
        let codes = body["codes"].as_array().unwrap();
        assert_eq!((codes.len(), &codes[23], &body["at"]), (24, &json!("2026-10"), &json!(23)));
        assert_eq!(body["periods"][23], "Tháng 10/2026");
        let october = json!({ "text": "70,0 %", "state": "bad", "word": "chưa đạt" });
        assert_eq!(at(&body, TRAN_DE, "2026-10"), &october);
        assert_eq!(at(&body, TRAN_DE, "2026-09")["text"], "95,0 %");
        assert_eq!(at(&body, TRAN_DE, "2026-09")["state"], "good");
        assert_eq!(at(&body, CAI_KHE, "2026-09"), &Json::Null, "missing is missing");
        assert_eq!(at(&body, NINH_KIEU, "2026-10"), &Json::Null);
        assert_eq!(
            (&body["status"][23], &body["status"][22]),
            (&json!("2/3 đơn vị báo số"), &json!("1/3 đơn vị báo số"))
        );
        // An older period is where the map begins; a quarter travels by quarters.
        let older = house.get("/api/v1/indicators/admin.rate/map?period=2026-09").await.json();
        assert_eq!((&older["at"], &older["codes"][22]), (&json!(22), &json!("2026-09")));
        let quarter = house.get("/api/v1/indicators/admin.rate/map?calendar=quarter").await.json();
        assert_eq!(at(&quarter, TRAN_DE, "2026-Q3")["text"], "95,0 %");
        let english = Request::get("/api/v1/indicators/admin.rate/map").header("cookie", "lang=en");
        let english = house.send(english.body(Body::empty()).unwrap()).await.json();
        assert_eq!(at(&english, TRAN_DE, "2026-10")["text"], "70.0 %");
    }
}

#[tokio::test]
async fn before_its_time_an_area_has_a_restated_value_or_none() {
    for house in House::all().await {
        let old = format!("{:05}", OLD_DAI_AN % 100_000);
        house.tell("grid:vp", 100, &[("admin.received", &old, "2025-06", "40")]).await;
        let path = "/api/v1/indicators/admin.received/map?period=2025-06";
        assert_eq!(at(&house.get(path).await.json(), TRAN_DE, "2025-06")["text"], "40 hồ sơ");
        let then = house.get(&format!("{path}&boundaries=then")).await.json();
        assert_eq!(at(&then, TRAN_DE, "2025-06"), &Json::Null);
    }
}

#[tokio::test]
async fn the_grid_says_what_is_said_of_each_unit_and_period_alone() {
    for house in House::all().await {
        house.october().await;
        let old = format!("{:05}", OLD_DAI_AN % 100_000);
        house.tell("grid:vp", 100, &[("admin.received", &old, "2025-06", "40")]).await;
        house.tell("grid:vp", 100, &[("admin.received", "31675", "2025-07", "41")]).await;
        let engine = house.cx.house.get::<Engine>().unwrap();
        let today = foundation::Date::of(house.cx.clock.now());
        let asked = Asked { unit: CITY, today, as_known: None };
        let units = [TRAN_DE, CAI_KHE, NINH_KIEU];
        for code in ["admin.received", "admin.rate"] {
            let catalogue = engine.catalogue();
            let indicator = catalogue.code(code).unwrap();
            for last in ["2026-10", "2026-Q4", "2026"] {
                // Nineteen months: the reform lies within.
                let span = Span::ending(Period::from_code(last).unwrap(), 19);
                let grid = engine.grid(indicator, &units, span, &asked).await.unwrap();
                for (unit, row) in units.iter().zip(grid) {
                    let one = Asked { unit: *unit, ..asked };
                    let alone = engine.points(indicator, span, &one).await.unwrap();
                    let values = |points: &[indicators::engine::roll::Point]| -> Vec<Option<f64>> {
                        points.iter().map(|p| p.value).collect()
                    };
                    assert_eq!(values(&row), values(&alone), "{code} {unit} {last}");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_map_of_an_internal_figure_does_not_exist_outside_scope() {
    for house in House::all().await {
        house.october().await;
        house.draw_boundaries().await;
        let path = "/api/v1/indicators/police.secret/map";
        for who in ["", "tran-de", "viewer"] {
            let gone = house.get_as(who, path).await;
            assert_eq!(
                (gone.status.as_u16(), gone.json()["code"].as_str()),
                (404, Some("indicator_not_found"))
            );
        }
        let body = house.get_as("city", path).await;
        assert_eq!(body.headers["cache-control"], "private, no-cache");
        assert_eq!(at(&body.json(), TRAN_DE, "2026-10")["text"], "7 hồ sơ");
        let elsewhere = house.get("/api/v1/areas?unit=01").await;
        assert_eq!(
            (elsewhere.status.as_u16(), elsewhere.json()["code"].as_str()),
            (404, Some("unit_not_found"))
        );
    }
}

#[tokio::test]
async fn the_page_draws_the_chosen_period_and_says_where_the_moving_map_reads() {
    for house in House::all().await {
        house.october().await;
        house
            .tell(
                "grid:vp",
                100,
                &[("admin.received", "31675", "2026-09", "100"), ("admin.on_time", "31675", "2026-09", "95")],
            )
            .await;
        assert!(
            !house.get("/indicators/admin.rate").await.text().contains("<tc-map"),
            "no boundaries, no map"
        );
        house.draw_boundaries().await;
        let now = house.get("/indicators/admin.rate").await.text();
        assert!(now.contains("Xã Trần Đề: 70,0 %, chưa đạt</title>"), "{now}");
        let then = house.get("/indicators/admin.rate?period=2026-09").await.text();
        assert!(then.contains("Xã Trần Đề: 95,0 %, đạt</title>"), "{then}");
        assert!(then.contains("Phường Cái Khế: chưa báo số</title>"), "{then}");
        assert!(then.contains("ranh giới xấp xỉ") && then.contains("đo vẽ thử"));
        let src = |name: &str| {
            let start = then.find(name).unwrap() + name.len() + 2;
            let text = &then[start..];
            text[..text.find('"').unwrap()].replace("&#38;", "&").replace("&amp;", "&")
        };
        let values = house.get(&src("data-values")).await.json();
        assert_eq!(at(&values, TRAN_DE, values["codes"][22].as_str().unwrap())["text"], "95,0 %");
        assert_eq!(values["at"], 22);
        assert_eq!(house.get(&src("data-src")).await.json()["features"].as_array().unwrap().len(), 3);
        // A commune has nothing below it.
        let alone = house.get(&format!("/indicators/admin.rate?unit={TRAN_DE}")).await.text();
        assert!(!alone.contains("<tc-map"));
    }
}

#[tokio::test]
async fn a_map_of_the_country_always_names_hoang_sa_and_truong_sa() {
    const COUNTRY: i64 = 1_000_000;
    for house in House::all().await {
        house.draw_boundaries().await;
        let atlas = house.cx.house.get::<units::Atlas>().unwrap();
        let mut versions = atlas.map().versions().to_vec();
        let mut country = versions[0].clone();
        (country.unit, country.level, country.parent) = (COUNTRY, units::Level::Country, None);
        for version in versions.iter_mut().filter(|v| v.unit == CITY) {
            version.parent = Some(COUNTRY);
        }
        versions.push(country);
        let map = units::Map::new(versions, Vec::new(), Vec::new());
        let today = foundation::Date::of(house.cx.clock.now());
        let maps = house.cx.house.get::<units::Maps>().unwrap();
        let detail = units::boundaries::fit_for(&map, COUNTRY, today);
        assert_eq!(detail, foundation::geo::Detail::Country);
        let areas = maps.areas(&house.cx.db, &map, COUNTRY, today, detail).await.unwrap();
        let body: Json = serde_json::from_str(&areas.text).unwrap();
        let names: Vec<&Json> = body["islands"].as_array().unwrap().iter().map(|i| &i["name"]).collect();
        assert_eq!(names, ["Quần đảo Hoàng Sa", "Quần đảo Trường Sa"]);
        assert_eq!((areas.count, body["features"].as_array().unwrap().len()), (3, 3));
        // The drawn one has them in boxes.
        let drawn = maps.draw(&house.cx.db, &map, COUNTRY, units::Level::Commune, today).await.unwrap();
        assert_eq!(drawn.insets.len(), 2);
    }
}
