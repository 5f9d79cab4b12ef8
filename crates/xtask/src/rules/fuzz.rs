//! Every parser of foreign bytes has its fuzz target. The list is here and nowhere else: a public function
//! that takes `bytes` or `body` and is not in it is a fault, and so is a target that tries nothing of the
//! list.

use std::collections::BTreeSet;

use crate::{Fault, Tree, rust};

/// The rule's name.
pub const NAME: &str = "fuzz";

const HERE: &str = "crates/xtask/src/rules/fuzz.rs";
const MANIFEST: &str = "fuzz/Cargo.toml";
const SEEDS: &str = "tools/dev/fuzz_seeds.py";

/// Where a parser stands, how its declaration begins, and the target that reaches it.
const PARSERS: &[(&str, &str, &str)] = &[
    ("crates/foundation/src/geo/geojson/read.rs", "pub fn read(", "geojson"),
    ("crates/foundation/src/geo/code.rs", "pub fn decode(", "shape_bytes"),
    ("crates/foundation/src/legacy.rs", "pub fn decode(", "legacy"),
    ("crates/foundation/src/legacy.rs", "pub fn decode_as(", "legacy"),
    ("crates/foundation/src/legacy.rs", "pub fn repair(", "legacy"),
    ("crates/foundation/src/period/read.rs", "pub fn parse(", "period"),
    ("crates/foundation/src/period/read.rs", "pub fn from_excel(", "period"),
    ("crates/foundation/src/period/label.rs", "pub fn from_code(", "period"),
    ("crates/foundation/src/expr.rs", "pub fn parse(", "expr"),
    ("crates/foundation/src/number.rs", "pub fn parse_number(", "number"),
    ("crates/foundation/src/number.rs", "pub fn parse_typed(", "number"),
    ("crates/foundation/src/civil.rs", "pub fn parse(", "date"),
    ("crates/foundation/src/civil.rs", "pub fn from_excel(", "date"),
    ("crates/foundation/src/time_of_day.rs", "pub fn parse(", "date"),
    ("crates/foundation/src/working.rs", "pub fn parse(", "date"),
    ("crates/foundation/src/text/place.rs", "pub fn parse_place_query(", "place"),
    ("crates/foundation/src/text/place.rs", "pub fn parse_place_parts(", "place"),
    ("crates/foundation/src/local.rs", "pub fn parse(", "door"),
    ("crates/units/src/agencies.rs", "pub fn read(", "agencies"),
    ("crates/photos/src/sniff.rs", "pub fn sniff(", "photo_look"),
    ("crates/photos/src/lib.rs", "pub fn look(", "photo_look"),
    ("crates/photos/src/lib.rs", "pub fn clean(", "photo_clean"),
    ("crates/photos/src/render.rs", "pub fn render<", "photo_render"),
    ("crates/web/src/peer.rs", "pub fn origin(", "door"),
    ("crates/kit/src/http.rs", "pub fn cookie", "door"),
    ("crates/identity/src/grant.rs", "pub fn parse_packs(", "door"),
    ("crates/packs/src/yaml/parse.rs", "pub fn parse(", "yaml"),
    ("crates/packs/src/yaml/parse.rs", "pub fn parse_value(", "yaml"),
    ("crates/packs/src/yaml.rs", "pub fn read_most", "yaml"),
    ("crates/indicators/src/import/workbook.rs", "pub fn read(", "workbook"),
    ("crates/indicators/src/import/excel.rs", "pub fn zipped(", "workbook"),
    ("crates/indicators/src/import/excel.rs", "pub fn old(", "workbook"),
    ("crates/indicators/src/import/guard.rs", "pub fn zipped(", "workbook"),
    ("crates/indicators/src/import/guard.rs", "pub fn compound(", "workbook"),
    ("crates/indicators/src/import/delimited.rs", "pub fn read(", "delimited"),
    ("crates/indicators/src/import/encoding.rs", "pub fn decode(", "delimited"),
    ("crates/indicators/src/import/guess.rs", "pub fn guess(", "sheet"),
    ("crates/indicators/src/import/rows.rs", "pub fn sheet(", "sheet"),
    ("crates/indicators/src/import/mapping.rs", "pub fn parse(", "mapping"),
    ("crates/indicators/src/http/targets_file.rs", "pub fn target_rows(", "targets_file"),
    ("crates/indicators/src/http/api/observations.rs", "pub fn delivery_rows(", "delivery"),
    ("crates/foundation/src/phone.rs", "pub fn number(", "door"),
    ("crates/notices/src/push/subscription.rs", "pub fn read(", "notices"),
    ("crates/notices/src/token.rs", "pub fn read(", "notices"),
    ("crates/notices/src/text.rs", "pub fn fill", "notices"),
];

