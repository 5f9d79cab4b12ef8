//! `GET /open311/discovery`: where the API is and which forms it speaks (Open311 Service Discovery).

use axum::response::Response;
use foundation::moment::rfc3339;
use foundation::{Instant, Lang, Result};

use super::call::{Call, Format};
use super::document::{Document, Node, text};
use crate::store;

pub(super) async fn show(call: Call) -> Response {
    call.answer(discovery(&call).await)
}

async fn discovery(call: &Call) -> Result<Document> {
    let desk = call.desk(&call.given)?;
    let cx = &call.cx;
    let origin = call.origin().await?;
    let changed = store::types::applied_at(&cx.db).await?.unwrap_or(Instant(0));
    let changeset = text(&rfc3339(changed));
    let place = desk.name(desk.root);
    let say = |key: &str, url: String| {
        cx.words.say(Lang::Vi, key, &[("place", place.as_str().into()), ("url", url.into())])
    };
    let demo = cx.house.demo.load(std::sync::atomic::Ordering::Relaxed);
    let formats = [Format::Xml, Format::Json].map(|f| text(f.mime())).to_vec();
    let endpoint = Node::Fields(vec![
        ("specification", text("http://wiki.open311.org/GeoReport_v2")),
        ("url", text(&format!("{origin}/open311/v2"))),
        ("changeset", changeset.clone()),
        ("type", text(if demo { "test" } else { "production" })),
        ("formats", Node::List("format", formats)),
    ]);
    let fields = vec![
        ("changeset", changeset),
        ("contact", text(&say("case-open311-contact", origin.clone()))),
        ("key_service", text(&say("case-open311-key", format!("{origin}/keys")))),
        ("endpoints", Node::List("endpoint", vec![endpoint])),
    ];
    Ok(Document { root: "discovery", node: Node::Fields(fields) })
}
