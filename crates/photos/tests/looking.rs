//! What a photo says of itself, and what is refused before anything is decoded.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod make;

use exif::{In, Tag};
use foundation::{Date, Kind, TimeOfDay};
use image::ImageFormat;
use make::tiff::{Block, CAN_THO};
use make::{chunk, jpeg, limits, png, rare, riff, riff_chunk, webp, with_exif, with_riff_metadata};
use photos::{Format, Limits, Seen, look, sniff};

fn seen(bytes: &[u8]) -> Seen {
    look(bytes, &limits()).unwrap()
}

fn code(bytes: &[u8]) -> &'static str {
    look(bytes, &limits()).unwrap_err().code()
}

/// What is read of a block that stands in a JPEG.
fn told(tiff: &[u8]) -> Seen {
    seen(&with_exif(&jpeg(40, 24), tiff))
}

#[test]
fn a_photo_says_its_format_and_size() {
    for (bytes, format) in [
        (jpeg(40, 24), Format::Jpeg),
        (png(40, 24), Format::Png),
        (webp(40, 24), Format::WebP),
        (with_riff_metadata(&webp(40, 24), (40, 24), b""), Format::WebP),
    ] {
        let seen = seen(&bytes);
        assert_eq!((seen.format, seen.width, seen.height), (format, 40, 24));
        assert_eq!((seen.position, seen.taken_at, seen.orientation.exif()), (None, None, 1));
    }
    for (hex, format) in [
        (rare::PROGRESSIVE, Format::Jpeg),
        (rare::CMYK, Format::Jpeg),
        (rare::LOSSY, Format::WebP),
        (rare::LOSSY_CLEAR, Format::WebP),
    ] {
        let seen = seen(&rare::bytes(hex));
        assert_eq!((seen.format, seen.width, seen.height), (format, 16, 8));
    }
}

#[test]
fn place_time_and_orientation_are_read_in_every_format_and_both_byte_orders() {
    for little in [true, false] {
        for orientation in 1..=8 {
            let tiff = Block { little, orientation, ..Block::default() }.bytes();
            let photos = [
                with_exif(&jpeg(40, 24), &tiff),
                make::with_chunk(&png(40, 24), b"eXIf", &tiff),
                with_riff_metadata(&webp(40, 24), (40, 24), &tiff),
                with_riff_metadata(&webp(40, 24), (40, 24), &[b"Exif\0\0", tiff.as_slice()].concat()),
            ];
            for photo in photos {
                let seen = seen(&photo);
                let position = seen.position.unwrap();
                assert!((position.lat - CAN_THO.0).abs() < 1e-9 && (position.lon - CAN_THO.1).abs() < 1e-9);
                assert_eq!(u16::from(seen.orientation.exif()), orientation);
                let shown = if orientation >= 5 { (24, 40) } else { (40, 24) };
                assert_eq!(seen.shown(), shown);
                let half_past_seven = Date::from_ymd(2026, 11, 22).unwrap().at(TimeOfDay(7 * 3600 + 30 * 60));
                assert_eq!(seen.taken_at, Some(half_past_seven.plus_seconds(5)));
            }
        }
    }
}

#[test]
fn the_crate_kamadak_exif_reads_the_same() {
    for little in [true, false] {
        let tiff = Block { little, orientation: 6, ..Block::default() }.bytes();
        let other = exif::Reader::new().read_raw(tiff.clone()).unwrap();
        let field = |tag| other.get_field(tag, In::PRIMARY).unwrap();
        let degrees = |tag| {
            let exif::Value::Rational(ref all) = field(tag).value else { panic!("no fractions") };
            all[0].to_f64() + all[1].to_f64() / 60.0 + all[2].to_f64() / 3600.0
        };
        let seen = told(&tiff);
        let position = seen.position.unwrap();
        assert!((position.lat - degrees(Tag::GPSLatitude)).abs() < 1e-12);
        assert!((position.lon - degrees(Tag::GPSLongitude)).abs() < 1e-12);
        assert_eq!(field(Tag::Orientation).value.get_uint(0), Some(seen.orientation.exif().into()));
        assert_eq!(field(Tag::DateTimeOriginal).display_value().to_string(), "2026-11-22 07:30:05");
    }
}

