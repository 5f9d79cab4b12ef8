//! The live connection: server-sent events (HTML Living Standard §9.2) from a
//! [`Subscription`](crate::live::Subscription).
//!
//! A fragment is encoded once for all connections ([`Update::event`](crate::live::Update::event)); here its
//! bytes are only passed on.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use foundation::Instant;
use futures_util::{StreamExt, stream};
use http::{HeaderValue, header};

use crate::live::{Next, Subscription};

/// How long one connection lasts. The browser comes back at once with the last version it saw, and what it
/// may see is asked again: a session that ended, or a grant that was taken, is felt then.
const LASTS: Duration = Duration::from_secs(300);

/// A silent connection says so often that it lives, or a proxy would cut it.
const SILENCE: Duration = Duration::from_secs(15);

/// The stream of a page: first the server's time, then its fragments.
pub fn stream_of(subscription: Subscription, now: Instant) -> Response {
    let ends = tokio::time::sleep(LASTS);
    let first = stream::iter([Bytes::from(format!("event: now\ndata: {}\n\n", now.0 / 1000))]);
    let events = stream::unfold(Some(subscription), |state| async move {
        let mut subscription = state?;
        match tokio::time::timeout(SILENCE, subscription.next()).await {
            Err(_) => Some((Bytes::from_static(b":\n\n"), Some(subscription))),
            Ok(None) => None,
            Ok(Some(Next::Update(update))) => Some((update.event(), Some(subscription))),
            Ok(Some(Next::Lagged)) => Some((Bytes::from_static(b"event: reload\ndata: lagged\n\n"), None)),
        }
    });
    let body = first.chain(events).take_until(ends).map(Ok::<_, Infallible>);
    let mut response = Response::new(Body::from_stream(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // Proxies must pass events on at once.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}
