//! A small house for tests: a city with a ward and a commune, their offices, the shipped types of cases,
//! people with and without rights, and a router to ask over HTTP.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use cases::actions::receive::{Receipt, Receive};
use cases::store::people::Reporter;
use cases::{Case, CaseType, Types};
use foundation::{Clock, Date, Result, TestClock, TimeOfDay};
use futures_util::future::BoxFuture;
use http::request::Parts;
use http::{Request, header};
use kit::house::{Authenticator, Holder};
pub use kit::testing::Reply;
use kit::testing::{BareShell, ask, person};
use kit::{Actor, Context, PackFile, Permission, Role, Scope, Session, UnitId};
use storage::testing::TestDb;
use storage::{Migration, args, settings};
use units::version::BEFORE_RECORDS;
use units::{Atlas, Level, Version};

/// The city, a ward and a commune, their offices, a department of the city.
pub const CITY: UnitId = 92;
pub const CAI_KHE: UnitId = 131135;
pub const TRAN_DE: UnitId = 131675;
pub const WARD_OFFICE: UnitId = 1_000_001;
pub const WARD_POLICE: UnitId = 1_000_002;
pub const COMMUNE_OFFICE: UnitId = 1_000_003;
pub const HEALTH: UnitId = 1_000_004;

const EVERYWHERE: &[UnitId] = &[CITY, CAI_KHE, TRAN_DE, WARD_OFFICE, WARD_POLICE, COMMUNE_OFFICE, HEALTH];
const WARD: &[UnitId] = &[CAI_KHE, WARD_OFFICE, WARD_POLICE];

/// The reporter whose name must never be seen by a handler.
pub const NAME: &str = "Nguyễn Thị Bảy Trăm";
pub const PHONE: &str = "0912345678";
pub const EMAIL: &str = "bay.tram@example.vn";

/// The account of who handles cases in the ward, as the accounts would say.
pub const WARD_HANDLER: uuid::Uuid = uuid::Uuid::from_u128(7);

/// The key of another program.
pub const API_KEY: &str = "tc_of_another_program";

/// Who asks, by the header `x-as`.
pub fn session(name: &str) -> Session {
    match name {
        // The intake desk of the whole city.
        "desk" => person("Trực IOC", &[(Role::Intake, EVERYWHERE)]),
        "duty" => person("Trực ban", &[(Role::DutyOfficer, EVERYWHERE)]),
        // Those of the ward.
        "officer" => person("Cán bộ phường", &[(Role::Officer, WARD)]),
        // Of the whole city.
        "director" => person("Chủ tịch thành phố", &[(Role::Leader, EVERYWHERE)]),
        "leader" => person("Chủ tịch phường", &[(Role::Leader, WARD)]),
        // Of another commune.
        "other" => person("Cán bộ xã", &[(Role::Officer, &[TRAN_DE, COMMUNE_OFFICE])]),
        "health" => person("Cán bộ Sở Y tế", &[(Role::Officer, &[HEALTH])]),
        "admin" => person("Quản trị", &[(Role::Admin, EVERYWHERE)]),
        // Another program.
        "key" => Session {
            actor: Actor::Key { id: uuid::Uuid::nil(), name: "Ứng dụng".into() },
            scope: Scope::Public,
        },
        "viewer" => person("Người xem", &[(Role::Viewer, EVERYWHERE)]),
        _ => Session { actor: Actor::Public, scope: Scope::Public },
    }
}

/// Keeps the codes that leave, in place of the room of messages.
#[derive(Default)]
pub struct Codes(Mutex<Vec<String>>);

impl Codes {
    /// The digits that were sent last.
    pub fn last(&self) -> String {
        self.0.lock().unwrap().last().cloned().unwrap_or_default()
    }
}

impl identity::CodeSender for Codes {
    fn offered(&self) -> bool {
        true
    }

    fn send<'a>(
        &'a self,
        _: &'a mut storage::Tx,
        _: &'a Context,
        code: &'a identity::Code,
    ) -> BoxFuture<'a, Result<()>> {
        self.0.lock().unwrap().push(code.digits.clone());
        Box::pin(async { Ok(()) })
    }
}

/// Keeps browsers in memory, in place of the room of messages.
#[derive(Default)]
pub struct Kept(pub Mutex<Vec<(uuid::Uuid, String)>>);

impl cases::browsers::Carrier for Kept {
    fn key(&self) -> Option<String> {
        Some("BPk0_a-key".into())
    }

    fn keep<'a>(&'a self, _: &'a Context, browser: uuid::Uuid, told: &'a [u8]) -> BoxFuture<'a, Result<()>> {
        self.0.lock().unwrap().push((browser, String::from_utf8_lossy(told).into_owned()));
        Box::pin(async { Ok(()) })
    }

    fn forget<'a>(&'a self, _: &'a Context, browser: uuid::Uuid, _: &'a str) -> BoxFuture<'a, Result<()>> {
        self.0.lock().unwrap().retain(|(id, _)| *id != browser);
        Box::pin(async { Ok(()) })
    }
}

