//! The rules of the house, checked on the sources themselves. `cargo test -p xtask` is a test per rule,
//! `cargo xtask check` says all faults at once, each with its file, line and rule.
//!
//! Invariants: it reads files and nothing else, imports no room and no third-party crate, so that it builds
//! in seconds and can judge a tree that does not compile. A rule that cannot read what it judges says so; it
//! never passes in silence.
//!
//! Deliberately absent: exceptions. A rule that is wrong is changed here, with its reason in
//! `docs/decisions/`.

pub mod rules;
pub mod rust;
pub mod tree;
pub mod wrap;

use std::fmt;

pub use tree::Tree;

/// One place where a rule is broken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, from the root of the repository.
    pub path: String,
    /// Its line, from 1.
    pub line: usize,
    /// The rule's name.
    pub rule: &'static str,
    /// What is wrong, and what to do.
    pub what: String,
}

impl Fault {
    /// A fault of `rule`.
    pub fn new(rule: &'static str, path: &str, line: usize, what: impl Into<String>) -> Fault {
        Fault { path: path.to_owned(), line, rule, what: what.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.what)
    }
}

/// Every fault of every rule, in the order of files.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults: Vec<Fault> = rules::ALL.iter().flat_map(|rule| (rule.check)(tree)).collect();
    faults.sort();
    faults
}
