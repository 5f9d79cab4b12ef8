//! Sets a place's own value into a tree.

use serde_json::Value as Json;

use super::tree::{Content, Key, Node};
use crate::nearest::did_you_mean;

/// Sets the value at `pointer`; `null` takes it away. A new value stands where its parent stands. The error
/// says, in a sentence, why the pointer leads nowhere.
pub fn set(tree: &mut Node, pointer: &str, value: &Json) -> Result<(), String> {
    let (parents, last) = match pointer.rsplit_once('/') {
        Some((parents, last)) => (Some(parents), last),
        None => (None, pointer),
    };
    if last.is_empty() {
        return Err("Đường dẫn tới giá trị đang để trống.".into());
    }
    if last == "id" {
        return Err(format!("Không sửa được “{pointer}”: mã định danh không bao giờ đổi."));
    }
    let mut parent = tree;
    for step in parents.iter().flat_map(|p| p.split('/')) {
        let Some(at) = parent.child_index(step) else {
            return Err(nowhere(parent, pointer, step));
        };
        parent = parent.child_mut(at).ok_or_else(|| format!("“{pointer}” không dẫn tới đâu."))?;
    }
    let (line, column) = (parent.line, parent.column);
    match (parent.child_index(last), value) {
        (Some(at), Json::Null) => parent.remove_child(at),
        (Some(at), _) => {
            let inside_list = matches!(parent.content, Content::List(_));
            if let Some(child) = parent.child_mut(at) {
                let id = child.id().map(str::to_owned);
                let mut node = Node::at(child.line, child.column, value);
                if let (true, Some(id)) = (inside_list, id) {
                    keep_id(&mut node, &id, pointer)?;
                }
                *child = node;
            }
        }
        (None, Json::Null) => {}
        (None, _) => match &mut parent.content {
            Content::Map(entries) => {
                let key = Key { line, column, name: last.to_owned() };
                entries.push((key, Node::at(line, column, value)));
            }
            Content::List(items) => {
                let mut node = Node::at(line, column, value);
                keep_id(&mut node, last, pointer)?;
                items.push(node);
            }
            _ => return Err(nowhere(parent, pointer, last)),
        },
    }
    Ok(())
}

/// An item of a list is found by its id, so it must keep it.
fn keep_id(node: &mut Node, id: &str, pointer: &str) -> Result<(), String> {
    let (line, column) = (node.line, node.column);
    let Content::Map(entries) = &mut node.content else {
        return Err(format!(
            "“{pointer}” là một phần tử của danh sách: giá trị phải là nhóm “khóa: giá trị”."
        ));
    };
    entries.retain(|(key, _)| key.name != "id");
    let key = Key { line, column, name: "id".into() };
    entries.insert(0, (key, Node { line, column, content: Content::Text(id.to_owned()) }));
    Ok(())
}

fn nowhere(parent: &Node, pointer: &str, step: &str) -> String {
    let known: Vec<String> = match &parent.content {
        Content::Map(entries) => entries.iter().map(|(k, _)| k.name.clone()).collect(),
        Content::List(items) => (0..items.len()).map(|at| parent.step_to(at)).collect(),
        _ => Vec::new(),
    };
    let guess = did_you_mean(step, known.iter().map(String::as_str));
    format!("“{pointer}” không dẫn tới đâu: không có “{step}”.{guess}")
}

/// The first step of a pointer, but the last, that `tree` does not have: then an overlay has nowhere to
/// stand.
pub fn absent_parent(tree: &Node, pointer: &str) -> bool {
    pointer.rsplit_once('/').is_some_and(|(parents, _)| tree.find(parents).is_none())
}
