//! A document as its receiver reads it: from a link without signing in, or in the house.

use askama::Template;
use axum::extract::Path;
use axum::response::IntoResponse;
use foundation::{Result, error::not_found};
use http::{HeaderValue, Method, StatusCode, header};
use kit::Context;
use kit::http::moment;
use uuid::Uuid;
use web::{Answer, Page};

use crate::actions::own;
use crate::http::{letter, own_page};
use crate::store::mailings::{self, Mailing};
use crate::store::notices;

#[derive(Template)]
#[template(path = "document.html")]
struct DocumentPage {
    page: Page,
    paragraphs: Vec<String>,
    sender: String,
    at: String,
    /// The address of the page: its file and its end stand below.
    base: String,
    file: bool,
    may_stop: bool,
}

fn gone() -> foundation::Error {
    not_found("document_not_found", "Không có văn bản này.")
}

/// The page of a document; `base` is its address.
pub(super) async fn received(cx: &Context, id: Uuid, base: &str) -> Answer {
    let mailing = mailings::received(&cx.db, id).await?.ok_or_else(gone)?;
    let paragraphs = mailing.body.lines().filter(|l| !l.trim().is_empty()).map(str::to_owned).collect();
    let page = DocumentPage {
        page: cx.page(mailing.title)?,
        paragraphs,
        sender: mailing.sender,
        at: moment(mailing.created_at, cx.lang),
        file: mailing.file.is_some(),
        may_stop: base.starts_with("/n/"),
        base: base.to_owned(),
    };
    own_page(StatusCode::OK, &page)
}

/// The file of a document. It is somebody else's and a PDF: the browser saves it and runs nothing of it here.
pub(super) async fn file_of(cx: &Context, mailing: &Mailing) -> Answer {
    let (kept, content) = cx.files.read(&cx.db, mailing.file.ok_or_else(gone)?).await?;
    let name: String =
        kept.name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    let mut response = content.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// The file behind a link.
pub(super) async fn file(cx: Context, method: Method, Path(token): Path<String>) -> Answer {
    let (way, kept) = letter::find(&cx, &token).await?;
    letter::count(&cx, &method, &way, &kept).await?;
    let mailing = mailings::received(&cx.db, kept.mailing.ok_or_else(gone)?).await?.ok_or_else(gone)?;
    file_of(&cx, &mailing).await
}

/// The document that a message of the reader's own brought.
async fn of_mine(cx: &Context, notice: Uuid) -> Result<Uuid> {
    let person = own(cx)?;
    let kept = notices::get(&cx.db, notice).await?.filter(|k| k.to() == Some(person)).ok_or_else(gone)?;
    let mailing = kept.mailing.ok_or_else(gone)?;
    if kept.opened_at.is_none() || kept.read_at.is_none() {
        let now = cx.clock.now();
        let mut tx = cx.db.begin().await?;
        mailings::opened(&mut tx, notice, now).await?;
        notices::read(&mut tx, person, Some(notice), now).await?;
        tx.commit().await?;
    }
    Ok(mailing)
}

pub(super) async fn mine(cx: Context, Path(notice): Path<Uuid>) -> Answer {
    let mailing = of_mine(&cx, notice).await?;
    received(&cx, mailing, &format!("/notices/document/{notice}")).await
}

pub(super) async fn my_file(cx: Context, Path(notice): Path<Uuid>) -> Answer {
    let mailing = of_mine(&cx, notice).await?;
    let mailing = mailings::received(&cx.db, mailing).await?.ok_or_else(gone)?;
    file_of(&cx, &mailing).await
}
