//! Looking after a database: its size, its schema, its health, a copy of it.

use std::path::Path;

use foundation::{Result, error::invalid, error::not_found, error::unavailable};
use rusqlite::{Connection, OpenFlags};

use crate::db::Db;
use crate::faults;
use crate::{args, row};

row! {
    /// One column of the logical schema, the same on both databases.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Column {
        /// Its table.
        pub tab: String,
        /// Its name.
        pub col: String,
        /// `int`, `real`, `bool`, `text`, `uuid` or `blob`.
        pub typ: String,
        /// 1 when it may be NULL.
        pub nullable: i64,
        /// Its place in the primary key, from 1; 0 when it is none.
        pub key: i64,
    }
}

/// The logical schema.
pub async fn schema(db: &Db) -> Result<Vec<Column>> {
    db.all(db.dialect().schema_sql(), args![]).await
}

/// The bytes that the database takes.
pub async fn size(db: &Db) -> Result<i64> {
    Ok(db.one::<(i64,)>(db.dialect().size_sql(), args![]).await?.map_or(0, |r| r.0))
}

/// What is wrong with the database itself; empty when nothing is.
pub async fn integrity(db: &Db) -> Result<Vec<String>> {
    match db {
        Db::Sqlite(_) => {
            let mut faults = Vec::new();
            for (line,) in db.all::<(String,)>("PRAGMA integrity_check", args![]).await? {
                if line != "ok" {
                    faults.push(line);
                }
            }
            let lost: Vec<(String, Option<i64>, String, i64)> =
                db.all("PRAGMA foreign_key_check", args![]).await?;
            if !lost.is_empty() {
                faults.push(format!("{} dòng trỏ tới dòng không có", lost.len()));
            }
            Ok(faults)
        }
        Db::Postgres(_) => {
            db.all::<(i64,)>("SELECT CAST(1 AS BIGINT) AS one", args![]).await.map(|_| Vec::new())
        }
    }
}

/// Writes a consistent copy of a SQLite database into `to` while others go on reading and writing.
/// PostgreSQL has its own tools (`pg_dump`), which the message names.
pub async fn backup(db: &Db, to: &Path) -> Result<()> {
    match db {
        Db::Sqlite(sqlite) => {
            let to = to.to_owned();
            if to.exists() {
                return Err(invalid(
                    "backup_exists",
                    format!(
                        "{} đã có. Hãy chọn tên khác; bản sao lưu không bao giờ bị ghi đè.",
                        to.display()
                    ),
                ));
            }
            sqlite
                .exclusive(move |c| {
                    let path = to.to_string_lossy().into_owned();
                    c.execute("VACUUM INTO ?1", [path]).map(|_| ()).map_err(faults::sqlite)
                })
                .await
        }
        Db::Postgres(_) => Err(unavailable(
            "backup_postgres",
            "Với PostgreSQL, hãy sao lưu bằng «pg_dump --format=custom»; thư mục tệp sao chép riêng.",
        )),
    }
}

/// A copy of a SQLite database, and what is in it.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Every table with its number of rows.
    pub tables: Vec<(String, i64)>,
    /// The migrations that made it, `units/0001_units`.
    pub migrations: Vec<String>,
    /// The kept files that it names, by hash.
    pub files: Vec<String>,
}

/// Writes a consistent copy of `folder/main.db` into `to`, read-only and without the folder's lock, so that
/// it works beside a running server. Blocking: call it where waiting is allowed.
pub fn snapshot(folder: &Path, to: &Path) -> Result<Snapshot> {
    let from = folder.join("main.db");
    if !from.is_file() {
        let message = format!("Trong {} không có cơ sở dữ liệu (main.db).", folder.display());
        return Err(not_found("no_database", message));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(&from, flags).map_err(faults::sqlite)?;
    conn.busy_timeout(std::time::Duration::from_secs(60)).map_err(faults::sqlite)?;
    conn.execute("VACUUM INTO ?1", [to.to_string_lossy()]).map_err(faults::sqlite)?;
    drop(conn);
    std::fs::File::open(to)
        .and_then(|f| f.sync_all())
        .map_err(|e| unavailable("backup_disk", "Không ghi được bản sao lưu xuống ổ đĩa.").because(e))?;
    look(to)
}

/// What is in a copy that nobody writes.
pub fn look(copy: &Path) -> Result<Snapshot> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(copy, flags).map_err(faults::sqlite)?;
    let texts = |sql: &str| -> Result<Vec<String>> {
        let mut stmt = conn.prepare(sql).map_err(faults::sqlite)?;
        let rows = stmt.query_map([], |row| row.get(0)).map_err(faults::sqlite)?;
        rows.collect::<Result<_, _>>().map_err(faults::sqlite)
    };
    let names = texts(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )?;
    let mut tables = Vec::with_capacity(names.len());
    for name in names {
        let sql = format!("SELECT COUNT(*) FROM \"{name}\"");
        let count = conn.query_row(&sql, [], |row| row.get(0)).map_err(faults::sqlite)?;
        tables.push((name, count));
    }
    Ok(Snapshot {
        tables,
        migrations: texts("SELECT module || '/' || name FROM migration ORDER BY module, name")?,
        files: texts("SELECT DISTINCT sha256 FROM file WHERE state = 'kept' ORDER BY sha256")?,
    })
}

/// Puts everything written so far into the database file itself; the last act of a program that stops.
pub async fn checkpoint(db: &Db) -> Result<()> {
    match db {
        Db::Sqlite(sqlite) => {
            sqlite
                .exclusive(|c| {
                    c.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(faults::sqlite)
                })
                .await
        }
        Db::Postgres(_) => Ok(()),
    }
}
