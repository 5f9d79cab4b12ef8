//! Documents to households.

use kit::JobHandler;
use notices::jobs::{MAILING, Mailings, page};
use notices::{Addressee, Person, Tongue, Via};
use storage::args;
use uuid::Uuid;

use crate::place::{Place, Post};

fn household(i: u128) -> Person {
    Person::Citizen(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + i))
}

/// So many households, every third without an e-mail, every fifth Khmer.
fn settle(place: &Place, n: u128) {
    let mut people = place.book.people.lock().unwrap();
    for i in 0..n {
        let email = (i % 3 != 0).then(|| format!("ho{i}@dan.example"));
        let tongue = if i % 5 == 0 { Tongue::Km } else { Tongue::Vi };
        people.insert(household(i), Addressee { name: format!("Hộ {i}"), email, phone: None, tongue });
    }
}

const BOUNDARY: &str = "AaB03x";

fn form(fields: &[(&str, &str)], file: Option<&str>) -> String {
    let mut body = String::new();
    for (name, value) in fields {
        body +=
            &format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    if let Some(content) = file {
        let name = "name=\"file\"; filename=\"..\\\\van ban.pdf\"";
        body += &format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {name}\r\n\r\n{content}\r\n");
    }
    body + &format!("--{BOUNDARY}--\r\n")
}

const LETTER: [(&str, &str); 4] = [
    ("title", "Lịch cắt nước"),
    ("sender", "UBND phường A"),
    ("body", "Từ 8 giờ.\n\nĐến 11 giờ."),
    ("unit", "1"),
];

/// Sends a document over HTTP as somebody who writes in these units; gives the status and where it leads.
async fn send(
    place: &Place,
    units: &str,
    fields: &[(&str, &str)],
    file: Option<&str>,
) -> (u16, String, String) {
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    place.ask_as(("officer", units), "/notices/mailings", Some((&kind, &form(fields, file)))).await
}

async fn jobs(place: &Place) -> Vec<(Uuid, String)> {
    place.cx.db.all("SELECT id, payload FROM job WHERE kind = $1 ORDER BY id", args![MAILING]).await.unwrap()
}

async fn run(place: &Place) {
    for (id, payload) in jobs(place).await {
        let mut tx = place.cx.db.begin().await.unwrap();
        tx.run("UPDATE job SET state = 'running' WHERE id = $1", args![id]).await.unwrap();
        tx.commit().await.unwrap();
        let payload = serde_json::from_str(&payload).unwrap();
        Mailings.run(&place.cx, id, &payload).await.unwrap();
    }
}

#[tokio::test]
async fn a_document_reaches_every_household_of_the_unit_once_and_its_reach_is_counted() {
    let email = Post::new(Via::Email, false);
    for place in Place::all(|_| vec![email.clone()]).await {
        email.taken.lock().unwrap().clear();
        settle(&place, 303);
        let (status, to, page_text) = send(&place, "1", &LETTER, Some("%PDF-1.7 x")).await;
        assert_eq!(status, 303, "{}: {page_text}", place.name());
        run(&place).await;
        // The job may run again, as after a crash.
        run(&place).await;
        place.drain().await;
        let (status, _, text) = place.ask_as(("officer", "1"), &to, None).await;
        assert!(status == 200 && text.contains("<p class=\"fig-value\">303</p>"), "{text}");
        assert!(text.contains("<p class=\"fig-value\">202</p>") && text.contains("67 %"));
        assert_eq!(email.taken().len(), 202);
        let khmer = email.taken().iter().filter(|m| m.tongue == Tongue::Km).count();
        assert!(khmer > 30 && email.taken().iter().all(|m| m.title == "Lịch cắt nước"));
        // One opens the link, twice; one reads it on their page.
        let first = email.taken()[0].clone();
        let path = first.link.strip_prefix("https://toancanh.example").unwrap().to_owned();
        for _ in 0..2 {
            let (status, _, text) = place.ask(None, &path, None).await;
            assert!(status == 200 && text.contains("<p>Đến 11 giờ.</p>") && text.contains("UBND phường A"));
        }
        let (status, _, pdf) = place.ask(None, &format!("{path}/file"), None).await;
        assert_eq!((status, pdf.as_str()), (200, "%PDF-1.7 x"));
        let list = place.ask_as(("officer", "1"), "/notices/mailings", None).await.2;
        assert!(list.contains("Lịch cắt nước") && list.contains("1<small>0 %</small>"), "{list}");
        // Whoever stopped documents gets the next one no more.
        assert_eq!(place.ask(None, &format!("{path}/stop"), Some("what=kind")).await.0, 200);
        assert_eq!(send(&place, "1", &LETTER, None).await.0, 303);
        run(&place).await;
        place.drain().await;
        assert_eq!(email.taken().len(), 202 + 201, "{}", place.name());
        // A household that is forgotten stays counted.
        let mut tx = place.cx.db.begin().await.unwrap();
        notices::forget(&mut tx, household(1)).await.unwrap();
        tx.commit().await.unwrap();
        let text = place.ask_as(("officer", "1"), &to, None).await.2;
        assert!(text.contains("<p class=\"fig-value\">202</p>"));
    }
}

#[tokio::test]
async fn a_job_that_was_stopped_goes_on_where_it_was_and_two_at_once_tell_nobody_twice() {
    for place in Place::all(|_| vec![]).await {
        settle(&place, 1100);
        let to = send(&place, "1", &LETTER, None).await.1;
        let id: Uuid = to.rsplit_once('/').unwrap().1.parse().unwrap();
        assert_eq!(page(&place.cx, id).await.unwrap(), Some(500));
        let (a, b) = tokio::join!(page(&place.cx, id), page(&place.cx, id));
        let told = [a.unwrap(), b.unwrap()];
        assert!(told.contains(&Some(500)), "{told:?}");
        while page(&place.cx, id).await.unwrap().is_some() {}
        assert_eq!(page(&place.cx, id).await.unwrap(), None, "it is finished");
        let counts =
            "SELECT m.receivers, CAST((SELECT COUNT(*) FROM notice n WHERE n.mailing = m.id) AS BIGINT)
            AS n FROM document_mailing m";
        let counts: Vec<(i64, i64)> = place.cx.db.all(counts, args![]).await.unwrap();
        assert_eq!(counts, [(1100, 1100)], "{}", place.name());
    }
}

#[tokio::test]
async fn one_sends_where_one_writes_and_sees_the_documents_of_ones_places() {
    for place in Place::all(|_| vec![]).await {
        let (status, _, text) = send(&place, "2", &LETTER, None).await;
        assert!(status == 403 && text.contains("Chỉ gửi được đến nơi mà bạn được giao"), "{}", place.name());
        assert!(text.contains("value=\"Lịch cắt nước\""), "what was typed stays");
        let to = send(&place, "1", &LETTER, None).await.1;
        assert_eq!(place.ask_as(("officer", "2"), &to, None).await.0, 404);
        assert!(!place.ask_as(("officer", "2"), "/notices/mailings", None).await.2.contains("Lịch cắt nước"));
        assert_eq!(place.ask_as(("viewer", "1"), "/notices/mailings", None).await.0, 403);
        assert_eq!(place.ask_as(("officer", "1"), "/notices/mailings/new", None).await.0, 200);
        let province = [LETTER[0], LETTER[1], LETTER[2], ("unit", "92")];
        assert_eq!(send(&place, "1", &province, None).await.0, 403, "a unit below is not the whole");
        assert_eq!(send(&place, "92,1,2", &province, None).await.0, 303);
        for (change, value) in [("title", " "), ("sender", ""), ("body", ""), ("unit", "x")] {
            let fields = LETTER.map(|(name, old)| (name, if name == change { value } else { old }));
            assert_eq!(send(&place, "1", &fields, None).await.0, 422, "{change}");
        }
        assert_eq!(send(&place, "1", &LETTER, Some("MZ not a PDF")).await.0, 422);
        let audit = place.audit().await;
        assert!(audit.contains("notice.mailing mailing:") && !audit.contains("cắt nước"));
    }
}
