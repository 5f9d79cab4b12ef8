//! The headers that every answer carries: what a browser may load, embed and tell to others.
//!
//! No page has inline script or style, so the policy needs neither `unsafe-inline` nor a nonce.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue, header};

/// What a browser may load and where a form may go.
pub const POLICY: &str = "default-src 'self'; img-src 'self'; style-src 'self'; \
     script-src 'self'; worker-src 'self'; connect-src 'self'; font-src 'self'; object-src 'none'; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// The headers of every answer. `hsts` only when the program is reached over TLS, directly or behind a proxy.
pub fn all(hsts: bool) -> Vec<(HeaderName, HeaderValue)> {
    let mut list = vec![
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (
            HeaderName::from_static("permissions-policy"),
            HeaderValue::from_static("camera=(), microphone=(), geolocation=(self), payment=(), usb=()"),
        ),
        (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    ];
    if hsts {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        list.push((header::STRICT_TRANSPORT_SECURITY, year));
    }
    list
}

/// Adds the headers to an answer; what a handler set itself stays.
/// `axum::middleware::from_fn_with_state(web::headers::all(tls).into(), web::headers::add)`.
pub async fn add(
    State(list): State<std::sync::Arc<[(HeaderName, HeaderValue)]>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in list.iter() {
        if !headers.contains_key(name) {
            headers.insert(name, value.clone());
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_allows_no_inline_script_and_no_frame() {
        assert!(!POLICY.contains("unsafe"));
        assert!(POLICY.contains("frame-ancestors 'none'"));
    }

    #[test]
    fn a_browser_is_bound_to_tls_only_where_there_is_tls() {
        let bound = |tls| all(tls).iter().any(|(name, _)| *name == header::STRICT_TRANSPORT_SECURITY);
        assert!(bound(true) && !bound(false));
    }
}
