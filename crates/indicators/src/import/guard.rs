//! What is measured before a reader gets a file: how much a zip unpacks to, how far a sheet spans, whether
//! the sectors of an old Excel file run in circles. The numbers in a file's own headers are not believed.

use std::collections::HashSet;
use std::io::Read;

use flate2::read::DeflateDecoder;
use foundation::{Error, Kind, Result};

use super::workbook::{MAX_CELLS, MAX_UNZIPPED, broken, encrypted, too_many_cells, wrong_kind};

/// Which reader a zipped file needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zipped {
    /// .xlsx, .xlsm.
    Xlsx,
    /// .xlsb.
    Xlsb,
    /// .ods.
    Ods,
}

fn bomb() -> Error {
    let why = "Tệp bung ra lớn bất thường nên không được mở (giới hạn 300 MB sau giải nén). Hãy xóa dòng, \
               cột và hình ảnh thừa rồi lưu lại.";
    Error::new(Kind::TooLarge, "file_bomb", why)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    let b = bytes.get(at..at + 2)?;
    Some(usize::from(u16::from_le_bytes([b[0], b[1]])))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let b = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|w| w == what)
}

/// Unpacks every entry of a zip to nowhere, within bounds, and says what the file is.
pub fn zipped(bytes: &[u8]) -> Result<Zipped> {
    let cut = || broken("the zip directory is cut");
    let from = bytes.len().saturating_sub(22 + 65_535);
    let end =
        bytes[from..].windows(4).rposition(|w| w == b"PK\x05\x06").map(|at| at + from).ok_or_else(cut)?;
    let count = u16_at(bytes, end + 10).ok_or_else(cut)?;
    let size = u32_at(bytes, end + 12).ok_or_else(cut)? as usize;
    let mut at = u32_at(bytes, end + 16).ok_or_else(cut)? as usize;
    if bytes.get(at..at + 4) != Some(b"PK\x01\x02") {
        // Bytes before the archive move the directory.
        at = end.checked_sub(size).ok_or_else(cut)?;
    }
    let mut total = 0_u64;
    let mut names = Vec::new();
    let mut seen = HashSet::new();
    for _ in 0..count {
        if bytes.get(at..at + 4) != Some(b"PK\x01\x02") {
            return Err(cut());
        }
        let field = |offset| u16_at(bytes, at + offset).ok_or_else(cut);
        let long = |offset| u32_at(bytes, at + offset).ok_or_else(cut);
        let (flags, method) = (field(8)?, field(10)?);
        let (packed, name_len, extra, comment) = (long(20)? as usize, field(28)?, field(30)?, field(32)?);
        let local = long(42)? as usize;
        let name = bytes.get(at + 46..at + 46 + name_len).ok_or_else(cut)?;
        let name = String::from_utf8_lossy(name).replace('\\', "/").to_lowercase();
        if flags & 1 != 0 {
            return Err(encrypted());
        }
        // Two entries over the same bytes are how a small zip becomes a large one.
        if packed > 0 && !seen.insert(local) {
            return Err(bomb());
        }
        if packed == u32::MAX as usize || bytes.get(local..local + 4) != Some(b"PK\x03\x04") {
            return Err(cut());
        }
        let skip = u16_at(bytes, local + 26).ok_or_else(cut)? + u16_at(bytes, local + 28).ok_or_else(cut)?;
        let start = local + 30 + skip;
        let data = bytes.get(start..start.saturating_add(packed)).ok_or_else(cut)?;
        let whole = name.ends_with("sharedstrings.xml") || name == "content.xml";
        let (size, kept) = match method {
            0 => (packed as u64, if whole { data.to_vec() } else { Vec::new() }),
            8 => inflate(data, MAX_UNZIPPED - total, whole)?,
            _ => return Err(broken("an entry is packed in another way")),
        };
        total += size;
        if total > MAX_UNZIPPED {
            return Err(bomb());
        }
        if name.ends_with("sharedstrings.xml") {
            believable_strings(&kept)?;
        }
        if name == "content.xml" && ods_span(&kept) > MAX_CELLS {
            return Err(too_many_cells());
        }
        names.push(name);
        at += 46 + name_len + extra + comment;
    }
    let has = |what: &str| names.iter().any(|n| n == what);
    if has("xl/workbook.bin") {
        Ok(Zipped::Xlsb)
    } else if names.iter().any(|n| n.ends_with("workbook.xml") && !n.contains("_rels")) {
        Ok(Zipped::Xlsx)
    } else if has("content.xml") && has("mimetype") {
        Ok(Zipped::Ods)
    } else if has("word/document.xml") {
        Err(wrong_kind("văn bản Word"))
    } else if names.iter().any(|n| n.starts_with("ppt/")) {
        Err(wrong_kind("bản trình chiếu PowerPoint"))
    } else {
        Err(wrong_kind("tệp nén"))
    }
}

