//! A browser is told how reports go on, also while the app is closed; or no more.
//!
//! Who: whoever shows receipts, each for its report; a citizen who is signed in, for theirs. A browser that
//! shows nothing is not kept. Nothing says whose browser it is.

use foundation::{Result, error::invalid};
use identity::Citizen;
use kit::{Context, audit};
use serde_json::{Value as Json, json};

use super::claim::{MOST, held};
use crate::browsers::{Browsers, id_of};
use crate::store;
use crate::store::claims::Mine;

/// The action.
#[derive(Debug, Clone)]
pub struct Watch {
    /// What the browser said of itself, `PushSubscription.toJSON()`.
    pub subscription: Json,
    /// The secrets of the receipts.
    pub receipts: Vec<String>,
}

impl Watch {
    /// Keeps it; says for how many reports.
    ///
    /// Errors: `push_off` where no messages go to browsers, `push_subscription` and `push_service` for what
    /// is none.
    pub async fn run(self, cx: &Context, citizen: Option<&Citizen>) -> Result<usize> {
        let unreadable = || invalid("push_subscription", "Đăng ký nhận tin của trình duyệt không đọc được.");
        let endpoint = self.subscription["endpoint"].as_str().ok_or_else(unreadable)?;
        let browser = id_of(endpoint);
        let mut cases = held(cx, &self.receipts).await?;
        if let Some(citizen) = citizen {
            cases.extend(store::claims::of(&cx.db, &Mine::of(citizen), MOST as i64).await?);
        }
        cases.sort_unstable();
        cases.dedup();
        if cases.is_empty() {
            return Ok(0);
        }
        let carrier = cx.house.get::<Browsers>()?;
        carrier.0.keep(cx, browser, self.subscription.to_string().as_bytes()).await?;
        let now = cx.clock.now();
        let mut tx = cx.db.begin().await?;
        for id in &cases {
            store::browsers::keep(&mut tx, browser, *id, cx.lang, now).await?;
        }
        let detail = json!({"cases": cases.len()});
        audit(&mut tx, cx, "case.watch", &format!("browser:{browser}"), &detail).await?;
        tx.commit().await?;
        Ok(cases.len())
    }
}

/// The browser at this address hears of nothing any more; whoever knows the address is that browser.
pub async fn unwatch(cx: &Context, endpoint: &str) -> Result<()> {
    let browser = id_of(endpoint);
    cx.house.get::<Browsers>()?.0.forget(cx, browser, endpoint).await?;
    let mut tx = cx.db.begin().await?;
    if store::browsers::forget(&mut tx, browser).await? > 0 {
        audit(&mut tx, cx, "case.unwatch", &format!("browser:{browser}"), &json!({})).await?;
    }
    tx.commit().await
}
