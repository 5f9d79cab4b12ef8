//! The pages of identity. Everything works without script.

mod accounts;
mod audit;
mod detail;
mod door;
mod keys;
mod me;
mod settings;

use axum::routing::{get, post};
use foundation::{Error, Kind, Lang};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kit::{Access, Context, Permission, Route};
use web::{Answer, Fault};

use crate::auth::COOKIE;

/// Who may call what.
pub(crate) fn routes() -> Vec<Route> {
    use Access::{Needs, Public, SignedIn};
    let manage = Needs(Permission::ManageAccounts);
    let read_log = Needs(Permission::ReadAudit);
    vec![
        Route::get("/sign-in", Public, get(door::sign_in_page)),
        Route::post("/sign-in", Public, post(door::sign_in)),
        Route::post("/sign-in/code", Public, post(door::second_step)),
        Route::post("/sign-out", Public, post(door::sign_out)),
        Route::get("/first-run", Public, get(door::first_run_page)),
        Route::post("/first-run", Public, post(door::first_run)),
        Route::get("/invitation", Public, get(door::invitation_page)),
        Route::post("/invitation", Public, post(door::take_invitation)),
        Route::post("/settings/lang", Public, post(settings::lang)),
        Route::post("/settings/theme", Public, post(settings::theme)),
        Route::get("/me", SignedIn, get(me::page)),
        Route::post("/me/password", SignedIn, post(me::change_password)),
        Route::post("/me/contacts", SignedIn, post(me::set_contacts)),
        Route::post("/me/two-step", SignedIn, post(me::begin_two_step)),
        Route::post("/me/two-step/confirm", SignedIn, post(me::confirm_two_step)),
        Route::post("/me/two-step/stop", SignedIn, post(me::stop_two_step)),
        Route::post("/me/sessions/end", SignedIn, post(me::end_sessions)),
        Route::get("/accounts", manage, get(accounts::list)),
        Route::post("/accounts", manage, post(accounts::create)),
        Route::get("/accounts/new", manage, get(accounts::new)),
        Route::get("/accounts/{id}", manage, get(accounts::show)),
        Route::post("/accounts/{id}/grant", manage, post(accounts::grant)),
        Route::post("/accounts/{id}/revoke", manage, post(accounts::revoke)),
        Route::post("/accounts/{id}/invite", manage, post(accounts::invite)),
        Route::post("/accounts/{id}/disable", manage, post(accounts::disable)),
        Route::post("/accounts/{id}/enable", manage, post(accounts::enable)),
        Route::get("/keys", manage, get(keys::list)),
        Route::post("/keys", manage, post(keys::create)),
        Route::post("/keys/{id}/revoke", manage, post(keys::revoke)),
        Route::get("/audit", read_log, get(audit::page)),
        Route::get("/audit.csv", read_log, get(audit::csv)),
    ]
}

/// The sentence of an error in the reader's language. Errors speak Vietnamese; other languages have a
/// message by its code.
pub fn sentence(cx: &Context, error: &Error) -> String {
    let key = format!("identity-fault-{}", error.code().replace('_', "-"));
    match cx.lang != Lang::Vi && cx.words.knows(cx.lang, &key) {
        true => cx.t(&key),
        false => error.message().to_owned(),
    }
}

/// What a form is shown again with. What the person can do nothing about goes on as a fault.
pub(crate) struct Told {
    /// The status of the answer.
    pub status: StatusCode,
    /// What to do.
    pub sentence: String,
}

pub(crate) fn told(cx: &Context, error: Error) -> Result<Told, Fault> {
    match error.kind() {
        Kind::Internal | Kind::Unavailable => Err(error.into()),
        _ => Ok(Told { status: web::fault::status(&error), sentence: sentence(cx, &error) }),
    }
}

/// A page with a status.
pub(crate) fn page_with<T: askama::Template>(status: StatusCode, template: &T) -> Answer {
    let mut response = kit::http::page(template)?;
    *response.status_mut() = status;
    // What an account page shows is nobody else's, and a secret that is shown once stays in no cache.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The text of the session's cookie.
pub(crate) fn session_text(headers: &HeaderMap) -> &str {
    kit::http::cookie(headers, COOKIE).unwrap_or_default()
}

/// The browser's name for itself.
pub(crate) fn agent(headers: &HeaderMap) -> String {
    headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
}

/// Whether this is an address of ours, not of another site.
pub(crate) fn is_local(text: &str) -> bool {
    let plain = text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    text.starts_with('/') && !text.starts_with("//") && plain
}

/// A page of ours to go on to after the door; anything else, and the door itself, becomes `/`.
pub(crate) fn local_path(text: &str) -> &str {
    let door = ["/sign-in", "/sign-out", "/first-run", "/invitation"].iter().any(|d| text.starts_with(d));
    if is_local(text) && !door { text } else { "/" }
}

/// Adds a cookie to an answer.
pub(crate) fn with_cookie(answer: Answer, cookie: &str) -> Answer {
    let mut response = answer?;
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_of_ours_is_gone_back_to() {
        for ours in ["/", "/boards/health?unit=92", "/me"] {
            assert_eq!(local_path(ours), ours);
        }
        for other in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/a\r\nb",
            "/sign-in?back=/",
            "me",
        ] {
            assert_eq!(local_path(other), "/", "{other}");
        }
    }
}
