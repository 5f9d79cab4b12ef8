//! Shared borders: many shapes cut into arcs, each arc kept once, as TopoJSON does. What is done to an arc is
//! done to every unit along it, so that neighbours never come apart.

use std::collections::{BTreeMap, HashMap};

use super::grid::{Dot, DotPolygon, DotRing, Grid, twice_area};
use super::merge::{close_gaps, merge, untangle};
use super::shape::{Polygon, Ring, Shape};
use super::simplify::weights;
use super::weave::weave;

/// How borders that do not quite match are sewn together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seam {
    /// The grid on which borders are compared.
    pub grid: Grid,
    /// Points closer than this many metres become one, and points half as close to a neighbour's edge join
    /// it.
    pub snap_m: f64,
    /// When units are dissolved, holes narrower than this many metres on average are closed.
    pub gap_m: f64,
}

impl Default for Seam {
    fn default() -> Self {
        Seam { grid: Grid::Metre, snap_m: 4.0, gap_m: 25.0 }
    }
}

/// A piece of border between two junctions, or a closed line without any.
#[derive(Debug, Clone)]
pub(crate) struct Arc {
    /// Both ends included; a closed arc repeats its first dot.
    pub(crate) dots: Vec<Dot>,
    /// For each dot the tolerance in metres up to which it is kept; infinite at both ends.
    pub(crate) weights: Vec<f32>,
}

/// An arc walked forwards or backwards.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walk {
    pub(crate) arc: u32,
    pub(crate) backwards: bool,
}

/// A closed line made of arcs.
pub(crate) type WalkRing = Vec<Walk>;

/// The rings of a polygon, the outer one first.
pub(crate) type WalkPolygon = Vec<WalkRing>;

/// Many shapes with their shared borders. Shape `i` is the `i`-th of the list it was built from.
#[derive(Debug, Clone)]
pub struct Topology {
    pub(crate) seam: Seam,
    pub(crate) arcs: Vec<Arc>,
    pub(crate) shapes: Vec<Vec<WalkPolygon>>,
}

impl Topology {
    /// Finds the shared borders of `shapes`. Never fails: a ring without area vanishes, a figure of eight
    /// becomes two pieces, pieces of one shape that overlap become one. Where two *shapes* overlap by more
    /// than the seam both keep their land.
    pub fn build(shapes: &[Shape], seam: Seam) -> Topology {
        let mut rings: Vec<DotRing> = Vec::new();
        // For each ring its shape, and whether it is a hole.
        let mut owners: Vec<(usize, bool)> = Vec::new();
        for (index, shape) in shapes.iter().enumerate() {
            for polygon in &shape.polygons {
                for (position, ring) in polygon.rings().enumerate() {
                    let mut dots: DotRing = ring.iter().map(|&point| seam.grid.dot(point)).collect();
                    if (twice_area(&dots) > 0) == (position > 0) {
                        dots.reverse();
                    }
                    rings.push(dots);
                    owners.push((index, position > 0));
                }
            }
        }
        weave(&mut rings, (seam.snap_m / seam.grid.step_m()).round());
        let mut pieces: Vec<Vec<DotRing>> = vec![Vec::new(); shapes.len()];
        for (ring, (shape, hole)) in rings.into_iter().zip(owners) {
            if is_simple(&ring) {
                pieces[shape].push(ring);
                continue;
            }
            for mut untangled in untangle(&ring).iter().flat_map(DotPolygon::rings).cloned() {
                if hole {
                    untangled.reverse();
                }
                pieces[shape].push(untangled);
            }
        }
        let polygons = pieces.iter().map(|rings| merge(rings.iter().map(Vec::as_slice))).collect();
        Topology::from_polygons(seam, polygons)
    }

    fn from_polygons(seam: Seam, shapes: Vec<Vec<DotPolygon>>) -> Topology {
        let junctions = junctions(shapes.iter().flatten().flat_map(DotPolygon::rings));
        let mut cutter = Cutter { junctions, arcs: Vec::new(), known: HashMap::new() };
        let shapes = shapes
            .iter()
            .map(|polygons| {
                polygons
                    .iter()
                    .map(|polygon| polygon.rings().map(|ring| cutter.cut(ring)).collect())
                    .collect()
            })
            .collect();
        let weigh = |dots: Vec<Dot>| Arc { weights: weights(&dots, seam.grid), dots };
        Topology { seam, arcs: cutter.arcs.into_iter().map(weigh).collect(), shapes }
    }

    /// How many shapes there are.
    pub fn len(&self) -> usize {
        self.shapes.len()
    }

    /// Whether there are no shapes.
    pub fn is_empty(&self) -> bool {
        self.shapes.is_empty()
    }

