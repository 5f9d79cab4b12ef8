//! `/app`: the citizen's front page, to keep on a phone: without an account, and without a network for what
//! was opened once. The queue of what waits to be sent is the browser's (`ui/src/app.ts`, `ui/src/sw.ts`).

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Form, Path, Query};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use kit::http::page;
use kit::{Access, Context, Route};
use serde::Deserialize;
use serde_json::json;
use web::{Answer, Page};

use super::{Frame, TEXT_COOKIE, push};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/app", Access::Public, get(home)),
        Route::get("/app/me", Access::Public, get(me)),
        Route::get("/app/manifest.webmanifest", Access::Public, get(manifest)),
        Route::get("/sw.js", Access::Public, get(worker)),
        Route::post("/app/text", Access::Public, post(text)),
    ]
}

#[derive(Template)]
#[template(path = "public_app.html")]
struct HomePage {
    page: Page,
    frame: Frame,
}

#[derive(Template)]
#[template(path = "public_me.html")]
struct MePage {
    page: Page,
    frame: Frame,
    /// Whether one can sign in. Nothing here is of one person: phones keep this page for when there is no
    /// network.
    opens: bool,
    /// With what browsers subscribe; none where no messages go to them.
    push: Option<String>,
}

async fn home(cx: Context, headers: HeaderMap) -> Answer {
    page(&HomePage { page: cx.page(cx.t("case-app-hello"))?, frame: Frame::of(&headers, "home") })
}

async fn me(cx: Context, headers: HeaderMap) -> Answer {
    let opens = cx.house.get::<identity::Citizens>()?.opens();
    let push = push::key(&cx)?;
    page(&MePage { page: cx.page(cx.t("case-app-mine"))?, frame: Frame::of(&headers, "me"), opens, push })
}

async fn manifest(cx: Context) -> Answer {
    let icon = |name: &str, side: u32, purpose: &str| {
        json!({
            "src": web::assets::address(name), "sizes": format!("{side}x{side}"), "type": "image/png",
            "purpose": purpose,
        })
    };
    let place = cx.page("")?.place;
    let body = json!({
        "id": "/app",
        "name": format!("Toàn Cảnh {place}"),
        "short_name": "Toàn Cảnh",
        "description": cx.t("case-app-about"),
        "lang": cx.lang.tag(),
        "start_url": "/app",
        "scope": "/",
        "display": "standalone",
        "background_color": "#faf6ec",
        "theme_color": "#faf6ec",
        "icons": [
            icon("app-192.png", 192, "any"),
            icon("app-512.png", 512, "any"),
            icon("app-mask-512.png", 512, "maskable"),
        ],
        "shortcuts": [{"name": cx.t("case-pub-report"), "url": "/report"}],
    });
    let kind = [(header::CONTENT_TYPE, "application/manifest+json; charset=utf-8")];
    Ok((kind, body.to_string()).into_response())
}

/// The worker stands at the root, because a worker rules what is below it; it is never taken from a cache.
async fn worker() -> Answer {
    let mut response = web::assets::serve(Path("sw.js".into()), Query(HashMap::new())).await?;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(HeaderName::from_static("service-worker-allowed"), HeaderValue::from_static("/"));
    Ok(response)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Text {
    size: String,
    back: String,
}

/// A+ and back.
async fn text(Form(text): Form<Text>) -> Answer {
    let ours = text.back.starts_with('/') && !text.back.starts_with("//") && !text.back.contains('\\');
    let mut response = Redirect::to(if ours { &text.back } else { "/app" }).into_response();
    let size = if text.size == "large" { "large" } else { "plain" };
    let line = format!("{TEXT_COOKIE}={size}; Path=/; Max-Age=31536000; SameSite=Lax");
    if let Ok(value) = HeaderValue::from_str(&line) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}
