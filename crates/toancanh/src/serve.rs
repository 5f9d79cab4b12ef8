//! `toancanh serve`: the router with its layers, the background work, a stop that loses nothing.

use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::Duration;

use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Extension, Router};
use axum_server::Handle;
use foundation::{Result, error::unavailable};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use kit::{Access, House, Permission, Route};
use storage::upkeep;
use tokio::sync::watch;
use tower_http::compression::CompressionLayer;
use web::peer::{Cidr, Proxies};

use crate::config::Settings;
use crate::{errors, measure, of_cases, open, openapi, outbox, pages, squeeze, tend, tls, wiring, worker};

/// Requests that are being answered may take so long after the program was told to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(10);

/// The head of a request has to be there within this time.
const HEAD: Duration = Duration::from_secs(15);

/// The packed pages of this process.
static PACKED: LazyLock<squeeze::Pages> = LazyLock::new(squeeze::Pages::default);

/// The setting that says at which address the last server was, for links that the command line prints.
pub const ADDRESS: &str = notices::office::ADDRESS;

/// Every route of the program, with who may call it.
pub fn routes() -> Vec<Route> {
    let steer = Access::Needs(Permission::RunJobs);
    let mut all = vec![
        kit::live::route(),
        Route::get("/assets/{*name}", Access::Public, get(web::assets::serve)),
        Route::get("/health", Access::Public, get(health)),
        Route::get("/metrics", Access::Public, get(measure::show)),
        Route::get(openapi::PATH, Access::Public, get(openapi::serve)),
        Route::get("/api", Access::Public, get(pages::api::show)),
        Route::get("/jobs", steer, get(pages::jobs::list)),
        Route::post("/jobs/{id}/retry", steer, post(pages::jobs::retry)),
        Route::post("/jobs/events/{seq}/retry", steer, post(pages::jobs::retry_event)),
        Route::post("/jobs/{id}/cancel", steer, post(pages::jobs::cancel)),
    ];
    for module in wiring::modules() {
        all.extend(module.routes);
    }
    all
}

/// The whole router. `secure`: browsers reach it over TLS; `proxies`: who is believed about where a request
/// comes from.
pub fn router(house: &House, secure: bool, proxies: &[Cidr]) -> Router {
    kit::http::router(house, &routes())
        .layer(axum::middleware::from_fn(measure::count))
        .layer(axum::middleware::from_fn_with_state(house.clone(), errors::draw))
        .layer(axum::middleware::from_fn_with_state(web::headers::all(secure).into(), web::headers::add))
        .layer(axum::middleware::from_fn_with_state(&*PACKED, squeeze::squeeze))
        .layer(CompressionLayer::new())
        .layer(Extension(Proxies(proxies.into())))
        .with_state(house.clone())
}

async fn health(State(house): State<House>) -> impl IntoResponse {
    match house.db.all::<(i64,)>("SELECT CAST(1 AS BIGINT) AS one", Vec::new()).await {
        Ok(_) => (http::StatusCode::OK, "ok\n"),
        Err(_) => (http::StatusCode::SERVICE_UNAVAILABLE, "database\n"),
    }
}

/// Serves until it is told to stop.
pub async fn serve(settings: &Settings) -> Result<()> {
    let listener = listen(settings.listen)?;
    let address = listener.local_addr().unwrap_or(settings.listen);
    let certificate = match &settings.tls {
        Some((cert, key)) => Some(tls::open(cert.clone(), key.clone()).await?),
        None => None,
    };
    let opened = open::alone(settings).await?;
    let house = opened.house.clone();
    measure::begin()?;
    with_packs(&house).await?;
    let work = Work::begin(&house);
    let warming = house.clone();
    tokio::spawn(async move { boards::renderer::warm(&warming).await });
    announce(&house, settings, address).await?;

    let handle = Handle::new();
    let app = router(&house, settings.secure(), &settings.proxies)
        .into_make_service_with_connect_info::<SocketAddr>();
    let failed = |e: std::io::Error| unavailable("serve", "Máy chủ dừng vì lỗi mạng.").because(e);
    let stopping = stop_in_order(house.clone(), handle.clone());
    let serving = async {
        match certificate {
            Some(tls) => {
                let mut server = axum_server::from_tcp_rustls(listener, tls).map_err(failed)?.handle(handle);
                patience(server.http_builder());
                server.serve(app).await
            }
            None => {
                let mut server = axum_server::from_tcp(listener).map_err(failed)?.handle(handle);
                patience(server.http_builder());
                server.serve(app).await
            }
        }
        .map_err(failed)?;
        work.end(&house).await;
        upkeep::checkpoint(&house.db).await
    };
    tokio::select! {
        done = serving => done?,
        () = stopping => {
            return Err(unavailable("stopped_at_once", "Đã dừng ngay, không chờ việc đang làm."));
        }
    }
    drop(opened);
    println!("Đã dừng.");
    Ok(())
}

