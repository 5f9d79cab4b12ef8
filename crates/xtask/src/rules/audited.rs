//! Every action in the audit log has words: who reads it is not asked to know our names.

use std::collections::BTreeSet;

use crate::{Fault, Tree, rust};

/// The rule's name.
pub const NAME: &str = "audited";

/// See the rule.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let mut words: BTreeSet<&str> = BTreeSet::new();
    for name in tree.crates().keys() {
        let file = tree.file(&format!("crates/{name}/i18n/vi.ftl"));
        let lines = file.into_iter().flat_map(|f| f.text.lines());
        words.extend(lines.filter_map(|line| line.split_once('=')).map(|(key, _)| key.trim()));
    }
    let mut faults = Vec::new();
    for name in tree.crates().keys() {
        for file in tree.below(&format!("crates/{name}/src"), "rs") {
            for (line, action) in written(&file.text) {
                let what = match action {
                    None => "write the audited action here as a string, so that its words can be looked for"
                        .to_owned(),
                    Some(action) => {
                        let key = action.replace(['.', '_'], "-");
                        let keys = [format!("identity-action-{key}"), format!("action-{key}")];
                        if keys.iter().any(|k| words.contains(k.as_str())) {
                            continue;
                        }
                        format!("the audited action `{action}` has no words: add `action-{key}`")
                    }
                };
                faults.push(Fault::new(NAME, &file.path, line, what));
            }
        }
    }
    faults
}

/// The actions that a source writes: the third argument of `audit(tx, cx, ACTION, …)`, and the field
/// `action: "…"` of what is handed to such a call as `….action`. None where it is neither.
fn written(source: &str) -> Vec<(usize, Option<String>)> {
    let lines = rust::read(source).lines;
    let mut found = Vec::new();
    for (i, line) in lines.iter().enumerate().filter(|(_, line)| !line.test) {
        if let Some(action) = line.text.split("action: \"").nth(1).and_then(|rest| rest.split('"').next()) {
            found.push((i + 1, Some(action.to_owned())));
        }
        if !line.bare.contains("audit(") {
            continue;
        }
        for (at, call) in line.text.match_indices("audit(") {
            let before = &line.text[..at];
            if before.ends_with(|c: char| c.is_alphanumeric() || c == '_') || before.ends_with("fn ") {
                continue;
            }
            // Arguments may stand on the lines below.
            let mut arguments = line.text[at + call.len()..].to_owned();
            for more in lines.iter().skip(i + 1).take(4) {
                arguments.push_str(&more.text);
            }
            let action = third(&arguments);
            match action.strip_prefix('"').and_then(|rest| rest.split('"').next()) {
                Some(literal) => found.push((i + 1, Some(literal.to_owned()))),
                None if action.ends_with(".action") => {}
                None => found.push((i + 1, None)),
            }
        }
    }
    found
}

/// The third argument; those before it may be calls themselves.
fn third(arguments: &str) -> &str {
    let (mut depth, mut nth, mut from) = (0_i32, 0, 0);
    for (at, c) in arguments.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 && nth == 2 => return arguments[from..at].trim(),
            ',' if depth == 0 => (nth, from) = (nth + 1, at + 1),
            _ => {}
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_without_words_or_without_a_name_is_told() {
        let told = check(&Tree::of(&[
            ("crates/units/Cargo.toml", ""),
            ("crates/units/i18n/vi.ftl", "action-units-load = Nạp\naction-units-rename = Đổi tên\n"),
            (
                "crates/units/src/lib.rs",
                "fn f() {\naudit(&mut tx, cx, \"units.load\", s, &d);\nkit::audit(\n&mut tx,\ncx,\n\
                 \"units.gone\", s, &d);\naudit(tx, &acting(cx, id), name, s, &d);\n\
                 audit(tx, cx, doing.action, s, &d);\n\
                 Doing { action: \"units.rename\" };\nDoing { action: \"units.split\" };\n}\n\
                 pub async fn audit(tx: &mut Tx, cx: &Context, action: &str) {}\n",
            ),
        ]));
        let lines: Vec<usize> = told.iter().map(|f| f.line).collect();
        assert_eq!(lines, [3, 7, 10]);
        assert!(told[0].what.contains("action-units-gone") && told[1].what.contains("as a string"));
    }
}
