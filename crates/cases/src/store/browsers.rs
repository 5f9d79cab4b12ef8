//! Which browsers are told how a report goes on.

use foundation::{Instant, Lang, Result};
use storage::{Db, Tx, args};
use uuid::Uuid;

use crate::case::CaseId;

/// So many browsers hear of one report; the oldest goes when another comes.
const MOST: i64 = 20;

/// A browser hears of a case from now on, in this language; again changes the language.
pub async fn keep(tx: &mut Tx, browser: Uuid, id: CaseId, lang: Lang, at: Instant) -> Result<()> {
    tx.run(
        "INSERT INTO case_browser (browser, seq, lang, at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (browser, seq) DO UPDATE SET lang = excluded.lang",
        args![browser, id, lang.tag(), at],
    )
    .await?;
    tx.run(
        "DELETE FROM case_browser WHERE seq = $1 AND browser NOT IN (
            SELECT browser FROM case_browser WHERE seq = $1 ORDER BY at DESC, browser LIMIT $2)",
        args![id, MOST],
    )
    .await
    .map(|_| ())
}

/// The browsers that hear of a case.
pub async fn of(db: &Db, id: CaseId) -> Result<Vec<Uuid>> {
    let sql = "SELECT browser FROM case_browser WHERE seq = $1 ORDER BY browser";
    Ok(db.all::<(Uuid,)>(sql, args![id]).await?.into_iter().map(|r| r.0).collect())
}

/// The language of a browser that hears of anything; none for one that does not.
pub async fn language(db: &Db, browser: Uuid) -> Result<Option<String>> {
    let sql = "SELECT lang FROM case_browser WHERE browser = $1 ORDER BY at DESC LIMIT 1";
    Ok(db.one::<(String,)>(sql, args![browser]).await?.map(|r| r.0))
}

/// Nobody hears of a case any more.
pub async fn forget_case(tx: &mut Tx, id: CaseId) -> Result<()> {
    tx.run("DELETE FROM case_browser WHERE seq = $1", args![id]).await.map(|_| ())
}

/// A browser hears of nothing any more; says of how many cases it did.
pub async fn forget(tx: &mut Tx, browser: Uuid) -> Result<u64> {
    tx.run("DELETE FROM case_browser WHERE browser = $1", args![browser]).await
}
