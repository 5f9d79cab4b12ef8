//! What real files get wrong, and what is said then.

use super::*;
use crate::Kind;

const SQUARE: &str = "[[[105,10],[106,10],[106,11],[105,11],[105,10]]]";

fn feature(geometry: &str) -> String {
    format!("{{\"type\":\"Feature\",\"properties\":{{\"code\":\"1\"}},\"geometry\":{geometry}}}")
}

fn polygon(coordinates: &str) -> String {
    feature(&format!("{{\"type\":\"Polygon\",\"coordinates\":{coordinates}}}"))
}

fn collection(features: &[String]) -> String {
    format!("{{\"type\":\"FeatureCollection\",\"features\":[{}]}}", features.join(","))
}

fn reasons(features: &[String]) -> (usize, Vec<(usize, Reason)>) {
    let read = read(collection(features).as_bytes(), &Limits::default()).unwrap();
    (read.features.len(), read.faults.into_iter().map(|fault| (fault.feature, fault.reason)).collect())
}

fn refusal(text: &str) -> (&'static str, String) {
    let error = read(text.as_bytes(), &Limits::default()).unwrap_err();
    (error.code(), error.message().to_string())
}

#[test]
fn a_bad_feature_is_named_and_the_others_are_kept() {
    let square = polygon(SQUARE);
    let features = [
        square.clone(),
        feature("null"),
        feature("{\"type\":\"LineString\",\"coordinates\":[[105,10],[106,10]]}"),
        polygon("[[[105,10],[106,\"10\"]]]"),
        polygon("[[[105,10],[106,10],[107,10],[105,10]]]"),
        polygon("[]"),
        polygon("[[[105,10],[206,10],[106,11]]]"),
        polygon("[[[10.5,105],[10.6,105],[10.6,106]]]"),
        "{\"type\":\"Feature\",\"properties\":7,\"geometry\":null}".into(),
        "12".into(),
    ];
    let (kept, found) = reasons(&features);
    assert_eq!(kept, 1);
    let expected = [
        (1, Reason::NoGeometry),
        (2, Reason::OtherGeometry("LineString".into())),
        (3, Reason::BadCoordinates),
        (4, Reason::FlatRing { polygon: 0, ring: 0 }),
        (4, Reason::Empty),
        (5, Reason::Empty),
        (6, Reason::OffGlobe { lon: 206.0, lat: 10.0 }),
        (7, Reason::Swapped),
        (8, Reason::NotAFeature),
        (9, Reason::NotAFeature),
    ];
    assert_eq!(found, expected);
}

#[test]
fn an_unclosed_ring_is_closed_and_said_so() {
    let (kept, found) = reasons(&[polygon("[[[105,10],[106,10],[106,11]]]")]);
    assert_eq!((kept, found), (1, vec![(0, Reason::Unclosed { polygon: 0, ring: 0 })]));
    let fault = Fault { feature: 4, reason: Reason::Unclosed { polygon: 0, ring: 0 } };
    assert!(fault.is_kept());
    assert_eq!(
        fault.to_string(),
        "Đối tượng thứ 5: đường thứ 1 của mảnh thứ 1 chưa khép kín; đã tự khép lại."
    );
}

#[test]
fn a_flat_piece_or_hole_is_left_out_and_the_rest_kept() {
    let good = "[[105,10],[106,10],[106,11],[105,10]]";
    let flat = "[[105,10],[106,10],[105,10]]";
    let text =
        feature(&format!("{{\"type\":\"MultiPolygon\",\"coordinates\":[[{flat},{good}],[{good},{flat}]]}}"));
    let (kept, found) = reasons(&[text]);
    assert_eq!(kept, 1);
    let flat = |polygon, ring| (0, Reason::FlatRing { polygon, ring });
    assert_eq!(found, [flat(0, 0), flat(1, 1)]);
}

#[test]
fn a_repeated_feature_is_left_out_and_repeated_land_is_noted() {
    let other = polygon(SQUARE).replace("\"1\"", "\"2\"");
    let (kept, found) = reasons(&[polygon(SQUARE), polygon(SQUARE), other]);
    assert_eq!((kept, found), (2, vec![(1, Reason::Duplicate { of: 0 }), (2, Reason::SameLand { of: 0 })]));
}

