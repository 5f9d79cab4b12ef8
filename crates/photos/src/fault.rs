//! Why a photo is refused, in sentences for the person who sent it.

use foundation::error::{Error, Kind, invalid};

use crate::Limits;

/// Not a photo, or one of a kind that is not read.
pub(crate) fn kind(sentence: &str) -> Error {
    invalid("photo_type", sentence)
}

/// The file does not hold together. `why` is for the log.
pub(crate) fn broken(why: &'static str) -> Error {
    let sentence = "Ảnh bị hỏng hoặc chưa tải lên hết: gửi lại, hoặc chụp màn hình ảnh rồi gửi ảnh chụp đó.";
    invalid("photo_broken", sentence).because(why)
}

/// Too many bytes.
pub(crate) fn bytes(limits: &Limits) -> Error {
    let most = limits.bytes / (1024 * 1024);
    let sentence =
        format!("Ảnh nặng hơn {most} MB: chọn cỡ nhỏ hơn khi gửi, hoặc chụp màn hình ảnh rồi gửi.");
    Error::new(Kind::TooLarge, "photo_bytes", sentence)
}

/// Too many pixels.
pub(crate) fn pixels(width: u32, height: u32, limits: &Limits) -> Error {
    let (most, side) = (limits.pixels / 1_000_000, limits.side);
    let sentence = format!(
        "Ảnh {width} × {height} điểm lớn quá: nhiều nhất {most} triệu điểm, mỗi cạnh {side}. \
         Chọn cỡ nhỏ hơn rồi gửi lại."
    );
    invalid("photo_pixels", sentence)
}
