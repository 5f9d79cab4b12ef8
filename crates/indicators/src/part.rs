//! `indicators.yaml` of a pack: read, checked against each other, written into rows.

use std::collections::{BTreeMap, BTreeSet};

use foundation::Result;
use futures_util::future::BoxFuture;
use kit::{Context, PackFault, PackFile, PackNames, PackPart};
use packs::yaml::{self, Located, did_you_mean, fault};
use serde::Deserialize;
use storage::Tx;

use crate::catalogue::Group;
use crate::definition::{Definition, OverPlaces, ReportedBy};
use crate::engine::Engine;
use crate::formula::{Condition, Formula};
use crate::store;

/// The longest short name, in characters.
const SHORT: usize = 24;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    groups: Vec<Located<GroupDef>>,
    #[serde(default)]
    indicators: Vec<Located<Definition>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupDef {
    id: String,
    name: foundation::LocalText,
}

/// The part.
#[derive(Debug, Clone, Copy, Default)]
pub struct IndicatorPart;

/// A definition with full ids inside.
fn with_full_ids(pack: &str, mut def: Definition) -> Definition {
    match &mut def.over_places {
        OverPlaces::Weighted { mean } => mean.weight = packs::full_id(pack, &mean.weight),
        OverPlaces::Ratio { ratio } => {
            ratio.of = packs::full_id(pack, &ratio.of);
            ratio.to = packs::full_id(pack, &ratio.to);
        }
        _ => {}
    }
    def
}

/// All definitions of the files that can be read, by full id, with where they stand.
fn read_all(files: &[PackFile]) -> BTreeMap<String, (&PackFile, Located<Definition>)> {
    let mut all = BTreeMap::new();
    for file in files {
        if let Some(read) = yaml::read_most::<File>(file).0 {
            for item in read.indicators {
                all.entry(packs::full_id(&file.pack, &item.id)).or_insert((file, item));
            }
        }
    }
    all
}

impl PackPart for IndicatorPart {
    fn files(&self) -> &'static str {
        "indicators.yaml"
    }

    fn names(&self, files: &[PackFile]) -> Vec<(&'static str, String)> {
        read_all(files).into_keys().map(|code| ("indicator", code)).collect()
    }

    fn check(&self, files: &[PackFile], _: &PackNames) -> Vec<PackFault> {
        let all = read_all(files);
        let codes: BTreeSet<String> = all.keys().cloned().collect();
        let mut faults = Vec::new();
        for file in files {
            let read = match yaml::read::<File>(file) {
                Ok(read) => read,
                Err(mut wrong) => {
                    faults.append(&mut wrong);
                    continue;
                }
            };
            let groups: BTreeSet<&str> = read.groups.iter().map(|g| g.id.as_str()).collect();
            let mut seen = BTreeSet::new();
            for item in &read.indicators {
                let mut tell = |message: String| faults.push(fault(file, item, message));
                if !packs::is_id(&item.id) {
                    tell(format!("«{}» không phải mã hợp lệ: chỉ dùng a–z, 0–9 và gạch dưới.", item.id));
                }
                if !seen.insert(item.id.as_str()) {
                    tell(format!("Mã chỉ tiêu «{}» bị dùng hai lần.", item.id));
                }
                if let Some(group) = &item.group
                    && !groups.contains(group.as_str())
                {
                    let hint = did_you_mean(group, groups.iter().copied());
                    tell(format!("«{}»: không có nhóm «{group}».{hint}", item.id));
                }
                for message in faults_of(&file.pack, item, &all, &codes) {
                    tell(format!("«{}»: {message}", item.id));
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
            let mut definitions = Vec::new();
            let mut groups = Vec::new();
            for file in files {
                let read = yaml::read_checked::<File>(file)?;
                for group in read.groups {
                    let GroupDef { id, name } = group.value;
                    groups.push(Group { pack: file.pack.clone(), id, name });
                }
                for item in read.indicators {
                    definitions.push((file.pack.clone(), with_full_ids(&file.pack, item.value)));
                }
            }
            store::save_groups(tx, &groups).await?;
            store::save_definitions(tx, cx.clock.now(), &definitions).await
        })
    }

    fn applied<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            if let Ok(engine) = cx.house.get::<Engine>() {
                engine.reload().await?;
            }
            cx.live.touch_all();
            Ok(())
        })
    }
}

type All<'a> = BTreeMap<String, (&'a PackFile, Located<Definition>)>;

