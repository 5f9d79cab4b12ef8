//! `POST requests`: a report from another app. Everybody may, within the limits of floods; a program with a
//! key of ours is not counted. The receipt's secret goes out in the header `X-Receipt`, because the
//! standard's document has no place for it.

use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::response::{IntoResponse, Response};
use foundation::{Error, Kind, Result, error::forbidden, error::invalid};
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use kit::{Actor, Context, UnitId};
use units::Level;
use web::peer::ClientIp;

use super::call::{Call, Given, short, written};
use super::document::{Document, Node, text};
use super::services;
use crate::actions::receive::{Position, Receipt, Receive};
use crate::http::show::Desk;
use crate::store::people::Reporter;

/// The header by which a program sends again without doubling.
const KEY: &str = "idempotency-key";
/// The header of the receipt's secret.
const RECEIPT: &str = "x-receipt";

pub(super) async fn send(
    call: Call,
    headers: HeaderMap,
    ClientIp(address): ClientIp,
    form: std::result::Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let key = headers.get(KEY).map(|v| v.to_str().unwrap_or_default());
    match receive(&call, key, address.to_string(), form).await {
        Ok((receipt, notice)) => {
            let fields = vec![
                ("service_request_id", text(&receipt.code)),
                ("service_notice", text(&notice)),
                ("account_id", Node::Nothing),
            ];
            let node = Node::List("request", vec![Node::Fields(fields)]);
            let document = Document { root: "service_requests", node };
            let mut response = written(call.format, StatusCode::OK, &document);
            if let Ok(secret) = HeaderValue::from_str(&receipt.secret) {
                response.headers_mut().insert(RECEIPT, secret);
            }
            let keep = HeaderValue::from_static("private, no-store");
            response.headers_mut().insert(header::CACHE_CONTROL, keep);
            response
        }
        Err(error) => call.refuse(&error),
    }
}

fn unreadable(rejection: FormRejection) -> Error {
    let large = rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE;
    let kind = if large { Kind::TooLarge } else { Kind::Invalid };
    let why = "Không đọc được nội dung gửi. Gửi bằng application/x-www-form-urlencoded, mã UTF-8.";
    Error::new(kind, "form_unreadable", why)
}

/// Who sends: whoever the request says, or the program whose key stands in the form, where the standard puts
/// it.
async fn sender(cx: &Context, given: &Given) -> Result<Context> {
    let Some(key) = given.one("api_key") else { return Ok(cx.clone()) };
    let wrong =
        || forbidden("api_key_wrong", "api_key sai, đã thu hồi hoặc hết hạn. Có thể gửi không kèm khóa.");
    let shown = Request::builder().header(header::AUTHORIZATION, format!("Bearer {key}")).body(());
    let (parts, ()) = shown.map_err(|_| wrong())?.into_parts();
    let session = cx.house.session(&parts).await?;
    match session.actor {
        Actor::Key { .. } => Ok(Context { actor: session.actor, scope: session.scope, ..cx.clone() }),
        _ => Err(wrong()),
    }
}

fn degrees(given: &Given, name: &str) -> Result<Option<f64>> {
    let Some(written) = given.one(name) else { return Ok(None) };
    let read = written.parse::<f64>().ok().filter(|n| n.is_finite());
    read.map(Some).ok_or_else(|| {
        invalid("position_unreadable", format!("{name}: cần số độ WGS84, không phải «{}».", short(written)))
    })
}

/// Where: the standard wants a position, an address in words, or the id of one, which is the code of a
/// commune.
fn location(given: &Given, desk: &Desk) -> Result<(Option<Position>, Option<UnitId>)> {
    let position = match (degrees(given, "lat")?, degrees(given, "long")?) {
        (Some(lat), Some(lon)) => Some(Position { lat, lon, accuracy_m: None }),
        (None, None) => None,
        _ => return Err(invalid("position_half", "lat và long phải đi cùng nhau.")),
    };
    let place = match given.one("address_id") {
        None => None,
        Some(code) => {
            let known = desk.map.by_code(Level::Commune, code, desk.today).map(|v| v.unit);
            let within = known.filter(|unit| desk.map.is_within(*unit, desk.root, desk.today));
            Some(within.ok_or_else(|| {
                let why =
                    format!("address_id «{}» không phải mã xã, phường, đặc khu của nơi này.", short(code));
                invalid("address_id_unknown", why)
            })?)
        }
    };
    if position.is_none() && place.is_none() && given.one("address_string").is_none() {
        let why = "Cần vị trí: lat và long, hoặc address_string, hoặc address_id.";
        return Err(invalid("position_missing", why));
    }
    Ok((position, place))
}

/// Vietnamese names begin with the family's.
fn full_name(given: &Given) -> String {
    format!("{} {}", given.text("last_name"), given.text("first_name")).trim().to_owned()
}

fn fresh_key() -> Result<String> {
    let bytes = foundation::random_bytes::<16>()?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}

async fn receive(
    call: &Call,
    key: Option<&str>,
    address: String,
    form: std::result::Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<(Receipt, String)> {
    let mut given = Given(form.map_err(unreadable)?.0);
    given.0.extend(call.given.0.iter().cloned());
    let desk = call.desk(&given)?;
    let code = given
        .one("service_code")
        .ok_or_else(|| invalid("service_missing", "Thiếu service_code. Xem danh sách ở services.xml."))?;
    let (kind, category) = services::find_public(&desk, code)?;
    let cx = sender(&call.cx, &given).await?;
    let (position, place) = location(&given, &desk)?;
    let mut senders = vec![("address", address)];
    for (what, name) in [("device", "device_id"), ("phone", "phone")] {
        if let Some(value) = given.one(name) {
            senders.push((what, value.chars().take(100).collect()));
        }
    }
    let content = given.text("description");
    let receipt = Receive {
        key: key.map_or_else(fresh_key, |k| Ok(k.to_owned()))?,
        kind: kind.id.clone(),
        category: Some(category.id.clone()),
        // The standard lets a report say no more than its service and its place.
        title: if content.is_empty() { category.name.vi.clone() } else { String::new() },
        content,
        address: given.text("address_string"),
        position,
        place,
        channel: "open311",
        reporter: Reporter {
            citizen: None,
            name: full_name(&given),
            phone: given.text("phone"),
            email: given.text("email"),
            consent: false,
        },
        senders,
        ..Receive::default()
    }
    .run(&cx)
    .await?;
    let mut notice = cx.words.say(cx.lang, "case-open311-notice", &[("code", receipt.code.as_str().into())]);
    if given.one("media_url").is_some() {
        notice = format!("{notice} {}", cx.t("case-open311-media"));
    }
    Ok((receipt, notice))
}
