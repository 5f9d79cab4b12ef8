//! `GET requests`, `GET requests/{service_request_id}`: what the desk published, in the words it published.
//! Nothing that the reporter wrote is here, and nothing of who they are.

use std::collections::BTreeMap;

use axum::response::Response;
use foundation::moment::rfc3339;
use foundation::{Lang, Result, error::not_found};

use super::asked::Asked;
use super::call::{Call, short};
use super::document::{Document, Node, text};
use super::services;
use crate::case::Case;
use crate::http::show::{Desk, number_of};
use crate::service::CaseType;
use crate::store::lists::{self, Filter, Sees};
use crate::store::photos;
use crate::workflow::Stage;

/// The standard's limit of a description.
const LONGEST: usize = 4_000;
/// Within so many seconds few cases changed, of all there are.
const LATELY_S: i64 = 7 * 86_400;

/// The answer to either question.
fn document(items: Vec<Node>) -> Document {
    Document { root: "service_requests", node: Node::List("request", items) }
}

/// No longer than the standard allows.
fn cut(words: &str) -> String {
    if words.chars().count() <= LONGEST {
        return words.to_owned();
    }
    words.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// How it stands, in words: the state, with the approved answer or the reason of a refusal. Where a case was
/// passed on to is not told: that it was a denunciation is nobody's business.
fn notes(case: &Case, kind: &CaseType) -> String {
    let state = kind.flow.state(&case.state).map_or(case.state.as_str(), |s| s.name.vi.as_str());
    let more = match case.stage() {
        Stage::Answered | Stage::Closed => case.answer.trim(),
        Stage::Refused => kind.flow.reason(&case.reason).map_or("", |r| r.name.vi.as_str()),
        _ => "",
    };
    if more.is_empty() { state.to_owned() } else { format!("{state}: {more}") }
}

/// The place in words, from small to large. What the reporter wrote as an address was read by nobody before
/// it would be published.
fn address(desk: &Desk, case: &Case) -> String {
    let root = desk.name(desk.root);
    if case.place == desk.root { root } else { format!("{}, {root}", desk.name(case.place)) }
}

/// A position as everybody sees it: to about ten metres, so that it names a street and no door.
fn degrees(at: Option<f64>) -> Node {
    at.map_or(Node::Nothing, |v| Node::Number((v * 10_000.0).round() / 10_000.0))
}

/// A published case as the standard tells it.
fn request(desk: &Desk, case: &Case, kind: &CaseType, media: Option<String>, notice: &str) -> Node {
    let category = kind.flow.category(&case.category).map_or(case.category.as_str(), |c| c.name.vi.as_str());
    let place = desk.map.on(case.place, desk.today).map_or("", |v| v.code.as_str());
    Node::Fields(vec![
        ("service_request_id", text(&case.code(&kind.flow.code))),
        ("status", text(if case.stage().is_open() { "open" } else { "closed" })),
        ("status_notes", text(&notes(case, kind))),
        ("service_name", text(category)),
        ("service_code", text(&services::code_of(desk, kind, &case.category))),
        ("description", text(&cut(&case.public_text))),
        ("agency_responsible", text(&desk.name(case.agency))),
        ("service_notice", text(notice)),
        ("requested_datetime", text(&rfc3339(case.received_at))),
        ("updated_datetime", text(&rfc3339(case.changed_at))),
        ("expected_datetime", case.promised_at.map_or(Node::Nothing, |at| text(&rfc3339(at)))),
        ("address", text(&address(desk, case))),
        ("address_id", text(place)),
        ("zipcode", Node::Nothing),
        ("lat", degrees(case.lat)),
        ("long", degrees(case.lon)),
        ("media_url", media.map_or(Node::Nothing, |url| text(&url))),
    ])
}

/// Published cases as requests, with their first photo that everybody may see.
async fn told(call: &Call, desk: &Desk, cases: &[Case]) -> Result<Document> {
    let ids = cases.iter().filter(|c| c.photos > 0).map(|c| c.seq).collect();
    let first: BTreeMap<i64, i64> = photos::first_of(&call.cx.db, ids).await?.into_iter().collect();
    let origin = call.origin().await?;
    let sample = call.cx.words.say(Lang::Vi, "case-demo", &[]);
    let mut items = Vec::with_capacity(cases.len());
    for case in cases {
        let kind = desk.types.get(&case.kind)?;
        let code = case.code(&kind.flow.code);
        let media = first.get(&case.seq).map(|n| format!("{origin}/reports/{code}/photos/{n}"));
        items.push(request(desk, case, &kind, media, if case.demo { &sample } else { "" }));
    }
    Ok(document(items))
}

pub(super) async fn list(call: Call) -> Response {
    call.answer(listed(&call).await)
}

async fn listed(call: &Call) -> Result<Document> {
    let desk = call.desk(&call.given)?;
    let asked = Asked::read(&call.given, desk.now)?;
    let db = &call.cx.db;
    if !asked.ids.is_empty() {
        let ids = asked.ids.iter().filter_map(|code| number_of(code)).collect();
        let named = |c: &Case| {
            let code = desk.types.find(&c.kind).map(|k| c.code(&k.flow.code));
            asked.ids.iter().any(|id| code.as_ref().is_some_and(|code| code.eq_ignore_ascii_case(id)))
        };
        let filter = Filter { ids, ..Filter::default() };
        let mut found = match filter.ids.is_empty() {
            true => Vec::new(),
            false => lists::page(db, &Sees::Public, &filter, None, asked.size).await?,
        };
        found.retain(named);
        return told(call, &desk, &found).await;
    }
    let mut filter = Filter {
        stages: asked.stages.clone(),
        received_from: asked.from,
        received_to: asked.to,
        changed_from: asked.changed_from,
        changed_to: asked.changed_to,
        lately: asked.changed_from.is_some_and(|from| desk.now.since(from) < LATELY_S * 1_000_000),
        ..Filter::default()
    };
    for code in &asked.services {
        let (kind, category) = services::find(&desk, code)?;
        filter.services.push((kind.id.clone(), category.id.clone()));
    }
    let after = match asked.skip {
        0 => None,
        skip => match lists::after(db, &Sees::Public, &filter, skip).await? {
            Some(last) => Some(last),
            None => return Ok(document(Vec::new())),
        },
    };
    let found = lists::page(db, &Sees::Public, &filter, after, asked.size).await?;
    told(call, &desk, &found).await
}

pub(super) async fn one(call: Call) -> Response {
    call.answer(single(&call).await)
}

async fn single(call: &Call) -> Result<Document> {
    let desk = call.desk(&call.given)?;
    let missing = || {
        let why = format!("Không có service_request_id «{}», hoặc chưa được công khai.", short(&call.name));
        not_found("request_not_found", why)
    };
    let id = number_of(&call.name).ok_or_else(missing)?;
    let case =
        crate::store::cases::get(&call.cx.db, id).await?.filter(|c| c.published).ok_or_else(missing)?;
    let kind = desk.types.get(&case.kind)?;
    if !case.code(&kind.flow.code).eq_ignore_ascii_case(&call.name) {
        return Err(missing());
    }
    told(call, &desk, std::slice::from_ref(&case)).await
}

/// `GET tokens/{token}`: every request gets its id at once, so no token was ever given out.
pub(super) async fn token(call: Call) -> Response {
    let refused = call.desk(&call.given).and_then(|_| {
        let why = format!(
            "Không có token «{}»: máy chủ này trả service_request_id ngay khi nhận.",
            short(&call.name)
        );
        Err(not_found("token_not_found", why))
    });
    call.answer(refused)
}
