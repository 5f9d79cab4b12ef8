//! Puts the million into the tables of either database.

use futures_util::SinkExt;
use std::fmt::Write as _;
use std::path::Path;

use rusqlite::types::Value;

use super::million::{COLUMNS, Cell, ENTRY, Made, Million, Type};
use crate::{Result, fail};

/// Cases of one transaction, or one COPY.
const CHUNK: i64 = 20_000;
const TYPES: &str = "SELECT id, definition FROM case_type ORDER BY position";
const DEPARTMENTS: &str =
    "SELECT DISTINCT unit FROM unit_version WHERE level = 'department' AND valid_to IS NULL
     AND place = (SELECT CAST(value AS BIGINT) FROM setting WHERE key = 'root_unit') ORDER BY unit";

/// Where the cases go.
pub enum Into {
    /// The file of SQLite.
    Sqlite(Box<rusqlite::Connection>),
    /// A server.
    Postgres(Box<tokio_postgres::Client>),
}

fn bound(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Int(n) => Value::Integer(*n),
        Cell::Real(n) => Value::Real(*n),
        Cell::Bool(b) => Value::Integer((*b).into()),
        Cell::Text(t) => Value::Text(t.clone()),
        Cell::Id(id) => Value::Blob(id.to_vec()),
    }
}

fn copied(cell: &Cell, line: &mut String) {
    let _ = match cell {
        Cell::Null => write!(line, "\\N"),
        Cell::Int(n) => write!(line, "{n}"),
        Cell::Real(n) => write!(line, "{n}"),
        Cell::Bool(b) => write!(line, "{}", if *b { 't' } else { 'f' }),
        Cell::Text(t) => {
            line.extend(t.chars().filter(|c| *c != '\n').map(|c| if c == '\\' { '/' } else { c }));
            Ok(())
        }
        Cell::Id(id) => id.iter().try_for_each(|b| write!(line, "{b:02x}")),
    };
}

fn line(cells: &[Cell]) -> String {
    let mut line = String::new();
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            line.push('\t');
        }
        copied(cell, &mut line);
    }
    line.push('\n');
    line
}

impl Into {
    /// Opens the database of a program that is not running.
    pub async fn open(data: &Path, database: Option<&str>) -> Result<Into> {
        match database {
            None => {
                let db = rusqlite::Connection::open(data.join("main.db"))?;
                db.execute_batch("PRAGMA cache_size=-1000000; PRAGMA synchronous=OFF;")?;
                Ok(Into::Sqlite(Box::new(db)))
            }
            Some(url) => {
                let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
                tokio::spawn(connection);
                Ok(Into::Postgres(Box::new(client)))
            }
        }
    }

    /// What the cases refer to.
    pub async fn refer(&self, count: i64, communes: &[String], now: i64) -> Result<Million> {
        let places = format!(
            "SELECT DISTINCT unit FROM unit_version WHERE level = 'commune' AND valid_to IS NULL
             AND code IN ('{}') ORDER BY unit",
            communes.join("','")
        );
        let people = "SELECT id FROM account ORDER BY created_at";
        let (types, communes, departments, mut handlers) = match self {
            Into::Sqlite(db) => {
                let numbers = |sql: &str| -> Result<Vec<i64>> {
                    let mut asked = db.prepare(sql)?;
                    let rows = asked.query_map([], |r| r.get(0))?;
                    Ok(rows.collect::<std::result::Result<_, _>>()?)
                };
                let mut asked = db.prepare(TYPES)?;
                let types = asked.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?)))?;
                let types: Vec<_> = types.collect::<std::result::Result<_, _>>()?;
                let mut asked = db.prepare(people)?;
                let ids = asked.query_map([], |r| r.get::<_, [u8; 16]>(0))?;
                let ids: Vec<[u8; 16]> = ids.collect::<std::result::Result<_, _>>()?;
                (types, numbers(&places)?, numbers(DEPARTMENTS)?, ids)
            }
            Into::Postgres(db) => {
                let numbers = async |sql: &str| -> Result<Vec<i64>> {
                    Ok(db.query(sql, &[]).await?.iter().map(|r| r.get(0)).collect())
                };
                let types = db.query(TYPES, &[]).await?;
                let types = types.iter().map(|r| (r.get(0), r.get(1))).collect();
                let people = format!("SELECT CAST(id AS TEXT) FROM ({people}) AS people");
                let ids = db.query(&people, &[]).await?;
                let ids = ids.iter().filter_map(|r| id(r.get(0))).collect();
                (types, numbers(&places).await?, numbers(DEPARTMENTS).await?, ids)
            }
        };
        let types = types.iter().map(|(id, d)| Type::read(id, d)).collect::<Result<Vec<_>>>()?;
        if types.len() < 5 || communes.is_empty() || departments.is_empty() || handlers.is_empty() {
            return fail("the place has no types, communes, departments or accounts");
        }
        // The first account is asked for its own; the others have as many.
        handlers.truncate(1);
        handlers.extend((1..50_u8).map(|n| [n; 16]));
        Ok(Million { count, types, communes, departments, handlers, now })
    }

    /// Puts them in.
    pub async fn fill(&mut self, million: &Million) -> Result<()> {
        for from in (1..=million.count).step_by(CHUNK as usize) {
            let made: Vec<Made> =
                (from..(from + CHUNK).min(million.count + 1)).map(|n| million.made(n)).collect();
            match self {
                Into::Sqlite(db) => sqlite(db, &made)?,
                Into::Postgres(db) => postgres(db, &made).await?,
            }
        }
        match self {
            Into::Sqlite(db) => db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?,
            // What the server does by itself some minutes later.
            Into::Postgres(db) => {
                db.batch_execute(
                    "SELECT setval(pg_get_serial_sequence('cases', 'seq'), (SELECT MAX(seq) FROM cases))",
                )
                .await?;
                for table in ["cases", "case_entry", "case_words", "case_public_words"] {
                    db.batch_execute(&format!("VACUUM ANALYZE {table}")).await?;
                }
            }
        }
        Ok(())
    }
}

