//! `GET /books`: the register of letters and that of receptions: filters, pages of a key, XLSX, print.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use axum::routing::get;
use foundation::{Result, text::sort_key};
use kit::http::{page, url_encode};
use kit::sheet::{Cell, Sheet};
use kit::{Access, Context, Permission, Route};
use serde::Deserialize;
use units::Level;
use web::{Answer, Page};

use super::{choose, knows, shown_days, writes_for};
use crate::books::register::{Book, Entry, KINDS, Person, number};
use crate::http::show::{Choice, Desk, reading};
use crate::store::books::register::{self as store, After, Filter};
use crate::store::lists::Sees;

/// Lines of one page, and of a file.
const SIZE: usize = 50;
const MOST_IN_FILE: usize = 5_000;
/// Years that may be chosen.
const YEARS: i64 = 6;

pub(in crate::http) fn routes() -> Vec<Route> {
    vec![Route::get("/books", Access::Needs(Permission::ReadInternal), get(show))]
}

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asking {
    book: String,
    kind: String,
    handling: String,
    unit: String,
    year: String,
    q: String,
    after: String,
    format: String,
}

impl Asking {
    fn link(&self, after: &str, format: &str) -> String {
        let all = [
            ("book", self.book.as_str()),
            ("kind", &self.kind),
            ("handling", &self.handling),
            ("unit", &self.unit),
            ("year", &self.year),
            ("q", &self.q),
            ("after", after),
            ("format", format),
        ];
        let pairs = all.iter().filter(|p| !p.1.is_empty()).map(|(k, v)| format!("{k}={}", url_encode(v)));
        format!("/books?{}", pairs.collect::<Vec<_>>().join("&"))
    }

    fn after(&self) -> Option<After> {
        let (day, id) = self.after.split_once(':')?;
        Some((day.parse().ok()?, id.parse().ok()?))
    }
}

/// A line, ready to show.
struct Row {
    id: i64,
    number: String,
    day: String,
    unit: String,
    kind: String,
    who: String,
    people: i64,
    summary: String,
    receiver: String,
    handling: String,
    state: &'static str,
    passed_to: String,
    handled: String,
    result: String,
    result_on: String,
    case: String,
    demo: bool,
}

#[derive(Template)]
#[template(path = "books_list.html")]
struct ListPage {
    page: Page,
    asking: Asking,
    receptions: bool,
    kinds: Vec<Choice>,
    handlings: Vec<Choice>,
    units: Vec<Choice>,
    years: Vec<Choice>,
    rows: Vec<Row>,
    first: Option<String>,
    next: Option<String>,
    xlsx: String,
    may_write: bool,
}

fn row(cx: &Context, desk: &Desk, entry: &Entry, persons: &BTreeMap<i64, Person>) -> Result<Row> {
    let may = knows(cx, entry)?;
    let who = match persons.get(&entry.id) {
        _ if !may.person => cx.t("book-who-secret"),
        Some(who) if !who.name.is_empty() => who.name.clone(),
        _ => cx.t("book-who-unknown"),
    };
    let handling = if entry.handling.is_empty() { "none" } else { &entry.handling };
    Ok(Row {
        id: entry.id,
        number: number(entry),
        day: shown_days(cx.lang, Some(entry.received_on)),
        unit: desk.name(entry.unit),
        kind: cx.t(&format!("book-kind-{}", entry.kind)),
        who,
        people: entry.people,
        summary: if may.matter { entry.summary.clone() } else { cx.t("book-matter-secret") },
        receiver: entry.receiver.clone(),
        handling: cx.t(&format!("book-handling-{handling}")),
        state: match (entry.handling.is_empty(), entry.result.is_empty()) {
            (true, _) => "watch",
            (_, true) => "none",
            _ => "good",
        },
        passed_to: entry.passed_to.clone(),
        handled: shown_days(cx.lang, entry.handled_on),
        result: if may.matter { entry.result.clone() } else { String::new() },
        result_on: shown_days(cx.lang, entry.result_on),
        case: entry.case_seq.map_or(String::new(), |c| c.to_string()),
        demo: entry.demo,
    })
}

