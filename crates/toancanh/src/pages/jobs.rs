//! `/jobs`: what runs in the background, what failed, which events could not be handled; try again, cancel.

use askama::Template;
use axum::extract::{Path, Query};
use foundation::{Instant, Lang};
use kit::http::{moment, page, redirect_with};
use kit::{Context, audit};
use serde::Deserialize;
use serde_json::json;
use storage::jobs::{self, Listed};
use storage::outbox::{self, Failed};
use uuid::Uuid;
use web::{Answer, Page};

const PER_PAGE: i64 = 50;

/// The states, as the filter lists them.
const STATES: [&str; 5] = ["running", "ready", "dead", "done", "cancelled"];

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Asked {
    state: String,
    before: String,
}

struct Line {
    id: Uuid,
    name: String,
    kind: String,
    state: String,
    look: &'static str,
    tries: String,
    began: String,
    ended: String,
    progress: String,
    error: String,
    can_retry: bool,
    can_cancel: bool,
}

/// An event that could not be handled yet.
struct Stuck {
    seq: i64,
    name: String,
    aside: bool,
    tries: String,
    began: String,
    next: String,
    error: String,
}

struct Tab {
    href: String,
    label: String,
    count: i64,
    here: bool,
}

#[derive(Template)]
#[template(path = "jobs.html")]
struct JobsPage {
    page: Page,
    tabs: Vec<Tab>,
    running: Vec<Line>,
    lines: Vec<Line>,
    stuck: Vec<Stuck>,
    dead: i64,
    older: Option<String>,
}

/// What a kind of job is called: the module's own word `job-…`, or the kind itself.
fn name(cx: &Context, kind: &str) -> String {
    let key = format!("job-{}", kind.replace(['.', '_'], "-"));
    let known = cx.words.knows(cx.lang, &key) || cx.words.knows(Lang::Vi, &key);
    if known { cx.t(&key) } else { kind.to_owned() }
}

fn line(cx: &Context, job: Listed) -> Line {
    let look = match job.state.as_str() {
        "done" => "is-good",
        "dead" => "is-bad",
        "running" => "is-warn",
        _ => "is-none",
    };
    Line {
        id: job.id,
        name: name(cx, &job.kind),
        kind: job.kind,
        look,
        tries: format!("{}/{}", job.attempts, job.max_attempts),
        began: moment(job.created_at, cx.lang),
        ended: job.finished_at.map_or_else(String::new, |at| moment(at, cx.lang)),
        progress: job.progress.unwrap_or_default(),
        error: job.last_error.unwrap_or_default(),
        can_retry: matches!(job.state.as_str(), "dead" | "cancelled"),
        can_cancel: matches!(job.state.as_str(), "ready" | "running"),
        state: job.state,
    }
}

fn stuck(cx: &Context, event: Failed) -> Stuck {
    let aside = event.attempts >= outbox::MAX_ATTEMPTS;
    let next = event.next_at.filter(|_| !aside);
    Stuck {
        seq: event.seq,
        aside,
        tries: format!("{}/{}", event.attempts, outbox::MAX_ATTEMPTS),
        began: moment(event.created_at, cx.lang),
        next: next.map_or_else(String::new, |at| moment(at, cx.lang)),
        error: event.last_error.unwrap_or_default(),
        name: event.event,
    }
}

/// `GET /jobs?state=&before=`
pub(crate) async fn list(cx: Context, Query(asked): Query<Asked>) -> Answer {
    let state = STATES.into_iter().find(|s| *s == asked.state);
    let before = asked.before.parse().ok().map(Instant);
    let mut rows = jobs::list(&cx.db, state, before, PER_PAGE + 1).await?;
    let more = rows.len() > PER_PAGE as usize;
    rows.truncate(PER_PAGE as usize);
    let filter = state.map_or_else(String::new, |s| format!("state={s}&"));
    let last = rows.last().filter(|_| more);
    let older = last.map(|job| format!("/jobs?{filter}before={}", job.created_at.0));
    let counts = jobs::counts(&cx.db).await?;
    let count = |state: &str| counts.iter().find(|c| c.0 == state).map_or(0, |c| c.1);
    let all = Tab {
        href: "/jobs".into(),
        label: cx.t("jobs-all"),
        count: counts.iter().map(|c| c.1).sum(),
        here: state.is_none(),
    };
    let each = STATES.iter().map(|s| Tab {
        href: format!("/jobs?state={s}"),
        label: cx.t(&format!("jobs-state-{s}")),
        count: count(s),
        here: state == Some(*s),
    });
    let running = match before {
        None => jobs::list(&cx.db, Some("running"), None, PER_PAGE).await?,
        Some(_) => Vec::new(),
    };
    let failed = match before {
        None => outbox::troubled(&cx.db, PER_PAGE).await?,
        Some(_) => Vec::new(),
    };
    page(&JobsPage {
        page: cx.page(cx.t("jobs-title"))?,
        tabs: std::iter::once(all).chain(each).collect(),
        running: running.into_iter().map(|j| line(&cx, j)).collect(),
        lines: rows.into_iter().map(|j| line(&cx, j)).collect(),
        stuck: failed.into_iter().map(|e| stuck(&cx, e)).collect(),
        dead: count("dead"),
        older,
    })
}

/// `POST /jobs/{id}/retry`
pub(crate) async fn retry(cx: Context, Path(id): Path<Uuid>) -> Answer {
    let mut tx = cx.db.begin().await?;
    jobs::retry(&mut tx, cx.clock.as_ref(), id).await?;
    audit(&mut tx, &cx, "job.retry", &format!("job:{id}"), &json!({})).await?;
    tx.commit().await?;
    redirect_with("/jobs", &cx.t("jobs-retried"))
}

/// `POST /jobs/{id}/cancel`
pub(crate) async fn cancel(cx: Context, Path(id): Path<Uuid>) -> Answer {
    let mut tx = cx.db.begin().await?;
    jobs::cancel(&mut tx, cx.clock.as_ref(), id).await?;
    audit(&mut tx, &cx, "job.cancel", &format!("job:{id}"), &json!({})).await?;
    tx.commit().await?;
    redirect_with("/jobs", &cx.t("jobs-cancelled"))
}

/// `POST /jobs/events/{seq}/retry`
pub(crate) async fn retry_event(cx: Context, Path(seq): Path<i64>) -> Answer {
    let mut tx = cx.db.begin().await?;
    outbox::retry(&mut tx, seq).await?;
    audit(&mut tx, &cx, "event.retry", &format!("event:{seq}"), &json!({})).await?;
    tx.commit().await?;
    redirect_with("/jobs", &cx.t("jobs-event-retried"))
}
