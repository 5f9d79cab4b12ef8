//! From the globe to a drawing: projections that fit a place into a frame, and SVG path data in few bytes.

use std::fmt::Write;

use super::METRES_PER_DEGREE;
use super::shape::{Bounds, Point, Polygon, Ring, Shape};

/// A rectangle of the drawing, in SVG units; y grows downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// The left edge.
    pub x: f64,
    /// The upper edge.
    pub y: f64,
    /// The width.
    pub width: f64,
    /// The height.
    pub height: f64,
}

impl Frame {
    /// A frame with its upper left corner at the origin.
    pub const fn sized(width: f64, height: f64) -> Self {
        Frame { x: 0.0, y: 0.0, width, height }
    }
}

/// How the globe is laid flat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flattening {
    /// Degrees as they are, longitudes narrowed for the middle latitude. True to scale within a province.
    Equirectangular,
    /// As web maps are drawn.
    Mercator,
}

/// A way from degrees to SVG units that keeps the aspect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Projection {
    flattening: Flattening,
    /// What a degree of longitude is narrowed to.
    narrowing: f64,
    scale: f64,
    x: f64,
    y: f64,
}

/// Mercator has no poles; nothing farther is drawn.
const MERCATOR_MOST: f64 = 85.051_128_78;

impl Projection {
    /// Fits `bounds` into the middle of `frame`, leaving `padding` units on every side. Bounds without width
    /// or height (one point, nothing) give a projection that puts them in the middle.
    pub fn fit(bounds: Bounds, frame: Frame, padding: f64, flattening: Flattening) -> Self {
        let bounds = if bounds.is_empty() { Bounds::new(0.0, 0.0, 0.0, 0.0) } else { bounds };
        let narrowing = match flattening {
            Flattening::Equirectangular => bounds.centre().lat.to_radians().cos().max(1e-6),
            Flattening::Mercator => 1.0,
        };
        let mut projection = Projection { flattening, narrowing, scale: 1.0, x: 0.0, y: 0.0 };
        let (left, top) = projection.project(Point::new(bounds.west, bounds.north));
        let (right, bottom) = projection.project(Point::new(bounds.east, bounds.south));
        let room = |length: f64| (length - 2.0 * padding).max(1e-6);
        let scale = (room(frame.width) / (right - left)).min(room(frame.height) / (bottom - top));
        projection.scale = if scale.is_finite() && scale > 0.0 { scale } else { 1.0 };
        projection.x = frame.x + frame.width / 2.0 - (left + right) / 2.0 * projection.scale;
        projection.y = frame.y + frame.height / 2.0 - (top + bottom) / 2.0 * projection.scale;
        projection
    }

    /// Where `point` is in the drawing.
    pub fn project(&self, point: Point) -> (f64, f64) {
        let north = match self.flattening {
            Flattening::Equirectangular => point.lat,
            Flattening::Mercator => {
                let lat = point.lat.clamp(-MERCATOR_MOST, MERCATOR_MOST).to_radians();
                (std::f64::consts::FRAC_PI_4 + lat / 2.0).tan().ln().to_degrees()
            }
        };
        (self.x + point.lon * self.narrowing * self.scale, self.y - north * self.scale)
    }

    /// Which point of the globe is drawn at (`x`, `y`).
    pub fn unproject(&self, (x, y): (f64, f64)) -> Point {
        let north = (self.y - y) / self.scale;
        let lat = match self.flattening {
            Flattening::Equirectangular => north,
            Flattening::Mercator => {
                (2.0 * north.to_radians().exp().atan() - std::f64::consts::FRAC_PI_2).to_degrees()
            }
        };
        Point::new((x - self.x) / (self.narrowing * self.scale), lat)
    }

    /// Metres of one SVG unit northward at latitude `lat`, for a scale bar.
    pub fn metres_per_unit(&self, lat: f64) -> f64 {
        let stretch = match self.flattening {
            Flattening::Equirectangular => 1.0,
            Flattening::Mercator => lat.to_radians().cos(),
        };
        METRES_PER_DEGREE * stretch / self.scale
    }
}

/// The path data (`d`) of `shape`: relative, coordinates rounded to `decimals` (at most 4), without points
/// that the rounding made needless. A piece of land too small to be seen becomes a dot of one unit, never
/// nothing. Fill with `fill-rule="evenodd"`.
pub fn svg_path(shape: &Shape, projection: &Projection, decimals: u8) -> String {
    let mut pen = Pen::new(decimals);
    shape.polygons.iter().for_each(|polygon| pen.polygon(polygon, projection));
    pen.path
}