struct ByHeader;

impl Authenticator for ByHeader {
    fn session<'a>(&'a self, parts: &'a Parts) -> BoxFuture<'a, Result<Session>> {
        let name = parts.headers.get("x-as").and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
        let bearer = parts.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
        let name = match bearer.and_then(|b| b.strip_prefix("Bearer ")) {
            Some(key) if key == API_KEY => "key".to_owned(),
            _ => name,
        };
        Box::pin(async move { Ok(session(&name)) })
    }

    fn name_of<'a>(&'a self, audit_name: &'a str) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(async move { Ok(audit_name.starts_with("account:").then(|| "Một cán bộ".to_owned())) })
    }

    fn holders<'a>(
        &'a self,
        permission: Permission,
        unit: UnitId,
        _: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Holder>>> {
        let here = permission == Permission::HandleCases && WARD.contains(&unit);
        let holder = Holder { id: WARD_HANDLER, name: "Trần Văn Hai".into() };
        Box::pin(async move { Ok(here.then_some(holder).into_iter().collect()) })
    }
}

/// A house with a router.
pub struct House {
    pub cx: Context,
    pub clock: Arc<TestClock>,
    pub name: &'static str,
    pub router: axum::Router,
    /// The codes that were sent to telephones: the id of each and its digits.
    pub codes: Arc<Codes>,
    pub browsers: Arc<Kept>,
    _test: TestDb,
}

fn place(unit: UnitId, level: Level, kind: &str, code: &str, name: &str) -> Version {
    let parent = (unit != CITY).then_some(CITY);
    Version { parent, area_km2: Some(20.0), ..Version::plain(unit, level, kind, code, name) }
}

fn office(unit: UnitId, level: Level, at: UnitId, code: &str, name: &str) -> Version {
    Version { place: Some(at), valid_from: BEFORE_RECORDS, ..Version::plain(unit, level, "", code, name) }
}

/// The shipped type of field reports, as an apply would write it.
pub fn shipped(file: &str, text: &str) -> CaseType {
    let file = PackFile { pack: "petitions".into(), path: file.into(), text: text.into(), edits: Vec::new() };
    let flow: cases::workflow::Workflow = packs::yaml::read(&file).unwrap();
    CaseType { id: format!("petitions.{}", flow.id), pack: "petitions".into(), flow }
}

/// The shipped field reports.
pub const REPORT: &str = include_str!("../../../../packs/petitions/workflows/report.yaml");

impl House {
    /// One house for every database that tests run on. Tuesday 24 November 2026, 08:12.
    pub async fn all() -> Vec<House> {
        let mut houses = Vec::new();
        for test in storage::testing::all().await.unwrap() {
            houses.push(House::new(test).await);
        }
        houses
    }

