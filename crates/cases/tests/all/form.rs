//! What a browser sends, and what it is told, with its cookies.

use axum::body::Body;
use http::{Request, header};

use crate::place::House;
pub use crate::place::Reply as Told;

const LINE: &str = "----toancanh-test";

/// What a page tells a browser.
pub trait Page {
    /// The value of a hidden field of the page.
    fn field(&self, name: &str) -> String;
    /// What is told once on the next page.
    fn notice(&self) -> String;
}

impl Page for Told {
    fn field(&self, name: &str) -> String {
        let text = self.text();
        let at = text.find(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no {name}"));
        text[at..].split('"').nth(3).unwrap().to_owned()
    }

    fn notice(&self) -> String {
        let all = self.headers.get_all(header::SET_COOKIE).iter();
        let line = all.filter_map(|v| v.to_str().ok()).find_map(|v| v.strip_prefix("notice="));
        kit::http::url_decode(line.unwrap_or_default().split(';').next().unwrap())
    }
}

pub async fn ask(house: &House, request: Request<Body>) -> Told {
    house.send(request).await
}

pub async fn get(house: &House, who: &str, path: &str) -> Told {
    ask(house, Request::get(path).header("x-as", who).body(Body::empty()).unwrap()).await
}

/// Sends a form with files, each with a name, as nobody.
pub async fn multipart(house: &House, path: &str, words: &[(&str, &str)], files: &[(&str, &[u8])]) -> Told {
    multipart_as(house, "", path, words, files).await
}

/// The same as somebody.
pub async fn multipart_as(
    house: &House,
    who: &str,
    path: &str,
    words: &[(&str, &str)],
    files: &[(&str, &[u8])],
) -> Told {
    let mut body = Vec::new();
    for (name, value) in words {
        let part = format!("--{LINE}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.as_bytes());
    }
    for (name, bytes) in files {
        let part = format!(
            "--{LINE}\r\ncontent-disposition: form-data; name=\"photos\"; filename=\"{name}\"\r\n\
             content-type: image/jpeg\r\n\r\n"
        );
        body.extend(part.as_bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{LINE}--\r\n").as_bytes());
    let request = Request::post(path)
        .header("x-as", who)
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={LINE}"))
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body))
        .unwrap();
    ask(house, request).await
}

/// Sends one photo under a receipt.
pub async fn photo(house: &House, code: &str, secret: &str, bytes: &[u8]) -> Told {
    let request = Request::post(format!("/api/v1/reports/{code}/photos"))
        .header("x-receipt", secret)
        .header(header::CONTENT_TYPE, "image/jpeg")
        .body(Body::from(bytes.to_vec()))
        .unwrap();
    ask(house, request).await
}

/// Gives the ward and the commune a square each, side by side.
pub async fn draw_boundaries(house: &House) {
    let square = |code: &str, west: f64| {
        let east = west + 0.1;
        let ring = [[west, 10.0], [east, 10.0], [east, 10.1], [west, 10.1], [west, 10.0]];
        let shape = serde_json::json!({ "type": "Polygon", "coordinates": [ring] });
        serde_json::json!({ "type": "Feature", "properties": { "code": code }, "geometry": shape })
    };
    let features = [square("31135", 105.7), square("31675", 105.8)];
    let text = serde_json::json!({ "type": "FeatureCollection", "features": features }).to_string();
    let options = units::boundaries::Options {
        property: "code".into(),
        valid_from: foundation::Date::from_ymd(2025, 7, 1).unwrap(),
        source: "đo vẽ thử".into(),
        approximate: false,
    };
    units::boundaries::import(&house.cx, text.as_bytes(), &options).await.unwrap();
}

/// Runs the jobs that are due.
pub async fn run_jobs(house: &House) {
    let handlers = cases::module().jobs;
    while let Some(job) = storage::jobs::claim(&house.cx.db, house.cx.clock.as_ref()).await.unwrap() {
        let handler = handlers.iter().find(|h| h.kind() == job.kind).unwrap();
        handler.run(&house.cx, job.id, &job.payload).await.unwrap();
        storage::jobs::finish(&house.cx.db, house.cx.clock.as_ref(), job.id).await.unwrap();
    }
}
