//! Documents that lead somewhere.

use crate::tree::File;
use crate::{Fault, Tree};

/// The rule's name.
pub const NAME: &str = "docs";

const DECISIONS: &str = "docs/decisions";

/// See the rule.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for file in tree.files.iter().filter(|f| f.extension() == "md") {
        for (line, link) in links(file) {
            if !leads_somewhere(tree, &file.path, link) {
                faults.push(Fault::new(NAME, &file.path, line, format!("`{link}` leads nowhere")));
            }
        }
    }
    let index = tree.file(&format!("{DECISIONS}/README.md"));
    let pages = tree.below(DECISIONS, "md").filter(|f| !f.path.ends_with("/README.md"));
    for (i, page) in pages.enumerate() {
        let name = &page.path[DECISIONS.len() + 1..];
        if !name.starts_with(&format!("{:04}-", i + 1)) {
            let what = format!("decision number {} is named {:04}-…, without a gap", i + 1, i + 1);
            faults.push(Fault::new(NAME, &page.path, 1, what));
        }
        if !index.is_some_and(|index| index.text.contains(&format!("({name})"))) {
            faults.push(Fault::new(NAME, &page.path, 1, "docs/decisions/README.md does not list it"));
        }
    }
    faults
}

/// The links of a document to files of the repository, outside code.
fn links(file: &File) -> Vec<(usize, &str)> {
    let mut fenced = false;
    let mut found = Vec::new();
    for (number, line) in file.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced || line.starts_with("    ") {
            continue;
        }
        let outside_code = line.split('`').step_by(2);
        for text in outside_code {
            let link = |rest: &'_ str| rest.find(')');
            for (at, _) in text.match_indices("](") {
                let rest = &text[at + 2..];
                found.extend(link(rest).map(|end| (number, &rest[..end])));
            }
        }
    }
    found
}

fn leads_somewhere(tree: &Tree, from: &str, link: &str) -> bool {
    let path = link.split('#').next().unwrap_or_default();
    if path.is_empty() || path.contains("://") || path.starts_with("mailto:") {
        return true;
    }
    let mut at: Vec<&str> = from.split('/').collect();
    at.pop();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match part {
            ".." if at.pop().is_none() => return false,
            ".." => {}
            part => at.push(part),
        }
    }
    at.is_empty() || tree.paths.contains(&at.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_a_missing_file_is_told_and_code_is_not_read() {
        let text = "[a](b.md) [c](https://x.y) [d](#here)\n`[e](no.md)`\n[f](../gone.md#x)\n";
        let told = check(&Tree::of(&[("docs/a.md", text), ("docs/b.md", "")]));
        assert_eq!(told.iter().map(|f| f.line).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn decisions_are_numbered_and_listed() {
        let listed = ("docs/decisions/README.md", "[one](0001-one.md)");
        assert!(check(&Tree::of(&[listed, ("docs/decisions/0001-one.md", "")])).is_empty());
        assert_eq!(
            check(&Tree::of(&[("docs/decisions/README.md", ""), ("docs/decisions/one.md", "")])).len(),
            2
        );
    }
}
