//! `GET /units/{id}`: a place or an agency: what it is and was, its figures with its rank among its peers,
//! what it owes.

use askama::Template;
use axum::extract::{Path, Query};
use axum::routing::get;
use foundation::Result;
use kit::http::page;
use kit::{Access, Context, Route, UnitId};
use packs::Packs;
use serde::Deserialize;
use units::version::BEFORE_RECORDS;
use units::{Level, Succession, Version};
use web::svg;
use web::{Answer, Page};

use super::chart::{self, Boundaries};
use super::{Choice, Desk, no_unit, sees};
use crate::definition::{Direction, Indicator};
use crate::engine::late::LateUnit;
use crate::engine::{Asked, Span};
use crate::offers;
use crate::show::{self, Shown};

/// More peers than these are not compared; those of the same province are.
const MOST_PEERS: usize = 400;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/units/{id}", Access::Public, get(unit))]
}

#[derive(Deserialize, Default)]
struct Asking {
    indicator: Option<String>,
}

/// A figure of the unit among those of its peers.
struct Standing {
    figure: Shown,
    rank: Option<(usize, usize)>,
    /// «đứng 12/103».
    rank_words: String,
    median: Option<String>,
    spark: Option<String>,
}

/// The figures of one pack.
struct Section {
    pack: String,
    title: String,
    figures: Vec<Standing>,
}

/// What a unit was made of, or became.
struct Kin {
    unit: UnitId,
    name: String,
    day: String,
    share: Option<String>,
    law: Option<String>,
    verified: bool,
}

/// One time of the unit under one name.
struct Age {
    name: String,
    code: String,
    from: Option<String>,
    to: Option<String>,
    law: Option<String>,
}

/// A report that the unit owes.
struct Due {
    code: String,
    name: String,
    period: String,
    due: String,
    days: i32,
}

#[derive(Template)]
#[template(path = "unit.html")]
struct UnitPage {
    page: Page,
    unit: UnitId,
    kind: String,
    code: String,
    above: Vec<(UnitId, String)>,
    facts: Vec<String>,
    ended: Option<String>,
    is_province: bool,
    sections: Vec<Section>,
    late: Vec<Due>,
    chart: Option<(String, String, String)>,
    charts: Vec<Choice>,
    ages: Vec<Age>,
    made_of: Vec<Kin>,
    became: Vec<Kin>,
    acts: Vec<kit::Link>,
}

fn kin(desk: &Desk, s: &Succession, unit: UnitId) -> Kin {
    Kin {
        unit,
        name: desk.map.nearest(unit, s.effective).map_or_else(|| desk.name(unit), Version::full_name),
        day: show::day(s.effective, desk.lang),
        share: (!s.whole).then(|| format!("≈ {} %", show::number(s.share * 100.0, 0, desk.lang))),
        law: s.legal_ref.clone(),
        verified: s.verified,
    }
}

/// The units to be compared with: of the same level, below the root, or below the same parent when those
/// are too many.
fn peers(desk: &Desk, v: &Version) -> Vec<UnitId> {
    let of = |root: UnitId| -> Vec<UnitId> {
        desk.map.below(root, v.level, desk.today).iter().map(|p| p.unit).collect()
    };
    if !v.level.is_place() {
        return Vec::new();
    }
    let all = of(desk.root);
    match all.len() {
        0..=MOST_PEERS => all,
        _ => v.parent.map(of).unwrap_or_default(),
    }
}

/// The unit's place among its peers, the best first, and their median.
async fn rank(
    desk: &Desk,
    indicator: &Indicator,
    peers: &[UnitId],
    figure: &kit::Figure,
    asked: &Asked,
) -> Result<(Option<(usize, usize)>, Option<f64>)> {
    let Some(own) = figure.value.filter(|_| peers.len() > 1) else { return Ok((None, None)) };
    let each = desk.engine.each(indicator, peers, figure.period, asked).await?;
    let mut values: Vec<f64> =
        each.iter().filter_map(|(_, p)| p.value).map(|v| indicator.rounded(v)).collect();
    if values.len() < 2 {
        return Ok((None, None));
    }
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let median = match values.len() % 2 {
        0 => (values[middle - 1] + values[middle]) / 2.0,
        _ => values[middle],
    };
    let before = match indicator.def.direction {
        Direction::Down => values.iter().filter(|v| **v < own).count(),
        Direction::Up => values.iter().filter(|v| **v > own).count(),
        // Where neither way is better there is no rank.
        Direction::InRange | Direction::Neutral => return Ok((None, Some(median))),
    };
    Ok((Some((before + 1, values.len())), Some(median)))
}

