//! What an apply would change: the applied files against those of a source, value by value, and the place's
//! own values against both.

use std::collections::BTreeSet;

use foundation::Result;
use serde_json::Value as Json;
use storage::Db;

use super::Before;
use crate::overlay::{Overlay, standings};
use crate::source::{Folder, Source};
use crate::yaml::{self, Node};

/// One value that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The pack.
    pub pack: String,
    /// The file, by its path inside the pack.
    pub path: String,
    /// Which value, by ids; empty for a whole file.
    pub pointer: String,
    /// What is applied, if anything.
    pub applied: Option<Json>,
    /// What the source has, if anything.
    pub source: Option<Json>,
}

/// What an apply of a source would change.
#[derive(Debug, Clone, Default)]
pub struct Diff {
    /// Values that differ.
    pub values: Vec<Difference>,
    /// Packs that would end.
    pub closing: Vec<String>,
    /// The place's own values, and how they would stand.
    pub overlays: Vec<Overlay>,
}

/// Compares what is applied with `source`. A file that is no YAML counts as one that is not there.
pub async fn diff(db: &Db, source: &Source) -> Result<Diff> {
    let before = Before::read(db).await?;
    let mut diff = Diff::default();
    let ids: BTreeSet<&str> = before.files.iter().chain(&source.packs).map(|p| p.id.as_str()).collect();
    let mut after: Vec<Folder> = source.packs.clone();
    for id in ids {
        let applied = before.files.iter().find(|p| p.id == id);
        let coming = source.packs.iter().find(|p| p.id == id);
        match (applied, coming) {
            (Some(applied), None) if source.whole => diff.closing.push(applied.id.clone()),
            (Some(applied), None) => after.push(applied.clone()),
            _ => compare_packs(id, applied, coming, &mut diff.values),
        }
    }
    diff.overlays = standings(&after, before.overlays);
    Ok(diff)
}

fn compare_packs(id: &str, applied: Option<&Folder>, coming: Option<&Folder>, into: &mut Vec<Difference>) {
    let texts = |folder: Option<&Folder>| -> Vec<(String, String)> {
        folder.map_or_else(Vec::new, |f| f.files.iter().map(|t| (t.path.clone(), t.text.clone())).collect())
    };
    let (old, new) = (texts(applied), texts(coming));
    let paths: BTreeSet<&String> = old.iter().chain(&new).map(|(path, _)| path).collect();
    for path in paths {
        let tree = |files: &[(String, String)]| -> Option<Node> {
            let (_, text) = files.iter().find(|(p, _)| p == path)?;
            yaml::parse(path, text).ok()
        };
        let (old, new) = (tree(&old), tree(&new));
        let mut found = Vec::new();
        compare(old.as_ref(), new.as_ref(), String::new(), &mut found);
        into.extend(found.into_iter().map(|(pointer, applied, source)| Difference {
            pack: id.to_owned(),
            path: path.clone(),
            pointer,
            applied,
            source,
        }));
    }
}

type Found = Vec<(String, Option<Json>, Option<Json>)>;

/// Goes down as far as both sides have children that can be told apart by key or id.
fn compare(old: Option<&Node>, new: Option<&Node>, pointer: String, into: &mut Found) {
    let json = |node: Option<&Node>| node.map(Node::json);
    if json(old) == json(new) {
        return;
    }
    let named = |node: &Node| -> Option<Vec<String>> {
        let steps: Vec<String> = (0..node.len()).map(|at| node.step_to(at)).collect();
        let unique = steps.iter().collect::<BTreeSet<_>>().len() == steps.len();
        let told_apart =
            node.is_map() || (0..node.len()).all(|at| node.child(at).and_then(Node::id).is_some());
        (unique && told_apart && !steps.is_empty()).then_some(steps)
    };
    let sides = old.zip(new).and_then(|(o, n)| Some((o, n, named(o)?, named(n)?)));
    match sides {
        Some((o, n, before, after)) if o.is_map() == n.is_map() => {
            let fresh = after.iter().filter(|step| !before.contains(step));
            for step in before.iter().chain(fresh) {
                let below = if pointer.is_empty() { step.clone() } else { format!("{pointer}/{step}") };
                compare(o.find(step), n.find(step), below, into);
            }
        }
        _ => into.push((pointer, json(old), json(new))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(old: &str, new: &str) -> Vec<(String, String, String)> {
        let (old, new) = (yaml::parse("", old).unwrap(), yaml::parse("", new).unwrap());
        let mut found = Vec::new();
        compare(Some(&old), Some(&new), String::new(), &mut found);
        let told = |j: Option<Json>| j.map_or("–".to_owned(), |j| j.to_string());
        found.into_iter().map(|(p, a, b)| (p, told(a), told(b))).collect()
    }

    #[test]
    fn a_changed_value_is_named_by_ids_and_not_by_its_place_in_the_list() {
        let old = "indicators:\n- {id: a, target: {value: 90}}\n- {id: b, decimals: 0}\n";
        let new = "indicators:\n- {id: b, decimals: 1}\n- {id: a, target: {value: 90}}\n- {id: c}\n";
        assert_eq!(
            found(old, new),
            [
                ("indicators/b/decimals".into(), "0".into(), "1".into()),
                ("indicators/c".into(), "–".into(), "{\"id\":\"c\"}".into()),
            ]
        );
    }

    #[test]
    fn a_list_without_ids_is_one_value() {
        let differences = found("bands: [{to: 1}, {to: 2}]", "bands: [{to: 1}, {to: 3}]");
        assert_eq!(differences.len(), 1);
        assert_eq!(differences[0].0, "bands");
    }
}
