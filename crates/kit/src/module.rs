//! What a module brings to the house.

use std::sync::Arc;

use axum::routing::MethodRouter;
use foundation::{Lang, Result};
use futures_util::future::BoxFuture;
use http::Method;
use serde_json::Value as Json;
use storage::{Migration, Tx};

use crate::actor::Permission;
use crate::house::{Context, House};

/// Who may call a route at all; where, their [`Scope`](crate::Scope) says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Whoever is signed in.
    SignedIn,
    /// Who holds this permission.
    Needs(Permission),
}

/// One route: who may call what.
#[derive(Clone)]
pub struct Route {
    /// The HTTP method.
    pub method: Method,
    /// The path, `/api/v1/observations`.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// What answers.
    pub handler: MethodRouter<House>,
}

impl Route {
    /// `GET path`.
    pub fn get(path: &'static str, access: Access, handler: MethodRouter<House>) -> Route {
        Route { method: Method::GET, path, access, handler }
    }

    /// `POST path`.
    pub fn post(path: &'static str, access: Access, handler: MethodRouter<House>) -> Route {
        Route { method: Method::POST, path, access, handler }
    }
}

/// Runs the jobs of one kind.
pub trait JobHandler: Send + Sync {
    /// The kind it runs, `indicators.import`.
    fn kind(&self) -> &'static str;
    /// Does the work; an error means: try again later.
    fn run<'a>(&'a self, cx: &'a Context, id: uuid::Uuid, payload: &'a Json) -> BoxFuture<'a, Result<()>>;
}

/// Reads one part of a pack's folder and applies it.
pub trait PackPart: Send + Sync {
    /// The files it reads, relative to the pack's folder: `indicators.yaml`, or `boards/` for every YAML file
    /// there.
    fn files(&self) -> &'static str;
    /// Checks all packs' files of this part together, because packs refer to each other. Every fault is told,
    /// none raised.
    fn check(&self, files: &[PackFile], all: &PackNames) -> Vec<PackFault>;
    /// The names that this part gives to others, `indicator` → ids.
    fn names(&self, files: &[PackFile]) -> Vec<(&'static str, String)>;
    /// Writes checked files into rows.
    fn apply<'a>(
        &'a self,
        tx: &'a mut Tx,
        cx: &'a Context,
        files: &'a [PackFile],
    ) -> BoxFuture<'a, Result<usize>>;
    /// Called after the apply was committed: caches are thrown away.
    fn applied<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, Result<()>>;
}

/// One YAML file of a pack. `packs::yaml::read` turns it into a type, with the place's own values in it.
#[derive(Debug, Clone, Default)]
pub struct PackFile {
    /// The pack's id.
    pub pack: String,
    /// The file's path as a person sees it, `packs/health/indicators.yaml`.
    pub path: String,
    /// Its text, as shipped.
    pub text: String,
    /// What this place changed in it; applied on top of the text when it is read.
    pub edits: Vec<PackEdit>,
}

/// One value of a pack's file that a place set for itself.
#[derive(Debug, Clone, PartialEq)]
pub struct PackEdit {
    /// Which value, by ids: `indicators/on_time/target/value`.
    pub pointer: String,
    /// The value that stands there instead; `null` takes it away.
    pub value: Json,
}

/// Names that packs define, for checking references: (`indicator`, `admin.on_time`).
pub type PackNames = std::collections::BTreeSet<(&'static str, String)>;

/// A fault of a pack, placed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackFault {
    /// The file.
    pub path: String,
    /// Its line, from 1.
    pub line: u64,
    /// Its column, from 1.
    pub column: u64,
    /// What is wrong, and a suggestion.
    pub message: String,
}

/// A module: what `toancanh` lists to build the program.
#[derive(Clone)]
pub struct Module {
    /// Its name, which is its crate's.
    pub name: &'static str,
    /// Its tables.
    pub migrations: &'static [Migration],
    /// Its routes, with who may call them.
    pub routes: Vec<Route>,
    /// Its jobs.
    pub jobs: Vec<Arc<dyn JobHandler>>,
    /// Its parts of packs.
    pub pack_parts: Vec<Arc<dyn PackPart>>,
    /// Its words.
    pub words: &'static [(Lang, &'static str)],
    /// The JSON of its API paths and schemas (OpenAPI 3.1), empty when it has none.
    pub openapi: &'static str,
}
