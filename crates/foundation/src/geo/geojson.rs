//! Boundaries as GeoJSON (RFC 7946), in and out.
//!
//! [`read`] takes bytes that nobody has checked. A file that is no collection of boundaries is refused whole,
//! with a sentence that says what to do; a feature that cannot be used is left out and named, the others are
//! kept.

mod fault;
mod read;
#[cfg(test)]
mod stories;

use serde_json::{Map, Value};

pub use fault::{Fault, Reason};
pub use read::read;

use super::shape::{Polygon, Ring, Shape, ring_area_km2};

/// What a feature says about itself.
pub type Properties = Map<String, Value>;

/// One feature of a collection.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Its position in the file, from 0.
    pub index: usize,
    /// Its properties; empty when the file has none.
    pub properties: Properties,
    /// Its land: at least one polygon, every ring with an area.
    pub shape: Shape,
}

/// What was read, and what was wrong.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Collection {
    /// The usable features, in the order of the file.
    pub features: Vec<Feature>,
    /// What was found wrong, in the order of the file.
    pub faults: Vec<Fault>,
}

/// How much [`read`] takes before it refuses. The default is several times the whole country at full detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: usize,
    /// Features in the collection.
    pub features: usize,
    /// Points of all features together.
    pub vertices: usize,
    /// Rings of one feature.
    pub rings: usize,
    /// Brackets and braces inside one another.
    pub depth: usize,
    /// Bytes of the properties of one feature.
    pub properties: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bytes: 128 << 20,
            features: 50_000,
            vertices: 5_000_000,
            rings: 20_000,
            depth: 32,
            properties: 64 << 10,
        }
    }
}

/// Writes features as a collection, one feature per line, coordinates rounded to `decimals` (at most 15).
/// Outer rings turn counter-clockwise, holes clockwise, all are closed. An empty shape is written as a
/// feature without geometry.
pub fn write<'a>(features: impl IntoIterator<Item = (&'a Properties, &'a Shape)>, decimals: u8) -> String {
    write_with(&Properties::new(), features, decimals)
}

/// As [`write`], with what is said of the whole collection as foreign members (RFC 7946, 6.1).
pub fn write_with<'a>(
    members: &Properties,
    features: impl IntoIterator<Item = (&'a Properties, &'a Shape)>,
    decimals: u8,
) -> String {
    let mut out = String::from("{\"type\":\"FeatureCollection\",");
    for (name, value) in members {
        out.push_str(&Value::from(name.as_str()).to_string());
        out.push(':');
        out.push_str(&value.to_string());
        out.push(',');
    }
    out.push_str("\"features\":[");
    for (index, (properties, shape)) in features.into_iter().enumerate() {
        out.push_str(if index > 0 { ",\n" } else { "\n" });
        out.push_str("{\"type\":\"Feature\",\"properties\":");
        out.push_str(&Value::Object(properties.clone()).to_string());
        out.push_str(",\"geometry\":");
        write_geometry(&mut out, shape, decimals);
        out.push('}');
    }
    out.push_str("\n]}\n");
    out
}

/// Writes one shape as a GeoJSON geometry: `Polygon`, `MultiPolygon` or `null`.
pub fn write_geometry(out: &mut String, shape: &Shape, decimals: u8) {
    match &shape.polygons[..] {
        [] => out.push_str("null"),
        [one] => {
            out.push_str("{\"type\":\"Polygon\",\"coordinates\":");
            write_polygon(out, one, decimals);
            out.push('}');
        }
        many => {
            out.push_str("{\"type\":\"MultiPolygon\",\"coordinates\":[");
            for (index, polygon) in many.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_polygon(out, polygon, decimals);
            }
            out.push_str("]}");
        }
    }
}

fn write_polygon(out: &mut String, polygon: &Polygon, decimals: u8) {
    out.push('[');
    for (index, ring) in polygon.rings().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_ring(out, ring, index == 0, decimals);
    }
    out.push(']');
}

fn write_ring(out: &mut String, ring: &Ring, counter_clockwise: bool, decimals: u8) {
    let mut points: Ring = ring.clone();
    if points.len() > 1 && points.first() == points.last() {
        points.pop();
    }
    if (ring_area_km2(&points) > 0.0) != counter_clockwise {
        points.reverse();
    }
    points.extend(points.first().copied());
    out.push('[');
    for (index, point) in points.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push('[');
        write_number(out, point.lon, decimals);
        out.push(',');
        write_number(out, point.lat, decimals);
        out.push(']');
    }
    out.push(']');
}

