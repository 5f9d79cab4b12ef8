//! Faults on their way out: a page for people, a problem document (RFC 9457) for machines.

use askama::Template;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use foundation::Kind;
use http::{StatusCode, header};
use kit::{Actor, Context, House, Scope};
use web::{Fault, Page};

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Page,
    status: u16,
    heading: String,
    message: String,
    code: &'static str,
    /// Where somebody signs in whose session ended.
    sign_in: Option<String>,
    /// Whether something was sent: it is sent again by loading the page anew.
    sent: bool,
    home: &'static str,
}

/// What was asked for.
struct Asked {
    /// The path with its query, for coming back.
    whole: String,
    sent: bool,
}

/// The layer: looks at what a handler answered, and draws its fault for whoever asked.
pub async fn draw(State(house): State<House>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let whole = request.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned();
    let sent = request.method() != http::Method::GET && request.method() != http::Method::HEAD;
    let asked = Asked { whole, sent };
    let accepts =
        request.headers().get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
    let headers = request.headers().clone();
    let response = next.run(request).await;
    if path.starts_with(cases::open311::PREFIX) {
        return by_standard(&path, &headers, response);
    }
    let machine = path.starts_with("/api/") || path == "/live" || !accepts.contains("text/html");
    // A page of its own that says 404, as for a link that was used, stays as it is.
    let told = response.headers().contains_key(header::CONTENT_TYPE);
    if response.status() == StatusCode::NOT_FOUND && !told && response.extensions().get::<Fault>().is_none() {
        let fault = Fault::from(foundation::error::not_found("page_not_found", "Không có trang này."));
        return match machine {
            true => web::fault::problem(&fault.0),
            false => page(&house, &headers, &asked, &fault),
        };
    }
    match response.extensions().get::<Fault>().cloned() {
        Some(fault) if !machine => page(&house, &headers, &asked, &fault),
        _ => response,
    }
}

/// The faults that another layer found before Open311's own handlers, as documents of that standard; what its
/// handlers answered stays.
fn by_standard(path: &str, headers: &http::HeaderMap, response: Response) -> Response {
    let told = response.headers().contains_key(header::CONTENT_TYPE);
    match (response.extensions().get::<Fault>(), response.status()) {
        (Some(fault), _) => cases::open311::refusal(path, headers, &fault.0),
        (None, StatusCode::NOT_FOUND) if !told => {
            let gone = foundation::error::not_found("page_not_found", "Không có địa chỉ này trong Open311.");
            cases::open311::refusal(path, headers, &gone)
        }
        _ => response,
    }
}

/// The citizens' side begins at its own page.
fn home(path: &str) -> &'static str {
    match path.split(['/', '?']).nth(1).unwrap_or_default() {
        "app" | "report" | "reports" | "track" | "reception" => "/app",
        _ => "/",
    }
}

fn page(house: &House, headers: &http::HeaderMap, asked: &Asked, fault: &Fault) -> Response {
    let error = &fault.0;
    let status = web::fault::status(error);
    let mut cx = Context {
        actor: Actor::Public,
        scope: Scope::Public,
        path: asked.whole.as_str().into(),
        ..house.system("error")
    };
    kit::http::read_choices(&mut cx, headers);
    let heading = cx.t(&format!("error-{}", status.as_u16()));
    let message = match error.kind() {
        Kind::Internal => cx.t("error-internal"),
        Kind::Unauthenticated => cx.t("error-signed-out"),
        _ => error.message().to_owned(),
    };
    let sign_in = (error.kind() == Kind::Unauthenticated).then(|| match asked.sent {
        true => "/sign-in".to_owned(),
        false => format!("/sign-in?back={}", kit::http::url_encode(&asked.whole)),
    });
    let Ok(shell) = cx.page(heading.clone()) else { return web::fault::problem(error) };
    let page = ErrorPage {
        page: shell,
        status: status.as_u16(),
        heading,
        message,
        code: error.code(),
        sign_in,
        sent: asked.sent,
        home: home(&asked.whole),
    };
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => web::fault::problem(error),
    }
}
