//! The people: the list, one of them, their grants.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query};
use foundation::text::fold;
use foundation::{Date, Lang, Result, error::conflict, error::invalid, error::not_found};
use http::{HeaderMap, StatusCode, header};
use kit::http::{moment, redirect_with, url_encode};
use kit::{Actor, Context, Fields, Permission, Role, UnitId};
use serde::Deserialize;
use units::Atlas;
use uuid::Uuid;
use web::{Answer, Page};

use crate::actions::create_account::CreateAccount;
use crate::actions::disable::{Disable, Enable};
use crate::actions::doorkeeper;
use crate::actions::give_grant::GiveGrant;
use crate::actions::invite::Invite;
use crate::actions::revoke_grant::RevokeGrant;
use crate::grant::{Charge, Grant, parse_packs, root_unit};
use crate::http::{Told, page_with, told};
use crate::place;
use crate::reach::{Standing, standing};
use crate::store::accounts::{self, Account};
use crate::store::grants;

/// So many people stand on one page.
const PER_PAGE: usize = 100;

/// A grant as a line of a table.
pub(super) struct GrantLine {
    pub id: Uuid,
    pub role: &'static str,
    pub unit: String,
    pub packs: String,
    pub days: String,
    /// `live`, `later`, `ended`, or `waiting` when its unit was split.
    pub state: &'static str,
    /// What its unit became, when it waits.
    pub became: String,
    pub revocable: bool,
}

/// «tất cả» or the ids.
pub(super) fn fields_text(cx: &Context, packs: &Fields) -> String {
    match packs {
        Fields::All => cx.t("identity-all-fields"),
        Fields::Some(list) => list.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
    }
}

/// Lines of grants; `charge` says which can be taken back.
pub(super) fn grant_lines(cx: &Context, all: Vec<Grant>, charge: Option<&Charge>) -> Result<Vec<GrantLine>> {
    let map = cx.house.get::<Atlas>()?.map();
    let day = Date::of(cx.clock.now());
    let written = |d: Date| if cx.lang == Lang::Vi { d.vi() } else { d.en() };
    let line = |g: Grant| {
        let at = standing(&map, g.unit, day);
        let state = match at {
            _ if g.ended(day) => "ended",
            _ if g.valid_from > day => "later",
            Standing::Here(_) => "live",
            Standing::Split(_) | Standing::Unknown => "waiting",
        };
        let became = match &at {
            Standing::Split(into) => into.iter().map(|u| map.name(*u, day)).collect::<Vec<_>>().join(", "),
            _ => String::new(),
        };
        let until = g.valid_to.map(|end| written(end.add_days(-1)));
        GrantLine {
            id: g.id,
            role: g.role.name(),
            unit: map.name(g.unit, day),
            packs: fields_text(cx, &g.packs),
            days: format!("{} – {}", written(g.valid_from), until.unwrap_or_default()),
            state,
            became,
            revocable: state != "ended" && charge.is_some_and(|c| c.covers(g.unit, &g.packs)),
        }
    };
    Ok(all.into_iter().map(line).collect())
}

/// A day typed into a form; nothing is no day.
pub(super) fn read_day(text: &str) -> Result<Option<Date>> {
    if text.trim().is_empty() { Ok(None) } else { Date::parse(text.trim()).map(Some) }
}

/// The root unit, which must be chosen before anybody is granted anything.
pub(super) async fn need_root(cx: &Context) -> Result<UnitId> {
    let root = root_unit(cx).await?;
    root.ok_or_else(|| conflict("no_root", "Chưa chọn địa bàn của hệ thống. Hãy chọn trước khi giao quyền."))
}

/// The places to choose from, code and name: those that the actor administers.
pub(super) async fn unit_choices(cx: &Context, charge: &Charge) -> Result<Vec<(String, String)>> {
    let map = cx.house.get::<Atlas>()?.map();
    let day = Date::of(cx.clock.now());
    Ok(match (charge, root_unit(cx).await?) {
        (Charge::Everything, root) => place::choices(&map, root, day),
        (Charge::Within(all), _) => {
            let units = all.iter().flat_map(|r| r.units.iter()).filter_map(|u| map.on(*u, day));
            let mut list: Vec<_> = units.map(|v| (v.code.clone(), v.full_name())).collect();
            list.sort();
            list.dedup();
            list
        }
    })
}

