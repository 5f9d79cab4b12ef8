//! A shape in few bytes: whole grid steps, each point as the difference from the one before, small numbers in
//! one byte.
//!
//! ```text
//! version 1 · decimals (5 or 6) · polygons · { rings · { points · { Δx Δy }… }… }…
//! ```
//! Counts are LEB128 numbers, differences zigzag LEB128. The first difference is from (0, 0); later rings go
//! on from the last point of the ring before.

use super::grid::{Dot, Grid};
use super::shape::{Polygon, Ring, Shape};
use crate::{Result, error::invalid};

const VERSION: u8 = 1;

/// Writes `shape` on `grid`; points are rounded to its steps, and points off the globe are moved to its edge.
pub fn encode(shape: &Shape, grid: Grid) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(8 + shape.vertex_count() * 4);
    bytes.extend([VERSION, grid.decimals()]);
    put(&mut bytes, shape.polygons.len() as u64);
    let mut last = Dot { x: 0, y: 0 };
    for polygon in &shape.polygons {
        put(&mut bytes, 1 + polygon.holes.len() as u64);
        for ring in polygon.rings() {
            put(&mut bytes, ring.len() as u64);
            for &point in ring {
                let dot = grid.dot(point);
                put_signed(&mut bytes, i64::from(dot.x) - i64::from(last.x));
                put_signed(&mut bytes, i64::from(dot.y) - i64::from(last.y));
                last = dot;
            }
        }
    }
    bytes
}

/// Reads what [`encode`] wrote. Foreign bytes give an error, never a panic, and never take more memory than a
/// small multiple of their length.
pub fn decode(bytes: &[u8]) -> Result<Shape> {
    read(bytes).ok_or_else(|| {
        invalid(
            "shape_bytes",
            "Ranh giới đã lưu bị hỏng: không đọc được. Hãy nạp lại tệp ranh giới của đơn vị này.",
        )
    })
}

fn read(bytes: &[u8]) -> Option<Shape> {
    let (&[version, decimals], mut rest) = bytes.split_first_chunk::<2>()?;
    let grid = match (version, decimals) {
        (VERSION, 5) => Grid::Metre,
        (VERSION, 6) => Grid::Decimetre,
        _ => return None,
    };
    let (most_x, most_y) = (180.0 * grid.steps_per_degree(), 90.0 * grid.steps_per_degree());
    let (mut x, mut y) = (0i64, 0i64);
    let count = take_count(&mut rest, 2)?;
    let mut polygons = Vec::with_capacity(count);
    for _ in 0..count {
        let rings = take_count(&mut rest, 1)?;
        let mut polygon = Polygon::default();
        for index in 0..rings {
            let points = take_count(&mut rest, 2)?;
            let mut ring = Ring::with_capacity(points);
            for _ in 0..points {
                x = x.checked_add(take_signed(&mut rest)?)?;
                y = y.checked_add(take_signed(&mut rest)?)?;
                if x.unsigned_abs() as f64 > most_x || y.unsigned_abs() as f64 > most_y {
                    return None;
                }
                ring.push(grid.point(Dot { x: x as i32, y: y as i32 }));
            }
            if index == 0 { polygon.outer = ring } else { polygon.holes.push(ring) }
        }
        if rings == 0 {
            return None;
        }
        polygons.push(polygon);
    }
    rest.is_empty().then_some(Shape { polygons })
}

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn put_signed(bytes: &mut Vec<u8>, number: i64) {
    put(bytes, ((number << 1) ^ (number >> 63)) as u64);
}

fn take(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..35).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

fn take_signed(rest: &mut &[u8]) -> Option<i64> {
    let number = take(rest)?;
    Some((number >> 1) as i64 ^ -((number & 1) as i64))
}

/// A count of things that take at least `each` bytes, refused when there are not so many bytes left.
fn take_count(rest: &mut &[u8], each: usize) -> Option<usize> {
    let count = usize::try_from(take(rest)?).ok()?;
    (count.checked_mul(each)? <= rest.len()).then_some(count)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::shape::tests::{rectangle, star};
    use super::*;
    use crate::Kind;

    fn on_grid(shape: &Shape, grid: Grid) -> Shape {
        let mut shape = shape.clone();
        for polygon in &mut shape.polygons {
            for ring in std::iter::once(&mut polygon.outer).chain(&mut polygon.holes) {
                ring.iter_mut().for_each(|point| *point = grid.point(grid.dot(*point)));
            }
        }
        shape
    }

    fn radii(most: usize) -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(0.01f64..1.0, 0..most)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            stars in prop::collection::vec((radii(30), prop::collection::vec(radii(9), 0..3)), 0..4),
            fine in any::<bool>(),
        ) {
            let grid = if fine { Grid::Decimetre } else { Grid::Metre };
            let polygons = stars.iter()
                .map(|(outer, holes)| {
                    Polygon { outer: star(outer), holes: holes.iter().map(|hole| star(hole)).collect() }
                })
                .collect();
            let shape = Shape { polygons };
            prop_assert_eq!(decode(&encode(&shape, grid)).unwrap(), on_grid(&shape, grid));
        }

        #[test]
        fn foreign_bytes_are_refused_or_read_and_never_panic(
            mut bytes in prop::collection::vec(any::<u8>(), 0..200),
            honest_head in any::<bool>(),
        ) {
            if honest_head && bytes.len() > 2 {
                bytes[0] = 1;
                bytes[1] = 5;
            }
            if let Ok(shape) = decode(&bytes) {
                prop_assert!(shape.rings().flatten().all(|point| point.is_valid()));
            }
        }
    }

    #[test]
    fn cut_or_lengthened_bytes_are_refused() {
        let bytes = encode(&Shape::from_ring(rectangle(105.0, 10.0, 106.0, 11.0)), Grid::Metre);
        for end in 0..bytes.len() {
            assert_eq!(decode(&bytes[..end]).unwrap_err().kind(), Kind::Invalid);
        }
        assert!(decode(&[&bytes[..], &[0]].concat()).is_err());
    }

    #[test]
    fn a_count_larger_than_the_bytes_is_refused_before_memory_is_taken() {
        assert!(decode(&[1, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]).is_err());
        assert!(decode(&[1, 5, 1, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 1, 1]).is_err());
    }
}
