//! Until identity is joined: everybody is the public.

use foundation::Result;
use futures_util::future::BoxFuture;
use http::request::Parts;
use kit::house::Authenticator;
use kit::{Actor, Scope, Session};

/// Sees nobody.
pub struct NobodyYet;

impl Authenticator for NobodyYet {
    fn session<'a>(&'a self, _: &'a Parts) -> BoxFuture<'a, Result<Session>> {
        Box::pin(async { Ok(Session { actor: Actor::Public, scope: Scope::Public }) })
    }
}
