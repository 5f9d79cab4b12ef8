//! The registers.

use std::collections::BTreeMap;

use foundation::{Result, error::internal, text::fold};
use storage::{Db, Tx, Value, args};

use crate::books::register::{Book, DENUNCIATION, Entry, Person};
use crate::store::lists::Sees;

const COLUMNS: &str = "id, book, unit, CAST(year AS BIGINT) AS year, CAST(n AS BIGINT) AS n, demo, \
    received_on, way, kind, CAST(people AS BIGINT) AS people, summary, receiver, competence, handling, \
    handled_on, passed_to, result, result_on, case_seq, letter, entered_by, entered_at, changed_at, version";

/// What is asked for; empty asks for everything.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// What it is.
    pub kind: String,
    /// How it is dealt with; `none`: not yet.
    pub handling: String,
    /// Whose book.
    pub unit: Option<i64>,
    /// Of which year.
    pub year: Option<i64>,
    /// Words of the summary, or a number.
    pub text: String,
}

/// Where a page begins: behind this day and line.
pub type After = (i64, i64);

/// What a line is found by: nothing of a denunciation.
fn folded(entry: &Entry) -> String {
    if entry.kind == DENUNCIATION { String::new() } else { fold(&entry.summary) }
}

/// Lines of a book, the newest first.
pub async fn page(
    db: &Db,
    book: Book,
    sees: &Sees,
    filter: &Filter,
    after: Option<After>,
    limit: usize,
) -> Result<Vec<Entry>> {
    let mut values: Vec<Value> = vec![book.name().into()];
    let mut parts = vec!["book = $1".to_owned()];
    let mut and = |condition: &str, value: Value| {
        values.push(value);
        parts.push(condition.replace("{}", &format!("${}", values.len())));
    };
    match sees {
        Sees::All => {}
        Sees::Units(units) => and("unit IN (SELECT value FROM int_list({}))", units.clone().into()),
        Sees::Public | Sees::Asked(_) => return Ok(Vec::new()),
    }
    if !filter.kind.is_empty() {
        and("kind = {}", filter.kind.as_str().into());
    }
    match filter.handling.as_str() {
        "" => {}
        "none" => and("handling = {}", "".into()),
        handling => and("handling = {}", handling.into()),
    }
    if let Some(unit) = filter.unit {
        and("unit = {}", unit.into());
    }
    if let Some(year) = filter.year {
        and("year = {}", year.into());
    }
    let text = filter.text.trim();
    // «9», or as it is called: «9/2026».
    let called = match text.split_once('/') {
        Some((n, year)) => n.trim().parse().ok().zip(year.trim().parse::<i64>().ok().map(Some)),
        None => text.parse().ok().map(|n| (n, None)),
    };
    match called {
        Some((n, year)) => {
            and("n = {}", Value::Int(n));
            if let Some(year) = year {
                and("year = {}", year.into());
            }
        }
        None => {
            for word in fold(text).split_whitespace().take(8) {
                let word: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
                and("folded LIKE {}", format!("%{word}%").into());
            }
        }
    }
    if let Some((day, id)) = after {
        and("received_on <= {}", day.into());
        and(&format!("(received_on < {day} OR id < {{}})"), id.into());
    }
    values.push(Value::Int(limit as i64));
    let sql = format!(
        "SELECT {COLUMNS} FROM book_entry WHERE {} ORDER BY received_on DESC, id DESC LIMIT ${}",
        parts.join(" AND "),
        values.len()
    );
    db.all(&sql, values).await
}

/// A line.
pub async fn get(db: &Db, id: i64) -> Result<Option<Entry>> {
    db.one(&format!("SELECT {COLUMNS} FROM book_entry WHERE id = $1"), args![id]).await
}

/// The line with this number.
pub async fn of_number(db: &Db, book: Book, unit: i64, year: i64, n: i64) -> Result<Option<Entry>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM book_entry WHERE book = $1 AND unit = $2 AND year = $3 AND n = $4 AND NOT demo"
    );
    db.one(&sql, args![book.name(), unit, year, n]).await
}

/// A line, for changing.
pub async fn lock(tx: &mut Tx, id: i64) -> Result<Option<Entry>> {
    let sql = format!("SELECT {COLUMNS} FROM book_entry WHERE id = $1 {}", tx.dialect().for_update());
    tx.one(&sql, args![id]).await
}

