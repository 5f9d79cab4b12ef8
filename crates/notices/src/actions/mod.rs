//! What people do here, one file an action.

pub mod choose;
pub mod edit_text;
pub mod retry;
pub mod send_mailing;
pub mod stop;
pub mod subscribe;

use foundation::{Result, error::forbidden};
use kit::Context;

use crate::book::Person;

/// The person who acts; a key of another program has no notices.
pub(crate) fn own(cx: &Context) -> Result<Person> {
    Person::signed_in(&cx.actor)
        .ok_or_else(|| forbidden("no_person", "Chỉ tài khoản của người mới có thông báo riêng."))
}
