//! A small house for tests: two tables, a clock, one part that reads «things».

#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use foundation::{Clock, Instant, Result, TestClock, error::internal};
use futures_util::future::BoxFuture;
use http::request::Parts;
use kit::house::Authenticator;
use kit::testing::{AUDIT, BareShell, person};
use kit::{Actor, Context, PackFault, PackFile, PackNames, PackPart, Role, Scope, Session};
use packs::actions::overlay::Place;
use packs::yaml::{self, Located, did_you_mean, fault};
use packs::{CalendarPart, Calendars, Packs};
use serde::Deserialize;
use storage::testing::TestDb;
use storage::{Tx, args};
use tower::ServiceExt;

/// `pack.yaml` of a pack.
pub fn pack(id: &str, order: u32) -> String {
    format!(
        "id: {id}\nname: {{vi: Gói {id}, en: Pack {id}}}\norder: {order}\nicon: heart\n\
         about: {{vi: Một câu.}}\n\
         owner_agency:\n  - {{valid_from: 2025-01-01, name: Sở cũ, verified: true, legal_ref: NĐ 1}}\n  \
         - {{valid_from: 2025-07-01, name: Sở mới, verified: false}}\n"
    )
}

/// A place in a pack.
pub fn at(pack: &str, path: &str, pointer: &str) -> Place {
    Place { pack: pack.into(), path: path.into(), pointer: pointer.into() }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Things {
    #[serde(default)]
    most: Option<f64>,
    things: Vec<Thing>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Thing {
    id: Located<String>,
    value: Located<f64>,
    #[serde(default)]
    needs: Option<Located<String>>,
}

/// A part as another module would write it.
#[derive(Default)]
pub struct ThingPart {
    applied: AtomicUsize,
}

impl PackPart for ThingPart {
    fn files(&self) -> &'static str {
        "indicators.yaml"
    }

    fn names(&self, files: &[PackFile]) -> Vec<(&'static str, String)> {
        let mut names = Vec::new();
        for file in files {
            if let Some(read) = yaml::read_most::<Things>(file).0 {
                names.extend(read.things.iter().map(|t| ("indicator", format!("{}.{}", file.pack, *t.id))));
            }
        }
        names
    }

    fn check(&self, files: &[PackFile], all: &PackNames) -> Vec<PackFault> {
        let known: Vec<&str> =
            all.iter().filter(|(kind, _)| *kind == "indicator").map(|(_, id)| id.as_str()).collect();
        let mut faults = Vec::new();
        for file in files {
            match yaml::read::<Things>(file) {
                Err(more) => faults.extend(more),
                Ok(read) => {
                    for thing in &read.things {
                        if read.most.is_some_and(|most| *thing.value > most) {
                            faults.push(fault(file, &thing.value, "lớn quá"));
                        }
                        let Some(needs) = &thing.needs else { continue };
                        let full = format!("{}.{}", file.pack, **needs);
                        if !known.contains(&full.as_str()) && !known.contains(&needs.as_str()) {
                            let guess = did_you_mean(needs, known.iter().copied());
                            faults.push(fault(
                                file,
                                needs,
                                format!("không có chỉ tiêu “{}”.{guess}", **needs),
                            ));
                        }
                    }
                }
            }
        }
        faults
    }

    fn apply<'a>(
        &'a self,
        tx: &'a mut Tx,
        _: &'a Context,
        files: &'a [PackFile],
    ) -> BoxFuture<'a, Result<usize>> {
        Box::pin(async move {
            tx.run("DELETE FROM thing", args![]).await?;
            let mut rows = Vec::new();
            for file in files {
                for thing in yaml::read_checked::<Things>(file)?.things {
                    rows.push(args![format!("{}.{}", file.pack, *thing.id), *thing.value]);
                }
            }
            let n = tx.insert_many("thing", &["id", "value"], rows).await?;
            match tx.one::<(String,)>("SELECT id FROM thing WHERE value = 666", args![]).await? {
                Some(_) => Err(internal("poison", "hỏng giữa chừng")),
                None => Ok(n as usize),
            }
        })
    }

    fn applied<'a>(&'a self, _: &'a Context) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.applied.fetch_add(1, Ordering::SeqCst);
            Ok(())
        })
    }
}

/// Whoever the header `x-role` names.
struct ByHeader;

