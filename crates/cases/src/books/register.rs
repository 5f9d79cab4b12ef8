//! The registers: letters (sổ theo dõi tiếp nhận, xử lý đơn) and receptions (sổ tiếp công dân). Pure rules of
//! their lines.
//!
//! A line has a number in its book, unit and year, given in order without gaps when it is written, and no
//! line is ever taken out: what was wrong is corrected, and the log says by whom. Who wrote or came stands
//! apart ([`Person`]); of a denunciation it is shown in no list and no file, and each reading is logged.

use foundation::{Date, Instant, Result, error::invalid};
use kit::UnitId;

/// A book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Book {
    /// Letters.
    Letters,
    /// Receptions of citizens.
    Receptions,
}

impl Book {
    /// Both.
    pub const ALL: [Book; 2] = [Book::Letters, Book::Receptions];

    /// Its name in addresses and rows.
    pub fn name(self) -> &'static str {
        match self {
            Book::Letters => "letters",
            Book::Receptions => "receptions",
        }
    }

    /// The book of this name.
    pub fn parse(name: &str) -> Option<Book> {
        Book::ALL.into_iter().find(|b| b.name() == name)
    }

    /// How its lines may be dealt with.
    pub fn handlings(self) -> &'static [&'static str] {
        match self {
            Book::Letters => &["accepted", "passed", "guided", "returned", "filed"],
            Book::Receptions => &["explained", "letter", "accepted", "passed", "guided", "declined"],
        }
    }

    /// By which ways its lines come.
    pub fn ways(self) -> &'static [&'static str] {
        match self {
            Book::Letters => &["counter", "post", "online", "passed"],
            Book::Receptions => &[""],
        }
    }
}

/// What a line is about.
pub const KINDS: [&str; 4] = ["complaint", "denunciation", "petition", "reflection"];
/// Whose competence: the unit's own, somebody else's, not said yet.
pub const COMPETENCES: [&str; 3] = ["", "own", "other"];
/// The kind whose author is protected most.
pub const DENUNCIATION: &str = "denunciation";

storage::row! {
    /// A line.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Entry {
        /// Its identity.
        pub id: i64,
        /// Its book.
        pub book: String,
        /// Whose book.
        pub unit: i64,
        /// Of which year.
        pub year: i64,
        /// Its number in it.
        pub n: i64,
        /// Whether it is synthetic.
        pub demo: bool,
        /// The day it was received.
        pub received_on: i64,
        /// By which way.
        pub way: String,
        /// What it is.
        pub kind: String,
        /// How many persons wrote or came.
        pub people: i64,
        /// What it is about.
        pub summary: String,
        /// Who received, post and name.
        pub receiver: String,
        /// Whose competence.
        pub competence: String,
        /// How it is dealt with; empty: not yet.
        pub handling: String,
        /// Since which day.
        pub handled_on: Option<i64>,
        /// To whom it was passed.
        pub passed_to: String,
        /// What came of it.
        pub result: String,
        /// On which day.
        pub result_on: Option<i64>,
        /// Its case.
        pub case_seq: Option<i64>,
        /// The line of the letter that was taken.
        pub letter: Option<i64>,
        /// Who wrote it down.
        pub entered_by: String,
        /// When.
        pub entered_at: Instant,
        /// When it last changed.
        pub changed_at: Instant,
        /// Grows with every change.
        pub version: i64,
    }
}

storage::row! {
    /// Who wrote or came.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct Person {
        /// As they gave it.
        pub name: String,
        /// Where they live.
        pub address: String,
        /// Digits.
        pub phone: String,
    }
}

/// A day as a row keeps it.
pub fn day(written: i64) -> Date {
    Date(i32::try_from(written).unwrap_or_default())
}

/// What a line tells of the matter.
#[derive(Debug, Clone, PartialEq)]
pub struct Matter {
    /// Received on.
    pub received_on: Date,
    /// By which way.
    pub way: String,
    /// What it is.
    pub kind: String,
    /// How many persons.
    pub people: i64,
    /// What it is about.
    pub summary: String,
    /// Who received.
    pub receiver: String,
}

