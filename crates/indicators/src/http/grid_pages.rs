//! The entry grid: units × indicators of a field for one period, as far as the writer may write. Only what
//! was changed is written, so that a page left open does not undo somebody else's correction. It is a plain
//! form; a script adds pasting and moving. Values by an extra key («phân tổ») are told in a grid of their
//! own, one key at a time; the total is never made from them.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{DefaultBodyLimit, Form, Query};
use axum::routing::{get, post};
use foundation::number::{self, NumberStyle};
use foundation::{Date, Period, Result, error::invalid};
use http::StatusCode;
use kit::http::{page, redirect_with, url_encode};
use kit::{Access, Context, Permission, Route, UnitId};
use serde::Deserialize;
use units::Atlas;
use web::{Answer, Page};

use super::grid_columns::{self, Column};
use super::import_shown::{self, PackChoice};
use crate::actions::record::{Mode, Record};
use crate::definition::Indicator;
use crate::engine::Engine;
use crate::import::file::reports;
use crate::import::form::{self, Form as EntryForm};
use crate::observations;
use crate::show;
use crate::{check::Incoming, engine::Span};

/// So many cells at most, as in a form without extra keys.
const MOST_CELLS: usize = 6000;

/// The routes.
pub fn routes() -> Vec<Route> {
    let writes = Access::Needs(Permission::WriteFigures);
    let save = post(save).layer(DefaultBodyLimit::max(4 * 1024 * 1024));
    vec![Route::get("/grid", writes, get(show_grid)), Route::post("/grid", writes, save)]
}

/// Which form is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    pack: String,
    #[serde(default)]
    group: String,
    #[serde(default)]
    period: String,
    /// The extra key by which values are told, or empty.
    #[serde(default)]
    dim: String,
}

/// One cell.
struct CellRow {
    /// Its field's name; empty where the unit does not deliver the indicator.
    name: String,
    /// What is read out for it.
    label: String,
    value: String,
    /// What stands in the database, when something else was typed.
    decimals: u8,
    min: Option<f64>,
    max: Option<f64>,
    fault: Option<String>,
    before: String,
}

struct GridRow {
    title: String,
    measure: String,
    cells: Vec<CellRow>,
}

#[derive(Template)]
#[template(path = "grid.html")]
struct GridPage {
    page: Page,
    packs: Vec<PackChoice>,
    groups: Vec<(String, String)>,
    pack: String,
    group: String,
    dims: Vec<(String, String)>,
    dim: String,
    period: String,
    periods: Vec<(String, String)>,
    /// One unit: its indicators stand below each other. Several: units below each other, indicators across.
    one: Option<String>,
    heads: Vec<(String, String)>,
    rows: Vec<GridRow>,
    was: String,
    reason: String,
    faults: usize,
}

/// A drawn-up form and the values that are shown for it now.
struct Drawn {
    form: EntryForm,
    asked: Asked,
    packs: Vec<PackChoice>,
    groups: Vec<(String, String)>,
    dims: Vec<(String, String)>,
    columns: Vec<Column>,
    now: Shown,
    before: Shown,
}

/// Values by indicator, unit and extra keys.
type Shown = BTreeMap<(i64, UnitId, String), f64>;

fn typed(indicator: &Indicator, value: Option<f64>) -> String {
    value.map_or_else(String::new, |v| {
        let text = number::show_vi(v, usize::from(indicator.def.decimals));
        text.replace('−', "-")
    })
}

