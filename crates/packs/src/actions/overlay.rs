//! Set or remove a place's own value in an applied pack.
//!
//! Who: whoever may manage packs. The value is checked with the whole of all packs before anything is
//! written, and is in force at once. It survives upgrades; when what was shipped changes under it, that is
//! shown until somebody sets it again or removes it.

use std::sync::Arc;

use foundation::error::{invalid, not_found};
use foundation::{Kind, Result};
use kit::{Context, PackPart};
use serde_json::{Value as Json, json};

use super::{Before, Doing, Plan, Report, carry_out};
use crate::nearest::did_you_mean;
use crate::store::OverlayRow;
use crate::yaml::{self, Node};

/// A value may have so many bytes as JSON.
const MAX_VALUE: usize = 16 * 1024;
/// A pointer may be so long.
const MAX_POINTER: usize = 300;

/// Which value of which file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The pack's id.
    pub pack: String,
    /// The file's path inside the pack, `indicators.yaml`.
    pub path: String,
    /// By ids: `indicators/on_time/target/value`.
    pub pointer: String,
}

/// What an applied file says at a place: without the place's own value, and with it.
pub async fn look_up(cx: &Context, place: &Place) -> Result<(Option<Json>, Option<Json>)> {
    let before = Before::read(&cx.db).await?;
    let shipped = file(&before, place)?.find(&place.pointer).map(Node::json);
    let row = before.overlays.into_iter().find(|r| is_at(r, place));
    let local = row.map(|r| r.value).or_else(|| shipped.clone());
    Ok((shipped, local))
}

fn is_at(row: &OverlayRow, place: &Place) -> bool {
    row.pack == place.pack && row.path == place.path && row.pointer == place.pointer
}

fn file(before: &Before, place: &Place) -> Result<Node> {
    let no_pack = || not_found("pack_not_found", format!("Không có gói “{}” đang áp dụng.", place.pack));
    let pack = before.files.iter().find(|p| p.id == place.pack).ok_or_else(no_pack)?;
    let no_file = || {
        let guess = did_you_mean(&place.path, pack.files.iter().map(|f| f.path.as_str()));
        let told = format!("Gói “{}” không có tệp “{}”.{guess}", place.pack, place.path);
        not_found("pack_file_not_found", told)
    };
    let file = pack.files.iter().find(|f| f.path == place.path).ok_or_else(no_file)?;
    yaml::parse(&file.shown, &file.text).map_err(|fault| crate::check::refusal(&[fault]))
}

/// Sets a value; `null` takes away what is shipped. Setting it again takes what is shipped now as its base.
///
/// Errors: `pack_not_found`, `pack_file_not_found`, `overlay_nowhere`, `overlay_too_large`, `overlay_faulty`.
pub async fn set(cx: &Context, place: &Place, value: Json, parts: &[Arc<dyn PackPart>]) -> Result<Report> {
    if value.to_string().len() > MAX_VALUE || place.pointer.len() > MAX_POINTER {
        return Err(invalid("overlay_too_large", "Giá trị hoặc đường dẫn quá dài."));
    }
    let before = Before::read(&cx.db).await?;
    let mut tree = file(&before, place)?;
    let base_value = tree.find(&place.pointer).map(Node::json);
    yaml::set(&mut tree, &place.pointer, &value).map_err(|why| invalid("overlay_nowhere", why))?;
    if base_value.is_none() && value.is_null() {
        return Err(invalid("overlay_nowhere", format!("Không có “{}” để bỏ đi.", place.pointer)));
    }
    let row = OverlayRow {
        pack: place.pack.clone(),
        path: place.path.clone(),
        pointer: place.pointer.clone(),
        value: value.clone(),
        base_value: base_value.clone(),
        author: cx.actor.audit_name(),
        at: cx.clock.now(),
        in_force: true,
    };
    let mut rows: Vec<OverlayRow> = before.overlays.iter().filter(|r| !is_at(r, place)).cloned().collect();
    rows.push(row);
    rows.sort_by(|a, b| (&a.pack, &a.path, &a.pointer).cmp(&(&b.pack, &b.path, &b.pointer)));
    let plan = plan(&before, rows, parts)?;
    let detail = json!({
        "path": place.path, "pointer": place.pointer, "value": value, "shipped": base_value,
    });
    let subject = format!("pack:{}", place.pack);
    let doing = Doing { action: "packs.overlay.set", subject: &subject, detail, remove: None };
    carry_out(cx, &before, plan, parts, doing).await
}

/// Removes a place's own value: what is shipped holds again.
///
/// Errors: `overlay_not_found`, `overlay_faulty` (another value needs this one).
pub async fn remove(cx: &Context, place: &Place, parts: &[Arc<dyn PackPart>]) -> Result<Report> {
    let before = Before::read(&cx.db).await?;
    let Some(old) = before.overlays.iter().find(|r| is_at(r, place)).cloned() else {
        let told = format!("Không có giá trị sửa riêng tại “{}”.", place.pointer);
        return Err(not_found("overlay_not_found", told));
    };
    let rows = before.overlays.iter().filter(|r| !is_at(r, place)).cloned().collect();
    let plan = plan(&before, rows, parts)?;
    let detail = json!({ "path": place.path, "pointer": place.pointer, "value": old.value });
    let subject = format!("pack:{}", place.pack);
    let remove = Some((place.pack.as_str(), place.path.as_str(), place.pointer.as_str()));
    let doing = Doing { action: "packs.overlay.remove", subject: &subject, detail, remove };
    carry_out(cx, &before, plan, parts, doing).await
}

/// Checks strictly; but a value that was set aside before must not stand in the way of another.
fn plan(before: &Before, rows: Vec<OverlayRow>, parts: &[Arc<dyn PackPart>]) -> Result<Plan> {
    let strict = before.overlays.iter().all(|r| r.in_force);
    Plan::make(before.files.clone(), rows, parts, strict).map_err(|e| match e.kind() {
        Kind::Invalid => invalid("overlay_faulty", format!("Giá trị này làm gói sai.\n{}", e.message())),
        _ => e,
    })
}
