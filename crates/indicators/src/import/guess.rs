//! Guessing what the columns of a sheet mean: headings against the catalogue, the calendar and the map. A
//! person sees the guess and confirms it; what cannot be told apart is left for them.

use std::collections::{HashMap, HashSet};

use foundation::Date;
use foundation::number::{self, NumberStyle};
use foundation::text::{SearchKey, fold};
use kit::UnitId;
use units::{Level, Map, Version};

use super::cells::is_total;
use super::mapping::{Mapping, Role, heading, period_code};
use super::title::{period_in, read_period};
use super::workbook::{Cell, Sheet};
use crate::catalogue::Catalogue;
use crate::definition::Indicator;
use crate::engine::reach::levels_of;

/// How many rows from the top may hold the headings.
const HEAD: usize = 40;

/// What a guess is made from. Built once for a delivery.
pub struct Known<'a> {
    catalogue: &'a Catalogue,
    pack: Option<&'a str>,
    names: HashMap<String, Vec<&'a Indicator>>,
    keys: Vec<(SearchKey, &'a Indicator)>,
    units: HashMap<String, Vec<String>>,
    root_code: Option<String>,
    root_level: Option<Level>,
    dims: HashMap<String, String>,
}

/// How well a heading fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It says so.
    Exact,
    /// It nearly says so.
    Near,
    /// It names an indicator that is computed and takes no values.
    Computed,
    /// Nothing is known.
    None,
}

impl<'a> Known<'a> {
    /// Gathers names of indicators, units and dimensions. `pack` wins where two packs use one name.
    pub fn new(
        catalogue: &'a Catalogue,
        map: &Map,
        root: UnitId,
        today: Date,
        pack: Option<&'a str>,
    ) -> Self {
        let mut names: HashMap<String, Vec<&Indicator>> = HashMap::new();
        let mut keys = Vec::new();
        let mut dims = HashMap::new();
        for indicator in catalogue.all() {
            let def = &indicator.def;
            let mut all = vec![indicator.code.as_str(), &def.name.vi, &indicator.short().vi];
            all.extend(def.name.en.as_deref());
            all.extend(indicator.short().en.as_deref());
            for name in all {
                let list = names.entry(fold(name)).or_default();
                if !list.iter().any(|i| i.id == indicator.id) {
                    list.push(indicator);
                }
            }
            keys.push((SearchKey::new(&def.name.vi), indicator));
            for dim in &def.dims {
                dims.insert(fold(&dim.id), dim.id.clone());
                if let Some(name) = &dim.name {
                    dims.insert(fold(&name.vi), dim.id.clone());
                }
            }
        }
        let mut units: HashMap<String, Vec<String>> = HashMap::new();
        let places = map.subtree(root, today).into_iter().filter_map(|unit| map.on(unit, today));
        let ours = |v: &&Version| v.level == Level::Department && v.place == Some(root) && v.holds_on(today);
        for v in places.chain(map.agencies().filter(ours)) {
            for name in [fold(&v.full_name()), fold(&v.name), v.code.clone()] {
                let codes = units.entry(name).or_default();
                if !codes.contains(&v.code) {
                    codes.push(v.code.clone());
                }
            }
        }
        let root = map.nearest(root, today);
        Known {
            catalogue,
            pack,
            names,
            keys,
            units,
            root_code: root.map(|v| v.code.clone()),
            root_level: root.map(|v| v.level),
            dims,
        }
    }

    /// The indicator that a heading names, and how well.
    pub fn indicator(&self, text: &str) -> (Option<&'a Indicator>, Fit) {
        let text = text.trim();
        if let Some(found) = self.catalogue.code(text) {
            return if found.is_reported() { (Some(found), Fit::Exact) } else { (None, Fit::Computed) };
        }
        let bare = text.rsplit_once('(').filter(|(name, _)| !name.trim().is_empty()).map(|(name, _)| name);
        for name in [Some(text), bare].into_iter().flatten() {
            let Some(found) = self.names.get(&fold(name)) else { continue };
            let reported: Vec<&Indicator> = found.iter().copied().filter(|i| i.is_reported()).collect();
            let ours: Vec<&Indicator> =
                reported.iter().copied().filter(|i| Some(i.pack.as_str()) == self.pack).collect();
            match (ours.as_slice(), reported.as_slice()) {
                ([one], _) | ([], [one]) => return (Some(one), Fit::Exact),
                (_, []) => return (None, Fit::Computed),
                _ => {}
            }
        }
        let asked = SearchKey::new(bare.unwrap_or(text));
        if fold(text).split(' ').count() < 2 {
            return (None, Fit::None);
        }
        let fits = |i: &Indicator| i.is_reported() && self.pack.is_none_or(|p| i.pack == p);
        let near = self.keys.iter().filter(|(key, i)| fits(i) && asked.score(key).is_some_and(|s| s >= 70));
        let mut near = near.map(|(_, i)| *i);
        match (near.next(), near.next()) {
            (Some(one), None) => (Some(one), Fit::Near),
            _ => (None, Fit::None),
        }
    }

