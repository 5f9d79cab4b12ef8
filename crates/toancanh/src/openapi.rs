//! The OpenAPI document: what every module says about its paths, joined.

use axum::response::{IntoResponse, Response};
use foundation::{Result, error::internal};
use http::header;
use serde_json::{Map, Value as Json, json};
use web::Answer;

use crate::wiring;

/// Where the document is.
pub const PATH: &str = "/api/v1/openapi.json";

/// What the program itself brings.
const OWN: &str = include_str!("openapi.json");

/// The whole document. Two modules that claim one path or one schema are a fault of ours; what the program
/// itself brings a module may repeat, so that its own document stands alone.
pub fn document() -> Result<Json> {
    let modules = wiring::modules();
    let parts = modules.iter().map(|m| (m.name, m.openapi)).filter(|(_, text)| !text.trim().is_empty());
    join(OWN, parts)
}

fn join<'a>(own: &str, parts: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Json> {
    let broken =
        |what: &str, why: String| internal("openapi", format!("Mô tả API của {what} sai")).because(why);
    let mut all: Json = serde_json::from_str(own).map_err(|e| broken("chương trình", e.to_string()))?;
    all["info"]["version"] = json!(env!("CARGO_PKG_VERSION"));
    let program = all.clone();
    for (name, text) in parts {
        let part: Json = serde_json::from_str(text).map_err(|e| broken(name, e.to_string()))?;
        let clash = |key: String| broken(name, format!("{key} is there already"));
        if let Some(tags) = part["tags"].as_array() {
            let own = entry(&mut all, &["tags"], json!([]));
            if let Some(list) = own.as_array_mut() {
                for tag in tags {
                    if !list.iter().any(|t| t["name"] == tag["name"]) {
                        list.push(tag.clone());
                    }
                }
            }
        }
        add(entry(&mut all, &["paths"], json!({})), &part["paths"]).map_err(clash)?;
        for (kind, things) in part["components"].as_object().unwrap_or(&Map::new()) {
            let mut things = things.clone();
            if let (Some(own), Some(things)) =
                (program["components"][kind].as_object(), things.as_object_mut())
            {
                things.retain(|key, _| !own.contains_key(key));
            }
            add(entry(&mut all, &["components", kind], json!({})), &things).map_err(clash)?;
        }
    }
    Ok(all)
}

/// The value at `path`, made when it is not there.
fn entry<'a>(all: &'a mut Json, path: &[&str], empty: Json) -> &'a mut Json {
    let mut at = all;
    for key in path {
        if at.get(key).is_none() {
            at[*key] = empty.clone();
        }
        at = &mut at[*key];
    }
    at
}

fn add(to: &mut Json, from: &Json) -> Result<(), String> {
    let (Some(to), Some(from)) = (to.as_object_mut(), from.as_object()) else { return Ok(()) };
    for (key, value) in from {
        match to.get(key) {
            Some(_) => return Err(key.clone()),
            None => {
                to.insert(key.clone(), value.clone());
            }
        }
    }
    Ok(())
}

/// `GET /api/v1/openapi.json`
pub async fn serve() -> Answer {
    let text = document()?.to_string();
    let response: Response =
        ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=300")], text)
            .into_response();
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_joined_and_two_that_claim_one_path_are_refused() {
        let a =
            r#"{"tags":[{"name":"t"}],"paths":{"/api/v1/a":{"get":{}}},"components":{"schemas":{"A":{}}}}"#;
        let b = r#"{"paths":{"/api/v1/a":{"post":{}}}}"#;
        let own = r#"{"openapi":"3.1.0","info":{},"paths":{}}"#;
        let all = join(own, [("a", a)].into_iter()).unwrap();
        assert!(
            all["paths"]["/api/v1/a"]["get"].is_object() && all["components"]["schemas"]["A"].is_object()
        );
        assert!(join(own, [("a", a), ("b", b)].into_iter()).is_err());
    }

    #[test]
    fn every_documented_path_exists_and_every_reference_leads_somewhere() {
        let all = document().unwrap();
        let routes = crate::serve::routes();
        for (path, methods) in all["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys().filter(|m| *m != "parameters") {
                let there =
                    routes.iter().any(|r| r.path == path && r.method.as_str().to_lowercase() == *method);
                assert!(there, "{method} {path} is documented and not served");
            }
        }
        let mut references = Vec::new();
        gather(&all, &mut references);
        for reference in references {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(all.pointer(pointer).is_some(), "{reference} leads nowhere");
        }
    }

    #[test]
    fn every_path_of_the_api_is_documented() {
        let all = document().unwrap();
        for route in crate::serve::routes().iter().filter(|r| r.path.starts_with("/api/v1/")) {
            let method = route.method.as_str().to_lowercase();
            assert!(
                all["paths"][route.path][&method].is_object(),
                "{method} {} is not documented",
                route.path
            );
        }
    }

    fn gather(value: &Json, into: &mut Vec<String>) {
        match value {
            Json::Object(map) => {
                if let Some(Json::String(reference)) = map.get("$ref") {
                    into.push(reference.clone());
                }
                map.values().for_each(|v| gather(v, into));
            }
            Json::Array(list) => list.iter().for_each(|v| gather(v, into)),
            _ => {}
        }
    }
}
