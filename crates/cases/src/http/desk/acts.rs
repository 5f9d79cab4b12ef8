//! Acts on a case that are no step of its type: classify, direct, extend, ask others, join, split, moderate.
//! What may be done stands on the page as one form each; here they arrive.

use axum::extract::{Form, Path};
use axum::routing::post;
use foundation::{Date, Instant, Kind, Result, TimeOfDay, error::invalid};
use kit::http::redirect_with;
use kit::{Access, Context, Permission, Route};
use serde::Deserialize;
use web::Answer;

use super::steps::after;
use crate::actions::ask_agencies::{AnswerAsked, AskAgencies};
use crate::actions::classify::Classify;
use crate::actions::direct::Direct;
use crate::actions::extend::{AskExtension, DecideExtension};
use crate::actions::join::Forget;
use crate::actions::merge::{Merge, Split};
use crate::actions::moderate::Moderate;
use crate::actions::no_case;
use crate::case::CaseId;
use crate::http::show::{Desk, number_of};

pub(in crate::http) fn routes() -> Vec<Route> {
    let staff = Access::Needs(Permission::ReadInternal);
    vec![
        Route::post("/cases/{code}/classify", staff, post(classify)),
        Route::post("/cases/{code}/direct", staff, post(direct)),
        Route::post("/cases/{code}/extension", staff, post(extension)),
        Route::post("/cases/{code}/extension/decide", staff, post(decide)),
        Route::post("/cases/{code}/ask", staff, post(ask)),
        Route::post("/cases/{code}/asked", staff, post(asked)),
        Route::post("/cases/{code}/merge", staff, post(merge)),
        Route::post("/cases/{code}/split", staff, post(split)),
        Route::post("/cases/{code}/moderate", staff, post(moderate)),
        Route::post("/cases/{code}/also/erase", staff, post(forget)),
    ]
}

/// A form of pairs, in which a name may come several times.
type Pairs = Vec<(String, String)>;

/// What was typed, by name.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Typed(Pairs);

impl Typed {
    pub fn of(pairs: Pairs) -> Typed {
        Typed(pairs)
    }

    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|p| p.0 == name).map_or("", |p| p.1.trim())
    }

    pub fn all<T: std::str::FromStr>(&self, name: &str) -> Vec<T> {
        self.0.iter().filter(|p| p.0 == name).filter_map(|p| p.1.trim().parse().ok()).collect()
    }

    pub fn some(&self, name: &str) -> Option<String> {
        Some(self.get(name).to_owned()).filter(|t| !t.is_empty())
    }

    pub fn seen(&self) -> Option<i64> {
        self.get("version").parse().ok()
    }
}

fn id(code: &str) -> Result<CaseId> {
    number_of(code).ok_or_else(no_case)
}

async fn classify(cx: Context, Path(code): Path<String>, Form(typed): Form<Typed>) -> Answer {
    let act = Classify {
        category: typed.some("category"),
        severity: typed.some("severity"),
        place: typed.get("place").parse().ok(),
        text: typed.get("text").to_owned(),
        seen: typed.seen(),
    };
    let done = act.run(&cx, id(&code)?).await;
    after(&cx, &code, done, "case-done", typed.get("text").to_owned()).await
}

async fn direct(cx: Context, Path(code): Path<String>, Form(typed): Form<Typed>) -> Answer {
    let agency =
        typed.get("agency").parse().map_err(|_| invalid("case_agency", "Hãy chọn đơn vị nhận việc."))?;
    let text = typed.get("text").to_owned();
    let act = Direct { agency, handler: None, text: text.clone(), seen: typed.seen() };
    let done = act.run(&cx, id(&code)?).await;
    after(&cx, &code, done, "case-done", text).await
}

/// The end of a day, or a time of it: «2026-12-01», «2026-12-01T10:00».
pub(super) fn moment(written: &str) -> Result<Instant> {
    let wrong = || invalid("case_moment", "Chưa đọc được ngày giờ. Ghi như 01/12/2026 hoặc chọn trong lịch.");
    match written.split_once('T') {
        Some((day, time)) => {
            Ok(Date::parse(day).map_err(|_| wrong())?.at(TimeOfDay::parse(time).map_err(|_| wrong())?))
        }
        None => Ok(Date::parse(written).map_err(|_| wrong())?.at(TimeOfDay(17 * 3600))),
    }
}

