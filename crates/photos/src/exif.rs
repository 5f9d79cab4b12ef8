//! EXIF (CIPA DC-008): the four facts that the house wants, and the smallest block that says an orientation.
//!
//! Read by ourselves. Three directories are opened, each once, so no loop and no depth can cost anything; a
//! crate that lists every field of every directory lets 64 KiB make hundreds of megabytes
//! (`docs/decisions/0012-photos.md`). What is broken is missing: a photo is not refused for its EXIF.

use foundation::geo::Point;
use foundation::{Date, Instant, TimeOfDay};

/// How a stored picture is turned to stand upright: 1 to 8, as EXIF counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Orientation(u8);

impl Orientation {
    /// As stored.
    pub const UPRIGHT: Orientation = Orientation(1);

    /// The orientation that EXIF writes as `value`.
    pub fn from_exif(value: u16) -> Option<Orientation> {
        (1..=8).contains(&value).then_some(Orientation(value as u8))
    }

    /// As EXIF writes it.
    pub fn exif(self) -> u8 {
        self.0
    }

    /// Whether width and height change places.
    pub fn lies(self) -> bool {
        self.0 >= 5
    }
}

impl Default for Orientation {
    fn default() -> Self {
        Orientation::UPRIGHT
    }
}

/// What the EXIF of a photo says.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub orientation: Orientation,
    pub position: Option<Point>,
    pub taken_at: Option<Instant>,
}

/// No camera writes more fields into one directory.
const FIELDS: usize = 512;

const ASCII: u16 = 2;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const RATIONAL: u16 = 5;

/// Reads a TIFF structure.
pub(crate) fn read(bytes: &[u8]) -> Told {
    read_all(bytes).unwrap_or_default()
}

fn read_all(bytes: &[u8]) -> Option<Told> {
    let tiff = Tiff { bytes, little: bytes.get(..2)? == b"II" };
    if !(tiff.little || bytes.starts_with(b"MM")) || tiff.u16(2)? != 42 {
        return None;
    }
    let first = tiff.directory(tiff.u32(4)?)?;
    let inner = |tag| first.long(tag).and_then(|at| tiff.directory(at));
    Some(Told {
        orientation: first.short(0x0112).and_then(Orientation::from_exif).unwrap_or_default(),
        position: inner(0x8825).and_then(|gps| position(&gps)),
        taken_at: inner(0x8769).and_then(|shot| taken_at(&shot)),
    })
}

/// A block with the orientation alone: one directory with one field.
pub(crate) fn only(orientation: Orientation) -> [u8; 26] {
    let mut out = *b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x01\0\0\0\0\0\0";
    out[19] = orientation.0;
    out
}

/// Where the camera stood. Nothing unless both halves are there, finite, in range, and not both zero: 0°, 0°
/// is what a phone writes that did not know.
fn position(gps: &Directory) -> Option<Point> {
    let lat = degrees(gps, 1, 2, [b'N', b'S'], 90.0)?;
    let lon = degrees(gps, 3, 4, [b'E', b'W'], 180.0)?;
    (lat != 0.0 || lon != 0.0).then_some(Point { lon, lat })
}

fn degrees(gps: &Directory, sign: u16, value: u16, letters: [u8; 2], most: f64) -> Option<f64> {
    let side = *gps.ascii(sign)?.first()?;
    let [d, m, s] = gps.rationals(value)?;
    if !letters.contains(&side) || m >= 60.0 || s >= 60.0 {
        return None;
    }
    let size = d + m / 60.0 + s / 3600.0;
    (size <= most).then_some(if side == letters[1] { -size } else { size })
}

