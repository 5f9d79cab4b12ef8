//! What the program hands to every room: the doors to the database, the files, the clock, the live hub, the
//! words.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use foundation::{Clock, Lang, Result, error::internal};
use futures_util::future::BoxFuture;
use http::request::Parts;
use storage::Db;
use storage::files::Files;
use uuid::Uuid;
use web::live::Live;
use web::{Page, Theme, Words};

use crate::actor::{Actor, Permission, Session};
use crate::scope::{Scope, UnitId};
use crate::subject::Offers;
use crate::tile::TileSource;

/// Finds out who sent a request.
pub trait Authenticator: Send + Sync {
    /// The actor and scope of a request; the public when there is no valid session or key.
    fn session<'a>(&'a self, parts: &'a Parts) -> BoxFuture<'a, Result<Session>>;

    /// The name on pages of whoever acted under this [`audit_name`](Actor::audit_name); `None` when it is not
    /// known.
    fn name_of<'a>(&'a self, _audit_name: &'a str) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(async { Ok(None) })
    }

    /// Who holds a permission at a unit in a field today, those whose grant begins nearest to it first;
    /// nobody where accounts are not known.
    fn holders<'a>(
        &'a self,
        _permission: Permission,
        _unit: UnitId,
        _pack: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Holder>>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

/// Somebody who holds a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The account.
    pub id: Uuid,
    /// The name on pages, for colleagues.
    pub name: String,
}

/// Fills in the shell of a page: menu, place, person, date.
pub trait Shell: Send + Sync {
    /// The shell for `cx`, with the page's own title.
    fn page(&self, cx: &Context, title: String) -> Page;
}

/// The house. One per process; cheap to clone.
#[derive(Clone)]
pub struct House(Arc<Rooms>);

/// The parts of a [`House`].
pub struct Rooms {
    /// The database.
    pub db: Db,
    /// The files beside it.
    pub files: Files,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Live fragments.
    pub live: Live,
    /// The words on the pages.
    pub words: Words,
    /// Whether synthetic figures are in the database; every page says so.
    pub demo: AtomicBool,
    services: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
    authenticator: OnceLock<Arc<dyn Authenticator>>,
    shell: OnceLock<Arc<dyn Shell>>,
    tiles: OnceLock<Vec<Arc<dyn TileSource>>>,
    pub(crate) offers: OnceLock<Vec<Arc<dyn Offers>>>,
    audiences: Mutex<HashMap<u64, Scope>>,
}

impl std::ops::Deref for House {
    type Target = Rooms;
    fn deref(&self) -> &Rooms {
        &self.0
    }
}

/// Gathers the parts of a [`House`] while the program starts.
pub struct Builder {
    rooms: Rooms,
}

impl Builder {
    /// Begins with the doors.
    pub fn new(db: Db, files: Files, clock: Arc<dyn Clock>, words: Words) -> Builder {
        let live = Live::new(clock.clone());
        Builder {
            rooms: Rooms {
                db,
                files,
                clock,
                live,
                words,
                demo: AtomicBool::new(false),
                services: HashMap::new(),
                authenticator: OnceLock::new(),
                shell: OnceLock::new(),
                tiles: OnceLock::new(),
                offers: OnceLock::new(),
                audiences: Mutex::default(),
            },
        }
    }

    /// Adds a module's own state, found later by its type.
    pub fn service<T: Send + Sync + 'static>(mut self, service: Arc<T>) -> Builder {
        self.rooms.services.insert(TypeId::of::<T>(), service);
        self
    }

    /// The house.
    pub fn build(self) -> House {
        House(Arc::new(self.rooms))
    }
}

impl House {
    /// Gives the house what needs the house itself; called once while the program is wired.
    pub fn furnish(
        &self,
        authenticator: Arc<dyn Authenticator>,
        shell: Arc<dyn Shell>,
        tiles: Vec<Arc<dyn TileSource>>,
    ) {
        let _ = self.authenticator.set(authenticator);
        let _ = self.shell.set(shell);
        let _ = self.tiles.set(tiles);
    }

