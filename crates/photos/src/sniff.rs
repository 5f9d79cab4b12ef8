//! What a file is, by its first bytes.

use foundation::Result;

use crate::fault::kind;
use crate::{jpeg, png};

/// The kinds of photo that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// ITU-T T.81.
    Jpeg,
    /// W3C PNG, one picture.
    Png,
    /// RFC 9649, one picture.
    WebP,
}

impl Format {
    /// The media type that it is served with.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Jpeg => "image/jpeg",
            Format::Png => "image/png",
            Format::WebP => "image/webp",
        }
    }

    /// The ending of a file's name, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Format::Jpeg => "jpg",
            Format::Png => "png",
            Format::WebP => "webp",
        }
    }
}

const HEIC: &str = "Ảnh HEIC chưa đọc được: trên iPhone vào Cài đặt › Camera › Định dạng › Tương thích nhất \
     rồi chụp lại, hoặc chụp màn hình ảnh rồi gửi.";
const AVIF: &str = "Ảnh AVIF chưa đọc được: chụp màn hình ảnh rồi gửi, hoặc lưu thành JPEG.";
const VIDEO: &str = "Đây là video: chỉ nhận ảnh. Dừng video ở chỗ cần cho thấy, chụp màn hình rồi gửi.";
const GIF: &str = "Ảnh GIF không nhận: chụp màn hình ảnh rồi gửi, hoặc lưu thành JPEG hay PNG.";
const PDF: &str = "Đây là tệp PDF, không phải ảnh: chụp màn hình trang cần gửi.";
const PAGE: &str = "Đây là trang web hoặc hình vẽ SVG, không phải ảnh chụp: chụp màn hình rồi gửi.";
const ARCHIVE: &str = "Đây là tệp nén hoặc văn bản Office: mở ra rồi gửi từng ảnh JPEG, PNG hoặc WebP.";
const EMPTY: &str = "Tệp trống: chọn lại ảnh rồi gửi.";
const OTHER: &str = "Tệp này không phải ảnh đọc được: chỉ nhận JPEG, PNG, WebP. Chụp màn hình ảnh rồi gửi.";

/// What a photo is, by its first bytes; name and declared type do not count.
///
/// Errors: `photo_type`, with what to do instead.
pub fn sniff(bytes: &[u8]) -> Result<Format> {
    if bytes.starts_with(&jpeg::SIGNATURE) {
        return Ok(Format::Jpeg);
    }
    if bytes.starts_with(&png::SIGNATURE) {
        return Ok(Format::Png);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Ok(Format::WebP);
    }
    Err(kind(instead(bytes)))
}

/// What to tell about bytes that are no photo.
fn instead(bytes: &[u8]) -> &'static str {
    if bytes.get(4..8) == Some(b"ftyp") {
        return match bytes.get(8..12) {
            Some(b"avif" | b"avis") => AVIF,
            Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1") => HEIC,
            _ => VIDEO,
        };
    }
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    match bytes {
        [] => EMPTY,
        [b'G', b'I', b'F', b'8', ..] => GIF,
        [b'P', b'K', ..] | [b'R', b'a', b'r', b'!', ..] | [b'7', b'z', 0xBC, 0xAF, ..] => ARCHIVE,
        [0x1F, 0x8B, ..] => ARCHIVE,
        [0x1A, 0x45, 0xDF, 0xA3, ..] => VIDEO,
        _ if text.starts_with(b"%PDF") => PDF,
        _ if text.starts_with(b"<") => PAGE,
        _ => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_foreign_kind_is_told_what_to_do() {
        let told = |bytes: &[u8]| {
            let fault = sniff(bytes).unwrap_err();
            assert_eq!(fault.code(), "photo_type");
            fault.message().to_owned()
        };
        assert_eq!(told(b"\0\0\0\x18ftypheic\0\0\0\0"), HEIC);
        assert_eq!(told(b"\0\0\0\x18ftypmif1\0\0\0\0"), HEIC);
        assert_eq!(told(b"\0\0\0\x18ftypavif\0\0\0\0"), AVIF);
        assert_eq!(told(b"\0\0\0\x18ftypisom\0\0\0\0"), VIDEO);
        assert_eq!(told(b"\0\0\0\x14ftypqt  "), VIDEO);
        assert_eq!(told(b"GIF89a"), GIF);
        assert_eq!(told(b"%PDF-1.7"), PDF);
        assert_eq!(told(b"\xEF\xBB\xBF\n <svg onload='alert(1)'>"), PAGE);
        assert_eq!(told(b"<!doctype html>"), PAGE);
        assert_eq!(told(b"PK\x03\x04"), ARCHIVE);
        assert_eq!(told(b""), EMPTY);
        assert_eq!(told(b"II*\0"), OTHER);
        assert_eq!(told(b"RIFF\0\0\0\0WAVE"), OTHER);
        assert_eq!(told(b"\xFF\xD8"), OTHER, "three bytes make a JPEG");
    }
}
