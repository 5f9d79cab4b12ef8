//! In which unit a point lies, and how sure that is.
//!
//! With exact boundaries a point well inside is in one unit for certain; only within the reach of a satellite
//! fix of a border do both sides become candidates. With approximate boundaries there is no certainty
//! anywhere: confidence falls from the middle of a unit to its border in proportion to its size, and
//! neighbours are named beside it.

use super::boxes::Boxes;
use super::shape::{Bounds, Point, Shape};
use super::{EARTH_RADIUS_M, METRES_PER_DEGREE};

/// How far outside every unit a point may be for the nearest one to be named: twelve nautical miles.
pub const NEAREST_M: f64 = 22_224.0;

/// How far in metres a satellite fix of a phone is off.
const FIX_M: f64 = 20.0;

/// Approximate boundaries are never more certain than this.
const MOST_APPROXIMATE: f64 = 0.95;

/// Less certain candidates are not named.
const LEAST: f64 = 0.02;

/// A unit in which a point may lie.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<Id> {
    /// The unit.
    pub id: Id,
    /// 0 to 1; those of all candidates together are at most 1.
    pub confidence: f64,
    /// Metres from the point to the unit; 0 inside.
    pub distance_m: f64,
    /// Metres from the point to the unit's nearest border, inside or out.
    pub border_m: f64,
}

struct Unit<Id> {
    id: Id,
    shape: Shape,
    /// The radius of a circle of the same area.
    radius_m: f64,
}

/// Finds the units around a point among many.
pub struct Locator<Id> {
    units: Vec<Unit<Id>>,
    /// For each rectangle of the tree its unit and polygon.
    pieces: Vec<(usize, usize)>,
    bounds: Vec<Bounds>,
    tree: Boxes,
}

impl<Id: Clone> Locator<Id> {
    /// Takes the units' land. Units without land are never found.
    pub fn new(units: impl IntoIterator<Item = (Id, Shape)>) -> Self {
        let unit = |(id, shape): (Id, Shape)| {
            let radius_m = (shape.area_km2() * 1e6 / std::f64::consts::PI).sqrt().max(1.0);
            Unit { id, shape, radius_m }
        };
        let units: Vec<Unit<Id>> = units.into_iter().map(unit).collect();
        let (mut pieces, mut bounds) = (Vec::new(), Vec::new());
        for (index, unit) in units.iter().enumerate() {
            for (piece, polygon) in unit.shape.polygons.iter().enumerate() {
                pieces.push((index, piece));
                bounds.push(polygon.bounds());
            }
        }
        let tree = Boxes::new(&bounds);
        Locator { units, pieces, bounds, tree }
    }

