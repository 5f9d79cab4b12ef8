//! The registers of letters and receptions: numbers without gaps, who may read what, files.

use std::io::Cursor;

use calamine::{Reader as _, Xlsx};
use cases::actions::books::enter::Enter;
use cases::actions::books::handle::Handle;
use cases::books::register::{Book, Entry, Handling, Matter, Person};
use foundation::Date;
use http::StatusCode;

use crate::place::{CAI_KHE, CITY, House, Reply, TRAN_DE};

const WHO: &str = "Lâm Thị Chín Ngàn";
const STREET: &str = "12 hẻm Hoa Sứ";

fn enter(book: Book, kind: &str, summary: &str) -> Enter {
    Enter {
        key: foundation::new_id().to_string(),
        book,
        unit: CAI_KHE,
        matter: Matter {
            received_on: Date::from_ymd(2026, 11, 23).unwrap(),
            way: if book == Book::Letters { "counter".into() } else { String::new() },
            kind: kind.into(),
            people: 1,
            summary: summary.into(),
            receiver: "Chủ tịch Trần Văn Hai".into(),
        },
        who: Person { name: WHO.into(), address: STREET.into(), phone: "0919 876 543".into() },
    }
}

async fn letter(house: &House, kind: &str, summary: &str) -> Entry {
    enter(Book::Letters, kind, summary).run(&house.as_("desk")).await.unwrap()
}

fn tells(reply: &Reply) -> bool {
    [WHO, STREET, "0919876543", "0919 876 543"].iter().any(|secret| reply.text().contains(secret))
}

/// All the text of a workbook.
fn cells(reply: &Reply) -> String {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(reply.bytes.clone())).unwrap();
    let (_, range) = book.worksheets().remove(0);
    range.rows().flatten().map(|c| format!("{c}\n")).collect()
}

#[tokio::test]
async fn numbers_have_no_gap_though_two_write_at_once_and_some_are_refused() {
    for house in House::all().await {
        let (a, b) = (house.as_("desk"), house.as_("duty"));
        let mut waiting = Vec::new();
        for n in 0..12 {
            let cx = if n % 2 == 0 { a.clone() } else { b.clone() };
            let mut act = enter(Book::Letters, "petition", &format!("Đơn {n}"));
            if n % 4 == 3 {
                act.matter.summary = String::new();
            }
            waiting.push(tokio::spawn(async move { act.run(&cx).await.map(|e| e.n) }));
        }
        let (mut given, mut refused) = (Vec::new(), 0);
        for one in waiting {
            match one.await.unwrap() {
                Ok(n) => given.push(n),
                Err(e) => {
                    assert_eq!(e.code(), "book_summary");
                    refused += 1;
                }
            }
        }
        given.sort_unstable();
        assert_eq!((given, refused), ((1..=9).collect(), 3), "{}", house.name);
        // Another book, unit or year begins at one.
        let reception = enter(Book::Receptions, "petition", "Hỏi về đất").run(&a).await.unwrap();
        let other = Enter { unit: TRAN_DE, ..enter(Book::Letters, "petition", "Đơn") }.run(&a).await.unwrap();
        let mut old = enter(Book::Letters, "petition", "Đơn cũ");
        old.matter.received_on = Date::from_ymd(2025, 12, 30).unwrap();
        let old = old.run(&a).await.unwrap();
        assert_eq!((reception.n, other.n, old.n, old.year), (1, 1, 1, 2025));
    }
}

#[tokio::test]
async fn the_same_form_sent_twice_is_one_line() {
    for house in House::all().await {
        let cx = house.as_("desk");
        let act = enter(Book::Letters, "complaint", "Khiếu nại thu hồi đất");
        let again = act.clone();
        let both = tokio::join!(act.clone().run(&cx), again.run(&cx));
        assert_eq!(both.0.unwrap().id, both.1.unwrap().id, "{}", house.name);
        let elsewhere = Enter { unit: TRAN_DE, ..act };
        assert_eq!(elsewhere.run(&cx).await.unwrap_err().code(), "book_key");
        let n = house.column("SELECT CAST(COUNT(*) AS TEXT) AS n FROM book_entry").await;
        assert_eq!(n, ["1"]);
    }
}

