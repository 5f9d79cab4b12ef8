//! Figures that change: 1 % of those of the newest month each second, sent as another program sends them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::province::{EACH, NEWEST, PACKS, code};
use crate::{Result, fail};

/// One observation of the newest month.
pub fn row(indicator: &str, commune: &str, value: u32) -> Value {
    json!({
        "indicator": indicator,
        "unit": commune,
        "period": format!("{:04}-{:02}", NEWEST.0, NEWEST.1),
        "value": value,
    })
}

/// Sends rows and waits until they are stored.
pub async fn send(client: &reqwest::Client, base: &str, key: &str, rows: &[Value]) -> Result<()> {
    let body =
        json!({"source": {"code": "bench", "name": "Máy đo", "owner": "Máy đo"}, "observations": rows});
    let request = client.post(format!("{base}/api/v1/observations")).bearer_auth(key).json(&body);
    let answer = request.send().await?;
    let status = answer.status();
    if status.is_success() {
        Ok(())
    } else {
        fail(format!("observations: {status}: {}", answer.text().await?))
    }
}

/// A feed in the background. Dropping it ends it.
pub struct Feed {
    going: Arc<AtomicBool>,
    sent: Arc<AtomicUsize>,
    failed: Arc<AtomicUsize>,
}

impl Feed {
    /// Changes `share` of the figures of the newest month each second, in tenths of a second.
    pub fn begin(base: &str, key: &str, communes: &[String], share: f64) -> Feed {
        let feed = Feed { going: Arc::new(true.into()), sent: Arc::default(), failed: Arc::default() };
        let (going, sent, failed) = (feed.going.clone(), feed.sent.clone(), feed.failed.clone());
        let (base, key, communes) = (base.to_owned(), key.to_owned(), communes.to_vec());
        let cells = PACKS * EACH * communes.len();
        let each = ((cells as f64 * share) / 10.0).round() as usize;
        tokio::spawn(async move {
            let client = reqwest::Client::new();
            let mut beat = tokio::time::interval(Duration::from_millis(100));
            // A step that shares no factor with the cells visits all of them before it comes back.
            let (mut cell, mut round) = (0_usize, 0_u32);
            while going.load(Ordering::Relaxed) {
                beat.tick().await;
                let rows: Vec<Value> = (0..each)
                    .map(|_| {
                        cell = (cell + 7919) % cells;
                        round += 1;
                        let value = 61 + (cell as u32 + round) % 37;
                        row(&code(cell / communes.len()), &communes[cell % communes.len()], value)
                    })
                    .collect();
                match send(&client, &base, &key, &rows).await {
                    Ok(()) => sent.fetch_add(rows.len(), Ordering::Relaxed),
                    Err(_) => failed.fetch_add(1, Ordering::Relaxed),
                };
            }
        });
        feed
    }

    /// How many figures were changed, and how many deliveries failed.
    pub fn told(&self) -> (usize, usize) {
        (self.sent.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed))
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.going.store(false, Ordering::Relaxed);
    }
}
