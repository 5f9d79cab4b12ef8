//! Broken and hostile files: each is an error with a sentence, none takes the program down.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod place;

use indicators::import::workbook::{Cell, FileKind, MAX_BYTES, Workbook};
use place::{packed_spaces, raw_xlsx, zip, zip_of};
use proptest::prelude::*;

const NO_STRINGS: &str = "<sst uniqueCount=\"0\"></sst>";

fn code(bytes: &[u8]) -> &'static str {
    Workbook::read(bytes, "tep.xlsx").unwrap_err().code()
}

#[test]
fn a_zip_that_unpacks_to_too_much_is_not_opened_whatever_its_headers_say() {
    // The headers say one byte.
    let spaces = packed_spaces(310);
    let sheet = ("xl/worksheets/sheet1.xml", spaces.as_slice(), &b"x"[..]);
    let bomb = zip_of(&[("xl/workbook.xml", &[3, 0], b""), sheet]);
    assert!(bomb.len() < MAX_BYTES);
    assert_eq!(code(&bomb), "file_bomb");
}

#[test]
fn two_entries_over_the_same_bytes_are_a_bomb() {
    let mut file = zip(&[("xl/workbook.xml", b"<workbook/>"), ("xl/other.xml", b"<x/>")]);
    let second = file.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    file[second + 42..second + 46].copy_from_slice(&0_u32.to_le_bytes());
    assert_eq!(code(&file), "file_bomb");
}

#[test]
fn two_cells_in_far_corners_do_not_make_a_sheet_of_billions() {
    let near =
        r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="B1048576"><v>2</v></c></row>"#;
    let book = Workbook::read(&raw_xlsx("", near, NO_STRINGS), "a.xlsx").unwrap();
    assert_eq!(book.sheets[0].rows.len(), 1_048_576);
    let mut wide = String::new();
    for row in 1..=400 {
        wide.push_str(&format!("<row r=\"{row}\"><c r=\"XFD{row}\"><v>1</v></c></row>"));
    }
    assert_eq!(code(&raw_xlsx("", &wide, NO_STRINGS)), "file_too_many_cells");
    let beyond = r#"<row r="2000000"><c r="A2000000"><v>1</v></c></row>"#;
    assert!(Workbook::read(&raw_xlsx("", beyond, NO_STRINGS), "a.xlsx").is_err());
}

#[test]
fn a_table_of_texts_that_claims_billions_is_not_believed() {
    let claim = "<sst uniqueCount=\"4000000000\"><si><t>a</t></si></sst>";
    assert_eq!(code(&raw_xlsx("", "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>", claim)), "file_bomb");
}

#[test]
fn an_open_document_that_repeats_a_cell_into_billions_is_refused() {
    let content = br#"<office:document-content><office:body><office:spreadsheet><table:table table:name="A">
        <table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="float"
        table:number-columns-repeated="10000" office:value="1"><text:p>1</text:p></table:table-cell>
        </table:table-row>
        </table:table></office:spreadsheet></office:body></office:document-content>"#;
    let file =
        zip(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content)]);
    assert_eq!(code(&file), "file_too_many_cells");
}

