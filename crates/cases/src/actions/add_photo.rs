//! Add a photo to a case: looked at and cleaned at once, drawn small in a job.
//!
//! Who: whoever holds the receipt, while somebody still has to deal with it; officers who may take a step
//! there. The same picture twice is one photo, so a queue that is sent again doubles nothing. Where the
//! reporter gave no position and nobody has looked yet, the camera's is taken before it is thrown away.

use std::fmt::Write;

use foundation::{Result, error::conflict, error::forbidden};
use kit::{Context, audit};
use photos::Limits;
use serde_json::json;
use sha2::{Digest, Sha256};
use storage::jobs::{Terms, enqueue};
use units::Atlas;

use super::receive::{Position, places_at};
use super::{Acting, no_case, open, open_any};
use crate::case::{Case, CaseId, Entry, Shown, may};
use crate::events::{self, Changed};
use crate::index;
use crate::jobs::PHOTOS;
use crate::route::route;
use crate::service::Types;
use crate::store;
use crate::workflow::{Stage, Who};

/// Photos of one reporter to one case.
pub const MOST: i64 = 6;
/// Photos of one case, with those of officers.
const MOST_OF_CASE: i64 = 30;
/// What comes so soon after the report is a part of it, not another entry of the history.
const TOGETHER_S: i64 = 3600;

/// Who sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The reporter; the caller has shown the receipt.
    Reporter,
    /// An officer; `before` or `after`.
    Officer(&'static str),
}

/// The action.
#[derive(Debug, Clone)]
pub struct AddPhoto {
    /// The file as it came.
    pub bytes: Vec<u8>,
    /// Who sends it.
    pub by: By,
}

/// Where the photo is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    /// Its number in the case.
    pub n: i64,
    /// Whether it was there already.
    pub again: bool,
}

/// Whether one more may come: `of_reporter` are those the reporter sent before.
fn room(case: &Case, by: By, of_reporter: i64) -> Result<()> {
    if by == By::Reporter && !case.stage().is_open() {
        return Err(conflict("case_ended", "Vụ việc đã xử lý xong nên không nhận thêm ảnh."));
    }
    let full = match by {
        By::Reporter => of_reporter >= MOST,
        By::Officer(_) => false,
    };
    if full || case.photos >= MOST_OF_CASE {
        let most = if full { MOST } else { MOST_OF_CASE };
        return Err(conflict("case_photos_many", format!("Mỗi vụ việc nhận nhiều nhất {most} ảnh.")));
    }
    Ok(())
}

impl AddPhoto {
    /// Adds it.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Added> {
        let case = store::cases::get(&cx.db, id).await?.ok_or_else(no_case)?;
        let seen = photos::look(&self.bytes, &Limits::default())?;
        let clean = photos::clean(&self.bytes)?;
        let sha256 = Sha256::digest(&clean).iter().fold(String::new(), |mut hex, b| {
            let _ = write!(hex, "{b:02x}");
            hex
        });
        if let Some(n) = store::photos::same(&cx.db, id, &sha256).await? {
            return Ok(Added { n, again: true });
        }
        room(&case, self.by, store::photos::count(&cx.db, id, "report").await?)?;
        let camera = seen.position.map(|p| Position { lat: p.lat, lon: p.lon, accuracy_m: None });
        // What the camera says may be anything: a place outside is no fault of the reporter's.
        let placed = match camera.filter(|_| self.by == By::Reporter && case.lat.is_none()) {
            Some(at) => places_at(cx, at).await.ok().map(|(places, sure)| (at, places, sure)),
            None => None,
        };
        let name = format!("{}.{}", &sha256[..12], seen.format.ending());
        let file = cx.files.keep(&cx.db, cx.clock.as_ref(), &name, seen.format.media_type(), &clean).await?;

