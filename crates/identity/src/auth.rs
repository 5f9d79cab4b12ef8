//! Who sent a request: a person by the cookie of their session, a program by its key.
//!
//! A session that was looked up is believed for [`BELIEVED_S`] seconds without asking again, so that
//! hundreds of requests a second cost no query each. Signing out, a changed grant, a disabled account and a
//! revoked key are felt at once in this process, and within those seconds in others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foundation::{Clock, Date, Instant, Result};
use futures_util::future::BoxFuture;
use http::header;
use http::request::Parts;
use kit::house::{Authenticator, Holder};
use kit::http::cookie;
use kit::{Actor, Granted, Permission, Reach, Role, Scope, Session, UnitId};
use storage::{Db, InstallationKey};
use units::Atlas;

use crate::grant::{self, Grant};
use crate::holders::holding;
use crate::password::Passwords;
use crate::pause::Pauses;
use crate::reach::Reaches;
use crate::store::{accounts, grants, keys, sessions};
use crate::token;
use crate::vault::{self, Sealed};

/// The cookie of the session.
pub const COOKIE: &str = "session";
/// How long a session is believed without looking.
pub const BELIEVED_S: i64 = 5;
/// How exactly «last used» is kept.
const SEEN_EVERY_S: i64 = 300;
/// So many sessions are remembered at most.
const REMEMBERED: usize = 20_000;

#[derive(Default)]
struct Cache {
    /// Grows when anything was forgotten, so that what was read before is not remembered after.
    turn: u64,
    known: HashMap<Vec<u8>, (Session, Instant)>,
}

/// The doorkeeper.
pub struct Auth {
    db: Db,
    clock: Arc<dyn Clock>,
    atlas: Arc<Atlas>,
    key: InstallationKey,
    secure: bool,
    cache: Mutex<Cache>,
    reaches: Reaches,
    /// Hashes passwords.
    pub(crate) passwords: Passwords,
    /// Wrong tries of names that no account has.
    pub(crate) names: Pauses<String>,
    /// Wrong tries by address.
    pub(crate) addresses: Pauses<std::net::IpAddr>,
}

impl Auth {
    /// A doorkeeper. `key` opens the secrets of codes ([`vault::settle`] gives it). `secure`: browsers reach
    /// the program over TLS, directly or through a proxy.
    pub fn new(
        db: Db,
        clock: Arc<dyn Clock>,
        atlas: Arc<Atlas>,
        key: InstallationKey,
        secure: bool,
    ) -> Arc<Auth> {
        Arc::new(Auth {
            db,
            clock,
            atlas,
            key,
            secure,
            cache: Mutex::default(),
            reaches: Reaches::default(),
            passwords: Passwords::default(),
            names: Pauses::default(),
            addresses: Pauses::default(),
        })
    }

    /// Whether browsers reach the program over TLS.
    pub fn secure(&self) -> bool {
        self.secure
    }

    /// Seals the secret of an account's codes.
    pub(crate) fn seal(&self, account: uuid::Uuid, secret: &[u8]) -> Result<Sealed> {
        vault::seal(&self.key, account, secret)
    }

