//! `toancanh serve`: the router with its layers, the background work, a stop that loses nothing.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use foundation::{Result, error::unavailable};
use kit::{Access, House, Route};
use tower_http::compression::CompressionLayer;

use crate::cli::Serve;
use crate::{errors, open, outbox, wiring};

/// Every route of the program, with who may call it.
pub fn routes() -> Vec<Route> {
    let mut all = vec![
        kit::live::route(),
        Route::get("/assets/{*name}", Access::Public, get(web::assets::serve)),
        Route::get("/health", Access::Public, get(health)),
    ];
    for module in wiring::modules() {
        all.extend(module.routes);
    }
    all
}

/// The whole router.
pub fn router(house: &House, tls: bool) -> Router {
    kit::http::router(house, &routes())
        .layer(axum::middleware::from_fn_with_state(house.clone(), errors::draw))
        .layer(axum::middleware::from_fn_with_state(web::headers::all(tls).into(), web::headers::add))
        .layer(CompressionLayer::new())
        .with_state(house.clone())
}

async fn health(State(house): State<House>) -> impl IntoResponse {
    match house.db.all::<(i64,)>("SELECT CAST(1 AS BIGINT) AS one", Vec::new()).await {
        Ok(_) => (http::StatusCode::OK, "ok\n"),
        Err(_) => (http::StatusCode::SERVICE_UNAVAILABLE, "database\n"),
    }
}

/// Serves until it is told to stop.
pub async fn serve(args: Serve) -> Result<()> {
    let listener = listen(args.listen).await?;
    let opened = open::open(&args.place).await?;
    let house = opened.house.clone();
    let work = [tokio::spawn(house.live.clone().run()), tokio::spawn(outbox::run(house.clone()))];
    let address = listener.local_addr().unwrap_or(args.listen);
    println!("Toàn Cảnh đang chạy tại http://{address}/");
    if let Some(link) = identity::first_run_link(&house.system("start")).await? {
        let link = link.strip_prefix('/').map_or(link.clone(), |path| format!("http://{address}/{path}"));
        println!("Tạo tài khoản quản trị đầu tiên (dùng một lần): {link}");
    }
    let app = router(&house, false).into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, app).with_graceful_shutdown(stop_signal());
    // Live connections never end by themselves: after the signal they get a moment, then the program goes.
    tokio::select! {
        done = served => done.map_err(|e| unavailable("serve", "Máy chủ dừng vì lỗi mạng.").because(e))?,
        () = async { stop_signal().await; tokio::time::sleep(Duration::from_secs(3)).await } => {}
    }
    for task in work {
        task.abort();
    }
    outbox::drain(&house).await;
    drop(opened);
    println!("Đã dừng.");
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<tokio::net::TcpListener> {
    tokio::net::TcpListener::bind(address).await.map_err(|e| {
        let message = match e.kind() {
            std::io::ErrorKind::AddrInUse => format!(
                "Cổng {} đang được dùng. Hãy dừng chương trình kia, hoặc chọn cổng khác bằng --listen 127.0.0.1:8081.",
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
