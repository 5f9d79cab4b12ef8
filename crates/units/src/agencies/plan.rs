//! What a file of agencies changes: the pure rule between rows and versions.
//!
//! An agency is found by its code. Other facts than today's make a new version from `tu_ngay` (or today); the
//! same `tu_ngay` as the version has corrects that version; `den_ngay` closes. All rows or none.

use std::collections::{BTreeMap, HashMap};

use foundation::Date;
use foundation::text::search_score;
use kit::UnitId;

use super::{Fault, Row, fault};
use crate::atlas::Map;
use crate::version::{Level, Version};

/// Agencies get ids from here on; no place has one so high.
pub const FIRST_ID: UnitId = 10_000_000;

/// What is to be written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// Every version of every unit that is new or changes.
    pub versions: Vec<Version>,
    /// The short names of those units; an empty one takes the name away.
    pub shorts: Vec<(UnitId, String)>,
    /// Agencies that were not there.
    pub new: usize,
    /// Agencies with other facts than before.
    pub changed: usize,
    /// Agencies of the file that are so already.
    pub unchanged: usize,
}

/// Every agency's short name.
pub(super) fn shorts(map: &Map) -> HashMap<UnitId, &str> {
    let agency = |unit: UnitId| map.history(unit).first().is_some_and(|v| !v.level.is_place());
    map.other_names().iter().filter(|n| agency(n.0)).map(|(unit, name)| (*unit, name.as_str())).collect()
}

/// Compares `rows` with what is known. `root` is the place of the installation.
pub fn plan(map: &Map, root: UnitId, rows: &[Row], today: Date) -> Result<Plan, Vec<Fault>> {
    let known: HashMap<&str, UnitId> = map.agencies().map(|v| (v.code.as_str(), v.unit)).collect();
    let next = map.agencies().map(|v| v.unit + 1).max().unwrap_or(FIRST_ID).max(FIRST_ID);
    let mut ids: HashMap<&str, UnitId> = HashMap::new();
    let mut fresh = next;
    for row in rows {
        let id = known.get(row.code.as_str()).copied().unwrap_or_else(|| {
            fresh += 1;
            fresh - 1
        });
        ids.insert(&row.code, id);
    }
    let short = shorts(map);
    let mut faults = Vec::new();
    let mut plan = Plan::default();
    let mut after: BTreeMap<UnitId, Vec<Version>> = BTreeMap::new();
    for row in rows {
        let unit = ids[row.code.as_str()];
        let history = map.history(unit);
        let day = row.from.unwrap_or(today);
        let place = place(map, root, row, history.last(), day);
        let parent = parent(map, &known, &ids, row);
        let (place, parent) = match (place, parent) {
            (Ok(place), Ok(parent)) => (place, parent),
            (place, parent) => {
                faults.extend(place.err().into_iter().chain(parent.err()));
                continue;
            }
        };
        let wanted = Version {
            unit,
            valid_from: day,
            valid_to: row.last.map(|last| last.add_days(1)),
            level: row.level,
            kind: String::new(),
            code: row.code.clone(),
            name: row.name.clone(),
            parent,
            place: Some(place),
            point: None,
            area_km2: None,
            population: None,
            legal_ref: row.legal_ref.clone(),
            verified: row.verified,
        };
        let renamed = short.get(&unit).copied().unwrap_or_default() != row.short;
        match versions(history, wanted, row) {
            Err(one) => faults.push(one),
            Ok(versions) => {
                match (history.is_empty(), versions == history && !renamed) {
                    (true, _) => plan.new += 1,
                    (false, true) => plan.unchanged += 1,
                    (false, false) => plan.changed += 1,
                }
                if versions != history || renamed {
                    plan.shorts.push((unit, row.short.clone()));
                }
                after.insert(unit, versions);
            }
        }
    }
    if faults.is_empty() {
        faults.extend(rows.iter().filter_map(|row| above(map, &after, row, ids[row.code.as_str()], today)));
    }
    if !faults.is_empty() {
        faults.sort_by_key(|f| f.line);
        faults.truncate(super::MAX_FAULTS);
        return Err(faults);
    }
    let changed = |unit: &UnitId| plan.shorts.iter().any(|s| s.0 == *unit);
    let touched: Vec<UnitId> = after.keys().copied().filter(changed).collect();
    plan.versions = touched.iter().filter_map(|u| after.remove(u)).flatten().collect();
    Ok(plan)
}