    /// The units in which `point` may lie, the likeliest first. `approximate` says that the boundaries are. A
    /// point outside every unit, in the sea or abroad, gives the nearest unit with little confidence, or
    /// nothing beyond [`NEAREST_M`]. A point that is not on the globe gives nothing.
    pub fn locate(&self, point: Point, approximate: bool) -> Vec<Candidate<Id>> {
        if !point.is_valid() {
            return Vec::new();
        }
        let mut found = if approximate { self.approximate(point) } else { self.exact(point) };
        if found.is_empty() {
            found.extend(self.nearest(point));
        }
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.2.total_cmp(&a.2)).then(a.0.cmp(&b.0)));
        let candidate = |(unit, confidence, depth): (usize, f64, f64)| Candidate {
            id: self.units[unit].id.clone(),
            confidence,
            distance_m: (-depth).max(0.0),
            border_m: depth.abs(),
        };
        found.into_iter().map(candidate).collect()
    }

    /// Units, confidences and depths for exact boundaries.
    fn exact(&self, point: Point) -> Vec<(usize, f64, f64)> {
        let mut found = self.depths(point, FIX_M, |_| FIX_M);
        for (_, confidence, depth) in &mut found {
            *confidence = 0.5 + 0.5 * (*depth / FIX_M).clamp(-1.0, 1.0);
        }
        found.retain(|(_, confidence, _)| *confidence > 0.0);
        let sum: f64 = found.iter().map(|(_, confidence, _)| confidence).sum();
        if found.iter().any(|(_, _, depth)| *depth >= 0.0) {
            found.iter_mut().for_each(|(_, confidence, _)| *confidence /= sum);
        }
        found.retain(|(_, confidence, _)| *confidence >= LEAST);
        found
    }

    /// The same for approximate boundaries.
    fn approximate(&self, point: Point) -> Vec<(usize, f64, f64)> {
        let mut found = self.depths(point, NEAREST_M, |unit| unit.radius_m);
        for (unit, confidence, depth) in &mut found {
            *confidence = 1.0 / (1.0 + (-4.0 * *depth / self.units[*unit].radius_m).exp());
        }
        let sum: f64 = found.iter().map(|(_, confidence, _)| confidence).sum();
        for (_, confidence, _) in &mut found {
            *confidence = (*confidence / sum.max(1.0)).min(MOST_APPROXIMATE);
        }
        found.retain(|(_, confidence, _)| *confidence >= LEAST);
        found
    }

    fn nearest(&self, point: Point) -> Option<(usize, f64, f64)> {
        let found = self.depths(point, NEAREST_M, |_| NEAREST_M);
        let (unit, _, depth) = found.into_iter().max_by(|a, b| a.2.total_cmp(&b.2))?;
        Some((unit, 0.4 * (depth / 2_000.0).exp(), depth))
    }

    /// Units that contain `point` or are within `most_m` and their own `reach` of it, with how deep the point
    /// is inside in metres, negative outside.
    fn depths(&self, point: Point, most_m: f64, reach: impl Fn(&Unit<Id>) -> f64) -> Vec<(usize, f64, f64)> {
        let mut depths: Vec<(usize, f64, f64)> = Vec::new();
        let around = around(point, most_m);
        self.tree.search(&around, |rectangle| {
            let (index, piece) = self.pieces[rectangle];
            let unit = &self.units[index];
            let reach = reach(unit).min(most_m);
            if distance_to_bounds_m(&self.bounds[rectangle], point) <= reach {
                let polygon = &unit.shape.polygons[piece];
                let border = polygon.distance_to_border_m(point);
                let depth = if polygon.contains(point) { border } else { -border };
                if depth >= -reach {
                    depths.push((index, 0.0, depth));
                }
            }
            true
        });
        // Of the pieces of one unit the one in which the point is deepest.
        depths.sort_by(|a, b| a.0.cmp(&b.0).then(b.2.total_cmp(&a.2)));
        depths.dedup_by_key(|(unit, _, _)| *unit);
        depths
    }
}

/// A rectangle that holds every point within `metres`.
fn around(point: Point, metres: f64) -> Bounds {
    let north = metres / METRES_PER_DEGREE * 1.01;
    let widest = (point.lat.abs() + north).min(89.9).to_radians().cos();
    let east = north / widest;
    Bounds::new(point.lon - east, point.lat - north, point.lon + east, point.lat + north)
}

