//! A province to measure with: 103 communes × 500 indicators × 120 months, and a wall, an overview and fields
//! that show them.
//!
//! The places are the real ones of Cần Thơ; the indicators are called after nothing, so that nobody takes a
//! figure of the bench for a real one. Everything is reckoned from the indices, so two runs measure the same
//! data.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::Result;

/// The province's code.
pub const PLACE: &str = "92";
/// Fields.
pub const PACKS: usize = 5;
/// Reported indicators of a field.
pub const EACH: usize = 100;
/// Ratios of a field, computed from reported ones.
const RATIOS: usize = 4;

/// How much of it is made.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Communes.
    pub communes: usize,
    /// Months up to the newest.
    pub months: usize,
}

/// The newest month that has figures: year, month.
pub const NEWEST: (i32, u32) = (2026, 10);

/// The months of a size, oldest first, as `2026-10`.
pub fn months(count: usize) -> Vec<String> {
    let newest = NEWEST.0 * 12 + NEWEST.1 as i32 - 1;
    (0..count as i32)
        .rev()
        .map(|back| newest - back)
        .map(|m| format!("{:04}-{:02}", m.div_euclid(12), m.rem_euclid(12) + 1))
        .collect()
}

/// The code of an indicator, 0..500.
pub fn code(indicator: usize) -> String {
    format!("bench{}.i{:02}", indicator / EACH + 1, indicator % EACH)
}

/// How an indicator is rolled up over places.
fn over_places(indicator: usize) -> &'static str {
    match indicator % 5 {
        0..=2 => "sum",
        3 => "mean",
        _ => "max",
    }
}

/// The value of a cell: whole, 0..=999, different from month to month and place to place.
pub fn value(indicator: usize, commune: usize, month: usize) -> u32 {
    let mut x = (indicator as u64) << 40 ^ (commune as u64) << 20 ^ month as u64;
    x = (x ^ x >> 31).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ x >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x ^= x >> 32;
    if over_places(indicator) == "sum" { 100 + (x % 900) as u32 } else { 60 + (x % 40) as u32 }
}

/// The communes of the place, from the table that the program ships.
pub fn communes(root: &Path) -> Result<Vec<String>> {
    let mut table = csv::Reader::from_path(root.join("crates/units/data/versions.csv"))?;
    let heads = table.headers()?.clone();
    let at = |name: &str| heads.iter().position(|h| h == name).ok_or(format!("no column {name}"));
    let (level, code, parent, to) = (at("level")?, at("code")?, at("parent")?, at("valid_to")?);
    let mut found: Vec<String> = Vec::new();
    for row in table.records() {
        let row = row?;
        if &row[level] == "commune" && &row[parent] == PLACE && row[to].is_empty() {
            found.push(row[code].to_owned());
        }
    }
    found.sort();
    Ok(found)
}

/// Writes the packs into `folder`.
pub fn write_packs(folder: &Path) -> Result<()> {
    for pack in 0..PACKS {
        let id = format!("bench{}", pack + 1);
        let at = folder.join(&id);
        std::fs::create_dir_all(at.join("boards"))?;
        std::fs::write(at.join("pack.yaml"), pack_yaml(&id, pack))?;
        std::fs::write(at.join("indicators.yaml"), indicators_yaml(pack))?;
        std::fs::write(at.join("boards/field.yaml"), field_yaml(&id))?;
    }
    let at = folder.join("overview/boards");
    std::fs::create_dir_all(&at)?;
    let text = |name: &str| format!("{{vi: {name}, en: {name}}}");
    let pack =
        format!("id: overview\nname: {0}\norder: 1\nicon: home\nabout: {0}\nowner_agency:\n", text("Bench"));
    let owner = format!("  - {{valid_from: 2025-07-01, name: {}, verified: false}}\n", text("Bench"));
    std::fs::write(folder.join("overview/pack.yaml"), pack + &owner)?;
    std::fs::write(at.join("wall.yaml"), wall_yaml())?;
    std::fs::write(at.join("overview.yaml"), overview_yaml())?;
    Ok(())
}

fn pack_yaml(id: &str, pack: usize) -> String {
    format!(
        "id: {id}\nname: {{vi: Lĩnh vực đo {0}, en: Bench field {0}}}\norder: {1}\nicon: heart\n\
         about: {{vi: Số liệu để đo tốc độ, en: Figures to measure speed with}}\nowner_agency:\n  \
         - {{valid_from: 2025-07-01, name: {{vi: Không có, en: None}}, verified: false}}\n",
        pack + 1,
        (pack + 1) * 10
    )
}