/// A number without needless zeros; what is not finite is written as 0, for JSON knows no other.
fn write_number(out: &mut String, number: f64, decimals: u8) {
    let number = if number.is_finite() { number } else { 0.0 };
    let text = format!("{number:.*}", usize::from(decimals.min(15)));
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    out.push_str(if text == "-0" { "0" } else { text });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::shape::Point;
    use super::super::shape::tests::{rectangle, star};
    use super::*;

    fn named(name: &str) -> Properties {
        Properties::from_iter([("name".to_string(), Value::from(name))])
    }

    #[test]
    fn a_shape_is_written_as_the_standard_wants_it() {
        let mut outer = rectangle(105.0, 10.0, 106.0, 11.123456);
        outer.reverse();
        let shape =
            Shape { polygons: vec![Polygon { outer, holes: vec![rectangle(105.2, 10.2, 105.4, 10.4)] }] };
        let text = write([(&named("Xã «A\"»"), &shape)], 3);
        assert_eq!(
            text,
            "{\"type\":\"FeatureCollection\",\"features\":[\n{\"type\":\"Feature\",\"properties\":\
             {\"name\":\"Xã «A\\\"»\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":\
             [[[105,10],[106,10],[106,11.123],[105,11.123],[105,10]],\
             [[105.2,10.4],[105.4,10.4],[105.4,10.2],[105.2,10.2],[105.2,10.4]]]}}\n]}\n"
        );
    }

    #[test]
    fn what_is_said_of_the_whole_stands_beside_the_features() {
        let text = write_with(&named("Cần Thơ"), [], 3);
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&read["name"], &read["features"]), (&Value::from("Cần Thơ"), &serde_json::json!([])));
    }

    #[test]
    fn numbers_lose_their_needless_zeros() {
        let number = |value, decimals| {
            let mut out = String::new();
            write_number(&mut out, value, decimals);
            out
        };
        assert_eq!(number(100.0, 0), "100");
        assert_eq!(number(100.0, 4), "100");
        assert_eq!(number(-0.00001, 4), "0");
        assert_eq!(number(f64::NAN, 4), "0");
    }

    proptest! {
        #[test]
        fn what_is_written_can_be_read(
            shapes in prop::collection::vec(prop::collection::vec(0.1f64..1.0, 3..20), 1..6),
        ) {
            let shift = |ring: Ring, by: f64| -> Ring {
                ring.into_iter().map(|point| Point::new(point.lon + by, point.lat)).collect()
            };
            let shapes: Vec<Shape> = shapes.iter().enumerate()
                .map(|(i, radii)| Shape::from_ring(shift(star(radii), i as f64 * 2.0)))
                .collect();
            let properties: Vec<Properties> = (0..shapes.len()).map(|i| named(&format!("Xã {i}"))).collect();
            let text = write(properties.iter().zip(&shapes), 9);
            let read = read(text.as_bytes(), &Limits::default()).unwrap();
            prop_assert_eq!(&read.faults, &vec![]);
            for (feature, (properties, shape)) in read.features.iter().zip(properties.iter().zip(&shapes)) {
                prop_assert_eq!(&feature.properties, properties);
                prop_assert!((feature.shape.area_km2() / shape.area_km2() - 1.0).abs() < 1e-4);
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes, &Limits::default());
        }

        #[test]
        fn any_text_of_its_words_is_read_or_refused(
            words in prop::collection::vec(prop::sample::select(vec![
                "{", "}", "[", "]", ",", ":", "1", "105.5", "1e999", "NaN", "null", "\"type\"",
                "\"features\"", "\"FeatureCollection\"", "\"geometry\"", "\"coordinates\"", "\"Polygon\"",
                "\"properties\"",
            ]), 0..60),
        ) {
            let head = "{\"type\":\"FeatureCollection\",\"features\":[";
            let _ = read(format!("{head}{}", words.concat()).as_bytes(), &Limits::default());
            let _ = read(words.concat().as_bytes(), &Limits::default());
        }
    }
}
