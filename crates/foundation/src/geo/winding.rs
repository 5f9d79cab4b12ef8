//! Which edges part land from no land. Where units only touch, an edge walked once in each direction goes
//! away and that is all. Where they overlap, places are encircled twice, and every edge is asked how often
//! the places on its two sides are.

use super::boxes::Boxes;
use super::grid::{Dot, dot_edges};
use super::shape::Bounds;

/// A directed edge and how often it is walked that way more than the other.
type Edge = (Dot, Dot, i32);

/// The edges of `rings` that have land on their left and none on their right, sorted. `land` is told how
/// often a place is encircled counter-clockwise. As many edges lead into each dot as out of it. Loops that
/// neither touch nor cross another are not looked at: what lies in what is for the caller to see.
pub(crate) fn boundary<'a>(
    rings: impl IntoIterator<Item = &'a [Dot]>,
    land: fn(i32) -> bool,
) -> Vec<(Dot, Dot)> {
    let edges = left_over(rings);
    if is_plain(&edges) {
        return all_walked(edges);
    }
    let windings = windings(&edges);
    let mut boundary = Vec::with_capacity(edges.len());
    for (&(a, b, net), left) in edges.iter().zip(windings) {
        match (land(left), land(left - net)) {
            (true, false) => boundary.push((a, b)),
            (false, true) => boundary.push((b, a)),
            _ => {}
        }
    }
    boundary.sort_unstable();
    if is_balanced(&boundary) { boundary } else { all_walked(edges) }
}

/// Every edge as often as it is walked. Used as they are when edges cross after all, because they always
/// close: better an odd sliver than land that is lost.
fn all_walked(edges: Vec<Edge>) -> Vec<(Dot, Dot)> {
    edges
        .into_iter()
        .flat_map(|(a, b, net)| std::iter::repeat_n((a, b), net.unsigned_abs() as usize))
        .collect()
}

/// Whether as many edges lead into each dot as out of it.
fn is_balanced(edges: &[(Dot, Dot)]) -> bool {
    let mut ends: Vec<Dot> = edges.iter().map(|edge| edge.1).collect();
    ends.sort_unstable();
    edges.iter().map(|edge| edge.0).eq(ends)
}

/// The edges that do not cancel, sorted.
fn left_over<'a>(rings: impl IntoIterator<Item = &'a [Dot]>) -> Vec<Edge> {
    let mut all: Vec<Edge> = Vec::new();
    for ring in rings {
        for (a, b) in dot_edges(ring) {
            if a != b {
                all.push(if a < b { (a, b, 1) } else { (b, a, -1) });
            }
        }
    }
    all.sort_unstable();
    let mut left = Vec::new();
    for same in all.chunk_by(|p, q| (p.0, p.1) == (q.0, q.1)) {
        let (a, b, _) = same[0];
        let net: i32 = same.iter().map(|edge| edge.2).sum();
        match net {
            0 => {}
            1.. => left.push((a, b, net)),
            _ => left.push((b, a, -net)),
        }
    }
    left.sort_unstable();
    left
}

/// Whether edges lead into and out of every dot in turn, as they do around land that nothing overlaps.
fn is_plain(edges: &[Edge]) -> bool {
    if edges.iter().any(|edge| edge.2 != 1) {
        return false;
    }
    let mut ends: Vec<(Dot, Dot, bool)> = Vec::with_capacity(2 * edges.len());
    for &(a, b, _) in edges {
        ends.extend([(a, b, true), (b, a, false)]);
    }
    ends.sort_unstable();
    ends.chunk_by_mut(|a, b| a.0 == b.0).all(|around| {
        if around.len() > 2 {
            around.sort_unstable_by(|a, b| by_angle(a.0, a.1, b.1));
        }
        around.iter().zip(around.iter().cycle().skip(1)).all(|(a, b)| a.2 != b.2)
    })
}

/// Orders `a` and `b` counter-clockwise around `at`.
fn by_angle(at: Dot, a: Dot, b: Dot) -> std::cmp::Ordering {
    let below = |c: Dot| (c.y, c.x) < (at.y, at.x);
    below(a).cmp(&below(b)).then_with(|| 0.cmp(&super::grid::side(at, a, b)))
}

