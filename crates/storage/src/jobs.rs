//! The job queue: work that outlives a request.
//!
//! Guarantees: a job enqueued in a transaction runs if and only if that transaction committed; it runs at
//! least once; at most one worker holds it, by a lease that a dead worker loses. After `max_attempts`
//! failures it is *dead* and stays on the page until somebody retries or drops it.

use foundation::{Clock, Instant, Result, error::not_found};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::db::{Db, Tx};
use crate::{args, row};

/// How a job is run.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// Not before this moment.
    pub run_at: Instant,
    /// Tried at most so often.
    pub max_attempts: i64,
    /// A run longer than so many seconds counts as failed.
    pub timeout_s: i64,
}

impl Terms {
    /// At once, five attempts, ten minutes each.
    pub fn now(clock: &dyn Clock) -> Self {
        Terms { run_at: clock.now(), max_attempts: 5, timeout_s: 600 }
    }
}

row! {
    /// A job that a worker has claimed.
    #[derive(Debug, Clone)]
    pub struct Claimed {
        /// Its identity.
        pub id: Uuid,
        /// Which handler runs it.
        pub kind: String,
        /// What to do.
        pub payload: Json,
        /// This is attempt number…
        pub attempts: i64,
        /// …of so many.
        pub max_attempts: i64,
        /// Seconds it may take.
        pub timeout_s: i64,
    }
}

row! {
    /// A job as the page shows it.
    #[derive(Debug, Clone)]
    pub struct Listed {
        /// Its identity.
        pub id: Uuid,
        /// Which handler runs it.
        pub kind: String,
        /// `ready`, `running`, `done`, `dead` or `cancelled`.
        pub state: String,
        /// Attempts so far.
        pub attempts: i64,
        /// Attempts allowed.
        pub max_attempts: i64,
        /// How far it is, in words.
        pub progress: Option<String>,
        /// Why the last attempt failed.
        pub last_error: Option<String>,
        /// When it was enqueued.
        pub created_at: Instant,
        /// When it ended.
        pub finished_at: Option<Instant>,
    }
}

/// Enqueues a job in the data's own transaction.
pub async fn enqueue(
    tx: &mut Tx,
    clock: &dyn Clock,
    kind: &str,
    payload: &Json,
    terms: Terms,
) -> Result<Uuid> {
    let id = foundation::new_id();
    tx.run(
        "INSERT INTO job (id, kind, payload, state, run_at, attempts, max_attempts, timeout_s, created_at)
         VALUES ($1, $2, $3, 'ready', $4, 0, $5, $6, $7)",
        args![id, kind, payload, terms.run_at, terms.max_attempts, terms.timeout_s, clock.now()],
    )
    .await?;
    Ok(id)
}

/// So long after its lease ended a job is taken from its worker, µs: one that lives ends it itself by then
/// and says that it took too long.
const GIVEN_UP: i64 = 10_000_000;

/// Claims the next job that is due, or one whose worker died.
pub async fn claim(db: &Db, clock: &dyn Clock) -> Result<Option<Claimed>> {
    let now = clock.now();
    let mut tx = db.begin().await?;
    let sql = format!(
        "UPDATE job SET state = 'running', attempts = attempts + 1, lease_until = $1 + CAST(timeout_s AS \
        BIGINT) * 1000000
         WHERE id = (SELECT id FROM job
             WHERE (state = 'ready' AND run_at <= $1) OR (state = 'running' AND lease_until < $2)
             ORDER BY run_at LIMIT 1 {})
         RETURNING id, kind, payload, attempts, max_attempts, timeout_s",
        tx.dialect().skip_locked()
    );
    let job = tx.one::<Claimed>(&sql, args![now, Instant(now.0 - GIVEN_UP)]).await?;
    tx.commit().await?;
    Ok(job)
}

/// Ends a job well.
pub async fn finish(db: &Db, clock: &dyn Clock, id: Uuid) -> Result<()> {
    let mut tx = db.begin().await?;
    tx.run(
        "UPDATE job SET state = 'done', finished_at = $2, lease_until = NULL, last_error = NULL
         WHERE id = $1 AND state = 'running'",
        args![id, clock.now()],
    )
    .await?;
    tx.commit().await
}