fn indicators_yaml(pack: usize) -> String {
    let mut text = String::from("groups:\n  - {id: all, name: {vi: Tất cả, en: All}}\nindicators:\n");
    let shared = "visibility: public\n    source: {vi: Máy đo, en: The bench}\n    \
                  explain: {vi: Số để đo tốc độ., en: A number to measure speed with.}\n    \
                  verified: false\n";
    for n in 0..EACH {
        let indicator = pack * EACH + n;
        let over = over_places(indicator);
        let (unit, time) = if over == "sum" { ("hồ sơ", "sum") } else { ("điểm", "mean") };
        let _ = write!(
            text,
            "  - id: i{n:02}\n    group: all\n    name: {{vi: Chỉ tiêu đo {0}, \
             en: Bench indicator {0}}}\n    \
             unit: {{vi: {unit}, en: points}}\n    decimals: 0\n    calendar: month\n    \
             reported_by: commune\n    over_places: {over}\n    over_time: {time}\n    \
             apportion: population\n    \
             direction: up\n    range: {{min: 0, max: 100000}}\n    due: {{days: 5}}\n    ",
            indicator + 1
        );
        if over != "sum" {
            text.push_str("target: {value: 80, verified: false}\n    ");
        }
        text.push_str(shared);
    }
    for n in 0..RATIOS {
        let _ = write!(
            text,
            "  - id: r{n}\n    group: all\n    name: {{vi: Tỷ lệ đo {0}, en: Bench ratio {0}}}\n    \
             unit: {{vi: \"%\", en: \"%\"}}\n    decimals: 1\n    calendar: month\n    \
             reported_by: computed\n    \
             over_places: {{ratio: {{of: i{1:02}, to: i{2:02}, times: 50}}}}\n    over_time: last\n    \
             apportion: none\n    direction: up\n    bands:\n      - {{to: 45, state: bad}}\n      \
             - {{to: 50, state: watch}}\n      - {{state: good}}\n    \
             target: {{value: 50, verified: false}}\n    ",
            n + 1,
            n * 5,
            n * 5 + 1
        );
        text.push_str(shared);
    }
    text
}

fn field_yaml(id: &str) -> String {
    let mut text =
        format!("id: field\nkind: field\nname: {{vi: {id}, en: {id}}}\norder: 10\nareas:\n  main:\n");
    for n in [0, 3, 4, 5, 8, 9, 10, 13] {
        let _ = writeln!(text, "    - {{figure: i{n:02}}}");
    }
    text.push_str("    - {map: r0}\n    - {trend: i00, periods: 36}\n    - {compare: i03, top: 5}\n");
    text.push_str("    - {list: late_reporters, top: 8}\n    - {list: off_target, top: 8}\n");
    text.push_str("    - {table: [i00, i03, i04, i05, i08, i09, i10, i13, r0, r1]}\n");
    text
}

/// The shape of the shipped wall: twelve figures, six maps, three lists, a trend, a panel, a comparison.
fn wall_yaml() -> String {
    let mut text = String::from(
        "id: wall\nkind: wall\nname: {vi: Màn hình đo, en: Wall}\norder: 10\n\
         rotate_seconds: 30\nareas:\n  left:\n",
    );
    for n in 0..12 {
        let _ = writeln!(text, "    - {{figure: {}}}", wall_figure(n));
    }
    text.push_str("  map:\n");
    for n in 0..6 {
        let _ =
            writeln!(text, "    - {{map: bench{}.{}}}", n % PACKS + 1, if n % 2 == 0 { "r0" } else { "i03" });
    }
    text.push_str("  right:\n    - {list: late_reporters, top: 5}\n    - {list: off_target, top: 5}\n");
    text.push_str("    - {list: corrections, top: 3}\n  bottom:\n    - {trend: bench1.i00, periods: 24}\n");
    text.push_str(
        "    - {figures: [bench1.i05, bench2.i05, bench3.i05, bench4.i05], title: {vi: Đo, en: Bench}}\n",
    );
    text.push_str("    - {compare: bench1.r1, top: 3}\n");
    text
}

