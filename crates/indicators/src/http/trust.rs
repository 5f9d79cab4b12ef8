//! «Số này từ đâu»: everything that says how far a figure can be trusted, and its history.

use std::collections::BTreeSet;

use foundation::{Calendar, Instant, Lang, Period, Result};
use kit::{Context, Figure, Permission, UnitId};
use packs::Packs;

use super::{Desk, query, sees};
use crate::actions::set_targets::year_calendar;
use crate::definition::Indicator;
use crate::engine::{Asked, Span, reach, targets};
use crate::observations::{self, Step};
use crate::show;

/// How many names of silent units are written out.
const NAMES: usize = 8;

/// The panel.
pub(super) struct Trust {
    pub(super) source: String,
    pub(super) prescribed: String,
    pub(super) owner: String,
    pub(super) pack_owner: Option<(String, bool)>,
    pub(super) period: String,
    pub(super) days: String,
    pub(super) known_at: Option<String>,
    pub(super) reported: u32,
    pub(super) expected: u32,
    pub(super) missing: Vec<(UnitId, String)>,
    pub(super) more_missing: usize,
    pub(super) target: Option<String>,
    /// The whole year's, where the target is the part of it that is due by now.
    pub(super) target_of_year: Option<String>,
    pub(super) decision: Option<String>,
    pub(super) decision_unverified: bool,
    /// Where the target is set, for whoever may.
    pub(super) set: Option<String>,
    pub(super) corrections: i64,
    pub(super) public: bool,
    pub(super) version: i64,
    pub(super) legal_ref: Option<String>,
    pub(super) explain: String,
    pub(super) parts: Vec<(String, String)>,
}

/// What another source says of the same figure.
pub(super) struct Source {
    pub(super) name: String,
    pub(super) owner: String,
    pub(super) value: String,
    pub(super) known_at: String,
    pub(super) shown: bool,
}

/// A step of the history.
pub(super) struct Past {
    pub(super) correction: bool,
    pub(super) when: String,
    pub(super) source: String,
    pub(super) what: String,
    pub(super) before: Option<String>,
    pub(super) now: String,
}

/// The indicators that values are told for: `indicator` itself, or what it is computed from, all the way
/// down.
pub(super) fn told<'a>(desk: &'a Desk, indicator: &'a Indicator) -> Vec<&'a Indicator> {
    if indicator.is_reported() {
        return vec![indicator];
    }
    let mut open = desk.catalogue.parts(indicator);
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        if let Some(part) = desk.catalogue.get(id) {
            match part.is_reported() {
                true => found.push(part),
                false => open.extend(desk.catalogue.parts(part)),
            }
        }
    }
    found.sort_by(|a, b| a.code.cmp(&b.code));
    found
}

/// The units that should have told a part of the figure and did not.
pub(super) async fn silent(
    desk: &Desk,
    indicator: &Indicator,
    period: Period,
    asked: &Asked,
) -> Result<Vec<UnitId>> {
    let mut silent = BTreeSet::new();
    for part in told(desk, indicator).into_iter().filter(|p| p.def.calendar == period.calendar) {
        let leaves = desk.engine.leaves(part, Span::of(period), asked).await?;
        let reach = reach::reach(&desk.map, part, asked.unit, period.last_day(), asked.today);
        for unit in reach.units.iter().map(|u| u.0).filter(|u| reach.asks(*u)) {
            if leaves.first().is_none_or(|l| l.binary_search_by_key(&unit, |l| l.unit).is_err()) {
                silent.insert(unit);
            }
        }
    }
    Ok(silent.into_iter().collect())
}

fn now(cx: &Context, asked: &Asked) -> Instant {
    asked.as_known.unwrap_or_else(|| cx.clock.now())
}

/// The indicators behind a figure that the reader may see: what corrections are shown of.
fn shown_parts(cx: &Context, desk: &Desk, indicator: &Indicator, unit: UnitId) -> Vec<i64> {
    told(desk, indicator).into_iter().filter(|i| sees(cx, i, unit)).map(|i| i.id).collect()
}

