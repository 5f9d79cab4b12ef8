//! A small house for tests: a city with three communes and one that was merged, a handful of indicators,
//! people with and without rights, and a router to ask over HTTP.

use std::sync::Arc;

use axum::body::Body;
use foundation::number::NumberStyle;
use foundation::{Clock, Date, Result, TestClock, TimeOfDay};
use futures_util::future::BoxFuture;
use http::request::Parts;
use http::{Request, header};
use indicators::actions::record::{Mode, Outcome, Record, SourceSpec};
use indicators::check::Incoming;
use indicators::definition::Definition;
use indicators::{Engine, store};
use kit::house::Authenticator;
pub use kit::testing::Reply;
use kit::testing::{AUDIT, BareShell, ask, person};
use kit::{Actor, Context, Role, Scope, Session, UnitId};
use serde_json::json;
use storage::testing::TestDb;
use storage::{Migration, settings};
use units::version::BEFORE_RECORDS;
use units::{Atlas, Level, Succession, Version};

/// The city, its communes of today, and one that was merged into the first.
pub const CITY: UnitId = 92;
pub const CAI_KHE: UnitId = 131135;
pub const NINH_KIEU: UnitId = 131150;
pub const TRAN_DE: UnitId = 131675;
pub const OLD_DAI_AN: UnitId = 431673;

fn version(unit: UnitId, level: Level, kind: &str, name: &str, from: Date) -> Version {
    let code = match unit {
        CITY => "92".to_owned(),
        other => format!("{:05}", other % 100_000),
    };
    let (parent, area_km2) = ((unit != CITY).then_some(CITY), Some(79.4));
    Version { valid_from: from, parent, area_km2, ..Version::plain(unit, level, kind, &code, name) }
}

fn definition(value: serde_json::Value) -> Definition {
    serde_json::from_value(value).unwrap()
}

/// `received` and `on_time` are told by communes, `rate` is their ratio, `secret` is internal.
pub fn definitions() -> Vec<(String, Definition)> {
    let told = |id: &str, vi: &str, en: &str, visibility: &str| {
        definition(json!({
            "id": id, "name": {"vi": vi, "en": en}, "unit": {"vi": "hồ sơ", "en": "files"},
            "calendar": "month",
            "reported_by": "commune", "over_places": "sum", "over_time": "sum", "direction": "up",
            "due": {"days": 5}, "visibility": visibility, "apportion": "population",
        }))
    };
    let rate = definition(json!({
        "id": "rate", "name": {"vi": "Hồ sơ đúng hạn", "en": "Files on time"}, "unit": {"vi": "%", "en": "%"},
        "decimals": 1, "calendar": "month", "reported_by": "computed",
        "visibility": "public", "direction": "up",
        "over_places": {"ratio": {"of": "admin.on_time", "to": "admin.received", "times": 100.0}},
        "target": {"value": 97.0},
        "bands": [{"to": 85.0, "state": "bad"}, {"to": 90.0, "state": "watch"}, {"state": "good"}],
    }));
    let spent = definition(json!({
        "id": "spent", "optional": true, "name": {"vi": "Giải ngân", "en": "Disbursed"},
        "unit": {"vi": "%", "en": "%"},
        "decimals": 1, "calendar": "month", "cumulative": {}, "reported_by": "province",
        "visibility": "internal", "direction": "up", "over_places": "none", "over_time": "last",
        "target": {"value": 100.0},
    }));
    let admin = |def| ("admin".to_owned(), def);
    vec![
        admin(told("received", "Hồ sơ đã giải quyết", "Files settled", "public")),
        admin(told("on_time", "Hồ sơ giải quyết đúng hạn", "Files settled on time", "public")),
        admin(rate),
        admin(spent),
        ("police".to_owned(), told("secret", "Vụ việc nội bộ", "Internal matters", "internal")),
    ]
}

/// Reads who asks from the header `x-as`.
struct ByHeader;

