//! The ids of packs. What they mean is checked by `toancanh packs check`, which knows every part.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::File;
use crate::{Fault, Tree};

/// The rule's name.
pub const NAME: &str = "packs";

/// See the rule.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    let folders: BTreeSet<&str> =
        tree.below("packs", "yaml").filter_map(|f| f.path.split('/').nth(1)).collect();
    let mut orders: BTreeMap<&str, &str> = BTreeMap::new();
    for folder in folders {
        let Some(pack) = tree.file(&format!("packs/{folder}/pack.yaml")) else {
            faults.push(Fault::new(NAME, &format!("packs/{folder}"), 1, "it has no pack.yaml"));
            continue;
        };
        let mut tell =
            |file: &File, line, what: String| faults.push(Fault::new(NAME, &file.path, line, what));
        match value(pack, "id") {
            Some((_, id)) if id == folder && is_id(id) => {}
            Some((line, id)) => tell(pack, line, format!("`{id}` must be the folder's name, in snake_case")),
            None => tell(pack, 1, "it has no id".into()),
        }
        if let Some((line, icon)) = value(pack, "icon")
            && !tree.paths.contains(&format!("ui/icons/{icon}.svg"))
        {
            tell(pack, line, format!("there is no icon `{icon}` in ui/icons"));
        }
        if let Some((line, order)) = value(pack, "order")
            && let Some(other) = orders.insert(order, folder)
        {
            tell(pack, line, format!("`{other}` has the order {order} already"));
        }
        if let Some(file) = tree.file(&format!("packs/{folder}/indicators.yaml")) {
            let mut seen = BTreeSet::new();
            for (line, id) in listed(file, "indicators") {
                if !is_id(id) {
                    tell(file, line, format!("`{id}` is not in snake_case"));
                }
                if !seen.insert(id) {
                    tell(file, line, format!("`{id}` is there twice"));
                }
            }
            if seen.is_empty() {
                tell(file, 1, "no indicator was found in it".into());
            }
        }
        let mut boards = BTreeSet::new();
        for file in tree.below(&format!("packs/{folder}/boards"), "yaml") {
            match value(file, "id") {
                Some((line, id)) if !is_id(id) || !boards.insert(id) => {
                    tell(file, line, format!("`{id}` must be unique in its pack, in snake_case"));
                }
                None => tell(file, 1, "it has no id".into()),
                _ => {}
            }
        }
    }
    faults
}

/// The plain value of a key at the left edge.
fn value<'a>(file: &'a File, key: &str) -> Option<(usize, &'a str)> {
    file.lines().find_map(|(number, line)| {
        let rest = line.strip_prefix(key)?.strip_prefix(':')?;
        Some((number, rest.split(" #").next().unwrap_or_default().trim().trim_matches('"')))
    })
}

/// The ids of the entries of a list at the left edge.
fn listed<'a>(file: &'a File, key: &str) -> Vec<(usize, &'a str)> {
    let mut inside = false;
    let mut found = Vec::new();
    for (number, line) in file.lines() {
        if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            inside = line.trim_end().strip_suffix(':') == Some(key);
        } else if inside && let Some(id) = line.strip_prefix("  - id:") {
            found.push((number, id.split(" #").next().unwrap_or_default().trim()));
        }
    }
    found
}

fn is_id(id: &str) -> bool {
    id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_well_made_and_given_once() {
        let told = check(&Tree::of(&[
            ("packs/health/pack.yaml", "id: heath\nicon: heart\n"),
            (
                "packs/health/indicators.yaml",
                "groups:\n  - id: X\nindicators:\n  - id: beds\n  - id: Beds\n  - id: beds\n",
            ),
            ("packs/health/boards/field.yaml", "name: x\n"),
        ]));
        let lines: Vec<_> = told.iter().map(|f| (f.path.rsplit('/').next().unwrap_or(""), f.line)).collect();
        let wanted = [("pack.yaml", 1), ("pack.yaml", 2), ("indicators.yaml", 5), ("indicators.yaml", 6)];
        assert_eq!(lines[..4], wanted);
        assert_eq!(lines[4], ("field.yaml", 1));
    }
}