    /// How many arcs the borders were cut into.
    pub fn arc_count(&self) -> usize {
        self.arcs.len()
    }

    /// The positions of shapes that have no land left: they had no area on the grid.
    pub fn vanished(&self) -> Vec<usize> {
        (0..self.len()).filter(|&index| self.shapes[index].is_empty()).collect()
    }

    /// Every two shapes that share a border, the lesser position first, with the length of that border in
    /// metres.
    pub fn neighbours(&self) -> Vec<(usize, usize, f64)> {
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); self.arcs.len()];
        for (shape, polygons) in self.shapes.iter().enumerate() {
            for walk in polygons.iter().flatten().flatten() {
                let list = &mut users[walk.arc as usize];
                if list.last() != Some(&shape) {
                    list.push(shape);
                }
            }
        }
        let mut lengths: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        // A border has two sides. More are shapes that lie on one another; of too many nobody is a neighbour.
        let is_border = |shapes: &[usize]| (2..=16).contains(&shapes.len());
        for (arc, shapes) in self.arcs.iter().zip(&users).filter(|(_, shapes)| is_border(shapes)) {
            let point = |dot: Dot| self.seam.grid.point(dot);
            let length: f64 = arc.dots.windows(2).map(|w| point(w[0]).distance_m(point(w[1]))).sum();
            for (i, &a) in shapes.iter().enumerate() {
                for &b in &shapes[i + 1..] {
                    *lengths.entry((a, b)).or_default() += length;
                }
            }
        }
        lengths.into_iter().map(|((a, b), length)| (a, b, length)).collect()
    }

    /// Unites shapes: all those for which `key` gives the same group become one; those without a key are left
    /// out. Returns the groups in order, and their topology, whose shape `i` is group `i`. The borders inside
    /// a group leave no trace, so that an outline simplified afterwards has no needless points.
    pub fn dissolve<K: Ord>(&self, key: impl Fn(usize) -> Option<K>) -> (Vec<K>, Topology) {
        let rings = |shape: usize| -> Vec<DotRing> {
            let polygons = self.shapes[shape].iter().flatten();
            polygons.map(|ring| walk_dots(ring, |arc| self.arcs[arc].dots.iter().copied())).collect()
        };
        let groups = united(self.len(), key, rings, self.seam);
        let (keys, polygons) = groups.into_iter().unzip();
        (keys, Topology::from_polygons(self.seam, polygons))
    }
}

/// Unites the rings of the shapes of each group.
pub(crate) fn united<K: Ord>(
    count: usize,
    key: impl Fn(usize) -> Option<K>,
    rings: impl Fn(usize) -> Vec<DotRing>,
    seam: Seam,
) -> Vec<(K, Vec<DotPolygon>)> {
    let mut groups: BTreeMap<K, Vec<DotRing>> = BTreeMap::new();
    for shape in 0..count {
        if let Some(group) = key(shape) {
            groups.entry(group).or_default().extend(rings(shape));
        }
    }
    let unite = |(group, rings): (K, Vec<DotRing>)| {
        let mut polygons = merge(rings.iter().map(Vec::as_slice));
        close_gaps(&mut polygons, seam.grid, seam.gap_m);
        (group, polygons)
    };
    groups.into_iter().map(unite).collect()
}

/// The dots of a ring of arcs, `dots` giving those of one arc from its first to its last.
pub(crate) fn walk_dots<I: DoubleEndedIterator<Item = Dot>>(
    ring: &[Walk],
    dots: impl Fn(usize) -> I,
) -> DotRing {
    let mut all = Vec::new();
    for walk in ring {
        let arc = dots(walk.arc as usize);
        if walk.backwards {
            all.extend(arc.rev())
        } else {
            all.extend(arc)
        }
        // The last dot of an arc is the first of the next.
        all.pop();
    }
    all
}

/// The shape that polygons on the grid draw.
pub(crate) fn to_shape(polygons: impl IntoIterator<Item = DotPolygon>, grid: Grid) -> Shape {
    let ring = |dots: &DotRing| -> Ring { dots.iter().map(|&dot| grid.point(dot)).collect() };
    let polygon = |polygon: DotPolygon| Polygon {
        outer: ring(&polygon.outer),
        holes: polygon.holes.iter().map(ring).collect(),
    };
    Shape { polygons: polygons.into_iter().map(polygon).collect() }
}

fn is_simple(ring: &[Dot]) -> bool {
    let mut dots = ring.to_vec();
    dots.sort_unstable();
    dots.windows(2).all(|pair| pair[0] != pair[1])
}

