//! `/api/v1`: reports in, cases out.

mod reports;

use kit::Route;

pub(super) fn routes() -> Vec<Route> {
    reports::routes()
}