/// For each edge how often the place on its left is encircled: counted along a level ray to the east from
/// just above its middle.
fn windings(edges: &[Edge]) -> Vec<i32> {
    let boxes: Vec<Bounds> = edges
        .iter()
        .map(|(a, b, _)| {
            let ((ax, ay), (bx, by)) = (a.xy(), b.xy());
            Bounds::new(ax.min(bx), ay.min(by), ax.max(bx), ay.max(by))
        })
        .collect();
    let tree = Boxes::new(&boxes);
    let count = |index: usize| {
        let (a, b, net) = edges[index];
        // Twice the middle, so that it is whole.
        let (mx, my) = (i64::from(a.x) + i64::from(b.x), i64::from(a.y) + i64::from(b.y));
        let (x, y) = (mx as f64 / 2.0, my as f64 / 2.0);
        let mut above = 0;
        tree.search(&Bounds::new(x, y, f64::INFINITY, y), |other| {
            if other != index {
                let (c, d, net) = edges[other];
                above += net * passes(c, d, mx, my);
            }
            true
        });
        // The ray begins beside the edge, or above it if it is level.
        match (a.y.cmp(&b.y), a.x < b.x) {
            (std::cmp::Ordering::Less, _) | (std::cmp::Ordering::Equal, false) => above + net,
            _ => above,
        }
    };
    (0..edges.len()).map(count).collect()
}

/// 1 if the edge passes the ray east of (`mx`, `my`), given doubled, northward; −1 southward; 0 if not. A dot
/// on the level of the ray counts as below it.
fn passes(c: Dot, d: Dot, mx: i64, my: i64) -> i32 {
    let (cy, dy) = (2 * i64::from(c.y), 2 * i64::from(d.y));
    if (cy > my) == (dy > my) {
        return 0;
    }
    let (cx, dx) = (2 * i64::from(c.x), 2 * i64::from(d.x));
    let side = i128::from(dx - cx) * i128::from(my - cy) - i128::from(dy - cy) * i128::from(mx - cx);
    match dy > cy {
        true => i32::from(side > 0),
        false => -i32::from(side < 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rectangle(x: i32, y: i32, width: i32, height: i32) -> Vec<Dot> {
        let dot = |x, y| Dot { x, y };
        vec![dot(x, y), dot(x + width, y), dot(x + width, y + height), dot(x, y + height)]
    }

    fn length(rings: &[Vec<Dot>], land: fn(i32) -> bool) -> f64 {
        let edges = boundary(rings.iter().map(Vec::as_slice), land);
        edges.iter().map(|(a, b)| (f64::from(a.x - b.x)).hypot(f64::from(a.y - b.y))).sum()
    }

    #[test]
    fn an_edge_with_land_on_both_sides_is_no_boundary() {
        let beside = [rectangle(0, 0, 10, 10), rectangle(10, 0, 10, 10)];
        assert_eq!(length(&beside, |winding| winding > 0), 60.0);
        let within = [rectangle(0, 0, 10, 10), rectangle(0, 0, 2, 2)];
        assert_eq!(length(&within, |winding| winding > 0), 40.0);
        let twice = [rectangle(0, 0, 10, 10), rectangle(0, 0, 10, 10), rectangle(10, 0, 5, 10)];
        assert_eq!(length(&twice, |winding| winding > 0), 50.0);
    }

    #[test]
    fn land_can_be_what_is_encircled_at_least_twice() {
        let rings = [rectangle(0, 0, 10, 10), rectangle(0, 0, 10, 10), rectangle(20, 0, 10, 10)];
        assert_eq!(length(&rings, |winding| winding > 1), 40.0);
    }

    #[test]
    fn what_turns_the_other_way_takes_away() {
        let mut hole = rectangle(2, 2, 4, 4);
        hole.reverse();
        assert_eq!(length(&[rectangle(0, 0, 10, 10), hole.clone()], |winding| winding > 0), 56.0);
        assert_eq!(length(&[hole, rectangle(2, 2, 4, 4)], |winding| winding > 0), 0.0);
    }
}
