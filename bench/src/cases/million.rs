//! A million cases, reckoned from their numbers, so that two runs and two databases hold the same.
//!
//! Rows go straight into the tables: by the program itself they would take an hour, and what is measured is
//! how they are read. What a type may hold (states, categories) is read from the types that the program
//! applied.

use serde_json::Value as Json;

use crate::{Result, fail};

/// Seconds between two of them: a million in about four years.
const APART_S: i64 = 126;
/// The newest so many are open, new or in work; before them as many wait for their rating.
const OPEN: i64 = 30_000;
const RATED: i64 = 10_000;

/// One value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// NULL.
    Null,
    /// A whole number.
    Int(i64),
    /// A fraction.
    Real(f64),
    /// A truth.
    Bool(bool),
    /// Words.
    Text(String),
    /// An id.
    Id([u8; 16]),
}

/// A type of cases, as far as it is needed.
#[derive(Debug, Clone)]
pub struct Type {
    /// `petitions.report`.
    pub id: String,
    /// The letters of its codes.
    pub code: String,
    /// Category and severity.
    pub categories: Vec<(String, String, String)>,
    /// A state for each stage; the nearest where it has none.
    states: Vec<(String, i64)>,
}

/// What is made.
#[derive(Debug, Clone)]
pub struct Million {
    /// How many.
    pub count: i64,
    /// The types, as shipped.
    pub types: Vec<Type>,
    /// Units of communes.
    pub communes: Vec<i64>,
    /// Units of departments.
    pub departments: Vec<i64>,
    /// Accounts that handle cases.
    pub handlers: Vec<[u8; 16]>,
    /// µs; the newest case was received then.
    pub now: i64,
}

/// The stages, as `cases::workflow::Stage` numbers them.
const STAGES: [&str; 8] = ["new", "work", "review", "answered", "closed", "refused", "elsewhere", "merged"];

impl Type {
    /// Reads a row of `case_type`.
    pub fn read(id: &str, definition: &str) -> Result<Type> {
        let d: Json = serde_json::from_str(definition)?;
        let text = |v: &Json| v.as_str().unwrap_or_default().to_owned();
        let list = |v: &Json| v.as_array().cloned().unwrap_or_default();
        let categories: Vec<_> = list(&d["categories"])
            .iter()
            .map(|c| (text(&c["id"]), text(&c["severity"]), text(&c["name"]["vi"])))
            .collect();
        let own: Vec<(String, usize)> = list(&d["states"])
            .iter()
            .filter_map(|s| Some((text(&s["id"]), STAGES.iter().position(|n| s["stage"] == *n)?)))
            .collect();
        let has = |stage: usize| own.iter().find(|s| s.1 == stage).map(|s| (s.0.clone(), stage as i64));
        let states: Option<Vec<_>> =
            (0..STAGES.len()).map(|n| has(n).or_else(|| has(if n < 3 { 1 } else { 4 }))).collect();
        match states {
            Some(states) if !categories.is_empty() => {
                Ok(Type { id: id.to_owned(), code: text(&d["code"]), categories, states })
            }
            _ => fail(format!("the type {id} has no states or no categories")),
        }
    }
}

/// Sixteen bits that look like chance, of a number and a subject.
fn chance(n: i64, about: u64) -> i64 {
    let mut x = (n as u64) << 8 ^ about;
    x = (x ^ x >> 31).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ x >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((x ^ x >> 32) & 0xffff) as i64
}

fn below(n: i64, about: u64, most: usize) -> usize {
    (chance(n, about) as usize * most) >> 16
}

/// Few are frequent: the first of a list is about three times as likely as the last.
fn often<T>(n: i64, about: u64, of: &[T]) -> &T {
    let (a, b) = (below(n, about, of.len()), below(n, about + 100, of.len()));
    &of[if chance(n, about + 200) < 32_768 { a.min(b) } else { a }]
}

