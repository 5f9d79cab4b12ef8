//! A form with photos, read piece by piece: no file is held beyond what a photo may weigh, and all that are
//! being received together weigh no more than [`MOST_HELD`].

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use foundation::{Error, Kind, Result};
use kit::Context;
use photos::Limits;

use crate::actions::add_photo::{AddPhoto, MOST};
use crate::case::CaseId;

/// The whole form: six photos as large as they may be, and the words.
pub(in crate::http) const MOST_BYTES: usize = 6 * 15 * 1024 * 1024 + 256 * 1024;
/// A field of words.
const MOST_WORDS: usize = 64 * 1024;

/// Photos in memory at one moment: whoever comes when it is full is asked to come again.
const MOST_HELD: usize = 512 * 1024 * 1024;
static HELD: AtomicUsize = AtomicUsize::new(0);

/// Bytes that are held; given back when it is dropped.
#[derive(Debug, Default)]
pub(in crate::http) struct Held(usize);

impl Held {
    /// Holds `more` bytes more.
    pub fn take(&mut self, more: usize) -> Result<()> {
        let before = HELD.fetch_add(more, Ordering::Relaxed);
        self.0 += more;
        match before + more > MOST_HELD {
            true => Err(Error::new(
                Kind::Unavailable,
                "photos_busy",
                "Đang có quá nhiều ảnh gửi đến cùng lúc. Hãy gửi lại sau một phút.",
            )),
            false => Ok(()),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        HELD.fetch_sub(self.0, Ordering::Relaxed);
    }
}

/// What came: words by name, and the files in order.
#[derive(Debug, Default)]
pub(in crate::http) struct Sent {
    pub words: Vec<(String, String)>,
    pub photos: Vec<Vec<u8>>,
    held: Held,
}

impl Sent {
    /// The word of a field; empty when it was not sent.
    pub fn take(&self, name: &str) -> String {
        self.words.iter().find(|w| w.0 == name).map_or(String::new(), |w| w.1.clone())
    }
}

fn broken_off(e: MultipartError) -> Error {
    let kind = match e.status() {
        http::StatusCode::PAYLOAD_TOO_LARGE => Kind::TooLarge,
        _ => Kind::Invalid,
    };
    let why = "Không nhận được hết: các ảnh nặng hơn 90 MB, hoặc đường truyền bị ngắt. Hãy gửi lại, bớt ảnh.";
    Error::new(kind, "upload", why).because(e.body_text())
}

/// The bytes of a field, at most one more than `most`: what is longer is read to its end and thrown away.
async fn bytes(field: &mut Field<'_>, most: usize, held: &mut Held) -> Result<Vec<u8>> {
    let mut kept = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(broken_off)? {
        let left = (most + 1).saturating_sub(kept.len()).min(chunk.len());
        held.take(left)?;
        kept.extend_from_slice(&chunk[..left]);
    }
    Ok(kept)
}

/// Reads the form.
pub(in crate::http) async fn read(mut form: Multipart) -> Result<Sent> {
    let mut sent = Sent::default();
    while let Some(mut field) = form.next_field().await.map_err(broken_off)? {
        let name = field.name().unwrap_or_default().to_owned();
        if field.file_name().is_some() {
            let photo = bytes(&mut field, Limits::default().bytes, &mut sent.held).await?;
            // A box where no file was chosen is sent empty.
            if !photo.is_empty() && sent.photos.len() <= MOST as usize {
                sent.photos.push(photo);
            }
            continue;
        }
        let words = bytes(&mut field, MOST_WORDS, &mut sent.held).await?;
        if sent.words.len() < 40 {
            sent.words.push((name, String::from_utf8_lossy(&words).into_owned()));
        }
    }
    Ok(sent)
}

/// Adds the photos of a report that was received. What is wrong with a photo is told, and loses nothing else.
pub(in crate::http) async fn add_all(cx: &Context, id: CaseId, photos: Vec<Vec<u8>>) -> Result<Vec<String>> {
    let mut refused = Vec::new();
    for (i, bytes) in photos.into_iter().enumerate() {
        match (AddPhoto { bytes }).run(cx, id).await {
            Ok(_) => {}
            Err(e) if matches!(e.kind(), Kind::Invalid | Kind::TooLarge | Kind::Conflict) => {
                let n = ("n", (i as i64 + 1).into());
                let why = ("why", e.message().to_owned().into());
                refused.push(cx.words.say(cx.lang, "case-pub-photo-refused", &[n, why]));
            }
            Err(e) => return Err(e),
        }
    }
    Ok(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_given_back_and_more_than_the_most_is_refused() {
        let mut one = Held::default();
        one.take(MOST_HELD - 10).unwrap();
        let mut two = Held::default();
        assert_eq!(two.take(11).unwrap_err().code(), "photos_busy");
        drop((one, two));
        Held::default().take(MOST_HELD).unwrap();
    }
}
