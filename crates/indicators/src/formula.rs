//! Expressions of definitions: formulas over indicators, and conditions on a value.

use foundation::Result;
use foundation::expr::{Expr, Symbols, Value};

/// A compiled formula over full ids.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula(Expr);

/// A compiled condition on `value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition(Expr);

impl Formula {
    /// Compiles a formula of `pack`, which may name its own indicators without the prefix. `codes` are the
    /// full ids there are.
    pub fn read(text: &str, pack: &str, codes: impl IntoIterator<Item = String>) -> Result<Formula> {
        Expr::parse(text, &Symbols::new(codes).within(pack)).map(Formula)
    }

    /// The full ids it names.
    pub fn parts(&self) -> &[String] {
        self.0.symbols()
    }

    /// The value; missing when a part is missing.
    pub fn value(&self, at: &dyn Fn(&str) -> Option<f64>) -> Option<f64> {
        self.0.eval(at).number()
    }
}

impl Condition {
    /// Compiles a condition on `value`.
    pub fn read(text: &str) -> Result<Condition> {
        Expr::parse(text, &Symbols::new(["value"])).map(Condition)
    }

    /// Whether `value` fulfils it.
    pub fn holds(&self, value: f64) -> bool {
        self.0.eval(&|name| (name == "value").then_some(value)) == Value::Bool(true)
    }
}
