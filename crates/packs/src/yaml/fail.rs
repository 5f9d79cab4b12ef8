//! Why a tree is not the type that was wanted, in Vietnamese.

use std::fmt::Display;

use kit::PackFault;
use serde::de::{self, Expected, Unexpected};

use super::tree::{Content, Key, Node};
use crate::nearest::did_you_mean;

/// A failure on its way up the tree: it learns its place from the innermost node, and its path from every
/// node it passes.
#[derive(Debug)]
pub struct Fail {
    message: String,
    place: Option<(u32, u32)>,
    /// From the innermost outwards: the step's name and the child's number.
    path: Vec<(String, usize)>,
    /// The last step is a key that has no business there.
    key_itself: bool,
}

impl Fail {
    fn new(message: String) -> Fail {
        Fail { message, place: None, path: Vec::new(), key_itself: false }
    }

    pub(super) fn at(mut self, node: &Node) -> Fail {
        self.place.get_or_insert((node.line, node.column));
        self
    }

    pub(super) fn at_key(mut self, key: &Key, at: usize) -> Fail {
        self.place = Some((key.line, key.column));
        self.path.push((String::new(), at));
        self.key_itself = true;
        self
    }

    /// A name that decides what the value beside it means.
    pub(super) fn at_name(mut self, key: &Key) -> Fail {
        self.place = Some((key.line, key.column));
        self
    }

    pub(super) fn under(mut self, step: String, at: usize) -> Fail {
        self.path.push((step, at));
        self
    }

    /// The fault as its author reads it.
    pub(super) fn fault(&self, path: &str) -> PackFault {
        let steps: Vec<&str> =
            self.path.iter().rev().map(|(step, _)| step.as_str()).filter(|s| !s.is_empty()).collect();
        let message = match steps.is_empty() {
            true => self.message.clone(),
            false => format!("{}: {}", steps.join("/"), self.message),
        };
        let (line, column) = self.place.unwrap_or((1, 1));
        PackFault { path: path.to_owned(), line: line.into(), column: column.into(), message }
    }

    /// Takes out of the tree what is wrong: the key, or else the innermost item of a list around it. Says
    /// whether it could.
    pub(super) fn strike_out(&self, tree: &mut Node) -> bool {
        let steps: Vec<usize> = self.path.iter().rev().map(|(_, at)| *at).collect();
        let mut depth = match self.key_itself {
            true => steps.len().checked_sub(1),
            false => None,
        };
        if depth.is_none() {
            let mut node = &*tree;
            for (i, at) in steps.iter().enumerate() {
                if matches!(node.content, Content::List(_)) {
                    depth = Some(i);
                }
                let Some(child) = node.child(*at) else { break };
                node = child;
            }
        }
        let Some(depth) = depth else { return false };
        let mut node = tree;
        for at in &steps[..depth] {
            let Some(child) = node.child_mut(*at) else { return false };
            node = child;
        }
        node.remove_child(steps[depth]);
        true
    }
}

impl Display for Fail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fail {}

fn wanted(expected: &dyn Expected) -> String {
    let told = expected.to_string();
    let vi = match told.as_str() {
        "a string" | "string" | "str" | "a borrowed string" => "chữ",
        "a boolean" => "true hoặc false",
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" | "isize" => "số nguyên",
        "f32" | "f64" => "số",
        t if t.starts_with("a sequence") || t.starts_with("tuple") => "danh sách",
        t if t.starts_with("struct") || t.starts_with("a map") => "nhóm “khóa: giá trị”",
        t if t.starts_with("enum") || t.contains("variant") => "một tên cho trước",
        _ => return told,
    };
    vi.to_owned()
}

fn met(unexpected: Unexpected<'_>) -> String {
    match unexpected {
        Unexpected::Bool(b) => b.to_string(),
        Unexpected::Unsigned(n) => n.to_string(),
        Unexpected::Signed(n) => n.to_string(),
        Unexpected::Float(n) => n.to_string(),
        Unexpected::Str(text) => format!("chữ “{}”", text.chars().take(60).collect::<String>()),
        Unexpected::Unit | Unexpected::Option => "chỗ trống".into(),
        Unexpected::Seq => "danh sách".into(),
        Unexpected::Map => "nhóm “khóa: giá trị”".into(),
        other => other.to_string(),
    }
}

fn one_of(kind: &str, word: &str, known: &'static [&'static str]) -> String {
    let guess = did_you_mean(word, known.iter().copied());
    let rest = match (guess.is_empty(), known.is_empty()) {
        (false, _) => guess,
        (true, true) => " Hãy bỏ đi.".into(),
        (true, false) => format!(" Dùng được: {}.", known.join(", ")),
    };
    format!("không có {kind} “{word}”.{rest}")
}

impl de::Error for Fail {
    fn custom<T: Display>(told: T) -> Self {
        let told = told.to_string();
        match told.starts_with("data did not match any variant") {
            true => Fail::new("giá trị không theo dạng nào được phép. Hãy xem docs/packs.md.".into()),
            false => Fail::new(told),
        }
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Fail::new(format!("cần {}, gặp {}.", wanted(expected), met(unexpected)))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Fail::new(format!("{} không dùng được; cần {}.", met(unexpected), wanted(expected)))
    }

    fn invalid_length(len: usize, expected: &dyn Expected) -> Self {
        Fail::new(format!("có {len} phần tử; cần {}.", wanted(expected)))
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Self {
        Fail::new(one_of("giá trị", word, known))
    }

    fn unknown_field(word: &str, known: &'static [&'static str]) -> Self {
        Fail::new(one_of("khóa", word, known))
    }

    fn missing_field(field: &'static str) -> Self {
        Fail::new(format!("thiếu khóa “{field}”."))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Fail::new(format!("khóa “{field}” được viết hai lần."))
    }
}
