//! Apply packs: from a folder, or those of the program, into versioned rows.
//!
//! Who: the program when it starts, an administrator at the command line. All or nothing, in one transaction.
//! A pack that is gone from a whole source is closed, never deleted; what the place changed is kept and set
//! on top. The same thing twice changes nothing.

use std::sync::Arc;

use foundation::Result;
use kit::{Context, PackPart};
use serde_json::json;

use super::{Before, Change, Doing, Plan, Report, carry_out, print};
use crate::check;
use crate::overlay::standings;
use crate::source::Source;

/// Whether to write although nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum When {
    /// Only when files, overlay or the program's parts changed.
    #[default]
    Changed,
    /// In any case: the parts write all their rows again.
    Always,
}

/// Applies the packs of `source` with the place's own values on top.
///
/// Errors: `packs_faulty` with the first faults ([`check()`](crate::check()) tells all); `packs_moved` when
/// another process applied meanwhile.
pub async fn apply(cx: &Context, source: &Source, parts: &[Arc<dyn PackPart>]) -> Result<Report> {
    apply_when(cx, source, parts, When::Changed).await
}

/// [`apply`], and whether to write although nothing changed.
pub async fn apply_when(
    cx: &Context,
    source: &Source,
    parts: &[Arc<dyn PackPart>],
    when: When,
) -> Result<Report> {
    if !source.faults.is_empty() || source.packs.is_empty() {
        return Err(check::refusal(&check::check(source, parts)));
    }
    let before = Before::read(&cx.db).await?;
    let mut packs = source.packs.clone();
    if !source.whole {
        // One pack's folder: the others stay as they were applied.
        packs.extend(
            before.files.iter().filter(|f| packs.iter().all(|p| p.id != f.id)).cloned().collect::<Vec<_>>(),
        );
        packs.sort_by(|a, b| a.id.cmp(&b.id));
    }
    // What was applied was checked then: a program that starts with nothing new does not check again.
    let now = print(&packs, before.overlays.iter(), parts);
    if before.print.as_deref() == Some(now.as_str()) && when == When::Changed {
        let same = packs.iter().map(|p| (p.id.clone(), Change::Same)).collect();
        let overlays = standings(&packs, before.overlays);
        return Ok(Report { changed: false, packs: same, rows: 0, overlays });
    }
    let plan = Plan::make(packs, before.overlays.clone(), parts, false)?;
    let doing = Doing { action: "packs.apply", subject: "packs", detail: json!({}), remove: None };
    carry_out(cx, &before, plan, parts, doing).await
}
