//! The union of rings by cancelling what they share: an edge walked once in each direction is inside and goes
//! away; what is left is cut into simple loops, and the loops between land and no land are kept. No edges may
//! cross except at their ends (see `weave`).

use std::collections::HashMap;

use super::boxes::Boxes;
use super::grid::{Dot, DotPolygon, DotRing, Grid, dot_edges, side, twice_area};
use super::label::inner_point;
use super::shape::{Bounds, Local};
use super::winding::boundary;

/// The union of the areas of `rings`. Outer rings turn counter-clockwise, holes clockwise. Spikes and edges
/// walked there and back vanish; a ring that touches itself is split. The result does not depend on the order
/// of `rings`.
pub(crate) fn merge<'a>(rings: impl IntoIterator<Item = &'a [Dot]>) -> Vec<DotPolygon> {
    let is_land = |winding| winding > 0;
    nest(loops(boundary(rings, is_land)), is_land)
}

/// The area enclosed by one ring, whichever way its parts turn: a figure of eight is two pieces.
pub(crate) fn untangle(ring: &[Dot]) -> Vec<DotPolygon> {
    let is_land = |winding| winding != 0;
    nest(loops(boundary([ring], is_land)), is_land)
}

/// Leaves out holes that are on average narrower than `gap_m` metres: seams between borders that did not
/// match.
pub(crate) fn close_gaps(polygons: &mut [DotPolygon], grid: Grid, gap_m: f64) {
    for polygon in polygons {
        polygon.holes.retain(|hole| mean_width_m(hole, grid) >= gap_m);
    }
}

fn mean_width_m(ring: &[Dot], grid: Grid) -> f64 {
    let Some(&first) = ring.first() else { return 0.0 };
    let local = Local::at(grid.point(first));
    let (mut area, mut length) = (0.0, 0.0);
    for (a, b) in dot_edges(ring) {
        let ((ax, ay), (bx, by)) = (local.metres(grid.point(a)), local.metres(grid.point(b)));
        area += (ax * by - bx * ay) / 2.0;
        length += (bx - ax).hypot(by - ay);
    }
    if length > 0.0 { 2.0 * area.abs() / length } else { 0.0 }
}

/// Cuts directed edges, as many into each dot as out of it, into simple loops.
fn loops(edges: Vec<(Dot, Dot)>) -> Vec<DotRing> {
    let mut used = vec![false; edges.len()];
    let mut found = Vec::new();
    let mut place: HashMap<Dot, usize> = HashMap::new();
    for begin in 0..edges.len() {
        if used[begin] {
            continue;
        }
        used[begin] = true;
        // `path` holds the dots walked; the edge into the last one came from the one before it.
        let mut path = vec![edges[begin].0];
        place.clear();
        place.insert(edges[begin].0, 0);
        let mut at = edges[begin].1;
        loop {
            if let Some(&since) = place.get(&at) {
                let cut = path.split_off(since);
                cut.iter().for_each(|dot| {
                    place.remove(dot);
                });
                if cut.len() > 2 {
                    found.push(cut);
                }
            }
            place.insert(at, path.len());
            path.push(at);
            let from = path.len().checked_sub(2).map(|i| path[i]);
            let Some(next) = next_edge(&edges, &used, from, at) else { break };
            used[next] = true;
            at = edges[next].1;
        }
    }
    found
}

/// The free edge out of `at` that keeps the same land on the left: the first one clockwise from where we
/// came.
fn next_edge(edges: &[(Dot, Dot)], used: &[bool], from: Option<Dot>, at: Dot) -> Option<usize> {
    let first = edges.partition_point(|edge| edge.0 < at);
    let mut best: Option<usize> = None;
    for index in first..edges.len() {
        if edges[index].0 != at {
            break;
        }
        if used[index] {
            continue;
        }
        let sooner = |other: usize| match from {
            Some(from) => clockwise_before(at, from, edges[index].1, edges[other].1),
            None => false,
        };
        if best.is_none_or(sooner) {
            best = Some(index);
        }
    }
    best
}

/// Whether turning clockwise around `at` from the direction of `from` meets `a` before `b`.
fn clockwise_before(at: Dot, from: Dot, a: Dot, b: Dot) -> bool {
    // 0: clockwise half (right of at→from), 1: straight on, 2: the other half, 3: back where we came from.
    let half = |c: Dot| match side(at, from, c) {
        right if right < 0 => 0,
        left if left > 0 => 2,
        _ if forward(at, from, c) => 3,
        _ => 1,
    };
    let (ha, hb) = (half(a), half(b));
    if ha != hb { ha < hb } else { side(at, a, b) < 0 }
}

