//! Figures and units as subjects: `indicator:CODE/UNIT`, `unit:UNIT`.

use foundation::Date;
use kit::{Context, Link, Offers, Subject, UnitId};

use crate::engine::Engine;

/// What stands before a figure.
const FIGURE: &str = "indicator:";
/// What stands before a unit.
const UNIT: &str = "unit:";

/// A figure as a subject.
pub(crate) fn figure(code: &str, unit: UnitId, title: String) -> Subject {
    Subject { source: format!("{FIGURE}{code}/{unit}"), title, unit }
}

/// A unit as a subject.
pub(crate) fn unit(unit: UnitId, title: String) -> Subject {
    Subject { source: format!("{UNIT}{unit}"), title, unit }
}

/// Where figures and units are found.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subjects;

impl Offers for Subjects {
    fn found(&self, cx: &Context, source: &str) -> Option<Link> {
        let engine = cx.house.get::<Engine>().ok()?;
        let atlas = engine.atlas();
        let (map, root, today) = (atlas.map(), atlas.root()?, Date::of(cx.clock.now()));
        let place = |written: &str| {
            let unit: UnitId = written.parse().ok()?;
            map.is_within(unit, root, today).then(|| (unit, map.name(unit, today)))
        };
        if let Some(written) = source.strip_prefix(UNIT) {
            let (unit, name) = place(written)?;
            return Some(Link { label: name, href: format!("/units/{unit}") });
        }
        let (code, written) = source.strip_prefix(FIGURE)?.split_once('/')?;
        let (unit, name) = place(written)?;
        let catalogue = engine.catalogue();
        let indicator = catalogue.code(code)?;
        let seen = indicator.is_public() || cx.scope.reads(unit, &indicator.pack);
        seen.then(|| Link {
            label: format!("{} · {name}", indicator.def.name.get(cx.lang)),
            href: format!("/indicators/{}?unit={unit}", indicator.code),
        })
    }
}
