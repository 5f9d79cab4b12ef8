//! The program dies between the steps of sending. A step that never ends and is dropped is such a death: what
//! it had committed stays, nothing else.

use std::sync::atomic::Ordering;
use std::time::Duration;

use notices::store::deliveries::LEASE_S;
use notices::{Outcome, Via};

use crate::place::{Does, MAI, Place, Post, notice, until};

/// Begins to send, and dies as soon as `then` holds.
async fn dies(place: &Place, then: impl Fn() -> bool) {
    tokio::select! {
        _ = notices::desk::send_next(&place.cx) => panic!("it ended by itself"),
        () = until(then) => {}
    }
}

#[tokio::test]
async fn who_dies_before_a_message_leaves_loses_nothing() {
    let email = Post::new(Via::Email, false);
    for place in Place::all(|_| vec![email.clone()]).await {
        email.taken.lock().unwrap().clear();
        place.post(notice("case.assigned", MAI, "a")).await;
        notices::desk::plan(&place.cx).await.unwrap();
        place.book.hangs.store(true, Ordering::SeqCst);
        let sending = tokio::time::timeout(Duration::from_secs(2), notices::desk::send_next(&place.cx));
        assert!(sending.await.is_err(), "the registry did not answer");
        place.book.hangs.store(false, Ordering::SeqCst);
        assert_eq!(place.deliveries().await, ["email taken"]);
        assert_eq!(place.drain().await, 0, "its lease holds");
        place.clock.advance_seconds(LEASE_S + 1);
        assert_eq!((place.drain().await, email.taken().len()), (1, 1), "{}", place.name());
        assert_eq!(place.deliveries().await, ["email sent"]);
    }
}

#[tokio::test]
async fn who_dies_while_a_message_leaves_does_not_send_it_again_by_itself() {
    let email = Post::new(Via::Email, false);
    for place in Place::all(|_| vec![email.clone()]).await {
        email.taken.lock().unwrap().clear();
        email.does(Does::Hangs);
        place.post(notice("case.assigned", MAI, "a")).await;
        notices::desk::plan(&place.cx).await.unwrap();
        dies(&place, || email.taken().len() == 1).await;
        email.does(Does::Answers(Outcome::Sent { provider_id: None }));
        assert_eq!(place.deliveries().await, ["email sending"]);
        place.clock.advance_seconds(LEASE_S + 1);
        place.drain().await;
        assert_eq!(place.deliveries().await, ["email uncertain stopped_while_sending"]);
        place.clock.advance_seconds(7 * 3600);
        place.drain().await;
        assert_eq!(email.taken().len(), 1, "{}: nobody said to send it again", place.name());
        // A person looks at the log and says so.
        let log = place.ask(Some("admin"), "/notices/log?state=uncertain", None).await.2;
        assert!(log.contains("chương trình dừng khi đang gửi") && log.contains("m•••@cantho.example"));
        assert!(!log.contains("mai@") && !log.contains("Ổ gà") && !log.contains("Trần Thị Mai"));
        let id = place.ids().await[0];
        let retry = format!("/notices/log/{id}/retry");
        assert_eq!(place.ask(Some("officer"), &retry, Some("")).await.0, 403);
        assert_eq!(place.ask(Some("admin"), &retry, Some("")).await.0, 303);
        place.drain().await;
        assert_eq!((email.taken().len(), place.deliveries().await), (2, vec!["email sent".to_owned()]));
        assert_eq!(email.taken()[0].id, email.taken()[1].id, "the same Message-ID");
        assert_eq!(place.ask(Some("admin"), &retry, Some("")).await.0, 409, "it was sent");
        assert!(place.audit().await.contains(&format!("notice.retry delivery:{id}")));
    }
}

#[tokio::test]
async fn where_the_other_side_drops_doubles_a_message_is_handed_over_again_under_the_same_id() {
    let sms = Post::new(Via::Sms, true);
    for place in Place::all(|_| vec![sms.clone()]).await {
        sms.taken.lock().unwrap().clear();
        sms.does(Does::Hangs);
        place.post(notices::Notice { urgent: true, ..notice("case.urgent", MAI, "a") }).await;
        notices::desk::plan(&place.cx).await.unwrap();
        dies(&place, || sms.taken().len() == 1).await;
        sms.does(Does::Answers(Outcome::Sent { provider_id: None }));
        place.clock.advance_seconds(LEASE_S + 1);
        place.drain().await;
        assert_eq!((sms.taken().len(), place.deliveries().await), (2, vec!["sms sent".to_owned()]));
        assert_eq!(sms.taken()[0].id, sms.taken()[1].id, "{}", place.name());
    }
}

#[tokio::test]
async fn a_desk_that_is_told_to_stop_ends_what_it_began() {
    let email = Post::new(Via::Email, false);
    for place in Place::all(|_| vec![email.clone()]).await {
        email.taken.lock().unwrap().clear();
        let (stop, told) = tokio::sync::watch::channel(false);
        let desk = tokio::spawn(notices::keep(place.cx.house.clone(), told));
        place.post(notice("case.assigned", MAI, "a")).await;
        until(|| email.taken().len() == 1).await;
        stop.send_replace(true);
        tokio::time::timeout(Duration::from_secs(10), desk).await.unwrap().unwrap();
        assert_eq!(place.deliveries().await, ["email sent"]);
    }
}
