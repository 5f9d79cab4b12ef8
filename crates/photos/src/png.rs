//! PNG: which chunks make the picture.
//!
//! Copied are the header, the palette, the transparency and the pixels, their checksums proven. Text, time,
//! profiles, physical size and the further pictures of an animation are left, and so is what follows the end.

use flate2::Crc;
use foundation::Result;

use crate::fault::broken;
use crate::read::{be32, slice};
use crate::{Head, Orientation, exif};

/// The first bytes.
pub(crate) const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1A\n";

/// A chunk, with where it stands.
struct Chunk<'a> {
    name: [u8; 4],
    data: &'a [u8],
    check: u32,
    /// Length, name, data and checksum together.
    whole: &'a [u8],
}

impl Chunk<'_> {
    fn proven(&self) -> bool {
        let mut sum = Crc::new();
        sum.update(&self.name);
        sum.update(self.data);
        sum.sum() == self.check
    }

    /// A reader that does not know the chunk may go on without it.
    fn may_be_left(&self) -> bool {
        self.name[0].is_ascii_lowercase()
    }
}

fn chunk(bytes: &[u8], at: usize) -> Result<Chunk<'_>> {
    let len = be32(bytes, at)? as usize;
    let whole = slice(bytes, at, len.saturating_add(12))?;
    let (name, data) = (be32(whole, 4)?.to_be_bytes(), slice(whole, 8, len)?);
    if !name.iter().all(u8::is_ascii_alphabetic) {
        return Err(broken("a chunk without a name"));
    }
    Ok(Chunk { name, data, check: be32(whole, 8 + len)?, whole })
}

/// The chunks up to the end of the image.
fn chunks(bytes: &[u8]) -> impl Iterator<Item = Result<Chunk<'_>>> {
    let mut at = Some(SIGNATURE.len());
    std::iter::from_fn(move || {
        let next = chunk(bytes, at?);
        at = match &next {
            Ok(found) if found.name != *b"IEND" => at.map(|at| at + found.whole.len()),
            _ => None,
        };
        Some(next)
    })
}

/// Reads the headers.
pub(crate) fn head(bytes: &[u8]) -> Result<Head<'_>> {
    let mut chunks = chunks(bytes);
    let first = chunks.next().ok_or_else(|| broken("no chunk"))??;
    let (width, height) = size(&first)?;
    let mut exif = None;
    for chunk in chunks {
        let chunk = chunk?;
        if chunk.name == *b"eXIf" && exif.is_none() {
            exif = Some(chunk.data);
        }
    }
    Ok(Head { width, height, exif })
}

fn size(first: &Chunk) -> Result<(u32, u32)> {
    let (width, height) = (be32(first.data, 0)?, be32(first.data, 4)?);
    let depth_and_colour = slice(first.data, 8, 2)?;
    let known =
        matches!(depth_and_colour, [1 | 2 | 4 | 8 | 16, 0] | [1 | 2 | 4 | 8, 3] | [8 | 16, 2 | 4 | 6]);
    let plain = matches!(first.data.get(10..), Some([0, 0, 0 | 1]));
    if first.name != *b"IHDR" || !known || !plain || width == 0 || height == 0 || !first.proven() {
        return Err(broken("a header that is not made as it must be"));
    }
    Ok((width, height))
}

/// The picture alone, with its orientation.
pub(crate) fn copy(bytes: &[u8], orientation: Orientation) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len() + 64);
    out.extend(SIGNATURE);
    let (mut seen, mut last) = (Vec::new(), *b"none");
    for chunk in chunks(bytes) {
        let chunk = chunk?;
        let again = seen.contains(&chunk.name);
        let pixels = seen.contains(b"IDAT");
        let right = match &chunk.name {
            b"IHDR" => seen.is_empty(),
            b"PLTE" => !again && !pixels && chunk.data.len() <= 768 && chunk.data.len().is_multiple_of(3),
            b"tRNS" => !again && !pixels && chunk.data.len() <= 256,
            // The pixels are one stream: nothing may stand between their chunks.
            b"IDAT" => !seen.is_empty() && (!pixels || last == *b"IDAT"),
            b"IEND" => pixels && chunk.data.is_empty(),
            _ if chunk.may_be_left() => {
                last = chunk.name;
                continue;
            }
            _ => false,
        };
        if !right || !chunk.proven() {
            return Err(broken("a chunk that is not made as it must be, or out of its order"));
        }
        if chunk.name == *b"IDAT" && !pixels && orientation != Orientation::UPRIGHT {
            write(&mut out, *b"eXIf", &exif::only(orientation));
        }
        out.extend_from_slice(chunk.whole);
        last = chunk.name;
        if !again {
            seen.push(chunk.name);
        }
    }
    Ok(out)
}

fn write(out: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    let mut sum = Crc::new();
    sum.update(&name);
    sum.update(data);
    out.extend((data.len() as u32).to_be_bytes());
    out.extend(name);
    out.extend_from_slice(data);
    out.extend(sum.sum().to_be_bytes());
}
