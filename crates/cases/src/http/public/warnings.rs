//! `GET /app/warnings`: what officers warn of: open incidents that were published, near a position or in a
//! commune. The page works without script and without a position; phones keep its last list and say how old
//! it is.

use std::collections::HashMap;

use askama::Template;
use axum::extract::Query;
use axum::routing::get;
use foundation::geo::Point;
use foundation::moment::rfc3339;
use foundation::number::{show_en, show_vi};
use foundation::{Instant, Lang, Result};
use http::HeaderMap;
use kit::http::page;
use kit::{Access, Context, Route, UnitId};
use serde::Deserialize;
use web::{Answer, Page};

use super::{Frame, position, title};
use crate::case::Case;
use crate::http::show::{Choice, Desk};
use crate::store;
use crate::store::lists::{self, Filter, Sees};
use crate::workflow::{Intake, Stage};

/// No list is longer.
const MOST: usize = 50;
/// So many open incidents are looked at, the newest: more at once are not near anybody.
const LOOKED_AT: usize = 500;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/app/warnings", Access::Public, get(show))]
}

/// From where somebody looks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Asking {
    pub lat: Option<f64>,
    #[serde(alias = "lon")]
    pub lng: Option<f64>,
    /// A commune.
    pub place: String,
}

impl Asking {
    /// The position, where both numbers are those of a place on earth.
    fn position(&self) -> Option<(f64, f64)> {
        let fits = |(lat, lng): &(f64, f64)| (-90.0..=90.0).contains(lat) && (-180.0..=180.0).contains(lng);
        self.lat.zip(self.lng).filter(fits)
    }
}

/// A warning, as everybody may read it.
pub(in crate::http) struct Warning {
    pub code: String,
    pub link: String,
    pub title: String,
    /// What was published: what happened, what to do.
    pub text: String,
    /// What the officers told last, and when.
    pub told: Option<(Instant, String)>,
    pub category: String,
    pub severity: String,
    /// `bad` for what rings, else `watch`.
    pub state: &'static str,
    pub place: String,
    pub since: Instant,
    pub at: Option<(f64, f64)>,
    /// From the position asked from, in metres.
    pub metres: Option<f64>,
    pub demo: bool,
}

/// What is warned of: cases that officers begin and that are open to everybody, as long as they last. The
/// nearest first; without a position, the newest.
pub(in crate::http) async fn warnings(cx: &Context, desk: &Desk, asking: &Asking) -> Result<Vec<Warning>> {
    let kinds: Vec<String> = desk
        .types
        .all()
        .iter()
        .filter(|k| k.flow.open && k.flow.intake == Intake::Inside)
        .map(|k| k.id.clone())
        .collect();
    if kinds.is_empty() {
        return Ok(Vec::new());
    }
    let filter = Filter {
        kinds,
        stages: [Stage::New, Stage::Work, Stage::Review].iter().map(|s| s.number()).collect(),
        places: asking.place.parse::<UnitId>().ok().into_iter().collect(),
        ..Filter::default()
    };
    let found = lists::page(&cx.db, &Sees::Public, &filter, None, LOOKED_AT).await?;
    let here = asking.position();
    let from = |(lat, lon)| Point { lat, lon };
    let mut near: Vec<(Option<f64>, Case)> = found
        .into_iter()
        .map(|case| (here.zip(position(&case)).map(|(a, b)| from(a).distance_m(from(b))), case))
        .collect();
    // Those without a position are told too, after those whose distance is known.
    near.sort_by(|a, b| a.0.unwrap_or(f64::MAX).total_cmp(&b.0.unwrap_or(f64::MAX)));
    near.truncate(MOST);
    let ids = near.iter().map(|(_, case)| case.seq).collect();
    let mut told: HashMap<i64, (Instant, String)> = store::public::told_last(&cx.db, ids)
        .await?
        .into_iter()
        .map(|(seq, at, text)| (seq, (at, text)))
        .collect();
    near.into_iter()
        .map(|(metres, case)| {
            let kind = desk.types.get(&case.kind)?;
            let (code, severity) = (case.code(&kind.flow.code), kind.flow.severity(&case.severity));
            Ok(Warning {
                link: format!("/reports/{code}"),
                title: title(cx, &case, &kind),
                told: told.remove(&case.seq),
                category: kind
                    .flow
                    .category(&case.category)
                    .map_or(String::new(), |c| c.name.get(cx.lang).to_owned()),
                severity: severity.map_or(String::new(), |s| s.name.get(cx.lang).to_owned()),
                state: if severity.is_some_and(|s| s.rings) { "bad" } else { "watch" },
                place: desk.name(case.place),
                since: case.happened_at.unwrap_or(case.received_at),
                at: position(&case),
                metres,
                demo: case.demo,
                text: case.public_text,
                code,
            })
        })
        .collect()
}