impl Authenticator for ByHeader {
    fn session<'a>(&'a self, parts: &'a Parts) -> BoxFuture<'a, Result<Session>> {
        let name = parts.headers.get("x-as").and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
        Box::pin(async move {
            let lam = |grants: &[(Role, &[UnitId])]| person("Lâm", grants);
            Ok(match name.as_str() {
                "city" => lam(&[(Role::Officer, &[CITY, CAI_KHE, NINH_KIEU, TRAN_DE])]),
                "tran-de" => lam(&[(Role::Officer, &[TRAN_DE])]),
                // A leader of one commune who may only read the others.
                "leader" => lam(&[(Role::Leader, &[TRAN_DE]), (Role::Viewer, &[CITY, CAI_KHE])]),
                // A leader of the whole city.
                "chair" => lam(&[(Role::Leader, &[CITY, CAI_KHE, NINH_KIEU, TRAN_DE])]),
                "key" => Session {
                    actor: Actor::Key { id: foundation::new_id(), name: "máy".into() },
                    scope: lam(&[(Role::Integration, &[CITY])]).scope,
                },
                "viewer" => lam(&[(Role::Viewer, &[TRAN_DE])]),
                _ => Session { actor: Actor::Public, scope: Scope::Public },
            })
        })
    }

    fn name_of<'a>(&'a self, audit_name: &'a str) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(async move { Ok(audit_name.starts_with("account:").then(|| "Lâm".to_owned())) })
    }
}

/// A house with a router.
pub struct House {
    pub cx: Context,
    pub clock: Arc<TestClock>,
    pub name: &'static str,
    router: axum::Router,
    _test: TestDb,
}

impl House {
    /// One house for every database that tests run on. 22 November 2026, 10:20.
    pub async fn all() -> Vec<House> {
        let mut houses = Vec::new();
        for test in storage::testing::all().await.unwrap() {
            houses.push(House::new(test).await);
        }
        houses
    }

