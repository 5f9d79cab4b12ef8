//! A case and the pure rules of what may be done to it.

use std::collections::BTreeMap;

use foundation::error::{conflict, forbidden, invalid};
use foundation::{Date, Instant, Result, WorkingCalendar, error::internal};
use kit::{Context, Permission, Scope, UnitId};
use serde_json::{Value as Json, json};
use storage::row;
use uuid::Uuid;

use crate::clock::{ClockKind, Clocks};
use crate::service::CaseType;
use crate::workflow::{Deed, Need, Stage, Step, Who};

/// The identity of a case: its running number.
pub type CaseId = i64;

row! {
    /// A case as its row holds it. Who reported it is not here: that is another table, which the intake desk
    /// alone reads.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Case {
        /// Its number, and its place in time.
        pub seq: i64,
        /// Its type, `petitions.report`.
        pub kind: String,
        /// What it is about.
        pub category: String,
        /// How urgent.
        pub severity: String,
        /// Where it stands.
        pub state: String,
        /// What that means: [`Stage`].
        pub stage: i64,
        /// The commune; the root where it is not known.
        pub place: i64,
        /// The unit in charge.
        pub agency: i64,
        /// The account in charge there.
        pub handler: Option<Uuid>,
        /// One line.
        pub title: String,
        /// As written.
        pub content: String,
        /// Where, in words.
        pub address: String,
        /// Where, degrees north.
        pub lat: Option<f64>,
        /// Where, degrees east.
        pub lon: Option<f64>,
        /// How sure the position is, metres.
        pub accuracy_m: Option<f64>,
        /// Whether somebody said which commune it is.
        pub place_sure: bool,
        /// By which way it came.
        pub channel: String,
        /// When.
        pub received_at: Instant,
        /// When it was written, without a network.
        pub happened_at: Option<Instant>,
        /// When it last changed.
        pub changed_at: Instant,
        /// When it was taken in.
        pub taken_in_at: Option<Instant>,
        /// When it was answered, refused or passed out.
        pub solved_at: Option<Instant>,
        /// [`Clocks`].
        pub clocks: Json,
        /// When the next clock runs out.
        pub due_at: Option<Instant>,
        /// Which.
        pub due_clock: Option<i64>,
        /// By when the solution is promised.
        pub promised_at: Option<Instant>,
        /// Whether the clocks stand still.
        pub paused: bool,
        /// Whether the solution came too late.
        pub late: bool,
        /// How many others met the same.
        pub supporters: i64,
        /// How many photos it has.
        pub photos: i64,
        /// How many entries its history has.
        pub entries: i64,
        /// Grows with every change: who acts on an older one is told what happened meanwhile.
        pub version: i64,
        /// Whether everybody may see it.
        pub published: bool,
        /// What everybody reads.
        pub public_text: String,
        /// The draft, or the approved answer.
        pub answer: String,
        /// Why it was refused or passed out.
        pub reason: String,
        /// What the reporter says of the answer, 1–5.
        pub rating: Option<i64>,
        /// How often it was opened again.
        pub reopened: i64,
        /// How often it was extended.
        pub extended: i64,
        /// The case it was joined to.
        pub merged_into: Option<i64>,
        /// The case it was taken out of.
        pub split_from: Option<i64>,
        /// What it was made from.
        pub source: String,
        /// Whether it is synthetic.
        pub demo: bool,
    }
}

/// The columns of [`Case`], in order.
pub const COLUMNS: &str = "seq, kind, category, severity, state, stage, place, agency, handler, title, \
    content, address, lat, lon, accuracy_m, place_sure, channel, received_at, happened_at, changed_at, \
    taken_in_at, solved_at, clocks, due_at, due_clock, promised_at, paused, late, supporters, photos, \
    entries, version, published, public_text, answer, reason, rating, reopened, extended, merged_into, \
    split_from, source, demo";

/// Who may read an entry of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Officers.
    Inside,
    /// The reporter too.
    Reporter,
    /// Everybody, once the case is published.
    Everybody,
}

/// What is written into the history.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// How the audit log names it.
    pub action: &'static str,
    /// What was done.
    pub deed: &'static str,
    /// By which step of the type, when by one.
    pub step: String,
    /// Who may read it.
    pub shown: Shown,
    /// Words.
    pub text: String,
    /// Ids and codes.
    pub detail: Json,
}

/// What a step is given.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Given {
    /// Words: the question, the answer, the remark.
    pub text: String,
    /// A reason of the type.
    pub reason: Option<String>,
    /// The category.
    pub category: Option<String>,
    /// The severity.
    pub severity: Option<String>,
    /// The commune.
    pub place: Option<UnitId>,
    /// The agency in charge.
    pub agency: Option<UnitId>,
    /// The account in charge.
    pub handler: Option<Uuid>,
    /// How many photos of the solution there are with it.
    pub photos: usize,
    /// At the approval: which photos of the solution everybody sees; `None`: all.
    pub publish_photos: Option<Vec<i64>>,
    /// At intake: what everybody may read; `None`: the case is not published.
    pub public_text: Option<String>,
}

