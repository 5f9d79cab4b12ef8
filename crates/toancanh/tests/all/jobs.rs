//! The worker, told as stories on both databases.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use foundation::{Result, SystemClock, error::unavailable};
use futures_util::future::BoxFuture;
use kit::{Builder, Context, House, JobHandler};
use serde_json::{Value as Json, json};
use storage::files::Files;
use storage::jobs::{self, Listed, Terms};
use storage::migrate;
use storage::testing::TestDb;
use toancanh::worker;
use tokio::sync::watch;
use uuid::Uuid;

/// Does what its payload says, and counts how often it was begun.
struct Obedient(Arc<AtomicUsize>);

impl JobHandler for Obedient {
    fn kind(&self) -> &'static str {
        "test.obedient"
    }

    fn run<'a>(&'a self, _: &'a Context, _: Uuid, payload: &'a Json) -> BoxFuture<'a, Result<()>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            match payload["do"].as_str() {
                Some("fail") => Err(unavailable("far_away", "Không nối được.").because("secret value")),
                Some("panic") => panic!("a handler's own fault"),
                Some("sleep") => {
                    tokio::time::sleep(Duration::from_secs(600)).await;
                    Ok(())
                }
                _ => Ok(()),
            }
        })
    }
}

struct Story {
    house: House,
    begun: Arc<AtomicUsize>,
    stop: watch::Sender<bool>,
    work: tokio::task::JoinHandle<()>,
}

impl Story {
    async fn begin(db: &TestDb) -> Story {
        migrate(&db.db, &SystemClock, &[("storage", migrate::OWN)]).await.unwrap();
        let words = toancanh::open::words().unwrap();
        let house =
            Builder::new(db.db.clone(), Files::under(db.folder()), Arc::new(SystemClock), words).build();
        let begun: Arc<AtomicUsize> = Arc::default();
        let (stop, told) = watch::channel(false);
        let handlers = worker::handlers(vec![Arc::new(Obedient(begun.clone()))]);
        let work = tokio::spawn(worker::run(house.clone(), handlers, told));
        Story { house, begun, stop, work }
    }

    async fn enqueue(&self, what: &str, timeout_s: i64) -> Uuid {
        let clock = self.house.clock.as_ref();
        let terms = Terms { timeout_s, max_attempts: 1, ..Terms::now(clock) };
        let mut tx = self.house.db.begin().await.unwrap();
        let id = jobs::enqueue(&mut tx, clock, "test.obedient", &json!({ "do": what }), terms).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Waits until a job is as wanted; a minute at most.
    async fn until(&self, id: Uuid, wanted: impl Fn(&Listed) -> bool) -> Listed {
        for _ in 0..1200 {
            let all = jobs::list(&self.house.db, None, None, 100).await.unwrap();
            let job = all.into_iter().find(|j| j.id == id).unwrap();
            if wanted(&job) {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the job never came to be as wanted")
    }

    async fn end(self) {
        self.stop.send_replace(true);
        self.work.await.unwrap();
    }
}

#[tokio::test]
async fn a_job_ends_well_fails_with_its_sentence_or_panics_without_taking_the_worker_along() {
    for db in storage::testing::all().await.unwrap() {
        let story = Story::begin(&db).await;
        let panicking = story.enqueue("panic", 60).await;
        assert_eq!(story.until(panicking, |j| j.state == "dead").await.attempts, 1);
        let failing = story.enqueue("fail", 60).await;
        let failed = story.until(failing, |j| j.state == "dead").await;
        assert_eq!(failed.last_error.as_deref(), Some("Không nối được. [far_away]"), "no cause is shown");
        let good = story.enqueue("good", 60).await;
        story.until(good, |j| j.state == "done").await;
        let mut tx = story.house.db.begin().await.unwrap();
        jobs::retry(&mut tx, story.house.clock.as_ref(), failing).await.unwrap();
        tx.commit().await.unwrap();
        story.until(failing, |j| j.state == "dead").await;
        assert_eq!(story.begun.load(Ordering::SeqCst), 4);
        story.end().await;
    }
}

#[tokio::test]
async fn a_running_job_is_cancelled_times_out_or_goes_back_to_the_queue_when_the_program_stops() {
    for db in storage::testing::all().await.unwrap() {
        let story = Story::begin(&db).await;
        let cancelled = story.enqueue("sleep", 60).await;
        story.until(cancelled, |j| j.state == "running").await;
        let mut tx = story.house.db.begin().await.unwrap();
        jobs::cancel(&mut tx, story.house.clock.as_ref(), cancelled).await.unwrap();
        tx.commit().await.unwrap();
        let slow = story.enqueue("sleep", 1).await;
        let late = story.until(slow, |j| j.state == "dead").await;
        let why = late.last_error.unwrap();
        assert!(why.contains("quá 1 giây"), "{why}");
        assert_eq!(story.until(cancelled, |_| true).await.state, "cancelled");
        let interrupted = story.enqueue("sleep", 60).await;
        story.until(interrupted, |j| j.state == "running").await;
        let house = story.house.clone();
        story.end().await;
        let all = jobs::list(&house.db, Some("ready"), None, 10).await.unwrap();
        assert_eq!((all.len(), all[0].id, all[0].attempts), (1, interrupted, 0));
    }
}