    /// Opens the secret of an account's codes.
    pub(crate) fn open(&self, account: uuid::Uuid, sealed: &[u8]) -> Result<Vec<u8>> {
        vault::open(&self.key, account, sealed)
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets every remembered session: somebody's rights changed.
    pub fn forget_all(&self) {
        let mut cache = self.cache();
        cache.turn += 1;
        cache.known.clear();
    }

    /// What grants reach today.
    pub(crate) fn reaches(&self, grants: &[Grant]) -> Vec<Reach> {
        let (map, day) = (self.atlas.map(), Date::of(self.clock.now()));
        grants
            .iter()
            .map(|g| grant::reach(g.role, self.reaches.units(&map, g.unit, day), g.packs.clone()))
            .filter(|r| !r.units.is_empty())
            .collect()
    }

    /// What an account's grants allow today, and the role of the heading.
    pub(crate) async fn granted(&self, account: uuid::Uuid) -> Result<(Role, Granted)> {
        let day = Date::of(self.clock.now());
        let mut grants = grants::of_account(&self.db, account).await?;
        grants.retain(|g| g.holds_on(day));
        let role = grant::highest(grants.iter().map(|g| g.role)).unwrap_or(Role::Viewer);
        Ok((role, Granted { grants: self.reaches(&grants) }))
    }

    async fn person(&self, hash: &[u8], now: Instant) -> Result<Option<Session>> {
        let Some(known) = sessions::valid(&self.db, hash, now).await? else { return Ok(None) };
        if now.since(known.seen_at) > SEEN_EVERY_S * 1_000_000 {
            let mut tx = self.db.begin().await?;
            sessions::seen(&mut tx, known.id, now).await?;
            tx.commit().await?;
        }
        let (role, granted) = self.granted(known.account).await?;
        let actor = Actor::Person { id: known.account, name: known.name.into(), role, may: granted.may() };
        Ok(Some(Session { actor, scope: Scope::Granted(Arc::new(granted)) }))
    }

    async fn program(&self, hash: &[u8], now: Instant) -> Result<Option<Session>> {
        let Some(key) = keys::valid(&self.db, hash, now).await? else { return Ok(None) };
        if key.last_used_at.is_none_or(|at| now.since(at) > SEEN_EVERY_S * 1_000_000) {
            let mut tx = self.db.begin().await?;
            keys::used(&mut tx, key.id, now).await?;
            tx.commit().await?;
        }
        let (map, day) = (self.atlas.map(), Date::of(now));
        let units = self.reaches.units(&map, key.unit, day);
        let reach = grant::reach(Role::Integration, units, grant::read_packs(key.packs)?);
        let actor = Actor::Key { id: key.id, name: key.name.into() };
        Ok(Some(Session { actor, scope: Scope::Granted(Arc::new(Granted { grants: vec![reach] })) }))
    }

    async fn find(&self, parts: &Parts) -> Result<Session> {
        let public = Session { actor: Actor::Public, scope: Scope::Public };
        let bearer = parts.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
        let bearer = bearer.and_then(|v| v.strip_prefix("Bearer ").or_else(|| v.strip_prefix("bearer ")));
        // Who shows a key is that key or nobody: never the person whose cookie came along.
        let text = match (bearer, cookie(&parts.headers, COOKIE)) {
            (Some(key), _) => key.trim(),
            (None, Some(session)) => session,
            (None, None) => return Ok(public),
        };
        if text.is_empty() || text.len() > 200 {
            return Ok(public);
        }
        let hash = token::hash(text);
        let now = self.clock.now();
        let turn = {
            let cache = self.cache();
            if let Some((session, at)) = cache.known.get(&hash)
                && now.since(*at) < BELIEVED_S * 1_000_000
            {
                return Ok(session.clone());
            }
            cache.turn
        };
        let found = match bearer {
            Some(_) => self.program(&hash, now).await?,
            None => self.person(&hash, now).await?,
        };
        let mut cache = self.cache();
        let Some(session) = found else {
            cache.known.remove(&hash);
            return Ok(public);
        };
        if cache.turn == turn {
            if cache.known.len() >= REMEMBERED {
                cache.known.clear();
            }
            cache.known.insert(hash, (session.clone(), now));
        }
        Ok(session)
    }

    /// The cookie that carries a session; without a text the one that takes it away.
    pub(crate) fn cookie(&self, text: Option<&str>) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        match text {
            Some(text) => {
                let age = sessions::LONGEST_S;
                format!("{COOKIE}={text}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}")
            }
            None => format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}"),
        }
    }
}

impl Authenticator for Auth {
    fn session<'a>(&'a self, parts: &'a Parts) -> BoxFuture<'a, Result<Session>> {
        Box::pin(self.find(parts))
    }

    fn name_of<'a>(&'a self, audit_name: &'a str) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(async move {
            let Some((kind, id)) = audit_name.split_once(':') else { return Ok(None) };
            let Ok(id) = id.parse::<uuid::Uuid>() else { return Ok(None) };
            match kind {
                "account" => accounts::name(&self.db, id).await,
                "key" => Ok(keys::get(&self.db, id).await?.map(|key| key.name)),
                _ => Ok(None),
            }
        })
    }

    fn holders<'a>(
        &'a self,
        permission: Permission,
        unit: UnitId,
        pack: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Holder>>> {
        Box::pin(async move {
            let (map, day) = (self.atlas.map(), Date::of(self.clock.now()));
            holding(&self.db, (&map, day), &self.reaches, permission, unit, pack).await
        })
    }
}
