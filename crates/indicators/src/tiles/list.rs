//! `{list: late_reporters | off_target | corrections | moved, top: n}`: the lists of the wall and the
//! overview.

use askama::Template;
use foundation::time_of_day::TimeOfDay;
use foundation::{Calendar, Date, Instant, Lang, Period, Result};
use kit::{State, Tile, TileSpec, TileView, UnitId};

use super::{asked, render, top};
use crate::engine::{Asked, Engine};
use crate::observations;
use crate::show;

/// One line of a list.
#[derive(Debug, Clone, Default)]
struct Line {
    state: &'static str,
    when: String,
    href: String,
    what: String,
    note: String,
    then: String,
    then_note: String,
}

#[derive(Template)]
#[template(path = "tile_list.html")]
struct List {
    title: String,
    all: &'static str,
    all_word: String,
    aside: String,
    empty: String,
    lines: Vec<Line>,
}

/// The list that the spec names.
pub async fn draw(spec: &TileSpec, view: &TileView) -> Result<Option<Tile>> {
    let (engine, asked) = asked(view)?;
    let n = top(spec, 6);
    let t = |key: &str| view.house.words.say(view.lang, key, &[]);
    let (key, all, aside, lines) = match spec.spec.get("list").and_then(|v| v.as_str()) {
        Some("late_reporters") => {
            let (aside, lines) = late(&engine, view, &asked, n).await?;
            ("late", "/late", aside, lines)
        }
        Some("off_target") => {
            let (aside, lines) = off_target(&engine, view, &asked, n).await?;
            ("off-target", "/morning", aside, lines)
        }
        Some("corrections") => {
            let lines = corrections(&engine, view, &asked, n).await?;
            ("corrections", "/morning", String::new(), lines)
        }
        Some("moved") => {
            let lines = moved(&engine, view, &asked, n).await?;
            ("moved", "/morning", String::new(), lines)
        }
        _ => return Ok(None),
    };
    let title = t(&format!("list-{key}"));
    let empty = t(&format!("list-{key}-empty"));
    let html = render(&List { title: title.clone(), all, all_word: t("list-all"), aside, empty, lines })?;
    Ok(Some(Tile { html, title, depends: vec!["figures".into()] }))
}

async fn late(engine: &Engine, view: &TileView, asked: &Asked, n: usize) -> Result<(String, Vec<Line>)> {
    let catalogue = engine.catalogue();
    let map = engine.atlas().map();
    let all = engine.late(&view.scope, asked).await?;
    let reports: usize = all.iter().map(|l| l.owed.len()).sum();
    let say = |key: &str, name: &str, v: i64| view.house.words.say(view.lang, key, &[(name, v.into())]);
    let aside = format!(
        "{} · {}",
        say("late-units", "n", all.len() as i64),
        say("late-reports", "n", reports as i64)
    );
    let lines = all
        .iter()
        .take(n)
        .filter_map(|late| {
            let first = late.owed.first()?;
            let indicator = catalogue.get(first.indicator)?;
            let days = asked.today.days_since(first.due);
            let more = late.owed.len().saturating_sub(1) as i64;
            let mut note = format!(
                "{}, {}",
                indicator.short().get(view.lang),
                show::period_short(first.period, view.lang)
            );
            if more > 0 {
                note.push_str(&format!(" {}", say("late-more", "n", more)));
            }
            Some(Line {
                state: if days > 7 { "bad" } else { "watch" },
                href: format!("/units/{}", late.unit),
                what: map.name(late.unit, asked.today),
                note,
                then: say("late-days", "n", i64::from(days)),
                ..Line::default()
            })
        })
        .collect();
    Ok((aside, lines))
}

