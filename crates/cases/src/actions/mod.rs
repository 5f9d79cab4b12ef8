//! What can be done to cases, one file an action.
//!
//! All that change one case go the same way: [`open`] reads it for changing, under the actor's scope and at
//! the version they saw; the rule changes it; [`Acting::close`] saves, publishes, audits and commits.

pub mod add_photo;
pub mod ask_agencies;
pub mod books;
pub mod claim;
pub mod classify;
pub mod close;
pub mod desk;
pub mod direct;
pub mod erase;
pub mod erase_all;
pub mod extend;
pub mod join;
pub mod merge;
pub mod moderate;
pub mod name_handler;
pub mod note;
pub mod officer_photos;
pub mod rate;
pub mod receive;
pub mod reply;
pub mod reveal;
pub mod step;
pub mod support;
pub mod watch;

use std::sync::Arc;

use foundation::time_of_day::TimeOfDay;
use foundation::{Date, Instant, Result, error::conflict, error::invalid, error::not_found};
use kit::{Context, UnitId, audit};
use serde_json::json;
use storage::Tx;
use units::Atlas;

use crate::case::{Calendars, Case, CaseId, Entry};
use crate::events::{self, Changed};
use crate::route::choices;
use crate::service::{CaseType, Types, calendar};
use crate::{index, keeper, store};

/// A case that is being changed.
pub struct Acting {
    /// The transaction.
    pub tx: Tx,
    /// The case.
    pub case: Case,
    /// Its type.
    pub kind: Arc<CaseType>,
    /// The calendars of its type.
    pub calendars: Calendars,
    /// Now.
    pub now: Instant,
    /// The units that counted it before.
    before: (UnitId, UnitId),
}

/// There is no such case, or not for this reader.
pub fn no_case() -> foundation::Error {
    not_found("case_not_found", "Không có vụ việc này, hoặc nó không thuộc phạm vi của bạn.")
}

/// Refuses a unit that no case of this place is given to.
pub(super) fn demand_agency(cx: &Context, place: UnitId, agency: UnitId) -> Result<()> {
    let atlas = cx.house.get::<Atlas>()?;
    let (map, root, day) = (atlas.map(), atlas.require_root()?, Date::of(cx.clock.now()));
    match choices(&map, place, root, day).contains(&agency) {
        true => Ok(()),
        false => Err(invalid("case_agency", "Đơn vị này không nhận việc của địa bàn đã chọn. Hãy chọn lại.")),
    }
}

/// The calendars that the severities of a type name, and `also`.
pub fn calendars(cx: &Context, kind: &CaseType, also: &[&str]) -> Result<Calendars> {
    let named = kind.flow.severities.iter().map(|s| s.calendar.as_str()).chain(also.iter().copied());
    let mut all = Calendars::new();
    for id in named {
        if !all.contains_key(id) {
            all.insert(id.to_owned(), calendar(cx, id)?);
        }
    }
    Ok(all)
}

/// Opens a case for changing, within the actor's scope. `seen` is the version on the page they acted from.
pub async fn open(cx: &Context, id: CaseId, seen: Option<i64>) -> Result<Acting> {
    let acting = open_any(cx, id, seen).await?;
    if !acting.case.is_read_by(&cx.scope, &acting.kind.pack) {
        return Err(no_case());
    }
    Ok(acting)
}

/// The same without asking for the scope: for the reporter, whom their receipt admits, and for the program.
pub async fn open_any(cx: &Context, id: CaseId, seen: Option<i64>) -> Result<Acting> {
    let types = cx.house.get::<Types>()?;
    let mut tx = cx.db.begin().await?;
    let case = store::cases::lock(&mut tx, id).await?.ok_or_else(no_case)?;
    let kind = types.get(&case.kind)?;
    if seen.is_some_and(|seen| seen != case.version) {
        return Err(changed_meanwhile(&mut tx, &case, &kind).await?);
    }
    let clocks = case.clocks()?;
    let calendars = calendars(cx, &kind, &[&clocks.calendar])?;
    let before = (case.place, case.agency);
    Ok(Acting { tx, case, kind, calendars, now: cx.clock.now(), before })
}

/// What the second of two officers is told: what the first one did, and when.
async fn changed_meanwhile(tx: &mut Tx, case: &Case, kind: &CaseType) -> Result<foundation::Error> {
    let state = kind.flow.state(&case.state).map_or(case.state.as_str(), |s| s.name.vi.as_str());
    let what = match store::entries::last(tx, case.seq).await? {
        Some(last) => {
            let step = kind.flow.step(&last.step).map_or(last.deed.as_str(), |s| s.name.vi.as_str());
            let (day, time) = (Date::of(last.at).vi(), TimeOfDay::of(last.at).show());
            format!("«{step}» lúc {time} ngày {day}")
        }
        None => "một thay đổi".to_owned(),
    };
    Ok(conflict(
        "case_changed",
        format!(
            "Trong lúc bạn xem, người khác đã thực hiện {what}; nay vụ việc đang «{state}». Hãy xem lại rồi \
             thao tác tiếp, nội dung bạn vừa ghi vẫn còn dưới đây."
        ),
    ))
}

impl Acting {
    /// Saves, publishes, audits, commits.
    pub async fn close(mut self, cx: &Context, entry: &Entry) -> Result<Case> {
        let actor = cx.actor.audit_name();
        self.write(cx, &actor, entry).await?;
        self.tx.commit().await?;
        Ok(self.case)
    }

    /// The same for the reporter, whose name is in no log.
    pub async fn close_by_reporter(mut self, cx: &Context, entry: &Entry) -> Result<Case> {
        self.write(cx, "reporter", entry).await?;
        self.tx.commit().await?;
        Ok(self.case)
    }

    /// Writes the case alone, with the moment at which the program looks at it.
    pub async fn save(&mut self) -> Result<()> {
        let wake = keeper::wake(&self.kind, &self.case, &self.calendars, self.now);
        store::cases::save(&mut self.tx, &mut self.case, wake).await
    }

    /// All but the commit, for actions that do more.
    pub async fn write(&mut self, cx: &Context, actor: &str, entry: &Entry) -> Result<()> {
        self.case.changed_at = self.now;
        store::entries::append(&mut self.tx, &mut self.case, actor, self.now, entry).await?;
        self.save().await?;
        index::put(&mut self.tx, &self.case, &self.kind).await?;
        let mut units = vec![self.before.0, self.before.1, self.case.place, self.case.agency];
        units.sort_unstable();
        units.dedup();
        let changed = Changed {
            case: self.case.seq,
            kind: self.case.kind.clone(),
            deed: entry.deed.to_owned(),
            entry: self.case.entries,
            units,
            received_at: self.case.received_at,
            solved_at: self.case.solved_at,
        };
        events::publish(&mut self.tx, self.now, &changed).await?;
        let mut detail = json!({"step": entry.step, "state": self.case.state, "version": self.case.version});
        if let (Some(all), Some(own)) = (detail.as_object_mut(), entry.detail.as_object()) {
            all.extend(own.iter().map(|(k, v)| (k.clone(), v.clone())));
        }
        let subject = format!("case:{}", self.case.seq);
        audit(&mut self.tx, cx, entry.action, &subject, &detail).await
    }
}
