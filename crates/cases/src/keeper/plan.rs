//! What is to be done about a case now, and when it is to be looked at next. Pure.

use foundation::{Date, Instant, Result, WorkingCalendar, error::internal};

use crate::actions::close::rated_until;
use crate::case::{Calendars, Case};
use crate::clock::{ClockKind, Hand};
use crate::service::CaseType;
use crate::workflow::{Escalation, Stage, Who, minutes};

/// An urgent report rings again after so many seconds.
const RING_S: i64 = 300;
/// A reporter who was asked is waited for so many working days.
const WAIT_DAYS: i32 = 10;

/// Something to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// `due`, `ring`, `waiting`.
    pub kind: &'static str,
    /// Of `due` the place in the type's escalations, of `ring` how often it rang before.
    pub rung: i64,
    /// The moment that it is about.
    pub promise: Instant,
    /// Who is told.
    pub tell: Vec<Who>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// What is to be told, where it was not.
    pub remind: Vec<Reminder>,
    /// Whether the days of rating are over.
    pub close: bool,
    /// Whether it is overdue, which its unit's figures tell.
    pub overdue: bool,
    /// When it is to be looked at next, if it does not change before.
    pub next: Option<Instant>,
}

impl Plan {
    fn wake(&mut self, at: Instant) {
        self.next = Some(self.next.map_or(at, |next| next.min(at)));
    }
}

/// When an escalation is told of a solution due at `due`.
fn moment(rung: &Escalation, due: Instant, hours: &WorkingCalendar) -> Result<Instant> {
    let of = |written: &Option<String>| written.as_deref().and_then(minutes);
    match (of(&rung.before), of(&rung.after)) {
        (Some(before), _) => hours.add_working_minutes(due, -before),
        (None, Some(after)) => hours.add_working_minutes(due, after),
        (None, None) => Ok(due),
    }
}

/// At once: what a case says that is to be looked at before anything else is known.
pub const NOW: Option<Instant> = Some(Instant(0));

/// When a case that is being written is to be looked at: at once where something is to be done about it, or
/// where that cannot be told here; never where nothing will be.
pub fn wake(kind: &CaseType, case: &Case, calendars: &Calendars, now: Instant) -> Option<Instant> {
    match plan(kind, case, calendars, now) {
        Ok(plan) if plan.remind.is_empty() && !plan.close && !plan.overdue => plan.next,
        _ => NOW,
    }
}

/// What is to be done about `case`.
pub fn plan(kind: &CaseType, case: &Case, calendars: &Calendars, now: Instant) -> Result<Plan> {
    let mut plan = Plan::default();
    if case.demo {
        return Ok(plan);
    }
    if let Some(until) = rated_until(kind, case) {
        // On the last moment a rating is still taken.
        match now > until {
            true => plan.close = true,
            false => plan.wake(Instant(until.0 + 1)),
        }
        return Ok(plan);
    }
    if !case.stage().is_open() {
        return Ok(plan);
    }
    let rings = kind.flow.severity(&case.severity).is_some_and(|s| s.rings);
    if rings && case.stage() == Stage::New {
        let rung = now.since(case.received_at).max(0) / (RING_S * 1_000_000);
        let promise = case.received_at;
        plan.remind.push(Reminder { kind: "ring", rung, promise, tell: vec![Who::Intake] });
        plan.wake(case.received_at.plus_seconds((rung + 1) * RING_S));
    }
    let clocks = case.clocks()?;
    let hours = calendars
        .get(&clocks.calendar)
        .ok_or_else(|| internal("case_calendar", format!("Thiếu lịch làm việc «{}»", clocks.calendar)))?;
    if let Hand::Running { due } = clocks.hand(ClockKind::Solution) {
        let made = clocks.promises.iter().rev().find(|p| p.clock == ClockKind::Solution).map(|p| p.made);
        for (rung, escalation) in kind.flow.escalations.iter().enumerate() {
            let at = moment(escalation, due, hours)?;
            // «Four hours before» says nothing of what was promised within four hours.
            if escalation.before.is_some() && made.is_some_and(|made| at <= made) {
                continue;
            }
            match now >= at {
                true => plan.remind.push(Reminder {
                    kind: "due",
                    rung: rung as i64,
                    promise: due,
                    tell: escalation.tell.clone(),
                }),
                false => plan.wake(at),
            }
        }
        match now > due {
            true => plan.overdue = true,
            false => plan.wake(Instant(due.0 + 1)),
        }
    }
    if let Some(pause) = clocks.pause.as_ref().filter(|p| p.reason == "reporter") {
        let day = hours.add_working_days(Date::of(pause.since), WAIT_DAYS)?;
        let at = hours.closes(day).unwrap_or_else(|| day.add_days(1).start());
        match now >= at {
            true => plan.remind.push(Reminder {
                kind: "waiting",
                rung: 0,
                promise: pause.since,
                tell: vec![Who::Intake, Who::Handler],
            }),
            false => plan.wake(at),
        }
    }
    Ok(plan)
}
