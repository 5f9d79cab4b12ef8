//! The outbox: business events, kept in the transaction of the change they tell of.
//!
//! Guarantees: an event whose transaction committed is delivered at least once; events of one name in the
//! order of commit. A handler that fails is tried again after pauses that double, from [`FIRST_PAUSE_S`]
//! seconds; until then it holds back the later events of its own name, and no others: the table knows no
//! finer order, and an event of another name calls another handler. After [`MAX_ATTEMPTS`] the event is set
//! aside, with its error, until somebody has it tried again. An event whose transaction was rolled back is
//! never delivered.

use foundation::{Clock, Instant, Result, error::not_found};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::db::{Db, Tx};
use crate::{args, row};

/// Woken when a transaction that published was committed, so that a dispatcher need not ask again and again.
pub static WAKE: tokio::sync::Notify = tokio::sync::Notify::const_new();

/// After so many failures an event is set aside; it stays in the table with its error.
pub const MAX_ATTEMPTS: i64 = 10;

/// The pause after the first failure; each further one is twice as long.
pub const FIRST_PAUSE_S: i64 = 2;

/// No pause is longer.
const LONGEST_PAUSE_S: i64 = 600;

row! {
    /// An event that waits to be delivered.
    #[derive(Debug, Clone)]
    pub struct Event {
        /// Its place in the order of commits.
        pub seq: i64,
        /// Its identity, by which a handler can tell that it saw it before.
        pub id: Uuid,
        /// Its name, `indicators.changed`.
        pub event: String,
        /// Its content: ids, never personal values.
        pub payload: Json,
        /// How often delivery failed.
        pub attempts: i64,
    }
}

row! {
    /// An event that failed at least once and was not delivered yet, as the page shows it.
    #[derive(Debug, Clone)]
    pub struct Failed {
        /// Its place in the order of commits.
        pub seq: i64,
        /// Its name.
        pub event: String,
        /// How often delivery failed; from [`MAX_ATTEMPTS`] on it is set aside.
        pub attempts: i64,
        /// Why, the last time.
        pub last_error: Option<String>,
        /// When it was published.
        pub created_at: Instant,
        /// Not tried before.
        pub next_at: Option<Instant>,
    }
}

impl Tx {
    /// Writes an event into this transaction.
    pub async fn publish(&mut self, now: Instant, event: &str, payload: &Json) -> Result<()> {
        self.published = true;
        self.put(
            "INSERT INTO outbox (id, event, payload, created_at, attempts) VALUES ($1, $2, $3, $4, 0)",
            args![foundation::new_id(), event, payload, now],
        )
        .await
    }
}

/// The oldest events that may be delivered now, at most `limit`. Where one is paused, the later events of its
/// name wait with it.
pub async fn waiting(db: &Db, now: Instant, limit: i64) -> Result<Vec<Event>> {
    db.all(
        "SELECT seq, id, event, payload, attempts FROM outbox
         WHERE delivered_at IS NULL AND attempts < $1 AND event NOT IN (
            SELECT event FROM outbox WHERE delivered_at IS NULL AND attempts < $1 AND next_at > $2)
         ORDER BY seq LIMIT $3",
        args![MAX_ATTEMPTS, now, limit],
    )
    .await
}

/// Marks events as delivered.
pub async fn delivered(db: &Db, clock: &dyn Clock, seqs: Vec<i64>) -> Result<()> {
    let mut tx = db.begin().await?;
    tx.run(
        "UPDATE outbox SET delivered_at = $1 WHERE seq IN (SELECT value FROM int_list($2))",
        args![clock.now(), seqs],
    )
    .await?;
    tx.commit().await
}

/// How long an event waits after so many failures: twice as long each time.
fn pause(failures: i64) -> i64 {
    (FIRST_PAUSE_S << failures.clamp(1, 20).saturating_sub(1)).min(LONGEST_PAUSE_S)
}

/// Notes that a handler failed: another attempt after a pause, or set aside.
pub async fn failed(db: &Db, clock: &dyn Clock, event: &Event, error: &str) -> Result<()> {
    let next_at = clock.now().plus_seconds(pause(event.attempts + 1));
    let mut tx = db.begin().await?;
    tx.run(
        "UPDATE outbox SET attempts = attempts + 1, last_error = $2, next_at = $3 WHERE seq = $1",
        args![event.seq, error, next_at],
    )
    .await?;
    tx.commit().await
}

/// Events that failed and were not delivered yet, the oldest first.
pub async fn troubled(db: &Db, limit: i64) -> Result<Vec<Failed>> {
    db.all(
        "SELECT seq, event, attempts, last_error, created_at, next_at FROM outbox
         WHERE delivered_at IS NULL AND attempts > 0 ORDER BY seq LIMIT $1",
        args![limit],
    )
    .await
}

/// Has an event that failed tried again at once, even one that was set aside.
pub async fn retry(tx: &mut Tx, seq: i64) -> Result<()> {
    let sql = "UPDATE outbox SET attempts = 0, next_at = NULL
        WHERE seq = $1 AND delivered_at IS NULL AND attempts > 0";
    if tx.run(sql, args![seq]).await? == 0 {
        let why = "Sự kiện này đã được xử lý hoặc không còn. Hãy tải lại trang.";
        return Err(not_found("event_not_found", why));
    }
    tx.published = true;
    Ok(())
}

