//! Reading figures: `indicators`, `figures`, `series`, `units`.

use axum::extract::{Path, Query};
use axum::response::Response;
use foundation::moment::rfc3339;
use foundation::text::SearchKey;
use foundation::{Calendar, Date, Instant, LocalText, Period, Result, error::invalid};
use http::HeaderMap;
use kit::{Context, Figure, UnitId};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use web::Answer;

use super::found;
use crate::definition::Indicator;
use crate::engine::Span;
use crate::http::list::answers;
use crate::http::trust::silent;
use crate::http::{Desk, calendars, moment_of, period_of, sees};

/// The most indicators, figures or units of one answer.
const MOST: usize = 200;
/// The most periods of one series.
const MOST_PERIODS: i32 = 600;

/// Every parameter that reads have; each uses its own.
#[derive(Deserialize, Default)]
pub(super) struct Asking {
    q: Option<String>,
    pack: Option<String>,
    indicator: Option<String>,
    unit: Option<String>,
    period: Option<String>,
    as_known: Option<String>,
    from: Option<String>,
    to: Option<String>,
    calendar: Option<String>,
    cursor: Option<String>,
    limit: Option<String>,
    below: Option<String>,
}

fn said(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|t| !t.is_empty())
}

impl Asking {
    fn limit(&self) -> Result<usize> {
        let wrong = || invalid("limit_unreadable", format!("limit là số nguyên từ 1 đến {MOST}."));
        match said(&self.limit) {
            None => Ok(50),
            Some(text) => text.parse().ok().filter(|n| (1..=MOST).contains(n)).ok_or_else(wrong),
        }
    }

    fn as_known(&self) -> Result<Option<Instant>> {
        said(&self.as_known).map(moment_of).transpose()
    }

    fn indicator(&self) -> Result<&str> {
        said(&self.indicator).ok_or_else(|| invalid("indicator_needed", "Thiếu tham số indicator."))
    }
}

fn name(text: &LocalText) -> Json {
    json!(text)
}

fn brief(i: &Indicator) -> Json {
    json!({
        "code": i.code,
        "pack": i.pack,
        "group": i.def.group,
        "name": name(&i.def.name),
        "unit": name(&i.def.unit),
        "decimals": i.def.decimals,
        "calendar": i.def.calendar.name(),
        "direction": i.def.direction,
        "visibility": i.def.visibility,
        "version": i.version,
    })
}

/// `GET /api/v1/indicators?q=&pack=&cursor=&limit=`, in the order of codes.
pub(super) async fn indicators(cx: Context, Query(asking): Query<Asking>, headers: HeaderMap) -> Answer {
    let desk = Desk::open(&cx)?;
    let limit = asking.limit()?;
    let unit = desk.unit(asking.unit.as_deref())?;
    let mut all: Vec<&Indicator> = desk.catalogue.all().filter(|i| sees(&cx, i, unit)).collect();
    if let Some(pack) = said(&asking.pack) {
        all.retain(|i| i.pack == pack);
    }
    if let Some(q) = said(&asking.q) {
        let key = SearchKey::new(q);
        all.retain(|i| answers(i, &key, q));
    }
    all.sort_by(|a, b| a.code.cmp(&b.code));
    if let Some(after) = said(&asking.cursor) {
        all.retain(|i| i.code.as_str() > after);
    }
    let more = all.len() > limit;
    all.truncate(limit);
    let cursor = all.last().filter(|_| more).map(|i| i.code.clone());
    let items: Vec<Json> = all.into_iter().map(brief).collect();
    Ok(found(&headers, &json!({ "items": items, "cursor": cursor }))?)
}

/// `GET /api/v1/indicators/{code}`: its whole definition.
pub(super) async fn indicator(
    cx: Context,
    Path(code): Path<String>,
    Query(asking): Query<Asking>,
    headers: HeaderMap,
) -> Answer {
    let desk = Desk::open(&cx)?;
    let unit = desk.unit(asking.unit.as_deref())?;
    let indicator = desk.indicator(&cx, &code, unit)?;
    let mut body = brief(indicator);
    body["definition"] = json!(indicator.def);
    body["calendars"] = calendars(indicator).into_iter().map(Calendar::name).collect();
    Ok(found(&headers, &body)?)
}

