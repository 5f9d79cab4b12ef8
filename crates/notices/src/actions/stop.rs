//! Stop messages like the one whose link one holds.
//!
//! Who: whoever has the link, which only the receiver was sent; no signing in. A daily letter has many kinds,
//! so its link stops letters altogether. A code that somebody asked for cannot be stopped.

use foundation::{Result, error::not_found};
use kit::{Context, audit};
use serde_json::json;
use uuid::Uuid;

use crate::book::Person;
use crate::channel::Via;
use crate::kinds;
use crate::store::{deliveries, habits};

/// Which messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Those of the kind.
    Kind,
    /// All that come this way.
    Way,
}

impl Stop {
    /// Stops them for the receiver of a delivery.
    pub async fn run(self, cx: &Context, delivery: Uuid) -> Result<()> {
        let gone = || not_found("notice_link_old", "Đường dẫn này không còn dùng được.");
        let found = deliveries::get(&cx.db, delivery).await?.ok_or_else(gone)?;
        let person = Person::of(&found.side, found.person).ok_or_else(gone)?;
        let via = Via::parse(&found.via).ok_or_else(gone)?;
        let kind = kinds::kind(&found.kind).filter(|k| !k.always).ok_or_else(gone)?;
        let kind = match self {
            Stop::Kind => kind.name,
            Stop::Way => "*",
        };
        let mut tx = cx.db.begin().await?;
        habits::choose(&mut tx, cx.clock.now(), person, kind, via, false).await?;
        let detail = json!({ "kind": kind, "via": via.name() });
        audit(&mut tx, cx, "notice.stop", &person.subject(), &detail).await?;
        tx.commit().await
    }
}
