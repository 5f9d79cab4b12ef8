//! One's own account.

use askama::Template;
use axum::Form;
use foundation::Lang;
use http::{HeaderMap, StatusCode};
use kit::Context;
use kit::http::{moment, redirect_with};
use serde::Deserialize;
use uuid::Uuid;
use web::{Answer, Page};

use crate::actions::change_password::ChangePassword;
use crate::actions::set_contacts::SetContacts;
use crate::actions::sign_out::SignOut;
use crate::actions::two_step::{BeginTwoStep, ConfirmTwoStep, StopTwoStep};
use crate::actions::{doorkeeper, own_id};
use crate::http::accounts::{GrantLine, grant_lines};
use crate::http::{Told, page_with, session_text, told};
use crate::store::accounts::{self, Account};
use crate::store::{contacts, grants, sessions};
use crate::totp;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Mine {
    old: String,
    password: String,
    again: String,
    code: String,
    session: Option<Uuid>,
    email: String,
    phone: String,
}

/// A secret that waits for its first code.
struct Wanted {
    qr: String,
    spelled: String,
}

struct SessionLine {
    id: Uuid,
    agent: String,
    seen: String,
    here: bool,
}

#[derive(Template)]
#[template(path = "me.html")]
struct MePage {
    page: Page,
    fault: Option<String>,
    account: Account,
    grants: Vec<GrantLine>,
    wanted: Option<Wanted>,
    sessions: Vec<SessionLine>,
    email: String,
    phone: String,
}

/// A browser in few words: the whole line says little to people.
fn browser(agent: &str) -> String {
    let has = |word: &str| agent.contains(word);
    let name = match () {
        _ if has("Edg/") => "Edge",
        _ if has("coc_coc") => "Cốc Cốc",
        _ if has("OPR/") => "Opera",
        _ if has("Firefox/") => "Firefox",
        _ if has("Chrome/") => "Chrome",
        _ if has("Safari/") => "Safari",
        _ => return agent.chars().take(40).collect(),
    };
    let machine = ["Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux"].into_iter().find(|m| has(m));
    machine.map_or(name.to_owned(), |m| format!("{name}, {m}"))
}

async fn show(cx: &Context, headers: &HeaderMap, fault: Option<Told>) -> Answer {
    let id = own_id(cx)?;
    let account = accounts::get(&cx.db, id).await?;
    let wanted = match accounts::secrets(&cx.db, id).await?.and_then(|s| s.totp_wanted) {
        Some(sealed) => {
            let secret = doorkeeper(cx)?.open(id, &sealed)?;
            Some(Wanted {
                qr: totp::qr(&totp::address(&secret, &account.sign_in), &cx.t("identity-qr"))?,
                spelled: totp::spelled(&secret),
            })
        }
        None => None,
    };
    let here = crate::token::hash(session_text(headers));
    let line = |s: sessions::Listed| SessionLine {
        id: s.id,
        agent: browser(&s.agent),
        seen: moment(s.seen_at, cx.lang),
        here: s.here,
    };
    let open = sessions::of_account(&cx.db, id, &here, cx.clock.now()).await?;
    let grants = grant_lines(cx, grants::of_account(&cx.db, id).await?, None)?;
    let (status, fault) = fault.map_or((StatusCode::OK, None), |t| (t.status, Some(t.sentence)));
    let page = cx.page(cx.t("identity-me"))?;
    let sessions = open.into_iter().map(line).collect();
    let own = contacts::of(&cx.db, id).await?;
    let (email, phone) =
        own.map(|c| (c.email.unwrap_or_default(), c.phone.unwrap_or_default())).unwrap_or_default();
    page_with(status, &MePage { page, fault, account, grants, wanted, sessions, email, phone })
}

async fn done(cx: &Context, headers: &HeaderMap, result: foundation::Result<()>, notice: &str) -> Answer {
    match result {
        Ok(()) => redirect_with("/me", &cx.t(notice)),
        Err(e) => {
            let fault = told(cx, e)?;
            show(cx, headers, Some(fault)).await
        }
    }
}

pub(super) async fn page(cx: Context, headers: HeaderMap) -> Answer {
    show(&cx, &headers, None).await
}

pub(super) async fn change_password(cx: Context, headers: HeaderMap, Form(form): Form<Mine>) -> Answer {
    if form.password != form.again {
        let sentence = cx.t("identity-passwords-differ");
        return show(&cx, &headers, Some(Told { status: StatusCode::UNPROCESSABLE_ENTITY, sentence })).await;
    }
    let session = session_text(&headers).to_owned();
    let result = ChangePassword { old: form.old, new: form.password, session }.run(&cx).await;
    done(&cx, &headers, result, "identity-password-changed").await
}

pub(super) async fn set_contacts(cx: Context, headers: HeaderMap, Form(form): Form<Mine>) -> Answer {
    let result = SetContacts { email: form.email, phone: form.phone }.run(&cx).await;
    done(&cx, &headers, result, "identity-contacts-saved").await
}

pub(super) async fn begin_two_step(cx: Context, headers: HeaderMap, Form(form): Form<Mine>) -> Answer {
    let result = BeginTwoStep { password: form.old }.run(&cx).await;
    done(&cx, &headers, result, "identity-two-step-begun").await
}

pub(super) async fn confirm_two_step(cx: Context, headers: HeaderMap, Form(form): Form<Mine>) -> Answer {
    let result = ConfirmTwoStep { code: form.code }.run(&cx).await;
    done(&cx, &headers, result, "identity-two-step-on").await
}

pub(super) async fn stop_two_step(cx: Context, headers: HeaderMap, Form(form): Form<Mine>) -> Answer {
    let result = StopTwoStep { password: form.old }.run(&cx).await;
    done(&cx, &headers, result, "identity-two-step-off").await
}

pub(super) async fn end_sessions(cx: Context, headers: HeaderMap, Form(form): Form<Mine>) -> Answer {
    let which = match form.session {
        Some(id) => SignOut::One(id),
        None => SignOut::Others(session_text(&headers).to_owned()),
    };
    let result = which.run(&cx).await;
    done(&cx, &headers, result, "identity-sessions-ended").await
}

impl MePage {
    fn is(&self, lang: &str) -> bool {
        Lang::parse(lang) == Some(self.page.lang)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_told_in_few_words() {
        let edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0";
        assert_eq!(browser(edge), "Edge, Windows");
        assert_eq!(browser("curl/8.5"), "curl/8.5");
    }
}