/// See the rule.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, start, target) in PARSERS {
        if !tree.file(path).is_some_and(|file| file.text.contains(start)) {
            let what = format!("{path} has no `{start}` any more: the list is to be mended");
            faults.push(Fault::new(NAME, HERE, 1, what));
        }
        if tree.file(&format!("fuzz/targets/{target}.rs")).is_none() {
            let what = format!("`{start}` has no fuzz target: fuzz/targets/{target}.rs is not there");
            faults.push(Fault::new(NAME, path, 1, what));
        }
    }
    faults.extend(unlisted(tree));
    faults.extend(targets(tree));
    faults
}

/// Public functions that read bytes and are not in the list.
fn unlisted(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    let folders: Vec<String> = tree.crates().keys().map(|name| format!("crates/{name}/src")).collect();
    for file in folders.iter().flat_map(|folder| tree.below(folder, "rs")) {
        for (at, line) in rust::read(&file.text).lines.iter().enumerate().filter(|(_, line)| !line.test) {
            let text = line.bare.trim();
            let reads = ["(bytes: &[u8]", "(body: &[u8]"].iter().any(|first| text.contains(first));
            if !text.starts_with("pub fn ") || !reads || !text.contains("Result<") {
                continue;
            }
            let listed =
                |(path, start, _): &(&str, &str, &str)| *path == file.path && text.starts_with(start);
            if !PARSERS.iter().any(listed) {
                let what =
                    format!("`{text}` reads foreign bytes: it wants a fuzz target and a line in {HERE}");
                faults.push(Fault::new(NAME, &file.path, at + 1, what));
            }
        }
    }
    faults
}

/// Targets that are in no list, not built, or begin from nothing.
fn targets(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    let known: BTreeSet<&str> = PARSERS.iter().map(|parser| parser.2).collect();
    for file in tree.below("fuzz/targets", "rs") {
        let name = file.path.trim_start_matches("fuzz/targets/").trim_end_matches(".rs");
        let mut tell = |what: String| faults.push(Fault::new(NAME, &file.path, 1, what));
        if !known.contains(name) {
            tell(format!("no parser in {HERE} names this target"));
        }
        if !tree.file(MANIFEST).is_some_and(|m| m.text.contains(&format!("name = \"{name}\""))) {
            tell(format!("{MANIFEST} does not build it"));
        }
        if !tree.file(SEEDS).is_some_and(|s| s.text.contains(&format!("\"{name}\":"))) {
            tell(format!("{SEEDS} makes no seeds for it"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(files: &[(&str, &str)]) -> Vec<String> {
        unlisted(&Tree::of(files)).into_iter().map(|fault| fault.what).collect()
    }

    #[test]
    fn a_new_reader_of_bytes_is_told() {
        let manifest = ("crates/units/Cargo.toml", "");
        let reader = "pub fn read(bytes: &[u8]) -> Result<Table> {\n}\n";
        assert_eq!(told(&[manifest, ("crates/units/src/table.rs", reader)]).len(), 1);
        let others = "pub fn hex(bytes: &[u8]) -> String {\n}\nfn own(bytes: &[u8]) -> Result<()> {\n}\n";
        assert!(told(&[manifest, ("crates/units/src/table.rs", others)]).is_empty());
    }

    #[test]
    fn a_parser_without_a_target_and_a_target_without_a_parser_are_told() {
        let tree = Tree::of(&[("fuzz/targets/stray.rs", "")]);
        assert_eq!(targets(&tree).len(), 3, "no parser, not built, no seeds");
        let faults = check(&tree);
        assert_eq!(faults.iter().filter(|f| f.what.contains("has no fuzz target")).count(), PARSERS.len());
    }
}
