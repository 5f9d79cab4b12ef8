//! Several people at one case: two at once, several agencies, joining and splitting.

use cases::actions::ask_agencies::{AnswerAsked, AskAgencies};
use cases::actions::classify::Classify;
use cases::actions::direct::Direct;
use cases::actions::merge::{Merge, Split};
use cases::actions::note::Note;
use cases::actions::step::TakeStep;
use cases::case::Given;
use cases::workflow::Stage;

use crate::place::{CAI_KHE, HEALTH, House, WARD_OFFICE, WARD_POLICE};

async fn in_work(house: &House, title: &str) -> i64 {
    let id = house.report(title, "street_light").await.case.seq;
    let given = Given { agency: Some(WARD_OFFICE), ..Given::default() };
    TakeStep { step: "take_in".into(), given, seen: None }.run(&house.as_("desk"), id).await.unwrap();
    id
}

fn propose(text: &str) -> TakeStep {
    let given = Given { text: text.into(), ..Given::default() };
    TakeStep { step: "propose".into(), given, seen: None }
}

#[tokio::test]
async fn the_second_of_two_officers_is_told_what_the_first_one_did() {
    for house in House::all().await {
        let id = in_work(&house, "Đèn hỏng").await;
        let seen = house.case(id).await.version;
        let step = |step: &str| TakeStep {
            step: step.into(),
            given: Given { text: "Đã kiểm tra".into(), ..Given::default() },
            seen: Some(seen),
        };
        let officer = house.as_("officer");
        step("propose").run(&officer, id).await.unwrap();
        let refused = step("tell").run(&officer, id).await.unwrap_err();
        assert_eq!(refused.code(), "case_changed", "{}", house.name);
        assert!(refused.message().contains("Trình duyệt trả lời"), "{}", refused.message());
        assert!(refused.message().contains("Chờ duyệt trả lời"), "{}", refused.message());
    }
}

#[tokio::test]
async fn two_who_act_in_the_same_moment_do_not_overwrite_each_other() {
    for house in House::all().await {
        let id = in_work(&house, "Đèn hỏng").await;
        let officer = house.as_("officer");
        let act = || Note { text: "một".into() }.run(&officer, id);
        let (a, b, c) = tokio::join!(act(), act(), act());
        for done in [a, b, c] {
            done.unwrap();
        }
        let notes = house.column("SELECT text FROM case_entry WHERE deed = 'note'").await;
        assert_eq!(notes.len(), 3, "{}", house.name);
    }
}

#[tokio::test]
async fn agencies_that_do_not_agree_keep_an_answer_back() {
    for house in House::all().await {
        let id = in_work(&house, "Đèn hỏng").await;
        let officer = house.as_("officer");
        let ask = AskAgencies {
            agencies: vec![WARD_POLICE, HEALTH],
            question: "Ai quản lý cột đèn?".into(),
            hours: 8,
            seen: None,
        };
        ask.run(&officer, id).await.unwrap();
        let waiting = propose("Xong").run(&officer, id).await.unwrap_err();
        assert_eq!(waiting.code(), "case_asked_waiting");
        let answer = |agency, agrees| AnswerAsked { agency, text: "Ý kiến".into(), agrees };
        assert_eq!(
            answer(HEALTH, true).run(&officer, id).await.unwrap_err().code(),
            "case_not_found",
            "the ward does not speak for the department"
        );
        answer(HEALTH, false).run(&house.as_("health"), id).await.unwrap();
        answer(WARD_POLICE, true).run(&officer, id).await.unwrap();
        assert_eq!(propose("Xong").run(&officer, id).await.unwrap_err().code(), "case_asked_disagree");
        answer(HEALTH, true).run(&house.as_("health"), id).await.unwrap();
        propose("Xong").run(&officer, id).await.unwrap();
    }
}

#[tokio::test]
async fn joined_cases_go_on_as_one_and_nobody_wins_time() {
    for house in House::all().await {
        let (one, two) = (in_work(&house, "Đèn hỏng").await, in_work(&house, "Đèn tối").await);
        let before = house.case(one).await;
        house.clock.advance_seconds(3600);
        let joined = Merge { into: one, seen: None }.run(&house.as_("officer"), two).await.unwrap();
        assert_eq!((joined.stage(), joined.merged_into), (Stage::Merged, Some(one)));
        let after = house.case(one).await;
        assert_eq!((after.supporters, after.due_at), (1, before.due_at));
        assert_eq!(
            Merge { into: one, seen: None }.run(&house.as_("officer"), two).await.unwrap_err().code(),
            "case_ended"
        );
        let part =
            Split {
                title: "Dây điện sà".into(), content: "Tách ra".into(), category: "power_line".into()
            };
        let part = part.run(&house.as_("officer"), one).await.unwrap();
        assert_eq!((part.split_from, part.place, part.received_at), (Some(one), CAI_KHE, after.received_at));
    }
}

#[tokio::test]
async fn a_director_reassigns_and_the_deadline_stays() {
    for house in House::all().await {
        let id = in_work(&house, "Đèn hỏng").await;
        let due = house.case(id).await.due_at;
        let direct =
            |text: &str| Direct { agency: WARD_POLICE, handler: None, text: text.into(), seen: None };
        assert_eq!(
            direct("Giao công an").run(&house.as_("officer"), id).await.unwrap_err().code(),
            "case_step_not_yours"
        );
        assert_eq!(direct(" ").run(&house.as_("leader"), id).await.unwrap_err().code(), "case_text");
        let case = direct("Giao công an").run(&house.as_("leader"), id).await.unwrap();
        assert_eq!((case.agency, case.due_at), (WARD_POLICE, due));
    }
}

#[tokio::test]
async fn a_case_that_turns_out_urgent_is_due_sooner() {
    for house in House::all().await {
        let id = in_work(&house, "Đèn hỏng").await;
        let before = house.case(id).await;
        let urgent = Classify { severity: Some("urgent".into()), ..Classify::default() };
        let case = urgent.run(&house.as_("desk"), id).await.unwrap();
        assert!(case.promised_at < before.promised_at);
        let back = Classify { severity: Some("normal".into()), ..Classify::default() };
        let back = back.run(&house.as_("desk"), id).await.unwrap();
        assert_eq!(back.promised_at, case.promised_at, "a promise is never moved back by a change of mind");
    }
}
