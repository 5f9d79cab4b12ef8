//! `indicators.yaml` of a pack: read, checked against each other, written into rows.

use std::collections::{BTreeMap, BTreeSet};

use foundation::Result;
use futures_util::future::BoxFuture;
use kit::{Context, PackFault, PackFile, PackNames, PackPart};
use packs::yaml::{self, Located, did_you_mean, fault};
use serde::Deserialize;
use storage::Tx;
use units::agencies::template::department_keys;

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
    /// The departments that are asked for what agencies report, where an indicator names none itself.
    #[serde(default)]
    agencies: Vec<Located<String>>,
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

/// A definition with full ids inside, and with the file's `agencies` where it names none.
fn completed(pack: &str, agencies: &[Located<String>], mut def: Definition) -> Definition {
    if def.agencies.is_empty() && def.reported_by.has(ReportedBy::Agency) {
        def.agencies = agencies.iter().map(|a| a.value.clone()).collect();
    }
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
            let agencies: Vec<&str> = read.agencies.iter().map(|a| a.as_str()).collect();
            for (at, message) in faults_of_agencies(&agencies) {
                faults.push(fault(file, &read.agencies[at], message));
            }
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
                    definitions.push((file.pack.clone(), completed(&file.pack, &read.agencies, item.value)));
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

/// What is wrong with a list of departments: which of them, and why.
fn faults_of_agencies(named: &[&str]) -> Vec<(usize, String)> {
    if named.is_empty() {
        return Vec::new();
    }
    let known = match department_keys() {
        Ok(known) => known,
        Err(e) => return vec![(0, e.message().to_owned())],
    };
    let mut wrong = Vec::new();
    for (at, key) in named.iter().enumerate() {
        if !known.iter().any(|k| k == key) {
            let hint = did_you_mean(key, known.iter().map(String::as_str));
            wrong.push((at, format!("agencies: mẫu cơ quan không có sở, ban, ngành «{key}».{hint}")));
        } else if named[..at].contains(key) {
            wrong.push((at, format!("agencies: «{key}» được ghi hai lần.")));
        }
    }
    wrong
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
    let agencies: Vec<&str> = def.agencies.iter().map(String::as_str).collect();
    wrong.extend(faults_of_agencies(&agencies).into_iter().map(|(_, message)| message));
    if !def.agencies.is_empty() && !def.reported_by.has(ReportedBy::Agency) {
        wrong.push("agencies chỉ đi với reported_by có agency.".to_owned());
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

#[cfg(test)]
mod tests {
    use super::*;

    fn told(agencies: &str, reported_by: &str, own: &str) -> Vec<(u64, String)> {
        let text = format!(
            "agencies: {agencies}\ngroups: []\nindicators:\n  - id: received\n    name: {{vi: Hồ sơ, en: \
             Dossiers}}\n    unit: {{vi: hồ sơ, en: dossiers}}\n    calendar: month\n    reported_by: \
             {reported_by}\n    over_places: sum\n    agencies: {own}\n"
        );
        let path = "packs/admin/indicators.yaml".to_owned();
        let file = PackFile { pack: "admin".into(), path, text, edits: Vec::new() };
        let faults = IndicatorPart.check(&[file], &PackNames::new());
        faults.into_iter().map(|f| (f.line, f.message)).collect()
    }

    #[test]
    fn departments_are_those_of_the_template() {
        assert_eq!(told("[so-y-te, so-tu-phap]", "[commune, agency]", "[so-y-te]"), []);
        let wrong = told("[so-y-tee]", "agency", "[so-y-te, so-y-te]");
        assert_eq!(wrong.len(), 2, "{wrong:?}");
        assert!(wrong[0].0 == 1 && wrong[0].1.contains("«so-y-tee». Có phải “so-y-te”?"), "{wrong:?}");
        assert!(wrong[1].0 == 4 && wrong[1].1.contains("hai lần"), "{wrong:?}");
        let alone = told("[]", "commune", "[so-y-te]");
        assert!(alone.len() == 1 && alone[0].1.contains("agencies chỉ đi với"), "{alone:?}");
    }

    #[test]
    fn the_file_s_departments_hold_where_an_indicator_names_none() {
        let def = |by: &str, own: &[&str]| -> Definition {
            serde_json::from_value(serde_json::json!({
                "id": "a", "name": {"vi": "A"}, "unit": {"vi": "x"}, "calendar": "month", "reported_by": by,
                "over_places": "sum", "agencies": own,
            }))
            .unwrap()
        };
        let of_file = [Located { value: "so-y-te".to_owned(), line: 1, column: 1 }];
        let named = |by, own: &[&str]| completed("admin", &of_file, def(by, own)).agencies;
        assert_eq!(named("agency", &[]), ["so-y-te"]);
        assert_eq!(named("agency", &["so-tu-phap"]), ["so-tu-phap"]);
        assert_eq!(named("commune", &[]), Vec::<String>::new());
    }
}
