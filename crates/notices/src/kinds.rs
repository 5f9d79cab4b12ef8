//! The kinds of messages, and what holds for each before anybody chose otherwise.

use crate::channel::Via;

/// A kind of message.
#[derive(Debug)]
pub struct Kind {
    /// Its name, `case.answered`.
    pub name: &'static str,
    /// Whether it goes to those who work here.
    pub staff: bool,
    /// Whether it goes to citizens.
    pub citizens: bool,
    /// The ways it goes unless the person chose otherwise.
    pub ways: &'static [Via],
    /// The ways it can be sent at all.
    pub possible: &'static [Via],
    /// It is sent whatever the hour and the choice: the person asked for it a moment ago.
    pub always: bool,
    /// Its values lie sealed, and go when it was sent.
    pub secret: bool,
    /// It is of no use after so many seconds.
    pub stale_s: i64,
    /// The values that its text may name, beside `link`, `name` and `place`.
    pub values: &'static [&'static str],
}

const DAY: i64 = 86_400;
const ALL: &[Via] = &[Via::App, Via::Email, Via::Push, Via::Sms, Via::Zalo];
const CITIZEN: &[Via] = &[Via::App, Via::Email, Via::Push, Via::Zalo];
const STAFF: &[Via] = &[Via::App, Via::Email, Via::Push];
const RING: &[Via] = &[Via::App, Via::Email, Via::Push, Via::Sms];
const CODE: &[Via] = &[Via::Sms, Via::Zalo];

const CASE: &[&str] = &["code", "title", "due", "agency"];

const fn citizen(name: &'static str) -> Kind {
    Kind {
        name,
        staff: false,
        citizens: true,
        ways: CITIZEN,
        possible: ALL,
        always: false,
        secret: false,
        stale_s: 7 * DAY,
        values: CASE,
    }
}

const fn staff(name: &'static str) -> Kind {
    Kind { staff: true, citizens: false, ways: STAFF, stale_s: 3 * DAY, ..citizen(name) }
}

/// Every kind.
pub const KINDS: &[Kind] = &[
    citizen("case.received"),
    citizen("case.taken_in"),
    Kind { values: &["code", "title", "due", "agency", "question"], ..citizen("case.question") },
    citizen("case.answered"),
    Kind { values: &["code", "title", "due", "agency", "reason"], ..citizen("case.refused") },
    citizen("case.reopened"),
    staff("case.assigned"),
    staff("case.due_soon"),
    staff("case.overdue"),
    Kind { ways: RING, stale_s: DAY, ..staff("case.urgent") },
    staff("case.approval_wanted"),
    staff("case.disagreement"),
    Kind { values: &["shift", "open", "urgent"], ..staff("shift.handed_over") },
    Kind {
        ways: CODE,
        possible: CODE,
        always: true,
        secret: true,
        stale_s: 300,
        values: &["code", "minutes"],
        ..citizen("sign_in.code")
    },
    Kind { staff: true, values: &["title", "sender"], ..citizen("document.new") },
];

/// The kind of this name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|k| k.name == name)
}

impl Kind {
    /// The key of its words.
    pub fn word(&self) -> String {
        format!("notices-kind-{}", self.name.replace(['.', '_'], "-"))
    }

    /// Whether its text may name this value.
    pub fn knows(&self, value: &str) -> bool {
        self.values.contains(&value) || matches!(value, "link" | "name" | "place")
    }
}
