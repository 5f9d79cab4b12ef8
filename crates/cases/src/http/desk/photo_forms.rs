//! Photos on the page of a case: what is shown of them, and which steps take them along.

use foundation::Result;
use kit::Context;

use super::case::PhotoShown;
use crate::actions::officer_photos::Role;
use crate::case::CaseId;
use crate::http::show::Choice;
use crate::store;
use crate::store::photos::REPORT;
use crate::workflow::{Deed, Need, Step, Who};

/// Whether the form of a step takes photos: where it asks for one, where an answer is drafted, where whoever
/// handles the case ends it.
pub(super) fn offers(step: &Step) -> bool {
    let ends = step.does == Deed::Close && step.who.contains(&Who::Handler);
    step.needs.contains(&Need::Photo) || step.does == Deed::Propose || ends
}

/// Whether photos of this role belong to the solution.
pub(super) fn of_solution(role: &str) -> bool {
    [Role::After, Role::Answer].iter().any(|r| r.name() == role)
}

fn choices(cx: &Context, roles: &[Role]) -> Vec<Choice> {
    let one = |r: &Role| Choice {
        value: r.name().to_owned(),
        label: cx.t(&format!("case-photo-{}", r.name())),
        chosen: false,
    };
    roles.iter().map(one).collect()
}

/// What photos with a step may show.
pub(super) fn roles(cx: &Context) -> Vec<Choice> {
    choices(cx, &[Role::After, Role::Answer])
}

/// What photos may show that are added by themselves.
pub(super) fn all_roles(cx: &Context) -> Vec<Choice> {
    choices(cx, &[Role::Before, Role::After])
}

/// The photos of a case for officers.
pub(super) async fn shown(cx: &Context, id: CaseId, code: &str) -> Result<Vec<PhotoShown>> {
    let mut all = Vec::new();
    for photo in store::photos::of(&cx.db, id).await? {
        let by = match photo.role == REPORT {
            true => None,
            false => cx.house.name_of(&photo.added_by).await?,
        };
        all.push(PhotoShown {
            n: photo.n,
            shown: photo.shown,
            link: format!("/cases/{code}/photos/{}?size=screen", photo.n),
            thumb: format!("/cases/{code}/photos/{}", photo.n),
            alt: format!("{} {}", cx.t(&format!("case-photo-{}", photo.role)), photo.n),
            role: photo.role,
            by,
        });
    }
    Ok(all)
}
