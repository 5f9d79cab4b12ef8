//! `GET /cases/new`: the desk's form: a call or a visit becomes a case; a task or an incident is begun here
//! too, from a tile, an alert or a document (`source`, `title`). Phone first: what the caller reported
//! before, where they agreed to it, stands beside the form.

use askama::Template;
use axum::extract::{Form, Query};
use axum::routing::get;
use foundation::{Kind, Result};
use http::StatusCode;
use kit::http::{page, redirect_with, url_encode};
use kit::{Access, Context, Permission, Route, UnitId};
use serde::Deserialize;
use units::Level;
use web::{Answer, Page};

use super::acts::moment;
use super::case::find;
use super::near::{self, Asked, Near, read_position};
use crate::actions::join::Join;
use crate::actions::receive::{Receipt, Receive, phone};
use crate::actions::step::TakeStep;
use crate::case::Given;
use crate::http::show::{Choice, Desk, number_of};
use crate::receipt;
use crate::service::CaseType;
use crate::store;
use crate::store::lists::{self, Filter, Sees};
use crate::store::people::Reporter;
use crate::workflow::{Deed, Intake};

pub(in crate::http) fn routes() -> Vec<Route> {
    let staff = Access::Needs(Permission::ReadInternal);
    vec![
        Route::get("/cases/new", staff, get(show)),
        Route::post("/cases/new", staff, axum::routing::post(receive)),
    ]
}

/// What the form holds, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    key: String,
    kind: String,
    channel: String,
    phone: String,
    name: String,
    email: String,
    consent: String,
    category: String,
    severity: String,
    place: String,
    address: String,
    title: String,
    content: String,
    source: String,
    /// Who is to do it, and by when: for what is given inside.
    agency: String,
    due: String,
    pass_on: String,
    /// «10.0452, 105.7469».
    position: String,
    /// The case nearby that the caller met too.
    join: String,
    /// The button that makes a new case beside those nearby.
    anyway: String,
    /// The button that only looks the caller up.
    look: String,
    /// The button that makes it another type; what was typed goes along.
    turn: String,
    /// The button that goes on to the next call.
    next: String,
}

/// A group of categories.
struct Group {
    name: String,
    categories: Vec<Choice>,
}

/// What the caller reported before.
struct Before {
    code: String,
    title: String,
    state: String,
    at: String,
}

#[derive(Template)]
#[template(path = "cases_new.html")]
struct NewPage {
    page: Page,
    typed: Typed,
    kinds: Vec<Choice>,
    groups: Vec<Group>,
    severities: Vec<Choice>,
    places: Vec<Choice>,
    channels: Vec<Choice>,
    before: Option<Vec<Before>>,
    near: Vec<Near>,
    from: Option<kit::Link>,
    /// Who may be given it, where the reader directs.
    agencies: Vec<Choice>,
    reporter: bool,
    fault: Option<String>,
}

/// The types that the reader may begin at the desk.
fn kinds(cx: &Context, desk: &Desk) -> Vec<std::sync::Arc<CaseType>> {
    let somewhere =
        |permission, pack: &str| cx.scope.units_where(permission, pack).is_none_or(|units| !units.is_empty());
    let may = |kind: &CaseType| match kind.flow.intake {
        Intake::Public | Intake::Desk => somewhere(Permission::TakeInCases, &kind.pack),
        Intake::Inside => {
            somewhere(Permission::DirectCases, &kind.pack)
                || somewhere(Permission::TakeInCases, &kind.pack)
                || somewhere(Permission::HandleCases, &kind.pack)
        }
    };
    desk.types.all().into_iter().filter(|k| may(k)).collect()
}

/// What came from this phone before, where its owner agreed that the desk may see it.
async fn before(cx: &Context, desk: &Desk, typed: &Typed) -> Result<Option<Vec<Before>>> {
    let Ok(digits) = phone(&typed.phone) else { return Ok(None) };
    if digits.is_empty() || !cx.may(Permission::ReadReporter) {
        return Ok(None);
    }
    let ids = store::people::of_phone(&cx.db, &digits, 10).await?;
    if ids.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let filter = Filter { ids, ..Filter::default() };
    let mut told = Vec::new();
    for case in lists::page(&cx.db, &Sees::All, &filter, None, 10).await? {
        let Some(kind) = desk.types.find(&case.kind) else { continue };
        if !cx.scope.allows(Permission::ReadReporter, case.place, &kind.pack) {
            continue;
        }
        told.push(Before {
            code: case.code(&kind.flow.code),
            title: case.title.clone(),
            state: kind.flow.state(&case.state).map_or(String::new(), |s| s.name.get(cx.lang).to_owned()),
            at: desk.moment(case.received_at),
        });
    }
    Ok(Some(told))
}

async fn draw(cx: &Context, typed: Typed, fault: Option<String>) -> Answer {
    offer(cx, typed, fault, Vec::new()).await
}

