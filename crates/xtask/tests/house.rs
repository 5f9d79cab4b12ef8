//! The rules of the house on the house itself, one test each.

use std::path::Path;

use xtask::{Tree, rules};

fn kept(name: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let tree = Tree::read(&root).expect("the repository can be read");
    let rule = rules::ALL.iter().find(|rule| rule.name == name).expect("the rule exists");
    let faults: Vec<String> = (rule.check)(&tree).iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{}:\n{}\n{} faults", rule.says, faults.join("\n"), faults.len());
}

#[test]
fn imports_go_only_to_lower_floors() {
    kept("floors");
}

#[test]
fn only_storage_knows_a_database_driver() {
    kept("drivers");
}

#[test]
fn files_and_lines_are_short() {
    kept("lengths");
}

#[test]
fn sources_include_no_code_and_unwrap_only_in_tests() {
    kept("sources");
}

#[test]
fn both_databases_have_the_same_migrations() {
    kept("migrations");
}

#[test]
fn every_event_is_handled() {
    kept("events");
}

#[test]
fn every_audited_action_has_words() {
    kept("audited");
}

#[test]
fn every_word_is_there_in_both_languages() {
    kept("words");
}

#[test]
fn pages_hold_nothing_inline() {
    kept("pages");
}

#[test]
fn pages_lead_to_addresses_that_are_answered() {
    kept("routes");
}

#[test]
fn ids_of_packs_are_well_made() {
    kept("packs");
}

#[test]
fn every_parser_of_foreign_bytes_is_fuzzed() {
    kept("fuzz");
}

#[test]
fn documents_lead_somewhere_and_decisions_are_listed() {
    kept("docs");
}

#[test]
fn every_rule_has_its_test_here() {
    let here = include_str!("house.rs");
    for rule in rules::ALL {
        assert!(here.contains(&format!("kept(\"{}\")", rule.name)), "the rule `{}` has no test", rule.name);
    }
}
