//! TLS of our own: the certificate is read again every hour, so that a renewed one is used without a new
//! start.

use std::path::PathBuf;
use std::time::Duration;

use axum_server::tls_rustls::RustlsConfig;
use foundation::{Result, error::unavailable};

const AGAIN: Duration = Duration::from_secs(3600);

/// Reads certificate and key, and goes on reading them.
pub async fn open(cert: PathBuf, key: PathBuf) -> Result<RustlsConfig> {
    // The second call of a process finds the provider installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = RustlsConfig::from_pem_file(&cert, &key).await.map_err(|e| {
        unavailable(
            "tls_files",
            format!("Không đọc được chứng chỉ {} hoặc khóa {} (PEM).", cert.display(), key.display()),
        )
        .because(e)
    })?;
    let kept = config.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(AGAIN).await;
            if let Err(e) = kept.reload_from_pem_file(&cert, &key).await {
                tracing::warn!("the certificate could not be read again, the old one stays: {e}");
            }
        }
    });
    Ok(config)
}
