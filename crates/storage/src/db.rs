//! The `Db` door: the only way to a database.
//!
//! Reads go through [`Db::all`] and [`Db::one`]; every change goes through a [`Tx`]. A `Tx` that is dropped
//! before [`Tx::commit`] changes nothing. Nothing but SQL happens inside a transaction; one that stays open
//! for more than two seconds is named in the log.

use std::path::Path;
use std::time::Duration;

use foundation::{Result, Stopwatch};

use crate::dialect::Dialect;
use crate::postgres::{Postgres, PostgresTx};
use crate::sqlite::{Sqlite, SqliteTx};
use crate::value::{FromRow, Value};
use crate::{faults, postgres, sqlite};

/// A transaction longer than this is named in the log.
const LONG: Duration = Duration::from_secs(2);

/// An open database. Cheap to clone.
#[derive(Clone)]
pub enum Db {
    /// One file in the data folder.
    Sqlite(Sqlite),
    /// A server.
    Postgres(Postgres),
}

impl Db {
    /// Opens `main.db` in the data folder.
    pub fn sqlite(folder: &Path) -> Result<Db> {
        Sqlite::open(&folder.join("main.db")).map(Db::Sqlite)
    }

    /// Connects to a PostgreSQL server.
    pub async fn postgres(url: &str) -> Result<Db> {
        Postgres::open(url).await.map(Db::Postgres)
    }

    /// Which database this is.
    pub fn dialect(&self) -> Dialect {
        match self {
            Db::Sqlite(_) => Dialect::Sqlite,
            Db::Postgres(_) => Dialect::Postgres,
        }
    }

    /// All rows of a SELECT.
    pub async fn all<R: FromRow>(&self, sql: &str, args: Vec<Value>) -> Result<Vec<R>> {
        let text = self.dialect().text(sql);
        match self {
            Db::Sqlite(db) => db.read(text.into_owned(), args).await,
            Db::Postgres(db) => db.read(&text, &args).await,
        }
    }

    /// The first row of a SELECT, if any.
    pub async fn one<R: FromRow>(&self, sql: &str, args: Vec<Value>) -> Result<Option<R>> {
        Ok(self.all(sql, args).await?.into_iter().next())
    }

    /// Begins a transaction. On SQLite this waits for the single writer's turn.
    pub async fn begin(&self) -> Result<Tx> {
        let inner = match self {
            Db::Sqlite(db) => Inner::Sqlite(db.begin().await?),
            Db::Postgres(db) => Inner::Postgres(db.begin().await?),
        };
        Ok(Tx { inner, began: Stopwatch::start(), published: false })
    }
}

enum Inner {
    Sqlite(SqliteTx),
    Postgres(PostgresTx),
}

/// A transaction: reads its own writes, and is all or nothing.
pub struct Tx {
    inner: Inner,
    began: Stopwatch,
    /// Whether an event waits for the commit.
    pub(crate) published: bool,
}

impl Tx {
    /// Which database this is.
    pub fn dialect(&self) -> Dialect {
        match self.inner {
            Inner::Sqlite(_) => Dialect::Sqlite,
            Inner::Postgres(_) => Dialect::Postgres,
        }
    }

    /// All rows of a SELECT (or of a statement with RETURNING).
    pub async fn all<R: FromRow>(&mut self, sql: &str, args: Vec<Value>) -> Result<Vec<R>> {
        let text = self.dialect().text(sql).into_owned();
        match &mut self.inner {
            Inner::Sqlite(tx) => tx.with(move |c| sqlite::query(c, &text, &args)).await,
            Inner::Postgres(tx) => postgres::query(tx.client()?, &text, &args).await,
        }
    }

    /// The first row, if any.
    pub async fn one<R: FromRow>(&mut self, sql: &str, args: Vec<Value>) -> Result<Option<R>> {
        Ok(self.all(sql, args).await?.into_iter().next())
    }

    /// Runs a statement and says how many rows it changed.
    pub async fn run(&mut self, sql: &str, args: Vec<Value>) -> Result<u64> {
        let text = self.dialect().text(sql).into_owned();
        match &mut self.inner {
            Inner::Sqlite(tx) => tx.with(move |c| sqlite::execute(c, &text, &args)).await,
            Inner::Postgres(tx) => postgres::execute(tx.client()?, &text, &args).await,
        }
    }

