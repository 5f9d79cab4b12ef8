//! Several agencies at one case: an asked one finds it in its list; where they do not agree, somebody above
//! all of them decides.

use cases::actions::ask_agencies::{AnswerAsked, AskAgencies};
use cases::actions::direct::Direct;
use cases::actions::step::TakeStep;
use cases::case::Given;
use cases::store::disputes;
use cases::store::lists::{self, Filter, Sees};
use http::StatusCode;

use crate::place::{HEALTH, House, WARD_OFFICE, WARD_POLICE};

/// A case of the ward's office, in which the department and the police were asked.
async fn asked(house: &House, title: &str) -> (i64, String) {
    let receipt = house.report(title, "street_light").await;
    let id = receipt.case.seq;
    let given = Given { agency: Some(WARD_OFFICE), ..Given::default() };
    TakeStep { step: "take_in".into(), given, seen: None }.run(&house.as_("desk"), id).await.unwrap();
    ask(house, id, &[WARD_POLICE, HEALTH]).await;
    (id, receipt.code)
}

async fn ask(house: &House, id: i64, agencies: &[i64]) {
    let ask = AskAgencies {
        agencies: agencies.to_vec(),
        question: "Ai quản lý cột đèn?".into(),
        hours: 8,
        seen: None,
    };
    ask.run(&house.as_("officer"), id).await.unwrap();
}

async fn answer(house: &House, who: &str, id: i64, agency: i64, agrees: bool) {
    let answer = AnswerAsked { agency, text: "Ý kiến của đơn vị".into(), agrees };
    answer.run(&house.as_(who), id).await.unwrap();
}

async fn propose(house: &House, id: i64) -> Result<(), &'static str> {
    let given = Given { text: "Đã sửa".into(), ..Given::default() };
    let step = TakeStep { step: "propose".into(), given, seen: None };
    step.run(&house.as_("officer"), id).await.map(|_| ()).map_err(|e| e.code())
}

fn word(text: &str) -> Direct {
    Direct { agency: WARD_OFFICE, handler: None, text: text.into(), seen: None }
}

#[tokio::test]
async fn an_asked_agency_finds_the_case_in_its_list_until_it_answered() {
    for house in House::all().await {
        let (id, code) = asked(&house, "Đèn hỏng").await;
        assert!(!house.get("health", "/cases?tab=work").await.text().contains(&code), "it is not its own");
        let shown = house.get("health", "/cases?tab=asked").await.text();
        assert!(shown.contains(&format!("/cases/{code}\"")), "{} {shown}", house.name);
        assert!(!shown.contains("name=\"step\""), "what is only asked of us is not ours to move");
        assert!(house.get("health", "/cases").await.text().contains("tab=asked"));
        assert!(
            !house.get("other", "/cases").await.text().contains("tab=asked"),
            "nothing was asked of them"
        );
        assert!(!house.get("other", "/cases?tab=asked").await.text().contains(&code));
        let words = house.get("health", "/cases?tab=asked&q=den+hong").await.text();
        assert!(words.contains(&code), "and is found by its words there");

        // Two agencies of one reader are one case.
        let both = Sees::Asked(Some(vec![WARD_POLICE, HEALTH]));
        let db = &house.cx.db;
        for sees in [both, Sees::Asked(None)] {
            assert_eq!(lists::page(db, &sees, &Filter::default(), None, 10).await.unwrap().len(), 1);
            assert_eq!(lists::count(db, &sees, &Filter::default()).await.unwrap().n, 1);
        }
        answer(&house, "health", id, HEALTH, true).await;
        assert!(!house.get("health", "/cases?tab=asked").await.text().contains(&code));
        assert!(
            house.get("officer", "/cases?tab=asked").await.text().contains(&code),
            "the police still are"
        );
        // What ended asks nothing of anybody.
        let given =
            Given { reason: Some("repeated".into()), text: "Đã trả lời".into(), ..Given::default() };
        TakeStep { step: "refuse".into(), given, seen: None }.run(&house.as_("desk"), id).await.unwrap();
        assert!(!house.get("officer", "/cases?tab=asked").await.text().contains(&code));
    }
}

#[tokio::test]
async fn a_dispute_waits_for_a_word_from_above_all_of_them() {
    for house in House::all().await {
        let (id, code) = asked(&house, "Đèn hỏng").await;
        let (_, calm) = asked(&house, "Đèn tối").await;
        answer(&house, "officer", id, WARD_POLICE, true).await;
        assert!(!house.get("director", "/cases").await.text().contains("tab=dispute"));
        answer(&house, "health", id, HEALTH, false).await;
        assert_eq!(propose(&house, id).await, Err("case_asked_disagree"), "{}", house.name);
        let list = house.get("director", "/cases?tab=dispute").await.text();
        assert!(list.contains(&code) && !list.contains(&calm), "{list}");
        assert!(house.get("officer", "/cases?tab=work").await.text().contains("chưa thống nhất"));
        assert!(
            !house.get("other", "/cases?tab=dispute").await.text().contains(&code),
            "scope holds here too"
        );
        let page = house.get("director", &format!("/cases/{code}")).await.text();
        assert!(page.contains("Chưa thống nhất từ"));

        // The ward's leader speaks for one side.
        word("Phường tự làm").run(&house.as_("leader"), id).await.unwrap();
        assert!(disputes::since(&house.cx.db, id).await.unwrap().is_some());
        assert_eq!(propose(&house, id).await, Err("case_asked_disagree"));
        let agency = WARD_OFFICE.to_string();
        let form = [("agency", agency.as_str()), ("text", "Phường chủ trì, Sở phối hợp")];
        let done = house.form("director", &format!("/cases/{code}/direct"), &form).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        assert_eq!(disputes::since(&house.cx.db, id).await.unwrap(), None);
        let page = house.get("officer", &format!("/cases/{code}")).await.text();
        assert!(page.contains("Bút phê phân xử") && !page.contains("Chưa thống nhất từ"));
        propose(&house, id).await.unwrap();
    }
}

#[tokio::test]
async fn who_changes_their_mind_or_is_asked_anew_ends_a_dispute_and_another_no_opens_it_again() {
    for house in House::all().await {
        let (id, _) = asked(&house, "Đèn hỏng").await;
        let open = async || disputes::since(&house.cx.db, id).await.unwrap().is_some();
        answer(&house, "health", id, HEALTH, false).await;
        answer(&house, "officer", id, WARD_POLICE, false).await;
        answer(&house, "health", id, HEALTH, true).await;
        assert!(open().await, "{}: one is still against it", house.name);
        ask(&house, id, &[WARD_POLICE]).await;
        assert!(!open().await);
        assert_eq!(propose(&house, id).await, Err("case_asked_waiting"));
        answer(&house, "officer", id, WARD_POLICE, false).await;
        assert!(open().await);
        word("Công an chủ trì").run(&house.as_("director"), id).await.unwrap();
        assert!(!open().await);
        answer(&house, "health", id, HEALTH, false).await;
        assert!(open().await, "what was decided can be spoken against anew");
    }
}
