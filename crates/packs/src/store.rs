//! The SQL of packs.

use foundation::{Instant, Result};
use serde_json::Value as Json;
use storage::{Db, Tx, args, row};

use crate::source::{Folder, Text};

row! {
    /// A pack as it was applied last.
    #[derive(Debug, Clone, PartialEq)]
    pub struct PackRow {
        /// Its id.
        pub id: String,
        /// The hash of its files.
        pub version: String,
        /// Its name.
        pub name: Json,
        /// Its place in lists.
        pub place: i64,
        /// Its icon.
        pub icon: String,
        /// What a leader asks of it.
        pub about: Json,
        /// Who answers for it, through time.
        pub owner: Json,
        /// How many names of each kind its files give.
        pub counts: Json,
        /// When it was applied.
        pub applied_at: Instant,
        /// When it ended, if it did.
        pub closed_at: Option<Instant>,
    }
}

row! {
    /// A value that the place set for itself.
    #[derive(Debug, Clone, PartialEq)]
    pub struct OverlayRow {
        /// The pack.
        pub pack: String,
        /// The file, by its path inside the pack.
        pub path: String,
        /// Which value.
        pub pointer: String,
        /// The value; `null` takes it away.
        pub value: Json,
        /// What was shipped when it was set.
        pub base_value: Option<Json>,
        /// Who set it.
        pub author: String,
        /// When.
        pub at: Instant,
        /// Whether the last apply could use it.
        pub in_force: bool,
    }
}

/// Every pack, in the order of lists.
pub async fn packs(db: &Db) -> Result<Vec<PackRow>> {
    db.all(
        "SELECT id, version, name, place, icon, about, owner, counts, applied_at, closed_at FROM pack
         ORDER BY place, id",
        args![],
    )
    .await
}

/// Every overlay value.
pub async fn overlays(db: &Db) -> Result<Vec<OverlayRow>> {
    db.all(
        "SELECT pack, path, pointer, value, base_value, author, at, in_force FROM pack_overlay
         ORDER BY pack, path, pointer",
        args![],
    )
    .await
}

/// The applied files of packs that have not ended.
pub(crate) async fn files(db: &Db) -> Result<Vec<Folder>> {
    let rows: Vec<(String, String, String)> = db
        .all(
            "SELECT f.pack, f.path, f.text FROM pack_file f JOIN pack p ON p.id = f.pack
             WHERE p.closed_at IS NULL ORDER BY f.pack, f.path",
            args![],
        )
        .await?;
    let mut packs: Vec<Folder> = Vec::new();
    for (id, path, text) in rows {
        let file = Text { shown: format!("packs/{id}/{path}"), path, text };
        match packs.last_mut().filter(|p| p.id == id) {
            Some(pack) => pack.files.push(file),
            None => packs.push(Folder { id, files: vec![file] }),
        }
    }
    Ok(packs)
}

/// Writes a pack; it is applied from now on.
pub async fn save_pack(tx: &mut Tx, row: &PackRow) -> Result<()> {
    tx.run(
        "INSERT INTO pack (id, version, name, place, icon, about, owner, counts, applied_at, closed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL)
         ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name,
            place = excluded.place, icon = excluded.icon, about = excluded.about, owner = excluded.owner,
            counts = excluded.counts, applied_at = excluded.applied_at, closed_at = NULL",
        args![
            &row.id,
            &row.version,
            &row.name,
            row.place,
            &row.icon,
            &row.about,
            &row.owner,
            &row.counts,
            row.applied_at
        ],
    )
    .await
    .map(|_| ())
}

/// Ends packs.
pub async fn close(tx: &mut Tx, ids: Vec<String>, now: Instant) -> Result<u64> {
    tx.run(
        "UPDATE pack SET closed_at = $1 WHERE closed_at IS NULL AND id IN (SELECT value FROM text_list($2))",
        args![now, ids],
    )
    .await
}

/// Replaces the files of packs. Each row is pack, path, hash, text.
pub async fn save_files(
    tx: &mut Tx,
    packs: Vec<String>,
    files: Vec<(String, String, String, String)>,
) -> Result<()> {
    tx.run("DELETE FROM pack_file WHERE pack IN (SELECT value FROM text_list($1))", args![packs]).await?;
    let rows = files.into_iter().map(|(pack, path, hash, text)| args![pack, path, hash, text]);
    tx.insert_many("pack_file", &["pack", "path", "sha256", "text"], rows).await.map(|_| ())
}

/// Writes an overlay value.
pub async fn save_overlay(tx: &mut Tx, row: &OverlayRow) -> Result<()> {
    tx.run(
        "INSERT INTO pack_overlay (pack, path, pointer, value, base_value, author, at, in_force)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (pack, path, pointer) DO UPDATE SET value = excluded.value,
            base_value = excluded.base_value, author = excluded.author, at = excluded.at,
            in_force = excluded.in_force",
        args![
            &row.pack,
            &row.path,
            &row.pointer,
            &row.value,
            row.base_value.as_ref().map(Json::to_string),
            &row.author,
            row.at,
            row.in_force
        ],
    )
    .await
    .map(|_| ())
}

/// Removes an overlay value; says whether there was one.
pub async fn remove_overlay(tx: &mut Tx, pack: &str, path: &str, pointer: &str) -> Result<bool> {
    tx.run(
        "DELETE FROM pack_overlay WHERE pack = $1 AND path = $2 AND pointer = $3",
        args![pack, path, pointer],
    )
    .await
    .map(|n| n > 0)
}
