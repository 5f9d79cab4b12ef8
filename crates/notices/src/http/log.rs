//! `/notices/log`: what was sent, and how it went. Ids and masked addresses, no texts.

use askama::Template;
use axum::extract::{Path, Query};
use http::StatusCode;
use kit::Context;
use kit::http::{moment, redirect_with};
use serde::Deserialize;
use uuid::Uuid;
use web::{Answer, Page};

use crate::actions;
use crate::channel::Via;
use crate::http::{Tab, own_page, tabs, way};
use crate::kinds::{self, KINDS};
use crate::store::deliveries::{self, Listed};

const PER_PAGE: i64 = 50;

/// The states that the filter offers.
const STATES: [&str; 7] = ["waiting", "sending", "sent", "opened", "uncertain", "given_up", "stopped"];

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    state: String,
    via: String,
    kind: String,
    notice: String,
    before: String,
}

struct Choice {
    value: &'static str,
    label: String,
    chosen: bool,
}

struct Line {
    id: Uuid,
    kind: String,
    notice: Uuid,
    person: String,
    way: String,
    masked: String,
    state: String,
    look: &'static str,
    tries: i64,
    error: String,
    provider_id: String,
    created: String,
    sent: String,
    next: String,
    can_retry: bool,
    sure: String,
}

#[derive(Template)]
#[template(path = "notice_log.html")]
struct LogPage {
    page: Page,
    tabs: Vec<Tab>,
    states: Vec<Choice>,
    ways: Vec<Choice>,
    kinds: Vec<Choice>,
    lines: Vec<Line>,
    older: Option<String>,
}

fn look(state: &str) -> &'static str {
    match state {
        "sent" | "opened" => "is-good",
        "uncertain" => "is-watch",
        "given_up" => "is-bad",
        _ => "is-none",
    }
}

/// Why a try failed, in words where the reason is one of ours.
fn error(cx: &Context, code: &str) -> String {
    let key = format!("notices-error-{}", code.replace('_', "-"));
    if cx.words.knows(cx.lang, &key) { cx.t(&key) } else { code.to_owned() }
}

fn line(cx: &Context, d: Listed) -> Line {
    // A way that a hand holds is on its way; which step it is at is nobody's business.
    let state = if d.state == "taken" { "sending" } else { d.state.as_str() };
    let uncertain = state == "uncertain";
    Line {
        id: d.id,
        kind: kinds::kind(&d.kind).map_or(d.kind.clone(), |k| cx.t(&k.word())),
        notice: d.notice,
        person: format!("{}:{}", d.side, d.person),
        way: Via::parse(&d.via).map(|via| way(cx, via)).unwrap_or_default(),
        masked: d.masked.unwrap_or_default(),
        look: look(state),
        state: cx.t(&format!("notices-state-{}", state.replace('_', "-"))),
        tries: d.attempts,
        error: d.error.map(|e| error(cx, &e)).unwrap_or_default(),
        provider_id: d.provider_id.unwrap_or_default(),
        created: moment(d.created_at, cx.lang),
        sent: d.sent_at.map(|at| moment(at, cx.lang)).unwrap_or_default(),
        next: if state == "waiting" { moment(d.next_at, cx.lang) } else { String::new() },
        can_retry: uncertain || state == "given_up",
        sure: cx.t(if uncertain { "notices-retry-uncertain" } else { "notices-retry-sure" }),
    }
}

pub(super) async fn list(cx: Context, Query(asked): Query<Asked>) -> Answer {
    let state = STATES.into_iter().find(|s| *s == asked.state);
    let via = Via::parse(&asked.via);
    let kind = kinds::kind(&asked.kind);
    let notice: Option<Uuid> = asked.notice.parse().ok();
    let question = deliveries::Asked {
        state: state.map(str::to_owned),
        via: via.map(|v| v.name().to_owned()),
        kind: kind.map(|k| k.name.to_owned()),
        notice,
        before: asked.before.parse().ok(),
    };
    let mut rows = deliveries::list(&cx.db, &question, PER_PAGE + 1).await?;
    let more = rows.len() > PER_PAGE as usize;
    rows.truncate(PER_PAGE as usize);
    let older = rows.last().filter(|_| more).map(|last| {
        let (state, via) = (state.unwrap_or_default(), via.map_or("", Via::name));
        let (kind, notice) = (kind.map_or("", |k| k.name), notice.map(|n| n.to_string()).unwrap_or_default());
        format!("/notices/log?state={state}&via={via}&kind={kind}&notice={notice}&before={}", last.id)
    });
    let choice = |value, label, chosen| Choice { value, label, chosen };
    let word = |s: &str| cx.t(&format!("notices-state-{}", s.replace('_', "-")));
    let ways = Via::ALL.into_iter().filter(|v| *v != Via::App);
    let page = LogPage {
        page: cx.page(cx.t("notices-log"))?,
        tabs: tabs(&cx),
        states: STATES.map(|s| choice(s, word(s), state == Some(s))).into(),
        ways: ways.map(|v| choice(v.name(), way(&cx, v), via == Some(v))).collect(),
        kinds: KINDS.iter().map(|k| choice(k.name, cx.t(&k.word()), asked.kind == k.name)).collect(),
        lines: rows.into_iter().map(|d| line(&cx, d)).collect(),
        older,
    };
    own_page(StatusCode::OK, &page)
}

pub(super) async fn retry(cx: Context, Path(id): Path<Uuid>) -> Answer {
    actions::retry::retry(&cx, id).await?;
    redirect_with("/notices/log", &cx.t("notices-retried"))
}
