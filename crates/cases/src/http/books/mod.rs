//! Pages of the books.

pub(in crate::http) mod days;
pub(in crate::http) mod entry;
pub(in crate::http) mod list;
pub(in crate::http) mod report;

use foundation::{Date, Lang, Result};
use kit::{Context, Permission, UnitId};

use crate::actions::books::allowed;
use crate::books::register::{DENUNCIATION, Entry, day};
use crate::http::desk::shift::own_units;
use crate::http::show::{Choice, Desk};

/// A day as people read it.
fn shown_day(lang: Lang, date: Date) -> String {
    match lang {
        Lang::Vi => date.vi(),
        Lang::En => date.en(),
    }
}

fn shown_days(lang: Lang, written: Option<i64>) -> String {
    written.map_or(String::new(), |d| shown_day(lang, day(d)))
}

/// The units into whose books the reader writes; places first.
fn writes_for(cx: &Context, desk: &Desk) -> Result<Vec<UnitId>> {
    let mut own = own_units(cx, desk);
    let mut all = Vec::new();
    if allowed(cx, Permission::TakeInCases, desk.root)? {
        all.push(desk.root);
    }
    own.retain(|u| *u != desk.root);
    for unit in own {
        if allowed(cx, Permission::TakeInCases, unit)? {
            all.push(unit);
        }
    }
    Ok(all)
}

fn choose(value: &str, label: String, now: &str) -> Choice {
    Choice { value: value.to_owned(), label, chosen: value == now }
}

/// What of a line its reader may know.
struct Knows {
    /// What a denunciation says.
    matter: bool,
    /// Who wrote or came, without asking.
    person: bool,
    /// Who made a denunciation, when they ask.
    ask: bool,
}

fn knows(cx: &Context, entry: &Entry) -> Result<Knows> {
    let secret = entry.kind == DENUNCIATION;
    let at = |permission| allowed(cx, permission, entry.unit);
    let reporter = at(Permission::ReadReporter)?;
    let matter = !secret
        || reporter
        || at(Permission::TakeInCases)?
        || at(Permission::ApproveAnswers)?
        || at(Permission::DirectCases)?;
    Ok(Knows { matter, person: reporter && !secret, ask: reporter && secret })
}
