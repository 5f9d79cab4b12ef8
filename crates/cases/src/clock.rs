//! The three clocks of a case: first response, update, solution. A pure state machine over a working
//! calendar; it reads no clock and no table.
//!
//! Promises, each held by a property test below: a clock never runs while the case is paused; what was
//! promised changes only by an act that is written down as a new promise, never by an edit of the rules,
//! because the moment that is due is kept and not reckoned anew; [`Clocks::next`] always says *which* clock
//! is due. The update clock does not run before the first response was given, so it cannot hide that none
//! was.

use foundation::{Instant, Result, WorkingCalendar};
use serde::{Deserialize, Serialize};

/// Which of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// Until somebody took the case in (or refused it).
    FirstResponse,
    /// Until the reporter hears something again.
    Update,
    /// Until the answer is public, or the case is refused or passed out.
    Solution,
}

impl ClockKind {
    /// Every clock; also their numbers in the table.
    pub const ALL: [ClockKind; 3] = [ClockKind::FirstResponse, ClockKind::Update, ClockKind::Solution];

    /// Its number in the table.
    pub fn number(self) -> i64 {
        self as i64
    }

    /// Reads a number of the table.
    pub fn of(number: i64) -> Option<ClockKind> {
        ClockKind::ALL.get(usize::try_from(number).ok()?).copied()
    }

    /// Its key in the words.
    pub fn key(self) -> &'static str {
        match self {
            ClockKind::FirstResponse => "case-clock-first",
            ClockKind::Update => "case-clock-update",
            ClockKind::Solution => "case-clock-solution",
        }
    }
}

/// Where a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "hand", rename_all = "snake_case")]
pub enum Hand {
    /// It has not begun, or this severity has no such clock.
    Idle,
    /// It runs out at `due`.
    Running {
        /// When.
        due: Instant,
    },
    /// It stands still with so much working time left, in µs; negative when it had run out.
    Paused {
        /// How much.
        left: i64,
    },
    /// What it asked for was done.
    Met {
        /// When.
        at: Instant,
        /// Whether that was after it had run out.
        late: bool,
    },
}

/// A moment that somebody was promised, and why it is that one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// Of which clock.
    pub clock: ClockKind,
    /// By when.
    pub due: Instant,
    /// When this was promised.
    pub made: Instant,
    /// By what.
    pub by: PromisedBy,
}

/// What made a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromisedBy {
    /// The rules of the case's severity.
    Rule,
    /// The case was found to be more urgent.
    Severity,
    /// A pause ended: the time it took is added.
    Resumed,
    /// An extension that somebody else approved.
    Extension,
    /// The reporter was not satisfied.
    Reopened,
    /// Whoever gave the task named the day.
    Given,
}

impl PromisedBy {
    /// Its key in the words.
    pub fn word(self) -> &'static str {
        match self {
            PromisedBy::Rule => "case-promise-rule",
            PromisedBy::Severity => "case-promise-severity",
            PromisedBy::Resumed => "case-promise-resumed",
            PromisedBy::Extension => "case-promise-extension",
            PromisedBy::Reopened => "case-promise-reopened",
            PromisedBy::Given => "case-promise-given",
        }
    }
}

/// How long each clock runs, in minutes of the calendar; `None`: there is no such clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Limits {
    /// Until it is taken in.
    pub first_response: Option<i64>,
    /// Between two words to the reporter.
    pub update: Option<i64>,
    /// Until it is solved.
    pub solution: Option<i64>,
}

impl Limits {
    fn of(&self, kind: ClockKind) -> Option<i64> {
        match kind {
            ClockKind::FirstResponse => self.first_response,
            ClockKind::Update => self.update,
            ClockKind::Solution => self.solution,
        }
    }
}

/// Why and since when a case is paused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// The id of the reason in the case's type.
    pub reason: String,
    /// Since when.
    pub since: Instant,
}

/// The clocks of one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clocks {
    /// The calendar they run by.
    pub calendar: String,
    limits: Limits,
    hands: [Hand; 3],
    /// Why they stand still, if they do.
    pub pause: Option<Pause>,
    /// Everything that was ever promised, oldest first.
    pub promises: Vec<Promise>,
}

