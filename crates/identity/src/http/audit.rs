//! The audit log: the page, its filters, the export.

use std::collections::HashMap;

use askama::Template;
use axum::body::Body;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use foundation::moment::rfc3339;
use foundation::text::fold;
use foundation::{Date, Instant, Result};
use futures_util::stream;
use http::{StatusCode, header};
use kit::http::{moment, url_encode};
use kit::{Context, Permission};
use serde::Deserialize;
use units::Atlas;
use uuid::Uuid;
use web::{Answer, Page};

use crate::grant::Charge;
use crate::http::accounts::read_day;
use crate::http::detail::{Pair, pairs};
use crate::http::{Told, page_with, told};
use crate::seal::{self, Report};
use crate::sheet::csv as csv_of;
use crate::store::log::{self, Entry, Filter};
use crate::store::{accounts, grants, keys};
use crate::token::hex;

const PER_PAGE: i64 = 50;
const PER_CHUNK: i64 = 1000;

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(super) struct Asked {
    who: String,
    action: String,
    subject: String,
    from: String,
    to: String,
    cursor: String,
    check: String,
}

impl Asked {
    /// The filters as a query, for the links to older rows and to the export.
    fn query(&self) -> String {
        let fields = [
            ("who", &self.who),
            ("action", &self.action),
            ("subject", &self.subject),
            ("from", &self.from),
            ("to", &self.to),
        ];
        let set = fields.iter().filter(|(_, v)| !v.is_empty());
        set.map(|(k, v)| format!("{k}={}", url_encode(v))).collect::<Vec<_>>().join("&")
    }
}

struct Line {
    seq: Option<i64>,
    at: String,
    iso: String,
    actor: String,
    action: String,
    code: String,
    subject: String,
    detail: Vec<Pair>,
    hash: Option<String>,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    page: Page,
    fault: Option<String>,
    asked: Asked,
    query: String,
    lines: Vec<Line>,
    older: Option<String>,
    report: Option<Report>,
    broken_at: String,
}

/// What ids stand for, for people: the log itself holds no names.
struct Names {
    known: HashMap<String, String>,
    map: std::sync::Arc<units::Map>,
    day: Date,
}

impl Names {
    async fn read(cx: &Context) -> Result<Names> {
        let mut known = HashMap::new();
        for account in accounts::all(&cx.db).await? {
            known.insert(format!("account:{}", account.id), account.name);
        }
        for key in keys::all(&cx.db).await? {
            known.insert(format!("key:{}", key.id), key.name);
        }
        let map = cx.house.get::<Atlas>()?.map();
        Ok(Names { known, map, day: Date::of(cx.clock.now()) })
    }

    fn of(&self, id: &str) -> String {
        if let Some(name) = self.known.get(id) {
            return name.clone();
        }
        match id.strip_prefix("unit:").and_then(|u| u.parse().ok()) {
            Some(unit) => self.map.name(unit, self.day),
            None => id.to_owned(),
        }
    }

    /// The actors that fit what somebody typed: a name, or the id itself.
    fn fitting(&self, text: &str) -> Vec<String> {
        let wanted = fold(text);
        let mut found: Vec<String> = self
            .known
            .iter()
            .filter(|(_, name)| fold(name).contains(&wanted))
            .map(|(id, _)| id.clone())
            .collect();
        found.push(text.trim().to_owned());
        found
    }
}

/// Whom the reader may read about: everybody, or themselves and who holds something where they may read the
/// log.
async fn visible(cx: &Context) -> Result<Option<Vec<String>>> {
    let charge = Charge::of(cx, Permission::ReadAudit).await?;
    if matches!(charge, Charge::Everything) {
        return Ok(None);
    }
    let day = Date::of(cx.clock.now());
    let mut list = vec![cx.actor.audit_name()];
    let live = grants::live(&cx.db, day).await?;
    for held in live.chunk_by(|a, b| a.account == b.account) {
        if held.iter().all(|g| charge.covers(g.unit, &g.packs)) {
            list.extend(held.first().map(|g| format!("account:{}", g.account)));
        }
    }
    Ok(Some(list))
}

