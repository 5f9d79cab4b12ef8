//! `GET services`, `GET services/{service_code}`: what can be reported. A service is a category of a type
//! that everybody may begin; its code is the category's id, with the type before it where another has that
//! id.

use std::sync::Arc;

use axum::response::Response;
use foundation::{Result, error::not_found};

use super::call::{Call, short};
use super::document::{Document, Node, text};
use crate::http::show::Desk;
use crate::service::CaseType;
use crate::workflow::{Category, Intake};

/// Whose category is meant by a bare id: a type that everybody may begin before all others.
fn owner(desk: &Desk, category: &str) -> Option<Arc<CaseType>> {
    let all = desk.types.all();
    let has = |k: &&Arc<CaseType>| k.flow.category(category).is_some();
    let public = all.iter().filter(|k| k.flow.intake == Intake::Public).find(has);
    public.or_else(|| all.iter().find(has)).cloned()
}

/// The service code of a type's category.
pub(super) fn code_of(desk: &Desk, kind: &CaseType, category: &str) -> String {
    match owner(desk, category) {
        Some(other) if other.id != kind.id => format!("{}.{category}", kind.flow.id),
        _ => category.to_owned(),
    }
}

/// The type and category of a service code.
pub(super) fn find(desk: &Desk, code: &str) -> Result<(Arc<CaseType>, Category)> {
    let kind = owner(desk, code).or_else(|| {
        let (flow, _) = code.split_once('.')?;
        desk.types.all().into_iter().find(|k| k.flow.id == flow)
    });
    let bare = code.split_once('.').map_or(code, |c| c.1);
    let found = kind.and_then(|k| {
        let category = k.flow.category(code).or_else(|| k.flow.category(bare))?.clone();
        Some((k, category))
    });
    found.ok_or_else(|| {
        let why = format!("Không có service_code «{}». Xem danh sách ở services.xml.", short(code));
        not_found("service_not_found", why)
    })
}

/// The same, where everybody may begin one.
pub(super) fn find_public(desk: &Desk, code: &str) -> Result<(Arc<CaseType>, Category)> {
    find(desk, code).and_then(|(kind, category)| match kind.flow.intake {
        Intake::Public => Ok((kind, category)),
        _ => Err(not_found(
            "service_not_found",
            format!("service_code «{}» không nhận từ ngoài.", short(code)),
        )),
    })
}

fn service(desk: &Desk, kind: &CaseType, category: &Category) -> Node {
    let group = kind.flow.group(&category.group).map_or("", |g| g.name.vi.as_str());
    Node::Fields(vec![
        ("service_code", text(&code_of(desk, kind, &category.id))),
        ("service_name", text(&category.name.vi)),
        ("description", Node::Nothing),
        ("metadata", Node::Flag(false)),
        ("type", text("realtime")),
        ("keywords", text(&category.keywords.join(", "))),
        ("group", text(group)),
    ])
}

pub(super) async fn list(call: Call) -> Response {
    call.answer(services(&call))
}

fn services(call: &Call) -> Result<Document> {
    let desk = call.desk(&call.given)?;
    let all = desk.types.all();
    let public = all.iter().filter(|k| k.flow.intake == Intake::Public);
    let items = public.flat_map(|k| k.flow.categories.iter().map(|c| service(&desk, k, c))).collect();
    Ok(Document { root: "services", node: Node::List("service", items) })
}

pub(super) async fn one(call: Call) -> Response {
    call.answer(definition(&call))
}

/// No category asks for more than the standard does, so a definition has no attributes.
fn definition(call: &Call) -> Result<Document> {
    let desk = call.desk(&call.given)?;
    let (kind, category) = find_public(&desk, &call.name)?;
    let fields = vec![
        ("service_code", text(&code_of(&desk, &kind, &category.id))),
        ("attributes", Node::List("attribute", Vec::new())),
    ];
    Ok(Document { root: "service_definition", node: Node::Fields(fields) })
}
