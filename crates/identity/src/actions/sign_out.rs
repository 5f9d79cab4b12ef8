//! End sessions: this one, one on another machine, or all others.
//!
//! Who: the person whose sessions they are. Ending a session that is no more is no error.

use foundation::Result;
use kit::{Context, audit};
use serde_json::json;
use uuid::Uuid;

use crate::actions::{doorkeeper, own_id, subject};
use crate::store::sessions;
use crate::token;

/// Which sessions end.
pub enum SignOut {
    /// The one with this cookie.
    Here(String),
    /// One of the list.
    One(Uuid),
    /// All but the one with this cookie.
    Others(String),
}

impl SignOut {
    /// Ends them.
    pub async fn run(self, cx: &Context) -> Result<()> {
        let id = own_id(cx)?;
        let mut tx = cx.db.begin().await?;
        let ended = match &self {
            SignOut::Here(text) => sessions::close(&mut tx, &token::hash(text)).await?,
            SignOut::One(session) => sessions::close_one(&mut tx, id, *session).await?,
            SignOut::Others(text) => sessions::close_others(&mut tx, id, &token::hash(text)).await?,
        };
        if ended > 0 {
            audit(&mut tx, cx, "sign_out", &subject(id), &json!({ "sessions": ended })).await?;
        }
        tx.commit().await?;
        doorkeeper(cx)?.forget_all();
        Ok(())
    }
}
