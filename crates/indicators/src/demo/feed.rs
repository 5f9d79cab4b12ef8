//! Make the demo: every figure of the last months, some targets, some corrections, all from the source «Số
//! liệu mẫu».
//!
//! Who: an admin or the command line. The figures are told as if they had come on their days, so that «as
//! known on» and the lists of late units tell something; the audit log has the true time. They go straight
//! into the history in the order of its key (a new source has no earlier values to compare with), twenty
//! thousand rows a transaction. A demo that is there already is taken away first. Real figures are never
//! touched: wherever one stands, it is shown instead.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use foundation::{
    Calendar, Date, Error, Instant, Kind, Period, Result, Stopwatch, TimeOfDay, error::forbidden,
};
use kit::{Context, Permission, UnitId, audit};
use serde::Serialize;
use serde_json::json;
use storage::{args, settings};

use super::chance::{Chance, name};
use super::generate::Generator;
use super::places::{Place, Places};
use super::stories::Stories;
use super::{SETTING, remove, series, source, targets};
use crate::definition::{Indicator, ReportedBy};
use crate::engine::Engine;
use crate::engine::figure::last_due;
use crate::engine::targets as plans;
use crate::events::{CHANGED, Changed, TARGETS_CHANGED, TargetsChanged};
use crate::observations::{self, Line, Told};
use crate::store::{self, Source};

/// Rows of one transaction.
const CHUNK: usize = 20_000;

/// Rows of the whole demo at most: a country's demo has fewer months.
const MOST: usize = 3_000_000;

/// How far back the demo goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Months of calendars of a month or more.
    pub months: i32,
    /// Days of the calendar of days.
    pub days: i32,
    /// Weeks of the calendar of weeks.
    pub weeks: i32,
    /// Years of calendars of a year, at least.
    pub years: i32,
}

impl Depth {
    /// So many months; sixty days, sixty weeks (last year's week stands beside this one's) and three years,
    /// or less.
    pub fn months(months: i32) -> Depth {
        let months = months.max(1);
        Depth { months, days: 60.min(months * 31), weeks: 60.min(months * 5), years: 3 }
    }

