//! A form with photos, read piece by piece: no file is held beyond what a photo may weigh.

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use foundation::{Error, Kind, Result};
use kit::Context;
use photos::Limits;

use crate::actions::add_photo::{AddPhoto, By, MOST};
use crate::case::CaseId;

/// The whole form: six photos as large as they may be, and the words.
pub(in crate::http) const MOST_BYTES: usize = 6 * 15 * 1024 * 1024 + 256 * 1024;
/// A field of words.
const MOST_WORDS: usize = 64 * 1024;

/// What came: words by name, and the files in order.
#[derive(Debug, Default)]
pub(in crate::http) struct Sent {
    words: Vec<(String, String)>,
    pub photos: Vec<Vec<u8>>,
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
async fn bytes(field: &mut Field<'_>, most: usize) -> Result<Vec<u8>> {
    let mut kept = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(broken_off)? {
        let left = (most + 1).saturating_sub(kept.len());
        kept.extend_from_slice(&chunk[..chunk.len().min(left)]);
    }
    Ok(kept)
}

/// Reads the form.
pub(in crate::http) async fn read(mut form: Multipart) -> Result<Sent> {
    let mut sent = Sent::default();
    while let Some(mut field) = form.next_field().await.map_err(broken_off)? {
        let name = field.name().unwrap_or_default().to_owned();
        if field.file_name().is_some() {
            let photo = bytes(&mut field, Limits::default().bytes).await?;
            // A box where no file was chosen is sent empty.
            if !photo.is_empty() && sent.photos.len() <= MOST as usize {
                sent.photos.push(photo);
            }
            continue;
        }
        let words = bytes(&mut field, MOST_WORDS).await?;
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
        match (AddPhoto { bytes, by: By::Reporter }).run(cx, id).await {
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
