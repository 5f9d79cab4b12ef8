//! The dispatcher of the outbox, told as a story on both databases.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use foundation::{Clock, Instant, Result, TestClock, error::unavailable};
use futures_util::future::BoxFuture;
use kit::{Builder, House};
use serde_json::json;
use storage::files::Files;
use storage::migrate;
use storage::outbox::{self, Event, FIRST_PAUSE_S};
use toancanh::outbox::drain_to;

static TRIED: AtomicUsize = AtomicUsize::new(0);

/// Handles `good`; `far` never.
fn deliver<'a>(_: &'a House, event: &'a Event) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        match event.event.as_str() {
            "far" => {
                TRIED.fetch_add(1, Ordering::SeqCst);
                Err(unavailable("far_away", "Không nối được.").because("secret value"))
            }
            _ => Ok(()),
        }
    })
}

#[tokio::test]
async fn an_event_that_cannot_be_handled_pauses_while_the_others_go_on() {
    for db in storage::testing::all().await.unwrap() {
        let clock = Arc::new(TestClock::at(Instant(1_795_305_600_000_000)));
        migrate(&db.db, clock.as_ref(), &[("storage", migrate::OWN)]).await.unwrap();
        let words = toancanh::open::words().unwrap();
        let house = Builder::new(db.db.clone(), Files::under(db.folder()), clock.clone(), words).build();
        let mut tx = db.db.begin().await.unwrap();
        for name in ["far", "good", "far", "good"] {
            tx.publish(clock.now(), name, &json!({})).await.unwrap();
        }
        tx.commit().await.unwrap();
        TRIED.store(0, Ordering::SeqCst);
        assert_eq!(drain_to(&house, deliver).await, 2, "{}: both good ones", db.name());
        assert_eq!(drain_to(&house, deliver).await, 0);
        assert_eq!(TRIED.load(Ordering::SeqCst), 1, "no second try before the pause is over");
        let stuck = outbox::troubled(&db.db, 10).await.unwrap();
        assert_eq!((stuck.len(), stuck[0].attempts), (1, 1));
        assert_eq!(stuck[0].last_error.as_deref(), Some("Không nối được. [far_away]"), "no cause is kept");
        clock.advance_seconds(FIRST_PAUSE_S);
        drain_to(&house, deliver).await;
        assert_eq!(TRIED.load(Ordering::SeqCst), 2);
        assert_eq!(outbox::counts(&db.db).await.unwrap(), (2, 0));
    }
}
