//! Points and shapes in degrees of longitude and latitude, and what can be measured on them.

use serde::{Deserialize, Serialize};

use super::label::label_point;
use super::{EARTH_RADIUS_M, METRES_PER_DEGREE};

/// A place on the globe, in degrees (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Degrees east, −180 to 180.
    pub lon: f64,
    /// Degrees north, −90 to 90.
    pub lat: f64,
}

impl Point {
    /// The point at `lon` degrees east and `lat` degrees north.
    pub const fn new(lon: f64, lat: f64) -> Self {
        Point { lon, lat }
    }

    /// Whether both numbers are finite and on the globe.
    pub fn is_valid(self) -> bool {
        self.lon.abs() <= 180.0 && self.lat.abs() <= 90.0
    }

    /// Metres to `other` along the great circle.
    pub fn distance_m(self, other: Point) -> f64 {
        let (a, b) = (self.lat.to_radians(), other.lat.to_radians());
        let turn = (other.lon - self.lon).to_radians();
        let half = ((b - a) / 2.0).sin().powi(2) + a.cos() * b.cos() * (turn / 2.0).sin().powi(2);
        2.0 * EARTH_RADIUS_M * half.clamp(0.0, 1.0).sqrt().asin()
    }
}

/// A rectangle of longitude and latitude.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// The least longitude.
    pub west: f64,
    /// The least latitude.
    pub south: f64,
    /// The greatest longitude.
    pub east: f64,
    /// The greatest latitude.
    pub north: f64,
}

impl Bounds {
    /// The rectangle of nothing: it contains no point, and joining it changes nothing.
    pub const EMPTY: Bounds = Bounds {
        west: f64::INFINITY,
        south: f64::INFINITY,
        east: f64::NEG_INFINITY,
        north: f64::NEG_INFINITY,
    };

    /// The rectangle between four edges.
    pub const fn new(west: f64, south: f64, east: f64, north: f64) -> Self {
        Bounds { west, south, east, north }
    }

    /// The smallest rectangle around `points`.
    pub fn around<'a>(points: impl IntoIterator<Item = &'a Point>) -> Self {
        points.into_iter().fold(Bounds::EMPTY, |b, p| b.join(Bounds::new(p.lon, p.lat, p.lon, p.lat)))
    }

    /// Whether there is nothing inside.
    pub fn is_empty(&self) -> bool {
        !(self.west <= self.east && self.south <= self.north)
    }

    /// The smallest rectangle around both.
    pub fn join(self, other: Bounds) -> Self {
        Bounds {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
        }
    }

    /// This rectangle with `degrees` more on every side.
    pub fn grown(self, degrees: f64) -> Self {
        Bounds::new(self.west - degrees, self.south - degrees, self.east + degrees, self.north + degrees)
    }

    /// Whether `point` is inside or on the edge.
    pub fn contains(&self, point: Point) -> bool {
        (self.west..=self.east).contains(&point.lon) && (self.south..=self.north).contains(&point.lat)
    }

    /// Whether all of `other` is inside.
    pub fn covers(&self, other: &Bounds) -> bool {
        self.west <= other.west
            && self.south <= other.south
            && self.east >= other.east
            && self.north >= other.north
    }

    /// Whether the two have a point in common.
    pub fn meets(&self, other: &Bounds) -> bool {
        self.west <= other.east
            && other.west <= self.east
            && self.south <= other.north
            && other.south <= self.north
    }

    /// The middle.
    pub fn centre(&self) -> Point {
        Point::new((self.west + self.east) / 2.0, (self.south + self.north) / 2.0)
    }
}

/// A closed line. The first point is *not* repeated at the end; a repeated one does no harm.
pub type Ring = Vec<Point>;

/// One piece of land: an outer line and the holes in it. Which way a ring turns does not matter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Polygon {
    /// The outer line.
    pub outer: Ring,
    /// The holes.
    pub holes: Vec<Ring>,
}

impl Polygon {
    /// All rings, the outer one first.
    pub fn rings(&self) -> impl Iterator<Item = &Ring> {
        std::iter::once(&self.outer).chain(&self.holes)
    }

    /// The smallest rectangle around it.
    pub fn bounds(&self) -> Bounds {
        Bounds::around(&self.outer)
    }

    /// Whether `point` is inside the outer line and in none of the holes.
    pub fn contains(&self, point: Point) -> bool {
        ring_contains(&self.outer, point) && !self.holes.iter().any(|hole| ring_contains(hole, point))
    }

    /// Square kilometres on the sphere, holes left out.
    pub fn area_km2(&self) -> f64 {
        let holes: f64 = self.holes.iter().map(|hole| ring_area_km2(hole).abs()).sum();
        (ring_area_km2(&self.outer).abs() - holes).max(0.0)
    }

    /// Metres from `point` to the nearest piece of any of its rings; infinite for a polygon without points.
    pub fn distance_to_border_m(&self, point: Point) -> f64 {
        let local = Local::at(point);
        let squares = self.rings().flat_map(|ring| edges(ring)).map(|(a, b)| {
            let (a, b) = (local.metres(a), local.metres(b));
            square_to_segment((0.0, 0.0), a, b)
        });
        squares.fold(f64::INFINITY, f64::min).sqrt()
    }
}

