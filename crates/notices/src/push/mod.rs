//! Messages to browsers: web push (RFC 8030), sealed for one browser (RFC 8291), signed as ours (RFC 8292).
//!
//! The browser names the address where its push service takes messages, so whoever signs in could name any
//! address: only services of the list are believed, over HTTPS. What the service worker is told is JSON with
//! `id`, `title`, `body`, `link`, `kind`, `urgent`; it shows it under the tag `id`, so that a message that
//! was handed over twice is seen once.

pub mod seal;
pub mod subscription;
mod vapid;

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use foundation::Clock;
use futures_util::future::BoxFuture;
use http::{Request, header};
use serde_json::json;

use crate::channel::{Channel, Message, Outcome, Subscription, To, Via};
use crate::outside::{NoAnswer, Outside};

pub use vapid::Signer;

/// The push services of browsers: a name, and every name below it.
const SERVICES: [&str; 4] =
    ["fcm.googleapis.com", "push.services.mozilla.com", "notify.windows.com", "push.apple.com"];
/// A push service keeps a message for a browser that is off at most so long; four weeks, as they do.
const KEPT_S: i64 = 28 * 86_400;
/// A text longer than this is cut: a push service takes 4096 bytes in all.
const MOST: usize = 2800;

/// The channel.
pub struct Push {
    signer: Signer,
    /// More services that the configuration believes, as `https://push.example`.
    more: Vec<String>,
    clock: Arc<dyn Clock>,
    outside: Outside,
}

impl Push {
    /// A channel. `more` are push services beside those of the list, as origins.
    pub fn new(signer: Signer, more: Vec<String>, clock: Arc<dyn Clock>) -> Arc<Push> {
        Arc::new(Push { signer, more, clock, outside: Outside::new() })
    }

    /// The public key that browsers subscribe with, as they want it (`applicationServerKey`).
    pub fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.signer.public())
    }

    /// Whether this is an address of a push service that we send to.
    pub fn believes(&self, endpoint: &str) -> bool {
        let Some(origin) = origin(endpoint) else { return false };
        let known = |host: &str| SERVICES.iter().any(|s| host == *s || host.ends_with(&format!(".{s}")));
        let by_name = origin.strip_prefix("https://").is_some_and(known);
        by_name || self.more.contains(&origin)
    }

    async fn hand_over(&self, message: &Message) -> Outcome {
        let To::Browser(browser) = &message.to else { return Outcome::Never("not a browser".into()) };
        if !self.believes(&browser.endpoint) {
            return Outcome::Gone("not a push service that is believed".into());
        }
        let Some(request) = self.request(message, browser) else {
            return Outcome::Gone("its keys are of no use".into());
        };
        match self.outside.ask(request).await {
            Err(NoAnswer { left: false, reason }) => Outcome::Later(reason),
            Err(NoAnswer { left: true, reason }) => Outcome::Unknown(reason),
            Ok(answer) => {
                let reason = format!("HTTP {}", answer.status);
                match answer.status {
                    // Where the message stands then is a secret between us and the service: it is not kept.
                    200..300 => Outcome::Sent { provider_id: None },
                    404 | 410 => Outcome::Gone(reason),
                    408 | 425 | 429 | 500.. => Outcome::Later(reason),
                    _ => Outcome::Never(reason),
                }
            }
        }
    }

    fn request(&self, message: &Message, browser: &Subscription) -> Option<Request<Bytes>> {
        let told = json!({
            "id": message.id,
            "title": message.title,
            "body": cut(&message.body),
            "link": message.link,
            "kind": message.kind,
            "urgent": message.urgent,
        });
        let sealed = seal::seal(told.to_string().as_bytes(), browser)?;
        let authorization = self.signer.authorization(&origin(&browser.endpoint)?, self.clock.now())?;
        Request::post(&browser.endpoint)
            .header(header::AUTHORIZATION, authorization)
            .header(header::CONTENT_ENCODING, "aes128gcm")
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header("ttl", message.stale_s.clamp(0, KEPT_S))
            .header("urgency", if message.urgent { "high" } else { "normal" })
            .header("topic", URL_SAFE_NO_PAD.encode(message.id.as_bytes()))
            .body(Bytes::from(sealed))
            .ok()
    }
}

/// The text as far as there is room for it, ending at a letter.
fn cut(text: &str) -> &str {
    let mut end = text.len().min(MOST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Scheme, host and port of an address, as it was written; `None` when it could be read in two ways.
fn origin(address: &str) -> Option<String> {
    let uri: http::Uri = address.parse().ok()?;
    let authority = uri.authority()?.as_str();
    let plain = !authority.contains('@') && authority.bytes().all(|b| b.is_ascii_graphic());
    plain.then(|| format!("{}://{}", uri.scheme_str().unwrap_or_default(), authority.to_ascii_lowercase()))
}

impl Channel for Push {
    fn via(&self) -> Via {
        Via::Push
    }

    /// The same topic takes the place of what was not delivered yet, the same tag of what was.
    fn drops_doubles(&self) -> bool {
        true
    }

    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Outcome> {
        Box::pin(self.hand_over(message))
    }
}

#[cfg(test)]
mod tests {
    use foundation::SystemClock;

    use super::*;

    #[test]
    fn only_push_services_are_sent_to() {
        let signer = Signer::fresh("mailto:a@b.example").unwrap().0;
        let push = Push::new(signer, vec!["http://127.0.0.1:9".into()], Arc::new(SystemClock));
        for good in [
            "https://fcm.googleapis.com/fcm/send/abc:def",
            "https://updates.push.services.mozilla.com/wpush/v2/x",
            "https://hk2.notify.windows.com/w/?token=x",
            "https://web.push.apple.com/x",
            "http://127.0.0.1:9/send",
        ] {
            assert!(push.believes(good), "{good}");
        }
        for bad in [
            "",
            "http://fcm.googleapis.com/x",
            "https://fcm.googleapis.com:8443/x",
            "https://fcm.googleapis.com.evil.example/x",
            "https://evilfcm.googleapis.com.example/",
            "https://fcm.googleapis.com@127.0.0.1/",
            "https://127.0.0.1/#fcm.googleapis.com",
            "http://127.0.0.1:99/send",
            "http://169.254.169.254/latest",
            "file:///etc/passwd",
            "/wpush",
        ] {
            assert!(!push.believes(bad), "{bad}");
        }
    }

    #[test]
    fn a_long_text_is_cut_at_a_letter_and_still_fits() {
        let long = "ượ".repeat(2000);
        assert!(cut(&long).len() <= MOST && long.starts_with(cut(&long)));
        assert_eq!(cut("ngắn"), "ngắn");
    }
}