#[test]
fn metres_of_vn_2000_are_recognised() {
    let metres = polygon("[[[587000.5,2325000.1],[588000,2325000],[588000,2326000],[587000.5,2325000.1]]]");
    let (code, message) = refusal(&collection(&[polygon(SQUARE), metres]));
    assert_eq!(code, "geojson_projected");
    assert!(
        message.starts_with("Toạ độ của đối tượng thứ 2 tính bằng mét, có vẻ theo hệ VN-2000"),
        "{message}"
    );
    let crs = "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":\
               {\"name\":\"urn:ogc:def:crs:EPSG::3405\"}},\"features\":[]}";
    assert_eq!(refusal(crs).0, "geojson_crs");
    let crs84 = collection(&[polygon(SQUARE)]).replacen('{', "{\"crs\":{\"name\":\"OGC:1.3:CRS84\"},", 1);
    assert!(read(crs84.as_bytes(), &Limits::default()).is_ok());
}

#[test]
fn height_is_passed_over() {
    let (kept, found) = reasons(&[polygon("[[[105,10,3],[106,10,3],[106,11,3],[105,10,3]]]")]);
    assert_eq!((kept, found), (1, vec![]));
}

#[test]
fn a_file_that_is_something_else_is_refused_with_its_reason() {
    assert_eq!(refusal("").0, "geojson_syntax");
    assert_eq!(refusal("{\"type\":\"FeatureCollection\",\"features\":[]}").0, "geojson_empty");
    assert_eq!(refusal("{\"type\":\"Topology\",\"objects\":{}}").0, "geojson_topojson");
    assert_eq!(refusal("{\"type\":7,\"features\":[]}").0, "geojson_kind");
    assert_eq!(refusal("[1,2]").0, "geojson_syntax");
    assert_eq!(refusal(&"[".repeat(100_000)).0, "geojson_depth");
    assert_eq!(read(b"\x1f\x8b\x08", &Limits::default()).unwrap_err().code(), "geojson_compressed");
    assert_eq!(read(b"\"\xff\"", &Limits::default()).unwrap_err().code(), "geojson_utf8");
}

#[test]
fn a_syntax_error_names_the_feature_the_line_and_the_column() {
    let text = collection(&[polygon(SQUARE), polygon("[[[105,NaN],[106,10]]]")]);
    let (code, message) = refusal(&text);
    assert_eq!(code, "geojson_syntax");
    assert!(message.contains("NaN") && message.contains("đối tượng thứ 2, dòng 1"), "{message}");
    let (_, message) = refusal(&text[..text.len() - 2].replace("NaN", "10"));
    assert!(message.contains("sai cú pháp"), "{message}");
    let huge = polygon("[[[105,1e999],[106,10],[106,11]]]");
    assert_eq!(reasons(&[huge]), (0, vec![(0, Reason::BadCoordinates)]));
}

#[test]
fn more_than_the_limits_is_refused() {
    let text = collection(&[polygon(SQUARE), polygon(SQUARE)]);
    let refused = |limits: Limits| {
        let error = read(text.as_bytes(), &limits).unwrap_err();
        (error.kind(), error.code())
    };
    let too_large = (Kind::TooLarge, "geojson_too_large");
    assert_eq!(refused(Limits { bytes: 100, ..Limits::default() }), too_large);
    assert_eq!(refused(Limits { features: 1, ..Limits::default() }), too_large);
    assert_eq!(refused(Limits { vertices: 9, ..Limits::default() }), too_large);
    let limits = Limits { rings: 0, properties: 4, ..Limits::default() };
    let read = read(text.as_bytes(), &limits).unwrap();
    assert!(read.faults.iter().all(|fault| matches!(fault.reason, Reason::LongProperties(_))));
    let rings = super::read(text.as_bytes(), &Limits { rings: 0, ..Limits::default() }).unwrap();
    assert_eq!(rings.faults[0].reason, Reason::TooManyRings(1));
}
