//! `/agencies` over HTTP, on every database: who may, a file with bad rows, a good one, the list.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use foundation::{Clock, Date, Result, TestClock};
use futures_util::future::BoxFuture;
use http::request::Parts;
use http::{Request, StatusCode, header};
use kit::house::Authenticator;
use kit::http::url_encode;
use kit::testing::{AUDIT, BareShell, person};
use kit::{Actor, Context, Role, Scope, Session, UnitId};
use storage::testing::TestDb;
use storage::{Migration, args, settings};
use tower::ServiceExt;
use units::{Atlas, Level, Version};

const CITY: UnitId = 92;
const WARD: UnitId = 131_135;
const HEAD: &str = "ma,ten,ten_ngan,cap,truc_thuoc,dia_ban,tu_ngay,den_ngay";
const GOOD: &str = "so-y-te,Sở Y tế,SYT,so,,92,2025-07-01,\n\
                    phong-kt,\"Phòng Kinh tế, Hạ tầng\",P.KT,phong,,31135,2025-07-01,\n";

/// Reads who asks from the header `x-as`.
struct ByHeader;

impl Authenticator for ByHeader {
    fn session<'a>(&'a self, parts: &'a Parts) -> BoxFuture<'a, Result<Session>> {
        let name = parts.headers.get("x-as").and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
        Box::pin(async move {
            let role = match name.as_str() {
                "admin" => Role::Admin,
                "leader" => Role::Leader,
                "officer" => Role::Officer,
                _ => return Ok(Session { actor: Actor::Public, scope: Scope::Public }),
            };
            Ok(person("Lâm", &[(role, &[CITY, WARD])]))
        })
    }
}

struct House {
    cx: Context,
    name: &'static str,
    router: axum::Router,
    _test: TestDb,
}

struct Reply {
    status: StatusCode,
    headers: http::HeaderMap,
    text: String,
}

impl House {
    async fn all() -> Vec<House> {
        let mut houses = Vec::new();
        for test in storage::testing::all().await.unwrap() {
            houses.push(House::new(test).await);
        }
        houses
    }

