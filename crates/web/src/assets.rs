//! What `ui/` was built into: styles, scripts, fonts, icons, held inside the program. Served under `/assets/`
//! with the hash of the content in the query, so that a browser keeps them for a year and never shows an old
//! one.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use foundation::error::not_found;
use http::header;
use rust_embed::RustEmbed;

use crate::fault::Answer;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../ui/dist"]
struct Built;

static ADDRESSES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    Built::iter()
        .filter_map(|name| {
            let hash = Built::get(&name)?.metadata.sha256_hash();
            let short: String = hash.iter().take(6).map(|b| format!("{b:02x}")).collect();
            Some((name.to_string(), format!("/assets/{name}?v={short}")))
        })
        .collect()
});

/// The address of an asset, `app.css` → `/assets/app.css?v=…`.
pub fn address(name: &str) -> &'static str {
    ADDRESSES.get(name).map_or("", String::as_str)
}

/// `GET /assets/{*name}`.
pub async fn serve(Path(name): Path<String>, Query(query): Query<HashMap<String, String>>) -> Answer {
    let file =
        Built::get(&name).ok_or_else(|| not_found("asset_not_found", "Không có tệp giao diện này."))?;
    let kind = match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "json" => "application/json",
        "png" => "image/png",
        "ico" => "image/x-icon",
        _ => "application/octet-stream",
    };
    let keep =
        if query.contains_key("v") { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
    let body = match file.data {
        std::borrow::Cow::Borrowed(b) => bytes::Bytes::from_static(b),
        std::borrow::Cow::Owned(b) => bytes::Bytes::from(b),
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)], body).into_response() as Response)
}
