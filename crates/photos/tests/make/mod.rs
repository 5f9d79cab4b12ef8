//! Photos as phones make them, and worse ones.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod rare;
pub mod tiff;

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use photos::Limits;

/// What stands in metadata of these tests and must be nowhere after cleaning.
pub const SECRET: &str = "Nguyen-Van-A-0912345678";

/// The house's limits.
pub fn limits() -> Limits {
    Limits::default()
}

/// A drawing whose four corners differ: white, red, green, blue from the upper left, clockwise.
pub fn drawing(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| match (x * 2 < width, y * 2 < height) {
        (true, true) => Rgb([250, 250, 250]),
        (false, true) => Rgb([220, 20, 20]),
        (false, false) => Rgb([20, 200, 20]),
        (true, false) => Rgb([20, 20, 220]),
    })
}

/// A picture in a format.
pub fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.into().write_to(&mut out, format).expect("it is a format that is written");
    out.into_inner()
}

/// A JPEG as a camera writes it.
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    encoded(drawing(width, height), ImageFormat::Jpeg)
}

/// A PNG, transparent in the lower half.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let clear = |x, y| if y * 2 < height { Rgba([9, 200, 9, 255]) } else { Rgba([x as u8, 0, 0, 0]) };
    encoded(RgbaImage::from_fn(width, height, clear), ImageFormat::Png)
}

/// A lossless WebP.
pub fn webp(width: u32, height: u32) -> Vec<u8> {
    encoded(drawing(width, height), ImageFormat::WebP)
}

/// The pixels of a file, by the crate `image` alone.
pub fn pixels(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).expect("the test gives a whole picture")
}

/// A JPEG with a segment right after its start.
pub fn with_segment(jpeg: &[u8], marker: u8, payload: &[u8]) -> Vec<u8> {
    let len = (payload.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xFF, marker], &len, payload, &jpeg[2..]].concat()
}

/// A JPEG with EXIF.
pub fn with_exif(jpeg: &[u8], tiff: &[u8]) -> Vec<u8> {
    with_segment(jpeg, 0xE1, &[b"Exif\0\0", tiff].concat())
}

/// A PNG with a chunk after its header.
pub fn with_chunk(png: &[u8], name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    [&png[..33], &chunk(name, data), &png[33..]].concat()
}

/// A chunk of PNG.
pub fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(name);
    sum.update(data);
    [&(data.len() as u32).to_be_bytes(), name.as_slice(), data, &sum.sum().to_be_bytes()].concat()
}

/// A chunk of WebP.
pub fn riff_chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let pad = if data.len() % 2 == 1 { [0].as_slice() } else { &[] };
    [name.as_slice(), &(data.len() as u32).to_le_bytes(), data, pad].concat()
}

/// A WebP of these chunks.
pub fn riff(chunks: &[u8]) -> Vec<u8> {
    [b"RIFF", (chunks.len() as u32 + 4).to_le_bytes().as_slice(), b"WEBP", chunks].concat()
}

/// A simple WebP in the longer form, with EXIF and XMP behind the picture.
pub fn with_riff_metadata(webp: &[u8], (width, height): (u32, u32), exif: &[u8]) -> Vec<u8> {
    let header =
        [&[0x0C, 0, 0, 0], &(width - 1).to_le_bytes()[..3], &(height - 1).to_le_bytes()[..3]].concat();
    riff(
        &[
            riff_chunk(b"VP8X", &header),
            riff_chunk(b"ICCP", SECRET.as_bytes()),
            webp[12..].to_vec(),
            riff_chunk(b"EXIF", exif),
            riff_chunk(b"XMP ", SECRET.as_bytes()),
        ]
        .concat(),
    )
}

/// Whether `needle` stands anywhere in `bytes`.
pub fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}
