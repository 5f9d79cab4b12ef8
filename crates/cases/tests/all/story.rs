//! From a report to a rated, closed case, as those concerned see it.

use cases::actions::extend::{AskExtension, DecideExtension};
use cases::actions::rate::Rate;
use cases::actions::reply::Reply as ReporterReply;
use cases::actions::step::TakeStep;
use cases::case::Given;
use cases::clock::ClockKind;
use cases::workflow::Stage;
use foundation::Clock;
use http::StatusCode;
use serde_json::json;

use crate::place::{CAI_KHE, House, WARD_OFFICE};

fn step(step: &str, text: &str) -> TakeStep {
    TakeStep { step: step.into(), given: Given { text: text.into(), ..Given::default() }, seen: None }
}

fn taken_in() -> TakeStep {
    TakeStep {
        step: "take_in".into(),
        given: Given {
            category: Some("street_light".into()),
            severity: Some("normal".into()),
            agency: Some(WARD_OFFICE),
            public_text: Some("Đèn đường hỏng".into()),
            ..Given::default()
        },
        seen: None,
    }
}

#[tokio::test]
async fn a_report_is_taken_in_answered_approved_rated_badly_reopened_and_closed() {
    for house in House::all().await {
        let (desk, officer, leader) = (house.as_("desk"), house.as_("officer"), house.as_("leader"));
        let receipt = house.report("Hỏng đèn đường trước trường", "street_light").await;
        let id = receipt.case.seq;
        assert!(receipt.code.starts_with("PA-26-"), "{}: {}", house.name, receipt.code);
        assert_eq!(receipt.case.agency, WARD_OFFICE, "the route of a ward's lights");
        assert_eq!(receipt.case.due().unwrap().0, ClockKind::FirstResponse);

        // The handler cannot take it in, the desk can.
        assert_eq!(taken_in().run(&officer, id).await.unwrap_err().code(), "case_step_not_yours");
        let case = taken_in().run(&desk, id).await.unwrap();
        assert_eq!((case.stage(), case.published), (Stage::Work, true));
        assert!(case.promised_at.is_some());

        house.clock.advance_seconds(3600);
        step("start", "").run(&officer, id).await.unwrap();
        step("ask", "Cột số mấy?").run(&officer, id).await.unwrap();
        let waiting = house.case(id).await;
        assert!(waiting.paused && waiting.due().is_none(), "the clocks stand while the reporter is asked");
        house.clock.advance_seconds(30 * 86_400);
        ReporterReply { text: "Cột số 12".into() }.run(&house.as_(""), id).await.unwrap();
        let on = house.case(id).await;
        assert!(!on.paused && on.due_at.unwrap() > house.clock.now(), "a month of waiting took no time");

        // An answer is no answer before a leader says so.
        step("propose", "Đã thay bóng đèn.").run(&officer, id).await.unwrap();
        assert_eq!(step("approve", "").run(&officer, id).await.unwrap_err().code(), "case_step_not_yours");
        step("send_back", "Ghi rõ ngày thay.").run(&leader, id).await.unwrap();
        step("propose", "Đã thay bóng đèn ngày 24/12.").run(&officer, id).await.unwrap();
        let answered = step("approve", "").run(&leader, id).await.unwrap();
        assert_eq!((answered.stage(), answered.late), (Stage::Answered, false));

        let bad = Rate { stars: 1, text: "Vẫn tối".into() };
        let again = bad.run(&house.as_(""), id).await.unwrap();
        assert_eq!((again.stage(), again.reopened, again.rating), (Stage::Work, 1, Some(1)));
        assert!(again.due_at.is_some(), "a reopened case is due again");
        step("propose", "Đã thay cả chấn lưu.").run(&officer, id).await.unwrap();
        step("approve", "").run(&leader, id).await.unwrap();
        let done = Rate { stars: 5, text: String::new() }.run(&house.as_(""), id).await.unwrap();
        assert_eq!((done.stage(), done.rating), (Stage::Closed, Some(5)));
        let rated_twice = Rate { stars: 1, text: String::new() }.run(&house.as_(""), id).await;
        assert_eq!(rated_twice.unwrap_err().code(), "case_not_answered");

        let page = house.get("officer", &format!("/cases/{}", receipt.code)).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("Đã thay cả chấn lưu."));
    }
}

#[tokio::test]
async fn a_step_is_taken_through_the_form_and_a_refused_one_loses_nothing() {
    for house in House::all().await {
        let code = house.report("Ổ gà trước nhà", "road_hole").await.code;
        let path = format!("/cases/{code}/steps/refuse");
        let empty = house.form("desk", &path, &[("text", "Vì sao đó"), ("version", "1")]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", empty.text());
        assert!(empty.text().contains("Hãy chọn lý do") && empty.text().contains("Vì sao đó"));
        let fields = [("text", "Thuộc quốc lộ"), ("reason", "outside_remit"), ("version", "1")];
        let done = house.form("desk", &path, &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER);
        let list = house.get("desk", "/cases?tab=closed").await;
        assert!(list.text().contains("Ổ gà trước nhà"));
        // Somebody of another commune sees neither the list's entry nor the page.
        assert!(!house.get("other", "/cases?tab=closed").await.text().contains("Ổ gà"));
        assert_eq!(house.get("other", &format!("/cases/{code}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(house.get("", "/cases").await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn the_same_report_sent_twice_is_one_case_with_one_receipt() {
    for house in House::all().await {
        let body = json!({
            "key": "018f7a5e-1111-7000-8000-00000000000a", "category": "waste_pile",
            "content": "Rác đầy chợ", "place": CAI_KHE,
        });
        let first = house.json("", "/api/v1/reports", &body).await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", first.text());
        let again = house.json("", "/api/v1/reports", &body).await;
        assert_eq!(again.status, StatusCode::OK);
        assert_eq!(first.json()["secret"], again.json()["secret"]);
        assert_eq!(first.json()["code"], again.json()["code"]);
        let n = house.column("SELECT CAST(COUNT(*) AS TEXT) AS n FROM cases").await;
        assert_eq!(n, ["1"], "{}", house.name);
    }
}

#[tokio::test]
async fn an_extension_is_decided_by_somebody_else_and_keeps_the_first_promise() {
    for house in House::all().await {
        let id = house.report("Đèn hỏng", "street_light").await.case.seq;
        taken_in().run(&house.as_("desk"), id).await.unwrap();
        let first = house.case(id).await.promised_at.unwrap();
        let ask = |due| AskExtension { due, reason: "Chờ vật tư".into(), seen: None };
        let officer = house.as_("officer");
        assert_eq!(
            ask(house.clock.now()).run(&officer, id).await.unwrap_err().code(),
            "case_extension_sooner"
        );
        ask(first.plus_seconds(86_400)).run(&officer, id).await.unwrap();
        assert_eq!(house.case(id).await.promised_at, Some(first), "asking moves nothing");
        let decide = || DecideExtension { granted: true, text: "Đồng ý".into() };
        assert_eq!(decide().run(&officer, id).await.unwrap_err().code(), "case_step_not_yours");
        let case = decide().run(&house.as_("leader"), id).await.unwrap();
        assert_eq!(case.promised_at, Some(first.plus_seconds(86_400)));
        let promises = case.clocks().unwrap().promises;
        assert!(promises.iter().any(|p| p.due == first), "the first promise is still told");
    }
}
