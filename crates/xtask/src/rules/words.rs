//! Every word on a page is there, in both languages.
//!
//! English may have more: the sentences of errors are Vietnamese in the code already, and only their
//! translations stand in a list.

use std::collections::{BTreeMap, BTreeSet};

use crate::rules::floors::floor;
use crate::tree::File;
use crate::{Fault, Tree, rust};

/// The rule's name.
pub const NAME: &str = "words";

/// A message: its line, and the variables it is given.
type Messages = BTreeMap<String, (usize, BTreeSet<String>)>;

/// See the rule.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut owners: BTreeMap<String, (&str, u8)> = BTreeMap::new();
    let crates = tree.crates();
    for name in crates.keys() {
        let [vi, en] = ["vi", "en"].map(|lang| tree.file(&format!("crates/{name}/i18n/{lang}.ftl")));
        let (Some(vi), Some(en)) = (vi, en) else {
            if let Some(only) = vi.or(en) {
                faults.push(Fault::new(NAME, &only.path, 1, "its other language is missing"));
            }
            continue;
        };
        let (in_vi, in_en) = (messages(vi, &mut faults), messages(en, &mut faults));
        for (key, (line, variables)) in &in_vi {
            let what = match in_en.get(key) {
                None => format!("`{key}` is missing in {}", en.path),
                Some((_, same)) if same != variables => {
                    format!("`{key}` is given other variables in English")
                }
                _ => continue,
            };
            faults.push(Fault::new(NAME, &vi.path, *line, what));
        }
        for (key, (line, _)) in in_vi {
            if let Some((other, _)) = owners.get(&key) {
                let what = format!("`{key}` is a word of `{other}` already: all words share one list");
                faults.push(Fault::new(NAME, &vi.path, line, what));
            }
            owners.insert(key, (name, floor(name).unwrap_or(u8::MAX)));
        }
    }
    for name in crates.keys() {
        let own = floor(name).unwrap_or(u8::MAX);
        let folder = format!("crates/{name}");
        let files = tree.below(&folder, "rs").chain(tree.below(&folder, "html"));
        for (file, line, key) in files.flat_map(used) {
            let what = match owners.get(&key) {
                Some((owner, up)) if owner != name && *up >= own => {
                    format!("`{key}` is a word of `{owner}`, which `{name}` cannot see")
                }
                None => format!("there is no word `{key}`"),
                _ => continue,
            };
            faults.push(Fault::new(NAME, &file.path, line, what));
        }
    }
    faults
}

fn messages(file: &File, faults: &mut Vec<Fault>) -> Messages {
    let mut found = Messages::new();
    let mut key = String::new();
    for (line, text) in file.lines() {
        let begins = text.starts_with(|c: char| c.is_ascii_alphabetic());
        if begins && let Some((name, _)) = text.split_once('=') {
            key = name.trim().to_owned();
            if found.insert(key.clone(), (line, BTreeSet::new())).is_some() {
                faults.push(Fault::new(NAME, &file.path, line, format!("`{key}` is given twice")));
            }
        }
        if let Some((_, variables)) = found.get_mut(&key) {
            let name = |rest: &str| -> String { rest.chars().take_while(|c| is_key(*c)).collect() };
            variables.extend(text.split('$').skip(1).map(name));
        }
    }
    found
}

fn is_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

/// The words that a file names literally: `t("…")`, `t1("…", …)`, `t2("…", …)`, `say(lang, "…", …)`.
fn used(file: &File) -> Vec<(&File, usize, String)> {
    let (texts, tests): (Vec<String>, Vec<bool>) = match file.extension() {
        "rs" if file.path.contains("/tests/") => return Vec::new(),
        "rs" => rust::read(&file.text).lines.into_iter().map(|l| (l.text, l.test)).unzip(),
        _ => file.text.lines().map(|l| (l.to_owned(), false)).unzip(),
    };
    let mut found = Vec::new();
    for (i, text) in texts.iter().enumerate().filter(|(i, _)| !tests[*i]) {
        for call in ["t(", "t1(", "t2(", "say("] {
            for (at, _) in text.match_indices(call) {
                if text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                    continue;
                }
                // Arguments may stand on the lines below.
                let mut arguments = text[at + call.len()..].to_owned();
                for more in texts.iter().skip(i + 1).take(4) {
                    arguments.push(' ');
                    arguments.push_str(more);
                }
                let depth = if call == "say(" { 3 } else { 1 };
                if let Some(key) = first_literal(&arguments, depth) {
                    found.push((file, i + 1, key));
                }
            }
        }
    }
    found
}

/// The string among the first `most` arguments, when it stands there as it is.
fn first_literal(arguments: &str, most: usize) -> Option<String> {
    arguments.split(',').take(most).find_map(|argument| {
        let literal = argument.trim().strip_prefix('"')?;
        let (key, rest) = literal.split_once('"')?;
        let alone = matches!(rest.trim().chars().next(), None | Some(')'));
        (alone && !key.is_empty() && key.chars().all(is_key)).then(|| key.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEB: [(&str, &str); 3] = [
        ("crates/web/Cargo.toml", ""),
        ("crates/web/i18n/vi.ftl", "skip = Đến nội dung\nas-of = { $time }\n"),
        ("crates/web/i18n/en.ftl", "skip = Skip\nas-of = { $time }\n"),
    ];

    fn told(more: &[(&str, &str)]) -> Vec<String> {
        check(&Tree::of(&[&WEB[..], more].concat())).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn both_languages_have_the_same_words_and_variables() {
        assert!(told(&[]).is_empty());
        let one = told(&[
            ("crates/kit/Cargo.toml", ""),
            ("crates/kit/i18n/vi.ftl", "a = A\nb = { $n }\n"),
            ("crates/kit/i18n/en.ftl", "b = { $m }\n"),
        ]);
        assert_eq!(one.len(), 2);
        assert!(one.iter().any(|f| f.starts_with("crates/kit/i18n/vi.ftl:1: words: `a` is missing")));
    }

    #[test]
    fn a_word_that_is_used_exists_and_can_be_seen() {
        let kit = ("crates/kit/Cargo.toml", "");
        let source = "fn f() { cx.t(\"skip\"); cx.t(\"gone\"); cx.t(&format!(\"error-{x}\"));\n\
                      words.say(\nlang,\n\"lost\",\n&[(\"n\", 1)]) }";
        let found = told(&[kit, ("crates/kit/src/a.rs", source)]);
        assert_eq!(found.len(), 2);
        assert!(found[0].contains("a.rs:1: words: there is no word `gone`") && found[1].contains("`lost`"));
        assert_eq!(told(&[kit, ("crates/kit/templates/a.html", "{{ page.t(\"nope\") }}")]).len(), 1);
    }

    #[test]
    fn a_word_belongs_to_one_crate() {
        let twice = told(&[
            ("crates/web2/Cargo.toml", ""),
            ("crates/web2/i18n/vi.ftl", "skip = X\n"),
            ("crates/web2/i18n/en.ftl", "skip = X\n"),
        ]);
        assert!(twice[0].contains("already"));
    }
}