impl Authenticator for ByHeader {
    fn session<'a>(&'a self, parts: &'a Parts) -> BoxFuture<'a, Result<Session>> {
        let role = parts.headers.get("x-role").and_then(|v| v.to_str().ok()).and_then(Role::parse);
        let actor = match role {
            Some(role) => person("Mai", &[(role, &[])]).actor,
            None => Actor::Public,
        };
        Box::pin(async move { Ok(Session { actor, scope: Scope::Public }) })
    }
}

/// A house with nothing in it but packs.
pub struct House {
    pub cx: Context,
    pub clock: Arc<TestClock>,
    pub parts: Vec<Arc<dyn PackPart>>,
    pub name: &'static str,
    part: Arc<ThingPart>,
    packs: Arc<Packs>,
    test: TestDb,
}

impl House {
    /// One house for every database that tests run on.
    pub async fn all() -> Vec<House> {
        let mut houses = Vec::new();
        for test in storage::testing::all().await.unwrap() {
            houses.push(House::new(test).await);
        }
        houses
    }

    async fn new(test: TestDb) -> House {
        let clock = Arc::new(TestClock::at(Instant(1_795_305_600_000_000)));
        let db = test.db.clone();
        let module = packs::module();
        let modules =
            [("storage", storage::migrate::OWN), ("identity", AUDIT), (module.name, module.migrations)];
        storage::migrate(&db, clock.as_ref(), &modules).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        // The table of the part.
        let sql = "CREATE TABLE thing (id TEXT NOT NULL PRIMARY KEY, value DOUBLE PRECISION NOT NULL);";
        tx.batch(sql.into()).await.unwrap();
        tx.commit().await.unwrap();
        let part = Arc::new(ThingPart::default());
        let parts: Vec<Arc<dyn PackPart>> = vec![part.clone(), Arc::new(CalendarPart)];
        let packs = Packs::open(&db).await.unwrap();
        packs.furnish(parts.clone());
        let files = storage::files::Files::under(test.folder());
        let words: Vec<web::words::Source> = web::words::OWN.iter().chain(module.words).copied().collect();
        let words = web::Words::new(&words).unwrap();
        let shared: Arc<dyn Clock> = clock.clone();
        let calendars = Calendars::open(&db).await.unwrap();
        let house =
            kit::Builder::new(db, files, shared, words).service(packs.clone()).service(calendars).build();
        house.furnish(Arc::new(ByHeader), Arc::new(BareShell), Vec::new());
        let name = test.name();
        House { cx: house.system("test"), clock, parts, name, part, packs, test }
    }

    pub fn packs(&self) -> &Packs {
        &self.packs
    }

    pub fn folder(&self) -> &std::path::Path {
        self.test.folder()
    }

    /// How often the part was told of an apply.
    pub fn applied(&self) -> usize {
        self.part.applied.load(Ordering::SeqCst)
    }

    /// Asks over HTTP; a form makes it a POST. Gives the status and the body.
    pub async fn ask(&self, role: &str, path: &str, form: Option<&str>) -> (u16, String) {
        let routes = packs::module().routes;
        let app = kit::http::router(&self.cx.house, &routes).with_state(self.cx.house.clone());
        let mut request = http::Request::builder().uri(path).header("x-role", role);
        if form.is_some() {
            request = request
                .method("POST")
                .header("sec-fetch-site", "same-origin")
                .header("content-type", "application/x-www-form-urlencoded");
        }
        let request = request.body(axum::body::Body::from(form.unwrap_or("").to_owned())).unwrap();
        let response = app.oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    pub async fn events(&self) -> Vec<String> {
        let rows: Vec<(String,)> =
            self.cx.db.all("SELECT event FROM outbox ORDER BY seq", args![]).await.unwrap();
        rows.into_iter().map(|r| r.0).collect()
    }

    pub async fn audit(&self) -> Vec<String> {
        let sql = "SELECT action, subject, actor FROM audit ORDER BY id";
        let rows: Vec<(String, String, String)> = self.cx.db.all(sql, args![]).await.unwrap();
        rows.into_iter().map(|(action, subject, actor)| format!("{action} {subject} {actor}")).collect()
    }
}

/// The rows of the part, by id.
pub async fn things(house: &House) -> Vec<(String, f64)> {
    let all: BTreeMap<String, f64> = house
        .cx
        .db
        .all::<(String, f64)>("SELECT id, value FROM thing", args![])
        .await
        .unwrap()
        .into_iter()
        .collect();
    all.into_iter().collect()
}
