//! `POST /api/v1/reports/{code}/photos`: a photo of a report, by whoever holds its receipt (`X-Receipt`), as
//! the body itself or as a form. The same picture again is answered with the number it has.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Path, Request};
use axum::response::IntoResponse;
use axum::routing::post;
use foundation::{Error, Kind, error::invalid};
use http::{StatusCode, header};
use kit::{Access, Context, Route};
use serde_json::json;
use web::Answer;

use crate::actions::add_photo::AddPhoto;
use crate::http::public::{form, mine};
use crate::http::show::Desk;

/// A photo and what a form puts around it.
const MOST_BYTES: usize = 15 * 1024 * 1024 + 64 * 1024;

pub(super) fn routes() -> Vec<Route> {
    let add = post(add).layer(DefaultBodyLimit::max(MOST_BYTES));
    vec![Route::post("/api/v1/reports/{code}/photos", Access::Public, add)]
}

fn too_large() -> Error {
    let why = "Ảnh nặng hơn 15 MB, hoặc đường truyền bị ngắt. Hãy chọn cỡ nhỏ hơn rồi gửi lại.";
    Error::new(Kind::TooLarge, "photo_bytes", why)
}

async fn add(cx: Context, Path(code): Path<String>, request: Request) -> Answer {
    let (secret, kind) = {
        let text = |name: &str| request.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
        (text("x-receipt").to_owned(), text(header::CONTENT_TYPE.as_str()).to_owned())
    };
    // The secret is asked for before the body is read.
    let (id, ..) = mine::admit(&cx, &Desk::open(&cx)?, &code, &secret).await?;
    let mut held = form::Held::default();
    let photos = match kind.starts_with("multipart/form-data") {
        true => {
            let wrong = |e: String| invalid("upload", "Biểu mẫu gửi ảnh không đọc được.").because(e);
            let form = Multipart::from_request(request, &()).await.map_err(|e| wrong(e.to_string()))?;
            let mut sent = form::read(form).await?;
            std::mem::take(&mut sent.photos)
        }
        false => {
            held.take(MOST_BYTES)?;
            let body =
                Bytes::from_request(request, &()).await.map_err(|e| too_large().because(e.to_string()))?;
            vec![body.to_vec()]
        }
    };
    let Some(bytes) = photos.into_iter().next().filter(|b| !b.is_empty()) else {
        return Err(invalid("photo_type", "Chưa có ảnh nào trong yêu cầu.").into());
    };
    let added = (AddPhoto { bytes }).run(&cx, id).await?;
    let status = if added.again { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(json!({"n": added.n, "again": added.again}))).into_response())
}