/// The dots where borders part: not every ring through it comes from and goes to the same two dots. Sorted.
fn junctions<'a>(rings: impl Iterator<Item = &'a DotRing>) -> Vec<Dot> {
    let mut seen: Vec<(Dot, Dot, Dot)> = Vec::new();
    for ring in rings {
        let before = ring.iter().cycle().skip(ring.len().saturating_sub(1));
        for ((&dot, &before), &after) in ring.iter().zip(before).zip(ring.iter().cycle().skip(1)) {
            seen.push((dot, before.min(after), before.max(after)));
        }
    }
    seen.sort_unstable();
    seen.dedup();
    seen.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1).map(|same| same[0].0).collect()
}

struct Cutter {
    junctions: Vec<Dot>,
    arcs: Vec<Vec<Dot>>,
    known: HashMap<Vec<Dot>, u32>,
}

impl Cutter {
    fn cut(&mut self, ring: &DotRing) -> WalkRing {
        let cuts: Vec<usize> =
            (0..ring.len()).filter(|&at| self.junctions.binary_search(&ring[at]).is_ok()).collect();
        let Some(&first) = cuts.first() else {
            let least = (0..ring.len()).min_by_key(|&at| ring[at]).unwrap_or_default();
            return self.piece(ring, least, least + ring.len()).into_iter().collect();
        };
        let ends = cuts.iter().skip(1).copied().chain([first + ring.len()]);
        cuts.iter().zip(ends).filter_map(|(&begin, end)| self.piece(ring, begin, end)).collect()
    }

