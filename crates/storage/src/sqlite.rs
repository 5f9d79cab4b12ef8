//! SQLite under the door: one writer thread and a few reader threads, each with its own connection. A
//! connection never leaves its thread; work travels to it as a closure, and the answer comes back through a
//! one-shot channel. So a slow statement never blocks the async runtime, and there is never more than one
//! writer.

use std::path::Path;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use foundation::{Error, Result, error::internal};
use rusqlite::types::{ToSql, ToSqlOutput, Value as SqlValue, ValueRef};
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::faults;
use crate::value::{FromRow, Value, fits};

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// How many connections read at once: as many as can run, and so many that two long readings do not keep the
/// short ones waiting. Each holds pages in memory.
fn at_once() -> usize {
    std::thread::available_parallelism().map_or(4, |n| n.get().clamp(4, 8))
}

/// An open SQLite database.
#[derive(Clone)]
pub struct Sqlite {
    writer: mpsc::Sender<Job>,
    readers: mpsc::Sender<Job>,
    turn: Arc<Semaphore>,
}

impl Sqlite {
    /// Opens (or makes) the file, with WAL, `synchronous=FULL` and foreign keys on.
    pub fn open(path: &Path) -> Result<Self> {
        let write = connect(path, true)?;
        let (writer, jobs) = mpsc::channel::<Job>();
        spawn("db-writer", write, Arc::new(Mutex::new(jobs)))?;
        let (readers, jobs) = mpsc::channel::<Job>();
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..at_once() {
            spawn("db-reader", connect(path, false)?, jobs.clone())?;
        }
        Ok(Sqlite { writer, readers, turn: Arc::new(Semaphore::new(1)) })
    }

    /// Reads on one of the reader connections.
    pub async fn read<R: FromRow>(&self, sql: String, args: Vec<Value>) -> Result<Vec<R>> {
        ask(&self.readers, move |c| query(c, &sql, &args)).await
    }

    /// Waits for the writer's turn. The transaction itself begins with its first statement.
    pub async fn begin(&self) -> Result<SqliteTx> {
        let permit = self.turn.clone().acquire_owned().await.map_err(|_| gone())?;
        Ok(SqliteTx {
            writer: self.writer.clone(),
            permit: Some(permit),
            begun: false,
            later: Vec::new(),
            over: false,
        })
    }

    /// Runs `work` on the writer's connection outside any transaction (backup, vacuum, checks).
    pub async fn exclusive<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let _permit = self.turn.acquire().await.map_err(|_| gone())?;
        ask(&self.writer, work).await
    }
}

/// A transaction on the writer's connection. Dropped without `commit`, it is rolled back.
///
/// Each trip to the writer's thread and back costs more than a small statement does: the first trip also
/// begins the transaction, and statements that were left for later travel with the next one. Where the
/// beginning or one of those fails, the transaction is over, whatever is made of that error: what was left
/// would be missing from what is committed.
pub struct SqliteTx {
    writer: mpsc::Sender<Job>,
    permit: Option<OwnedSemaphorePermit>,
    begun: bool,
    later: Vec<(String, Vec<Value>)>,
    over: bool,
}

impl SqliteTx {
    /// Runs `work` on the writer's connection inside the transaction.
    pub async fn with<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if self.over {
            return Err(internal("transaction_over", "Giao dịch đã hỏng vì một lệnh trước đó"));
        }
        let begins = !std::mem::replace(&mut self.begun, true);
        let before = std::mem::take(&mut self.later);
        let prepare = move |c: &mut Connection| {
            if begins {
                c.execute_batch("BEGIN IMMEDIATE").map_err(faults::sqlite)?;
            }
            before.iter().try_for_each(|(sql, args)| execute(c, sql, args).map(|_| ()))
        };
        // The inner result is that of the work, the outer that of what had to come before it.
        let done = ask(&self.writer, move |c| prepare(c).map(|()| work(c))).await;
        self.over = done.is_err();
        done?
    }

    /// Leaves a statement to run before the next one, or before the commit.
    pub fn later(&mut self, sql: String, args: Vec<Value>) {
        self.later.push((sql, args));
    }

    /// Makes the changes durable.
    pub async fn commit(mut self) -> Result<()> {
        if !self.begun && self.later.is_empty() {
            return Ok(());
        }
        let done = self.with(|c| c.execute_batch("COMMIT").map_err(faults::sqlite)).await;
        if done.is_ok() {
            self.begun = false;
        }
        done
    }
}

impl Drop for SqliteTx {
    fn drop(&mut self) {
        if !self.begun {
            return;
        }
        // The turn is handed on only after the rollback ran.
        if let Some(permit) = self.permit.take() {
            let _ = self.writer.send(Box::new(move |c| {
                let _ = c.execute_batch("ROLLBACK");
                drop(permit);
            }));
        }
    }
}

fn gone() -> Error {
    internal("db_closed", "Cơ sở dữ liệu đã đóng")
}

async fn ask<T: Send + 'static>(
    to: &mpsc::Sender<Job>,
    work: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (answer, wait) = oneshot::channel();
    to.send(Box::new(move |c| {
        let _ = answer.send(work(c));
    }))
    .map_err(|_| gone())?;
    wait.await.map_err(|_| gone())?
}