async fn draw(cx: &Context, mut asked: Asked) -> Result<Drawn> {
    let engine = cx.house.get::<Engine>()?;
    let (catalogue, map) = (engine.catalogue(), engine.atlas().map());
    let today = Date::of(cx.clock.now());
    let root = cx.house.get::<Atlas>()?.require_root()?;
    let packs = import_shown::packs(cx).await?;
    if !packs.iter().any(|p| p.id == asked.pack) {
        asked.pack = packs.first().map(|p| p.id.clone()).unwrap_or_default();
    }
    let groups: Vec<(String, String)> = catalogue
        .groups()
        .iter()
        .filter(|g| g.pack == asked.pack)
        .map(|g| (g.id.clone(), g.name.get(cx.lang).to_owned()))
        .collect();
    if !groups.iter().any(|g| g.0 == asked.group) {
        asked.group.clear();
    }
    let group = Some(asked.group.as_str()).filter(|g| !g.is_empty());
    let calendars = form::calendars(&catalogue, &asked.pack, group);
    let period = form::period_of(&asked.period, &calendars, today)?;
    let form = form::form(&catalogue, &map, root, &cx.scope, today, &asked.pack, group, period);
    asked.period = period.code();
    let dims = grid_columns::dims(&form.indicators, cx.lang);
    if !dims.iter().any(|d| d.0 == asked.dim) {
        asked.dim.clear();
    }
    let columns = grid_columns::columns(&form.indicators, &asked.dim, cx.lang);
    if !asked.dim.is_empty() && columns.len() * form.units.len() > MOST_CELLS {
        return Err(invalid("grid_too_large", "Bảng có quá nhiều ô. Hãy chọn một nhóm chỉ tiêu."));
    }
    let (mut now, mut before) = (Shown::new(), Shown::new());
    for indicator in &form.indicators {
        let span = Span::ending(period, 2);
        let (from, to) = (span.from, span.to);
        for s in observations::shown(&cx.db, indicator.id, period.calendar, from, to).await? {
            if let Some(value) = s.value {
                let map = if s.period == period.index { &mut now } else { &mut before };
                map.insert((indicator.id, s.unit, s.dims), value);
            }
        }
    }
    Ok(Drawn { form, asked, packs, groups, dims, columns, now, before })
}

impl Drawn {
    fn page(
        &self,
        cx: &Context,
        sent: &BTreeMap<String, String>,
        faults: &BTreeMap<String, String>,
    ) -> Result<GridPage> {
        let form = &self.form;
        let cell = |column: &Column, unit: UnitId, label: String| {
            let indicator = &column.indicator;
            let id = (indicator.id, unit, column.kept());
            let name = if form.takes(indicator.id, unit) { column.key(unit) } else { String::new() };
            CellRow {
                value: sent
                    .get(&name)
                    .cloned()
                    .unwrap_or_else(|| typed(indicator, self.now.get(&id).copied())),
                fault: faults.get(&name).cloned(),
                before: typed(indicator, self.before.get(&id).copied()),
                decimals: indicator.def.decimals,
                min: indicator.def.range.min,
                max: indicator.def.range.max,
                label,
                name,
            }
        };
        let title = |c: &Column| c.title(cx.lang);
        let measure = |c: &Column| c.indicator.def.unit.get(cx.lang).to_owned();
        let one = match form.units.as_slice() {
            [only] => Some(only),
            _ => None,
        };
        let rows = match one {
            Some(unit) => self
                .columns
                .iter()
                .map(|c| GridRow {
                    title: title(c),
                    measure: measure(c),
                    cells: vec![cell(c, unit.unit, title(c))],
                })
                .collect(),
            None => form
                .units
                .iter()
                .map(|u| GridRow {
                    title: u.name.clone(),
                    measure: String::new(),
                    cells: self
                        .columns
                        .iter()
                        .map(|c| cell(c, u.unit, format!("{}, {}", title(c), u.name)))
                        .collect(),
                })
                .collect(),
        };
        let last = Period::containing(form.period.calendar, Date::of(cx.clock.now()));
        let mut periods: Vec<Period> = last.ending_here(13).rev().collect();
        if !periods.contains(&form.period) {
            periods.push(form.period);
        }
        Ok(GridPage {
            page: cx.page(cx.t("grid-title"))?,
            packs: self.packs.clone(),
            groups: self.groups.clone(),
            pack: self.asked.pack.clone(),
            group: self.asked.group.clone(),
            dims: self.dims.clone(),
            dim: self.asked.dim.clone(),
            period: form.period.code(),
            periods: periods.into_iter().map(|p| (p.code(), show::period(p, cx.lang))).collect(),
            one: one.map(|u| u.name.clone()),
            heads: self.columns.iter().map(|c| (title(c), measure(c))).collect(),
            rows,
            was: sent.get("was").cloned().unwrap_or_else(|| self.was()),
            reason: sent.get("reason").cloned().unwrap_or_default(),
            faults: faults.len(),
        })
    }

