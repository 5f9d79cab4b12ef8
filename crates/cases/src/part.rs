//! `workflows/*.yaml` of a pack: read, checked, written into rows.

use std::collections::BTreeSet;

use foundation::{Expr, Result, Symbols, error::conflict};
use futures_util::future::BoxFuture;
use kit::{Context, PackFault, PackFile, PackNames, PackPart};
use packs::yaml::{self, Located, did_you_mean, fault};
use storage::Tx;

use crate::service::{CaseType, Types};
use crate::store;
use crate::workflow::{Deed, Need, Stage, Workflow, minutes};

/// The numbers a `when` of a route may use.
pub const SYMBOLS: [&str; 4] = ["severity", "supporters", "photos", "hour"];

/// The part.
#[derive(Debug, Clone, Copy, Default)]
pub struct WorkflowPart;

fn twice<'a>(ids: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    ids.filter(|id| !seen.insert(*id)).collect()
}

/// Gathers the faults of one file.
struct Checker<'a> {
    flow: &'a Workflow,
    told: Vec<String>,
}

impl<'a> Checker<'a> {
    fn one_of(&mut self, what: &str, id: &str, known: &[&str]) {
        if !known.contains(&id) {
            let hint = did_you_mean(id, known.iter().copied());
            self.told.push(format!("{what}: không có «{id}».{hint}"));
        }
    }

    fn check(mut self, known_calendar: impl Fn(&str) -> bool) -> Vec<String> {
        let flow = self.flow;
        let states: Vec<&str> = flow.states.iter().map(|s| s.id.as_str()).collect();
        let severities: Vec<&str> = flow.severities.iter().map(|s| s.id.as_str()).collect();
        let groups: Vec<&str> = flow.groups.iter().map(|g| g.id.as_str()).collect();
        let categories: Vec<&str> = flow.categories.iter().map(|c| c.id.as_str()).collect();
        let steps: Vec<&str> = flow.steps.iter().map(|s| s.id.as_str()).collect();
        let reasons: Vec<&str> =
            flow.refusals.iter().chain(&flow.elsewhere).chain(&flow.pauses).map(|r| r.id.as_str()).collect();
        for (what, ids) in [
            ("states", &states),
            ("severities", &severities),
            ("groups", &groups),
            ("categories", &categories),
            ("steps", &steps),
            ("reasons", &reasons),
        ] {
            for id in twice(ids.iter().copied()) {
                self.told.push(format!("{what}: «{id}» có hai lần."));
            }
        }
        let letters = flow.code.len() >= 2 && flow.code.bytes().all(|b| b.is_ascii_uppercase());
        if !letters || flow.code.len() > 4 {
            self.told.push("code: ghi từ 2 đến 4 chữ in hoa không dấu, ví dụ PA.".into());
        }
        self.one_of("begins", &flow.begins, &states);
        if flow.severities.is_empty() || flow.categories.is_empty() {
            self.told.push("Cần ít nhất một mức (severities) và một loại (categories).".into());
        }
        for s in &flow.severities {
            let place = format!("severities/{}", s.id);
            if !known_calendar(&s.calendar) {
                self.told.push(format!("{place}: không có lịch «{}».", s.calendar));
            }
            let times = [s.first_response.as_deref(), s.update.as_deref(), Some(s.solution.as_str())];
            for time in times.into_iter().flatten().filter(|t| minutes(t).is_none()) {
                self.told
                    .push(format!("{place}: không đọc được «{time}»: ghi giờ, phút như 8h, 30m, 1h30m."));
            }
            if s.legal_ref.is_some() && !s.verified {
                self.told.push(format!("{place}: legal_ref chỉ đi cùng verified: true."));
            }
        }
        for c in &flow.categories {
            self.one_of(&format!("categories/{}/group", c.id), &c.group, &groups);
            self.one_of(&format!("categories/{}/severity", c.id), &c.severity, &severities);
        }
        self.steps(&states);
        let places: Vec<&str> = categories.iter().chain(&groups).copied().collect();
        let symbols = Symbols::new(SYMBOLS);
        for (i, route) in flow.routes.iter().enumerate() {
            for id in &route.categories {
                self.one_of(&format!("routes[{i}]"), id, &places);
            }
            if let Some(when) = &route.when
                && let Err(e) = Expr::parse(when, &symbols)
            {
                self.told.push(format!("routes[{i}]/when: {}", e.message()));
            }
        }
        for (i, e) in flow.escalations.iter().enumerate() {
            let times = [e.before.as_deref(), e.after.as_deref()];
            if e.before.is_some() && e.after.is_some() {
                self.told.push(format!("escalations[{i}]: ghi before hoặc after, không ghi cả hai."));
            }
            for time in times.into_iter().flatten().filter(|t| minutes(t).is_none()) {
                self.told.push(format!("escalations[{i}]: không đọc được «{time}»."));
            }
        }
        self.told
    }

