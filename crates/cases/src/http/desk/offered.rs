//! Which acts beside the steps a reader is offered on a case, and what their forms choose from.

use kit::{Context, Permission};

use crate::case::{Case, may};
use crate::clock::{ClockKind, Hand};
use crate::http::show::{Choice, Desk};
use crate::service::CaseType;
use crate::workflow::Who;

/// The acts.
#[derive(Debug, Default)]
pub(crate) struct Acts {
    pub classify: bool,
    pub ask: bool,
    pub extend: bool,
    pub direct: bool,
    pub moderate: bool,
    pub merge: bool,
    pub categories: Vec<Choice>,
    pub severities: Vec<Choice>,
    pub places: Vec<Choice>,
    pub agencies: Vec<Choice>,
}

impl Acts {
    /// Whether there is none.
    pub fn none(&self) -> bool {
        !(self.classify || self.ask || self.extend || self.direct || self.moderate || self.merge)
    }
}

fn choice(value: String, label: String, chosen: bool) -> Choice {
    Choice { value, label, chosen }
}

/// What `cx` is offered.
pub(crate) fn acts(cx: &Context, desk: &Desk, case: &Case, kind: &CaseType, waits: bool) -> Acts {
    let flow = &kind.flow;
    let open = case.stage().is_open();
    let may = |who: &[Who]| may(cx, case, &kind.pack, who);
    let (intake, handler) = (may(&[Who::Intake]), may(&[Who::Handler]));
    let at = |unit| cx.scope.allows(Permission::DirectCases, unit, &kind.pack);
    let runs = case
        .clocks()
        .is_ok_and(|c| matches!(c.hand(ClockKind::Solution), Hand::Running { due } if desk.now <= due));
    let mut acts = Acts {
        classify: open && (intake || handler),
        ask: open && (intake || handler),
        extend: handler && runs && !waits,
        direct: open && (at(case.agency) || at(case.place)),
        moderate: intake && flow.open,
        merge: open && (intake || handler),
        ..Acts::default()
    };
    if acts.none() {
        return acts;
    }
    let lang = cx.lang;
    acts.categories = flow
        .categories
        .iter()
        .map(|c| choice(c.id.clone(), c.name.get(lang).to_owned(), c.id == case.category))
        .collect();
    acts.severities = flow
        .severities
        .iter()
        .map(|s| choice(s.id.clone(), s.name.get(lang).to_owned(), s.id == case.severity))
        .collect();
    acts.places = vec![choice(desk.root.to_string(), desk.name(desk.root), case.place == desk.root)];
    acts.places.extend(desk.communes(&case.place.to_string()));
    acts.agencies = desk.receivers(case.place, Some(case.agency));
    acts
}