/// How a line is dealt with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Handling {
    /// Whose competence.
    pub competence: String,
    /// How.
    pub handling: String,
    /// Since which day; today where it is left out.
    pub handled_on: Option<Date>,
    /// To whom it was passed.
    pub passed_to: String,
    /// What came of it.
    pub result: String,
    /// On which day; today where it is left out.
    pub result_on: Option<Date>,
    /// Its case.
    pub case_seq: Option<i64>,
    /// The line of the letter that was taken.
    pub letter: Option<i64>,
}

fn one_of(what: &str, value: &str, known: &[&str]) -> Result<()> {
    match known.contains(&value) {
        true => Ok(()),
        false => Err(invalid("book_choice", format!("{what}: hãy chọn trong danh sách."))),
    }
}

impl Matter {
    /// Refuses what a line cannot tell.
    pub fn check(&self, book: Book, today: Date) -> Result<()> {
        one_of("Loại", &self.kind, &KINDS)?;
        one_of("Nguồn", &self.way, book.ways())?;
        if self.summary.is_empty() {
            return Err(invalid("book_summary", "Hãy ghi tóm tắt nội dung."));
        }
        if self.received_on > today {
            return Err(invalid("book_day", "Ngày nhận không thể sau hôm nay."));
        }
        if self.received_on.year() < today.year() - 5 {
            return Err(invalid("book_day", "Ngày nhận quá xa: sổ nhận năm năm trở lại."));
        }
        if !(1..=100_000).contains(&self.people) {
            return Err(invalid("book_people", "Số người phải từ 1 trở lên."));
        }
        Ok(())
    }
}

impl Handling {
    /// Writes it into a line, or says what does not fit.
    pub fn apply(self, book: Book, entry: &mut Entry, today: Date) -> Result<()> {
        one_of("Thẩm quyền", &self.competence, &COMPETENCES)?;
        let received = day(entry.received_on);
        let dated = |given: Option<Date>, from: Date| {
            let on = given.unwrap_or(today);
            match from <= on && on <= today {
                true => Ok(on),
                false => Err(invalid("book_day", format!("Ngày phải từ {} đến hôm nay.", from.vi()))),
            }
        };
        if self.handling.is_empty() {
            if !self.result.is_empty() {
                return Err(invalid("book_handling", "Có kết quả thì phải chọn cách xử lý."));
            }
            entry.handled_on = None;
        } else {
            one_of("Cách xử lý", &self.handling, book.handlings())?;
            entry.handled_on = Some(dated(self.handled_on, received)?.0.into());
        }
        if self.handling == "passed" && self.passed_to.is_empty() {
            return Err(invalid("book_passed_to", "Hãy ghi cơ quan được chuyển đến."));
        }
        let from = entry.handled_on.map_or(received, day);
        entry.result_on = match self.result.is_empty() {
            true => None,
            false => Some(dated(self.result_on, from)?.0.into()),
        };
        entry.passed_to = if self.handling == "passed" { self.passed_to } else { String::new() };
        entry.competence = self.competence;
        entry.handling = self.handling;
        entry.result = self.result;
        entry.case_seq = self.case_seq;
        entry.letter = self.letter;
        Ok(())
    }
}

/// A number as people say it: «12/2026».
pub fn number(entry: &Entry) -> String {
    format!("{}/{}", entry.n, entry.year)
}

/// A line of a book that has no number yet.
pub fn begun(book: Book, unit: UnitId, matter: Matter, actor: String, now: Instant) -> Entry {
    Entry {
        id: 0,
        book: book.name().to_owned(),
        unit,
        year: matter.received_on.year().into(),
        n: 0,
        demo: false,
        received_on: matter.received_on.0.into(),
        way: matter.way,
        kind: matter.kind,
        people: matter.people,
        summary: matter.summary,
        receiver: matter.receiver,
        competence: String::new(),
        handling: String::new(),
        handled_on: None,
        passed_to: String::new(),
        result: String::new(),
        result_on: None,
        case_seq: None,
        letter: None,
        entered_by: actor,
        entered_at: now,
        changed_at: now,
        version: 1,
    }
}
