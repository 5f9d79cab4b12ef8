//! `GET /cases/{code}`: one case: what is the matter, its clocks, its history, the steps that lead on.

use askama::Template;
use axum::extract::Path;
use axum::routing::get;
use foundation::Result;
use kit::http::page;
use kit::{Access, Context, Permission, Route};
use serde_json::Value as Json;
use web::{Answer, Page};

use super::hands::{Hands, hands};
use super::offered::{Acts, acts};
use super::{photo_forms, snippets};
use crate::actions::{no_case, officer_photos};
use crate::case::{Case, CaseId, may};
use crate::clock::{ClockKind, Hand, PromisedBy};
use crate::http::show::{Choice, Desk, Due, number_of};
use crate::service::CaseType;
use crate::store;
use crate::store::desk::Snippet;
use crate::store::people::Reporter;
use crate::workflow::{Deed, Need, Who};

pub(in crate::http) fn routes() -> Vec<Route> {
    vec![Route::get("/cases/{code}", Access::Needs(Permission::ReadInternal), get(show))]
}

/// A line of the history, ready to show.
pub(crate) struct Told {
    pub at: String,
    pub what: String,
    pub who: String,
    pub text: String,
    pub note: String,
    pub inside: bool,
}

/// A clock, ready to show.
pub(crate) struct ClockShown {
    pub name: String,
    pub state: &'static str,
    pub words: String,
}

/// A step that the reader may take now.
pub(crate) struct StepForm {
    pub id: String,
    pub name: String,
    pub main: bool,
    pub open: bool,
    /// Whether the texts that are written often are offered.
    pub offers_texts: bool,
    pub text: bool,
    pub label: String,
    pub text_needed: bool,
    pub draft: String,
    pub reasons: Vec<Choice>,
    pub categories: Vec<Choice>,
    pub severities: Vec<Choice>,
    pub agencies: Vec<Choice>,
    pub publish: bool,
    /// The roles that photos with it may have; none where it takes no photos.
    pub photo_roles: Vec<Choice>,
    pub photo_needed: bool,
    /// Photos of the solution, of which the approval shows everybody those that stay chosen.
    pub shows: Vec<PhotoShown>,
}

/// An agency that was asked.
struct AskedShown {
    unit: i64,
    name: String,
    question: String,
    due: String,
    answer: Option<String>,
    agrees: bool,
    mine: bool,
}

/// A request to extend that waits.
struct ExtensionShown {
    due: String,
    reason: String,
    decides: bool,
}

/// A photo.
#[derive(Clone)]
pub(crate) struct PhotoShown {
    pub n: i64,
    pub role: String,
    pub shown: bool,
    pub link: String,
    pub thumb: String,
    pub alt: String,
    /// Who added it, where that was an officer.
    pub by: Option<String>,
}

#[derive(Template)]
#[template(path = "cases_case.html")]
struct CasePage {
    page: Page,
    code: String,
    case: Case,
    kind: String,
    category: String,
    severity: String,
    urgent: bool,
    state: String,
    place: String,
    agency: String,
    received: String,
    due: Due,
    clocks: Vec<ClockShown>,
    promises: Vec<String>,
    history: Vec<Told>,
    photos: Vec<PhotoShown>,
    hands: Hands,
    adds_photos: bool,
    photo_roles: Vec<Choice>,
    steps: Vec<StepForm>,
    acts: Acts,
    asked: Vec<AskedShown>,
    /// Since when agencies do not agree and nobody above them decided.
    dispute: Option<String>,
    extension: Option<ExtensionShown>,
    reporter: Option<Reporter>,
    also: Vec<Reporter>,
    from: Option<kit::Link>,
    said: String,
    fault: Option<String>,
    snippets: Vec<Snippet>,
}

/// The case of a code, within the reader's scope.
pub(crate) async fn find(
    cx: &Context,
    desk: &Desk,
    code: &str,
) -> Result<(CaseId, Case, std::sync::Arc<CaseType>)> {
    let id = number_of(code).ok_or_else(no_case)?;
    let case = store::cases::get(&cx.db, id).await?.ok_or_else(no_case)?;
    let kind = desk.types.get(&case.kind)?;
    let asked = match case.is_read_by(&cx.scope, &kind.pack) {
        true => true,
        false => {
            let asked = store::entries::asked(&cx.db, id).await?;
            asked.iter().any(|a| cx.scope.reads(a.agency, &kind.pack))
        }
    };
    match asked {
        true => Ok((id, case, kind)),
        false => Err(no_case()),
    }
}

fn choice(value: &str, label: &str, now: &str) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned(), chosen: value == now }
}

/// What a form brings back to the page: nothing that was typed is lost.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    /// Why the act was refused.
    pub fault: Option<String>,
    /// What was typed.
    pub text: String,
    /// The step whose form is filled with the text, when a text written often was chosen for it.
    pub fill: Option<String>,
}