/// The line that a form wrote before.
pub async fn of_key(tx: &mut Tx, key: &str) -> Result<Option<Entry>> {
    tx.one(&format!("SELECT {COLUMNS} FROM book_entry WHERE sent_key = $1"), args![key]).await
}

/// What a line tells and may tell otherwise after a correction; [`told`] gives the values.
const TOLD: [&str; 17] = [
    "received_on",
    "way",
    "kind",
    "people",
    "summary",
    "folded",
    "receiver",
    "competence",
    "handling",
    "handled_on",
    "passed_to",
    "result",
    "result_on",
    "case_seq",
    "letter",
    "changed_at",
    "version",
];

fn told(e: &Entry) -> Vec<Value> {
    args![
        e.received_on,
        e.way.as_str(),
        e.kind.as_str(),
        e.people,
        e.summary.as_str(),
        folded(e),
        e.receiver.as_str(),
        e.competence.as_str(),
        e.handling.as_str(),
        e.handled_on,
        e.passed_to.as_str(),
        e.result.as_str(),
        e.result_on,
        e.case_seq,
        e.letter,
        e.changed_at,
        e.version
    ]
}

/// Gives a line the next number of its book, unit and year, and writes it. Whoever else writes into that book
/// waits until this transaction ends, so that no number is given twice and none is left out.
pub async fn append(tx: &mut Tx, key: &str, entry: &mut Entry, who: &Person) -> Result<()> {
    tx.lock(&format!("book:{}:{}:{}", entry.book, entry.unit, entry.year)).await?;
    let last: Option<(i64,)> = tx
        .one(
            "SELECT CAST(COALESCE(MAX(n), 0) AS BIGINT) AS n FROM book_entry
             WHERE book = $1 AND unit = $2 AND year = $3 AND demo = $4",
            args![entry.book.as_str(), entry.unit, entry.year, entry.demo],
        )
        .await?;
    entry.n = last.map_or(0, |l| l.0) + 1;
    let mut values = told(entry);
    values.extend(args![
        key,
        entry.book.as_str(),
        entry.unit,
        entry.year,
        entry.n,
        entry.demo,
        entry.entered_by.as_str(),
        entry.entered_at
    ]);
    let marks: Vec<String> = (1..=values.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "INSERT INTO book_entry ({}, sent_key, book, unit, year, n, demo, entered_by, entered_at)
         VALUES ({}) RETURNING id",
        TOLD.join(", "),
        marks.join(", ")
    );
    let id: Option<(i64,)> = tx.one(&sql, values).await?;
    entry.id = id.ok_or_else(|| internal("book_entry", "Không ghi được vào sổ"))?.0;
    keep_person(tx, entry.id, who).await
}

/// Saves a line; its book, unit, year and number stay.
pub async fn save(tx: &mut Tx, e: &mut Entry) -> Result<()> {
    e.version += 1;
    let mut values = told(e);
    values.push(Value::from(e.id));
    let sets: Vec<String> = TOLD.iter().enumerate().map(|(i, c)| format!("{c} = ${}", i + 1)).collect();
    let sql = format!("UPDATE book_entry SET {} WHERE id = ${}", sets.join(", "), values.len());
    tx.run(&sql, values).await.map(|_| ())
}

/// Keeps who wrote or came, in the place of what was known.
pub async fn keep_person(tx: &mut Tx, id: i64, who: &Person) -> Result<()> {
    tx.run(
        "INSERT INTO book_person (id, name, address, phone) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE
         SET name = excluded.name, address = excluded.address, phone = excluded.phone",
        args![id, who.name.as_str(), who.address.as_str(), who.phone.as_str()],
    )
    .await
    .map(|_| ())
}

/// Who wrote or came, of these lines. Callers ask only for lines whose persons the reader may know.
pub async fn persons(db: &Db, ids: Vec<i64>) -> Result<BTreeMap<i64, Person>> {
    let rows: Vec<(i64, String, String, String)> = db
        .all(
            "SELECT id, name, address, phone FROM book_person WHERE id IN (SELECT value FROM int_list($1))",
            args![ids],
        )
        .await?;
    Ok(rows.into_iter().map(|(id, name, address, phone)| (id, Person { name, address, phone })).collect())
}
