//! `/metrics`: what the program measures about itself, in Prometheus' text form.
//!
//! Requests are counted as they pass; everything else is read when somebody asks.

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::Duration;

use axum::extract::{ConnectInfo, MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use foundation::{Result, Stopwatch, error::internal};
use http::{HeaderMap, header};
use kit::{Context, Permission};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use storage::{jobs, outbox, upkeep};
use web::Answer;

/// Where durations fall, in seconds: from a cached page to one that nobody waits for.
const BUCKETS: [f64; 11] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

/// Begins to measure; a second call of a process changes nothing.
pub fn begin() -> Result<()> {
    if HANDLE.get().is_some() {
        return Ok(());
    }
    let broken = |e: String| internal("metrics", "Không mở được bộ đo").because(e);
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full("toancanh_http_request_duration_seconds".into()), &BUCKETS)
        .map_err(|e| broken(e.to_string()))?
        .build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(|e| broken(e.to_string()))?;
    metrics::describe_counter!("toancanh_http_requests_total", "Requests by route, method and status");
    metrics::describe_histogram!("toancanh_http_request_duration_seconds", "Time to the head of the answer");
    metrics::describe_counter!("toancanh_jobs_total", "Jobs by kind and how they ended");
    metrics::describe_gauge!("toancanh_live_connections", "Pages that are connected");
    metrics::describe_gauge!("toancanh_engine_held_leaves", "Values that the figure engine holds in memory");
    metrics::describe_gauge!("toancanh_outbox_waiting", "Events that wait to be delivered");
    metrics::describe_gauge!("toancanh_outbox_set_aside", "Events that were given up");
    metrics::describe_gauge!("toancanh_jobs", "Jobs by state");
    metrics::describe_gauge!("toancanh_database_bytes", "Size of the database");
    metrics::describe_gauge!("toancanh_process_resident_bytes", "Memory of the process");
    metrics::describe_gauge!("toancanh_build_info", "Always 1; its labels say what runs");
    let _ = HANDLE.set(handle);
    Ok(())
}

/// Forgets what histograms no longer need. Runs until the program stops.
pub async fn keep() {
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        if let Some(handle) = HANDLE.get() {
            handle.run_upkeep();
        }
    }
}

/// The layer that counts requests. Routes are named as they are written, so that ids make no new series.
pub async fn count(request: Request, next: Next) -> Response {
    let route =
        request.extensions().get::<MatchedPath>().map_or("none".to_owned(), |m| m.as_str().to_owned());
    let method = request.method().as_str().to_owned();
    let watch = Stopwatch::start();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::histogram!("toancanh_http_request_duration_seconds", "route" => route.clone())
        .record(watch.elapsed().as_secs_f64());
    let labels = [("route", route), ("method", method), ("status", status)];
    metrics::counter!("toancanh_http_requests_total", &labels).increment(1);
    response
}

/// Whether a request may read the measures: from this very machine without any proxy in between, or an
/// administrator's.
fn may_read(cx: &Context, peer: Option<SocketAddr>, headers: &HeaderMap) -> bool {
    let passed_on =
        ["x-forwarded-for", "forwarded", "x-real-ip", "via"].iter().any(|h| headers.contains_key(*h));
    let here = peer.is_some_and(|p| p.ip().to_canonical().is_loopback());
    (here && !passed_on) || cx.may(Permission::ManageAccounts)
}

/// `GET /metrics`
pub async fn show(cx: Context, request: Request) -> Answer {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|c| c.0);
    if !may_read(&cx, peer, request.headers()) {
        return Err(foundation::error::forbidden(
            "metrics_closed",
            "Số đo chỉ đọc được từ chính máy chủ, hoặc bởi người quản trị đã đăng nhập.",
        )
        .into());
    }
    gather(&cx).await?;
    let text = HANDLE.get().map(PrometheusHandle::render).unwrap_or_default();
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

async fn gather(cx: &Context) -> Result<()> {
    metrics::gauge!("toancanh_live_connections").set(cx.live.connected() as f64);
    metrics::gauge!("toancanh_engine_held_leaves").set(cx.house.get::<indicators::Engine>()?.held() as f64);
    let (waiting, aside) = outbox::counts(&cx.db).await?;
    metrics::gauge!("toancanh_outbox_waiting").set(waiting as f64);
    metrics::gauge!("toancanh_outbox_set_aside").set(aside as f64);
    let states = jobs::counts(&cx.db).await?;
    for state in ["ready", "running", "done", "dead", "cancelled"] {
        let n = states.iter().find(|s| s.0 == state).map_or(0, |s| s.1);
        metrics::gauge!("toancanh_jobs", "state" => state).set(n as f64);
    }
    metrics::gauge!("toancanh_database_bytes").set(upkeep::size(&cx.db).await? as f64);
    if let Some(bytes) = resident_bytes() {
        metrics::gauge!("toancanh_process_resident_bytes").set(bytes as f64);
    }
    let database = cx.db.dialect().name();
    metrics::gauge!("toancanh_build_info", "version" => env!("CARGO_PKG_VERSION"), "database" => database)
        .set(1.0);
    Ok(())
}

/// The memory of this process, where the system tells (Linux).
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kb| kb * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_the_process_is_known() {
        assert!(resident_bytes().is_none_or(|b| b > 1_000_000));
    }
}