/// The figure of the wall's left column, 0..12: reported ones and ratios by turns.
pub fn wall_figure(n: usize) -> String {
    let pack = n % PACKS + 1;
    if n % 3 == 2 { format!("bench{pack}.r{}", n % RATIOS) } else { format!("bench{pack}.i{:02}", n * 3) }
}

fn overview_yaml() -> String {
    let mut text = String::from(
        "id: overview\nkind: overview\nname: {vi: Tổng quan, en: Overview}\norder: 1\nareas:\n  main:\n",
    );
    for n in 0..12 {
        let _ = writeln!(text, "    - {{figure: {}}}", wall_figure(n));
    }
    text.push_str("    - {map: bench1.r0}\n    - {map: bench2.i03}\n    - {map: bench3.r0}\n");
    text.push_str("    - {trend: bench1.i00, periods: 24}\n    - {compare: bench1.r1, top: 5}\n");
    text.push_str("    - {list: late_reporters, top: 8}\n    - {list: off_target, top: 8}\n");
    text.push_str("    - {list: corrections, top: 6}\n");
    text
}

/// Files as an officer or a program would bring them, half a year each: the paths, and how many rows each
/// has.
pub fn write_imports(folder: &Path, communes: &[String], size: Size) -> Result<Vec<(PathBuf, usize)>> {
    let months = months(size.months);
    let mut files = Vec::new();
    for (part, run) in months.chunks(6).enumerate() {
        let path = folder.join(format!("part-{part:02}.csv"));
        let mut out = std::io::BufWriter::new(std::fs::File::create(&path)?);
        writeln!(out, "Mã đơn vị;Chỉ tiêu;Kỳ;Giá trị")?;
        let mut rows = 0;
        for (m, month) in run.iter().enumerate() {
            for indicator in 0..PACKS * EACH {
                let code = code(indicator);
                for (c, commune) in communes.iter().take(size.communes).enumerate() {
                    writeln!(out, "{commune};{code};{month};{}", value(indicator, c, part * 6 + m))?;
                    rows += 1;
                }
            }
        }
        out.flush()?;
        files.push((path, rows));
    }
    Ok(files)
}

/// One month as an Excel file: `Mã đơn vị`, `Chỉ tiêu`, `Kỳ`, `Giá trị`. Its values differ from the imported
/// ones by `shift`, so that every row is a correction.
pub fn write_excel(path: &Path, communes: &[String], month: usize, name: &str, shift: u32) -> Result<usize> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, head) in ["Mã đơn vị", "Chỉ tiêu", "Kỳ", "Giá trị"].into_iter().enumerate() {
        sheet.write_string(0, column as u16, head)?;
    }
    let mut row = 0;
    for indicator in 0..PACKS * EACH {
        let code = code(indicator);
        for (c, commune) in communes.iter().enumerate() {
            row += 1;
            sheet.write_string(row, 0, commune)?;
            sheet.write_string(row, 1, &code)?;
            sheet.write_string(row, 2, name)?;
            sheet.write_number(row, 3, f64::from(value(indicator, c, month) + shift))?;
        }
    }
    book.save(path)?;
    Ok(row as usize)
}

/// The same facts for the rival: `unit,indicator,period,value`, one file.
pub fn write_facts(path: &Path, communes: &[String], size: Size) -> Result<()> {
    let mut out = std::io::BufWriter::new(std::fs::File::create(path)?);
    writeln!(out, "unit,indicator,period,value")?;
    for (m, month) in months(size.months).iter().enumerate() {
        for indicator in 0..PACKS * EACH {
            let code = code(indicator);
            for (c, commune) in communes.iter().take(size.communes).enumerate() {
                writeln!(out, "{commune},{code},{month}-01,{}", value(indicator, c, m))?;
            }
        }
    }
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_month_comes_last() {
        assert_eq!(months(120).first().map(String::as_str), Some("2016-11"));
        assert_eq!(months(120).last().map(String::as_str), Some("2026-10"));
    }

    #[test]
    fn the_wall_shows_only_what_there_is() {
        for n in 0..12 {
            let code = wall_figure(n);
            let (_, id) = code.split_once('.').unwrap();
            let number: usize = id[1..].parse().unwrap();
            assert!(number < if id.starts_with('r') { RATIOS } else { EACH }, "{code}");
        }
    }
}
