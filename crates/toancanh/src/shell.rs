//! The shell around every page: the menu, the place, the person, the date with the moon.

use foundation::time_of_day::TimeOfDay;
use foundation::{Date, Lang, LunarDate};
use kit::house::Shell;
use kit::{Actor, Context, Permission};
use packs::Packs;
use units::{Atlas, Level};
use web::words::Source;
use web::{NavEntry, NavGroup, Page};

/// The shell's own words.
pub const WORDS: [Source; 2] =
    [(Lang::Vi, include_str!("../i18n/vi.ftl")), (Lang::En, include_str!("../i18n/en.ftl"))];

/// The shell of every page.
pub struct DeskShell;

fn entry(cx: &Context, href: &str, key: &str, icon: &str) -> NavEntry {
    let (path, query) = cx.path.split_once('?').unwrap_or((&cx.path, ""));
    let here = match href.split_once('?') {
        // An entry that is one form of a page is named by what it asks for.
        Some((form, asked)) => path == form && query.split('&').any(|pair| pair == asked),
        None => path == href || (href != "/" && path.starts_with(&format!("{href}/"))),
    };
    NavEntry { href: href.to_owned(), label: cx.t(key), icon: icon.to_owned(), here }
}

/// Of several entries that hold the page the one with the longest address names it.
fn name_once(groups: &mut [NavGroup]) {
    let longest = groups.iter().flat_map(|g| &g.entries).filter(|e| e.here).map(|e| e.href.len()).max();
    for entry in groups.iter_mut().flat_map(|g| &mut g.entries) {
        entry.here &= Some(entry.href.len()) == longest;
    }
}

fn nav(cx: &Context) -> Vec<NavGroup> {
    let mut groups = vec![NavGroup {
        title: String::new(),
        entries: vec![
            entry(cx, "/", "nav-overview", "home"),
            entry(cx, "/morning", "nav-morning-page", "sunrise"),
            entry(cx, "/wall", "nav-wall-page", "screen"),
        ],
    }];
    if cx.actor.is_signed_in() {
        groups[0].entries.push(entry(cx, "/notices", "nav-notices", "bell"));
    }
    if let Ok(packs) = cx.house.get::<Packs>() {
        let path = cx.path.split('?').next().unwrap_or_default();
        let fields: Vec<NavEntry> = packs
            .all()
            .iter()
            .filter(|p| p.count("indicator") > 0)
            .map(|p| {
                let href = format!("/fields/{}", p.id);
                let here = path == href;
                NavEntry { href, label: p.name.get(cx.lang).to_owned(), icon: p.icon.clone(), here }
            })
            .collect();
        if !fields.is_empty() {
            groups.push(NavGroup { title: cx.t("nav-fields"), entries: fields });
        }
    }
    if cx.may(Permission::ReadInternal) {
        let mut work = vec![entry(cx, "/cases", "nav-cases", "list")];
        if [Permission::DirectCases, Permission::TakeInCases, Permission::HandleCases]
            .iter()
            .any(|p| cx.may(*p))
        {
            work.push(entry(cx, "/cases/new?kind=task", "nav-task", "flag"));
            work.push(entry(cx, "/cases/shift", "nav-shift", "refresh"));
        }
        work.push(entry(cx, "/books", "nav-books", "document"));
        groups.push(NavGroup { title: cx.t("nav-work"), entries: work });
    }
    groups.push(NavGroup {
        title: cx.t("nav-citizens"),
        entries: vec![
            entry(cx, "/app", "nav-app", "phone"),
            entry(cx, "/report", "nav-report", "camera"),
            entry(cx, "/reports", "nav-reports", "map"),
            entry(cx, "/reception", "nav-reception", "calendar"),
        ],
    });
    groups.push(NavGroup {
        title: cx.t("nav-figures"),
        entries: vec![
            entry(cx, "/indicators", "nav-indicators", "trend"),
            entry(cx, "/units", "nav-units", "map"),
            entry(cx, "/compare", "nav-compare", "list"),
            entry(cx, "/late", "nav-late", "bell"),
            entry(cx, "/deadline", "nav-deadline", "clock"),
        ],
    });
    if cx.may(Permission::WriteFigures) {
        groups.push(NavGroup {
            title: cx.t("nav-entry"),
            entries: vec![
                entry(cx, "/grid", "nav-grid", "edit"),
                entry(cx, "/import", "nav-import", "upload"),
                entry(cx, "/imports", "nav-imports", "list"),
            ],
        });
    }
    if cx.may(Permission::SetTargets) {
        let targets = entry(cx, "/targets", "nav-targets", "flag");
        match groups.last_mut().filter(|_| cx.may(Permission::WriteFigures)) {
            Some(entering) => entering.entries.push(targets),
            None => groups.push(NavGroup { title: cx.t("nav-entry"), entries: vec![targets] }),
        }
    }
    let mut admin = Vec::new();
    if cx.may(Permission::ManageAccounts) {
        admin.push(entry(cx, "/accounts", "nav-accounts", "key"));
    }
    if cx.may(Permission::ManageUnits) {
        admin.push(entry(cx, "/agencies", "nav-agencies", "building"));
    }
    if cx.actor.is_signed_in() {
        admin.push(entry(cx, "/packs", "nav-packs", "list"));
    }
    if cx.may(Permission::RunJobs) {
        admin.push(entry(cx, "/jobs", "nav-jobs", "list"));
    }
    if cx.may(Permission::ReadAudit) {
        admin.push(entry(cx, "/audit", "nav-audit", "list"));
    }
    admin.push(entry(cx, "/api", "nav-api", "list"));
    groups.push(NavGroup { title: cx.t("nav-admin"), entries: admin });
    name_once(&mut groups);
    groups
}

