//! Open311 in the whole program: with the shipped packs, a real key, and what other layers answer.

use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Request, StatusCode};
use identity::actions::create_key::CreateKey;
use tower::ServiceExt;

use crate::place::with_packs;

async fn ask(app: &Router, request: http::request::Builder, body: &str) -> (StatusCode, String, String) {
    let response = app.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
    let status = response.status();
    let mime = response.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let mime = mime.to_owned();
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, mime, String::from_utf8(bytes.to_vec()).unwrap())
}

fn form(path: &str) -> http::request::Builder {
    Request::post(path).header("content-type", "application/x-www-form-urlencoded")
}

#[tokio::test]
async fn a_program_reports_with_its_key_and_every_fault_is_a_document_of_the_standard() {
    for test in storage::testing::all().await.unwrap() {
        let cx = with_packs(&test).await;
        let app = toancanh::serve::router(&cx.house, false, &[]);
        let (json, xml) = ("application/json; charset=utf-8", "text/xml; charset=utf-8");

        let services = ask(&app, Request::get("/open311/v2/services.json"), "").await;
        assert_eq!((services.0, services.1.as_str()), (StatusCode::OK, json), "{}", test.name());
        assert!(services.2.contains("\"service_code\":\"road_hole\""), "{}", services.2);
        let discovery =
            ask(&app, Request::get("/open311/discovery.xml").header("host", "a.example"), "").await;
        assert!(discovery.2.contains("<url>http://a.example/open311/v2</url>"), "{}", discovery.2);

        let key =
            CreateKey {
                name: "Cổng phản ánh".into(), unit: 92, packs: kit::Fields::All, last_day: None
            };
        let (_, key) = key.run(&cx).await.unwrap();
        let fields = "service_code=road_hole&address_string=Chợ&description=Ổ+gà";
        for (more, status) in [
            (format!("&api_key={key}"), StatusCode::OK),
            (String::new(), StatusCode::OK),
            ("&api_key=tc_nothing".to_owned(), StatusCode::FORBIDDEN),
        ] {
            let sent = ask(&app, form("/open311/v2/requests.json"), &format!("{fields}{more}")).await;
            assert_eq!((sent.0, sent.1.as_str()), (status, json), "{}", sent.2);
        }

        // The guard of forged forms, and an address that is not there, answer before our handlers do.
        let forged = form("/open311/v2/requests.xml").header("sec-fetch-site", "cross-site");
        let forged = ask(&app, forged, fields).await;
        assert_eq!((forged.0, forged.1.as_str()), (StatusCode::FORBIDDEN, xml));
        assert!(forged.2.contains("<errors><error><code>403</code>"), "{}", forged.2);
        let request = Request::get("/open311/v2/nothing.json").header("accept", "text/html");
        let gone = ask(&app, request, "").await;
        assert_eq!((gone.0, gone.1.as_str()), (StatusCode::NOT_FOUND, json));
        assert!(gone.2.starts_with("[{\"code\":404,"), "{}", gone.2);
    }
}

#[test]
fn the_address_that_open311_tells_is_the_one_that_the_server_keeps() {
    assert_eq!(cases::open311::ADDRESS, toancanh::serve::ADDRESS);
}
