//! Photos: to everybody where the desk shows them, to officers within their scope, to the reporter under the
//! secret of the receipt or by their sign-in. Everybody gets pictures of our own drawing; the file as it
//! came, officers alone.

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use foundation::{Result, error::not_found};
use http::{HeaderMap, header};
use kit::{Access, Context, Permission, Route};
use serde::Deserialize;
use web::Answer;

use super::mine::admit_any;
use crate::actions::no_case;
use crate::http::desk::case::find;
use crate::http::show::{Desk, number_of};
use crate::store;
use crate::store::photos::{Photo, REPORT};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/reports/{code}/photos/{n}", Access::Public, get(public)),
        Route::get("/report/{code}/photos/{n}", Access::Public, get(reporter)),
        Route::get("/cases/{code}/photos/{n}", Access::Needs(Permission::ReadInternal), get(officer)),
    ]
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asking {
    /// `thumb`, `screen`, and for officers `full`.
    size: String,
    k: String,
}

fn no_photo() -> foundation::Error {
    not_found("photo_not_found", "Không có ảnh này, hoặc ảnh đang được xử lý.")
}

async fn send(cx: &Context, photo: &Photo, size: &str, keep: &'static str) -> Result<Response> {
    let id = match size {
        "full" => Some(photo.file),
        "screen" => photo.screen,
        _ => photo.thumb,
    };
    let (kept, bytes) = cx.files.read(&cx.db, id.ok_or_else(no_photo)?).await?;
    let headers = [
        (header::CONTENT_TYPE, kept.media_type),
        (header::CACHE_CONTROL, keep.to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        // A picture that is opened by itself is a picture and nothing more.
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (header::CONTENT_DISPOSITION, format!("inline; filename=\"{}\"", kept.name)),
    ];
    Ok((headers, bytes).into_response())
}

fn small(size: &str) -> &str {
    if size == "screen" { "screen" } else { "thumb" }
}

async fn public(cx: Context, Path((code, n)): Path<(String, i64)>, Query(asking): Query<Asking>) -> Answer {
    let id = number_of(&code).ok_or_else(no_case)?;
    let case = store::cases::get(&cx.db, id).await?.filter(|c| c.published).ok_or_else(no_case)?;
    let photo = store::photos::one(&cx.db, case.seq, n).await?;
    let photo = photo.filter(|p| p.is_public(&case)).ok_or_else(no_photo)?;
    // A photo that the desk hides again must go from the caches of others too, so the day is short.
    Ok(send(&cx, &photo, small(&asking.size), "public, max-age=86400, immutable").await?)
}

async fn reporter(
    cx: Context,
    headers: HeaderMap,
    Path((code, n)): Path<(String, i64)>,
    Query(asking): Query<Asking>,
) -> Answer {
    let (id, case, _) = admit_any(&cx, &headers, &Desk::open(&cx)?, &code, &asking.k).await?;
    let own = |p: &Photo| p.role == REPORT || p.is_public(&case);
    let photo = store::photos::one(&cx.db, id, n).await?.filter(own).ok_or_else(no_photo)?;
    Ok(send(&cx, &photo, small(&asking.size), "private, max-age=3600").await?)
}

async fn officer(cx: Context, Path((code, n)): Path<(String, i64)>, Query(asking): Query<Asking>) -> Answer {
    let (id, ..) = find(&cx, &Desk::open(&cx)?, &code).await?;
    let photo = store::photos::one(&cx.db, id, n).await?.ok_or_else(no_photo)?;
    let size = if asking.size == "full" { "full" } else { small(&asking.size) };
    Ok(send(&cx, &photo, size, "private, max-age=3600").await?)
}
