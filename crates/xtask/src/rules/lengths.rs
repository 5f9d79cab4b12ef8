//! Files and lines that a person can hold in mind.

use crate::{Fault, Tree};

/// The rule's name.
pub const NAME: &str = "lengths";

/// A file of ours has fewer lines.
pub const LONGEST: usize = 500;
/// A line of Rust has at most so many characters.
pub const WIDEST: usize = 110;

/// What we write by hand. Data, locks, documents and the scripts that made the data may be longer.
const WRITTEN: [&str; 6] = ["rs", "ts", "css", "html", "mjs", "sh"];

/// See the rule.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for file in &tree.files {
        let kind = file.extension();
        let script = matches!(file.path.as_str(), "run" | "test");
        let lines = file.text.lines().count();
        if lines >= LONGEST && (script || WRITTEN.contains(&kind)) {
            let what = format!("{lines} lines: split it by noun or verb (fewer than {LONGEST})");
            faults.push(Fault::new(NAME, &file.path, LONGEST, what));
        }
        if kind == "rs" {
            for (number, line) in file.lines() {
                let wide = line.chars().count();
                if wide > WIDEST {
                    let what = format!("{wide} characters (at most {WIDEST})");
                    faults.push(Fault::new(NAME, &file.path, number, what));
                }
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_and_not_bytes() {
        let fits = "ế".repeat(WIDEST);
        let wide = "ế".repeat(WIDEST + 1);
        let faults = check(&Tree::of(&[("a.rs", &format!("{fits}\n{wide}\n"))]));
        assert_eq!(faults.iter().map(|f| f.line).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn a_long_file_is_told_and_long_data_is_not() {
        let long = "x\n".repeat(LONGEST);
        assert_eq!(check(&Tree::of(&[("ui/a.css", &long), ("packs/a.yaml", &long)])).len(), 1);
        assert!(check(&Tree::of(&[("ui/a.css", &"x\n".repeat(LONGEST - 1))])).is_empty());
    }
}
