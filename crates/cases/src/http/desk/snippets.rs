//! Texts that are written often, offered in the forms of answers: of the unit in charge, of what lies above
//! it, of the case's place. With a script a click puts one in; without, the form goes by way of the server.

use foundation::Result;
use kit::Context;

use crate::case::Case;
use crate::http::show::Desk;
use crate::service::CaseType;
use crate::store::desk::{self, Snippet};
use crate::workflow::Deed;

/// Whether the form of a step offers them: where words go to the reporter, or to whoever approves them.
pub(super) fn offers(does: Deed) -> bool {
    matches!(
        does,
        Deed::Propose
            | Deed::Approve
            | Deed::Tell
            | Deed::Ask
            | Deed::Refuse
            | Deed::PassOut
            | Deed::SendBack
    )
}

/// Those that the reader is offered on a case.
pub(super) async fn of(cx: &Context, desk: &Desk, case: &Case, kind: &CaseType) -> Result<Vec<Snippet>> {
    let place = desk.map.on(case.agency, desk.today).and_then(|v| v.place);
    let mut units = vec![case.agency, case.place, desk.root];
    units.extend(place);
    units.retain(|u| cx.scope.reads(*u, &kind.pack));
    desk::snippets(&cx.db, units).await
}

/// What was typed, and the chosen text after it.
pub(super) async fn into(cx: &Context, code: &str, typed: &str, chosen: &str) -> Result<String> {
    let desk = Desk::open(cx)?;
    let (_, case, kind) = super::case::find(cx, &desk, code).await?;
    let all = of(cx, &desk, &case, &kind).await?;
    let text = all.iter().find(|s| s.id.to_string() == chosen).map_or("", |s| s.text.as_str());
    Ok([typed, text].iter().filter(|t| !t.is_empty()).copied().collect::<Vec<_>>().join("\n"))
}