    fn piece(&mut self, ring: &DotRing, begin: usize, end: usize) -> Option<Walk> {
        let mut dots: Vec<Dot> = (begin..=end).filter_map(|at| ring.get(at % ring.len()).copied()).collect();
        let (first, second) = (*dots.first()?, *dots.get(1)?);
        let (last, before) = (*dots.last()?, dots[dots.len() - 2]);
        let backwards = (last, before) < (first, second);
        if backwards {
            dots.reverse();
        }
        let next = self.arcs.len() as u32;
        let arc = *self.known.entry(dots).or_insert_with_key(|dots| {
            self.arcs.push(dots.clone());
            next
        });
        Some(Walk { arc, backwards })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::super::shape::Point;
    use super::super::shape::tests::rectangle;
    use super::*;

    /// A number from −1 to 1 that depends on `words` alone.
    fn wobble(words: [i64; 4]) -> f64 {
        let mix =
            |sum: u64, word: &i64| (sum ^ *word as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        let sum = mix(mix(words.iter().fold(0x51_7c_c1, mix), &1), &2);
        (sum >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }

    /// `size` × `size` units of 0.1° with crooked borders from 105° E 10° N, each border drawn with `points`
    /// points. Every unit's own copy of each point is off by up to `noise` degrees. Unit `i` is in row `i /
    /// size`.
    pub(crate) fn mosaic(size: i64, points: i64, noise: f64, seed: i64) -> Vec<Shape> {
        let corner = |x: i64, y: i64| {
            Point::new(
                105.0 + (x as f64 + 0.2 * wobble([seed, x, y, 1])) * 0.1,
                10.0 + (y as f64 + 0.2 * wobble([seed, x, y, 2])) * 0.1,
            )
        };
        // The border between two neighbouring corners, always drawn from the lesser, without its last point.
        let border = |a: (i64, i64), b: (i64, i64)| -> Vec<Point> {
            let (from, to) = (a.min(b), a.max(b));
            let (p, q) = (corner(from.0, from.1), corner(to.0, to.1));
            let mut line: Vec<Point> = (0..=points)
                .map(|i| {
                    let along = i as f64 / points as f64;
                    let id = from.0 * 1_000_003 + from.1 * 1_009 + to.0 * 31 + to.1;
                    // Less near the corners, so that borders do not cross there.
                    let bend = 0.04 * along * (1.0 - along) * wobble([seed, id, i, 3]);
                    let (dx, dy) = (q.lon - p.lon, q.lat - p.lat);
                    Point::new(p.lon + along * dx - bend * dy * 10.0, p.lat + along * dy + bend * dx * 10.0)
                })
                .collect();
            if a > b {
                line.reverse();
            }
            line.pop();
            line
        };
        let unit = |index: i64| {
            let (x, y) = (index % size, index / size);
            let corners = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)];
            let mut ring: Ring = (0..4).flat_map(|i| border(corners[i], corners[(i + 1) % 4])).collect();
            for (i, point) in ring.iter_mut().enumerate() {
                point.lon += noise * wobble([seed, index, i as i64, 4]);
                point.lat += noise * wobble([seed, index, i as i64, 5]);
            }
            Shape::from_ring(ring)
        };
        (0..size * size).map(unit).collect()
    }

    fn area(shapes: &[Shape]) -> f64 {
        shapes.iter().map(Shape::area_km2).sum()
    }

    #[test]
    fn every_shared_border_is_one_arc() {
        let two =
            [rectangle(105.0, 10.0, 105.1, 10.1), rectangle(105.1, 10.0, 105.2, 10.1)].map(Shape::from_ring);
        let topology = Topology::build(&two, Seam::default());
        assert_eq!(topology.arc_count(), 3);
        let [(0, 1, metres)] = topology.neighbours()[..] else { panic!("{:?}", topology.neighbours()) };
        assert!((metres - 11_119.5).abs() < 1.0);
    }

    #[test]
    fn an_enclave_shares_its_whole_line_with_the_unit_around_it() {
        let inner = rectangle(105.04, 10.04, 105.06, 10.06);
        let mut started_elsewhere = inner.clone();
        started_elsewhere.rotate_left(2);
        let around = Shape {
            polygons: vec![Polygon {
                outer: rectangle(105.0, 10.0, 105.1, 10.1),
                holes: vec![started_elsewhere],
            }],
        };
        let topology = Topology::build(&[around, Shape::from_ring(inner)], Seam::default());
        assert_eq!(topology.arc_count(), 2);
        assert_eq!(topology.neighbours().len(), 1);
        let (_, whole) = topology.dissolve(|_| Some(()));
        assert!(whole.within(0.0).shape(0).polygons[0].holes.is_empty());
    }

    #[test]
    fn a_shape_without_area_vanishes_and_is_named() {
        let line =
            Shape::from_ring(vec![Point::new(105.0, 10.0), Point::new(105.1, 10.1), Point::new(105.0, 10.0)]);
        let shapes = [line, Shape::from_ring(rectangle(105.0, 10.0, 105.1, 10.1)), Shape::default()];
        let topology = Topology::build(&shapes, Seam::default());
        assert_eq!(topology.vanished(), [0, 2]);
        assert!(topology.within(0.0).shape(0).is_empty());
        assert!(topology.within(0.0).shape(99).is_empty());
    }

    #[test]
    fn units_without_a_group_are_left_out() {
        let shapes = mosaic(3, 4, 0.0, 7);
        let topology = Topology::build(&shapes, Seam::default());
        let (rows, groups) = topology.dissolve(|i| (i != 4).then_some(i / 3));
        assert_eq!((rows, groups.len()), (vec![0, 1, 2], 3));
        assert_eq!(groups.within(0.0).shape(1).polygons.len(), 2);
        let (_, ring) = topology.dissolve(|i| (i != 4).then_some(()));
        assert_eq!(ring.within(0.0).shape(0).polygons[0].holes.len(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn exact_neighbours_dissolve_into_one_piece_of_the_same_area(
            seed in any::<i64>(), points in 1i64..9,
        ) {
            let shapes = mosaic(5, points, 0.0, seed);
            let topology = Topology::build(&shapes, Seam::default());
            let (_, whole) = topology.dissolve(|_| Some(()));
            let whole = whole.within(0.0).shape(0);
            prop_assert_eq!((whole.polygons.len(), whole.polygons[0].holes.len()), (1, 0));
            prop_assert!((whole.area_km2() / area(&shapes) - 1.0).abs() < 1e-4);
            prop_assert_eq!(topology.neighbours().len(), 40);
        }

        /// Each copy of a border is off by up to two metres, then by up to nine, more than the seam snaps.
        #[test]
        fn borders_that_do_not_match_still_dissolve_into_one_piece(
            seed in any::<i64>(), far in any::<bool>(),
        ) {
            let shapes = mosaic(4, 6, if far { 6e-5 } else { 1e-5 }, seed);
            let topology = Topology::build(&shapes, Seam::default());
            let (_, whole) = topology.dissolve(|_| Some(()));
            let whole = whole.within(0.0).shape(0);
            prop_assert_eq!((whole.polygons.len(), whole.polygons[0].holes.len()), (1, 0));
            prop_assert!((whole.area_km2() / area(&shapes) - 1.0).abs() < 2e-3);
        }

        /// Up to 110 m, a hundred times the grid.
        #[test]
        fn however_badly_borders_match_no_unit_is_lost(seed in any::<i64>(), noise in 0f64..1e-3) {
            let shapes = mosaic(4, 6, noise, seed);
            let topology = Topology::build(&shapes, Seam::default());
            let full = topology.within(0.0);
            for (index, shape) in shapes.iter().enumerate() {
                let ratio = full.shape(index).area_km2() / shape.area_km2();
                prop_assert!((ratio - 1.0).abs() < 1e-2, "unit {}: {}", index, ratio);
            }
            let (_, whole) = topology.dissolve(|_| Some(()));
            prop_assert!((whole.within(0.0).shape(0).area_km2() / area(&shapes) - 1.0).abs() < 2e-2);
        }
    }
}