impl Clocks {
    /// The clocks of a case that was received at `now`: the first response is due.
    pub fn received(calendar: &str, limits: Limits, now: Instant, hours: &WorkingCalendar) -> Result<Clocks> {
        let mut clocks = Clocks {
            calendar: calendar.to_owned(),
            limits,
            hands: [Hand::Idle; 3],
            pause: None,
            promises: Vec::new(),
        };
        clocks.start(ClockKind::FirstResponse, now, hours, PromisedBy::Rule)?;
        Ok(clocks)
    }

    /// Where a clock stands.
    pub fn hand(&self, kind: ClockKind) -> Hand {
        self.hands[kind as usize]
    }

    /// The clock that runs out next, and when; `None` when none runs.
    pub fn next(&self) -> Option<(ClockKind, Instant)> {
        let running = |kind: ClockKind| match self.hand(kind) {
            Hand::Running { due } => Some((kind, due)),
            _ => None,
        };
        ClockKind::ALL.into_iter().filter_map(running).min_by_key(|(kind, due)| (*due, *kind))
    }

    /// Whether a clock ran out before it was met, or before `now`.
    pub fn is_late(&self, kind: ClockKind, now: Instant) -> bool {
        match self.hand(kind) {
            Hand::Idle => false,
            Hand::Running { due } => now > due,
            Hand::Paused { left } => left < 0,
            Hand::Met { late, .. } => late,
        }
    }

    /// The latest moment promised for a clock.
    pub fn promised(&self, kind: ClockKind) -> Option<Instant> {
        self.promises.iter().rev().find(|p| p.clock == kind).map(|p| p.due)
    }

    /// Whoever gives the task names when it is to be done: the solution is due then, whatever the rules say,
    /// and before anybody took it in.
    pub fn given(&mut self, due: Instant, now: Instant) {
        self.promise(ClockKind::Solution, due, now, PromisedBy::Given);
    }

    /// Whether the solution's clock began by the word of whoever gave the task.
    fn is_given(&self) -> bool {
        self.promises.iter().any(|p| p.by == PromisedBy::Given)
    }

    /// The case was taken in with this severity: the first response is given, the two others begin; a day
    /// that was named stays. Nothing happens when it was taken in before.
    pub fn taken_in(
        &mut self,
        calendar: &str,
        limits: Limits,
        now: Instant,
        hours: &WorkingCalendar,
    ) -> Result<()> {
        // A named day runs before anybody took the case in; where it alone runs, nobody did.
        let fresh = match self.hand(ClockKind::FirstResponse) {
            Hand::Running { .. } | Hand::Paused { .. } => true,
            Hand::Idle => self.hand(ClockKind::Update) == Hand::Idle,
            Hand::Met { .. } => false,
        };
        self.meet(ClockKind::FirstResponse, now);
        if self.hand(ClockKind::Solution) != Hand::Idle && !(fresh && self.is_given()) {
            return Ok(());
        }
        // What could wait was the first response, and a named day.
        self.resume(now, hours)?;
        self.calendar = calendar.to_owned();
        self.limits = limits;
        self.start(ClockKind::Update, now, hours, PromisedBy::Rule)?;
        match self.hand(ClockKind::Solution) {
            Hand::Idle => self.start(ClockKind::Solution, now, hours, PromisedBy::Rule),
            _ => Ok(()),
        }
    }

    /// The case has another severity now. A promise is only ever moved forward: what was to be done by Friday
    /// may now be due tonight, but never on Monday. A pause ends, because what is more urgent does not wait.
    /// `before` are the hours of the calendar until now, `hours` those of the new one.
    pub fn reclassified(
        &mut self,
        calendar: &str,
        limits: Limits,
        now: Instant,
        before: &WorkingCalendar,
        hours: &WorkingCalendar,
    ) -> Result<()> {
        self.resume(now, before)?;
        self.calendar = calendar.to_owned();
        self.limits = limits;
        for kind in ClockKind::ALL {
            let Hand::Running { due } = self.hand(kind) else { continue };
            let Some(minutes) = limits.of(kind) else { continue };
            let sooner = hours.add_working_minutes(now, minutes)?;
            if sooner < due {
                self.promise(kind, sooner, now, PromisedBy::Severity);
            }
        }
        Ok(())
    }

