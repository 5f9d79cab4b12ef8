//! Geometry of administrative boundaries: shapes on the globe, their shared borders, where a point lies, and
//! how they are drawn. Pure: bytes and numbers in, bytes and numbers out.
//!
//! The way of a boundary through this room:
//!
//! 1. [`geojson::read`] turns foreign bytes into [`Shape`]s, or names what is wrong with each feature.
//! 2. [`Topology::build`] finds the borders that neighbours share, closing small gaps and overlaps.
//! 3. [`Topology::at`] simplifies for a [`Detail`]; neighbours still share every border exactly. Province
//!    outlines come from their communes by [`Topology::dissolve`].
//! 4. [`encode`] and [`decode`] keep a shape in a few bytes per vertex.
//! 5. [`Locator`] says in which unit a point lies, and how sure that is; [`MapPlan`] and [`svg_path`] draw.
//!
//! Degrees are WGS 84 (EPSG:4326), longitude first. No shape crosses the antimeridian.

mod boxes;
mod code;
pub mod geojson;
mod grid;
mod label;
mod locate;
mod merge;
mod plan;
mod project;
mod shape;
mod simplify;
mod topology;
mod weave;
mod winding;

pub use code::{decode, encode};
pub use grid::Grid;
pub use locate::{Candidate, Locator, NEAREST_M};
pub use plan::{Archipelago, HOANG_SA, Inset, Islands, MapPlan, TRUONG_SA};
pub use project::{Flattening, Frame, Projection, svg_path};
pub use shape::{Bounds, Point, Polygon, Ring, Shape};
pub use simplify::{Detail, Level};
pub use topology::{Seam, Topology};

/// The radius in metres of the sphere that has the Earth's surface (authalic radius of WGS 84).
pub const EARTH_RADIUS_M: f64 = 6_371_007.2;

/// Metres in one degree of latitude on that sphere.
pub(crate) const METRES_PER_DEGREE: f64 = EARTH_RADIUS_M * std::f64::consts::PI / 180.0;
