//! Files of figures, from the bytes to the rows, on every database.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod place;

use indicators::actions::import_apply::{Applied, ImportApply, ImportJob, LARGE};
use indicators::actions::import_preview::{ImportPreview, Remap};
use indicators::actions::import_undo::UndoImport;
use indicators::actions::record::Mode;
use indicators::import::mapping::Role;
use indicators::import::{ImportOptions, ImportReport, drafts, form, import_file, template};
use kit::{Context, JobHandler, Scope};
use place::{House, ROOT};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

async fn import(cx: &Context, bytes: &[u8], name: &str, options: ImportOptions) -> ImportReport {
    import_file(cx, ROOT, bytes.to_vec(), name, options).await.unwrap()
}

fn good_rows() -> ImportOptions {
    ImportOptions { mode: Mode::GoodRows, ..ImportOptions::default() }
}

/// A monthly report as offices send it: a title, two rows of headings, numbered columns, a sum, a signature.
fn monthly_report(house: &House) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Biểu 01").unwrap();
    let plain = Format::new();
    sheet.write_string(0, 0, "UBND THÀNH PHỐ CẦN THƠ").unwrap();
    sheet.write_string(1, 0, "KẾT QUẢ GIẢI QUYẾT HỒ SƠ THÁNG 10 NĂM 2026").unwrap();
    sheet.merge_range(3, 0, 4, 0, "TT", &plain).unwrap();
    sheet.merge_range(3, 1, 4, 1, "Tên xã, phường", &plain).unwrap();
    sheet.merge_range(3, 2, 3, 4, "Hồ sơ", &plain).unwrap();
    sheet.write_string(4, 2, "Hồ sơ tiếp nhận").unwrap();
    sheet.write_string(4, 3, "Hồ sơ đã giải quyết (hồ sơ)").unwrap();
    sheet.write_string(4, 4, "Tỷ lệ đúng hạn").unwrap();
    sheet.merge_range(3, 5, 4, 5, "Ghi chú", &plain).unwrap();
    for (i, text) in ["A", "B", "1", "2", "3", "4"].iter().enumerate() {
        sheet.write_string(5, i as u16, *text).unwrap();
    }
    for i in 0..3 {
        let row = 6 + i as u32;
        sheet.write_number(row, 0, i as f64 + 1.0).unwrap();
        sheet.write_string(row, 1, house.unit_name(i)).unwrap();
        sheet.write_number(row, 2, 100.0 + i as f64).unwrap();
        sheet.write_string(row, 3, ["1.204", "\u{a0}678\u{a0}", "…"][i]).unwrap();
        sheet.write_number(row, 4, 98.0).unwrap();
    }
    sheet.write_string(9, 1, "Tổng cộng").unwrap();
    sheet.write_formula(9, 2, Formula::new("=SUM(C7:C9)").set_result("303")).unwrap();
    sheet.write_string(11, 3, "Cần Thơ, ngày 05 tháng 11 năm 2026").unwrap();
    book.save_to_buffer().unwrap()
}

#[tokio::test]
async fn a_report_as_offices_send_it_is_understood() {
    for house in House::all().await {
        let options =
            ImportOptions { style: Some(foundation::number::NumberStyle::Vi), ..ImportOptions::default() };
        let report = import(&house.cx, &monthly_report(&house), "bao-cao.xlsx", options).await;
        assert_eq!(report.faults, [], "{}", house.name);
        assert_eq!((report.summary.new, report.summary.totals, report.summary.blank), (5, 1, 1));
        let unit = house.unit(0);
        assert_eq!(house.value("admin.received", unit, "2026-10").await, Some(100.0));
        assert_eq!(house.value("admin.done", unit, "2026-10").await, Some(1204.0));
        assert_eq!(house.value("admin.done", house.unit(1), "2026-10").await, Some(678.0));
        assert_eq!(house.value("admin.done", house.unit(2), "2026-10").await, None);
    }
}

#[tokio::test]
async fn a_number_that_can_be_read_in_two_ways_waits_for_somebody_to_say_which() {
    for house in House::all().await {
        let error_free =
            import(&house.cx, &monthly_report(&house), "bao-cao.xlsx", ImportOptions::default()).await;
        assert_eq!(error_free.batch, None);
        assert_eq!(error_free.faults.len(), 1);
        let fault = &error_free.faults[0];
        assert_eq!((fault.sheet.as_str(), fault.cell.as_str()), ("Biểu 01", "D7"));
        assert_eq!(fault.code, "number_ambiguous");
        assert_eq!(house.told().await, 0);
    }
}