/// The size an entry unpacks to, and its bytes when asked for.
fn inflate(data: &[u8], most: u64, keep: bool) -> Result<(u64, Vec<u8>)> {
    let mut reader = DeflateDecoder::new(data);
    let mut chunk = vec![0_u8; 64 * 1024];
    let mut kept = Vec::new();
    let mut size = 0_u64;
    loop {
        let n = reader.read(&mut chunk).map_err(broken)?;
        if n == 0 {
            return Ok((size, kept));
        }
        size += n as u64;
        if size > most {
            return Err(bomb());
        }
        if keep {
            kept.extend_from_slice(&chunk[..n]);
        }
    }
}

/// A table of shared texts says how many it holds; readers make room for so many.
fn believable_strings(xml: &[u8]) -> Result<()> {
    let head = &xml[..find(xml, b"<si").unwrap_or(xml.len())];
    let Some(at) = find(head, b"uniqueCount") else { return Ok(()) };
    let digits: String = head[at + 11..]
        .iter()
        .skip_while(|b| !b.is_ascii_digit())
        .take_while(|b| b.is_ascii_digit())
        .map(|b| char::from(*b))
        .collect();
    match digits.parse::<u64>() {
        Ok(count) if count <= xml.len() as u64 => Ok(()),
        Ok(_) => Err(bomb()),
        Err(_) => Err(broken("uniqueCount")),
    }
}

/// How many cells the tables of an OpenDocument sheet span once its repeated rows and columns are written
/// out.
fn ods_span(xml: &[u8]) -> u64 {
    let mut total = 0_u64;
    let (mut rows, mut height, mut width) = (0_u64, 0_u64, 0_u64);
    let (mut columns, mut full, mut repeat) = (0_u64, 0_u64, 1_u64);
    let mut at = 0;
    while let Some(open) = xml[at..].iter().position(|b| *b == b'<').map(|i| i + at) {
        let Some(close) = tag_end(xml, open) else { break };
        let tag = &xml[open + 1..close];
        let name =
            tag.split(|b| b.is_ascii_whitespace() || *b == b'/').find(|n| !n.is_empty()).unwrap_or(b"");
        match (tag.first(), name) {
            (Some(b'/'), b"table:table") => {
                total = total.saturating_add(height.saturating_mul(width));
                (rows, height, width) = (0, 0, 0);
            }
            (Some(b'/'), b"table:table-row") => {
                rows = rows.saturating_add(repeat);
                if full > 0 {
                    height = rows;
                    width = width.max(full);
                }
            }
            (_, b"table:table-row") => {
                (columns, full) = (0, 0);
                repeat = number(tag, b"number-rows-repeated");
                if tag.ends_with(b"/") {
                    rows = rows.saturating_add(repeat);
                }
            }
            (_, b"table:table-cell" | b"table:covered-table-cell") if tag.first() != Some(&b'/') => {
                columns = columns.saturating_add(number(tag, b"number-columns-repeated"));
                if !tag.ends_with(b"/")
                    || find(tag, b"office:value").is_some()
                    || find(tag, b"formula").is_some()
                {
                    full = columns;
                }
            }
            _ => {}
        }
        at = close + 1;
    }
    total.saturating_add(height.saturating_mul(width))
}

