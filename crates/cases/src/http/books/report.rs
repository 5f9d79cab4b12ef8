//! `GET /cases/report`: the report of a month in the form of the packs, on the screen, as XLSX and for Word.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::Query;
use axum::routing::get;
use foundation::{Lang, Period, Result, text::sort_key};
use kit::http::{page, url_encode};
use kit::sheet::{Block, Book, Cell, Sheet, file};
use kit::{Access, Context, Permission, Route, UnitId};
use serde::Deserialize;
use storage::args;
use units::Level;
use web::{Answer, Page};

use crate::books::docx;
use crate::books::report::{Facts, Part, Report, Row, compose, shown, sum};
use crate::http::show::{Choice, Desk, Reading, reading};
use crate::http::units::{months, span};
use crate::store::books::forms::{self, Kept};
use crate::store::league::{Asked, By, Of, Totals, league};
use crate::store::lists::Sees;

pub(in crate::http) fn routes() -> Vec<Route> {
    vec![Route::get("/cases/report", Access::Needs(Permission::ReadInternal), get(show))]
}

const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asking {
    form: String,
    month: String,
    unit: String,
    format: String,
}

/// A part, with its numbers in words.
struct Shown {
    id: String,
    title: String,
    lines: Vec<String>,
    heads: Vec<String>,
    rows: Vec<ShownRow>,
    table: bool,
}

struct ShownRow {
    name: String,
    total: bool,
    /// What a phone writes beside the number, the number.
    cells: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "books_report.html")]
struct ReportPage {
    page: Page,
    forms: Vec<Choice>,
    months: Vec<Choice>,
    units: Vec<Choice>,
    report: Option<Report>,
    parts: Vec<Shown>,
    running: bool,
    synthetic: bool,
    verified: bool,
    xlsx: String,
    docx: String,
}

/// The units of which the reader may ask a report: communes, and agencies of the province.
fn units(desk: &Desk, sees: &Sees, chosen: &str) -> Vec<Choice> {
    let own = |unit: UnitId| match sees {
        Sees::All => true,
        Sees::Units(units) => units.contains(&unit),
        Sees::Public | Sees::Asked(_) => false,
    };
    let levels = [Level::Commune, Level::Department];
    let all = levels.iter().flat_map(|level| {
        let mut of_level: Vec<UnitId> = match level {
            Level::Commune => {
                desk.map.below(desk.root, Level::Commune, desk.today).iter().map(|v| v.unit).collect()
            }
            _ => desk
                .map
                .agencies()
                .filter(|v| v.level == Level::Department && v.place == Some(desk.root))
                .map(|v| v.unit)
                .collect(),
        };
        of_level.sort_by_key(|u| sort_key(&desk.name(*u)));
        of_level.dedup();
        of_level
    });
    let choice = |unit: UnitId| {
        let value = unit.to_string();
        Choice { chosen: value == chosen, value, label: desk.name(unit) }
    };
    all.filter(|u| own(*u)).map(choice).collect()
}

/// The numbers of a month and of the one before, by whatever the form asks for.
struct Numbers<'a> {
    cx: &'a Context,
    desk: &'a Desk,
    reading: &'a Reading,
    kinds: Vec<String>,
    of: Of,
    month: Period,
}

impl Numbers<'_> {
    async fn table(&self, by: By, month: Period) -> Result<BTreeMap<String, Totals>> {
        let asked = Asked {
            sees: &self.reading.sees,
            kinds: &self.kinds,
            of: self.of,
            span: span(month),
            now: self.desk.now,
        };
        league(&self.cx.db, &asked, by).await
    }

    fn name(&self, by: By, key: &str) -> String {
        let mut kinds = self.reading.kinds.iter().filter(|k| self.kinds.contains(&k.id));
        let lang = self.cx.lang;
        let known = match by {
            By::Category => kinds.find_map(|k| k.flow.category(key)).map(|c| c.name.get(lang).to_owned()),
            By::Reason => kinds.find_map(|k| k.flow.reason(key)).map(|r| r.name.get(lang).to_owned()),
            By::Channel => Some(self.cx.t(&format!("case-by-{key}"))),
            By::Place | By::Agency => key.parse().ok().map(|unit| self.desk.name(unit)),
        };
        known.unwrap_or_else(|| key.to_owned())
    }

    async fn rows(&self, by: By) -> Result<Vec<Row>> {
        let mut all: BTreeMap<String, Row> = BTreeMap::new();
        for (key, now) in self.table(by, self.month).await? {
            all.entry(key).or_default().now = now;
        }
        for (key, before) in self.table(by, self.month.previous()).await? {
            all.entry(key).or_default().before = before;
        }
        let mut rows: Vec<Row> =
            all.into_iter().map(|(key, row)| Row { name: self.name(by, &key), ..row }).collect();
        // The largest first.
        rows.sort_by_key(|r| (-r.now.received, -r.now.passed_out, sort_key(&r.name)));
        Ok(rows)
    }

    async fn facts(&self, kept: &Kept, unit: Option<UnitId>) -> Result<Facts> {
        let mut rows = BTreeMap::new();
        let wanted: BTreeSet<By> = kept.form.sections.iter().filter_map(|s| s.rows).collect();
        for by in wanted {
            rows.insert(by, self.rows(by).await?);
        }
        // Every case lies in one place: their sum is the whole.
        let total = match rows.get(&By::Place) {
            Some(places) => sum(String::new(), places),
            None => sum(String::new(), &self.rows(By::Place).await?),
        };
        let change = total.now.received - total.before.received;
        let key = ["book-fewer", "book-equal", "book-more"][(change.signum() + 1) as usize];
        let size = shown(self.cx.lang, Some(change.abs() as f64), 0);
        let (y, m, d) = self.desk.today.ymd();
        let date =
            [("d", format!("{d:02}").into()), ("m", format!("{m:02}").into()), ("y", y.to_string().into())];
        let month = |month: Period| match self.cx.lang {
            Lang::Vi => month.label_vi().to_lowercase(),
            Lang::En => month.label_en(),
        };
        Ok(Facts {
            unit: self.desk.name(unit.unwrap_or(self.desk.root)),
            month: month(self.month),
            month_before: month(self.month.previous()),
            day: self.cx.words.say(self.cx.lang, "book-day-words", &date),
            change: self.cx.words.say(self.cx.lang, key, &[("n", size.into())]),
            total,
            rows,
        })
    }
}

