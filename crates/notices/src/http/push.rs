//! `/notices/push/…`: what the script of a page asks to let a browser take messages. JSON in and out.

use axum::Json;
use axum::response::IntoResponse;
use bytes::Bytes;
use foundation::error::not_found;
use http::StatusCode;
use kit::Context;
use serde::Deserialize;
use serde_json::json;
use web::Answer;

use crate::actions::own;
use crate::actions::subscribe::{subscribe, unsubscribe};
use crate::office::Office;

#[derive(Deserialize)]
pub(super) struct Which {
    endpoint: String,
}

/// `{"key": "…"}`: the `applicationServerKey`.
pub(super) async fn key(cx: Context) -> Answer {
    let office = cx.house.get::<Office>()?;
    let push =
        office.push().ok_or_else(|| not_found("push_off", "Nơi này chưa bật tin trên trình duyệt."))?;
    Ok(Json(json!({ "key": push.public_key() })).into_response())
}

/// Takes `PushSubscription.toJSON()`.
pub(super) async fn put(cx: Context, body: Bytes) -> Answer {
    subscribe(&cx, own(&cx)?, &body).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Takes `{"endpoint": "…"}`.
pub(super) async fn remove(cx: Context, Json(which): Json<Which>) -> Answer {
    unsubscribe(&cx, own(&cx)?, &which.endpoint).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
