//! From text to a tree, within limits.

use kit::PackFault;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;
use serde_saphyr::options::MergeKeyPolicy;
use serde_saphyr::{DuplicateKeyPolicy, Location, Spanned};

use super::tree::{Content, Key, Node};

/// A file may be so large; the greatest of ours has 70 kilobytes.
pub const MAX_BYTES: usize = 1 << 20;
const MAX_DEPTH: usize = 24;
const MAX_NODES: usize = 100_000;

/// The tree of a text. `path` is only for the fault.
pub fn parse(path: &str, text: &str) -> Result<Node, PackFault> {
    let fault = |line, column, message| PackFault { path: path.to_owned(), line, column, message };
    if text.len() > MAX_BYTES {
        return Err(fault(1, 1, format!("Tệp lớn hơn {MAX_BYTES} byte. Hãy chia thành nhiều gói.")));
    }
    let options = serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
        emit_comments: false,
        reject_unsupported_tags: true,
        merge_keys: MergeKeyPolicy::Error,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        budget: serde_saphyr::budget! {
            max_aliases: 0, max_anchors: 0, max_merge_keys: 0, max_documents: 1,
            max_depth: MAX_DEPTH, max_nodes: MAX_NODES, flow_nesting_limit: MAX_DEPTH
        },
    };
    let raw: Spanned<Raw> = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let (line, column) = error.location().map_or((1, 1), |l| (l.line().max(1), l.column().max(1)));
        fault(line, column, sentence(&error))
    })?;
    node(raw, text).map_err(|(key, at)| {
        fault(
            at.line(),
            at.column(),
            format!("Khóa “{key}” được viết hai lần trong cùng một nhóm. Hãy bỏ một chỗ."),
        )
    })
}

/// The value of one text, as a person types it into a form: `90`, `{vi: Y tế}`, `Đúng hạn`.
pub fn parse_value(text: &str) -> Result<Json, String> {
    parse("", text).map(|node| node.json()).map_err(|fault| fault.message)
}

/// What the reader of YAML says, as a sentence for the author of a pack.
fn sentence(error: &serde_saphyr::Error) -> String {
    use serde_saphyr::Error as E;
    use serde_saphyr::budget::BudgetBreach as B;
    match error.without_snippet() {
        E::Budget { breach: B::Anchors { .. } | B::Aliases { .. }, .. } => {
            "Gói không dùng neo (&) và tham chiếu (*). Chữ có dấu & hoặc * ở đầu phải đặt trong ngoặc kép."
                .into()
        }
        E::Budget { .. } => "Tệp lồng quá sâu hoặc có quá nhiều phần tử. Hãy chia nhỏ.".into(),
        E::MergeKeyNotAllowed { .. } => "Gói không dùng khóa trộn “<<”. Hãy viết đủ các khóa.".into(),
        E::MultipleDocuments { .. } => "Mỗi tệp chỉ có một tài liệu YAML. Hãy bỏ dòng “---”.".into(),
        E::NonFiniteFloat { value, .. } => format!("“{value}” không phải là số dùng được."),
        E::DuplicateMappingKey { key, .. } => {
            format!("Khóa “{}” được viết hai lần. Hãy bỏ một chỗ.", key.as_deref().unwrap_or(""))
        }
        other => {
            let told = other.to_string();
            let told = told.split(" at line ").next().unwrap_or(&told);
            let advice = match told {
                t if t.contains("mapping values are not allowed") => {
                    " Chữ có dấu hai chấm và khoảng trắng (“: ”) phải đặt trong ngoặc kép."
                }
                t if t.contains("tag") => " Gói không dùng thẻ kiểu (!). Hãy đặt chữ trong ngoặc kép.",
                t if t.contains("quoted scalar") => " Có lẽ thiếu dấu ngoặc kép đóng.",
                t if t.contains("tab") => " Hãy thụt dòng bằng dấu cách, không dùng phím Tab.",
                t if t.contains("':'") || t.contains("flow") || t.contains("','") => {
                    " Có lẽ thiếu dấu đóng ] hoặc }, hay thiếu dấu phẩy."
                }
                _ => " Hãy xem lại thụt dòng và dấu ngoặc quanh đây.",
            };
            format!("YAML sai cú pháp ({told}).{advice}")
        }
    }
}

/// What the reader gives, before its places are taken over.
enum Raw {
    Empty,
    Bool(bool),
    Int(i64),
    Real(f64),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("giá trị YAML")
    }
    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Empty)
    }
    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Empty)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Int(value))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(i64::try_from(value).map_or(Raw::Real(value as f64), Raw::Int))
    }
    fn visit_i128<E>(self, value: i128) -> Result<Raw, E> {
        Ok(Raw::Real(value as f64))
    }
    fn visit_u128<E>(self, value: u128) -> Result<Raw, E> {
        Ok(Raw::Real(value as f64))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Real(value))
    }
    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = from.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Raw, D::Error> {
        from.deserialize_any(RawVisitor)
    }
}

fn place(at: Location) -> (u32, u32) {
    let small = |n: u64| u32::try_from(n.max(1)).unwrap_or(u32::MAX);
    (small(at.line()), small(at.column()))
}

/// How a number was written: `1.20` stays `1.20` where text is wanted.
fn written(at: Location, source: &str, value: impl ToString) -> String {
    let span = at.span();
    span.byte_offset()
        .zip(span.byte_len())
        .and_then(|(from, len)| source.get(from as usize..(from + len) as usize))
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Takes the places over. The fault is a key that stands twice, and where it stands the second time.
fn node(raw: Spanned<Raw>, source: &str) -> Result<Node, (String, Location)> {
    let at = raw.referenced;
    let (line, column) = place(at);
    let content = match raw.value {
        Raw::Empty => Content::Empty,
        Raw::Bool(b) => Content::Bool(b),
        Raw::Int(i) => Content::Int(i, written(at, source, i)),
        Raw::Real(r) => Content::Real(r, written(at, source, r)),
        Raw::Text(text) => Content::Text(text),
        Raw::List(items) => {
            Content::List(items.into_iter().map(|item| node(item, source)).collect::<Result<_, _>>()?)
        }
        Raw::Map(entries) => {
            let mut seen = std::collections::HashSet::new();
            let mut kept = Vec::with_capacity(entries.len());
            for (key, value) in entries {
                if !seen.insert(key.value.clone()) {
                    return Err((key.value, key.referenced));
                }
                let (line, column) = place(key.referenced);
                kept.push((Key { line, column, name: key.value }, node(value, source)?));
            }
            Content::Map(kept)
        }
    };
    Ok(Node { line, column, content })
}
