//! Sign-in of citizens at a provider of OpenID Connect (a national identity, say): authorization code with
//! PKCE, state and nonce; issuer, audience, signature and times of the answer are checked. Somebody is known
//! by (issuer, subject), never by an address. What is asked for is as little as there is: a telephone that
//! the provider checked, and no more.
//!
//! Nothing is called but what the protocol needs: its document and keys (kept an hour), the exchange of the
//! code, and who it is where the first answer does not say the telephone. How it is set up: docs/sign-in.md.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use foundation::error::{internal, unavailable};
use foundation::{Error, Instant, Kind, Result, phone};
use futures_util::future::BoxFuture;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreGenderClaim, CoreIdToken,
    CoreJwsSigningAlgorithm as Alg, CoreProviderMetadata,
};
use openidconnect::{
    AdditionalClaims, AsyncHttpClient, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId,
    ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    TokenResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

/// The provider's document and keys are believed so long.
const KEPT_S: i64 = 3600;
/// Keys are fetched anew for a signature that none made, but not more often than this; and a provider that
/// did not answer is left alone so long.
const PAUSE_S: i64 = 15;
/// Nobody waits longer for one answer of the provider.
const PATIENCE: Duration = Duration::from_secs(10);
/// Signatures by keys that only the provider has.
const SIGNATURES: [Alg; 9] = [
    Alg::RsaSsaPkcs1V15Sha256,
    Alg::RsaSsaPkcs1V15Sha384,
    Alg::RsaSsaPkcs1V15Sha512,
    Alg::RsaSsaPssSha256,
    Alg::RsaSsaPssSha384,
    Alg::RsaSsaPssSha512,
    Alg::EcdsaP256Sha256,
    Alg::EcdsaP384Sha384,
    Alg::EdDsa,
];

/// What the configuration says of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Its name on the button: «VNeID».
    pub name: String,
    /// Its address, under which its document stands.
    pub issuer: String,
    /// Our name there.
    pub client: String,
    /// Our secret there; none for a public client.
    pub secret: Option<String>,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
    /// The claim that names somebody for ever: `sub`.
    pub subject: String,
    /// The claim that holds the telephone; empty: none is asked for.
    pub phone: String,
    /// The claim that says whether the provider checked the telephone; empty: it checks all of them.
    pub phone_verified: String,
}

/// Asks another server; given by the wiring, because the room that talks to the outside stands above.
pub trait Ask: Send + Sync {
    /// Asks once, follows nothing. Errors: the server did not answer.
    fn ask<'a>(&'a self, request: http::Request<Vec<u8>>) -> BoxFuture<'a, Result<http::Response<Vec<u8>>>>;
}

/// Who somebody is, by the word of the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// Their name there.
    pub subject: String,
    /// Their telephone, 84912345678, if the provider checked it.
    pub phone: Option<String>,
}

/// What the last look at the provider gave.
struct Looked {
    at: Instant,
    /// None when it did not answer.
    metadata: Option<CoreProviderMetadata>,
}

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// A provider.
pub struct Provider {
    settings: Settings,
    outside: Asker,
    looked: Mutex<Option<Looked>>,
}

/// The client of HTTP as the library of the protocol wants it.
struct Asker(Arc<dyn Ask>);

impl<'c> AsyncHttpClient<'c> for Asker {
    type Error = Error;
    type Future = BoxFuture<'c, Result<http::Response<Vec<u8>>>>;

    fn call(&'c self, request: http::Request<Vec<u8>>) -> Self::Future {
        Box::pin(async move {
            match tokio::time::timeout(PATIENCE, self.0.ask(request)).await {
                Ok(answer) => answer,
                Err(_) => Err(unavailable("oidc_late", "Nơi đăng nhập không trả lời kịp.")),
            }
        })
    }
}

/// Claims beside the standard ones.
#[derive(Debug, Clone, Deserialize, Serialize)]
struct Others(Map<String, Json>);

impl AdditionalClaims for Others {}

/// One of the secrets of a way through the provider, all reckoned from what the browser's cookie carries: who
/// sees one does not know the others, and the database keeps none.
fn part(cookie: &str, what: &str) -> String {
    let sum = Sha256::new().chain_update(b"toancanh oidc\0").chain_update(what.as_bytes()).chain_update([0]);
    URL_SAFE_NO_PAD.encode(sum.chain_update(cookie.as_bytes()).finalize())
}

