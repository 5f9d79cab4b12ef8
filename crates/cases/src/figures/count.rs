//! What a month's figures of a unit are, from its cases. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foundation::{Calendar, Date, Instant, Period};

use crate::case::{Calendars, CaseId};
use crate::clock::{ClockKind, Clocks, Hand};
use crate::service::{ALWAYS, CaseType};
use crate::store::figures::Counted;
use crate::workflow::{Intake, Stage};

/// What is known of a unit's month.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The cases that came before its end and were not solved before its beginning.
    pub cases: Vec<Counted>,
    /// Those with a photo of the finished work.
    pub evidence: BTreeSet<CaseId>,
    /// Those for which other agencies were asked.
    pub several: BTreeSet<CaseId>,
    /// Those that were opened again in the month.
    pub reopened: BTreeSet<CaseId>,
    /// Those that were extended in the month.
    pub extended: BTreeSet<CaseId>,
    /// Now.
    pub now: Instant,
}

/// Period, full id of the indicator, channel (empty: the whole).
pub type Key = (String, String, &'static str);

/// Every figure counted by cases, but for topics, which categories name.
const COUNTS: [&str; 19] = [
    "received",
    "received_urgent",
    "urgent_in_time",
    "taken_in_time",
    "refused",
    "refused_scope",
    "refused_content",
    "duplicates",
    "resolved",
    "resolved_in_time",
    "pending",
    "pending_overdue",
    "extended",
    "reopened",
    "many_agencies",
    "rated",
    "rated_satisfied",
    "published",
    "with_evidence",
];

/// The channels that the pack tells apart.
const CHANNELS: [&str; 5] = ["app", "hotline", "zalo", "web", "counter"];

/// Other apps come by Open311, other programs by the API of the portal, officers write at the counter.
fn channel(written: &str) -> &'static str {
    match written {
        "open311" | "app" => "app",
        "hotline" => "hotline",
        "zalo" => "zalo",
        "counter" | "inside" => "counter",
        _ => "web",
    }
}

fn clocks(case: &Counted) -> Option<Clocks> {
    serde_json::from_value(case.clocks.clone()).ok()
}

/// The calendar that a case's clocks run by.
pub(super) fn calendar_of(case: &Counted) -> String {
    clocks(case).map_or_else(|| ALWAYS.to_owned(), |c| c.calendar)
}

/// Whether the solution of an unsolved case was promised for before `at`; a clock that stands runs not out.
fn overdue(case: &Counted, clocks: Option<&Clocks>, at: Instant) -> bool {
    let stood = clocks.and_then(|c| c.pause.as_ref()).map(|p| p.since);
    case.promised_at.is_some_and(|due| due < stood.map_or(at, |since| since.min(at)))
}

/// The figures of a month: months of every public type's pack, and the urgent cases of each day since `from`.
pub fn count(
    types: &[Arc<CaseType>],
    calendars: &Calendars,
    month: Period,
    from: Date,
    now: Instant,
    facts: &Facts,
) -> BTreeMap<Key, f64> {
    let mut all = BTreeMap::new();
    let mut packs: Vec<&str> = Vec::new();
    for kind in types.iter().filter(|k| k.flow.intake == Intake::Public) {
        if !packs.contains(&kind.pack.as_str()) {
            packs.push(&kind.pack);
        }
    }
    for pack in packs {
        let kinds: Vec<&CaseType> = types
            .iter()
            .map(AsRef::as_ref)
            .filter(|k| k.pack == pack && k.flow.intake == Intake::Public)
            .collect();
        let mut of_pack = Month::begin(pack, &kinds, month);
        for case in &facts.cases {
            if let Some(kind) = kinds.iter().find(|k| k.id == case.kind) {
                of_pack.add(kind, case, facts, calendars);
            }
        }
        of_pack.days(&kinds, from, now, facts);
        // Whole minutes were added up; a tenth of an hour is as exact as anybody reads it.
        let hours = (month.code(), format!("{pack}.hours"), "");
        of_pack.figures.entry(hours).and_modify(|m| *m = (*m / 6.0).round() / 10.0);
        all.append(&mut of_pack.figures);
    }
    all
}

struct Month<'a> {
    pack: &'a str,
    month: Period,
    begins: Instant,
    ends: Instant,
    figures: BTreeMap<Key, f64>,
}

fn urgent(kind: &CaseType, case: &Counted) -> bool {
    kind.flow.severity(&case.severity).is_some_and(|s| s.rings)
}

