//! Pages and API of cases. One file per page, handler and template. Whatever lies outside the reader's scope
//! is answered like what does not exist.

mod api;
mod desk;
pub(crate) mod show;
mod units;

use kit::Route;

pub(crate) fn routes() -> Vec<Route> {
    [desk::list::routes(), desk::case::routes(), desk::steps::routes(), units::routes(), api::routes()]
        .concat()
}