    /// The code of the one unit that a text names.
    pub fn unit(&self, text: &str) -> Option<&str> {
        match self.units.get(&fold(text)).map(Vec::as_slice) {
            Some([one]) => Some(one),
            _ => None,
        }
    }

    /// Whether a text names any unit, be it several.
    pub fn is_unit(&self, text: &str) -> bool {
        let folded = fold(text);
        self.units.contains_key(&folded)
            || (folded.len() == 4 && self.units.contains_key(&format!("0{folded}")))
    }

    /// Whether the whole place itself delivers an indicator, so that its row is no sum.
    pub fn whole_reports(&self, indicator: &str) -> bool {
        let found = self.catalogue.code(indicator);
        found.is_some_and(|i| self.root_level.is_some_and(|l| levels_of(&i.def.reported_by).contains(&l)))
    }

    /// The unit in a title, «UBND xã Trần Đề»: the longest name that stands in it, in full.
    fn unit_in(&self, title: &str) -> Option<&str> {
        let title = format!(" {} ", fold(title));
        let found = self.units.iter().filter(|(name, codes)| {
            let kinds = ["xa ", "phuong ", "dac khu ", "so "];
            codes.len() == 1
                && kinds.iter().any(|k| name.starts_with(k))
                && title.contains(&format!(" {name} "))
        });
        found.max_by_key(|(name, _)| name.len()).and_then(|(_, codes)| codes.first()).map(String::as_str)
    }

    /// What one column is, by its heading.
    fn role(&self, parts: &[String]) -> (Role, Fit) {
        let Some(last) = parts.last() else { return (Role::Skip, Fit::None) };
        let folded = fold(last);
        if let Some(role) = named(&folded).or_else(|| parts.first().and_then(|p| named(&fold(p)))) {
            return (role, Fit::Exact);
        }
        if let Some(id) = self.dims.get(&folded) {
            return (Role::Dim { id: id.clone() }, Fit::Exact);
        }
        let joined = parts.join(" ");
        let tries = parts.iter().rev().chain(std::iter::once(&joined)).map(|t| self.indicator(t));
        let mut best = (None, Fit::None);
        for found in tries {
            best = match (found.1, best.1) {
                (Fit::Exact, _) if best.1 != Fit::Exact => found,
                (Fit::Near | Fit::Computed, Fit::None) => found,
                _ => best,
            };
        }
        let period = parts.iter().rev().find_map(|p| period_in(p));
        let unit = parts.iter().rev().find_map(|p| self.unit(p));
        let estimated = parts.iter().any(|p| fold(p).split(' ').next() == Some("uoc"));
        if best.1 == Fit::Computed && period.is_none() && unit.is_none() {
            return (Role::Skip, Fit::Computed);
        }
        if best.0.is_none() && period.is_none() && unit.is_none() {
            return (Role::Skip, Fit::None);
        }
        let role = Role::Value {
            indicator: best.0.map(|i| i.code.clone()),
            period: period.map(period_code),
            unit: unit.map(str::to_owned),
            estimated,
        };
        (role, if best.0.is_some() { best.1 } else { Fit::Exact })
    }
}

/// Columns that are called by what they are.
fn named(folded: &str) -> Option<Role> {
    Some(match folded {
        "don vi" | "ten don vi" | "ma don vi" | "don vi bao cao" | "don vi hanh chinh" | "xa phuong"
        | "ten xa phuong" | "xa phuong dac khu" | "ten xa" | "ma xa" | "phuong xa" | "dia phuong"
        | "ten dia phuong" | "dia ban" | "ten dia ban" | "co quan" | "ma co quan" | "unit" | "unit code"
        | "unit name" | "so ban nganh" => Role::Unit,
        "chi tieu" | "ten chi tieu" | "ma chi tieu" | "indicator" | "noi dung" | "chi so" | "ma chi so" => {
            Role::Indicator
        }
        "ky" | "ky bao cao" | "ky so lieu" | "thoi gian" | "thoi diem" | "thoi ky" | "period" | "thang"
        | "tuan" | "quy" | "nam" | "ngay" => Role::Period,
        "gia tri" | "so lieu" | "ket qua" | "thuc hien" | "value" | "so luong" | "so thuc hien" => {
            Role::value()
        }
        "uoc" | "uoc tinh" | "so uoc" | "la so uoc" | "estimated" => Role::Estimated,
        _ => return None,
    })
}

/// Columns that are known to hold no figure.
fn left_out(folded: &str) -> bool {
    matches!(
        folded,
        "tt" | "stt" | "so tt" | "so thu tu" | "ghi chu" | "don vi tinh" | "dvt" | "note" | "notes"
    )
}

