//! PostgreSQL under the door: a pool of connections, statements prepared once per connection, bulk by binary
//! COPY.

use std::error::Error as StdError;

use bytes::{BufMut, BytesMut};
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod};
use foundation::{Result, error::internal};
use futures_util::pin_mut;
use tokio_postgres::NoTls;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::faults;
use crate::value::{FromRow, Value, fits};

/// An open PostgreSQL database.
#[derive(Clone)]
pub struct Postgres {
    pool: Pool,
}

impl Postgres {
    /// Connects to `url` (`postgres://user:secret@host:port/base?options=…`).
    pub async fn open(url: &str) -> Result<Self> {
        let config: tokio_postgres::Config = url.parse().map_err(|e| {
            foundation::error::invalid("database_url", "Địa chỉ PostgreSQL (--database) không đọc được")
                .because(format!("{e}"))
        })?;
        let manager =
            Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let pool = Pool::builder(manager)
            .max_size(16)
            .build()
            .map_err(|e| internal("pool", "Không tạo được bể kết nối PostgreSQL").because(e))?;
        let db = Postgres { pool };
        drop(db.client().await?);
        Ok(db)
    }

    async fn client(&self) -> Result<Object> {
        self.pool.get().await.map_err(|e| {
            foundation::error::unavailable(
                "database_unreachable",
                "Không kết nối được PostgreSQL. Hãy kiểm tra địa chỉ --database và máy chủ cơ sở dữ liệu.",
            )
            .because(e)
        })
    }

    /// Reads outside a transaction.
    pub async fn read<R: FromRow>(&self, sql: &str, args: &[Value]) -> Result<Vec<R>> {
        query(&self.client().await?, sql, args).await
    }

    /// Begins a transaction on a connection of its own.
    pub async fn begin(&self) -> Result<PostgresTx> {
        let client = self.client().await?;
        client.batch_execute("BEGIN").await.map_err(faults::postgres)?;
        Ok(PostgresTx { client: Some(client) })
    }
}

/// A transaction. Dropped without `commit`, it is rolled back.
pub struct PostgresTx {
    client: Option<Object>,
}

impl PostgresTx {
    /// The connection of this transaction.
    pub fn client(&self) -> Result<&Object> {
        self.client.as_ref().ok_or_else(|| internal("tx_closed", "Giao dịch đã đóng"))
    }

    /// Makes the changes durable.
    pub async fn commit(mut self) -> Result<()> {
        let client = self.client.take().ok_or_else(|| internal("tx_closed", "Giao dịch đã đóng"))?;
        client.batch_execute("COMMIT").await.map_err(faults::postgres)
    }
}