/// The calendars that a step may need.
pub type Calendars = BTreeMap<String, WorkingCalendar>;

impl Case {
    /// What its state means.
    pub fn stage(&self) -> Stage {
        Stage::of(self.stage).unwrap_or(Stage::New)
    }

    /// Its clocks.
    pub fn clocks(&self) -> Result<Clocks> {
        serde_json::from_value(self.clocks.clone()).map_err(|e| {
            internal("case_clocks", format!("Đồng hồ của vụ việc {} bị hỏng", self.seq)).because(e)
        })
    }

    /// The clock that is due next.
    pub fn due(&self) -> Option<(ClockKind, Instant)> {
        Some((self.due_clock.and_then(ClockKind::of)?, self.due_at?))
    }

    /// Its code, «PA-26-004866»: letters of the type, year of receipt, running number.
    pub fn code(&self, letters: &str) -> String {
        let year = Date::of(self.received_at).year() % 100;
        format!("{letters}-{year:02}-{:06}", self.seq)
    }

    /// Whether `scope` reads it: at its place, or at the agency in charge.
    pub fn is_read_by(&self, scope: &Scope, pack: &str) -> bool {
        scope.reads(self.place, pack) || scope.reads(self.agency, pack)
    }

    /// Keeps the clocks, and what tables are searched by.
    pub fn set_clocks(&mut self, clocks: &Clocks) -> Result<()> {
        self.clocks = serde_json::to_value(clocks)
            .map_err(|e| internal("case_clocks", "Không ghi được đồng hồ của vụ việc").because(e))?;
        let next = clocks.next();
        self.due_at = next.map(|n| n.1);
        self.due_clock = next.map(|n| n.0.number());
        self.promised_at = clocks.promised(ClockKind::Solution);
        self.paused = clocks.pause.is_some();
        Ok(())
    }

    fn go(&mut self, kind: &CaseType, step: &Step) -> Result<()> {
        let Some(to) = &step.to else { return Ok(()) };
        let state = kind.flow.state(to).ok_or_else(|| {
            internal("case_state", format!("Loại «{}» không có trạng thái «{to}»", kind.id))
        })?;
        self.state = state.id.clone();
        self.stage = state.stage.number();
        Ok(())
    }

    /// Takes a step: checks that it leads on from here and has what it asks for, moves the clocks and the
    /// state. Who may take it is asked by [`may`].
    pub fn take(
        &mut self,
        kind: &CaseType,
        step: &Step,
        given: &Given,
        calendars: &Calendars,
        now: Instant,
    ) -> Result<Entry> {
        if !step.from.contains(&self.state) {
            return Err(conflict(
                "case_step_impossible",
                format!(
                    "Không thể «{}» khi vụ việc đang «{}».",
                    step.name.vi,
                    kind.flow.state(&self.state).map_or(self.state.as_str(), |s| s.name.vi.as_str())
                ),
            ));
        }
        demand(kind, step, given, self)?;
        let mut clocks = self.clocks()?;
        let hours = hours(calendars, &clocks.calendar)?;
        let mut detail = json!({});
        let mut shown = Shown::Inside;
        self.classify(kind, given, &mut detail)?;
        match step.does {
            Deed::TakeIn => {
                let severity = kind
                    .flow
                    .severity(&self.severity)
                    .ok_or_else(|| invalid("case_severity", "Hãy chọn mức độ của vụ việc."))?;
                let of_severity = self::hours(calendars, &severity.calendar)?;
                clocks.taken_in(&severity.calendar, severity.limits(), now, of_severity)?;
                self.taken_in_at.get_or_insert(now);
                if let Some(text) = given.public_text.as_ref().filter(|_| kind.flow.open) {
                    self.published = true;
                    self.public_text = text.clone();
                }
                shown = Shown::Everybody;
            }
            Deed::Assign => shown = Shown::Everybody,
            Deed::Tell => {
                clocks.updated(now, hours)?;
                shown = Shown::Everybody;
            }
            Deed::Ask => {
                clocks.updated(now, hours)?;
                clocks.pause("reporter", now, hours);
                shown = Shown::Reporter;
            }
            Deed::Reply => {
                clocks.resume(now, hours)?;
                shown = Shown::Reporter;
            }
            Deed::Pause => {
                clocks.pause(given.reason.as_deref().unwrap_or_default(), now, hours);
                shown = Shown::Everybody;
            }
            Deed::Resume => {
                clocks.resume(now, hours)?;
                shown = Shown::Everybody;
            }
            Deed::Propose => self.answer = given.text.clone(),
            Deed::SendBack => {}
            Deed::Approve => {
                if !given.text.trim().is_empty() {
                    self.answer = given.text.clone();
                }
                if self.answer.trim().is_empty() {
                    return Err(invalid("case_answer_empty", "Chưa có nội dung trả lời để duyệt."));
                }
                self.late = clocks.solved(now);
                self.solved_at = Some(now);
                shown = Shown::Everybody;
            }
            Deed::Refuse | Deed::PassOut => {
                self.late = clocks.solved(now);
                self.solved_at = Some(now);
                self.reason = given.reason.clone().unwrap_or_default();
                self.answer = given.text.clone();
                shown = Shown::Reporter;
            }
            Deed::Close => {
                self.late |= clocks.solved(now);
                self.solved_at.get_or_insert(now);
                shown = Shown::Everybody;
            }
            Deed::Reopen => {
                clocks.reopened(now, hours)?;
                self.solved_at = None;
                self.reopened += 1;
                shown = Shown::Everybody;
            }
        }
        if let Some(reason) = &given.reason {
            detail["reason"] = json!(reason);
        }
        self.go(kind, step)?;
        self.set_clocks(&clocks)?;
        Ok(Entry {
            action: "case.step",
            deed: name(step.does),
            step: step.id.clone(),
            shown,
            text: given.text.clone(),
            detail,
        })
    }

