//! Only `storage` knows a database.

use crate::rules::floors::dependencies;
use crate::{Fault, Tree, rust};

/// The rule's name.
pub const NAME: &str = "drivers";

const OWNER: &str = "storage";

/// Crates that speak to a database, as `Cargo.toml` and as sources name them.
const DRIVERS: [&str; 10] = [
    "rusqlite",
    "libsqlite3-sys",
    "tokio-postgres",
    "postgres",
    "postgres-types",
    "deadpool-postgres",
    "deadpool",
    "sqlx",
    "diesel",
    "sea-orm",
];

/// See the rule.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (name, manifest) in tree.crates().into_iter().filter(|(name, _)| *name != OWNER) {
        for dependency in dependencies(manifest).iter().filter(|d| DRIVERS.contains(&d.name)) {
            let what = format!("`{name}` imports the driver `{}`: ask storage::Db", dependency.name);
            faults.push(Fault::new(NAME, &manifest.path, dependency.line, what));
        }
        for file in tree.below(&format!("crates/{name}"), "rs") {
            for (i, line) in rust::read(&file.text).lines.iter().enumerate() {
                let uses = |driver: &&&str| names(&line.bare, &driver.replace('-', "_"));
                if let Some(driver) = DRIVERS.iter().find(uses) {
                    let what = format!("`{driver}` is known to storage alone: ask storage::Db");
                    faults.push(Fault::new(NAME, &file.path, i + 1, what));
                }
            }
        }
    }
    faults
}

/// Whether code speaks of the crate: `driver::…` or `use driver`.
fn names(code: &str, driver: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    code.match_indices(driver).any(|(at, _)| {
        let before = code[..at].chars().next_back().is_some_and(word);
        let rest = &code[at + driver.len()..];
        let whole = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        !before && whole && (rest.starts_with("::") || code.trim_start().starts_with("use "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_outside_storage_is_told_in_the_manifest_and_in_the_source() {
        let tree = Tree::of(&[
            ("crates/units/Cargo.toml", "[dependencies]\nrusqlite.workspace = true\n"),
            ("crates/units/src/lib.rs", "// rusqlite::Row in a comment\nfn f(r: &rusqlite::Row) {}\n"),
            ("crates/storage/Cargo.toml", "[dependencies]\nrusqlite.workspace = true\n"),
        ]);
        let places: Vec<_> = check(&tree).into_iter().map(|f| (f.path, f.line)).collect();
        assert_eq!(places, [("crates/units/Cargo.toml".into(), 2), ("crates/units/src/lib.rs".into(), 2)]);
    }

    #[test]
    fn a_function_named_postgres_is_no_driver() {
        assert!(!names("storage::postgres::open()", "postgres"));
        assert!(!names("let postgres = testing::postgres();", "postgres"));
        assert!(names("use tokio_postgres::Row;", "tokio_postgres"));
    }
}