    /// A module's own state.
    pub fn get<T: Send + Sync + 'static>(&self) -> Result<Arc<T>> {
        self.services
            .get(&TypeId::of::<T>())
            .and_then(|s| s.clone().downcast::<T>().ok())
            .ok_or_else(|| internal("service", format!("Thiếu thành phần {}", std::any::type_name::<T>())))
    }

    /// Who sent a request.
    pub async fn session(&self, parts: &Parts) -> Result<Session> {
        match self.authenticator.get() {
            Some(authenticator) => authenticator.session(parts).await,
            None => Ok(Session { actor: Actor::Public, scope: Scope::Public }),
        }
    }

    /// The name of whoever acted under this [`audit_name`](Actor::audit_name), for readers who may know it.
    pub async fn name_of(&self, audit_name: &str) -> Result<Option<String>> {
        match self.authenticator.get() {
            Some(authenticator) => authenticator.name_of(audit_name).await,
            None => Ok(None),
        }
    }

    /// Who holds a permission at a unit in a field today, the nearest first.
    pub async fn holders(&self, permission: Permission, unit: UnitId, pack: &str) -> Result<Vec<Holder>> {
        match self.authenticator.get() {
            Some(authenticator) => authenticator.holders(permission, unit, pack).await,
            None => Ok(Vec::new()),
        }
    }

    /// The source of tiles of `kind`.
    pub fn tile_source(&self, kind: &str) -> Option<&Arc<dyn TileSource>> {
        self.tiles.get()?.iter().find(|s| s.kinds().contains(&kind))
    }

    /// Keeps what an audience sees, so that its fragments can be rendered when no request is there. A
    /// fingerprint always means the same scope, so nothing kept here can become wrong.
    pub fn remember_audience(&self, audience: u64, scope: &Scope) {
        let mut known = self.audiences.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() > 10_000 {
            known.clear();
        }
        known.entry(audience).or_insert_with(|| scope.clone());
    }

    /// What an audience sees; the public when it is unknown.
    pub fn audience(&self, audience: u64) -> Scope {
        let known = self.audiences.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&audience).cloned().unwrap_or(Scope::Public)
    }

    /// The context of work that the program does itself.
    pub fn system(&self, reason: &'static str) -> Context {
        Context {
            house: self.clone(),
            actor: Actor::System(reason),
            scope: Scope::System(reason),
            lang: Lang::Vi,
            theme: Theme::Paper,
            theme_chosen: false,
            path: Arc::from(""),
            notice: None,
        }
    }
}

/// The context of one action: the house, who acts and what they see.
#[derive(Clone)]
pub struct Context {
    /// The house.
    pub house: House,
    /// Who acts.
    pub actor: Actor,
    /// What they see.
    pub scope: Scope,
    /// The language of the answer.
    pub lang: Lang,
    /// The theme of the page.
    pub theme: Theme,
    /// Whether the reader chose it; a page may have a theme of its own otherwise.
    pub theme_chosen: bool,
    /// The address asked for.
    pub path: Arc<str>,
    /// A sentence to show once.
    pub notice: Option<String>,
}

impl std::ops::Deref for Context {
    type Target = Rooms;
    fn deref(&self) -> &Rooms {
        &self.house
    }
}

impl Context {
    /// The shell of a page with this title.
    pub fn page(&self, title: impl Into<String>) -> Result<Page> {
        let shell = self.shell.get().ok_or_else(|| internal("shell", "Chưa dựng khung trang"))?;
        Ok(shell.page(self, title.into()))
    }

    /// The message `key` in the reader's language.
    pub fn t(&self, key: &str) -> String {
        self.words.say(self.lang, key, &[])
    }

    /// Whether the actor may do this at all.
    pub fn may(&self, permission: Permission) -> bool {
        self.actor.may(permission)
    }
}