impl<'a> Month<'a> {
    /// A month in which nothing happened.
    fn begin(pack: &'a str, kinds: &[&CaseType], month: Period) -> Month<'a> {
        let (begins, ends) = (month.first_day().start(), month.last_day().add_days(1).start());
        let mut empty = Month { pack, month, begins, ends, figures: BTreeMap::new() };
        let topics = kinds.iter().flat_map(|k| &k.flow.categories).filter_map(|c| c.counts_as.as_deref());
        for id in COUNTS.into_iter().chain(["hours"]).chain(topics) {
            empty.plus(id, "", 0.0);
        }
        for channel in CHANNELS {
            empty.plus("received", channel, 0.0);
        }
        empty
    }

    fn plus(&mut self, id: &str, channel: &'static str, n: f64) {
        let key = (self.month.code(), format!("{}.{id}", self.pack), channel);
        *self.figures.entry(key).or_insert(0.0) += n;
    }

    fn add(&mut self, kind: &CaseType, case: &Counted, facts: &Facts, calendars: &Calendars) {
        let stage = Stage::of(case.stage).unwrap_or(Stage::New);
        // Complaints, denunciations and what is another place's go another way and are not counted.
        if stage == Stage::Elsewhere {
            return;
        }
        let clocks = clocks(case);
        let within = |at: Instant| self.begins <= at && at < self.ends;
        let (came, urgent) = (within(case.received_at), urgent(kind, case));
        let answered = matches!(stage, Stage::Answered | Stage::Closed);
        let solved = case.solved_at.filter(|at| answered && within(*at));
        let mut ids: Vec<&str> = Vec::new();
        let mut note = |holds: bool, id: &'static str| {
            if holds {
                ids.push(id);
            }
        };
        note(came, "received");
        note(came && urgent, "received_urgent");
        note(came && urgent && answered && !case.late, "urgent_in_time");
        let taken = clocks.as_ref().map(|c| c.hand(ClockKind::FirstResponse));
        note(came && matches!(taken, Some(Hand::Met { late: false, .. })), "taken_in_time");
        note(came && stage == Stage::Refused, "refused");
        note(came && stage == Stage::Refused && case.reason == "outside_remit", "refused_scope");
        note(came && stage == Stage::Refused && case.reason == "too_little", "refused_content");
        note(came && stage == Stage::Merged, "duplicates");
        note(solved.is_some(), "resolved");
        note(solved.is_some() && !case.late, "resolved_in_time");
        note(solved.is_some() && facts.several.contains(&case.seq), "many_agencies");
        note(solved.is_some() && case.rating.is_some(), "rated");
        note(solved.is_some() && case.rating.is_some_and(|r| r >= 4), "rated_satisfied");
        note(solved.is_some() && case.published, "published");
        note(solved.is_some() && facts.evidence.contains(&case.seq), "with_evidence");
        note(facts.reopened.contains(&case.seq), "reopened");
        note(facts.extended.contains(&case.seq), "extended");
        let end = self.ends.min(facts.now);
        let waits = case.solved_at.is_none_or(|at| at >= self.ends);
        note(waits, "pending");
        note(waits && overdue(case, clocks.as_ref(), end), "pending_overdue");
        for id in ids {
            self.plus(id, "", 1.0);
        }
        if came {
            self.plus("received", channel(&case.channel), 1.0);
            let topic = kind.flow.category(&case.category).and_then(|c| c.counts_as.as_deref());
            if let Some(topic) = topic {
                self.plus(topic, "", 1.0);
            }
        }
        if let Some(at) = solved {
            let hours = calendars.get(&clocks.map_or_else(|| ALWAYS.to_owned(), |c| c.calendar));
            let minutes = hours.map_or(0, |h| h.minutes_between(case.received_at, at).max(0));
            self.plus("hours", "", minutes as f64);
        }
    }

    /// Urgent cases that were open at the end of each day.
    fn days(&mut self, kinds: &[&CaseType], from: Date, now: Instant, facts: &Facts) {
        let urgent: Vec<&Counted> = facts
            .cases
            .iter()
            .filter(|c| kinds.iter().any(|k| k.id == c.kind && urgent(k, c)))
            .filter(|c| Stage::of(c.stage) != Some(Stage::Elsewhere))
            .collect();
        let (mut day, last) = (self.month.first_day().max(from), self.month.last_day().min(Date::of(now)));
        while day <= last {
            let end = day.add_days(1).start();
            let open = |c: &&&Counted| c.received_at < end && c.solved_at.is_none_or(|at| at >= end);
            let n = urgent.iter().filter(open).count();
            let code = Period::containing(Calendar::Day, day).code();
            self.figures.insert((code, format!("{}.urgent_open", self.pack), ""), n as f64);
            day = day.add_days(1);
        }
    }
}
