//! A house with Cần Thơ, a handful of indicators and nothing else, on every database that tests run on.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "a test may fall over")]

use std::sync::Arc;

use foundation::{Clock, Date, Instant, Period, TestClock};
use indicators::definition::Definition;
use indicators::{Engine, store};
use kit::testing::{AUDIT, BareShell, person};
use kit::{Actor, Context, Role, Scope, Session, UnitId};
use storage::args;
use storage::testing::TestDb;
use units::{Atlas, Level};

pub const ROOT: UnitId = 92;

pub struct House {
    pub cx: Context,
    pub clock: Arc<TestClock>,
    pub name: &'static str,
    pub communes: Vec<(UnitId, String, String)>,
    _test: TestDb,
}

struct Everybody;

impl kit::house::Authenticator for Everybody {
    fn session<'a>(
        &'a self,
        _: &'a http::request::Parts,
    ) -> futures_util::future::BoxFuture<'a, foundation::Result<kit::Session>> {
        Box::pin(async { Ok(Session { actor: Actor::System("test"), scope: Scope::System("test") }) })
    }
}

fn definition(json: serde_json::Value) -> Definition {
    serde_json::from_value(json).unwrap()
}

pub fn definitions() -> Vec<(String, Definition)> {
    let commune = |id: &str, name: &str, unit: &str, decimals: u8, calendar: &str| {
        definition(serde_json::json!({
            "id": id, "name": name, "unit": unit, "decimals": decimals, "calendar": calendar,
            "reported_by": "commune", "over_places": "sum", "over_time": "sum", "range": {"min": 0},
        }))
    };
    let mut rate = commune("satisfied", "Mức độ hài lòng", "%", 1, "month");
    rate.range.max = Some(100.0);
    let mut done = commune("done", "Hồ sơ đã giải quyết", "hồ sơ", 0, "month");
    done.dims = serde_json::from_value(serde_json::json!([{"id": "applicant", "values": [
        {"id": "person", "name": "Cá nhân"}, {"id": "organisation", "name": "Tổ chức"}]}]))
    .unwrap();
    let beds = definition(serde_json::json!({
        "id": "beds", "name": "Giường bệnh thực kê", "unit": "giường", "calendar": "month",
        "reported_by": "province", "over_places": "none",
    }));
    let share = definition(serde_json::json!({
        "id": "on_time_rate", "name": "Tỷ lệ đúng hạn", "unit": "%", "decimals": 1, "calendar": "month",
        "reported_by": "computed",
        "over_places": {"ratio": {"of": "admin.on_time", "to": "admin.done", "times": 100}},
    }));
    vec![
        ("admin".into(), commune("received", "Hồ sơ tiếp nhận", "hồ sơ", 0, "month")),
        ("admin".into(), done),
        ("admin".into(), commune("on_time", "Hồ sơ đúng hạn", "hồ sơ", 0, "month")),
        ("admin".into(), rate),
        ("admin".into(), share),
        ("health".into(), beds),
        ("health".into(), commune("dengue", "Ca mắc sốt xuất huyết", "ca", 0, "week")),
        ("duty".into(), commune("calls", "Cuộc gọi trong ngày", "cuộc", 1, "day")),
        ("duty".into(), commune("visits", "Lượt tiếp dân trong ngày", "lượt", 1, "day")),
    ]
}

impl House {
    pub async fn all() -> Vec<House> {
        let mut houses = Vec::new();
        for test in storage::testing::all().await.unwrap() {
            houses.push(House::new(test).await);
        }
        houses
    }

    async fn new(test: TestDb) -> House {
        // 22 November 2026, 07:00 in Việt Nam.
        let clock = Arc::new(TestClock::at(Instant(1_795_305_600_000_000)));
        let db = test.db.clone();
        let module = indicators::module();
        let modules = [
            ("storage", storage::migrate::OWN),
            ("units", units::module().migrations),
            ("identity", AUDIT),
            ("packs", packs::module().migrations),
            (module.name, module.migrations),
        ];
        storage::migrate(&db, clock.as_ref(), &modules).await.unwrap();
        let here = |v: &units::Version| {
            v.unit == ROOT || (v.parent == Some(ROOT) && v.level == Level::Commune && v.valid_to.is_none())
        };
        let versions: Vec<units::Version> =
            units::seed::shipped_versions().unwrap().into_iter().filter(here).collect();
        let today = Date::of(clock.now());
        let communes = versions
            .iter()
            .filter(|v| v.level == Level::Commune && v.holds_on(today))
            .map(|v| (v.unit, v.code.clone(), v.full_name()))
            .collect();
        let mut tx = db.begin().await.unwrap();
        units::store::save_versions(&mut tx, &versions).await.unwrap();
        storage::settings::set(&mut tx, clock.as_ref(), units::atlas::ROOT, "92").await.unwrap();
        store::save_definitions(&mut tx, clock.now(), &definitions()).await.unwrap();
        tx.commit().await.unwrap();
        let atlas = Arc::new(Atlas::open(&db).await.unwrap());
        let engine = Arc::new(Engine::open(&db, atlas.clone()).await.unwrap());
        let files = storage::files::Files::under(test.folder());
        let words: Vec<web::words::Source> = web::words::OWN.iter().chain(module.words).copied().collect();
        let words = web::Words::new(&words).unwrap();
        let shared: Arc<dyn Clock> = clock.clone();
        let house = kit::Builder::new(db, files, shared, words).service(atlas).service(engine).build();
        house.furnish(Arc::new(Everybody), Arc::new(BareShell), Vec::new());
        let name = test.name();
        House { cx: house.system("test"), clock, name, communes, _test: test }
    }

