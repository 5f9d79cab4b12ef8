//! Cases in words: deadlines, names of units, marks of states.

use std::sync::Arc;

use foundation::{Date, Instant, Lang, LocalText, Result, TimeOfDay};
use kit::{Context, Permission, UnitId};
use serde_json::Value as Json;
use units::{Atlas, Level, Map};

use crate::case::Case;
use crate::route;
use crate::service::{CaseType, Types, calendar};
use crate::store::lists::{Counted, Sees};
use crate::workflow::Stage;

/// What every page starts from.
pub(crate) struct Desk {
    pub types: Arc<Types>,
    pub map: Arc<Map>,
    pub root: UnitId,
    pub today: Date,
    pub now: Instant,
    pub lang: Lang,
}

/// A choice of a list.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// What is due, in words: «còn 3 giờ», with a mark.
#[derive(Debug, Clone, Default)]
pub(crate) struct Due {
    /// `good`, `watch`, `bad`, `none`.
    pub state: &'static str,
    /// «còn 3 giờ làm việc».
    pub words: String,
    /// Which clock.
    pub clock: String,
    /// The moment itself.
    pub at: String,
}

impl Desk {
    pub fn open(cx: &Context) -> Result<Desk> {
        let atlas = cx.house.get::<Atlas>()?;
        let now = cx.clock.now();
        Ok(Desk {
            types: cx.house.get::<Types>()?,
            map: atlas.map(),
            root: atlas.require_root()?,
            today: Date::of(now),
            now,
            lang: cx.lang,
        })
    }

    /// The communes of the place as choices, by name.
    pub fn communes(&self, chosen: &str) -> Vec<Choice> {
        let mut all: Vec<Choice> = self
            .map
            .below(self.root, Level::Commune, self.today)
            .into_iter()
            .map(|v| {
                let value = v.unit.to_string();
                Choice { chosen: value == chosen, value, label: v.full_name() }
            })
            .collect();
        all.sort_by_key(|p| foundation::text::sort_key(&p.label));
        all
    }

    /// The units that may get cases of a place as choices.
    pub fn receivers(&self, place: UnitId, chosen: Option<UnitId>) -> Vec<Choice> {
        let choice =
            |u: UnitId| Choice { value: u.to_string(), label: self.name(u), chosen: Some(u) == chosen };
        route::choices(&self.map, place, self.root, self.today).into_iter().map(choice).collect()
    }

    /// A unit's name; of an office of a commune with its commune, because they are all called the same.
    pub fn name(&self, unit: UnitId) -> String {
        let name = self.map.name(unit, self.today);
        let office = self.map.nearest(unit, self.today).filter(|v| v.level == Level::Office);
        match office.and_then(|v| v.place) {
            Some(place) => format!("{name}, {}", self.map.name(place, self.today)),
            None => name,
        }
    }

    /// A moment, «14:30 24/11/2026»; of today the time alone.
    pub fn moment(&self, at: Instant) -> String {
        match Date::of(at) == self.today {
            true => TimeOfDay::of(at).show(),
            false => kit::http::moment(at, self.lang),
        }
    }

    /// A moment with its day always: for what is kept, printed or photographed.
    pub fn dated(&self, at: Instant) -> String {
        kit::http::moment(at, self.lang)
    }

    /// What the ids and codes of a line of the history say: reason, unit, severity, stars.
    pub fn note(&self, cx: &Context, kind: &CaseType, detail: &Json) -> String {
        let flow = &kind.flow;
        let name = |text: &LocalText| text.get(self.lang).to_owned();
        let code = |key: &str| detail[key].as_str();
        let said = [
            code("reason").and_then(|r| flow.reason(r)).map(|r| name(&r.name)),
            detail["agency"].as_i64().map(|unit| self.name(unit)),
            code("severity").and_then(|s| flow.severity(s)).map(|s| name(&s.name)),
            detail["stars"].as_i64().map(|n| cx.words.say(cx.lang, "case-stars", &[("n", n.into())])),
        ];
        said.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }

