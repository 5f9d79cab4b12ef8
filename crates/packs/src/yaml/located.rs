//! A value that knows where it stands.

use std::marker::PhantomData;
use std::ops::Deref;

use kit::{PackFault, PackFile};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde::{Serialize, Serializer};

/// By this name the reader of packs knows that a place is wanted too.
pub(super) const MARK: &str = "$toancanh::Located";

/// A value of a pack's file with its line and column. Read from anything else (JSON of a row) it stands at
/// 0:0. It is compared, ordered and written as its value.
#[derive(Debug, Clone, Copy, Default)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Its line, from 1.
    pub line: u32,
    /// Its column, from 1.
    pub column: u32,
}

impl<T> Deref for Located<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: PartialEq> PartialEq for Located<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Serialize> Serialize for Located<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(to)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Located<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_newtype_struct(MARK, Reader(PhantomData))
    }
}

struct Reader<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
    type Value = Located<T>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("một giá trị")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<Located<T>, D::Error> {
        T::deserialize(from).map(|value| Located { value, line: 0, column: 0 })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Located<T>, A::Error> {
        let missing = || A::Error::custom("thiếu vị trí");
        let line = from.next_element()?.ok_or_else(missing)?;
        let column = from.next_element()?.ok_or_else(missing)?;
        let value = from.next_element()?.ok_or_else(missing)?;
        Ok(Located { value, line, column })
    }
}

/// A fault about a value of `file`: what is wrong with it, and a suggestion.
pub fn fault<T>(file: &PackFile, at: &Located<T>, message: impl Into<String>) -> PackFault {
    PackFault {
        path: file.path.clone(),
        line: at.line.max(1).into(),
        column: at.column.max(1).into(),
        message: message.into(),
    }
}
