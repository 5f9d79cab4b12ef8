//! A citizen signs in at the provider: the browser goes there with a state of its own and comes back once.
//!
//! Who: anybody, where a provider is configured. A way that was not begun in this browser, is over, or ended
//! already goes nowhere, and the provider is not even asked.

use foundation::error::unavailable;
use foundation::{Error, Kind, Result};
use kit::{Context, audit};
use serde_json::json;
use storage::settings;

use crate::citizen::{self, Citizens};
use crate::oidc::is_state;
use crate::store::citizens as store;
use crate::token;

/// A way through the provider may take so long.
pub const WAY_S: i64 = 600;
/// The page to which the browser comes back, as it is registered at the provider.
pub const BACK: &str = "/app/sign-in/back";
/// The setting that says at which address people reach the program.
const ADDRESS: &str = "serve.address";

fn closed() -> Error {
    unavailable("oidc_closed", "Nơi này chưa mở đăng nhập qua nhà cung cấp.")
}

fn gone() -> Error {
    let why = "Lần đăng nhập này đã hết hạn hoặc không bắt đầu từ trình duyệt này. Hãy thử lại từ đầu.";
    Error::new(Kind::Unauthenticated, "oidc_gone", why)
}

/// Our address, as the provider knows it.
async fn back(cx: &Context) -> Result<String> {
    let base = settings::get(&cx.db, ADDRESS).await?.filter(|a| !a.is_empty()).ok_or_else(closed)?;
    Ok(format!("{}{BACK}", base.trim_end_matches('/')))
}

/// Where the browser goes.
#[derive(Debug, Clone)]
pub struct Way {
    /// The provider's page.
    pub url: String,
    /// What the browser takes along in a cookie.
    pub cookie: String,
}

/// Begins.
pub async fn begin(cx: &Context) -> Result<Way> {
    let door = cx.house.get::<Citizens>()?;
    let provider = door.provider().ok_or_else(closed)?;
    let (now, token) = (cx.clock.now(), token::fresh()?);
    let url = provider.begin(now, &token.text, &back(cx).await?).await?;
    let mut tx = cx.db.begin().await?;
    store::begin_way(&mut tx, &token.hash, now.plus_seconds(WAY_S)).await?;
    tx.commit().await?;
    Ok(Way { url, cookie: token.text })
}

/// What came back.
#[derive(Debug, Clone, Default)]
pub struct Finish {
    /// What the browser took along.
    pub cookie: String,
    /// The state.
    pub state: String,
    /// The code; empty when there is none.
    pub code: String,
    /// Who answers (RFC 9207); providers that do not say it leave it empty.
    pub issuer: String,
    /// Why there is no code.
    pub error: String,
}

impl Finish {
    /// Finishes, and begins a session: its text goes into the cookie.
    pub async fn run(self, cx: &Context) -> Result<String> {
        let door = cx.house.get::<Citizens>()?;
        let provider = door.provider().ok_or_else(closed)?;
        let now = cx.clock.now();
        if !is_state(&self.cookie, &self.state) {
            return Err(gone());
        }
        let same = |a: &str, b: &str| a.trim_end_matches('/') == b.trim_end_matches('/');
        if !self.issuer.is_empty() && !same(&self.issuer, provider.issuer()) {
            return Err(gone());
        }
        let mut tx = cx.db.begin().await?;
        let begun = store::end_way(&mut tx, &token::hash(&self.cookie), now).await?;
        tx.commit().await?;
        if !begun {
            return Err(gone());
        }
        if !self.error.is_empty() || self.code.is_empty() {
            let why = format!("Bạn đã dừng đăng nhập ở {}, hoặc nơi đó từ chối.", provider.name());
            return Err(Error::new(Kind::Unauthenticated, "oidc_stopped", why));
        }
        let proven = provider.finish(now, &self.cookie, &back(cx).await?, self.code).await?;
        let mut tx = cx.db.begin().await?;
        let name = (provider.issuer(), proven.subject.as_str());
        let (session, subject) = citizen::enter(&mut tx, now, proven.phone.as_deref(), Some(name)).await?;
        audit(&mut tx, cx, "citizen.enter", &subject, &json!({"by": "provider"})).await?;
        tx.commit().await?;
        Ok(session)
    }
}
