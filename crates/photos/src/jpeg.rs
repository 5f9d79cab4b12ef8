//! JPEG (ITU-T T.81): which segments make the picture.
//!
//! Copied are the frame, its tables and its scans, each checked to be exactly as long as it says; JFIF and
//! Adobe are written anew, because they decide the colours. Everything else is left: APPn, comments, what
//! follows the end (a second picture, a ZIP). One frame only, so that no reader can see another picture than
//! we measured.

use foundation::Result;

use crate::fault::{broken, kind};
use crate::read::{be16, slice, u8};
use crate::{Head, Orientation, exif};

/// The first bytes: the start of the image, and of its first marker.
pub(crate) const SIGNATURE: [u8; 3] = [0xFF, 0xD8, 0xFF];

/// A progressive photo has about ten; thousands of empty ones are an attack on whoever decodes.
const SCANS: usize = 64;

const SOF0: u8 = 0xC0;
const SOF2: u8 = 0xC2;
const DHT: u8 = 0xC4;
const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const DQT: u8 = 0xDB;
const DRI: u8 = 0xDD;
const APP0: u8 = 0xE0;
const APP1: u8 = 0xE1;
const APP14: u8 = 0xEE;
const APP15: u8 = 0xEF;
const COM: u8 = 0xFE;

const RARE: &str = "Ảnh JPEG này thuộc loại hiếm, chưa đọc được: chụp màn hình ảnh rồi gửi.";

/// Goes from segment to segment.
struct Segments<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Segments<'a> {
    /// After the start of the image.
    fn new(bytes: &'a [u8]) -> Self {
        Segments { bytes, at: 2 }
    }

    /// The next marker and what it carries.
    fn next(&mut self) -> Result<(u8, &'a [u8])> {
        if u8(self.bytes, self.at)? != 0xFF {
            return Err(broken("no marker where one is due"));
        }
        while u8(self.bytes, self.at)? == 0xFF {
            self.at += 1;
        }
        let marker = u8(self.bytes, self.at)?;
        self.at += 1;
        if marker == EOI {
            return Ok((marker, &[]));
        }
        if matches!(marker, 0x00..=0xBF | 0xD0..=SOI) {
            return Err(broken("a marker without a segment between segments"));
        }
        let len = usize::from(be16(self.bytes, self.at)?);
        let body = len.checked_sub(2).ok_or_else(|| broken("a segment shorter than its own length"))?;
        let payload = slice(self.bytes, self.at + 2, body)?;
        self.at += len;
        Ok((marker, payload))
    }

    /// The compressed data of a scan: up to the next marker that is no restart.
    fn scan(&mut self) -> Result<&'a [u8]> {
        let from = self.at;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let step = rest.iter().position(|b| *b == 0xFF).ok_or_else(|| broken("a scan without an end"))?;
            let mark = self.at + step;
            match u8(self.bytes, mark + 1)? {
                0x00 | 0xD0..=0xD7 => self.at = mark + 2,
                0xFF => self.at = mark + 1,
                _ => {
                    self.at = mark;
                    return slice(self.bytes, from, mark - from);
                }
            }
        }
    }
}

/// What stands before the first scan.
struct Start<'a> {
    head: Head<'a>,
    jfif: bool,
    /// How Adobe's programs say the colours are kept.
    adobe: Option<u8>,
}

fn start(bytes: &[u8]) -> Result<Start<'_>> {
    let mut segments = Segments::new(bytes);
    let (mut size, mut exif, mut jfif, mut adobe) = (None, None, false, None);
    loop {
        let (marker, payload) = segments.next()?;
        match marker {
            SOF0..=SOF2 if size.is_none() => size = Some(frame(payload)?),
            SOS => break,
            EOI => return Err(broken("an end before any scan")),
            APP0 => jfif |= payload.starts_with(b"JFIF\0"),
            APP1 if exif.is_none() => exif = payload.strip_prefix(b"Exif\0\0"),
            APP14 if payload.len() >= 12 && payload.starts_with(b"Adobe") => adobe = Some(payload[11]),
            _ => known(marker)?,
        }
    }
    let (width, height) = size.ok_or_else(|| broken("a scan before its frame"))?;
    Ok(Start { head: Head { width, height, exif }, jfif, adobe })
}

/// Reads the headers.
pub(crate) fn head(bytes: &[u8]) -> Result<Head<'_>> {
    start(bytes).map(|start| start.head)
}

