//! `GET /report`: the form, without an account and without script. `POST /report`: one report, however often
//! the button is pressed: the page carries the key of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{DefaultBodyLimit, Multipart, Query};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};
use foundation::Error;
use http::{HeaderMap, StatusCode};
use kit::http::{page, redirect_with, url_encode};
use kit::{Access, Context, Route};
use serde::Deserialize;
use web::peer::ClientIp;
use web::{Answer, Page};

use super::{Frame, device, form, random_key, with_device};
use crate::actions::receive::{Position, Receive, clean, phone};
use crate::http::show::{Choice, Desk};
use crate::service::CaseType;
use crate::store::people::Reporter;
use crate::workflow::Intake;

pub(super) fn routes() -> Vec<Route> {
    let send = post(send).layer(DefaultBodyLimit::max(form::MOST_BYTES));
    vec![Route::get("/report", Access::Public, get(show)), Route::post("/report", Access::Public, send)]
}

/// A group of categories to choose from.
struct GroupShown {
    name: String,
    icon: String,
    categories: Vec<Choice>,
}

/// What a person typed.
#[derive(Debug, Default)]
struct Typed {
    key: String,
    kind: String,
    category: String,
    content: String,
    address: String,
    place: String,
    lat: String,
    lon: String,
    accuracy: String,
    name: String,
    phone: String,
    email: String,
    consent: bool,
}

/// What is wrong, by field.
#[derive(Debug, Default)]
struct Faults(BTreeMap<&'static str, String>);

impl Faults {
    fn of(&self, field: &str) -> Option<&String> {
        self.0.get(field)
    }

    /// Whether a field further down is wrong.
    fn fields(&self) -> bool {
        self.0.keys().any(|field| *field != "top")
    }

    fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }
}

#[derive(Template)]
#[template(path = "public_report.html")]
struct ReportPage {
    page: Page,
    frame: Frame,
    typed: Typed,
    groups: Vec<GroupShown>,
    places: Vec<Choice>,
    faults: Faults,
    /// The photos were sent and have to be chosen again.
    again: bool,
    /// For the map on which a position is tapped.
    root: i64,
    /// Whether reports are found again by a proved number.
    opens: bool,
    /// What else may be sent: address and name.
    others: Vec<(String, String)>,
}

/// The type that is meant: the first that everybody may begin, unless the address names one.
fn kind_of(desk: &Desk, named: &str) -> foundation::Result<Arc<CaseType>> {
    let mut open = desk.types.all().into_iter().filter(|k| k.flow.intake == Intake::Public);
    let found = match named {
        "" => open.next(),
        id => open.find(|k| k.id == id || k.flow.id == id),
    };
    found.ok_or_else(|| {
        foundation::error::not_found("case_type_not_found", "Nơi này chưa nhận phản ánh trên trang này.")
    })
}

async fn draw(cx: &Context, headers: &HeaderMap, typed: Typed, faults: Faults, again: bool) -> Answer {
    let desk = Desk::open(cx)?;
    let kind = kind_of(&desk, &typed.kind)?;
    let groups = kind
        .flow
        .groups
        .iter()
        .map(|g| GroupShown {
            name: g.name.get(cx.lang).to_owned(),
            icon: g.icon.clone().unwrap_or_else(|| "more".to_owned()),
            categories: kind
                .flow
                .categories
                .iter()
                .filter(|c| c.group == g.id)
                .map(|c| Choice {
                    value: c.id.clone(),
                    label: c.name.get(cx.lang).to_owned(),
                    chosen: c.id == typed.category,
                })
                .collect(),
        })
        .filter(|g| !g.categories.is_empty())
        .collect();
    let places = desk.communes(&typed.place);
    let others = desk
        .types
        .all()
        .iter()
        .filter(|k| k.flow.intake == Intake::Public && k.id != kind.id)
        .map(|k| (format!("/report?kind={}", url_encode(&k.id)), k.flow.name.get(cx.lang).to_owned()))
        .collect();
    let wrong = !faults.0.is_empty();
    let named = match typed.kind.is_empty() {
        true => cx.t("case-pub-report"),
        false => kind.flow.name.get(cx.lang).to_owned(),
    };
    let mut response = page(&ReportPage {
        page: cx.page(named)?,
        frame: Frame::of(headers, "report"),
        typed,
        groups,
        places,
        faults,
        again,
        root: desk.root,
        opens: cx.house.get::<identity::Citizens>()?.opens(),
        others,
    })?;
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(with_device(response, headers)?)
}

/// What the address may say beforehand.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asking {
    kind: String,
    category: String,
    place: String,
}