#[tokio::test]
async fn who_wrote_is_read_by_the_desk_alone() {
    for house in House::all().await {
        let id = letter(&house, "complaint", "Khiếu nại thu hồi đất").await.id;
        let page = format!("/books/{id}");
        assert!(
            tells(&house.get("desk", &page).await) && tells(&house.get("desk", "/books").await),
            "{}",
            house.name
        );
        for who in ["officer", "leader", "duty", "admin", "viewer"] {
            for path in [page.as_str(), "/books", "/books?q=chin+ngan", "/books?format=xlsx"] {
                let reply = house.get(who, path).await;
                assert_eq!(reply.status, StatusCode::OK, "{who} {path}");
                assert!(!tells(&reply), "{who} {path}");
            }
            assert!(!cells(&house.get(who, "/books?format=xlsx").await).contains(WHO), "{who}");
            assert!(house.get(who, "/books").await.text().contains("Khiếu nại thu hồi đất"), "{who}");
        }
        assert!(cells(&house.get("desk", "/books?format=xlsx").await).contains(WHO));
        // Of another commune: neither the line nor that there is one.
        assert_eq!(house.get("other", &page).await.status, StatusCode::NOT_FOUND);
        assert!(!house.get("other", "/books").await.text().contains("Khiếu nại thu hồi đất"));
        assert_eq!(house.get("", &page).await.status, StatusCode::SEE_OTHER);
        for sql in ["SELECT detail || actor || subject AS t FROM audit", "SELECT payload AS t FROM outbox"] {
            for text in house.column(sql).await {
                assert!(!text.contains("Chín Ngàn") && !text.contains("thu hồi"), "{} {text}", house.name);
            }
        }
    }
}

#[tokio::test]
async fn a_denunciation_tells_who_made_it_in_no_list_and_each_reading_is_logged() {
    for house in House::all().await {
        let id = letter(&house, "denunciation", "Cán bộ nhận tiền bồi dưỡng").await.id;
        let page = format!("/books/{id}");
        for path in [page.as_str(), "/books"] {
            let reply = house.get("desk", path).await;
            assert!(!tells(&reply), "{} {path}", house.name);
            assert!(reply.text().contains("nhận tiền"), "the desk reads the matter");
        }
        assert!(!cells(&house.get("desk", "/books?format=xlsx").await).contains(WHO));
        for who in ["officer", "viewer", "admin"] {
            assert!(!house.get(who, &page).await.text().contains("nhận tiền"), "{who}");
            assert!(!house.get(who, "/books").await.text().contains("nhận tiền"), "{who}");
            assert!(!cells(&house.get(who, "/books?format=xlsx").await).contains("nhận tiền"), "{who}");
        }
        assert!(house.get("leader", &page).await.text().contains("nhận tiền"), "a leader decides about it");
        let searched = house.get("viewer", "/books?q=nhan+tien").await.text();
        assert!(!searched.contains(&format!("\"{page}\"")), "words are no way to it");
        for who in ["leader", "duty", "officer"] {
            let reply = house.form(who, &format!("{page}/person"), &[]).await;
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{who}");
        }
        let logged = "SELECT subject AS t FROM audit WHERE action = 'book.reveal'";
        assert!(house.column(logged).await.is_empty());
        let told = house.form("desk", &format!("{page}/person"), &[]).await;
        assert!(tells(&told) && told.header("cache-control") == "no-store", "{}", told.text());
        assert_eq!(house.column(logged).await, [format!("book:{id}")]);
    }
}

