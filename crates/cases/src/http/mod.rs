//! Pages and API of cases. One file per page, handler and template. Whatever lies outside the reader's scope
//! is answered like what does not exist.

mod api;
mod books;
mod desk;
mod on_map;
pub mod open311;
mod public;
pub(crate) mod show;
mod units;

use kit::Route;

pub(crate) fn routes() -> Vec<Route> {
    [
        desk::list::routes(),
        desk::map::routes(),
        desk::case::routes(),
        desk::sheet::routes(),
        desk::steps::routes(),
        desk::acts::routes(),
        desk::photos::routes(),
        desk::hands::routes(),
        desk::new::routes(),
        desk::bulk::routes(),
        desk::shift::routes(),
        units::routes(),
        books::report::routes(),
        books::list::routes(),
        books::entry::routes(),
        books::days::routes(),
        public::routes(),
        api::routes(),
        open311::routes(),
    ]
    .concat()
}