    /// What is due next, in working time of the case's calendar.
    pub fn due(&self, cx: &Context, case: &Case) -> Result<Due> {
        let none = |key: &str| Due { state: "none", words: cx.t(key), ..Due::default() };
        if case.paused {
            return Ok(none("case-due-paused"));
        }
        let Some((clock, at)) = case.due() else {
            let solved = matches!(case.stage(), Stage::Answered | Stage::Closed);
            return Ok(match (solved, case.late) {
                (true, true) => Due { state: "bad", words: cx.t("case-due-was-late"), ..Due::default() },
                (true, false) => Due { state: "good", words: cx.t("case-due-in-time"), ..Due::default() },
                _ => none("case-due-none"),
            });
        };
        let hours = calendar(cx, &case.clocks()?.calendar)?;
        let minutes = hours.minutes_between(self.now, at);
        let (late, n) = (self.now > at, minutes.abs());
        // A working day of eight hours, and a whole day where the clock runs day and night.
        let day = if hours.hours(self.today).spans().first().is_some_and(|s| s.1 == TimeOfDay::END) {
            1440
        } else {
            480
        };
        let (unit, n) = match n {
            n if n < 60 => ("minutes", n),
            n if n < day => ("hours", n / 60),
            n => ("days", n / day),
        };
        let key = format!("case-due-{}-{unit}", if late { "late" } else { "left" });
        let state = match (late, minutes) {
            (true, _) => "bad",
            (_, m) if m < 240 => "watch",
            _ => "good",
        };
        Ok(Due {
            state,
            words: cx.words.say(cx.lang, &key, &[("n", n.into())]),
            clock: cx.t(clock.key()),
            at: self.moment(at),
        })
    }
}

impl Counted {
    /// «1.204», «hơn 10.000».
    pub(crate) fn said(self, cx: &Context) -> String {
        let shown = match cx.lang {
            Lang::Vi => foundation::number::show_vi(self.n as f64, 0),
            Lang::En => foundation::number::show_en(self.n as f64, 0),
        };
        match self.more {
            true => cx.words.say(cx.lang, "case-more-than", &[("n", shown.into())]),
            false => shown,
        }
    }
}

/// Of which types a reader sees cases, and which.
pub(crate) struct Reading {
    pub sees: Sees,
    pub kinds: Vec<Arc<CaseType>>,
}

impl Reading {
    /// Whose cases a tab lists: what was asked of the reader's agencies reaches wherever the case lies.
    pub fn of_tab(&self, tab: &str) -> Sees {
        match (tab, &self.sees) {
            ("asked", Sees::Units(units)) => Sees::Asked(Some(units.clone())),
            ("asked", _) => Sees::Asked(None),
            (_, sees) => sees.clone(),
        }
    }
}

/// What `cx` may read. Types of one reach go together; a reader whose packs reach to different units reads
/// one type at a time, `wanted`, or the first.
pub(crate) fn reading(cx: &Context, desk: &Desk, wanted: Option<&str>) -> Reading {
    let of = |kind: &CaseType| match cx.scope.units_where(Permission::ReadInternal, &kind.pack) {
        None => Sees::All,
        Some(units) if units.contains(&desk.root) => Sees::All,
        Some(units) => Sees::Units(units.into_iter().collect()),
    };
    let seen: Vec<(Arc<CaseType>, Sees)> = desk
        .types
        .all()
        .into_iter()
        .map(|kind| (kind.clone(), of(&kind)))
        .filter(|(_, sees)| *sees != Sees::Units(Vec::new()))
        .collect();
    let first = seen.iter().find(|(k, _)| wanted.is_none_or(|w| k.id == w || k.flow.id == w));
    let sees = first.map_or(Sees::Units(Vec::new()), |(_, s)| s.clone());
    let kinds = seen.into_iter().filter(|(_, s)| *s == sees).map(|(k, _)| k).collect();
    Reading { sees, kinds }
}

/// The number in a code, «PA-26-004866» or «4866».
pub(crate) fn number_of(code: &str) -> Option<i64> {
    let digits = code.trim().rsplit('-').next()?.trim();
    (digits.len() <= 12).then(|| digits.parse().ok()).flatten().filter(|n| *n > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_named_by_its_code_or_its_number() {
        assert_eq!(number_of("PA-26-004866"), Some(4866));
        assert_eq!(number_of(" 4866 "), Some(4866));
        for wrong in ["", "PA-", "PA-26-x", "-5-", "99999999999999"] {
            assert_eq!(number_of(wrong), None, "{wrong}");
        }
    }
}