fn same_facts(a: &Version, b: &Version) -> bool {
    (a.level, &a.name, a.parent, a.place, &a.legal_ref, a.verified)
        == (b.level, &b.name, b.parent, b.place, &b.legal_ref, b.verified)
}

/// The history of an agency with `wanted` in it.
fn versions(history: &[Version], mut wanted: Version, row: &Row) -> Result<Vec<Version>, Fault> {
    let mut all = history.to_vec();
    let Some(last) = all.last_mut() else {
        return match wanted.valid_to.is_some_and(|end| end <= wanted.valid_from) {
            true => Err(ends_first(row)),
            false => Ok(vec![wanted]),
        };
    };
    let same = same_facts(last, &wanted);
    if let Some(end) = last.valid_to.filter(|end| wanted.valid_to != Some(*end) && row.from < Some(*end)) {
        let ended = end.add_days(-1).vi();
        let remedy = "Để lập lại cơ quan, ghi tu_ngay sau ngày đó; để giữ nguyên, ghi den_ngay là ngày đó.";
        return Err(fault(row.line, "ma", format!("«{}» đã kết thúc ngày {ended}.", row.code), remedy));
    }
    // So already: from then on, or since before the day that the file names.
    let within = row.from.is_none_or(|from| last.valid_from <= from)
        && last.valid_to.is_none_or(|end| wanted.valid_from < end || wanted.valid_to == Some(end));
    if same && within {
        if wanted.valid_to.is_some_and(|end| end <= last.valid_from) {
            return Err(ends_first(row));
        }
        last.valid_to = wanted.valid_to;
        return Ok(all);
    }
    if wanted.valid_from < last.valid_from {
        let from = last.valid_from.vi();
        let reason = format!("Trước ngày {from}, ngày đầu của bản đang có.");
        let remedy = "Hãy để trống, hoặc ghi ngày thay đổi từ ngày đó trở đi.";
        return Err(fault(row.line, "tu_ngay", reason, remedy));
    }
    if wanted.valid_to.is_some_and(|end| end <= wanted.valid_from) {
        return Err(ends_first(row));
    }
    if wanted.valid_from == last.valid_from {
        wanted.kind.clone_from(&last.kind);
        *last = wanted;
    } else {
        last.valid_to = Some(last.valid_to.map_or(wanted.valid_from, |end| end.min(wanted.valid_from)));
        all.push(wanted);
    }
    Ok(all)
}

fn ends_first(row: &Row) -> Fault {
    fault(row.line, "den_ngay", "Kết thúc trước khi bắt đầu.", "Hãy sửa den_ngay, hoặc ghi thêm tu_ngay.")
}

fn offer(candidates: &[String]) -> String {
    match candidates {
        [] => "Hãy tìm mã đúng ở trang Địa bàn.".to_owned(),
        some => format!("Có phải: {}?", some.join("; ")),
    }
}

