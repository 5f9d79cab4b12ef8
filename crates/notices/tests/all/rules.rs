//! Who is told what, when, and how often.

use std::sync::atomic::Ordering;

use foundation::{Date, TimeOfDay};
use notices::habits::Habits;
use notices::store::habits;
use notices::{Outcome, Person, To, Tongue, Via};
use storage::args;

use crate::place::{Does, MAI, NAM, Place, Post, noon, notice};

#[tokio::test]
async fn the_same_key_is_told_once_to_one_person_and_once_to_another() {
    let email = Post::new(Via::Email, false);
    for place in Place::all(|_| vec![email.clone()]).await {
        email.taken.lock().unwrap().clear();
        assert!(place.post(notice("case.assigned", MAI, "a")).await);
        assert!(!place.post(notice("case.assigned", MAI, "a")).await);
        assert!(place.post(notice("case.assigned", NAM, "a")).await);
        assert!(place.post(notice("case.assigned", MAI, "b")).await);
        place.drain().await;
        place.drain().await;
        assert_eq!(email.taken().len(), 3, "{}", place.name());
        assert_eq!(place.deliveries().await, ["email sent"; 3]);
        let to: Vec<To> = email.taken().into_iter().map(|m| m.to).collect();
        assert_eq!(to.iter().filter(|to| **to == To::Email("mai@cantho.example".into())).count(), 2);
        let first = &email.taken()[0];
        assert_eq!(first.title, "Được giao hồ sơ PA-1");
        let token = place.token(place.ids().await[0]);
        assert_eq!(first.link, format!("https://toancanh.example/n/{token}"));
        assert_eq!(first.stop.as_deref(), Some(format!("https://toancanh.example/n/{token}/stop").as_str()));
    }
}

#[tokio::test]
async fn a_message_of_a_transaction_that_was_dropped_is_never_sent() {
    let email = Post::new(Via::Email, false);
    for place in Place::all(|_| vec![email.clone()]).await {
        let mut tx = place.cx.db.begin().await.unwrap();
        notices::post(&mut tx, &place.cx, notice("case.assigned", MAI, "a")).await.unwrap();
        drop(tx);
        assert_eq!((place.drain().await, email.taken().len()), (0, 0));
    }
}

#[tokio::test]
async fn many_workers_send_each_message_once() {
    let email = Post::new(Via::Email, false);
    for place in Place::all(|_| vec![email.clone()]).await {
        email.taken.lock().unwrap().clear();
        for i in 0..40 {
            place.post(notice("case.assigned", if i % 2 == 0 { MAI } else { NAM }, &i.to_string())).await;
        }
        let worker = || notices::desk::drain(&place.cx);
        let (a, b, c) = tokio::join!(worker(), worker(), worker());
        assert_eq!(a.unwrap() + b.unwrap() + c.unwrap(), 40, "{}", place.name());
        let mut ids: Vec<_> = email.taken().iter().map(|m| m.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), email.taken().len()), (40, 40), "{}", place.name());
    }
}

#[tokio::test]
async fn at_night_nothing_rings_but_what_is_urgent_and_in_the_morning_it_goes() {
    let email = Post::new(Via::Email, false);
    for place in Place::all(|_| vec![email.clone()]).await {
        email.taken.lock().unwrap().clear();
        place.clock.advance_seconds(10 * 3600);
        place.post(notice("case.assigned", MAI, "a")).await;
        let urgent = notices::Notice { urgent: true, ..notice("case.urgent", MAI, "b") };
        place.post(urgent).await;
        place.drain().await;
        let kinds: Vec<_> = email.taken().iter().map(|m| m.kind).collect();
        assert_eq!(kinds, ["case.urgent"]);
        place.clock.advance_seconds(8 * 3600);
        assert_eq!(place.drain().await, 0, "06:00");
        place.clock.advance_seconds(1800);
        assert_eq!((place.drain().await, email.taken().len()), (1, 2));
        // What was due by day and could not go then does not go at night either.
        place.post(notice("case.assigned", MAI, "c")).await;
        notices::desk::plan(&place.cx).await.unwrap();
        place.clock.advance_seconds(15 * 3600);
        place.drain().await;
        assert_eq!((email.taken().len(), place.deliveries().await[2].as_str()), (2, "email waiting"));
    }
}