/// The steps that the reader may take.
fn steps(
    cx: &Context,
    desk: &Desk,
    (case, kind): (&Case, &CaseType),
    photos: &[PhotoShown],
    said: &Said,
) -> Vec<StepForm> {
    let flow = &kind.flow;
    let open = flow.steps_from(&case.state).filter(|s| may(cx, case, &kind.pack, &s.who));
    open.enumerate()
        .map(|(i, step)| {
            let taking = step.does == Deed::TakeIn;
            let reasons = match step.does {
                Deed::Refuse => &flow.refusals[..],
                Deed::PassOut => &flow.elsewhere[..],
                Deed::Pause => &flow.pauses[..],
                _ => &[],
            };
            let agencies = match step.needs.contains(&Need::Agency) {
                true => desk.receivers(case.place, Some(case.agency)),
                false => Vec::new(),
            };
            let categories = |on: bool| -> Vec<Choice> {
                let all = flow.categories.iter().filter(|_| on);
                all.map(|c| choice(&c.id, c.name.get(cx.lang), &case.category)).collect()
            };
            let severities = |on: bool| -> Vec<Choice> {
                let all = flow.severities.iter().filter(|_| on);
                all.map(|s| choice(&s.id, s.name.get(cx.lang), &case.severity)).collect()
            };
            let text = !matches!(step.does, Deed::Close | Deed::Resume) || step.needs.contains(&Need::Text);
            StepForm {
                id: step.id.clone(),
                name: step.name.get(cx.lang).to_owned(),
                main: i == 0,
                open: said.fill.as_ref().map_or(i == 0, |filled| *filled == step.id),
                offers_texts: text && snippets::offers(step.does),
                text,
                label: cx.t(match step.does {
                    Deed::Ask => "case-text-question",
                    Deed::Propose | Deed::Approve => "case-text-answer",
                    Deed::Refuse | Deed::PassOut => "case-text-explain",
                    Deed::Tell => "case-text-progress",
                    _ => "case-text-remark",
                }),
                text_needed: step.needs.contains(&Need::Text),
                draft: match (&said.fill, step.does) {
                    (Some(filled), _) if *filled == step.id => said.text.clone(),
                    (_, Deed::Propose | Deed::Approve) => case.answer.clone(),
                    _ => String::new(),
                },
                reasons: reasons.iter().map(|r| choice(&r.id, r.name.get(cx.lang), "")).collect(),
                categories: categories(taking),
                severities: severities(taking),
                agencies,
                publish: taking && flow.open,
                photo_roles: if photo_forms::offers(step) { photo_forms::roles(cx) } else { Vec::new() },
                photo_needed: step.needs.contains(&Need::Photo),
                shows: match step.does == Deed::Approve && flow.open {
                    true => photos.iter().filter(|p| photo_forms::of_solution(&p.role)).cloned().collect(),
                    false => Vec::new(),
                },
            }
        })
        .collect()
}

/// How one clock of a case stands.
pub(super) fn clock_shown(
    cx: &Context,
    desk: &Desk,
    case: &Case,
    kind: ClockKind,
) -> Result<Option<ClockShown>> {
    let all = case.clocks()?;
    let say = |key: &str, at: String| cx.words.say(cx.lang, key, &[("at", at.into())]);
    let late = all.is_late(kind, desk.now);
    let (state, words) = match all.hand(kind) {
        Hand::Idle => return Ok(None),
        Hand::Running { due } if late => ("bad", say("case-clock-late", desk.moment(due))),
        Hand::Running { due } => ("watch", say("case-clock-runs", desk.moment(due))),
        Hand::Paused { .. } => ("none", cx.t("case-due-paused")),
        Hand::Met { at, late: true } => ("bad", say("case-clock-met-late", desk.moment(at))),
        Hand::Met { at, late: false } => ("good", say("case-clock-met", desk.moment(at))),
    };
    Ok(Some(ClockShown { name: cx.t(kind.key()), state, words }))
}

/// What a line's ids and codes say to officers: beside what everybody may read, who was named.
async fn note(cx: &Context, desk: &Desk, kind: &CaseType, detail: &Json) -> Result<String> {
    let mut said = desk.note(cx, kind, detail);
    let handler = match &detail["handler"] {
        Json::String(id) => cx.house.name_of(&format!("account:{id}")).await?,
        Json::Null if detail.get("before").is_some_and(Json::is_string) => Some(cx.t("case-handler-nobody")),
        _ => None,
    };
    if let Some(name) = handler {
        said = if said.is_empty() { name } else { format!("{said} · {name}") };
    }
    Ok(said)
}