/// Gathers the panel.
pub(super) async fn trust(
    cx: &Context,
    desk: &Desk,
    indicator: &Indicator,
    figure: &Figure,
    asked: &Asked,
) -> Result<Trust> {
    let lang = cx.lang;
    let def = &indicator.def;
    let period = figure.period;
    let silent = silent(desk, indicator, period, asked).await?;
    let day = period.last_day().min(asked.today);
    let name = |unit: UnitId| desk.map.name(unit, day);
    let owner = cx.house.get::<Packs>()?.owner(&indicator.pack, day);
    let measure = def.unit.get(lang);
    let set = targets::decision(desk.engine.db(), indicator.id, asked.unit, period, now(cx, asked)).await?;
    let whole = desk.engine.target_of_year(indicator, asked.unit, period, asked.as_known).await?;
    let (decision, decision_unverified) = match (&set, &def.target) {
        (Some((text, _, _)), _) => (Some(text.clone()).filter(|t| !t.is_empty()), text.is_empty()),
        (None, Some(default)) => (default.legal_ref.clone(), !default.verified),
        (None, None) => (None, true),
    };
    let year = period.year().to_string();
    let unit_text = asked.unit.to_string();
    let of = [("by", "unit"), ("pack", &indicator.pack), ("unit", &unit_text), ("year", &year)];
    let may = cx.may(Permission::SetTargets) && cx.scope.sets_targets(asked.unit, &indicator.pack);
    let with_measure = |t: f64| format!("{} {measure}", show::number(t, def.decimals, lang));
    let ids = shown_parts(cx, desk, indicator, asked.unit);
    let units = desk.map.subtree(asked.unit, day);
    let corrections =
        observations::count_corrections(desk.engine.db(), ids, units, period, now(cx, asked)).await?;
    let parts = desk.catalogue.parts(indicator);
    Ok(Trust {
        source: figure.source.clone(),
        prescribed: def.source.as_ref().map(|s| s.get(lang).to_owned()).unwrap_or_default(),
        owner: figure.owner.clone(),
        pack_owner: owner.map(|o| (o.name.get(lang).to_owned(), o.verified)),
        period: show::period(period, lang),
        days: format!("{} – {}", show::day(period.first_day(), lang), show::day(period.last_day(), lang)),
        known_at: figure.known_at.map(|at| show::moment(at, lang)),
        reported: figure.coverage.reported,
        expected: figure.coverage.expected,
        more_missing: silent.len().saturating_sub(NAMES),
        missing: silent.iter().take(NAMES).map(|u| (*u, name(*u))).collect(),
        target: figure.target.map(with_measure),
        target_of_year: whole.map(with_measure),
        decision,
        decision_unverified,
        set: (may && year_calendar(indicator).is_some()).then(|| format!("/targets{}", query(&of))),
        corrections,
        public: indicator.is_public(),
        version: indicator.version,
        legal_ref: def.legal_ref.clone().filter(|_| def.verified),
        explain: def.explain.as_ref().map(|e| e.get(lang).to_owned()).unwrap_or_default(),
        parts: parts
            .into_iter()
            .filter_map(|id| desk.catalogue.get(id))
            .filter(|i| sees(cx, i, asked.unit))
            .map(|i| (i.code.clone(), i.def.name.get(lang).to_owned()))
            .collect(),
    })
}

