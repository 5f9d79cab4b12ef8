//! Work that outlives a request: photos are drawn small.

use std::sync::Arc;

use foundation::{Kind, Result, error::internal};
use futures_util::future::BoxFuture;
use kit::{Context, JobHandler};
use photos::{Limits, Size};
use serde_json::Value as Json;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::store;

/// Draws a photo for lists and for a screen.
pub const PHOTOS: &str = "cases.photos";

/// The module's jobs.
pub(crate) fn all() -> Vec<Arc<dyn JobHandler>> {
    vec![Arc::new(DrawPhoto { one: Semaphore::new(1) })]
}

/// One photo at a time: the largest that is let in needs half a gigabyte to decode.
struct DrawPhoto {
    one: Semaphore,
}

impl JobHandler for DrawPhoto {
    fn kind(&self) -> &'static str {
        PHOTOS
    }

    fn run<'a>(&'a self, cx: &'a Context, _id: Uuid, payload: &'a Json) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let number = |key: &str| {
                payload[key].as_i64().ok_or_else(|| internal("job_payload", format!("Việc thiếu «{key}»")))
            };
            let (case, n) = (number("case")?, number("n")?);
            let Some(photo) = store::photos::one(&cx.db, case, n).await? else { return Ok(()) };
            if photo.thumb.is_some() {
                return Ok(());
            }
            let (kept, bytes) = cx.files.read(&cx.db, photo.file).await?;
            let turn = self.one.acquire().await;
            let drawn = tokio::task::spawn_blocking(move || {
                photos::render(&bytes, [Size::Thumb, Size::Screen], &Limits::default())
            })
            .await
            .map_err(|e| internal("photo_job", "Việc vẽ ảnh bị ngắt").because(e))?;
            drop(turn);
            let [thumb, screen] = match drawn {
                Ok(both) => both,
                // Its headers were whole and its pixels are not: no later attempt changes that, and the file
                // stays for the desk.
                Err(error) if matches!(foundation::Error::kind(&error), Kind::Invalid | Kind::TooLarge) => {
                    tracing::info!(case, n, "photo {n} of case {case} cannot be drawn: {error:?}");
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            let clock = cx.clock.as_ref();
            let name = |size: &str| format!("{}-{size}.jpg", &kept.sha256[..12]);
            let thumb = cx.files.keep(&cx.db, clock, &name("thumb"), "image/jpeg", &thumb).await?;
            let screen = cx.files.keep(&cx.db, clock, &name("screen"), "image/jpeg", &screen).await?;
            let mut tx = cx.db.begin().await?;
            store::photos::made(&mut tx, case, n, thumb.id, screen.id).await?;
            tx.commit().await
        })
    }
}