/// Whether a state that came back is the one that this browser took along.
pub fn is_state(cookie: &str, state: &str) -> bool {
    !cookie.is_empty() && part(cookie, "state") == state
}

fn refused() -> Error {
    let why =
        "Chưa đăng nhập được: câu trả lời của nơi xác nhận không đúng hoặc đã hết hạn. Hãy thử lại từ đầu.";
    Error::new(Kind::Unauthenticated, "oidc_refused", why)
}

/// A moment as the library of the protocol counts it.
fn moment(now: Instant) -> DateTime<chrono::Utc> {
    DateTime::from_timestamp_micros(now.0).unwrap_or_default()
}

impl Provider {
    /// A provider.
    pub fn new(settings: Settings, outside: Arc<dyn Ask>) -> Provider {
        Provider { settings, outside: Asker(outside), looked: Mutex::new(None) }
    }

    /// Its name on the button.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Its address.
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    fn down(&self) -> Error {
        let name = &self.settings.name;
        let why = format!(
            "{name} hiện không trả lời. Hãy thử lại sau ít phút; không đăng nhập vẫn gửi và tra cứu được \
             phản ánh."
        );
        unavailable("oidc_down", why)
    }

    /// The provider's document and keys; `anew`: not those of before the pause.
    async fn metadata(&self, now: Instant, anew: bool) -> Result<CoreProviderMetadata> {
        let mut looked = self.looked.lock().await;
        let age = looked.as_ref().map(|l| now.since(l.at) / 1_000_000);
        let young = age.is_some_and(|age| (0..PAUSE_S).contains(&age));
        match looked.as_ref().map(|l| &l.metadata) {
            Some(Some(known)) if young || (!anew && age.is_some_and(|age| (0..KEPT_S).contains(&age))) => {
                return Ok(known.clone());
            }
            Some(None) if young => return Err(self.down()),
            _ => {}
        }
        let issuer = IssuerUrl::new(self.settings.issuer.clone())
            .map_err(|e| internal("oidc_issuer", "Địa chỉ của nơi đăng nhập không đọc được").because(e))?;
        let found = CoreProviderMetadata::discover_async(issuer, &self.outside).await;
        let metadata = match found {
            Ok(metadata) => Some(metadata),
            Err(e) => {
                tracing::warn!("the provider of sign-in did not give its document: {e:?}");
                None
            }
        };
        *looked = Some(Looked { at: now, metadata: metadata.clone() });
        metadata.ok_or_else(|| self.down())
    }

    fn client(&self, metadata: CoreProviderMetadata, back: &str) -> Result<Client> {
        let ways = metadata.token_endpoint_auth_methods_supported();
        let in_body = ways.is_some_and(|all| {
            !all.contains(&CoreClientAuthMethod::ClientSecretBasic)
                && all.contains(&CoreClientAuthMethod::ClientSecretPost)
        });
        let back = RedirectUrl::new(back.to_owned())
            .map_err(|e| internal("oidc_address", "Địa chỉ quay về không đọc được").because(e))?;
        let (client, secret) = (self.settings.client.clone(), self.settings.secret.clone());
        let client = CoreClient::from_provider_metadata(
            metadata,
            ClientId::new(client),
            secret.map(ClientSecret::new),
        )
        .set_redirect_uri(back);
        Ok(if in_body { client.set_auth_type(AuthType::RequestBody) } else { client })
    }

