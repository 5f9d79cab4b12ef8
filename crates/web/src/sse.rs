//! The live connection: server-sent events (HTML Living Standard §9.2) from a
//! [`Subscription`](crate::live::Subscription). Each fragment is `event: fragment`, its version as `id`, and
//! a JSON object with `topic` and `html`.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::IntoResponse;
use axum::response::Response;
use axum::response::sse::{Event, KeepAlive, Sse};
use foundation::Instant;
use futures_util::{StreamExt, stream};
use serde_json::json;

use crate::live::{Next, Subscription};

/// How long one connection lasts. The browser comes back at once with the last version it saw, and what it
/// may see is asked again: a session that ended, or a grant that was taken, is felt then.
const LASTS: Duration = Duration::from_secs(300);

/// The stream of a page: first the server's time, then its fragments.
pub fn stream_of(subscription: Subscription, now: Instant) -> Response {
    let ends = tokio::time::sleep(LASTS);
    let first = stream::iter([Ok(Event::default().event("now").data((now.0 / 1000).to_string()))]);
    let events = stream::unfold(Some(subscription), |state| async move {
        let mut subscription = state?;
        match subscription.next().await? {
            Next::Update(update) => {
                let html = String::from_utf8_lossy(&update.html);
                let data = json!({ "topic": &*update.key.topic, "html": html }).to_string();
                let event = Event::default().event("fragment").id(update.version.to_string()).data(data);
                Some((Ok::<_, Infallible>(event), Some(subscription)))
            }
            Next::Lagged => Some((Ok(Event::default().event("reload").data("lagged")), None)),
        }
    });
    let events = first.chain(events).take_until(ends);
    let mut response =
        Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response();
    // Proxies must pass events on at once.
    response.headers_mut().insert("x-accel-buffering", http::HeaderValue::from_static("no"));
    response
}
