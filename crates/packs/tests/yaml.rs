//! Reading a pack's file: every fault is told, where it stands, with a suggestion; bombs do not go off.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

use kit::{PackEdit, PackFault, PackFile};
use packs::yaml::{self, Located};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::json;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Things {
    things: Vec<Thing>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Thing {
    id: Located<String>,
    decimals: u8,
    #[serde(default)]
    rule: Option<Rule>,
    #[serde(default)]
    target: Option<Target>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Rule {
    Sum,
    Ratio { of: String, to: String },
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Target {
    value: f64,
}

fn file(text: &str) -> PackFile {
    PackFile {
        pack: "health".into(),
        path: "packs/health/things.yaml".into(),
        text: text.into(),
        edits: vec![],
    }
}

fn faults(text: &str) -> Vec<(u64, u64, String)> {
    let told = |f: PackFault| (f.line, f.column, f.message);
    yaml::read::<Things>(&file(text)).unwrap_err().into_iter().map(told).collect()
}

#[test]
fn a_value_knows_its_line_and_column_in_characters() {
    let text =
        "things:\n  - decimals: 0   # số lẻ\n    rule: sum\n    id: beds\n  - {decimals: 1, id: doctors}\n";
    let things = yaml::read::<Things>(&file(text)).unwrap().things;
    assert_eq!((things[0].id.as_str(), things[0].id.line, things[0].id.column), ("beds", 4, 9));
    assert_eq!((things[1].id.as_str(), things[1].id.line, things[1].id.column), ("doctors", 5, 23));
    assert_eq!(things[0].rule, Some(Rule::Sum));
    let fault = yaml::fault(&file(text), &things[1].id, "trùng");
    assert_eq!((fault.line, fault.column), (5, 23));
}

#[test]
fn all_faults_of_a_file_are_told_at_once() {
    let text = "things:\n- {id: beds, decimlas: 0}\n- {id: ok, decimals: 1}\n\
                - {id: far, decimals: một}\n\
                - {decimals: 3}\n- {id: odd, decimals: 0, rule: summ}\n\
                - {id: two, decimals: 0, rule: {ratio: {of: a}}}\n\
                thigns: 1\n";
    assert_eq!(
        faults(text),
        [
            (2, 14, "things/beds: không có khóa “decimlas”. Có phải “decimals”?".into()),
            (2, 3, "things/beds: thiếu khóa “decimals”.".into()),
            (4, 23, "things/far/decimals: cần số nguyên, gặp chữ “một”.".into()),
            (5, 3, "things: thiếu khóa “id”.".into()),
            (6, 32, "things/odd/rule: không có giá trị “summ”. Có phải “sum”?".into()),
            (7, 40, "things/two/rule/ratio: thiếu khóa “to”.".into()),
            (8, 1, "không có khóa “thigns”. Có phải “things”?".into()),
        ]
    );
}

#[test]
fn a_text_that_is_no_yaml_says_where_and_what_to_look_for() {
    let (line, column, message) = faults("things:\n- id: a: b\n").remove(0);
    assert_eq!((line, column), (2, 8));
    assert!(message.contains("ngoặc kép"), "{message}");
    assert!(faults("things: [1, 2\nx: 1")[0].2.contains("thiếu dấu đóng"));
    assert!(faults("things: []\nthings: []")[0].2.contains("hai lần"));
}

#[test]
fn anchors_merge_keys_tags_and_second_documents_are_refused() {
    for text in [
        "a: &x [1]\nb: [*x, *x]",
        "<<: {things: []}",
        "things: !!python/object x",
        "things: []\n---\nthings: []",
        "things: .inf",
    ] {
        let found = faults(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
    }
}

#[test]
fn a_deep_or_a_huge_text_is_refused_quickly() {
    assert!(faults(&format!("things: {}", "[".repeat(100_000)))[0].2.len() < 400);
    assert!(faults(&"a".repeat(yaml::MAX_BYTES + 1))[0].2.contains("lớn hơn"));
    let wide = format!("things: [{}]", "1,".repeat(200_000));
    assert!(!faults(&wide).is_empty());
}

#[test]
fn a_place_s_own_value_stands_on_top_and_every_other_line_stays_where_it_was() {
    let mut changed =
        file("things:\n- id: a\n  decimals: 0\n  target:\n    value: 90\n- id: b\n  decimals: 1\n");
    let edit = |pointer: &str, value| PackEdit { pointer: pointer.into(), value };
    changed.edits = vec![
        edit("things/a/target/value", json!(85.5)),
        edit("things/b/rule", json!("sum")),
        edit("things/c", json!({ "decimals": 2 })),
    ];
    let things = yaml::read::<Things>(&changed).unwrap().things;
    assert_eq!(things[0].target, Some(Target { value: 85.5 }));
    assert_eq!((things[1].id.line, things[1].rule.as_ref()), (6, Some(&Rule::Sum)));
    assert_eq!((things[2].id.as_str(), things[2].decimals), ("c", 2));

    changed.edits = vec![edit("things/a/target/value", json!("nhiều"))];
    let faults = yaml::read::<Things>(&changed).unwrap_err();
    assert_eq!((faults[0].line, faults[0].column), (5, 12));
    changed.edits = vec![edit("things/a", json!(null)), edit("things/b/decimals", json!(4))];
    assert_eq!(yaml::read::<Things>(&changed).unwrap().things[0].decimals, 4);
}

#[test]
fn a_place_s_own_value_that_leads_nowhere_is_told_with_a_suggestion() {
    let mut changed = file("things:\n- {id: beds, decimals: 0}\n");
    for (pointer, part) in [
        ("things/bed/decimals", "Có phải “beds”?"),
        ("thing/beds", "Có phải “things”?"),
        ("things/beds/id", "không bao giờ đổi"),
        ("", "để trống"),
    ] {
        changed.edits = vec![PackEdit { pointer: pointer.into(), value: json!(1) }];
        let faults = yaml::read::<Things>(&changed).unwrap_err();
        assert!(faults[0].message.contains(part), "{pointer}: {}", faults[0].message);
    }
}

#[test]
fn a_fault_can_be_placed_by_a_pointer_or_by_what_is_left_of_it() {
    let file = file("things:\n- {id: beds, decimals: 0}\n- {decimals: 1}\n");
    let at = |pointer: &str| {
        let fault = yaml::fault_at(&file, pointer, "sai");
        (fault.line, fault.column)
    };
    assert_eq!(at("things/beds/decimals"), (2, 24));
    assert_eq!(at("things/1/decimals"), (3, 14));
    assert_eq!(at("things/beds/target/value"), (2, 3));
    assert_eq!(at("nothing"), (1, 1));
}

#[test]
fn numbers_stay_as_written_where_text_is_wanted() {
    let tree = yaml::parse("x", "a: 1.20\nb: '90'\nc: 0x1F\nd: yes\ne: ~\n").unwrap();
    assert_eq!(tree.json(), json!({ "a": 1.2, "b": "90", "c": 31, "d": "yes", "e": null }));
    #[derive(Deserialize)]
    struct One {
        a: String,
    }
    assert_eq!(yaml::read::<One>(&file("a: 1.20")).unwrap().a, "1.20");
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_fall_over(text in "[a-c:\\[\\]{},\\-&*!<'\"| \n#0-9.\u{1ea1}]{0,80}") {
        let _ = yaml::read::<Things>(&file(&text));
    }

    #[test]
    fn a_json_value_is_read_back_as_itself(
            numbers in proptest::collection::vec(any::<i32>(), 0..5),
            text in "[^\\p{C}]{0,20}",
        ) {
        let value = json!({ "n": numbers, "t": text, "x": null, "b": [true, { "y": 1.5 }] });
        prop_assert_eq!(yaml::parse_value(&value.to_string()), Ok(value));
    }
}