/// Metres from `point` to the rectangle, a little too few rather than too many; 0 inside.
fn distance_to_bounds_m(bounds: &Bounds, point: Point) -> f64 {
    let north = (bounds.south - point.lat).max(point.lat - bounds.north).max(0.0) * METRES_PER_DEGREE;
    let east = (bounds.west - point.lon).max(point.lon - bounds.east).max(0.0).to_radians();
    north.hypot(east * EARTH_RADIUS_M * point.lat.to_radians().cos()) * 0.98
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::shape::tests::rectangle;
    use super::*;

    /// Two rows of three units of 0.1°, about 11 km, from 105° E 10° N.
    fn locator() -> Locator<usize> {
        Locator::new((0..6).map(|i| {
            let (west, south) = (105.0 + (i % 3) as f64 * 0.1, 10.0 + (i / 3) as f64 * 0.1);
            (i, Shape::from_ring(rectangle(west, south, west + 0.1, south + 0.1)))
        }))
    }

    #[test]
    fn a_point_well_inside_exact_boundaries_is_certain() {
        let found = locator().locate(Point::new(105.05, 10.05), false);
        let [only] = &found[..] else { panic!("{found:?}") };
        assert_eq!((only.id, only.confidence, only.distance_m), (0, 1.0, 0.0));
        assert!((only.border_m - 5_475.0).abs() < 30.0, "{only:?}");
    }

    #[test]
    fn within_a_fix_of_an_exact_border_both_sides_are_named() {
        // 0.00005° is 5.5 m.
        let found = locator().locate(Point::new(105.09995, 10.05), false);
        let [inside, beside] = &found[..] else { panic!("{found:?}") };
        assert_eq!((inside.id, beside.id), (0, 1));
        assert!(inside.confidence > 0.5 && inside.confidence < 1.0);
        assert!((inside.confidence + beside.confidence - 1.0).abs() < 1e-9);
        assert!(beside.distance_m > 0.0 && inside.distance_m == 0.0);
    }

    #[test]
    fn an_exact_coast_takes_nothing_away() {
        let found = locator().locate(Point::new(105.05, 10.00001), false);
        assert_eq!((found.len(), found[0].id, found[0].confidence), (1, 0, 1.0));
    }

    #[test]
    fn approximate_boundaries_are_never_certain_and_name_the_neighbours() {
        let middle = locator().locate(Point::new(105.05, 10.05), true);
        assert!(middle[0].id == 0 && middle[0].confidence <= 0.95, "{middle:?}");
        let near = locator().locate(Point::new(105.098, 10.098), true);
        assert_eq!(near.len(), 4, "{near:?}");
        assert_eq!(near[0].id, 0);
        assert!(near[0].confidence < 0.4 && near[3].confidence > 0.15, "{near:?}");
        assert!(near[0].confidence < middle[0].confidence);
    }

    #[test]
    fn a_point_at_sea_gives_the_nearest_with_its_distance_and_far_out_nothing() {
        for approximate in [false, true] {
            let found = locator().locate(Point::new(105.05, 9.95), approximate);
            assert_eq!(found[0].id, 0);
            assert!((found[0].distance_m - 5_560.0).abs() < 20.0, "{found:?}");
            assert!(found[0].confidence < 0.3, "{found:?}");
            assert!(locator().locate(Point::new(105.05, 9.7), approximate).is_empty());
            assert!(locator().locate(Point::new(f64::NAN, 9.7), approximate).is_empty());
        }
    }

    #[test]
    fn of_an_archipelago_the_nearest_island_counts() {
        let mut shape = Shape::from_ring(rectangle(112.0, 16.0, 112.01, 16.01));
        shape.polygons.extend(Shape::from_ring(rectangle(112.1, 16.0, 112.11, 16.01)).polygons);
        let found = Locator::new([("Hoàng Sa", shape)]).locate(Point::new(112.12, 16.005), false);
        assert_eq!(found.len(), 1);
        assert!((found[0].distance_m - 1_069.0).abs() < 5.0, "{found:?}");
    }

    proptest! {
        #[test]
        fn confidences_are_ordered_and_never_more_than_one(
            lon in 104.8f64..105.6, lat in 9.8f64..10.5, approximate in any::<bool>(),
        ) {
            let found = locator().locate(Point::new(lon, lat), approximate);
            let sum: f64 = found.iter().map(|each| each.confidence).sum();
            prop_assert!(sum <= 1.0 + 1e-9);
            prop_assert!(found.windows(2).all(|pair| pair[0].confidence >= pair[1].confidence));
            if approximate {
                prop_assert!(found.iter().all(|each| each.confidence <= 0.95));
            }
        }
    }
}
