//! Values that cross the door, in both directions, without a driver's type leaking out.

use foundation::{Error, Instant, Result, error::internal};
use uuid::Uuid;

/// One value of a row or one parameter of a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL NULL of any type.
    Null,
    /// INTEGER, BIGINT, SMALLINT; times (µs UTC), dates (days), money and counts.
    Int(i64),
    /// DOUBLE PRECISION.
    Real(f64),
    /// BOOLEAN (0/1 in SQLite).
    Bool(bool),
    /// TEXT, and JSON as text.
    Text(String),
    /// BLOB / BYTEA.
    Blob(Vec<u8>),
    /// UUID (16 bytes in SQLite).
    Uuid(Uuid),
    /// A list parameter for `int_list($n)`.
    Ints(Vec<i64>),
    /// A list parameter for `text_list($n)`.
    Texts(Vec<String>),
}

macro_rules! into_value {
    ($($from:ty => |$x:ident| $to:expr),* $(,)?) => {$(
        impl From<$from> for Value {
            fn from($x: $from) -> Value { $to }
        }
    )*};
}

into_value! {
    i64 => |x| Value::Int(x),
    i32 => |x| Value::Int(x.into()),
    i16 => |x| Value::Int(x.into()),
    u32 => |x| Value::Int(x.into()),
    u16 => |x| Value::Int(x.into()),
    u8 => |x| Value::Int(x.into()),
    f64 => |x| Value::Real(x),
    bool => |x| Value::Bool(x),
    &str => |x| Value::Text(x.to_owned()),
    String => |x| Value::Text(x),
    &String => |x| Value::Text(x.clone()),
    Vec<u8> => |x| Value::Blob(x),
    &[u8] => |x| Value::Blob(x.to_vec()),
    Uuid => |x| Value::Uuid(x),
    Instant => |x| Value::Int(x.0),
    Vec<i64> => |x| Value::Ints(x),
    Vec<String> => |x| Value::Texts(x),
    &serde_json::Value => |x| Value::Text(x.to_string()),
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(x: Option<T>) -> Value {
        x.map_or(Value::Null, Into::into)
    }
}

/// Builds a parameter list: `args![id, name, None::<i64>]`.
#[macro_export]
macro_rules! args {
    ($($x:expr),* $(,)?) => { vec![$($crate::Value::from($x)),*] };
}

/// A value that can be read out of a row.
pub trait FromValue: Sized {
    /// Reads the value, or says what stood there instead.
    fn from_value(value: Value) -> Result<Self>;
}

fn wrong(wanted: &str, got: &Value) -> Error {
    internal("column_type", format!("Cột dữ liệu sai kiểu: cần {wanted}, gặp {got:?}"))
}

impl FromValue for Value {
    fn from_value(value: Value) -> Result<Self> {
        Ok(value)
    }
}

impl FromValue for i64 {
    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Int(x) => Ok(x),
            Value::Bool(x) => Ok(x.into()),
            other => Err(wrong("số nguyên", &other)),
        }
    }
}

macro_rules! from_int {
    ($($t:ty),*) => {$(
        impl FromValue for $t {
            fn from_value(value: Value) -> Result<Self> {
                let wide = i64::from_value(value)?;
                <$t>::try_from(wide).map_err(|_| wrong(stringify!($t), &Value::Int(wide)))
            }
        }
    )*};
}
from_int!(i32, i16, u32, u16, u8, usize);

impl FromValue for f64 {
    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Real(x) => Ok(x),
            Value::Int(x) => Ok(x as f64),
            other => Err(wrong("số thực", &other)),
        }
    }
}

impl FromValue for bool {
    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Bool(x) => Ok(x),
            Value::Int(x) => Ok(x != 0),
            other => Err(wrong("đúng/sai", &other)),
        }
    }
}

impl FromValue for String {
    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Text(x) => Ok(x),
            other => Err(wrong("văn bản", &other)),
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Blob(x) => Ok(x),
            other => Err(wrong("dữ liệu nhị phân", &other)),
        }
    }
}

impl FromValue for Uuid {
    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Uuid(x) => Ok(x),
            Value::Blob(x) => {
                Uuid::from_slice(&x).map_err(|_| wrong("mã định danh 16 byte", &Value::Blob(x)))
            }
            other => Err(wrong("mã định danh", &other)),
        }
    }
}

impl FromValue for Instant {
    fn from_value(value: Value) -> Result<Self> {
        i64::from_value(value).map(Instant)
    }
}

impl FromValue for serde_json::Value {
    fn from_value(value: Value) -> Result<Self> {
        let text = String::from_value(value)?;
        serde_json::from_str(&text).map_err(|e| internal("column_json", "Cột JSON hỏng").because(e))
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Null => Ok(None),
            other => T::from_value(other).map(Some),
        }
    }
}

/// A type that a row can become. Made by [`row!`](crate::row), or a tuple.
pub trait FromRow: Sized + Send + 'static {
    /// The column names that the SELECT must give, in this order; `None` when names do not matter (tuples).
    const COLUMNS: Option<&'static [&'static str]>;
    /// Reads one row whose columns were already checked against `COLUMNS`.
    fn from_row(values: &mut impl Iterator<Item = Value>) -> Result<Self>;
}

/// Checks, once for a whole result, that the SELECT gives the columns that `R` names.
pub(crate) fn fits<R: FromRow>(given: &[&str]) -> Result<()> {
    match R::COLUMNS {
        Some(wanted) if wanted != given => {
            Err(internal("columns", format!("Câu SELECT cho {given:?}, cần đúng thứ tự {wanted:?}")))
        }
        _ => Ok(()),
    }
}

/// Declares a struct that a SELECT fills: the columns must have the names of the fields, in their order.
#[macro_export]
macro_rules! row {
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$fmeta:meta])* $fvis:vis $field:ident : $ty:ty),* $(,)?
    }) => {
        $(#[$meta])* $vis struct $name { $($(#[$fmeta])* $fvis $field: $ty),* }
        impl $crate::FromRow for $name {
            const COLUMNS: Option<&'static [&'static str]> = Some(&[$(stringify!($field)),*]);
            fn from_row(values: &mut impl Iterator<Item = $crate::Value>) -> foundation::Result<Self> {
                $(let $field = $crate::FromValue::from_value(
                    values.next().unwrap_or($crate::Value::Null))?;)*
                Ok(Self { $($field),* })
            }
        }
    };
}

macro_rules! tuple_row {
    ($($t:ident),*) => {
        impl<$($t: FromValue + Send + 'static),*> FromRow for ($($t,)*) {
            const COLUMNS: Option<&'static [&'static str]> = None;
            fn from_row(values: &mut impl Iterator<Item = Value>) -> Result<Self> {
                Ok(($($t::from_value(values.next().unwrap_or(Value::Null))?,)*))
            }
        }
    };
}
tuple_row!(A);
tuple_row!(A, B);
tuple_row!(A, B, C);
tuple_row!(A, B, C, D);
tuple_row!(A, B, C, D, E);
tuple_row!(A, B, C, D, E, F);
tuple_row!(A, B, C, D, E, F, G);
tuple_row!(A, B, C, D, E, F, G, H);
