//! `GET /indicators`: every indicator that the reader may see, by pack and group, with its present figure.

use askama::Template;
use axum::extract::Query;
use axum::routing::get;
use foundation::Result;
use foundation::text::SearchKey;
use kit::http::page;
use kit::{Access, Context, Route, State};
use packs::Packs;
use serde::Deserialize;
use web::{Answer, Page};

use super::{Choice, Desk, Pager, query, sees};
use crate::definition::Indicator;
use crate::show::Shown;

/// How many figures stand on one page.
const SIZE: usize = 60;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/indicators", Access::Public, get(list))]
}

#[derive(Deserialize, Default)]
struct Asking {
    q: Option<String>,
    pack: Option<String>,
    state: Option<String>,
    unit: Option<String>,
    page: Option<String>,
}

/// A group of a pack with its figures.
struct Section {
    title: String,
    group: String,
    figures: Vec<Shown>,
}

#[derive(Template)]
#[template(path = "indicators.html")]
struct ListPage {
    page: Page,
    unit: i64,
    unit_name: String,
    q: String,
    packs: Vec<Choice>,
    states: Vec<Choice>,
    sections: Vec<Section>,
    pager: Pager,
}

/// Whether an indicator answers to what was typed: its name, short name or code, with or without accents.
pub(super) fn answers(indicator: &Indicator, asked: &SearchKey, typed: &str) -> bool {
    let names = [&indicator.def.name, indicator.short()];
    let text = |n: &&foundation::LocalText| {
        asked.score(&SearchKey::new(&n.vi)).is_some()
            || n.en.as_ref().is_some_and(|en| asked.score(&SearchKey::new(en)).is_some())
    };
    names.iter().any(text) || indicator.code.contains(typed)
}

/// The packs to choose from, those that have an indicator the reader sees.
pub(super) fn pack_choices(cx: &Context, desk: &Desk, now: &str) -> Result<Vec<Choice>> {
    let packs = cx.house.get::<Packs>()?;
    let seen = |id: &str| desk.catalogue.of_pack(id).any(|i| sees(cx, i, desk.root));
    let mut choices = vec![Choice::new("", cx.t("all-packs"), now)];
    for pack in packs.all().iter().filter(|p| seen(&p.id)) {
        choices.push(Choice::new(pack.id.clone(), pack.name.get(cx.lang), now));
    }
    Ok(choices)
}

async fn list(cx: Context, Query(asking): Query<Asking>) -> Answer {
    let desk = Desk::open(&cx)?;
    let unit = desk.unit(asking.unit.as_deref())?;
    let asked = desk.asked(unit, None);
    let q = asking.q.unwrap_or_default().trim().to_owned();
    let pack = asking.pack.unwrap_or_default();
    let state = asking.state.unwrap_or_default();
    let key = SearchKey::new(&q);
    let mut found: Vec<&Indicator> = desk
        .catalogue
        .all()
        .filter(|i| sees(&cx, i, unit))
        .filter(|i| pack.is_empty() || i.pack == pack)
        .filter(|i| q.is_empty() || answers(i, &key, &q))
        .collect();
    if !state.is_empty() {
        let mut of_state = Vec::new();
        for indicator in found {
            let figure = desk.engine.figure(indicator, None, &asked).await?;
            let name = if figure.value.is_none() { "missing" } else { figure.state.name() };
            if name == state {
                of_state.push(indicator);
            }
        }
        found = of_state;
    }
    // Packs stand in the order of the menu.
    let packs = cx.house.get::<Packs>()?.all();
    let place = |i: &Indicator| packs.iter().position(|p| p.id == i.pack).unwrap_or(usize::MAX);
    found.sort_by_key(|i| place(i));
    let unit_text = if unit == desk.root { String::new() } else { unit.to_string() };
    let link = |n: usize| {
        let n = n.to_string();
        query(&[("q", &q), ("pack", &pack), ("state", &state), ("unit", &unit_text), ("page", &n)])
    };
    let number = asking.page.and_then(|p| p.parse().ok()).unwrap_or(1);
    let pager = Pager::new(found.len(), SIZE, number, &link);
    let mut sections: Vec<Section> = Vec::new();
    for indicator in &found[pager.range()] {
        let figure = desk.engine.figure(indicator, None, &asked).await?;
        let figure = Shown::of(&figure, &cx.words, cx.lang);
        let group = indicator.def.group.clone().unwrap_or_default();
        let named = desk.catalogue.groups().iter().find(|g| g.pack == indicator.pack && g.id == group);
        let group = named.map_or(group.clone(), |g| g.name.get(cx.lang).to_owned());
        let title = packs
            .iter()
            .find(|p| p.id == indicator.pack)
            .map_or_else(|| indicator.pack.clone(), |p| p.name.get(cx.lang).to_owned());
        match sections.last_mut() {
            Some(last) if last.title == title && last.group == group => last.figures.push(figure),
            _ => sections.push(Section { title, group, figures: vec![figure] }),
        }
    }
    let mut states = vec![Choice::new("", cx.t("all-states"), &state)];
    for s in [State::Bad, State::Watch, State::Good, State::None] {
        states.push(Choice::new(s.name(), cx.t(&format!("state-{}", s.name())), &state));
    }
    states.push(Choice::new("missing", cx.t("figure-missing"), &state));
    let content = ListPage {
        page: cx.page(cx.t("indicators-title"))?,
        unit,
        unit_name: desk.name(unit),
        packs: pack_choices(&cx, &desk, &pack)?,
        states,
        q,
        sections,
        pager,
    };
    page(&content)
}
