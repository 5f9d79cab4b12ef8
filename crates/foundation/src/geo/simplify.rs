//! Fewer points for smaller maps: Visvalingam–Whyatt on the arcs of a topology. A point is worth the triangle
//! it makes with its neighbours, sharp spikes a little less than broad bends. Junctions always stay.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use serde::{Deserialize, Serialize};

use super::code::encode;
use super::grid::{Dot, DotPolygon, DotRing, Grid, twice_area};
use super::shape::{Local, Shape};
use super::topology::{Topology, Walk, WalkPolygon, to_shape, united, walk_dots};
use super::weave::{Edge, cross, pairs};

/// How near a map looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    /// The whole country on one screen.
    Country,
    /// One province on one screen.
    Province,
    /// One commune on one screen, and for saying where a point lies.
    Commune,
}

impl Detail {
    /// Every detail, the coarsest first.
    pub const ALL: [Detail; 3] = [Detail::Country, Detail::Province, Detail::Commune];

    /// How far in metres a border may move, roughly: a point goes when the square root of its weighted
    /// triangle is less.
    pub fn tolerance_m(self) -> f64 {
        match self {
            Detail::Country => 1_500.0,
            Detail::Province => 150.0,
            Detail::Commune => 8.0,
        }
    }
}

/// How often arcs that would cross are given back points.
const ROUNDS: usize = 16;

/// For each dot of an arc the tolerance in metres up to which it is kept; infinite at both ends.
pub(crate) fn weights(dots: &[Dot], grid: Grid) -> Vec<f32> {
    let mut weights = vec![f32::INFINITY; dots.len()];
    let Some(&anchor) = dots.first() else { return weights };
    let local = Local::at(grid.point(anchor));
    let flat: Vec<(f64, f64)> = dots.iter().map(|&dot| local.metres(grid.point(dot))).collect();
    let mut before: Vec<usize> = (0..dots.len()).map(|i| i.saturating_sub(1)).collect();
    let mut after: Vec<usize> = (0..dots.len()).map(|i| i + 1).collect();
    let mut worth = vec![f64::INFINITY; dots.len()];
    // Areas are not negative, so that their bits sort as they do.
    let mut heap: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::with_capacity(dots.len());
    for i in 1..dots.len().saturating_sub(1) {
        worth[i] = triangle(flat[i - 1], flat[i], flat[i + 1]);
        heap.push(Reverse((worth[i].to_bits(), i)));
    }
    let mut least = 0.0f64;
    while let Some(Reverse((bits, i))) = heap.pop() {
        if worth[i].to_bits() != bits || weights[i] != f32::INFINITY {
            continue;
        }
        least = least.max(worth[i]);
        weights[i] = least.sqrt() as f32;
        let (left, right) = (before[i], after[i]);
        after[left] = right;
        before[right] = left;
        for side in [left, right] {
            if side > 0 && side + 1 < dots.len() {
                worth[side] = triangle(flat[before[side]], flat[side], flat[after[side]]);
                heap.push(Reverse((worth[side].to_bits(), side)));
            }
        }
    }
    weights
}

/// The area of a triangle in square metres, weighted by the angle at `b`: 0.3 for a spike, 1.7 for a straight
/// line.
fn triangle(a: (f64, f64), b: (f64, f64), c: (f64, f64)) -> f64 {
    let ((ax, ay), (cx, cy)) = ((a.0 - b.0, a.1 - b.1), (c.0 - b.0, c.1 - b.1));
    let lengths = ax.hypot(ay) * cx.hypot(cy);
    if lengths == 0.0 {
        return 0.0;
    }
    let cosine = (ax * cx + ay * cy) / lengths;
    (ax * cy - ay * cx).abs() / 2.0 * (1.0 - 0.7 * cosine).max(0.0)
}

/// A topology simplified. Neighbours share every border exactly, no piece of land has vanished, and borders
/// cross only where they did before.
#[derive(Debug, Clone)]
pub struct Level<'a> {
    topology: &'a Topology,
    arcs: Vec<Vec<Dot>>,
}

impl Topology {
    /// The borders as a map of this detail shows them.
    pub fn at(&self, detail: Detail) -> Level<'_> {
        self.within(detail.tolerance_m())
    }

    /// The borders moved by no more than about `tolerance_m` metres; 0 keeps every point.
    pub fn within(&self, tolerance_m: f64) -> Level<'_> {
        let mut thinning = Thinning::new(self, tolerance_m.max(0.0) as f32);
        for _ in 0..ROUNDS {
            thinning.keep_every_piece();
            if !thinning.give_back_where_crossing() {
                break;
            }
        }
        thinning.keep_every_piece();
        Level { topology: self, arcs: thinning.arcs }
    }
}

struct Thinning<'a> {
    topology: &'a Topology,
    /// For each arc the least weight that stays.
    least: Vec<f32>,
    arcs: Vec<Vec<Dot>>,
}

