//! `GET /cases`: the console: tabs, filters, what is due, by pages of a key.

use std::sync::Arc;

use askama::Template;
use axum::extract::Query;
use axum::routing::get;
use foundation::{Error, Instant, Result};
use futures_util::future::{try_join, try_join_all};
use kit::http::{page, url_encode};
use kit::{Access, Context, Permission, Route};
use serde::Deserialize;
use web::{Answer, Page};

use super::bulk::MINE;
use super::map::{self, OnMap};
use crate::case::Case;
use crate::http::show::{Choice, Desk, Due, Reading, reading};
use crate::service::CaseType;
use crate::store::desk::{self, View};
use crate::store::disputes;
use crate::store::lists::{self, After, Counted, Filter, Order};
use crate::workflow::{Deed, Stage, Step, Who};

/// Cases of one page.
const SIZE: usize = 50;

pub(in crate::http) fn routes() -> Vec<Route> {
    vec![Route::get("/cases", Access::Needs(Permission::ReadInternal), get(show))]
}

/// The tabs, with the stages they hold.
pub(crate) const TABS: [(&str, &[Stage]); 4] = [
    ("new", &[Stage::New]),
    ("work", &[Stage::Work, Stage::Review]),
    ("rate", &[Stage::Answered]),
    ("closed", &[Stage::Closed, Stage::Refused, Stage::Elsewhere, Stage::Merged]),
];

/// Tabs of few cases that are open: what the reader's own agencies were asked, wherever the case lies; where
/// agencies do not agree. They are there when they hold something.
const FEW: [&str; 2] = ["asked", "dispute"];
/// The tab of everything that is open: what other pages count and lead to.
pub(crate) const ALL_OPEN: &str = "open";
const OPEN: &[Stage] = &[Stage::New, Stage::Work, Stage::Review];

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asking {
    pub kind: String,
    pub tab: String,
    pub q: String,
    pub category: String,
    pub severity: String,
    pub place: String,
    pub agency: String,
    pub channel: String,
    /// `late`, `today`, `mine`, `paused`.
    pub only: String,
    /// `due` or nothing.
    pub order: String,
    /// `map` or nothing.
    pub view: String,
    /// Where the page begins: `seq` or `due:seq`.
    pub after: String,
}

impl Asking {
    /// The address without where it begins, with some keys changed.
    pub fn link(&self, changes: &[(&str, &str)]) -> String {
        let all = [
            ("kind", &self.kind),
            ("tab", &self.tab),
            ("q", &self.q),
            ("category", &self.category),
            ("severity", &self.severity),
            ("place", &self.place),
            ("agency", &self.agency),
            ("channel", &self.channel),
            ("only", &self.only),
            ("order", &self.order),
            ("view", &self.view),
        ];
        let changed = |key: &str, own: &str| -> String {
            changes.iter().find(|c| c.0 == key).map_or(own.to_owned(), |c| c.1.to_owned())
        };
        let mut pairs: Vec<String> = all
            .iter()
            .map(|(key, own)| (*key, changed(key, own)))
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| format!("{key}={}", url_encode(&value)))
            .collect();
        let extra = changes.iter().filter(|c| !all.iter().any(|a| a.0 == c.0) && !c.1.is_empty());
        pairs.extend(extra.map(|(key, value)| format!("{key}={}", url_encode(value))));
        if pairs.is_empty() { "/cases".to_owned() } else { format!("/cases?{}", pairs.join("&")) }
    }

    fn stages(&self) -> &'static [Stage] {
        if self.tab == ALL_OPEN || FEW.contains(&self.tab.as_str()) {
            return OPEN;
        }
        let tab = TABS.iter().find(|t| t.0 == self.tab);
        tab.map_or(TABS[0].1, |t| t.1)
    }

    /// Without a tab: what is new and what is in work.
    pub fn filter(&self, cx: &Context, desk: &Desk, reading: &Reading) -> Filter {
        let list = |text: &str| -> Vec<String> {
            text.split(',').filter(|t| !t.is_empty()).map(str::to_owned).collect()
        };
        let unit = |text: &str| -> Vec<i64> { text.parse().ok().into_iter().collect() };
        let mut kinds: Vec<String> = reading
            .kinds
            .iter()
            .filter(|k| self.kind.is_empty() || k.id == self.kind || k.flow.id == self.kind)
            .map(|k| k.id.clone())
            .collect();
        if kinds.is_empty() {
            kinds.push("none".into());
        }
        let end_of_day = desk.today.add_days(1).start();
        Filter {
            kinds: if kinds.len() == desk.types.all().len() { Vec::new() } else { kinds },
            stages: self.stages().iter().map(|s| s.number()).collect(),
            categories: list(&self.category),
            severities: list(&self.severity),
            places: unit(&self.place),
            agencies: unit(&self.agency),
            handler: match (&cx.actor, self.only.as_str()) {
                (kit::Actor::Person { id, .. }, "mine") => Some(*id),
                _ => None,
            },
            channels: list(&self.channel),
            due_before: match self.only.as_str() {
                "late" => Some(desk.now),
                "today" => Some(end_of_day),
                _ => None,
            },
            paused: (self.only == "paused").then_some(true),
            disputed: self.tab == "dispute",
            text: self.q.clone(),
            order: if self.order == "due" { Order::Due } else { Order::Newest },
            ..Filter::default()
        }
    }

    fn begins_after(&self) -> Option<After> {
        let (due, seq) = match self.after.split_once(':') {
            Some((due, seq)) => (Some(Instant(due.parse().ok()?)), seq),
            None => (None, self.after.as_str()),
        };
        Some(After { due, seq: seq.parse().ok()? })
    }
}