async fn show(cx: Context, headers: HeaderMap, Query(asking): Query<Asking>) -> Answer {
    let typed = Typed {
        key: random_key()?,
        kind: asking.kind,
        category: asking.category,
        place: asking.place,
        ..Typed::default()
    };
    draw(&cx, &headers, typed, Faults::default(), false).await
}

impl Typed {
    fn position(&self) -> Option<Position> {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|v| v.is_finite());
        let (lat, lon) = number(&self.lat).zip(number(&self.lon))?;
        Some(Position { lat, lon, accuracy_m: number(&self.accuracy) })
    }

    /// What can be told of each field before anything is written.
    fn faults(&self, photos: usize) -> Faults {
        let mut told = Faults::default();
        let mut tell = |field, checked: foundation::Result<String>| {
            if let Err(e) = checked {
                told.0.insert(field, e.message().to_owned());
            }
        };
        tell("content", clean(&self.content, 5_000, "Nội dung"));
        tell("address", clean(&self.address, 300, "Địa chỉ"));
        tell("name", clean(&self.name, 100, "Họ tên"));
        tell("email", clean(&self.email, 120, "Thư điện tử"));
        tell("phone", phone(&self.phone));
        if !self.email.trim().is_empty() && !self.email.contains('@') {
            let why = "Thư điện tử chưa đúng, ví dụ: ten@gmail.com.";
            told.0.entry("email").or_insert_with(|| why.to_owned());
        }
        let said = !self.content.trim().is_empty() || (photos > 0 && !self.category.is_empty());
        if !said {
            let why = "Hãy ghi điều bạn muốn phản ánh, hoặc chụp ảnh và chọn loại.";
            told.0.entry("content").or_insert_with(|| why.to_owned());
        }
        told
    }
}

/// Beside which field an error of the action is told.
fn field_of(e: &Error) -> &'static str {
    match e.code() {
        "case_text" | "case_text_long" => "content",
        "case_category" => "category",
        "case_phone" => "phone",
        "case_place" => "place",
        "position_outside" | "position_elsewhere" => "position",
        _ => "top",
    }
}

async fn send(cx: Context, headers: HeaderMap, ClientIp(address): ClientIp, form: Multipart) -> Answer {
    let mut sent = form::read(form).await?;
    let typed = Typed {
        key: sent.take("key"),
        kind: sent.take("kind"),
        category: sent.take("category"),
        content: sent.take("content"),
        address: sent.take("address"),
        place: sent.take("place"),
        lat: sent.take("lat"),
        lon: sent.take("lon"),
        accuracy: sent.take("accuracy"),
        name: sent.take("name"),
        phone: sent.take("phone"),
        email: sent.take("email"),
        consent: sent.take("consent") == "yes",
    };
    let with_photos = !sent.photos.is_empty();
    let faults = typed.faults(sent.photos.len());
    if !faults.0.is_empty() {
        return draw(&cx, &headers, typed, faults, with_photos).await;
    }
    let desk = Desk::open(&cx)?;
    let kind = kind_of(&desk, &typed.kind)?;
    let named = kind.flow.category(&typed.category).map(|c| c.name.vi.clone());
    let mut senders = vec![("address", address.to_string())];
    senders.extend(device(&headers).map(|d| ("device", d.to_owned())));
    senders.extend(Some(&typed.phone).filter(|p| !p.is_empty()).map(|p| ("phone", p.clone())));
    let receipt = Receive {
        key: typed.key.clone(),
        kind: kind.id.clone(),
        category: Some(typed.category.clone()),
        title: if typed.content.trim().is_empty() { named.unwrap_or_default() } else { String::new() },
        content: typed.content.clone(),
        address: typed.address.clone(),
        position: typed.position(),
        place: typed.place.parse().ok(),
        channel: "web",
        reporter: Reporter {
            citizen: None,
            name: typed.name.clone(),
            phone: typed.phone.clone(),
            email: typed.email.clone(),
            consent: typed.consent,
        },
        senders,
        ..Receive::default()
    }
    .run(&cx)
    .await;
    let receipt = match receipt {
        Ok(receipt) => receipt,
        Err(e) if matches!(e.kind(), foundation::Kind::Invalid | foundation::Kind::TooMany) => {
            let status = web::fault::status(&e);
            let faults = Faults(BTreeMap::from([(field_of(&e), e.message().to_owned())]));
            let mut response = draw(&cx, &headers, typed, faults, with_photos).await?;
            *response.status_mut() = status;
            return Ok(response);
        }
        Err(e) => return Err(e.into()),
    };
    let refused = form::add_all(&cx, receipt.case.seq, std::mem::take(&mut sent.photos)).await?;
    let to = format!("/report/{}?k={}", receipt.code, url_encode(&receipt.secret));
    match refused.is_empty() {
        true => Ok(Redirect::to(&to).into_response()),
        false => redirect_with(&to, &refused.join(" ")),
    }
}
