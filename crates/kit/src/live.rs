//! `GET /live?t=topic&t=topic…&lang=vi&since=N`: the live connection of a browser. What its reader may see
//! decides which rendering of a topic it gets.

use std::sync::Arc;

use axum::extract::RawQuery;
use foundation::{Lang, error::invalid};
use http::HeaderMap;
use web::Answer;
use web::live::Key;

use crate::house::Context;
use crate::http::url_decode;
use crate::module::{Access, Route};

/// More topics than a page can have are refused.
const MOST_TOPICS: usize = 400;

/// The route.
pub fn route() -> Route {
    Route::get("/live", Access::Public, axum::routing::get(connect))
}

async fn connect(cx: Context, RawQuery(query): RawQuery, headers: HeaderMap) -> Answer {
    let mut topics: Vec<Arc<str>> = Vec::new();
    let mut lang = cx.lang;
    let mut since = 0_i64;
    for pair in query.unwrap_or_default().split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = url_decode(&value.replace('+', " "));
        match name {
            "t" => topics.push(Arc::from(value)),
            "lang" => lang = Lang::parse(&value).unwrap_or(lang),
            "since" => since = value.parse().unwrap_or(0),
            _ => {}
        }
    }
    if topics.is_empty() || topics.len() > MOST_TOPICS {
        return Err(invalid("topics", "Kết nối trực tiếp cần từ 1 đến 400 chủ đề (t=…).").into());
    }
    if let Some(seen) = headers.get("last-event-id").and_then(|v| v.to_str().ok()) {
        since = seen.parse().unwrap_or(since);
    }
    let audience = cx.scope.audience();
    cx.house.remember_audience(audience, &cx.scope);
    let keys = topics.into_iter().map(|topic| Key { topic, audience, lang }).collect();
    let subscription = cx.live.subscribe(keys, since).await;
    Ok(web::sse::stream_of(subscription, cx.clock.now()))
}
