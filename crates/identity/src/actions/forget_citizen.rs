//! A citizen signs out in this browser, or takes back all that they proved here.
//!
//! Who: the citizen. Taking back ends every session of theirs; what other rooms keep of them those forget in
//! the same transaction, before.

use foundation::Result;
use kit::{Context, audit};
use serde_json::json;
use storage::Tx;

use crate::citizen::Citizen;
use crate::store::citizens as store;

/// Ends the session.
pub async fn leave(cx: &Context, citizen: &Citizen) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    store::close(&mut tx, citizen.session).await?;
    audit(&mut tx, cx, "citizen.leave", &format!("citizen:{}", citizen.session), &json!({})).await?;
    tx.commit().await
}

/// Forgets what was proved, in the transaction of whoever forgets the rest.
pub async fn forget(tx: &mut Tx, cx: &Context, citizen: &Citizen) -> Result<()> {
    for proof in &citizen.proofs {
        store::forget(tx, *proof).await?;
    }
    audit(tx, cx, "citizen.forget", &format!("citizen:{}", citizen.session), &json!({})).await
}
