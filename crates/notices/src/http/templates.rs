//! `/notices/templates`: the texts of messages, and what the place wrote instead.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use foundation::{Result, error::not_found};
use http::StatusCode;
use kit::Context;
use kit::http::{moment, redirect_with};
use serde::Deserialize;
use web::{Answer, Page};

use crate::actions::edit_text::EditText;
use crate::book::Tongue;
use crate::channel::Via;
use crate::http::{Tab, own_page, tabs, told, way};
use crate::kinds::{self, KINDS, Kind};
use crate::sms;
use crate::store::texts;

struct KindLine {
    name: &'static str,
    label: String,
    ways: String,
    changes: i64,
}

#[derive(Template)]
#[template(path = "notice_templates.html")]
struct ListPage {
    page: Page,
    tabs: Vec<Tab>,
    kinds: Vec<KindLine>,
}

/// One text: a form of the page.
struct Form1 {
    id: String,
    via: &'static str,
    tongue: &'static str,
    label: String,
    titled: bool,
    title: String,
    body: String,
    own: bool,
    missing: bool,
    length: Option<String>,
}

struct Past {
    at: String,
    who: String,
    label: String,
    title: String,
    body: Option<String>,
}

#[derive(Template)]
#[template(path = "notice_template.html")]
struct KindPage {
    page: Page,
    tabs: Vec<Tab>,
    fault: Option<String>,
    kind: &'static str,
    values: String,
    forms: Vec<Form1>,
    past: Vec<Past>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Written {
    via: String,
    tongue: String,
    title: String,
    body: String,
    shipped: String,
}

pub(super) async fn list(cx: Context) -> Answer {
    let changed = texts::changed(&cx.db).await?;
    let line = |kind: &'static Kind| KindLine {
        name: kind.name,
        label: cx.t(&kind.word()),
        ways: kind.possible.iter().map(|via| way(&cx, *via)).collect::<Vec<_>>().join(", "),
        changes: changed.iter().find(|(name, _)| name == kind.name).map_or(0, |(_, n)| *n),
    };
    let kinds = KINDS.iter().map(line).collect();
    let page = cx.page(cx.t("notices-templates"))?;
    own_page(StatusCode::OK, &ListPage { page, tabs: tabs(&cx), kinds })
}

fn named(kind: &str) -> Result<&'static Kind> {
    kinds::kind(kind).ok_or_else(|| not_found("notice_kind_not_found", "Không có loại tin này."))
}

fn label(cx: &Context, via: &str, tongue: Tongue) -> String {
    let via = Via::parse(via).map(|via| way(cx, via)).unwrap_or_default();
    format!("{via}, {}", cx.t(&format!("notices-tongue-{}", tongue.tag())))
}

async fn view(
    cx: &Context,
    kind: &'static Kind,
    status: StatusCode,
    fault: Option<(String, &Written)>,
) -> Answer {
    let changes = texts::changes(&cx.db, kind.name).await?;
    let mut forms = Vec::new();
    for via in kind.possible {
        for tongue in Tongue::ALL {
            let found = texts::own(&changes, kind, *via, tongue);
            let missing = found.is_none();
            let (text, own) = found.unwrap_or_default();
            let refused = fault.as_ref().map(|f| f.1);
            let refused = refused.filter(|w| w.via == via.name() && w.tongue == tongue.tag());
            let (title, body) =
                refused.map_or((text.title, text.body), |w| (w.title.clone(), w.body.clone()));
            forms.push(Form1 {
                id: format!("{}-{}", via.name(), tongue.tag()),
                via: via.name(),
                tongue: tongue.tag(),
                label: label(cx, via.name(), tongue),
                titled: !matches!(via, Via::Sms | Via::Zalo),
                length: (*via == Via::Sms && !missing).then(|| length(cx, &body)),
                title,
                body,
                own,
                missing,
            });
        }
    }
    let past = changes.iter().take(20).map(|c| Past {
        at: moment(c.changed_at, cx.lang),
        who: c.changed_by.clone(),
        label: label(cx, &c.via, Tongue::parse(&c.tongue).unwrap_or_default()),
        title: c.title.clone().unwrap_or_default(),
        body: c.body.clone(),
    });
    let mut past: Vec<Past> = past.collect();
    for line in &mut past {
        if let Some(name) = cx.house.name_of(&line.who).await? {
            line.who = name;
        }
    }
    let named: Vec<String> =
        kind.values.iter().chain(&["link", "name", "place"]).map(|v| format!("{{{v}}}")).collect();
    own_page(
        status,
        &KindPage {
            page: cx.page(cx.t(&kind.word()))?,
            tabs: tabs(cx),
            fault: fault.map(|f| f.0),
            kind: kind.name,
            values: named.join(" "),
            forms,
            past,
        },
    )
}

/// How long an SMS is before its values are filled in, without marks.
fn length(cx: &Context, body: &str) -> String {
    let length = sms::length(&foundation::text::unmarked(body));
    let args = [("places", (length.places as i64).into()), ("parts", (length.parts as i64).into())];
    cx.words.say(cx.lang, "notices-sms-length", &args)
}

pub(super) async fn show(cx: Context, Path(kind): Path<String>) -> Answer {
    view(&cx, named(&kind)?, StatusCode::OK, None).await
}

pub(super) async fn save(cx: Context, Path(kind): Path<String>, Form(form): Form<Written>) -> Answer {
    let kind = named(&kind)?;
    let unknown = || not_found("notice_kind_not_found", "Không có loại tin này.");
    let via = Via::parse(&form.via).filter(|via| kind.possible.contains(via)).ok_or_else(unknown)?;
    let tongue = Tongue::parse(&form.tongue).ok_or_else(unknown)?;
    let text = form.shipped.is_empty().then(|| (form.title.clone(), form.body.clone()));
    match (EditText { kind, via, tongue, text }).run(&cx).await {
        Ok(()) => redirect_with(&format!("/notices/templates/{}", kind.name), &cx.t("notices-text-saved")),
        Err(e) => {
            let (status, fault) = told(&cx, e)?;
            view(&cx, kind, status, Some((fault, &form))).await
        }
    }
}
