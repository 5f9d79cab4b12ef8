//! The dispatcher of the outbox: takes events in order and gives each to
//! [`wiring::deliver`](crate::wiring::deliver). One that cannot be handled pauses, and its name with it; see
//! [`storage::outbox`].

use std::collections::HashSet;
use std::time::Duration;

use foundation::Result;
use futures_util::future::BoxFuture;
use kit::House;
use storage::outbox::{self, Event};

use crate::worker::told;

/// How long it sleeps when nobody wakes it: events of another process, and those whose pause is over, are
/// found then.
const NAP: Duration = Duration::from_millis(500);

/// What handles an event.
pub type Deliver = for<'a> fn(&'a House, &'a Event) -> BoxFuture<'a, Result<()>>;

fn wired<'a>(house: &'a House, event: &'a Event) -> BoxFuture<'a, Result<()>> {
    Box::pin(crate::wiring::deliver(house, event))
}

/// Delivers what waits, once. Says how many events were delivered.
pub async fn drain(house: &House) -> usize {
    drain_to(house, wired).await
}

/// [`drain`], to a handler of one's own.
pub async fn drain_to(house: &House, deliver: Deliver) -> usize {
    let mut done = 0;
    loop {
        let events = match outbox::waiting(&house.db, house.clock.now(), 200).await {
            Ok(events) => events,
            Err(e) => {
                tracing::warn!("cannot read the outbox: {e:?}");
                return done;
            }
        };
        if events.is_empty() {
            return done;
        }
        let mut delivered = Vec::with_capacity(events.len());
        let mut paused: HashSet<&str> = HashSet::new();
        let mut unkept = false;
        for event in &events {
            if paused.contains(event.event.as_str()) {
                continue;
            }
            match deliver(house, event).await {
                Ok(()) => delivered.push(event.seq),
                Err(e) => {
                    let (attempts, id) = (event.attempts + 1, event.id);
                    let name = event.event.as_str();
                    tracing::error!(event = name, %id, attempts, "an event could not be handled: {e:?}");
                    paused.insert(&event.event);
                    unkept |=
                        outbox::failed(&house.db, house.clock.as_ref(), event, &told(&e)).await.is_err();
                }
            }
        }
        done += delivered.len();
        if !delivered.is_empty()
            && let Err(e) = outbox::delivered(&house.db, house.clock.as_ref(), delivered).await
        {
            tracing::warn!("cannot mark events as delivered: {e:?}");
            return done;
        }
        // A pause that could not be written would let the loop turn without rest.
        if unkept {
            return done;
        }
    }
}

/// Delivers events until the program stops.
pub async fn run(house: House) {
    loop {
        drain(&house).await;
        let _ = tokio::time::timeout(NAP, outbox::WAKE.notified()).await;
    }
}