    /// What stood in the grid when the page was made, in one hidden field.
    fn was(&self) -> String {
        let mut parts = Vec::with_capacity(self.now.len());
        for column in &self.columns {
            let indicator = &column.indicator;
            for unit in &self.form.units {
                if let Some(value) = self.now.get(&(indicator.id, unit.unit, column.kept())) {
                    parts.push(format!("{}={}", column.key(unit.unit), typed(indicator, Some(*value))));
                }
            }
        }
        parts.join(";")
    }
}

async fn show_grid(cx: Context, Query(asked): Query<Asked>) -> Answer {
    let drawn = draw(&cx, asked).await?;
    page(&drawn.page(&cx, &BTreeMap::new(), &BTreeMap::new())?)
}

async fn save(cx: Context, Form(fields): Form<Vec<(String, String)>>) -> Answer {
    let mut sent: BTreeMap<String, String> = fields.into_iter().collect();
    let take = |name: &str| sent.get(name).cloned().unwrap_or_default();
    let asked = Asked { pack: take("pack"), group: take("group"), period: take("period"), dim: take("dim") };
    let drawn = draw(&cx, asked).await?;
    let was: BTreeMap<String, String> = take("was")
        .split(';')
        .filter_map(|part| part.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned())))
        .collect();
    let mut rows = Vec::new();
    let mut names = Vec::new();
    for column in &drawn.columns {
        let indicator = &column.indicator;
        for unit in drawn.form.units.iter().filter(|u| drawn.form.takes(indicator.id, u.unit)) {
            let name = column.key(unit.unit);
            let Some(text) = sent.get(&name).map(|t| t.trim()) else { continue };
            let before = was.get(&name).map_or("", String::as_str);
            let read = |text: &str| number::parse_number(text, NumberStyle::Vi).ok();
            if text == before || (read(text).is_some() && read(text) == read(before)) {
                continue;
            }
            rows.push(Incoming {
                indicator: indicator.code.clone(),
                unit: unit.code.clone(),
                period: drawn.form.period.code(),
                value: text.to_owned(),
                dims: column.dims(),
                ..Incoming::default()
            });
            names.push(name);
        }
    }
    let here = format!(
        "/grid?pack={}&group={}&period={}&dim={}",
        url_encode(&drawn.asked.pack),
        url_encode(&drawn.asked.group),
        drawn.form.period.code(),
        url_encode(&drawn.asked.dim)
    );
    if rows.is_empty() {
        return redirect_with(&here, &cx.t("grid-nothing"));
    }
    let root = cx.house.get::<Atlas>()?.require_root()?;
    let record = Record {
        kind: "grid",
        source: reports(),
        rows,
        style: NumberStyle::Vi,
        mode: Mode::GoodRows,
        file: None,
        note: take("reason").trim().chars().take(500).collect(),
        idempotency: None,
    };
    let outcome = record.run(&cx, root).await?;
    if outcome.faults.is_empty() {
        let args = [("n", outcome.changed.to_string().into())];
        return redirect_with(&here, &cx.words.say(cx.lang, "grid-saved", &args));
    }
    let faults: BTreeMap<String, String> = outcome
        .faults
        .iter()
        .filter_map(|f| Some((names.get(f.row)?.clone(), format!("{} {}", f.message, f.remedy))))
        .collect();
    // What was written stands in the grid anew, so that sending again sends only what is still wrong.
    let drawn = draw(&cx, drawn.asked).await?;
    sent.retain(|name, _| faults.contains_key(name) || name == "reason");
    let mut response = page(&drawn.page(&cx, &sent, &faults)?)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}
