//! A place with people, on every database, and a browser that keeps its cookies.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use foundation::{Clock, Date, Instant, Lang, TestClock};
use http::{HeaderMap, Request, StatusCode, header};
use kit::testing::BareShell;
use kit::{Builder, Context, Fields, House, Role, UnitId};
use storage::InstallationKey;
use storage::files::Files;
use storage::testing::TestDb;
use tower::ServiceExt;
use units::{Atlas, Level, Succession, Version};
use uuid::Uuid;
use web::Words;

pub const COUNTRY: UnitId = 1;
pub const CAN_THO: UnitId = 92;
pub const HA_NOI: UnitId = 10;
pub const TRAN_DE: UnitId = 31673;
pub const SOC_TRANG: UnitId = 31507;
pub const BA_DINH: UnitId = 4;

pub const PASSWORD: &str = "con trâu gặm cỏ bên bờ kênh";

pub struct Place {
    pub house: House,
    pub clock: Arc<TestClock>,
    pub app: Router,
    pub test: TestDb,
}

fn version(
    unit: UnitId,
    level: Level,
    kind: &str,
    code: &str,
    name: &str,
    parent: Option<UnitId>,
) -> Version {
    Version { valid_from: Date(0), parent, ..Version::plain(unit, level, kind, code, name) }
}

impl Place {
    async fn on(test: TestDb) -> Place {
        let clock =
            Arc::new(TestClock::at(Date::parse("2026-11-24").unwrap().start().plus_seconds(8 * 3600)));
        let modules = [
            ("storage", storage::migrate::OWN),
            ("units", units::module().migrations),
            ("identity", identity::module().migrations),
        ];
        storage::migrate(&test.db, clock.as_ref(), &modules).await.unwrap();
        let mut tx = test.db.begin().await.unwrap();
        let all = [
            version(COUNTRY, Level::Country, "", "VN", "Việt Nam", None),
            version(BA_DINH, Level::Commune, "Phường", "00004", "Ba Đình", Some(HA_NOI)),
            version(HA_NOI, Level::Province, "Thành phố", "01", "Hà Nội", Some(COUNTRY)),
            version(CAN_THO, Level::Province, "Thành phố", "92", "Cần Thơ", Some(COUNTRY)),
            version(SOC_TRANG, Level::Commune, "Phường", "31507", "Sóc Trăng", Some(CAN_THO)),
            version(TRAN_DE, Level::Commune, "Xã", "31673", "Trần Đề", Some(CAN_THO)),
        ];
        units::store::save_versions(&mut tx, &all).await.unwrap();
        tx.commit().await.unwrap();
        let sources: Vec<web::words::Source> = [web::words::OWN, identity::module().words].concat();
        let words = Words::new(&sources).unwrap();
        let atlas = Arc::new(Atlas::open(&test.db).await.unwrap());
        let key = InstallationKey::make(test.folder()).unwrap();
        let auth = identity::Auth::new(test.db.clone(), clock.clone(), atlas.clone(), key, false);
        let house = Builder::new(test.db.clone(), Files::under(test.folder()), clock.clone(), words)
            .service(atlas)
            .service(auth.clone())
            .build();
        house.furnish(auth, Arc::new(BareShell), Vec::new());
        let app = kit::http::router(&house, &identity::module().routes).with_state(house.clone());
        Place { house, clock, app, test }
    }

    /// An empty house on every database.
    pub async fn empty() -> Vec<Place> {
        let mut places = Vec::new();
        for test in storage::testing::all().await.unwrap() {
            places.push(Place::on(test).await);
        }
        places
    }

