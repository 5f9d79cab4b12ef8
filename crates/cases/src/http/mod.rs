//! Pages and API of cases. One file per page, handler and template. Whatever lies outside the reader's scope
//! is answered like what does not exist.

mod api;
mod desk;
mod public;
pub(crate) mod show;

use kit::Route;

pub(crate) fn routes() -> Vec<Route> {
    let list = [desk::list::routes(), desk::case::routes()].concat();
    let acts = [desk::steps::routes(), desk::acts::routes()].concat();
    [list, acts, public::routes(), api::routes()].concat()
}
