//! The pages.

use notices::store::{habits, texts};
use notices::{Person, Tongue, Via};

use crate::place::{MAI, NAM, Place, Post, notice};

#[tokio::test]
async fn one_reads_ones_own_notices_and_nobody_elses() {
    for place in Place::all(|_| vec![]).await {
        place.post(notice("case.assigned", MAI, "a")).await;
        place.post(notice("case.overdue", NAM, "b")).await;
        place.drain().await;
        let (status, _, page) = place.ask(Some("officer"), "/notices", None).await;
        assert!(status == 200 && page.contains("Được giao hồ sơ PA-1") && page.contains("1 chưa đọc"));
        assert!(!page.contains("quá hạn"), "{}: Nam's", place.name());
        let open = page.split("/notices/open/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let opened = place.ask(Some("officer"), &format!("/notices/open/{open}"), None).await;
        assert_eq!((opened.0, opened.1.as_str()), (303, "/cases/1"));
        let page = place.ask(Some("officer"), "/notices", None).await.2;
        assert!(!page.contains("chưa đọc"));
        let nams: Vec<(uuid::Uuid,)> =
            place.cx.db.all("SELECT id FROM notice WHERE person = $1", storage::args![NAM]).await.unwrap();
        let path = format!("/notices/open/{}", nams[0].0);
        assert_eq!(place.ask(Some("admin"), &path, None).await.0, 404);
        assert_eq!(place.ask(None, "/notices", None).await.0, 303, "to the door");
        place.post(notice("case.assigned", MAI, "c")).await;
        assert_eq!(place.ask(Some("officer"), "/notices/read", Some("")).await.0, 303);
        assert!(!place.ask(Some("officer"), "/notices", None).await.2.contains("chưa đọc"));
    }
}

#[tokio::test]
async fn a_link_of_a_message_leads_on_counts_and_is_of_no_use_when_it_was_changed() {
    let email = Post::new(Via::Email, false);
    for place in Place::all(|_| vec![email.clone()]).await {
        place.post(notice("case.assigned", MAI, "a")).await;
        place.drain().await;
        let token = place.token(place.ids().await[0]);
        place.head(&format!("/n/{token}")).await;
        assert_eq!(place.deliveries().await, ["email sent"], "a look at the head is no visit");
        let (status, to, _) = place.ask(None, &format!("/n/{token}"), None).await;
        assert_eq!((status, to.as_str()), (303, "/cases/1"));
        assert_eq!(place.deliveries().await, ["email opened"]);
        let page = place.ask(None, &format!("/n/{token}/stop"), None).await;
        assert!(page.0 == 200 && page.2.contains("Ngừng loại tin này"));
        let wants = habits::of(&place.cx.db, Person::Account(MAI), None).await.unwrap();
        assert!(wants.choices.is_empty(), "{}: looking stops nothing", place.name());
        for other in ["x", &token[1..], &token.replace(&token[..1], "_")] {
            assert_eq!(place.ask(None, &format!("/n/{other}"), None).await.0, 404);
            assert_eq!(place.ask(None, &format!("/n/{other}/stop"), Some("")).await.0, 404);
        }
        let path = format!("/n/{token}/stop");
        assert_eq!(place.ask(None, &path, Some("what=way")).await.0, 200);
        let wants = habits::of(&place.cx.db, Person::Account(MAI), None).await.unwrap();
        assert_eq!(wants.choices.get(&("*".to_owned(), Via::Email)), Some(&false));
    }
}

#[tokio::test]
async fn one_chooses_how_one_is_told_and_what_waits_follows() {
    let email = Post::new(Via::Email, false);
    for place in Place::all(|_| vec![email.clone()]).await {
        email.taken.lock().unwrap().clear();
        let page = place.ask(Some("officer"), "/notices/settings", None).await.2;
        assert!(page.contains("value=\"case.assigned/email\" checked") && page.contains("value=\"21:00\""));
        assert!(!page.contains("case.received/email"), "a citizen's kind");
        place.clock.advance_seconds(10 * 3600);
        place.post(notice("case.assigned", MAI, "a")).await;
        place.post(notice("case.overdue", MAI, "b")).await;
        place.drain().await;
        let form =
            "way=case.overdue%2Femail&way=case.assigned%2Fapp&quiet=yes&from=22%3A30&to=05%3A00&tongue=en";
        let saved = place.ask(Some("officer"), "/notices/settings", Some(form)).await;
        assert_eq!(saved.0, 303, "{}", saved.2);
        place.clock.advance_seconds(10 * 3600);
        place.drain().await;
        assert_eq!(place.deliveries().await, ["email stopped", "email sent"], "{}", place.name());
        assert_eq!((email.taken()[0].kind, email.taken()[0].tongue), ("case.overdue", Tongue::En));
        let page = place.ask(Some("officer"), "/notices/settings", None).await.2;
        assert!(page.contains("value=\"22:30\"") && !page.contains("value=\"case.assigned/email\" checked"));
        let wrong =
            place.ask(Some("officer"), "/notices/settings", Some("quiet=yes&from=x&to=05%3A00")).await;
        assert!(wrong.0 == 422 && wrong.2.contains("Không đọc được giờ"));
        assert!(place.audit().await.contains("notice.choose"));
    }
}

#[tokio::test]
async fn who_manages_notices_writes_a_text_and_takes_it_back() {
    let email = Post::new(Via::Email, false);
    for place in Place::all(|_| vec![email.clone()]).await {
        email.taken.lock().unwrap().clear();
        let path = "/notices/templates/case.assigned";
        assert_eq!(place.ask(Some("officer"), path, None).await.0, 403);
        assert_eq!(place.ask(Some("admin"), "/notices/templates/case.gone", None).await.0, 404);
        let page = place.ask(Some("admin"), path, None).await.2;
        assert!(page.contains("chưa có, gửi bản tiếng Việt") && page.contains("1 tin SMS"));
        let form = "via=email&tongue=vi&title=Giao+%7Bcode%7D&body=Xem+%7Btitle%7D+ngay";
        assert_eq!(place.ask(Some("admin"), path, Some(form)).await.0, 303);
        place.post(notice("case.assigned", MAI, "a")).await;
        place.drain().await;
        let sent = email.taken().pop().unwrap();
        assert_eq!((sent.title.as_str(), sent.body.as_str()), ("Giao PA-1", "Xem Ổ gà ngay"));
        let bad = "via=email&tongue=vi&title=Giao&body=%7Bphone%7D";
        let refused = place.ask(Some("admin"), path, Some(bad)).await;
        assert!(refused.0 == 422 && refused.2.contains("không có giá trị {phone}"), "{}", place.name());
        let back = "via=email&tongue=vi&title=&body=&shipped=yes";
        assert_eq!(place.ask(Some("admin"), path, Some(back)).await.0, 303);
        let changes = texts::changes(&place.cx.db, "case.assigned").await.unwrap();
        assert_eq!((changes.len(), changes[0].body.is_none()), (2, true), "both stay");
        let list = place.ask(Some("admin"), "/notices/templates", None).await;
        assert!(list.0 == 200 && list.2.contains("Hồ sơ khẩn"));
    }
}

#[tokio::test]
async fn the_log_is_filtered_and_paged_and_shows_no_person() {
    let email = Post::new(Via::Email, false);
    for place in Place::all(|_| vec![email.clone()]).await {
        for i in 0..60 {
            place.post(notice("case.assigned", MAI, &i.to_string())).await;
        }
        place.post(notice("case.overdue", NAM, "x")).await;
        place.drain().await;
        let (status, _, page) = place.ask(Some("admin"), "/notices/log", None).await;
        assert_eq!((status, page.matches("<tr><th scope=\"row\">").count()), (200, 50));
        for secret in ["mai@", "nam@", "Trần Thị Mai", "Ổ gà", "0912"] {
            assert!(!page.contains(secret), "{secret}");
        }
        let older = page.split("href=\"/notices/log?state=&amp;via=").nth(1);
        let older = older.or_else(|| page.split("href=\"/notices/log?state=&#38;via=").nth(1)).unwrap();
        let before = older.split("before=").nth(1).unwrap().split('"').next().unwrap();
        let page = place.ask(Some("admin"), &format!("/notices/log?before={before}"), None).await.2;
        assert_eq!(page.matches("<tr><th scope=\"row\">").count(), 11, "{}", place.name());
        let page =
            place.ask(Some("admin"), "/notices/log?kind=case.overdue&state=sent&via=email", None).await.2;
        assert_eq!(page.matches("<tr><th scope=\"row\">").count(), 1);
        let page = place.ask(Some("admin"), "/notices/log?state=given_up", None).await.2;
        assert!(page.contains("Không có lần gửi nào"));
        assert_eq!(place.ask(Some("leader"), "/notices/log", None).await.0, 403);
    }
}