const STREETS: [&str; 24] = [
    "Hai Bà Trưng",
    "Nguyễn Trãi",
    "Trần Hưng Đạo",
    "Lý Tự Trọng",
    "Mậu Thân",
    "Cách Mạng Tháng Tám",
    "Nguyễn Văn Cừ",
    "Ba Tháng Hai",
    "Lê Hồng Phong",
    "Võ Văn Kiệt",
    "Quang Trung",
    "Hùng Vương",
    "Nguyễn Huệ",
    "Tôn Đức Thắng",
    "Phan Đình Phùng",
    "Ngô Quyền",
    "Lê Lợi",
    "Châu Văn Liêm",
    "Đề Thám",
    "Huỳnh Cương",
    "Xô Viết Nghệ Tĩnh",
    "Bùi Hữu Nghĩa",
    "Trần Quang Diệu",
    "Đinh Tiên Hoàng",
];
const TELLS: [&str; 16] = [
    "Đã hơn một tuần chưa thấy ai đến sửa.",
    "Buổi tối rất khó đi, trẻ em đi học về hay ngã.",
    "Bà con trong hẻm rất lo lắng.",
    "Mùa mưa nước ngập đến đầu gối.",
    "Đề nghị cơ quan sớm kiểm tra.",
    "Xe tải lớn chạy qua mỗi ngày làm hư thêm.",
    "Nước đen và hôi, muỗi rất nhiều.",
    "Gần cổng chợ nên đông người.",
    "Tôi đã gọi tổng đài nhưng chưa được trả lời.",
    "Người dân tự rào lại bằng cây.",
    "Xảy ra từ đầu tháng này.",
    "Việc này lặp lại nhiều lần trong năm.",
    "Ảnh chụp lúc sáng nay kèm theo.",
    "Mong được xử lý dứt điểm.",
    "Hộ kinh doanh hai bên đường bị ảnh hưởng.",
    "Nguy hiểm cho người đi xe máy ban đêm.",
];
/// A word that one case in five thousand has.
pub const RARE: &str = "Huyền Trân";
const ANSWER: &str = "Đơn vị đã kiểm tra thực tế, khắc phục xong và bàn giao cho khu vực theo dõi.";

/// A case with all that belongs to it.
pub struct Made {
    /// The row of `cases`, its number first.
    pub row: Vec<Cell>,
    /// Rows of `case_entry`.
    pub entries: Vec<Vec<Cell>>,
    /// What officers find it by.
    pub words: String,
    /// What everybody finds it by, when it is published.
    pub public_words: Option<String>,
}

/// The columns of [`Made::row`].
pub const COLUMNS: &str = "seq, kind, category, \
    severity, state, stage, place, agency, handler, title, content, \
    address, lat, lon, accuracy_m, place_sure, channel, received_at, happened_at, changed_at, \
    taken_in_at, solved_at, clocks, due_at, due_clock, promised_at, paused, late, supporters, \
    photos, entries, version, published, public_text, answer, reason, rating, reopened, \
    extended, merged_into, split_from, source, demo, counted, wake_at";
/// The columns of [`Made::entries`].
pub const ENTRY: &str = "seq, n, at, actor, deed, step, state, shown, text, detail";