/// What the sources say, when there are two or more for one figure.
pub(super) async fn sources(
    cx: &Context,
    desk: &Desk,
    indicator: &Indicator,
    period: Period,
    asked: &Asked,
) -> Result<Vec<Source>> {
    if !indicator.is_reported() || period.calendar != indicator.def.calendar {
        return Ok(Vec::new());
    }
    let said =
        observations::by_source(desk.engine.db(), indicator.id, period, asked.unit, now(cx, asked)).await?;
    if said.len() < 2 {
        return Ok(Vec::new());
    }
    // Where two sources have one precedence, the newer telling is shown.
    let first = said.iter().map(|s| s.precedence).min().unwrap_or_default();
    let shown = said.iter().filter(|s| s.precedence == first).max_by_key(|s| s.known_at).map(|s| s.source);
    let measure = indicator.def.unit.get(cx.lang);
    Ok(said
        .into_iter()
        .map(|s| Source {
            shown: Some(s.source) == shown,
            name: s.name,
            owner: s.owner,
            value: match s.value {
                Some(v) => format!("{} {measure}", show::number(v, indicator.def.decimals, cx.lang)),
                None => "–".to_owned(),
            },
            known_at: show::moment(s.known_at, cx.lang),
        })
        .collect())
}

/// A step of a value's history in words.
fn past(desk: &Desk, step: &Step, unit: UnitId, lang: Lang) -> Option<Past> {
    let indicator = desk.catalogue.get(step.indicator)?;
    let period = Period { calendar: Calendar::from_code(step.calendar).ok()?, index: step.period };
    let d = indicator.def.decimals;
    let number = |v: Option<f64>| v.map_or_else(|| "–".to_owned(), |v| show::number(v, d, lang));
    let mut what = vec![indicator.short().get(lang).to_owned(), show::period_short(period, lang)];
    if step.unit != unit {
        what.push(desk.name(step.unit));
    }
    if !step.dims.is_empty() {
        what.push(step.dims.clone());
    }
    Some(Past {
        correction: step.revision > 1,
        when: show::moment(step.known_at, lang),
        source: desk.engine.source(step.source).map(|s| s.name).unwrap_or_default(),
        what: what.join(" · "),
        before: (step.revision > 1).then(|| number(step.before)),
        now: number(step.value),
    })
}

/// The history of a figure: every telling of the unit's own, or the corrections of those below it.
pub(super) async fn history(
    cx: &Context,
    desk: &Desk,
    indicator: &Indicator,
    period: Period,
    asked: &Asked,
) -> Result<Vec<Past>> {
    let at = now(cx, asked);
    let db = desk.engine.db();
    let mut steps = Vec::new();
    if indicator.is_reported() && period.calendar == indicator.def.calendar {
        let own = observations::history(db, indicator.id, period, asked.unit, 20).await?;
        steps.extend(own.into_iter().filter(|s| s.known_at <= at));
    }
    if steps.is_empty() {
        let ids = shown_parts(cx, desk, indicator, asked.unit);
        let units = desk.map.subtree(asked.unit, asked.today);
        steps = observations::corrections(db, ids, units, at.plus_seconds(1), 12).await?;
    }
    Ok(steps.iter().filter_map(|s| past(desk, s, asked.unit, cx.lang)).collect())
}

/// The newest corrections of figures that the reader sees, since a moment.
pub(super) async fn corrections_since(
    cx: &Context,
    desk: &Desk,
    since: Instant,
    limit: i64,
) -> Result<Vec<(String, Past)>> {
    let ids = desk.catalogue.all().filter(|i| sees(cx, i, desk.root)).map(|i| i.id).collect();
    let units = desk.map.subtree(desk.root, desk.today);
    let at = cx.clock.now().plus_seconds(1);
    let steps = observations::corrections(desk.engine.db(), ids, units, at, limit).await?;
    Ok(steps
        .iter()
        .filter(|s| s.known_at >= since)
        .filter_map(|s| {
            let code = &desk.catalogue.get(s.indicator)?.code;
            let period = Period { calendar: Calendar::from_code(s.calendar).ok()?, index: s.period };
            let href = format!("/indicators/{code}?unit={}&period={}", s.unit, period.code());
            Some((href, past(desk, s, desk.root, cx.lang)?))
        })
        .collect())
}
