//! The details of a row of the audit log, for people: each key by its name, each value as short as it can be.
//! A key that has no name stands as it is.

use foundation::{Lang, number};
use kit::Context;
use serde_json::{Map, Value as Json};

use super::accounts::role_key;

/// A detail: what it is called, and what it is.
pub(super) type Pair = (String, String);

/// The details of `detail`, JSON as the log keeps it. `unit` names a unit by its number.
pub(super) fn pairs(cx: &Context, detail: &str, unit: &dyn Fn(i64) -> String) -> Vec<Pair> {
    match serde_json::from_str(detail) {
        Ok(Json::Object(map)) => {
            let told = map.iter().filter(|(_, value)| !is_empty(value));
            told.map(|(key, value)| (label(cx, key), shown(cx, key, value, unit))).collect()
        }
        Ok(Json::Null) => Vec::new(),
        Ok(value) => vec![(cx.t("identity-detail"), shown(cx, "", &value, unit))],
        Err(_) => vec![(cx.t("identity-detail"), detail.to_owned())],
    }
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Array(all) => all.is_empty(),
        Json::Object(all) => all.is_empty(),
        Json::String(text) => text.is_empty(),
        Json::Bool(_) | Json::Number(_) => false,
    }
}

/// The name of a key, the module's own or identity's; the key itself when there is none.
fn label(cx: &Context, key: &str) -> String {
    let word = key.replace('_', "-");
    let words = [format!("identity-detail-{word}"), format!("audit-detail-{word}")];
    words.iter().find(|w| cx.words.knows(cx.lang, w)).map_or_else(|| key.to_owned(), |w| cx.t(w))
}

fn shown(cx: &Context, key: &str, value: &Json, unit: &dyn Fn(i64) -> String) -> String {
    match (key, value) {
        ("unit" | "root", Json::Number(id)) if id.is_i64() => unit(id.as_i64().unwrap_or_default()),
        ("role", Json::String(role)) if cx.words.knows(cx.lang, &role_key(role)) => cx.t(&role_key(role)),
        (_, Json::Bool(true)) => cx.t("identity-yes"),
        (_, Json::Bool(false)) => cx.t("identity-no"),
        (_, Json::Number(number)) => shown_number(cx.lang, number),
        (_, Json::String(text)) => text.clone(),
        (_, Json::Null) => "–".into(),
        (_, Json::Array(all)) => all.iter().map(|v| shown(cx, key, v, unit)).collect::<Vec<_>>().join(", "),
        (_, Json::Object(all)) => format!("({})", inner(cx, all, unit)),
    }
}

fn inner(cx: &Context, all: &Map<String, Json>, unit: &dyn Fn(i64) -> String) -> String {
    let told = all.iter().filter(|(_, value)| !is_empty(value));
    told.map(|(k, v)| format!("{}: {}", label(cx, k), shown(cx, k, v, unit))).collect::<Vec<_>>().join("; ")
}

fn shown_number(lang: Lang, value: &serde_json::Number) -> String {
    match (value.is_f64(), value.as_f64()) {
        (false, Some(whole)) => match lang {
            Lang::Vi => number::show_vi(whole, 0),
            Lang::En => number::show_en(whole, 0),
        },
        _ => value.to_string(),
    }
}