/// How a column was understood, for the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// The mapping.
    pub mapping: Mapping,
    /// How well each column fits.
    pub fits: Vec<Fit>,
}

/// Rows that may be the headings: their score, the lowest, how many, and what the columns then are.
type Found = (usize, usize, usize, Vec<(Role, Fit)>);

/// Guesses how a sheet is read; `None` when no row looks like headings.
pub fn guess(sheet: &Sheet, known: &Known<'_>) -> Option<Guess> {
    let width = sheet.width().min(512);
    let mut best: Option<Found> = None;
    for header in 0..sheet.rows.len().min(HEAD) {
        if holds_figures(sheet, header, known) {
            continue;
        }
        for levels in 1..=3.min(header + 1) {
            // A line of one text above the headings is a title.
            if levels > 1 && is_title(sheet, header + 1 - levels, width) {
                break;
            }
            let columns: Vec<(Role, Fit)> = (0..width)
                .map(|c| {
                    let parts = parts_of(sheet, header, levels, c);
                    match parts.last() {
                        Some(last) if left_out(&fold(last)) => (Role::Skip, Fit::Exact),
                        _ => known.role(&parts),
                    }
                })
                .collect();
            let score = score(&columns, levels);
            // Codes above names: the lower of two rows that say the same is the last of the headings.
            let lower = |b: &Found| score == b.0 && header == b.1 + 1;
            if score > 0 && best.as_ref().is_none_or(|b| score > b.0 || lower(b)) {
                best = Some((score, header, levels, columns));
            }
        }
    }
    let (_, header, levels, columns) = best?;
    let (mut columns, fits): (Vec<Role>, Vec<Fit>) = columns.into_iter().unzip();
    one_of_each(sheet, header, &mut columns);
    let first = first_row(sheet, header);
    if !columns.contains(&Role::Unit)
        && !every_value(&columns, |r| matches!(r, Role::Value { unit: Some(_), .. }))
    {
        let found = (0..width.min(8)).find(|c| {
            !matches!(columns.get(*c), Some(Role::Value { .. } | Role::Indicator | Role::Period))
                && holds_units(sheet, first, *c, known)
        });
        if let Some(column) = found {
            columns[column] = Role::Unit;
        }
    }
    let mut mapping = Mapping {
        sheet: sheet.name.clone(),
        header,
        levels,
        first,
        columns,
        unit: None,
        indicator: None,
        period: None,
        style: NumberStyle::Unknown,
        hundredfold: Vec::new(),
    };
    let titles: Vec<String> = (0..=header - (levels - 1).min(header))
        .flat_map(|r| sheet.rows.get(r).into_iter().flatten())
        .map(|c| c.shown(sheet.epoch))
        .filter(|t| !t.is_empty())
        .collect();
    if mapping.missing() == Some("unit") {
        let titled = titles.iter().find_map(|t| known.unit_in(t)).map(str::to_owned);
        let alone = known.root_level == Some(Level::Commune) || whole_place(&mapping, known);
        mapping.unit = titled.or_else(|| known.root_code.clone().filter(|_| alone));
    }
    if mapping.missing() == Some("indicator") {
        mapping.indicator = titles.iter().find_map(|t| known.indicator(t).0).map(|i| i.code.clone());
    }
    let has_period = mapping.columns.contains(&Role::Period);
    if !has_period && !every_value(&mapping.columns, |r| matches!(r, Role::Value { period: Some(_), .. })) {
        let told = titles.iter().find_map(|t| period_in(t)).or_else(|| period_in(&sheet.name));
        mapping.period = told.map(|p| p.code());
    }
    mapping.style = style_in(sheet, &mapping);
    Some(Guess { mapping, fits })
}

/// Whether a row has numbers that are neither years nor codes of units: no heading then.
fn holds_figures(sheet: &Sheet, row: usize, known: &Known<'_>) -> bool {
    sheet.rows[row].iter().any(|cell| {
        let text = cell.shown(sheet.epoch);
        let number = matches!(cell, Cell::Number(_)) || number::parse_number(&text, NumberStyle::Vi).is_ok();
        number && read_period(&text).is_none() && !known.is_unit(&text)
    })
}

/// Whether a row shows one text and nothing else.
fn is_title(sheet: &Sheet, row: usize, width: usize) -> bool {
    let mut texts: Vec<String> = (0..width).map(|c| sheet.words(row, c)).filter(|t| !t.is_empty()).collect();
    texts.dedup();
    texts.len() < 2
}

