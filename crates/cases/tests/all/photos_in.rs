//! Photos on their way in: cleaned, placed, drawn; bad ones told in words, and the report is not lost.

use std::io::Cursor;

use cases::actions::moderate::Moderate;
use http::{StatusCode, header};
use serde_json::json;

use crate::form::{Page, draw_boundaries, get, multipart, photo, run_jobs};
use crate::place::{CAI_KHE, CITY, House};

/// What must be nowhere after cleaning.
pub const OWNER: &str = "Nguyen-Van-A-Canon";

pub fn picture(shade: u8) -> Vec<u8> {
    let image = image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([x as u8 * 3, y as u8 * 4, shade]));
    let mut out = Cursor::new(Vec::new());
    image::DynamicImage::from(image).write_to(&mut out, image::ImageFormat::Jpeg).unwrap();
    out.into_inner()
}

/// A TIFF that says who owns the camera, and 10° 3' N, 105° 45' E.
fn exif() -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value].concat()
    };
    let owner = [OWNER.as_bytes(), b"\0"].concat();
    let (main, gps) = (8_u32, 8 + 2 + 2 * 12 + 4);
    let text = gps + 2 + 4 * 12 + 4;
    let lat = text + owner.len() as u32;
    let fractions = |all: [u32; 3]| {
        all.iter().flat_map(|n| [n.to_le_bytes(), 1_u32.to_le_bytes()].concat()).collect::<Vec<u8>>()
    };
    [
        b"II*\0".to_vec(),
        main.to_le_bytes().to_vec(),
        2_u16.to_le_bytes().to_vec(),
        entry(0x013B, 2, owner.len() as u32, text.to_le_bytes()),
        entry(0x8825, 4, 1, gps.to_le_bytes()),
        0_u32.to_le_bytes().to_vec(),
        4_u16.to_le_bytes().to_vec(),
        entry(1, 2, 2, *b"N\0\0\0"),
        entry(2, 5, 3, lat.to_le_bytes()),
        entry(3, 2, 2, *b"E\0\0\0"),
        entry(4, 5, 3, (lat + 24).to_le_bytes()),
        0_u32.to_le_bytes().to_vec(),
        owner,
        fractions([10, 3, 0]),
        fractions([105, 45, 0]),
    ]
    .concat()
}

pub fn with_exif(jpeg: &[u8]) -> Vec<u8> {
    let payload = [b"Exif\0\0".to_vec(), exif()].concat();
    let len = (payload.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &len, &payload, &jpeg[2..]].concat()
}

/// A PNG whose header claims 60,000 × 60,000 points.
fn bomb() -> Vec<u8> {
    let chunk = |name: &[u8; 4], data: &[u8]| {
        let body = [name.as_slice(), data].concat();
        let mut crc = !0_u32;
        for byte in &body {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = (crc >> 1) ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 };
            }
        }
        [&(data.len() as u32).to_be_bytes()[..], &body, &(!crc).to_be_bytes()].concat()
    };
    let side = 60_000_u32.to_be_bytes();
    let head = [&side[..], &side, &[8, 2, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &head), chunk(b"IDAT", &[0; 32]), chunk(b"IEND", &[])]
        .concat()
}

/// Bad photos with the code that says why.
pub fn bad() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let heic = [&[0, 0, 0, 24][..], b"ftypheic", &[0, 0, 0, 0], b"heicmif1", &[0; 200]].concat();
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec();
    let whole = picture(1);
    vec![
        ("heic", heic, "photo_type"),
        ("svg named .jpg", svg, "photo_type"),
        ("html", b"<!doctype html><script>alert(1)</script>".to_vec(), "photo_type"),
        ("cut off", whole[..whole.len() / 2].to_vec(), "photo_broken"),
        ("60,000 points each way", bomb(), "photo_pixels"),
    ]
}

