//! `/notices/settings`: how one is told.

use askama::Template;
use axum::Form;
use foundation::{Result, TimeOfDay};
use http::StatusCode;
use kit::Context;
use kit::http::redirect_with;
use web::{Answer, Page};

use crate::actions::choose::Choose;
use crate::actions::own;
use crate::book::Tongue;
use crate::channel::Via;
use crate::habits::{Habits, NIGHT, Quiet};
use crate::http::{Tab, own_page, tabs, told, way};
use crate::kinds::{KINDS, Kind};
use crate::office::Office;
use crate::store::habits;

struct Cell {
    name: String,
    label: String,
    possible: bool,
    chosen: bool,
}

struct Row {
    label: String,
    cells: Vec<Cell>,
}

struct Choice {
    value: &'static str,
    label: &'static str,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "notice_settings.html")]
struct SettingsPage {
    page: Page,
    tabs: Vec<Tab>,
    fault: Option<String>,
    ways: Vec<String>,
    rows: Vec<Row>,
    tongues: Vec<Choice>,
    daily: bool,
    quiet: bool,
    from: String,
    to: String,
    /// With what browsers subscribe; none where no messages go to them.
    push: Option<String>,
    who: String,
}

/// The kinds that somebody who works here chooses among.
fn kinds() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().filter(|k| k.staff && !k.always)
}

fn ways(cx: &Context) -> Result<Vec<Via>> {
    let office = cx.house.get::<Office>()?;
    Ok(Via::ALL.into_iter().filter(|via| office.offers(*via)).collect())
}

/// What stands in the form for a kind and way: `case.assigned/email`.
fn field(kind: &str, via: Via) -> String {
    format!("{kind}/{}", via.name())
}

async fn view(cx: &Context, habits: Habits, status: StatusCode, fault: Option<String>) -> Answer {
    let ways = ways(cx)?;
    let cell = |kind: &Kind, via: Via, label: &str| Cell {
        name: field(kind.name, via),
        label: format!("{label}, {}", way(cx, via)),
        possible: kind.possible.contains(&via),
        chosen: habits.wants(kind, via),
    };
    let row = |kind: &'static Kind| {
        let label = cx.t(&kind.word());
        let cells = ways.iter().map(|via| cell(kind, *via, &label)).collect();
        Row { label, cells }
    };
    let quiet = habits.quiet.unwrap_or(NIGHT);
    let tongue = |t: Tongue| Choice {
        value: t.tag(),
        label: t.own_name(),
        chosen: habits.tongue.unwrap_or_default() == t,
    };
    let page = SettingsPage {
        page: cx.page(cx.t("notices-settings"))?,
        tabs: tabs(cx),
        fault,
        rows: kinds().map(row).collect(),
        tongues: Tongue::ALL.into_iter().map(tongue).collect(),
        daily: habits.daily,
        quiet: habits.quiet.is_some(),
        from: quiet.from.show(),
        to: quiet.to.show(),
        push: cx.house.get::<Office>()?.push().map(|push| push.public_key()),
        who: own(cx)?.id().to_string(),
        ways: ways.iter().map(|via| way(cx, *via)).collect(),
    };
    own_page(status, &page)
}

pub(super) async fn show(cx: Context) -> Answer {
    let night = cx.house.get::<Office>()?.night();
    let habits = habits::of(&cx.db, own(&cx)?, night).await?;
    view(&cx, habits, StatusCode::OK, None).await
}

/// Reads the form. A way that is not offered now keeps what was chosen for it.
fn read(form: &[(String, String)], ways: &[Via], before: Habits) -> Result<Habits> {
    let value = |name: &str| form.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    let quiet = match value("quiet") {
        "" => None,
        _ => Some(Quiet { from: TimeOfDay::parse(value("from"))?, to: TimeOfDay::parse(value("to"))? }),
    };
    let mut choices = before.choices;
    for kind in kinds() {
        for via in ways.iter().copied().filter(|via| kind.possible.contains(via)) {
            let wanted = form.iter().any(|(n, v)| n == "way" && *v == field(kind.name, via));
            let way_is_off = choices.get(&("*".to_owned(), via)) == Some(&false);
            if wanted && way_is_off {
                // Whoever ticks a box means it, though a link of a letter had stopped the whole way.
                choices.insert(("*".to_owned(), via), true);
            }
            choices.insert((kind.name.to_owned(), via), wanted);
        }
    }
    Ok(Habits { tongue: Tongue::parse(value("tongue")), daily: value("daily") == "yes", quiet, choices })
}

pub(super) async fn save(cx: Context, Form(form): Form<Vec<(String, String)>>) -> Answer {
    let person = own(&cx)?;
    let night = cx.house.get::<Office>()?.night();
    let before = habits::of(&cx.db, person, night).await?;
    let chosen = match read(&form, &ways(&cx)?, before.clone()) {
        Ok(habits) => Choose(habits).run(&cx, person).await,
        Err(e) => Err(e),
    };
    match chosen {
        Ok(()) => redirect_with("/notices/settings", &cx.t("notices-saved")),
        Err(e) => {
            let (status, fault) = told(&cx, e)?;
            view(&cx, before, status, Some(fault)).await
        }
    }
}
