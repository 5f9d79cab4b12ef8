//! Reception days over HTTP: rules, days off, one day moved, the public page, the calendar file.

use http::StatusCode;
use kit::{PackFile, PackPart};

use crate::place::{CAI_KHE, House, TRAN_DE};

/// An office calendar in which Thursday 3 December 2026 is off.
const OFFICE: &str = "id: office
name: Giờ hành chính
week:
  mon: \"07:30-11:30\"
  tue: \"07:30-11:30\"
  wed: \"07:30-11:30\"
  thu: \"07:30-11:30\"
  fri: \"07:30-11:30\"
years:
  2026:
    verified: false
    days:
      2026-12-03: {name: Ngày lễ thử, off: true}
";

async fn calendar(house: &House) {
    let file = PackFile {
        pack: "admin".into(),
        path: "admin/calendars/office.yaml".into(),
        text: OFFICE.into(),
        edits: Vec::new(),
    };
    let mut tx = house.cx.db.begin().await.unwrap();
    packs::CalendarPart.apply(&mut tx, &house.cx, &[file]).await.unwrap();
    tx.commit().await.unwrap();
    packs::CalendarPart.applied(&house.cx).await.unwrap();
}

fn rule<'a>(unit: &'a str, pattern: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("unit", unit),
        ("receiver", "Chủ tịch UBND Lê Thị Sáu"),
        ("place", "Phòng tiếp công dân, tầng 1"),
        ("pattern", pattern),
        ("weekday", "4"),
        ("of_month", "15"),
        ("opens", "07:30"),
        ("closes", "11:30"),
    ]
}

#[tokio::test]
async fn a_day_off_is_moved_and_everybody_reads_from_when_and_why() {
    for house in House::all().await {
        calendar(&house).await;
        let unit = CAI_KHE.to_string();
        let done = house.form("desk", "/books/days", &rule(&unit, "week")).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{} {}", house.name, done.text());
        let page = house.get("", &format!("/reception?unit={unit}")).await;
        assert_eq!(page.status, StatusCode::OK);
        let text = page.text();
        assert!(text.contains("04/12/2026") && text.contains("Dời từ 03/12/2026: Ngày lễ thử"), "{text}");
        assert!(text.contains("26/11/2026") && text.contains("Lê Thị Sáu"), "{text}");
        // The calendar knows 2026 alone, and the page looks into January.
        assert!(text.contains("Lịch nghỉ của năm tới chưa được nhập đủ"), "{text}");
        let file = house.get("", &format!("/reception/calendar.ics?unit={unit}")).await;
        assert_eq!(file.header("content-type"), "text/calendar; charset=utf-8");
        let ics = file.text().replace("\r\n ", "");
        assert!(ics.contains("DTSTART:20261204T003000Z") && !ics.contains("DTSTART:20261203T"), "{ics}");
        assert_eq!(ics.matches("BEGIN:VEVENT").count(), ics.matches("END:VEVENT").count());
        // A commune that announced nothing says so.
        let none = house.get("", &format!("/reception?unit={TRAN_DE}")).await.text();
        assert!(none.contains("chưa công bố lịch"), "{none}");
        assert!(house.get("viewer", "/books/days").await.text().contains("Thứ Năm hằng tuần"));
    }
}

#[tokio::test]
async fn one_day_is_called_off_and_a_rule_ends() {
    for house in House::all().await {
        let unit = CAI_KHE.to_string();
        house.form("desk", "/books/days", &rule(&unit, "nth:1")).await;
        let id = house.column("SELECT CAST(id AS TEXT) AS id FROM book_rule").await.remove(0);
        let act = format!("/books/days/{id}/except");
        let off = [("unit", unit.as_str()), ("day", "2026-12-03"), ("moved_to", ""), ("reason", "Họp HĐND")];
        assert_eq!(house.form("desk", &act, &off).await.status, StatusCode::SEE_OTHER, "{}", house.name);
        let public = format!("/reception?unit={unit}");
        assert!(house.get("", &public).await.text().contains("Không tiếp: Họp HĐND"));
        let ics = house.get("", &format!("/reception/calendar.ics?unit={unit}")).await.text();
        assert!(ics.contains("STATUS:CANCELLED"), "{ics}");
        let wrong = [("unit", unit.as_str()), ("day", "2026-12-04"), ("reason", "Họp")];
        let told = house.form("desk", &act, &wrong).await;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "a day that the rule does not give");
        let moved =
            [("unit", unit.as_str()), ("day", "2026-12-03"), ("moved_to", "2026-12-08"), ("reason", "Bão")];
        house.form("desk", &act, &moved).await;
        let text = house.get("", &public).await.text();
        assert!(text.contains("Dời từ 03/12/2026: Bão") && !text.contains("Họp HĐND"), "{text}");
        let ended = house.form("desk", &format!("/books/days/{id}/end"), &[("unit", unit.as_str())]).await;
        assert_eq!(ended.status, StatusCode::SEE_OTHER);
        assert!(house.get("", &public).await.text().contains("chưa công bố lịch"));
        assert_eq!(house.column("SELECT action AS t FROM audit WHERE action LIKE 'book.%'").await.len(), 4);
    }
}

#[tokio::test]
async fn only_the_desk_of_the_unit_sets_its_days() {
    for house in House::all().await {
        let unit = CAI_KHE.to_string();
        for who in ["officer", "leader", "viewer", "other", "admin"] {
            let reply = house.form(who, "/books/days", &rule(&unit, "week")).await;
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{} {who}", house.name);
        }
        let mut late = rule(&unit, "day");
        late.retain(|f| f.0 != "closes");
        late.push(("closes", "07:00"));
        let told = house.form("desk", "/books/days", &late).await;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(told.text().contains("Giờ kết thúc"), "{}", told.text());
        assert!(house.column("SELECT place AS t FROM book_rule").await.is_empty());
    }
}