#[tokio::test]
async fn the_same_file_twice_changes_nothing() {
    for house in House::all().await {
        let csv = format!(
            "Mã đơn vị;Chỉ tiêu;Kỳ;Giá trị;Ước\n{};admin.received;2026-10;12;\n\
             {};Hồ sơ tiếp nhận;T10/2026;7;x\n",
            house.communes[0].1,
            house.unit_name(1)
        );
        let first = import(&house.cx, csv.as_bytes(), "a.csv", ImportOptions::default()).await;
        assert_eq!((first.summary.new, first.summary.unchanged), (2, 0), "{:?}", first.faults);
        let again = import(&house.cx, csv.as_bytes(), "b.csv", ImportOptions::default()).await;
        assert_eq!((again.summary.changed, again.summary.unchanged), (0, 2));
        assert_eq!(house.told().await, 2);
        let dry = ImportOptions { dry_run: true, ..ImportOptions::default() };
        let third = import(&house.cx, csv.replace(";12;", ";13;").as_bytes(), "c.csv", dry).await;
        assert_eq!((third.summary.new, third.summary.changed, third.summary.unchanged), (0, 1, 1));
        assert_eq!(house.told().await, 2);
    }
}

fn faulty(house: &House) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Tháng 10").unwrap();
    let heads = ["Đơn vị", "Kỳ", "Hồ sơ tiếp nhận", "Hồ sơ đã giải quyết", "Mức độ hài lòng"];
    for (i, head) in heads.iter().enumerate() {
        sheet.write_string(0, i as u16, *head).unwrap();
    }
    let date = Format::new().set_num_format("dd/mm/yyyy");
    for i in 0..6_u32 {
        sheet.write_string(i + 1, 0, house.unit_name(i as usize)).unwrap();
        sheet.write_string(i + 1, 1, "10/2026").unwrap();
        sheet.write_number(i + 1, 2, 5.0).unwrap();
    }
    sheet.write_formula(1, 3, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
    sheet.write_string(2, 3, "1.2O4,0").unwrap();
    sheet.write_datetime_with_format(3, 3, ExcelDateTime::from_ymd(1900, 1, 5).unwrap(), &date).unwrap();
    sheet.write_number(4, 4, 164.0).unwrap();
    sheet.write_number(5, 3, -12.0).unwrap();
    sheet.write_string(7, 0, "Xã Không Có").unwrap();
    sheet.write_string(7, 1, "10/2026").unwrap();
    sheet.write_number(7, 2, 5.0).unwrap();
    sheet.write_number(7, 3, 5.0).unwrap();
    sheet.write_string(8, 0, house.unit_name(0)).unwrap();
    sheet.write_string(8, 1, "10/2026").unwrap();
    sheet.write_number(8, 2, 6.0).unwrap();
    sheet.write_string(9, 0, house.unit_name(0)).unwrap();
    sheet.write_string(9, 1, "13/2026").unwrap();
    sheet.write_number(9, 2, 6.0).unwrap();
    sheet.write_number(10, 2, 9.0).unwrap();
    book.save_to_buffer().unwrap()
}

/// A quarter's figures of one indicator: enough keys that what stands is read as a range.
fn by_months(house: &House, months: &[u32], value: impl Fn(usize, u32) -> String) -> String {
    let mut csv = String::from("Đơn vị;Kỳ;Hồ sơ tiếp nhận\n");
    for month in months {
        for unit in 0..3 {
            csv += &format!("{};2026-{month:02};{}\n", house.unit_name(unit), value(unit, *month));
        }
    }
    csv
}

#[tokio::test]
async fn a_longer_file_adds_only_what_differs_and_keeps_what_was_told() {
    for house in House::all().await {
        let plain = |unit: usize, month: u32| (100 * month as usize + unit).to_string();
        let csv = by_months(&house, &[1, 2, 3, 4], plain);
        let first = import(&house.cx, csv.as_bytes(), "a.csv", ImportOptions::default()).await;
        assert_eq!((first.summary.new, first.summary.changed, first.summary.unchanged), (12, 0, 0));
        // April is corrected for one unit, May is new; the rest is as it was.
        let next = by_months(&house, &[2, 3, 4, 5], |unit, month| match (unit, month) {
            (1, 4) => "7".into(),
            _ => plain(unit, month),
        });
        let dry = ImportOptions { dry_run: true, ..ImportOptions::default() };
        for options in [dry, ImportOptions::default()] {
            let report = import(&house.cx, next.as_bytes(), "b.csv", options).await;
            assert_eq!((report.summary.new, report.summary.changed, report.summary.unchanged), (3, 1, 8));
        }
        assert_eq!(house.told().await, 16);
        for (unit, period, value) in [(1, "2026-04", 7.0), (1, "2026-03", 301.0), (2, "2026-05", 502.0)] {
            assert_eq!(house.value("admin.received", house.unit(unit), period).await, Some(value));
        }
        let back = import(&house.cx, csv.as_bytes(), "c.csv", ImportOptions::default()).await;
        assert_eq!((back.summary.new, back.summary.changed, back.summary.unchanged), (0, 1, 11));
        assert_eq!(house.value("admin.received", house.unit(1), "2026-04").await, Some(401.0));
        assert_eq!(house.told().await, 17);
    }
}

