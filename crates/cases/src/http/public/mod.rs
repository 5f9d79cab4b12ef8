//! What everybody sees and does: report, follow one's report, look at what others reported, the app.

mod app;
pub(super) mod form;
mod list;
pub(super) mod mine;
pub(super) mod one;
mod own;
pub(super) mod photo;
mod push;
mod report;
mod sign_in;
mod told;
mod track;
pub(super) mod warnings;

use axum::response::Response;
use foundation::Result;
use http::{HeaderMap, HeaderValue, header};
use kit::Route;
use kit::http::cookie;

pub(super) use told::{position, progress, title};

pub(super) fn routes() -> Vec<Route> {
    [
        app::routes(),
        list::routes(),
        mine::routes(),
        one::routes(),
        own::routes(),
        photo::routes(),
        push::routes(),
        report::routes(),
        sign_in::routes(),
        track::routes(),
        warnings::routes(),
    ]
    .concat()
}

/// The cookie that tells one device from another, for floods and «tôi cũng gặp».
const DEVICE_COOKIE: &str = "device";
/// The cookie of the larger text.
const TEXT_COOKIE: &str = "text";

/// What the citizen's shell needs beside the page.
pub(super) struct Frame {
    /// Whether the text is larger.
    pub large: bool,
    /// Which entry of the bottom bar the page belongs to: `home`, `report`, `reports`, `me`.
    pub here: &'static str,
}

impl Frame {
    pub fn of(headers: &HeaderMap, here: &'static str) -> Frame {
        Frame { large: cookie(headers, TEXT_COOKIE) == Some("large"), here }
    }
}

/// The device that sends, when it said so before.
fn device(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, DEVICE_COOKIE).filter(|v| (16..=64).contains(&v.len()))
}

/// Gives a device that has none a key of its own.
fn with_device(mut response: Response, headers: &HeaderMap) -> Result<Response> {
    if device(headers).is_none() {
        let key = random_key()?;
        let line = format!("{DEVICE_COOKIE}={key}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
        if let Ok(value) = HeaderValue::from_str(&line) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    Ok(response)
}

/// 128 bits nobody guesses, in hex.
fn random_key() -> Result<String> {
    let bytes = foundation::random_bytes::<16>()?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}

/// An answer that belongs to its reader alone.
fn private(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}
