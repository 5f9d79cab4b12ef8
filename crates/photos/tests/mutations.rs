//! Random damage: no photo makes the house fall over, and what is taken is a photo.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod make;

use std::sync::LazyLock;

use make::tiff::Block;
use make::{jpeg, limits, png, rare, webp, with_exif, with_riff_metadata};
use photos::{Size, clean, look, render, sniff};
use proptest::prelude::*;
use proptest::sample::Index;

static PHOTOS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let tiff = Block { orientation: 6, ..Block::default() }.bytes();
    vec![
        with_exif(&jpeg(24, 16), &tiff),
        make::with_chunk(&png(24, 16), b"eXIf", &tiff),
        with_riff_metadata(&webp(24, 16), (24, 16), &tiff),
        rare::bytes(rare::PROGRESSIVE),
        rare::bytes(rare::CMYK),
        rare::bytes(rare::LOSSY_CLEAR),
        rare::bytes(rare::MOVING),
    ]
});

#[derive(Debug, Clone)]
enum Damage {
    Set(Index, u8),
    Cut(Index, Index),
    Copy(Index, Index, Index),
    Insert(Index, Vec<u8>),
}

fn damage() -> impl Strategy<Value = Damage> {
    let spot = any::<Index>;
    let value = prop_oneof![any::<u8>(), Just(0xFFu8), Just(0), Just(0xD9)];
    prop_oneof![
        4 => (spot(), value).prop_map(|(at, b)| Damage::Set(at, b)),
        1 => (spot(), spot()).prop_map(|(a, b)| Damage::Cut(a, b)),
        1 => (spot(), spot(), spot()).prop_map(|(a, b, c)| Damage::Copy(a, b, c)),
        1 => (spot(), prop::collection::vec(any::<u8>(), 1..12)).prop_map(|(at, b)| Damage::Insert(at, b)),
    ]
}

fn hurt(bytes: &mut Vec<u8>, damage: &Damage) {
    if bytes.is_empty() {
        return;
    }
    let span = |a: &Index, b: &Index| {
        let (a, b) = (a.index(bytes.len()), b.index(bytes.len()));
        a.min(b)..a.max(b)
    };
    match damage {
        Damage::Set(at, value) => {
            let at = at.index(bytes.len());
            bytes[at] = *value;
        }
        Damage::Cut(a, b) => drop(bytes.drain(span(a, b))),
        Damage::Copy(a, b, c) => {
            let (piece, at) = (bytes[span(a, b)].to_vec(), c.index(bytes.len()));
            bytes.splice(at..at, piece);
        }
        Damage::Insert(at, piece) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, piece.iter().copied());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_damaged_photo_is_a_photo_or_an_error(which: Index, all in prop::collection::vec(damage(), 1..5)) {
        let mut bytes = which.get(&PHOTOS).clone();
        all.iter().for_each(|damage| hurt(&mut bytes, damage));
        let seen = look(&bytes, &limits());
        if let Ok(whole) = clean(&bytes) {
            prop_assert_eq!(clean(&whole).unwrap(), whole.clone());
            if let Ok(before) = seen {
                let after = look(&whole, &limits()).unwrap();
                prop_assert_eq!((before.width, before.height), (after.width, after.height));
                prop_assert_eq!((before.format, before.orientation), (after.format, after.orientation));
                prop_assert_eq!((after.position, after.taken_at), (None, None));
            }
        }
    }

    #[test]
    fn any_bytes_are_a_photo_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let known = sniff(&bytes).is_ok();
        prop_assert!(known || look(&bytes, &limits()).is_err());
        prop_assert!(known || clean(&bytes).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_drawn_of_a_damaged_photo_is_a_jpeg(
        which: Index, all in prop::collection::vec(damage(), 1..3),
    ) {
        let mut bytes = which.get(&PHOTOS).clone();
        all.iter().for_each(|damage| hurt(&mut bytes, damage));
        let small = photos::Limits { pixels: 100_000, ..limits() };
        if let Ok([drawn]) = render(&bytes, [Size::Thumb], &small) {
            prop_assert!(look(&drawn, &limits()).unwrap().width <= 320);
        }
    }
}
