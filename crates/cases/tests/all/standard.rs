//! Documents of GeoReport v2 held against the standard: JSON against a schema, XML against the same JSON.

use serde_json::{Value as Json, json};

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

/// An XML document as JSON by the Spark convention, every value as text. The reader is strict: what is not
/// well-formed falls over.
pub fn spark(xml: &str) -> (String, Json) {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut open: Vec<(String, Vec<(String, Json)>, String)> = Vec::new();
    let close = |(name, children, text): (String, Vec<(String, Json)>, String)| {
        let value = if LISTS.contains(&name.as_str()) {
            children.into_iter().map(|c| c.1).collect()
        } else if children.is_empty() {
            json!(text)
        } else {
            children.into_iter().collect()
        };
        (name, value)
    };
    loop {
        let done = match reader.read_event().unwrap() {
            Event::Start(e) => {
                open.push((e.name().0.to_owned(), Vec::new(), String::new()));
                None
            }
            Event::Empty(e) => Some(close((e.name().0.to_owned(), Vec::new(), String::new()))),
            Event::End(_) => Some(close(open.pop().unwrap())),
            Event::Text(words) => {
                if let Some(inside) = open.last_mut() {
                    inside.2.push_str(&words);
                }
                None
            }
            Event::GeneralRef(name) => {
                let written = format!("&{};", &*name);
                open.last_mut().unwrap().2.push_str(&quick_xml::escape::unescape(&written).unwrap());
                None
            }
            Event::Eof => panic!("no root in {xml}"),
            _ => None,
        };
        match (done, open.last_mut()) {
            (Some(child), Some(parent)) => parent.1.push(child),
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