#[tokio::test]
async fn a_photo_is_cleaned_placed_and_drawn_and_public_only_when_the_desk_says_so() {
    for house in House::all().await {
        draw_boundaries(&house).await;
        let words = [("key", "0123456789abcdef0200"), ("category", "manhole")];
        let sent = multipart(&house, "/report", &words, &[("a.jpg", &with_exif(&picture(7)))]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        assert_eq!(sent.notice(), "");
        let to = sent.header("location");
        let id: i64 = house.column("SELECT CAST(seq AS TEXT) AS n FROM cases").await[0].parse().unwrap();
        let case = house.case(id).await;
        assert_eq!(
            (case.title.as_str(), case.photos),
            ("Mất nắp cống", 1),
            "a photo and a category say enough"
        );
        assert_eq!((case.lat, case.lon), (Some(10.05), Some(105.75)), "the camera said where");
        assert_eq!((case.place, case.place_sure), (CAI_KHE, true));
        assert_ne!(case.agency, CITY, "and the ward's office has it");

        let kept = cases::store::photos::one(&house.cx.db, id, 1).await.unwrap().unwrap();
        let (file, bytes) = house.cx.files.read(&house.cx.db, kept.file).await.unwrap();
        assert_eq!(file.media_type, "image/jpeg");
        assert!(!bytes.windows(OWNER.len()).any(|w| w == OWNER.as_bytes()), "nothing of the owner is kept");

        let code = case.code("PA");
        let mine = to.replace(&format!("/report/{code}"), &format!("/report/{code}/photos/1"));
        assert_eq!(get(&house, "", &mine).await.status, StatusCode::NOT_FOUND, "not drawn yet");
        run_jobs(&house).await;
        let small = get(&house, "", &mine).await;
        assert_eq!((small.status, small.header("content-type")), (StatusCode::OK, "image/jpeg".into()));
        assert_eq!(small.header("x-content-type-options"), "nosniff");
        assert!(small.header("cache-control").starts_with("private"));
        assert!(image::load_from_memory(&small.bytes).is_ok());

        let public = format!("/reports/{code}/photos/1?size=screen");
        assert_eq!(get(&house, "", &public).await.status, StatusCode::NOT_FOUND);
        let shown = |photos: &[i64]| Moderate {
            published: true,
            text: "Mất nắp cống.".into(),
            photos: photos.to_vec(),
            seen: None,
        };
        shown(&[]).run(&house.as_("desk"), id).await.unwrap();
        assert_eq!(
            get(&house, "", &public).await.status,
            StatusCode::NOT_FOUND,
            "the case is, the photo is not"
        );
        shown(&[1]).run(&house.as_("desk"), id).await.unwrap();
        let told = get(&house, "", &public).await;
        assert_eq!(told.status, StatusCode::OK);
        assert!(told.header("cache-control").contains("immutable"));
        let full = get(&house, "", &format!("/reports/{code}/photos/1?size=full")).await;
        assert!(full.bytes.len() == small.bytes.len(), "everybody gets what we drew, whatever they ask for");

        let staff = format!("/cases/{code}/photos/1?size=full");
        let full = get(&house, "officer", &staff).await;
        assert_eq!((full.status, full.bytes), (StatusCode::OK, bytes));
        assert_eq!(
            get(&house, "other", &staff).await.status,
            StatusCode::NOT_FOUND,
            "another commune's officer"
        );
        assert_eq!(get(&house, "", &staff).await.status, StatusCode::SEE_OTHER, "nobody signed in");
    }
}

#[tokio::test]
async fn a_bad_photo_is_told_and_the_report_is_not_lost() {
    for house in House::all().await {
        let all = bad();
        let files: Vec<(&str, &[u8])> = all.iter().map(|b| ("anh.jpg", b.1.as_slice())).collect();
        let good = picture(9);
        let words = [("key", "0123456789abcdef0201"), ("content", "Cây đổ chắn đường.")];
        let sent =
            multipart(&house, "/report", &words, &[&[("tot.jpg", good.as_slice())], &files[..]].concat())
                .await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let told = sent.notice();
        for n in 2..=6 {
            assert!(told.contains(&format!("ảnh {n} không nhận được")), "{told}");
        }
        let id: i64 = house.column("SELECT CAST(seq AS TEXT) AS n FROM cases").await[0].parse().unwrap();
        assert_eq!(house.case(id).await.photos, 1, "the good one was kept");

        let receipt = house.report("Cây đổ", "trees").await;
        for (what, bytes, code) in bad() {
            let told = photo(&house, &receipt.code, &receipt.secret, &bytes).await;
            assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
            assert_eq!(told.json()["code"], json!(code), "{what}");
        }
        let none = photo(&house, &receipt.code, &receipt.secret, b"").await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        let heavy = photo(&house, &receipt.code, &receipt.secret, &vec![0xFF; 16 << 20]).await;
        assert_eq!(heavy.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(house.case(receipt.case.seq).await.photos, 0);
    }
}

#[tokio::test]
async fn the_same_photo_twice_is_one_and_the_seventh_is_refused() {
    for house in House::all().await {
        let receipt = house.report("Rác", "waste_pile").await;
        let (code, secret) = (&receipt.code, &receipt.secret);
        for n in 1..=6_u8 {
            let first = photo(&house, code, secret, &picture(n)).await;
            assert_eq!(
                (first.status, first.json()["n"].clone()),
                (StatusCode::CREATED, json!(n)),
                "{}",
                first.text()
            );
            let again = photo(&house, code, secret, &picture(n)).await;
            assert_eq!((again.status, again.json()["n"].clone()), (StatusCode::OK, json!(n)));
            // With another owner in it, it is the same picture.
            let again = photo(&house, code, secret, &with_exif(&picture(n))).await;
            assert_eq!((again.status, again.json()["n"].clone()), (StatusCode::OK, json!(n)));
        }
        let seventh = photo(&house, code, secret, &picture(200)).await;
        assert_eq!(
            (seventh.status, seventh.json()["code"].clone()),
            (StatusCode::CONFLICT, json!("case_photos_many"))
        );
        assert_eq!(house.case(receipt.case.seq).await.photos, 6);
        let files = "SELECT CAST(COUNT(*) AS TEXT) AS n FROM file";
        assert_eq!(house.column(files).await, ["6"], "what is refused or known leaves no file");
    }
}

#[tokio::test]
async fn two_of_one_queue_that_send_the_same_photo_at_once_make_one() {
    for house in House::all().await {
        let receipt = house.report("Rác", "waste_pile").await;
        let bytes = picture(3);
        let one = photo(&house, &receipt.code, &receipt.secret, &bytes);
        let two = photo(&house, &receipt.code, &receipt.secret, &bytes);
        let (one, two) = tokio::join!(one, two);
        assert!(one.status.is_success() && two.status.is_success(), "{} {}", one.text(), two.text());
        assert_eq!(
            (house.case(receipt.case.seq).await.photos, one.json()["n"].clone()),
            (1, two.json()["n"].clone())
        );
    }
}

#[tokio::test]
async fn a_photo_that_cannot_be_decoded_fails_no_job() {
    for house in House::all().await {
        let receipt = house.report("Rác", "waste_pile").await;
        // Whole by its markers, and what is between them is noise.
        let mut bytes = picture(3);
        let from = bytes.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap() + 14;
        let until = bytes.len() - 2;
        bytes[from..until].iter_mut().for_each(|b| *b = 0x55);
        let told = photo(&house, &receipt.code, &receipt.secret, &bytes).await;
        assert_eq!(told.status, StatusCode::CREATED, "{}", told.text());
        run_jobs(&house).await;
        let left = house.column("SELECT state FROM job").await;
        assert_eq!(left, ["done"]);
    }
}

#[tokio::test]
async fn a_form_may_carry_the_photo_too() {
    for house in House::all().await {
        let receipt = house.report("Rác", "waste_pile").await;
        let path = format!("/report/{}/photos", receipt.code);
        let told = multipart(&house, &path, &[("k", &receipt.secret)], &[("a.jpg", &picture(5))]).await;
        assert_eq!(told.status, StatusCode::SEE_OTHER, "{}", told.text());
        assert_eq!(told.notice(), "Đã thêm ảnh.");
        assert!(told.headers.contains_key(header::LOCATION));
        assert_eq!(house.case(receipt.case.seq).await.photos, 1);
    }
}