/// The heading of a column; above it, a text without a merge also covers the empty cells to its right.
fn parts_of(sheet: &Sheet, header: usize, levels: usize, column: usize) -> Vec<String> {
    let mut parts = heading(sheet, header, levels, column);
    let own = !sheet.words(header, column).is_empty();
    if own && levels > 1 && parts.len() == 1 && sheet.merges.is_empty() {
        let above = header - 1;
        let left = (0..column).rev().map(|c| sheet.words(above, c)).find(|t| !t.is_empty());
        parts.splice(0..0, left);
    }
    parts
}

fn score(columns: &[(Role, Fit)], levels: usize) -> usize {
    let mut score = 0;
    let mut values = 0;
    let mut named = HashSet::new();
    for (role, fit) in columns {
        match role {
            Role::Skip => {}
            Role::Value { indicator, period, unit, .. } => {
                values += 1;
                let told = [indicator, period, unit].iter().filter(|o| o.is_some()).count();
                score += if *fit == Fit::Near { 15 } else { 30 } * told.max(1);
            }
            other => {
                if named.insert(other.code()) {
                    score += 40;
                }
            }
        }
    }
    if values == 0 { 0 } else { score.saturating_sub(levels) }
}

fn every_value(columns: &[Role], told: impl Fn(&Role) -> bool) -> bool {
    columns.iter().filter(|c| matches!(c, Role::Value { .. })).all(told)
}

/// Of two columns for one thing («Mã đơn vị», «Tên đơn vị») the one with codes is kept.
fn one_of_each(sheet: &Sheet, header: usize, columns: &mut [Role]) {
    for role in [Role::Unit, Role::Indicator, Role::Period, Role::Estimated] {
        let at: Vec<usize> = (0..columns.len()).filter(|c| columns[*c] == role).collect();
        if at.len() < 2 {
            continue;
        }
        let coded = at.iter().copied().find(|c| {
            let words = fold(&sheet.words(header, *c));
            words.starts_with("ma ") || words.ends_with("code")
        });
        let keep = coded.unwrap_or(at[0]);
        for column in at.into_iter().filter(|c| *c != keep) {
            columns[column] = Role::Skip;
        }
    }
}

/// The row after the headings; one that only numbers the columns («A, B, 1, 2») is stepped over.
fn first_row(sheet: &Sheet, header: usize) -> usize {
    let row = header + 1;
    let texts: Vec<String> =
        sheet.rows.get(row).into_iter().flatten().map(|c| c.shown(sheet.epoch)).collect();
    let marks: Vec<&str> =
        texts.iter().map(|t| t.trim_matches(['(', ')', '[', ']'])).filter(|t| !t.is_empty()).collect();
    let letter = |t: &str| t.len() == 1 && t.as_bytes()[0].is_ascii_alphabetic();
    let numbers: Vec<u32> = marks.iter().filter_map(|t| t.split('=').next()?.trim().parse().ok()).collect();
    let counted = numbers.windows(2).all(|w| w[1] == w[0] + 1) && numbers.first() == Some(&1);
    let all = marks.iter().filter(|t| letter(t)).count() + numbers.len() == marks.len();
    if marks.len() >= 2 && counted && all { row + 1 } else { row }
}

/// Whether most of the texts below a heading are units.
fn holds_units(sheet: &Sheet, first: usize, column: usize, known: &Known<'_>) -> bool {
    let below = (first..sheet.rows.len()).take(60).map(|r| sheet.words(r, column));
    let texts: Vec<String> = below.filter(|t| !t.is_empty() && !is_total(t)).take(20).collect();
    let units = texts.iter().filter(|t| known.is_unit(t)).count();
    !texts.is_empty() && units * 2 >= texts.len()
}

/// Whether every indicator named is delivered once for the whole place.
fn whole_place(mapping: &Mapping, known: &Known<'_>) -> bool {
    let mut named = mapping.columns.iter().filter_map(|c| match c {
        Role::Value { indicator: Some(code), .. } => Some(code),
        _ => None,
    });
    named.clone().next().is_some() && named.all(|code| known.whole_reports(code))
}

/// How the typed numbers of the value columns are written. What fits both ways says nothing.
fn style_in(sheet: &Sheet, mapping: &Mapping) -> NumberStyle {
    let (mut vi, mut en) = (0, 0);
    for row in sheet.rows.iter().skip(mapping.first).take(2000) {
        for (cell, role) in row.iter().zip(&mapping.columns) {
            let (Cell::Text(text), Role::Value { .. }) = (cell, role) else { continue };
            let reads = |style| number::parse_number(text, style).ok();
            match (reads(NumberStyle::Vi), reads(NumberStyle::En)) {
                (Some(_), None) => vi += 1,
                (None, Some(_)) => en += 1,
                _ => {}
            }
        }
    }
    match (vi, en) {
        (0, 0) => NumberStyle::Unknown,
        (_, 0) => NumberStyle::Vi,
        (0, _) => NumberStyle::En,
        _ => NumberStyle::Unknown,
    }
}