fn spawn(name: &str, mut conn: Connection, jobs: Arc<Mutex<mpsc::Receiver<Job>>>) -> Result<()> {
    std::thread::Builder::new()
        .name(name.into())
        .spawn(move || {
            loop {
                let next = match jobs.lock() {
                    Ok(queue) => queue.recv(),
                    Err(_) => return,
                };
                match next {
                    Ok(job) => job(&mut conn),
                    Err(_) => return,
                }
            }
        })
        .map(|_| ())
        .map_err(|e| internal("thread", "Không tạo được luồng cho cơ sở dữ liệu").because(e))
}

fn connect(path: &Path, write: bool) -> Result<Connection> {
    let flags = if write {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
    } else {
        OpenFlags::SQLITE_OPEN_READ_WRITE
    };
    let conn =
        Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(faults::sqlite)?;
    conn.busy_timeout(Duration::from_secs(10)).map_err(faults::sqlite)?;
    conn.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;
         PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16000; PRAGMA wal_autocheckpoint=4000;",
    )
    .map_err(faults::sqlite)?;
    if !write {
        conn.execute_batch("PRAGMA query_only=ON; PRAGMA cache_size=-2000;").map_err(faults::sqlite)?;
    }
    conn.set_prepared_statement_cache_capacity(256);
    Ok(conn)
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Value::Null => ToSqlOutput::Owned(SqlValue::Null),
            Value::Int(x) => ToSqlOutput::Owned(SqlValue::Integer(*x)),
            Value::Real(x) => ToSqlOutput::Owned(SqlValue::Real(*x)),
            Value::Bool(x) => ToSqlOutput::Owned(SqlValue::Integer((*x).into())),
            Value::Text(x) => ToSqlOutput::Borrowed(ValueRef::Text(x.as_bytes())),
            Value::Blob(x) => ToSqlOutput::Borrowed(ValueRef::Blob(x)),
            Value::Uuid(x) => ToSqlOutput::Borrowed(ValueRef::Blob(x.as_bytes())),
            Value::Ints(x) => ToSqlOutput::Owned(SqlValue::Text(json(x)?)),
            Value::Texts(x) => ToSqlOutput::Owned(SqlValue::Text(json(x)?)),
        })
    }
}

fn json<T: serde::Serialize>(list: &T) -> rusqlite::Result<String> {
    serde_json::to_string(list).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))
}

fn read_value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(x) => Value::Int(x),
        ValueRef::Real(x) => Value::Real(x),
        ValueRef::Text(x) => Value::Text(String::from_utf8_lossy(x).into_owned()),
        ValueRef::Blob(x) => Value::Blob(x.to_vec()),
    }
}

/// Binds `$1 … $n`. SQLite numbers named parameters by first appearance, so each is looked up by its name.
fn bind(stmt: &mut rusqlite::CachedStatement<'_>, args: &[Value]) -> Result<()> {
    for (i, arg) in args.iter().enumerate() {
        let name = format!("${}", i + 1);
        match stmt.parameter_index(&name).map_err(faults::sqlite)? {
            Some(at) => stmt.raw_bind_parameter(at, arg).map_err(faults::sqlite)?,
            None => return Err(internal("sql_args", format!("Câu SQL không có tham số {name}"))),
        }
    }
    Ok(())
}

/// Runs one statement and collects its rows. Each row becomes what it is while it is read: a whole result
/// never stands in memory twice.
pub(crate) fn query<R: FromRow>(conn: &mut Connection, sql: &str, args: &[Value]) -> Result<Vec<R>> {
    let mut stmt = conn.prepare_cached(sql).map_err(|e| faults::sqlite_in(sql, e))?;
    bind(&mut stmt, args)?;
    fits::<R>(&stmt.column_names().collect::<Vec<_>>())?;
    let width = stmt.column_count();
    let (mut found, mut line) = (Vec::new(), Vec::with_capacity(width));
    let mut rows = stmt.raw_query();
    while let Some(row) = rows.next().map_err(faults::sqlite)? {
        for i in 0..width {
            line.push(read_value(row.get_ref(i).map_err(faults::sqlite)?));
        }
        found.push(R::from_row(&mut line.drain(..))?);
    }
    Ok(found)
}

/// Runs one statement and says how many rows it changed.
pub(crate) fn execute(conn: &mut Connection, sql: &str, args: &[Value]) -> Result<u64> {
    let mut stmt = conn.prepare_cached(sql).map_err(|e| faults::sqlite_in(sql, e))?;
    bind(&mut stmt, args)?;
    stmt.raw_execute().map(|n| n as u64).map_err(faults::sqlite)
}

/// The statement that [`insert_rows`] runs for each row.
pub(crate) fn insert(table: &str, columns: &[&str]) -> String {
    let places: Vec<String> = (1..=columns.len()).map(|i| format!("?{i}")).collect();
    format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), places.join(", "))
}

/// Runs one prepared statement for each row, without a trip between threads per row. Says how many rows it
/// changed.
pub(crate) fn insert_rows(
    conn: &mut Connection,
    sql: &str,
    rows: impl IntoIterator<Item = Vec<Value>>,
) -> Result<u64> {
    let mut stmt = conn.prepare_cached(sql).map_err(|e| faults::sqlite_in(sql, e))?;
    let mut changed = 0;
    for row in rows {
        for (i, value) in row.iter().enumerate() {
            stmt.raw_bind_parameter(i + 1, value).map_err(faults::sqlite)?;
        }
        changed += stmt.raw_execute().map_err(faults::sqlite)?;
    }
    Ok(changed as u64)
}