/// When the shutter opened (`DateTimeOriginal`, «2026:11:22 07:30:05»), with its zone where one is named.
fn taken_at(shot: &Directory) -> Option<Instant> {
    let written = shot.ascii(0x9003)?;
    let [y, mo, d, h, mi, s] =
        [(0, 4), (5, 2), (8, 2), (11, 2), (14, 2), (17, 2)].map(|p| digits(written, p));
    let (h, mi, s) = (h?, mi?, s?);
    // A leap second is told as 60.
    if h > 23 || mi > 59 || s > 60 {
        return None;
    }
    let local =
        Date::from_ymd(y? as i32, mo?, d?).ok()?.at(TimeOfDay(h * 3600 + mi * 60)).plus_seconds(s.into());
    let east = shot.ascii(0x9011).and_then(offset).unwrap_or(VIET_NAM);
    Some(local.plus_seconds(VIET_NAM - east))
}

/// Seconds east of Greenwich in Việt Nam.
const VIET_NAM: i64 = 7 * 3600;

/// «+07:00» in seconds.
fn offset(written: &[u8]) -> Option<i64> {
    let (h, m) = (digits(written, (1, 2))?, digits(written, (4, 2))?);
    let size = i64::from(h) * 3600 + i64::from(m) * 60;
    match written.first()? {
        b'+' if h <= 14 && m < 60 => Some(size),
        b'-' if h <= 12 && m < 60 => Some(-size),
        _ => None,
    }
}

fn digits(written: &[u8], (at, len): (usize, usize)) -> Option<u32> {
    written.get(at..at + len)?.iter().try_fold(0, |sum, b| {
        let digit = b.is_ascii_digit().then(|| u32::from(b - b'0'))?;
        Some(sum * 10 + digit)
    })
}

/// Numbers of a TIFF structure.
#[derive(Clone, Copy)]
struct Tiff<'a> {
    bytes: &'a [u8],
    little: bool,
}

impl<'a> Tiff<'a> {
    fn u16(self, at: usize) -> Option<u16> {
        let two = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    }

    fn u32(self, at: usize) -> Option<u32> {
        let four = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    }

    fn directory(self, at: u32) -> Option<Directory<'a>> {
        let at = at as usize;
        let count = usize::from(self.u16(at)?).min(FIELDS);
        Some(Directory { tiff: self, at: at.checked_add(2)?, count })
    }
}

/// A directory: twelve bytes for each field.
struct Directory<'a> {
    tiff: Tiff<'a>,
    at: usize,
    count: usize,
}

impl<'a> Directory<'a> {
    /// Where the value of a field stands, if it has this kind and at least `least` values of `size` bytes;
    /// and how many.
    fn field(&self, tag: u16, kind: u16, size: usize, least: usize) -> Option<(usize, usize)> {
        let fields = (0..self.count).map(|n| self.at + n * 12);
        let at = fields
            .take_while(|at| at + 12 <= self.tiff.bytes.len())
            .find(|at| self.tiff.u16(*at) == Some(tag))?;
        let count = self.tiff.u32(at + 4)? as usize;
        if self.tiff.u16(at + 2)? != kind || count < least {
            return None;
        }
        let place = if count.checked_mul(size)? <= 4 { at + 8 } else { self.tiff.u32(at + 8)? as usize };
        Some((place, count))
    }

    fn short(&self, tag: u16) -> Option<u16> {
        self.field(tag, SHORT, 2, 1).and_then(|(at, _)| self.tiff.u16(at))
    }

    fn long(&self, tag: u16) -> Option<u32> {
        self.field(tag, LONG, 4, 1).and_then(|(at, _)| self.tiff.u32(at))
    }

    fn ascii(&self, tag: u16) -> Option<&'a [u8]> {
        let (at, count) = self.field(tag, ASCII, 1, 1)?;
        self.tiff.bytes.get(at..at.checked_add(count)?)
    }

    /// Three fractions; none if one has no denominator.
    fn rationals(&self, tag: u16) -> Option<[f64; 3]> {
        let (at, _) = self.field(tag, RATIONAL, 8, 3)?;
        let mut out = [0.0; 3];
        for (n, value) in out.iter_mut().enumerate() {
            let at = at.checked_add(n * 8)?;
            let (upper, lower) = (self.tiff.u32(at)?, self.tiff.u32(at.checked_add(4)?)?);
            if lower == 0 {
                return None;
            }
            *value = f64::from(upper) / f64::from(lower);
        }
        Some(out)
    }
}
