//! A citizen takes back who they are, everywhere: from their reports, from what they kept, from the sign-in.
//! The matters stay.
//!
//! Who: the citizen. All of it or nothing.

use foundation::Result;
use identity::Citizen;
use identity::actions::forget_citizen;
use kit::{Context, audit};
use serde_json::json;

use crate::store;
use crate::store::claims::Mine;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct EraseAll;

impl EraseAll {
    /// Erases; says from how many reports.
    pub async fn run(self, cx: &Context, citizen: &Citizen) -> Result<usize> {
        let own = store::claims::of(&cx.db, &Mine::of(citizen), i64::MAX).await?;
        let mut tx = cx.db.begin().await?;
        for id in &own {
            store::people::erase(&mut tx, *id).await?;
            audit(&mut tx, cx, "case.erase", &format!("case:{id}"), &json!({})).await?;
        }
        for proof in &citizen.proofs {
            store::claims::forget(&mut tx, *proof).await?;
        }
        forget_citizen::forget(&mut tx, cx, citizen).await?;
        tx.commit().await?;
        Ok(own.len())
    }
}