async fn filter(cx: &Context, asked: &Asked, names: &Names) -> Result<Filter> {
    let some = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    let (at, id) = asked.cursor.split_once('.').unwrap_or_default();
    Ok(Filter {
        actors: some(&asked.who).map(|who| names.fitting(&who)),
        visible: visible(cx).await?,
        action: some(&asked.action),
        subject: some(&asked.subject),
        from: read_day(&asked.from)?.map(Date::start),
        until: read_day(&asked.to)?.map(|d| d.add_days(1).start()),
        older_than: at.parse().ok().map(Instant).zip(Uuid::parse_str(id).ok()),
    })
}

/// The message that names an action, the module's own or identity's; the code itself when there is none.
fn action_name(cx: &Context, code: &str) -> String {
    let key = code.replace(['.', '_'], "-");
    let keys = [format!("identity-action-{key}"), format!("action-{key}")];
    keys.iter().find(|k| cx.words.knows(cx.lang, k)).map_or_else(|| code.to_owned(), |k| cx.t(k))
}

fn line(cx: &Context, names: &Names, entry: Entry) -> Line {
    Line {
        seq: entry.seq,
        at: moment(entry.at, cx.lang),
        iso: rfc3339(entry.at),
        actor: names.of(&entry.actor),
        action: action_name(cx, &entry.action),
        subject: names.of(&entry.subject),
        code: entry.action,
        detail: pairs(cx, &entry.detail, &|unit| names.map.name(unit, names.day)),
        hash: entry.hash.map(|h| hex(&h[..4.min(h.len())])),
    }
}

pub(super) async fn page(cx: Context, Query(asked): Query<Asked>) -> Answer {
    let names = Names::read(&cx).await?;
    let (filter, fault): (Filter, Option<Told>) = match filter(&cx, &asked, &names).await {
        Ok(filter) => (filter, None),
        Err(e) => (Filter { visible: visible(&cx).await?, ..Filter::default() }, Some(told(&cx, e)?)),
    };
    let mut rows = log::find(&cx.db, &filter, PER_PAGE + 1).await?;
    let more = rows.len() > PER_PAGE as usize;
    rows.truncate(PER_PAGE as usize);
    let query = asked.query();
    let glue = if query.is_empty() { "" } else { "&" };
    let last = rows.last().filter(|_| more);
    let older = last.map(|e| format!("/audit?{query}{glue}cursor={}.{}", e.at.0, e.id));
    let report = if asked.check.is_empty() { None } else { Some(seal::verify(&cx.db).await?) };
    let broken = report.as_ref().and_then(|r| r.first_broken.as_ref()).and_then(|b| b.at);
    let (status, fault) = fault.map_or((StatusCode::OK, None), |t| (t.status, Some(t.sentence)));
    let shown = AuditPage {
        page: cx.page(cx.t("identity-audit"))?,
        fault,
        query,
        lines: rows.into_iter().map(|e| line(&cx, &names, e)).collect(),
        older,
        broken_at: broken.map_or_else(String::new, |at| moment(at, cx.lang)),
        report,
        asked,
    };
    page_with(status, &shown)
}

/// The whole log that fits, page by page as the reader takes it.
pub(super) async fn csv(cx: Context, Query(asked): Query<Asked>) -> Answer {
    let names = Names::read(&cx).await?;
    let filter = filter(&cx, &asked, &names).await?;
    let mut tx = cx.db.begin().await?;
    // Whom somebody looked for was typed as a name, and the log holds none.
    let kept = Asked { who: String::new(), ..asked };
    kit::audit(&mut tx, &cx, "audit.export", "audit", &serde_json::json!({ "query": kept.query() })).await?;
    tx.commit().await?;
    let db = cx.db.clone();
    let rows = stream::try_unfold((filter, true, false), move |(mut filter, head, done)| {
        let db = db.clone();
        async move {
            if done {
                return Ok::<_, foundation::Error>(None);
            }
            let rows = log::find(&db, &filter, PER_CHUNK).await?;
            filter.older_than = rows.last().map(|e| (e.at, e.id));
            let done = rows.len() < PER_CHUNK as usize;
            Ok(Some((csv_of(&rows, head)?, (filter, false, done))))
        }
    });
    let response: Response = (
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
            (header::CACHE_CONTROL, "no-store"),
        ],
        Body::from_stream(rows),
    )
        .into_response();
    Ok(response)
}