/// A distance as people say it: «300 m», «2,4 km».
pub(in crate::http) fn distance(cx: &Context, metres: f64) -> String {
    let show = if cx.lang == Lang::En { show_en } else { show_vi };
    let (key, n) = match metres {
        m if m < 1_000.0 => ("case-warn-metres", format!("{:.0}", (m / 100.0).round().max(1.0) * 100.0)),
        m if m < 10_000.0 => ("case-warn-km", show(m / 1_000.0, 1)),
        m => ("case-warn-km", show(m / 1_000.0, 0)),
    };
    cx.words.say(cx.lang, key, &[("n", n.into())])
}

struct Row {
    link: String,
    title: String,
    state: &'static str,
    badge: String,
    about: String,
    text: String,
    told: Option<String>,
    demo: bool,
}

#[derive(Template)]
#[template(path = "public_warnings.html")]
struct WarningsPage {
    page: Page,
    frame: Frame,
    rows: Vec<Row>,
    places: Vec<Choice>,
    /// When the list was made: for the phone that shows it later, and for its reader.
    at: String,
    at_words: String,
}

/// A warning in the words of a page.
fn row(cx: &Context, desk: &Desk, w: Warning) -> Row {
    let since = cx.words.say(cx.lang, "case-warn-since", &[("at", desk.moment(w.since).into())]);
    let far = w.metres.map(|m| distance(cx, m));
    let about: Vec<String> = [far, Some(w.place), Some(since)].into_iter().flatten().collect();
    let said = |(at, text): (Instant, String)| {
        cx.words.say(cx.lang, "case-warn-told", &[("at", desk.moment(at).into()), ("text", text.into())])
    };
    // The title is the beginning of the text, and is not said twice.
    let text = w.text.strip_prefix(&w.title).unwrap_or(&w.text).trim().to_owned();
    Row {
        link: w.link,
        title: w.title,
        state: w.state,
        badge: format!("{} · {}", w.category, w.severity),
        about: about.join(" · "),
        text,
        told: w.told.map(said),
        demo: w.demo,
    }
}

async fn show(cx: Context, headers: HeaderMap, Query(asking): Query<Asking>) -> Answer {
    let desk = Desk::open(&cx)?;
    let found = warnings(&cx, &desk, &asking).await?;
    let now = desk.now;
    page(&WarningsPage {
        page: cx.page(cx.t("case-warn-title"))?,
        frame: Frame::of(&headers, "home"),
        rows: found.into_iter().map(|w| row(&cx, &desk, w)).collect(),
        places: desk.communes(&asking.place),
        at: rfc3339(now),
        at_words: desk.moment(now),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_two_numbers_of_the_earth() {
        let of = |lat, lng| Asking { lat, lng, place: String::new() }.position();
        assert_eq!(of(Some(10.0), Some(105.8)), Some((10.0, 105.8)));
        for (lat, lng) in [(Some(10.0), None), (Some(91.0), Some(1.0)), (Some(f64::NAN), Some(1.0))] {
            assert_eq!(of(lat, lng), None);
        }
    }
}
