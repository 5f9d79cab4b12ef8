//! A YAML document as a tree whose every node knows where it stands.

use serde_json::{Map, Number, Value as Json};

/// A value and its place in the file, both counted from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its line.
    pub line: u32,
    /// Its column, in characters.
    pub column: u32,
    /// What stands there.
    pub content: Content,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Nothing, `~` or `null`.
    Empty,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number and how it was written.
    Int(i64, String),
    /// A number and how it was written.
    Real(f64, String),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// Keys and values in the order of the file.
    Map(Vec<(Key, Node)>),
}

/// A key and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Its line.
    pub line: u32,
    /// Its column, in characters.
    pub column: u32,
    /// The key.
    pub name: String,
}

impl Node {
    /// The node under `key`, when this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.content {
            Content::Map(entries) => entries.iter().find(|(k, _)| k.name == key).map(|(_, node)| node),
            _ => None,
        }
    }

    /// The text of this node.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The `id` of this node, when it is a map with one.
    pub fn id(&self) -> Option<&str> {
        self.get("id").and_then(Node::text)
    }

    /// Whether this holds keys and values.
    pub fn is_map(&self) -> bool {
        matches!(self.content, Content::Map(_))
    }

    /// How many children it has.
    pub(crate) fn len(&self) -> usize {
        match &self.content {
            Content::Map(entries) => entries.len(),
            Content::List(items) => items.len(),
            _ => 0,
        }
    }

    /// Which child one step of a pointer means: the item with this id, the item of this number, or the entry
    /// with this key.
    pub(crate) fn child_index(&self, step: &str) -> Option<usize> {
        match &self.content {
            Content::Map(entries) => entries.iter().position(|(k, _)| k.name == step),
            Content::List(items) => items.iter().position(|n| n.id() == Some(step)).or_else(|| {
                let at: usize = step.parse().ok()?;
                items.get(at).is_some_and(|n| n.id().is_none()).then_some(at)
            }),
            _ => None,
        }
    }

    pub(crate) fn child(&self, at: usize) -> Option<&Node> {
        match &self.content {
            Content::Map(entries) => entries.get(at).map(|(_, node)| node),
            Content::List(items) => items.get(at),
            _ => None,
        }
    }

    pub(crate) fn child_mut(&mut self, at: usize) -> Option<&mut Node> {
        match &mut self.content {
            Content::Map(entries) => entries.get_mut(at).map(|(_, node)| node),
            Content::List(items) => items.get_mut(at),
            _ => None,
        }
    }

    pub(crate) fn remove_child(&mut self, at: usize) {
        match &mut self.content {
            Content::Map(entries) if at < entries.len() => drop(entries.remove(at)),
            Content::List(items) if at < items.len() => drop(items.remove(at)),
            _ => {}
        }
    }

    /// The node that a pointer means: `indicators/on_time/target/value`.
    pub fn find(&self, pointer: &str) -> Option<&Node> {
        pointer.split('/').try_fold(self, |node, step| node.child(node.child_index(step)?))
    }

    /// How a pointer names the child at `at`: its key, its id, or its number.
    pub(crate) fn step_to(&self, at: usize) -> String {
        match &self.content {
            Content::Map(entries) => entries.get(at).map_or_else(String::new, |(k, _)| k.name.clone()),
            _ => self.child(at).and_then(Node::id).map_or_else(|| at.to_string(), str::to_owned),
        }
    }

    /// The value without its places.
    pub fn json(&self) -> Json {
        match &self.content {
            Content::Empty => Json::Null,
            Content::Bool(b) => Json::Bool(*b),
            Content::Int(i, _) => Json::from(*i),
            Content::Real(r, _) => Number::from_f64(*r).map_or(Json::Null, Json::Number),
            Content::Text(text) => Json::String(text.clone()),
            Content::List(items) => Json::Array(items.iter().map(Node::json).collect()),
            Content::Map(entries) => Json::Object(
                entries.iter().map(|(k, node)| (k.name.clone(), node.json())).collect::<Map<_, _>>(),
            ),
        }
    }

    /// A value that stands, as a whole, at one place.
    pub fn at(line: u32, column: u32, json: &Json) -> Node {
        let content = match json {
            Json::Null => Content::Empty,
            Json::Bool(b) => Content::Bool(*b),
            Json::Number(n) => match n.as_i64() {
                Some(i) => Content::Int(i, n.to_string()),
                None => Content::Real(n.as_f64().unwrap_or_default(), n.to_string()),
            },
            Json::String(text) => Content::Text(text.clone()),
            Json::Array(items) => Content::List(items.iter().map(|j| Node::at(line, column, j)).collect()),
            Json::Object(entries) => Content::Map(
                entries
                    .iter()
                    .map(|(k, j)| (Key { line, column, name: k.clone() }, Node::at(line, column, j)))
                    .collect(),
            ),
        };
        Node { line, column, content }
    }
}
