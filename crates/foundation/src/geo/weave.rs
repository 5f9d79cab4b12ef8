//! Makes borders that nearly match match: dots closer than a tolerance become one, a dot that lies on a
//! neighbour's edge becomes a dot of that edge, and edges that cross get a dot where they cross. Afterwards
//! edges meet only at their ends and `merge` can cancel them.

use std::collections::HashMap;

use super::boxes::Boxes;
use super::grid::{Dot, DotRing, dot_edges, side};
use super::shape::{Bounds, square_to_segment};

/// An edge without direction, its lesser dot first.
pub(crate) type Edge = (Dot, Dot);

/// How often the edges are looked through; each pass may bend edges a little and make new neighbours.
const PASSES: usize = 8;

/// Weaves the rings together, `snap` being the tolerance in steps. A ring may become empty.
pub(crate) fn weave(rings: &mut [DotRing], snap: f64) {
    // Honest borders gain few dots; hostile ones, whose every edge crosses every other, gain no more than
    // this.
    let mut room = 10_000 + 2 * rings.iter().map(Vec::len).sum::<usize>();
    for _ in 0..PASSES {
        // Dots are then farther apart than the tolerance, and edges that get a dot never become shorter than
        // it.
        if snap >= 1.0 {
            snap_dots(rings, snap as i32);
        }
        rings.iter_mut().for_each(tidy);
        let edges = unique_edges(rings);
        let hits = hits(&edges, (snap / 2.0).max(0.5), room);
        let gain: usize = rings.iter().map(|ring| gain(ring, &edges, &hits)).sum();
        if hits.is_empty() || gain > room {
            return;
        }
        room -= gain;
        for ring in rings.iter_mut() {
            *ring = with_hits(ring, &edges, &hits);
            tidy(ring);
        }
    }
}

/// Every edge once, sorted.
fn unique_edges(rings: &[DotRing]) -> Vec<Edge> {
    let mut edges: Vec<Edge> = rings.iter().flat_map(|ring| dot_edges(ring)).map(sorted).collect();
    edges.retain(|(a, b)| a != b);
    edges.sort_unstable();
    edges.dedup();
    edges
}

fn sorted((a, b): (Dot, Dot)) -> Edge {
    if a < b { (a, b) } else { (b, a) }
}

/// Takes out dots that repeat the one before.
fn tidy(ring: &mut DotRing) {
    ring.dedup();
    while ring.len() > 1 && ring.first() == ring.last() {
        ring.pop();
    }
    if ring.len() < 3 {
        ring.clear();
    }
}

/// Moves every dot to the first one (in the grid's order) within `snap` steps.
fn snap_dots(rings: &mut [DotRing], snap: i32) {
    let mut dots: Vec<Dot> = rings.iter().flatten().copied().collect();
    dots.sort_unstable();
    dots.dedup();
    let square = i64::from(snap).pow(2);
    let cell = |dot: Dot| (dot.x.div_euclid(snap), dot.y.div_euclid(snap));
    let mut kept: HashMap<(i32, i32), Vec<Dot>> = HashMap::with_capacity(dots.len());
    let mut moved: HashMap<Dot, Dot> = HashMap::new();
    for dot in dots {
        let (x, y) = cell(dot);
        let near = (x - 1..=x + 1)
            .flat_map(|cx| (y - 1..=y + 1).map(move |cy| (cx, cy)))
            .filter_map(|at| kept.get(&at))
            .flatten()
            .find(|other| {
                let (dx, dy) = (i64::from(other.x) - i64::from(dot.x), i64::from(other.y) - i64::from(dot.y));
                dx * dx + dy * dy <= square
            });
        match near {
            Some(&other) => {
                moved.insert(dot, other);
            }
            None => kept.entry((x, y)).or_default().push(dot),
        }
    }
    if moved.is_empty() {
        return;
    }
    for dot in rings.iter_mut().flatten() {
        *dot = moved.get(dot).copied().unwrap_or(*dot);
    }
}

