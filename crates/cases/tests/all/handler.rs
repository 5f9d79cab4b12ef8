//! Who handles a case: named by those above, taken by oneself, laid down.

use cases::actions::name_handler::NameHandler;
use cases::actions::step::TakeStep;
use cases::case::Given;
use http::StatusCode;
use kit::{Actor, Context};
use uuid::Uuid;

use crate::place::{House, WARD_HANDLER, WARD_OFFICE};

async fn in_work(house: &House) -> (i64, String) {
    let receipt = house.report("Đèn hỏng", "street_light").await;
    let given = Given { agency: Some(WARD_OFFICE), ..Given::default() };
    let take = TakeStep { step: "take_in".into(), given, seen: None };
    take.run(&house.as_("desk"), receipt.case.seq).await.unwrap();
    (receipt.case.seq, receipt.code)
}

fn name(handler: Option<Uuid>) -> NameHandler {
    NameHandler { handler, text: String::new(), seen: None }
}

fn account(cx: &Context) -> Option<Uuid> {
    match &cx.actor {
        Actor::Person { id, .. } => Some(*id),
        _ => None,
    }
}

#[tokio::test]
async fn a_leader_names_a_person_of_the_unit_on_the_page() {
    for house in House::all().await {
        let (id, code) = in_work(&house).await;
        let page = format!("/cases/{code}");
        let path = format!("{page}/handler");
        let hai = WARD_HANDLER.to_string();
        for who in ["leader", "duty", "desk"] {
            let shown = house.get(who, &page).await.text();
            assert!(shown.contains("Trần Văn Hai") && shown.contains(&path), "{who} {}", house.name);
        }
        let form = [("handler", hai.as_str()), ("text", "Anh Hai đi kiểm tra")];
        let done = house.form("leader", &path, &form).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        assert_eq!(house.case(id).await.handler, Some(WARD_HANDLER));
        let shown = house.get("officer", &page).await.words();
        assert!(shown.contains("Người xử lý Một cán bộ"), "{shown}");
        assert!(shown.contains("Giao người xử lý") && shown.contains("Anh Hai đi kiểm tra"));
        let events = house.column("SELECT payload AS t FROM outbox").await;
        assert!(events.last().unwrap().contains("\"deed\":\"handler\""), "{events:?}");
        assert_eq!(house.form("leader", &path, &form).await.status, StatusCode::CONFLICT, "the same again");
        let nobody = house.form("leader", &path, &[("handler", "")]).await;
        assert_eq!(nobody.status, StatusCode::SEE_OTHER);
        assert_eq!(house.case(id).await.handler, None);
    }
}

#[tokio::test]
async fn who_does_not_direct_names_nobody_else_and_nobody_is_named_from_elsewhere() {
    for house in House::all().await {
        let (id, code) = in_work(&house).await;
        let refused = name(Some(WARD_HANDLER)).run(&house.as_("officer"), id).await.unwrap_err();
        assert_eq!(refused.code(), "case_step_not_yours", "{}", house.name);
        let refused = name(Some(WARD_HANDLER)).run(&house.as_("other"), id).await.unwrap_err();
        assert_eq!(refused.code(), "case_not_found");
        let stranger = name(Some(foundation::new_id())).run(&house.as_("leader"), id).await.unwrap_err();
        assert_eq!(stranger.code(), "case_handler");
        assert!(!house.get("viewer", &format!("/cases/{code}")).await.text().contains("/handler\""));
        let path = format!("/cases/{code}/handler");
        let hai = WARD_HANDLER.to_string();
        let asked = house.form("viewer", &path, &[("handler", &hai)]).await;
        assert_eq!(asked.status, StatusCode::FORBIDDEN);
        assert_eq!(house.case(id).await.handler, None);
    }
}

#[tokio::test]
async fn an_officer_takes_what_is_nobodys_and_lays_down_their_own() {
    for house in House::all().await {
        let (id, code) = in_work(&house).await;
        let (one, two) = (house.as_("officer"), house.as_("officer"));
        name(account(&one)).run(&one, id).await.unwrap();
        assert_eq!(house.case(id).await.handler, account(&one), "{}", house.name);
        let taken = name(account(&two)).run(&two, id).await.unwrap_err();
        assert_eq!(taken.code(), "case_step_not_yours", "what a colleague has is not taken from them");
        assert_eq!(name(None).run(&two, id).await.unwrap_err().code(), "case_step_not_yours");
        name(None).run(&one, id).await.unwrap();
        assert_eq!(house.case(id).await.handler, None);
        // Several at once, from the list.
        let all = [("case", code.as_str()), ("step", "@me")];
        let done = house.form("officer", "/cases/bulk", &all).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER);
        assert!(house.case(id).await.handler.is_some());
        assert!(house.get("officer", "/cases?tab=work").await.text().contains("value=\"@me\""));
        // Whoever gets the case next begins with nobody named.
        let given =
            Given {
                agency: Some(crate::place::WARD_POLICE), text: "Của công an".into(), ..Given::default()
            };
        let pass = TakeStep { step: "assign".into(), given, seen: None };
        assert_eq!(pass.run(&house.as_("officer"), id).await.unwrap().handler, None);
    }
}
