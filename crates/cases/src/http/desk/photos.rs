//! `POST /cases/{code}/photos`: photos by officers before and after the work, a form that needs no script and
//! opens a telephone's camera.

use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Path, Request};
use axum::routing::post;
use foundation::{Result, error::invalid};
use kit::{Access, Context, Permission, Route};
use web::Answer;

use super::steps::after;
use crate::actions::no_case;
use crate::actions::officer_photos::{OfficerPhotos, Role};
use crate::http::public::form::{MOST_BYTES, Sent, read};
use crate::http::show::number_of;

pub(in crate::http) fn routes() -> Vec<Route> {
    let add = post(add).layer(DefaultBodyLimit::max(MOST_BYTES));
    vec![Route::post("/cases/{code}/photos", Access::Needs(Permission::ReadInternal), add)]
}

/// Reads a form with files. Errors: `upload`.
pub(super) async fn sent(request: Request) -> Result<Sent> {
    let form = Multipart::from_request(request, &())
        .await
        .map_err(|e| invalid("upload", "Biểu mẫu gửi ảnh không đọc được.").because(e.to_string()))?;
    read(form).await
}

async fn add(cx: Context, Path(code): Path<String>, request: Request) -> Answer {
    let id = number_of(&code).ok_or_else(no_case)?;
    OfficerPhotos::admit(&cx, id).await?;
    let mut sent = sent(request).await?;
    let role = Role::parse(&sent.take("role")).unwrap_or(Role::After);
    let photos = std::mem::take(&mut sent.photos);
    let done = OfficerPhotos { photos, role }.run(&cx, id).await;
    after(&cx, &code, done, "case-photos-added", String::new()).await
}
