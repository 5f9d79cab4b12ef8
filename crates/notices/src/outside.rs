//! Asking another server over HTTP: with a limit of time and size, without following it elsewhere, and saying
//! whether a request that failed may have been read all the same.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// A server that cannot be reached by then is not waited for.
const CONNECT: Duration = Duration::from_secs(10);
/// Nor one that has not answered by then.
const ANSWER: Duration = Duration::from_secs(30);
/// An answer longer than this is cut off: nobody reads it.
const MOST: usize = 64 * 1024;

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body, or its beginning: at most 64 kB, up to where the connection broke.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoAnswer {
    /// Whether the request may have been read.
    pub left: bool,
    /// Why, naming nobody.
    pub reason: String,
}

/// A client of HTTP. Certificates are judged by what the machine trusts.
pub struct Outside(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl Outside {
    /// A client.
    pub fn new() -> Outside {
        let mut http = HttpConnector::new();
        http.set_connect_timeout(Some(CONNECT));
        http.enforce_http(false);
        let https = HttpsConnectorBuilder::new();
        // Without roots no certificate is believed, and the log says that there is no connection.
        let https = match https.with_native_roots() {
            Ok(https) => https,
            Err(e) => {
                tracing::warn!("the machine has no certificates of authorities, HTTPS will not work: {e}");
                let none = rustls_without_roots();
                HttpsConnectorBuilder::new().with_tls_config(none)
            }
        };
        let connector = https.https_or_http().enable_http1().wrap_connector(http);
        let idle = Duration::from_secs(30);
        Outside(Client::builder(TokioExecutor::new()).pool_idle_timeout(idle).build(connector))
    }

    /// Asks once.
    pub async fn ask(&self, request: http::Request<Bytes>) -> Result<Answer, NoAnswer> {
        let asking = async {
            let answer = self.0.request(request.map(Full::new)).await.map_err(|e| NoAnswer {
                left: !e.is_connect(),
                reason: if e.is_connect() { "no connection" } else { "the connection broke" }.into(),
            })?;
            let (parts, body) = answer.into_parts();
            // What came before a break is kept: old servers end an answer by hanging up.
            let (mut body, mut read) = (Limited::new(body, MOST), Vec::new());
            while let Some(Ok(frame)) = body.frame().await {
                read.extend_from_slice(frame.data_ref().map_or(&[], |data| data.as_ref()));
            }
            Ok(Answer { status: parts.status.as_u16(), body: read.into() })
        };
        match tokio::time::timeout(ANSWER, asking).await {
            Ok(done) => done,
            Err(_) => Err(NoAnswer { left: true, reason: "no answer".into() }),
        }
    }
}

impl Default for Outside {
    fn default() -> Outside {
        Outside::new()
    }
}

fn rustls_without_roots() -> rustls::ClientConfig {
    let roots = rustls::RootCertStore::empty();
    rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()
}