fn forward(at: Dot, from: Dot, c: Dot) -> bool {
    let dx = (i64::from(from.x) - i64::from(at.x)).signum() * (i64::from(c.x) - i64::from(at.x)).signum();
    let dy = (i64::from(from.y) - i64::from(at.y)).signum() * (i64::from(c.y) - i64::from(at.y)).signum();
    dx + dy > 0
}

struct Loop {
    ring: DotRing,
    area: i128,
    bounds: Bounds,
}

impl Loop {
    fn new(ring: DotRing) -> Self {
        let bounds = ring.iter().fold(Bounds::EMPTY, |b, dot| {
            let (x, y) = dot.xy();
            b.join(Bounds::new(x, y, x, y))
        });
        Loop { area: twice_area(&ring), ring, bounds }
    }

    fn turn(&self) -> i32 {
        if self.area > 0 { 1 } else { -1 }
    }

    /// The ring, reversed if it does not turn the way asked for.
    fn turned(&self, turn: i32) -> DotRing {
        let mut ring = self.ring.clone();
        if self.turn() != turn {
            ring.reverse();
        }
        ring
    }

    fn contains(&self, (x, y): (f64, f64)) -> bool {
        let mut inside = false;
        for (a, b) in dot_edges(&self.ring) {
            let ((ax, ay), (bx, by)) = (a.xy(), b.xy());
            if (ay > y) != (by > y) {
                inside ^= x < ax + (y - ay) / (by - ay) * (bx - ax);
            }
        }
        inside
    }
}

