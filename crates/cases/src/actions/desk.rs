//! What the desk keeps for itself: views, texts that are written often, shifts.
//!
//! Who: a view is one's own; a text belongs to an agency whose cases the actor handles or takes in; a shift
//! is handed over by whoever takes in or handles cases there, and taken by somebody else.

use foundation::{Result, error::conflict, error::forbidden, error::invalid};
use kit::{Actor, Context, Permission, UnitId, audit};
use serde_json::json;
use uuid::Uuid;

use super::receive::clean;
use crate::store::desk::{self, Shift, Snippet};

/// Keeps a view of the list, or forgets it when `query` is `None`.
#[derive(Debug, Clone)]
pub struct KeepView {
    /// Its name.
    pub name: String,
    /// What stands behind `/cases?`.
    pub query: Option<String>,
}

/// Keeps a text.
#[derive(Debug, Clone)]
pub struct KeepSnippet {
    /// Of which agency.
    pub unit: UnitId,
    /// Its name.
    pub name: String,
    /// Its words.
    pub text: String,
}

/// Forgets a text.
#[derive(Debug, Clone)]
pub struct DropSnippet {
    /// Which.
    pub id: Uuid,
    /// The agencies of the actor.
    pub units: Vec<UnitId>,
}

/// Hands a shift over.
#[derive(Debug, Clone)]
pub struct HandOver {
    /// Where.
    pub unit: UnitId,
    /// What the next one must know.
    pub remarks: String,
    /// What is open.
    pub counts: serde_json::Value,
}

/// Takes a shift.
#[derive(Debug, Clone)]
pub struct TakeOver {
    /// Which.
    pub id: Uuid,
}

fn account(cx: &Context) -> Result<Uuid> {
    match &cx.actor {
        Actor::Person { id, .. } => Ok(*id),
        _ => Err(forbidden("case_person", "Việc này dành cho tài khoản của người.")),
    }
}

/// Whether the actor works on cases at a unit, in any pack that has cases.
pub fn works_at(cx: &Context, unit: UnitId) -> Result<bool> {
    let types = cx.house.get::<crate::service::Types>()?.all();
    let works = [Permission::TakeInCases, Permission::HandleCases];
    Ok(types.iter().any(|k| works.iter().any(|p| cx.scope.allows(*p, unit, &k.pack))))
}

fn demand(cx: &Context, unit: UnitId) -> Result<()> {
    match works_at(cx, unit)? {
        true => Ok(()),
        false => Err(forbidden("case_step_not_yours", "Bạn chưa được giao việc ở đơn vị này.")),
    }
}

impl KeepView {
    /// Keeps or forgets it.
    pub async fn run(self, cx: &Context) -> Result<()> {
        let account = account(cx)?;
        let name = clean(&self.name, 60, "Tên")?;
        if name.is_empty() {
            return Err(invalid("case_view_name", "Hãy đặt tên cho danh sách này."));
        }
        let mut tx = cx.db.begin().await?;
        match &self.query {
            Some(query) => desk::keep_view(&mut tx, account, &name, &clean(query, 500, "Bộ lọc")?).await?,
            None => desk::drop_view(&mut tx, account, &name).await?,
        }
        tx.commit().await
    }
}

impl KeepSnippet {
    /// Keeps it.
    pub async fn run(self, cx: &Context) -> Result<Uuid> {
        demand(cx, self.unit)?;
        let (name, text) = (clean(&self.name, 80, "Tên")?, clean(&self.text, 2_000, "Nội dung")?);
        if name.is_empty() || text.is_empty() {
            return Err(invalid("case_snippet_empty", "Hãy ghi tên và nội dung của mẫu."));
        }
        let id = foundation::new_id();
        let mut tx = cx.db.begin().await?;
        let snippet = Snippet { id, unit: self.unit, name, text };
        desk::keep_snippet(&mut tx, &snippet, &cx.actor.audit_name(), cx.clock.now()).await?;
        audit(&mut tx, cx, "case.snippet", &format!("unit:{}", self.unit), &json!({"id": id})).await?;
        tx.commit().await?;
        Ok(id)
    }
}

impl DropSnippet {
    /// Forgets it.
    pub async fn run(self, cx: &Context) -> Result<()> {
        let mut tx = cx.db.begin().await?;
        if !desk::drop_snippet(&mut tx, self.id, self.units).await? {
            return Err(conflict("case_snippet_gone", "Mẫu này không còn, hoặc thuộc đơn vị khác."));
        }
        audit(&mut tx, cx, "case.snippet_drop", &format!("snippet:{}", self.id), &json!({})).await?;
        tx.commit().await
    }
}

impl HandOver {
    /// Hands it over.
    pub async fn run(self, cx: &Context) -> Result<()> {
        demand(cx, self.unit)?;
        let shift = Shift {
            id: foundation::new_id(),
            unit: self.unit,
            handed_by: cx.actor.audit_name(),
            handed_at: cx.clock.now(),
            remarks: clean(&self.remarks, 4_000, "Nội dung bàn giao")?,
            counts: self.counts,
            taken_by: None,
            taken_at: None,
        };
        let mut tx = cx.db.begin().await?;
        desk::hand_over(&mut tx, &shift).await?;
        audit(&mut tx, cx, "case.hand_over", &format!("unit:{}", self.unit), &shift.counts).await?;
        tx.commit().await
    }
}

impl TakeOver {
    /// Takes it. Whoever handed it over does not take it.
    pub async fn run(self, cx: &Context, unit: UnitId) -> Result<()> {
        demand(cx, unit)?;
        let mut tx = cx.db.begin().await?;
        if !desk::take_over(&mut tx, self.id, &cx.actor.audit_name(), cx.clock.now()).await? {
            let why = "Ca này đã có người nhận, hoặc do chính bạn bàn giao.";
            return Err(conflict("case_shift_taken", why));
        }
        audit(&mut tx, cx, "case.take_over", &format!("unit:{unit}"), &json!({"id": self.id})).await?;
        tx.commit().await
    }
}