#[tokio::test]
async fn the_daily_letter_gathers_what_came_and_says_it_in_khmer_where_there_is_a_text() {
    let (email, sms) = (Post::new(Via::Email, false), Post::new(Via::Sms, false));
    for place in Place::all(|_| vec![email.clone(), sms.clone()]).await {
        email.taken.lock().unwrap().clear();
        let mut tx = place.cx.db.begin().await.unwrap();
        let wants = Habits { daily: true, tongue: Some(Tongue::Km), ..Habits::default() };
        habits::save(&mut tx, noon(), Person::Account(MAI), &wants).await.unwrap();
        tx.commit().await.unwrap();
        for key in ["a", "b", "c"] {
            place.post(notice("case.assigned", MAI, key)).await;
        }
        place.post(notice("case.assigned", NAM, "d")).await;
        place.drain().await;
        assert_eq!(email.taken().len(), 1, "Nam's alone");
        let seven = Date::parse("2026-11-27").unwrap().at(TimeOfDay::from_hm(7, 0).unwrap());
        place.clock.advance_seconds((seven.0 - noon().0) / 1_000_000);
        place.drain().await;
        let taken = email.taken();
        assert_eq!(taken.len(), 2, "{}: three became one", place.name());
        assert_eq!((taken[1].title.as_str(), taken[1].tongue), ("3 ការជូនដំណឹង", Tongue::Km));
        assert_eq!(taken[1].body.matches("Được giao hồ sơ PA-1").count(), 3, "no Khmer text: Vietnamese");
        assert_eq!(place.deliveries().await, ["email sent"; 4]);
        place.drain().await;
        assert_eq!(email.taken().len(), 2);
    }
}

#[tokio::test]
async fn several_workers_do_not_divide_a_daily_letter() {
    let email = Post::new(Via::Email, false);
    for place in Place::all(|_| vec![email.clone()]).await {
        email.taken.lock().unwrap().clear();
        let mut tx = place.cx.db.begin().await.unwrap();
        let wants = Habits { daily: true, ..Habits::default() };
        for person in [MAI, NAM] {
            habits::save(&mut tx, noon(), Person::Account(person), &wants).await.unwrap();
        }
        tx.commit().await.unwrap();
        for i in 0..30 {
            place.post(notice("case.assigned", if i % 2 == 0 { MAI } else { NAM }, &i.to_string())).await;
        }
        notices::desk::plan(&place.cx).await.unwrap();
        place.clock.advance_seconds(19 * 3600);
        let worker = || notices::desk::drain(&place.cx);
        let (a, b, c) = tokio::join!(worker(), worker(), worker());
        assert_eq!(a.unwrap() + b.unwrap() + c.unwrap(), 2, "{}", place.name());
        let sizes: Vec<_> = email.taken().iter().map(|m| m.body.matches("hồ sơ PA-1:").count()).collect();
        assert_eq!(sizes, [15, 15], "{}", place.name());
    }
}