/// What was done, the first line first; on paper each line has its day.
pub(super) async fn history(
    cx: &Context,
    desk: &Desk,
    id: CaseId,
    kind: &CaseType,
    paper: bool,
) -> Result<Vec<Told>> {
    let mut told = Vec::new();
    for line in store::entries::of(&cx.db, id, 0).await? {
        let who = match line.actor.as_str() {
            "reporter" => cx.t("case-by-reporter"),
            other => cx.house.name_of(other).await?.unwrap_or_else(|| cx.t("case-by-program")),
        };
        let step = kind.flow.step(&line.step).map(|s| s.name.get(cx.lang).to_owned());
        told.push(Told {
            at: if paper { desk.dated(line.at) } else { desk.moment(line.at) },
            what: step.unwrap_or_else(|| cx.t(&format!("case-deed-{}", line.deed))),
            who,
            note: note(cx, desk, kind, &line.detail).await?,
            text: line.text,
            inside: line.shown == 0,
        });
    }
    Ok(told)
}

/// The page of a case, with what a form brings back to it.
pub(crate) async fn draw(cx: &Context, code: &str, said: Said) -> Answer {
    let desk = Desk::open(cx)?;
    let (id, case, kind) = find(cx, &desk, code).await?;
    let flow = &kind.flow;
    let mut shown = Vec::new();
    for clock in ClockKind::ALL {
        shown.extend(clock_shown(cx, &desk, &case, clock)?);
    }
    let mut promised = case.clocks()?.promises;
    promised.retain(|p| p.clock == ClockKind::Solution);
    // One that the rules made says no more than the clock beside it.
    if matches!(promised.as_slice(), [one] if one.by == PromisedBy::Rule) {
        promised.clear();
    }
    let promises =
        promised.iter().map(|p| format!("{}: {}", desk.moment(p.due), cx.t(p.by.word()))).collect();
    let intake = may(cx, &case, &kind.pack, &[Who::Intake])
        && cx.scope.allows(Permission::ReadReporter, case.place, &kind.pack);
    let reporter = match intake {
        true => store::people::reporter(&cx.db, id).await?,
        false => None,
    };
    let also = match intake {
        true => store::also::of(&cx.db, id).await?,
        false => Vec::new(),
    };
    let severity = flow.severity(&case.severity);
    let own = case.code(&flow.code);
    let waiting = store::entries::extensions(&cx.db, id).await?.into_iter().find(|e| e.decided_at.is_none());
    let extension = waiting.map(|e| ExtensionShown {
        due: desk.moment(e.due),
        reason: e.reason,
        decides: e.asked_by != cx.actor.audit_name()
            && may(cx, &case, &kind.pack, &[Who::Leader, Who::Director]),
    });
    let asked = store::entries::asked(&cx.db, id)
        .await?
        .into_iter()
        .map(|a| AskedShown {
            unit: a.agency,
            name: desk.name(a.agency),
            question: a.question,
            due: desk.moment(a.due),
            mine: a.answer.is_none() && cx.scope.allows(Permission::HandleCases, a.agency, &kind.pack),
            agrees: a.agrees.unwrap_or(true),
            answer: a.answer,
        })
        .collect();
    let photos = photo_forms::shown(cx, id, &own).await?;
    let snippets = snippets::of(cx, &desk, &case, &kind).await?;
    page(&CasePage {
        page: cx.page(case.title.clone())?,
        kind: flow.name.get(cx.lang).to_owned(),
        category: flow.category(&case.category).map_or(String::new(), |c| c.name.get(cx.lang).to_owned()),
        severity: severity.map_or(String::new(), |s| s.name.get(cx.lang).to_owned()),
        urgent: severity.is_some_and(|s| s.rings),
        state: flow.state(&case.state).map_or(String::new(), |s| s.name.get(cx.lang).to_owned()),
        place: desk.name(case.place),
        agency: desk.name(case.agency),
        received: desk.moment(case.received_at),
        due: desk.due(cx, &case)?,
        clocks: shown,
        promises,
        history: history(cx, &desk, id, &kind, false).await?,
        hands: hands(cx, &case, &kind).await?,
        adds_photos: case.stage().is_open() && may(cx, &case, &kind.pack, &officer_photos::WHO),
        photo_roles: photo_forms::all_roles(cx),
        steps: steps(cx, &desk, (&case, &kind), &photos, &said),
        photos,
        acts: acts(cx, &desk, &case, &kind, extension.is_some()),
        asked,
        dispute: store::disputes::since(&cx.db, id).await?.map(|at| desk.moment(at)),
        extension,
        reporter,
        also,
        from: cx.found(&case.source),
        code: own,
        case,
        fault: said.fault,
        said: said.text,
        snippets,
    })
}

async fn show(cx: Context, Path(code): Path<String>) -> Answer {
    draw(&cx, &code, Said::default()).await
}