/// «Thứ Ba 24/11/2026 · 16 tháng Mười, Bính Ngọ».
fn date_line(day: Date, lang: Lang) -> String {
    let civil = match lang {
        Lang::Vi => day.long_vi(),
        Lang::En => day.long_en(),
    };
    match LunarDate::of(day) {
        Some(lunar) => format!("{civil} · {}", lunar.label()),
        None => civil,
    }
}

impl Shell for DeskShell {
    fn page(&self, cx: &Context, title: String) -> Page {
        let now = cx.clock.now();
        let today = Date::of(now);
        let (place, note) = match cx.house.get::<Atlas>() {
            Ok(atlas) => {
                let map = atlas.map();
                let root = atlas.root();
                let place = root.map(|r| map.name(r, today)).unwrap_or_else(|| cx.t("place-not-chosen"));
                let count = root.map_or(0, |r| map.below(r, Level::Commune, today).len());
                let note = match count {
                    0 | 1 => String::new(),
                    n => cx.words.say(cx.lang, "place-communes", &[("n", (n as i64).into())]),
                };
                (place, note)
            }
            Err(_) => (String::new(), String::new()),
        };
        let person = match &cx.actor {
            Actor::Person { name, .. } => Some(name.to_string()),
            _ => None,
        };
        Page {
            title,
            lang: cx.lang,
            theme: cx.theme,
            words: cx.words.clone(),
            place,
            place_note: note,
            nav: nav(cx),
            // On a phone: what whoever works here opens most, between the fields and the office.
            quick: match cx.may(Permission::ReadInternal) {
                true => vec![
                    entry(cx, "/", "nav-overview", "home"),
                    entry(cx, "/cases", "nav-cases-short", "list"),
                    entry(cx, "/notices", "nav-notices", "bell"),
                ],
                false => vec![
                    entry(cx, "/", "nav-overview", "home"),
                    entry(cx, "/indicators", "nav-indicators", "trend"),
                    entry(cx, "/late", "nav-late", "bell"),
                ],
            },
            boards: vec![
                entry(cx, "/wall", "nav-wall-page", "screen"),
                entry(cx, "/", "nav-overview", "home"),
                entry(cx, "/indicators", "nav-indicators", "trend"),
                entry(cx, "/compare", "nav-compare", "list"),
                entry(cx, "/morning", "nav-morning-page", "sunrise"),
            ],
            clock: TimeOfDay::of(now).show(),
            person,
            path: cx.path.to_string(),
            live_since: cx.live.version(),
            now,
            date_line: date_line(today, cx.lang),
            demo: cx.demo.load(std::sync::atomic::Ordering::Relaxed),
            notice: cx.notice.clone(),
        }
    }
}
