//! The pages of packs. Everyone signed in may read the list; the rest is for whoever manages packs. Deadlines
//! and working calendars are for everybody.

mod calendar_api;
mod deadline;
mod list;
mod one;

use axum::routing::{get, post};
use foundation::{Date, Instant, Lang};
use kit::{Access, Context, Permission, Route};

pub(crate) fn routes() -> Vec<Route> {
    let manage = Access::Needs(Permission::ManagePacks);
    vec![
        Route::get("/deadline", Access::Public, get(deadline::show)),
        Route::get("/api/v1/calendar/deadline", Access::Public, get(calendar_api::deadline)),
        Route::get("/api/v1/calendars", Access::Public, get(calendar_api::list)),
        Route::get("/packs", Access::SignedIn, get(list::show)),
        Route::get("/packs/{id}", manage, get(one::show)),
        Route::post("/packs/{id}/overlay", manage, post(one::set)),
        Route::post("/packs/{id}/overlay/remove", manage, post(one::remove)),
    ]
}

/// The civil date of a moment, as the reader writes dates.
fn day(at: Instant, lang: Lang) -> String {
    written(Date::of(at), lang)
}

fn written(date: Date, lang: Lang) -> String {
    match lang {
        Lang::Vi => date.vi(),
        Lang::En => date.en(),
    }
}

/// A message that counts; only a real number finds the right plural.
fn say_count(cx: &Context, key: &str, n: u64) -> String {
    cx.words.say(cx.lang, key, &[("n", (n as f64).into())])
}
