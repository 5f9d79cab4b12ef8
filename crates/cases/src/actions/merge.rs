//! Join a case to another about the same, or take a part out into a case of its own.
//!
//! Who: the intake desk at the case's place, or a handler of the agency in charge. A joined case keeps its
//! number, its reporter and its history; its reporter follows the other one from then on, which counts one
//! supporter more. The clocks of the case that goes on are not touched: joining wins nobody time.

use foundation::{Result, error::conflict, error::forbidden, error::invalid};
use kit::Context;
use serde_json::json;

use super::receive::opened;
use super::{no_case, open};
use crate::case::{Case, CaseId, Entry, Shown, may};
use crate::workflow::{Stage, Who};
use crate::{keeper, store};

/// Joins.
#[derive(Debug, Clone)]
pub struct Merge {
    /// The case that goes on.
    pub into: CaseId,
    /// The version of the joined case on the page.
    pub seen: Option<i64>,
}

/// Takes out.
#[derive(Debug, Clone)]
pub struct Split {
    /// What the new case is about.
    pub title: String,
    /// Its words.
    pub content: String,
    /// Its category.
    pub category: String,
}

impl Merge {
    /// Joins `id` to the other.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Case> {
        if self.into == id {
            return Err(invalid("case_merge_self", "Không gộp vụ việc vào chính nó."));
        }
        let mut acting = open(cx, id, self.seen).await?;
        let pack = acting.kind.pack.clone();
        let mut other = store::cases::lock(&mut acting.tx, self.into).await?.ok_or_else(no_case)?;
        let workers = [Who::Intake, Who::Handler];
        if !other.is_read_by(&cx.scope, &pack) || other.kind != acting.case.kind {
            return Err(no_case());
        }
        if !may(cx, &acting.case, &pack, &workers) {
            return Err(forbidden("case_step_not_yours", "Bạn chưa được giao xử lý vụ việc này."));
        }
        if !acting.case.stage().is_open() || !other.stage().is_open() {
            return Err(conflict("case_ended", "Chỉ gộp được hai vụ việc chưa kết thúc."));
        }
        let mut clocks = acting.case.clocks()?;
        acting.case.late = clocks.solved(acting.now);
        acting.case.set_clocks(&clocks)?;
        acting.case.solved_at = Some(acting.now);
        acting.case.merged_into = Some(other.seq);
        acting.case.stage = Stage::Merged.number();
        if let Some(state) = acting.kind.flow.state_at(Stage::Merged) {
            acting.case.state = state.id.clone();
        }
        other.supporters += 1 + acting.case.supporters;
        other.changed_at = acting.now;
        let told = Entry {
            action: "case.merge",
            deed: "joined",
            step: String::new(),
            shown: Shown::Inside,
            text: String::new(),
            detail: json!({"case": id}),
        };
        let (actor, now) = (cx.actor.audit_name(), acting.now);
        store::entries::append(&mut acting.tx, &mut other, &actor, now, &told).await?;
        store::cases::save(&mut acting.tx, &mut other, keeper::NOW).await?;
        let entry = Entry {
            action: "case.merge",
            deed: "merge",
            step: String::new(),
            shown: Shown::Everybody,
            text: String::new(),
            detail: json!({"into": self.into}),
        };
        acting.close(cx, &entry).await
    }
}

impl Split {
    /// Takes a part of `id` out; answers the new case, which was received when the old one was.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Case> {
        if self.title.trim().is_empty() {
            return Err(invalid("case_text", "Hãy ghi tên của vụ việc tách ra."));
        }
        let mut acting = open(cx, id, None).await?;
        let kind = acting.kind.clone();
        if !may(cx, &acting.case, &kind.pack, &[Who::Intake, Who::Handler]) {
            return Err(forbidden("case_step_not_yours", "Bạn chưa được giao xử lý vụ việc này."));
        }
        let category = kind
            .flow
            .category(&self.category)
            .ok_or_else(|| invalid("case_category", "Không có loại này. Hãy chọn trong danh sách."))?;
        let old = acting.case.clone();
        let mut part = opened(&kind, category, old.received_at, &acting.calendars)?;
        part.title = self.title;
        part.content = self.content;
        part.place = old.place;
        part.agency = old.agency;
        part.address = old.address.clone();
        (part.lat, part.lon, part.accuracy_m) = (old.lat, old.lon, old.accuracy_m);
        part.place_sure = old.place_sure;
        part.channel = old.channel.clone();
        part.split_from = Some(old.seq);
        part.changed_at = acting.now;
        part.entries = 1;
        store::cases::insert(&mut acting.tx, &mut part, keeper::NOW).await?;
        let (actor, now) = (cx.actor.audit_name(), acting.now);
        let born = Entry {
            action: "case.split",
            deed: "split",
            step: String::new(),
            shown: Shown::Inside,
            text: String::new(),
            detail: json!({"from": id}),
        };
        store::entries::write(&mut acting.tx, &part, &actor, now, &born).await?;
        crate::index::put(&mut acting.tx, &part, &kind).await?;
        let entry = Entry {
            action: "case.split",
            deed: "split_off",
            step: String::new(),
            shown: Shown::Inside,
            text: String::new(),
            detail: json!({"case": part.seq}),
        };
        acting.close(cx, &entry).await?;
        Ok(part)
    }
}