/// A tab of the list.
struct Tab {
    label: String,
    count: String,
    link: String,
    here: bool,
}

/// A case in the list.
struct Row {
    seq: i64,
    code: String,
    title: String,
    about: String,
    photo: bool,
    place: String,
    agency: String,
    due: Due,
    severity: String,
    urgent: bool,
    state: String,
    /// Whether agencies do not agree in it.
    disputed: bool,
}

#[derive(Template)]
#[template(path = "cases_list.html")]
struct ListPage {
    page: Page,
    asking: Asking,
    tabs: Vec<Tab>,
    kinds: Vec<Choice>,
    categories: Vec<Choice>,
    severities: Vec<Choice>,
    only: Vec<Choice>,
    rows: Vec<Row>,
    next: Option<String>,
    first: Option<String>,
    may_take_in: bool,
    views: Vec<View>,
    here: String,
    bulk: Vec<Choice>,
    /// Who may get cases that are passed on, where that is among the steps.
    receivers: Vec<Choice>,
    map: Option<OnMap>,
    view_link: String,
    /// The commune or agency that the list is narrowed to: its name, and the list without it.
    narrowed: Vec<(String, String)>,
}

fn row(cx: &Context, desk: &Desk, case: &Case, disputed: &[i64]) -> Result<Option<Row>> {
    let Some(kind) = desk.types.find(&case.kind) else { return Ok(None) };
    let category = kind.flow.category(&case.category).map_or("", |c| c.name.get(desk.lang));
    let severity = kind.flow.severity(&case.severity);
    let mut about =
        vec![case.code(&kind.flow.code), category.to_owned(), cx.t(&format!("case-by-{}", case.channel))];
    if case.supporters > 0 {
        about.push(cx.words.say(cx.lang, "case-supporters", &[("n", case.supporters.into())]));
    }
    Ok(Some(Row {
        seq: case.seq,
        code: case.code(&kind.flow.code),
        disputed: disputed.contains(&case.seq),
        title: case.title.clone(),
        about: about.join(" · "),
        photo: case.photos > 0,
        place: desk.name(case.place),
        agency: desk.name(case.agency),
        due: desk.due(cx, case)?,
        severity: severity.map_or(String::new(), |s| s.name.get(desk.lang).to_owned()),
        urgent: severity.is_some_and(|s| s.rings),
        state: kind.flow.state(&case.state).map_or(String::new(), |s| s.name.get(desk.lang).to_owned()),
    }))
}

/// The steps that can be taken for many cases of a tab at once: those that need no more than words.
fn bulk_steps(cx: &Context, kind: &CaseType, stages: &[Stage]) -> Vec<Choice> {
    let allowed = |who: &Who| match who {
        Who::Intake => cx.may(Permission::TakeInCases),
        Who::Handler => cx.may(Permission::HandleCases),
        Who::Leader => cx.may(Permission::ApproveAnswers),
        Who::Director => cx.may(Permission::DirectCases),
        Who::Reporter => false,
    };
    let here = |id: &String| kind.flow.state(id).is_some_and(|s| stages.contains(&s.stage));
    let plain = |step: &&Step| {
        !matches!(step.does, Deed::Ask | Deed::Propose | Deed::Refuse | Deed::PassOut | Deed::Pause)
            && step.from.iter().any(here)
            && step.who.iter().any(allowed)
    };
    let steps = kind.flow.steps.iter().filter(plain);
    steps
        .map(|s| Choice { value: s.id.clone(), label: s.name.get(cx.lang).to_owned(), chosen: false })
        .collect()
}