/// How many events wait, and how many were set aside after [`MAX_ATTEMPTS`].
pub async fn counts(db: &Db) -> Result<(i64, i64)> {
    let row = db.one::<(i64, i64)>(
        "SELECT CAST(COALESCE(SUM(CASE WHEN attempts < $1 THEN 1 ELSE 0 END), 0) AS BIGINT) AS waiting,
                CAST(COALESCE(SUM(CASE WHEN attempts < $1 THEN 0 ELSE 1 END), 0) AS BIGINT) AS aside
         FROM outbox WHERE delivered_at IS NULL",
        args![MAX_ATTEMPTS],
    );
    Ok(row.await?.unwrap_or((0, 0)))
}

/// Forgets events that were delivered before `before`.
pub async fn sweep(tx: &mut Tx, before: Instant) -> Result<u64> {
    tx.run("DELETE FROM outbox WHERE delivered_at < $1", args![before]).await
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fall over")]
mod tests {
    use foundation::TestClock;
    use serde_json::json;

    use super::*;

    async fn publish(db: &Db, clock: &TestClock, names: &[&str]) {
        let mut tx = db.begin().await.unwrap();
        for name in names {
            tx.publish(clock.now(), name, &json!({})).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    async fn due(db: &Db, clock: &TestClock) -> Vec<Event> {
        waiting(db, clock.now(), 10).await.unwrap()
    }

    fn names(events: &[Event]) -> Vec<&str> {
        events.iter().map(|e| e.event.as_str()).collect()
    }

    #[test]
    fn pauses_double_up_to_ten_minutes() {
        assert_eq!([1, 2, 3, 8, 9, 10, 99].map(pause), [2, 4, 8, 256, 512, 600, 600]);
    }

    #[tokio::test]
    async fn a_failed_event_pauses_and_holds_back_only_its_own_name() {
        for test in crate::testing::all().await.unwrap() {
            let (db, clock) = (&test.db, TestClock::at(Instant(1_795_305_600_000_000)));
            crate::migrate(db, &clock, &[("storage", crate::migrate::OWN)]).await.unwrap();
            publish(db, &clock, &["a", "b", "a"]).await;
            let first = due(db, &clock).await;
            assert_eq!(names(&first), ["a", "b", "a"]);
            failed(db, &clock, &first[0], "Không nối được. [far_away]").await.unwrap();
            assert_eq!(names(&due(db, &clock).await), ["b"], "{}", test.name());
            clock.advance_seconds(FIRST_PAUSE_S);
            let again = due(db, &clock).await;
            assert_eq!(names(&again), ["a", "b", "a"], "the order of one name is kept");
            failed(db, &clock, &again[0], "x").await.unwrap();
            clock.advance_seconds(FIRST_PAUSE_S);
            assert_eq!(names(&due(db, &clock).await), ["b"], "the second pause is longer");
        }
    }

    #[tokio::test]
    async fn an_event_that_is_set_aside_lets_the_others_pass_and_can_be_tried_again() {
        for test in crate::testing::all().await.unwrap() {
            let (db, clock) = (&test.db, TestClock::at(Instant(1_795_305_600_000_000)));
            crate::migrate(db, &clock, &[("storage", crate::migrate::OWN)]).await.unwrap();
            publish(db, &clock, &["a", "a"]).await;
            for _ in 0..MAX_ATTEMPTS {
                let event = due(db, &clock).await.swap_remove(0);
                failed(db, &clock, &event, "x").await.unwrap();
                clock.advance_seconds(LONGEST_PAUSE_S);
            }
            assert_eq!(due(db, &clock).await.len(), 1);
            assert_eq!(counts(db).await.unwrap(), (1, 1));
            let told = troubled(db, 10).await.unwrap();
            assert_eq!((told.len(), told[0].attempts), (1, MAX_ATTEMPTS));
            let mut tx = db.begin().await.unwrap();
            retry(&mut tx, told[0].seq).await.unwrap();
            assert_eq!(retry(&mut tx, told[0].seq).await.unwrap_err().code(), "event_not_found");
            tx.commit().await.unwrap();
            assert_eq!(due(db, &clock).await.len(), 2);
        }
    }

    #[tokio::test]
    async fn a_table_is_staged_twice_in_one_transaction() {
        for test in crate::testing::all().await.unwrap() {
            let mut tx = test.db.begin().await.unwrap();
            for numbers in [vec![1_i64, 2, 3], vec![7]] {
                let rows = numbers.iter().map(|n| args![*n]).collect();
                tx.stage("staged_number", &[("n", "BIGINT")], rows).await.unwrap();
                let sum: Option<(i64,)> =
                    tx.one("SELECT CAST(SUM(n) AS BIGINT) AS n FROM staged_number", args![]).await.unwrap();
                assert_eq!(sum.unwrap().0, numbers.iter().sum::<i64>(), "{}", test.name());
            }
        }
    }
}