/// A person as a line of the list.
struct Line {
    id: Uuid,
    name: String,
    sign_in: String,
    roles: String,
    places: String,
    packs: String,
    two_step: bool,
    last: String,
    waiting: bool,
}

#[derive(Template)]
#[template(path = "accounts.html")]
struct ListPage {
    page: Page,
    lines: Vec<Line>,
    show: &'static str,
    q: String,
    /// Active, invited, disabled.
    counts: [usize; 3],
    /// People whose grants wait for an administrator.
    waiting: Vec<(Uuid, String)>,
    number: usize,
    pages: usize,
}

/// A secret that is shown once.
#[derive(Template)]
#[template(path = "given.html")]
pub(super) struct Given {
    pub page: Page,
    pub note: String,
    pub label: String,
    pub secret: String,
    pub back: String,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    page: Page,
    fault: Option<String>,
    account: Account,
    created: String,
    last: String,
    invited: Option<String>,
    grants: Vec<GrantLine>,
    choices: Vec<(String, String)>,
    form: GrantForm,
    mine: bool,
    may_change: bool,
}

#[derive(Template)]
#[template(path = "account_new.html")]
struct NewPage {
    page: Page,
    fault: Option<String>,
    form: GrantForm,
    choices: Vec<(String, String)>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    show: String,
    page: usize,
}

/// The form of a person and of a grant.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct GrantForm {
    name: String,
    sign_in: String,
    role: String,
    unit: String,
    packs: String,
    from: String,
    to: String,
    grant: Option<Uuid>,
}

fn state_of(account: &Account) -> &'static str {
    match () {
        _ if account.disabled_at.is_some() => "disabled",
        _ if !account.ready => "invited",
        _ => "active",
    }
}

const STATES: [&str; 3] = ["active", "invited", "disabled"];

pub(super) async fn list(cx: Context, Query(asked): Query<Asked>) -> Answer {
    let charge = Charge::of(&cx, Permission::ManageAccounts).await?;
    let day = Date::of(cx.clock.now());
    let show = STATES.into_iter().find(|s| *s == asked.show).unwrap_or("active");
    let mut held: std::collections::HashMap<Uuid, Vec<Grant>> = std::collections::HashMap::new();
    for grant in grants::live(&cx.db, day).await? {
        held.entry(grant.account).or_default().push(grant);
    }
    let me = cx.actor.audit_name();
    let (wanted, mut counts, mut waiting, mut lines) = (fold(&asked.q), [0; 3], Vec::new(), Vec::new());
    for account in accounts::all(&cx.db).await? {
        let all = held.remove(&account.id).unwrap_or_default();
        if !visible(&charge, &account, &all, &me) {
            continue;
        }
        let state = state_of(&account);
        if let Some(i) = STATES.iter().position(|s| *s == state) {
            counts[i] += 1;
        }
        let told = grant_lines(&cx, all, None)?;
        let waits = told.iter().any(|g| g.state == "waiting");
        if waits {
            waiting.push((account.id, account.name.clone()));
        }
        let joined = |what: fn(&GrantLine) -> String| {
            let mut list: Vec<String> = Vec::new();
            for one in told.iter().map(what) {
                if !list.contains(&one) {
                    list.push(one);
                }
            }
            list.join(", ")
        };
        let line = Line {
            roles: joined(|g| g.role.to_owned())
                .split(", ")
                .filter(|r| !r.is_empty())
                .map(|r| cx.t(&role_key(r)))
                .collect::<Vec<_>>()
                .join(", "),
            places: joined(|g| g.unit.clone()),
            packs: joined(|g| g.packs.clone()),
            two_step: account.two_step,
            last: account.signed_in_at.map_or_else(String::new, |at| moment(at, cx.lang)),
            waiting: waits,
            id: account.id,
            name: account.name,
            sign_in: account.sign_in,
        };
        let text = fold(&format!("{} {} {}", line.name, line.sign_in, line.places));
        if state == show && (wanted.is_empty() || text.contains(&wanted)) {
            lines.push(line);
        }
    }
    let pages = lines.len().div_ceil(PER_PAGE).max(1);
    let number = asked.page.clamp(1, pages);
    let lines = lines.into_iter().skip((number - 1) * PER_PAGE).take(PER_PAGE).collect();
    let page = cx.page(cx.t("identity-accounts"))?;
    page_with(StatusCode::OK, &ListPage { page, lines, show, q: asked.q, counts, waiting, number, pages })
}