/// The steps of several types for cases of a tab: those that all share first, of the others for which types
/// they are. A case that a step does not fit is named with the reason when it was tried.
fn bulk_of(cx: &Context, kinds: &[Arc<CaseType>], stages: &[Stage]) -> Vec<Choice> {
    let mut all: Vec<(Choice, Vec<&str>)> = Vec::new();
    for kind in kinds {
        let name = kind.flow.name.get(cx.lang);
        for step in bulk_steps(cx, kind, stages) {
            match all.iter_mut().find(|(known, _)| known.value == step.value) {
                Some((known, of)) => {
                    if !known.label.split(" / ").any(|l| l == step.label) {
                        known.label = format!("{} / {}", known.label, step.label);
                    }
                    of.push(name);
                }
                None => all.push((step, vec![name])),
            }
        }
    }
    all.sort_by_key(|(_, of)| of.len() < kinds.len());
    let shown = |(step, of): (Choice, Vec<&str>)| match of.len() < kinds.len() {
        true => Choice { label: format!("{} ({})", step.label, of.join(", ")), ..step },
        false => step,
    };
    all.into_iter().map(shown).collect()
}

/// How many there are in each tab, the tabs side by side. What words find is looked for once for all of them.
async fn counts(cx: &Context, reading: &Reading, filter: &Filter) -> Result<Vec<(&'static str, Counted)>> {
    let number = |stages: &[Stage]| -> Vec<i64> { stages.iter().map(|s| s.number()).collect() };
    let count = |(tab, stages): (&'static str, &'static [Stage])| async move {
        let disputed = tab == "dispute";
        let of_tab = Filter { stages: number(stages), order: Order::Newest, disputed, ..filter.clone() };
        Ok::<_, Error>((tab, lists::count(&cx.db, &reading.of_tab(tab), &of_tab).await?))
    };
    let few = FEW.map(|tab| (tab, OPEN));
    if filter.text.trim().is_empty() {
        return try_join_all(TABS.into_iter().chain(few).map(count)).await;
    }
    let words = lists::found_in(&cx.db, &reading.sees, filter);
    let ((found, more), few) = try_join(words, try_join_all(few.map(count))).await?;
    let of = |stages: &[Stage]| number(stages).iter().filter_map(|s| found.get(s)).sum();
    let mut all: Vec<_> =
        TABS.into_iter().map(|(tab, stages)| (tab, Counted { n: of(stages), more })).collect();
    all.extend(few);
    Ok(all)
}