async fn off_target(
    engine: &Engine,
    view: &TileView,
    asked: &Asked,
    n: usize,
) -> Result<(String, Vec<Line>)> {
    let all = engine.against_targets(&view.scope, asked).await?;
    let off = all.iter().filter(|f| f.state != State::Good).count();
    let aside = view.house.words.say(
        view.lang,
        "off-target-count",
        &[("off", (off as i64).into()), ("all", (all.len() as i64).into())],
    );
    let target_word = view.house.words.say(view.lang, "target-short", &[]);
    let lines = all
        .iter()
        .filter(|f| f.state != State::Good)
        .take(n)
        .map(|f| {
            let d = f.decimals;
            let value = f.value.unwrap_or_default();
            let target = f.target.unwrap_or_default();
            let measure = f.measure.get(view.lang);
            Line {
                state: f.state.name(),
                href: format!("/indicators/{}?unit={}", f.indicator, f.unit),
                what: f.short.get(view.lang).to_owned(),
                note: format!(
                    "{target_word} {} {measure} · {}",
                    show::number(target, d, view.lang),
                    show::period_short(f.period, view.lang)
                ),
                then: format!("{} {measure}", show::number(value, d, view.lang)),
                then_note: show::change(value - target, d, view.lang),
                ..Line::default()
            }
        })
        .collect();
    Ok((aside, lines))
}

fn when(at: Instant, today: Date, lang: Lang) -> String {
    let day = Date::of(at);
    match day == today {
        true => TimeOfDay::of(at).show(),
        false => match lang {
            Lang::Vi => day.short_vi(),
            Lang::En => day.short_en(),
        },
    }
}

async fn corrections(engine: &Engine, view: &TileView, asked: &Asked, n: usize) -> Result<Vec<Line>> {
    let catalogue = engine.catalogue();
    let map = engine.atlas().map();
    let seen: Vec<i64> = catalogue
        .all()
        .filter(|i| i.is_public() || view.scope.reads(view.unit, &i.pack))
        .map(|i| i.id)
        .collect();
    let units: Vec<UnitId> = map.subtree(view.unit, asked.today);
    let now = view.house.clock.now();
    let steps = observations::corrections(engine.db(), seen, units, now, n as i64).await?;
    Ok(steps
        .iter()
        .filter_map(|s| {
            let indicator = catalogue.get(s.indicator)?;
            let d = indicator.def.decimals;
            let show = |v: Option<f64>| v.map_or_else(|| "–".to_owned(), |v| show::number(v, d, view.lang));
            let period = Period { calendar: Calendar::from_code(s.calendar).ok()?, index: s.period };
            Some(Line {
                when: when(s.known_at, asked.today, view.lang),
                href: format!("/indicators/{}?unit={}", indicator.code, s.unit),
                what: format!(
                    "{} {}",
                    indicator.short().get(view.lang),
                    show::period_short(period, view.lang)
                ),
                // In a line of its own, so that neither name is cut on the wall.
                note: match engine.source(s.source) {
                    Some(source) => format!("{} · {}", map.name(s.unit, asked.today), source.name),
                    None => map.name(s.unit, asked.today),
                },
                then: format!("{} → {}", show(s.before), show(s.value)),
                ..Line::default()
            })
        })
        .collect())
}

async fn moved(engine: &Engine, view: &TileView, asked: &Asked, n: usize) -> Result<Vec<Line>> {
    let since = yesterday_evening(asked.today);
    let all = engine.moved(&view.scope, asked, since).await?;
    Ok(all
        .iter()
        .take(n)
        .map(|m| {
            let f = &m.now;
            let show =
                |v: Option<f64>| v.map_or_else(|| "–".to_owned(), |v| show::number(v, f.decimals, view.lang));
            Line {
                state: f.state.name(),
                href: format!("/indicators/{}?unit={}", f.indicator, f.unit),
                what: f.short.get(view.lang).to_owned(),
                note: show::period_short(f.period, view.lang),
                then: format!("{} → {}", show(m.before), show(f.value)),
                then_note: f.measure.get(view.lang).to_owned(),
                ..Line::default()
            }
        })
        .collect())
}

/// 17:00 of the day before.
pub(crate) fn yesterday_evening(today: Date) -> Instant {
    today.add_days(-1).start().plus_seconds(17 * 3600)
}
