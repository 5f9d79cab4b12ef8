//! `/api`: the OpenAPI document as a page for people, drawn without script.

use askama::Template;
use foundation::Lang;
use kit::Context;
use kit::http::page;
use serde_json::Value as Json;
use web::{Answer, Page};

use crate::openapi;

/// The methods of OpenAPI, in the order in which they are shown.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
/// References are followed so deep; a schema may lead back to itself.
const DEEPEST: usize = 8;

struct Parameter {
    name: String,
    place: String,
    kind: String,
    meaning: String,
}

struct Reply {
    status: String,
    meaning: String,
    media: String,
    sample: String,
}

struct Operation {
    method: &'static str,
    path: String,
    summary: String,
    description: String,
    parameters: Vec<Parameter>,
    body_media: String,
    body: String,
    replies: Vec<Reply>,
}

#[derive(Default)]
struct Group {
    name: String,
    description: String,
    operations: Vec<Operation>,
}

struct Schema {
    name: String,
    text: String,
}

#[derive(Template)]
#[template(path = "api.html")]
struct ApiPage {
    page: Page,
    version: String,
    count: usize,
    document: &'static str,
    groups: Vec<Group>,
    schemas: Vec<Schema>,
}

/// What a reference stands for; anything else stands for itself.
fn follow<'a>(all: &'a Json, value: &'a Json) -> &'a Json {
    let mut at = value;
    for _ in 0..DEEPEST {
        match at["$ref"].as_str().and_then(|r| r.strip_prefix('#')).and_then(|p| all.pointer(p)) {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The name of a type: `string`, `integer`, `date`, `[Observation]`, a schema's own name.
fn kind(schema: &Json) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        return name.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(list) = schema["enum"].as_array() {
        return list
            .iter()
            .map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(" · ");
    }
    if schema["items"].is_object() {
        return format!("[{}]", kind(&schema["items"]));
    }
    let named = |t: &Json| match t {
        Json::Array(all) => all.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(" · "),
        other => text(other),
    };
    match schema["format"].as_str() {
        Some(format) => format.to_owned(),
        None => named(&schema["type"]),
    }
}

fn parameter(cx: &Context, all: &Json, value: &Json) -> Parameter {
    let p = follow(all, value);
    let mut kind = kind(&p["schema"]);
    if p["required"] == true {
        kind = format!("{kind}, {}", cx.t("api-required"));
    }
    Parameter {
        name: text(&p["name"]),
        place: cx.t(&format!("api-in-{}", p["in"].as_str().unwrap_or("query"))),
        kind: kind.trim_start_matches(", ").to_owned(),
        meaning: text(&p["description"]),
    }
}

/// The first media type of a content, and its example or else its shape.
fn sample(all: &Json, content: &Json) -> (String, String) {
    let Some((media, body)) = content.as_object().and_then(|c| c.iter().next()) else {
        return Default::default();
    };
    let schema = follow(all, &body["schema"]);
    let first = |examples: &Json| {
        let named =
            examples.as_object().and_then(|e| e.values().next()).map(|e| follow(all, e)["value"].clone());
        named.or_else(|| examples.as_array().and_then(|e| e.first()).cloned())
    };
    let found = [body.get("example").cloned(), first(&body["examples"]), schema.get("example").cloned()];
    let found = found.into_iter().flatten().next().or_else(|| first(&schema["examples"]));
    let shown = match found {
        Some(Json::String(text)) => text,
        Some(value) => pretty(&value),
        None if body["schema"].is_null() => String::new(),
        None => pretty(&shape(all, &body["schema"], 0)),
    };
    (media.clone(), shown)
}

fn pretty(value: &Json) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// A value of the form that a schema wants, with the names of types for values.
fn shape(all: &Json, schema: &Json, depth: usize) -> Json {
    let found = follow(all, schema);
    if depth > DEEPEST {
        return Json::String("…".into());
    }
    if let Some(properties) = found["properties"].as_object() {
        let fields = properties.iter().map(|(name, s)| (name.clone(), shape(all, s, depth + 1)));
        return Json::Object(fields.collect());
    }
    if found["items"].is_object() {
        return Json::Array(vec![shape(all, &found["items"], depth + 1)]);
    }
    for way in ["oneOf", "anyOf", "allOf"] {
        if let Some(one) = found[way].as_array().and_then(|w| w.first()) {
            return shape(all, one, depth + 1);
        }
    }
    Json::String(kind(found))
}

fn operation(cx: &Context, all: &Json, path: &str, method: &'static str, item: &Json) -> Operation {
    let op = &item[method];
    let lists = [&item["parameters"], &op["parameters"]];
    let parameters = lists.into_iter().filter_map(Json::as_array).flatten();
    let (body_media, body) = sample(all, &follow(all, &op["requestBody"])["content"]);
    let replies = op["responses"].as_object().into_iter().flatten().map(|(status, reply)| {
        let reply = follow(all, reply);
        let (media, sample) = sample(all, &reply["content"]);
        Reply { status: status.clone(), meaning: text(&reply["description"]), media, sample }
    });
    Operation {
        method,
        path: path.to_owned(),
        summary: text(&op["summary"]),
        description: text(&op["description"]),
        parameters: parameters.map(|p| parameter(cx, all, p)).collect(),
        body_media,
        body,
        replies: replies.collect(),
    }
}

fn groups(cx: &Context, all: &Json) -> Vec<Group> {
    let mut groups: Vec<Group> = all["tags"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|t| Group {
            name: text(&t["name"]),
            description: text(&t["description"]),
            operations: Vec::new(),
        })
        .collect();
    let other = cx.t("api-other");
    for (path, item) in all["paths"].as_object().into_iter().flatten() {
        for method in METHODS.into_iter().filter(|m| item[*m].is_object()) {
            let made = operation(cx, all, path, method, item);
            let tag = item[method]["tags"][0].as_str().unwrap_or(&other);
            match groups.iter_mut().find(|g| g.name == tag) {
                Some(group) => group.operations.push(made),
                None => {
                    groups.push(Group { name: tag.to_owned(), operations: vec![made], ..Group::default() })
                }
            }
        }
    }
    for group in &mut groups {
        let key = format!("api-tag-{}", group.name);
        if cx.words.knows(Lang::Vi, &key) {
            group.name = cx.t(&key);
        }
    }
    groups.retain(|g| !g.operations.is_empty());
    // What the program says about itself comes after what people came for.
    if groups.len() > 1 {
        groups.rotate_left(1);
    }
    groups
}

/// `GET /api`
pub(crate) async fn show(cx: Context) -> Answer {
    let all = openapi::document()?;
    let groups = groups(&cx, &all);
    let schemas = all["components"]["schemas"].as_object().into_iter().flatten();
    page(&ApiPage {
        page: cx.page(cx.t("api-title"))?,
        version: text(&all["info"]["version"]),
        count: groups.iter().map(|g| g.operations.len()).sum(),
        document: openapi::PATH,
        schemas: schemas.map(|(name, s)| Schema { name: name.clone(), text: pretty(s) }).collect(),
        groups,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_that_leads_back_to_itself_is_drawn_and_ends() {
        let all: Json = serde_json::from_str(
            r##"{"components":{"schemas":{"Tree":{"properties":{"name":{"type":"string"},
                "below":{"items":{"$ref":"#/components/schemas/Tree"}}}}}}}"##,
        )
        .unwrap();
        let tree: Json = serde_json::from_str(r##"{"$ref":"#/components/schemas/Tree"}"##).unwrap();
        let drawn = shape(&all, &tree, 0);
        assert_eq!(drawn["name"], "string");
        assert_eq!(drawn["below"][0]["name"], "string");
        assert_eq!(kind(&tree), "Tree");
    }
}