#[tokio::test]
async fn every_bad_cell_is_named_with_its_reason_and_a_remedy() {
    for house in House::all().await {
        let file = faulty(&house);
        let report = import(&house.cx, &file, "loi.xlsx", ImportOptions::default()).await;
        let told: Vec<(&str, &str)> =
            report.faults.iter().map(|f| (f.cell.as_str(), f.code.as_str())).collect();
        let expected = [
            ("D2", "formula_error"),
            ("D3", "number_unreadable"),
            ("D4", "value_is_date"),
            ("E5", "value_too_large"),
            ("D6", "value_too_small"),
            ("A8", "unit_unknown"),
            ("C9", "duplicate_key"),
            ("B10", "period_impossible"),
            ("A11", "unit_missing"),
        ];
        assert_eq!(told, expected, "{}", house.name);
        assert!(
            report
                .faults
                .iter()
                .all(|f| f.sheet == "Tháng 10" && !f.message.is_empty() && !f.remedy.is_empty())
        );
        assert!(report.faults[0].message.contains("#DIV/0!"));
        assert!(report.faults[1].remedy.contains("1.204,0"));
        assert!(report.faults[6].message.contains("dòng 2"), "{}", report.faults[6].message);
        // One wrong unit is told once and refuses both figures of its row.
        assert_eq!(report.summary.refused, 10);
        assert_eq!((report.batch, house.told().await), (None, 0), "all or nothing");
        let report = import(&house.cx, &file, "loi.xlsx", good_rows()).await;
        assert_eq!((report.summary.new, house.told().await), (6, 6));
    }
}

#[tokio::test]
async fn units_by_periods_and_periods_above_indicators_are_understood() {
    for house in House::all().await {
        let csv = format!(
            "Hồ sơ tiếp nhận\nĐịa phương,T8/2026,Tháng 9/2026,Ước tháng 10/2026\n{},1,2,3\nCộng,1,2,3\n",
            house.unit_name(0)
        );
        let report = import(&house.cx, csv.as_bytes(), "quy-3.csv", ImportOptions::default()).await;
        assert_eq!((report.summary.new, report.summary.totals), (3, 1), "{:?}", report.plan);
        assert_eq!(house.value("admin.received", house.unit(0), "2026-10").await, Some(3.0));
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let plain = Format::new();
        sheet.merge_range(0, 0, 1, 0, "Đơn vị", &plain).unwrap();
        sheet.merge_range(0, 1, 0, 2, "Hồ sơ tiếp nhận", &plain).unwrap();
        sheet.merge_range(0, 3, 0, 4, "Hồ sơ đúng hạn", &plain).unwrap();
        for c in 0..4_u16 {
            sheet.write_string(1, c + 1, ["6/2026", "7/2026"][usize::from(c % 2)]).unwrap();
            sheet.write_number(2, c + 1, f64::from(c) + 10.0).unwrap();
        }
        sheet.write_string(2, 0, house.unit_name(1)).unwrap();
        let bytes = book.save_to_buffer().unwrap();
        let report = import(&house.cx, &bytes, "hai-tang.xlsx", ImportOptions::default()).await;
        assert_eq!(report.summary.new, 4, "{:?}", report.plan);
        assert_eq!(house.value("admin.on_time", house.unit(1), "2026-06").await, Some(12.0));
        assert_eq!(house.value("admin.received", house.unit(1), "2026-07").await, Some(11.0));
    }
}

#[tokio::test]
async fn indicators_down_and_units_across_are_understood() {
    for house in House::all().await {
        let csv = format!(
            "Tháng 10 năm 2026\nChỉ tiêu;Đơn vị tính;{};{}\n\
             Hồ sơ tiếp nhận;hồ sơ;5;6\nMức độ hài lòng;%;90,5;91\n",
            house.unit_name(0),
            house.unit_name(1)
        );
        let report = import(&house.cx, csv.as_bytes(), "ngang.csv", ImportOptions::default()).await;
        assert_eq!((report.summary.new, report.faults.len()), (4, 0), "{:?}", report.plan);
        assert_eq!(house.value("admin.satisfied", house.unit(0), "2026-10").await, Some(90.5));
    }
}