    fn steps(&mut self, states: &[&str]) {
        let flow = self.flow;
        for step in &flow.steps {
            let place = format!("steps/{}", step.id);
            for id in step.from.iter().chain(&step.to) {
                self.one_of(&place, id, states);
            }
            if step.from.is_empty() || step.who.is_empty() {
                self.told.push(format!("{place}: from và who không được rỗng."));
            }
            let leads = step.to.as_deref().and_then(|to| flow.state(to)).map(|s| s.stage);
            let fits = match step.does {
                Deed::Refuse => leads == Some(Stage::Refused),
                Deed::PassOut => leads == Some(Stage::Elsewhere),
                Deed::Propose => leads == Some(Stage::Review),
                Deed::Approve => matches!(leads, Some(Stage::Answered | Stage::Closed)),
                Deed::Close => leads == Some(Stage::Closed),
                Deed::TakeIn | Deed::Reopen | Deed::SendBack => leads == Some(Stage::Work),
                _ => leads.is_none_or(Stage::is_open),
            };
            if !fits {
                self.told.push(format!("{place}: bước này dẫn tới trạng thái không hợp với việc nó làm."));
            }
            let reasons = match step.does {
                Deed::Refuse => &flow.refusals,
                Deed::PassOut => &flow.elsewhere,
                Deed::Pause => &flow.pauses,
                _ => continue,
            };
            if reasons.is_empty() || !step.needs.contains(&Need::Reason) {
                self.told.push(format!("{place}: cần danh sách lý do và needs: [reason]."));
            }
        }
        self.reachable();
    }

    /// From every state somebody can get to an end, or cases would be stuck in it.
    fn reachable(&mut self) {
        let flow = self.flow;
        let ends = |id: &str| flow.state(id).is_some_and(|s| !s.stage.is_open());
        for state in flow.states.iter().filter(|s| s.stage.is_open()) {
            let mut seen = BTreeSet::from([state.id.as_str()]);
            let mut open = vec![state.id.as_str()];
            while let Some(at) = open.pop() {
                let next = flow.steps_from(at).filter_map(|s| s.to.as_deref());
                open.extend(next.filter(|to| seen.insert(to)));
            }
            if !seen.iter().any(|id| ends(id)) {
                self.told.push(format!("states/{}: không có bước nào dẫn từ đây tới kết thúc.", state.id));
            }
        }
    }
}

impl PackPart for WorkflowPart {
    fn files(&self) -> &'static str {
        "workflows/"
    }

    fn names(&self, files: &[PackFile]) -> Vec<(&'static str, String)> {
        let read = |f: &PackFile| {
            yaml::read_most::<Workflow>(f).0.map(|w| ("workflow", packs::full_id(&f.pack, &w.id)))
        };
        files.iter().filter_map(read).collect()
    }

    fn check(&self, files: &[PackFile], all: &PackNames) -> Vec<PackFault> {
        let mut faults = Vec::new();
        let mut codes = BTreeSet::new();
        for file in files {
            let flow = match yaml::read::<Located<Workflow>>(file) {
                Ok(flow) => flow,
                Err(mut wrong) => {
                    faults.append(&mut wrong);
                    continue;
                }
            };
            let known = |id: &str| {
                id == crate::service::ALWAYS || all.contains(&("calendar", packs::full_id(&file.pack, id)))
            };
            let told = Checker { flow: &flow, told: Vec::new() }.check(known);
            faults.extend(told.into_iter().map(|message| fault(file, &flow, message)));
            if !codes.insert(flow.code.clone()) {
                faults.push(fault(file, &flow, format!("code: «{}» đã thuộc loại khác.", flow.code)));
            }
        }
        faults
    }

    fn apply<'a>(
        &'a self,
        tx: &'a mut Tx,
        cx: &'a Context,
        files: &'a [PackFile],
    ) -> BoxFuture<'a, Result<usize>> {
        Box::pin(async move {
            let mut types = Vec::new();
            for file in files {
                let mut flow = yaml::read_checked::<Workflow>(file)?;
                for severity in &mut flow.severities {
                    if severity.calendar != crate::service::ALWAYS {
                        severity.calendar = packs::full_id(&file.pack, &severity.calendar);
                    }
                }
                types.push(CaseType {
                    id: packs::full_id(&file.pack, &flow.id),
                    pack: file.pack.clone(),
                    flow,
                });
            }
            refuse_to_strand(tx, &types).await?;
            store::types::save(tx, &types, cx.clock.now()).await?;
            Ok(types.len())
        })
    }

    fn applied<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            if let Ok(types) = cx.house.get::<Types>() {
                types.reload(&cx.db).await?;
            }
            Ok(())
        })
    }
}

/// Open cases stand in states and belong to categories: an edit that takes those away is refused, with how
/// many there are.
async fn refuse_to_strand(tx: &mut Tx, types: &[CaseType]) -> Result<()> {
    for used in store::types::in_use(tx).await? {
        let flow = types.iter().find(|t| t.id == used.kind).map(|t| &t.flow);
        let fits = flow.is_some_and(|f| {
            f.state(&used.state).is_some()
                && f.category(&used.category).is_some()
                && f.severity(&used.severity).is_some()
        });
        if !fits {
            let why = format!(
                "Còn {} vụ việc chưa xong của «{}» ở trạng thái «{}», loại «{}», mức «{}». Hãy xử lý hết \
                 hoặc giữ lại các mục đó trong gói.",
                used.n, used.kind, used.state, used.category, used.severity
            );
            return Err(conflict("cases_stranded", why));
        }
    }
    Ok(())
}
