//! A house with the shipped packs and units, for the tests of the demo.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use foundation::{Clock, Date, TestClock, TimeOfDay};
use indicators::catalogue::Group;
use indicators::definition::{Definition, OverPlaces};
use indicators::demo::{Spec, save};
use indicators::{Catalogue, Engine, Indicator, store};
use kit::testing::AUDIT;
use kit::{Builder, Context, UnitId};
use serde::Deserialize;
use storage::files::Files;
use storage::testing::TestDb;
use storage::{Migration, settings};
use units::Atlas;
use web::Words;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    indicators: Vec<Definition>,
}

pub struct Packs {
    pub definitions: Vec<(String, Definition)>,
    pub specs: Vec<(String, Spec)>,
}

/// The shipped packs, with full ids inside.
pub fn packs() -> Packs {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    let mut packs = Packs { definitions: Vec::new(), specs: Vec::new() };
    for path in names {
        let pack = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Ok(text) = std::fs::read_to_string(path.join("indicators.yaml")) else { continue };
        let file: File = serde_saphyr::from_str(&text).unwrap();
        for mut def in file.indicators {
            qualify(&pack, &mut def);
            packs.definitions.push((format!("{pack}.{}", def.id), def));
        }
        let Ok(text) = std::fs::read_to_string(path.join("demo/series.yaml")) else { continue };
        let specs: HashMap<String, Spec> = serde_saphyr::from_str(&text).unwrap();
        packs.specs.extend(specs.into_iter().map(|(id, spec)| (format!("{pack}.{id}"), spec)));
    }
    packs.specs.sort_by(|a, b| a.0.cmp(&b.0));
    packs
}

fn qualify(pack: &str, def: &mut Definition) {
    let full = |id: &mut String| {
        if !id.contains('.') {
            *id = format!("{pack}.{id}");
        }
    };
    match &mut def.over_places {
        OverPlaces::Ratio { ratio } => {
            full(&mut ratio.of);
            full(&mut ratio.to);
        }
        OverPlaces::Weighted { mean } => full(&mut mean.weight),
        _ => {}
    }
}

pub fn catalogue(packs: &Packs) -> Catalogue {
    let all = packs.definitions.iter().enumerate().map(|(n, (code, def))| Indicator {
        id: n as i64 + 1,
        code: code.clone(),
        pack: code.split_once('.').unwrap().0.to_owned(),
        version: 1,
        since: Date::of(clock().now()),
        def: def.clone(),
    });
    Catalogue::new(all.collect(), Vec::<Group>::new())
}

/// 22 November 2026, 10:20 in Việt Nam.
pub fn clock() -> Arc<TestClock> {
    let day = Date::from_ymd(2026, 11, 22).unwrap();
    Arc::new(TestClock::at(day.at(TimeOfDay(10 * 3600 + 1200))))
}

/// A house over `db` that serves the province `code`.
pub async fn house(db: &TestDb, clock: Arc<TestClock>, code: &str) -> (Context, UnitId) {
    let modules: [(&'static str, &[Migration]); 4] = [
        ("storage", storage::migrate::OWN),
        ("units", units::module().migrations),
        ("identity", AUDIT),
        ("indicators", indicators::module().migrations),
    ];
    storage::migrate(&db.db, clock.as_ref(), &modules).await.unwrap();
    let packs = packs();
    let mut tx = db.db.begin().await.unwrap();
    let named: Vec<(String, Definition)> = packs
        .definitions
        .iter()
        .map(|(code, def)| (code.split_once('.').unwrap().0.to_owned(), def.clone()))
        .collect();
    store::save_definitions(&mut tx, clock.now(), &named).await.unwrap();
    save(&mut tx, &packs.specs).await.unwrap();
    tx.commit().await.unwrap();
    let words = Words::new(web::words::OWN).unwrap();
    let files = Files::under(db.folder());
    let first = Builder::new(db.db.clone(), files, clock.clone(), words.clone()).build();
    units::seed::seed(&first.system("test")).await.unwrap();
    let atlas = Arc::new(Atlas::open(&db.db).await.unwrap());
    let root = atlas.map().installation(code, clock.as_ref()).unwrap().unit;
    let mut tx = db.db.begin().await.unwrap();
    settings::set(&mut tx, clock.as_ref(), units::atlas::ROOT, &root.to_string()).await.unwrap();
    tx.commit().await.unwrap();
    atlas.reload(&db.db).await.unwrap();
    let engine = Arc::new(Engine::open(&db.db, atlas.clone()).await.unwrap());
    let files = Files::under(db.folder());
    let house = Builder::new(db.db.clone(), files, clock, words).service(atlas).service(engine).build();
    (house.system("test"), root)
}