/// Calls `look` with every two edges whose rectangles, grown by `grow` steps, meet. Gives up after many times
/// more pairs than honest borders have, so that hostile input costs time in proportion to its size.
pub(crate) fn pairs(edges: &[Edge], grow: f64, mut look: impl FnMut(usize, usize)) {
    let around = |&(a, b): &Edge| {
        let ((ax, ay), (bx, by)) = (a.xy(), b.xy());
        Bounds::new(ax, ay.min(by), bx, ay.max(by))
    };
    let boxes: Vec<Bounds> = edges.iter().map(around).collect();
    let tree = Boxes::new(&boxes);
    let mut budget = 200 * edges.len() + 1_000_000;
    for (index, bounds) in boxes.iter().enumerate() {
        tree.search(&bounds.grown(grow), |other| {
            budget = budget.saturating_sub(1);
            if other > index {
                look(index, other);
            }
            budget > 0
        });
        if budget == 0 {
            return;
        }
    }
}

/// Where edges must get a dot: (position of the edge, the dot), sorted; about `most` of them.
fn hits(edges: &[Edge], snap: f64, most: usize) -> Vec<(usize, Dot)> {
    let mut found = Vec::new();
    pairs(edges, snap, |i, j| {
        if found.len() > most {
            return;
        }
        let (first, second) = (edges[i], edges[j]);
        let mut touched = false;
        for (at, edge, ends) in [(i, first, second), (j, second, first)] {
            for dot in [ends.0, ends.1] {
                if lies_on(dot, edge, snap) {
                    found.push((at, dot));
                    touched = true;
                }
            }
        }
        if !touched && cross(first, second) {
            let dot = crossing(first, second);
            for (at, edge) in [(i, first), (j, second)] {
                if dot != edge.0 && dot != edge.1 {
                    found.push((at, dot));
                }
            }
        }
    });
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether `dot` is no end of `edge`, but within `snap` of its inside.
fn lies_on(dot: Dot, edge: Edge, snap: f64) -> bool {
    if dot == edge.0 || dot == edge.1 {
        return false;
    }
    let (p, a, b) = (dot.xy(), edge.0.xy(), edge.1.xy());
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let along = (p.0 - a.0) * dx + (p.1 - a.1) * dy;
    along > 0.0 && along < dx * dx + dy * dy && square_to_segment(p, a, b) <= snap * snap
}

/// Whether the insides of two edges cross.
pub(crate) fn cross((a, b): Edge, (c, d): Edge) -> bool {
    side(a, b, c).signum() * side(a, b, d).signum() < 0 && side(c, d, a).signum() * side(c, d, b).signum() < 0
}

fn crossing((a, b): Edge, (c, d): Edge) -> Dot {
    let (from, to) = (side(c, d, a) as f64, side(c, d, b) as f64);
    let along = from / (from - to);
    let ((ax, ay), (bx, by)) = (a.xy(), b.xy());
    Dot { x: (ax + along * (bx - ax)).round() as i32, y: (ay + along * (by - ay)).round() as i32 }
}

/// The hits of the edge between `a` and `b`.
fn hits_of<'h>(edge: Edge, edges: &[Edge], hits: &'h [(usize, Dot)]) -> &'h [(usize, Dot)] {
    let Ok(at) = edges.binary_search(&edge) else { return &[] };
    let first = hits.partition_point(|hit| hit.0 < at);
    let count = hits[first..].partition_point(|hit| hit.0 == at);
    &hits[first..first + count]
}

/// How many dots `ring` will get.
fn gain(ring: &[Dot], edges: &[Edge], hits: &[(usize, Dot)]) -> usize {
    dot_edges(ring).map(|edge| hits_of(sorted(edge), edges, hits).len()).sum()
}