#[tokio::test]
async fn merged_units_percent_cells_and_dates_are_read_as_people_see_them() {
    for house in House::all().await {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (i, head) in ["Đơn vị", "Thời gian", "Mức độ hài lòng"].iter().enumerate() {
            sheet.write_string(0, i as u16, *head).unwrap();
        }
        let date = Format::new().set_num_format("mm/yyyy");
        let percent = Format::new().set_num_format("0.0%");
        sheet.merge_range(1, 0, 2, 0, house.unit_name(0), &Format::new()).unwrap();
        for (i, share) in [0.985, 0.07].iter().enumerate() {
            let row = i as u32 + 1;
            let month = ExcelDateTime::from_ymd(2026, 9 + i as u8, 1).unwrap();
            sheet.write_datetime_with_format(row, 1, month, &date).unwrap();
            sheet.write_number_with_format(row, 2, *share, &percent).unwrap();
        }
        let bytes = book.save_to_buffer().unwrap();
        let report = import(&house.cx, &bytes, "phan-tram.xlsx", ImportOptions::default()).await;
        assert_eq!(report.faults, []);
        assert_eq!(house.value("admin.satisfied", house.unit(0), "2026-09").await, Some(98.5));
        assert_eq!(house.value("admin.satisfied", house.unit(0), "2026-10").await, Some(7.0));
    }
}

#[tokio::test]
async fn an_officer_writes_only_their_own_units() {
    for house in House::all().await {
        let officer = house.officer(&[house.unit(0)]);
        let csv = format!(
            "Đơn vị;Kỳ;Hồ sơ tiếp nhận\n{};10/2026;5\n{};10/2026;6\n",
            house.unit_name(0),
            house.unit_name(1)
        );
        let report = import(&officer, csv.as_bytes(), "xa.csv", good_rows()).await;
        assert_eq!(report.faults.len(), 1);
        assert_eq!((report.faults[0].cell.as_str(), report.faults[0].code.as_str()), ("A3", "outside_scope"));
        assert_eq!(house.value("admin.received", house.unit(1), "2026-10").await, None);
    }
}

#[tokio::test]
async fn a_mapping_made_by_hand_is_remembered_for_the_next_month() {
    for house in House::all().await {
        let file = |month: u32, value: u32| {
            format!(
                "Báo cáo tháng {month} năm 2026\nNơi;Cột lạ;Hồ sơ tiếp nhận\n{};{value};1\n",
                house.unit_name(0)
            )
            .into_bytes()
        };
        let send = |bytes| ImportPreview {
            bytes,
            name: "la.csv".into(),
            pack: String::new(),
            period: String::new(),
        };
        let officer = house.officer(&[house.unit(0)]);
        let draft = send(file(9, 41)).run(&officer, ROOT).await.unwrap();
        let mut plan = draft.plan.clone();
        plan[0].columns[0] = Role::Unit;
        plan[0].columns[1] = Role::of("admin.done");
        plan[0].columns[2] = Role::Skip;
        let draft = Remap { plan, remember: true }.run(&officer, ROOT, draft.id).await.unwrap();
        let faults = drafts::faults(&officer.db, draft.id).await.unwrap();
        assert_eq!((draft.state.as_str(), draft.summary.new), ("ready", 1), "{faults:?} {draft:?}");
        let next = send(file(10, 42)).run(&officer, ROOT).await.unwrap();
        assert_eq!((next.state.as_str(), next.summary.new), ("ready", 1));
        ImportApply::default().run(&officer, ROOT, next.id).await.unwrap();
        assert_eq!(house.value("admin.done", house.unit(0), "2026-10").await, Some(42.0));
        assert_eq!(house.value("admin.done", house.unit(0), "2026-09").await, None);
        // Somebody else does not see the draft.
        let other = house.officer(&[house.unit(0)]);
        assert_eq!(drafts::get(&other, next.id).await.unwrap_err().code(), "draft_not_found");
    }
}

