//! Reads a tree into a serde type. Ours rather than the YAML reader's own, so that every error has its place
//! and its path, also inside `flatten` and after the place's own values were set in.

use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::fail::Fail;
use super::located::MARK;
use super::tree::{Content, Key, Node};

type Result<T> = std::result::Result<T, Fail>;

/// Reads one node.
#[derive(Clone, Copy)]
pub struct De<'t> {
    node: &'t Node,
}

impl<'t> De<'t> {
    pub(super) fn new(node: &'t Node) -> De<'t> {
        De { node }
    }

    fn any<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match &self.node.content {
            Content::Empty => visitor.visit_unit(),
            Content::Bool(b) => visitor.visit_bool(*b),
            Content::Int(i, _) => visitor.visit_i64(*i),
            Content::Real(r, _) => visitor.visit_f64(*r),
            Content::Text(text) => visitor.visit_str(text),
            Content::List(items) => visitor.visit_seq(Items { items, next: 0 }),
            Content::Map(entries) => visitor.visit_map(Entries { entries, next: 0 }),
        }
    }

    fn word<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match &self.node.content {
            Content::Text(text) | Content::Int(_, text) | Content::Real(_, text) => visitor.visit_str(text),
            Content::Bool(b) => visitor.visit_str(if *b { "true" } else { "false" }),
            _ => self.any(visitor),
        }
    }
}

impl<'de> Deserializer<'de> for De<'_> {
    type Error = Fail;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.any(visitor).map_err(|fail| fail.at(self.node))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.word(visitor).map_err(|fail| fail.at(self.node))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.node.content {
            Content::Empty => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
        .map_err(|fail| fail.at(self.node))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        match name == MARK {
            true => visitor.visit_seq(Place { node: self.node, next: 0 }),
            false => visitor.visit_newtype_struct(self),
        }
        .map_err(|fail| fail.at(self.node))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match &self.node.content {
            Content::Text(name) => visitor.visit_enum(name.as_str().into_deserializer()),
            Content::Map(entries) if entries.len() == 1 => {
                let (key, value) = &entries[0];
                visitor.visit_enum(Variant { key, value })
            }
            Content::Map(_) => Err(de::Error::invalid_type(Unexpected::Map, &"đúng một khóa")),
            _ => self.word(Word).and_then(|told| {
                Err(de::Error::invalid_type(Unexpected::Other(&told), &"một tên cho trước"))
            }),
        }
        .map_err(|fail| fail.at(self.node))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }
}

/// Says what stands where a name was wanted.
struct Word;

impl<'de> Visitor<'de> for Word {
    type Value = String;
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("một tên cho trước")
    }
    fn visit_str<E>(self, text: &str) -> std::result::Result<String, E> {
        Ok(text.to_owned())
    }
}

/// A [`Located`](super::Located): line, column, value.
struct Place<'t> {
    node: &'t Node,
    next: u8,
}

impl<'de> SeqAccess<'de> for Place<'_> {
    type Error = Fail;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        self.next += 1;
        match self.next {
            1 => seed.deserialize(self.node.line.into_deserializer()),
            2 => seed.deserialize(self.node.column.into_deserializer()),
            _ => seed.deserialize(De::new(self.node)),
        }
        .map(Some)
    }
}

struct Items<'t> {
    items: &'t [Node],
    next: usize,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Fail;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        let at = self.next;
        let Some(node) = self.items.get(at) else { return Ok(None) };
        self.next += 1;
        seed.deserialize(De::new(node))
            .map(Some)
            .map_err(|fail| fail.at(node).under(node.id().unwrap_or_default().to_owned(), at))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len() - self.next)
    }
}

struct Entries<'t> {
    entries: &'t [(Key, Node)],
    next: usize,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Fail;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        let at = self.next;
        let Some((key, _)) = self.entries.get(at) else { return Ok(None) };
        self.next += 1;
        seed.deserialize(key.name.as_str().into_deserializer())
            .map(Some)
            .map_err(|fail: Fail| fail.at_key(key, at))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value> {
        let at = self.next - 1;
        let (key, node) = &self.entries[at];
        seed.deserialize(De::new(node)).map_err(|fail| fail.at(node).under(key.name.clone(), at))
    }
}

/// `{ratio: {…}}`: a name and what belongs to it.
struct Variant<'t> {
    key: &'t Key,
    value: &'t Node,
}

impl<'t, 'de> EnumAccess<'de> for Variant<'t> {
    type Error = Fail;
    type Variant = Body<'t>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Body<'t>)> {
        let name = seed
            .deserialize(self.key.name.as_str().into_deserializer())
            .map_err(|fail: Fail| fail.at_name(self.key))?;
        Ok((name, Body { key: self.key, value: self.value }))
    }
}

struct Body<'t> {
    key: &'t Key,
    value: &'t Node,
}

impl Body<'_> {
    fn placed<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|fail| fail.at(self.value).under(self.key.name.clone(), 0))
    }
}

impl<'de> VariantAccess<'de> for Body<'_> {
    type Error = Fail;

    fn unit_variant(self) -> Result<()> {
        let unit = <() as de::Deserialize>::deserialize(De::new(self.value));
        self.placed(unit)
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value> {
        let value = seed.deserialize(De::new(self.value));
        self.placed(value)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        let value = De::new(self.value).deserialize_seq(visitor);
        self.placed(value)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value> {
        let value = De::new(self.value).deserialize_map(visitor);
        self.placed(value)
    }
}
