//! Make the first administrator, and say which place the installation serves.
//!
//! Who: whoever holds the link that the program printed when it started without an administrator. The link
//! works once, and not at all once there is an administrator.

use foundation::{Date, Result, error::conflict};
use kit::{Context, Fields, Role, audit};
use serde_json::json;
use storage::settings;
use units::Atlas;

use crate::actions::sign_in::{SignedIn, begin};
use crate::actions::{acting, doorkeeper, person_name, sign_in_name, subject};
use crate::grant::{Grant, ROOT_UNIT, root_unit};
use crate::place;
use crate::store::accounts::NewAccount;
use crate::store::links::{self, Purpose};
use crate::store::{accounts, grants};
use crate::{password, token};

/// The event: it was chosen which place the installation serves.
pub const ROOT_CHOSEN: &str = "identity.root_chosen";

/// The first administrator.
pub struct FirstRun {
    /// The token of the link.
    pub token: String,
    /// What they are called.
    pub name: String,
    /// What they will sign in with.
    pub sign_in: String,
    /// Their password.
    pub password: String,
    /// The place that the installation serves, as typed; not asked when it was chosen before.
    pub place: String,
    /// The browser's name for itself.
    pub agent: String,
}

impl FirstRun {
    /// Makes them and signs them in.
    pub async fn run(self, cx: &Context) -> Result<SignedIn> {
        let now = cx.clock.now();
        let day = Date::of(now);
        let hash = token::hash(&self.token);
        links::look(&cx.db, now, Purpose::FirstRun, &hash).await?;
        let name = person_name(&self.name)?;
        let sign_in = sign_in_name(&self.sign_in)?;
        password::check(&self.password, &sign_in)?;
        let chosen = root_unit(cx).await?;
        let root = match chosen {
            Some(root) => root,
            None => place::pick_root(cx, &self.place)?,
        };
        let password = doorkeeper(cx)?.passwords.hash(self.password).await?;
        let id = foundation::new_id();
        let who = acting(cx, id);
        let by = who.actor.audit_name();
        let grant = Grant {
            id: foundation::new_id(),
            account: id,
            role: Role::Admin,
            unit: root,
            packs: Fields::All,
            valid_from: day,
            valid_to: None,
        };
        let mut tx = cx.db.begin().await?;
        tx.lock("identity-first-run").await?;
        links::take(&mut tx, now, Purpose::FirstRun, &hash).await?;
        if grants::lasting_admins(&mut tx, root, day).await? > 0 {
            return Err(conflict("admin_exists", "Đã có người quản trị. Hãy đăng nhập."));
        }
        if chosen.is_none() {
            settings::set(&mut tx, cx.clock.as_ref(), ROOT_UNIT, &root.to_string()).await?;
            audit(&mut tx, &who, "installation.root", &format!("unit:{root}"), &json!({})).await?;
            tx.publish(now, ROOT_CHOSEN, &json!({ "unit": root })).await?;
        }
        let new = NewAccount {
            id,
            sign_in: &sign_in,
            name: &name,
            password: Some(password),
            created_by: by.clone(),
        };
        accounts::insert(&mut tx, now, new).await?;
        grants::insert(&mut tx, now, &grant, &by).await?;
        audit(&mut tx, &who, "account.first_admin", &subject(id), &json!({ "unit": root })).await?;
        let signed_in = begin(&mut tx, cx, id, &self.agent).await?;
        tx.commit().await?;
        // The next page already knows the place; other processes hear of it by the event.
        cx.house.get::<Atlas>()?.reload(&cx.db).await?;
        doorkeeper(cx)?.forget_all();
        Ok(signed_in)
    }
}

/// The address, without the host, at which the first administrator is made; a new one each time, the old
/// one stops working. Nothing when there is an administrator.
pub async fn first_run_link(cx: &Context) -> Result<Option<String>> {
    let now = cx.clock.now();
    if grants::has_admin(&cx.db, Date::of(now)).await? {
        return Ok(None);
    }
    let link = token::fresh()?;
    let mut tx = cx.db.begin().await?;
    links::insert(&mut tx, now, Purpose::FirstRun, None, &link.hash).await?;
    tx.commit().await?;
    Ok(Some(format!("/first-run?token={}", link.text)))
}
