//! `cargo xtask …`: what is neither building nor running the program.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use xtask::{Tree, check, rules, wrap};

const HELP: &str =
    "cargo xtask check [--root DIR] [RULE…]   say every place where a rule of the house is broken
cargo xtask rules                          say the rules
cargo xtask wrap FILE…                     break comment lines that are too long (look at the diff)";

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let mut root = tree_root();
    if let Some(at) = words.iter().position(|w| w == "--root")
        && at + 1 < words.len()
    {
        root = PathBuf::from(words.remove(at + 1));
        words.remove(at);
    }
    match words.split_first() {
        Some((word, only)) if word == "check" => run_check(&root, only),
        Some((word, [])) if word == "rules" => {
            for rule in rules::ALL {
                println!("{:<12} {}", rule.name, rule.says);
            }
            ExitCode::SUCCESS
        }
        Some((word, files)) if word == "wrap" && !files.is_empty() => run_wrap(files),
        _ => {
            eprintln!("{HELP}");
            ExitCode::FAILURE
        }
    }
}

fn tree_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn run_check(root: &Path, only: &[String]) -> ExitCode {
    if let Some(unknown) = only.iter().find(|name| rules::ALL.iter().all(|r| r.name != **name)) {
        eprintln!("There is no rule '{unknown}'. See cargo xtask rules");
        return ExitCode::FAILURE;
    }
    let tree = match Tree::read(root) {
        Ok(tree) => tree,
        Err(e) => {
            eprintln!("{}: {e}", root.display());
            return ExitCode::FAILURE;
        }
    };
    let faults: Vec<_> = check(&tree)
        .into_iter()
        .filter(|fault| only.is_empty() || only.iter().any(|name| name == fault.rule))
        .collect();
    for fault in &faults {
        println!("{fault}");
    }
    match faults.len() {
        0 => {
            println!("{} files keep the rules of the house.", tree.files.len());
            ExitCode::SUCCESS
        }
        n => {
            println!("{n} faults.");
            ExitCode::FAILURE
        }
    }
}

fn run_wrap(files: &[String]) -> ExitCode {
    for file in files {
        let done = std::fs::read_to_string(file).and_then(|text| std::fs::write(file, wrap::wrap(&text)));
        if let Err(e) = done {
            eprintln!("{file}: {e}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
