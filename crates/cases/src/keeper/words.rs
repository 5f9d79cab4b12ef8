//! Writes the words of cases anew when they are made in another way than before.

use foundation::Result;
use kit::Context;
use storage::{args, settings};

use crate::service::Types;
use crate::{index, store};

/// How far it is: «2» when all is done, «2 after 1500» while it is not.
const KEY: &str = "cases.words";
/// Cases of one transaction: other writers come between.
const MOST: i64 = 100;

/// Writes the words of the next cases; says how many, none when all are as they should be.
pub async fn words(cx: &Context) -> Result<usize> {
    let done = index::VERSION.to_string();
    let kept = settings::get(&cx.db, KEY).await?.unwrap_or_default();
    if kept == done {
        return Ok(0);
    }
    let under_way = kept.strip_prefix(&format!("{done} after ")).and_then(|at| at.parse().ok());
    let after: i64 = under_way.unwrap_or_default();
    let types = cx.house.get::<Types>()?;
    let sql = "SELECT seq FROM cases WHERE seq > $1 ORDER BY seq LIMIT $2";
    let ids: Vec<(i64,)> = cx.db.all(sql, args![after, MOST]).await?;
    let mut tx = cx.db.begin().await?;
    for (id,) in &ids {
        // Read for changing: what an officer writes meanwhile waits, and is not overwritten.
        let Some(case) = store::cases::lock(&mut tx, *id).await? else { continue };
        if let Some(kind) = types.find(&case.kind) {
            index::put(&mut tx, &case, &kind).await?;
        }
    }
    let now = match ids.last() {
        Some((last,)) => format!("{done} after {last}"),
        None => done,
    };
    settings::set(&mut tx, cx.clock.as_ref(), KEY, &now).await?;
    tx.commit().await?;
    Ok(ids.len())
}
