//! Types of cases.

use foundation::{Instant, Result, error::internal};
use storage::{Db, Tx, args, row};

use crate::service::CaseType;
use crate::workflow::Workflow;

row! {
    /// How many open cases stand somewhere in a type.
    #[derive(Debug)]
    pub struct InUse {
        /// The type.
        pub kind: String,
        /// The state.
        pub state: String,
        /// The category.
        pub category: String,
        /// The severity.
        pub severity: String,
        /// How many.
        pub n: i64,
    }
}

fn read(id: String, pack: String, definition: &str) -> Result<CaseType> {
    let flow: Workflow = serde_json::from_str(definition).map_err(|e| {
        internal("case_type", format!("Loại vụ việc {id} trong cơ sở dữ liệu bị hỏng")).because(e)
    })?;
    Ok(CaseType { id, pack, flow })
}

/// Every type, those that are no longer in the packs last, because cases of theirs may be left.
pub async fn all(db: &Db) -> Result<Vec<CaseType>> {
    let rows: Vec<(String, String, String)> =
        db.all("SELECT id, pack, definition FROM case_type ORDER BY retired, position, id", args![]).await?;
    rows.into_iter().map(|(id, pack, definition)| read(id, pack, &definition)).collect()
}

/// When a type last changed.
pub async fn applied_at(db: &Db) -> Result<Option<Instant>> {
    let row: Option<(Option<Instant>,)> = db
        .one("SELECT CAST(MAX(applied_at) AS BIGINT) AS applied_at FROM case_type_version", args![])
        .await?;
    Ok(row.and_then(|r| r.0))
}

/// Writes the types of the applied packs; one that is gone is retired, one that differs gets a new version.
pub async fn save(tx: &mut Tx, types: &[CaseType], now: Instant) -> Result<()> {
    tx.run("UPDATE case_type SET retired = $1", args![true]).await?;
    for kind in types {
        let definition = serde_json::to_string(&kind.flow)
            .map_err(|e| internal("case_type", "Không ghi được loại vụ việc").because(e))?;
        let old: Option<(i64, String)> = tx
            .one(
                "SELECT CAST(version AS BIGINT) AS version, definition FROM case_type WHERE id = $1",
                args![kind.id.as_str()],
            )
            .await?;
        let same = old.as_ref().is_some_and(|o| o.1 == definition);
        let version = old.map_or(0, |o| o.0) + i64::from(!same);
        tx.run(
            "INSERT INTO case_type (id, pack, position, version, definition, retired)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (id) DO UPDATE SET pack = excluded.pack, position = excluded.position,
                version = excluded.version, definition = excluded.definition, retired = excluded.retired",
            args![kind.id.as_str(), kind.pack.as_str(), kind.flow.order, version, definition.as_str(), false],
        )
        .await?;
        if !same {
            tx.run(
                "INSERT INTO case_type_version (id, version, definition, applied_at) VALUES ($1, $2, $3, $4)",
                args![kind.id.as_str(), version, definition, now],
            )
            .await?;
        }
    }
    Ok(())
}

/// Where open cases stand.
pub async fn in_use(tx: &mut Tx) -> Result<Vec<InUse>> {
    tx.all(
        "SELECT kind, state, category, severity, CAST(COUNT(*) AS BIGINT) AS n FROM cases
         WHERE stage IN (0, 1, 2) GROUP BY kind, state, category, severity
         ORDER BY kind, state, category, severity",
        args![],
    )
    .await
}
