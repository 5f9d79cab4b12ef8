//! The geometry on the boundaries of the whole country. The file is not part of the project:
//! `TOANCANH_REAL_DATA` names the folder that holds `vn-communes-2025.geojson.gz`. Without it these tests say
//! that they were skipped.
//!
//! Figures are printed: `cargo test --release -p foundation --test real_boundaries -- --nocapture`. With
//! `TOANCANH_DRAW_TO=folder` some maps are drawn into that folder, to look at.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]
#![allow(clippy::disallowed_methods, reason = "the environment says where the data lie and where to draw to")]

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::sync::OnceLock;

use foundation::Stopwatch;
use foundation::geo::geojson::{Collection, Limits, read};
use foundation::geo::{
    Detail, Flattening, Frame, HOANG_SA, Islands, Locator, MapPlan, Point, Seam, Shape, TRUONG_SA, Topology,
    decode,
};

struct Country {
    read: Collection,
    topology: Topology,
}

impl Country {
    fn text(&self, index: usize, key: &str) -> &str {
        self.read.features[index].properties[key].as_str().unwrap()
    }

    fn province(&self, index: usize) -> String {
        self.text(index, "province").to_string()
    }
}

fn country() -> Option<&'static Country> {
    static COUNTRY: OnceLock<Option<Country>> = OnceLock::new();
    COUNTRY.get_or_init(load).as_ref()
}

fn load() -> Option<Country> {
    let path = std::env::var("TOANCANH_REAL_DATA").ok()? + "/vn-communes-2025.geojson.gz";
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).ok()?).read_to_end(&mut bytes).unwrap();
    let (begin, start) = (Stopwatch::start(), Stopwatch::start());
    let read = read(&bytes, &Limits::default()).unwrap();
    println!("read {} features, {} bytes: {:?}", read.features.len(), bytes.len(), start.elapsed());
    read.faults.iter().for_each(|fault| println!("  {fault}"));
    let shapes: Vec<Shape> = read.features.iter().map(|feature| feature.shape.clone()).collect();
    let start = Stopwatch::start();
    let topology = Topology::build(&shapes, Seam::default());
    println!("topology of {} arcs: {:?}", topology.arc_count(), start.elapsed());
    let country = Country { read, topology };
    let start = Stopwatch::start();
    let bytes: usize = import(&country);
    println!("three details and the provinces, {bytes} bytes to keep: {:?}", start.elapsed());
    println!("whole import: {:?}", begin.elapsed());
    Some(country)
}

/// What an import keeps: every unit and province at every detail.
fn import(country: &Country) -> usize {
    let (_, provinces) = country.topology.dissolve(|index| Some(country.province(index)));
    let kept = |topology: &Topology, detail| {
        let level = topology.at(detail);
        (0..level.len()).map(|index| level.encoded(index).len()).sum::<usize>()
    };
    Detail::ALL.iter().map(|&detail| kept(&country.topology, detail) + kept(&provinces, detail)).sum()
}

macro_rules! country_or_skip {
    () => {
        match country() {
            Some(country) => country,
            None => {
                println!("skipped: TOANCANH_REAL_DATA names no folder with vn-communes-2025.geojson.gz");
                return;
            }
        }
    };
}

/// Every edge of the shapes on the grid, without direction, with the shapes that have it.
fn edges(shapes: &[Shape]) -> HashMap<[i64; 4], Vec<usize>> {
    let mut edges: HashMap<[i64; 4], Vec<usize>> = HashMap::new();
    let dot = |p: Point| [(p.lon * 1e5).round() as i64, (p.lat * 1e5).round() as i64];
    for (index, shape) in shapes.iter().enumerate() {
        for ring in shape.rings() {
            for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                let (a, b) = (dot(*a).min(dot(*b)), dot(*a).max(dot(*b)));
                edges.entry([a[0], a[1], b[0], b[1]]).or_default().push(index);
            }
        }
    }
    edges
}

