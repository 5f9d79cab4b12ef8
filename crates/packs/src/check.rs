//! Checking packs: every fault with its file, line, column and a suggestion. No database, no rows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foundation::{Error, error::invalid};
use kit::{PackEdit, PackFault, PackFile, PackNames, PackPart};

use crate::nearest::did_you_mean;
use crate::pack::PackYaml;
use crate::source::{Folder, Source};
use crate::yaml;

/// What a pack's folder may hold, whether or not a module of this program reads it.
const KNOWN: &[&str] = &[
    "pack.yaml",
    "indicators.yaml",
    "rules.yaml",
    "boards/",
    "demo/",
    "registers/",
    "forms/",
    "workflows/",
    "reports/",
    "calendars/",
];

/// Checks the packs of a source as they stand there, without what a place changed.
pub fn check(source: &Source, parts: &[Arc<dyn PackPart>]) -> Vec<PackFault> {
    let mut faults = source.faults.clone();
    if source.packs.is_empty() && faults.is_empty() {
        let message = "Không có gói nào ở đây: mỗi gói là một thư mục có tệp pack.yaml.".to_owned();
        faults.push(PackFault { path: "packs".into(), line: 1, column: 1, message });
    }
    let mut packs = source.packs.clone();
    if !source.whole {
        // One pack's folder: what it refers to is looked for in the packs that the program carries.
        packs.extend(
            Source::embedded().packs.into_iter().filter(|p| source.packs.iter().all(|s| s.id != p.id)),
        );
    }
    if let Err(mut more) = read(&packs, &Edits::new(), parts) {
        let others = &packs[source.packs.len()..];
        let elsewhere = |path: &str| others.iter().flat_map(|p| &p.files).any(|f| f.shown == path);
        more.retain(|fault| !elsewhere(&fault.path));
        faults.extend(more);
    }
    faults.sort();
    faults.dedup();
    faults
}

/// A place's own values, by pack and path inside it.
pub(crate) type Edits = BTreeMap<(String, String), Vec<PackEdit>>;

/// Packs that were read and checked.
pub(crate) struct Read {
    /// Each pack's own file.
    pub packs: Vec<PackYaml>,
    /// The names that the parts give.
    pub names: PackNames,
    /// The files of each part, in the order of the parts.
    pub files: Vec<Vec<PackFile>>,
}

fn reads(pattern: &str, path: &str) -> bool {
    match pattern.ends_with('/') {
        true => path.starts_with(pattern),
        false => path == pattern,
    }
}

/// Reads and checks packs with a place's own values.
pub(crate) fn read(
    packs: &[Folder],
    edits: &Edits,
    parts: &[Arc<dyn PackPart>],
) -> Result<Read, Vec<PackFault>> {
    let mut faults = Vec::new();
    let mut own = Vec::new();
    let mut files: Vec<Vec<PackFile>> = vec![Vec::new(); parts.len()];
    for pack in packs {
        if !pack.files.iter().any(|f| f.path == "pack.yaml") {
            let shown = pack.files.first().map_or(pack.id.as_str(), |f| f.shown.trim_end_matches(&f.path));
            let message = "Thiếu tệp pack.yaml: không rõ gói này là gì.".to_owned();
            faults.push(PackFault { path: format!("{shown}pack.yaml"), line: 1, column: 1, message });
        }
        for text in &pack.files {
            let key = (pack.id.clone(), text.path.clone());
            let file = PackFile {
                pack: pack.id.clone(),
                path: text.shown.clone(),
                text: text.text.clone(),
                edits: edits.get(&key).cloned().unwrap_or_default(),
            };
            let mut wanted = false;
            for (part, files) in parts.iter().zip(&mut files) {
                if reads(part.files(), &text.path) {
                    files.push(file.clone());
                    wanted = true;
                }
            }
            if text.path == "pack.yaml" {
                match yaml::read::<PackYaml>(&file) {
                    Ok(pack) => {
                        faults.extend(pack.faults(&file));
                        own.push(pack);
                    }
                    Err(more) => faults.extend(more),
                }
            } else if let Err(more) = yaml::tree(&file) {
                faults.extend(more);
            } else if !wanted && !KNOWN.iter().any(|pattern| reads(pattern, &text.path)) {
                faults.push(stranger(&file, &text.path, parts));
            }
        }
    }
    let mut names: PackNames = packs.iter().map(|p| ("pack", p.id.clone())).collect();
    for (part, files) in parts.iter().zip(&files) {
        names.extend(part.names(files));
    }
    for (part, files) in parts.iter().zip(&files) {
        faults.extend(part.check(files, &names));
    }
    faults.sort();
    faults.dedup();
    match faults.is_empty() {
        true => Ok(Read { packs: own, names, files }),
        false => Err(faults),
    }
}

/// A file that nothing reads: its name is mistyped.
fn stranger(file: &PackFile, path: &str, parts: &[Arc<dyn PackPart>]) -> PackFault {
    let patterns: BTreeSet<&str> = KNOWN.iter().copied().chain(parts.iter().map(|p| p.files())).collect();
    let (folder, wanted) = match path.split_once('/') {
        Some((folder, _)) => (true, format!("{folder}/")),
        None => (false, path.to_owned()),
    };
    let guess = did_you_mean(&wanted, patterns.iter().copied().filter(|p| p.ends_with('/') == folder));
    let message = format!("Không phần nào của chương trình đọc “{path}”.{guess}");
    PackFault { path: file.path.clone(), line: 1, column: 1, message }
}

/// A fault as one line: `packs/health/pack.yaml:3:7: …`.
pub fn line(fault: &PackFault) -> String {
    format!("{}:{}:{}: {}", fault.path, fault.line, fault.column, fault.message)
}

/// The error of packs that were refused; it tells the first faults, `check` tells all.
pub fn refusal(faults: &[PackFault]) -> Error {
    let mut told: Vec<String> = faults.iter().take(5).map(line).collect();
    if faults.len() > told.len() {
        told.push(format!("… và {} lỗi khác.", faults.len() - told.len()));
    }
    let message = format!("Gói có {} lỗi, chưa áp dụng gì.\n{}", faults.len(), told.join("\n"));
    invalid("packs_faulty", message)
}