/// Writes relative path data. All arithmetic is on whole steps, so that rounding never adds up.
pub(super) struct Pen {
    pub(super) path: String,
    decimals: u8,
    steps: f64,
    /// Where the last ring began, in steps.
    at: (i64, i64),
    after_number: bool,
    after_fraction: bool,
}

impl Pen {
    pub(super) fn new(decimals: u8) -> Self {
        let decimals = decimals.min(4);
        let steps = 10f64.powi(i32::from(decimals));
        Pen { path: String::new(), decimals, steps, at: (0, 0), after_number: false, after_fraction: false }
    }

    pub(super) fn polygon(&mut self, polygon: &Polygon, projection: &Projection) {
        let outer = self.rounded(&polygon.outer, projection);
        match &outer[..] {
            [] => return,
            [_, _, _, ..] => self.ring(&outer),
            [(x, y), ..] => {
                let half = (self.steps / 2.0) as i64;
                let (x, y, side) = (x - half, y - half, self.steps as i64);
                return self.ring(&[(x, y), (x + side, y), (x + side, y + side), (x, y + side)]);
            }
        }
        for hole in &polygon.holes {
            let hole = self.rounded(hole, projection);
            if hole.len() > 2 {
                self.ring(&hole);
            }
        }
    }

    /// The ring in steps, without points that repeat or lie on a straight line between their neighbours.
    /// Fewer than three points are left of a ring that has no width any more.
    fn rounded(&self, ring: &Ring, projection: &Projection) -> Vec<(i64, i64)> {
        let step = |value: f64| (value * self.steps).round().clamp(-1e9, 1e9) as i64;
        let mut kept: Vec<(i64, i64)> = Vec::with_capacity(ring.len());
        for &point in ring {
            let (x, y) = projection.project(point);
            let new = (step(x), step(y));
            while kept.last() == Some(&new)
                || kept.len() > 1 && needless(kept[kept.len() - 2], kept[kept.len() - 1], new)
            {
                kept.pop();
            }
            kept.push(new);
        }
        while kept.len() > 1
            && (kept.first() == kept.last() || needless(kept[kept.len() - 2], kept[kept.len() - 1], kept[0]))
        {
            kept.pop();
        }
        while kept.len() > 2 && needless(kept[kept.len() - 1], kept[0], kept[1]) {
            kept.remove(0);
        }
        kept
    }

    fn ring(&mut self, ring: &[(i64, i64)]) {
        self.letter('m');
        let mut last = self.at;
        for &(x, y) in ring {
            self.number(x - last.0);
            self.number(y - last.1);
            last = (x, y);
        }
        self.letter('z');
        self.at = ring[0];
    }

    fn letter(&mut self, letter: char) {
        self.path.push(letter);
        (self.after_number, self.after_fraction) = (false, false);
    }

    /// A number of steps without needless characters: `-.5`, not `-0.5`.
    fn number(&mut self, steps: i64) {
        let unit = self.steps as u64;
        let (whole, part) = (steps.unsigned_abs() / unit, steps.unsigned_abs() % unit);
        let glued = steps < 0 || (whole == 0 && part > 0 && self.after_fraction);
        if self.after_number && !glued {
            self.path.push(' ');
        }
        if steps < 0 {
            self.path.push('-');
        }
        // Writing to a string cannot fail.
        if whole > 0 || part == 0 {
            let _ = write!(self.path, "{whole}");
        }
        if part > 0 {
            let _ = write!(self.path, ".{part:0width$}", width = usize::from(self.decimals));
            while self.path.ends_with('0') {
                self.path.pop();
            }
        }
        (self.after_number, self.after_fraction) = (true, part > 0);
    }
}

