//! What can be done with packs. Each action has its file; what they share is [`carry_out`].

pub mod apply;
pub mod diff;
pub mod overlay;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

use foundation::{Instant, Result, error::conflict, error::internal};
use kit::{Context, PackPart, audit};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use storage::{Db, Tx, args, settings};

use crate::check::{self, Edits, Read};
use crate::overlay::{Overlay, Standing, standings};
use crate::service::Packs;
use crate::source::Folder;
use crate::store::{self, OverlayRow, PackRow};

/// The setting that says what was applied last: a hash over files, overlay and the program's parts.
const APPLIED: &str = "packs.applied";

/// The database's packs, read before an action begins.
pub(crate) struct Before {
    /// What was applied last.
    print: Option<String>,
    /// Its packs.
    pub rows: Vec<PackRow>,
    /// Their files, of those that have not ended.
    pub files: Vec<Folder>,
    /// The place's own values.
    pub overlays: Vec<OverlayRow>,
}

impl Before {
    pub(crate) async fn read(db: &Db) -> Result<Before> {
        // The print first: if something else is applied meanwhile, it no longer fits when the action writes.
        Ok(Before {
            print: settings::get(db, APPLIED).await?,
            rows: store::packs(db).await?,
            files: store::files(db).await?,
            overlays: store::overlays(db).await?,
        })
    }
}

/// What shall be applied.
pub(crate) struct Plan {
    packs: Vec<Folder>,
    read: Read,
    overlays: Vec<Overlay>,
    print: String,
}

pub(crate) fn hash(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The hash of a pack's files.
fn version(pack: &Folder) -> String {
    let told: Vec<&str> = pack.files.iter().flat_map(|f| [f.path.as_str(), f.text.as_str()]).collect();
    hash(&told)
}

/// What is told apart: this program's version, its parts, the files, and the place's own values with whether
/// they are in force.
fn print<'a>(
    packs: &[Folder],
    rows: impl Iterator<Item = &'a OverlayRow>,
    parts: &[Arc<dyn PackPart>],
) -> String {
    let mut told = vec![env!("CARGO_PKG_VERSION").to_owned()];
    told.extend(parts.iter().map(|p| p.files().to_owned()));
    told.extend(packs.iter().flat_map(|p| [p.id.clone(), version(p)]));
    for row in rows {
        let value = format!("{} {}", row.value, row.in_force);
        told.extend([row.pack.clone(), row.path.clone(), row.pointer.clone(), value]);
    }
    hash(&told.iter().map(String::as_str).collect::<Vec<_>>())
}

impl Plan {
    /// Checks packs with the place's own values. `strict` refuses a value that makes a pack faulty; otherwise
    /// (an upgrade) the values of that file are set aside and told, because a place must be able to start its
    /// program.
    pub(crate) fn make(
        packs: Vec<Folder>,
        rows: Vec<OverlayRow>,
        parts: &[Arc<dyn PackPart>],
        strict: bool,
    ) -> Result<Plan> {
        let mut rows = rows;
        for row in &mut rows {
            row.in_force = true;
        }
        let mut overlays = standings(&packs, rows);
        let mut without = BTreeSet::new();
        let mut read = check::read(&packs, &crate::overlay::edits(&overlays, &without), parts);
        if let (Err(faults), false, false) = (&read, strict, overlays.is_empty()) {
            let shown: BTreeSet<&str> = faults.iter().map(|f| f.path.as_str()).collect();
            for pack in &packs {
                let faulty = pack.files.iter().filter(|f| shown.contains(f.shown.as_str()));
                without.extend(faulty.map(|f| (pack.id.clone(), f.path.clone())));
            }
            read = check::read(&packs, &crate::overlay::edits(&overlays, &without), parts);
            if read.is_err() {
                // A value of one file can make another file faulty.
                without.extend(overlays.iter().map(|o| (o.row.pack.clone(), o.row.path.clone())));
                read = check::read(&packs, &Edits::new(), parts);
            }
        }
        let read = read.map_err(|faults| check::refusal(&faults))?;
        for overlay in &mut overlays {
            if overlay.standing == Standing::Lost {
                overlay.row.in_force = false;
            } else if without.contains(&(overlay.row.pack.clone(), overlay.row.path.clone())) {
                overlay.row.in_force = false;
                overlay.standing = Standing::Refused;
            }
        }
        let print = print(&packs, overlays.iter().map(|o| &o.row), parts);
        Ok(Plan { packs, read, overlays, print })
    }

    fn row(&self, pack: &Folder, now: Instant) -> Result<PackRow> {
        let lost =
            || internal("pack_yaml", format!("Gói {} không có pack.yaml sau khi đã kiểm tra", pack.id));
        let own = self.read.packs.iter().find(|p| p.id.value == pack.id).ok_or_else(lost)?;
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let prefix = format!("{}.", pack.id);
        for (kind, _) in self.read.names.iter().filter(|(_, name)| name.starts_with(&prefix)) {
            *counts.entry(kind).or_default() += 1;
        }
        Ok(PackRow {
            id: pack.id.clone(),
            version: version(pack),
            name: json!(own.name),
            place: *own.order,
            icon: own.icon.value.clone(),
            about: json!(own.about),
            owner: json!(own.owners()),
            counts: json!(counts),
            applied_at: now,
            closed_at: None,
        })
    }
}

/// What became of one pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was not there before.
    New,
    /// Its files, or what the place changed in them, are different.
    Changed,
    /// It had ended and is back.
    Reopened,
    /// It ended: its folder is gone.
    Closed,
    /// Nothing.
    Same,
}

