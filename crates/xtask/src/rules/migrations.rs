//! Both databases are made by the same steps.

use std::collections::BTreeSet;

use crate::{Fault, Tree, rust};

/// The rule's name.
pub const NAME: &str = "migrations";

const BOTH: [&str; 2] = ["sqlite", "postgres"];

/// See the rule.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for name in tree.crates().keys() {
        let steps = |database: &str| -> BTreeSet<String> {
            let folder = format!("crates/{name}/migrations/{database}");
            let stem = |path: &str| path[folder.len() + 1..].trim_end_matches(".sql").to_owned();
            tree.below(&folder, "sql").map(|f| stem(&f.path)).collect()
        };
        let [sqlite, postgres] = BOTH.map(steps);
        for (database, has, other) in [("postgres", &postgres, &sqlite), ("sqlite", &sqlite, &postgres)] {
            for step in other.difference(has) {
                let path = format!("crates/{name}/migrations/{database}/{step}.sql");
                faults.push(Fault::new(NAME, &path, 1, "it is there for the other database only"));
            }
        }
        let all: BTreeSet<&String> = sqlite.union(&postgres).collect();
        let listed = listed(tree, name);
        for (i, step) in all.iter().enumerate() {
            let path = format!("crates/{name}/migrations/sqlite/{step}.sql");
            if !step.starts_with(&format!("{:04}_", i + 1)) {
                let what = format!("the step number {} is named {:04}_…, without a gap", i + 1, i + 1);
                faults.push(Fault::new(NAME, &path, 1, what));
            }
            if !listed.iter().any(|(_, _, name)| name == *step) {
                faults.push(Fault::new(NAME, &path, 1, "no `migrations![…]` of its crate lists it"));
            }
        }
        for (path, line, step) in listed.iter().filter(|(_, _, step)| !all.contains(step)) {
            faults.push(Fault::new(NAME, path, *line, format!("there is no migration `{step}`")));
        }
        if !listed.is_sorted_by(|a, b| a.0 != b.0 || a.2 < b.2) {
            let (path, line, _) = &listed[0];
            faults.push(Fault::new(NAME, path, *line, "migrations are listed in their order"));
        }
    }
    faults
}

/// What a crate's `migrations![…]` names: file, line, step.
fn listed(tree: &Tree, name: &str) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    for file in tree.below(&format!("crates/{name}/src"), "rs") {
        let mut inside = false;
        for (i, line) in rust::read(&file.text).lines.iter().enumerate().filter(|(_, line)| !line.test) {
            let mut rest = line.text.as_str();
            if !inside {
                let call = line.bare.contains("migrations![");
                let Some(at) = rest.find("migrations![").filter(|_| call) else { continue };
                rest = &rest[at + "migrations![".len()..];
            }
            let (names, end) = rest.split_once(']').map_or((rest, false), |(names, _)| (names, true));
            let quoted = names.split('"').skip(1).step_by(2);
            found.extend(quoted.map(|step| (file.path.clone(), i + 1, step.to_owned())));
            inside = !end;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRATE: (&str, &str) = ("crates/units/Cargo.toml", "");

    #[test]
    fn both_folders_have_the_same_steps_and_the_crate_lists_them() {
        let lib = "fn m() { migrations![\n    \"0001_units\", // first\n    \"0002_names\",\n] }";
        let files = [
            CRATE,
            ("crates/units/src/lib.rs", lib),
            ("crates/units/migrations/sqlite/0001_units.sql", ""),
            ("crates/units/migrations/sqlite/0002_names.sql", ""),
            ("crates/units/migrations/postgres/0001_units.sql", ""),
            ("crates/units/migrations/postgres/0002_names.sql", ""),
        ];
        assert!(check(&Tree::of(&files)).is_empty());
        let told = check(&Tree::of(&files[..5]));
        assert_eq!(told[0].path, "crates/units/migrations/postgres/0002_names.sql");
    }

    #[test]
    fn a_gap_a_forgotten_step_and_a_missing_file_are_told() {
        let told = check(&Tree::of(&[
            CRATE,
            ("crates/units/src/lib.rs", "migrations![\"0001_units\"]"),
            ("crates/units/migrations/sqlite/0003_names.sql", ""),
            ("crates/units/migrations/postgres/0003_names.sql", ""),
        ]));
        let whats: Vec<&str> = told.iter().map(|f| f.what.as_str()).collect();
        assert_eq!(whats.len(), 3);
        assert!(
            whats[0].contains("0001_…") && whats[1].contains("lists it") && whats[2].contains("no migration")
        );
    }
}