fn in_words(lang: Lang, part: &Part) -> Shown {
    let heads = part.table.as_ref().map(|t| t.heads.clone()).unwrap_or_default();
    let rows = part.table.iter().flat_map(|t| &t.rows).map(|row| ShownRow {
        name: row.name.clone(),
        total: row.total,
        cells: heads
            .iter()
            .skip(1)
            .zip(&row.cells)
            .map(|(head, (value, decimals))| (head.clone(), shown(lang, *value, *decimals)))
            .collect(),
    });
    Shown {
        id: part.id.clone(),
        title: part.title.clone(),
        lines: part.lines.clone(),
        rows: rows.collect(),
        table: part.table.is_some(),
        heads,
    }
}

/// The report as a workbook of one worksheet, parts below each other.
fn workbook(name: String, tab: String, report: &Report, remark: Option<String>) -> Book {
    let title = Block {
        title: report.title.clone(),
        lines: [Some(report.subtitle.clone()), remark].into_iter().flatten().collect(),
        table: None,
    };
    let block = |part: &Part| Block {
        title: part.title.clone(),
        lines: part.lines.clone(),
        table: part.table.as_ref().map(|table| Sheet {
            name: String::new(),
            heads: table.heads.clone(),
            rows: table
                .rows
                .iter()
                .map(|row| {
                    let numbers = row.cells.iter().map(|(v, d)| Cell::figure(*v, *d));
                    [Cell::from(row.name.as_str())].into_iter().chain(numbers).collect()
                })
                .collect(),
        }),
    };
    Book { name, tab, blocks: [title].into_iter().chain(report.parts.iter().map(block)).collect() }
}

async fn show(cx: Context, Query(asking): Query<Asking>) -> Answer {
    let desk = Desk::open(&cx)?;
    let all = forms::all(&cx.db).await?;
    let kept = all.iter().find(|f| f.id == asking.form).or(all.first());
    let wanted = kept.and_then(|k| k.form.types.first().map(|t| packs::full_id(&k.pack, t)));
    let mut reading = reading(&cx, &desk, wanted.as_deref());
    let (months, month) = months(&desk, &asking.month);
    let units = units(&desk, &reading.sees, &asking.unit);
    let unit: Option<UnitId> = units.iter().find(|u| u.chosen).and_then(|u| u.value.parse().ok());
    let level = unit.and_then(|u| desk.map.on(u, desk.today)).map(|v| v.level);
    let of = match (unit, level) {
        (Some(unit), Some(Level::Department)) => Of::Agency(unit),
        (Some(unit), _) => Of::Place(unit),
        (None, _) => Of::Everybody,
    };
    if let Some(kept) = kept {
        let types: Vec<String> = kept.form.types.iter().map(|t| packs::full_id(&kept.pack, t)).collect();
        reading.kinds.retain(|k| types.is_empty() || types.contains(&k.id));
    }
    let mut report = None;
    if let Some(kept) = kept {
        let kinds = reading.kinds.iter().map(|k| k.id.clone()).collect();
        let numbers = Numbers { cx: &cx, desk: &desk, reading: &reading, kinds, of, month };
        report = Some(compose(&kept.form, &numbers.facts(kept, unit).await?, cx.lang));
    }
    let synthetic: Option<(i64,)> = cx.db.one("SELECT seq FROM cases WHERE demo LIMIT 1", args![]).await?;
    let synthetic = synthetic.is_some();
    let name = format!("report-{}-{}", month.code(), unit.unwrap_or(desk.root));
    if let (Some(report), "xlsx" | "docx") = (&report, asking.format.as_str()) {
        let remark = synthetic.then(|| cx.t("book-synthetic"));
        if asking.format == "xlsx" {
            return Ok(workbook(name, cx.t("book-report-tab"), report, remark).xlsx()?);
        }
        let mut marked = report.clone();
        if let Some(remark) = remark {
            marked.subtitle = format!("{} ({remark})", marked.subtitle);
        }
        return Ok(file(&name, WORD, "docx", docx::write(cx.lang, &marked)?));
    }
    let form = kept.map_or("", |k| k.id.as_str());
    let link = |format: &str| {
        let unit = unit.map_or(String::new(), |u| u.to_string());
        format!("/cases/report?form={}&month={}&unit={unit}&format={format}", url_encode(form), month.code())
    };
    let choice = |k: &Kept| Choice {
        value: k.id.clone(),
        label: k.form.name.get(cx.lang).to_owned(),
        chosen: k.id == form,
    };
    page(&ReportPage {
        page: cx.page(cx.t("book-report"))?,
        forms: all.iter().map(choice).collect(),
        months,
        parts: report.iter().flat_map(|r| &r.parts).map(|p| in_words(cx.lang, p)).collect(),
        running: span(month).1 > desk.now,
        verified: kept.is_none_or(|k| k.form.verified),
        synthetic,
        units,
        report,
        xlsx: link("xlsx"),
        docx: link("docx"),
    })
}