/// The land of one unit: any number of pieces that do not overlap.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shape {
    /// The pieces.
    pub polygons: Vec<Polygon>,
}

impl Shape {
    /// A shape of one piece without holes.
    pub fn from_ring(outer: Ring) -> Self {
        Shape { polygons: vec![Polygon { outer, holes: Vec::new() }] }
    }

    /// Whether there is no piece at all.
    pub fn is_empty(&self) -> bool {
        self.polygons.is_empty()
    }

    /// All rings of all pieces.
    pub fn rings(&self) -> impl Iterator<Item = &Ring> {
        self.polygons.iter().flat_map(Polygon::rings)
    }

    /// How many points its rings have.
    pub fn vertex_count(&self) -> usize {
        self.rings().map(Vec::len).sum()
    }

    /// The smallest rectangle around it; [`Bounds::EMPTY`] for an empty shape.
    pub fn bounds(&self) -> Bounds {
        self.polygons.iter().fold(Bounds::EMPTY, |bounds, polygon| bounds.join(polygon.bounds()))
    }

    /// Whether `point` is on its land (even-odd in each piece, holes left out).
    pub fn contains(&self, point: Point) -> bool {
        self.polygons.iter().any(|polygon| polygon.contains(point))
    }

    /// Square kilometres on the sphere.
    pub fn area_km2(&self) -> f64 {
        self.polygons.iter().map(Polygon::area_km2).sum()
    }

    /// The piece with the largest area.
    pub fn largest(&self) -> Option<&Polygon> {
        self.polygons.iter().max_by(|a, b| a.area_km2().total_cmp(&b.area_km2()))
    }

    /// The centre of gravity; it may lie outside (a crescent, an archipelago). `None` for an empty shape.
    pub fn centroid(&self) -> Option<Point> {
        let anchor = self.polygons.first()?.outer.first()?;
        let (mut x, mut y, mut area) = (0.0, 0.0, 0.0);
        for polygon in &self.polygons {
            for (index, ring) in polygon.rings().enumerate() {
                let (rx, ry, signed) = ring_moments(ring, *anchor);
                let sign = if (index == 0) == (signed > 0.0) { 1.0 } else { -1.0 };
                x += sign * rx;
                y += sign * ry;
                area += sign * signed;
            }
        }
        if area > 0.0 {
            return Some(Point::new(anchor.lon + x / area, anchor.lat + y / area));
        }
        Some(self.bounds().centre())
    }

    /// A point well inside the largest piece, where a name can be written. `None` for an empty shape.
    pub fn label_point(&self) -> Option<Point> {
        label_point(self.largest()?)
    }

    /// Metres from `point` to the nearest border, whether it is inside or out; infinite for an empty shape.
    pub fn distance_to_border_m(&self, point: Point) -> f64 {
        self.polygons.iter().map(|polygon| polygon.distance_to_border_m(point)).fold(f64::INFINITY, f64::min)
    }
}

/// The edges of a ring, the closing one included.
pub(crate) fn edges(ring: &[Point]) -> impl Iterator<Item = (Point, Point)> {
    ring.iter().copied().zip(ring.iter().copied().cycle().skip(1))
}

/// Even-odd: how many edges a ray to the east meets.
pub(crate) fn ring_contains(ring: &[Point], point: Point) -> bool {
    let mut inside = false;
    for (a, b) in edges(ring) {
        if (a.lat > point.lat) != (b.lat > point.lat) {
            let crossing = a.lon + (point.lat - a.lat) / (b.lat - a.lat) * (b.lon - a.lon);
            inside ^= point.lon < crossing;
        }
    }
    inside
}

/// Signed area on the sphere, positive when the ring turns counter-clockwise.
pub(crate) fn ring_area_km2(ring: &[Point]) -> f64 {
    let radius = EARTH_RADIUS_M / 1000.0;
    let sum: f64 = edges(ring)
        .map(|(a, b)| {
            (a.lon - b.lon).to_radians() * (2.0 + a.lat.to_radians().sin() + b.lat.to_radians().sin())
        })
        .sum();
    sum * radius * radius / 2.0
}

/// First moments (not divided by the area) and the signed area, in degrees relative to `anchor`.
fn ring_moments(ring: &[Point], anchor: Point) -> (f64, f64, f64) {
    let (mut x, mut y, mut area) = (0.0, 0.0, 0.0);
    for (a, b) in edges(ring) {
        let (ax, ay) = (a.lon - anchor.lon, a.lat - anchor.lat);
        let (bx, by) = (b.lon - anchor.lon, b.lat - anchor.lat);
        let cross = ax * by - bx * ay;
        x += (ax + bx) * cross / 6.0;
        y += (ay + by) * cross / 6.0;
        area += cross / 2.0;
    }
    (x, y, area)
}

/// A flat view of the neighbourhood of one point, in metres; good within some tens of kilometres.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Local {
    origin: Point,
    per_lon: f64,
}

impl Local {
    pub(crate) fn at(origin: Point) -> Self {
        Local { origin, per_lon: METRES_PER_DEGREE * origin.lat.to_radians().cos() }
    }