/// Notes a failure: another attempt after a pause that doubles from 10 s to an hour, or dead.
pub async fn fail(db: &Db, clock: &dyn Clock, job: &Claimed, error: &str) -> Result<()> {
    let now = clock.now();
    let pause = (10_i64 << job.attempts.clamp(1, 9).saturating_sub(1)).min(3600);
    let dead = job.attempts >= job.max_attempts;
    let mut tx = db.begin().await?;
    tx.run(
        "UPDATE job SET state = $2, run_at = $3, last_error = $4, lease_until = NULL, finished_at = $5
         WHERE id = $1 AND state = 'running'",
        args![
            job.id,
            if dead { "dead" } else { "ready" },
            now.plus_seconds(pause),
            error,
            dead.then_some(now)
        ],
    )
    .await?;
    tx.commit().await
}

/// Says how far a running job is. Answers `false` when somebody cancelled it: the handler then stops.
pub async fn progress(db: &Db, clock: &dyn Clock, id: Uuid, words: &str) -> Result<bool> {
    let mut tx = db.begin().await?;
    let alive = tx
        .run(
            "UPDATE job SET progress = $2, lease_until = CAST($3 AS BIGINT) + CAST(timeout_s AS BIGINT) * \
            1000000
             WHERE id = $1 AND state = 'running'",
            args![id, words, clock.now()],
        )
        .await?;
    tx.commit().await?;
    Ok(alive > 0)
}

/// Puts a dead or cancelled job back in the queue.
pub async fn retry(tx: &mut Tx, clock: &dyn Clock, id: Uuid) -> Result<()> {
    let n = tx
        .run(
            "UPDATE job SET state = 'ready', attempts = 0, run_at = $2, finished_at = NULL
             WHERE id = $1 AND state IN ('dead', 'cancelled')",
            args![id, clock.now()],
        )
        .await?;
    found(n)
}

/// Cancels a job that has not ended. A running one stops at its next report of progress.
pub async fn cancel(tx: &mut Tx, clock: &dyn Clock, id: Uuid) -> Result<()> {
    let n = tx
        .run(
            "UPDATE job SET state = 'cancelled', finished_at = $2
             WHERE id = $1 AND state IN ('ready', 'running', 'dead')",
            args![id, clock.now()],
        )
        .await?;
    found(n)
}

fn found(n: u64) -> Result<()> {
    match n {
        0 => Err(not_found("job_not_found", "Không có việc nền này, hoặc nó đã kết thúc.")),
        _ => Ok(()),
    }
}

/// A page of jobs, newest first; `state` filters, `before` continues after the last one seen.
pub async fn list(db: &Db, state: Option<&str>, before: Option<Instant>, limit: i64) -> Result<Vec<Listed>> {
    db.all(
        "SELECT id, kind, state, attempts, max_attempts, progress, last_error, created_at, finished_at \
        FROM job
         WHERE (CAST($1 AS TEXT) IS NULL OR state = $1) AND (CAST($2 AS BIGINT) IS NULL OR created_at < $2)
         ORDER BY created_at DESC LIMIT $3",
        args![state, before, limit],
    )
    .await
}

/// How many jobs are in each state.
pub async fn counts(db: &Db) -> Result<Vec<(String, i64)>> {
    db.all("SELECT state, CAST(COUNT(*) AS BIGINT) AS n FROM job GROUP BY state ORDER BY state", args![])
        .await
}

/// What became of a job that a worker runs: its state, and the moment at which its lease ends.
pub async fn watch(db: &Db, id: Uuid) -> Result<Option<(String, Option<Instant>)>> {
    db.one("SELECT state, lease_until FROM job WHERE id = $1", args![id]).await
}

/// Gives a running job back because its worker stops: it begins anew, and the attempt does not count.
pub async fn release(db: &Db, clock: &dyn Clock, id: Uuid) -> Result<()> {
    let mut tx = db.begin().await?;
    tx.run(
        "UPDATE job SET state = 'ready', attempts = attempts - 1, run_at = $2, lease_until = NULL
         WHERE id = $1 AND state = 'running'",
        args![id, clock.now()],
    )
    .await?;
    tx.commit().await
}

/// Forgets jobs that ended well or were cancelled before `before`; dead ones stay until somebody looks.
pub async fn sweep(tx: &mut Tx, before: Instant) -> Result<u64> {
    tx.run("DELETE FROM job WHERE state IN ('done', 'cancelled') AND finished_at < $1", args![before]).await
}

/// Whether a job waits for a worker now. Only reads.
pub async fn any_due(db: &Db, clock: &dyn Clock) -> Result<bool> {
    let now = clock.now();
    let row = db.one::<(i64,)>(
        "SELECT CAST(1 AS BIGINT) AS one FROM job
         WHERE (state = 'ready' AND run_at <= $1) OR (state = 'running' AND lease_until < $2) LIMIT 1",
        args![now, Instant(now.0 - GIVEN_UP)],
    );
    Ok(row.await?.is_some())
}
