//! Errors as answers: a page with a sentence for people, an RFC 9457 problem with a stable code for machines.
//!
//! A handler answers [`Answer<T>`] and uses `?`. The fault travels inside the response, and the outermost
//! layer draws it as a page or as JSON, because only that layer knows who asked.

use axum::response::{IntoResponse, Response};
use foundation::{Error, Kind};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

/// What handlers return.
pub type Answer<T = Response> = Result<T, Fault>;

/// An [`Error`] on its way out.
#[derive(Debug, Clone)]
pub struct Fault(pub std::sync::Arc<Error>);

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Fault(std::sync::Arc::new(error))
    }
}

impl From<askama::Error> for Fault {
    fn from(error: askama::Error) -> Self {
        foundation::error::internal("template", "Không dựng được trang").because(error).into()
    }
}

/// The status of an error.
pub fn status(error: &Error) -> StatusCode {
    StatusCode::from_u16(error.kind().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        if self.0.kind() == Kind::Internal {
            tracing::error!(code = self.0.code(), "{:?}", self.0);
        }
        let mut response = problem(&self.0);
        response.extensions_mut().insert(self);
        response
    }
}

/// The problem document of an error (RFC 9457).
pub fn problem(error: &Error) -> Response {
    let status = status(error);
    let body = json!({
        "type": format!("/docs/errors#{}", error.code()),
        "title": error.message(),
        "status": status.as_u16(),
        "code": error.code(),
    });
    let mut response = (status, body.to_string()).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json; charset=utf-8"));
    response
}