/// What an apply did.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Whether anything was written.
    pub changed: bool,
    /// What became of each pack.
    pub packs: Vec<(String, Change)>,
    /// Rows that the parts wrote.
    pub rows: usize,
    /// The place's own values, and how they stand now.
    pub overlays: Vec<Overlay>,
}

impl Report {
    /// The place's own values that somebody should look at.
    pub fn conflicts(&self) -> impl Iterator<Item = &Overlay> {
        self.overlays.iter().filter(|o| o.standing.is_conflict())
    }
}

/// The event that tells of an apply.
pub const EVENT: &str = "packs.applied";

/// Writes a plan in one transaction, then tells the parts, the menus and the pages.
pub(crate) async fn carry_out(
    cx: &Context,
    before: &Before,
    plan: Plan,
    parts: &[Arc<dyn PackPart>],
    doing: Doing<'_>,
) -> Result<Report> {
    let now = cx.clock.now();
    let mut tx = cx.db.begin().await?;
    tx.lock("packs").await?;
    let print: Option<(String,)> = tx.one("SELECT value FROM setting WHERE key = $1", args![APPLIED]).await?;
    if print.map(|r| r.0) != before.print {
        let told = "Trong lúc kiểm tra, gói đã được áp dụng ở nơi khác. Hãy tải lại rồi thử lại.";
        return Err(conflict("packs_moved", told));
    }
    let mut report = Report { changed: true, overlays: plan.overlays.clone(), ..Report::default() };
    let mut written = Vec::new();
    let mut texts = Vec::new();
    for pack in &plan.packs {
        let row = plan.row(pack, now)?;
        let old = before.rows.iter().find(|r| r.id == row.id);
        let change = match old {
            None => Change::New,
            Some(old) if old.closed_at.is_some() => Change::Reopened,
            Some(old) if old.version != row.version || touched(before, &plan, &row.id) => Change::Changed,
            // The same files may give other rows: this program may be newer than the one that applied them.
            Some(old) if PackRow { applied_at: old.applied_at, ..row.clone() } != *old => Change::Changed,
            Some(_) => Change::Same,
        };
        report.packs.push((row.id.clone(), change));
        if change != Change::Same {
            store::save_pack(&mut tx, &row).await?;
            written.push(row.id.clone());
            texts.extend(
                pack.files
                    .iter()
                    .map(|f| (row.id.clone(), f.path.clone(), hash(&[f.text.as_str()]), f.text.clone())),
            );
        }
    }
    store::save_files(&mut tx, written.clone(), texts).await?;
    let gone: Vec<String> = before
        .rows
        .iter()
        .filter(|r| r.closed_at.is_none() && plan.packs.iter().all(|p| p.id != r.id))
        .map(|r| r.id.clone())
        .collect();
    store::close(&mut tx, gone.clone(), now).await?;
    report.packs.extend(gone.iter().map(|id| (id.clone(), Change::Closed)));
    save_overlays(&mut tx, before, &plan, &doing).await?;
    for (part, files) in parts.iter().zip(&plan.read.files) {
        report.rows += part.apply(&mut tx, cx, files).await?;
    }
    settings::set(&mut tx, cx.clock.as_ref(), APPLIED, &plan.print).await?;
    let mut detail = json!({ "changed": written, "closed": gone, "rows": report.rows });
    if let (Some(detail), Json::Object(more)) = (detail.as_object_mut(), doing.detail) {
        detail.extend(more);
    }
    audit(&mut tx, cx, doing.action, doing.subject, &detail).await?;
    tx.publish(now, EVENT, &json!({ "changed": written, "closed": gone })).await?;
    tx.commit().await?;
    refresh(cx, parts).await?;
    Ok(report)
}

/// Whether the place's own values of a pack differ from before.
fn touched(before: &Before, plan: &Plan, pack: &str) -> bool {
    let was = before
        .overlays
        .iter()
        .filter(|r| r.pack == pack)
        .map(|r| (&r.path, &r.pointer, &r.value, r.in_force));
    let is = plan.overlays.iter().map(|o| &o.row).filter(|r| r.pack == pack);
    !was.eq(is.map(|r| (&r.path, &r.pointer, &r.value, r.in_force)))
}

/// Why an action applies: for the audit log, and what it sets or removes.
pub(crate) struct Doing<'a> {
    pub action: &'a str,
    pub subject: &'a str,
    pub detail: Json,
    /// The overlay value (pack, path, pointer) that is removed.
    pub remove: Option<(&'a str, &'a str, &'a str)>,
}

async fn save_overlays(tx: &mut Tx, before: &Before, plan: &Plan, doing: &Doing<'_>) -> Result<()> {
    if let Some((pack, path, pointer)) = doing.remove {
        store::remove_overlay(tx, pack, path, pointer).await?;
    }
    for Overlay { row, .. } in &plan.overlays {
        if !before.overlays.contains(row) {
            store::save_overlay(tx, row).await?;
        }
    }
    Ok(())
}

/// Lets this process see what was applied, here or by another one: parts throw their caches away, menus and
/// pages are made anew. The handler of [`EVENT`] calls it too.
pub async fn refresh(cx: &Context, parts: &[Arc<dyn PackPart>]) -> Result<()> {
    for part in parts {
        part.applied(cx).await?;
    }
    if let Ok(packs) = cx.house.get::<Packs>() {
        packs.reload(&cx.db).await?;
    }
    cx.live.touch_all();
    Ok(())
}