    /// Runs a statement whose outcome nobody here waits for: at the latest in the commit, always before the
    /// next statement, so that what is written is read. Where it fails, that one fails.
    pub async fn put(&mut self, sql: &str, args: Vec<Value>) -> Result<()> {
        match &mut self.inner {
            Inner::Sqlite(tx) => {
                tx.later(Dialect::Sqlite.text(sql).into_owned(), args);
                Ok(())
            }
            Inner::Postgres(_) => self.run(sql, args).await.map(|_| ()),
        }
    }

    /// Runs several statements without parameters (migrations).
    pub async fn batch(&mut self, sql: String) -> Result<()> {
        match &mut self.inner {
            Inner::Sqlite(tx) => tx.with(move |c| c.execute_batch(&sql).map_err(faults::sqlite)).await,
            Inner::Postgres(tx) => tx.client()?.batch_execute(&sql).await.map_err(faults::postgres),
        }
    }

    /// Inserts many rows at once; each row is as wide as `columns`. Rows may be made while they are written.
    pub async fn insert_many<I>(&mut self, table: &str, columns: &[&str], rows: I) -> Result<u64>
    where
        I: IntoIterator<Item = Vec<Value>, IntoIter: Send> + Send + 'static,
    {
        match &mut self.inner {
            Inner::Sqlite(tx) => {
                let sql = sqlite::insert(table, columns);
                tx.with(move |c| sqlite::insert_rows(c, &sql, rows)).await
            }
            Inner::Postgres(tx) => postgres::copy_rows(tx.client()?, table, columns, rows).await,
        }
    }

    /// The same, where a key may stand already: `on_conflict` says what then («ON CONFLICT (…) DO UPDATE
    /// SET …»). No key may come twice. Says how many rows are new or were changed.
    pub async fn upsert_many<I>(
        &mut self,
        table: &str,
        columns: &[&str],
        on_conflict: &str,
        rows: I,
    ) -> Result<u64>
    where
        I: IntoIterator<Item = Vec<Value>, IntoIter: Send> + Send + 'static,
    {
        match &mut self.inner {
            Inner::Sqlite(tx) => {
                let sql = format!("{} {on_conflict}", sqlite::insert(table, columns));
                tx.with(move |c| sqlite::insert_rows(c, &sql, rows)).await
            }
            Inner::Postgres(tx) => {
                let (client, list, staged) = (tx.client()?, columns.join(", "), format!("upsert_{table}"));
                let stage = format!(
                    "DROP TABLE IF EXISTS pg_temp.{staged};
                     CREATE TEMP TABLE {staged} ON COMMIT DROP AS SELECT {list} FROM {table} WITH NO DATA"
                );
                client.batch_execute(&stage).await.map_err(faults::postgres)?;
                postgres::copy_rows(client, &staged, columns, rows).await?;
                let put = format!("INSERT INTO {table} ({list}) SELECT {list} FROM {staged} {on_conflict}");
                client.execute(&put, &[]).await.map_err(|e| faults::postgres_in(&put, e))
            }
        }
    }

    /// Puts rows into a temporary table that lives until the transaction ends, so that one statement can join
    /// them. `columns` are pairs of name and SQL type. The same table may be staged again, with the same
    /// columns: what it held before is gone.
    pub async fn stage(
        &mut self,
        table: &str,
        columns: &[(&str, &str)],
        rows: Vec<Vec<Value>>,
    ) -> Result<u64> {
        let dialect = self.dialect();
        let typed: Vec<String> = columns.iter().map(|(name, ty)| format!("{name} {ty}")).collect();
        self.batch(dialect.stage(table, &typed.join(", "))).await?;
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let n = self.insert_many(table, &names, rows).await?;
        if let Some(sql) = dialect.analyse(table) {
            self.batch(sql).await?;
        }
        Ok(n)
    }

    /// Waits until no other transaction holds the lock `name`. SQLite has one writer, so it holds every lock
    /// already.
    pub async fn lock(&mut self, name: &str) -> Result<()> {
        match &mut self.inner {
            Inner::Sqlite(_) => Ok(()),
            Inner::Postgres(tx) => {
                let args = crate::args![name];
                let sql = "SELECT CAST(pg_advisory_xact_lock(hashtext($1)) AS TEXT) AS locked";
                postgres::query::<(String,)>(tx.client()?, sql, &args).await.map(|_| ())
            }
        }
    }