        let mut acting = match self.by {
            By::Reporter => open_any(cx, id, None).await?,
            By::Officer(_) => open(cx, id, None).await?,
        };
        self.demand(cx, &acting)?;
        if let Some(n) = store::photos::same_in(&mut acting.tx, id, &sha256).await? {
            return Ok(Added { n, again: true });
        }
        room(&acting.case, self.by, store::photos::count_in(&mut acting.tx, id, "report").await?)?;
        if let Some((at, places, sure)) = placed
            && acting.case.lat.is_none()
            && acting.case.stage() == Stage::New
        {
            set_position(cx, &mut acting, at, places.first().map(|p| (*p, sure)))?;
        }
        let n = acting.case.photos + 1;
        acting.case.photos = n;
        let role = match self.by {
            By::Reporter => "report",
            By::Officer(role) => role,
        };
        store::photos::add(&mut acting.tx, id, n, role, file.id, acting.now).await?;
        let terms = Terms::now(cx.clock.as_ref());
        enqueue(&mut acting.tx, cx.clock.as_ref(), PHOTOS, &json!({"case": id, "n": n}), terms).await?;
        let detail = json!({"n": n, "role": role});
        let with_report = self.by == By::Reporter
            && acting.now < acting.case.received_at.plus_seconds(TOGETHER_S)
            && acting.case.stage() == Stage::New;
        if with_report {
            acting.case.changed_at = acting.now;
            store::cases::save(&mut acting.tx, &mut acting.case).await?;
            // It may have moved to another commune, whose officers now find it.
            index::put(&mut acting.tx, &acting.case, &acting.kind).await?;
            let told = changed(&acting);
            events::publish(&mut acting.tx, acting.now, &told).await?;
            audit(&mut acting.tx, cx, "case.add_photo", &format!("case:{id}"), &detail).await?;
            acting.tx.commit().await?;
            return Ok(Added { n, again: false });
        }
        let shown = if self.by == By::Reporter { Shown::Reporter } else { Shown::Inside };
        let entry = Entry {
            action: "case.add_photo",
            deed: "photos",
            step: String::new(),
            shown,
            text: String::new(),
            detail,
        };
        match self.by {
            By::Reporter => acting.close_by_reporter(cx, &entry).await?,
            By::Officer(_) => acting.close(cx, &entry).await?,
        };
        Ok(Added { n, again: false })
    }

    fn demand(&self, cx: &Context, acting: &Acting) -> Result<()> {
        let who = [Who::Intake, Who::Handler, Who::Leader];
        match self.by {
            By::Officer(_) if !may(cx, &acting.case, &acting.kind.pack, &who) => {
                Err(forbidden("case_step_not_yours", "Bạn chưa được giao xử lý vụ việc này."))
            }
            _ => Ok(()),
        }
    }
}

/// What others are told of a photo that came with its report.
fn changed(acting: &Acting) -> Changed {
    let case = &acting.case;
    let mut units = vec![acting.before.0, acting.before.1, case.place, case.agency];
    units.sort_unstable();
    units.dedup();
    Changed {
        entry: case.entries,
        case: case.seq,
        kind: case.kind.clone(),
        deed: "photos".into(),
        units,
        received_at: case.received_at,
        solved_at: case.solved_at,
    }
}

/// Gives the case a position; its commune and the unit in charge follow, unless somebody said which it is.
fn set_position(cx: &Context, acting: &mut Acting, at: Position, guess: Option<(i64, bool)>) -> Result<()> {
    let atlas = cx.house.get::<Atlas>()?;
    let (map, root) = (atlas.map(), atlas.require_root()?);
    let case = &mut acting.case;
    (case.lat, case.lon) = (Some(at.lat), Some(at.lon));
    if let Some((place, sure)) = guess.filter(|_| !case.place_sure) {
        (case.place, case.place_sure) = (place, sure);
        let types = cx.house.get::<Types>()?;
        case.agency = route(types.as_ref(), &acting.kind, case, &map, root, acting.now);
    }
    Ok(())
}