/// A new place begins with the packs that the program carries: without any it has no page to show. Whoever
/// wants others applies them, before the first start or at any time after.
async fn with_packs(house: &House) -> Result<()> {
    if !house.get::<packs::Packs>()?.all().is_empty() {
        return Ok(());
    }
    let cx = house.system("start");
    let parts = wiring::pack_parts();
    let report = packs::apply(&cx, &packs::Source::embedded(), &parts).await?;
    packs::refresh(&cx, &parts).await?;
    println!("Đã áp dụng {} gói lĩnh vực kèm theo chương trình.", report.packs.len());
    Ok(())
}

/// Says where the program is, what is unsafe about it, and how the first administrator comes in.
async fn announce(house: &House, settings: &Settings, address: SocketAddr) -> Result<()> {
    let url = settings.url(address);
    println!("Toàn Cảnh đang chạy tại {url}/");
    let mut tx = house.db.begin().await?;
    storage::settings::set(&mut tx, house.clock.as_ref(), ADDRESS, &url).await?;
    tx.commit().await?;
    if settings.tls.is_none() && settings.proxies.is_empty() && !address.ip().is_loopback() {
        println!(
            "CẢNH BÁO: máy khác truy cập được {address} mà không mã hóa: mật khẩu có thể bị đọc trên \
             đường truyền. Hãy dùng --tls-cert và --tls-key, hoặc --behind-proxy."
        );
    }
    if let Some(link) = identity::first_run_link(&house.system("start")).await? {
        println!("Tạo tài khoản quản trị đầu tiên (dùng một lần): {url}{link}");
    }
    Ok(())
}

/// What runs beside the answers.
struct Work {
    stop: watch::Sender<bool>,
    worker: tokio::task::JoinHandle<()>,
    notices: tokio::task::JoinHandle<()>,
    endless: Vec<tokio::task::JoinHandle<()>>,
}

impl Work {
    fn begin(house: &House) -> Work {
        let (stop, told) = watch::channel(false);
        let mut jobs = tend::own_jobs();
        jobs.extend(wiring::modules().into_iter().flat_map(|m| m.jobs));
        Work {
            stop,
            notices: tokio::spawn(notices::keep(house.clone(), told.clone())),
            worker: tokio::spawn(worker::run(house.clone(), worker::handlers(jobs), told)),
            endless: vec![
                tokio::spawn(house.live.clone().run()),
                tokio::spawn(outbox::run(house.clone())),
                tokio::spawn(identity::keep(house.clone())),
                tokio::spawn(tend::schedule(house.clone())),
                tokio::spawn(tend::demo_feed(house.clone())),
                tokio::spawn(of_cases::figures(house.clone())),
                tokio::spawn(of_cases::keep(house.clone())),
                tokio::spawn(measure::keep()),
            ],
        }
    }

    /// Ends it in order: no new events, the jobs done or given back, the events that are there delivered, the
    /// log sealed.
    async fn end(self, house: &House) {
        self.stop.send_replace(true);
        let _ = self.worker.await;
        // A message that a server takes its time over is left; its row says that nobody knows.
        let _ = tokio::time::timeout(worker::GRACE, self.notices).await;
        for task in self.endless {
            task.abort();
            let _ = task.await;
        }
        outbox::drain(house).await;
        if let Err(e) = identity::seal(&house.system("stop")).await {
            tracing::warn!("the audit log could not be sealed, it will be at the next start: {e:?}");
        }
    }
}

/// Whoever sends the head of a request letter by letter is not waited for: connections are few, callers many.
fn patience(server: &mut Builder<TokioExecutor>) {
    server.http1().timer(TokioTimer::new()).header_read_timeout(HEAD);
}

/// Waits for the signal, then takes no new connection, ends the live ones and lets the others finish. Returns
/// at a second signal: who sends it does not want to wait.
async fn stop_in_order(house: House, handle: Handle<SocketAddr>) {
    stop_signal().await;
    println!("Đang dừng… (nhấn Ctrl+C lần nữa để dừng ngay)");
    house.live.close();
    handle.graceful_shutdown(Some(LAST_ANSWERS));
    stop_signal().await;
}

fn listen(address: SocketAddr) -> Result<std::net::TcpListener> {
    let bound = std::net::TcpListener::bind(address).and_then(|l| l.set_nonblocking(true).map(|()| l));
    bound.map_err(|e| {
        let message = match e.kind() {
            std::io::ErrorKind::AddrInUse => format!(
                "Cổng {} đang được dùng. Hãy dừng chương trình kia, hoặc chọn cổng khác bằng \
                 --listen 127.0.0.1:8081.",
                address.port()
            ),
            _ => format!("Không lắng nghe được tại {address}."),
        };
        unavailable("listen", message).because(e)
    })
}

async fn stop_signal() {
    let interrupted = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut ended) => tokio::select! {
            _ = interrupted => {}
            _ = ended.recv() => {}
        },
        Err(_) => {
            let _ = interrupted.await;
        }
    }
}