impl Drop for PostgresTx {
    fn drop(&mut self) {
        if let Some(client) = self.client.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move {
                let _ = client.batch_execute("ROLLBACK").await;
            });
        }
    }
}

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match (self, ty) {
            (Value::Null, _) => return Ok(IsNull::Yes),
            (Value::Int(x), &Type::INT8) => out.put_i64(*x),
            (Value::Int(x), &Type::INT4) => out.put_i32(i32::try_from(*x)?),
            (Value::Int(x), &Type::INT2) => out.put_i16(i16::try_from(*x)?),
            (Value::Int(x), &Type::FLOAT8) => out.put_f64(*x as f64),
            (Value::Int(x), &Type::BOOL) => out.put_u8(u8::from(*x != 0)),
            (Value::Real(x), &Type::FLOAT8) => out.put_f64(*x),
            (Value::Real(x), &Type::FLOAT4) => out.put_f32(*x as f32),
            (Value::Bool(x), &Type::BOOL) => out.put_u8(u8::from(*x)),
            (Value::Text(x), &Type::JSON | &Type::TEXT | &Type::VARCHAR | &Type::UNKNOWN) => {
                out.put_slice(x.as_bytes());
            }
            (Value::Text(x), &Type::JSONB) => {
                out.put_u8(1);
                out.put_slice(x.as_bytes());
            }
            (Value::Blob(x), &Type::BYTEA | &Type::UUID) => out.put_slice(x),
            (Value::Uuid(x), &Type::UUID | &Type::BYTEA) => out.put_slice(x.as_bytes()),
            (Value::Ints(x), ty) => return x.to_sql(ty, out),
            (Value::Texts(x), ty) => return x.to_sql(ty, out),
            (value, ty) => return Err(format!("cannot bind {value:?} as {ty}").into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(match *ty {
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Value::Int(i16::from_sql(ty, raw)?.into()),
            Type::FLOAT8 => Value::Real(f64::from_sql(ty, raw)?),
            Type::FLOAT4 => Value::Real(f32::from_sql(ty, raw)?.into()),
            Type::BOOL => Value::Bool(bool::from_sql(ty, raw)?),
            Type::BYTEA => Value::Blob(raw.to_vec()),
            Type::UUID => Value::Uuid(uuid::Uuid::from_slice(raw)?),
            Type::JSONB => Value::Text(String::from_utf8(raw.get(1..).unwrap_or_default().to_vec())?),
            _ => Value::Text(String::from_utf8(raw.to_vec())?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Value::Null)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(
            *ty,
            Type::INT8
                | Type::INT4
                | Type::INT2
                | Type::FLOAT8
                | Type::FLOAT4
                | Type::BOOL
                | Type::BYTEA
                | Type::UUID
                | Type::JSON
                | Type::JSONB
                | Type::TEXT
                | Type::VARCHAR
                | Type::NAME
                | Type::BPCHAR
                | Type::UNKNOWN
        )
    }
}

fn params(args: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    args.iter().map(|a| a as &(dyn ToSql + Sync)).collect()
}

/// Runs one statement and collects its rows.
pub(crate) async fn query<R: FromRow>(client: &Object, sql: &str, args: &[Value]) -> Result<Vec<R>> {
    let stmt = client.prepare_cached(sql).await.map_err(|e| faults::postgres_in(sql, e))?;
    let width = stmt.columns().len();
    fits::<R>(&stmt.columns().iter().map(|c| c.name()).collect::<Vec<_>>())?;
    let rows = client.query(&stmt, &params(args)).await.map_err(faults::postgres)?;
    let (mut found, mut line) = (Vec::with_capacity(rows.len()), Vec::with_capacity(width));
    for row in rows {
        for i in 0..width {
            line.push(row.try_get::<_, Value>(i).map_err(faults::postgres)?);
        }
        found.push(R::from_row(&mut line.drain(..))?);
    }
    Ok(found)
}

/// Runs one statement and says how many rows it changed.
pub(crate) async fn execute(client: &Object, sql: &str, args: &[Value]) -> Result<u64> {
    let stmt = client.prepare_cached(sql).await.map_err(|e| faults::postgres_in(sql, e))?;
    client.execute(&stmt, &params(args)).await.map_err(faults::postgres)
}

/// Copies many rows in with `COPY … FROM STDIN BINARY`.
pub(crate) async fn copy_rows(
    client: &Object,
    table: &str,
    columns: &[&str],
    rows: impl IntoIterator<Item = Vec<Value>>,
) -> Result<u64> {
    let list = columns.join(", ");
    let probe = client.prepare(&format!("SELECT {list} FROM {table} LIMIT 0")).await;
    let probe = probe.map_err(faults::postgres)?;
    let types: Vec<Type> = probe.columns().iter().map(|c| c.type_().clone()).collect();
    let sink = client.copy_in(&format!("COPY {table} ({list}) FROM STDIN BINARY")).await;
    let writer = BinaryCopyInWriter::new(sink.map_err(faults::postgres)?, &types);
    pin_mut!(writer);
    for row in rows {
        writer.as_mut().write(&params(&row)).await.map_err(faults::postgres)?;
    }
    writer.finish().await.map_err(faults::postgres)
}