fn with_hits(ring: &[Dot], edges: &[Edge], hits: &[(usize, Dot)]) -> DotRing {
    let mut woven = Vec::with_capacity(ring.len());
    for (a, b) in dot_edges(ring) {
        woven.push(a);
        let begin = woven.len();
        woven.extend(hits_of(sorted((a, b)), edges, hits).iter().map(|hit| hit.1));
        let far = |dot: &Dot| {
            let (dx, dy) = (i64::from(b.x) - i64::from(a.x), i64::from(b.y) - i64::from(a.y));
            dx * (i64::from(dot.x) - i64::from(a.x)) + dy * (i64::from(dot.y) - i64::from(a.y))
        };
        // By distance along the edge; at the same distance in an order that both directions reverse.
        woven[begin..]
            .sort_by(|p, q| far(p).cmp(&far(q)).then_with(|| if a < b { p.cmp(q) } else { q.cmp(p) }));
    }
    woven
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::grid::{DotPolygon, twice_area};
    use super::super::merge::merge;
    use super::*;

    fn ring(dots: &[(i32, i32)]) -> DotRing {
        dots.iter().map(|&(x, y)| Dot { x, y }).collect()
    }

    fn area(polygons: &[DotPolygon]) -> i128 {
        polygons.iter().flat_map(DotPolygon::rings).map(|ring| twice_area(ring)).sum::<i128>() / 2
    }

    fn union(mut rings: Vec<DotRing>, snap: f64) -> Vec<DotPolygon> {
        weave(&mut rings, snap);
        merge(rings.iter().map(Vec::as_slice))
    }

    #[test]
    fn a_corner_on_a_neighbours_edge_becomes_a_dot_of_it() {
        let long = ring(&[(0, 0), (100, 0), (100, 300), (0, 300)]);
        let upper = ring(&[(100, 150), (200, 150), (200, 300), (100, 300)]);
        let lower = ring(&[(100, 0), (200, 0), (200, 150), (100, 150)]);
        let joined = union(vec![long, upper, lower], 0.0);
        assert_eq!((joined.len(), area(&joined)), (1, 60_000));
    }

    #[test]
    fn borders_that_differ_by_less_than_the_tolerance_become_one() {
        let left = ring(&[(0, 0), (1000, 0), (1001, 500), (1000, 1000), (0, 1000)]);
        let right = ring(&[(1001, 1), (2000, 0), (2000, 1000), (1002, 1001), (999, 700)]);
        let joined = union(vec![left, right], 3.0);
        assert_eq!(joined.len(), 1);
        assert!(joined[0].holes.is_empty(), "{joined:?}");
    }

    #[test]
    fn overlapping_squares_have_the_area_of_their_union() {
        let joined = union(
            vec![
                ring(&[(0, 0), (10, 0), (10, 10), (0, 10)]),
                ring(&[(5, 5), (15, 5), (15, 15), (5, 15)]),
                ring(&[(8, -5), (12, -5), (12, 20), (8, 20)]),
            ],
            0.0,
        );
        // 100 + 100 − 25, and of the upright 4 × 25 what is new: 100 − (2×10) − (4×10) + (2×5).
        assert_eq!((joined.len(), area(&joined)), (1, 175 + 50));
    }

    #[test]
    fn a_ring_whose_edges_all_cross_costs_no_more_than_its_size_allows() {
        // 3,000 chords of a circle, nearly 4.5 million crossings.
        let chord = |i: i32| {
            let angle = f64::from(i) * 2.0;
            Dot { x: (1e6 * angle.cos()) as i32, y: (1e6 * angle.sin()) as i32 }
        };
        let mut rings = vec![(0..3_000).map(chord).collect::<DotRing>()];
        weave(&mut rings, 2.0);
        assert!(rings[0].len() <= 20_000, "{}", rings[0].len());
        merge(rings.iter().map(Vec::as_slice));
    }

    proptest! {
        #[test]
        fn the_union_of_any_rectangles_is_what_counting_cells_gives(
            list in prop::collection::vec((0i32..20, 0i32..20, 1i32..12, 1i32..12), 1..25),
        ) {
            let rings: Vec<DotRing> = list.iter()
                .map(|&(x, y, w, h)| ring(&[(x, y), (x + w, y), (x + w, y + h), (x, y + h)]))
                .collect();
            let covered = (0..40).flat_map(|x| (0..40).map(move |y| (x, y)))
                .filter(|&(x, y)| list.iter().any(|&(l, b, w, h)| x >= l && x < l + w && y >= b && y < b + h))
                .count();
            prop_assert_eq!(area(&union(rings, 0.0)), covered as i128);
        }

        #[test]
        fn any_dots_can_be_woven(
            rings in prop::collection::vec(prop::collection::vec((-50i32..50, -50i32..50), 0..12), 0..8),
            snap in 0f64..6.0,
        ) {
            let rings = rings.iter().map(|dots| ring(dots)).collect();
            union(rings, snap);
        }
    }
}
