//! The picture stays, everything else goes.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod make;

use make::tiff::Block;
use make::{
    SECRET, chunk, contains, jpeg, limits, pixels, png, rare, riff, riff_chunk, webp, with_chunk, with_exif,
    with_riff_metadata, with_segment,
};
use photos::{clean, look};

/// Cleans, and looks that the pixels are the same and that nothing is left to clean.
fn cleaned(bytes: &[u8]) -> Vec<u8> {
    let clean_bytes = clean(bytes).unwrap();
    assert_eq!(pixels(&clean_bytes), pixels(bytes));
    assert_eq!(clean(&clean_bytes).unwrap(), clean_bytes, "cleaning again changes nothing");
    let (before, after) = (look(bytes, &limits()).unwrap(), look(&clean_bytes, &limits()).unwrap());
    assert_eq!((before.format, before.orientation), (after.format, after.orientation));
    assert_eq!((after.position, after.taken_at), (None, None));
    for gone in [SECRET, "2026:11:22", "<script", "http", "PK\x03\x04"] {
        assert!(!contains(&clean_bytes, gone.as_bytes()), "{gone} is left");
    }
    clean_bytes
}

fn block(orientation: u16) -> Vec<u8> {
    Block { orientation, ..Block::default() }.bytes()
}

#[test]
fn a_jpeg_loses_everything_but_its_picture_and_orientation() {
    let photo = jpeg(40, 24);
    for orientation in 1..=8 {
        let mut full = with_exif(&photo, &block(orientation));
        full = with_segment(&full, 0xE1, format!("http://ns.adobe.com/xap/1.0/\0{SECRET}").as_bytes());
        full = with_segment(&full, 0xE2, format!("ICC_PROFILE\0\x01\x01{SECRET}").as_bytes());
        full = with_segment(&full, 0xED, format!("Photoshop 3.0\0{SECRET}").as_bytes());
        full = with_segment(&full, 0xFE, SECRET.as_bytes());
        full = with_segment(&full, 0xE0, format!("JFXX\0\x10{SECRET}").as_bytes());
        full.extend(b"PK\x03\x04 a ZIP behind the end <script>alert(1)</script>");
        let clean = cleaned(&full);
        let most = photo.len() + if orientation == 1 { 0 } else { 36 };
        assert!(clean.len() <= most, "{} > {most}", clean.len());
    }
}

#[test]
fn every_byte_sequence_of_the_metadata_is_gone() {
    let tiff = block(6);
    let clean = cleaned(&with_exif(&jpeg(40, 24), &tiff));
    // Eight bytes in a row that are not all zero: shorter ones come by chance. What the smallest EXIF has is
    // its own.
    let own = [0xFF, 0xE1];
    let start = clean.windows(2).position(|pair| pair == own).unwrap();
    let rest = [&clean[..start], &clean[start + 36..]].concat();
    for window in tiff.windows(8).filter(|w| w.iter().any(|b| *b != 0)) {
        assert!(!contains(&rest, window));
    }
}

#[test]
fn a_thumbnail_inside_jfif_goes() {
    let photo = jpeg(40, 24);
    assert_eq!(&photo[2..4], [0xFF, 0xE0], "the encoder writes JFIF first");
    let len = usize::from(u16::from_be_bytes([photo[4], photo[5]]));
    let thumbnail = [b"JFIF\0\x01\x02\x01\0\x48\0\x48\x08\x01".as_slice(), SECRET.as_bytes(), b" "].concat();
    let full = with_segment(&[&photo[..2], &photo[4 + len..]].concat(), 0xE0, &thumbnail);
    assert_eq!(cleaned(&full), clean(&photo).unwrap());
}

#[test]
fn a_second_picture_behind_the_first_goes() {
    let hidden = with_segment(&jpeg(16, 16), 0xFE, SECRET.as_bytes());
    let two = [jpeg(40, 24), hidden].concat();
    assert_eq!(cleaned(&two), clean(&jpeg(40, 24)).unwrap());
}

#[test]
fn segments_between_the_scans_of_a_progressive_jpeg_go() {
    let photo = rare::bytes(rare::PROGRESSIVE);
    let plain = cleaned(&photo);
    let last = photo.windows(2).rposition(|pair| pair == [0xFF, 0xC4]).unwrap();
    let comment = [&[0xFF, 0xFE, 0, 25], SECRET.as_bytes()].concat();
    assert_eq!(cleaned(&[&photo[..last], &comment, &photo[last..]].concat()), plain);
}

