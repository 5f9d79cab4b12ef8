//! What our Rust does not do.

use std::collections::HashSet;

use crate::tree::File;
use crate::{Fault, Tree, rust};

/// The rule's name.
pub const NAME: &str = "sources";

/// See the rule.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let read: Vec<(&File, rust::Source)> =
        tree.below("crates", "rs").map(|file| (file, rust::read(&file.text))).collect();
    let for_tests: HashSet<String> = read
        .iter()
        .flat_map(|(file, source)| {
            source.test_modules.iter().map(|name| format!("{}/{name}", home(&file.path)))
        })
        .collect();
    let mut faults = Vec::new();
    for (file, source) in &read {
        let mut tell = |line, what: &str| faults.push(Fault::new(NAME, &file.path, line, what));
        if numbered(&file.path) {
            tell(1, "a numbered file: name it after its subject");
        }
        let test = is_test_file(&file.path, &for_tests);
        for (i, line) in source.lines.iter().enumerate() {
            if line.bare.match_indices("include!").any(|(at, _)| !ends_in_word(&line.bare[..at])) {
                tell(i + 1, "include! hides the length of a file: make it a module");
            }
            if !test && !line.test && line.bare.contains(".unwrap()") {
                tell(i + 1, "unwrap outside tests: `?`, or expect with why it cannot fail");
            }
        }
    }
    faults
}

/// The folder in which the files of a file's own modules lie.
fn home(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        _ => format!("{folder}/{}", name.trim_end_matches(".rs")),
    }
}

fn is_test_file(path: &str, for_tests: &HashSet<String>) -> bool {
    let folder = |name: &str| path.split('/').any(|part| part == name);
    let module = path.trim_end_matches(".rs");
    folder("tests")
        || folder("benches")
        || for_tests.iter().any(|test| module == test || path.starts_with(&format!("{test}/")))
}

/// `store_2.rs`, `part2.rs`: a file that was cut by length, not by subject.
fn numbered(path: &str) -> bool {
    let stem = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
    let name = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    name.len() < stem.len() && (name.is_empty() || name.ends_with('_') || name == "part")
}

fn ends_in_word(code: &str) -> bool {
    code.ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(files: &[(&str, &str)]) -> Vec<(String, usize)> {
        check(&Tree::of(files)).into_iter().map(|f| (f.path, f.line)).collect()
    }

    #[test]
    fn unwrap_is_for_tests() {
        let source = "fn a() { b().unwrap() }\n#[cfg(test)]\nmod tests { fn c() { d().unwrap() } }\n";
        assert_eq!(lines(&[("crates/kit/src/a.rs", source)]), [("crates/kit/src/a.rs".to_owned(), 1)]);
        assert!(lines(&[("crates/kit/tests/a.rs", source)]).is_empty());
        assert!(lines(&[("crates/kit/src/a.rs", "// x.unwrap()\nlet a = \".unwrap()\";")]).is_empty());
    }

    #[test]
    fn a_test_module_may_be_a_file_or_a_folder() {
        let parent = ("crates/kit/src/expr.rs", "#[cfg(test)]\nmod tests;\n");
        assert!(lines(&[parent, ("crates/kit/src/expr/tests.rs", "a.unwrap()")]).is_empty());
        assert!(lines(&[parent, ("crates/kit/src/expr/tests/deep.rs", "a.unwrap()")]).is_empty());
        assert_eq!(lines(&[parent, ("crates/kit/src/tests.rs", "a.unwrap()")]).len(), 1);
    }

    #[test]
    fn code_is_not_included_but_text_is() {
        assert_eq!(lines(&[("crates/kit/src/a.rs", "include!(\"b.rs\");")]).len(), 1);
        assert!(lines(&[("crates/kit/src/a.rs", "include_str!(\"b.sql\");")]).is_empty());
    }

    #[test]
    fn a_file_is_named_after_its_subject() {
        assert!(numbered("crates/kit/src/store_2.rs") && numbered("crates/kit/src/part2.rs"));
        assert!(!numbered("crates/kit/src/sha256.rs") && !numbered("crates/kit/src/part.rs"));
    }
}
