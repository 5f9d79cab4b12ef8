//! A house with notices alone, on every database; a registry in memory; channels that do what they are told.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use foundation::{Clock, Date, Instant, Result, TestClock, TimeOfDay};
use futures_util::future::BoxFuture;
use http::request::Parts;
use kit::house::Authenticator;
use kit::testing::{AUDIT, BareShell};
use kit::{Actor, Context, Fields, Granted, Reach, Role, Scope, Session, UnitId};
use notices::push::{Push, Signer};
use notices::{AddressBook, Addressee, Channel, Message, Notice, Office, Outcome, Person, Via};
use storage::testing::TestDb;
use storage::{InstallationKey, args};
use tower::ServiceExt;
use units::{Level, Version};
use uuid::Uuid;

/// Who is signed in by the header `x-role`.
pub const MAI: Uuid = Uuid::from_u128(0x018f_0000_0000_7000_8000_0000_0000_0001);
pub const NAM: Uuid = Uuid::from_u128(0x018f_0000_0000_7000_8000_0000_0000_0002);

/// Whoever the headers name: `x-role`, `x-who` for somebody else than Mai, `x-units` for whoever sees those
/// alone.
struct ByHeader;

impl Authenticator for ByHeader {
    fn session<'a>(&'a self, parts: &'a Parts) -> BoxFuture<'a, Result<Session>> {
        let header = |name| parts.headers.get(name).and_then(|v: &http::HeaderValue| v.to_str().ok());
        let id = header("x-who").and_then(|v| v.parse().ok()).unwrap_or(MAI);
        let actor = match header("x-role").and_then(Role::parse) {
            Some(role) => Actor::Person { id, name: "Mai".into(), role, may: role.permissions() },
            None => Actor::Public,
        };
        let units = header("x-units").map(|units| units.split(',').map(|u| u.parse().unwrap()).collect());
        let may = header("x-role").and_then(Role::parse).map(Role::permissions).unwrap_or_default();
        let reach = |units| Reach { units, packs: Fields::All, may };
        let scope = match units {
            Some(units) => Scope::Granted(Arc::new(Granted { grants: vec![reach(units)] })),
            None => Scope::System("test"),
        };
        Box::pin(async move { Ok(Session { actor, scope }) })
    }
}

/// A registry in memory. While `hangs`, it never answers.
#[derive(Default)]
pub struct Book {
    pub people: Mutex<BTreeMap<Person, Addressee>>,
    pub hangs: std::sync::atomic::AtomicBool,
}

impl AddressBook for Book {
    fn find<'a>(&'a self, person: Person) -> BoxFuture<'a, Result<Option<Addressee>>> {
        Box::pin(async move {
            if self.hangs.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            Ok(self.people.lock().unwrap().get(&person).cloned())
        })
    }

    fn in_units<'a>(
        &'a self,
        _: &'a [UnitId],
        after: Option<Uuid>,
        limit: i64,
    ) -> BoxFuture<'a, Result<Vec<Person>>> {
        Box::pin(async move {
            let people = self.people.lock().unwrap();
            let citizens = people.keys().filter(|p| matches!(p, Person::Citizen(_)));
            let later = citizens.filter(|p| after.is_none_or(|after| p.id() > after));
            Ok(later.copied().take(limit as usize).collect())
        })
    }
}

/// What a channel of the tests does with a message.
#[derive(Clone)]
pub enum Does {
    Answers(Outcome),
    /// Takes it and never says so, as if the program died then.
    Hangs,
}

/// A channel inside the test's own process: keeps what it was handed.
pub struct Post {
    pub via: Via,
    pub drops_doubles: bool,
    pub does: Mutex<Does>,
    pub taken: Mutex<Vec<Message>>,
    pub tries: AtomicUsize,
}

impl Post {
    pub fn new(via: Via, drops_doubles: bool) -> Arc<Post> {
        let does = Mutex::new(Does::Answers(Outcome::Sent { provider_id: Some("p1".into()) }));
        Arc::new(Post { via, drops_doubles, does, taken: Mutex::default(), tries: AtomicUsize::new(0) })
    }

    pub fn taken(&self) -> Vec<Message> {
        self.taken.lock().unwrap().clone()
    }

    pub fn does(&self, does: Does) {
        *self.does.lock().unwrap() = does;
    }
}

impl Channel for Post {
    fn via(&self) -> Via {
        self.via
    }

    fn drops_doubles(&self) -> bool {
        self.drops_doubles
    }

    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            self.tries.fetch_add(1, Ordering::SeqCst);
            let does = self.does.lock().unwrap().clone();
            match does {
                Does::Answers(outcome) => {
                    if matches!(outcome, Outcome::Sent { .. }) {
                        self.taken.lock().unwrap().push(message.clone());
                    }
                    outcome
                }
                Does::Hangs => {
                    self.taken.lock().unwrap().push(message.clone());
                    std::future::pending().await
                }
            }
        })
    }
}

