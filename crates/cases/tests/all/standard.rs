//! Documents of GeoReport v2 held against the standard: JSON against a schema, XML against the same JSON.

use cases::actions::moderate::Moderate;
use http::{Method, Request, StatusCode, header};
use serde_json::{Value as Json, json};

use crate::place::{House, Reply};

/// Where the API is.
pub const V2: &str = "/open311/v2";
const SCHEMA: &str = include_str!("../open311.schema.json");
/// The elements that hold a list.
const LISTS: [&str; 7] =
    ["services", "service_requests", "errors", "attributes", "values", "endpoints", "formats"];

/// Faults of a document against the schema of the standard.
pub fn faults(part: &str, document: &Json) -> Vec<String> {
    let mut schema: Json = serde_json::from_str(SCHEMA).unwrap();
    schema["$ref"] = json!(format!("#/$defs/{part}"));
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    validator.iter_errors(document).map(|e| format!("{e} at {}", e.instance_path())).collect()
}

/// An element that is being read.
#[derive(Default)]
struct Element {
    name: String,
    children: Vec<(String, Json)>,
    text: String,
}

impl Element {
    fn named(name: &str) -> Element {
        Element { name: name.to_owned(), ..Element::default() }
    }

    fn close(self) -> (String, Json) {
        let value = if LISTS.contains(&self.name.as_str()) {
            self.children.into_iter().map(|c| c.1).collect()
        } else if self.children.is_empty() {
            json!(self.text)
        } else {
            self.children.into_iter().collect()
        };
        (self.name, value)
    }
}

/// An XML document as JSON by the Spark convention, every value as text. The reader is strict: what is not
/// well-formed falls over.
pub fn spark(xml: &str) -> (String, Json) {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut open: Vec<Element> = Vec::new();
    loop {
        let done = match reader.read_event().unwrap() {
            Event::Start(e) => {
                open.push(Element::named(e.name().0));
                None
            }
            Event::Empty(e) => Some(Element::named(e.name().0).close()),
            Event::End(_) => Some(open.pop().unwrap().close()),
            Event::Text(words) => {
                if let Some(inside) = open.last_mut() {
                    inside.text.push_str(&words);
                }
                None
            }
            Event::GeneralRef(name) => {
                let written = format!("&{};", &*name);
                open.last_mut().unwrap().text.push_str(&quick_xml::escape::unescape(&written).unwrap());
                None
            }
            Event::Eof => panic!("no root in {xml}"),
            _ => None,
        };
        match (done, open.last_mut()) {
            (Some(child), Some(parent)) => parent.children.push(child),
            (Some(root), None) => return root,
            (None, _) => {}
        }
    }
}

/// The same, every value as text.
pub fn as_text(json: &Json) -> Json {
    match json {
        Json::Null => json!(""),
        Json::Array(items) => items.iter().map(as_text).collect(),
        Json::Object(fields) => fields.iter().map(|(k, v)| (k.clone(), as_text(v))).collect(),
        Json::String(_) => json.clone(),
        other => json!(other.to_string()),
    }
}

/// Asks for a document in both forms, holds it against the standard, and gives its JSON.
pub async fn both(house: &House, path: &str, part: &str, status: StatusCode) -> Json {
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

pub async fn publish(house: &House, id: i64, text: &str) {
    let shown = Moderate { published: true, text: text.into(), photos: vec![2], seen: None };
    shown.run(&house.as_("desk"), id).await.unwrap();
}

pub async fn published(house: &House, title: &str, category: &str) -> (i64, String) {
    let receipt = house.report(title, category).await;
    publish(house, receipt.case.seq, title).await;
    (receipt.case.seq, receipt.code)
}

pub fn codes(list: &Json) -> Vec<String> {
    let items = list.as_array().unwrap();
    items.iter().map(|r| r["service_request_id"].as_str().unwrap().to_owned()).collect()
}

pub async fn listed(house: &House, query: &str) -> Vec<String> {
    codes(&both(house, &format!("{V2}/requests?{query}"), "service_requests", StatusCode::OK).await)
}

/// Sends a form with these headers.
pub async fn post(house: &House, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
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
