//! The keys of other programs.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use foundation::{Date, Instant};
use http::StatusCode;
use kit::http::{moment, redirect_with};
use kit::{Context, Permission};
use serde::Deserialize;
use units::Atlas;
use uuid::Uuid;
use web::{Answer, Page};

use crate::actions::create_key::CreateKey;
use crate::actions::revoke_key::RevokeKey;
use crate::grant::{Charge, parse_packs, read_packs};
use crate::http::accounts::{Given, fields_text, need_root, read_day, unit_choices};
use crate::http::{Told, page_with, told};
use crate::place;
use crate::store::keys;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct KeyForm {
    name: String,
    unit: String,
    packs: String,
    last_day: String,
}

struct KeyLine {
    id: Uuid,
    name: String,
    unit: String,
    packs: String,
    used: String,
    ends: String,
    /// `live`, `expired` or `revoked`.
    state: &'static str,
}

#[derive(Template)]
#[template(path = "keys.html")]
struct KeysPage {
    page: Page,
    fault: Option<String>,
    form: KeyForm,
    keys: Vec<KeyLine>,
    choices: Vec<(String, String)>,
}

fn state(key: &keys::ApiKey, now: Instant) -> &'static str {
    match () {
        _ if key.revoked_at.is_some() => "revoked",
        _ if key.expires_at.is_some_and(|end| end <= now) => "expired",
        _ => "live",
    }
}

async fn show(cx: &Context, form: KeyForm, fault: Option<Told>) -> Answer {
    let charge = Charge::of(cx, Permission::ManageAccounts).await?;
    let map = cx.house.get::<Atlas>()?.map();
    let now = cx.clock.now();
    let mut lines = Vec::new();
    for key in keys::all(&cx.db).await? {
        let packs = read_packs(key.packs.clone())?;
        if !charge.covers(key.unit, &packs) {
            continue;
        }
        lines.push(KeyLine {
            id: key.id,
            unit: map.name(key.unit, Date::of(now)),
            packs: fields_text(cx, &packs),
            used: key.last_used_at.map_or_else(String::new, |at| moment(at, cx.lang)),
            ends: key.expires_at.map_or_else(String::new, |at| moment(at, cx.lang)),
            state: state(&key, now),
            name: key.name,
        });
    }
    let (status, fault) = fault.map_or((StatusCode::OK, None), |t| (t.status, Some(t.sentence)));
    let choices = unit_choices(cx, &charge).await?;
    let page = cx.page(cx.t("identity-keys"))?;
    page_with(status, &KeysPage { page, fault, form, keys: lines, choices })
}

pub(super) async fn list(cx: Context) -> Answer {
    show(&cx, KeyForm::default(), None).await
}

async fn made(cx: &Context, form: &KeyForm) -> foundation::Result<String> {
    let unit = place::pick_unit(cx, need_root(cx).await?, &form.unit)?;
    let (packs, last_day) = (parse_packs(&form.packs)?, read_day(&form.last_day)?);
    let key = CreateKey { name: form.name.clone(), unit, packs, last_day };
    key.run(cx).await.map(|(_, text)| text)
}

pub(super) async fn create(cx: Context, Form(form): Form<KeyForm>) -> Answer {
    match made(&cx, &form).await {
        Ok(secret) => {
            let page = cx.page(cx.t("identity-key-made"))?;
            let note = cx.t("identity-key-once");
            page_with(
                StatusCode::CREATED,
                &Given { page, note, secret, label: cx.t("identity-key"), back: "/keys".into() },
            )
        }
        Err(e) => {
            let fault = told(&cx, e)?;
            show(&cx, form, Some(fault)).await
        }
    }
}

pub(super) async fn revoke(cx: Context, Path(id): Path<Uuid>) -> Answer {
    RevokeKey(id).run(&cx).await?;
    redirect_with("/keys", &cx.t("identity-key-revoked"))
}
