//! Reading a collection. The file is walked three times: once for its depth, once to find the features, and
//! each feature once more by itself, so that one bad feature does not spoil the others. Counts are taken from
//! the brackets before any list is made.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Collection, Fault, Feature, Limits, Properties, Reason};
use crate::geo::shape::{Point, Polygon, Ring, Shape, ring_area_km2};
use crate::{Error, Kind, Result, error::invalid};

/// Reads a FeatureCollection of polygons. The whole file is refused when it is too large, no JSON, no
/// collection, in another coordinate system, or without any feature; otherwise every fault is named and the
/// rest is kept.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Collection> {
    if bytes.len() > limits.bytes {
        return Err(too_large(format!(
            "Tệp ranh giới dài {} byte, tối đa {} byte.",
            bytes.len(),
            limits.bytes
        )));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(b"\x1f\x8b") || bytes.starts_with(b"PK\x03\x04") {
        return Err(invalid(
            "geojson_compressed",
            "Tệp còn đang nén. Hãy giải nén rồi nạp tệp .geojson bên trong.",
        ));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|e| invalid("geojson_utf8", "Tệp không phải UTF-8. Hãy lưu lại theo UTF-8.").because(e))?;
    if depth(bytes) > limits.depth {
        return Err(invalid(
            "geojson_depth",
            "Tệp có quá nhiều lớp ngoặc lồng nhau, không phải tệp ranh giới.",
        ));
    }
    let found = find_features(text, limits)?;
    let mut reader = Reader { limits, vertices: 0, seen: HashMap::new(), read: Collection::default() };
    for (index, raw) in found.iter().enumerate() {
        reader.feature(index, raw)?;
    }
    if found.is_empty() {
        return Err(invalid("geojson_empty", "Tệp không có đối tượng nào. Hãy kiểm tra lại khi xuất tệp."));
    }
    Ok(reader.read)
}

fn too_large(message: String) -> Error {
    Error::new(Kind::TooLarge, "geojson_too_large", message + " Hãy chia nhỏ hoặc đơn giản hoá ranh giới.")
}

/// How many brackets and braces are open at most, those in strings left out.
fn depth(bytes: &[u8]) -> usize {
    let (mut open, mut most, mut quoted, mut escaped) = (0usize, 0, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                open += 1;
                most = most.max(open);
            }
            b']' | b'}' if !quoted => open = open.saturating_sub(1),
            _ => {}
        }
    }
    most
}

/// The text of every feature.
fn find_features<'a>(text: &'a str, limits: &Limits) -> Result<Vec<&'a RawValue>> {
    let begun = Cell::new(0);
    let mut json = serde_json::Deserializer::from_str(text);
    let head = Head { begun: &begun, most: limits.features };
    let top = head.deserialize(&mut json).and_then(|top| json.end().map(|()| top));
    if begun.get() > limits.features {
        return Err(too_large(format!("Tệp có hơn {} đối tượng.", limits.features)));
    }
    let top = top.map_err(|e| syntax(text, begun.get(), e))?;
    if let Some(crs) = top.crs.filter(|crs| !is_wgs84(crs.get())) {
        let name: String = crs.get().chars().take(200).collect();
        return Err(invalid(
            "geojson_crs",
            format!("Tệp khai báo hệ toạ độ khác WGS 84: {name}. Hãy chuyển sang EPSG:4326 rồi nạp lại."),
        ));
    }
    match (top.kind.as_deref(), top.features) {
        (Some("FeatureCollection"), Some(features)) => Ok(features),
        (Some("Topology"), _) => {
            Err(invalid("geojson_topojson", "Đây là tệp TopoJSON. Hãy xuất sang GeoJSON rồi nạp lại."))
        }
        _ => Err(invalid("geojson_kind", "Tệp không phải GeoJSON loại FeatureCollection.")),
    }
}

fn is_wgs84(crs: &str) -> bool {
    crs == "null" || crs.contains("4326") || crs.contains("CRS84") || crs.contains("WGS84")
}

fn syntax(text: &str, feature: usize, error: serde_json::Error) -> Error {
    let (line, column) = (error.line(), error.column());
    let place = text.lines().nth(line.saturating_sub(1)).unwrap_or_default().as_bytes();
    let near = place.get(column.saturating_sub(2)..).unwrap_or_default();
    let near = &near[..near.len().min(10)];
    let is_nan = [&b"NaN"[..], b"nan", b"Inf", b"inf"].iter().any(|word| near.windows(3).any(|w| w == *word));
    let what =
        if is_nan { "giá trị NaN hoặc Infinity, JSON không cho phép" } else { "sai cú pháp JSON" };
    let at = if feature > 0 { format!("đối tượng thứ {feature}, ") } else { String::new() };
    invalid("geojson_syntax", format!("Tệp có {what} ({at}dòng {line}, cột {column}).")).because(error)
}

