//! `POST /cases/{code}/handler`: who handles a case; and the people whom the page offers for it.

use axum::extract::{Form, Path};
use axum::routing::post;
use foundation::{Result, error::invalid};
use kit::{Access, Context, Permission, Route};
use web::Answer;

use super::acts::Typed;
use super::steps::after;
use crate::actions::name_handler::{NameHandler, names, own};
use crate::actions::no_case;
use crate::case::Case;
use crate::http::show::{Choice, number_of};
use crate::service::CaseType;

pub(in crate::http) fn routes() -> Vec<Route> {
    vec![Route::post("/cases/{code}/handler", Access::Needs(Permission::ReadInternal), post(name))]
}

/// Who handles a case, and what the reader may change of it.
#[derive(Debug, Default)]
pub(crate) struct Hands {
    /// The name of whoever does; `None` when nobody was named.
    pub name: Option<String>,
    /// Whom the reader may name, with nobody first; empty when they may not.
    pub people: Vec<Choice>,
    /// Their own account, where they may take the case for themselves.
    pub takes: Option<String>,
    /// Whether it is theirs to lay down.
    pub lays_down: bool,
}

/// What `cx` sees of it.
pub(crate) async fn hands(cx: &Context, case: &Case, kind: &CaseType) -> Result<Hands> {
    let name = match case.handler {
        Some(id) => cx.house.name_of(&format!("account:{id}")).await?,
        None => None,
    };
    if !case.stage().is_open() {
        return Ok(Hands { name, ..Hands::default() });
    }
    let mut people = Vec::new();
    if names(cx, case, &kind.pack) {
        let all = cx.house.holders(Permission::HandleCases, case.agency, &kind.pack).await?;
        if !all.is_empty() {
            let nobody = cx.t("case-handler-nobody");
            people.push(Choice { value: String::new(), label: nobody, chosen: case.handler.is_none() });
        }
        people.extend(all.into_iter().map(|p| Choice {
            value: p.id.to_string(),
            label: p.name,
            chosen: case.handler == Some(p.id),
        }));
    }
    let me = own(cx, case, &kind.pack);
    Ok(Hands {
        name,
        takes: me.filter(|_| case.handler.is_none()).map(|id| id.to_string()),
        lays_down: me.is_some() && case.handler == me,
        people,
    })
}

async fn name(cx: Context, Path(code): Path<String>, Form(typed): Form<Typed>) -> Answer {
    let id = number_of(&code).ok_or_else(no_case)?;
    let text = typed.get("text").to_owned();
    let handler = match typed.some("handler") {
        None => Ok(None),
        Some(id) => id.parse().map(Some).map_err(|_| invalid("case_handler", "Hãy chọn người xử lý.")),
    };
    let done = match handler {
        Ok(handler) => NameHandler { handler, text: text.clone(), seen: typed.seen() }.run(&cx, id).await,
        Err(e) => Err(e),
    };
    after(&cx, &code, done, "case-done", text).await
}
