//! `/packs`: the fields this place works with, who answers for each, and what the place changed in them.

use askama::Template;
use foundation::Date;
use kit::{Context, Permission};
use web::{Answer, Page};

use super::{day, say_count};
use crate::actions::Before;
use crate::overlay::standings;
use crate::service::{Pack, Packs};

#[derive(Template)]
#[template(path = "packs.html")]
struct ListPage {
    page: Page,
    packs: Vec<Entry>,
    chips: [String; 2],
    manages: bool,
}

struct Entry {
    id: String,
    icon: String,
    name: String,
    about: String,
    owner: Option<(String, bool)>,
    applied: String,
    counts: Vec<String>,
    conflicts: Option<String>,
}

/// `GET /packs`
pub(super) async fn show(cx: Context) -> Answer {
    let before = Before::read(&cx.db).await?;
    let overlays = standings(&before.files, before.overlays);
    let today = Date::of(cx.clock.now());
    let all = cx.house.get::<Packs>()?.all();
    let entry = |pack: &Pack| {
        let own = || overlays.iter().filter(|o| o.row.pack == pack.id);
        let (changes, conflicts) = (own().count(), own().filter(|o| o.standing.is_conflict()).count());
        let mut counts = vec![
            say_count(&cx, "packs-indicators", pack.count("indicator")),
            say_count(&cx, "packs-boards", pack.count("board")),
        ];
        if changes > 0 {
            counts.push(say_count(&cx, "packs-changes", changes as u64));
        }
        Entry {
            id: pack.id.clone(),
            icon: pack.icon.clone(),
            name: pack.name.get(cx.lang).to_owned(),
            about: pack.about.get(cx.lang).to_owned(),
            owner: pack.owner(today).map(|o| (o.name.get(cx.lang).to_owned(), o.verified)),
            applied: day(pack.applied_at, cx.lang),
            counts,
            conflicts: (conflicts > 0).then(|| say_count(&cx, "packs-conflicts", conflicts as u64)),
        }
    };
    let indicators = all.iter().map(|p| p.count("indicator")).sum();
    kit::http::page(&ListPage {
        page: cx.page(cx.t("packs-title"))?,
        packs: all.iter().map(entry).collect(),
        chips: [
            say_count(&cx, "packs-count", all.len() as u64),
            say_count(&cx, "packs-indicators", indicators),
        ],
        manages: cx.may(Permission::ManagePacks),
    })
}