#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    figure: &'a Figure,
    unit_code: String,
    unit_name: String,
    missing: Vec<UnitId>,
    known_at: Option<String>,
}

/// `GET /api/v1/figures?indicator=a,b&unit=&period=&as_known=&below=true`.
pub(super) async fn figures(cx: Context, Query(asking): Query<Asking>, headers: HeaderMap) -> Answer {
    let desk = Desk::open(&cx)?;
    let unit = desk.unit(asking.unit.as_deref())?;
    let asked = desk.asked(unit, asking.as_known()?);
    let period = period_of(asking.period.as_deref())?;
    let codes: Vec<&str> = asking.indicator()?.split(',').map(str::trim).filter(|c| !c.is_empty()).collect();
    if codes.len() > MOST {
        let why = format!("Mỗi lần hỏi nhiều nhất {MOST} chỉ tiêu.");
        return Err(invalid("too_many_indicators", why).into());
    }
    let below = matches!(said(&asking.below), Some("true" | "1"));
    let mut items = Vec::new();
    for code in codes {
        let indicator = desk.indicator(&cx, code, unit)?;
        fits(indicator, period)?;
        let figure = desk.engine.figure(indicator, period, &asked).await?;
        items.push(told(&desk, indicator, &figure, &asked).await?);
        if below {
            let day = figure.period.last_day().min(desk.today);
            for unit in desk.engine.parts_of(indicator, unit, day) {
                let of = crate::engine::Asked { unit, ..asked };
                let part = desk.engine.figure(indicator, Some(figure.period), &of).await?;
                items.push(told(&desk, indicator, &part, &of).await?);
            }
        }
    }
    Ok(found(&headers, &json!({ "items": items }))?)
}

fn fits(indicator: &Indicator, period: Option<Period>) -> Result<()> {
    match period {
        Some(period) if !calendars(indicator).contains(&period.calendar) => {
            let why =
                format!("Chỉ tiêu {} không có số theo kỳ loại {}.", indicator.code, period.calendar.name());
            Err(invalid("calendar_unfit", why))
        }
        _ => Ok(()),
    }
}

async fn told(
    desk: &Desk,
    indicator: &Indicator,
    figure: &Figure,
    asked: &crate::engine::Asked,
) -> Result<Json> {
    let version = desk.map.nearest(figure.unit, desk.today);
    let told = Told {
        unit_code: version.map(|v| v.code.clone()).unwrap_or_default(),
        unit_name: version.map(units::Version::full_name).unwrap_or_default(),
        missing: silent(desk, indicator, figure.period, asked).await?,
        known_at: figure.known_at.map(rfc3339),
        figure,
    };
    serde_json::to_value(&told)
        .map_err(|e| foundation::error::internal("json", "Không ghi được câu trả lời").because(e))
}

