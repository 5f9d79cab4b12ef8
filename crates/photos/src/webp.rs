//! WebP (RFC 9649): which chunks make the picture.
//!
//! Copied are the one picture and its transparency; the header that announces more is written anew, for what
//! is there. Profiles, EXIF, XMP, unknown chunks and what follows the end are left. Moving pictures are
//! refused.

use foundation::Result;

use crate::fault::{broken, kind};
use crate::read::{le16, le24, le32, slice, u8};
use crate::{Head, Orientation, exif};

const MOVING: &str = "Ảnh động không nhận: chụp màn hình ảnh rồi gửi.";

const ALPHA: u8 = 0x10;
const EXIF: u8 = 0x08;
const ANIMATION: u8 = 0x02;

/// What the file holds.
struct Parts<'a> {
    width: u32,
    height: u32,
    /// `VP8 ` or `VP8L`, and its data.
    picture: ([u8; 4], &'a [u8]),
    transparent: bool,
    /// The transparency of a lossy picture.
    alpha: Option<&'a [u8]>,
    exif: Option<&'a [u8]>,
}

fn parts(bytes: &[u8]) -> Result<Parts<'_>> {
    let whole = slice(bytes, 8, le32(bytes, 4)? as usize)?;
    let (mut at, mut canvas, mut picture, mut alpha, mut exif) = (4, None, None, None, None);
    while at < whole.len() {
        let name = le32(whole, at)?.to_le_bytes();
        let data = slice(whole, at + 8, le32(whole, at + 4)? as usize)?;
        let first = at == 4;
        at += 8 + data.len() + data.len() % 2;
        match &name {
            b"VP8X" if first => {
                if u8(data, 0)? & ANIMATION != 0 {
                    return Err(kind(MOVING));
                }
                canvas = Some((le24(data, 4)? + 1, le24(data, 7)? + 1));
            }
            b"ANIM" | b"ANMF" => return Err(kind(MOVING)),
            b"VP8 " | b"VP8L" if picture.is_none() => picture = Some((name, data)),
            b"VP8X" | b"VP8 " | b"VP8L" => return Err(broken("a second picture")),
            b"ALPH" if alpha.is_none() && picture.is_none() => alpha = Some(data),
            b"EXIF" if exif.is_none() => exif = Some(data.strip_prefix(b"Exif\0\0").unwrap_or(data)),
            _ => {}
        }
    }
    let picture = picture.ok_or_else(|| broken("no picture"))?;
    let (width, height, own) = size(picture.0, picture.1)?;
    if canvas.is_some_and(|canvas| canvas != (width, height)) {
        return Err(broken("the header tells another size than the picture"));
    }
    // Only the longer form knows a chunk of transparency, and only beside a lossy picture.
    let alpha = alpha.filter(|_| canvas.is_some() && picture.0 == *b"VP8 ");
    Ok(Parts { width, height, picture, transparent: own || alpha.is_some(), alpha, exif })
}

/// Width, height, and whether a lossless picture says that it is transparent.
fn size(name: [u8; 4], data: &[u8]) -> Result<(u32, u32, bool)> {
    let wrong = || broken("a picture that does not begin as it must");
    let (width, height, own) = if name == *b"VP8L" {
        let bits = le32(data, 1)?;
        if u8(data, 0)? != 0x2F || bits >> 29 != 0 {
            return Err(wrong());
        }
        ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bits >> 28 & 1 == 1)
    } else {
        let (width, height) = (le16(data, 6)? & 0x3FFF, le16(data, 8)? & 0x3FFF);
        if u8(data, 0)? & 1 != 0 || slice(data, 3, 3)? != b"\x9D\x01\x2A" || width == 0 || height == 0 {
            return Err(wrong());
        }
        (width.into(), height.into(), false)
    };
    Ok((width, height, own))
}

/// Reads the headers.
pub(crate) fn head(bytes: &[u8]) -> Result<Head<'_>> {
    let Parts { width, height, exif, .. } = parts(bytes)?;
    Ok(Head { width, height, exif })
}

/// The picture alone, with its orientation.
pub(crate) fn copy(bytes: &[u8], orientation: Orientation) -> Result<Vec<u8>> {
    let parts = parts(bytes)?;
    let turned = orientation != Orientation::UPRIGHT;
    let mut out = Vec::with_capacity(bytes.len() + 80);
    out.extend(*b"RIFF\0\0\0\0WEBP");
    if turned || parts.alpha.is_some() {
        let flags = if parts.transparent { ALPHA } else { 0 } | if turned { EXIF } else { 0 };
        let mut header = vec![flags, 0, 0, 0];
        header.extend_from_slice(&(parts.width - 1).to_le_bytes()[..3]);
        header.extend_from_slice(&(parts.height - 1).to_le_bytes()[..3]);
        write(&mut out, *b"VP8X", &header);
    }
    if let Some(alpha) = parts.alpha {
        write(&mut out, *b"ALPH", alpha);
    }
    write(&mut out, parts.picture.0, parts.picture.1);
    if turned {
        write(&mut out, *b"EXIF", &exif::only(orientation));
    }
    let len = out.len() as u32 - 8;
    out[4..8].copy_from_slice(&len.to_le_bytes());
    Ok(out)
}

fn write(out: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    out.extend(name);
    out.extend((data.len() as u32).to_le_bytes());
    out.extend_from_slice(data);
    if data.len() % 2 == 1 {
        out.push(0);
    }
}
