//! The desk: looks at what was left, chooses the ways, sends what is due. Needs no input; several of them, in
//! one process or in more, share the work and send nothing twice.

mod plan;
mod send;
mod write;

use std::time::Duration;

use foundation::Result;
use kit::{Context, House};
use tokio::sync::watch;

pub use plan::plan;
pub use send::{Sent, send_next};

/// How often it looks.
const BEAT: Duration = Duration::from_secs(1);
/// How many messages are on their way at once.
const HANDS: usize = 4;

/// Chooses ways and sends, until nothing is due now. Says how many tries there were.
pub async fn drain(cx: &Context) -> Result<usize> {
    let mut tries = 0;
    loop {
        let planned = plan(cx).await?;
        let mut sent = 0;
        while send_next(cx).await?.is_some() {
            sent += 1;
        }
        tries += sent;
        if planned + sent == 0 {
            return Ok(tries);
        }
    }
}

/// Works until `stop` says so; a message that is on its way then is waited for.
pub async fn keep(house: House, stop: watch::Receiver<bool>) {
    let planner = turn(house.clone(), stop.clone(), |cx| Box::pin(async move { Ok(plan(cx).await? > 0) }));
    let hands = (0..HANDS).map(|_| {
        turn(house.clone(), stop.clone(), |cx| Box::pin(async move { Ok(send_next(cx).await?.is_some()) }))
    });
    tokio::join!(planner, futures_util::future::join_all(hands));
}

type Step = for<'a> fn(&'a Context) -> futures_util::future::BoxFuture<'a, Result<bool>>;

async fn turn(house: House, mut stop: watch::Receiver<bool>, step: Step) {
    let cx = house.system("notices");
    while !*stop.borrow() {
        let more = match step(&cx).await {
            Ok(more) => more,
            Err(e) => {
                tracing::warn!("the desk of notices could not work, trying again: {e:?}");
                false
            }
        };
        if !more {
            let _ = tokio::time::timeout(BEAT, stop.wait_for(|stop| *stop)).await;
        }
    }
}
