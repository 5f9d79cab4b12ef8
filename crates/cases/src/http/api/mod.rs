//! `/api/v1`: reports in, cases out.

pub(super) mod near;
mod photos;
mod points;
mod reports;
mod status;
mod warnings;

use kit::Route;

pub(super) fn routes() -> Vec<Route> {
    [
        reports::routes(),
        photos::routes(),
        near::routes(),
        points::routes(),
        status::routes(),
        warnings::routes(),
    ]
    .concat()
}