#[tokio::test]
async fn a_letter_is_entered_dealt_with_and_corrected_through_its_forms() {
    for house in House::all().await {
        let unit = CAI_KHE.to_string();
        let key = foundation::new_id().to_string();
        let fields = [
            ("key", key.as_str()),
            ("book", "letters"),
            ("unit", unit.as_str()),
            ("received_on", "2026-11-20"),
            ("way", "post"),
            ("kind", "petition"),
            ("people", "3"),
            ("summary", "Xin sửa cầu Rạch Ngỗng"),
            ("name", WHO),
        ];
        let done = house.form("desk", "/books/new", &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{} {}", house.name, done.text());
        let page = done.header("location");
        let report = house.report("Cầu hỏng", "road_hole").await;
        let how = [
            ("version", "1"),
            ("competence", "own"),
            ("handling", "passed"),
            ("result", "Đã giao phòng KTHT"),
            ("case", report.code.as_str()),
        ];
        let lost = house.form("desk", &format!("{page}/handle"), &how).await;
        assert_eq!(lost.status, StatusCode::UNPROCESSABLE_ENTITY, "nowhere to pass it to");
        assert!(lost.text().contains("Đã giao phòng KTHT"), "nothing typed is lost");
        let name = format!("name=\"name\" autocomplete=\"off\" value=\"{WHO}\"");
        assert!(lost.text().contains(&name), "nor who wrote, in the other form: {}", lost.text());
        let full: Vec<(&str, &str)> = how.iter().copied().chain([("passed_to", "Sở Xây dựng")]).collect();
        let done = house.form("desk", &format!("{page}/handle"), &full).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        let shown = house.get("viewer", &page).await.text();
        assert!(
            shown.contains("Sở Xây dựng") && shown.contains(&format!("/cases/{}", report.code)),
            "{shown}"
        );
        // The second of two is told.
        assert_eq!(house.form("desk", &format!("{page}/handle"), &full).await.status, StatusCode::CONFLICT);
        let fix = [
            ("version", "2"),
            ("received_on", "2026-11-21"),
            ("way", "post"),
            ("kind", "reflection"),
            ("people", "3"),
            ("summary", "Xin sửa cầu Rạch Sỏi"),
        ];
        assert_eq!(house.form("duty", &format!("{page}/correct"), &fix).await.status, StatusCode::SEE_OTHER);
        assert!(
            house.get("desk", &page).await.text().contains(WHO),
            "who may not read it leaves it as it is"
        );
        assert!(
            house
                .get("desk", "/books?q=rach+soi&kind=reflection&handling=passed")
                .await
                .text()
                .contains("Rạch Sỏi")
        );
        // As it is called, and not of another year.
        assert!(house.get("desk", "/books?q=1/2026").await.text().contains("Rạch Sỏi"));
        assert!(!house.get("desk", "/books?q=1/2025").await.text().contains("Rạch Sỏi"));
        assert!(!house.get("desk", "/books?q=rach+ngong").await.text().contains("Rạch Sỏi"));
        for who in ["officer", "leader", "viewer"] {
            assert_eq!(house.form(who, "/books/new", &fields).await.status, StatusCode::FORBIDDEN, "{who}");
            let act = house.form(who, &format!("{page}/handle"), &full).await;
            assert_eq!(act.status, StatusCode::FORBIDDEN, "{who}");
        }
    }
}

#[tokio::test]
async fn a_case_or_letter_outside_ones_reach_is_not_linked() {
    for house in House::all().await {
        let cx = house.as_("desk");
        let taken = letter(&house, "complaint", "Khiếu nại").await;
        let came = enter(Book::Receptions, "complaint", "Trình bày khiếu nại").run(&cx).await.unwrap();
        let with = |case_seq, letter| Handle {
            handling: Handling { handling: "letter".into(), case_seq, letter, ..Handling::default() },
            seen: None,
        };
        assert_eq!(with(Some(999), None).run(&cx, came.id).await.unwrap_err().code(), "book_case");
        assert_eq!(with(None, Some(came.id)).run(&cx, came.id).await.unwrap_err().code(), "book_letter");
        with(None, Some(taken.id)).run(&cx, came.id).await.unwrap();
        let page = house.get("viewer", &format!("/books/{}", came.id)).await.text();
        assert!(
            page.contains(&format!("/books/{}\"", taken.id)) && page.contains("Nhận đơn"),
            "{}",
            house.name
        );
    }
}

#[tokio::test]
async fn pages_of_a_key_show_each_line_once() {
    for house in House::all().await {
        for n in 0..53 {
            letter(&house, "petition", &format!("Đơn thứ {n}.")).await;
        }
        let first = house.get("viewer", "/books").await.text();
        let next = first.split("rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap();
        let next = next.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        let second = house.get("viewer", &next).await.text();
        let seen = |page: &str, n: usize| page.contains(&format!("Đơn thứ {n}."));
        let twice: Vec<usize> = (0..53).filter(|n| seen(&first, *n) == seen(&second, *n)).collect();
        assert!(twice.is_empty(), "{} {twice:?}", house.name);
        assert!(seen(&first, 52) && seen(&second, 0), "the newest first");
        assert!(
            house.get("viewer", &format!("/books?unit={CITY}")).await.text().contains("Chưa có dòng nào")
        );
    }
}
