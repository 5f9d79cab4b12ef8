//! Small pictures, upright.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod make;

use image::{DynamicImage, GenericImageView, ImageFormat};
use make::tiff::Block;
use make::{contains, drawing, encoded, jpeg, limits, pixels, png, rare, webp, with_exif};
use photos::{Format, Limits, Size, look, render};

/// Drawn, and looked at: a JPEG without anything.
fn drawn(bytes: &[u8], size: Size) -> DynamicImage {
    let [small] = render(bytes, [size], &limits()).unwrap();
    let seen = look(&small, &limits()).unwrap();
    assert_eq!((seen.format, seen.orientation.exif()), (Format::Jpeg, 1));
    assert!(!contains(&small, b"Exif") && seen.position.is_none());
    pixels(&small)
}

/// The letter of the colour at a part of the way across and down.
fn colour(picture: &DynamicImage, across: f64, down: f64) -> char {
    let at = |side: u32, part: f64| (f64::from(side) * part) as u32;
    let [r, g, b, _] = picture.get_pixel(at(picture.width(), across), at(picture.height(), down)).0;
    match (r > 128, g > 128, b > 128) {
        (true, true, true) => 'w',
        (true, false, false) => 'r',
        (false, true, false) => 'g',
        (false, false, true) => 'b',
        _ => '?',
    }
}

/// The corners, from the upper left, clockwise.
fn corners(picture: &DynamicImage) -> String {
    [(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)].iter().map(|(x, y)| colour(picture, *x, *y)).collect()
}

#[test]
fn sizes_drawn_together_are_those_drawn_alone() {
    let photo = jpeg(2400, 1600);
    let [thumb, screen] = render(&photo, [Size::Thumb, Size::Screen], &limits()).unwrap();
    let [alone] = render(&photo, [Size::Screen], &limits()).unwrap();
    assert_eq!(screen, alone);
    let (thumb, alone) = (pixels(&thumb), drawn(&photo, Size::Thumb));
    assert_eq!((thumb.width(), thumb.height()), (320, 213));
    assert_eq!(corners(&thumb), corners(&alone));
}

#[test]
fn every_orientation_stands_upright() {
    // Where each corner of the stored picture goes (CIPA DC-008, «Orientation»).
    let wanted = ["wrgb", "rwbg", "gbwr", "bgrw", "wbgr", "bwrg", "grwb", "rgbw"];
    for (orientation, corners_wanted) in (1..=8).zip(wanted) {
        let tiff = Block { orientation, ..Block::default() }.bytes();
        let photos = [
            with_exif(&jpeg(336, 168), &tiff),
            make::with_chunk(&encoded(drawing(336, 168), ImageFormat::Png), b"eXIf", &tiff),
            make::with_riff_metadata(&webp(336, 168), (336, 168), &tiff),
        ];
        for photo in photos {
            let small = drawn(&photo, Size::Thumb);
            assert_eq!(corners(&small), corners_wanted, "orientation {orientation}");
            let size = if orientation >= 5 { (160, 320) } else { (320, 160) };
            assert_eq!(small.dimensions(), size);
        }
    }
}

#[test]
fn the_longer_side_fits_and_nothing_is_made_larger() {
    assert_eq!(drawn(&jpeg(1500, 1000), Size::Thumb).dimensions(), (320, 213));
    assert_eq!(drawn(&jpeg(1100, 1650), Size::Screen).dimensions(), (1067, 1600));
    assert_eq!(drawn(&jpeg(40, 24), Size::Screen).dimensions(), (40, 24));
    assert_eq!(drawn(&jpeg(2000, 1), Size::Thumb).dimensions(), (320, 1), "a line stays a line");
}

#[test]
fn what_is_transparent_becomes_white() {
    let small = drawn(&png(40, 24), Size::Thumb);
    assert_eq!((colour(&small, 0.5, 0.2), colour(&small, 0.5, 0.8)), ('g', 'w'));
}

#[test]
fn sixteen_bits_grey_progressive_lossy_and_printers_colours_are_drawn() {
    let deep = DynamicImage::from(drawing(40, 24)).into_rgba16();
    assert_eq!(corners(&drawn(&encoded(deep, ImageFormat::Png), Size::Thumb)), "wrgb");
    let grey = DynamicImage::from(drawing(40, 24)).into_luma8();
    let small = drawn(&encoded(grey, ImageFormat::Jpeg), Size::Thumb);
    assert_eq!(small.color(), image::ColorType::L8, "grey stays grey");
    for hex in [rare::PROGRESSIVE, rare::LOSSY, rare::LOSSY_CLEAR, rare::CMYK] {
        assert_eq!(drawn(&rare::bytes(hex), Size::Thumb).dimensions(), (16, 8));
    }
}

#[test]
fn a_scan_that_says_nothing_is_drawn_or_refused_but_never_kills() {
    for photo in [jpeg(40, 24), png(40, 24), webp(40, 24)] {
        for at in 0..photo.len() {
            let mut wrong = photo.clone();
            wrong[at] = !wrong[at];
            if let Err(fault) = render(&wrong, [Size::Thumb], &limits()) {
                assert!(fault.code().starts_with("photo_"), "{fault:?}");
            }
        }
    }
}

#[test]
fn limits_hold_for_drawing_too() {
    let few = Limits { pixels: 100, ..limits() };
    assert_eq!(render(&jpeg(40, 24), [Size::Thumb], &few).unwrap_err().code(), "photo_pixels");
}
