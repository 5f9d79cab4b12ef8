//! Checking the folders of packs.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

use packs::{Source, check, line};

const GOOD: &str = "id: health\nname: {vi: Y tế, en: Health}\norder: 40\nicon: heart\n\
                    about: {vi: Bệnh viện có đủ sức không.}\n\
                    owner_agency:\n  - {valid_from: 2025-07-01, name: {vi: Sở Y tế}, verified: false}\n";

fn faults(files: &[(&str, &str)]) -> Vec<String> {
    check(&Source::texts(files.iter().copied()), &[]).iter().map(line).collect()
}

#[test]
fn the_packs_inside_the_program_are_without_fault() {
    assert_eq!(check(&Source::embedded(), &[]), []);
    assert!(Source::embedded().ids().contains(&"health"));
}

#[test]
fn the_folder_beside_the_program_holds_the_same_packs() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let source = Source::folder(&folder).unwrap();
    assert_eq!(check(&source, &[]), []);
    assert_eq!(source.ids(), Source::embedded().ids());
    // A pack alone may refer to those that the program carries.
    let one = Source::folder(&folder.join("health")).unwrap();
    assert_eq!((one.ids(), check(&one, &[])), (vec!["health"], vec![]));
}

#[test]
fn a_good_pack_has_no_fault() {
    assert_eq!(faults(&[("health/pack.yaml", GOOD)]), Vec::<String>::new());
}

#[test]
fn a_pack_without_its_own_file_and_a_file_that_nothing_reads_are_told() {
    assert_eq!(
        faults(&[
            ("health/pack.yaml", GOOD),
            ("health/indicator.yaml", "a: 1"),
            ("health/board/x.yaml", "a: 1")
        ]),
        [
            "packs/health/board/x.yaml:1:1: Không phần nào của chương trình đọc “board/x.yaml”. \
             Có phải “boards/”?",
            "packs/health/indicator.yaml:1:1: Không phần nào của chương trình đọc “indicator.yaml”. \
             Có phải “indicators.yaml”?",
        ]
    );
    let told = faults(&[("health/indicators.yaml", "a: 1")]);
    assert_eq!(told, ["packs/health/pack.yaml:1:1: Thiếu tệp pack.yaml: không rõ gói này là gì."]);
    assert!(faults(&[])[0].contains("Không có gói nào"));
}

#[test]
fn every_wrong_value_of_a_pack_is_told_with_its_place() {
    let bad = "id: Health\nname: ''\norder: -1\nicon: Heart!\nabout: {vi: a, fr: b}\nowner_agency:\n\
               - {valid_from: 2025-07-01, name: A, verified: false, legal_ref: NĐ 1}\n\
               - {valid_from: 01/07/2025, name: B, verified: true}\n\
               - {valid_from: 2020-01-01, name: C, verified: true}\n";
    let fixed = bad.replace(", fr: b", "");
    let told = faults(&[("health/pack.yaml", bad)]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("packs/health/pack.yaml:5:16: about: không có khóa “fr”."), "{told:?}");
    let told = faults(&[("health/pack.yaml", &fixed)]);
    let starts = [
        "packs/health/pack.yaml:1:5: id: mã chỉ gồm",
        "packs/health/pack.yaml:1:5: id: mã “Health” khác tên thư mục “health”",
        "packs/health/pack.yaml:2:7: name: không được để trống",
        "packs/health/pack.yaml:3:8: order:",
        "packs/health/pack.yaml:4:7: icon:",
        "packs/health/pack.yaml:7:65: owner_agency/legal_ref: chỉ ghi căn cứ",
        "packs/health/pack.yaml:8:16: owner_agency/valid_from: “01/07/2025” không phải ngày",
        "packs/health/pack.yaml:9:16: owner_agency/valid_from: các cơ quan phải xếp",
    ];
    assert_eq!(told.len(), starts.len(), "{told:#?}");
    for (told, start) in told.iter().zip(starts) {
        assert!(told.starts_with(start), "{told} | {start}");
    }
}

#[test]
fn a_file_that_is_not_utf8_or_is_a_link_is_told_and_the_rest_is_read() {
    let folder = std::env::temp_dir().join(format!("toancanh-packs-{}", foundation::new_id()));
    std::fs::create_dir_all(folder.join("health/boards")).unwrap();
    std::fs::write(folder.join("health/pack.yaml"), GOOD.replace('\n', "\r\n")).unwrap();
    std::fs::write(folder.join("health/boards/a.yaml"), b"id: a\nname: \xe0\n").unwrap();
    std::fs::write(folder.join("health/rules.yml"), "a: 1").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/hostname", folder.join("health/indicators.yaml")).unwrap();
    let told: Vec<String> = check(&Source::folder(&folder).unwrap(), &[]).iter().map(line).collect();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(told[0].contains("a.yaml:2:1: Tệp không phải UTF-8"), "{told:?}");
    assert!(told.iter().any(|t| t.contains("Đây là liên kết")), "{told:?}");
    assert!(told.iter().any(|t| t.contains("đuôi .yaml")), "{told:?}");
    assert_eq!(told.len(), 3);
}

#[test]
fn a_folder_that_is_not_there_is_an_error_that_names_it() {
    let error = Source::folder(std::path::Path::new("/nowhere/packs")).unwrap_err();
    assert!(error.message().contains("/nowhere/packs"));
}
