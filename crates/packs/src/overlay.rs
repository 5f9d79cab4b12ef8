//! What a place changed: values on top of the shipped files, and how they stand against those.

use std::collections::BTreeSet;

use kit::PackEdit;
use serde_json::Value as Json;

use crate::check::Edits;
use crate::source::Folder;
use crate::store::OverlayRow;
use crate::yaml::{self, Node};

/// How a place's own value stands against the shipped file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is used, and what was shipped has not changed since.
    InForce,
    /// It is used, but what was shipped has changed since it was set: somebody should look.
    BaseChanged,
    /// What is shipped says the same now: the place's own value can go.
    SameAsShipped,
    /// Where it stood is gone: it is kept, but not used.
    Lost,
    /// With it the pack would be faulty: it is kept, but not used.
    Refused,
}

impl Standing {
    /// Whether somebody should look at it.
    pub fn is_conflict(self) -> bool {
        matches!(self, Standing::BaseChanged | Standing::Lost | Standing::Refused)
    }

    /// The key of its message, and its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Standing::InForce => "in-force",
            Standing::BaseChanged => "base-changed",
            Standing::SameAsShipped => "same",
            Standing::Lost => "lost",
            Standing::Refused => "refused",
        }
    }
}

/// A place's own value beside what is shipped.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlay {
    /// The value as it was set.
    pub row: OverlayRow,
    /// What the file says there now.
    pub shipped: Option<Json>,
    /// How it stands.
    pub standing: Standing,
}

fn text<'a>(packs: &'a [Folder], row: &OverlayRow) -> Option<&'a str> {
    let pack = packs.iter().find(|p| p.id == row.pack)?;
    pack.files.iter().find(|f| f.path == row.path).map(|f| f.text.as_str())
}

/// Compares a place's own values with files.
pub(crate) fn standings(packs: &[Folder], rows: Vec<OverlayRow>) -> Vec<Overlay> {
    let mut last: Option<((String, String), Option<Node>)> = None;
    rows.into_iter()
        .map(|row| {
            let key = (row.pack.clone(), row.path.clone());
            if last.as_ref().is_none_or(|(k, _)| *k != key) {
                let tree = text(packs, &row).and_then(|t| yaml::parse(&row.path, t).ok());
                last = Some((key, tree));
            }
            let tree = last.as_ref().and_then(|(_, tree)| tree.as_ref());
            let shipped = tree.and_then(|t| t.find(&row.pointer)).map(Node::json);
            let standing = match tree {
                None => Standing::Lost,
                Some(t) if yaml::absent_parent(t, &row.pointer) => Standing::Lost,
                _ if shipped.as_ref().unwrap_or(&Json::Null) == &row.value => Standing::SameAsShipped,
                _ if shipped != row.base_value => Standing::BaseChanged,
                _ => Standing::InForce,
            };
            let standing = match standing {
                Standing::InForce | Standing::BaseChanged if !row.in_force => Standing::Refused,
                other => other,
            };
            Overlay { row, shipped, standing }
        })
        .collect()
}

/// The values as edits of the files, without those that have nowhere to stand and those of `without`'s files.
pub(crate) fn edits(overlays: &[Overlay], without: &BTreeSet<(String, String)>) -> Edits {
    let mut edits = Edits::new();
    for overlay in overlays.iter().filter(|o| o.standing != Standing::Lost) {
        let row = &overlay.row;
        let key = (row.pack.clone(), row.path.clone());
        if !without.contains(&key) {
            let edit = PackEdit { pointer: row.pointer.clone(), value: row.value.clone() };
            edits.entry(key).or_default().push(edit);
        }
    }
    edits
}
