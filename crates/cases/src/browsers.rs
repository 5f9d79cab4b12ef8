//! Browsers that are told how reports go on. What carries the messages is a room above; here a browser is an
//! id.

use std::sync::Arc;

use foundation::Result;
use futures_util::future::BoxFuture;
use kit::Context;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What carries messages to browsers.
pub trait Carrier: Send + Sync {
    /// The key with which browsers subscribe (`applicationServerKey`, RFC 8292); none where none are sent.
    fn key(&self) -> Option<String>;

    /// Keeps a browser under its id: `subscription` is what it said of itself, `PushSubscription.toJSON()`.
    fn keep<'a>(
        &'a self,
        cx: &'a Context,
        browser: Uuid,
        subscription: &'a [u8],
    ) -> BoxFuture<'a, Result<()>>;

    /// Forgets it.
    fn forget<'a>(&'a self, cx: &'a Context, browser: Uuid, endpoint: &'a str) -> BoxFuture<'a, Result<()>>;
}

/// The service: how browsers are reached.
pub struct Browsers(pub Arc<dyn Carrier>);

/// The id of the browser that takes messages at this address (RFC 8030): of its hash, so that the address can
/// be made of no id (RFC 9562, version 8).
pub fn id_of(endpoint: &str) -> Uuid {
    let hash = Sha256::digest(endpoint);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_browser_and_another_is_another() {
        let one = id_of("https://push.example/a");
        assert_eq!(one, id_of("https://push.example/a"));
        assert_ne!(one, id_of("https://push.example/b"));
        assert_eq!(one.get_version_num(), 8);
    }
}