#[tokio::test]
async fn a_try_that_failed_is_made_again_after_longer_and_longer_pauses_until_it_is_given_up() {
    let sms = Post::new(Via::Sms, false);
    for place in Place::all(|_| vec![sms.clone()]).await {
        sms.tries.store(0, Ordering::SeqCst);
        sms.does(Does::Answers(Outcome::Later("busy".into())));
        let urgent = notices::Notice { urgent: true, ..notice("case.urgent", MAI, "a") };
        place.post(urgent).await;
        place.drain().await;
        assert_eq!(place.deliveries().await, ["sms waiting busy"]);
        place.clock.advance_seconds(29);
        assert_eq!(place.drain().await, 0);
        for (wait, tries) in [(1, 2), (120, 3), (480, 4), (1920, 5), (7680, 6), (30_720, 7)] {
            place.clock.advance_seconds(wait);
            place.drain().await;
            assert_eq!(sms.tries.load(Ordering::SeqCst), tries, "{}", place.name());
        }
        place.clock.advance_seconds(86_400);
        place.drain().await;
        assert_eq!(place.deliveries().await, ["sms given_up too_late"], "an urgent case is old after a day");
        sms.does(Does::Answers(Outcome::Never("SMTP 550".into())));
        place.post(notices::Notice { urgent: true, ..notice("case.urgent", MAI, "b") }).await;
        place.drain().await;
        assert_eq!(place.deliveries().await[1], "sms given_up SMTP 550");
    }
}

#[tokio::test]
async fn a_code_goes_one_way_lies_sealed_and_is_erased_when_it_was_sent() {
    let (sms, zalo) = (Post::new(Via::Sms, false), Post::new(Via::Zalo, false));
    for place in Place::all(|_| vec![sms.clone(), zalo.clone()]).await {
        sms.taken.lock().unwrap().clear();
        place.clock.advance_seconds(11 * 3600);
        let values = [("code".to_owned(), "481516".to_owned()), ("minutes".to_owned(), "5".to_owned())];
        let code = notices::Notice {
            values: values.into(),
            link: String::new(),
            ..notice("sign_in.code", MAI, "code")
        };
        place.post(code).await;
        let all = "SELECT COALESCE(given, '') || about || link AS t FROM notice";
        let kept: Vec<(String,)> = place.cx.db.all(all, args![]).await.unwrap();
        assert!(!kept[0].0.contains("481516"));
        place.drain().await;
        assert_eq!((sms.taken().len(), zalo.taken().len()), (1, 0));
        assert!(sms.taken()[0].body.contains("481516") && sms.taken()[0].stop.is_none());
        let sealed: Vec<(Option<Vec<u8>>,)> =
            place.cx.db.all("SELECT sealed FROM notice", args![]).await.unwrap();
        assert_eq!(sealed, [(None,)]);
        let page = place.ask(Some("admin"), "/notices", None).await;
        assert!(page.0 == 200 && !page.2.contains("481516"));
    }
}

#[tokio::test]
async fn whoever_is_forgotten_leaves_counts_behind_and_nothing_else() {
    let email = Post::new(Via::Email, false);
    for place in Place::all(|_| vec![email.clone()]).await {
        email.taken.lock().unwrap().clear();
        place.post(notice("case.assigned", MAI, "a")).await;
        place.drain().await;
        place.clock.advance_seconds(10 * 3600);
        place.post(notice("case.assigned", MAI, "b")).await;
        place.post(notice("case.assigned", NAM, "c")).await;
        place.drain().await;
        let mut tx = place.cx.db.begin().await.unwrap();
        notices::forget(&mut tx, Person::Account(MAI)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(place.deliveries().await, ["email sent", "email stopped", "email waiting"]);
        let left = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM notice n
            LEFT JOIN notice_delivery d ON d.notice = n.id WHERE n.person = $1
            AND (n.given IS NOT NULL OR n.link <> '' OR n.about <> '' OR d.masked IS NOT NULL)";
        let rows: Vec<(i64,)> = place.cx.db.all(left, args![MAI]).await.unwrap();
        assert_eq!(rows, [(0,)]);
        place.clock.advance_seconds(10 * 3600);
        place.drain().await;
        assert_eq!(email.taken().len(), 2, "Nam's, and the one from before");
        let token = place.token(place.ids().await[0]);
        assert_eq!(place.ask(None, &format!("/n/{token}"), None).await.0, 404);
    }
}