#[derive(Default)]
struct Top<'a> {
    kind: Option<Cow<'a, str>>,
    crs: Option<&'a RawValue>,
    features: Option<Vec<&'a RawValue>>,
}

/// Reads the members of the collection, counting the features begun.
struct Head<'c> {
    begun: &'c Cell<usize>,
    most: usize,
}

impl<'de> DeserializeSeed<'de> for Head<'_> {
    type Value = Top<'de>;
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Head<'_> {
    type Value = Top<'de>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a feature collection")
    }
    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut top = Top::default();
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match &*key {
                "type" => {
                    let raw: &RawValue = map.next_value()?;
                    top.kind = serde_json::from_str::<String>(raw.get()).ok().map(Cow::Owned);
                }
                "crs" => top.crs = map.next_value()?,
                "features" => {
                    let list = FeatureList { begun: self.begun, most: self.most };
                    top.features = Some(map.next_value_seed(list)?);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(top)
    }
}

struct FeatureList<'c> {
    begun: &'c Cell<usize>,
    most: usize,
}

impl<'de> DeserializeSeed<'de> for FeatureList<'_> {
    type Value = Vec<&'de RawValue>;
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for FeatureList<'_> {
    type Value = Vec<&'de RawValue>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of features")
    }
    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Self::Value, S::Error> {
        let mut features = Vec::new();
        loop {
            self.begun.set(features.len() + 1);
            let Some(feature) = list.next_element()? else { break };
            if features.len() == self.most {
                return Err(serde::de::Error::custom("too many features"));
            }
            features.push(feature);
        }
        self.begun.set(0);
        Ok(features)
    }
}

#[derive(Deserialize)]
struct RawFeature<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    properties: Option<&'a RawValue>,
    #[serde(borrow, default)]
    geometry: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawGeometry<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    coordinates: Option<&'a RawValue>,
}

/// A position: two numbers, height and more are passed over.
struct Position(Point);

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        struct Numbers;
        impl<'de> Visitor<'de> for Numbers {
            type Value = Position;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("longitude and latitude")
            }
            fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Position, S::Error> {
                let short = || serde::de::Error::custom("fewer than two numbers");
                let lon = list.next_element()?.ok_or_else(short)?;
                let lat = list.next_element()?.ok_or_else(short)?;
                while list.next_element::<f64>()?.is_some() {}
                Ok(Position(Point::new(lon, lat)))
            }
        }
        json.deserialize_seq(Numbers)
    }
}

type Rings = Vec<Vec<Position>>;

struct Reader<'l> {
    limits: &'l Limits,
    vertices: usize,
    /// Positions in the result by the hash of their land.
    seen: HashMap<u64, Vec<usize>>,
    read: Collection,
}

