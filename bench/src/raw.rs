//! The floor under an import: the same rows into the same two tables (what was told, and what is shown) with
//! their keys, by the driver alone. No check, no comparison with what stands, no event, no audit: what a bulk
//! insert costs at the least.

use std::path::{Path, PathBuf};
use std::time::Instant;

use futures_util::SinkExt;

use crate::Result;

/// The tables of `crates/indicators/migrations`; `@` is what SQLite says behind a table.
const TABLES: &str = "
CREATE TABLE observation (indicator INTEGER NOT NULL, calendar INTEGER NOT NULL, period INTEGER NOT NULL,
    unit BIGINT NOT NULL, dims TEXT NOT NULL, source INTEGER NOT NULL,
    revision INTEGER NOT NULL, value DOUBLE PRECISION,
    estimated BOOLEAN NOT NULL, known_at BIGINT NOT NULL,
    batch UUID NOT NULL,
    PRIMARY KEY (indicator, calendar, period, unit, dims, source, revision))@;
CREATE INDEX observation_batch ON observation (batch);
CREATE TABLE current_value (indicator INTEGER NOT NULL, calendar INTEGER NOT NULL, period INTEGER NOT NULL,
    unit BIGINT NOT NULL, dims TEXT NOT NULL, source INTEGER NOT NULL,
    precedence INTEGER NOT NULL, value DOUBLE PRECISION,
    estimated BOOLEAN NOT NULL, known_at BIGINT NOT NULL,
    PRIMARY KEY (indicator, calendar, period, unit, dims))@;";

/// When the rows were learnt, in microseconds, and the id of their delivery: as wide as the program's.
const KNOWN_AT: i64 = 1_795_000_000_000_000;
const BATCH: [u8; 16] = *b"a bulk insert 01";

/// The rows of an import file: indicator number, period, unit, value.
pub fn rows(file: &PathBuf) -> Result<Vec<(i64, i64, i64, f64)>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_path(file)?;
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row?;
        let code = row[1].trim_start_matches("bench");
        let (pack, id) = code.split_once(".i").ok_or("not an indicator of the bench")?;
        let indicator = pack.parse::<i64>()? * 100 + id.parse::<i64>()?;
        let (year, month) = row[2].split_once('-').ok_or("not a month")?;
        rows.push((
            indicator,
            year.parse::<i64>()? * 12 + month.parse::<i64>()?,
            row[0].parse()?,
            row[3].parse()?,
        ));
    }
    // The order of the key, as the program writes too.
    rows.sort_unstable_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)));
    Ok(rows)
}

/// SQLite: one transaction, one prepared statement, WAL and `synchronous=FULL` as the program has. Seconds.
pub fn sqlite(folder: &Path, rows: &[(i64, i64, i64, f64)]) -> Result<f64> {
    let path = folder.join("raw.db");
    let _ = std::fs::remove_file(&path);
    let mut db = rusqlite::Connection::open(&path)?;
    db.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")?;
    db.execute_batch(&TABLES.replace('@', " WITHOUT ROWID"))?;
    let start = Instant::now();
    let tx = db.transaction()?;
    {
        let sql = "INSERT INTO observation VALUES (?1, 3, ?2, ?3, '', 1, 1, ?4, 0, ?5, ?6)";
        let mut told = tx.prepare(sql)?;
        for (indicator, period, unit, value) in rows {
            told.execute((indicator, period, unit, value, KNOWN_AT, BATCH))?;
        }
        let sql = "INSERT INTO current_value VALUES (?1, 3, ?2, ?3, '', 1, 1, ?4, 0, ?5)";
        let mut shown = tx.prepare(sql)?;
        for (indicator, period, unit, value) in rows {
            shown.execute((indicator, period, unit, value, KNOWN_AT))?;
        }
    }
    tx.commit()?;
    let took = start.elapsed().as_secs_f64();
    drop(db);
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    Ok(took)
}

/// PostgreSQL: `COPY` in text form, one transaction. Seconds.
pub async fn postgres(url: &str, rows: &[(i64, i64, i64, f64)]) -> Result<f64> {
    let (mut client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    let driving = tokio::spawn(connection);
    client
        .batch_execute("DROP SCHEMA IF EXISTS raw CASCADE; CREATE SCHEMA raw; SET search_path TO raw")
        .await?;
    client.batch_execute(&TABLES.replace('@', "")).await?;
    let start = Instant::now();
    let tx = client.transaction().await?;
    let batch: String = BATCH.iter().map(|b| format!("{b:02x}")).collect();
    for (table, ending) in [
        ("observation", format!("1\t1\t{{value}}\tf\t{KNOWN_AT}\t{batch}")),
        ("current_value", format!("1\t1\t{{value}}\tf\t{KNOWN_AT}")),
    ] {
        let sink = tx.copy_in::<_, bytes::Bytes>(&format!("COPY {table} FROM STDIN")).await?;
        futures_util::pin_mut!(sink);
        for chunk in rows.chunks(5000) {
            let mut text = String::with_capacity(chunk.len() * 48);
            for (indicator, period, unit, value) in chunk {
                use std::fmt::Write;
                let rest = ending.replace("{value}", &value.to_string());
                let _ = writeln!(text, "{indicator}\t3\t{period}\t{unit}\t\t{rest}");
            }
            sink.send(bytes::Bytes::from(text)).await?;
        }
        sink.finish().await?;
    }
    tx.commit().await?;
    let took = start.elapsed().as_secs_f64();
    client.batch_execute("DROP SCHEMA raw CASCADE").await?;
    drop(client);
    driving.await??;
    Ok(took)
}