/// An id as text, `01a2…-…`.
fn id(text: &str) -> Option<[u8; 16]> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let bytes = (0..16).map(|i| u8::from_str_radix(digits.get(i * 2..i * 2 + 2)?, 16).ok());
    bytes.collect::<Option<Vec<u8>>>()?.try_into().ok()
}

fn sqlite(db: &mut rusqlite::Connection, made: &[Made]) -> Result<()> {
    let marks = |columns: &str| vec!["?"; columns.split(',').count()].join(", ");
    let tx = db.transaction()?;
    {
        let mut case =
            tx.prepare_cached(&format!("INSERT INTO cases ({COLUMNS}) VALUES ({})", marks(COLUMNS)))?;
        let mut entry =
            tx.prepare_cached(&format!("INSERT INTO case_entry ({ENTRY}) VALUES ({})", marks(ENTRY)))?;
        let mut words = tx.prepare_cached("INSERT INTO case_words (rowid, words) VALUES (?, ?)")?;
        let mut public = tx.prepare_cached("INSERT INTO case_public_words (rowid, words) VALUES (?, ?)")?;
        for one in made {
            case.execute(rusqlite::params_from_iter(one.row.iter().map(bound)))?;
            for row in &one.entries {
                entry.execute(rusqlite::params_from_iter(row.iter().map(bound)))?;
            }
            let number = bound(&one.row[0]);
            words.execute((&number, &one.words))?;
            if let Some(told) = &one.public_words {
                public.execute((&number, told))?;
            }
        }
    }
    tx.commit()?;
    Ok(())
}

async fn copy(tx: &tokio_postgres::Transaction<'_>, into: &str, lines: Vec<String>) -> Result<()> {
    let sink = tx.copy_in::<_, bytes::Bytes>(&format!("COPY {into} FROM STDIN")).await?;
    futures_util::pin_mut!(sink);
    for part in lines.chunks(1000) {
        sink.send(bytes::Bytes::from(part.concat())).await?;
    }
    sink.finish().await?;
    Ok(())
}

async fn postgres(db: &mut tokio_postgres::Client, made: &[Made]) -> Result<()> {
    let tx = db.transaction().await?;
    tx.batch_execute("CREATE TEMP TABLE told (seq BIGINT, words TEXT, open BOOLEAN) ON COMMIT DROP").await?;
    copy(&tx, &format!("cases ({COLUMNS})"), made.iter().map(|m| line(&m.row)).collect()).await?;
    let entries = made.iter().flat_map(|m| m.entries.iter().map(|e| line(e))).collect();
    copy(&tx, &format!("case_entry ({ENTRY})"), entries).await?;
    let words = made.iter().flat_map(|m| {
        let row =
            |words: &String, open| line(&[m.row[0].clone(), Cell::Text(words.clone()), Cell::Bool(open)]);
        [Some(row(&m.words, false)), m.public_words.as_ref().map(|w| row(w, true))]
    });
    copy(&tx, "told", words.flatten().collect()).await?;
    for (table, open) in [("case_words", false), ("case_public_words", true)] {
        let sql =
            format!("INSERT INTO {table} SELECT seq, to_tsvector('simple', words) FROM told WHERE open = $1");
        tx.execute(&sql, &[&open]).await?;
    }
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_and_a_line_is_what_copy_wants() {
        assert_eq!(id("01020304-0506-0708-090a-0b0c0d0e0f10").map(|b| (b[0], b[15])), Some((1, 16)));
        assert_eq!(id("x"), None);
        let cells =
            [Cell::Int(1), Cell::Null, Cell::Bool(true), Cell::Text("a\\b\nc".into()), Cell::Real(0.5)];
        assert_eq!(line(&cells), "1\t\\N\tt\ta/bc\t0.5\n");
    }
}