#[test]
fn neighbours_share_every_border_at_every_detail() {
    let country = country_or_skip!();
    assert_eq!(country.topology.vanished(), Vec::<usize>::new());
    let neighbours: Vec<(usize, usize)> = country.topology.neighbours().iter().map(|n| (n.0, n.1)).collect();
    println!("{} pairs of neighbours", neighbours.len());
    let pieces: Vec<usize> =
        country.topology.within(0.0).shapes().iter().map(|shape| shape.polygons.len()).collect();
    for detail in Detail::ALL {
        let start = Stopwatch::start();
        let level = country.topology.at(detail);
        let took = start.elapsed();
        let shapes = level.shapes();
        let edges = edges(&shapes);
        let mut shared: Vec<(usize, usize)> =
            edges.values().filter(|s| s.len() == 2).map(|s| (s[0].min(s[1]), s[0].max(s[1]))).collect();
        shared.sort_unstable();
        shared.dedup();
        println!(
            "{detail:?}: {took:?}, {} points on borders, {} in shapes, {} bytes encoded",
            level.vertex_count(),
            shapes.iter().map(Shape::vertex_count).sum::<usize>(),
            (0..level.len()).map(|index| level.encoded(index).len()).sum::<usize>(),
        );
        assert!(edges.values().all(|shapes| shapes.len() <= 2), "an edge has more than two owners");
        assert_eq!(shared, neighbours);
        for (index, shape) in shapes.iter().enumerate() {
            assert_eq!(shape.polygons.len(), pieces[index], "{}", country.text(index, "name"));
            assert!(shape.rings().all(|ring| ring.len() >= 3));
            assert_eq!(&decode(&level.encoded(index)).unwrap(), shape);
        }
    }
}

#[test]
fn communes_dissolve_into_34_provinces_with_the_area_of_their_parts() {
    let country = country_or_skip!();
    let start = Stopwatch::start();
    let (codes, provinces) = country.topology.dissolve(|index| Some(country.province(index)));
    println!("dissolved into {} provinces: {:?}", codes.len(), start.elapsed());
    assert_eq!(codes.len(), 34);
    let mut stated: BTreeMap<String, f64> = BTreeMap::new();
    let mut parts: BTreeMap<String, f64> = BTreeMap::new();
    for (index, feature) in country.read.features.iter().enumerate() {
        *stated.entry(country.province(index)).or_default() +=
            feature.properties["area_km2"].as_f64().unwrap();
        *parts.entry(country.province(index)).or_default() += feature.shape.area_km2();
    }
    let full = provinces.within(0.0);
    let mut plausible = 0;
    for (index, code) in codes.iter().enumerate() {
        let shape = full.shape(index);
        let area = shape.area_km2();
        let holes: usize = shape.polygons.iter().map(|polygon| polygon.holes.len()).sum();
        println!("  {code}: {area:9.1} km², stated {:9.1}, {holes} holes", stated[code]);
        assert!((area / parts[code] - 1.0).abs() < 1e-4, "{code}: {area} against {}", parts[code]);
        plausible += usize::from((area / stated[code] - 1.0).abs() < 0.05);
    }
    println!("{plausible} provinces within 5 % of the area stated");
    for detail in Detail::ALL {
        let start = Stopwatch::start();
        let level = provinces.at(detail);
        let shapes = level.shapes();
        let points: usize = shapes.iter().map(Shape::vertex_count).sum();
        println!("provinces {detail:?}: {points} points in shapes, {:?}", start.elapsed());
        assert_eq!(level.dissolve(|_| Some(())).len(), 1);
    }
    assert!(plausible >= 28);
}

