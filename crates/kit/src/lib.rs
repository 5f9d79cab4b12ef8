//! Floor 2: what every module shares and is.
//!
//! Invariants: a module is a [`Module`] value, nothing more; a handler gets a [`Context`] and never the bare
//! database of somebody else; what may be seen is a [`Scope`], never a flag; who may call a route stands
//! beside the route.

pub mod actor;
pub mod audit;
pub mod figure;
pub mod house;
pub mod http;
pub mod live;
pub mod module;
pub mod scope;
pub mod sheet;
pub mod subject;
#[cfg(feature = "testing")]
pub mod testing;
pub mod tile;

pub use actor::{Actor, Permission, Permissions, Role, Session};
pub use audit::audit;
pub use figure::{Coverage, Figure, State, Trend};
pub use house::{Builder, Context, House};
pub use module::{Access, JobHandler, Module, PackEdit, PackFault, PackFile, PackNames, PackPart, Route};
pub use scope::{Fields, Granted, Reach, Scope, UnitId};
pub use subject::{Link, Offers, Subject};
pub use tile::{Tile, TileSource, TileSpec, TileView};
