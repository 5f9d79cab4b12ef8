//! Every message that a page asks for is there, in both languages, and none is left over.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use foundation::Lang;

fn keys(text: &str) -> BTreeSet<String> {
    let keys = text.lines().filter_map(|l| l.split_once(" = ").map(|(k, _)| k.to_owned()));
    keys.filter(|k| !k.starts_with('#')).collect()
}

fn read(folder: &Path, all: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, all);
        } else {
            all.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn both_languages_have_the_messages_that_are_used_and_no_others() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    read(&here.join("src"), &mut text);
    read(&here.join("templates"), &mut text);
    let words = identity::module().words;
    let of = |lang: Lang| keys(words.iter().find(|w| w.0 == lang).unwrap().1);
    let (vi, en) = (of(Lang::Vi), of(Lang::En));
    let faults = |k: &&String| !k.starts_with("identity-fault-");
    assert_eq!(vi.iter().filter(faults).collect::<Vec<_>>(), en.iter().filter(faults).collect::<Vec<_>>());
    let made = ["identity-action-", "identity-role-", "identity-chain-", "identity-detail-"];
    for key in vi.iter().filter(|k| !made.iter().any(|m| k.starts_with(m))) {
        assert!(text.contains(&format!("\"{key}\"")), "{key} is used nowhere");
    }
    for part in text.split("\"identity-").skip(1) {
        let key = format!("identity-{}", part.split('"').next().unwrap());
        let whole = !key.contains('{') && !["identity-first-run", "identity-admins"].contains(&key.as_str());
        assert!(!whole || vi.contains(&key), "{key} is missing");
    }
    for code in en.iter().filter_map(|k| k.strip_prefix("identity-fault-")) {
        let code = format!("\"{}\"", code.replace('-', "_"));
        assert!(text.contains(&code) || code == "\"unit_not_found\"", "{code} is no code");
    }
}
