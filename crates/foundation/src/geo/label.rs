//! Where to write a name: the point of a polygon that is farthest from its border, found by quartering
//! squares and leaving those that cannot hold a better one.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::shape::{Local, Point, Polygon, edges, square_to_segment};

/// How many squares are looked at before the best found so far is taken.
const MOST_SQUARES: usize = 4_000;

struct Square {
    x: f64,
    y: f64,
    half: f64,
    /// Signed distance of the middle to the border, negative outside.
    distance: f64,
}

impl Square {
    /// The best distance that any point of the square can have.
    fn best(&self) -> f64 {
        self.distance + self.half * std::f64::consts::SQRT_2
    }
}

impl PartialEq for Square {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Square {}
impl PartialOrd for Square {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Square {
    fn cmp(&self, other: &Self) -> Ordering {
        self.best().total_cmp(&other.best())
    }
}

/// Two points in some flat measure.
pub(super) type FlatEdge = ((f64, f64), (f64, f64));

/// The polygon in metres around its middle.
struct Flat {
    edges: Vec<FlatEdge>,
}

impl Flat {
    fn signed_distance(&self, x: f64, y: f64) -> f64 {
        let mut inside = false;
        let mut square = f64::INFINITY;
        for &(a, b) in &self.edges {
            if (a.1 > y) != (b.1 > y) && x < a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0) {
                inside = !inside;
            }
            square = square.min(square_to_segment((x, y), a, b));
        }
        if inside { square.sqrt() } else { -square.sqrt() }
    }

    fn square(&self, x: f64, y: f64, half: f64) -> Square {
        Square { x, y, half, distance: self.signed_distance(x, y) }
    }
}

/// The point inside `polygon` farthest from its border, within one per cent of its width. `None` without
/// points.
pub(super) fn label_point(polygon: &Polygon) -> Option<Point> {
    let bounds = polygon.bounds();
    if bounds.is_empty() {
        return None;
    }
    let centre = bounds.centre();
    let local = Local::at(centre);
    let flat = Flat {
        edges: polygon
            .rings()
            .flat_map(|r| edges(r))
            .map(|(a, b)| (local.metres(a), local.metres(b)))
            .collect(),
    };
    let (width, height) = local.metres(Point::new(bounds.east, bounds.north));
    let half = width.min(height);
    if half.is_nan() || half <= 0.0 {
        return Some(centre);
    }
    let mut heap = BinaryHeap::new();
    let (columns, rows) = ((width / half).ceil().min(64.0), (height / half).ceil().min(64.0));
    let half = (width / columns).max(height / rows);
    for column in 0..columns as usize {
        for row in 0..rows as usize {
            let x = -width + (column as f64 + 0.5) * 2.0 * width / columns;
            let y = -height + (row as f64 + 0.5) * 2.0 * height / rows;
            heap.push(flat.square(x, y, half));
        }
    }
    let mut best = flat.square(0.0, 0.0, 0.0);
    let mut looked_at = 0;
    while let Some(square) = heap.pop() {
        if square.distance > best.distance {
            best = Square { ..square };
        }
        looked_at += 1;
        let precision = if best.distance > 0.0 { best.distance * 0.02 } else { 0.0 };
        if square.best() - best.distance <= precision || looked_at > MOST_SQUARES {
            break;
        }
        let quarter = square.half / 2.0;
        for (dx, dy) in [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)] {
            heap.push(flat.square(square.x + dx * quarter, square.y + dy * quarter, quarter));
        }
    }
    if best.distance <= 0.0
        && let Some((x, y)) = inner_point(&flat.edges)
    {
        return Some(local.degrees(x, y));
    }
    Some(local.degrees(best.x, best.y))
}

/// A point strictly inside the area bounded by `edges` (even-odd): the middle of the longest stretch of a
/// level line drawn halfway between two vertices. `None` when the edges enclose nothing.
pub(super) fn inner_point(edges: &[FlatEdge]) -> Option<(f64, f64)> {
    let mut levels: Vec<f64> = edges.iter().map(|(a, _)| a.1).collect();
    levels.sort_unstable_by(f64::total_cmp);
    let gaps = levels.windows(2).map(|pair| (pair[1] - pair[0], (pair[0] + pair[1]) / 2.0));
    let (_, y) = gaps.filter(|(gap, _)| *gap > 0.0).max_by(|a, b| a.0.total_cmp(&b.0))?;
    let crosses = |&&(a, b): &&FlatEdge| (a.1 > y) != (b.1 > y);
    let mut xs: Vec<f64> =
        edges.iter().filter(crosses).map(|(a, b)| a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0)).collect();
    xs.sort_unstable_by(f64::total_cmp);
    let stretches = xs.chunks_exact(2).map(|pair| (pair[1] - pair[0], (pair[0] + pair[1]) / 2.0));
    stretches.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, x)| (x, y))
}

#[cfg(test)]
mod tests {
    use super::super::shape::Shape;
    use super::super::shape::tests::rectangle;
    use super::*;

    #[test]
    fn a_name_stands_in_the_middle_of_a_square() {
        let label = Shape::from_ring(rectangle(105.0, 10.0, 105.1, 10.1)).label_point().unwrap();
        assert!((label.lon - 105.05).abs() < 0.002 && (label.lat - 10.05).abs() < 0.002, "{label:?}");
    }

    #[test]
    fn a_name_avoids_the_hole_and_stays_in_the_largest_piece() {
        let ring = Polygon {
            outer: rectangle(105.0, 10.0, 106.0, 11.0),
            holes: vec![rectangle(105.1, 10.1, 105.9, 10.9)],
        };
        let islet = Polygon { outer: rectangle(107.0, 10.0, 107.01, 10.01), holes: vec![] };
        let shape = Shape { polygons: vec![islet, ring] };
        let label = shape.label_point().unwrap();
        assert!(shape.polygons[1].contains(label), "{label:?}");
    }

    #[test]
    fn a_long_crescent_keeps_its_name_inside() {
        let mut outer = vec![];
        for step in 0..=40 {
            let angle = step as f64 / 40.0 * 5.0;
            outer.push(Point::new(105.0 + angle.cos(), 16.0 + angle.sin()));
        }
        for step in (0..=40).rev() {
            let angle = step as f64 / 40.0 * 5.0;
            outer.push(Point::new(105.0 + 0.9 * angle.cos(), 16.0 + 0.9 * angle.sin()));
        }
        let shape = Shape::from_ring(outer);
        assert!(shape.contains(shape.label_point().unwrap()));
        assert!(!shape.contains(shape.centroid().unwrap()));
    }

    #[test]
    fn a_line_without_width_gives_a_point_and_no_panic() {
        let flat = Shape::from_ring(vec![Point::new(105.0, 10.0), Point::new(106.0, 10.0)]);
        assert!(flat.label_point().is_some());
        assert_eq!(Shape::default().label_point(), None);
    }
}