    /// Makes the changes durable.
    pub async fn commit(self) -> Result<()> {
        let open = self.began.elapsed();
        if open > LONG {
            tracing::warn!(duration_ms = open.as_millis() as u64, "transaction stayed open for {open:?}");
        }
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await?,
            Inner::Postgres(tx) => tx.commit().await?,
        }
        if self.published {
            crate::outbox::WAKE.notify_one();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::{Dialect, args, row, testing};

    row! {
        #[derive(Debug, PartialEq)]
        struct Thing {
            id: i64,
            name: String,
        }
    }

    const OVER: &str = "ON CONFLICT (id) DO UPDATE SET name = excluded.name
        WHERE staged_thing.name <> 'kept'";

    #[tokio::test]
    async fn what_is_put_is_read_and_what_cannot_be_put_fails_the_transaction() {
        for t in testing::all().await.unwrap() {
            let put = "INSERT INTO put_thing (id, name) VALUES ($1, $2)";
            let count = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM put_thing";
            let mut tx = t.db.begin().await.unwrap();
            tx.batch("CREATE TABLE put_thing (id BIGINT PRIMARY KEY, name TEXT NOT NULL)".into())
                .await
                .unwrap();
            tx.put(put, args![1_i64, "one"]).await.unwrap();
            assert_eq!(tx.one::<(i64,)>(count, args![]).await.unwrap(), Some((1,)), "{}", t.name());
            tx.put(put, args![2_i64, "two"]).await.unwrap();
            tx.commit().await.unwrap();
            let mut tx = t.db.begin().await.unwrap();
            tx.put(put, args![3_i64, "three"]).await.unwrap();
            drop(tx);
            assert_eq!(t.db.one::<(i64,)>(count, args![]).await.unwrap(), Some((2,)));
            let mut tx = t.db.begin().await.unwrap();
            tx.put(put, args![4_i64, "four"]).await.unwrap();
            // Where statements travel alone it fails at once, else with the next trip.
            let failed = match tx.put(put, args![1_i64, "again"]).await {
                Ok(()) if t.db.dialect() == Dialect::Sqlite => tx.commit().await,
                other => other,
            };
            assert!(failed.is_err());
            assert_eq!(t.db.one::<(i64,)>(count, args![]).await.unwrap(), Some((2,)), "all or nothing");
            // Nor is it committed by whoever makes nothing of the error.
            let mut tx = t.db.begin().await.unwrap();
            let first = tx.put(put, args![1_i64, "again"]).await;
            let next = tx.one::<(i64,)>(count, args![]).await;
            assert!(first.is_err() || next.is_err());
            let _ = tx.put(put, args![5_i64, "five"]).await;
            let _ = tx.commit().await;
            assert_eq!(t.db.one::<(i64,)>(count, args![]).await.unwrap(), Some((2,)), "{}", t.name());
            // A transaction in which nothing happened holds nobody up.
            t.db.begin().await.unwrap().commit().await.unwrap();
            drop(t.db.begin().await.unwrap());
            t.db.begin().await.unwrap().commit().await.unwrap();
        }
    }

    #[tokio::test]
    async fn many_rows_go_over_those_that_stand_where_they_may() {
        for t in testing::all().await.unwrap() {
            let mut tx = t.db.begin().await.unwrap();
            let columns = [("id", "BIGINT PRIMARY KEY"), ("name", "TEXT")];
            let rows = vec![args![1_i64, "kept"], args![2_i64, "old"]];
            tx.stage("staged_thing", &columns, rows).await.unwrap();
            for _ in 0..2 {
                let rows = (1..=1000_i64).map(|id| args![id, format!("new {id}")]);
                let written = tx.upsert_many("staged_thing", &["id", "name"], OVER, rows).await.unwrap();
                assert_eq!(written, 999);
            }
            let select = "SELECT id, name FROM staged_thing WHERE id < 3 ORDER BY id";
            let things: Vec<Thing> = tx.all(select, args![]).await.unwrap();
            let thing = |id, name: &str| Thing { id, name: name.into() };
            assert_eq!(things, [thing(1, "kept"), thing(2, "new 2")]);
            // Columns that are not the struct's are a fault of the program, told at once.
            let wrong = tx.all::<Thing>("SELECT name, id FROM staged_thing", args![]).await;
            assert_eq!(wrong.unwrap_err().code(), "columns");
            let none = tx.upsert_many("staged_thing", &["id", "name"], OVER, Vec::new()).await.unwrap();
            assert_eq!(none, 0);
        }
    }
}