#[test]
fn the_colours_of_printers_stay_what_they_are() {
    cleaned(&rare::bytes(rare::CMYK));
}

#[test]
fn tables_with_something_behind_them_and_second_frames_are_broken() {
    let photo = jpeg(40, 24);
    let code = |bytes: &[u8]| clean(bytes).unwrap_err().code();
    for marker in [0xDB, 0xC4, 0xDD] {
        assert_eq!(code(&with_segment(&photo, marker, SECRET.as_bytes())), "photo_broken", "{marker:x}");
    }
    let frame = photo.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    let copy = &photo[frame + 4..frame + 19];
    assert_eq!(code(&with_segment(&photo, 0xC0, copy)), "photo_broken");
    let scan = photo.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap();
    let scan = &photo[scan..photo.len() - 2];
    let many = [&photo[..photo.len() - 2], &scan.repeat(64), &[0xFF, 0xD9]].concat();
    assert_eq!(code(&many), "photo_broken", "more scans than any camera writes");
}

#[test]
fn a_png_loses_its_texts_and_keeps_its_transparency() {
    let photo = png(40, 24);
    for orientation in 1..=8 {
        let mut full = with_chunk(&photo, b"eXIf", &block(orientation));
        full = with_chunk(&full, b"tEXt", format!("Author\0{SECRET}").as_bytes());
        full = with_chunk(&full, b"iTXt", format!("XML:com.adobe.xmp\0\0\0\0\0{SECRET}").as_bytes());
        full = with_chunk(&full, b"tIME", &[7, 234, 11, 22, 7, 30, 5]);
        let end = full.len() - 12;
        full.splice(end..end, chunk(b"prVt", SECRET.as_bytes()));
        full.extend(b"PK\x03\x04<script>alert(1)</script>");
        let clean = cleaned(&full);
        let most = photo.len() + if orientation == 1 { 0 } else { 38 };
        assert_eq!(clean.len(), most);
    }
}

#[test]
fn a_png_with_a_wrong_checksum_or_out_of_order_is_broken() {
    let photo = png(40, 24);
    let code = |bytes: &[u8]| clean(bytes).unwrap_err().code();
    let mut wrong = photo.clone();
    let at = wrong.len() - 13;
    wrong[at] ^= 1;
    assert_eq!(code(&wrong), "photo_broken");
    assert_eq!(
        code(&with_chunk(&photo, b"CgBI", b"\0\0\0\0")),
        "photo_broken",
        "a chunk that must be understood"
    );
    assert_eq!(code(&with_chunk(&photo, b"IEND", b"")), "photo_broken", "no pixels");
    let pixels = chunk(b"IDAT", b"\x78\x9C");
    let split = [&photo[..33], &pixels, &chunk(b"tEXt", b"a\0b"), &photo[33..]].concat();
    assert_eq!(code(&split), "photo_broken", "pixels in two places");
}

#[test]
fn a_webp_loses_its_metadata_in_every_form() {
    let photo = webp(40, 24);
    for orientation in 1..=8 {
        let mut full = with_riff_metadata(&photo, (40, 24), &block(orientation));
        full.extend(b"PK\x03\x04<script>alert(1)</script>");
        let clean = cleaned(&full);
        let most = photo.len() + if orientation == 1 { 0 } else { 18 + 34 };
        assert_eq!(clean.len(), most);
    }
    let lossy = rare::bytes(rare::LOSSY);
    assert_eq!(cleaned(&with_riff_metadata(&lossy, (16, 8), &block(1))), lossy);
    let unknown = riff(&[&lossy[12..], &riff_chunk(b"hide", SECRET.as_bytes())].concat());
    assert_eq!(cleaned(&unknown), lossy);
}

#[test]
fn a_lossy_webp_keeps_its_transparency() {
    let photo = rare::bytes(rare::LOSSY_CLEAR);
    assert!(pixels(&photo).color().has_alpha());
    assert_eq!(cleaned(&photo), photo);
}

#[test]
fn the_end_of_a_photo_is_where_it_says_so() {
    for photo in [jpeg(40, 24), png(40, 24), webp(40, 24), rare::bytes(rare::PROGRESSIVE)] {
        let full = clean(&photo).unwrap();
        for len in 0..photo.len() {
            match clean(&photo[..len]) {
                Ok(_) => panic!("{len} of {} bytes were taken for a whole photo", photo.len()),
                Err(fault) => assert!(["photo_broken", "photo_type"].contains(&fault.code())),
            }
        }
        assert_eq!(clean(&full).unwrap(), full);
    }
}
