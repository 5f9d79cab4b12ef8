//! Expressions of packs and rules: `beds_used / beds * 100`, `pm25 > 150 && has(wind)`.
//!
//! The language is the arithmetic part of CEL (Common Expression Language), read by a parser of our own and
//! held to the `cel` crate by a test; why is told in `docs/decisions/0002-expressions.md`. It differs from
//! CEL in what figures need:
//!
//! - every number is a double: `7 / 2` is 3.5;
//! - *missing propagates*: a symbol without a value, a division by zero or an overflow makes the result
//!   missing, never an error. As in CEL `false && missing` is false and `true || missing` is true, whichever
//!   side comes first;
//! - a dotted chain is one symbol: `admin.on_time`; names are checked when the expression is read;
//! - types (number, yes/no) are checked when it is read, so evaluating cannot fail.
//!
//! Operators, loosest first: `?:`, `||`, `&&`, `< <= > >= == !=`, `+ -`, `* / %`, `! -`. Functions: `min`,
//! `max` (of one or more), `abs`, `floor`, `ceil`, `round(x)`, `round(x, decimals)` (halves away from zero),
//! and `has(symbol)`. No strings, lists, or loops, so the cost of one is bounded by its length.

mod parse;

use std::collections::BTreeSet;

use crate::error::Result;
use crate::number;

/// What an expression gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// A finite number.
    Number(f64),
    /// Yes or no.
    Bool(bool),
    /// Not known, because something it needs is not known.
    Missing,
}

impl Value {
    /// The number, if it is one.
    pub fn number(self) -> Option<f64> {
        if let Value::Number(value) = self { Some(value) } else { None }
    }

    /// Yes or no, if it is one.
    pub fn bool(self) -> Option<bool> {
        if let Value::Bool(value) = self { Some(value) } else { None }
    }

    fn of(value: f64) -> Value {
        if value.is_finite() { Value::Number(value) } else { Value::Missing }
    }
}

/// What kind of value an expression gives when nothing is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// A number.
    Number,
    /// Yes or no.
    Bool,
}

/// The names an expression may use.
#[derive(Debug, Clone, Default)]
pub struct Symbols {
    names: BTreeSet<String>,
    home: String,
}

impl Symbols {
    /// A set of full names, like `health.beds` or `value`.
    pub fn new(names: impl IntoIterator<Item = impl Into<String>>) -> Symbols {
        Symbols { names: names.into_iter().map(Into::into).collect(), home: String::new() }
    }

    /// The same names seen from inside a pack: `beds` means `health.beds` where there is no plain `beds`.
    pub fn within(mut self, pack: &str) -> Symbols {
        self.home = format!("{pack}.");
        self
    }

    /// The full name of what is called `name` here.
    fn resolve(&self, name: &str) -> Option<&str> {
        let full = format!("{}{name}", self.home);
        self.names.get(name).or_else(|| self.names.get(&full)).map(String::as_str)
    }

    /// The known name nearest to a mistyped one, as it would be written here; `None` when all are far.
    fn nearest<'a>(&'a self, name: &str) -> Option<&'a str> {
        let here = |full: &'a str| full.strip_prefix(&self.home).unwrap_or(full);
        let written = self.names.iter().flat_map(|full| [full.as_str(), here(full)]);
        let near = written.map(|known| (distance(name, known), known)).min()?;
        (near.0 <= 2.max(name.len() / 3)).then_some(near.1)
    }
}

/// Levenshtein distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// A node's place in its expression.
type At = u16;

/// Arithmetic and comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    Min,
    Max,
    Abs,
    Floor,
    Ceil,
    Round,
}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Number(f64),
    Bool(bool),
    Symbol(u16),
    Has(u16),
    Not(At),
    Negate(At),
    Binary(Operator, At, At),
    And(At, At),
    Or(At, At),
    Choose(At, At, At),
    Call(Function, Box<[At]>),
}

/// An expression that has been read and checked. Evaluating it needs no context and cannot fail.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    nodes: Vec<Node>,
    root: At,
    symbols: Vec<String>,
    kind: ValueKind,
    source: String,
}