fn folded(text: &str) -> Vec<String> {
    let mut words: Vec<String> = foundation::text::fold(text)
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

fn mark(of: &str, value: &str) -> String {
    let plain: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{of}{}", plain.to_ascii_lowercase())
}

impl Million {
    fn kind(&self, n: i64) -> &Type {
        let share = chance(n, 1) * 100 / 65_536;
        let at = match share {
            0..70 => "petitions.report",
            70..82 => "petitions.petition",
            82..94 => "petitions.call",
            94..98 => "petitions.task",
            _ => "petitions.incident",
        };
        self.types.iter().find(|t| t.id == at).unwrap_or(&self.types[0])
    }

    fn stage(&self, n: i64) -> usize {
        let share = chance(n, 2) * 1000 / 65_536;
        match self.count - n {
            ..OPEN => [0, 1, 1, 1, 1, 1, 2][(share % 7) as usize],
            age if age < OPEN + RATED => 3,
            // Some lie for years.
            _ if share < 1 => 1,
            _ => match share {
                1..880 => 4,
                880..920 => 5,
                920..980 => 6,
                _ => 7,
            },
        }
    }

    /// The code of the `n`th.
    pub fn code(&self, n: i64) -> String {
        format!("{}-26-{n:06}", self.kind(n).code)
    }

    /// The `n`th, from 1.
    pub fn made(&self, n: i64) -> Made {
        let kind = self.kind(n);
        let (state, stage) = kind.states[self.stage(n)].clone();
        let (category, severity, named) = often(n, 3, &kind.categories).clone();
        let place = *often(n, 4, &self.communes);
        let agency = if chance(n, 5) < 40_000 { place } else { *often(n, 6, &self.departments) };
        let channel = match (kind.id.as_str(), chance(n, 7) * 100 / 65_536) {
            ("petitions.call", _) => "hotline",
            ("petitions.task" | "petitions.incident", _) => "inside",
            (_, 0..60) => "app",
            (_, 60..75) => "web",
            (_, 75..85) => "counter",
            (_, 85..90) => "hotline",
            (_, 90..95) => "open311",
            _ => "api",
        };
        let (open, received) = (stage < 3, self.now - (self.count - n) * APART_S * 1_000_000);
        let street = STREETS[below(n, 8, STREETS.len())];
        let street = if n % 5_000 == 7 { RARE } else { street };
        let title = format!("{named}, đường {street}");
        let told = |about: u64| TELLS[below(n, about, TELLS.len())];
        let content = format!(
            "{named} trước số nhà {} đường {street}. {} {} {}",
            1 + below(n, 9, 400),
            told(10),
            told(11),
            told(12)
        );
        let solved = (!open).then(|| (received + (1 + chance(n, 13)) * 10_000_000).min(self.now));
        let paused = open && stage == 1 && chance(n, 14) < 3_000;
        let due = (open && !paused).then(|| received + 40 * 3_600_000_000 + chance(n, 15) * 20_000_000);
        let published = kind.id == "petitions.report" && stage > 0 && chance(n, 16) < 60_000;
        let handler = if stage > 0 && chance(n, 17) < 20_000 {
            Cell::Id(*often(n, 18, &self.handlers))
        } else {
            Cell::Null
        };
        let answered = matches!(stage, 3 | 4);
        let somewhere = chance(n, 19) < 55_000;
        let int = |at: Option<i64>| at.map_or(Cell::Null, Cell::Int);
        let text = |t: &str| Cell::Text(t.to_owned());
        let hand = match (due, solved) {
            (Some(due), _) => format!(r#"{{"hand":"running","due":{due}}}"#),
            (None, Some(at)) => format!(r#"{{"hand":"met","at":{at},"late":false}}"#),
            (None, None) => r#"{"hand":"paused","left":3600000000}"#.to_owned(),
        };
        let pause =
            if paused { format!(r#"{{"reason":"weather","since":{received}}}"#) } else { "null".into() };
        let clocks = format!(
            r#"{{"calendar":"admin.office","limits":{{"first_response":480,"update":null,"solution":2400}},
            "hands":[{{"hand":"met","at":{received},"late":false}},{{"hand":"idle"}},{hand}],"pause":{pause},
            "promises":[{{"clock":"solution","due":{},"made":{received},"by":"rule"}}]}}"#,
            received + 40 * 3_600_000_000
        );
        let row = vec![
            Cell::Int(n),
            text(&kind.id),
            text(&category),
            text(&severity),
            text(&state),
            Cell::Int(stage),
            Cell::Int(place),
            Cell::Int(agency),
            handler,
            text(&title),
            text(&content),
            text(&format!("đường {street}")),
            if somewhere { Cell::Real(9.6 + chance(n, 20) as f64 / 110_000.0) } else { Cell::Null },
            if somewhere { Cell::Real(105.3 + chance(n, 21) as f64 / 90_000.0) } else { Cell::Null },
            if somewhere { Cell::Real(12.0) } else { Cell::Null },
            Cell::Bool(true),
            text(channel),
            Cell::Int(received),
            Cell::Null,
            Cell::Int(solved.unwrap_or(received)),
            Cell::Int(received + 3_600_000_000),
            int(solved),
            text(&clocks),
            int(due),
            int(due.map(|_| 2)),
            Cell::Int(received + 40 * 3_600_000_000),
            Cell::Bool(paused),
            Cell::Bool(answered && chance(n, 22) < 6_000),
            Cell::Int((chance(n, 23) / 60_000) * 3),
            Cell::Int(0),
            Cell::Int(2),
            Cell::Int(2),
            Cell::Bool(published),
            text(if published { &content } else { "" }),
            text(if answered { ANSWER } else { "" }),
            text(""),
            if stage == 4 && chance(n, 24) < 20_000 { Cell::Int(1 + chance(n, 25) % 5) } else { Cell::Null },
            Cell::Int(0),
            Cell::Int(0),
            Cell::Null,
            Cell::Null,
            text(""),
            Cell::Bool(false),
            // Their figures were told, and nothing is to be reminded of.
            Cell::Int(agency),
            Cell::Null,
        ];
        let entry = |k: i64, at: i64, who: &str, deed: &str, t: &str| {
            vec![
                Cell::Int(n),
                Cell::Int(k),
                Cell::Int(at),
                text(who),
                text(deed),
                text(""),
                text(&state),
                Cell::Int(2),
                text(t),
                text("{}"),
            ]
        };
        let entries = vec![
            entry(1, received, "reporter", "receive", ""),
            entry(
                2,
                solved.unwrap_or(received + 1),
                "system:bench",
                "note",
                if answered { ANSWER } else { "" },
            ),
        ];
        let code = format!("{} {n}", self.code(n));
        let mut marks = vec![
            mark("xs", &stage.to_string()),
            mark("xk", &kind.id),
            mark("xc", &category),
            mark("xv", &severity),
            mark("xm", channel),
            format!("u{place}"),
        ];
        let public_words = published.then(|| {
            let said = if answered { ANSWER } else { "" };
            let mut words = folded(&format!("{code} {content} {named} {said}"));
            words.extend(marks.iter().cloned());
            words.join(" ")
        });
        marks.push(format!("u{agency}"));
        let said = if answered { ANSWER } else { "" };
        let mut words = folded(&format!("{code} {title} {content} {street} {named} {said}"));
        words.extend(marks);
        Made { row, entries, words: words.join(" "), public_words }
    }
}
