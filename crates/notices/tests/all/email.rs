//! Letters through a real server of e-mail.

use std::sync::Arc;

use notices::smtp::{Server, Smtp};
use notices::{Channel, Person, Via};

use crate::place::{MAI, MailServer, NAM, Place, notice, python};

fn channel(address: &str, clock: Arc<dyn foundation::Clock>) -> Vec<Arc<dyn Channel>> {
    let from = "Toàn Cảnh <thongbao@cantho.example>";
    vec![Arc::new(Smtp::new(Server::parse(address).unwrap(), from, clock).unwrap())]
}

/// A line of a letter's head.
fn header<'a>(letter: &'a str, name: &str) -> Option<&'a str> {
    let head = letter.split("\r\n\r\n").next().unwrap();
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// Lets Python's own reader of letters say subject and body.
fn read(letter: &str) -> (String, String) {
    use std::io::Write;
    let script = "import sys, email, email.policy as p\n\
        m = email.message_from_bytes(sys.stdin.buffer.read(), policy=p.default)\n\
        sys.stdout.buffer.write((m['subject'] + '\\n' + m.get_content()).encode())";
    let mut child = std::process::Command::new(python())
        .args(["-c", script])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(letter.as_bytes()).unwrap();
    let out = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let (subject, body) = out.split_once('\n').unwrap();
    (subject.to_owned(), body.replace("\r\n", "\n"))
}

#[tokio::test]
async fn a_letter_arrives_once_whole_and_can_be_stopped_with_one_click() {
    let server = MailServer::start();
    let address = format!("smtp+plain://bao:mat%3Akhau@127.0.0.1:{}", server.port);
    let mut seen = 0;
    for place in Place::all(|clock| channel(&address, clock)).await {
        place.post(notice("case.assigned", MAI, "a")).await;
        let long = "Đường 30/4 hỏng nặng\r\nBcc: everybody@example\r\n.\r\nQUIT\r\n".repeat(3);
        let mut second = notice("case.assigned", NAM, "b");
        second.values.insert("title".into(), long);
        second.values.insert("code".into(), "PA\r\nBcc: everybody@example".into());
        place.post(second).await;
        place.drain().await;
        place.drain().await;
        let letters = server.letters()[seen..].to_vec();
        seen += letters.len();
        assert_eq!((letters.len(), place.deliveries().await), (2, vec!["email sent".to_owned(); 2]));
        let letter = &letters[0];
        let id = place.ids().await[0];
        assert_eq!(header(letter, "X-To"), Some("mai@cantho.example"));
        assert_eq!(header(letter, "X-Signed-In"), Some("yes"));
        assert_eq!(header(letter, "Message-ID"), Some(format!("<{id}@cantho.example>").as_str()));
        assert_eq!(header(letter, "Auto-Submitted"), Some("auto-generated"));
        assert_eq!(header(letter, "Date"), Some("Thu, 26 Nov 2026 05:00:00 +0000"));
        assert_eq!(header(letter, "List-Unsubscribe-Post"), Some("List-Unsubscribe=One-Click"));
        let stop = format!("https://toancanh.example/n/{}/stop", place.token(id));
        assert!(letter.replace("\r\n ", "").contains(&format!("<{stop}>")));
        let (subject, body) = read(letter);
        assert_eq!(subject, "Được giao hồ sơ PA-1");
        assert!(
            body.starts_with("Bạn được giao hồ sơ PA-1: Ổ gà. Hạn: 17:00 30/11/2026.\n\nXem chi tiết: https")
        );
        assert!(body.contains(&stop));
        let (subject, body) = read(&letters[1]);
        assert_eq!(subject, "Được giao hồ sơ PA  Bcc: everybody@example");
        assert!(header(&letters[1], "Bcc").is_none() && body.matches("Đường 30/4").count() == 3);
        // The click of a program for letters: no session, no page of ours, a body it chose.
        let path = format!("/n/{}/stop", place.token(id));
        let click = place.ask(None, &path, Some("List-Unsubscribe=One-Click")).await;
        assert!(click.0 == 200 && click.2.contains("Đã ngừng gửi loại tin này"));
        place.post(notice("case.assigned", MAI, "c")).await;
        place.post(notice("case.overdue", MAI, "d")).await;
        place.drain().await;
        let more = server.letters()[seen..].to_vec();
        seen += more.len();
        assert_eq!(more.len(), 1, "{}: the other kind alone", place.name());
        assert!(place.audit().await.contains(&format!("notice.stop account:{MAI}")));
    }
}

#[tokio::test]
async fn what_a_server_refuses_is_tried_again_or_given_up_and_what_is_not_known_is_left_alone() {
    let server = MailServer::start();
    let address = format!("smtp+plain://127.0.0.1:{}", server.port);
    for place in Place::all(|clock| channel(&address, clock)).await {
        let before = server.letters().len();
        for (i, who) in ["later", "never", "hangup", "not an address", "đạt"].into_iter().enumerate() {
            let id = uuid::Uuid::from_u128(i as u128 + 100);
            let email = Some(format!("{who}@cantho.example"));
            let to = notices::Addressee { email, ..Default::default() };
            place.book.people.lock().unwrap().insert(Person::Account(id), to);
            place.post(notice("case.assigned", id, "a")).await;
        }
        place.drain().await;
        let wanted = [
            "email waiting SMTP 451",
            "email given_up SMTP 550",
            "email uncertain SMTP: no connection",
            "email given_up the address is not one of e-mail",
            "email given_up the address is not one of e-mail",
        ];
        assert_eq!(place.deliveries().await, wanted, "{}", place.name());
        place.clock.advance_seconds(3600);
        place.drain().await;
        assert_eq!(server.letters().len() - before, 1, "the one that hung up had taken it");
    }
}

#[tokio::test]
async fn without_the_protection_that_was_asked_for_or_the_right_word_no_letter_leaves() {
    let server = MailServer::start();
    for address in ["smtp://127.0.0.1", "smtp+plain://bao:wrong@127.0.0.1", "smtps://127.0.0.1"] {
        let address = format!("{address}:{}", server.port);
        let places = Place::all(|clock| channel(&address, clock)).await;
        let place = &places[0];
        place.post(notice("case.assigned", MAI, "a")).await;
        place.drain().await;
        let told = place.deliveries().await;
        assert!(told[0].starts_with("email waiting SMTP"), "{address}: {told:?}");
        assert!(server.letters().is_empty());
    }
    let nobody = channel("smtp+plain://127.0.0.1:1", Arc::new(foundation::SystemClock));
    assert_eq!(nobody[0].via(), Via::Email);
}