/// The least compound file: a header, a table, a directory; `chain` is what the directory's sector says comes
/// next.
fn compound(names: &[&str], chain: u32) -> Vec<u8> {
    let mut file = vec![0_u8; 512 * 3];
    file[..8].copy_from_slice(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
    file[26] = 3;
    file[30] = 9;
    file[32] = 6;
    let put =
        |file: &mut Vec<u8>, at: usize, word: u32| file[at..at + 4].copy_from_slice(&word.to_le_bytes());
    put(&mut file, 44, 1);
    put(&mut file, 48, 1);
    put(&mut file, 60, 0xffff_fffe);
    put(&mut file, 68, 0xffff_fffe);
    for i in 0..109 {
        put(&mut file, 76 + i * 4, if i == 0 { 0 } else { 0xffff_ffff });
    }
    put(&mut file, 512, 0xffff_fffd);
    put(&mut file, 516, chain);
    for (i, name) in names.iter().enumerate() {
        let at = 1024 + i * 128;
        for (j, unit) in name.encode_utf16().enumerate() {
            file[at + j * 2..at + j * 2 + 2].copy_from_slice(&unit.to_le_bytes());
        }
        file[at + 64] = (name.len() * 2 + 2) as u8;
        put(&mut file, at + 116, 0xffff_fffe);
    }
    file
}

#[test]
fn a_file_with_a_password_is_told_so() {
    let file = compound(&["Root Entry", "EncryptionInfo", "EncryptedPackage"], 0xffff_fffe);
    let error = Workbook::read(&file, "mat.xlsx").unwrap_err();
    assert_eq!(error.code(), "file_encrypted");
    assert!(error.message().contains("bỏ mật khẩu"));
}

#[test]
fn sectors_that_run_in_a_circle_end() {
    assert_eq!(code(&compound(&["Root Entry", "Workbook"], 1)), "file_broken");
}

#[test]
fn a_word_document_is_told_so() {
    let file = zip(&[("word/document.xml", b"<w:document/>"), ("[Content_Types].xml", b"<Types/>")]);
    let error = Workbook::read(&file, "bao-cao.xlsx").unwrap_err();
    assert!(error.message().contains("Word"), "{}", error.message());
    let old = compound(&["Root Entry", "WordDocument"], 0xffff_fffe);
    assert!(Workbook::read(&old, "a.xls").unwrap_err().message().contains("Word"));
}

#[test]
fn old_vietnamese_bytes_in_a_csv_are_read() {
    // «Đơn vị;Hồ sơ tiếp nhận» and «Xã Trần Đề» in TCVN3.
    let mut bytes = b"\xa7\xacn v\xde;H\xe5 s\xac ti\xd5p nh\xcbn\n".to_vec();
    bytes.extend(b"X\xb7 Tr\xc7n \xa7\xd2;12\nPh\xad\xeang S\xe3c Tr\xa8ng;7\n");
    let book = Workbook::read(&bytes, "cu.csv").unwrap();
    assert_eq!(book.encoding, Some("TCVN3 (ABC)"));
    assert_eq!(book.sheets[0].rows[0][0], Cell::Text("Đơn vị".into()));
    assert_eq!(book.sheets[0].rows[1][0], Cell::Text("Xã Trần Đề".into()));
}

#[test]
fn utf16_with_tabs_is_what_excel_saves_as_unicode_text() {
    let mut bytes = vec![0xff, 0xfe];
    for unit in "Đơn vị\tSố\r\nXã Trần Đề\t1,5\r\n".encode_utf16() {
        bytes.extend(unit.to_le_bytes());
    }
    let book = Workbook::read(&bytes, "unicode.txt").unwrap();
    assert_eq!(book.kind, FileKind::Csv);
    assert_eq!(book.sheets[0].rows[1], [Cell::Text("Xã Trần Đề".into()), Cell::Text("1,5".into())]);
}

#[test]
fn a_workbook_that_counts_from_1904_keeps_its_dates() {
    let data = r#"<row r="1"><c r="A1" s="1"><v>44865</v></c></row>"#;
    let book = Workbook::read(&raw_xlsx(" date1904=\"1\"", data, NO_STRINGS), "mac.xlsx").unwrap();
    assert_eq!(book.sheets[0].rows[0][0], Cell::Date(44865.0));
    assert_eq!(book.sheets[0].words(0, 0), "01/11/2026");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn no_bytes_break_the_reader(
        mut bytes in prop::collection::vec(any::<u8>(), 0..2000),
        start in 0..4usize,
        flips in prop::collection::vec((0..3000usize, any::<u8>()), 0..6),
    ) {
        let _ = Workbook::read(&bytes, "x.csv");
        let data = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>X</t></is></c><c r="B1"><v>1</v></c></row>"#;
        let mut file = match start {
            0 => raw_xlsx("", data, NO_STRINGS),
            1 => compound(&["Root Entry", "Workbook"], 0xffff_fffe),
            2 => b"PK\x03\x04".to_vec(),
            _ => vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1],
        };
        if start > 1 {
            file.append(&mut bytes);
        }
        for (at, byte) in flips {
            let length = file.len();
            file[at % length] = byte;
        }
        let _ = Workbook::read(&file, "x.xlsx");
    }
}

#[test]
fn an_old_excel_file_is_read() {
    let book = Workbook::read(include_bytes!("files/bao-cao.xls"), "khong-ro.dat").unwrap();
    assert_eq!(book.kind, FileKind::Xls);
    let sheet = &book.sheets[0];
    assert_eq!(sheet.name, "Tháng 10");
    assert_eq!(sheet.rows[2][1], Cell::Text("Đơn vị".into()));
    assert_eq!((&sheet.rows[3][2], &sheet.rows[3][3]), (&Cell::Number(12.0), &Cell::Number(91.5)));
    assert_eq!(sheet.words(5, 1), "Tổng cộng");
    assert_eq!(sheet.words(6, 1), "05/11/2026");
}

#[test]
fn an_open_document_is_read() {
    // No white space between cells, as LibreOffice writes them.
    let cell = |attributes: &str, text: &str| {
        format!("<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>")
    };
    let cells = [
        cell("office:value-type=\"string\"", "Xa"),
        cell("office:value-type=\"float\" office:value=\"68.4\"", "68,4"),
        cell("office:value-type=\"date\" office:date-value=\"2026-11-01\"", "x"),
    ];
    let table = format!("<table:table-row>{}</table:table-row>", cells.concat());
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"Quy 4\">{table}\
         </table:table></office:spreadsheet></office:body></office:document-content>"
    );
    let file = zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", b"<manifest:manifest></manifest:manifest>"),
        ("content.xml", content.as_bytes()),
    ]);
    let book = Workbook::read(&file, "a.ods").unwrap();
    assert_eq!(book.kind, FileKind::Ods);
    let row = &book.sheets[0].rows[0];
    assert_eq!((&row[0], &row[1]), (&Cell::Text("Xa".into()), &Cell::Number(68.4)));
    assert_eq!(book.sheets[0].words(0, 2), "01/11/2026");
}