async fn show(cx: Context, Query(mut asking): Query<Asking>) -> Answer {
    if asking.tab.is_empty() {
        asking.tab = "work".into();
    }
    let desk = Desk::open(&cx)?;
    let reading = reading(&cx, &desk, Some(asking.kind.as_str()).filter(|k| !k.is_empty()));
    let mut filter = asking.filter(&cx, &desk, &reading);
    let sees = reading.of_tab(&asking.tab);
    if !filter.text.trim().is_empty() {
        filter.begun = Some(lists::begun(&cx.db, &sees, &filter).await?);
    }
    let page_of = lists::page(&cx.db, &sees, &filter, asking.begins_after(), SIZE + 1);
    let (mut found, mut counts) = try_join(page_of, counts(&cx, &reading, &filter)).await?;
    let more = found.len() > SIZE;
    found.truncate(SIZE);
    if asking.tab == ALL_OPEN {
        let both = || counts.iter().filter(|(tab, _)| matches!(*tab, "new" | "work"));
        let (n, more) = (both().map(|(_, c)| c.n).sum(), both().any(|(_, c)| c.more));
        counts.insert(0, (ALL_OPEN, Counted { n, more }));
    }
    let shown = |(tab, n): &(&str, Counted)| n.n > 0 || !FEW.contains(tab) || *tab == asking.tab;
    let told = |(tab, n): (&str, Counted)| Tab {
        label: cx.t(&format!("case-tab-{tab}")),
        // None among the newest, and perhaps some beyond.
        count: if n.n == 0 && n.more { String::new() } else { n.said(&cx) },
        link: asking.link(&[("tab", tab), ("order", "")]),
        here: tab == asking.tab,
    };
    let tabs = counts.into_iter().filter(shown).map(told).collect();
    let next = found.last().filter(|_| more).map(|last| {
        let after = match (filter.order, last.due_at) {
            (Order::Due, Some(due)) => format!("{}:{}", due.0, last.seq),
            _ => last.seq.to_string(),
        };
        asking.link(&[("after", &after)])
    });
    let any = |key: &str| Choice { value: String::new(), label: cx.t(key), chosen: false };
    let kind = reading.kinds.iter().find(|k| k.id == asking.kind || k.flow.id == asking.kind);
    let of_kind = kind.or(reading.kinds.first());
    let choose = |value: &str, label: &str, now: &str| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        chosen: value == now,
    };
    let mut kinds = vec![any("case-any-kind")];
    kinds.extend(reading.kinds.iter().map(|k| choose(&k.id, k.flow.name.get(cx.lang), &asking.kind)));
    let mut categories = vec![any("case-any-category")];
    let mut severities = vec![any("case-any-severity")];
    if let Some(kind) = of_kind {
        let flow = &kind.flow;
        categories
            .extend(flow.categories.iter().map(|c| choose(&c.id, c.name.get(cx.lang), &asking.category)));
        severities
            .extend(flow.severities.iter().map(|s| choose(&s.id, s.name.get(cx.lang), &asking.severity)));
    }
    let mut only = vec![any("case-only-all")];
    only.extend(
        ["late", "today", "mine", "paused"]
            .map(|o| choose(o, &cx.t(&format!("case-only-{o}")), &asking.only)),
    );
    // Without a type: the steps of those types that the page shows.
    let on_page = |k: &&Arc<CaseType>| match kind {
        Some(kind) => kind.id == k.id,
        None => found.iter().any(|c| c.kind == k.id),
    };
    let on_page: Vec<Arc<CaseType>> = reading.kinds.iter().filter(on_page).cloned().collect();
    // What others only ask of us is not ours to move.
    let ours = asking.tab != "asked";
    let mut bulk = if ours { bulk_of(&cx, &on_page, asking.stages()) } else { Vec::new() };
    let open = ours && asking.stages().iter().any(|s| s.is_open());
    if open && cx.may(Permission::HandleCases) && matches!(cx.actor, kit::Actor::Person { .. }) {
        bulk.push(Choice { value: MINE.into(), label: cx.t("case-handler-take"), chosen: false });
    }
    let passing = |k: &Arc<CaseType>| {
        k.flow.steps.iter().any(|s| s.does == Deed::Assign && bulk.iter().any(|b| b.value == s.id))
    };
    let passes_on = on_page.iter().any(passing);
    let disputed = disputes::among(&cx.db, found.iter().map(|c| c.seq).collect()).await?;
    let rows: Result<Vec<Option<Row>>> = found.iter().map(|c| row(&cx, &desk, c, &disputed)).collect();
    let here = asking.link(&[]);
    let here = here.strip_prefix("/cases?").unwrap_or_default().to_owned();
    let views = match &cx.actor {
        kit::Actor::Person { id, .. } => desk::views(&cx.db, *id).await?,
        _ => Vec::new(),
    };
    let map = match asking.view.as_str() {
        "map" => Some(map::draw(&cx, &desk, &reading, &asking).await?),
        _ => None,
    };
    let narrowed = [("place", &asking.place), ("agency", &asking.agency)]
        .into_iter()
        .filter_map(|(key, unit)| Some((desk.name(unit.parse().ok()?), asking.link(&[(key, "")]))))
        .collect();
    page(&ListPage {
        narrowed,
        view_link: asking.link(&[("view", if map.is_some() { "" } else { "map" })]),
        map,
        receivers: match passes_on {
            // Of the chosen commune, and of the whole.
            true => desk.receivers(asking.place.parse().unwrap_or(desk.root), None),
            false => Vec::new(),
        },
        bulk,
        views,
        here,
        page: cx.page(cx.t("case-console"))?,
        tabs,
        kinds,
        categories,
        severities,
        only,
        rows: rows?.into_iter().flatten().collect(),
        first: (!asking.after.is_empty()).then(|| asking.link(&[])),
        next,
        may_take_in: cx.may(Permission::TakeInCases),
        asking,
    })
}
