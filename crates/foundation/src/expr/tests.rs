use proptest::prelude::*;

use super::Value::*;
use super::*;

fn symbols() -> Symbols {
    Symbols::new(["a", "b", "gone", "health.beds", "health.beds_used", "admin.on_time"]).within("health")
}

fn lookup(name: &str) -> Option<f64> {
    match name {
        "a" => Some(7.0),
        "b" => Some(2.0),
        "health.beds" => Some(120.0),
        "health.beds_used" => Some(96.0),
        "admin.on_time" => Some(98.5),
        _ => None,
    }
}

fn eval(source: &str) -> Value {
    Expr::parse(source, &symbols()).unwrap().eval(&lookup)
}

fn refusal(source: &str) -> (String, String) {
    let error = Expr::parse(source, &symbols()).unwrap_err();
    (error.code().to_owned(), error.message().to_owned())
}

#[test]
fn whole_numbers_read_as_real_ones() {
    assert_eq!(eval("7 / 2"), Number(3.5));
    assert_eq!(eval("1 + 1.0"), Number(2.0));
    assert_eq!(eval("7 % 4"), Number(3.0));
    assert_eq!(eval("1e3 + .5"), Number(1000.5));
    assert_eq!(eval("007"), Number(7.0));
}

#[test]
fn operators_bind_as_in_cel() {
    assert_eq!(eval("1 + 2 * 3 - 4 / 2"), Number(5.0));
    assert_eq!(eval("2 - 3 - 4"), Number(-5.0));
    assert_eq!(eval("(1 + 2) * -3"), Number(-9.0));
    assert_eq!(eval("--a - -b"), Number(9.0));
    assert_eq!(eval("true || false && false"), Bool(true));
    assert_eq!(eval("!(a<b)==true"), Bool(true));
    assert_eq!(eval("a > 1 ? (b > 1 ? 10 : 20) : 30"), Number(10.0));
    assert_eq!(eval("false ? 1 : false ? 2 : 3"), Number(3.0));
    assert_eq!(eval("a>=7&&b!=3 // and a comment"), Bool(true));
}

#[test]
fn names_are_full_or_of_the_own_pack() {
    let expr = Expr::parse("beds_used / health.beds * 100 + admin.on_time - beds", &symbols()).unwrap();
    assert_eq!(expr.symbols(), ["health.beds_used", "health.beds", "admin.on_time"]);
    assert_eq!(expr.eval(&lookup), Number(80.0 + 98.5 - 120.0));
    assert_eq!(expr.eval_row(&[Some(60.0), Some(120.0), Some(0.0)]), Number(-70.0));
    assert_eq!(expr.eval_row(&[Some(60.0)]), Missing);
    assert_eq!(expr.kind(), ValueKind::Number);
}

#[test]
fn what_is_missing_makes_the_result_missing() {
    for source in [
        "gone",
        "gone + 1",
        "-gone",
        "gone > 1",
        "!(gone > 1)",
        "min(1, gone)",
        "gone > 1 ? 1 : 1",
        "round(a, gone)",
    ] {
        assert_eq!(eval(source), Missing, "{source}");
    }
    assert_eq!(eval("true ? 1 : gone"), Number(1.0));
    assert_eq!(eval("has(gone) ? gone : 5"), Number(5.0));
    assert_eq!(eval("has(beds)"), Bool(true));
}

#[test]
fn logic_decides_where_the_missing_part_cannot_matter() {
    for (source, expected) in [
        ("false && gone > 1", Bool(false)),
        ("gone > 1 && false", Bool(false)),
        ("true && gone > 1", Missing),
        ("gone > 1 && true", Missing),
        ("true || gone > 1", Bool(true)),
        ("gone > 1 || true", Bool(true)),
        ("gone > 1 || false", Missing),
    ] {
        assert_eq!(eval(source), expected, "{source}");
    }
}