/// `GET /api/v1/series?indicator=&unit=&calendar=&from=&to=&as_known=`: the last two years when neither end
/// is given.
pub(super) async fn series(cx: Context, Query(asking): Query<Asking>, headers: HeaderMap) -> Answer {
    let desk = Desk::open(&cx)?;
    let unit = desk.unit(asking.unit.as_deref())?;
    let indicator = desk.indicator(&cx, asking.indicator()?, unit)?;
    let asked = desk.asked(unit, asking.as_known()?);
    let (from, to) = (period_of(asking.from.as_deref())?, period_of(asking.to.as_deref())?);
    let named = said(&asking.calendar).map(Calendar::from_name).transpose()?;
    let calendar = named.or(to.or(from).map(|p| p.calendar)).unwrap_or(indicator.def.calendar);
    if !calendars(indicator).contains(&calendar)
        || [from, to].iter().flatten().any(|p| p.calendar != calendar)
    {
        let why = "from, to và calendar phải cùng một loại kỳ mà chỉ tiêu có số.";
        return Err(invalid("calendar_unfit", why).into());
    }
    let to = match to {
        Some(to) => to,
        None => {
            let (newest, _) = desk.engine.newest(indicator, &asked).await?;
            newest.coarser(calendar).unwrap_or(newest)
        }
    };
    let from = from.map_or_else(|| to.plus(1 - crate::http::chart::length(calendar)).index, |p| p.index);
    if from > to.index || to.index - from >= MOST_PERIODS {
        let why = format!("from phải đứng trước to, nhiều nhất {MOST_PERIODS} kỳ một lần.");
        return Err(invalid("span_unfit", why).into());
    }
    let span = Span { calendar, from, to: to.index };
    let points = desk.engine.points(indicator, span, &asked).await?;
    let mut items = Vec::with_capacity(points.len());
    for (period, point) in span.periods().zip(points) {
        let target = desk.engine.target(indicator, unit, period, asked.as_known).await?;
        let value = point.value.map(|v| indicator.rounded(v));
        items.push(json!({
            "period": period.code(),
            "value": value,
            "target": target,
            "state": indicator.state(value, target),
            "coverage": point.coverage,
            "estimated": point.estimated,
            "known_at": point.known_at.map(rfc3339),
        }));
    }
    let body = json!({
        "indicator": indicator.code,
        "unit": unit,
        "calendar": calendar.name(),
        "measure": name(&indicator.def.unit),
        "items": items,
    });
    Ok(found(&headers, &body)?)
}

/// `GET /api/v1/units?q=&cursor=&limit=`: the places below the root by code, or what fits `q`, old names too.
pub(super) async fn units(cx: Context, Query(asking): Query<Asking>, headers: HeaderMap) -> Answer {
    let desk = Desk::open(&cx)?;
    let limit = asking.limit()?;
    if let Some(q) = said(&asking.q) {
        let items: Vec<Json> = desk
            .map
            .search(q, Some(desk.root), desk.today, limit)
            .into_iter()
            .filter_map(|f| {
                let v = desk.map.nearest(f.unit, desk.today)?;
                let mut item = place(&desk, v);
                item["name"] = json!(f.name);
                item["code"] = json!(f.code);
                item["score"] = json!(f.score);
                item["ended"] = json!(f.ended.map(Date::iso));
                item["successors"] = json!(f.successors);
                Some(item)
            })
            .collect();
        return Ok(found(&headers, &json!({ "items": items, "cursor": null }))?);
    }
    let ids = desk.map.subtree(desk.root, desk.today);
    let mut all: Vec<_> = ids.into_iter().filter_map(|u| desk.map.on(u, desk.today)).collect();
    all.sort_by_key(|v| v.unit);
    if let Some(after) = said(&asking.cursor) {
        let wrong = || invalid("cursor_unreadable", "cursor lấy nguyên từ câu trả lời trước.");
        let after: UnitId = after.parse().map_err(|_| wrong())?;
        all.retain(|v| v.unit > after);
    }
    let more = all.len() > limit;
    all.truncate(limit);
    let cursor = all.last().filter(|_| more).map(|v| v.unit.to_string());
    let items: Vec<Json> = all.into_iter().map(|v| place(&desk, v)).collect();
    Ok::<Response, web::Fault>(found(&headers, &json!({ "items": items, "cursor": cursor }))?)
}

fn place(desk: &Desk, v: &units::Version) -> Json {
    let known = v.valid_from != units::version::BEFORE_RECORDS;
    json!({
        "id": v.unit,
        "code": v.code,
        "name": v.full_name(),
        "kind": v.kind,
        "level": v.level,
        "parent": v.parent,
        "parent_name": v.parent.map(|p| desk.name(p)),
        "valid_from": known.then(|| v.valid_from.iso()),
        "area_km2": v.area_km2,
        "population": v.population,
    })
}
