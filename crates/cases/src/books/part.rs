//! `reports/*.yaml` of a pack: read, checked, written into rows.

use std::collections::BTreeSet;

use foundation::{LocalText, Result};
use futures_util::future::BoxFuture;
use kit::{Context, PackFault, PackFile, PackNames, PackPart};
use packs::yaml::{self, Located, did_you_mean, fault};
use storage::Tx;

use super::form::{Form, NUMBERS, WORDS, names};
use crate::store::books::forms;
use crate::store::league::By;

/// The part.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReportPart;

/// A sentence in both languages.
fn sentences(text: &LocalText) -> impl Iterator<Item = &str> {
    [Some(text.vi.as_str()), text.en.as_deref()].into_iter().flatten()
}

/// Names in braces that no number and no word has.
fn unknown(file: &PackFile, line: &Located<LocalText>, numbers: bool, faults: &mut Vec<PackFault>) {
    let known: Vec<&str> = WORDS.into_iter().chain(NUMBERS.iter().filter(|_| numbers).map(|n| n.0)).collect();
    for text in sentences(line) {
        for name in names(text).filter(|name| !known.contains(name)) {
            let hint = did_you_mean(name, known.iter().copied());
            faults.push(fault(file, line, format!("Không có số liệu «{{{name}}}».{hint}")));
        }
    }
}

fn check(file: &PackFile, form: &Form, all: &PackNames) -> Vec<PackFault> {
    let mut faults = Vec::new();
    for kind in &form.types {
        if !all.contains(&("workflow", packs::full_id(&file.pack, kind))) {
            faults.push(fault(file, kind, format!("types: không có loại vụ việc «{}».", **kind)));
        }
    }
    for line in [&form.head, &form.foot].into_iter().flat_map(|h| h.left.iter().chain(&h.right)) {
        unknown(file, line, false, &mut faults);
    }
    let mut seen = BTreeSet::new();
    for section in &form.sections {
        let mut told = |why: &str| {
            faults.push(fault(file, &section.id, format!("sections/{}: {why}", *section.id)));
        };
        if !seen.insert(section.id.as_str()) {
            told("mã này có hai lần.");
        }
        match section.rows {
            None if !section.columns.is_empty() => told("có columns thì phải ghi rows."),
            Some(_) if section.columns.is_empty() => told("có rows thì phải ghi columns."),
            Some(By::Reason) if section.columns.iter().any(|c| !c.number.has_reasons()) => {
                told("rows: reason chỉ có các cột refused và passed_out.");
            }
            None if section.lines.is_empty() => told("cần lines hoặc rows và columns."),
            _ => {}
        }
        for line in &section.lines {
            unknown(file, line, true, &mut faults);
        }
    }
    if form.sections.is_empty() {
        faults.push(yaml::fault_at(file, "sections", "sections: cần ít nhất một mục."));
    }
    if form.legal_ref.is_some() && !form.verified {
        faults.push(yaml::fault_at(file, "legal_ref", "legal_ref chỉ đi cùng verified: true."));
    }
    faults
}

impl PackPart for ReportPart {
    fn files(&self) -> &'static str {
        "reports/"
    }

    fn names(&self, files: &[PackFile]) -> Vec<(&'static str, String)> {
        let read = |f: &PackFile| {
            yaml::read_most::<Form>(f).0.map(|form| ("report", packs::full_id(&f.pack, &form.id)))
        };
        files.iter().filter_map(read).collect()
    }

    fn check(&self, files: &[PackFile], all: &PackNames) -> Vec<PackFault> {
        let mut faults = Vec::new();
        let mut ids = BTreeSet::new();
        for file in files {
            match yaml::read::<Form>(file) {
                Err(mut wrong) => faults.append(&mut wrong),
                Ok(form) => {
                    faults.extend(check(file, &form, all));
                    if !ids.insert((file.pack.as_str(), form.id.clone())) {
                        let why = format!("id: mẫu «{}» có hai lần trong gói.", form.id);
                        faults.push(yaml::fault_at(file, "id", why));
                    }
                }
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
            let mut all = Vec::new();
            for file in files {
                all.push((file.pack.clone(), yaml::read_checked::<Form>(file)?));
            }
            forms::save(tx, &all, cx.clock.now()).await?;
            Ok(all.len())
        })
    }

    fn applied<'a>(&'a self, _: &'a Context) -> BoxFuture<'a, Result<()>> {
        // Forms are read from their rows whenever a report is asked for.
        Box::pin(async { Ok(()) })
    }
}