/// The place that a row names, which must be in the installation and of the right tier.
fn place(map: &Map, root: UnitId, row: &Row, before: Option<&Version>, day: Date) -> Result<UnitId, Fault> {
    let told = |v: &Version| format!("{} ({})", v.code, v.full_name());
    let found = match row.place.as_str() {
        "" => Some(root),
        code => [Level::Province, Level::Commune, Level::Country]
            .into_iter()
            .find_map(|level| map.by_code(level, code, day))
            .map(|v| v.unit)
            // What was entered while the place was there stays as it is.
            .or_else(|| before?.place.filter(|p| map.history(*p).iter().any(|v| v.code == code))),
    };
    let Some(unit) = found else {
        let bearers: Vec<&Version> = map.with_code(&row.place).filter(|v| v.level.is_place()).collect();
        if let Some(old) = bearers.last() {
            let heirs = map.successors(old.unit).iter().filter_map(|s| map.on(s.new, day)).map(told);
            let reason = format!("{} ({}) không có hiệu lực ngày {}.", row.place, old.full_name(), day.vi());
            let heirs: Vec<String> = heirs.take(3).collect();
            return Err(fault(row.line, "dia_ban", reason, offer(&heirs)));
        }
        let near = map.search(&row.place, Some(root), day, 3);
        let near: Vec<String> = near.iter().map(|f| format!("{} ({})", f.code, f.name)).collect();
        return Err(fault(
            row.line,
            "dia_ban",
            format!("Không có địa bàn mã «{}».", row.place),
            offer(&near),
        ));
    };
    if !map.is_within(unit, root, day) {
        let remedy = format!("Hãy ghi mã của {} hoặc một nơi trong đó.", map.name(root, day));
        return Err(fault(
            row.line,
            "dia_ban",
            format!("{} ở ngoài địa phương này.", map.name(unit, day)),
            remedy,
        ));
    }
    let level = map.nearest(unit, day).map(|v| v.level);
    if row.level == Level::Office && level != Some(Level::Commune) {
        let reason =
            format!("Cơ quan cấp phòng phục vụ một xã, phường; {} thì không phải.", map.name(unit, day));
        return Err(fault(row.line, "dia_ban", reason, "Hãy ghi mã xã, phường, hoặc đổi cap thành «so»."));
    }
    Ok(unit)
}

/// The agency above that a row names: in the file, or known.
fn parent(
    map: &Map,
    known: &HashMap<&str, UnitId>,
    ids: &HashMap<&str, UnitId>,
    row: &Row,
) -> Result<Option<UnitId>, Fault> {
    let code = row.parent.as_str();
    if code.is_empty() {
        return Ok(None);
    }
    if let Some(unit) = ids.get(code).or_else(|| known.get(code)) {
        return Ok(Some(*unit));
    }
    let mut near: Vec<(u32, String)> = map
        .agencies()
        .filter_map(|v| {
            let score = search_score(code, &v.name).max(search_score(code, &v.code))?;
            Some((score, format!("{} ({})", v.code, v.name)))
        })
        .collect();
    near.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    near.dedup();
    let near: Vec<String> = near.into_iter().take(3).map(|n| n.1).collect();
    let remedy = match near.is_empty() {
        true => "Hãy thêm dòng của cơ quan đó vào tệp, hoặc để trống.".to_owned(),
        false => offer(&near),
    };
    Err(fault(row.line, "truc_thuoc", format!("Không có cơ quan mã «{code}»."), remedy))
}

/// What is wrong with the line of agencies above `unit` once everything is written.
fn above(
    map: &Map,
    after: &BTreeMap<UnitId, Vec<Version>>,
    row: &Row,
    unit: UnitId,
    today: Date,
) -> Option<Fault> {
    let history = |unit: UnitId| after.get(&unit).map_or_else(|| map.history(unit), Vec::as_slice);
    let own = history(unit).last()?;
    let parent = own.parent?;
    let day = own.valid_from.max(today);
    if own.holds_on(day) && !history(parent).iter().any(|v| v.holds_on(day)) {
        let reason = format!("Cơ quan «{}» không có hiệu lực ngày {}.", row.parent, day.vi());
        return Some(fault(row.line, "truc_thuoc", reason, "Hãy ghi cơ quan đang hoạt động, hoặc để trống."));
    }
    let mut at = Some(parent);
    // No tree of agencies is deeper than its agencies are many.
    for _ in 0..=after.len() + map.agencies().count() {
        let unit_above = at?;
        if unit_above == unit {
            let reason = format!("«{}» nằm trên chính nó theo vòng.", row.code);
            return Some(fault(row.line, "truc_thuoc", reason, "Hãy để trống ở cơ quan cao nhất."));
        }
        at = history(unit_above).last().and_then(|v| v.parent);
    }
    None
}