#[test]
fn a_division_by_zero_and_an_overflow_are_missing() {
    for source in ["1 / 0", "0 / 0", "5 % 0", "1e300 * 1e300", "a / (b - 2) > 5", "1 / 0 == 1 / 0"] {
        assert_eq!(eval(source), Missing, "{source}");
    }
    let expr = Expr::parse("a", &symbols()).unwrap();
    assert_eq!(expr.eval(&|_| Some(f64::NAN)), Missing);
}

#[test]
fn functions_of_numbers() {
    assert_eq!(eval("min(3, a, b) + max(1)"), Number(3.0));
    assert_eq!(eval("abs(-3) + floor(1.9) + ceil(1.1)"), Number(6.0));
    assert_eq!(eval("round(2.5) + round(2.675, 2)"), Number(5.68));
    assert_eq!(eval("round(-2.5)"), Number(-3.0));
}

#[test]
fn an_unknown_name_is_refused_with_its_column_and_the_nearest() {
    let (code, message) = refusal("beds_used / bed * 100");
    assert_eq!(code, "expression_unknown_symbol");
    assert_eq!(message, "Biểu thức sai ở cột 13: không biết tên «bed», có lẽ là «beds».");
    assert!(refusal("admin.on_tme > 5").1.contains("«admin.on_time»"));
    assert!(
        refusal("1 +\n  zzzzzzz")
            .1
            .starts_with("Biểu thức sai ở dòng 2, cột 3: không biết tên «zzzzzzz», xem lại")
    );
    assert!(refusal("sin(a)").1.contains("không có hàm «sin»"));
    assert_eq!(refusal("has(bed)").0, "expression_unknown_symbol");
}

#[test]
fn kinds_are_checked_when_it_is_read() {
    for source in [
        "1 + true",
        "a && b",
        "!a",
        "-(a > b)",
        "a ? 1 : 2",
        "a > 1 ? 1 : false",
        "1 < 2 < 3",
        "a == true",
        "min(a > b)",
        "true > false",
    ] {
        assert_eq!(refusal(source).0, "expression_type", "{source}");
    }
    assert_eq!(Expr::parse("a > 1 == (b > 1)", &symbols()).unwrap().kind(), ValueKind::Bool);
}

#[test]
fn what_cannot_be_read_is_refused_with_its_column() {
    for (source, start) in [
        ("", "Biểu thức sai ở cột 1: biểu thức chưa hết"),
        ("1 +", "Biểu thức sai ở cột 4: biểu thức chưa hết"),
        ("(1", "Biểu thức sai ở cột 3: biểu thức chưa hết, còn thiếu dấu «)»"),
        ("1)", "Biểu thức sai ở cột 2: thừa dấu «)»"),
        ("12,5 * a", "Biểu thức sai ở cột 3: thừa dấu «,»: số thập phân viết với dấu chấm"),
        ("a = 1", "Biểu thức sai ở cột 3: dấu «=» đơn"),
        ("a b", "Biểu thức sai ở cột 3"),
        ("a > 1 ? 1", "Biểu thức sai ở cột 10: biểu thức chưa hết"),
        ("1.2.3", "Biểu thức sai ở cột 1: số viết sai"),
        ("5u", "Biểu thức sai ở cột 1: số viết sai"),
        ("0x10", "Biểu thức sai ở cột 1: số viết sai"),
        ("1e999", "Biểu thức sai ở cột 1: số quá lớn"),
        ("'x'", "Biểu thức sai ở cột 1: chỉ tính được với số"),
        ("tỷ_lệ", "Biểu thức sai ở cột 1"),
        ("a &&& b", "Biểu thức sai ở cột 5"),
        ("round(1, 2, 3)", "Biểu thức sai ở cột 13: hàm round chỉ nhận 2 số"),
        ("min()", "Biểu thức sai ở cột 5"),
        ("has(1)", "Biểu thức sai ở cột 5"),
    ] {
        let (code, message) = refusal(source);
        assert!(code == "expression_syntax" || code == "expression_unknown_symbol", "{source} {code}");
        assert!(message.starts_with(start), "{source}: {message}");
    }
    assert_eq!(refusal("a.").0, "expression_syntax");
}