impl<'a> Thinning<'a> {
    fn new(topology: &'a Topology, tolerance: f32) -> Self {
        let least = vec![tolerance; topology.arcs.len()];
        let mut thinning = Thinning { topology, least, arcs: vec![Vec::new(); topology.arcs.len()] };
        (0..topology.arcs.len()).for_each(|arc| thinning.thin(arc));
        thinning
    }

    fn thin(&mut self, arc: usize) {
        let (full, least) = (&self.topology.arcs[arc], self.least[arc]);
        let kept = full.dots.iter().zip(&full.weights).filter(|(_, weight)| **weight >= least);
        self.arcs[arc] = kept.map(|(dot, _)| *dot).collect();
    }

    /// The weight of the heaviest point of `arc` that was left out.
    fn heaviest_left_out(&self, arc: usize) -> Option<f32> {
        let weights = self.topology.arcs[arc].weights.iter().copied();
        weights.filter(|weight| *weight < self.least[arc]).max_by(f32::total_cmp)
    }

    /// Gives points back to every ring that lost its area, the heaviest first.
    fn keep_every_piece(&mut self) {
        let topology = self.topology;
        for polygon in topology.shapes.iter().flatten() {
            for (position, ring) in polygon.iter().enumerate() {
                while self.has_no_area(ring, position > 0) {
                    let left_out = ring.iter().filter_map(|walk| {
                        let arc = walk.arc as usize;
                        self.heaviest_left_out(arc).map(|weight| (weight, arc))
                    });
                    let Some((weight, arc)) = left_out.max_by(|a, b| a.0.total_cmp(&b.0)) else { break };
                    self.least[arc] = weight;
                    self.thin(arc);
                }
            }
        }
    }

    fn has_no_area(&self, ring: &[Walk], hole: bool) -> bool {
        let area = twice_area(&self.ring(ring));
        if hole { area >= 0 } else { area <= 0 }
    }

    fn ring(&self, ring: &[Walk]) -> DotRing {
        walk_dots(ring, |arc| self.arcs[arc].iter().copied())
    }

    /// Gives points back to arcs that cross where the full arcs do not. Returns whether anything changed.
    fn give_back_where_crossing(&mut self) -> bool {
        let mut edges: Vec<Edge> = Vec::new();
        let mut owner: Vec<usize> = Vec::new();
        for (index, arc) in self.arcs.iter().enumerate() {
            for pair in arc.windows(2) {
                edges.push(if pair[0] < pair[1] { (pair[0], pair[1]) } else { (pair[1], pair[0]) });
                owner.push(index);
            }
        }
        let mut bad = vec![false; self.arcs.len()];
        pairs(&edges, 0.0, |i, j| {
            if cross(edges[i], edges[j]) || (edges[i] == edges[j] && owner[i] != owner[j]) {
                bad[owner[i]] = true;
                bad[owner[j]] = true;
            }
        });
        let mut changed = false;
        for arc in (0..bad.len()).filter(|&arc| bad[arc]) {
            let Some(weight) = self.heaviest_left_out(arc) else { continue };
            self.least[arc] = weight.min(self.least[arc] * 0.6);
            self.thin(arc);
            changed = true;
        }
        changed
    }
}

