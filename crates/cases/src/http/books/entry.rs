//! `GET /books/new`, `GET /books/{id}`: a line of a register: written, read, corrected, dealt with.

use askama::Template;
use axum::extract::{Form, Path, Query};
use axum::routing::{get, post};
use foundation::{Date, Kind, Result, error::invalid};
use http::StatusCode;
use kit::http::{page, redirect_with};
use kit::{Access, Context, Permission, Route};
use serde::Deserialize;
use web::{Answer, Page};

use super::{choose, knows, shown_days, writes_for};
use crate::actions::books::enter::{Correct, Enter};
use crate::actions::books::handle::Handle;
use crate::actions::books::{allowed, no_entry, reveal, seen};
use crate::books::register::{Book, COMPETENCES, Entry, Handling, KINDS, Matter, Person, day, number};
use crate::http::show::{Choice, Desk, number_of};
use crate::store;
use crate::store::books::register;

pub(in crate::http) fn routes() -> Vec<Route> {
    let (desk, staff) = (Access::Needs(Permission::TakeInCases), Access::Needs(Permission::ReadInternal));
    vec![
        Route::get("/books/new", desk, get(new)),
        Route::post("/books/new", desk, post(enter)),
        Route::get("/books/{id}", staff, get(show)),
        Route::post("/books/{id}/correct", desk, post(correct)),
        Route::post("/books/{id}/handle", desk, post(handle)),
        Route::post("/books/{id}/person", staff, post(person)),
    ]
}

/// What the forms hold, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    key: String,
    book: String,
    unit: String,
    received_on: String,
    way: String,
    kind: String,
    people: String,
    summary: String,
    receiver: String,
    name: String,
    address: String,
    phone: String,
    version: String,
    competence: String,
    handling: String,
    handled_on: String,
    passed_to: String,
    result: String,
    result_on: String,
    case: String,
    letter: String,
    /// Whether the form has the person's boxes.
    with_person: String,
}

/// A form of a line: choices and what is in its boxes.
struct Boxes {
    typed: Typed,
    kinds: Vec<Choice>,
    ways: Vec<Choice>,
    receptions: bool,
    person: bool,
}

#[derive(Template)]
#[template(path = "books_new.html")]
struct NewPage {
    page: Page,
    book: &'static str,
    title_of_book: String,
    boxes: Boxes,
    units: Vec<Choice>,
    fault: Option<String>,
}

#[derive(Template)]
#[template(path = "books_entry.html")]
struct EntryPage {
    page: Page,
    entry: Entry,
    book: String,
    unit: String,
    kind: String,
    way: String,
    day: String,
    summary: String,
    person: Option<Person>,
    asks: bool,
    competence: String,
    handling: String,
    handled_on: String,
    result: String,
    result_on: String,
    case: Option<(String, String)>,
    letter: Option<(i64, String)>,
    entered: String,
    writes: bool,
    boxes: Boxes,
    competences: Vec<Choice>,
    handlings: Vec<Choice>,
    fault: Option<String>,
}

fn boxes(cx: &Context, book: Book, typed: Typed, person: bool) -> Boxes {
    let word = |what: &str, value: &str| cx.t(&format!("book-{what}-{value}"));
    Boxes {
        kinds: KINDS.iter().map(|k| choose(k, word("kind", k), &typed.kind)).collect(),
        ways: match book {
            Book::Letters => book.ways().iter().map(|w| choose(w, word("way", w), &typed.way)).collect(),
            Book::Receptions => Vec::new(),
        },
        receptions: book == Book::Receptions,
        person,
        typed,
    }
}

/// A day as typed; empty is none.
pub(super) fn typed_day(written: &str) -> Result<Option<Date>> {
    match written.trim() {
        "" => Ok(None),
        written => Date::parse(written)
            .map(Some)
            .map_err(|_| invalid("book_day", "Chưa đọc được ngày: ghi như 26/11/2026.")),
    }
}

impl Typed {
    fn matter(&self, today: Date) -> Result<Matter> {
        let people = self.people.trim();
        Ok(Matter {
            received_on: typed_day(&self.received_on)?.unwrap_or(today),
            way: self.way.clone(),
            kind: self.kind.clone(),
            people: if people.is_empty() { 1 } else { people.parse().unwrap_or_default() },
            summary: self.summary.clone(),
            receiver: self.receiver.clone(),
        })
    }

    fn who(&self) -> Person {
        Person { name: self.name.clone(), address: self.address.clone(), phone: self.phone.clone() }
    }
}

fn draw_new(cx: &Context, mut typed: Typed, fault: Option<String>) -> Answer {
    let desk = Desk::open(cx)?;
    let book = Book::parse(&typed.book).unwrap_or(Book::Letters);
    if typed.key.is_empty() {
        typed.key = foundation::new_id().to_string();
        typed.received_on = desk.today.iso();
        typed.people = "1".into();
    }
    let units = writes_for(cx, &desk)?;
    let chosen = typed.unit.clone();
    page(&NewPage {
        page: cx.page(cx.t(&format!("book-new-{}", book.name())))?,
        book: book.name(),
        title_of_book: cx.t(&format!("book-{}", book.name())),
        units: units.into_iter().map(|u| choose(&u.to_string(), desk.name(u), &chosen)).collect(),
        boxes: boxes(cx, book, typed, true),
        fault,
    })
}

