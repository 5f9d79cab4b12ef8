//! A case in words that everybody may read.

use kit::Context;

use crate::actions::receive::first_words;
use crate::case::Case;
use crate::http::show::Desk;
use crate::service::CaseType;
use crate::workflow::Stage;

/// How far a case is: four parts, each `done`, `now` or `todo`, and the same in words.
pub(in crate::http) struct Progress {
    pub parts: [&'static str; 4],
    pub words: String,
    /// `good`, `watch`, `bad`, `none`.
    pub state: &'static str,
    /// How many parts are done.
    pub done: usize,
}

/// How far a case is; the reporter (`own`) is asked to rate it, everybody is told that they are.
pub(in crate::http) fn progress(
    cx: &Context,
    desk: &Desk,
    case: &Case,
    kind: &CaseType,
    own: bool,
) -> Progress {
    let (parts, done) = match case.stage() {
        Stage::New => (["done", "now", "todo", "todo"], 1),
        Stage::Work => (["done", "done", "now", "todo"], 2),
        Stage::Review => (["done", "done", "done", "now"], 3),
        Stage::Answered | Stage::Closed => (["done"; 4], 4),
        Stage::Refused | Stage::Elsewhere | Stage::Merged => (["over"; 4], 4),
    };
    let named = kind.flow.state(&case.state).map_or(String::new(), |s| s.name.get(cx.lang).to_owned());
    let (state, due) = match desk.due(cx, case) {
        Ok(due) => (due.state, due.words),
        Err(_) => ("none", String::new()),
    };
    let words = match case.stage() {
        Stage::Answered if own && kind.flow.rating.is_some() => cx.t("case-pub-rate-please"),
        stage if stage.is_open() && !due.is_empty() => format!("{named} · {due}"),
        _ => named,
    };
    Progress { parts, words, state, done }
}

/// A title that holds no word which was not meant for everybody.
pub(in crate::http) fn title(cx: &Context, case: &Case, kind: &CaseType) -> String {
    let words = first_words(&case.public_text);
    match words.trim().is_empty() {
        true => kind
            .flow
            .category(&case.category)
            .map_or_else(|| cx.t("case-pub-report"), |c| c.name.get(cx.lang).to_owned()),
        false => words,
    }
}

/// A position as everybody sees it: to about ten metres, so that it names a street and no door.
pub(in crate::http) fn position(case: &Case) -> Option<(f64, f64)> {
    let round = |v: f64| (v * 10_000.0).round() / 10_000.0;
    case.lat.zip(case.lon).map(|(lat, lon)| (round(lat), round(lon)))
}
