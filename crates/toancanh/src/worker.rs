//! The worker: claims jobs and runs them.
//!
//! Guarantees: a job that is cancelled stops within [`BEAT`] even if it never reports progress; one whose
//! lease ran out counts as failed; a panic fails the job, not the worker; when the program stops a running
//! job has [`GRACE`] to end, then it goes back to the queue unharmed. A handler that is dropped halfway has
//! its transaction rolled back.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use foundation::Result;
use futures_util::FutureExt;
use kit::{House, JobHandler};
use storage::jobs::{self, Claimed};
use tokio::sync::watch;

/// How often the queue is asked, and a running job is looked after.
pub const BEAT: Duration = Duration::from_millis(500);
/// How long a running job may go on after the program was told to stop.
pub const GRACE: Duration = Duration::from_secs(5);
/// How many jobs run at once.
const HANDS: usize = 2;

/// The handlers by kind.
pub type Handlers = Arc<HashMap<&'static str, Arc<dyn JobHandler>>>;

/// Puts handlers in order.
pub fn handlers(all: Vec<Arc<dyn JobHandler>>) -> Handlers {
    Arc::new(all.into_iter().map(|h| (h.kind(), h)).collect())
}

/// Works until `stop` says so; returns when every job has ended or was given back.
pub async fn run(house: House, handlers: Handlers, stop: watch::Receiver<bool>) {
    let hands = (0..HANDS).map(|_| hand(house.clone(), handlers.clone(), stop.clone()));
    futures_util::future::join_all(hands).await;
}

async fn hand(house: House, handlers: Handlers, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match next(&house).await {
            Ok(Some(job)) => run_one(&house, &handlers, &job, &mut stop).await,
            other => {
                if let Err(e) = other {
                    tracing::warn!("the queue could not be asked: {e:?}");
                }
                let _ = tokio::time::timeout(BEAT, stop.wait_for(|stop| *stop)).await;
            }
        }
    }
}

/// Reads first: claiming takes the writer's turn, and mostly nothing is due.
async fn next(house: &House) -> Result<Option<Claimed>> {
    match jobs::any_due(&house.db, house.clock.as_ref()).await? {
        true => jobs::claim(&house.db, house.clock.as_ref()).await,
        false => Ok(None),
    }
}

enum End {
    Done,
    Failed(String),
    Cancelled,
    GivenBack,
}

/// Runs one claimed job to its end.
pub async fn run_one(house: &House, handlers: &Handlers, job: &Claimed, stop: &mut watch::Receiver<bool>) {
    let began = foundation::Stopwatch::start();
    let end = match handlers.get(job.kind.as_str()) {
        _ if job.attempts > job.max_attempts => {
            End::Failed("chương trình dừng đột ngột trong mỗi lần chạy".into())
        }
        Some(handler) => attempt(house, handler.as_ref(), job, stop).await,
        None => End::Failed(format!("không có phần nào chạy việc «{}»", job.kind)),
    };
    let duration_ms = began.elapsed().as_millis() as u64;
    let kind = job.kind.as_str();
    let (word, kept) = match &end {
        End::Done => {
            tracing::info!(kind, id = %job.id, duration_ms, "job {kind} done in {duration_ms} ms");
            ("done", jobs::finish(&house.db, house.clock.as_ref(), job.id).await)
        }
        End::Failed(error) => {
            let attempts = job.attempts;
            tracing::warn!(kind, id = %job.id, attempts, "job {kind} failed (attempt {attempts}): {error}");
            ("failed", jobs::fail(&house.db, house.clock.as_ref(), job, error).await)
        }
        End::Cancelled => {
            tracing::info!(kind, id = %job.id, "job {kind} was cancelled");
            ("cancelled", Ok(()))
        }
        End::GivenBack => {
            tracing::info!(kind, id = %job.id, "job {kind} goes back to the queue");
            ("returned", jobs::release(&house.db, house.clock.as_ref(), job.id).await)
        }
    };
    metrics::counter!("toancanh_jobs_total", "kind" => job.kind.clone(), "end" => word).increment(1);
    if let Err(e) = kept {
        tracing::error!(id = %job.id, "the end of a job could not be kept, its lease will run out: {e:?}");
    }
}

async fn attempt(
    house: &House,
    handler: &dyn JobHandler,
    job: &Claimed,
    stop: &mut watch::Receiver<bool>,
) -> End {
    let cx = house.system(handler.kind());
    let work = AssertUnwindSafe(handler.run(&cx, job.id, &job.payload)).catch_unwind();
    tokio::pin!(work);
    let mut beat = tokio::time::interval(BEAT);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let out_of_time = async {
        let _ = stop.wait_for(|stop| *stop).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::pin!(out_of_time);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return match done {
                Ok(Ok(())) => End::Done,
                Ok(Err(e)) => End::Failed(told(&e)),
                Err(_) => End::Failed("lỗi chương trình (panic), xem nhật ký".into()),
            },
            () = &mut out_of_time => return End::GivenBack,
            _ = beat.tick() => match jobs::watch(&house.db, job.id).await {
                Ok(Some((state, lease))) if state == "running" => {
                    if lease.is_some_and(|until| until < house.clock.now()) {
                        return End::Failed(format!("quá {} giây mà chưa xong", job.timeout_s));
                    }
                }
                Ok(_) => return End::Cancelled,
                Err(e) => tracing::warn!(id = %job.id, "a running job could not be looked after: {e:?}"),
            },
        }
    }
}

/// What the page of jobs says about a failure: the sentence and its code, never the cause, which may hold
/// values.
pub(crate) fn told(e: &foundation::Error) -> String {
    tracing::warn!("{e:?}");
    format!("{} [{}]", e.message(), e.code())
}
