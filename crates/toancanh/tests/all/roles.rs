//! Who may call what: every route × every role, by the guard that stands before the handlers. The table is
//! kept in
//! `role_route_matrix.txt`, so that a route whose access changes shows in a review.
//! `TOANCANH_TEST_UPDATE=1 cargo test -p toancanh --test all roles` writes it anew.

#![allow(clippy::disallowed_methods, reason = "a test that is told to write its table anew")]

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::routing::{MethodFilter, on};
use foundation::{Result, SystemClock};
use futures_util::future::BoxFuture;
use http::request::Parts;
use http::{Method, Request, StatusCode};
use kit::house::{Authenticator, Shell};
use kit::{Access, Actor, Builder, Context, House, Role, Route, Scope, Session};
use storage::files::Files;
use tower::ServiceExt;

/// Believes what the request says about itself.
struct Credulous;

impl Authenticator for Credulous {
    fn session<'a>(&'a self, parts: &'a Parts) -> BoxFuture<'a, Result<Session>> {
        let said = parts.headers.get("x-role").and_then(|v| v.to_str().ok());
        let actor = actor(said.and_then(Role::parse));
        let scope = Scope::Public;
        Box::pin(async move { Ok(Session { actor, scope }) })
    }
}

fn actor(role: Option<Role>) -> Actor {
    match role {
        None => Actor::Public,
        Some(Role::Integration) => Actor::Key { id: uuid::Uuid::nil(), name: "key".into() },
        Some(role) => {
            let (id, name, may) = (uuid::Uuid::nil(), "person".into(), role.permissions());
            Actor::Person { id, name, role, may }
        }
    }
}

struct Nothing;

impl Shell for Nothing {
    fn page(&self, _: &Context, _: String) -> web::Page {
        unreachable!("the guard draws no page")
    }
}

/// The routes with their access and a handler that only says that it was reached.
fn hollow() -> Vec<Route> {
    let mut routes = toancanh::serve::routes();
    for route in &mut routes {
        let filter = MethodFilter::try_from(route.method.clone()).unwrap();
        route.handler = on(filter, || async { "reached" });
    }
    routes
}

fn address(path: &str) -> String {
    let parts = path.split('/').map(|p| if p.starts_with('{') { "x" } else { p });
    parts.collect::<Vec<_>>().join("/")
}

/// What the access promises, without asking the guard.
fn promised(access: Access, role: Option<Role>, reads_page: bool) -> StatusCode {
    match (access, role) {
        (Access::Public, _) | (Access::SignedIn, Some(_)) => StatusCode::OK,
        (_, None) if reads_page => StatusCode::SEE_OTHER,
        (_, None) => StatusCode::UNAUTHORIZED,
        (Access::Needs(p), Some(role)) if role.permissions().contains(p) => StatusCode::OK,
        (Access::Needs(_), Some(_)) => StatusCode::FORBIDDEN,
    }
}

async fn house(db: &storage::testing::TestDb) -> House {
    let words = toancanh::open::words().unwrap();
    let files = Files::under(db.folder());
    let house = Builder::new(db.db.clone(), files, Arc::new(SystemClock), words).build();
    house.furnish(Arc::new(Credulous), Arc::new(Nothing), Vec::new());
    house
}

#[tokio::test]
async fn every_route_answers_every_role_as_its_access_says() {
    let db = storage::testing::sqlite().unwrap();
    let house = house(&db).await;
    let roles: Vec<Option<Role>> = std::iter::once(None).chain(Role::ALL.into_iter().map(Some)).collect();
    let mut table = format!("{:<6} {:<52}", "", "");
    for role in &roles {
        write!(table, " {:>12}", role.map_or("public", Role::name)).unwrap();
    }
    table.push('\n');
    let mut routes = hollow();
    routes.sort_by(|a, b| (a.path, a.method.as_str()).cmp(&(b.path, b.method.as_str())));
    let app = kit::http::router(&house, &routes).with_state(house.clone());
    for route in &routes {
        write!(table, "{:<6} {:<52}", route.method.as_str(), route.path).unwrap();
        for role in &roles {
            let mut request = Request::builder().method(route.method.clone()).uri(address(route.path));
            if let Some(role) = role {
                request = request.header("x-role", role.name());
            }
            let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            let status = response.status();
            let page = route.method == Method::GET && !route.path.starts_with("/api/");
            let wanted = promised(route.access, *role, page);
            assert_eq!(status, wanted, "{} {} as {role:?}", route.method, route.path);
            write!(table, " {:>12}", status.as_u16()).unwrap();
        }
        table.push('\n');
    }
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all/role_route_matrix.txt");
    if std::env::var_os("TOANCANH_TEST_UPDATE").is_some() {
        std::fs::write(&kept, &table).unwrap();
    }
    let wanted = std::fs::read_to_string(&kept).unwrap_or_default();
    for (found, wanted) in table.lines().zip(wanted.lines()) {
        assert_eq!(found, wanted, "the matrix changed; if it should, run with TOANCANH_TEST_UPDATE=1");
    }
    assert_eq!(table.lines().count(), wanted.lines().count(), "routes came or went: TOANCANH_TEST_UPDATE=1");
}

#[tokio::test]
async fn a_form_that_another_site_made_is_refused_on_every_route_that_changes_something() {
    let db = storage::testing::sqlite().unwrap();
    let house = house(&db).await;
    let routes = hollow();
    let app = kit::http::router(&house, &routes).with_state(house.clone());
    for route in routes.iter().filter(|r| r.method != Method::GET) {
        let request = Request::builder()
            .method(route.method.clone())
            .uri(address(route.path))
            .header("x-role", "admin")
            .header("sec-fetch-site", "cross-site");
        let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{} {}", route.method, route.path);
    }
}
