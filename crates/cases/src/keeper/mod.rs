//! The keeper: reminds of deadlines, rings for urgent reports, closes what nobody rates.
//!
//! It has no input: each case says in `wake_at` when it is to be looked at next, which every change of it
//! reckons anew ([`wake()`]), so that the one query it asks is a look into an index, and a case that needs
//! nothing costs nothing. What is to be done is [`plan()`]; each reminder is written down in the transaction
//! that tells it, so that it is told once per case, rung and promise whatever stops the program.
//! Synthetic cases remind nobody.

mod plan;
mod words;

use foundation::Result;
use kit::Context;
use storage::args;

use crate::actions::close::CloseUnrated;
use crate::actions::open_any;
use crate::case::CaseId;
use crate::events::{Reminded, publish_reminded};
use crate::{figures, store};

pub use plan::{NOW, Plan, Reminder, plan, wake};
pub use words::words;

/// Woken when a case changed.
pub static WAKE: tokio::sync::Notify = tokio::sync::Notify::const_new();

/// Cases of one round.
const MOST: i64 = 500;
/// What counts reports against floods is kept so many hours.
const FLOOD_HOURS: i64 = 48;
/// A case that could not be looked at is looked at again after so long.
const AGAIN_S: i64 = 3_600;

/// What a round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kept {
    /// Cases that were looked at.
    pub seen: usize,
    /// Reminders that were told.
    pub reminded: usize,
    /// Cases that were closed.
    pub closed: usize,
}

/// Looks at every case whose time has come, at most a few hundred; the rest is for the next round.
pub async fn round(cx: &Context) -> Result<Kept> {
    let mut kept = Kept::default();
    for id in store::keeping::awake(&cx.db, cx.clock.now(), MOST).await? {
        kept.seen += 1;
        match look(cx, id).await {
            Ok((reminded, closed)) => {
                kept.reminded += reminded;
                kept.closed += usize::from(closed);
            }
            // One broken case must not hold back the others, nor be asked about without rest.
            Err(e) => {
                tracing::error!(case = id, "a case could not be looked at: {e:?}");
                let mut tx = cx.db.begin().await?;
                let again = cx.clock.now().plus_seconds(AGAIN_S);
                store::keeping::sleep(&mut tx, id, Some(again)).await?;
                tx.commit().await?;
            }
        }
    }
    Ok(kept)
}

/// Looks at one case. Says how many reminders were told, and whether it was closed.
async fn look(cx: &Context, id: CaseId) -> Result<(usize, bool)> {
    let acting = open_any(cx, id, None).await;
    let mut acting = match acting {
        Ok(acting) => acting,
        Err(e) if e.code() == "case_type_not_found" => {
            let mut tx = cx.db.begin().await?;
            store::keeping::sleep(&mut tx, id, None).await?;
            tx.commit().await?;
            return Ok((0, false));
        }
        Err(e) => return Err(e),
    };
    let (case, now) = (acting.case.clone(), acting.now);
    let plan = plan(&acting.kind, &case, &acting.calendars, now)?;
    let tx = &mut acting.tx;
    let mut told = 0;
    for one in &plan.remind {
        if !store::keeping::remind(tx, id, one.kind, one.rung, one.promise, now).await? {
            continue;
        }
        let mut units = vec![case.place, case.agency];
        units.sort_unstable();
        units.dedup();
        let (kind, rung, tell) = (one.kind.to_owned(), one.rung, one.tell.clone());
        publish_reminded(tx, now, &Reminded { case: id, kind, rung, tell, units }).await?;
        told += 1;
    }
    if plan.overdue {
        store::figures::unsettle(tx, id).await?;
    }
    store::keeping::sleep(tx, id, plan.next).await?;
    acting.tx.commit().await?;
    if plan.overdue {
        figures::WAKE.notify_one();
    }
    let closed = plan.close && CloseUnrated.run(cx, id).await?;
    Ok((told, closed))
}

/// Forgets what counted reports against floods, after two days.
pub async fn sweep(cx: &Context) -> Result<u64> {
    let hour = cx.clock.now().seconds() / 3600 - FLOOD_HOURS;
    let some: Option<(i64,)> =
        cx.db.one("SELECT hour FROM case_flood WHERE hour < $1 LIMIT 1", args![hour]).await?;
    if some.is_none() {
        return Ok(0);
    }
    let mut tx = cx.db.begin().await?;
    let n = store::people::sweep_flood(&mut tx, hour).await?;
    tx.commit().await?;
    Ok(n)
}
