//! The report of a month: its numbers, its files, its form.

use std::io::{Cursor, Read};

use calamine::{Data, Reader as _, Xlsx};
use cases::actions::step::TakeStep;
use cases::books::form::Form;
use cases::books::part::ReportPart;
use cases::case::Given;
use cases::store::books::forms;
use http::StatusCode;
use kit::{PackFile, PackNames, PackPart};

use crate::place::{House, Reply, TRAN_DE, WARD_OFFICE};

const MONTHLY: &str = include_str!("../../../../packs/petitions/reports/monthly.yaml");

fn file(text: &str) -> PackFile {
    PackFile {
        pack: "petitions".into(),
        path: "petitions/reports/monthly.yaml".into(),
        text: text.into(),
        edits: Vec::new(),
    }
}

async fn step(house: &House, who: &str, id: i64, step: &str, given: Given) {
    TakeStep { step: step.into(), given, seen: None }.run(&house.as_(who), id).await.unwrap();
}

/// A house with the shipped form, in whose November one case was answered, one refused, one passed out as a
/// complaint and two wait.
async fn november() -> Vec<House> {
    let houses = House::all().await;
    for house in &houses {
        let form: Form = packs::yaml::read(&file(MONTHLY)).unwrap();
        let mut tx = house.cx.db.begin().await.unwrap();
        forms::save(&mut tx, &[("petitions".into(), form)], house.cx.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        let answered = house.report("Hỏng đèn đường", "street_light").await.case.seq;
        let take = Given {
            category: Some("street_light".into()),
            severity: Some("normal".into()),
            agency: Some(WARD_OFFICE),
            public_text: Some("Đèn hỏng".into()),
            ..Given::default()
        };
        step(house, "desk", answered, "take_in", take).await;
        let words = |text: &str| Given { text: text.into(), ..Given::default() };
        step(house, "officer", answered, "propose", words("Đã thay bóng.")).await;
        step(house, "leader", answered, "approve", Given::default()).await;
        let because = |reason: &str| Given { reason: Some(reason.into()), ..words("Vì vậy.") };
        let refused = house.report("Nhắc lại", "street_light").await.case.seq;
        step(house, "desk", refused, "refuse", because("repeated")).await;
        let complaint = house.report("Khiếu nại quyết định", "street_light").await.case.seq;
        step(house, "desk", complaint, "pass_out", because("complaint")).await;
        house.report("Còn chờ", "manhole").await;
        house.report_at("Ổ gà", "road_hole", TRAN_DE).await;
    }
    houses
}

/// The rows of the only worksheet, as text.
fn rows(reply: &Reply) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(reply.bytes.clone())).unwrap();
    let (_, range) = book.worksheets().remove(0);
    let text = |cell: &Data| match cell {
        Data::Float(n) => format!("{n}"),
        other => other.to_string(),
    };
    range.rows().map(|row| row.iter().map(text).collect()).collect()
}

/// The row that begins with `name`, below the row that begins with `under`.
fn row(rows: &[Vec<String>], under: &str, name: &str) -> Vec<String> {
    let mut below = rows.iter().skip_while(|r| r[0] != under);
    below.find(|r| r[0].contains(name)).unwrap_or_else(|| panic!("{under}/{name}: {rows:?}")).clone()
}

#[tokio::test]
async fn the_report_has_the_numbers_of_the_table_of_units() {
    for house in november().await {
        let page = house.get("viewer", "/cases/report").await.text();
        let first = "Trong tháng 11/2026, Thành phố Cần Thơ tiếp nhận 4 phản ánh";
        assert!(page.contains(first), "{} {page}", house.name);
        assert!(page.contains("tăng 4 so với tháng 10/2026 (0)"), "{page}");
        assert!(page.contains("Từ chối 1 (25,0 % số tiếp nhận); chuyển kênh khác 1"), "{page}");
        let reply = house.get("viewer", "/cases/report?format=xlsx").await;
        assert_eq!(reply.status, StatusCode::OK);
        let table = rows(&reply);
        for (by, under) in [("place", "Xã, phường"), ("agency", "Đơn vị xử lý")] {
            let units = rows(&house.get("viewer", &format!("/cases/units?by={by}&format=xlsx")).await);
            assert!(units.len() > 2, "{} {units:?}", house.name);
            for unit in units.iter().skip(1) {
                let told = row(&table, under, &unit[0]);
                let heads = row(&table, under, under);
                let at = |name: &str| told[heads.iter().position(|h| h == name).unwrap()].as_str();
                let same = [at("Tiếp nhận"), at("Đúng hạn (%)"), at("Đang xử lý"), at("Quá hạn giải quyết")];
                assert_eq!(same, [&unit[1], &unit[2], &unit[4], &unit[5]], "{}", house.name);
            }
        }
        assert_eq!(row(&table, "Lý do", "Khiếu nại")[1..3], ["0", "1"]);
        assert_eq!(row(&table, "Lý do", "Tổng cộng")[1..3], ["1", "1"]);
        assert_eq!(row(&table, "Kênh", "ứng dụng")[1], "4");
    }
}

