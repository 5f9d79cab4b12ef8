//! `/open311`: Open311 GeoReport v2, for apps and maps of other makers. What is served, what is left out and
//! why: `docs/open311.md`.
//!
//! An address ends in its format; without one `Accept` decides. Faults are documents of the standard.

mod asked;
mod call;
mod discovery;
mod document;
mod requests;
mod send;
mod services;

use axum::response::Response;
use axum::routing::{get, post};
use foundation::Error;
use http::HeaderMap;
use kit::{Access, Route};

pub use call::ADDRESS;

/// What stands before every address of the standard.
pub const PREFIX: &str = "/open311/";

pub(super) fn routes() -> Vec<Route> {
    let all = Access::Public;
    vec![
        Route::get("/open311/discovery", all, get(discovery::show)),
        Route::get("/open311/discovery.xml", all, get(discovery::show)),
        Route::get("/open311/discovery.json", all, get(discovery::show)),
        Route::get("/open311/v2/services", all, get(services::list)),
        Route::get("/open311/v2/services.xml", all, get(services::list)),
        Route::get("/open311/v2/services.json", all, get(services::list)),
        Route::get("/open311/v2/services/{service_code}", all, get(services::one)),
        Route::get("/open311/v2/requests", all, get(requests::list)),
        Route::get("/open311/v2/requests.xml", all, get(requests::list)),
        Route::get("/open311/v2/requests.json", all, get(requests::list)),
        Route::post("/open311/v2/requests", all, post(send::send)),
        Route::post("/open311/v2/requests.xml", all, post(send::send)),
        Route::post("/open311/v2/requests.json", all, post(send::send)),
        Route::get("/open311/v2/requests/{service_request_id}", all, get(requests::one)),
        Route::get("/open311/v2/tokens/{token}", all, get(requests::token)),
    ]
}

/// The document of a fault that another layer found before our handlers were asked.
pub fn refusal(path: &str, headers: &HeaderMap, error: &Error) -> Response {
    call::refusal(call::Format::of(path, headers), error)
}