/// The picture alone, with its orientation.
pub(crate) fn copy(bytes: &[u8], orientation: Orientation) -> Result<Vec<u8>> {
    let start = start(bytes)?;
    let mut out = Vec::with_capacity(bytes.len());
    out.extend([0xFF, SOI]);
    if start.jfif {
        segment(&mut out, APP0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    }
    if orientation != Orientation::UPRIGHT {
        let block = [b"Exif\0\0".as_slice(), &exif::only(orientation)].concat();
        segment(&mut out, APP1, &block);
    }
    if let Some(transform) = start.adobe {
        segment(&mut out, APP14, &[b"Adobe\0\x64\0\0\0\0".as_slice(), &[transform]].concat());
    }
    let mut segments = Segments::new(bytes);
    let (mut frames, mut scans) = (0, 0);
    loop {
        let (marker, payload) = segments.next()?;
        let whole = match marker {
            SOF0..=SOF2 => {
                frames += 1;
                frames == 1
            }
            DHT => huffman(payload),
            DQT => quantization(payload),
            DRI => payload.len() == 2,
            SOS => {
                scans += 1;
                scans <= SCANS && scan_header(payload)
            }
            EOI if scans > 0 => break,
            EOI => false,
            _ => {
                known(marker)?;
                continue;
            }
        };
        if !whole {
            return Err(broken("a segment that is not made as it must be, or one too many"));
        }
        segment(&mut out, marker, payload);
        if marker == SOS {
            out.extend_from_slice(segments.scan()?);
        }
    }
    out.extend([0xFF, EOI]);
    Ok(out)
}

/// Writes a segment; what it carries came out of one, or is short.
fn segment(out: &mut Vec<u8>, marker: u8, payload: &[u8]) {
    out.extend([0xFF, marker]);
    out.extend((payload.len() as u16 + 2).to_be_bytes());
    out.extend_from_slice(payload);
}

/// A marker that may stand there and is left out. Lossless, arithmetic and hierarchical pictures come from no
/// phone.
fn known(marker: u8) -> Result<()> {
    match marker {
        APP0..=APP15 | COM | DHT | DQT | DRI => Ok(()),
        SOF0..=SOF2 => Err(broken("a second frame")),
        0xC3..=0xCF | 0xDE | 0xDF => Err(kind(RARE)),
        _ => Err(broken("a marker that has no meaning")),
    }
}

/// Width and height of a frame.
fn frame(payload: &[u8]) -> Result<(u32, u32)> {
    let (precision, height, width) = (u8(payload, 0)?, be16(payload, 1)?, be16(payload, 3)?);
    let components = u8(payload, 5)?;
    if precision != 8 || !matches!(components, 1 | 3 | 4) {
        return Err(kind(RARE));
    }
    let parts = payload.get(6..).unwrap_or_default();
    let right = |part: &[u8]| {
        let (across, down) = (part[1] >> 4, part[1] & 15);
        (1..=4).contains(&across) && (1..=4).contains(&down) && part[2] <= 3
    };
    if width == 0 || height == 0 || parts.len() != usize::from(components) * 3 || !parts.chunks(3).all(right)
    {
        return Err(broken("a frame that is not made as it must be"));
    }
    Ok((width.into(), height.into()))
}

/// Whether these are Huffman tables and nothing else.
fn huffman(mut rest: &[u8]) -> bool {
    while let [which, table @ ..] = rest {
        let Some((counts, symbols)) = table.split_at_checked(16) else { return false };
        let len: usize = counts.iter().map(|n| usize::from(*n)).sum();
        if which >> 4 > 1 || which & 15 > 3 || len > 256 || symbols.len() < len {
            return false;
        }
        rest = &symbols[len..];
    }
    true
}

/// Whether these are quantization tables and nothing else.
fn quantization(mut rest: &[u8]) -> bool {
    while let [which, table @ ..] = rest {
        let len = 64 * (1 + usize::from(which >> 4));
        if which >> 4 > 1 || which & 15 > 3 || table.len() < len {
            return false;
        }
        rest = &table[len..];
    }
    true
}

fn scan_header(payload: &[u8]) -> bool {
    matches!(payload, [n @ 1..=4, rest @ ..] if rest.len() == usize::from(*n) * 2 + 3)
}
