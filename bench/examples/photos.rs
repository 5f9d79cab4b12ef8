//! How long a photo takes at intake and in the job, and how much memory the job needs.
//!
//! `cargo run --release --example photos` in `bench/`. It makes its own photo: 4000 × 3000, about 3 MB.

use std::io::Cursor;
use std::time::Instant;

use image::codecs::jpeg::JpegEncoder;
use image::{ImageFormat, Rgb, RgbImage};
use photos::{Limits, Size, clean, look, render};

/// The smallest EXIF with a position: four fields in a directory of their own.
fn exif() -> Vec<u8> {
    let field = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat()
    };
    let degrees = |d: u32, m: u32| [d, 1, m, 1, 0, 1].map(u32::to_be_bytes).concat();
    [
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01".to_vec(),
        field(0x8825, 4, 1, 26u32.to_be_bytes()),
        vec![0; 4],
        vec![0, 4],
        field(1, 2, 2, *b"N\0\0\0"),
        field(2, 5, 3, 80u32.to_be_bytes()),
        field(3, 2, 2, *b"E\0\0\0"),
        field(4, 5, 3, 104u32.to_be_bytes()),
        vec![0; 4],
        degrees(10, 2),
        degrees(105, 47),
    ]
    .concat()
}

/// Hills of grey with the grain of a sensor, so that the file is as large as a phone's.
fn photo() -> RgbImage {
    let mut grain = 1u32;
    RgbImage::from_fn(4000, 3000, |x, y| {
        grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let hill = ((x as f32 / 90.0).sin() + (y as f32 / 70.0).cos()) * 50.0 + 120.0;
        let value = hill as u8 + (grain >> 27) as u8;
        Rgb([value, value.saturating_add(20), value.saturating_sub(20)])
    })
}

/// The median of some runs, in milliseconds.
fn median(runs: usize, mut work: impl FnMut()) -> f64 {
    let mut all: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    all.sort_by(f64::total_cmp);
    all[runs / 2]
}

/// The most memory that the process held so far, in MB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb: Option<u64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kb.unwrap_or_default() / 1024
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A second start of the same program draws alone: its memory is the job's.
    let mut words = std::env::args().skip(1);
    if let (Some(file), Some(size)) = (words.next(), words.next()) {
        let bytes = std::fs::read(file)?;
        let before = peak();
        let size = if size == "thumb" { Size::Thumb } else { Size::Screen };
        let [out] = render(&bytes, [size], &Limits::default())?;
        println!("{} bytes; {} MB at most, {before} MB before", out.len(), peak());
        return Ok(());
    }
    let limits = Limits::default();
    let (picture, mut plain) = (photo(), Vec::new());
    JpegEncoder::new_with_quality(&mut plain, 84).encode_image(&picture)?;
    let block = exif();
    let len = (block.len() as u16 + 2).to_be_bytes();
    let jpeg = [&plain[..2], &[0xFF, 0xE1], &len, &block, &plain[2..]].concat();
    let small = image::imageops::thumbnail(&picture, 2000, 1500);
    let mut files = vec![("JPEG, 12 megapixels", jpeg)];
    let others = [("PNG, 3 megapixels", ImageFormat::Png), ("WebP, 3 megapixels", ImageFormat::WebP)];
    for (name, format) in others {
        let mut out = Cursor::new(Vec::new());
        small.write_to(&mut out, format)?;
        files.push((name, out.into_inner()));
    }
    println!("| photo | bytes | look | clean | thumb | screen | both |\n|---|---|---|---|---|---|---|");
    for (name, bytes) in &files {
        let seen = look(bytes, &limits)?;
        assert!(seen.position.is_some() || !name.starts_with("JPEG"), "the position is read");
        let look = median(301, || drop(std::hint::black_box(look(bytes, &limits))));
        let clean = median(101, || drop(std::hint::black_box(clean(bytes))));
        let draw = |size| median(5, || drop(std::hint::black_box(render(bytes, [size], &limits))));
        let (thumb, screen) = (draw(Size::Thumb), draw(Size::Screen));
        let sizes = [Size::Thumb, Size::Screen];
        let both = median(5, || drop(std::hint::black_box(render(bytes, sizes, &limits))));
        let size = bytes.len();
        print!("| {name} | {size} | {look:.4} ms | {clean:.2} ms ");
        println!("| {thumb:.0} ms | {screen:.0} ms | {both:.0} ms |");
    }
    println!();
    let own = std::env::current_exe()?;
    for (name, bytes) in &files {
        let file = std::env::temp_dir().join(format!("toancanh-photo-{}", std::process::id()));
        std::fs::write(&file, bytes)?;
        for size in ["thumb", "screen"] {
            let said = std::process::Command::new(&own).arg(&file).arg(size).output()?;
            print!("{name}, {size}: {}", String::from_utf8_lossy(&said.stdout));
        }
        std::fs::remove_file(&file)?;
    }
    Ok(())
}