    async fn new(test: TestDb) -> House {
        let clock = Arc::new(TestClock::at(Date::from_ymd(2026, 11, 22).unwrap().start()));
        let db = test.db.clone();
        let modules: [(&'static str, &[Migration]); 3] =
            [("storage", storage::migrate::OWN), ("units", units::module().migrations), ("identity", AUDIT)];
        storage::migrate(&db, clock.as_ref(), &modules).await.unwrap();
        let place = |unit, level, kind, code, name| Version {
            parent: (unit != CITY).then_some(CITY),
            ..Version::plain(unit, level, kind, code, name)
        };
        let places = [
            place(CITY, Level::Province, "Thành phố", "92", "Cần Thơ"),
            place(WARD, Level::Commune, "Phường", "31135", "Cái Khế"),
        ];
        let mut tx = db.begin().await.unwrap();
        units::store::save_versions(&mut tx, &places).await.unwrap();
        settings::set(&mut tx, clock.as_ref(), units::atlas::ROOT, &CITY.to_string()).await.unwrap();
        tx.commit().await.unwrap();
        let atlas = Arc::new(Atlas::open(&db).await.unwrap());
        let sources: Vec<web::words::Source> =
            web::words::OWN.iter().chain(units::module().words).copied().collect();
        let files = storage::files::Files::under(test.folder());
        let shared: Arc<dyn Clock> = clock.clone();
        let words = web::Words::new(&sources).unwrap();
        let house = kit::Builder::new(db, files, shared, words).service(atlas).build();
        house.furnish(Arc::new(ByHeader), Arc::new(BareShell), Vec::new());
        let router = kit::http::router(&house, &units::module().routes).with_state(house.clone());
        House { cx: house.system("test"), name: test.name(), router, _test: test }
    }

    async fn send(&self, who: &str, request: http::request::Builder, body: Body) -> Reply {
        let request = request.header("x-as", who).body(body).unwrap();
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = to_bytes(body, 16 << 20).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Reply { status: parts.status, headers: parts.headers, text }
    }

    async fn get(&self, who: &str, path: &str) -> Reply {
        self.send(who, Request::get(path), Body::empty()).await
    }

    /// Sends a file as the form on the page does.
    async fn check(&self, who: &str, file: &str) -> Reply {
        let body = format!(
            "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"co-quan.csv\"\r\n\
             content-type: text/csv\r\n\r\n{file}\r\n--edge--\r\n"
        );
        let kind = "multipart/form-data; boundary=edge";
        let request = Request::post("/agencies/check").header(header::CONTENT_TYPE, kind);
        self.send(who, request, body.into()).await
    }

    async fn apply(&self, who: &str, text: &str) -> Reply {
        let kind = "application/x-www-form-urlencoded";
        let request = Request::post("/agencies/apply").header(header::CONTENT_TYPE, kind);
        self.send(who, request, format!("text={}", url_encode(text)).into()).await
    }

    async fn written(&self) -> i64 {
        let sql = "SELECT COUNT(*) FROM audit WHERE action = 'units.import_agencies'";
        self.cx.db.one::<(i64,)>(sql, args![]).await.unwrap().unwrap().0
    }
}

/// What the preview would write, as its form carries it.
fn carried(page: &str) -> String {
    let value = page.split("name=\"text\" value=\"").nth(1).unwrap().split("\">").next().unwrap();
    value.replace("&#34;", "\"").replace("&#38;", "&").replace("&#60;", "<").replace("&#62;", ">")
}

#[tokio::test]
async fn only_who_manages_units_sees_and_changes_the_list() {
    for house in House::all().await {
        let file = format!("{HEAD}\n{GOOD}");
        for who in ["", "leader", "officer"] {
            for path in ["/agencies", "/agencies.csv"] {
                let reply = house.get(who, path).await;
                assert!(!reply.status.is_success(), "{who} {path} on {}: {}", house.name, reply.status);
            }
            let checked = house.check(who, &file).await;
            let applied = house.apply(who, &file).await;
            let wanted = |reply: &Reply| match who {
                "" => reply.status != StatusCode::OK && !reply.text.contains("so-y-te"),
                _ => reply.status == StatusCode::FORBIDDEN,
            };
            assert!(wanted(&checked) && wanted(&applied), "{who}: {} {}", checked.status, applied.status);
        }
        assert_eq!(house.written().await, 0);
        assert!(house.get("admin", "/agencies").await.text.contains("Chưa có cơ quan nào"));
    }
}

#[tokio::test]
async fn bad_rows_are_named_and_a_good_file_is_seen_before_it_is_written() {
    for house in House::all().await {
        let bad = format!(
            "{HEAD}\n{GOOD}x,Sở Xa,,so,,99999,,\ny,Phòng Lạc,,phong,,92,,\nso-y-te,Sở Y tế,,so,,92,,\n"
        );
        let refused = house.check("admin", &bad).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", house.name);
        // A file that cannot be read as a table says so first; one whose rows do not fit says where.
        assert!(refused.text.contains("Chưa ghi gì vì có lỗi"), "{}", refused.text);
        assert!(refused.text.contains("Dòng 6, cột ma:"), "{}", refused.text);
        let bad = format!("{HEAD}\n{GOOD}x,Sở Xa,,so,,99999,,\ny,Phòng Lạc,,phong,,92,,\n");
        let refused = house.check("admin", &bad).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        for place in ["Dòng 4, cột dia_ban:", "Dòng 5, cột dia_ban:"] {
            assert!(refused.text.contains(place), "{place}: {}", refused.text);
        }
        assert!(!refused.text.contains("Dòng 2,") && !refused.text.contains("Dòng 3,"), "{}", refused.text);
        let forced = house.apply("admin", &bad).await;
        assert_eq!(forced.status, StatusCode::UNPROCESSABLE_ENTITY, "what was not seen is checked again");
        assert_eq!(house.written().await, 0);

        let seen = house.check("admin", &format!("{HEAD}\n{GOOD}")).await;
        assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
        assert!(seen.text.contains("Sẽ thêm 2, thay đổi 0, giữ nguyên 0 cơ quan"), "{}", seen.text);
        assert_eq!(house.written().await, 0, "a preview writes nothing");
        let done = house.apply("admin", &carried(&seen.text)).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        assert!(done.headers[header::LOCATION].to_str().unwrap().starts_with("/agencies"));
        assert_eq!(house.written().await, 1);
        let again = house.check("admin", &format!("{HEAD}\n{GOOD}")).await;
        assert!(again.text.contains("Sẽ thêm 0, thay đổi 0, giữ nguyên 2 cơ quan"), "{}", again.text);
    }
}

#[tokio::test]
async fn the_list_is_found_by_name_code_and_level_and_taken_away() {
    for house in House::all().await {
        assert_eq!(house.apply("admin", &format!("{HEAD}\n{GOOD}")).await.status, StatusCode::SEE_OTHER);
        let rows = async |query: &str| {
            let page = house.get("admin", &format!("/agencies?{query}")).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.text);
            ["so-y-te", "phong-kt"].map(|code| page.text.contains(&format!("<small>{code}")))
        };
        assert_eq!(rows("").await, [true, true], "{}", house.name);
        assert_eq!(rows("q=so+y+te").await, [true, false], "without accents");
        assert_eq!(rows("q=phong-kt").await, [false, true]);
        assert_eq!(rows("level=office").await, [false, true]);
        assert_eq!(rows("level=department").await, [true, false]);
        assert_eq!(rows("q=khong+co").await, [false, false]);
        let page = house.get("admin", "/agencies?q=phong-kt").await.text;
        assert!(page.contains("Phường Cái Khế") && page.contains("chưa kiểm chứng"), "{page}");
        let file = house.get("admin", "/agencies.csv").await;
        assert_eq!(file.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
        let seen = house.check("admin", &file.text).await;
        assert!(
            seen.text.contains("giữ nguyên 2 cơ quan"),
            "what is taken away is read again: {}",
            seen.text
        );
    }
}

#[tokio::test]
async fn the_template_fits_the_place() {
    for house in House::all().await {
        let seen = house.send("admin", Request::post("/agencies/template"), Body::empty()).await;
        assert_eq!(seen.status, StatusCode::OK, "{}: {}", house.name, seen.text);
        assert_eq!(house.apply("admin", &carried(&seen.text)).await.status, StatusCode::SEE_OTHER);
        let page = house.get("admin", "/agencies?q=So+Y+te").await.text;
        assert!(page.contains("92.so-y-te"), "{page}");
    }
}