#[tokio::test]
async fn a_month_that_is_over_keeps_what_waited_at_its_end() {
    for house in november().await {
        house.clock.advance_seconds(10 * 86_400);
        let words = Given { reason: Some("repeated".into()), text: "Trùng.".into(), ..Given::default() };
        step(&house, "desk", 4, "refuse", words).await;
        let told = |page: &str| page.split("Còn đang xử lý ").nth(1).unwrap().chars().next().unwrap();
        let november = house.get("viewer", "/cases/report?month=2026-11").await.text();
        assert_eq!(told(&november), '2', "{}", house.name);
        let december = house.get("viewer", "/cases/report").await.text();
        assert_eq!(told(&december), '1', "{}", house.name);
        assert!(december.contains("giảm 4 so với tháng 11/2026"), "{december}");
    }
}

#[tokio::test]
async fn a_report_is_of_what_its_reader_sees() {
    for house in november().await {
        let ward = house.get("officer", "/cases/report").await.text();
        assert!(ward.contains("Phường Cái Khế") && !ward.contains("Trần Đề"), "{} {ward}", house.name);
        // Who asks for another's unit gets their own.
        let asked = house.get("officer", &format!("/cases/report?unit={TRAN_DE}")).await.text();
        assert!(!asked.contains("Trần Đề"), "{}", house.name);
        let one = house.get("viewer", &format!("/cases/report?unit={TRAN_DE}")).await.text();
        assert!(one.contains("Xã Trần Đề tiếp nhận 1 phản ánh"), "{one}");
        assert_eq!(house.get("", "/cases/report").await.status, StatusCode::SEE_OTHER);
        assert!(house.get("", "/cases/report?format=docx").await.bytes.len() < 1_000);
    }
}

#[tokio::test]
async fn the_report_is_taken_away_for_word() {
    for house in november().await {
        let reply = house.get("viewer", "/cases/report?format=docx").await;
        assert_eq!(reply.status, StatusCode::OK);
        let mut parts = zip::ZipArchive::new(Cursor::new(reply.bytes.clone())).unwrap();
        for name in ["[Content_Types].xml", "_rels/.rels", "word/styles.xml"] {
            assert!(parts.by_name(name).is_ok(), "{} {name}", house.name);
        }
        let mut xml = String::new();
        parts.by_name("word/document.xml").unwrap().read_to_string(&mut xml).unwrap();
        assert!(reply.bytes.len() < xml.len() / 2, "{} of {}: packed", reply.bytes.len(), xml.len());
        let (mut words, mut cells) = (Vec::new(), 0);
        let mut reader = quick_xml::Reader::from_str(&xml);
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Text(text) => words.push(text.xml10_content().into_owned()),
                quick_xml::events::Event::Start(e) if e.name().0 == "w:tc" => cells += 1,
                _ => {}
            }
        }
        let words = words.join("\n");
        for said in
            ["Độc lập – Tự do – Hạnh phúc", "ngày 24 tháng 11 năm 2026", "Trong tháng 11/2026", "Cái Khế"]
        {
            assert!(words.contains(said), "{} {said}: {words}", house.name);
        }
        assert!(cells > 40, "tables are tables: {cells}");
    }
}

#[tokio::test]
async fn without_a_form_the_page_says_so() {
    for house in House::all().await {
        let page = house.get("viewer", "/cases/report").await;
        assert_eq!(page.status, StatusCode::OK, "{}", house.name);
        assert!(page.text().contains("Chưa có mẫu báo cáo nào"));
    }
}

#[test]
fn the_shipped_form_has_no_fault_and_each_fault_is_told_with_its_place() {
    let names: PackNames =
        ["report", "petition", "call"].map(|t| ("workflow", format!("petitions.{t}"))).into_iter().collect();
    assert_eq!(ReportPart.check(&[file(MONTHLY)], &names), []);
    let wrong = "id: monthly
name: Báo cáo
types: [reports]
title: Báo cáo
sections:
  - id: one
    title: Một
    lines: [\"Nhận {recieved}\"]
  - id: one
    title: Hai
    rows: reason
    columns: [{number: rating, name: Sao}]
  - id: three
    title: Ba
    rows: district
legal_ref: Nhớ mang máng
";
    let told = |text: &str| -> Vec<(u64, String)> {
        ReportPart.check(&[file(text)], &names).into_iter().map(|f| (f.line, f.message)).collect()
    };
    let faults = told(wrong);
    assert!(faults.iter().any(|f| f.0 == 15 && f.1.contains("district")), "{faults:?}");
    let faults = told(&wrong.replace("    rows: district\n", ""));
    let has = |line: u64, words: &str| faults.iter().any(|f| f.0 == line && f.1.contains(words));
    assert!(has(3, "reports"), "{faults:?}");
    assert!(has(8, "received"), "the name that was meant: {faults:?}");
    assert!(has(9, "hai lần") && has(9, "refused và passed_out"), "{faults:?}");
    assert!(has(13, "cần lines") && has(15, "legal_ref"), "{faults:?}");
}