/// The form, with the cases nearby that are to be looked at before another is made.
async fn offer(cx: &Context, mut typed: Typed, fault: Option<String>, near: Vec<Near>) -> Answer {
    let desk = Desk::open(cx)?;
    let kinds = kinds(cx, &desk);
    let kind = kinds
        .iter()
        .find(|k| k.id == typed.kind || k.flow.id == typed.kind)
        .or(kinds.first())
        .ok_or_else(|| {
            foundation::error::forbidden(
                "case_not_yours",
                "Tài khoản của bạn chưa được giao tiếp nhận vụ việc.",
            )
        })?
        .clone();
    typed.kind = kind.id.clone();
    if typed.place.is_empty()
        && let Some(place) = own_commune(cx, &desk, &kind)
    {
        typed.place = place.to_string();
    }
    if typed.key.is_empty() {
        typed.key = foundation::new_id().to_string();
    }
    let choose = |value: &str, label: String, now: &str| Choice {
        value: value.to_owned(),
        label,
        chosen: value == now,
    };
    let flow = &kind.flow;
    let groups = flow
        .groups
        .iter()
        .map(|g| Group {
            name: g.name.get(cx.lang).to_owned(),
            categories: flow
                .categories
                .iter()
                .filter(|c| c.group == g.id)
                .map(|c| choose(&c.id, c.name.get(cx.lang).to_owned(), &typed.category))
                .collect(),
        })
        .filter(|g| !g.categories.is_empty())
        .collect();
    let ways: &[&str] = if flow.intake == Intake::Inside { &["inside"] } else { &["hotline", "counter"] };
    let severities =
        flow.severities.iter().map(|s| choose(&s.id, s.name.get(cx.lang).to_owned(), &typed.severity));
    page(&NewPage {
        page: cx.page(match flow.intake {
            Intake::Inside => {
                cx.words.say(cx.lang, "case-new-of", &[("kind", flow.name.get(cx.lang).into())])
            }
            Intake::Public | Intake::Desk => cx.t("case-new"),
        })?,
        kinds: kinds
            .iter()
            .map(|k| choose(&k.id, k.flow.name.get(cx.lang).to_owned(), &typed.kind))
            .collect(),
        groups,
        severities: severities.collect(),
        places: desk.communes(&typed.place),
        channels: ways.iter().map(|w| choose(w, cx.t(&format!("case-by-{w}")), &typed.channel)).collect(),
        before: before(cx, &desk, &typed).await?,
        near,
        from: cx.found(&typed.source),
        agencies: doers(cx, &desk, &kind, &typed),
        reporter: flow.intake != Intake::Inside,
        typed,
        fault,
    })
}

/// The one commune of a reader who may begin something inside there and nowhere else.
fn own_commune(cx: &Context, desk: &Desk, kind: &CaseType) -> Option<UnitId> {
    if kind.flow.intake != Intake::Inside {
        return None;
    }
    let mut own: Vec<UnitId> = Vec::new();
    for permission in [Permission::DirectCases, Permission::TakeInCases, Permission::HandleCases] {
        own.extend(cx.scope.units_where(permission, &kind.pack)?);
    }
    let level = |unit: &UnitId| desk.map.on(*unit, desk.today).map(|v| v.level);
    own.retain(|unit| matches!(level(unit), Some(Level::Commune | Level::Province)));
    own.sort_unstable();
    own.dedup();
    match own.as_slice() {
        [one] if *one != desk.root => Some(*one),
        _ => None,
    }
}

/// The units that may be given what is given inside, where the reader directs: those of the chosen place, and
/// of the whole.
fn doers(cx: &Context, desk: &Desk, kind: &CaseType, typed: &Typed) -> Vec<Choice> {
    let place = typed.place.parse().unwrap_or(desk.root);
    let directs = cx.scope.units_where(Permission::DirectCases, &kind.pack).is_none_or(|u| !u.is_empty());
    if kind.flow.intake != Intake::Inside || !directs {
        return Vec::new();
    }
    desk.receivers(place, typed.agency.parse().ok())
}

async fn show(cx: Context, Query(typed): Query<Typed>) -> Answer {
    draw(&cx, typed, None).await
}

/// Who calls, as typed.
fn caller(typed: &Typed) -> Reporter {
    Reporter {
        citizen: None,
        name: typed.name.clone(),
        phone: typed.phone.clone(),
        email: typed.email.clone(),
        consent: !typed.consent.is_empty(),
    }
}

async fn write(cx: &Context, typed: &Typed) -> Result<Receipt> {
    let channel = match typed.channel.as_str() {
        "hotline" => "hotline",
        "counter" => "counter",
        _ => "inside",
    };
    let some = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
    Receive {
        key: typed.key.clone(),
        kind: typed.kind.clone(),
        category: some(&typed.category),
        severity: some(&typed.severity),
        title: typed.title.clone(),
        content: typed.content.clone(),
        address: typed.address.clone(),
        position: read_position(&typed.position)?,
        place: typed.place.parse().ok(),
        channel,
        reporter: caller(typed),
        source: typed.source.chars().take(200).collect(),
        agency: typed.agency.parse().ok(),
        due: Some(typed.due.trim()).filter(|d| !d.is_empty()).map(moment).transpose()?,
        ..Receive::default()
    }
    .run(cx)
    .await
}

