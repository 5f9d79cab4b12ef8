//! Telling the households of a document, page by page.

use std::collections::BTreeMap;

use foundation::{Result, error::internal};
use futures_util::future::BoxFuture;
use kit::{Context, JobHandler};
use serde_json::Value as Json;
use storage::jobs;
use uuid::Uuid;

use crate::notice::{Notice, post_of};
use crate::office::Office;
use crate::store::mailings;

/// The kind of the job.
pub const MAILING: &str = "notices.mailing";
/// People told in one transaction.
const PAGE: i64 = 500;

/// Leaves a message for everybody of a document's units. May be stopped and begun again anywhere: the cursor
/// is moved in the transaction of the messages.
pub struct Mailings;

impl JobHandler for Mailings {
    fn kind(&self) -> &'static str {
        MAILING
    }

    fn run<'a>(&'a self, cx: &'a Context, id: Uuid, payload: &'a Json) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let mailing = payload.get("mailing").and_then(Json::as_str).and_then(|m| m.parse().ok());
            let mailing =
                mailing.ok_or_else(|| internal("mailing_job", "Việc gửi văn bản thiếu mã văn bản"))?;
            let mut told = 0;
            while let Some(n) = page(cx, mailing).await? {
                told += n;
                if !jobs::progress(&cx.db, cx.clock.as_ref(), id, &told.to_string()).await? {
                    return Ok(());
                }
            }
            Ok(())
        })
    }
}

/// Tells the next page of people; `None` when nobody is left or somebody else tells them.
pub async fn page(cx: &Context, id: Uuid) -> Result<Option<usize>> {
    let office = cx.house.get::<Office>()?;
    let Some(mailing) = mailings::received(&cx.db, id).await?.filter(|m| m.finished_at.is_none()) else {
        return Ok(None);
    };
    let units = mailings::units(&cx.db, id).await?;
    let people = office.book().in_units(&units, mailing.cursor, PAGE).await?;
    let now = cx.clock.now();
    let mut tx = cx.db.begin().await?;
    if !mailings::step(&mut tx, id, mailing.cursor, people.last().map(|p| p.id()), now).await? {
        return Ok(None);
    }
    let values = [("title", &mailing.title), ("sender", &mailing.sender)];
    let values: BTreeMap<String, String> =
        values.into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
    let mut new = 0;
    for person in &people {
        let notice = Notice {
            kind: "document.new",
            to: *person,
            about: format!("mailing:{id}"),
            values: values.clone(),
            link: String::new(),
            urgent: false,
            key: format!("mailing/{id}"),
        };
        new += i64::from(post_of(&mut tx, cx, notice, Some(id)).await?);
    }
    mailings::told(&mut tx, id, new).await?;
    tx.commit().await?;
    Ok((!people.is_empty()).then_some(people.len()))
}
