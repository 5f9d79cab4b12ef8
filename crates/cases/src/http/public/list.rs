//! `GET /reports`: what was reported, for everybody: filters, search, pages of a key, how many are open in
//! each commune.

use std::collections::HashMap;

use askama::Template;
use axum::extract::Query;
use axum::routing::get;
use foundation::Result;
use http::HeaderMap;
use kit::http::{page, url_encode};
use kit::{Access, Context, Route, UnitId};
use serde::Deserialize;
use units::{Level, Maps};
use web::{Answer, Page};

use super::told::{Progress, progress};
use super::{Frame, title};
use crate::http::show::{Choice, Desk};
use crate::store;
use crate::store::lists::{self, After, Filter, Sees};
use crate::workflow::Stage;

/// Cases of one page.
const SIZE: usize = 20;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/reports", Access::Public, get(show))]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asking {
    q: String,
    /// A category, or a group.
    category: String,
    place: String,
    /// `open`, `done`, or all.
    state: String,
    after: String,
}

/// A case of the list.
struct Row {
    link: String,
    title: String,
    category: String,
    place: String,
    received: String,
    progress: Progress,
    supporters: i64,
    photo: Option<String>,
    demo: bool,
}

/// A commune of the drawn map.
struct Spot {
    link: String,
    path: String,
    x: f64,
    y: f64,
    r: f64,
    n: i64,
    name: String,
}

#[derive(Template)]
#[template(path = "public_list.html")]
struct ListPage {
    page: Page,
    frame: Frame,
    asking: Asking,
    rows: Vec<Row>,
    groups: Vec<(String, Vec<Choice>)>,
    places: Vec<Choice>,
    states: Vec<Choice>,
    spots: Vec<Spot>,
    first: Option<String>,
    next: Option<String>,
    root: i64,
}

impl Asking {
    fn link(&self, after: &str) -> String {
        let all = [
            ("q", self.q.as_str()),
            ("category", &self.category),
            ("place", &self.place),
            ("state", &self.state),
            ("after", after),
        ];
        let pairs: Vec<String> = all
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| format!("{key}={}", url_encode(value)))
            .collect();
        if pairs.is_empty() { "/reports".to_owned() } else { format!("/reports?{}", pairs.join("&")) }
    }

    fn filter(&self, desk: &Desk) -> Filter {
        let groups = desk.types.all();
        let members = groups.iter().flat_map(|k| &k.flow.categories);
        let in_group: Vec<String> =
            members.filter(|c| c.group == self.category).map(|c| c.id.clone()).collect();
        Filter {
            categories: match (self.category.is_empty(), in_group.is_empty()) {
                (true, _) => Vec::new(),
                (false, true) => vec![self.category.clone()],
                (false, false) => in_group,
            },
            places: self.place.parse().ok().into_iter().collect(),
            stages: match self.state.as_str() {
                "open" => vec![Stage::New, Stage::Work, Stage::Review],
                "done" => vec![Stage::Answered, Stage::Closed],
                _ => Vec::new(),
            }
            .into_iter()
            .map(Stage::number)
            .collect(),
            text: self.q.clone(),
            ..Filter::default()
        }
    }
}

async fn spots(cx: &Context, desk: &Desk) -> Result<Vec<Spot>> {
    let counts: HashMap<UnitId, i64> = store::public::open_by_place(&cx.db).await?.into_iter().collect();
    let maps = cx.house.get::<Maps>()?;
    let drawn = maps.draw(&cx.db, &desk.map, desk.root, Level::Commune, desk.today).await?;
    let most = counts.values().copied().max().unwrap_or(1).max(1) as f64;
    Ok(drawn
        .areas
        .iter()
        .map(|area| {
            let n = counts.get(&area.unit).copied().unwrap_or(0);
            Spot {
                link: format!("/reports?place={}&state=open", area.unit),
                path: area.path.clone(),
                x: area.at.0,
                y: area.at.1,
                // The area of the dot says how many, so the smallest can still be seen.
                r: if n == 0 { 0.0 } else { 10.0 + 26.0 * (n as f64 / most).sqrt() },
                n,
                name: desk.name(area.unit),
            }
        })
        .collect())
}

async fn show(cx: Context, headers: HeaderMap, Query(asking): Query<Asking>) -> Answer {
    let desk = Desk::open(&cx)?;
    let after = asking.after.parse().ok().map(|seq| After { due: None, seq });
    let mut found = lists::page(&cx.db, &Sees::Public, &asking.filter(&desk), after, SIZE + 1).await?;
    let more = found.len() > SIZE;
    found.truncate(SIZE);
    let ids = found.iter().map(|c| c.seq).collect();
    let photos: HashMap<i64, i64> = store::photos::first_of(&cx.db, ids).await?.into_iter().collect();
    let mut rows = Vec::new();
    for case in &found {
        let kind = desk.types.get(&case.kind)?;
        let code = case.code(&kind.flow.code);
        rows.push(Row {
            link: format!("/reports/{code}"),
            title: title(&cx, case, &kind),
            category: kind
                .flow
                .category(&case.category)
                .map_or(String::new(), |c| c.name.get(cx.lang).into()),
            place: desk.name(case.place),
            received: desk.moment(case.received_at),
            progress: progress(&cx, &desk, case, &kind, false),
            supporters: case.supporters,
            photo: photos.get(&case.seq).map(|n| format!("/reports/{code}/photos/{n}?size=thumb")),
            demo: case.demo,
        });
    }
    let mut groups = Vec::new();
    for kind in desk.types.all().iter().filter(|k| k.flow.open) {
        for group in &kind.flow.groups {
            let own = kind.flow.categories.iter().filter(|c| c.group == group.id);
            let choices: Vec<Choice> = own
                .map(|c| Choice {
                    value: c.id.clone(),
                    label: c.name.get(cx.lang).to_owned(),
                    chosen: c.id == asking.category,
                })
                .collect();
            groups.push((group.name.get(cx.lang).to_owned(), choices));
        }
    }
    let places = desk.communes(&asking.place);
    let states = ["open", "done"]
        .into_iter()
        .map(|s| Choice {
            value: s.to_owned(),
            label: cx.t(&format!("case-pub-state-{s}")),
            chosen: asking.state == s,
        })
        .collect();
    let next = found.last().filter(|_| more).map(|c| asking.link(&c.seq.to_string()));
    page(&ListPage {
        page: cx.page(cx.t("case-pub-list"))?,
        frame: Frame::of(&headers, "reports"),
        rows,
        groups,
        places,
        states,
        spots: spots(&cx, &desk).await?,
        first: (!asking.after.is_empty()).then(|| asking.link("")),
        next,
        root: desk.root,
        asking,
    })
}
