//! The SQL of indicators: definitions and sources. Observations have a file of their own.

use foundation::{Date, Instant, LocalText, Result, error::internal};
use storage::{Db, Tx, args, row};

use crate::catalogue::{Catalogue, Group};
use crate::definition::{Definition, Indicator};

row! {
    struct IndicatorRow {
        id: i64,
        code: String,
        pack: String,
        version: i64,
        definition: String,
        applied_at: Instant,
    }
}

/// Reads every applied indicator.
pub async fn catalogue(db: &Db) -> Result<Catalogue> {
    let rows: Vec<IndicatorRow> = db
        .all(
            "SELECT i.id AS id, i.code AS code, i.pack AS pack, i.version AS version, v.definition AS \
            definition,
                (SELECT MIN(f.applied_at) FROM indicator_version f WHERE f.indicator = i.id) AS applied_at
             FROM indicator i JOIN indicator_version v ON v.indicator = i.id AND v.version = i.version
             WHERE i.retired = FALSE ORDER BY i.pack, i.position",
            args![],
        )
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for r in rows {
        let def: Definition = serde_json::from_str(&r.definition).map_err(|e| {
            internal("definition", format!("Định nghĩa chỉ tiêu {} trong cơ sở dữ liệu bị hỏng", r.code))
                .because(e)
        })?;
        let since = Date::of(r.applied_at);
        all.push(Indicator { id: r.id, code: r.code, pack: r.pack, version: r.version, since, def });
    }
    let groups: Vec<(String, String, String)> =
        db.all("SELECT pack, id, name FROM indicator_group ORDER BY pack, position", args![]).await?;
    let mut named = Vec::with_capacity(groups.len());
    for (pack, id, name) in groups {
        let name: LocalText = serde_json::from_str(&name)
            .map_err(|e| internal("group", "Tên nhóm chỉ tiêu trong cơ sở dữ liệu bị hỏng").because(e))?;
        named.push(Group { pack, id, name });
    }
    Ok(Catalogue::new(all, named))
}

/// Writes the indicators of the applied packs: new ones get a number, changed ones a new version, missing
/// ones retire. Says how many definitions changed.
pub async fn save_definitions(tx: &mut Tx, now: Instant, all: &[(String, Definition)]) -> Result<usize> {
    let known: Vec<(i64, String, i64, String)> = tx
        .all(
            "SELECT i.id, i.code, i.version, v.definition FROM indicator i
             JOIN indicator_version v ON v.indicator = i.id AND v.version = i.version",
            args![],
        )
        .await?;
    let mut next = known.iter().map(|k| k.0).max().unwrap_or(0) + 1;
    let mut changed = 0;
    let mut codes = Vec::with_capacity(all.len());
    for (position, (pack, def)) in all.iter().enumerate() {
        let code = format!("{pack}.{}", def.id);
        let json = serde_json::to_string(def)
            .map_err(|e| internal("definition", "Không ghi được định nghĩa chỉ tiêu").because(e))?;
        codes.push(code.clone());
        match known.iter().find(|k| k.1 == code) {
            Some((id, _, version, old)) => {
                let version = if *old == json { *version } else { version + 1 };
                if *old != json {
                    changed += 1;
                    save_version(tx, *id, version, &json, now).await?;
                }
                tx.run(
                    "UPDATE indicator SET position = $2, version = $3, retired = FALSE WHERE id = $1",
                    args![*id, position as i64, version],
                )
                .await?;
            }
            None => {
                changed += 1;
                tx.run(
                    "INSERT INTO indicator (id, code, pack, position, version, retired)
                     VALUES ($1, $2, $3, $4, 1, FALSE)",
                    args![next, code, pack, position as i64],
                )
                .await?;
                save_version(tx, next, 1, &json, now).await?;
                next += 1;
            }
        }
    }
    tx.run(
        "UPDATE indicator SET retired = TRUE WHERE code NOT IN (SELECT value FROM text_list($1))",
        args![codes],
    )
    .await?;
    Ok(changed)
}

async fn save_version(tx: &mut Tx, id: i64, version: i64, json: &str, now: Instant) -> Result<()> {
    tx.run(
        "INSERT INTO indicator_version (indicator, version, definition, applied_at) VALUES ($1, $2, $3, $4)",
        args![id, version, json, now],
    )
    .await
    .map(|_| ())
}

/// Replaces the groups.
pub async fn save_groups(tx: &mut Tx, groups: &[Group]) -> Result<()> {
    tx.run("DELETE FROM indicator_group", args![]).await?;
    for (position, group) in groups.iter().enumerate() {
        let name = serde_json::to_string(&group.name)
            .map_err(|e| internal("group", "Không ghi được tên nhóm").because(e))?;
        tx.run(
            "INSERT INTO indicator_group (pack, id, name, position) VALUES ($1, $2, $3, $4)",
            args![group.pack.as_str(), group.id.as_str(), name, position as i64],
        )
        .await?;
    }
    Ok(())
}

row! {
    /// Who figures come from.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Source {
        /// Our number for it.
        pub id: i64,
        /// Its stable name, `api:statistics`.
        pub code: String,
        /// Its name on pages.
        pub name: String,
        /// Who answers for it.
        pub owner: String,
        /// Which source is shown where two give one figure: the lower.
        pub precedence: i64,
        /// Whether it is the demo.
        pub demo: bool,
    }
}

/// Every source.
pub async fn sources(db: &Db) -> Result<Vec<Source>> {
    db.all("SELECT id, code, name, owner, precedence, demo FROM source ORDER BY id", args![]).await
}

/// The source with this code; made when it is new.
pub async fn ensure_source(
    tx: &mut Tx,
    code: &str,
    name: &str,
    owner: &str,
    precedence: i64,
    demo: bool,
) -> Result<Source> {
    tx.lock("indicators.source").await?;
    let select = "SELECT id, code, name, owner, precedence, demo FROM source WHERE code = $1";
    if let Some(source) = tx.one::<Source>(select, args![code]).await? {
        return Ok(source);
    }
    tx.run(
        "INSERT INTO source (id, code, name, owner, precedence, demo)
         SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3, $4, $5 FROM source",
        args![code, name, owner, precedence, demo],
    )
    .await?;
    tx.one::<Source>(select, args![code])
        .await?
        .ok_or_else(|| internal("source", "Không tạo được nguồn số liệu"))
}
