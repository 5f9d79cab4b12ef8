//! Pages that are open: connections of server-sent events, each with every topic of the wall, and how long a
//! change takes to each.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::Result;
use crate::changes::{row, send};
use crate::numbers::Times;
use crate::program::Server;

/// What a number of open pages saw.
#[derive(Debug)]
pub struct Fan {
    /// Pages that were open.
    pub pages: usize,
    /// Changes that were made.
    pub changes: usize,
    /// From the moment the figure was sent until a page had its fragment, for each change and page.
    pub times: Times,
    /// Pages that did not hear of a change within five seconds, over all changes.
    pub missed: usize,
    /// What the server held then, in MB.
    pub memory_mb: f64,
}

/// The topics of a page, from its `data-live`.
pub async fn topics(server: &Server, path: &str) -> Result<Vec<String>> {
    let page = server.client.get(format!("{}{path}", server.base)).send().await?.text().await?;
    let found = page.split("data-live=\"").skip(1).filter_map(|rest| rest.split('"').next());
    Ok(found.map(str::to_owned).collect())
}

/// Opens `pages` connections, changes one figure of the wall `changes` times, and listens.
pub async fn measure(server: &Server, key: &str, commune: &str, pages: usize, changes: usize) -> Result<Fan> {
    let topics = topics(server, "/wall").await?;
    // The first tile of the left column shows `bench1.i00`.
    let watched = topics.iter().find(|t| t.contains("/left/0/")).ok_or("no tile on the wall")?.clone();
    let query: Vec<String> = topics.iter().map(|t| format!("t={}", t.replace('/', "%2F"))).collect();
    let host = server.base.trim_start_matches("http://").to_owned();
    let request = format!(
        "GET /live?{}&lang=vi HTTP/1.1\r\nhost: {host}\r\naccept: text/event-stream\r\n\r\n",
        query.join("&")
    );
    let (heard, mut hears) = mpsc::unbounded_channel::<Instant>();
    let open = Arc::new(AtomicUsize::new(0));
    let mut listeners = Vec::with_capacity(pages);
    for n in 0..pages {
        let mut stream = TcpStream::connect(&host).await?;
        stream.write_all(request.as_bytes()).await?;
        let (heard, open) = (heard.clone(), open.clone());
        let mark = format!("\"topic\":\"{watched}\"");
        listeners.push(tokio::spawn(async move {
            let mut buffer = vec![0_u8; 16 * 1024];
            let mut tail: Vec<u8> = Vec::new();
            let mut first = true;
            while let Ok(n) = stream.read(&mut buffer).await {
                if n == 0 {
                    break;
                }
                let at = Instant::now();
                if std::mem::take(&mut first) {
                    open.fetch_add(1, Ordering::Relaxed);
                }
                tail.extend_from_slice(&buffer[..n]);
                if find(&tail, mark.as_bytes()) {
                    tail.clear();
                    let _ = heard.send(at);
                } else {
                    // A mark may lie across two reads.
                    let keep = tail.len().saturating_sub(mark.len());
                    tail.drain(..keep);
                }
            }
        }));
        if n % 100 == 99 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let started = Instant::now();
    while open.load(Ordering::Relaxed) < pages && started.elapsed() < Duration::from_secs(60) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // What each page gets first, before anything changed.
    tokio::time::sleep(Duration::from_secs(2)).await;
    while hears.try_recv().is_ok() {}

    let memory_mb = server.memory()?.resident;
    let (mut times, mut missed) = (Times::default(), 0);
    for change in 0..changes {
        let start = Instant::now();
        send(&server.client, &server.base, key, &[row("bench1.i00", commune, 2000 + change as u32)]).await?;
        let mut count = 0;
        while count < pages {
            let left = Duration::from_secs(5).saturating_sub(start.elapsed());
            match tokio::time::timeout(left, hears.recv()).await {
                Ok(Some(at)) => {
                    times.0.push(at.duration_since(start).as_secs_f64() * 1000.0);
                    count += 1;
                }
                _ => break,
            }
        }
        missed += pages - count;
        tokio::time::sleep(Duration::from_millis(500)).await;
        while hears.try_recv().is_ok() {}
    }
    for listener in listeners {
        listener.abort();
    }
    Ok(Fan { pages, changes, times, missed, memory_mb })
}

fn find(text: &[u8], mark: &[u8]) -> bool {
    memchr::memmem::find(text, mark).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_where_it_stands() {
        assert!(find(b"data: {\"topic\":\"tile/a\"}", b"\"topic\":\"tile/a\""));
        assert!(!find(b"data", b"topic"));
    }
}
