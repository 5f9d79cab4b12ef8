//! A type of cases as a pack writes it: states, steps, who may, clocks, reasons, routing.
//!
//! What a state *means* ([`Stage`]) and what a step *does* ([`Deed`]) are a fixed vocabulary, because pages,
//! figures and Open311 must understand every type; which states there are, how they are called, which steps
//! lead where, who may take them and what they ask for is data. `docs/packs.md` is the schema.

use foundation::LocalText;
use serde::{Deserialize, Serialize};

use crate::clock::Limits;

/// What a state means to pages, figures and other programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Received, nobody has looked at it.
    New,
    /// Somebody is dealing with it.
    Work,
    /// An answer waits for a leader's approval.
    Review,
    /// Answered; the reporter may rate.
    Answered,
    /// Done.
    Closed,
    /// Refused with a reason.
    Refused,
    /// Passed out: complaints, denunciations, what is not ours.
    Elsewhere,
    /// Joined to another case.
    Merged,
}

impl Stage {
    /// Every stage; also their numbers in the table.
    pub const ALL: [Stage; 8] = [
        Stage::New,
        Stage::Work,
        Stage::Review,
        Stage::Answered,
        Stage::Closed,
        Stage::Refused,
        Stage::Elsewhere,
        Stage::Merged,
    ];

    /// Its number in the table.
    pub fn number(self) -> i64 {
        self as i64
    }

    /// Reads a number of the table.
    pub fn of(number: i64) -> Option<Stage> {
        Stage::ALL.get(usize::try_from(number).ok()?).copied()
    }

    /// Whether somebody still has to do something about it.
    pub fn is_open(self) -> bool {
        matches!(self, Stage::New | Stage::Work | Stage::Review)
    }

    /// Its key in words and styles.
    pub fn key(self) -> &'static str {
        match self {
            Stage::New => "new",
            Stage::Work => "work",
            Stage::Review => "review",
            Stage::Answered => "answered",
            Stage::Closed => "closed",
            Stage::Refused => "refused",
            Stage::Elsewhere => "elsewhere",
            Stage::Merged => "merged",
        }
    }
}

/// What a step does, beside leading to another state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Tiếp nhận: classifies it and gives it to whoever handles it; the promise to the reporter is made.
    TakeIn,
    /// Chuyển: gives it to another agency or person.
    Assign,
    /// Cập nhật: tells the reporter how it stands.
    Tell,
    /// Hỏi người phản ánh: the clocks stop until they answer.
    Ask,
    /// The reporter answered.
    Reply,
    /// Tạm dừng, with a reason.
    Pause,
    /// Tiếp tục.
    Resume,
    /// Trình duyệt: an answer is drafted.
    Propose,
    /// Trả lại: the draft goes back with a remark.
    SendBack,
    /// Duyệt: the answer is the answer, and public where the type is open.
    Approve,
    /// Từ chối, with a reason that is counted.
    Refuse,
    /// Chuyển ra ngoài: what other laws deal with.
    PassOut,
    /// Đóng.
    Close,
    /// Mở lại.
    Reopen,
}

/// Who may take a step. Where, their scope says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// The intake desk: `TakeInCases`.
    Intake,
    /// Whoever handles cases at the agency in charge: `HandleCases`.
    Handler,
    /// A leader: `ApproveAnswers`.
    Leader,
    /// A director, by bút phê: `DirectCases`.
    Director,
    /// The reporter, with the secret of their receipt.
    Reporter,
}

/// What a step asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// The category.
    Category,
    /// The severity.
    Severity,
    /// The agency in charge.
    Agency,
    /// Words.
    Text,
    /// A reason of the type's list.
    Reason,
    /// At least one photo.
    Photo,
}

/// A state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: LocalText,
    /// What it means.
    pub stage: Stage,
}

/// A step from state to state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its id.
    pub id: String,
    /// Its name, on the button.
    pub name: LocalText,
    /// From which states.
    pub from: Vec<String>,
    /// To which; the same state when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Who may.
    pub who: Vec<Who>,
    /// What it does.
    pub does: Deed,
    /// What it asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
}

/// A reason: of a pause, or of a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: LocalText,
}

/// A severity with its clocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Severity {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: LocalText,
    /// The calendar its clocks run by, `admin.office` or `always`.
    pub calendar: String,
    /// Until it is taken in, «8h» or «30m».
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_response: Option<String>,
    /// Between two words to the reporter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update: Option<String>,
    /// Until it is solved.
    pub solution: String,
    /// Whether it rings the duty phone.
    #[serde(default)]
    pub rings: bool,
    /// What cases of this severity are, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<LocalText>,
    /// Where the limits are written, when that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_ref: Option<String>,
    /// Whether they were read in a source.
    #[serde(default)]
    pub verified: bool,
}

impl Severity {
    /// The limits in minutes. Times were checked when the pack was.
    pub fn limits(&self) -> Limits {
        let of = |written: &Option<String>| written.as_deref().and_then(minutes);
        Limits {
            first_response: of(&self.first_response),
            update: of(&self.update),
            solution: minutes(&self.solution),
        }
    }
}

