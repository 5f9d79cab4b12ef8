//! Reading and checking an expression: one pass over the text, by recursive descent along CEL's grammar.

use super::{At, Expr, Function, Node, Operator, Symbols, ValueKind};
use crate::error::{Error, Result, invalid};

const MOST_BYTES: usize = 2000;
const MOST_NODES: usize = 500;
/// Brackets, signs and choices inside each other. Keeps the stack small.
const DEEPEST: usize = 32;

/// The two-letter operators, which must be tried before their first letters.
const PAIRS: [&str; 6] = ["||", "&&", "<=", ">=", "==", "!="];

struct Reader<'a> {
    source: &'a str,
    /// Where the next token begins, in bytes; white space and comments are behind.
    at: usize,
    depth: usize,
    symbols: &'a Symbols,
    used: Vec<String>,
    nodes: Vec<Node>,
}

/// A part of the expression that has been read: its node, what it gives, where it began.
#[derive(Clone, Copy)]
struct Part {
    node: At,
    kind: ValueKind,
    begin: usize,
}

pub(super) fn read(source: &str, symbols: &Symbols) -> Result<Expr> {
    let mut reader = Reader { source, at: 0, depth: 0, symbols, used: Vec::new(), nodes: Vec::new() };
    if source.len() > MOST_BYTES {
        return Err(reader.too_large(0));
    }
    reader.skip_space();
    let whole = reader.choice()?;
    if reader.at < source.len() {
        return Err(reader.unexpected());
    }
    let Reader { nodes, used, .. } = reader;
    Ok(Expr { nodes, root: whole.node, symbols: used, kind: whole.kind, source: source.to_owned() })
}

impl<'a> Reader<'a> {
    /// `condition ? yes : no`, or what binds tighter.
    fn choice(&mut self) -> Result<Part> {
        self.deeper(|reader| {
            let condition = reader.either()?;
            if !reader.eat("?") {
                return Ok(condition);
            }
            reader.need(condition, ValueKind::Bool)?;
            let yes = reader.either()?;
            if !reader.eat(":") {
                return Err(reader.expected("dấu «:» của phép chọn «điều kiện ? giá trị : giá trị»"));
            }
            let no = reader.choice()?;
            reader.need(no, yes.kind)?;
            reader.node(Node::Choose(condition.node, yes.node, no.node), yes.kind, condition.begin)
        })
    }