#[test]
fn a_named_zone_counts_and_a_nonsense_one_does_not() {
    let at = |zone: Option<&str>| {
        told(&Block { zone: zone.map(str::to_owned), ..Block::default() }.bytes()).taken_at.unwrap()
    };
    let here = at(None);
    assert_eq!(at(Some("+07:00")), here);
    assert_eq!(at(Some("+09:00")), here.plus_seconds(-7200));
    assert_eq!(at(Some("-03:30")), here.plus_seconds(10 * 3600 + 1800));
    assert_eq!(at(Some("+99:00")), here);
    assert_eq!(at(Some("Z")), here);
}

#[test]
fn a_time_that_is_none_is_missing() {
    for taken in
        ["0000:00:00 00:00:00", "2026:02:30 07:00:00", "2026:11:22 24:00:00", "    :  :     :  :  ", "2026"]
    {
        assert_eq!(
            told(&Block { taken: Some(taken.into()), ..Block::default() }.bytes()).taken_at,
            None,
            "{taken}"
        );
    }
}

#[test]
fn a_position_that_makes_no_sense_is_missing() {
    let at = |letters: &[u8; 2], fractions: [(u32, u32); 6]| {
        told(&Block { gps: Some((*letters, fractions)), ..Block::default() }.bytes()).position
    };
    let here = [(10, 1), (2, 1), (42, 10), (105, 1), (47, 1), (168, 10)];
    let south_west = at(b"SW", here).unwrap();
    assert!((south_west.lat + CAN_THO.0).abs() < 1e-9 && (south_west.lon + CAN_THO.1).abs() < 1e-9);
    for without in 0..6 {
        let mut none = here;
        none[without].1 = 0;
        assert_eq!(at(b"NE", none), None, "a fraction without a denominator");
    }
    assert_eq!(at(b"NE", [(91, 1), (0, 1), (0, 1), (105, 1), (0, 1), (0, 1)]), None, "beyond the pole");
    assert_eq!(
        at(b"NE", [(90, 1), (0, 1), (1, 1), (105, 1), (0, 1), (0, 1)]),
        None,
        "a second beyond the pole"
    );
    assert_eq!(at(b"NE", [(10, 1), (0, 1), (0, 1), (181, 1), (0, 1), (0, 1)]), None);
    assert_eq!(at(b"NE", [(10, 1), (60, 1), (0, 1), (105, 1), (0, 1), (0, 1)]), None, "sixty minutes");
    assert_eq!(at(b"NE", [(u32::MAX, 1), (0, 1), (0, 1), (105, 1), (0, 1), (0, 1)]), None);
    assert_eq!(at(b"NE", [(0, 1); 6]), None, "a phone that does not know");
    assert_eq!(at(b"XY", here), None, "no such side");
    assert_eq!(told(&Block { gps: None, ..Block::default() }.bytes()).position, None);
}

#[test]
fn broken_exif_is_missing_and_the_photo_is_not_refused() {
    let whole = Block::default().bytes();
    for len in 0..whole.len() {
        told(&whole[..len]);
    }
    for at in 0..whole.len() {
        for value in [0, 1, 8, 0x7F, 0x80, 0xFF] {
            let mut wrong = whole.clone();
            wrong[at] = value;
            told(&wrong);
        }
    }
    // Every offset at once points into nothing, at itself, at the first directory.
    for offset in [u32::MAX, 0x8000_0000, 0, 8] {
        let mut wrong = whole.clone();
        for at in (18..18 + 4 * 12).step_by(12) {
            wrong[at..at + 4].copy_from_slice(&offset.to_le_bytes());
        }
        assert_eq!(told(&wrong).position, None);
    }
    let orientation = told(&Block { orientation: 9, ..Block::default() }.bytes()).orientation;
    assert_eq!(orientation.exif(), 1, "an orientation that there is not");
}