    /// Sets what was given, and tells it.
    fn classify(&mut self, kind: &CaseType, given: &Given, detail: &mut Json) -> Result<()> {
        if let Some(category) = &given.category {
            if kind.flow.category(category).is_none() {
                return Err(invalid(
                    "case_category",
                    "Không có loại phản ánh này. Hãy chọn trong danh sách.",
                ));
            }
            self.category = category.clone();
            detail["category"] = json!(category);
        }
        if let Some(severity) = &given.severity {
            if kind.flow.severity(severity).is_none() {
                return Err(invalid("case_severity", "Không có mức này. Hãy chọn trong danh sách."));
            }
            self.severity = severity.clone();
            detail["severity"] = json!(severity);
        }
        if let Some(place) = given.place {
            self.place = place;
            self.place_sure = true;
            detail["place"] = json!(place);
        }
        if let Some(agency) = given.agency {
            if agency != self.agency {
                self.handler = None;
            }
            self.agency = agency;
            detail["agency"] = json!(agency);
        }
        if let Some(handler) = given.handler {
            self.handler = Some(handler);
            detail["handler"] = json!(handler);
        }
        Ok(())
    }
}

fn hours<'a>(calendars: &'a Calendars, id: &str) -> Result<&'a WorkingCalendar> {
    calendars.get(id).ok_or_else(|| internal("case_calendar", format!("Thiếu lịch làm việc «{id}»")))
}

/// The name of a deed in the history.
pub fn name(does: Deed) -> &'static str {
    match does {
        Deed::TakeIn => "take_in",
        Deed::Assign => "assign",
        Deed::Tell => "tell",
        Deed::Ask => "ask",
        Deed::Reply => "reply",
        Deed::Pause => "pause",
        Deed::Resume => "resume",
        Deed::Propose => "propose",
        Deed::SendBack => "send_back",
        Deed::Approve => "approve",
        Deed::Refuse => "refuse",
        Deed::PassOut => "pass_out",
        Deed::Close => "close",
        Deed::Reopen => "reopen",
    }
}

fn demand(kind: &CaseType, step: &Step, given: &Given, case: &Case) -> Result<()> {
    for need in &step.needs {
        let (there, code, why) = match need {
            Need::Category => {
                (!case.category.is_empty() || given.category.is_some(), "case_category", "Hãy chọn loại.")
            }
            Need::Severity => {
                (!case.severity.is_empty() || given.severity.is_some(), "case_severity", "Hãy chọn mức độ.")
            }
            Need::Agency => {
                let named = given.agency.is_some() || step.does == Deed::TakeIn;
                (named, "case_agency", "Hãy chọn đơn vị xử lý.")
            }
            Need::Text => (!given.text.trim().is_empty(), "case_text", "Hãy ghi nội dung."),
            Need::Reason => {
                let reasons = match step.does {
                    Deed::Refuse => &kind.flow.refusals,
                    Deed::PassOut => &kind.flow.elsewhere,
                    _ => &kind.flow.pauses,
                };
                let known = |id: &String| reasons.iter().any(|r| r.id == *id);
                (given.reason.as_ref().is_some_and(known), "case_reason", "Hãy chọn lý do.")
            }
            Need::Photo => (given.photos > 0, "case_photo", "Hãy gửi kèm ít nhất một ảnh."),
        };
        if !there {
            return Err(invalid(code, why));
        }
    }
    Ok(())
}

/// Whether an actor may take a step on a case; the reporter is asked for elsewhere, by their receipt.
pub fn may(cx: &Context, case: &Case, pack: &str, who: &[Who]) -> bool {
    let at = |permission, unit| cx.scope.allows(permission, unit, pack);
    who.iter().any(|w| match w {
        Who::Intake => at(Permission::TakeInCases, case.place),
        Who::Handler => at(Permission::HandleCases, case.agency),
        Who::Leader => at(Permission::ApproveAnswers, case.agency),
        Who::Director => at(Permission::DirectCases, case.agency),
        Who::Reporter => false,
    })
}

/// Refuses who may not.
pub fn demand_may(cx: &Context, case: &Case, pack: &str, step: &Step) -> Result<()> {
    match may(cx, case, pack, &step.who) {
        true => Ok(()),
        false => Err(forbidden(
            "case_step_not_yours",
            format!("Bước «{}» không thuộc quyền của bạn ở vụ việc này.", step.name.vi),
        )),
    }
}