/// Keeps the loops that part land from no land, `land` being told how often a place is encircled
/// counter-clockwise, and gives each hole to the land around it.
fn nest(rings: Vec<DotRing>, land: fn(i32) -> bool) -> Vec<DotPolygon> {
    let mut loops: Vec<Loop> = rings.into_iter().map(Loop::new).filter(|each| each.area != 0).collect();
    loops.sort_by(|a, b| b.area.abs().cmp(&a.area.abs()).then_with(|| a.ring.cmp(&b.ring)));
    if let [one] = &loops[..] {
        if !land(one.turn()) {
            return Vec::new();
        }
        return vec![DotPolygon { outer: one.turned(1), holes: Vec::new() }];
    }
    let boxes: Vec<Bounds> = loops.iter().map(|each| each.bounds).collect();
    let tree = Boxes::new(&boxes);
    let mut polygons: Vec<DotPolygon> = Vec::new();
    // For each loop the polygon it became.
    let mut became: Vec<Option<usize>> = vec![None; loops.len()];
    for index in 0..loops.len() {
        let edges: Vec<_> = dot_edges(&loops[index].ring).map(|(a, b)| (a.xy(), b.xy())).collect();
        let Some(inner) = inner_point(&edges) else { continue };
        let mut around: Vec<usize> = Vec::new();
        tree.search(&Bounds::new(inner.0, inner.1, inner.0, inner.1), |other| {
            if other < index && loops[other].contains(inner) {
                around.push(other);
            }
            true
        });
        let outside: i32 = around.iter().map(|&other| loops[other].turn()).sum();
        let inside = outside + loops[index].turn();
        if !land(outside) && land(inside) {
            became[index] = Some(polygons.len());
            polygons.push(DotPolygon { outer: loops[index].turned(1), holes: Vec::new() });
        } else if land(outside) && !land(inside) {
            let innermost = around.iter().filter(|&&other| became[other].is_some()).max();
            if let Some(polygon) = innermost.and_then(|&other| became[other]) {
                polygons[polygon].holes.push(loops[index].turned(-1));
            }
        }
    }
    polygons
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn square(x: i32, y: i32, size: i32) -> DotRing {
        let dot = |x, y| Dot { x, y };
        vec![dot(x, y), dot(x + size, y), dot(x + size, y + size), dot(x, y + size)]
    }

    fn area(polygons: &[DotPolygon]) -> i128 {
        polygons.iter().flat_map(DotPolygon::rings).map(|ring| twice_area(ring)).sum::<i128>() / 2
    }

    fn merged(rings: &[DotRing]) -> Vec<DotPolygon> {
        merge(rings.iter().map(Vec::as_slice))
    }

    #[test]
    fn neighbours_lose_the_border_between_them() {
        let union = merged(&[square(0, 0, 10), square(10, 0, 10)]);
        assert_eq!(union.len(), 1);
        assert_eq!((union[0].outer.len(), area(&union)), (6, 200));
    }

    #[test]
    fn eight_squares_around_a_hole_keep_the_hole_and_nine_have_none() {
        let ring = |skip: bool| {
            (0..9)
                .filter(|&i| !(skip && i == 4))
                .map(|i| square(i % 3 * 10, i / 3 * 10, 10))
                .collect::<Vec<_>>()
        };
        let union = merged(&ring(true));
        assert_eq!((union.len(), union[0].holes.len(), area(&union)), (1, 1, 800));
        let full = merged(&ring(false));
        assert_eq!((full.len(), full[0].holes.len(), area(&full)), (1, 0, 900));
    }

    #[test]
    fn squares_that_touch_in_a_corner_stay_two() {
        let union = merged(&[square(0, 0, 10), square(10, 10, 10)]);
        assert_eq!((union.len(), area(&union)), (2, 200));
    }

    #[test]
    fn a_spike_and_a_piece_without_area_vanish() {
        let dot = |x, y| Dot { x, y };
        let spiked = vec![dot(0, 0), dot(10, 0), dot(30, 0), dot(10, 0), dot(10, 10), dot(0, 10)];
        let line = vec![dot(50, 0), dot(60, 0), dot(70, 0), dot(60, 0)];
        let union = merged(&[spiked, line]);
        assert_eq!((union.len(), union[0].outer.len(), area(&union)), (1, 4, 100));
    }

    #[test]
    fn a_figure_of_eight_becomes_two_pieces() {
        let dot = |x, y| Dot { x, y };
        let eight = [dot(0, 0), dot(5, 5), dot(10, 0), dot(10, 10), dot(5, 5), dot(0, 10)];
        let twisted = [dot(0, 0), dot(5, 5), dot(10, 10), dot(10, 0), dot(5, 5), dot(0, 10)];
        for ring in [eight, twisted] {
            let union = untangle(&ring);
            assert_eq!((union.len(), area(&union)), (2, 50));
        }
    }

    #[test]
    fn a_piece_counted_twice_and_a_piece_inside_another_count_once() {
        let union = merged(&[square(0, 0, 10), square(0, 0, 10), square(2, 2, 3)]);
        assert_eq!((union.len(), area(&union)), (1, 100));
    }

    #[test]
    fn an_overlap_with_known_corners_is_counted_once() {
        let dot = |x, y| Dot { x, y };
        // [0,12]×[0,10] and [10,20]×[0,10], with the corners of the overlap present in both.
        let left = vec![dot(0, 0), dot(10, 0), dot(12, 0), dot(12, 10), dot(10, 10), dot(0, 10)];
        let right = vec![dot(10, 0), dot(12, 0), dot(20, 0), dot(20, 10), dot(12, 10), dot(10, 10)];
        let union = merged(&[left, right]);
        assert_eq!((union.len(), area(&union)), (1, 200));
        assert!(union[0].holes.is_empty());
    }

    #[test]
    fn a_hole_that_sticks_out_is_not_land() {
        let dot = |x, y| Dot { x, y };
        let outer = vec![dot(0, 0), dot(10, 0), dot(10, 2), dot(10, 12), dot(10, 20), dot(0, 20)];
        let hole = vec![dot(5, 2), dot(5, 12), dot(10, 12), dot(15, 12), dot(15, 2), dot(10, 2)];
        let union = merged(&[outer, hole]);
        assert_eq!(area(&union), 200 - 50);
    }

    #[test]
    fn an_island_in_a_lake_on_an_island_is_found() {
        let mut lake = square(10, 10, 80);
        lake.reverse();
        let union = merged(&[square(0, 0, 100), lake, square(40, 40, 20)]);
        assert_eq!((union.len(), area(&union)), (2, 10_000 - 6_400 + 400));
        assert_eq!(union.iter().map(|p| p.holes.len()).sum::<usize>(), 1);
    }

    #[test]
    fn a_narrow_gap_is_closed_and_a_lake_is_not() {
        let mut lake = square(100, 100, 500);
        lake.reverse();
        let dot = |x, y| Dot { x, y };
        let slit = vec![dot(700, 100), dot(700, 900), dot(702, 900), dot(702, 100)];
        let mut union = merged(&[square(0, 0, 1000), lake, slit]);
        assert_eq!(union[0].holes.len(), 2);
        close_gaps(&mut union, Grid::Metre, 20.0);
        assert_eq!(union[0].holes.len(), 1);
    }

    proptest! {
        #[test]
        fn any_set_of_cells_keeps_its_area_in_any_order(
            mut cells in prop::collection::btree_set((0i32..8, 0i32..8), 0..50).prop_map(Vec::from_iter),
            turn in 0usize..50,
        ) {
            let one: Vec<DotRing> = cells.iter().map(|&(x, y)| square(x * 10, y * 10, 10)).collect();
            let union = merged(&one);
            prop_assert_eq!(area(&union), cells.len() as i128 * 100);
            for ring in union.iter().flat_map(DotPolygon::rings) {
                let mut dots = ring.clone();
                dots.sort_unstable();
                dots.dedup();
                prop_assert_eq!(dots.len(), ring.len());
            }
            let length = cells.len().max(1);
            cells.rotate_left(turn % length);
            let other: Vec<DotRing> = cells.iter().map(|&(x, y)| square(x * 10, y * 10, 10)).collect();
            prop_assert_eq!(merged(&other), union);
        }
    }
}
