//! Photos by officers: before and after the work, and with an answer; also from a telephone in the field.
//!
//! Who: a handler of the agency in charge, or the intake desk, while somebody still has to deal with the
//! case; with a step ([`StepWithPhotos`]) whoever may take it. They are cleaned and drawn like those of
//! reporters. One that is bad refuses all, so that nobody believes to have sent what is not there. Who added
//! a photo is kept as an id that officers alone read. Everybody sees those of the solution once the answer is
//! approved (`step.rs`), never before.

use foundation::{Error, Result, error::conflict, error::forbidden, error::invalid};
use kit::Context;
use serde_json::json;
use uuid::Uuid;

use super::add_photo::{Cleaned, MOST, put, room};
use super::step::TakeStep;
use super::{Acting, no_case, open};
use crate::case::{Case, CaseId, Entry, Shown, may};
use crate::service::{CaseType, Types};
use crate::store;
use crate::workflow::Who;

/// Who adds photos outside a step.
pub const WHO: [Who; 2] = [Who::Handler, Who::Intake];

/// What an officer's photo shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Before the work.
    Before,
    /// After it.
    After,
    /// What belongs to the answer.
    Answer,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 3] = [Role::Before, Role::After, Role::Answer];

    /// Its name in the table and in forms.
    pub fn name(self) -> &'static str {
        match self {
            Role::Before => "before",
            Role::After => "after",
            Role::Answer => "answer",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|r| r.name() == name)
    }
}

/// Adds photos.
#[derive(Debug, Clone)]
pub struct OfficerPhotos {
    /// The files as they came.
    pub photos: Vec<Vec<u8>>,
    /// What they show.
    pub role: Role,
}

/// Takes a step with photos.
#[derive(Debug, Clone)]
pub struct StepWithPhotos {
    /// The step.
    pub step: TakeStep,
    /// The files as they came; none is the step alone.
    pub photos: Vec<Vec<u8>>,
    /// What they show.
    pub role: Role,
}

/// A photo that is kept as a file and in no case yet.
pub(super) struct Ready {
    sha256: String,
    file: Uuid,
}

/// Cleans the photos of a form, then keeps those that the case has not. Only for who may add them.
async fn prepare(cx: &Context, case: &Case, photos: &[Vec<u8>]) -> Result<Vec<Ready>> {
    if photos.len() as i64 > MOST {
        return Err(invalid("case_photos_form", format!("Mỗi lần gửi nhiều nhất {MOST} ảnh.")));
    }
    room(case, photos.len() as i64)?;
    let named = |(i, bytes): (usize, &Vec<u8>)| {
        Cleaned::of(bytes)
            .map_err(|e| Error::new(e.kind(), e.code(), format!("Ảnh {}: {}", i + 1, e.message())))
    };
    let cleaned = photos.iter().enumerate().map(named).collect::<Result<Vec<Cleaned>>>()?;
    let mut ready: Vec<Ready> = Vec::new();
    for photo in cleaned {
        let known = ready.iter().any(|r| r.sha256 == photo.sha256)
            || store::photos::same(&cx.db, case.seq, &photo.sha256).await?.is_some();
        if !known {
            let file = photo.keep(cx).await?;
            ready.push(Ready { sha256: photo.sha256, file });
        }
    }
    Ok(ready)
}

/// Puts what is ready into the case that is being changed; the numbers of what it had not.
pub(super) async fn attach(
    cx: &Context,
    acting: &mut Acting,
    ready: &[Ready],
    role: Role,
) -> Result<Vec<i64>> {
    room(&acting.case, ready.len() as i64)?;
    let by = cx.actor.audit_name();
    let mut all = Vec::new();
    for photo in ready {
        if store::photos::same_in(&mut acting.tx, acting.case.seq, &photo.sha256).await?.is_none() {
            all.push(put(cx, acting, role.name(), photo.file, &by).await?);
        }
    }
    Ok(all)
}

fn demand(cx: &Context, case: &Case, kind: &CaseType) -> Result<()> {
    if !may(cx, case, &kind.pack, &WHO) {
        return Err(forbidden("case_step_not_yours", "Bạn chưa được giao xử lý vụ việc này."));
    }
    match case.stage().is_open() {
        true => Ok(()),
        false => Err(conflict("case_ended", "Vụ việc đã xử lý xong nên không nhận thêm ảnh.")),
    }
}

/// The case as it is, within the actor's scope: who may not add photos leaves no file behind.
async fn peek(cx: &Context, id: CaseId) -> Result<(Case, std::sync::Arc<CaseType>)> {
    let case = store::cases::get(&cx.db, id).await?.ok_or_else(no_case)?;
    let kind = cx.house.get::<Types>()?.get(&case.kind)?;
    match case.is_read_by(&cx.scope, &kind.pack) {
        true => Ok((case, kind)),
        false => Err(no_case()),
    }
}

impl OfficerPhotos {
    /// Whether the actor may add photos to a case; asked before the files are read.
    pub async fn admit(cx: &Context, id: CaseId) -> Result<()> {
        let (case, kind) = peek(cx, id).await?;
        demand(cx, &case, &kind)
    }

    /// Adds them.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Case> {
        let (case, kind) = peek(cx, id).await?;
        demand(cx, &case, &kind)?;
        if self.photos.is_empty() {
            return Err(invalid("case_photo", "Hãy chọn ít nhất một ảnh."));
        }
        let ready = prepare(cx, &case, &self.photos).await?;
        let mut acting = open(cx, id, None).await?;
        demand(cx, &acting.case, &acting.kind)?;
        let added = attach(cx, &mut acting, &ready, self.role).await?;
        if added.is_empty() {
            return Err(conflict("case_photo_again", "Vụ việc đã có ảnh này rồi."));
        }
        let entry = Entry {
            action: "case.add_photo",
            deed: "photos",
            step: String::new(),
            shown: Shown::Inside,
            text: String::new(),
            detail: json!({"photos": added, "role": self.role.name()}),
        };
        acting.close(cx, &entry).await
    }
}

impl StepWithPhotos {
    /// Takes the step; the photos and the step together, or neither.
    pub async fn run(self, cx: &Context, id: CaseId) -> Result<Case> {
        let ready = match self.photos.is_empty() {
            true => Vec::new(),
            false => {
                let (case, kind) = peek(cx, id).await?;
                self.step.demand(cx, &case, &kind)?;
                prepare(cx, &case, &self.photos).await?
            }
        };
        self.step.with(cx, id, &ready, self.role).await
    }
}