/// Reads «8h», «30m», «1h30m» as minutes of work; `None` for anything else and for nothing.
pub fn minutes(written: &str) -> Option<i64> {
    let mut total = 0_i64;
    let mut number = String::new();
    for c in written.trim().chars() {
        match c {
            '0'..='9' if number.len() < 6 => number.push(c),
            'h' | 'm' => {
                let n: i64 = number.parse().ok()?;
                total += n * if c == 'h' { 60 } else { 1 };
                number.clear();
            }
            _ => return None,
        }
    }
    (number.is_empty() && total > 0).then_some(total)
}

/// What a report is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Its id.
    pub id: String,
    /// The group it stands in.
    pub group: String,
    /// Its name.
    pub name: LocalText,
    /// The severity it has unless somebody says otherwise.
    pub severity: String,
    /// Words by which people look for it, for the API.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// The indicator of the pack that counts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts_as: Option<String>,
}

/// A group of categories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: LocalText,
    /// Its icon, a name from `ui/icons`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
}

/// Who gets a case: the first rule that fits. All that is left out fits everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Of these categories, or groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// In places of this kind (Xã, Phường, Đặc khu), or with this code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
    /// And where this holds, over `severity` (its place in the list, from 0), `supporters`, `photos`, `hour`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// To the agency of the place, or else of the province, with this code (`phong-kinh-te`); `place` is the
    /// commune itself, `province` the root.
    pub to: String,
}

/// What happens as a clock runs out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    /// So long before (working time) the clock runs out …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// … or so long after; neither is the moment itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Who is told.
    pub tell: Vec<Who>,
}

/// What the reporter may say of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rating {
    /// So many days after the answer.
    pub days: i64,
    /// Up to this many stars of five the case is opened again.
    pub reopens_until: i64,
    /// At most so often.
    pub most_reopenings: i64,
}

/// Who may begin a case of this type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intake {
    /// Everybody, through the app, the web, Open311; and the desk.
    Public,
    /// The intake desk.
    Desk,
    /// Officers: a task, an incident.
    Inside,
}

/// A type of cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workflow {
    /// Its id inside the pack.
    pub id: String,
    /// Its name.
    pub name: LocalText,
    /// What its codes begin with, «PA».
    pub code: String,
    /// Its place in lists.
    pub order: i64,
    /// Who may begin one.
    pub intake: Intake,
    /// Whether cases and their approved answers are shown to everybody.
    #[serde(default)]
    pub open: bool,
    /// The state it begins in.
    pub begins: String,
    /// Severities, from the least.
    pub severities: Vec<Severity>,
    /// Groups of categories.
    pub groups: Vec<Group>,
    /// What cases are about.
    pub categories: Vec<Category>,
    /// The states.
    pub states: Vec<State>,
    /// The steps.
    pub steps: Vec<Step>,
    /// Why a case may be paused.
    #[serde(default)]
    pub pauses: Vec<Reason>,
    /// Why one may be refused.
    #[serde(default)]
    pub refusals: Vec<Reason>,
    /// Where else one may be passed.
    #[serde(default)]
    pub elsewhere: Vec<Reason>,
    /// Who gets it.
    #[serde(default)]
    pub routes: Vec<Route>,
    /// What happens as the solution clock runs out.
    #[serde(default)]
    pub escalations: Vec<Escalation>,
    /// Whether and how the reporter rates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    /// The province's form of the monthly report, or what else the type follows, when that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_ref: Option<String>,
    /// Whether the type follows a source that was read.
    #[serde(default)]
    pub verified: bool,
}

impl Workflow {
    /// The state with this id.
    pub fn state(&self, id: &str) -> Option<&State> {
        self.states.iter().find(|s| s.id == id)
    }

    /// The first state of a stage.
    pub fn state_at(&self, stage: Stage) -> Option<&State> {
        self.states.iter().find(|s| s.stage == stage)
    }

    /// The severity with this id.
    pub fn severity(&self, id: &str) -> Option<&Severity> {
        self.severities.iter().find(|s| s.id == id)
    }

    /// The category with this id.
    pub fn category(&self, id: &str) -> Option<&Category> {
        self.categories.iter().find(|c| c.id == id)
    }

    /// The group with this id.
    pub fn group(&self, id: &str) -> Option<&Group> {
        self.groups.iter().find(|g| g.id == id)
    }

    /// The step with this id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|s| s.id == id)
    }

    /// The steps that lead on from a state.
    pub fn steps_from<'a>(&'a self, state: &'a str) -> impl Iterator<Item = &'a Step> {
        self.steps.iter().filter(move |s| s.from.iter().any(|f| f == state))
    }

    /// The first step from a state that does this.
    pub fn step_doing(&self, state: &str, does: Deed) -> Option<&Step> {
        self.steps.iter().find(|s| s.does == does && s.from.iter().any(|f| f == state))
    }

    /// The name of a reason, wherever it stands.
    pub fn reason(&self, id: &str) -> Option<&Reason> {
        self.refusals.iter().chain(&self.elsewhere).chain(&self.pauses).find(|r| r.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_hours_and_minutes_of_work() {
        assert_eq!(minutes("8h"), Some(480));
        assert_eq!(minutes("30m"), Some(30));
        assert_eq!(minutes("1h30m"), Some(90));
        for wrong in ["", "0h", "8", "8 h", "-1h", "3d", "h", "99999999h"] {
            assert_eq!(minutes(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_stage_has_the_number_by_which_it_is_found() {
        for stage in Stage::ALL {
            assert_eq!(Stage::of(stage.number()), Some(stage));
        }
        assert_eq!(Stage::of(99), None);
    }
}
