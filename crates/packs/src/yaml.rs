//! YAML of packs: hardened reading, typed values that know their line, faults in Vietnamese sentences.
//!
//! A file is parsed once into a tree of [`Node`]s, each with its line and column; what the place changed is
//! set into the tree; then the tree is read into a serde type. So a fault has its place in the shipped file
//! whether the value came from there or not. Anchors, aliases, merge keys and tags are refused: a pack needs
//! none of them, and bombs are made of them.
//!
//! For a [`kit::PackPart`]: [`read`] a file into your type, hold [`Located`] ids in it, and make [`fault`]s
//! about those.

mod de;
mod edit;
mod fail;
mod located;
mod parse;
mod tree;

use foundation::Result as HouseResult;
use kit::{PackFault, PackFile};
use serde::de::DeserializeOwned;

pub use crate::nearest::{did_you_mean, nearest};
pub use edit::{absent_parent, set};
pub use located::{Located, fault};
pub use parse::{MAX_BYTES, parse, parse_value};
pub use tree::{Content, Key, Node};

/// So many faults of one file are told; the rest would follow from them.
const MOST_FAULTS: usize = 40;

/// The tree of a file with the place's own values in it. The faults are all of one kind: the text is no YAML,
/// or a value of the place has nowhere to stand any more.
pub fn tree(file: &PackFile) -> Result<Node, Vec<PackFault>> {
    let mut tree = parse(&file.path, &file.text).map_err(|fault| vec![fault])?;
    let mut faults = Vec::new();
    for edit in &file.edits {
        if let Err(why) = set(&mut tree, &edit.pointer, &edit.value) {
            let (line, column) = (1, 1);
            faults.push(PackFault { path: file.path.clone(), line, column, message: why });
        }
    }
    if faults.is_empty() { Ok(tree) } else { Err(faults) }
}

/// Reads a file into `T`. Every fault is told, not the first alone: after a wrong key, or a wrong item of a
/// list, the rest is read as if that were not there.
pub fn read<T: DeserializeOwned>(file: &PackFile) -> Result<T, Vec<PackFault>> {
    match read_most(file) {
        (Some(value), faults) if faults.is_empty() => Ok(value),
        (_, faults) => Err(faults),
    }
}

/// [`read`], and what could be read in spite of the faults. For [`kit::PackPart::names`]: one wrong key must
/// not take away the names of all, or every reference to them would be told as a fault too.
pub fn read_most<T: DeserializeOwned>(file: &PackFile) -> (Option<T>, Vec<PackFault>) {
    let mut faults = Vec::new();
    let mut rest = match tree(file) {
        Ok(tree) => tree,
        Err(faults) => return (None, faults),
    };
    loop {
        match T::deserialize(de::De::new(&rest)) {
            Ok(value) => return (Some(value), faults),
            Err(fail) => {
                faults.push(fail.fault(&file.path));
                if faults.len() == MOST_FAULTS || !fail.strike_out(&mut rest) {
                    return (None, faults);
                }
            }
        }
    }
}

/// A fault about what stands at `pointer` (`areas/main/3/figure`: keys, ids, or numbers from 0 where there is
/// no id); where a step leads nowhere, it is placed at what the steps before lead to.
pub fn fault_at(file: &PackFile, pointer: &str, message: impl Into<String>) -> PackFault {
    let tree = tree(file).ok();
    let mut node = tree.as_ref();
    for step in pointer.split('/') {
        match node.and_then(|n| n.child(n.child_index(step)?)) {
            Some(child) => node = Some(child),
            None => break,
        }
    }
    let (line, column) = node.map_or((1, 1), |n| (n.line.into(), n.column.into()));
    PackFault { path: file.path.clone(), line, column, message: message.into() }
}

/// Reads a file that was checked before; a fault now is our own broken promise.
pub fn read_checked<T: DeserializeOwned>(file: &PackFile) -> HouseResult<T> {
    read(file).map_err(|faults| crate::check::refusal(&faults))
}