    /// The first period of a calendar.
    fn first(&self, calendar: Calendar, today: Date) -> Period {
        let now = Period::containing(calendar, today);
        match calendar {
            Calendar::Day => now.plus(1 - self.days),
            Calendar::Week => now.plus(1 - self.weeks),
            _ => {
                let by_month = Period::containing(calendar, today.add_months(1 - self.months));
                let years = match calendar.per_year() {
                    Some(1) if self.months >= 12 => self.years,
                    _ => 0,
                };
                // Quarters and halves begin with a year, so that years made of them are whole.
                let by_month = match calendar.per_year() {
                    Some(2..=4) if self.months >= 12 => by_month.first_of_year(),
                    _ => by_month,
                };
                now.plus(-years).min(by_month)
            }
        }
    }
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DemoReport {
    /// Values.
    pub rows: u64,
    /// Indicators that have values.
    pub indicators: usize,
    /// Units that report, through all the time.
    pub units: usize,
    /// How many months were made; fewer than asked for where a place is very large.
    pub months: i32,
    /// Targets.
    pub targets: u64,
    /// Corrections.
    pub corrections: usize,
    /// How long it took.
    pub duration_ms: u64,
}

impl DemoReport {
    /// Values a second.
    pub fn rows_per_second(&self) -> u64 {
        self.rows * 1000 / self.duration_ms.max(1)
    }
}

/// Makes the demo of `root`, so many months back (26 show the same period of last year and the year to date).
///
/// Whoever sets `stop` ends it: what was made so far is taken away again, and the error is `cancelled`. A
/// program that is killed leaves a demo that is marked as one, so that [`remove`](super::remove) takes it
/// away and the next [`create`] begins anew.
pub async fn create(
    cx: &Context,
    root: UnitId,
    months: i32,
    progress: &mut (dyn FnMut(&str) + Send),
    stop: &AtomicBool,
) -> Result<DemoReport> {
    create_with(cx, root, Depth::months(months), progress, stop).await
}

/// A value that was told wrong and corrected.
struct Wrong {
    told: f64,
    right: Told,
    corrected_at: Instant,
}

type Wrongs = BTreeMap<(i64, Period, UnitId), Wrong>;

/// Makes the demo of `root` as deep as `depth`.
pub async fn create_with(
    cx: &Context,
    root: UnitId,
    depth: Depth,
    progress: &mut (dyn FnMut(&str) + Send),
    stop: &AtomicBool,
) -> Result<DemoReport> {
    if !cx.may(Permission::ManagePacks) {
        return Err(forbidden("not_permitted", "Chỉ người quản trị tạo được số liệu mẫu."));
    }
    let watch = Stopwatch::start();
    if remove::is_demo(cx).await? {
        progress("Bỏ số liệu mẫu cũ…");
        remove::remove(cx).await?;
    }
    let engine = cx.house.get::<Engine>()?;
    let now = cx.clock.now();
    let today = Date::of(now);
    let map = engine.atlas().map();
    let mut places = Places::new(&map, root, today);
    let generator = generator(cx, &engine, &places, today).await?;
    let depth = within_limits(&generator, &mut places, depth, today);
    let wrongs = wrongs(&generator, &mut places, now);
    let source = begin(cx, root, depth).await?;

    let mut writer = Writer::new(cx, &source, now);
    let count = generator.series().len();
    for (at, one) in generator.series().iter().enumerate() {
        let indicator = &one.indicator;
        let mut period = depth.first(indicator.def.calendar, today);
        while period.first_day() <= today {
            for place in places.of(indicator, period).iter() {
                writer.add(&generator, at, place, period, &wrongs);
            }
            if stop.load(Ordering::Relaxed) {
                return Err(undone(cx, progress).await?);
            }
            writer.flush_full().await?;
            period = period.next();
        }
        if (at + 1) % 25 == 0 || at + 1 == count {
            progress(&format!("Số liệu mẫu: {}/{count} chỉ tiêu, {} giá trị", at + 1, writer.rows));
        }
    }
    writer.flush_all().await?;
    let (rows, touched, units) = (writer.rows, writer.touched(), writer.units.len());
    let corrections = correct(cx, &source, &wrongs).await?;
    let planned = targets::planned(&generator, &engine.catalogue(), &mut places, root, today);
    let report = DemoReport {
        rows,
        indicators: count,
        units,
        months: depth.months,
        targets: planned.len() as u64,
        corrections,
        duration_ms: watch.elapsed().as_millis() as u64,
    };
    finish(cx, &planned, touched, &report).await?;
    engine.reload_sources().await?;
    engine.forget_all();
    let duration_ms = watch.elapsed().as_millis() as u64;
    tracing::info!(duration_ms, rows, "made {rows} demo values in {duration_ms} ms");
    Ok(DemoReport { duration_ms, ..report })
}

/// The generator of the applied packs; `made_on` is the day on which the demo was made.
pub(crate) async fn generator(
    cx: &Context,
    engine: &Engine,
    places: &Places<'_>,
    made_on: Date,
) -> Result<Generator> {
    let specs = series::load(&cx.db).await?;
    let catalogue = engine.catalogue();
    let mut packs: Vec<String> = catalogue.all().map(|i| i.pack.clone()).collect();
    packs.sort();
    packs.dedup();
    let stories = Stories::plant(&places.communes(), &packs, made_on.add_days(-100));
    Ok(Generator::new(&catalogue, &specs, stories))
}

/// Fewer months where the demo would be too large for one machine.
fn within_limits(generator: &Generator, places: &mut Places<'_>, depth: Depth, today: Date) -> Depth {
    let mut rows = 0;
    for one in generator.series() {
        let now = Period::containing(one.indicator.def.calendar, today);
        let periods = now.index - depth.first(now.calendar, today).index + 1;
        rows += periods.max(0) as usize * places.of(&one.indicator, now).len();
    }
    if rows <= MOST {
        return depth;
    }
    let part = MOST as f64 / rows as f64;
    let less = |n: i32| ((f64::from(n) * part) as i32).max(2);
    Depth { months: less(depth.months), days: less(depth.days), weeks: less(depth.weeks), years: 1 }
}

/// In each field one figure that a commune told too low and corrected yesterday or the day before.
fn wrongs(generator: &Generator, places: &mut Places<'_>, now: Instant) -> Wrongs {
    let today = Date::of(now);
    let mut found = Wrongs::new();
    let mut packs: Vec<&str> = Vec::new();
    let monthly = |i: &Indicator| {
        i.def.calendar == Calendar::Month && i.def.reported_by.has(ReportedBy::Commune) && !i.def.optional
    };
    for (at, one) in generator.series().iter().enumerate() {
        let indicator = &one.indicator;
        if packs.contains(&indicator.pack.as_str()) || !one.stands_alone() || !monthly(indicator) {
            continue;
        }
        let period = last_due(indicator, today);
        let days = 2 - (packs.len() as i32 % 2);
        let corrected_at = today.add_days(-days).at(TimeOfDay(15 * 3600 + 20 * 60 + 37 * packs.len() as u32));
        let all = places.of(indicator, period);
        let first = Chance::of([name(&indicator.pack), 0, 0, name("wrong")]).draw() as usize;
        for k in 0..all.len() {
            let place = &all[(first + k) % all.len()];
            let told_at =
                generator.stories.reported_at(place.unit, &indicator.pack, period, indicator.def.due.days);
            let Some(value) = generator.value(at, place, period, None).filter(|v| *v >= 10.0) else {
                continue;
            };
            let told = indicator.rounded(value * 0.88);
            if told_at < corrected_at && told >= indicator.def.range.min.unwrap_or(f64::MIN) {
                let right = Told {
                    indicator: indicator.id,
                    period,
                    unit: place.unit,
                    dims: String::new(),
                    value: Some(value),
                    estimated: false,
                };
                found.insert((indicator.id, period, place.unit), Wrong { told, right, corrected_at });
                packs.push(&indicator.pack);
                break;
            }
        }
    }
    found
}

/// Takes away what was made before somebody stopped it.
async fn undone(cx: &Context, progress: &mut (dyn FnMut(&str) + Send)) -> Result<Error> {
    progress("Đang gỡ phần số liệu mẫu đã tạo…");
    remove::remove(cx).await?;
    let why = "Đã dừng theo yêu cầu. Phần số liệu mẫu đã tạo được gỡ hết.";
    Ok(Error::new(Kind::Unavailable, "cancelled", why))
}

async fn begin(cx: &Context, root: UnitId, depth: Depth) -> Result<Source> {
    let now = cx.clock.now();
    let mut tx = cx.db.begin().await?;
    let spec = source();
    let source =
        store::ensure_source(&mut tx, &spec.code, &spec.name, &spec.owner, spec.precedence, true).await?;
    settings::set(&mut tx, cx.clock.as_ref(), SETTING, &now.0.to_string()).await?;
    let detail = json!({ "root": root, "months": depth.months });
    audit(&mut tx, cx, "demo.create", &format!("unit:{root}"), &detail).await?;
    tx.commit().await?;
    Ok(source)
}

async fn correct(cx: &Context, source: &Source, wrongs: &Wrongs) -> Result<usize> {
    let mut by_time: BTreeMap<Instant, Vec<Told>> = BTreeMap::new();
    for wrong in wrongs.values() {
        by_time.entry(wrong.corrected_at).or_default().push(wrong.right.clone());
    }
    let mut corrected = 0;
    for (at, told) in by_time {
        let mut tx = cx.db.begin().await?;
        let batch = store_batch(&mut tx, cx, source, at, told.len() as u64, "").await?;
        corrected += observations::write(&mut tx, source, batch, at, told).await?.changed;
        tx.commit().await?;
    }
    Ok(corrected as usize)
}

/// Writes the row of a delivery.
pub(crate) async fn store_batch(
    tx: &mut storage::Tx,
    cx: &Context,
    source: &Source,
    at: Instant,
    changed: u64,
    note: &str,
) -> Result<uuid::Uuid> {
    let batch = foundation::new_id();
    tx.run(
        "INSERT INTO batch (id, kind, source, actor, at, changed, unchanged, note)
         VALUES ($1, 'demo', $2, $3, $4, $5, 0, $6)",
        args![batch, source.id, cx.actor.audit_name(), at, changed as i64, note],
    )
    .await?;
    Ok(batch)
}

async fn finish(
    cx: &Context,
    planned: &[plans::NewTarget],
    touched: Vec<(i64, i32, i32, i32)>,
    report: &DemoReport,
) -> Result<()> {
    let now = cx.clock.now();
    let mut tx = cx.db.begin().await?;
    plans::write(&mut tx, planned, "Kế hoạch mẫu", &cx.actor.audit_name(), now, true).await?;
    audit(&mut tx, cx, "demo.created", "source:demo", &json!(report)).await?;
    tx.publish(now, CHANGED, &Changed { batch: None, source: None, touched }.to_json()).await?;
    if !planned.is_empty() {
        let event = TargetsChanged::of(planned.iter().map(|t| t.indicator));
        tx.publish(now, TARGETS_CHANGED, &event.to_json()).await?;
    }
    tx.commit().await
}

/// Rows that wait to be written: those of earlier days, and those of yesterday and today, which «what moved»
/// tells of.
struct Writer<'a> {
    cx: &'a Context,
    source: &'a Source,
    now: Instant,
    recent: Instant,
    waiting: [Vec<Line>; 2],
    rows: u64,
    spans: BTreeMap<(i64, i32), (i32, i32)>,
    units: std::collections::BTreeSet<UnitId>,
}

