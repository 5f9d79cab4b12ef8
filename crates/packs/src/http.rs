//! The pages of packs. Everyone signed in may read the list; the rest is for whoever manages packs.

use kit::Route;

pub(crate) fn routes() -> Vec<Route> {
    Vec::new()
}
