//! A citizen keeps reports among theirs by showing their receipts, to find them on every device.
//!
//! Who: a citizen who is signed in. A receipt that is none is passed over: whoever shows many at once hears
//! how many were kept, not which.

use foundation::Result;
use identity::Citizen;
use kit::{Context, audit};
use serde_json::json;

use crate::case::CaseId;
use crate::{receipt, store};

/// So many receipts at once.
pub(super) const MOST: usize = 200;

/// The action.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The secrets of the receipts.
    pub receipts: Vec<String>,
}

/// The cases of receipts, each once.
pub(super) async fn held(cx: &Context, receipts: &[String]) -> Result<Vec<CaseId>> {
    let mut cases = Vec::new();
    for secret in receipts.iter().take(MOST) {
        cases.extend(store::people::of_receipt(&cx.db, &receipt::kept(secret)).await?);
    }
    cases.sort_unstable();
    cases.dedup();
    Ok(cases)
}

impl Claim {
    /// Keeps them; says how many cases that were.
    pub async fn run(self, cx: &Context, citizen: &Citizen) -> Result<usize> {
        let cases = held(cx, &self.receipts).await?;
        if cases.is_empty() {
            return Ok(0);
        }
        let now = cx.clock.now();
        let mut tx = cx.db.begin().await?;
        for id in &cases {
            for proof in &citizen.proofs {
                store::claims::keep(&mut tx, *proof, *id, now).await?;
            }
        }
        let detail = json!({"cases": cases.len()});
        audit(&mut tx, cx, "case.claim", &format!("citizen:{}", citizen.session), &detail).await?;
        tx.commit().await?;
        Ok(cases.len())
    }
}