impl<'a> Writer<'a> {
    fn new(cx: &'a Context, source: &'a Source, now: Instant) -> Writer<'a> {
        let recent = Date::of(now).add_days(-1).start();
        Writer {
            cx,
            source,
            now,
            recent,
            waiting: [Vec::new(), Vec::new()],
            rows: 0,
            spans: BTreeMap::new(),
            units: Default::default(),
        }
    }

    /// Adds what `place` told by now for `period`: the figure, and its values by dimension.
    fn add(&mut self, generator: &Generator, at: usize, place: &Place, period: Period, wrongs: &Wrongs) {
        let one = &generator.series()[at].indicator;
        let due = one.def.due.days;
        let Some(arrived) = generator.stories.arrived(place.unit, &one.pack, period, due, self.now) else {
            return;
        };
        let Some(value) = generator.value(at, place, period, arrived.estimated.then_some(0)) else { return };
        let told = wrongs.get(&(one.id, period, place.unit)).map_or(value, |w| w.told);
        let waiting = &mut self.waiting[usize::from(arrived.at >= self.recent)];
        let mut push = |dims: String, value: f64| {
            let (indicator, unit, estimated) = (one.id, place.unit, arrived.estimated);
            let told = Told { indicator, period, unit, dims, value: Some(value), estimated };
            waiting.push(Line { told, revision: 1, known_at: arrived.at });
            self.rows += 1;
        };
        push(String::new(), told);
        for (dims, value) in generator.parts(at, value, place, period) {
            push(dims, value);
        }
        let span = self.spans.entry((one.id, period.calendar.code())).or_insert((period.index, period.index));
        *span = (span.0.min(period.index), span.1.max(period.index));
        self.units.insert(place.unit);
    }

    fn touched(&self) -> Vec<(i64, i32, i32, i32)> {
        self.spans.iter().map(|((i, c), (from, to))| (*i, *c, *from, *to)).collect()
    }

    async fn flush_full(&mut self) -> Result<()> {
        for which in 0..2 {
            if self.waiting[which].len() >= CHUNK {
                self.flush(which).await?;
            }
        }
        Ok(())
    }

    async fn flush_all(&mut self) -> Result<()> {
        self.flush(0).await?;
        self.flush(1).await
    }

    async fn flush(&mut self, which: usize) -> Result<()> {
        let lines = std::mem::take(&mut self.waiting[which]);
        if lines.is_empty() {
            return Ok(());
        }
        let at = if which == 0 { self.recent.plus_seconds(-1) } else { self.now };
        let mut tx = self.cx.db.begin().await?;
        let batch = store_batch(&mut tx, self.cx, self.source, at, lines.len() as u64, "").await?;
        observations::put(&mut tx, self.source, batch, lines, false).await?;
        tx.commit().await
    }
}
