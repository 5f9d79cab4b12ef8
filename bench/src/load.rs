//! Askers. An *open loop* asks at fixed moments whether or not earlier answers came, and a time counts from
//! the moment at which the question was due: a server that stalls cannot hide it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::numbers::Times;
use crate::{Result, fail};

/// One question: its time in milliseconds and its size as it came over the wire's decoder.
pub async fn ask(client: &reqwest::Client, url: &str) -> Result<(f64, usize)> {
    let start = Instant::now();
    let answer = client.get(url).send().await?;
    let status = answer.status();
    let body = answer.bytes().await?;
    if !status.is_success() {
        return fail(format!("GET {url} answered {status}"));
    }
    Ok((start.elapsed().as_secs_f64() * 1000.0, body.len()))
}

/// What an open loop saw.
#[derive(Debug, Default)]
pub struct Seen {
    /// From due to answered.
    pub times: Times,
    /// Questions without a good answer.
    pub failed: usize,
}

/// `rate` questions a second over `urls` by turns, for `lasting`.
pub async fn open_loop(client: &reqwest::Client, urls: &[String], rate: f64, lasting: Duration) -> Seen {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let start = tokio::time::Instant::now() + Duration::from_millis(50);
    let count = (rate * lasting.as_secs_f64()) as usize;
    let mut asked = Vec::with_capacity(count);
    for n in 0..count {
        let due = start + Duration::from_secs_f64(n as f64 / rate);
        tokio::time::sleep_until(due).await;
        let (client, url, seen) = (client.clone(), urls[n % urls.len()].clone(), seen.clone());
        asked.push(tokio::spawn(async move {
            let good = ask(&client, &url).await.is_ok();
            let took = due.elapsed().as_secs_f64() * 1000.0;
            let mut seen = seen.lock().await;
            seen.times.0.push(took);
            seen.failed += usize::from(!good);
        }));
    }
    for one in asked {
        let _ = one.await;
    }
    Arc::into_inner(seen).map(Mutex::into_inner).unwrap_or_default()
}

/// One asker after the other, each question once.
pub async fn in_turn(client: &reqwest::Client, urls: &[String]) -> Result<Times> {
    let mut times = Times::default();
    for url in urls {
        times.0.push(ask(client, url).await?.0);
    }
    Ok(times)
}

/// `clients` askers, each asking again as soon as it was answered; gives answers a second.
pub async fn closed_loop(client: &reqwest::Client, url: &str, clients: usize, lasting: Duration) -> f64 {
    let done = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let askers: Vec<_> = (0..clients)
        .map(|_| {
            let (client, url, done) = (client.clone(), url.to_owned(), done.clone());
            tokio::spawn(async move {
                while start.elapsed() < lasting {
                    if ask(&client, &url).await.is_ok() {
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    for asker in askers {
        let _ = asker.await;
    }
    done.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64()
}
