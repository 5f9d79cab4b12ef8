//! What the program does by itself while it serves: housekeeping every hour, the demo's living feed.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use foundation::{Instant, Result};
use futures_util::future::BoxFuture;
use kit::{Context, House, JobHandler};
use serde_json::{Value as Json, json};
use storage::jobs::{self, Terms};
use storage::{outbox, settings};
use units::Atlas;
use uuid::Uuid;

/// The kind of the job.
pub const HOUSEKEEPING: &str = "program.housekeeping";
/// The setting that says when it was last enqueued.
const ENQUEUED: &str = "housekeeping.enqueued";
const EVERY_S: i64 = 3600;
/// Delivered events and ended jobs are kept so long.
const KEPT_S: i64 = 30 * 86_400;
/// The demo asks itself how often it moves; oftener than this it is not asked.
const DEMO_BEAT: Duration = Duration::from_secs(3);

/// Removes what nobody needs any more: orphaned files, delivered events, ended jobs, counts of senders.
pub struct Housekeeping;

impl JobHandler for Housekeeping {
    fn kind(&self) -> &'static str {
        HOUSEKEEPING
    }

    fn run<'a>(&'a self, cx: &'a Context, id: Uuid, _: &'a Json) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let (rows, objects) = cx.files.collect(&cx.db, cx.clock.as_ref()).await?;
            let before = cx.clock.now().plus_seconds(-KEPT_S);
            let mut tx = cx.db.begin().await?;
            let events = outbox::sweep(&mut tx, before).await?;
            let ended = jobs::sweep(&mut tx, before).await?;
            // Who sent how much is asked for the hour alone, which may be one without a network.
            let asked = cx.clock.now().seconds() - cases::actions::receive::OFFLINE_S;
            cases::store::people::sweep_flood(&mut tx, asked / 3600 - 1).await?;
            tx.commit().await?;
            let words =
                format!("{} tệp dở dang, {objects} tệp mồ côi, {events} sự kiện cũ, {ended} việc cũ", rows);
            jobs::progress(&cx.db, cx.clock.as_ref(), id, &words).await.map(|_| ())
        })
    }
}

/// The program's own jobs.
pub fn own_jobs() -> Vec<Arc<dyn JobHandler>> {
    vec![Arc::new(Housekeeping)]
}

/// Enqueues the housekeeping when its hour has come; of several programs on one database one does.
async fn enqueue_housekeeping(house: &House) -> Result<()> {
    let now = house.clock.now();
    let due = |at: Option<String>| {
        at.and_then(|a| a.parse().ok()).is_none_or(|at| now.since(Instant(at)) >= EVERY_S * 1_000_000)
    };
    if !due(settings::get(&house.db, ENQUEUED).await?) {
        return Ok(());
    }
    let mut tx = house.db.begin().await?;
    tx.lock("housekeeping").await?;
    let row =
        tx.one::<(String,)>("SELECT value FROM setting WHERE key = $1", storage::args![ENQUEUED]).await?;
    if due(row.map(|r| r.0)) {
        settings::set(&mut tx, house.clock.as_ref(), ENQUEUED, &now.0.to_string()).await?;
        let terms = Terms { max_attempts: 3, ..Terms::now(house.clock.as_ref()) };
        jobs::enqueue(&mut tx, house.clock.as_ref(), HOUSEKEEPING, &json!({}), terms).await?;
    }
    tx.commit().await
}

/// Asks every minute. Runs until the program stops.
pub async fn schedule(house: House) {
    loop {
        if let Err(e) = enqueue_housekeeping(&house).await {
            tracing::warn!("housekeeping could not be enqueued: {e:?}");
        }
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
}

/// Moves the demo on while there is one. Runs until the program stops.
pub async fn demo_feed(house: House) {
    let cx = house.system("demo");
    loop {
        tokio::time::sleep(DEMO_BEAT).await;
        if !house.demo.load(Ordering::Relaxed) {
            continue;
        }
        let Some(root) = house.get::<Atlas>().ok().and_then(|atlas| atlas.root()) else { continue };
        if let Err(e) = indicators::demo::tick(&cx, root).await {
            tracing::warn!("the demo did not move: {e:?}");
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        if let Err(e) = cases::demo::tick(&cx, root).await {
            tracing::warn!("the demo's cases did not move: {e:?}");
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
    }
}