pub struct Place {
    pub cx: Context,
    pub clock: Arc<TestClock>,
    pub book: Arc<Book>,
    pub office: Arc<Office>,
    test: TestDb,
}

/// Noon of a working day.
pub fn noon() -> Instant {
    Date::parse("2026-11-26").unwrap().at(TimeOfDay::from_hm(12, 0).unwrap())
}

impl Place {
    /// A house on every database, with these channels.
    pub async fn all(channels: impl Fn(Arc<dyn Clock>) -> Vec<Arc<dyn Channel>>) -> Vec<Place> {
        let mut places = Vec::new();
        for test in storage::testing::all().await.unwrap() {
            places.push(Place::on(test, &channels, None).await);
        }
        places
    }

    /// A house on every database that sends to browsers alone, through these push services.
    pub async fn with_push(services: Vec<String>) -> Vec<Place> {
        let mut places = Vec::new();
        for test in storage::testing::all().await.unwrap() {
            places.push(Place::on(test, &|_| vec![], Some(services.clone())).await);
        }
        places
    }

    async fn on(
        test: TestDb,
        channels: &impl Fn(Arc<dyn Clock>) -> Vec<Arc<dyn Channel>>,
        push: Option<Vec<String>>,
    ) -> Place {
        let clock = Arc::new(TestClock::at(noon()));
        let db = test.db.clone();
        let module = notices::module();
        let modules = [
            ("storage", storage::migrate::OWN),
            ("units", units::module().migrations),
            ("identity", AUDIT),
            (module.name, module.migrations),
        ];
        storage::migrate(&db, clock.as_ref(), &modules).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let unit = |unit, level, code, name, parent| Version {
            valid_from: Date(0),
            parent,
            ..Version::plain(unit, level, "", code, name)
        };
        let units = [
            unit(92, Level::Province, "92", "Cần Thơ", None),
            unit(1, Level::Commune, "00001", "Phường A", Some(92)),
            unit(2, Level::Commune, "00002", "Phường B", Some(92)),
        ];
        units::store::save_versions(&mut tx, &units).await.unwrap();
        let address = "https://toancanh.example";
        storage::settings::set(&mut tx, clock.as_ref(), notices::office::ADDRESS, address).await.unwrap();
        tx.commit().await.unwrap();
        let atlas = Arc::new(units::Atlas::open(&db).await.unwrap());
        let book = Arc::new(Book::default());
        for (person, name, email) in [(MAI, "Trần Thị Mai", "mai"), (NAM, "Lê Văn Nam", "nam")] {
            let email = Some(format!("{email}@cantho.example"));
            let phone = Some("0912 345 678".to_owned());
            let to = Addressee { name: name.into(), email, phone, tongue: Default::default() };
            book.people.lock().unwrap().insert(Person::Account(person), to);
        }
        let key = InstallationKey::of([7; 32]);
        let shared: Arc<dyn Clock> = clock.clone();
        let push = match push {
            Some(services) => {
                let signer = Signer::settle(&db, clock.as_ref(), &key, "mailto:a@b.example").await.unwrap();
                Some(Push::new(signer, services, shared.clone()))
            }
            None => None,
        };
        let office = Arc::new(Office::new(book.clone(), channels(shared.clone()), push, key));
        let files = storage::files::Files::under(test.folder());
        let words: Vec<web::words::Source> = web::words::OWN.iter().chain(module.words).copied().collect();
        let words = web::Words::new(&words).unwrap();
        let house =
            kit::Builder::new(db, files, shared, words).service(office.clone()).service(atlas).build();
        house.furnish(Arc::new(ByHeader), Arc::new(BareShell), Vec::new());
        Place { cx: house.system("test"), clock, book, office, test }
    }

