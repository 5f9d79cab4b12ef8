//! The audit log: appended by `kit::audit`, sealed and read here. No statement changes what a row says.

use foundation::{Instant, Result};
use storage::{Db, Tx, Value, args, row};
use uuid::Uuid;

row! {
    /// A row of the log.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Entry {
        /// Its identity.
        pub id: Uuid,
        /// When.
        pub at: Instant,
        /// Who, `account:…`, `key:…`, `system:…`.
        pub actor: String,
        /// What, `account.create`.
        pub action: String,
        /// To what, `account:…`, `unit:92`.
        pub subject: String,
        /// How, as JSON: ids and codes.
        pub detail: String,
        /// Its place in the chain, from 1; none until it is sealed.
        pub seq: Option<i64>,
        /// The hash of the row before.
        pub prev_hash: Option<Vec<u8>>,
        /// Its own hash.
        pub hash: Option<Vec<u8>>,
    }
}

const ENTRY: &str = "SELECT id, at, actor, action, subject, detail, seq, prev_hash, hash FROM audit";

/// Whether any row waits for its seal.
pub async fn any_unsealed(db: &Db) -> Result<bool> {
    let row =
        db.one::<(i64,)>("SELECT CAST(1 AS BIGINT) AS one FROM audit WHERE seq IS NULL LIMIT 1", args![]);
    Ok(row.await?.is_some())
}

/// How many rows wait.
pub async fn unsealed(db: &Db) -> Result<i64> {
    let row = db.one::<(i64,)>("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM audit WHERE seq IS NULL", args![]);
    Ok(row.await?.map_or(0, |r| r.0))
}

/// The oldest rows that wait.
pub async fn waiting(tx: &mut Tx, limit: i64) -> Result<Vec<Entry>> {
    tx.all(&format!("{ENTRY} WHERE seq IS NULL ORDER BY at, id LIMIT $1"), args![limit]).await
}

/// The last place and hash of the chain.
pub async fn last(tx: &mut Tx) -> Result<Option<(i64, Vec<u8>)>> {
    tx.one("SELECT seq, hash FROM audit WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1", args![]).await
}

/// Writes seals: (id, place, hash before, hash).
pub async fn seal(tx: &mut Tx, seals: Vec<(Uuid, i64, Vec<u8>, Vec<u8>)>) -> Result<()> {
    let rows = seals.into_iter().map(|(id, seq, prev, hash)| args![id, seq, prev, hash]).collect();
    let columns = [("id", "UUID"), ("seq", "BIGINT"), ("prev_hash", "BYTEA"), ("hash", "BYTEA")];
    tx.stage("audit_seal", &columns, rows).await?;
    tx.run(
        "UPDATE audit SET seq = s.seq, prev_hash = s.prev_hash, hash = s.hash
         FROM audit_seal s WHERE audit.id = s.id AND audit.seq IS NULL",
        args![],
    )
    .await
    .map(|_| ())
}

/// Sealed rows after place `seq`, in the order of the chain.
pub async fn chain(db: &Db, seq: i64, limit: i64) -> Result<Vec<Entry>> {
    db.all(&format!("{ENTRY} WHERE seq > $1 ORDER BY seq LIMIT $2"), args![seq, limit]).await
}

/// Which rows are asked for. Nothing set means all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only by these actors.
    pub actors: Option<Vec<String>>,
    /// Only by or about those that the reader may see: actors and `account:…` subjects.
    pub visible: Option<Vec<String>>,
    /// Actions that begin so, `account.`.
    pub action: Option<String>,
    /// Subjects that begin so.
    pub subject: Option<String>,
    /// Not before.
    pub from: Option<Instant>,
    /// Before.
    pub until: Option<Instant>,
    /// Only rows older than this one.
    pub older_than: Option<(Instant, Uuid)>,
}

impl Filter {
    fn sql(&self, limit: i64) -> (String, Vec<Value>) {
        let mut values: Vec<Value> = Vec::new();
        let mut wheres: Vec<String> = Vec::new();
        let mut bind = |value: Value| {
            values.push(value);
            values.len()
        };
        if let Some(actors) = &self.actors {
            let n = bind(actors.clone().into());
            wheres.push(format!("actor IN (SELECT value FROM text_list(${n}))"));
        }
        if let Some(visible) = &self.visible {
            let n = bind(visible.clone().into());
            wheres.push(format!(
                "(actor IN (SELECT value FROM text_list(${n}))
                  OR subject IN (SELECT value FROM text_list(${n})))"
            ));
        }
        for (column, start) in [("action", &self.action), ("subject", &self.subject)] {
            if let Some(start) = start {
                let n = bind(start.into());
                wheres.push(format!("substr({column}, 1, length(${n})) = ${n}"));
            }
        }
        if let Some(from) = self.from {
            wheres.push(format!("at >= ${}", bind(from.into())));
        }
        if let Some(until) = self.until {
            wheres.push(format!("at < ${}", bind(until.into())));
        }
        if let Some((at, id)) = self.older_than {
            let a = bind(at.into());
            let b = bind(id.into());
            wheres.push(format!("(at, id) < (${a}, ${b})"));
        }
        let n = bind(limit.into());
        let wheres =
            if wheres.is_empty() { String::new() } else { format!("WHERE {}", wheres.join(" AND ")) };
        (format!("{ENTRY} {wheres} ORDER BY at DESC, id DESC LIMIT ${n}"), values)
    }
}

/// Rows that fit, the newest first.
pub async fn find(db: &Db, filter: &Filter, limit: i64) -> Result<Vec<Entry>> {
    let (sql, values) = filter.sql(limit);
    db.all(&sql, values).await
}