/// Takes the new case in at once, as its category and its routes say.
async fn pass_on(cx: &Context, receipt: &Receipt) -> Result<()> {
    let kind = Desk::open(cx)?.types.get(&receipt.case.kind)?;
    let Some(step) = kind.flow.step_doing(&receipt.case.state, Deed::TakeIn) else { return Ok(()) };
    let given = Given { agency: Some(receipt.case.agency), ..Given::default() };
    TakeStep { step: step.id.clone(), given, seen: None }.run(cx, receipt.case.seq).await.map(|_| ())
}

/// What is near what was typed; nothing for what is no report of a citizen, for a form that came before, and
/// for what cannot be read: the fault is told when it is written.
async fn duplicates(cx: &Context, typed: &Typed) -> Result<Vec<Near>> {
    let desk = Desk::open(cx)?;
    let of_citizens = desk.types.find(&typed.kind).is_some_and(|k| k.flow.intake != Intake::Inside);
    let (Ok(secret), Ok(at)) = (receipt::secret(&typed.key), read_position(&typed.position)) else {
        return Ok(Vec::new());
    };
    if !of_citizens || store::people::of_receipt(&cx.db, &receipt::kept(&secret)).await?.is_some() {
        return Ok(Vec::new());
    }
    let asked = Asked {
        position: at,
        place: typed.place.parse().ok(),
        address: typed.address.clone(),
        category: typed.category.clone(),
    };
    near::near(cx, &desk, &typed.kind, &asked).await
}

/// The caller met what is already there.
async fn join(cx: &Context, typed: Typed) -> Answer {
    let desk = Desk::open(cx)?;
    let (id, case, kind) = find(cx, &desk, &typed.join).await?;
    let act = Join { key: typed.key.clone(), caller: caller(&typed), text: typed.content.clone() };
    match act.run(cx, id).await {
        Ok(_) => {
            let code = case.code(&kind.flow.code);
            let told = cx.words.say(cx.lang, "case-joined", &[("code", code.clone().into())]);
            redirect_with(&after(&typed, &code), &told)
        }
        Err(e) if matches!(e.kind(), Kind::Invalid | Kind::Conflict) => {
            refused(cx, Typed { join: String::new(), ..typed }, &e).await
        }
        Err(e) => Err(e.into()),
    }
}

/// Where a form that is done leads: to its case, or to the next call.
fn after(typed: &Typed, code: &str) -> String {
    if typed.next.is_empty() { format!("/cases/{code}") } else { next_call(typed) }
}

/// The form again, with what is wrong in it.
async fn refused(cx: &Context, typed: Typed, fault: &foundation::Error) -> Answer {
    let mut response = draw(cx, typed, Some(fault.message().to_owned())).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// The empty form for the next call, with what stays the same from call to call.
fn next_call(typed: &Typed) -> String {
    let stays = [("kind", &typed.kind), ("channel", &typed.channel), ("pass_on", &typed.pass_on)];
    let pairs: Vec<String> = stays
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| format!("{key}={}", url_encode(value)))
        .collect();
    format!("/cases/new?{}", pairs.join("&"))
}

async fn receive(cx: Context, Form(mut typed): Form<Typed>) -> Answer {
    if typed.kind.is_empty() {
        let first = kinds(&cx, &Desk::open(&cx)?).first().map(|k| k.id.clone());
        typed.kind = first.unwrap_or_default();
    }
    if !typed.turn.is_empty() {
        // Another type has other categories and severities.
        let (category, severity) = (String::new(), String::new());
        let kind = std::mem::take(&mut typed.turn);
        return draw(&cx, Typed { kind, category, severity, join: String::new(), ..typed }, None).await;
    }
    if !typed.look.is_empty() {
        let fault = phone(&typed.phone).err().map(|e| e.message().to_owned());
        return draw(&cx, typed, fault).await;
    }
    if number_of(&typed.join).is_some() {
        return join(&cx, typed).await;
    }
    let near = if typed.anyway.is_empty() { duplicates(&cx, &typed).await? } else { Vec::new() };
    if !near.is_empty() {
        return offer(&cx, typed, None, near).await;
    }
    match write(&cx, &typed).await {
        Ok(receipt) => {
            if !typed.pass_on.is_empty() && !receipt.again {
                pass_on(&cx, &receipt).await?;
            }
            let told = cx.words.say(cx.lang, "case-received-as", &[("secret", receipt.secret.into())]);
            redirect_with(&after(&typed, &receipt.code), &format!("{}: {told}", receipt.code))
        }
        Err(e) if matches!(e.kind(), Kind::Invalid | Kind::Conflict) => refused(&cx, typed, &e).await,
        Err(e) => Err(e.into()),
    }
}