/// The lines with what their reader may know of them.
async fn rows(cx: &Context, desk: &Desk, entries: &[Entry]) -> Result<Vec<Row>> {
    let mut known = Vec::new();
    for entry in entries {
        if knows(cx, entry)?.person {
            known.push(entry.id);
        }
    }
    let persons = store::persons(&cx.db, known).await?;
    entries.iter().map(|e| row(cx, desk, e, &persons)).collect()
}

fn units(desk: &Desk, sees: &Sees, chosen: &str) -> Vec<Choice> {
    let mut all =
        desk.map.below(desk.root, Level::Commune, desk.today).iter().map(|v| v.unit).collect::<Vec<_>>();
    all.push(desk.root);
    if let Sees::Units(units) = sees {
        all = units.iter().copied().take(300).collect();
    }
    let mut choices: Vec<Choice> =
        all.into_iter().map(|u| choose(&u.to_string(), desk.name(u), chosen)).collect();
    choices.sort_by_key(|c| sort_key(&c.label));
    choices
}

fn file(cx: &Context, book: Book, rows: &[Row]) -> Sheet {
    let mut heads = vec!["number", "day", "unit", "kind", "who", "people", "summary"];
    if book == Book::Receptions {
        heads.push("receiver");
    }
    heads.extend(["handling", "handled-on", "passed-to", "result", "result-on", "case"]);
    let cells = |r: &Row| {
        let mut cells: Vec<Cell> = [&r.number, &r.day, &r.unit, &r.kind, &r.who]
            .into_iter()
            .map(|t| Cell::from(t.as_str()))
            .collect();
        cells.push(Cell::Number(r.people as f64, 0));
        cells.push(r.summary.as_str().into());
        if book == Book::Receptions {
            cells.push(r.receiver.as_str().into());
        }
        let rest = [&r.handling, &r.handled, &r.passed_to, &r.result, &r.result_on, &r.case];
        cells.extend(rest.into_iter().map(|t| Cell::from(t.as_str())));
        cells
    };
    Sheet {
        name: format!("books-{}", book.name()),
        heads: heads.into_iter().map(|h| cx.t(&format!("book-{h}"))).collect(),
        rows: rows.iter().map(cells).collect(),
    }
}

async fn show(cx: Context, Query(mut asking): Query<Asking>) -> Answer {
    let desk = Desk::open(&cx)?;
    let book = Book::parse(&asking.book).unwrap_or(Book::Letters);
    asking.book = book.name().to_owned();
    let sees = reading(&cx, &desk, None).sees;
    let filter = Filter {
        kind: asking.kind.clone(),
        handling: asking.handling.clone(),
        unit: asking.unit.parse().ok(),
        year: asking.year.parse().ok(),
        text: asking.q.chars().take(100).collect(),
    };
    if asking.format == "xlsx" {
        let entries = store::page(&cx.db, book, &sees, &filter, None, MOST_IN_FILE).await?;
        return Ok(file(&cx, book, &rows(&cx, &desk, &entries).await?).xlsx()?);
    }
    let mut entries = store::page(&cx.db, book, &sees, &filter, asking.after(), SIZE + 1).await?;
    let more = entries.len() > SIZE;
    entries.truncate(SIZE);
    let next = entries.last().filter(|_| more);
    let next = next.map(|e| asking.link(&format!("{}:{}", e.received_on, e.id), ""));
    let word = |what: &str, value: &str| cx.t(&format!("book-{what}-{value}"));
    let handlings = ["none"].iter().chain(book.handlings());
    let year = i64::from(desk.today.year());
    page(&ListPage {
        page: cx.page(cx.t(&format!("book-{}", book.name())))?,
        receptions: book == Book::Receptions,
        kinds: KINDS.iter().map(|k| choose(k, word("kind", k), &asking.kind)).collect(),
        handlings: handlings.map(|h| choose(h, word("handling", h), &asking.handling)).collect(),
        units: units(&desk, &sees, &asking.unit),
        years: (0..YEARS)
            .map(|n| (year - n).to_string())
            .map(|y| choose(&y, y.clone(), &asking.year))
            .collect(),
        rows: rows(&cx, &desk, &entries).await?,
        first: (!asking.after.is_empty()).then(|| asking.link("", "")),
        next,
        xlsx: asking.link("", "xlsx"),
        may_write: !writes_for(&cx, &desk)?.is_empty(),
        asking,
    })
}
