//! A report as a document for Word: Times New Roman on A4 with wide left margin, as offices here print it.

use std::io::Cursor;

use docx_rs::{
    AlignmentType, BreakType, Docx, LineSpacing, PageMargin, Paragraph, Run, RunFonts, Table, TableBorders,
    TableCell, TableLayoutType, TableRow, WidthType,
};
use foundation::{Lang, Result, error::internal};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::report::{self, Report, shown};

/// Twips of a millimetre, about.
const MM: i32 = 57;
/// The width of the text: 210 − 30 − 15 mm.
const WIDTH: usize = 165 * MM as usize;

fn text(words: &str, half_points: usize) -> Run {
    Run::new().add_text(words).size(half_points)
}

fn paragraph(run: Run, align: AlignmentType) -> Paragraph {
    Paragraph::new().add_run(run).align(align).line_spacing(LineSpacing::new().after(80))
}

/// Lines below each other, the first strong where `strong`.
fn cell(lines: &[String], align: AlignmentType, strong: bool) -> TableCell {
    let mut cell = TableCell::new().width(WIDTH / 2, WidthType::Dxa);
    if lines.is_empty() {
        return cell.add_paragraph(Paragraph::new());
    }
    for line in lines {
        let run = if strong { text(line, 26).bold() } else { text(line, 24) };
        cell = cell.add_paragraph(paragraph(run, align));
    }
    cell
}

fn beside((left, right): &(Vec<String>, Vec<String>), align: AlignmentType, strong: bool) -> Table {
    Table::without_borders(vec![TableRow::new(vec![
        cell(left, align, strong),
        cell(right, AlignmentType::Center, strong),
    ])])
    .layout(TableLayoutType::Fixed)
    .set_grid(vec![WIDTH / 2, WIDTH / 2])
}

fn table(lang: Lang, of: &report::Table) -> Table {
    let columns = of.heads.len().max(1);
    let first = WIDTH * 3 / (columns + 2);
    let other = (WIDTH - first) / (columns - 1).max(1);
    let width = |at: usize| if at == 0 { first } else { other };
    let cell = |at: usize, words: &str, strong: bool, align| {
        let run = text(words, 22);
        let run = if strong { run.bold() } else { run };
        TableCell::new()
            .width(width(at), WidthType::Dxa)
            .add_paragraph(Paragraph::new().add_run(run).align(align))
    };
    let heads = of.heads.iter().enumerate();
    let mut rows =
        vec![TableRow::new(heads.map(|(at, head)| cell(at, head, true, AlignmentType::Center)).collect())];
    for row in &of.rows {
        let mut cells = vec![cell(0, &row.name, row.total, AlignmentType::Left)];
        for (at, (value, decimals)) in row.cells.iter().enumerate() {
            let words = shown(lang, *value, *decimals);
            cells.push(cell(at + 1, &words, row.total, AlignmentType::Right));
        }
        rows.push(TableRow::new(cells));
    }
    Table::new(rows)
        .set_borders(TableBorders::new())
        .layout(TableLayoutType::Fixed)
        .set_grid((0..columns).map(width).collect())
}

/// Writes a report.
pub fn write(lang: Lang, report: &Report) -> Result<Vec<u8>> {
    let font = "Times New Roman";
    let fonts = RunFonts::new().ascii(font).hi_ansi(font).cs(font).east_asia(font);
    let margin = PageMargin::new().top(20 * MM).bottom(20 * MM).left(30 * MM).right(15 * MM);
    let mut document = Docx::new()
        .default_fonts(fonts)
        .default_size(26)
        .page_size(210 * MM as u32, 297 * MM as u32)
        .page_margin(margin)
        .add_table(beside(&report.head, AlignmentType::Center, true))
        .add_paragraph(Paragraph::new())
        .add_paragraph(paragraph(text(&report.title, 30).bold(), AlignmentType::Center))
        .add_paragraph(paragraph(text(&report.subtitle, 26).italic(), AlignmentType::Center));
    for part in &report.parts {
        document = document.add_paragraph(paragraph(text(&part.title, 26).bold(), AlignmentType::Left));
        for line in &part.lines {
            document = document.add_paragraph(paragraph(text(line, 26), AlignmentType::Both));
        }
        if let Some(of) = part.table.as_ref().filter(|t| !t.rows.is_empty()) {
            document = document.add_table(table(lang, of)).add_paragraph(Paragraph::new());
        }
    }
    document = document
        .add_paragraph(Paragraph::new().add_run(Run::new().add_break(BreakType::TextWrapping)))
        .add_table(beside(&report.foot, AlignmentType::Left, false));
    let broken = |e: zip::result::ZipError| internal("docx", "Không ghi được tệp Word").because(e);
    let mut bytes = Cursor::new(Vec::new());
    document.build().pack(&mut bytes).map_err(|e| internal("docx", "Không ghi được tệp Word").because(e))?;
    packed(bytes).map_err(broken)
}

/// The same files, packed: the crate stores them as they are, which makes a report of a province ten times
/// as large.
fn packed(stored: Cursor<Vec<u8>>) -> zip::result::ZipResult<Vec<u8>> {
    let mut from = ZipArchive::new(stored)?;
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..from.len() {
        let mut file = from.by_index(at)?;
        let name = file.name()?.into_owned();
        to.start_file(name, SimpleFileOptions::default())?;
        std::io::copy(&mut file, &mut to)?;
    }
    Ok(to.finish()?.into_inner())
}