/// Whether the line from `a` to `c` passes through `b`, or turns back at it.
fn needless(a: (i64, i64), b: (i64, i64), c: (i64, i64)) -> bool {
    (b.0 - a.0) * (c.1 - a.1) == (b.1 - a.1) * (c.0 - a.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::shape::tests::{rectangle, star};
    use super::*;

    const PLAIN: Flattening = Flattening::Equirectangular;

    fn unit() -> Projection {
        Projection::fit(
            Bounds::new(-1.0, -1.0, 1.0, 1.0),
            Frame { x: -10.0, y: -10.0, width: 20.0, height: 20.0 },
            0.0,
            PLAIN,
        )
    }

    #[test]
    fn a_square_is_written_in_relative_steps() {
        let shape = Shape {
            polygons: vec![Polygon {
                outer: rectangle(-1.0, -1.0, 1.0, 1.0),
                holes: vec![rectangle(-0.5, -0.5, 0.05, 0.5)],
            }],
        };
        assert_eq!(svg_path(&shape, &unit(), 0), "m-10 10 20 0 0-20-20 0zm5-5 6 0 0-10-6 0z");
        assert_eq!(svg_path(&shape, &unit(), 1), "m-10 10 20 0 0-20-20 0zm5-5 5.5 0 0-10-5.5 0z");
    }

    #[test]
    fn a_piece_too_small_to_see_becomes_a_dot() {
        let shape = Shape::from_ring(rectangle(0.501, 0.501, 0.502, 0.502));
        assert_eq!(svg_path(&shape, &unit(), 0), "m5-5 1 0 0 1-1 0z");
        assert_eq!(svg_path(&shape, &unit(), 1), "m4.5-5.5 1 0 0 1-1 0z");
        let flat = Shape::from_ring(rectangle(-0.9, 0.0, 0.9, 0.001));
        assert!(svg_path(&flat, &unit(), 0).ends_with("1 0 0 1-1 0z"));
        assert_eq!(svg_path(&Shape::default(), &unit(), 0), "");
    }

    #[test]
    fn the_aspect_is_kept_and_the_padding_is_left() {
        let frame = Frame { x: 100.0, y: 50.0, width: 400.0, height: 300.0 };
        let bounds = Bounds::new(105.0, 20.0, 106.0, 21.0);
        let projection = Projection::fit(bounds, frame, 10.0, PLAIN);
        let (left, top) = projection.project(Point::new(105.0, 21.0));
        let (right, bottom) = projection.project(Point::new(106.0, 20.0));
        assert!((top - 60.0).abs() < 1e-9 && (bottom - 340.0).abs() < 1e-9);
        assert!(((right - left) / (bottom - top) - 20.5f64.to_radians().cos()).abs() < 1e-9);
        assert!(((left + right) / 2.0 - 300.0).abs() < 1e-9);
        assert!((projection.metres_per_unit(20.5) - METRES_PER_DEGREE / 280.0).abs() < 1e-6);
    }

    #[test]
    fn nothing_and_a_single_point_are_put_in_the_middle() {
        let point = Bounds::new(105.0, 20.0, 105.0, 20.0);
        let projection = Projection::fit(point, Frame::sized(200.0, 100.0), 5.0, PLAIN);
        assert_eq!(projection.project(Point::new(105.0, 20.0)), (100.0, 50.0));
        let nothing = Projection::fit(Bounds::EMPTY, Frame::sized(200.0, 100.0), 500.0, Flattening::Mercator);
        assert!(nothing.project(Point::new(105.0, 20.0)).0.is_finite());
    }

    /// The absolute points of relative path data with whole numbers.
    fn points(path: &str) -> Vec<(i64, i64)> {
        let spaced = path.replace('-', " -").replace('m', " m ").replace('z', " z ");
        let (mut all, mut start, mut at, mut numbers) = (vec![], (0, 0), (0, 0), vec![]);
        let mut first = false;
        for word in spaced.split_whitespace() {
            match word {
                "m" => first = true,
                "z" => at = start,
                number => {
                    numbers.push(number.parse::<i64>().unwrap());
                    if let [x, y] = numbers[..] {
                        at = (at.0 + x, at.1 + y);
                        if std::mem::take(&mut first) {
                            start = at;
                        }
                        all.push(at);
                        numbers.clear();
                    }
                }
            }
        }
        all
    }

    proptest! {
        #[test]
        fn rounding_never_adds_up(radii in prop::collection::vec(0.05f64..1.0, 3..200)) {
            let shape = Shape::from_ring(star(&radii));
            let projection = Projection::fit(shape.bounds(), Frame::sized(500.0, 400.0), 4.0, PLAIN);
            let drawn: Vec<(i64, i64)> = shape.polygons[0].outer.iter().map(|&p| {
                let (x, y) = projection.project(p);
                (x.round() as i64, y.round() as i64)
            }).collect();
            for point in points(&svg_path(&shape, &projection, 0)) {
                prop_assert!(drawn.contains(&point));
                prop_assert!((4..=496).contains(&point.0) && (4..=396).contains(&point.1));
            }
        }

        #[test]
        fn unproject_undoes_project(lon in 102f64..118.0, lat in 6f64..24.0, mercator in any::<bool>()) {
            let flattening = if mercator { Flattening::Mercator } else { PLAIN };
            let bounds = Bounds::new(102.0, 6.0, 118.0, 24.0);
            let projection = Projection::fit(bounds, Frame::sized(900.0, 1200.0), 10.0, flattening);
            let back = projection.unproject(projection.project(Point::new(lon, lat)));
            prop_assert!((back.lon - lon).abs() < 1e-9 && (back.lat - lat).abs() < 1e-9);
        }
    }
}