    fn either(&mut self) -> Result<Part> {
        let mut left = self.both()?;
        while self.eat("||") {
            let right = self.both()?;
            self.need_both(left, right, ValueKind::Bool)?;
            left = self.node(Node::Or(left.node, right.node), ValueKind::Bool, left.begin)?;
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Part> {
        let mut left = self.comparison()?;
        while self.eat("&&") {
            let right = self.comparison()?;
            self.need_both(left, right, ValueKind::Bool)?;
            left = self.node(Node::And(left.node, right.node), ValueKind::Bool, left.begin)?;
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Result<Part> {
        let mut left = self.sum()?;
        let operators = [
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("==", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ];
        while let Some(operator) = self.eat_one(&operators) {
            let right = self.sum()?;
            match operator {
                Operator::Equal | Operator::NotEqual => self.need(right, left.kind)?,
                _ => self.need_both(left, right, ValueKind::Number)?,
            };
            left = self.node(Node::Binary(operator, left.node, right.node), ValueKind::Bool, left.begin)?;
        }
        Ok(left)
    }

    fn sum(&mut self) -> Result<Part> {
        let operators = [("+", Operator::Add), ("-", Operator::Subtract)];
        self.arithmetic(&operators, Reader::product)
    }

    fn product(&mut self) -> Result<Part> {
        let operators = [("*", Operator::Multiply), ("/", Operator::Divide), ("%", Operator::Remainder)];
        self.arithmetic(&operators, Reader::signed)
    }

    fn arithmetic(
        &mut self,
        operators: &[(&str, Operator)],
        tighter: fn(&mut Self) -> Result<Part>,
    ) -> Result<Part> {
        let mut left = tighter(self)?;
        while let Some(operator) = self.eat_one(operators) {
            let right = tighter(self)?;
            self.need_both(left, right, ValueKind::Number)?;
            left = self.node(Node::Binary(operator, left.node, right.node), ValueKind::Number, left.begin)?;
        }
        Ok(left)
    }

    fn signed(&mut self) -> Result<Part> {
        let begin = self.at;
        if self.eat("!") {
            let of = self.deeper(Reader::signed)?;
            self.need(of, ValueKind::Bool)?;
            return self.node(Node::Not(of.node), ValueKind::Bool, begin);
        }
        if self.eat("-") {
            let of = self.deeper(Reader::signed)?;
            self.need(of, ValueKind::Number)?;
            return self.node(Node::Negate(of.node), ValueKind::Number, begin);
        }
        self.single()
    }

    /// A number, a name, a call, or something in brackets.
    fn single(&mut self) -> Result<Part> {
        let begin = self.at;
        if self.eat("(") {
            let inner = self.choice()?;
            self.close()?;
            return Ok(Part { begin, ..inner });
        }
        match self.rest().as_bytes() {
            [b'0'..=b'9', ..] | [b'.', b'0'..=b'9', ..] => self.number(),
            [b'a'..=b'z' | b'A'..=b'Z' | b'_', ..] => self.named(),
            [b'"' | b'\'', ..] => {
                Err(self.fault(begin, "expression_syntax", "chỉ tính được với số, không có chuỗi chữ"))
            }
            _ => Err(self.expected("một số, một tên hoặc dấu «(»")),
        }
    }

    fn number(&mut self) -> Result<Part> {
        let begin = self.at;
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let rest = self.rest();
        let mut length = digits(rest);
        if rest[length..].starts_with('.') && digits(&rest[length + 1..]) > 0 {
            length += 1 + digits(&rest[length + 1..]);
        }
        if rest[length..].starts_with(['e', 'E']) {
            let sign = usize::from(rest[length + 1..].starts_with(['+', '-']));
            let exponent = digits(&rest[length + 1 + sign..]);
            length += if exponent > 0 { 1 + sign + exponent } else { 0 };
        }
        let (text, after) = rest.split_at(length);
        if after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.')) {
            return Err(self.fault(begin, "expression_syntax", "số viết sai: ghi như 12 hoặc 12.5"));
        }
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => {
                self.advance(length);
                self.node(Node::Number(value), ValueKind::Number, begin)
            }
            _ => Err(self.fault(begin, "expression_syntax", "số quá lớn")),
        }
    }

    fn named(&mut self) -> Result<Part> {
        let begin = self.at;
        let name = self.name();
        match name {
            "true" | "false" => return self.node(Node::Bool(name == "true"), ValueKind::Bool, begin),
            "has" if self.eat("(") => {
                let symbol = self.symbol()?;
                self.close()?;
                return self.node(Node::Has(symbol), ValueKind::Bool, begin);
            }
            _ if self.rest().starts_with('(') => return self.call(name, begin),
            _ => {}
        }
        self.at = begin;
        let symbol = self.symbol()?;
        self.node(Node::Symbol(symbol), ValueKind::Number, begin)
    }

    fn call(&mut self, name: &str, begin: usize) -> Result<Part> {
        let (function, most) = match name {
            "min" => (Function::Min, MOST_NODES),
            "max" => (Function::Max, MOST_NODES),
            "abs" => (Function::Abs, 1),
            "floor" => (Function::Floor, 1),
            "ceil" => (Function::Ceil, 1),
            "round" => (Function::Round, 2),
            _ => {
                let what = format!("không có hàm «{name}»: dùng min, max, abs, floor, ceil, round hoặc has");
                return Err(self.fault(begin, "expression_unknown_symbol", &what));
            }
        };
        self.eat("(");
        let mut arguments = Vec::new();
        loop {
            let argument = self.choice()?;
            self.need(argument, ValueKind::Number)?;
            arguments.push(argument.node);
            if arguments.len() > most {
                let what = format!("hàm {name} chỉ nhận {most} số; số thập phân viết với dấu chấm");
                return Err(self.fault(argument.begin, "expression_syntax", &what));
            }
            if !self.eat(",") {
                break;
            }
        }
        self.close()?;
        self.node(Node::Call(function, arguments.into()), ValueKind::Number, begin)
    }

    /// A name that must be a known symbol; its place among those used.
    fn symbol(&mut self) -> Result<u16> {
        let begin = self.at;
        let name = self.name();
        if name.is_empty() {
            return Err(self.expected("tên một chỉ tiêu"));
        }
        let Some(full) = self.symbols.resolve(name) else {
            let advice = match self.symbols.nearest(name) {
                Some(near) => format!("có lẽ là «{near}»"),
                None => "xem lại danh sách chỉ tiêu".to_owned(),
            };
            let what = format!("không biết tên «{name}», {advice}");
            return Err(self.fault(begin, "expression_unknown_symbol", &what));
        };
        let place = self.used.iter().position(|used| used == full).unwrap_or_else(|| {
            self.used.push(full.to_owned());
            self.used.len() - 1
        });
        Ok(place as u16)
    }

    /// Takes the longest chain of identifiers joined by dots.
    fn name(&mut self) -> &'a str {
        let rest = self.rest();
        let mut length = 0;
        loop {
            let word = &rest[length..];
            let letters = word.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
            if letters == 0 || word.as_bytes()[0].is_ascii_digit() {
                length = length.saturating_sub(1);
                break;
            }
            length += letters;
            if !rest[length..].starts_with('.') {
                break;
            }
            length += 1;
        }
        self.advance(length);
        &rest[..length]
    }

    fn close(&mut self) -> Result<()> {
        if self.eat(")") { Ok(()) } else { Err(self.expected("dấu «)»")) }
    }

    fn eat_one(&mut self, operators: &[(&str, Operator)]) -> Option<Operator> {
        operators.iter().find(|(sign, _)| self.eat(sign)).map(|(_, operator)| *operator)
    }

    /// Takes a sign when it is next. «!» is not taken from «!=», nor «<» from «<=».
    fn eat(&mut self, sign: &str) -> bool {
        let rest = self.rest();
        let pair = PAIRS.iter().any(|pair| rest.starts_with(pair) && *pair != sign && pair.starts_with(sign));
        let here = rest.starts_with(sign) && !pair;
        if here {
            self.advance(sign.len());
        }
        here
    }

    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn advance(&mut self, bytes: usize) {
        self.at += bytes;
        self.skip_space();
    }

    fn skip_space(&mut self) {
        loop {
            let rest = self.rest();
            let after = rest.trim_start();
            self.at += rest.len() - after.len();
            if !after.starts_with("//") {
                return;
            }
            self.at += after.find('\n').unwrap_or(after.len());
        }
    }

    fn node(&mut self, node: Node, kind: ValueKind, begin: usize) -> Result<Part> {
        if self.nodes.len() >= MOST_NODES {
            return Err(self.too_large(begin));
        }
        self.nodes.push(node);
        Ok(Part { node: (self.nodes.len() - 1) as At, kind, begin })
    }

    fn deeper(&mut self, read: impl FnOnce(&mut Self) -> Result<Part>) -> Result<Part> {
        if self.depth >= DEEPEST {
            return Err(self.too_large(self.at));
        }
        self.depth += 1;
        let part = read(self);
        self.depth -= 1;
        part
    }

    fn need(&self, part: Part, kind: ValueKind) -> Result<()> {
        if part.kind == kind {
            return Ok(());
        }
        let what = match kind {
            ValueKind::Number => "ở đây cần một số, không phải điều kiện đúng/sai",
            ValueKind::Bool => "ở đây cần một điều kiện đúng/sai, không phải một số: so sánh nó, như «x > 0»",
        };
        Err(self.fault(part.begin, "expression_type", what))
    }

    fn need_both(&self, left: Part, right: Part, kind: ValueKind) -> Result<()> {
        self.need(left, kind)?;
        self.need(right, kind)
    }

    fn expected(&self, what: &str) -> Error {
        match self.rest().chars().next() {
            None => {
                self.fault(self.at, "expression_syntax", &format!("biểu thức chưa hết, còn thiếu {what}"))
            }
            Some(found) => {
                self.fault(self.at, "expression_syntax", &format!("gặp «{found}» ở chỗ cần {what}"))
            }
        }
    }

    fn unexpected(&self) -> Error {
        let found = self.rest().chars().next().unwrap_or(' ');
        let what = match found {
            ',' => "thừa dấu «,»: số thập phân viết với dấu chấm, như 12.5".to_owned(),
            '=' => "dấu «=» đơn: so sánh bằng viết là «==»".to_owned(),
            ')' => "thừa dấu «)»".to_owned(),
            _ => format!("không hiểu «{found}»: giữa hai số phải có một phép tính"),
        };
        self.fault(self.at, "expression_syntax", &what)
    }

    fn too_large(&self, at: usize) -> Error {
        let what = format!(
            "biểu thức quá lớn (tối đa {MOST_BYTES} byte, {MOST_NODES} thành phần, {DEEPEST} lớp ngoặc): \
             tách thành nhiều chỉ tiêu"
        );
        self.fault(at, "expression_too_large", &what)
    }

    /// An error at a byte of the text; people count columns (and lines, when there are several) from 1.
    fn fault(&self, at: usize, code: &'static str, what: &str) -> Error {
        let before = &self.source[..at];
        let line_begin = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before[line_begin..].chars().count() + 1;
        let line = match self.source.contains('\n') {
            true => format!("dòng {}, ", before.matches('\n').count() + 1),
            false => String::new(),
        };
        invalid(code, format!("Biểu thức sai ở {line}cột {column}: {what}."))
    }
}
