//! A task may be given about anything that a page shows: who directs at its unit is offered the form, begun.

use kit::http::url_encode;
use kit::{Context, Link, Offers, Permission, Subject};

use crate::service::Types;
use crate::workflow::Intake;

/// The type of tasks, in whichever pack it is.
const TASK: &str = "task";
/// No title is longer.
const TITLE: usize = 200;

/// Offers tasks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tasks;

impl Offers for Tasks {
    fn acts(&self, cx: &Context, subject: &Subject) -> Vec<Link> {
        let Ok(types) = cx.house.get::<Types>() else { return Vec::new() };
        let may = types.all().into_iter().find(|k| {
            k.flow.id == TASK
                && k.flow.intake == Intake::Inside
                && cx.scope.allows(Permission::DirectCases, subject.unit, &k.pack)
        });
        let Some(kind) = may else { return Vec::new() };
        let title: String = subject.title.chars().take(TITLE).collect();
        vec![Link {
            label: cx.t("case-give-task"),
            href: format!(
                "/cases/new?kind={}&title={}&source={}&place={}",
                url_encode(&kind.id),
                url_encode(&title),
                url_encode(&subject.source),
                subject.unit
            ),
        }]
    }
}