#[test]
fn cost_is_capped() {
    assert_eq!(refusal(&"(".repeat(1000)).0, "expression_too_large");
    assert_eq!(refusal(&format!("{}a", "-".repeat(1000))).0, "expression_too_large");
    assert_eq!(refusal(&"true?1:".repeat(200)).0, "expression_too_large");
    assert_eq!(refusal(&"min(".repeat(200)).0, "expression_too_large");
    assert_eq!(refusal(&vec!["a"; 400].join("+")).0, "expression_too_large");
    assert_eq!(refusal(&" ".repeat(3000)).0, "expression_too_large");
    assert!(Expr::parse(&vec!["a"; 250].join("+"), &symbols()).is_ok());
    assert!(Expr::parse(&format!("{}a{}", "(".repeat(30), ")".repeat(30)), &symbols()).is_ok());
}

/// Random expressions whose numbers are all written as doubles, in which the dialects agree: no division by
/// zero, and what is missing here is an undeclared reference there.
fn sources(number: bool) -> BoxedStrategy<String> {
    let leaf = match number {
        true => prop_oneof![
            Just("a".to_owned()),
            Just("gone".to_owned()),
            (0..100u32).prop_map(|n| format!("{n}.0"))
        ]
        .boxed(),
        false => prop_oneof![Just("true".to_owned()), Just("false".to_owned())].boxed(),
    };
    if number {
        leaf.prop_recursive(4, 40, 3, |inner| {
            prop_oneof![
                (inner.clone(), prop::sample::select(vec!["+", "-", "*"]), inner.clone())
                    .prop_map(|(l, o, r)| format!("{l} {o} {r}")),
                inner.clone().prop_map(|e| format!("({e}) / 4.0")),
                inner.clone().prop_map(|e| format!("-({e})")),
                (inner.clone(), inner.clone(), inner)
                    .prop_map(|(c, y, n)| format!("({c} < 9.0 ? {y} : {n})")),
            ]
        })
        .boxed()
    } else {
        let compared =
            (sources(true), prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]), sources(true))
                .prop_map(|(l, o, r)| format!("{l} {o} {r}"));
        prop_oneof![leaf, compared]
            .prop_recursive(4, 20, 2, |inner| {
                prop_oneof![
                    (inner.clone(), prop::sample::select(vec!["&&", "||"]), inner.clone())
                        .prop_map(|(l, o, r)| format!("{l} {o} {r}")),
                    inner.prop_map(|e| format!("!({e})")),
                ]
            })
            .boxed()
    }
}

proptest! {
    #[test]
    fn the_cel_crate_gives_the_same_answer(source in prop_oneof![sources(true), sources(false)]) {
        let ours = Expr::parse(&source, &symbols()).unwrap();
        let mut context = cel::Context::default();
        context.add_variable_from_value("a", 7.0);
        context.add_variable_from_value("b", 2.0);
        let tree = cel::parser::Parser::new().parse(&source).unwrap();
        let theirs = match cel::Value::resolve(&tree, &context) {
            Ok(cel::Value::Float(number)) => Value::of(number),
            Ok(cel::Value::Bool(bool)) => Bool(bool),
            Ok(other) => panic!("{other:?}"),
            Err(cel::ExecutionError::UndeclaredReference(_)) => Missing,
            Err(error) => panic!("{error}"),
        };
        prop_assert_eq!(ours.eval(&lookup), theirs);
    }

    #[test]
    fn no_text_breaks_the_reader_or_the_reckoning(
        source in "(a|b|gone|has\\(|min\\(|[0-9.]{1,4}|[-+*/%!<>=&|?:(), ]|//|\\PC){0,24}",
    ) {
        if let Ok(expr) = Expr::parse(&source, &symbols()) {
            let value = expr.eval(&lookup);
            prop_assert!(value.number().is_none_or(f64::is_finite));
            let other_kind = match expr.kind() {
                ValueKind::Number => value.bool().is_some(),
                ValueKind::Bool => value.number().is_some(),
            };
            prop_assert!(!other_kind);
        }
    }
}
