//! The language and the theme, kept in cookies; the language also in the account, for the next machine.

use axum::Form;
use axum::response::{IntoResponse, Redirect};
use foundation::Lang;
use kit::http::{LANG_COOKIE, THEME_COOKIE};
use kit::{Actor, Context};
use serde::Deserialize;
use web::{Answer, Theme};

use crate::http::{is_local, with_cookie};
use crate::store::accounts;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Choice {
    lang: String,
    theme: String,
    back: String,
}

/// The cookie that keeps a choice for a year.
pub(super) fn kept(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax")
}

fn back(choice: &Choice) -> Answer {
    let to = if is_local(&choice.back) { &choice.back } else { "/" };
    Ok(Redirect::to(to).into_response())
}

pub(super) async fn lang(cx: Context, Form(choice): Form<Choice>) -> Answer {
    let Some(lang) = Lang::parse(&choice.lang) else { return back(&choice) };
    if let Actor::Person { id, .. } = &cx.actor {
        let mut tx = cx.db.begin().await?;
        accounts::set_language(&mut tx, *id, lang.tag()).await?;
        tx.commit().await?;
    }
    with_cookie(back(&choice), &kept(LANG_COOKIE, lang.tag()))
}

pub(super) async fn theme(_: Context, Form(choice): Form<Choice>) -> Answer {
    let Some(theme) = Theme::parse(&choice.theme) else { return back(&choice) };
    with_cookie(back(&choice), &kept(THEME_COOKIE, theme.name()))
}
