//! The rest of a page follows its indicator. Chart, table, sources and history are too much to keep drawn for
//! every reader; the topic `told/<code>/<unit>` only says *that* something they are made from was told. The
//! page then asks for itself once more and puts the parts that changed in place (`ui/src/lib/follow.ts`).

use std::sync::Arc;

use foundation::Result;
use futures_util::future::BoxFuture;
use kit::{Context, House, UnitId};
use web::live::{Fragment, Key, Renderer};

use super::{Desk, head};
use crate::definition::Indicator;
use crate::tiles::depends;

/// The first part of the topics.
const PREFIX: &str = "told";

/// The topic of a page and what it says now.
pub(super) async fn live(cx: &Context, indicator: &Indicator, unit: UnitId) -> Result<(Arc<str>, String)> {
    head::kept(cx, Arc::from(format!("{PREFIX}/{}/{unit}", indicator.code))).await
}

/// Says when something was told of an indicator that the reader may see.
pub struct ToldRenderer(pub House);

impl Renderer for ToldRenderer {
    fn prefix(&self) -> &'static str {
        PREFIX
    }

    fn render<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Fragment>> {
        Box::pin(async move {
            let missing = || foundation::error::not_found("indicator_not_found", "Không có chỉ tiêu này.");
            let parts: Vec<&str> = key.topic.split('/').collect();
            let [_, code, unit] = parts.as_slice() else { return Err(missing()) };
            let cx = head::reader(&self.0, key);
            let desk = Desk::open(&cx)?;
            let unit: UnitId = desk.unit(Some(unit))?;
            let indicator = desk.indicator(&cx, code, unit)?;
            // The moment of drawing: it differs each time, so the hub passes each telling on.
            let html = cx.clock.now().0.to_string();
            Ok(Fragment { html, depends: depends(&desk.catalogue, &[indicator]) })
        })
    }
}
