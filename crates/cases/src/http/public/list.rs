//! `GET /reports`: what was reported, for everybody: filters, search, pages of a key, how many are open in
//! each commune.

use std::collections::HashMap;

use askama::Template;
use axum::extract::Query;
use axum::routing::get;
use http::HeaderMap;
use kit::http::{page, url_encode};
use kit::{Access, Context, Route};
use serde::Deserialize;
use web::{Answer, Page};

use super::told::{Progress, progress};
use super::{Frame, title};
use crate::http::on_map::{self, Spot};
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

impl Asking {
    /// Whether something is looked for: the answer is the list then, not the map.
    fn narrows(&self) -> bool {
        [&self.q, &self.category, &self.place, &self.state, &self.after].iter().any(|t| !t.trim().is_empty())
    }
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
    let open = store::public::open_by_place(&cx.db).await?;
    let drawn = on_map::draw(&cx, &desk, open, |unit| format!("/reports?place={unit}&state=open")).await?;
    page(&ListPage {
        page: cx.page(cx.t("case-pub-list"))?,
        frame: Frame::of(&headers, "reports"),
        rows,
        groups,
        places,
        states,
        spots: drawn.spots,
        first: (!asking.after.is_empty()).then(|| asking.link("")),
        next,
        root: desk.root,
        asking,
    })
}
