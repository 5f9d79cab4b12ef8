//! From a request to a [`Context`], and from the list of routes to a router.
//!
//! Every route is wrapped the same way: who is it, may they call this, is it a forged form; then the handler.
//! Outside scope is 404 (the handler's), inside without permission 403, not signed in 401 for machines and a
//! way to the sign-in page for people.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, OriginalUri, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use foundation::{Date, Error, Instant, Kind, Lang, TimeOfDay, error::forbidden, error::internal};
use http::request::Parts;
use http::{HeaderMap, Method, header};
use web::fault::Fault;
use web::{Answer, Theme};

use crate::actor::Actor;
use crate::house::{Context, House};
use crate::module::{Access, Route};

/// The cookie of the language.
pub const LANG_COOKIE: &str = "lang";
/// The cookie of the theme.
pub const THEME_COOKIE: &str = "theme";
/// The cookie of the sentence shown once.
pub const NOTICE_COOKIE: &str = "notice";

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// The language and theme that a request carries.
pub fn read_choices(cx: &mut Context, headers: &HeaderMap) {
    let theme = cookie(headers, THEME_COOKIE).and_then(Theme::parse);
    cx.lang = lang_of(headers);
    cx.theme = theme.unwrap_or_default();
    cx.theme_chosen = theme.is_some();
}

fn lang_of(headers: &HeaderMap) -> Lang {
    if let Some(lang) = cookie(headers, LANG_COOKIE).and_then(Lang::parse) {
        return lang;
    }
    // The pages are Vietnamese unless a reader asks for English and does not understand Vietnamese.
    let accepts = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or("");
    let mut tags = accepts.split(',').filter_map(|t| Lang::parse(t.split(';').next().unwrap_or("").trim()));
    tags.next().unwrap_or_default()
}

impl FromRequestParts<House> for Context {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &House) -> Result<Self, Fault> {
        parts
            .extensions
            .get::<Context>()
            .cloned()
            .ok_or_else(|| internal("context", "Đường dẫn này chưa qua kiểm soát truy cập").into())
    }
}

/// Joins routes into a router; each is guarded by its [`Access`].
pub fn router(house: &House, routes: &[Route]) -> Router<House> {
    let mut router = Router::new();
    for route in routes {
        let state = (house.clone(), route.access);
        let guarded = route.handler.clone().layer(axum::middleware::from_fn_with_state(state, guard));
        router = router.route(route.path, guarded);
    }
    router
}

async fn guard(State((house, access)): State<(House, Access)>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match admit(&house, access, &mut parts).await {
        Ok(cx) => {
            let shown_notice = cx.notice.is_some();
            parts.extensions.insert(cx);
            let mut response = next.run(Request::from_parts(parts, body)).await;
            if shown_notice && response.status().is_success() {
                let gone = format!("{NOTICE_COOKIE}=; Path=/; Max-Age=0; SameSite=Lax");
                if let Ok(value) = gone.parse() {
                    response.headers_mut().append(header::SET_COOKIE, value);
                }
            }
            response
        }
        Err(error) if error.kind() == Kind::Unauthenticated && wants_page(&parts) => {
            let back = url_encode(parts.uri.path_and_query().map_or("/", |p| p.as_str()));
            Redirect::to(&format!("/sign-in?back={back}")).into_response()
        }
        Err(error) => Fault::from(error).into_response(),
    }
}

async fn admit(house: &House, access: Access, parts: &mut Parts) -> Result<Context, Error> {
    let session = house.session(parts).await?;
    // Every other method than reading changes something: a browser must say that the form is ours.
    let reads = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    if !reads && !matches!(session.actor, Actor::Key { .. }) {
        refuse_forgery(&parts.headers)?;
    }
    let original =
        parts.extensions.get::<OriginalUri>().map_or_else(|| parts.uri.clone(), |uri| uri.0.clone());
    let notice = cookie(&parts.headers, NOTICE_COOKIE).filter(|v| !v.is_empty()).map(url_decode);
    let mut cx = Context {
        actor: session.actor,
        scope: session.scope,
        path: Arc::from(original.path_and_query().map_or("/", |p| p.as_str())),
        notice,
        ..house.system("request")
    };
    read_choices(&mut cx, &parts.headers);
    match access {
        Access::Public => Ok(cx),
        _ if !cx.actor.is_signed_in() => Err(Error::new(
            Kind::Unauthenticated,
            "sign_in_needed",
            "Cần đăng nhập, hoặc gửi khóa API trong tiêu đề Authorization.",
        )),
        Access::SignedIn => Ok(cx),
        Access::Needs(permission) if cx.actor.may(permission) => Ok(cx),
        Access::Needs(_) => Err(forbidden(
            "not_permitted",
            "Tài khoản của bạn chưa được giao quyền này. Hãy liên hệ người quản trị.",
        )),
    }
}

/// Refuses what another site made a browser send (Fetch Metadata, and Origin for older browsers). A program
/// that is no browser sends neither header and carries no cookie of ours.
fn refuse_forgery(headers: &HeaderMap) -> Result<(), Error> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let ours = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = text("host").unwrap_or("");
            origin.split_once("://").is_some_and(|(_, rest)| rest == host)
        }
        (None, None) => headers.get(header::COOKIE).is_none(),
    };
    match ours {
        true => Ok(()),
        false => Err(forbidden("cross_site", "Biểu mẫu này được gửi từ trang khác nên bị từ chối.")),
    }
}

fn wants_page(parts: &Parts) -> bool {
    let path = parts.uri.path();
    let machine = path.starts_with("/api/") || path == "/live";
    !machine && matches!(parts.method, Method::GET | Method::HEAD)
}

/// Percent-encodes what may not stand in a query value or a cookie.
pub fn url_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                out.push(byte as char)
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The reverse of [`url_encode`]; what is not valid stays as it is.
pub fn url_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let hex = bytes.get(i + 1..i + 3).and_then(|h| std::str::from_utf8(h).ok());
        match (bytes[i], hex.and_then(|h| u8::from_str_radix(h, 16).ok())) {
            (b'%', Some(byte)) => {
                out.push(byte);
                i += 3;
            }
            (byte, _) => {
                out.push(byte);
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Sends a person on to `to`, where `notice` is shown once.
pub fn redirect_with(to: &str, notice: &str) -> Answer {
    let mut response = Redirect::to(to).into_response();
    let line = format!("{NOTICE_COOKIE}={}; Path=/; Max-Age=60; SameSite=Lax; HttpOnly", url_encode(notice));
    if let Ok(value) = line.parse() {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}

/// A moment as people read it: `14:30 24/11/2026`.
pub fn moment(at: Instant, lang: Lang) -> String {
    let day = Date::of(at);
    let date = match lang {
        Lang::Vi => day.vi(),
        Lang::En => day.en(),
    };
    format!("{} {date}", TimeOfDay::of(at).show())
}

/// A page from its template.
pub fn page<T: askama::Template>(template: &T) -> Answer {
    Ok(axum::response::Html(template.render()?).into_response())
}