impl Level<'_> {
    /// How many shapes there are: as many as the topology has.
    pub fn len(&self) -> usize {
        self.topology.len()
    }

    /// Whether there are no shapes.
    pub fn is_empty(&self) -> bool {
        self.topology.is_empty()
    }

    /// How many points the borders have, each shared one counted once.
    pub fn vertex_count(&self) -> usize {
        let mut dots: HashMap<Dot, ()> = HashMap::new();
        self.arcs.iter().flatten().for_each(|dot| {
            dots.insert(*dot, ());
        });
        dots.len()
    }

    /// Shape `index`; empty if it has no land or there is none of that position.
    pub fn shape(&self, index: usize) -> Shape {
        let polygons = self.topology.shapes.get(index).map(Vec::as_slice).unwrap_or_default();
        to_shape(polygons.iter().map(|polygon| self.polygon(polygon)), self.topology.seam.grid)
    }

    /// All shapes, in order.
    pub fn shapes(&self) -> Vec<Shape> {
        (0..self.len()).map(|index| self.shape(index)).collect()
    }

    /// Shape `index` as [`encode`] writes it on the topology's grid.
    pub fn encoded(&self, index: usize) -> Vec<u8> {
        encode(&self.shape(index), self.topology.seam.grid)
    }

    /// Unites the simplified shapes of each group, so that the outline of a group fits its members exactly.
    /// It keeps the junctions of inner borders; for an outline drawn alone see [`Topology::dissolve`].
    pub fn dissolve<K: Ord>(&self, key: impl Fn(usize) -> Option<K>) -> Vec<(K, Shape)> {
        let rings = |shape: usize| -> Vec<DotRing> {
            self.topology.shapes[shape].iter().flatten().map(|ring| self.ring(ring)).collect()
        };
        let seam = self.topology.seam;
        let groups = united(self.len(), key, rings, seam);
        groups.into_iter().map(|(group, polygons)| (group, to_shape(polygons, seam.grid))).collect()
    }

    fn ring(&self, ring: &[Walk]) -> DotRing {
        walk_dots(ring, |arc| self.arcs[arc].iter().copied())
    }

    fn polygon(&self, rings: &WalkPolygon) -> DotPolygon {
        let mut rings = rings.iter().map(|ring| self.ring(ring));
        DotPolygon { outer: rings.next().unwrap_or_default(), holes: rings.collect() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::shape::tests::{rectangle, star};
    use super::super::topology::Seam;
    use super::super::topology::tests::mosaic;
    use super::*;

    /// Pairs of edges that cross.
    fn crossings(level: &Level<'_>) -> usize {
        let edges: Vec<Edge> = level
            .arcs
            .iter()
            .flat_map(|arc| arc.windows(2))
            .map(|p| (p[0].min(p[1]), p[0].max(p[1])))
            .collect();
        let mut count = 0;
        pairs(&edges, 0.0, |i, j| count += usize::from(cross(edges[i], edges[j])));
        count
    }

    #[test]
    fn a_straight_line_loses_its_inner_points_and_a_bend_keeps_them() {
        let dots: Vec<Dot> =
            [(0, 0), (100, 0), (200, 0), (200, 500), (200, 1000)].map(|(x, y)| Dot { x, y }).into();
        let weights = weights(&dots, Grid::Metre);
        assert_eq!((weights[0], weights[4]), (f32::INFINITY, f32::INFINITY));
        assert_eq!((weights[1], weights[3]), (0.0, 0.0));
        assert!(weights[2] > 200.0, "{weights:?}");
    }

    #[test]
    fn a_small_island_keeps_a_triangle_at_every_detail() {
        let round = Shape::from_ring(star(&[0.001; 40]));
        let topology = Topology::build(&[round], Seam::default());
        for detail in Detail::ALL {
            let shape = topology.at(detail).shape(0);
            assert!(shape.polygons[0].outer.len() >= 3 && shape.area_km2() > 0.0, "{detail:?}");
        }
        assert!(topology.at(Detail::Country).shape(0).vertex_count() <= 4);
    }

    #[test]
    fn a_strip_between_two_junctions_does_not_become_a_line() {
        // Two halves of a thin lens share nothing but its ends with the units above and below.
        let lens = |y: f64| {
            (1..20).map(move |i| {
                super::super::Point::new(
                    105.0 + i as f64 * 0.005,
                    10.0 + y * (i as f64 * 0.05 * std::f64::consts::PI).sin(),
                )
            })
        };
        let (west, east) = (super::super::Point::new(105.0, 10.0), super::super::Point::new(105.1, 10.0));
        let above: Vec<_> = [west].into_iter().chain(lens(0.0005)).chain([east]).collect();
        let below: Vec<_> = [west].into_iter().chain(lens(-0.0005)).chain([east]).collect();
        let mut middle = below.clone();
        middle.extend(above[1..20].iter().rev());
        let mut north = above.clone();
        north.extend(rectangle(105.0, 10.1, 105.1, 10.2)[..2].iter().rev());
        let mut south = below.clone();
        south.extend([super::super::Point::new(105.1, 9.9), super::super::Point::new(105.0, 9.9)]);
        let shapes = [north, middle, south].map(Shape::from_ring);
        let topology = Topology::build(&shapes, Seam::default());
        let level = topology.at(Detail::Country);
        assert!(level.shape(1).area_km2() > 0.1, "{}", level.shape(1).area_km2());
        assert_eq!(level.shapes().iter().map(|shape| shape.polygons.len()).sum::<usize>(), 3);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn at_every_tolerance_units_tile_their_union(
            seed in any::<i64>(), points in 1i64..16, tolerance in 0f64..20_000.0,
        ) {
            let topology = Topology::build(&mosaic(4, points, 0.0, seed), Seam::default());
            let honest = crossings(&topology.within(0.0)) == 0;
            let level = topology.within(tolerance);
            let shapes = level.shapes();
            prop_assert!(shapes.iter().all(|shape| !shape.is_empty() && shape.area_km2() > 0.0));
            let whole = level.dissolve(|_| Some(()));
            let parts: f64 = shapes.iter().map(Shape::area_km2).sum();
            prop_assert!((whole[0].1.area_km2() / parts - 1.0).abs() < 1e-9);
            prop_assert!(level.vertex_count() <= topology.within(0.0).vertex_count());
            prop_assert!(!honest || crossings(&level) == 0);
        }
    }
}
