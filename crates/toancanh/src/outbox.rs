//! The dispatcher of the outbox: takes events in order and gives each to
//! [`wiring::deliver`](crate::wiring::deliver).

use std::time::Duration;

use kit::House;
use storage::outbox;

/// How long it sleeps when nobody wakes it: events of another process are found then.
const NAP: Duration = Duration::from_millis(500);

/// Delivers what waits, once. Says how many events were delivered.
pub async fn drain(house: &House) -> usize {
    let mut done = 0;
    loop {
        let events = match outbox::waiting(&house.db, 200).await {
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
        let mut stopped = false;
        for event in &events {
            if let Err(e) = crate::wiring::deliver(house, event).await {
                tracing::error!(event = %event.event, id = %event.id, "an event could not be handled: {e:?}");
                let _ = outbox::failed(&house.db, event.seq, &format!("{e:?}")).await;
                stopped = true;
                break;
            }
            delivered.push(event.seq);
        }
        done += delivered.len();
        if !delivered.is_empty()
            && let Err(e) = outbox::delivered(&house.db, house.clock.as_ref(), delivered).await
        {
            tracing::warn!("cannot mark events as delivered: {e:?}");
            return done;
        }
        if stopped {
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