async fn unit(cx: Context, Path(id): Path<String>, Query(asking): Query<Asking>) -> Answer {
    let desk = Desk::open(&cx)?;
    let unit = desk.unit(Some(&id))?;
    let v = desk.map.nearest(unit, desk.today).cloned().ok_or_else(no_unit)?;
    let lang = cx.lang;
    let asked = desk.asked(unit, None);
    let alive = v.holds_on(desk.today);
    let peers = if alive { peers(&desk, &v) } else { Vec::new() };

    let packs = cx.house.get::<Packs>()?.all();
    let mut sections: Vec<Section> = Vec::new();
    let mut drawn: Vec<&Indicator> = Vec::new();
    let order = |i: &Indicator| packs.iter().position(|p| p.id == i.pack).unwrap_or(usize::MAX);
    let mut seen: Vec<&Indicator> = desk.catalogue.all().filter(|i| alive && sees(&cx, i, unit)).collect();
    seen.sort_by_key(|i| order(i));
    for indicator in seen {
        let figure = desk.engine.figure(indicator, None, &asked).await?;
        // A unit that neither reports an indicator nor has a value for it has no such figure.
        if figure.coverage.expected == 0 && figure.value.is_none() {
            continue;
        }
        drawn.push(indicator);
        let (rank, median) = rank(&desk, indicator, &peers, &figure, &asked).await?;
        let points = desk.engine.points(indicator, Span::ending(figure.period, 12), &asked).await?;
        let values: Vec<Option<f64>> = points.iter().map(|p| p.value).collect();
        let spark = svg::sparkline(&values, 96.0, 24.0, &format!("is-{}", figure.state.name()));
        let median = median.map(|m| show::number(m, indicator.def.decimals, lang));
        let rank_words = rank.map(|(place, of)| {
            let args = [("place", (place as i64).into()), ("of", (of as i64).into())];
            cx.words.say(lang, "rank-n", &args)
        });
        let figure = Shown::of(&figure, &cx.words, lang);
        let standing = Standing { figure, rank, rank_words: rank_words.unwrap_or_default(), median, spark };
        match sections.last_mut() {
            Some(last) if last.pack == indicator.pack => last.figures.push(standing),
            _ => {
                let named = packs.iter().find(|p| p.id == indicator.pack);
                sections.push(Section {
                    pack: indicator.pack.clone(),
                    title: named.map_or(indicator.pack.clone(), |p| p.name.get(lang).to_owned()),
                    figures: vec![standing],
                });
            }
        }
    }
    // The line of the figure that was asked for, or of the first that stands badly, or of the first.
    let code = asking.indicator.unwrap_or_default();
    let worst = sections.iter().flat_map(|s| &s.figures).find(|s| s.figure.state == "bad");
    let chosen = drawn
        .iter()
        .find(|i| i.code == code)
        .or_else(|| drawn.iter().find(|i| worst.is_some_and(|w| w.figure.code == i.code)))
        .or_else(|| drawn.first());
    let chart = match chosen {
        Some(indicator) => {
            let (last, _) = desk.engine.newest(indicator, &asked).await?;
            let line = chart::draw(&cx, &desk, indicator, &asked, last, Boundaries::Now).await?;
            let name = indicator.def.name.get(lang).to_owned();
            line.map(|l| l.html().map(|html| (name, l.aside.clone(), html))).transpose()?
        }
        None => None,
    };
    let now = chosen.map(|i| i.code.clone()).unwrap_or_default();
    let charts = drawn.iter().map(|i| Choice::new(i.code.clone(), i.def.name.get(lang), &now)).collect();

    let late = match alive {
        true => desk.engine.late(&cx.scope, &asked).await?,
        false => Vec::new(),
    };
    let late = late.into_iter().find(|l| l.unit == unit).map(|l| due(&desk, &l)).unwrap_or_default();
    let number = |n: f64, d| show::number(n, d, lang);
    let mut facts = Vec::new();
    if let Some(people) = v.population {
        let n = number(people as f64, 0);
        facts.push(cx.words.say(lang, "unit-people-n", &[("n", n.into())]));
    }
    if let Some(area) = v.area_km2 {
        facts.push(format!("{} km²", number(area, 1)));
    }
    let content = UnitPage {
        acts: cx.acts(&offers::unit(unit, v.full_name())),
        page: cx.page(v.full_name())?,
        unit,
        kind: v.kind.clone(),
        code: v.code.clone(),
        above: desk.map.ancestors(unit, desk.today).iter().map(|a| (a.unit, a.full_name())).collect(),
        facts,
        ended: v.valid_to.filter(|end| *end <= desk.today).map(|end| show::day(end.add_days(-1), lang)),
        is_province: matches!(v.level, Level::Province | Level::Country),
        sections,
        late,
        chart,
        charts,
        ages: desk.map.history(unit).iter().rev().map(|v| age(v, lang)).collect(),
        made_of: desk.map.predecessors(unit).map(|s| kin_before(&desk, s)).collect(),
        became: desk.map.successors(unit).iter().map(|s| kin(&desk, s, s.new)).collect(),
    };
    page(&content)
}

/// A unit that ended, under its last name.
fn kin_before(desk: &Desk, s: &Succession) -> Kin {
    let last = desk.map.history(s.old).last().map(Version::full_name);
    let kin = kin(desk, s, s.old);
    Kin { name: last.unwrap_or(kin.name), ..kin }
}

fn age(v: &Version, lang: foundation::Lang) -> Age {
    Age {
        name: v.full_name(),
        code: v.code.clone(),
        from: (v.valid_from != BEFORE_RECORDS).then(|| show::day(v.valid_from, lang)),
        to: v.valid_to.map(|end| show::day(end.add_days(-1), lang)),
        law: v.legal_ref.clone().filter(|_| v.verified),
    }
}

fn due(desk: &Desk, late: &LateUnit) -> Vec<Due> {
    late.owed
        .iter()
        .filter_map(|o| {
            let indicator = desk.catalogue.get(o.indicator)?;
            Some(Due {
                code: indicator.code.clone(),
                name: indicator.def.name.get(desk.lang).to_owned(),
                period: show::period_short(o.period, desk.lang),
                due: show::day(o.due, desk.lang),
                days: desk.today.days_since(o.due),
            })
        })
        .collect()
}
