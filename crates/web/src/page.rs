//! The shell that every page stands in. A page is a struct with `page: Page`, and a template that extends
//! `shell.html` (desk and phone) or `wall_shell.html` (the wall).

use foundation::{Instant, Lang};

use crate::words::Words;

/// The two themes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Light, for desks and phones.
    #[default]
    Paper,
    /// Dark, for the wall.
    Lacquer,
}

impl Theme {
    /// The value of `data-theme`.
    pub fn name(self) -> &'static str {
        match self {
            Theme::Paper => "paper",
            Theme::Lacquer => "lacquer",
        }
    }

    /// Reads the cookie's value.
    pub fn parse(name: &str) -> Option<Theme> {
        match name {
            "paper" => Some(Theme::Paper),
            "lacquer" => Some(Theme::Lacquer),
            _ => None,
        }
    }

    /// The other one.
    pub fn other(self) -> Theme {
        match self {
            Theme::Paper => Theme::Lacquer,
            Theme::Lacquer => Theme::Paper,
        }
    }
}

/// An entry of the menu.
#[derive(Debug, Clone)]
pub struct NavEntry {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub label: String,
    /// Its icon, a name from `ui/icons`.
    pub icon: String,
    /// Whether the page is this one, or below it.
    pub here: bool,
}

/// A titled part of the menu.
#[derive(Debug, Clone, Default)]
pub struct NavGroup {
    /// Empty for the first part.
    pub title: String,
    /// Its entries.
    pub entries: Vec<NavEntry>,
}

/// Everything that the shell needs to know.
#[derive(Clone)]
pub struct Page {
    /// The page's own title.
    pub title: String,
    /// Its language.
    pub lang: Lang,
    /// Its theme.
    pub theme: Theme,
    /// The messages.
    pub words: Words,
    /// The name of the place that this installation serves.
    pub place: String,
    /// What stands beside it, «103 xã, phường».
    pub place_note: String,
    /// The menu.
    pub nav: Vec<NavGroup>,
    /// The entries of the phone's bottom bar.
    pub quick: Vec<NavEntry>,
    /// The entries of the wall's head.
    pub boards: Vec<NavEntry>,
    /// The time of day, for a page without script.
    pub clock: String,
    /// The signed-in person's name.
    pub person: Option<String>,
    /// The address of this page, for coming back.
    pub path: String,
    /// The newest live version before the page was rendered.
    pub live_since: i64,
    /// The server's time, for the clock.
    pub now: Instant,
    /// The date in words, with the lunar date.
    pub date_line: String,
    /// Whether synthetic figures are in the database.
    pub demo: bool,
    /// A sentence about what was just done, shown once.
    pub notice: Option<String>,
}

impl Page {
    /// The message `key`.
    pub fn t(&self, key: &str) -> String {
        self.words.say(self.lang, key, &[])
    }

    /// The message `key` with one argument.
    pub fn t1(&self, key: &str, name: &str, value: impl ToString) -> String {
        self.words.say(self.lang, key, &[(name, value.to_string().into())])
    }

    /// The message `key` with a number, so that the words agree with it.
    pub fn tn(&self, key: &str, n: impl std::fmt::Display) -> String {
        let n: i64 = n.to_string().parse().unwrap_or_default();
        self.words.say(self.lang, key, &[("n", n.into())])
    }

    /// The message `key` with two arguments.
    pub fn t2(&self, key: &str, a: (&str, &str), b: (&str, &str)) -> String {
        self.words.say(self.lang, key, &[(a.0, a.1.into()), (b.0, b.1.into())])
    }

    /// The address of an asset.
    pub fn asset(&self, name: &str) -> &'static str {
        crate::assets::address(name)
    }

    /// The address of an icon.
    pub fn icon(&self, name: impl AsRef<str>) -> String {
        format!("{}#{}", crate::assets::address("icons.svg"), name.as_ref())
    }

    /// The address of this page, safe inside a query.
    pub fn path_encoded(&self) -> String {
        self.path
            .replace('%', "%25")
            .replace('&', "%26")
            .replace('?', "%3F")
            .replace('#', "%23")
            .replace('+', "%2B")
    }

    /// Milliseconds since the epoch, for the clock's script; to the second, so that a page is the same page
    /// for everybody who asks within one. The live connection tells the time anew.
    pub fn now_ms(&self) -> i64 {
        self.now.0 / 1_000_000 * 1000
    }
}
