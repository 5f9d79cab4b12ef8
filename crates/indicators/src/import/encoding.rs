//! Bytes and cells in the encodings from before Unicode.

use foundation::Result;

use super::workbook::{Cell, Sheet};

/// The text of a CSV file, the name of its encoding when that is not UTF-8, and whether there is no doubt.
pub fn decode(bytes: &[u8]) -> Result<(String, Option<&'static str>, bool)> {
    let decoded = foundation::legacy::decode(bytes)?;
    let name = (decoded.encoding != foundation::legacy::Encoding::Utf8).then(|| decoded.encoding.name());
    Ok((decoded.text, name, decoded.sure))
}

/// Cells that only a TCVN3 or VNI font made readable become Unicode. Says which of the two it was.
///
/// One cell alone can mislead («phoá»); the words of a whole sheet do not, so the sheet decides and its cells
/// follow.
pub fn repair(sheets: &mut [Sheet]) -> Option<&'static str> {
    let mut told = None;
    for sheet in sheets {
        let texts = sheet.rows.iter().flatten().filter_map(|c| match c {
            Cell::Text(text) if !text.is_ascii() => Some(text.as_str()),
            _ => None,
        });
        let sample: Vec<&str> = texts.take(400).collect();
        let Some(found) = foundation::legacy::repair(&sample.join(" \n ")) else { continue };
        told = Some(found.encoding.name());
        for cell in sheet.rows.iter_mut().flatten() {
            if let Cell::Text(text) = cell
                && let Some(fixed) = foundation::legacy::repair(text)
            {
                *text = fixed.text;
            }
        }
    }
    told
}
