//! The pages of notices. Everything works without script.

mod bell;
mod document;
mod letter;
mod log;
mod mailings;
mod push;
mod settings;
mod templates;

use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use foundation::{Error, Kind, Lang};
use http::{HeaderValue, StatusCode, header};
use kit::{Access, Context, Permission, Route};
use web::{Answer, Fault};

use crate::actions::send_mailing::MOST_BYTES;
use crate::book::Tongue;
use crate::channel::Via;

/// Who may call what.
pub(crate) fn routes() -> Vec<Route> {
    use Access::{Needs, Public, SignedIn};
    let manage = Needs(Permission::ManageNotices);
    let send = Needs(Permission::SendNotices);
    let upload = DefaultBodyLimit::max(MOST_BYTES + 1024 * 1024);
    vec![
        Route::get("/notices", SignedIn, get(bell::list)),
        Route::post("/notices/read", SignedIn, post(bell::read_all)),
        Route::get("/notices/open/{id}", SignedIn, get(bell::open)),
        Route::get("/notices/settings", SignedIn, get(settings::show)),
        Route::post("/notices/settings", SignedIn, post(settings::save)),
        Route::get("/notices/push/key", SignedIn, get(push::key)),
        Route::post("/notices/push/subscribe", SignedIn, post(push::put)),
        Route::post("/notices/push/unsubscribe", SignedIn, post(push::remove)),
        Route::get("/notices/templates", manage, get(templates::list)),
        Route::get("/notices/templates/{kind}", manage, get(templates::show)),
        Route::post("/notices/templates/{kind}", manage, post(templates::save)),
        Route::get("/notices/log", manage, get(log::list)),
        Route::post("/notices/log/{id}/retry", manage, post(log::retry)),
        Route::get("/notices/document/{id}", SignedIn, get(document::mine)),
        Route::get("/notices/document/{id}/file", SignedIn, get(document::my_file)),
        Route::get("/notices/mailings", send, get(mailings::list)),
        Route::post("/notices/mailings", send, post(mailings::send).layer(upload)),
        Route::get("/notices/mailings/new", send, get(mailings::new)),
        Route::get("/notices/mailings/{id}", send, get(mailings::show)),
        Route::get("/notices/mailings/{id}/file", send, get(mailings::file)),
        Route::get("/n/{token}/file", Public, get(document::file)),
        Route::get("/n/{token}", Public, get(letter::open)),
        Route::get("/n/{token}/stop", Public, get(letter::stop_page)),
        Route::post("/n/{token}/stop", Public, post(letter::stop)),
    ]
}

/// One of the pages of this module, for the row of tabs.
pub(crate) struct Tab {
    pub href: &'static str,
    pub label: String,
    pub here: bool,
}

/// The pages that the reader may open.
pub(crate) fn tabs(cx: &Context) -> Vec<Tab> {
    let path = cx.path.split('?').next().unwrap_or_default();
    let tab = |href: &'static str, key: &str| Tab { href, label: cx.t(key), here: under(path, href) };
    let mut tabs = vec![tab("/notices", "notices-mine"), tab("/notices/settings", "notices-settings")];
    if cx.may(Permission::SendNotices) {
        tabs.push(tab("/notices/mailings", "notices-mailings"));
    }
    if cx.may(Permission::ManageNotices) {
        tabs.push(tab("/notices/templates", "notices-templates"));
        tabs.push(tab("/notices/log", "notices-log"));
    }
    tabs
}

fn under(path: &str, href: &str) -> bool {
    path == href || (href != "/notices" && path.starts_with(&format!("{href}/")))
}

/// The language of messages that fits the language of pages.
pub(crate) fn tongue(lang: Lang) -> Tongue {
    match lang {
        Lang::Vi => Tongue::Vi,
        Lang::En => Tongue::En,
    }
}

/// What a way is called.
pub(crate) fn way(cx: &Context, via: Via) -> String {
    cx.t(&format!("notices-via-{}", via.name()))
}

/// The sentence of an error in the reader's language. Errors speak Vietnamese; other languages have a
/// message by its code.
fn sentence(cx: &Context, error: &Error) -> String {
    let key = format!("notices-fault-{}", error.code().replace('_', "-"));
    match cx.lang != Lang::Vi && cx.words.knows(cx.lang, &key) {
        true => cx.t(&key),
        false => error.message().to_owned(),
    }
}

/// What a form is shown again with. What the person can do nothing about goes on as a fault.
pub(crate) fn told(cx: &Context, error: Error) -> Result<(StatusCode, String), Fault> {
    match error.kind() {
        Kind::Internal | Kind::Unavailable | Kind::NotFound => Err(error.into()),
        _ => Ok((web::fault::status(&error), sentence(cx, &error))),
    }
}

/// A page with a status, kept in no cache: it is one person's.
pub(crate) fn own_page<T: askama::Template>(status: StatusCode, template: &T) -> Answer {
    let mut response = kit::http::page(template)?;
    *response.status_mut() = status;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
