//! The grid that shared borders live on: whole steps of longitude and latitude, so that two neighbours can be
//! compared exactly, without rounding.

use super::METRES_PER_DEGREE;
use super::shape::Point;

/// How fine the grid is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grid {
    /// Steps of 1e-5 degree, 1.1 m: enough for boundaries drawn by hand or simplified.
    Metre,
    /// Steps of 1e-6 degree, 11 cm: for surveyed boundaries.
    Decimetre,
}

impl Grid {
    /// How many steps make a degree.
    pub fn steps_per_degree(self) -> f64 {
        match self {
            Grid::Metre => 1e5,
            Grid::Decimetre => 1e6,
        }
    }

    /// Metres of one step northward.
    pub fn step_m(self) -> f64 {
        METRES_PER_DEGREE / self.steps_per_degree()
    }

    /// The decimals of a degree that the grid keeps.
    pub fn decimals(self) -> u8 {
        match self {
            Grid::Metre => 5,
            Grid::Decimetre => 6,
        }
    }

    /// The dot nearest to `point`; what is off the globe is moved to its edge.
    pub(crate) fn dot(self, point: Point) -> Dot {
        let steps = self.steps_per_degree();
        let put = |degrees: f64, most: f64| (degrees.clamp(-most, most) * steps).round() as i32;
        Dot { x: put(point.lon, 180.0), y: put(point.lat, 90.0) }
    }

    /// Where `dot` is on the globe.
    pub(crate) fn point(self, dot: Dot) -> Point {
        let steps = self.steps_per_degree();
        Point::new(f64::from(dot.x) / steps, f64::from(dot.y) / steps)
    }
}

/// A crossing of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Dot {
    pub(crate) x: i32,
    pub(crate) y: i32,
}

impl Dot {
    pub(crate) fn xy(self) -> (f64, f64) {
        (f64::from(self.x), f64::from(self.y))
    }
}

/// A closed line on the grid; the first dot is not repeated.
pub(crate) type DotRing = Vec<Dot>;

/// A polygon on the grid: the outer ring turns counter-clockwise, holes clockwise, all are simple.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct DotPolygon {
    pub(crate) outer: DotRing,
    pub(crate) holes: Vec<DotRing>,
}

impl DotPolygon {
    pub(crate) fn rings(&self) -> impl Iterator<Item = &DotRing> {
        std::iter::once(&self.outer).chain(&self.holes)
    }
}

/// Positive when `c` lies left of the line from `a` to `b`, zero on it. Exact.
pub(crate) fn side(a: Dot, b: Dot, c: Dot) -> i64 {
    let (abx, aby) = (i64::from(b.x) - i64::from(a.x), i64::from(b.y) - i64::from(a.y));
    let (acx, acy) = (i64::from(c.x) - i64::from(a.x), i64::from(c.y) - i64::from(a.y));
    abx * acy - aby * acx
}

/// Twice the signed area of a ring in square steps, positive when it turns counter-clockwise. Exact.
pub(crate) fn twice_area(ring: &[Dot]) -> i128 {
    let Some(&first) = ring.first() else { return 0 };
    ring.windows(2).map(|pair| i128::from(side(first, pair[0], pair[1]))).sum()
}

/// The edges of a ring, the closing one included.
pub(crate) fn dot_edges(ring: &[Dot]) -> impl Iterator<Item = (Dot, Dot)> {
    ring.iter().copied().zip(ring.iter().copied().cycle().skip(1))
}
