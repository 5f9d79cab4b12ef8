//! Foreign bytes of a photo become a safe picture. Pure functions over bytes: no database, no HTTP, no clock.
//!
//! The way of a photo through the house:
//!
//! 1. At intake, while the sender waits: [`look`] says what it is and refuses what is too large, from headers
//!    alone; [`clean`] copies the picture without anything that tells of a person or hides behind it. Neither
//!    decodes a pixel.
//! 2. Later, in a job: [`render`] decodes the cleaned photo within [`Limits`] and draws it small, upright, as
//!    a JPEG of our own. Only these are shown to people whom the photo does not belong to.
//!
//! What is promised:
//!
//! - The format is read from the bytes, never from a name or a declared type.
//! - A cleaned photo has the same pixels and nothing else: no EXIF but the orientation, no position, no time,
//!   no colour profile, no comment, no thumbnail, nothing after its end. Cleaning it again changes nothing.
//! - What is refused has a stable code and a sentence that says what to do: `photo_type`, `photo_bytes`,
//!   `photo_pixels`, `photo_broken`. No input panics.
//!
//! What is not promised: bytes *inside* the compressed pixels are copied as they are, and they may spell
//! anything. A cleaned photo is therefore served as `image/…` with `nosniff`; a rendered one has no such
//! bytes.
//!
//! Which libraries, and why nothing is encoded again at intake: `docs/decisions/0012-photos.md`.

mod exif;
mod fault;
mod jpeg;
mod png;
mod read;
mod render;
mod sniff;
mod webp;

use foundation::geo::Point;
use foundation::{Instant, Result};

pub use exif::Orientation;
pub use render::{Size, render};
pub use sniff::{Format, sniff};

/// How large a photo may be. The defaults take what a phone of today makes, and no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: usize,
    /// Width times height.
    pub pixels: u64,
    /// The longer side.
    pub side: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { bytes: 15 * 1024 * 1024, pixels: 50_000_000, side: 16_000 }
    }
}

/// What the headers of a photo say. Place and time are the camera's claim: a sender can write anything.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// What the bytes are.
    pub format: Format,
    /// Pixels across, as stored: see [`Seen::shown`].
    pub width: u32,
    /// Pixels down, as stored.
    pub height: u32,
    /// How the stored picture is to be turned.
    pub orientation: Orientation,
    /// Where it was taken. `None` when there is none, or it makes no sense.
    pub position: Option<Point>,
    /// When it was taken. A camera that names no zone is taken to stand in Việt Nam.
    pub taken_at: Option<Instant>,
}

impl Seen {
    /// Width and height as people see it, turned upright.
    pub fn shown(&self) -> (u32, u32) {
        if self.orientation.lies() { (self.height, self.width) } else { (self.width, self.height) }
    }
}

/// What a format's headers say, before limits.
struct Head<'a> {
    width: u32,
    height: u32,
    /// The TIFF structure of the EXIF, without what wraps it.
    exif: Option<&'a [u8]>,
}

fn head(bytes: &[u8], format: Format) -> Result<Head<'_>> {
    match format {
        Format::Jpeg => jpeg::head(bytes),
        Format::Png => png::head(bytes),
        Format::WebP => webp::head(bytes),
    }
}

/// Says what a photo is, from its headers. Decodes nothing, and takes microseconds whatever the size.
///
/// Errors: `photo_bytes`, `photo_type`, `photo_pixels`, `photo_broken`. A file that broke off after its
/// headers is noticed by [`clean`].
pub fn look(bytes: &[u8], limits: &Limits) -> Result<Seen> {
    if bytes.len() > limits.bytes {
        return Err(fault::bytes(limits));
    }
    let format = sniff(bytes)?;
    let head = head(bytes, format)?;
    let pixels = u64::from(head.width) * u64::from(head.height);
    if pixels > limits.pixels || head.width.max(head.height) > limits.side {
        return Err(fault::pixels(head.width, head.height, limits));
    }
    let told = head.exif.map(exif::read).unwrap_or_default();
    Ok(Seen {
        format,
        width: head.width,
        height: head.height,
        orientation: told.orientation,
        position: told.position,
        taken_at: told.taken_at,
    })
}

/// The same picture without anything beside it. The compressed pixels are copied, not encoded again, so
/// nothing of the picture is lost and it costs no more than reading the bytes. The orientation stays.
///
/// [`look`] comes before: this one knows no limits.
///
/// Errors: `photo_type`, `photo_broken`, also for a file that breaks off.
pub fn clean(bytes: &[u8]) -> Result<Vec<u8>> {
    let format = sniff(bytes)?;
    let told = head(bytes, format)?.exif.map(exif::read).unwrap_or_default();
    match format {
        Format::Jpeg => jpeg::copy(bytes, told.orientation),
        Format::Png => png::copy(bytes, told.orientation),
        Format::WebP => webp::copy(bytes, told.orientation),
    }
}