/// The bytes of SVG paths with one decimal: communes of one province, then all provinces.
#[test]
fn maps_are_small() {
    let country = country_or_skip!();
    let frame = Frame::sized(1200.0, 900.0);
    let plain = Flattening::Equirectangular;
    let level = country.topology.at(Detail::Province);
    let communes = |code: &str| -> Vec<Shape> {
        (0..level.len()).filter(|&i| country.province(i) == code).map(|i| level.shape(i)).collect()
    };
    let bytes =
        |plan: &MapPlan, shapes: &[Shape]| shapes.iter().map(|s| plan.path(s, 1).len()).sum::<usize>();

    let can_tho = communes("92");
    let plan = MapPlan::new(&can_tho, frame, 12.0, plain, Islands::Boxed);
    let size = bytes(&plan, &can_tho);
    println!("Cần Thơ: {} communes, {size} bytes", can_tho.len());
    assert!(size < 60_000 && plan.insets.is_empty());

    for (code, archipelago) in [("48", HOANG_SA), ("56", TRUONG_SA)] {
        let shapes = communes(code);
        let plan = MapPlan::new(&shapes, frame, 12.0, plain, Islands::Boxed);
        println!("{}: {} bytes", archipelago.name, bytes(&plan, &shapes));
        assert_eq!(plan.insets.len(), 1);
        assert_eq!(plan.insets[0].archipelago, archipelago);
        let land = plan.land.metres_per_unit(15.0);
        assert!(land < 250.0, "the boxes do not make the land small: {land} m per unit");
    }

    let (_, provinces) = country.topology.dissolve(|index| Some(country.province(index)));
    let shapes = provinces.at(Detail::Country).shapes();
    let tall = Frame::sized(900.0, 1200.0);
    let plan = MapPlan::new(&shapes, tall, 10.0, Flattening::Mercator, Islands::BothBoxed);
    let size = bytes(&plan, &shapes);
    println!("the country: {size} bytes");
    assert!(plan.insets.len() == 2 && size < 80_000);
    if let Ok(folder) = std::env::var("TOANCANH_DRAW_TO") {
        draw(
            &format!("{folder}/can-tho.svg"),
            &MapPlan::new(&can_tho, frame, 12.0, plain, Islands::Boxed),
            &can_tho,
        );
        draw(&format!("{folder}/country.svg"), &plan, &shapes);
        let da_nang = communes("48");
        draw(
            &format!("{folder}/da-nang.svg"),
            &MapPlan::new(&da_nang, frame, 12.0, plain, Islands::Boxed),
            &da_nang,
        );
    }
}

fn draw(path: &str, plan: &MapPlan, shapes: &[Shape]) {
    let Frame { width, height, .. } = plan.frame;
    let mut svg = format!("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'>");
    for inset in &plan.insets {
        let Frame { x, y, width, height } = inset.frame;
        svg +=
            &format!("<rect x='{x}' y='{y}' width='{width}' height='{height}' fill='none' stroke='gray'/>");
    }
    for (index, shape) in shapes.iter().enumerate() {
        let colour = index * 137 % 360;
        let d = plan.path(shape, 1);
        svg += &format!(
            "<path fill-rule='evenodd' fill='hsl({colour},50%,75%)' stroke='#444' stroke-width='.5' d='{d}'/>"
        );
        if let Some((x, y)) = shape.label_point().map(|point| plan.project(point)) {
            svg += &format!("<circle cx='{x:.1}' cy='{y:.1}' r='1.5'/>");
        }
    }
    std::fs::write(path, svg + "</svg>").unwrap();
}

#[test]
fn every_commune_is_found_at_its_label() {
    let country = country_or_skip!();
    let shapes = country.topology.at(Detail::Commune).shapes();
    let start = Stopwatch::start();
    let labels: Vec<Point> = shapes.iter().map(|shape| shape.label_point().unwrap()).collect();
    println!("{} label points: {:?}", labels.len(), start.elapsed());
    let start = Stopwatch::start();
    let locator = Locator::new(shapes.into_iter().enumerate());
    println!("locator: {:?}", start.elapsed());
    for approximate in [false, true] {
        let start = Stopwatch::start();
        let mut certain = 0;
        for (index, &label) in labels.iter().enumerate() {
            let found = locator.locate(label, approximate);
            assert_eq!(found[0].id, index, "{}", country.text(index, "name"));
            certain += usize::from(found[0].confidence == 1.0 && found.len() == 1);
        }
        let each = start.elapsed() / labels.len() as u32;
        println!("approximate {approximate}: {certain} certain, {each:?} each");
        assert_eq!(certain, if approximate { 0 } else { labels.len() });
    }
    let name = |lon, lat| {
        let found = locator.locate(Point::new(lon, lat), false);
        found.first().map(|first| (country.text(first.id, "name"), first.distance_m))
    };
    // Hồ Gươm; the sea off Vũng Tàu; far out between the archipelagos; Bangkok.
    assert_eq!(name(105.8525, 21.0287), Some(("Phường Hoàn Kiếm", 0.0)));
    assert!(name(107.15, 10.28).is_some_and(|(_, metres)| metres > 1_000.0));
    assert_eq!(name(111.0, 13.5), None);
    assert_eq!(name(100.5, 13.75), None);
}
