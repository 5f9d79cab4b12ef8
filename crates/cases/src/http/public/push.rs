//! `POST /app/push`: a browser wants to hear how reports go on; `POST /app/push/stop`: no more. JSON in and
//! out, asked by the script of the app.

use axum::Json;
use axum::body::Bytes;
use axum::response::IntoResponse;
use axum::routing::post;
use foundation::Result;
use foundation::error::invalid;
use http::{HeaderMap, StatusCode};
use identity::citizen;
use kit::{Access, Context, Route};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use web::Answer;

use crate::actions::watch::{Watch, unwatch};
use crate::browsers::Browsers;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/app/push", Access::Public, post(put)),
        Route::post("/app/push/stop", Access::Public, post(stop)),
    ]
}

/// The key with which browsers subscribe; none where no messages go to them.
pub(super) fn key(cx: &Context) -> Result<Option<String>> {
    Ok(cx.house.get::<Browsers>()?.0.key())
}

#[derive(Deserialize)]
struct Asked {
    subscription: Value,
    #[serde(default)]
    receipts: Vec<String>,
}

#[derive(Deserialize)]
struct Stopped {
    endpoint: String,
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    let why = "Nội dung đăng ký nhận tin không đúng dạng JSON đã nêu trong tài liệu.";
    serde_json::from_slice(body).map_err(|e| invalid("push_subscription", why).because(e))
}

async fn put(cx: Context, headers: HeaderMap, body: Bytes) -> Answer {
    let Asked { subscription, receipts } = read(&body)?;
    let citizen = citizen::signed_in(&cx, &headers).await?;
    let n = (Watch { subscription, receipts }).run(&cx, citizen.as_ref()).await?;
    Ok(Json(json!({ "watched": n })).into_response())
}

async fn stop(cx: Context, body: Bytes) -> Answer {
    let Stopped { endpoint } = read(&body)?;
    unwatch(&cx, &endpoint).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
