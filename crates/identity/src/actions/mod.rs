//! What can be done, a file per verb.

pub mod ask_code;
pub mod change_password;
pub mod create_account;
pub mod create_key;
pub mod disable;
pub mod first_run;
pub mod forget_citizen;
pub mod give_grant;
pub mod invite;
pub mod prove_code;
pub mod revoke_grant;
pub mod revoke_key;
pub mod set_contacts;
pub mod sign_in;
pub mod sign_out;
pub mod take_invitation;
pub mod through_provider;
pub mod two_step;

use std::sync::Arc;

use foundation::text::plain;
use foundation::{Date, Error, Kind, Result, error::conflict, error::forbidden, error::invalid};
use kit::{Actor, Context, Permission, Permissions, Role};
use storage::Tx;
use uuid::Uuid;

use crate::auth::Auth;
use crate::grant::{Charge, root_unit};
use crate::store;
use crate::store::accounts::Account;

/// The account of the person who acts.
pub(crate) fn own_id(cx: &Context) -> Result<Uuid> {
    match &cx.actor {
        Actor::Person { id, .. } => Ok(*id),
        _ => Err(Error::new(Kind::Unauthenticated, "sign_in_needed", "Cần đăng nhập.")),
    }
}

/// The same context, acted in by this account: a sign-in is the act of whoever signs in.
pub(crate) fn acting(cx: &Context, id: Uuid) -> Context {
    let may = Permissions::default();
    let actor = Actor::Person { id, name: Arc::from(""), role: Role::Viewer, may };
    Context { actor, ..cx.clone() }
}

pub(crate) fn doorkeeper(cx: &Context) -> Result<Arc<Auth>> {
    cx.house.get::<Auth>()
}

/// How the audit log names an account.
pub(crate) fn subject(id: Uuid) -> String {
    format!("account:{id}")
}

/// An account that the actor may change: all that it holds lies within what they administer.
pub(crate) async fn commanded(cx: &Context, id: Uuid) -> Result<(Account, Charge)> {
    let charge = Charge::of(cx, Permission::ManageAccounts).await?;
    let account = store::accounts::get(&cx.db, id).await?;
    let day = Date::of(cx.clock.now());
    let mut grants = store::grants::of_account(&cx.db, id).await?;
    grants.retain(|g| !g.ended(day));
    if !charge.commands(&grants, &account.created_by, &cx.actor.audit_name()) {
        return Err(forbidden(
            "beyond_own_grant",
            "Tài khoản này có quyền ngoài địa bàn hoặc lĩnh vực mà bạn quản trị.",
        ));
    }
    Ok((account, charge))
}

/// How many people may manage accounts at the root, without an end.
pub(crate) async fn admins(tx: &mut Tx, cx: &Context) -> Result<i64> {
    match root_unit(cx).await? {
        Some(root) => store::grants::lasting_admins(tx, root, Date::of(cx.clock.now())).await,
        None => Ok(0),
    }
}

/// Refuses a change that took away the last of `before` administrators.
pub(crate) async fn keep_an_admin(tx: &mut Tx, cx: &Context, before: i64) -> Result<()> {
    if before > 0 && admins(tx, cx).await? == 0 {
        return Err(conflict(
            "last_admin",
            "Đây là người quản trị cuối cùng của cả địa bàn. Hãy giao quyền quản trị cho người khác trước.",
        ));
    }
    Ok(())
}

/// A person's name as it is kept: no spaces at the ends, something in between.
pub(crate) fn person_name(text: &str) -> Result<String> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        1..=100 if !name.chars().any(char::is_control) => Ok(name),
        _ => Err(invalid("name_missing", "Hãy ghi họ và tên, không quá 100 ký tự.")),
    }
}

/// A sign-in name as it is kept: letters, digits, `. _ - @ +`, no spaces.
pub(crate) fn sign_in_name(text: &str) -> Result<String> {
    let name = text.trim();
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-@+".contains(c);
    match plain(name).len() {
        3..=100 if name.chars().all(fits) => Ok(name.to_owned()),
        _ => Err(invalid(
            "sign_in_invalid",
            "Tên đăng nhập có 3 đến 100 ký tự: chữ không dấu, số, và các dấu . _ - @ +. Ví dụ: mai.tt",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_name_has_no_marks_and_no_spaces() {
        assert_eq!(sign_in_name(" mai.tt@cantho.gov.vn ").unwrap(), "mai.tt@cantho.gov.vn");
        for wrong in ["", "ab", "mai tt", "mãi", "ma\ni", "mai<b>"] {
            assert_eq!(sign_in_name(wrong).unwrap_err().code(), "sign_in_invalid", "{wrong}");
        }
        assert_eq!(person_name("  Trần  Thị Mai ").unwrap(), "Trần Thị Mai");
        assert!(person_name(" ").is_err());
    }
}