/// What is wrong with one definition, beyond its shape.
fn faults_of(pack: &str, def: &Definition, all: &All<'_>, codes: &BTreeSet<String>) -> Vec<String> {
    let mut wrong = Vec::new();
    if def.name.en.is_none() {
        wrong.push("thiếu tên tiếng Anh (name.en).".to_owned());
    }
    if let Some(short) = &def.short {
        for text in [Some(&short.vi), short.en.as_ref()].into_iter().flatten() {
            if text.chars().count() > SHORT {
                wrong.push(format!("tên ngắn «{text}» dài quá {SHORT} ký tự."));
            }
        }
    }
    if def.decimals > 6 {
        wrong.push("decimals phải từ 0 đến 6.".to_owned());
    }
    let computed = matches!(def.over_places, OverPlaces::Ratio { .. } | OverPlaces::Formula { .. });
    if computed != def.reported_by.has(ReportedBy::Computed) {
        wrong.push("ratio và formula đi với reported_by: computed, và ngược lại.".to_owned());
    }
    let mut last = f64::NEG_INFINITY;
    for (i, band) in def.bands.iter().enumerate() {
        match band.to {
            Some(to) if to > last => last = to,
            Some(to) => wrong.push(format!("dải giá trị phải tăng dần: {to} không lớn hơn {last}.")),
            None if i + 1 == def.bands.len() => {}
            None => wrong.push("chỉ dải cuối cùng được bỏ «to».".to_owned()),
        }
    }
    if def.bands.last().is_some_and(|b| b.to.is_some()) {
        wrong.push("dải cuối cùng không có «to».".to_owned());
    }
    if let (Some(min), Some(max)) = (def.range.min, def.range.max)
        && min >= max
    {
        wrong.push("range.min phải nhỏ hơn range.max.".to_owned());
    }
    if let Some(target) = &def.target {
        let low = def.range.min.is_some_and(|min| target.value < min);
        let high = def.range.max.is_some_and(|max| target.value > max);
        if low || high {
            wrong.push(format!("kế hoạch {} nằm ngoài range.", target.value));
        }
        if target.legal_ref.is_some() && !target.verified {
            wrong.push("target.legal_ref chỉ đi với verified: true.".to_owned());
        }
    }
    if def.legal_ref.is_some() && !def.verified {
        wrong.push("legal_ref chỉ đi với verified: true.".to_owned());
    }
    for code in parts_of(pack, def, codes, &mut wrong) {
        match all.get(&code) {
            None => {
                let hint = did_you_mean(&code, codes.iter().map(String::as_str));
                wrong.push(format!("không có chỉ tiêu «{code}».{hint}"));
            }
            Some((_, part)) => {
                let nests = part.calendar == def.calendar || part.calendar.nests_in(def.calendar);
                if !nests {
                    wrong.push(format!(
                        "kỳ của «{code}» ({}) không lồng vào kỳ {}.",
                        part.calendar.name(),
                        def.calendar.name()
                    ));
                }
                if reaches(&code, &packs::full_id(pack, &def.id), all, codes, 0) {
                    wrong.push(format!("tính vòng tròn qua «{code}»."));
                }
            }
        }
    }
    wrong
}

/// The full ids that a definition is made of; what is wrong with its expressions is told.
fn parts_of(pack: &str, def: &Definition, codes: &BTreeSet<String>, wrong: &mut Vec<String>) -> Vec<String> {
    match &def.over_places {
        OverPlaces::Weighted { mean } => vec![packs::full_id(pack, &mean.weight)],
        OverPlaces::Ratio { ratio } => vec![packs::full_id(pack, &ratio.of), packs::full_id(pack, &ratio.to)],
        OverPlaces::Formula { formula } => match Formula::read(formula, pack, codes.iter().cloned()) {
            Ok(formula) => formula.parts().to_vec(),
            Err(e) => {
                wrong.push(e.message().to_owned());
                Vec::new()
            }
        },
        OverPlaces::Count { count } => {
            if let Err(e) = Condition::read(&count.when) {
                wrong.push(e.message().to_owned());
            }
            Vec::new()
        }
        OverPlaces::Sum | OverPlaces::Mean | OverPlaces::Max | OverPlaces::None => Vec::new(),
    }
}

/// Whether computing `from` needs `to`.
fn reaches(from: &str, to: &str, all: &All<'_>, codes: &BTreeSet<String>, depth: usize) -> bool {
    if from == to || depth > 40 {
        return true;
    }
    let Some((file, def)) = all.get(from) else { return false };
    parts_of(&file.pack, def, codes, &mut Vec::new())
        .iter()
        .any(|part| part != from && reaches(part, to, all, codes, depth + 1))
}