async fn new(cx: Context, Query(typed): Query<Typed>) -> Answer {
    // An address fills in the book alone: what is typed is no address.
    draw_new(&cx, Typed { book: typed.book, ..Typed::default() }, None)
}

async fn enter(cx: Context, Form(typed): Form<Typed>) -> Answer {
    let desk = Desk::open(&cx)?;
    let act = async || -> Result<Entry> {
        let unit = typed.unit.parse().map_err(|_| invalid("book_unit", "Hãy chọn đơn vị của sổ."))?;
        let book = Book::parse(&typed.book).unwrap_or(Book::Letters);
        let matter = typed.matter(desk.today)?;
        Enter { key: typed.key.clone(), book, unit, matter, who: typed.who() }.run(&cx).await
    };
    match act().await {
        Ok(entry) => {
            let told = cx.words.say(cx.lang, "book-entered", &[("n", number(&entry).into())]);
            redirect_with(&format!("/books/{}", entry.id), &told)
        }
        Err(e) if matches!(e.kind(), Kind::Invalid | Kind::Conflict) => {
            let mut response = draw_new(&cx, typed, Some(e.message().to_owned()))?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(e) => Err(e.into()),
    }
}

/// What the forms of a line hold before anybody typed.
async fn as_written(cx: &Context, entry: &Entry, person: Option<&Person>) -> Result<Typed> {
    let iso = |d: Option<i64>| d.map_or(String::new(), |d| day(d).iso());
    let letter = match entry.letter {
        Some(id) => register::get(&cx.db, id).await?.map_or(String::new(), |l| number(&l)),
        None => String::new(),
    };
    let who = person.cloned().unwrap_or_default();
    Ok(Typed {
        received_on: iso(Some(entry.received_on)),
        way: entry.way.clone(),
        kind: entry.kind.clone(),
        people: entry.people.to_string(),
        summary: entry.summary.clone(),
        receiver: entry.receiver.clone(),
        name: who.name,
        address: who.address,
        phone: who.phone,
        competence: entry.competence.clone(),
        handling: entry.handling.clone(),
        handled_on: iso(entry.handled_on),
        passed_to: entry.passed_to.clone(),
        result: entry.result.clone(),
        result_on: iso(entry.result_on),
        case: entry.case_seq.map_or(String::new(), |c| c.to_string()),
        letter,
        ..Typed::default()
    })
}

/// The case of a line, as its reader may see it: its code leads there, without rights it is a number.
async fn case_of(cx: &Context, desk: &Desk, entry: &Entry) -> Result<Option<(String, String)>> {
    let Some(seq) = entry.case_seq else { return Ok(None) };
    let case = store::cases::get(&cx.db, seq).await?;
    Ok(case.and_then(|case| {
        let kind = desk.types.find(&case.kind)?;
        let read = case.is_read_by(&cx.scope, &kind.pack);
        let code = case.code(&kind.flow.code);
        Some(if read { (code.clone(), format!("/cases/{code}")) } else { (seq.to_string(), String::new()) })
    }))
}

struct Drawn {
    typed: Option<Typed>,
    person: Option<Person>,
    fault: Option<String>,
}

async fn draw(cx: &Context, id: i64, drawn: Drawn) -> Answer {
    let desk = Desk::open(cx)?;
    let entry = seen(cx, id).await?;
    let book = Book::parse(&entry.book).ok_or_else(no_entry)?;
    let may = knows(cx, &entry)?;
    let person = match (may.person, drawn.person) {
        (_, Some(revealed)) => Some(revealed),
        (true, None) => Some(register::persons(&cx.db, vec![id]).await?.remove(&id).unwrap_or_default()),
        (false, None) => None,
    };
    let writes = allowed(cx, Permission::TakeInCases, entry.unit)?;
    let written = as_written(cx, &entry, person.as_ref().filter(|_| may.person)).await?;
    let typed = match drawn.typed {
        Some(typed) => both(written, typed),
        None => written,
    };
    let word = |what: &str, value: &str| {
        if value.is_empty() {
            cx.t(&format!("book-{what}-none"))
        } else {
            cx.t(&format!("book-{what}-{value}"))
        }
    };
    let letter = match entry.letter {
        Some(letter) => register::get(&cx.db, letter).await?.map(|l| (l.id, number(&l))),
        None => None,
    };
    page(&EntryPage {
        page: cx.page(cx.words.say(cx.lang, "book-number-of", &[("n", number(&entry).into())]))?,
        book: cx.t(&format!("book-{}", book.name())),
        unit: desk.name(entry.unit),
        kind: word("kind", &entry.kind),
        way: if book == Book::Letters { word("way", &entry.way) } else { String::new() },
        day: shown_days(cx.lang, Some(entry.received_on)),
        summary: if may.matter { entry.summary.clone() } else { cx.t("book-matter-secret") },
        asks: may.ask && person.is_none(),
        person,
        competence: word("competence", &entry.competence),
        handling: word("handling", &entry.handling),
        handled_on: shown_days(cx.lang, entry.handled_on),
        result: if may.matter { entry.result.clone() } else { String::new() },
        result_on: shown_days(cx.lang, entry.result_on),
        case: case_of(cx, &desk, &entry).await?,
        letter,
        entered: desk.moment(entry.entered_at),
        writes: writes && may.matter,
        competences: COMPETENCES
            .iter()
            .map(|c| choose(c, word("competence", c), &typed.competence))
            .collect(),
        handlings: [""]
            .iter()
            .chain(book.handlings())
            .map(|h| choose(h, word("handling", h), &typed.handling))
            .collect(),
        boxes: boxes(cx, book, typed, may.person),
        fault: drawn.fault,
        entry,
    })
}

async fn show(cx: Context, Path(id): Path<i64>) -> Answer {
    draw(&cx, id, Drawn { typed: None, person: None, fault: None }).await
}

async fn person(cx: Context, Path(id): Path<i64>) -> Answer {
    let person = reveal::run(&cx, id).await?;
    let mut response = draw(&cx, id, Drawn { typed: None, person: Some(person), fault: None }).await?;
    response.headers_mut().insert(http::header::CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Back to the line, or the line with what was wrong and what was typed.
async fn after(cx: &Context, id: i64, done: Result<Entry>, typed: Typed) -> Answer {
    match done {
        Ok(_) => redirect_with(&format!("/books/{id}"), &cx.t("book-saved")),
        Err(e) if matches!(e.kind(), Kind::Invalid | Kind::Conflict) => {
            let status = StatusCode::from_u16(e.kind().status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            let drawn = Drawn { typed: Some(typed), person: None, fault: Some(e.message().to_owned()) };
            let mut response = draw(cx, id, drawn).await?;
            *response.status_mut() = status;
            Ok(response)
        }
        Err(e) => Err(e.into()),
    }
}

/// What was typed stands in the boxes of the form that was sent; the other form has what is written.
fn both(written: Typed, typed: Typed) -> Typed {
    if typed.kind.is_empty() {
        // The form of handling.
        return Typed {
            competence: typed.competence,
            handling: typed.handling,
            handled_on: typed.handled_on,
            passed_to: typed.passed_to,
            result: typed.result,
            result_on: typed.result_on,
            case: typed.case,
            letter: typed.letter,
            ..written
        };
    }
    Typed {
        received_on: typed.received_on,
        way: typed.way,
        kind: typed.kind,
        people: typed.people,
        summary: typed.summary,
        receiver: typed.receiver,
        name: typed.name,
        address: typed.address,
        phone: typed.phone,
        ..written
    }
}

async fn correct(cx: Context, Path(id): Path<i64>, Form(typed): Form<Typed>) -> Answer {
    let today = Date::of(cx.clock.now());
    let done = match typed.matter(today) {
        Ok(matter) => {
            let who = (!typed.with_person.is_empty()).then(|| typed.who());
            Correct { matter, who, seen: typed.version.parse().ok() }.run(&cx, id).await
        }
        Err(e) => Err(e),
    };
    after(&cx, id, done, typed).await
}

/// The line of letters with this number, «12/2026», in the same unit.
async fn letter_of(cx: &Context, id: i64, written: &str) -> Result<Option<i64>> {
    if written.trim().is_empty() {
        return Ok(None);
    }
    let entry = seen(cx, id).await?;
    let wrong = || invalid("book_letter", "Không có dòng sổ đơn thư mang số này: ghi như 12/2026.");
    let (n, year) = written.trim().split_once('/').ok_or_else(wrong)?;
    let (n, year) = (n.trim().parse().map_err(|_| wrong())?, year.trim().parse().map_err(|_| wrong())?);
    let found = register::of_number(&cx.db, Book::Letters, entry.unit, year, n).await?;
    found.map(|l| Some(l.id)).ok_or_else(wrong)
}

async fn handle(cx: Context, Path(id): Path<i64>, Form(typed): Form<Typed>) -> Answer {
    let act = async || -> Result<Entry> {
        let case = typed.case.trim();
        let handling = Handling {
            competence: typed.competence.clone(),
            handling: typed.handling.clone(),
            handled_on: typed_day(&typed.handled_on)?,
            passed_to: typed.passed_to.clone(),
            result: typed.result.clone(),
            result_on: typed_day(&typed.result_on)?,
            case_seq: match case {
                "" => None,
                code => Some(
                    number_of(code)
                        .ok_or_else(|| invalid("book_case", "Mã vụ việc chưa đúng: ghi như PA-26-004866."))?,
                ),
            },
            letter: letter_of(&cx, id, &typed.letter).await?,
        };
        Handle { handling, seen: typed.version.parse().ok() }.run(&cx, id).await
    };
    let done = act().await;
    after(&cx, id, done, typed).await
}
