//! Who may import whom.

use crate::tree::File;
use crate::{Fault, Tree};

/// The rule's name.
pub const NAME: &str = "floors";

/// The rooms, floor by floor. A crate is made when it is first needed; its floor is decided here and in
/// `ARCHITECTURE.md`.
const FLOORS: &[(u8, &[&str])] = &[
    (0, &["foundation"]),
    (1, &["storage", "photos", "web"]),
    (2, &["kit", "fields"]),
    (3, &["units"]),
    (4, &["identity", "packs"]),
    (5, &["indicators", "readings", "assets", "cases", "forms", "documents", "registers", "notices"]),
    (6, &["feeds", "alerts", "broadcasts", "cameras", "meetings", "watch"]),
    (7, &["boards"]),
    (8, &["toancanh"]),
];

/// Crates beside the floors: they import no room, and no room imports them.
const BESIDE: [&str; 1] = ["xtask"];

/// The floor of a crate.
pub fn floor(name: &str) -> Option<u8> {
    FLOORS.iter().find(|(_, rooms)| rooms.contains(&name)).map(|(floor, _)| *floor)
}

/// Whether a crate is one of those that boards must not know: they give it tiles through `kit::TileSource`.
fn is_engine(name: &str) -> bool {
    matches!(floor(name), Some(5 | 6))
}

/// One line of a `[dependencies]` table, of whatever kind.
#[derive(Debug, PartialEq, Eq)]
pub struct Dependency<'a> {
    /// Its line, from 1.
    pub line: usize,
    /// The crate that is imported.
    pub name: &'a str,
    /// What stands behind it.
    pub how: &'a str,
}

/// The dependencies that a `Cargo.toml` names: normal, for tests, for building, for one platform.
pub fn dependencies(manifest: &File) -> Vec<Dependency<'_>> {
    let mut found = Vec::new();
    let mut inside = false;
    for (line, text) in manifest.lines() {
        let text = text.trim();
        if let Some(table) = text.strip_prefix('[') {
            let table = table.trim_end_matches(']');
            let (head, own) = match table.rsplit_once("dependencies.") {
                Some((head, own)) => (format!("{head}dependencies"), Some(own)),
                None => (table.to_owned(), None),
            };
            let kind = head.rsplit('.').next().unwrap_or_default();
            inside = matches!(kind, "dependencies" | "dev-dependencies" | "build-dependencies");
            if let Some(name) = own.filter(|_| inside) {
                found.push(Dependency { line, name: name.trim_matches('"'), how: "" });
                inside = false;
            }
            continue;
        }
        if !inside || text.starts_with('#') {
            continue;
        }
        if let Some((key, how)) = text.split_once('=') {
            let (name, way) = key.trim().split_once('.').unwrap_or((key.trim(), ""));
            let how = if way == "workspace" { "workspace = true" } else { how.trim() };
            found.push(Dependency { line, name: name.trim_matches('"'), how });
        }
    }
    found
}

/// See the rule.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    let crates = tree.crates();
    if crates.is_empty() {
        faults.push(Fault::new(NAME, "crates", 1, "no crate was found: is this the root of the repository?"));
    }
    for (name, manifest) in &crates {
        let mut tell = |line, what: String| faults.push(Fault::new(NAME, &manifest.path, line, what));
        let own = floor(name);
        let beside = BESIDE.contains(name);
        if own.is_none() && !beside {
            tell(1, format!("`{name}` has no floor: give it one in crates/xtask/src/rules/floors.rs"));
            continue;
        }
        if !manifest.text.contains("[lints]\nworkspace = true") {
            tell(1, "the lints of the workspace are not taken over: [lints] workspace = true".into());
        }
        if let Some(own) = own
            && !manifest.text.contains(&format!("description = \"Floor {own}: "))
        {
            tell(1, format!("its description does not begin with «Floor {own}: »"));
        }
        for dependency in dependencies(manifest) {
            let other = dependency.name;
            if !dependency.how.contains("workspace = true") {
                let what = format!("`{other}`: its version and features stand in the root Cargo.toml once");
                tell(dependency.line, format!("{what}; here only workspace = true"));
            }
            match (own, floor(other)) {
                _ if BESIDE.contains(&other) => {
                    tell(dependency.line, format!("`{other}` stands beside the house: no room imports it"));
                }
                (None, Some(_)) => {
                    tell(dependency.line, format!("`{name}` stands beside the house: it imports no room"));
                }
                (Some(own), Some(up)) if up > own => tell(
                    dependency.line,
                    format!("`{name}` (floor {own}) imports `{other}` (floor {up}): only lower floors"),
                ),
                (Some(own), Some(same)) if same == own => tell(
                    dependency.line,
                    format!(
                        "`{name}` imports its neighbour `{other}` on floor {own}: publish an event instead"
                    ),
                ),
                _ if *name == "boards" && is_engine(other) => tell(
                    dependency.line,
                    format!("boards imports the engine `{other}`: it is given tiles by kit::TileSource"),
                ),
                _ => {}
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, floor: u8, dependencies: &str) -> Vec<String> {
        let manifest = format!(
            "[package]\ndescription = \"Floor {floor}: x.\"\n[lints]\nworkspace = true\n{dependencies}"
        );
        let path = format!("crates/{name}/Cargo.toml");
        check(&Tree::of(&[(path.as_str(), manifest.as_str())])).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_lower_floor_may_be_imported() {
        assert!(told("units", 3, "[dependencies]\nkit.workspace = true\n").is_empty());
        assert!(told("identity", 4, "[dependencies]\nunits.workspace = true\n").is_empty());
    }

    #[test]
    fn a_higher_floor_a_neighbour_and_an_engine_under_boards_are_refused() {
        assert!(told("units", 3, "[dependencies]\nidentity.workspace = true\n")[0].contains("floor 4"));
        let sideways = told("packs", 4, "[dev-dependencies]\nidentity = { workspace = true }\n");
        assert!(
            sideways[0].starts_with("crates/packs/Cargo.toml:6: floors:")
                && sideways[0].contains("neighbour")
        );
        assert!(told("boards", 7, "[dependencies.indicators]\nworkspace = true\n").len() == 2);
    }

    #[test]
    fn a_crate_without_a_floor_and_a_version_of_its_own_are_told() {
        assert!(told("news", 5, "")[0].contains("no floor"));
        assert!(told("kit", 2, "[dependencies]\nserde = \"1\"\n")[0].contains("root Cargo.toml"));
    }
}
