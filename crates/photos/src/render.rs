//! A photo decoded, turned upright, made small, written as a JPEG of our own.
//!
//! This is for jobs: it takes a tenth of a second and more, and as much memory as the photo has pixels. The
//! worst that [`Limits`] let through, a progressive JPEG of 50 million pixels, needs about half a gigabyte:
//! run one at a time.

use std::io::Cursor;
use std::panic::catch_unwind;

use foundation::Result;
use foundation::error::internal;
use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageResult, Rgba, RgbaImage};

use crate::fault::broken;
use crate::{Format, Limits, Orientation, clean, look};

/// How large a picture is drawn; never larger than the photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Size {
    /// For lists: 320 pixels on the longer side.
    Thumb,
    /// For looking at: 1600 pixels on the longer side.
    Screen,
}

impl Size {
    /// The longer side in pixels.
    pub fn side(self) -> u32 {
        match self {
            Size::Thumb => 320,
            Size::Screen => 1600,
        }
    }

    fn quality(self) -> u8 {
        match self {
            Size::Thumb => 75,
            Size::Screen => 82,
        }
    }
}

/// The photo as JPEGs of at most [`Size::side`], one for each of `sizes` in their order, upright, on white
/// where it is transparent, without metadata. It is decoded once; each size is drawn of the next larger one.
///
/// Errors: those of [`look`] and [`clean`], and `photo_broken` when the pixels cannot be decoded.
pub fn render<const N: usize>(bytes: &[u8], sizes: [Size; N], limits: &Limits) -> Result<[Vec<u8>; N]> {
    let seen = look(bytes, limits)?;
    // The decoders see only what we checked: one frame, of the size that was measured, and a bounded number
    // of scans.
    let clean = clean(bytes)?;
    // They are others' code in front of foreign bytes: one that panics has failed at this photo, not at the
    // job.
    let picture = catch_unwind(|| decode(&clean, seen.format, limits))
        .map_err(|_| broken("the decoder panicked"))?
        .map_err(|fault| broken("it cannot be decoded").because(fault))?;
    drop(clean);
    let mut picture = flat(picture);
    let mut order: Vec<usize> = (0..N).collect();
    order.sort_by_key(|&i| std::cmp::Reverse(sizes[i].side()));
    let mut drawn = [const { Vec::new() }; N];
    for i in order {
        picture = shrink(picture, sizes[i].side());
        drawn[i] = write(&turn(picture.clone(), seen.orientation), sizes[i].quality())?;
    }
    Ok(drawn)
}

/// Four bytes a pixel, and what a decoder needs beside them.
fn memory(limits: &Limits) -> u64 {
    limits.pixels.saturating_mul(4).saturating_add(64 * 1024 * 1024)
}

fn decode(bytes: &[u8], format: Format, limits: &Limits) -> ImageResult<DynamicImage> {
    let mut most = image::Limits::default();
    most.max_image_width = Some(limits.side);
    most.max_image_height = Some(limits.side);
    most.max_alloc = Some(memory(limits));
    let input = Cursor::new(bytes);
    match format {
        Format::Jpeg => pixels(JpegDecoder::new(input)?, most),
        Format::Png => pixels(PngDecoder::with_limits(input, most.clone())?, most),
        Format::WebP => pixels(WebPDecoder::new(input)?, most),
    }
}

fn pixels(mut decoder: impl ImageDecoder, mut most: image::Limits) -> ImageResult<DynamicImage> {
    most.reserve(decoder.total_bytes())?;
    decoder.set_limits(most)?;
    DynamicImage::from_decoder(decoder)
}

/// Eight bits a channel, no transparency. Before it is made small: a transparent pixel may have any colour.
fn flat(picture: DynamicImage) -> DynamicImage {
    match picture {
        DynamicImage::ImageLuma8(_) | DynamicImage::ImageRgb8(_) => picture,
        _ if picture.color().has_alpha() => {
            let mut picture = picture.into_rgba8();
            on_white(&mut picture);
            picture.into()
        }
        _ => picture.into_rgb8().into(),
    }
}

fn on_white(picture: &mut RgbaImage) {
    for Rgba([r, g, b, a]) in picture.pixels_mut() {
        let over = |colour: u8| {
            let (colour, a) = (u32::from(colour), u32::from(*a));
            ((colour * a + 255 * (255 - a) + 127) / 255) as u8
        };
        (*r, *g, *b) = (over(*r), over(*g), over(*b));
        *a = 255;
    }
}

/// To `side` on the longer side. Far too large, it is first averaged down to twice that: quick, and the
/// filter, whose work grows with the source, then has little to do.
fn shrink(picture: DynamicImage, side: u32) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    let longer = width.max(height);
    if longer <= side {
        return picture;
    }
    let scaled =
        |length: u32| ((f64::from(length) * f64::from(side) / f64::from(longer)).round() as u32).max(1);
    let (across, down) = (scaled(width), scaled(height));
    let picture = if longer > side * 4 {
        picture.thumbnail_exact((across * 2).min(width), (down * 2).min(height))
    } else {
        picture
    };
    picture.resize_exact(across, down, FilterType::CatmullRom)
}

fn turn(mut picture: DynamicImage, orientation: Orientation) -> DynamicImage {
    if let Some(how) = image::metadata::Orientation::from_exif(orientation.exif()) {
        picture.apply_orientation(how);
    }
    picture
}

fn write(picture: &DynamicImage, quality: u8) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut out, quality);
    let done = match picture {
        DynamicImage::ImageLuma8(grey) => encoder.encode_image(grey),
        other => encoder.encode_image(&other.to_rgb8()),
    };
    done.map_err(|fault| internal("photo_encode", "Không ghi được ảnh nhỏ.").because(fault))?;
    Ok(out)
}
