//! Add a reporter's photo to a case: looked at and cleaned at once, drawn small in a job. Those of officers
//! are `actions::officer_photos`.
//!
//! Who: whoever holds the receipt, while somebody still has to deal with it. The same picture twice is one
//! photo, so a queue that is sent again doubles nothing. Where the reporter gave no position and nobody has
//! looked yet, the camera's is taken before it is thrown away.

use std::fmt::Write;

use foundation::{Result, error::conflict};
use kit::{Context, audit};
use photos::Limits;
use serde_json::json;
use sha2::{Digest, Sha256};
use storage::jobs::{Terms, enqueue};
use units::Atlas;
use uuid::Uuid;

use super::receive::{Position, places_at};
use super::{Acting, no_case, open_any};
use crate::case::{Case, CaseId, Entry, Shown};
use crate::events::{self, Changed};
use crate::index;
use crate::jobs::PHOTOS;
use crate::route::route;
use crate::service::Types;
use crate::store;
use crate::store::photos::REPORT;
use crate::workflow::Stage;

/// Photos of one reporter to one case.
pub const MOST: i64 = 6;
/// Photos of one case, with those of officers.
const MOST_OF_CASE: i64 = 30;
/// What comes so soon after the report is a part of it, not another entry of the history.
const TOGETHER_S: i64 = 3600;

/// The action; the caller has shown the receipt.
#[derive(Debug, Clone)]
pub struct AddPhoto {
    /// The file as it came.
    pub bytes: Vec<u8>,
}

/// Where the photo is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    /// Its number in the case.
    pub n: i64,
    /// Whether it was there already.
    pub again: bool,
}

/// A photo without metadata; it is in no case yet.
pub(super) struct Cleaned {
    bytes: Vec<u8>,
    format: photos::Format,
    /// By which the same picture is known again.
    pub sha256: String,
    /// Where the camera was, as it says.
    position: Option<Position>,
}

impl Cleaned {
    /// Looks at what came. Errors say what is wrong with it.
    pub(super) fn of(bytes: &[u8]) -> Result<Cleaned> {
        let seen = photos::look(bytes, &Limits::default())?;
        let clean = photos::clean(bytes)?;
        let sha256 = Sha256::digest(&clean).iter().fold(String::new(), |mut hex, b| {
            let _ = write!(hex, "{b:02x}");
            hex
        });
        let position = seen.position.map(|p| Position { lat: p.lat, lon: p.lon, accuracy_m: None });
        Ok(Cleaned { bytes: clean, format: seen.format, sha256, position })
    }

    /// Keeps it as a file.
    pub async fn keep(&self, cx: &Context) -> Result<Uuid> {
        let name = format!("{}.{}", &self.sha256[..12], self.format.ending());
        let kind = self.format.media_type();
        Ok(cx.files.keep(&cx.db, cx.clock.as_ref(), &name, kind, &self.bytes).await?.id)
    }
}

/// Whether a case takes `more` photos.
pub(super) fn room(case: &Case, more: i64) -> Result<()> {
    match case.photos + more > MOST_OF_CASE {
        true => Err(many(MOST_OF_CASE)),
        false => Ok(()),
    }
}

fn many(most: i64) -> foundation::Error {
    conflict("case_photos_many", format!("Mỗi vụ việc nhận nhiều nhất {most} ảnh."))
}

/// Whether one more of the reporter's may come; `sent` are those before.
fn room_of_reporter(case: &Case, sent: i64) -> Result<()> {
    if !case.stage().is_open() {
        return Err(conflict("case_ended", "Vụ việc đã xử lý xong nên không nhận thêm ảnh."));
    }
    if sent >= MOST {
        return Err(many(MOST));
    }
    room(case, 1)
}

/// Puts a kept file into a case as its next photo, to be drawn; `by` as in the audit log. Its number.
pub(super) async fn put(cx: &Context, acting: &mut Acting, role: &str, file: Uuid, by: &str) -> Result<i64> {
    acting.case.photos += 1;
    let (id, n) = (acting.case.seq, acting.case.photos);
    store::photos::add(&mut acting.tx, id, n, role, file, acting.now, by).await?;
    let terms = Terms::now(cx.clock.as_ref());
    enqueue(&mut acting.tx, cx.clock.as_ref(), PHOTOS, &json!({"case": id, "n": n}), terms).await?;
    Ok(n)
}

impl AddPhoto {
    /// Adds it.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Added> {
        let case = store::cases::get(&cx.db, id).await?.ok_or_else(no_case)?;
        let photo = Cleaned::of(&self.bytes)?;
        if let Some(n) = store::photos::same(&cx.db, id, &photo.sha256).await? {
            return Ok(Added { n, again: true });
        }
        room_of_reporter(&case, store::photos::count(&cx.db, id, REPORT).await?)?;
        // What the camera says may be anything: a place outside is no fault of the reporter's.
        let placed = match photo.position.filter(|_| case.lat.is_none()) {
            Some(at) => places_at(cx, at).await.ok().map(|(places, sure)| (at, places, sure)),
            None => None,
        };
        let file = photo.keep(cx).await?;

        let mut acting = open_any(cx, id, None).await?;
        if let Some(n) = store::photos::same_in(&mut acting.tx, id, &photo.sha256).await? {
            return Ok(Added { n, again: true });
        }
        room_of_reporter(&acting.case, store::photos::count_in(&mut acting.tx, id, REPORT).await?)?;
        if let Some((at, places, sure)) = placed
            && acting.case.lat.is_none()
            && acting.case.stage() == Stage::New
        {
            set_position(cx, &mut acting, at, places.first().map(|p| (*p, sure)))?;
        }
        let n = put(cx, &mut acting, REPORT, file, "reporter").await?;
        let detail = json!({"n": n, "role": REPORT});
        let with_report = acting.now < acting.case.received_at.plus_seconds(TOGETHER_S)
            && acting.case.stage() == Stage::New;
        if with_report {
            acting.case.changed_at = acting.now;
            acting.save().await?;
            // It may have moved to another commune, whose officers now find it.
            index::put(&mut acting.tx, &acting.case, &acting.kind).await?;
            let told = changed(&acting);
            events::publish(&mut acting.tx, acting.now, &told).await?;
            audit(&mut acting.tx, cx, "case.add_photo", &format!("case:{id}"), &detail).await?;
            acting.tx.commit().await?;
            return Ok(Added { n, again: false });
        }
        let entry = Entry {
            action: "case.add_photo",
            deed: "photos",
            step: String::new(),
            shown: Shown::Reporter,
            text: String::new(),
            detail,
        };
        acting.close_by_reporter(cx, &entry).await?;
        Ok(Added { n, again: false })
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
