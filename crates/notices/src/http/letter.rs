//! `/n/…`: where the links of messages lead. No signing in: the token shows that the link is ours, and which
//! message it was.

use std::collections::HashMap;

use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect};
use bytes::Bytes;
use foundation::{Result, error::not_found};
use http::{Method, StatusCode};
use kit::Context;
use web::{Answer, Page};

use crate::actions::stop::Stop;
use crate::channel::Via;
use crate::http::{bell, document, own_page, way};
use crate::kinds;
use crate::office::Office;
use crate::store::deliveries::{self, Listed};
use crate::store::mailings;
use crate::store::notices::{self, Kept};
use crate::token;

#[derive(Template)]
#[template(path = "letter.html")]
struct LetterPage {
    page: Page,
    token: String,
    body: String,
    link: String,
    may_stop: bool,
}

#[derive(Template)]
#[template(path = "stop.html")]
struct StopPage {
    page: Page,
    token: String,
    kind: String,
    way: String,
    /// Whether the message was a daily letter, which has no kind of its own.
    daily: bool,
    done: Option<String>,
}

impl StopPage {
    fn lead(&self) -> String {
        self.page.t2("notices-stop-lead", ("kind", &self.kind), ("way", &self.way))
    }
}

pub(super) async fn find(cx: &Context, token: &str) -> Result<(Listed, Kept)> {
    let old = || not_found("notice_link_old", "Đường dẫn này không còn dùng được.");
    let office = cx.house.get::<Office>()?;
    let id = token::read(office.key(), token).ok_or_else(old)?;
    let way = deliveries::get(&cx.db, id).await?.ok_or_else(old)?;
    let kept = notices::get(&cx.db, way.notice).await?.filter(|k| k.given.is_some()).ok_or_else(old)?;
    Ok((way, kept))
}

/// The first visit counts; a program that only asks for the head is no visitor.
pub(super) async fn count(cx: &Context, method: &Method, way: &Listed, kept: &Kept) -> Result<()> {
    if way.opened_at.is_some() || method != Method::GET {
        return Ok(());
    }
    let now = cx.clock.now();
    let mut tx = cx.db.begin().await?;
    deliveries::opened(&mut tx, way.id, now).await?;
    // Whoever opened it has it, also where nobody knew whether it had left.
    mailings::delivered(&mut tx, kept.id, now).await?;
    mailings::opened(&mut tx, kept.id, now).await?;
    if let Some(person) = kept.to() {
        notices::read(&mut tx, person, Some(kept.id), now).await?;
    }
    tx.commit().await
}

/// Goes on to the page of the message. From a telephone, where a text has no room for more, over a page that
/// says what it is and how to stop it.
pub(super) async fn open(cx: Context, method: Method, Path(token): Path<String>) -> Answer {
    let (way, kept) = find(&cx, &token).await?;
    count(&cx, &method, &way, &kept).await?;
    if let Some(mailing) = kept.mailing {
        return document::received(&cx, mailing, &format!("/n/{token}")).await;
    }
    let short = matches!(Via::parse(&way.via), Some(Via::Sms | Via::Zalo));
    if !short && !kept.link.is_empty() {
        return Ok(Redirect::to(&kept.link).into_response());
    }
    let (title, body) = bell::told(&cx, &kept, &mut HashMap::new()).await?.unwrap_or_default();
    let may_stop = kinds::kind(&kept.kind).is_some_and(|k| !k.always);
    let page = cx.page(title)?;
    own_page(StatusCode::OK, &LetterPage { page, token, body, link: kept.link, may_stop })
}

async fn stop_view(cx: &Context, token: String, way_of: &Listed, done: Option<String>) -> Answer {
    let kind = kinds::kind(&way_of.kind).map(|k| cx.t(&k.word())).unwrap_or_default();
    let way = Via::parse(&way_of.via).map(|via| way(cx, via)).unwrap_or_default();
    let page = cx.page(cx.t("notices-stop"))?;
    own_page(StatusCode::OK, &StopPage { page, token, kind, way, daily: way_of.digest, done })
}

pub(super) async fn stop_page(cx: Context, Path(token): Path<String>) -> Answer {
    let (way, _) = find(&cx, &token).await?;
    stop_view(&cx, token, &way, None).await
}

/// The button of the page, and the one click of a program for letters (RFC 8058), whose body says nothing
/// more and may come in two types.
pub(super) async fn stop(cx: Context, Path(token): Path<String>, body: Bytes) -> Answer {
    let (way, _) = find(&cx, &token).await?;
    let all = way.digest || body.split(|b| *b == b'&').any(|pair| pair == b"what=way");
    let what = if all { Stop::Way } else { Stop::Kind };
    what.run(&cx, way.id).await?;
    let done = cx.t(if all { "notices-stopped-way" } else { "notices-stopped-kind" });
    stop_view(&cx, token, &way, Some(done)).await
}