#[tokio::test]
async fn a_delivery_is_taken_back_but_not_what_was_corrected_since() {
    for house in House::all().await {
        let csv = |a: u32, b: u32| {
            let (x, y) = (house.unit_name(0), house.unit_name(1));
            format!("Đơn vị;Kỳ;Hồ sơ tiếp nhận\n{x};10/2026;{a}\n{y};10/2026;{b}\n").into_bytes()
        };
        import(&house.cx, &csv(1, 2), "1.csv", ImportOptions::default()).await;
        let wrong = import(&house.cx, &csv(10, 20), "2.csv", ImportOptions::default()).await;
        import(&house.cx, &csv(10, 25), "3.csv", ImportOptions::default()).await;
        let undo = UndoImport { batch: wrong.batch.unwrap() };
        let undone = undo.run(&house.cx).await.unwrap();
        assert_eq!((undone.restored, undone.kept), (1, 1));
        assert_eq!(house.value("admin.received", house.unit(0), "2026-10").await, Some(1.0));
        assert_eq!(house.value("admin.received", house.unit(1), "2026-10").await, Some(25.0));
        assert_eq!(undo.run(&house.cx).await.unwrap().restored, 0);
        let stranger = house.officer(&[house.unit(5)]);
        assert_eq!(undo.run(&stranger).await.unwrap_err().code(), "outside_scope");
        let first = import(&house.cx, &csv(7, 8), "4.csv", ImportOptions::default()).await;
        let again = UndoImport { batch: first.batch.unwrap() }.run(&house.cx).await.unwrap();
        assert_eq!(again.restored, 2);
    }
}

#[tokio::test]
async fn a_template_filled_in_is_read_back_without_asking() {
    for house in House::all().await {
        let engine = house.cx.house.get::<indicators::Engine>().unwrap();
        let (catalogue, map) = (engine.catalogue(), engine.atlas().map());
        let today = foundation::Date::of(house.cx.clock.now());
        let period = foundation::Period::from_code("2026-10").unwrap();
        let scope = Scope::System("test");
        let form = form::form(&catalogue, &map, ROOT, &scope, today, "admin", None, period);
        assert_eq!((form.indicators.len(), form.units.len()), (4, house.communes.len()));
        let bytes = template::template(&form, "Hành chính công").unwrap();
        let mut book = indicators::import::Workbook::read(&bytes, "mau.xlsx").unwrap();
        assert_eq!(book.sheets.len(), 1);
        // Fill it in, as a person would.
        let mut filled = Workbook::new();
        let sheet = filled.add_worksheet();
        let rows = std::mem::take(&mut book.sheets[0].rows);
        for (r, row) in rows.iter().enumerate() {
            for (c, cell) in row.iter().enumerate() {
                sheet.write_string(r as u32, c as u16, cell.shown(foundation::ExcelEpoch::From1900)).unwrap();
            }
        }
        sheet.write_number(4, 2, 31.0).unwrap();
        let report =
            import(&house.cx, &filled.save_to_buffer().unwrap(), "mau.xlsx", ImportOptions::default()).await;
        assert_eq!((report.summary.new, report.faults.len()), (1, 0), "{:?}", report.plan);
    }
}

/// A file that counts as large, looked at.
async fn large(house: &House) -> drafts::Draft {
    let csv = format!("unit,indicator,period,value\n{},admin.received,2026-10,7\n", house.communes[0].1);
    let preview = ImportPreview {
        bytes: csv.into_bytes(),
        name: "lon.csv".into(),
        pack: String::new(),
        period: String::new(),
    };
    let mut draft = preview.run(&house.cx, ROOT).await.unwrap();
    draft.summary.unchanged = LARGE;
    let mut tx = house.cx.db.begin().await.unwrap();
    drafts::save(&mut tx, &draft, &[]).await.unwrap();
    tx.commit().await.unwrap();
    draft
}

#[tokio::test]
async fn a_large_file_is_written_by_a_job_and_a_cancelled_job_writes_nothing() {
    for house in House::all().await {
        for cancelled in [true, false] {
            let draft = large(&house).await;
            let applied = ImportApply::default().run(&house.cx, ROOT, draft.id).await.unwrap();
            let Applied::Queued(job) = applied else { panic!("{applied:?}") };
            let claimed = storage::jobs::claim(&house.cx.db, house.clock.as_ref()).await.unwrap().unwrap();
            assert_eq!(claimed.id, job);
            if cancelled {
                let mut tx = house.cx.db.begin().await.unwrap();
                storage::jobs::cancel(&mut tx, house.clock.as_ref(), job).await.unwrap();
                tx.commit().await.unwrap();
            }
            ImportJob.run(&house.cx, job, &claimed.payload).await.unwrap();
            let (state, told) = if cancelled { ("cancelled", 0) } else { ("done", 1) };
            assert_eq!(house.told().await, told);
            assert_eq!(drafts::get(&house.cx, draft.id).await.unwrap().state, state);
        }
    }
}