    /// Where the browser goes, carrying `cookie`; it comes back to `back`.
    pub async fn begin(&self, now: Instant, cookie: &str, back: &str) -> Result<String> {
        let client = self.client(self.metadata(now, false).await?, back)?;
        let (state, nonce) = (part(cookie, "state"), part(cookie, "nonce"));
        let verifier = PkceCodeVerifier::new(part(cookie, "verifier"));
        let scopes = self.settings.scopes.iter().cloned().map(Scope::new);
        let (url, ..) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scopes(scopes)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url.to_string())
    }

    /// Exchanges the code that came back, and reads who it is.
    ///
    /// Errors: `oidc_refused` when the provider did not take the code or its answer is not for this browser,
    /// not for us, not from it, or over; `oidc_down` when it did not answer.
    pub async fn finish(&self, now: Instant, cookie: &str, back: &str, code: String) -> Result<Proven> {
        let client = self.client(self.metadata(now, false).await?, back)?;
        let exchange = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|e| internal("oidc_metadata", "Nơi đăng nhập không cho đổi mã").because(e))?
            .set_pkce_verifier(PkceCodeVerifier::new(part(cookie, "verifier")));
        let tokens = exchange.request_async(&self.outside).await.map_err(|e| match e {
            RequestTokenError::Request(_) => self.down().because(e),
            _ => {
                tracing::info!("the provider of sign-in did not take a code: {e}");
                refused()
            }
        })?;
        let token = tokens.id_token().ok_or_else(refused)?;
        let nonce = Nonce::new(part(cookie, "nonce"));
        let subject = match self.verified(&client, token, &nonce, now) {
            // A key that we do not know yet: providers change theirs.
            Err(ClaimsVerificationError::SignatureVerification(_)) => {
                let client = self.client(self.metadata(now, true).await?, back)?;
                self.verified(&client, token, &nonce, now)
            }
            other => other,
        };
        let subject = subject.map_err(|e| {
            tracing::warn!("what the provider of sign-in told was not believed: {e}");
            refused()
        })?;
        let mut claims = payload(token).ok_or_else(refused)?;
        if !self.settings.phone.is_empty() && !claims.contains_key(&self.settings.phone) {
            claims.extend(self.userinfo(&client, tokens.access_token(), &subject).await);
        }
        Ok(Proven { subject: self.named(&claims, subject).ok_or_else(refused)?, phone: self.phone(&claims) })
    }

    /// Checks a token; gives its subject.
    fn verified(
        &self,
        client: &Client,
        token: &CoreIdToken,
        nonce: &Nonce,
        now: Instant,
    ) -> Result<String, ClaimsVerificationError> {
        let verifier =
            client.id_token_verifier().set_allowed_algs(SIGNATURES).set_time_fn(move || moment(now));
        Ok(token.claims(&verifier, nonce)?.subject().to_string())
    }

    /// What else the provider tells of somebody; nothing when it does not.
    async fn userinfo(
        &self,
        client: &Client,
        access: &openidconnect::AccessToken,
        subject: &str,
    ) -> Map<String, Json> {
        let expected = openidconnect::SubjectIdentifier::new(subject.to_owned());
        let Ok(request) = client.user_info(access.clone(), Some(expected)) else { return Map::new() };
        let told = request.request_async::<Others, _, CoreGenderClaim>(&self.outside).await;
        match told.map(serde_json::to_value) {
            Ok(Ok(Json::Object(all))) => all,
            Ok(_) => Map::new(),
            Err(e) => {
                tracing::info!("the provider of sign-in did not tell a telephone: {e}");
                Map::new()
            }
        }
    }

    fn named(&self, claims: &Map<String, Json>, subject: String) -> Option<String> {
        match self.settings.subject.as_str() {
            "sub" => Some(subject),
            other => claims.get(other)?.as_str().map(str::to_owned),
        }
        .filter(|name| (1..=255).contains(&name.len()))
    }

    fn phone(&self, claims: &Map<String, Json>) -> Option<String> {
        let written = claims.get(&self.settings.phone)?.as_str()?;
        let checked = match self.settings.phone_verified.as_str() {
            "" => true,
            claim => matches!(claims.get(claim), Some(Json::Bool(true))),
        };
        phone::number(written).filter(|_| checked)
    }
}

/// The claims of a token that was verified before.
fn payload(token: &CoreIdToken) -> Option<Map<String, Json>> {
    let text = token.to_string();
    let bytes = URL_SAFE_NO_PAD.decode(text.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_way_differ_and_are_long_enough_for_the_protocol() {
        let parts = ["state", "nonce", "verifier"].map(|what| part("cookie", what));
        assert!(parts.iter().all(|p| p.len() == 43));
        assert!(parts[0] != parts[1] && parts[1] != parts[2] && parts[0] != parts[2]);
        assert!(is_state("cookie", &parts[0]) && !is_state("other", &parts[0]));
        assert!(!is_state("", &part("", "state")), "a browser without the cookie has no way");
    }
}
