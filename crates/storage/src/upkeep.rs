//! Looking after a database: its size, its schema, its health, a copy of it.

use std::path::Path;

use foundation::{Result, error::invalid, error::unavailable};

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
            let lost = db.rows("PRAGMA foreign_key_check", args![]).await?;
            if !lost.values.is_empty() {
                faults.push(format!("{} dòng trỏ tới dòng không có", lost.values.len()));
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