async fn extension(cx: Context, Path(code): Path<String>, Form(typed): Form<Typed>) -> Answer {
    let reason = typed.get("text").to_owned();
    let id = id(&code)?;
    let done = match moment(typed.get("due")) {
        Ok(due) => AskExtension { due, reason: reason.clone(), seen: typed.seen() }.run(&cx, id).await,
        Err(e) => Err(e),
    };
    after(&cx, &code, done, "case-extension-asked", reason).await
}

async fn decide(cx: Context, Path(code): Path<String>, Form(typed): Form<Typed>) -> Answer {
    let text = typed.get("text").to_owned();
    let act = DecideExtension { granted: typed.get("granted") == "yes", text: text.clone() };
    let done = act.run(&cx, id(&code)?).await;
    after(&cx, &code, done, "case-done", text).await
}

async fn ask(cx: Context, Path(code): Path<String>, Form(typed): Form<Typed>) -> Answer {
    let question = typed.get("text").to_owned();
    let act = AskAgencies {
        agencies: typed.all("agency"),
        question: question.clone(),
        hours: typed.get("hours").parse().unwrap_or(16),
        seen: typed.seen(),
    };
    let done = act.run(&cx, id(&code)?).await;
    after(&cx, &code, done, "case-done", question).await
}

async fn asked(cx: Context, Path(code): Path<String>, Form(typed): Form<Typed>) -> Answer {
    let agency =
        typed.get("agency").parse().map_err(|_| invalid("case_agency", "Hãy chọn đơn vị trả lời."))?;
    let text = typed.get("text").to_owned();
    let act = AnswerAsked { agency, text: text.clone(), agrees: typed.get("agrees") != "no" };
    let done = act.run(&cx, id(&code)?).await;
    after(&cx, &code, done, "case-done", text).await
}

async fn merge(cx: Context, Path(code): Path<String>, Form(typed): Form<Typed>) -> Answer {
    let own = id(&code)?;
    let done = match number_of(typed.get("into")) {
        // A code that leads nowhere is a slip of the pen: it stays on the page with what is wrong.
        Some(into) => Merge { into, seen: typed.seen() }.run(&cx, own).await.map_err(|e| match e.kind() {
            Kind::NotFound => invalid("case_code", "Không có vụ việc mang mã này. Hãy xem lại mã."),
            _ => e,
        }),
        None => Err(invalid("case_code", "Hãy ghi mã vụ việc nhận gộp, ví dụ PA-26-000012.")),
    };
    after(&cx, &code, done, "case-done", typed.get("into").to_owned()).await
}

async fn forget(cx: Context, Path(code): Path<String>, Form(typed): Form<Typed>) -> Answer {
    let citizen = typed.get("citizen").parse().map_err(|_| no_case())?;
    let done = Forget { citizen }.run(&cx, id(&code)?).await;
    after(&cx, &code, done, "case-also-erased", String::new()).await
}

async fn split(cx: Context, Path(code): Path<String>, Form(typed): Form<Typed>) -> Answer {
    let act = Split {
        title: typed.get("title").to_owned(),
        content: typed.get("text").to_owned(),
        category: typed.get("category").to_owned(),
    };
    match act.run(&cx, id(&code)?).await {
        Ok(part) => {
            let kind = Desk::open(&cx)?.types.get(&part.kind)?;
            redirect_with(&format!("/cases/{}", part.code(&kind.flow.code)), &cx.t("case-split-done"))
        }
        Err(e) => after(&cx, &code, Err(e), "case-done", typed.get("text").to_owned()).await,
    }
}

async fn moderate(cx: Context, Path(code): Path<String>, Form(typed): Form<Typed>) -> Answer {
    let text = typed.get("public_text").to_owned();
    let act = Moderate {
        published: !typed.get("publish").is_empty(),
        text: text.clone(),
        photos: typed.all("photo"),
        seen: typed.seen(),
    };
    let done = act.run(&cx, id(&code)?).await;
    after(&cx, &code, done, "case-done", text).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_a_day_until_five_or_a_moment() {
        assert_eq!(moment("2026-12-01").unwrap(), moment("01/12/2026T17:00").unwrap());
        assert_eq!(moment("mai").unwrap_err().code(), "case_moment");
    }
}