/// Whether an administrator sees an account at all: they made it, or it holds something within what they
/// administer.
fn visible(charge: &Charge, account: &Account, held: &[Grant], me: &str) -> bool {
    matches!(charge, Charge::Everything)
        || account.created_by == me
        || held.iter().any(|g| charge.covers(g.unit, &g.packs))
}

/// The message that names a role.
pub(super) fn role_key(role: &str) -> String {
    format!("identity-role-{}", role.replace('_', "-"))
}

impl GrantLine {
    /// The message that names the role.
    pub fn role_key(&self) -> String {
        role_key(self.role)
    }
}

/// The roles that people may hold, with the messages that name them.
fn roles() -> Vec<(&'static str, String)> {
    Role::ALL
        .into_iter()
        .filter(|r| *r != Role::Integration)
        .map(|r| (r.name(), role_key(r.name())))
        .collect()
}

impl ListPage {
    fn tab(&self) -> &'static str {
        self.show
    }

    fn q_encoded(&self) -> String {
        url_encode(&self.q)
    }
}

impl AccountPage {
    fn roles(&self) -> Vec<(&'static str, String)> {
        roles()
    }
}

impl NewPage {
    fn roles(&self) -> Vec<(&'static str, String)> {
        roles()
    }
}

async fn show_one(cx: &Context, id: Uuid, form: GrantForm, fault: Option<Told>) -> Answer {
    let charge = Charge::of(cx, Permission::ManageAccounts).await?;
    let day = Date::of(cx.clock.now());
    let account = accounts::get(&cx.db, id).await?;
    let mut held = grants::of_account(&cx.db, id).await?;
    held.sort_by_key(|g| (g.ended(day), g.valid_from));
    let live: Vec<Grant> = held.iter().filter(|g| !g.ended(day)).cloned().collect();
    let me = cx.actor.audit_name();
    if !visible(&charge, &account, &live, &me) {
        return Err(not_found("account_not_found", "Không có tài khoản này.").into());
    }
    let may_change = charge.commands(&live, &account.created_by, &me);
    let invited = crate::store::links::waiting(&cx.db, cx.clock.now(), id).await?;
    let (status, fault) = fault.map_or((StatusCode::OK, None), |t| (t.status, Some(t.sentence)));
    let shown = AccountPage {
        page: cx.page(account.name.clone())?,
        fault,
        created: moment(account.created_at, cx.lang),
        last: account.signed_in_at.map_or_else(String::new, |at| moment(at, cx.lang)),
        invited: invited.map(|at| moment(at, cx.lang)),
        grants: grant_lines(cx, held, may_change.then_some(&charge))?,
        choices: unit_choices(cx, &charge).await?,
        form,
        mine: matches!(&cx.actor, Actor::Person { id: own, .. } if *own == id),
        may_change,
        account,
    };
    page_with(status, &shown)
}

pub(super) async fn show(cx: Context, Path(id): Path<Uuid>) -> Answer {
    show_one(&cx, id, GrantForm::default(), None).await
}

async fn show_new(cx: &Context, form: GrantForm, fault: Option<Told>) -> Answer {
    let charge = Charge::of(cx, Permission::ManageAccounts).await?;
    let (status, fault) = fault.map_or((StatusCode::OK, None), |t| (t.status, Some(t.sentence)));
    let choices = unit_choices(cx, &charge).await?;
    page_with(status, &NewPage { page: cx.page(cx.t("identity-account-new"))?, fault, form, choices })
}

pub(super) async fn new(cx: Context) -> Answer {
    show_new(&cx, GrantForm::default(), None).await
}

/// Where a link leads, as the browser that asked would write it.
fn whole_address(cx: &Context, headers: &HeaderMap, path: &str) -> Result<String> {
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let scheme = if doorkeeper(cx)?.secure() { "https" } else { "http" };
    Ok(format!("{scheme}://{host}{path}"))
}