impl Expr {
    /// Reads an expression whose names are among `symbols`.
    ///
    /// Errors, each naming the column: `expression_syntax`; `expression_unknown_symbol`, with the nearest
    /// known name; `expression_type` (a number where yes/no is needed, or the other way round);
    /// `expression_too_large` (over 2000 bytes, 500 parts or 32 levels).
    pub fn parse(source: &str, symbols: &Symbols) -> Result<Expr> {
        parse::read(source, symbols)
    }

    /// The full names it uses, each once, in the order they appear.
    pub fn symbols(&self) -> &[String] {
        &self.symbols
    }

    /// What it gives when nothing is missing.
    pub fn kind(&self) -> ValueKind {
        self.kind
    }

    /// The text it was read from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The value, with `lookup` giving the number behind a full name; `None` and what is not finite are
    /// missing.
    pub fn eval(&self, lookup: &dyn Fn(&str) -> Option<f64>) -> Value {
        self.value(self.root, &|symbol: u16| lookup(&self.symbols[usize::from(symbol)]))
    }

    /// The value, with the numbers given in the order of [`symbols`](Expr::symbols): for loops over many
    /// rows. A number that is not given is missing.
    pub fn eval_row(&self, row: &[Option<f64>]) -> Value {
        self.value(self.root, &|symbol: u16| row.get(usize::from(symbol)).copied().flatten())
    }

    fn value(&self, at: At, lookup: &impl Fn(u16) -> Option<f64>) -> Value {
        use Value::*;
        let value = |at: At| self.value(at, lookup);
        let symbol = |symbol: u16| lookup(symbol).map_or(Missing, Value::of);
        match &self.nodes[usize::from(at)] {
            Node::Number(number) => Number(*number),
            Node::Bool(bool) => Bool(*bool),
            Node::Symbol(name) => symbol(*name),
            Node::Has(name) => Bool(symbol(*name) != Missing),
            Node::Not(of) => value(*of).bool().map_or(Missing, |bool| Bool(!bool)),
            Node::Negate(of) => value(*of).number().map_or(Missing, |number| Number(-number)),
            Node::And(left, right) => match value(*left) {
                Bool(true) => value(*right),
                Missing if value(*right) == Bool(false) => Bool(false),
                left => left,
            },
            Node::Or(left, right) => match value(*left) {
                Bool(false) => value(*right),
                Missing if value(*right) == Bool(true) => Bool(true),
                left => left,
            },
            Node::Choose(condition, yes, no) => match value(*condition) {
                Bool(true) => value(*yes),
                Bool(false) => value(*no),
                _ => Missing,
            },
            Node::Binary(operator, left, right) => match (value(*left), value(*right)) {
                (Number(left), Number(right)) => operator.of_numbers(left, right),
                (Bool(left), Bool(right)) => Bool((left == right) == (*operator == Operator::Equal)),
                _ => Missing,
            },
            Node::Call(function, arguments) => {
                let mut numbers = arguments.iter().map(|argument| value(*argument).number());
                let Some(Some(first)) = numbers.next() else { return Missing };
                function.of(first, numbers).map_or(Missing, Value::of)
            }
        }
    }
}

impl Operator {
    fn of_numbers(self, left: f64, right: f64) -> Value {
        match self {
            Operator::Add => Value::of(left + right),
            Operator::Subtract => Value::of(left - right),
            Operator::Multiply => Value::of(left * right),
            Operator::Divide => Value::of(left / right),
            Operator::Remainder => Value::of(left % right),
            Operator::Less => Value::Bool(left < right),
            Operator::LessOrEqual => Value::Bool(left <= right),
            Operator::Greater => Value::Bool(left > right),
            Operator::GreaterOrEqual => Value::Bool(left >= right),
            Operator::Equal => Value::Bool(left == right),
            Operator::NotEqual => Value::Bool(left != right),
        }
    }
}

impl Function {
    fn of(self, first: f64, mut others: impl Iterator<Item = Option<f64>>) -> Option<f64> {
        match self {
            Function::Min => others.try_fold(first, |least, number| Some(least.min(number?))),
            Function::Max => others.try_fold(first, |most, number| Some(most.max(number?))),
            Function::Abs => Some(first.abs()),
            Function::Floor => Some(first.floor()),
            Function::Ceil => Some(first.ceil()),
            Function::Round => {
                let decimals = others.next().unwrap_or(Some(0.0))?;
                Some(number::round(first, decimals.clamp(0.0, 20.0) as usize))
            }
        }
    }
}

#[cfg(test)]
mod tests;