    /// Cần Thơ with its first administrator `mai`, on every database.
    pub async fn all() -> Vec<Place> {
        let places = Place::empty().await;
        for place in &places {
            let link = identity::first_run_link(&place.system()).await.unwrap().unwrap();
            let token = link.rsplit_once('=').unwrap().1.to_owned();
            let form = [
                ("token", token.as_str()),
                ("name", "Trần Thị Mai"),
                ("sign_in", "mai"),
                ("password", PASSWORD),
                ("again", PASSWORD),
                ("place", "92 Thành phố Cần Thơ"),
            ];
            let answer = place.browser().post("/first-run", &form).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}: {}", place.test.name(), answer.text);
        }
        places
    }

    pub fn system(&self) -> Context {
        self.house.system("test")
    }

    pub fn browser(&self) -> Browser {
        Browser { app: self.app.clone(), cookies: BTreeMap::new(), key: None }
    }

    /// `mai`, signed in.
    pub async fn admin(&self) -> Browser {
        self.signed_in("mai").await
    }

    pub async fn signed_in(&self, sign_in: &str) -> Browser {
        let mut browser = self.browser();
        let answer = browser.sign_in(sign_in, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        browser
    }

    /// Enters somebody who took their invitation and holds this.
    pub async fn person(&self, sign_in: &str, role: Role, unit: UnitId, packs: Fields) -> Uuid {
        let cx = self.system();
        let new = identity::actions::create_account::CreateAccount {
            name: sign_in.into(),
            sign_in: sign_in.into(),
        };
        let (id, token) = new.run(&cx).await.unwrap();
        let taken = identity::actions::take_invitation::TakeInvitation {
            token,
            password: PASSWORD.into(),
            agent: String::new(),
        };
        taken.run(&cx).await.unwrap();
        self.grant(id, role, unit, packs).await;
        id
    }

    pub async fn grant(&self, account: Uuid, role: Role, unit: UnitId, packs: Fields) -> Uuid {
        let grant = identity::actions::give_grant::GiveGrant {
            account,
            role,
            unit,
            packs,
            valid_from: None,
            valid_to: None,
        };
        grant.run(&self.system()).await.unwrap()
    }

    /// Ends Trần Đề and makes what it became, in whole or in parts.
    pub async fn end_tran_de(&self, into: &[(UnitId, f64)]) {
        let day = Date::of(self.clock.now());
        let mut ended = version(TRAN_DE, Level::Commune, "Xã", "31673", "Trần Đề", Some(CAN_THO));
        ended.valid_to = Some(day);
        let became: Vec<Succession> = into
            .iter()
            .map(|(new, share)| Succession {
                old: TRAN_DE,
                new: *new,
                effective: day,
                whole: *share == 1.0,
                share: *share,
                basis: "test".into(),
                legal_ref: None,
                verified: true,
            })
            .collect();
        let mut tx = self.test.db.begin().await.unwrap();
        units::store::save_versions(&mut tx, &[ended]).await.unwrap();
        units::store::save_successions(&mut tx, &became).await.unwrap();
        tx.commit().await.unwrap();
        self.house.get::<Atlas>().unwrap().reload(&self.test.db).await.unwrap();
        self.house.get::<identity::Auth>().unwrap().forget_all();
    }

    pub fn now(&self) -> Instant {
        self.clock.now()
    }
}

pub struct Browser {
    app: Router,
    pub cookies: BTreeMap<String, String>,
    pub key: Option<String>,
}

pub struct Answered {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answered {
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |v| v.to_str().unwrap())
    }

    /// The value of the hidden or shown field `name`.
    pub fn field(&self, name: &str) -> String {
        let at = self.text.find(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no {name}"));
        let rest = &self.text[at..];
        let start = rest.find("value=\"").unwrap() + 7;
        rest[start..].split('"').next().unwrap().to_owned()
    }
}

impl Browser {
    pub async fn send(&mut self, request: http::request::Builder, body: String) -> Answered {
        let cookies: Vec<String> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let mut request = request.header(header::HOST, "ioc.cantho.example");
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if let Some(key) = &self.key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        let response = self.app.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        for line in parts.headers.get_all(header::SET_COOKIE) {
            let (pair, rest) = line.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            match rest.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        let bytes = axum::body::to_bytes(body, 10_000_000).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answered { status: parts.status, headers: parts.headers, text }
    }

    pub async fn get(&mut self, path: &str) -> Answered {
        self.send(Request::get(path), String::new()).await
    }

    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answered {
        let pairs: Vec<String> =
            form.iter().map(|(k, v)| format!("{k}={}", kit::http::url_encode(v))).collect();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request, pairs.join("&")).await
    }

    pub async fn sign_in(&mut self, sign_in: &str, password: &str) -> Answered {
        self.post("/sign-in", &[("sign_in", sign_in), ("password", password)]).await
    }

    pub fn speaks(&mut self, lang: Lang) {
        self.cookies.insert("lang".into(), lang.tag().into());
    }
}