/// Where a tag ends, `>` inside quotes left aside.
fn tag_end(xml: &[u8], open: usize) -> Option<usize> {
    let mut quote = None;
    for (i, b) in xml[open..].iter().enumerate() {
        match (quote, b) {
            (Some(q), b) if q == *b => quote = None,
            (None, b'"' | b'\'') => quote = Some(*b),
            (None, b'>') => return Some(open + i),
            _ => {}
        }
    }
    None
}

fn number(tag: &[u8], attribute: &[u8]) -> u64 {
    let Some(at) = find(tag, attribute) else { return 1 };
    let digits = tag[at + attribute.len()..].iter().skip_while(|b| !b.is_ascii_digit());
    digits
        .take_while(|b| b.is_ascii_digit())
        .fold(0_u64, |n, b| n.saturating_mul(10).saturating_add(u64::from(b - b'0')))
        .max(1)
}

/// Measures an old Excel file (an OLE compound file); one with a password is told so.
pub fn compound(bytes: &[u8]) -> Result<()> {
    let file = super::compound::Compound::open(bytes)?;
    if file.has("EncryptedPackage") || file.has("EncryptionInfo") {
        return Err(encrypted());
    }
    let Some(stream) = file.stream("Workbook")?.or(file.stream("Book")?) else {
        let what = if file.has("WordDocument") { "văn bản Word" } else { "tệp Office khác" };
        return Err(wrong_kind(what));
    };
    xls_span(&stream)
}

/// Walks the records of an old workbook: each sheet is as large as its farthest cell.
fn xls_span(stream: &[u8]) -> Result<()> {
    let (mut at, mut total) = (0, 0_u64);
    let (mut low, mut high) = ((u64::MAX, u64::MAX), (0_u64, 0_u64));
    while let (Some(kind), Some(size)) = (u16_at(stream, at), u16_at(stream, at + 2)) {
        let data = &stream[(at + 4).min(stream.len())..(at + 4 + size).min(stream.len())];
        match kind {
            0x002f => return Err(encrypted()),
            // The beginning of a sheet; positions inside its stream begin anew.
            0x0809 | 0x0409 | 0x0209 | 0x0009 => (low, high) = ((u64::MAX, u64::MAX), (0, 0)),
            0x000a if high.0 >= low.0 && high.1 >= low.1 => {
                total += (high.0 - low.0 + 1) * (high.1 - low.1 + 1);
                (low, high) = ((u64::MAX, u64::MAX), (0, 0));
            }
            0x0006 | 0x0203 | 0x0204 | 0x0205 | 0x027e | 0x00fd | 0x00bd | 0x00be | 0x00d6 => {
                if let (Some(row), Some(column)) = (u16_at(data, 0), u16_at(data, 2)) {
                    let last = if kind == 0x00bd { column + size / 6 } else { column };
                    low = (low.0.min(row as u64), low.1.min(column as u64));
                    high = (high.0.max(row as u64), high.1.max(last as u64));
                }
            }
            _ => {}
        }
        at += 4 + size;
    }
    if high.0 >= low.0 && high.1 >= low.1 {
        total += (high.0 - low.0 + 1) * (high.1 - low.1 + 1);
    }
    if total > MAX_CELLS { Err(too_many_cells()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_rows_of_an_open_document_are_counted() {
        let empty_tail =
            b"<table:table><table:table-row><table:table-cell office:value=\"1\"/></table:table-row>\
            <table:table-row table:number-rows-repeated=\"1048575\"><table:table-cell \
            table:number-columns-repeated=\"16384\"/></table:table-row></table:table>";
        assert_eq!(ods_span(empty_tail), 1);
        let full = b"<table:table><table:table-row table:number-rows-repeated=\"1000000\"><table:table-cell \
            table:number-columns-repeated=\"16384\" office:value=\"1\"/></table:table-row></table:table>";
        assert_eq!(ods_span(full), 16_384_000_000);
    }

    #[test]
    fn a_table_of_texts_cannot_claim_more_than_it_holds() {
        assert!(
            believable_strings(b"<sst uniqueCount=\"2\"><si><t>a</t></si><si><t>b</t></si></sst>").is_ok()
        );
        let claim = b"<sst uniqueCount=\"4000000000\"><si><t>a</t></si></sst>";
        assert_eq!(believable_strings(claim).unwrap_err().code(), "file_bomb");
    }
}