#[test]
fn a_directory_of_sixty_thousand_pointers_is_read_once() {
    let mut tiff = b"MM\0*\0\0\0\x08\xFF\xFF".to_vec();
    for n in 0..5_400u32 {
        tiff.extend([0x87, 0x69, 0, 4, 0, 0, 0, 1]);
        tiff.extend((8 + n).to_be_bytes());
    }
    assert_eq!(told(&tiff).taken_at, None);
}

#[test]
fn a_png_that_declares_sixty_thousand_by_sixty_thousand_is_refused_undecoded() {
    let header = [&60_000u32.to_be_bytes(), 60_000u32.to_be_bytes().as_slice(), &[8, 6, 0, 0, 0]].concat();
    let bomb = [
        png(1, 1)[..8].to_vec(),
        chunk(b"IHDR", &header),
        chunk(b"IDAT", &[0x78, 0x9C, 3, 0, 0, 0, 0, 1]),
        chunk(b"IEND", b""),
    ]
    .concat();
    let fault = look(&bomb, &limits()).unwrap_err();
    assert_eq!((fault.code(), fault.kind()), ("photo_pixels", Kind::Invalid));
    assert!(fault.message().contains("60000 × 60000"), "{fault}");
    assert_eq!(photos::render(&bomb, [photos::Size::Thumb], &limits()).unwrap_err().code(), "photo_pixels");
}

#[test]
fn each_limit_refuses_by_itself() {
    let photo = jpeg(40, 24);
    let with = |change: fn(&mut Limits)| {
        let mut limits = limits();
        change(&mut limits);
        look(&photo, &limits).map_err(|fault| (fault.code(), fault.kind()))
    };
    assert_eq!(with(|l| l.bytes = 100), Err(("photo_bytes", Kind::TooLarge)));
    assert_eq!(with(|l| l.pixels = 40 * 24 - 1), Err(("photo_pixels", Kind::Invalid)));
    assert_eq!(with(|l| l.side = 39), Err(("photo_pixels", Kind::Invalid)));
    assert!(with(|l| (l.pixels, l.side) = (40 * 24, 40)).is_ok());
}

#[test]
fn the_bytes_decide_not_the_name() {
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    assert_eq!(sniff(svg).unwrap_err().code(), "photo_type");
    assert_eq!(photos::clean(svg).unwrap_err().code(), "photo_type");
    assert_eq!(sniff(&png(2, 2)).unwrap(), Format::Png, "whatever it was called");
    let gif = b"GIF89a\x01\0\x01\0\0\0\0;";
    assert_eq!(code(gif), "photo_type");
    assert_eq!(code(&make::encoded(make::drawing(2, 2), ImageFormat::WebP)[..12]), "photo_broken");
    assert_eq!(code(&rare::bytes(rare::MOVING)), "photo_type");
}

#[test]
fn a_webp_whose_header_tells_another_size_than_its_picture_is_broken() {
    let lying = with_riff_metadata(&webp(40, 24), (41, 24), b"");
    assert_eq!(code(&lying), "photo_broken");
    let twice = riff(&[&webp(4, 4)[12..], &webp(4, 4)[12..]].concat());
    assert_eq!(code(&twice), "photo_broken");
    assert_eq!(code(&riff(&riff_chunk(b"VP8L", &[0x2F, 0, 0, 0, 0xFF]))), "photo_broken");
}

#[test]
fn a_jpeg_of_a_rare_kind_is_told_so() {
    let photo = jpeg(40, 24);
    let frame = photo.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    for (marker, wanted) in [(0xC3, "photo_type"), (0xC9, "photo_type"), (0xC1, "")] {
        let mut other = photo.clone();
        other[frame + 1] = marker;
        assert_eq!(look(&other, &limits()).map_or_else(|fault| fault.code(), |_| ""), wanted);
    }
    let mut deep = photo.clone();
    deep[frame + 4] = 12;
    assert_eq!(code(&deep), "photo_type", "twelve bits");
    let mut flat = photo.clone();
    flat[frame + 5..frame + 7].fill(0);
    assert_eq!(code(&flat), "photo_broken", "no height");
}