    /// An officer who may write all fields of these units.
    pub fn officer(&self, units: &[UnitId]) -> Context {
        let Session { actor, scope } = person("Mai", &[(Role::Officer, units)]);
        Context { actor, scope, ..self.cx.clone() }
    }

    /// The value shown for an indicator of a unit.
    pub async fn value(&self, indicator: &str, unit: UnitId, period: &str) -> Option<f64> {
        let engine = self.cx.house.get::<Engine>().unwrap();
        let id = engine.catalogue().code(indicator).unwrap().id;
        let period = Period::from_code(period).unwrap();
        let row: Option<(Option<f64>,)> = self
            .cx
            .db
            .one(
                "SELECT value FROM current_value
                 WHERE indicator = $1 AND calendar = $2 AND period = $3 AND unit = $4",
                args![id, period.calendar.code(), period.index, unit],
            )
            .await
            .unwrap();
        row.and_then(|r| r.0)
    }

    /// How many revisions there are.
    pub async fn told(&self) -> i64 {
        let row: Option<(i64,)> =
            self.cx.db.one("SELECT COUNT(*) AS n FROM observation", args![]).await.unwrap();
        row.unwrap().0
    }

    pub fn unit(&self, at: usize) -> UnitId {
        self.communes[at].0
    }

    pub fn unit_name(&self, at: usize) -> &str {
        &self.communes[at].2
    }
}

/// What a deflated entry of `megabytes` spaces is: one packed megabyte, again and again.
pub fn packed_spaces(megabytes: usize) -> Vec<u8> {
    let mut packer = flate2::Compress::new(flate2::Compression::best(), false);
    let mut block = Vec::with_capacity(1 << 20);
    packer.compress_vec(&vec![b' '; 1 << 20], &mut block, flate2::FlushCompress::Full).unwrap();
    let mut all = block.repeat(megabytes);
    all.extend([3, 0]);
    all
}

/// A zip of deflated entries, made by hand so that it can lie.
pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let pack = |data: &[u8]| {
        let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut packed, data).unwrap();
        packed.finish().unwrap()
    };
    let packed: Vec<(&str, Vec<u8>, &[u8])> = entries.iter().map(|(n, d)| (*n, pack(d), *d)).collect();
    let packed: Vec<(&str, &[u8], &[u8])> = packed.iter().map(|(n, p, d)| (*n, p.as_slice(), *d)).collect();
    zip_of(&packed)
}

/// A zip of entries that are packed already: name, packed bytes, what the headers say of the content.
pub fn zip_of(entries: &[(&str, &[u8], &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for (name, packed, data) in entries {
        let mut crc = flate2::Crc::new();
        crc.update(data);
        let at = out.len() as u32;
        let mut middle = Vec::new();
        middle.extend([20, 0, 0, 0, 8, 0, 0, 0, 0, 0]);
        middle.extend(crc.sum().to_le_bytes());
        middle.extend((packed.len() as u32).to_le_bytes());
        middle.extend((data.len() as u32).to_le_bytes());
        middle.extend((name.len() as u16).to_le_bytes());
        middle.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&middle);
        out.extend(name.as_bytes());
        out.extend(*packed);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&middle);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (at, size, count) = (out.len() as u32, directory.len() as u32, entries.len() as u16);
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(size.to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0, 0]);
    out
}

/// The least workbook around a sheet's XML.
pub fn raw_xlsx(workbook_properties: &str, sheet_data: &str, shared: &str) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
    const TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
    let types = format!(
        r#"<Types xmlns="{PACKAGE}/content-types">
        <Override PartName="/xl/workbook.xml" ContentType="{TYPE}"/></Types>"#
    );
    let relation = |id: u8, kind: &str, target: &str| {
        format!(r#"<Relationship Id="rId{id}" Type="{OFFICE}/{kind}" Target="{target}"/>"#)
    };
    let relations = |all: &[String]| {
        format!(r#"<Relationships xmlns="{PACKAGE}/relationships">{}</Relationships>"#, all.concat())
    };
    let rels = relations(&[relation(1, "officeDocument", "xl/workbook.xml")]);
    let workbook = format!(
        r#"<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr{workbook_properties}/><sheets>
        <sheet name="Số liệu" sheetId="1" r:id="rId1"/></sheets></workbook>"#
    );
    let book_rels = relations(&[
        relation(1, "worksheet", "worksheets/sheet1.xml"),
        relation(2, "sharedStrings", "sharedStrings.xml"),
        relation(3, "styles", "styles.xml"),
    ]);
    let styles = format!(
        r#"<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>
        <borders count="1"><border/></borders><cellXfs count="2"><xf numFmtId="0"/>
        <xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>"#
    );
    let sheet = format!(r#"<worksheet xmlns="{MAIN}"><sheetData>{sheet_data}</sheetData></worksheet>"#);
    zip(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", rels.as_bytes()),
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", book_rels.as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
        ("xl/sharedStrings.xml", shared.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}