    /// The reporter heard something: the update clock begins anew.
    pub fn updated(&mut self, now: Instant, hours: &WorkingCalendar) -> Result<()> {
        match self.hand(ClockKind::Update) {
            Hand::Running { .. } => self.start(ClockKind::Update, now, hours, PromisedBy::Rule),
            Hand::Paused { .. } => {
                let whole = self.limits.update.unwrap_or_default() * 60 * 1_000_000;
                self.hands[ClockKind::Update as usize] = Hand::Paused { left: whole };
                Ok(())
            }
            Hand::Idle | Hand::Met { .. } => Ok(()),
        }
    }

    /// Stops every running clock. A pause within a pause is the first one still.
    pub fn pause(&mut self, reason: &str, now: Instant, hours: &WorkingCalendar) {
        if self.pause.is_some() {
            return;
        }
        self.pause = Some(Pause { reason: reason.to_owned(), since: now });
        for hand in &mut self.hands {
            if let Hand::Running { due } = *hand {
                *hand = Hand::Paused { left: hours.micros_between(now, due) };
            }
        }
    }

    /// Lets the clocks run on with what they had left.
    pub fn resume(&mut self, now: Instant, hours: &WorkingCalendar) -> Result<()> {
        if self.pause.take().is_none() {
            return Ok(());
        }
        for kind in ClockKind::ALL {
            if let Hand::Paused { left } = self.hand(kind) {
                let due = hours.add_working_micros(now, left)?;
                self.promise(kind, due, now, PromisedBy::Resumed);
            }
        }
        Ok(())
    }

    /// The case is solved, refused or passed out: all clocks stop for good. Says whether the solution was
    /// late.
    pub fn solved(&mut self, now: Instant) -> bool {
        for kind in ClockKind::ALL {
            self.meet(kind, now);
        }
        self.pause = None;
        self.is_late(ClockKind::Solution, now)
    }

    /// The reporter was not satisfied: the update and solution clocks begin anew.
    pub fn reopened(&mut self, now: Instant, hours: &WorkingCalendar) -> Result<()> {
        self.pause = None;
        self.start(ClockKind::Update, now, hours, PromisedBy::Reopened)?;
        self.start(ClockKind::Solution, now, hours, PromisedBy::Reopened)
    }

    /// An approved extension: the solution is due at `due`. Told as a promise of its own, so that the first
    /// one is never forgotten. Only a running clock is extended; says whether it was.
    pub fn extended(&mut self, due: Instant, now: Instant) -> bool {
        let running = matches!(self.hand(ClockKind::Solution), Hand::Running { .. });
        if running {
            self.promise(ClockKind::Solution, due, now, PromisedBy::Extension);
        }
        running
    }

    fn start(
        &mut self,
        kind: ClockKind,
        now: Instant,
        hours: &WorkingCalendar,
        by: PromisedBy,
    ) -> Result<()> {
        if let Some(minutes) = self.limits.of(kind) {
            self.promise(kind, hours.add_working_minutes(now, minutes)?, now, by);
        }
        Ok(())
    }

    fn promise(&mut self, clock: ClockKind, due: Instant, made: Instant, by: PromisedBy) {
        self.hands[clock as usize] = Hand::Running { due };
        // Each word to the reporter moves the update clock: only where it stands now matters.
        if clock == ClockKind::Update {
            self.promises.retain(|p| p.clock != clock);
        }
        self.promises.push(Promise { clock, due, made, by });
    }

    fn meet(&mut self, kind: ClockKind, now: Instant) {
        let late = match self.hand(kind) {
            Hand::Idle | Hand::Met { .. } => return,
            Hand::Running { due } => now > due,
            Hand::Paused { left } => left < 0,
        };
        self.hands[kind as usize] = Hand::Met { at: now, late };
    }
}

#[cfg(test)]
mod tests;