fn give_link(cx: &Context, headers: &HeaderMap, id: Uuid, token: &str) -> Answer {
    let shown = Given {
        page: cx.page(cx.t("identity-invitation-made"))?,
        note: cx.t("identity-invitation-once"),
        label: cx.t("identity-invitation-link"),
        secret: whole_address(cx, headers, &format!("/invitation?token={token}"))?,
        back: format!("/accounts/{id}"),
    };
    page_with(StatusCode::CREATED, &shown)
}

/// What the form says about a grant.
async fn read_grant(cx: &Context, account: Uuid, form: &GrantForm) -> Result<GiveGrant> {
    let role = Role::parse(&form.role).ok_or_else(|| invalid("role_unknown", "Hãy chọn một vai trò."))?;
    let unit = place::pick_unit(cx, need_root(cx).await?, &form.unit)?;
    let last = read_day(&form.to)?;
    Ok(GiveGrant {
        account,
        role,
        unit,
        packs: parse_packs(&form.packs)?,
        valid_from: read_day(&form.from)?,
        valid_to: last.map(|d| d.add_days(1)),
    })
}

pub(super) async fn create(cx: Context, headers: HeaderMap, Form(form): Form<GrantForm>) -> Answer {
    // What cannot be granted is said before anybody is entered.
    let wanted = !form.role.is_empty();
    let checked = match wanted {
        true => match read_grant(&cx, Uuid::nil(), &form).await {
            Ok(grant) => {
                let charge = Charge::of(&cx, Permission::ManageAccounts).await?;
                charge.demand(grant.unit, &grant.packs).map(|()| Some(grant))
            }
            Err(e) => Err(e),
        },
        false => Ok(None),
    };
    let made = match checked {
        Ok(grant) => {
            let account = CreateAccount { name: form.name.clone(), sign_in: form.sign_in.clone() };
            match (account.run(&cx).await, grant) {
                (Ok((id, token)), Some(grant)) => {
                    GiveGrant { account: id, ..grant }.run(&cx).await.map(|_| (id, token))
                }
                (made, _) => made,
            }
        }
        Err(e) => Err(e),
    };
    match made {
        Ok((id, token)) => give_link(&cx, &headers, id, &token),
        Err(e) => {
            let fault = told(&cx, e)?;
            show_new(&cx, form, Some(fault)).await
        }
    }
}

pub(super) async fn grant(cx: Context, Path(id): Path<Uuid>, Form(form): Form<GrantForm>) -> Answer {
    let given = match read_grant(&cx, id, &form).await {
        Ok(grant) => grant.run(&cx).await,
        Err(e) => Err(e),
    };
    match given {
        Ok(_) => redirect_with(&format!("/accounts/{id}"), &cx.t("identity-granted")),
        Err(e) => {
            let fault = told(&cx, e)?;
            show_one(&cx, id, form, Some(fault)).await
        }
    }
}

async fn done<T>(cx: &Context, id: Uuid, result: Result<T>, notice: &str) -> Answer {
    match result {
        Ok(_) => redirect_with(&format!("/accounts/{id}"), &cx.t(notice)),
        Err(e) => {
            let fault = told(cx, e)?;
            show_one(cx, id, GrantForm::default(), Some(fault)).await
        }
    }
}

pub(super) async fn revoke(cx: Context, Path(id): Path<Uuid>, Form(form): Form<GrantForm>) -> Answer {
    let grant = form.grant.ok_or_else(|| not_found("grant_not_found", "Không có quyền này."))?;
    let result = RevokeGrant(grant).run(&cx).await;
    done(&cx, id, result, "identity-revoked").await
}

pub(super) async fn invite(cx: Context, Path(id): Path<Uuid>, headers: HeaderMap) -> Answer {
    match Invite(id).run(&cx).await {
        Ok(token) => give_link(&cx, &headers, id, &token),
        Err(e) => {
            let fault = told(&cx, e)?;
            show_one(&cx, id, GrantForm::default(), Some(fault)).await
        }
    }
}

pub(super) async fn disable(cx: Context, Path(id): Path<Uuid>) -> Answer {
    let result = Disable(id).run(&cx).await;
    done(&cx, id, result, "identity-disabled").await
}

pub(super) async fn enable(cx: Context, Path(id): Path<Uuid>) -> Answer {
    let result = Enable(id).run(&cx).await;
    done(&cx, id, result, "identity-enabled").await
}