    pub fn name(&self) -> &'static str {
        self.test.name()
    }

    /// Leaves a message; says whether it is new.
    pub async fn post(&self, notice: Notice) -> bool {
        let mut tx = self.cx.db.begin().await.unwrap();
        let new = notices::post(&mut tx, &self.cx, notice).await.unwrap();
        tx.commit().await.unwrap();
        new
    }

    pub async fn drain(&self) -> usize {
        notices::desk::drain(&self.cx).await.unwrap()
    }

    /// The deliveries as «way state error», oldest first.
    pub async fn deliveries(&self) -> Vec<String> {
        let sql = "SELECT via, state, error FROM notice_delivery ORDER BY id";
        let rows: Vec<(String, String, Option<String>)> = self.cx.db.all(sql, args![]).await.unwrap();
        rows.into_iter().map(|(v, s, e)| format!("{v} {s} {}", e.unwrap_or_default()).trim().into()).collect()
    }

    pub async fn ids(&self) -> Vec<Uuid> {
        let rows: Vec<(Uuid,)> =
            self.cx.db.all("SELECT id FROM notice_delivery ORDER BY id", args![]).await.unwrap();
        rows.into_iter().map(|r| r.0).collect()
    }

    pub fn token(&self, delivery: Uuid) -> String {
        notices::token::write(self.office.key(), delivery)
    }

    /// Asks over HTTP; a form makes it a POST. Gives the status, where it leads, and the body.
    pub async fn ask(&self, role: Option<&str>, path: &str, form: Option<&str>) -> (u16, String, String) {
        let mut request = http::Request::builder().uri(path);
        if let Some(role) = role {
            request = request.header("x-role", role);
        }
        if form.is_some() {
            request = request
                .method("POST")
                .header("sec-fetch-site", "same-origin")
                .header("content-type", "application/x-www-form-urlencoded");
        }
        let body = axum::body::Body::from(form.unwrap_or("").to_owned());
        self.answer(request.body(body).unwrap()).await
    }

    /// Asks as somebody with a role in units; a type and a body make it a POST.
    pub async fn ask_as(
        &self,
        (role, units): (&str, &str),
        path: &str,
        body: Option<(&str, &str)>,
    ) -> (u16, String, String) {
        let mut request = http::Request::builder().uri(path).header("x-role", role).header("x-units", units);
        if let Some((kind, _)) = body {
            request =
                request.method("POST").header("sec-fetch-site", "same-origin").header("content-type", kind);
        }
        let body = body.map_or(String::new(), |b| b.1.to_owned());
        self.answer(request.body(axum::body::Body::from(body)).unwrap()).await
    }

    async fn answer(&self, request: http::Request<axum::body::Body>) -> (u16, String, String) {
        let routes = notices::module().routes;
        let app = kit::http::router(&self.cx.house, &routes).with_state(self.cx.house.clone());
        let response = app.oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let to = response.headers().get("location").map(|v| v.to_str().unwrap().to_owned());
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, to.unwrap_or_default(), String::from_utf8(body.to_vec()).unwrap())
    }

    /// Asks for the head of a page alone.
    pub async fn head(&self, path: &str) {
        self.answer(http::Request::head(path).body(axum::body::Body::empty()).unwrap()).await;
    }

    /// Sends JSON as Mai, as the script of a page does.
    pub async fn send_json(&self, path: &str, body: &str) -> u16 {
        let request = http::Request::post(path)
            .header("x-role", "officer")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/json");
        self.answer(request.body(axum::body::Body::from(body.to_owned())).unwrap()).await.0
    }

    /// Everything of the audit log as one text.
    pub async fn audit(&self) -> String {
        let sql = "SELECT action, subject, detail FROM audit ORDER BY id";
        let rows: Vec<(String, String, String)> = self.cx.db.all(sql, args![]).await.unwrap();
        rows.into_iter().map(|(a, s, d)| format!("{a} {s} {d}\n")).collect()
    }
}

/// A message about the case «PA-1» to somebody.
pub fn notice(kind: &'static str, to: Uuid, key: &str) -> Notice {
    let values = [("code", "PA-1"), ("title", "Ổ gà"), ("due", "17:00 30/11/2026")];
    Notice {
        kind,
        to: Person::Account(to),
        about: "case:1".into(),
        values: values.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
        link: "/cases/1".into(),
        urgent: false,
        key: key.into(),
    }
}

/// The Python that has aiosmtpd.
#[allow(clippy::disallowed_methods, reason = "the set-up of ./test says which one it is")]
pub fn python() -> String {
    std::env::var("TOANCANH_TEST_PYTHON").unwrap_or_else(|_| "/usr/bin/python3".into())
}

/// A real server of e-mail in a process of its own; ends with the test.
pub struct MailServer {
    child: Child,
    pub port: u16,
    folder: PathBuf,
}

impl MailServer {
    pub fn start() -> MailServer {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/dev/mail_server.py");
        let folder = std::env::temp_dir().join(format!("toancanh-mail-{}", foundation::new_id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut child = Command::new(python())
            .arg(script)
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python with aiosmtpd: ./test installs it (need_mail_server)");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().expect("aiosmtpd is missing: apt-get install python3-aiosmtpd");
        MailServer { child, port, folder }
    }

    /// The letters taken so far, oldest first.
    pub fn letters(&self) -> Vec<String> {
        let files = std::fs::read_dir(&self.folder).unwrap().map(|e| e.unwrap().path());
        let mut files: Vec<PathBuf> = files.filter(|p| p.extension().is_some_and(|e| e == "eml")).collect();
        files.sort();
        files.iter().map(|p| String::from_utf8(std::fs::read(p).unwrap()).unwrap()).collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Waits until something holds; half a minute at most.
pub async fn until(what: impl Fn() -> bool) {
    for _ in 0..600 {
        if what() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never came to be as wanted")
}