    async fn new(test: TestDb) -> House {
        let day = Date::from_ymd(2026, 11, 24).unwrap();
        let clock = Arc::new(TestClock::at(day.at(TimeOfDay(8 * 3600 + 12 * 60))));
        let db = test.db.clone();
        let modules: [(&'static str, &[Migration]); 5] = [
            ("storage", storage::migrate::OWN),
            ("units", units::module().migrations),
            ("identity", identity::module().migrations),
            ("packs", packs::module().migrations),
            ("cases", cases::module().migrations),
        ];
        storage::migrate(&db, clock.as_ref(), &modules).await.unwrap();
        let units = [
            place(CITY, Level::Province, "Thành phố", "92", "Cần Thơ"),
            place(CAI_KHE, Level::Commune, "Phường", "31135", "Cái Khế"),
            place(TRAN_DE, Level::Commune, "Xã", "31675", "Trần Đề"),
            office(
                WARD_OFFICE,
                Level::Office,
                CAI_KHE,
                "31135.phong-kinh-te-ha-tang-do-thi",
                "Phòng KTHT&ĐT",
            ),
            office(WARD_POLICE, Level::Office, CAI_KHE, "31135.cong-an", "Công an phường"),
            office(COMMUNE_OFFICE, Level::Office, TRAN_DE, "31675.phong-kinh-te", "Phòng Kinh tế"),
            office(HEALTH, Level::Department, CITY, "92.so-y-te", "Sở Y tế"),
        ];
        let mut tx = db.begin().await.unwrap();
        units::store::save_versions(&mut tx, &units).await.unwrap();
        settings::set(&mut tx, clock.as_ref(), units::atlas::ROOT, &CITY.to_string()).await.unwrap();
        let mut kind = shipped("report.yaml", REPORT);
        for severity in &mut kind.flow.severities {
            // Without an applied calendar the office's hours are those of a test.
            severity.calendar = cases::service::ALWAYS.into();
        }
        cases::store::types::save(&mut tx, &[kind], clock.now()).await.unwrap();
        tx.commit().await.unwrap();

        let atlas = Arc::new(Atlas::open(&db).await.unwrap());
        let sources: Vec<web::words::Source> =
            web::words::OWN.iter().chain(cases::module().words).copied().collect();
        let words = web::Words::new(&sources).unwrap();
        let files = storage::files::Files::under(test.folder());
        let shared: Arc<dyn Clock> = clock.clone();
        let codes = Arc::new(Codes::default());
        let browsers = Arc::new(Kept::default());
        let key = storage::InstallationKey::of([7; 32]);
        let house = kit::Builder::new(db.clone(), files, shared, words)
            .service(Arc::new(identity::Citizens::new(key, false, Some(codes.clone()))))
            .service(Arc::new(cases::browsers::Browsers(browsers.clone())))
            .service(atlas)
            .service(packs::Packs::open(&db).await.unwrap())
            .service(packs::Calendars::open(&db).await.unwrap())
            .service(Arc::new(units::Maps::default()))
            .service(Arc::new(Types::open(&db).await.unwrap()))
            .build();
        house.furnish(Arc::new(ByHeader), Arc::new(BareShell), Vec::new());
        let router = kit::http::router(&house, &cases::module().routes).with_state(house.clone());
        let name = test.name();
        House { cx: house.system("test"), clock, name, router, codes, browsers, _test: test }
    }

    /// The shipped tasks beside the reports, by the same hours.
    pub async fn with_tasks(&self) {
        let text = include_str!("../../../../packs/petitions/workflows/task.yaml");
        let mut kinds = [shipped("report.yaml", REPORT), shipped("task.yaml", text)];
        for severity in kinds.iter_mut().flat_map(|k| &mut k.flow.severities) {
            severity.calendar = cases::service::ALWAYS.into();
        }
        let mut tx = self.cx.db.begin().await.unwrap();
        cases::store::types::save(&mut tx, &kinds, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        self.cx.house.get::<Types>().unwrap().reload(&self.cx.db).await.unwrap();
    }

    /// The context of somebody's action.
    pub fn as_(&self, who: &str) -> Context {
        let session = session(who);
        Context { actor: session.actor, scope: session.scope, ..self.cx.clone() }
    }

    /// A report of the ward from a person who said who they are.
    pub async fn report(&self, title: &str, category: &str) -> Receipt {
        self.report_at(title, category, CAI_KHE).await
    }

    pub async fn report_at(&self, title: &str, category: &str, place: UnitId) -> Receipt {
        Receive {
            key: foundation::new_id().to_string(),
            kind: "petitions.report".into(),
            category: Some(category.into()),
            title: title.into(),
            content: format!("{title}. Xin xử lý sớm."),
            place: Some(place),
            channel: "app",
            reporter: Reporter {
                citizen: None,
                name: NAME.into(),
                phone: PHONE.into(),
                email: EMAIL.into(),
                consent: true,
            },
            ..Receive::default()
        }
        .run(&self.as_(""))
        .await
        .unwrap()
    }

    /// Gives a commune a square of twenty kilometres in the city.
    pub async fn draw_boundary(&self, code: &str) {
        let corners = [[105.7, 10.0], [105.9, 10.0], [105.9, 10.2], [105.7, 10.2], [105.7, 10.0]];
        let square = serde_json::json!({ "type": "FeatureCollection", "features": [{
            "type": "Feature", "properties": { "code": code },
            "geometry": { "type": "Polygon", "coordinates": [corners] },
        }] });
        let options = units::boundaries::Options {
            property: "code".into(),
            valid_from: Date::from_ymd(2025, 7, 1).unwrap(),
            source: "đo vẽ thử".into(),
            approximate: true,
        };
        units::boundaries::import(&self.cx, square.to_string().as_bytes(), &options).await.unwrap();
    }

    /// The case as it is now.
    pub async fn case(&self, id: i64) -> Case {
        cases::store::cases::get(&self.cx.db, id).await.unwrap().unwrap()
    }

    /// Everything that is in a column of a table, as text.
    pub async fn column(&self, sql: &str) -> Vec<String> {
        let rows: Vec<(String,)> = self.cx.db.all(sql, args![]).await.unwrap();
        rows.into_iter().map(|r| r.0).collect()
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        ask(&self.router, request).await
    }

    pub async fn get(&self, who: &str, path: &str) -> Reply {
        self.send(Request::get(path).header("x-as", who).body(Body::empty()).unwrap()).await
    }

    /// Sends a form.
    pub async fn form(&self, who: &str, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body: Vec<String> =
            fields.iter().map(|(k, v)| format!("{k}={}", kit::http::url_encode(v))).collect();
        let request = Request::post(path)
            .header("x-as", who)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.join("&")))
            .unwrap();
        self.send(request).await
    }

    pub async fn json(&self, who: &str, path: &str, body: &serde_json::Value) -> Reply {
        let request = Request::post(path)
            .header("x-as", who)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        self.send(request).await
    }
}
