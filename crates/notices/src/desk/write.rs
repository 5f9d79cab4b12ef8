//! Writing a message: its text in the person's language, its links.

use std::collections::BTreeMap;

use foundation::{Date, Result};
use kit::Context;
use units::Atlas;

use crate::book::{Addressee, Tongue};
use crate::channel::{Message, To, Via};
use crate::kinds::Kind;
use crate::notice::place;
use crate::office::Office;
use crate::store::deliveries::Taken;
use crate::store::notices::Kept;
use crate::store::texts;
use crate::text;
use crate::token;

/// One message with its way.
pub(super) struct Piece {
    pub way: Taken,
    pub notice: Kept,
    pub kind: &'static Kind,
}

/// Who it is written to.
pub(super) struct Receiver {
    pub to: To,
    pub via: Via,
    pub addressee: Addressee,
    pub tongue: Tongue,
}

/// What the values of a message are; `None` when they were erased or cannot be opened.
fn values(office: &Office, notice: &Kept) -> Option<BTreeMap<String, String>> {
    match &notice.sealed {
        Some(sealed) => {
            let plain = office.key().open(&place(notice.id), sealed).ok()?;
            serde_json::from_slice(&plain).ok()
        }
        None => notice.values(),
    }
}

/// The name of the place, for the foot of letters.
fn place_name(cx: &Context) -> String {
    let Ok(atlas) = cx.house.get::<Atlas>() else { return String::new() };
    let today = Date::of(cx.clock.now());
    atlas.root().map(|root| atlas.map().name(root, today)).unwrap_or_default()
}

/// The message of one piece; `None` when its values are gone.
async fn one(cx: &Context, base: &str, piece: &Piece, receiver: &Receiver) -> Result<Option<Message>> {
    let office = cx.house.get::<Office>()?;
    let Some(values) = values(&office, &piece.notice) else { return Ok(None) };
    let changes = texts::changes(&cx.db, piece.kind.name).await?;
    let (template, tongue) = texts::held(&changes, piece.kind, receiver.via, receiver.tongue);
    let token = token::write(office.key(), piece.way.id);
    let leads = !piece.notice.link.is_empty() || piece.notice.mailing.is_some();
    let link = if leads && !base.is_empty() { format!("{base}/n/{token}") } else { String::new() };
    let may_stop = !piece.kind.always && !base.is_empty();
    let place = place_name(cx);
    let value = |name: &str| match name {
        "link" => Some(link.as_str()),
        "name" => Some(receiver.addressee.name.as_str()),
        "place" => Some(place.as_str()),
        other => values.get(other).map(String::as_str),
    };
    Ok(Some(Message {
        id: piece.way.id,
        to: receiver.to.clone(),
        name: receiver.addressee.name.clone(),
        kind: piece.kind.name,
        title: text::fill(&template.title, value),
        body: text::fill(&template.body, value),
        stop: may_stop.then(|| format!("{base}/n/{token}/stop")),
        tongue,
        urgent: piece.notice.urgent || piece.kind.always,
        stale_s: piece.kind.stale_s,
        place: place.clone(),
        link,
    }))
}

/// The message of one piece, or the daily letter of several; `None` when nothing is left to say.
pub(super) async fn message(cx: &Context, pieces: &[Piece], receiver: &Receiver) -> Result<Option<Message>> {
    let base = cx.house.get::<Office>()?.base(&cx.db).await?;
    let mut all = Vec::new();
    for piece in pieces {
        all.extend(one(cx, &base, piece, receiver).await?);
    }
    if all.len() < 2 {
        return Ok(all.pop());
    }
    let n = all.len().to_string();
    let title = text::fill(&text::frame(receiver.tongue).daily, |name| (name == "n").then_some(n.as_str()));
    let told = all.iter().map(|m| match m.link.is_empty() {
        true => format!("{}\n{}", m.title, m.body),
        false => format!("{}\n{}\n{}", m.title, m.body, m.link),
    });
    let body = told.collect::<Vec<_>>().join("\n\n");
    let first = all.swap_remove(0);
    Ok(Some(Message { title, body, link: String::new(), tongue: receiver.tongue, ..first }))
}