    pub(crate) fn metres(&self, p: Point) -> (f64, f64) {
        ((p.lon - self.origin.lon) * self.per_lon, (p.lat - self.origin.lat) * METRES_PER_DEGREE)
    }

    /// The point `x` metres east and `y` metres north of the origin.
    pub(crate) fn degrees(&self, x: f64, y: f64) -> Point {
        Point::new(self.origin.lon + x / self.per_lon, self.origin.lat + y / METRES_PER_DEGREE)
    }
}

/// The square of the distance from `p` to the segment `a`–`b`.
pub(crate) fn square_to_segment(p: (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 { ((p.0 - a.0) * dx + (p.1 - a.1) * dy) / length } else { 0.0 };
    let along = along.clamp(0.0, 1.0);
    let (ex, ey) = (p.0 - a.0 - along * dx, p.1 - a.1 - along * dy);
    ex * ex + ey * ey
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn rectangle(west: f64, south: f64, east: f64, north: f64) -> Ring {
        vec![
            Point::new(west, south),
            Point::new(east, south),
            Point::new(east, north),
            Point::new(west, north),
        ]
    }

    fn frame() -> Shape {
        let hole = rectangle(105.4, 10.4, 105.6, 10.6);
        Shape { polygons: vec![Polygon { outer: rectangle(105.0, 10.0, 106.0, 11.0), holes: vec![hole] }] }
    }

    #[test]
    fn a_hole_is_not_inside() {
        assert!(frame().contains(Point::new(105.2, 10.5)));
        assert!(!frame().contains(Point::new(105.5, 10.5)));
        assert!(!frame().contains(Point::new(106.5, 10.5)));
        assert!(!frame().contains(Point::new(f64::NAN, 10.5)));
    }

    #[test]
    fn the_area_is_that_of_the_sphere_whichever_way_the_ring_turns() {
        let radius = EARTH_RADIUS_M / 1000.0;
        let zone =
            (11f64.to_radians().sin() - 10f64.to_radians().sin()) * 1f64.to_radians() * radius * radius;
        let mut shape = Shape::from_ring(rectangle(105.0, 10.0, 106.0, 11.0));
        assert!((shape.area_km2() - zone).abs() < 1e-6);
        shape.polygons[0].outer.reverse();
        assert!((shape.area_km2() - zone).abs() < 1e-6);
        assert!((frame().area_km2() / zone - 0.96).abs() < 1e-3);
    }

    #[test]
    fn the_centroid_of_a_rectangle_is_its_middle_and_holes_pull_it_away() {
        let centre = frame().centroid().unwrap();
        assert!((centre.lon - 105.5).abs() < 1e-9 && (centre.lat - 10.5).abs() < 1e-9);
        let mut lopsided = frame();
        lopsided.polygons[0].holes[0] = rectangle(105.6, 10.1, 105.9, 10.9);
        assert!(lopsided.centroid().unwrap().lon < 105.45);
        assert_eq!(Shape::default().centroid(), None);
    }

    #[test]
    fn the_distance_to_the_border_is_in_metres_inside_and_out() {
        let shape = Shape::from_ring(rectangle(105.0, 10.0, 106.0, 11.0));
        let inside = shape.distance_to_border_m(Point::new(105.5, 10.1));
        let outside = shape.distance_to_border_m(Point::new(105.5, 9.9));
        assert!((inside - 11_119.5).abs() < 1.0, "{inside}");
        assert!((outside - 11_119.5).abs() < 1.0, "{outside}");
        assert_eq!(Shape::default().distance_to_border_m(Point::new(0.0, 0.0)), f64::INFINITY);
    }

    #[test]
    fn the_distance_between_hanoi_and_saigon_is_about_1140_km() {
        let metres = Point::new(105.852, 21.029).distance_m(Point::new(106.702, 10.777));
        assert!((1_138_000.0..1_146_000.0).contains(&metres), "{metres}");
    }

    /// A star-shaped ring around (105, 16) with the given radii in degrees.
    pub(crate) fn star(radii: &[f64]) -> Ring {
        let turn = std::f64::consts::TAU / radii.len() as f64;
        let spoke = |(i, r): (usize, &f64)| {
            let angle = i as f64 * turn;
            Point::new(105.0 + r * angle.cos(), 16.0 + r * angle.sin())
        };
        radii.iter().enumerate().map(spoke).collect()
    }

    proptest! {
        #[test]
        fn the_label_is_inside(radii in prop::collection::vec(0.01f64..1.0, 3..40)) {
            let shape = Shape::from_ring(star(&radii));
            let label = shape.label_point().unwrap();
            prop_assert!(shape.contains(label), "{label:?}");
        }

        #[test]
        fn what_is_outside_the_bounds_is_outside_the_shape(lon in 100f64..110.0, lat in 10f64..20.0) {
            let shape = Shape::from_ring(star(&[0.5, 1.0, 0.2, 0.7, 0.9]));
            let point = Point::new(lon, lat);
            prop_assert!(shape.bounds().contains(point) || !shape.contains(point));
        }
    }
}
