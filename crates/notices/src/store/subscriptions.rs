//! Browsers that take messages.

use foundation::{Instant, Result};
use storage::{Db, Tx, args, row};
use uuid::Uuid;

use crate::book::Person;
use crate::channel::Subscription;

/// So many browsers of one person; the oldest goes when another comes.
const MOST: i64 = 10;

row! {
    struct SubscriptionRow {
        endpoint: String,
        public_key: Vec<u8>,
        secret: Vec<u8>,
    }
}

/// The browsers of somebody.
pub async fn ids(db: &Db, person: Person) -> Result<Vec<Uuid>> {
    let sql = "SELECT id FROM push_subscription WHERE side = $1 AND person = $2 ORDER BY id";
    let rows: Vec<(Uuid,)> = db.all(sql, args![person.side(), person.id()]).await?;
    Ok(rows.into_iter().map(|r| r.0).collect())
}

/// A browser of somebody.
pub async fn get(db: &Db, person: Person, id: Uuid) -> Result<Option<Subscription>> {
    let sql = "SELECT endpoint, public_key, secret FROM push_subscription
        WHERE id = $1 AND side = $2 AND person = $3";
    let row: Option<SubscriptionRow> = db.one(sql, args![id, person.side(), person.id()]).await?;
    Ok(row.map(|r| Subscription { endpoint: r.endpoint, public_key: r.public_key, secret: r.secret }))
}

/// Keeps a browser; the same address again is the same browser, whoever of this side uses it now.
pub async fn save(tx: &mut Tx, now: Instant, person: Person, browser: &Subscription) -> Result<()> {
    let sql = "DELETE FROM push_subscription WHERE endpoint = $1 AND side = $2";
    tx.run(sql, args![browser.endpoint.as_str(), person.side()]).await?;
    let sql = "INSERT INTO push_subscription (id, side, person, endpoint, public_key, secret, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let (endpoint, key) = (browser.endpoint.as_str(), browser.public_key.as_slice());
    let secret = browser.secret.as_slice();
    let args = args![foundation::new_id(), person.side(), person.id(), endpoint, key, secret, now];
    tx.run(sql, args).await?;
    let sql = "DELETE FROM push_subscription WHERE side = $1 AND person = $2 AND id NOT IN (
        SELECT id FROM push_subscription WHERE side = $1 AND person = $2 ORDER BY id DESC LIMIT $3)";
    tx.run(sql, args![person.side(), person.id(), MOST]).await.map(|_| ())
}

/// Forgets a browser of somebody by its address.
pub async fn remove(tx: &mut Tx, person: Person, endpoint: &str) -> Result<u64> {
    let sql = "DELETE FROM push_subscription WHERE endpoint = $1 AND side = $2 AND person = $3";
    tx.run(sql, args![endpoint, person.side(), person.id()]).await
}

/// Forgets a browser that its push service does not know any more.
pub async fn gone(tx: &mut Tx, id: Uuid) -> Result<()> {
    tx.run("DELETE FROM push_subscription WHERE id = $1", args![id]).await.map(|_| ())
}