impl Reader<'_> {
    fn feature(&mut self, index: usize, raw: &RawValue) -> Result<()> {
        match self.try_feature(index, raw)? {
            Ok(feature) => self.read.features.push(feature),
            Err(reason) => self.fault(index, reason),
        }
        Ok(())
    }

    fn fault(&mut self, feature: usize, reason: Reason) {
        self.read.faults.push(Fault { feature, reason });
    }

    /// The outer result refuses the file, the inner one the feature.
    fn try_feature(&mut self, index: usize, raw: &RawValue) -> Result<Result<Feature, Reason>> {
        let feature = match serde_json::from_str::<RawFeature<'_>>(raw.get()) {
            Ok(feature) if feature.kind == "Feature" => feature,
            _ => return Ok(Err(Reason::NotAFeature)),
        };
        let properties = match self.properties(feature.properties) {
            Ok(properties) => properties,
            Err(reason) => return Ok(Err(reason)),
        };
        let polygons = match self.polygons(feature.geometry)? {
            Ok(polygons) => polygons,
            Err(reason) => return Ok(Err(reason)),
        };
        for &Position(point) in polygons.iter().flatten().flatten() {
            if !point.is_valid() {
                return off_globe(index, point).map(Err);
            }
        }
        let shape = self.shape(index, polygons);
        if shape.is_empty() {
            return Ok(Err(Reason::Empty));
        }
        Ok(self.unlike_others(Feature { index, properties, shape }))
    }

    fn properties(&self, raw: Option<&RawValue>) -> Result<Properties, Reason> {
        let Some(raw) = raw else { return Ok(Properties::new()) };
        if raw.get().len() > self.limits.properties {
            return Err(Reason::LongProperties(raw.get().len()));
        }
        serde_json::from_str(raw.get()).map_err(|_| Reason::NotAFeature)
    }

    fn polygons(&mut self, raw: Option<&RawValue>) -> Result<Result<Vec<Rings>, Reason>> {
        let Some(raw) = raw else { return Ok(Err(Reason::NoGeometry)) };
        let Ok(geometry) = serde_json::from_str::<RawGeometry<'_>>(raw.get()) else {
            return Ok(Err(Reason::NotAFeature));
        };
        let level = match &*geometry.kind {
            "Polygon" => 1,
            "MultiPolygon" => 2,
            other => return Ok(Err(Reason::OtherGeometry(other.chars().take(40).collect()))),
        };
        let Some(coordinates) = geometry.coordinates else { return Ok(Err(Reason::NoGeometry)) };
        let opened = brackets(coordinates.get());
        let rings = opened[1..=level].iter().copied().max().unwrap_or_default();
        if rings > self.limits.rings {
            return Ok(Err(Reason::TooManyRings(rings)));
        }
        self.vertices = self.vertices.saturating_add(opened[level + 1]);
        if self.vertices > self.limits.vertices {
            return Err(too_large(format!("Ranh giới có hơn {} điểm.", self.limits.vertices)));
        }
        let polygons = match level {
            1 => serde_json::from_str::<Rings>(coordinates.get()).map(|rings| vec![rings]),
            _ => serde_json::from_str::<Vec<Rings>>(coordinates.get()),
        };
        Ok(polygons.map_err(|_| Reason::BadCoordinates))
    }

    /// The shape without closing points and without rings that have no area.
    fn shape(&mut self, index: usize, polygons: Vec<Rings>) -> Shape {
        let mut shape = Shape::default();
        for (polygon, rings) in polygons.into_iter().enumerate() {
            let mut land = Polygon::default();
            for (ring, positions) in rings.into_iter().enumerate() {
                let mut points: Ring = positions.into_iter().map(|Position(point)| point).collect();
                let closed = points.len() > 1 && points.first() == points.last();
                points.dedup();
                while points.len() > 1 && points.first() == points.last() {
                    points.pop();
                }
                if points.len() < 3 || ring_area_km2(&points).abs() < 1e-9 {
                    self.fault(index, Reason::FlatRing { polygon, ring });
                    if ring == 0 {
                        break;
                    }
                    continue;
                }
                if !closed {
                    self.fault(index, Reason::Unclosed { polygon, ring });
                }
                if ring == 0 { land.outer = points } else { land.holes.push(points) }
            }
            if !land.outer.is_empty() {
                shape.polygons.push(land);
            }
        }
        shape
    }

    /// Refuses a feature that repeats an earlier one, and notes one that has the same land.
    fn unlike_others(&mut self, feature: Feature) -> Result<Feature, Reason> {
        let mut hasher = DefaultHasher::new();
        for point in feature.shape.rings().flatten() {
            (point.lon.to_bits(), point.lat.to_bits()).hash(&mut hasher);
        }
        let same = self.seen.entry(hasher.finish()).or_default();
        let earlier = same.iter().map(|&at| &self.read.features[at]).find(|one| one.shape == feature.shape);
        if let Some(earlier) = earlier {
            let of = earlier.index;
            if earlier.properties == feature.properties {
                return Err(Reason::Duplicate { of });
            }
            self.read.faults.push(Fault { feature: feature.index, reason: Reason::SameLand { of } });
        } else {
            same.push(self.read.features.len());
        }
        Ok(feature)
    }
}

/// How many brackets are opened at each depth.
fn brackets(text: &str) -> [usize; 6] {
    let (mut opened, mut depth) = ([0usize; 6], 0usize);
    for byte in text.bytes() {
        match byte {
            b'[' => {
                opened[depth.min(5)] += 1;
                depth += 1;
            }
            b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    opened
}

/// Metres refuse the file, for a file has one coordinate system; anything else refuses the feature.
fn off_globe(index: usize, point: Point) -> Result<Reason> {
    let (x, y) = (point.lon.abs(), point.lat.abs());
    if x.min(y) >= 1_000.0 {
        let is_vn2000 = |east: f64, north: f64| {
            (100_000.0..1_100_000.0).contains(&east) && (800_000.0..2_700_000.0).contains(&north)
        };
        let system = if is_vn2000(x, y) || is_vn2000(y, x) { "VN-2000" } else { "toạ độ phẳng" };
        return Err(invalid(
            "geojson_projected",
            format!(
                "Toạ độ của đối tượng thứ {} tính bằng mét, có vẻ theo hệ {system}, không phải kinh độ, \
                 vĩ độ. Hãy chuyển sang WGS 84 (EPSG:4326) rồi nạp lại, ví dụ bằng QGIS.",
                index + 1
            ),
        ));
    }
    if (100.0..=120.0).contains(&point.lat) && (5.0..=25.0).contains(&point.lon) {
        return Ok(Reason::Swapped);
    }
    Ok(Reason::OffGlobe { lon: point.lon, lat: point.lat })
}