    async fn new(test: TestDb) -> House {
        let day = Date::from_ymd(2026, 11, 22).unwrap();
        let clock = Arc::new(TestClock::at(day.at(TimeOfDay(10 * 3600 + 1200))));
        let db = test.db.clone();
        let modules: [(&'static str, &[Migration]); 5] = [
            ("storage", storage::migrate::OWN),
            ("units", units::module().migrations),
            ("identity", AUDIT),
            ("packs", packs::module().migrations),
            ("indicators", indicators::module().migrations),
        ];
        storage::migrate(&db, clock.as_ref(), &modules).await.unwrap();
        let reform = Date::from_ymd(2025, 7, 1).unwrap();
        let old = Version {
            valid_to: Some(reform),
            ..version(OLD_DAI_AN, Level::Commune, "Xã", "Đại Ân 2", BEFORE_RECORDS)
        };
        let places = [
            version(CITY, Level::Province, "Thành phố", "Cần Thơ", BEFORE_RECORDS),
            version(CAI_KHE, Level::Commune, "Phường", "Cái Khế", reform),
            version(NINH_KIEU, Level::Commune, "Phường", "Ninh Kiều", reform),
            version(TRAN_DE, Level::Commune, "Xã", "Trần Đề", reform),
            old,
        ];
        let became = Succession {
            old: OLD_DAI_AN,
            new: TRAN_DE,
            effective: reform,
            whole: true,
            share: 1.0,
            basis: "whole".into(),
            legal_ref: None,
            verified: false,
        };
        let mut tx = db.begin().await.unwrap();
        units::store::save_versions(&mut tx, &places).await.unwrap();
        units::store::save_successions(&mut tx, &[became]).await.unwrap();
        store::save_definitions(&mut tx, clock.now(), &definitions()).await.unwrap();
        settings::set(&mut tx, clock.as_ref(), units::atlas::ROOT, &CITY.to_string()).await.unwrap();
        tx.commit().await.unwrap();

        let atlas = Arc::new(Atlas::open(&db).await.unwrap());
        let engine = Arc::new(Engine::open(&db, atlas.clone()).await.unwrap());
        let packs = packs::Packs::open(&db).await.unwrap();
        let sources: Vec<web::words::Source> =
            web::words::OWN.iter().chain(indicators::module().words).copied().collect();
        let words = web::Words::new(&sources).unwrap();
        let files = storage::files::Files::under(test.folder());
        let shared: Arc<dyn Clock> = clock.clone();
        let maps = Arc::new(units::Maps::default());
        let house = kit::Builder::new(db, files, shared, words)
            .service(atlas)
            .service(engine)
            .service(packs)
            .service(maps)
            .build();
        house.furnish(Arc::new(ByHeader), Arc::new(BareShell), Vec::new());
        house.live.serve(vec![
            Arc::new(indicators::http::head::HeadRenderer(house.clone())),
            Arc::new(indicators::http::follow::ToldRenderer(house.clone())),
        ]);
        let router = kit::http::router(&house, &indicators::module().routes).with_state(house.clone());
        let name = test.name();
        House { cx: house.system("test"), clock, name, router, _test: test }
    }

    /// Tells figures as `source`: indicator, code of the unit, period, value.
    pub async fn tell(&self, source: &str, precedence: i64, rows: &[(&str, &str, &str, &str)]) -> Outcome {
        let rows = rows
            .iter()
            .map(|(indicator, unit, period, value)| Incoming {
                indicator: (*indicator).into(),
                unit: (*unit).into(),
                period: (*period).into(),
                value: (*value).into(),
                ..Incoming::default()
            })
            .collect();
        let record = Record {
            kind: "grid",
            source: SourceSpec {
                code: source.into(),
                name: format!("Nguồn {source}"),
                owner: "Văn phòng".into(),
                precedence,
            },
            rows,
            style: NumberStyle::En,
            mode: Mode::AllOrNothing,
            file: None,
            note: String::new(),
            idempotency: None,
        };
        let outcome = record.run(&self.cx, CITY).await.unwrap();
        assert!(outcome.faults.is_empty(), "{:?}", outcome.faults);
        self.settle().await;
        outcome
    }

    /// October of two communes: 98 of 100 on time, and 10 of 100. Ninh Kiều is silent.
    pub async fn october(&self) {
        self.tell(
            "grid:vp",
            100,
            &[
                ("admin.received", "31135", "2026-10", "100"),
                ("admin.on_time", "31135", "2026-10", "98"),
                ("admin.received", "31675", "2026-10", "300"),
                ("admin.on_time", "31675", "2026-10", "210"),
                ("police.secret", "31675", "2026-10", "7"),
            ],
        )
        .await;
    }

    /// Gives the three communes a square each, side by side.
    pub async fn draw_boundaries(&self) {
        let square = |code: &str, west: f64| {
            let east = west + 0.1;
            json!({ "type": "Feature", "properties": { "code": code }, "geometry": { "type": "Polygon",
                "coordinates": [[[west, 9.5], [east, 9.5], [east, 9.6], [west, 9.6], [west, 9.5]]] } })
        };
        let features = [square("31135", 105.9), square("31150", 106.0), square("31675", 106.1)];
        let text = json!({ "type": "FeatureCollection", "features": features }).to_string();
        let options = units::boundaries::Options {
            property: "code".into(),
            valid_from: Date::from_ymd(2025, 7, 1).unwrap(),
            source: "đo vẽ thử".into(),
            approximate: true,
        };
        units::boundaries::import(&self.cx, text.as_bytes(), &options).await.unwrap();
    }

    /// What the outbox does in the program.
    pub async fn settle(&self) {
        let engine = self.cx.house.get::<Engine>().unwrap();
        engine.reload_sources().await.unwrap();
        engine.forget_all();
        self.cx.live.touch_all();
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        ask(&self.router, request).await
    }

    /// A page or an answer, as the public.
    pub async fn get(&self, path: &str) -> Reply {
        self.get_as("", path).await
    }

    /// A page or an answer, as somebody.
    pub async fn get_as(&self, who: &str, path: &str) -> Reply {
        self.send(Request::get(path).header("x-as", who).body(Body::empty()).unwrap()).await
    }

    /// Sends JSON as somebody.
    pub async fn post(&self, who: &str, path: &str, key: &str, body: &serde_json::Value) -> Reply {
        let mut request =
            Request::post(path).header("x-as", who).header(header::CONTENT_TYPE, "application/json");
        if !key.is_empty() {
            request = request.header("idempotency-key", key);
        }
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }
}
