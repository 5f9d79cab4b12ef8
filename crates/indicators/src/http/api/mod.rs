//! `/api/v1`: figures for other programs. Described in `openapi.json` beside the crate; a test holds the
//! two together.
//!
//! Errors are RFC 9457 problems with a stable `code`. Reads carry a weak `ETag` of what they say, so that
//! who asks again with `If-None-Match` is answered 304 when nothing changed.

mod observations;
mod read;
mod targets;

pub use observations::delivery_rows;

use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use foundation::{Result, error::internal};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kit::{Access, Permission, Route};
use serde::Serialize;

/// The largest delivery, in bytes.
const LARGEST: usize = 16 * 1024 * 1024;

pub(super) fn routes() -> Vec<Route> {
    let targets = post(targets::set).layer(DefaultBodyLimit::max(LARGEST));
    let observations = post(observations::record).layer(DefaultBodyLimit::max(LARGEST));
    vec![
        Route::get("/api/v1/indicators", Access::Public, get(read::indicators)),
        Route::get("/api/v1/indicators/{code}", Access::Public, get(read::indicator)),
        Route::get("/api/v1/figures", Access::Public, get(read::figures)),
        Route::get("/api/v1/series", Access::Public, get(read::series)),
        Route::get("/api/v1/units", Access::Public, get(read::units)),
        Route::get("/api/v1/targets", Access::Public, get(targets::of)),
        Route::post("/api/v1/targets", Access::Needs(Permission::SetTargets), targets),
        Route::post("/api/v1/observations", Access::Needs(Permission::WriteFigures), observations),
    ]
}

/// A number that changes with the bytes (FNV-1a), the same on every machine.
fn print(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

fn json_of(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|e| internal("json", "Không ghi được câu trả lời").because(e))
}

/// JSON as an answer of this status.
fn answer(status: StatusCode, kind: &'static str, body: Vec<u8>) -> Response {
    let mut response = (status, Bytes::from(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// What was read, or 304 when the asker has it already. What depends on who asks is kept by no proxy.
pub(super) fn found(headers: &HeaderMap, value: &impl Serialize) -> Result<Response> {
    Ok(found_as(headers, "application/json; charset=utf-8", json_of(value)?))
}

/// As [`found`], bytes of another kind.
pub(super) fn found_as(headers: &HeaderMap, kind: &'static str, body: Vec<u8>) -> Response {
    let tag = format!("W/\"{:016x}\"", print(&body));
    let asked = headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()).unwrap_or("");
    let same = asked.split(',').map(str::trim).any(|t| t == tag || t == "*");
    let mut response = match same {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => answer(StatusCode::OK, kind, body),
    };
    if let Ok(value) = tag.parse() {
        response.headers_mut().insert(header::ETAG, value);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}
