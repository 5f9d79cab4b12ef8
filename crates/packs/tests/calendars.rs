//! Working calendars: the shipped data, what is refused, rows and overlay, deadlines over HTTP.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod place;

use std::sync::Arc;

use foundation::lunar::tet;
use foundation::{Date, LunarDate};
use packs::actions::overlay::{remove, set};
use packs::calendars::Named;
use packs::{CalendarPart, Calendars, Source, apply, check, line};
use place::{House, at, pack};
use serde_json::{Value as Json, json};

const OFFICE: &str = include_str!("../../../packs/admin/calendars/office.yaml");
const FILE: &str = "calendars/office.yaml";

fn source(office: Option<&str>) -> Source {
    let admin = pack("admin", 10);
    let mut texts = vec![("admin/pack.yaml", admin.as_str())];
    texts.extend(office.map(|text| ("admin/calendars/office.yaml", text)));
    Source::texts(texts)
}

async fn houses() -> Vec<House> {
    let houses = House::all().await;
    for house in &houses {
        apply(&house.cx, &source(Some(OFFICE)), &house.parts).await.unwrap();
    }
    houses
}

fn office(house: &House) -> Arc<Named> {
    house.cx.house.get::<Calendars>().unwrap().get("admin.office").unwrap()
}

fn date(iso: &str) -> Date {
    Date::parse(iso).unwrap()
}

fn faults(text: &str) -> Vec<String> {
    check(&source(Some(text)), &[Arc::new(CalendarPart)]).iter().map(line).collect()
}

#[tokio::test]
async fn the_shipped_holidays_are_those_of_the_sun_and_the_moon() {
    let house = houses().await.remove(0);
    let office = office(&house);
    let is = |date: Date, name: &str| {
        let told = office.day_name(date).map(|n| n.vi.clone()).unwrap_or_default();
        assert_eq!(told, name, "{}", date.iso());
        assert!(!office.calendar.is_working_day(date), "{}", date.iso());
    };
    for (year, first) in [(2025, "2025-01-29"), (2026, "2026-02-17"), (2027, "2027-02-06")] {
        assert_eq!(tet(year).unwrap(), date(first));
        // The last day of the old year and the first three of the new are free however the five are laid.
        for day in -1..=2 {
            is(date(first).add_days(day), "Tết Nguyên đán");
        }
        let jan = Date::from_ymd(year, 1, 1).unwrap();
        let all = office.special_days(jan, Date::from_ymd(year, 12, 31).unwrap());
        for (day, _) in all.filter(|(_, name)| name.vi == "Tết Nguyên đán") {
            assert!((-2..=3).contains(&day.days_since(date(first))), "{}", day.iso());
        }
        is(LunarDate { year, month: 3, leap: false, day: 10 }.date().unwrap(), "Giỗ Tổ Hùng Vương");
        is(jan, "Tết Dương lịch");
        is(Date::from_ymd(year, 4, 30).unwrap(), "Ngày Chiến thắng 30/4");
        is(Date::from_ymd(year, 5, 1).unwrap(), "Ngày Quốc tế Lao động");
        is(Date::from_ymd(year, 9, 2).unwrap(), "Quốc khánh");
    }
    for worked in ["2025-04-26", "2026-01-10", "2026-08-22"] {
        assert!(office.calendar.is_working_day(date(worked)), "{worked}");
    }
    assert_eq!((office.known_from, office.known_until), (date("2025-01-01"), date("2027-12-31")));
    assert_eq!((office.verified, office.legal_ref.clone()), (false, None));
    assert!(office.knows(date("2025-01-01"), date("2027-12-31")));
    assert!(!office.knows(date("2024-12-31"), date("2025-06-01")));
    assert!(!office.knows(date("2027-12-31"), date("2028-01-01")));
}

#[test]
fn the_shipped_calendar_has_no_fault() {
    assert_eq!(faults(OFFICE), Vec::<String>::new());
    let names = kit::PackPart::names(&CalendarPart, &[]);
    assert_eq!(names, [("calendar", "always".to_owned())]);
}

#[test]
fn every_fault_of_a_calendar_is_told_with_its_place() {
    let bad = "id: Office\nname: ' '\nweek:\n  mon: \"11:30-07:30\"\nyears:\n  2026:\n    verified: false\n\
               \x20   legal_ref: NĐ 1\n    days:\n      2026-01-10: {name: Làm bù}\n      \
               2027-01-01: {name: Tết, off: true}\n      2026-02-30: {name: Tết, off: true}\n      \
               2026-9-2: {name: Lễ, off: true}\n      2026-09-03: {name: Lễ, off: true,\
               \x20hours: \"08:00-09:00\"}\n      \
               2026-09-04: {name: Lễ, hours: \"8-9\"}\n      2026-09-05: {name: Lễ, hours: \"\"}\n  \
               2028: {verified: false}\n  '26': {verified: false}\n";
    let told = faults(bad);
    let wanted = [
        ("1:", "id: «Office» không phải mã hợp lệ"),
        ("2:", "name: tên không được để trống"),
        ("4:", "week/mon: Giờ làm việc 11:30–07:30 không hợp lệ"),
        ("8:", "years/2026/legal_ref: legal_ref chỉ đi với verified: true"),
        ("10:", "years/2026/days/2026-01-10: ngày nghỉ ghi off: true; ngày làm bù ghi giờ"),
        ("11:", "years/2026/days/2027-01-01: ngày này không thuộc năm 2026"),
        ("12:", "years/2026/days/2026-02-30: «2026-02-30» không phải ngày"),
        ("13:", "years/2026/days/2026-9-2: «2026-9-2» không phải ngày"),
        ("14:", "years/2026/days/2026-09-03/off: một ngày hoặc nghỉ (off) hoặc có giờ (hours)"),
        ("15:", "years/2026/days/2026-09-04/hours: Không đọc được giờ"),
        ("16:", "years/2026/days/2026-09-05/hours: chưa có giờ nào"),
        ("17:", "years/2028: các năm phải liền nhau: thiếu năm 2027"),
        ("18:", "years/26: «26» không phải năm"),
    ];
    assert_eq!(told.len(), wanted.len(), "{told:#?}");
    for (told, (line, what)) in told.iter().zip(wanted) {
        let start = format!("packs/admin/calendars/office.yaml:{line}");
        assert!(told.starts_with(&start) && told.contains(what), "{told} | {line} {what}");
    }
}

#[test]
fn a_wrong_key_and_a_date_twice_are_told_with_a_suggestion() {
    let told = faults(&OFFICE.replacen("Day}, off: true", "Day}, of: true", 1));
    assert!(told[0].contains("không có khóa “of”. Có phải “off”?"), "{told:?}");
    let twice = OFFICE.replacen("2026-02-17: {", "2026-02-16: {", 1);
    assert!(faults(&twice)[0].contains("Khóa “2026-02-16” được viết hai lần"), "{:?}", faults(&twice));
    let empty = "id: a\nname: A\nweek: {}\nyears: {}\n";
    let told = faults(empty);
    assert!(told[0].contains("week: cần giờ làm việc") && told[1].contains("years: cần ít nhất một năm"));
    let other = Source::texts([
        ("admin/pack.yaml", pack("admin", 10).as_str()),
        ("admin/calendars/a.yaml", OFFICE),
        ("admin/calendars/b.yaml", OFFICE),
    ]);
    let told = check(&other, &[Arc::new(CalendarPart)]);
    assert!(told.len() == 1 && told[0].message.contains("«office» bị dùng hai lần"), "{told:?}");
}

#[tokio::test]
async fn a_changed_calendar_is_a_new_version_and_one_that_is_gone_is_retired() {
    for house in houses().await {
        let before = office(&house);
        let moved = OFFICE.replacen("mon: \"07:30-11:30, 13:30-17:00\"", "mon: \"08:00-12:00\"", 1);
        apply(&house.cx, &source(Some(&moved)), &house.parts).await.unwrap();
        assert_eq!(office(&house).calendar.hours(date("2026-11-30")).spans().len(), 1);
        // Who holds the old one keeps it as it was.
        assert_eq!(before.calendar.hours(date("2026-11-30")).spans().len(), 2);
        let versions = || async {
            let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM calendar_version";
            house.cx.db.all::<(i64,)>(sql, storage::args![]).await.unwrap()[0].0
        };
        assert_eq!(versions().await, 2);
        apply(&house.cx, &source(None), &house.parts).await.unwrap();
        let calendars = house.cx.house.get::<Calendars>().unwrap();
        let error = calendars.get("admin.office").unwrap_err();
        assert_eq!((error.code(), error.kind()), ("calendar_unknown", foundation::Kind::NotFound));
        assert!(calendars.get("always").unwrap().is_always());
        apply(&house.cx, &source(Some(&moved)), &house.parts).await.unwrap();
        assert_eq!((office(&house).id.as_str(), versions().await), ("admin.office", 2));
        let hint = calendars.get("admin.ofice").unwrap_err();
        assert!(hint.message().contains("Có phải “admin.office”?"), "{}", hint.message());
    }
}

#[tokio::test]
async fn a_place_adds_its_own_days_and_hours_by_the_overlay() {
    for house in houses().await {
        let place = at("admin", FILE, "years/2027/days/2027-02-09");
        let value = json!({"name": "Nghỉ Tết Nguyên đán", "off": true});
        assert!(office(&house).calendar.is_working_day(date("2027-02-09")));
        set(&house.cx, &place, value, &house.parts).await.unwrap();
        assert!(!office(&house).calendar.is_working_day(date("2027-02-09")));
        let saturday = at("admin", FILE, "week/sat");
        set(&house.cx, &saturday, json!("07:30-11:30"), &house.parts).await.unwrap();
        assert!(office(&house).calendar.is_working_day(date("2026-11-28")));
        let year = at("admin", FILE, "years/2028");
        let value = json!({"verified": true, "legal_ref": "QĐ 1", "days": {}});
        set(&house.cx, &year, value, &house.parts).await.unwrap();
        let named = office(&house);
        assert_eq!((named.known_until, named.legal_ref.as_deref()), (date("2028-12-31"), Some("QĐ 1")));
        assert!(named.verified_between(date("2028-01-01"), date("2028-12-31")));
        assert!(!named.verified_between(date("2027-12-31"), date("2028-01-01")));
        let wrong = at("admin", FILE, "years/2027/days/2027-02-10");
        let error = set(&house.cx, &wrong, json!({"name": "x"}), &house.parts).await.unwrap_err();
        assert_eq!(error.code(), "overlay_faulty");
        remove(&house.cx, &place, &house.parts).await.unwrap();
        assert!(office(&house).calendar.is_working_day(date("2027-02-09")));
    }
}

async fn deadline(house: &House, query: &str) -> (u16, Json) {
    let (status, body) = house.ask("", &format!("/api/v1/calendar/deadline?{query}"), None).await;
    (status, serde_json::from_str(&body).unwrap())
}

#[tokio::test]
async fn golden_deadlines_over_http() {
    for house in houses().await {
        for (query, wanted) in [
            // From a Friday afternoon.
            ("from=2026-11-27T16:00:00%2B07:00&hours=8&calendar=admin.office", "2026-11-30T16:30:00+07:00"),
            ("from=2026-11-27T09:00:00Z&minutes=480&calendar=admin.office", "2026-11-30T16:30:00+07:00"),
            ("from=2026-11-27T16:00&hours=1&calendar=admin.office", "2026-11-27T17:00:00+07:00"),
            // Across Tết 2026.
            ("from=2026-02-13T16:00&hours=8&calendar=admin.office", "2026-02-23T16:30:00+07:00"),
            ("from=2026-02-13T16:00&days=1&calendar=admin.office", "2026-02-23T17:00:00+07:00"),
            // Across the Giỗ Tổ on a Sunday, and across 30/4–1/5.
            ("from=2026-04-24T16:00&hours=8&calendar=admin.office", "2026-04-28T16:30:00+07:00"),
            ("from=2026-04-29T16:00&hours=8&calendar=admin.office", "2026-05-04T16:30:00+07:00"),
            ("from=2026-04-29T10:00&days=2&calendar=admin.office", "2026-05-05T17:00:00+07:00"),
            // A Saturday worked instead of a Friday.
            ("from=2026-01-09T16:00&hours=8&calendar=admin.office", "2026-01-10T16:30:00+07:00"),
            // Around the clock.
            ("from=2026-02-16T16:00&hours=24&calendar=always", "2026-02-17T16:00:00+07:00"),
            ("from=2026-02-16T16:00&days=1&calendar=always", "2026-02-18T00:00:00+07:00"),
        ] {
            let (status, body) = deadline(&house, query).await;
            assert_eq!((status, body["deadline"].as_str()), (200, Some(wanted)), "{query}: {body}");
        }
    }
}

#[tokio::test]
async fn a_deadline_is_explained_day_by_day() {
    for house in houses().await {
        let (_, body) = deadline(&house, "from=2026-04-29T16:00&hours=8&calendar=admin.office").await;
        let told = |s: &Json| {
            let of = |key: &str| s[key].to_string().trim_matches('"').to_owned();
            match s["counted"].as_str().unwrap() {
                "time" => format!("{} {} {}", of("date"), of("minutes"), of("total_minutes")),
                _ => format!("{} {} {}", of("date"), of("why"), s["name"]["vi"].as_str().unwrap_or("")),
            }
        };
        let steps: Vec<String> = body["steps"].as_array().unwrap().iter().map(told).collect();
        let wanted = [
            "2026-04-29 60 60",
            "2026-04-30 holiday Ngày Chiến thắng 30/4",
            "2026-05-01 holiday Ngày Quốc tế Lao động",
            "2026-05-02 weekend ",
            "2026-05-03 weekend ",
            "2026-05-04 240 300",
            "2026-05-04 180 480",
        ];
        assert_eq!(steps, wanted);
        assert_eq!((&body["verified"], &body["known"]), (&json!(false), &json!(true)));
        assert_eq!((&body["known_until"], &body["limit"]), (&json!("2027-12-31"), &json!({"minutes": 480})));
        let (_, far) = deadline(&house, "from=2027-12-30T16:00&days=5&calendar=admin.office").await;
        assert_eq!((&far["known"], far["steps"].as_array().map(Vec::len)), (&json!(false), Some(8)));
        let (_, years) = deadline(&house, "from=2026-01-01T08:00&days=900&calendar=admin.office").await;
        assert!(years["steps"].is_null() && years["deadline"].is_string());
        let (_, always) = deadline(&house, "from=2026-04-29T16:00&hours=1&calendar=always").await;
        assert_eq!((&always["verified"], &always["known_until"]), (&json!(true), &Json::Null));
    }
}

#[tokio::test]
async fn a_question_that_cannot_be_answered_is_a_problem_with_a_code() {
    for house in houses().await {
        for (query, code) in [
            ("", "moment_unreadable"),
            ("from=2026-02-30T08:00&hours=8&calendar=always", "date_impossible"),
            ("from=2026-02-20T08:00&hours=8", "calendar_unknown"),
            ("from=2026-02-20T08:00&hours=8&calendar=admin.ofice", "calendar_unknown"),
            ("from=2026-02-20T08:00&calendar=always", "limit_needed"),
            ("from=2026-02-20T08:00&hours=8&days=1&calendar=always", "limit_needed"),
            ("from=2026-02-20T08:00&hours=-8&calendar=always", "hours_unreadable"),
            ("from=2026-02-20T08:00&minutes=1.5&calendar=always", "minutes_unreadable"),
            ("from=2026-02-20T08:00&days=99999&calendar=always", "days_unreadable"),
        ] {
            let (status, body) = deadline(&house, query).await;
            assert_eq!((status, body["code"].as_str()), (422, Some(code)), "{query}");
        }
    }
}

#[tokio::test]
async fn the_list_names_every_calendar_with_its_special_days() {
    for house in houses().await {
        let (status, body) = house.ask("", "/api/v1/calendars", None).await;
        let body: Json = serde_json::from_str(&body).unwrap();
        assert_eq!((status, body["items"].as_array().unwrap().len()), (200, 2));
        let office = &body["items"][0];
        assert_eq!((&office["id"], &office["week"][5]), (&json!("admin.office"), &json!([])));
        assert_eq!(office["week"][0], json!(["07:30-11:30", "13:30-17:00"]));
        let days = office["special_days"].as_array().unwrap();
        let on = |iso: &str| days.iter().find(|d| d["date"] == iso).unwrap();
        assert_eq!(on("2026-02-17")["hours"], json!([]));
        assert_eq!(on("2026-01-10")["hours"], json!(["07:30-11:30", "13:30-17:00"]));
        assert_eq!(body["items"][1]["id"], "always");
    }
}

#[tokio::test]
async fn the_page_shows_the_deadline_with_its_days_and_its_warnings() {
    for house in houses().await {
        let (status, first) = house.ask("", "/deadline", None).await;
        assert_eq!(status, 200);
        assert!(first.contains("type=\"date\"") && first.contains("Hết hạn lúc"), "{first}");
        let address = "/deadline?date=2026-02-13&time=16:00&amount=8&kind=hours&calendar=admin.office";
        let (status, body) = house.ask("", address, None).await;
        assert_eq!(status, 200);
        for words in [
            "16:30, Thứ Hai, 23/02/2026",
            "8 giờ, tính từ 16:00, Thứ Sáu, 13/02/2026, theo lịch «Giờ hành chính».",
            "Không tính: Tết Nguyên đán",
            "Không tính: ngày nghỉ hằng tuần",
            "chưa được kiểm chứng",
            "Đã nhập đến 31/12/2027",
        ] {
            assert!(body.contains(words), "{words}: {body}");
        }
        let (_, days) = house
            .ask("", "/deadline?date=30/12/2027&time=7h30&amount=5&kind=days&calendar=admin.office", None)
            .await;
        assert!(days.contains("17:00, Thứ Năm, 06/01/2028") && days.contains("Hạn rơi sau 31/12/2027"));
        assert!(days.contains("Không tính: ngày bắt đầu"), "{days}");
        let (_, always) = house
            .ask("", "/deadline?date=2026-02-13&time=16:00&amount=8&kind=hours&calendar=always", None)
            .await;
        assert!(always.contains("24:00, Thứ Sáu, 13/02/2026"), "{always}");
        assert!(!always.contains("chưa được kiểm chứng"));
    }
}

#[tokio::test]
async fn what_was_typed_wrongly_stays_with_the_reason_beside_it() {
    for house in houses().await {
        let address = "/deadline?date=31/02/2026&time=25h&amount=t%C3%A1m&kind=days&calendar=%3Cb%3E";
        let (status, body) = house.ask("", address, None).await;
        assert_eq!(status, 422);
        for words in [
            "value=\"31/02/2026\"",
            "value=\"25h\"",
            "value=\"tám\"",
            "id=\"d-date-f\">Không có ngày 31/2/2026",
            "id=\"d-time-f\">Không có giờ 25:00",
            "id=\"d-amount-f\">Số ngày làm việc là số nguyên",
            "id=\"d-cal-f\">Không có lịch làm việc «&#60;b&#62;»",
            "<option value=\"days\" selected>",
        ] {
            assert!(body.contains(words), "{words}: {body}");
        }
        assert!(!body.contains("<b>") && !body.contains("Hết hạn lúc"));
        // An empty field beside others is a fault of its own, not filled in behind one's back.
        let (status, body) = house.ask("", "/deadline?date=&time=08:00&amount=8", None).await;
        assert_eq!(status, 422);
        assert!(body.contains("id=\"d-date-f\">"), "{body}");
        let (status, _) = house.ask("", "/deadline?date=2500-01-01&time=08:00&amount=8", None).await;
        assert_eq!(status, 422);
    }
}

#[test]
fn the_description_and_the_routes_name_the_same_things() {
    let module = packs::module();
    let described: Json = serde_json::from_str(module.openapi).unwrap();
    let told: Vec<&String> = described["paths"].as_object().unwrap().keys().collect();
    let mut served: Vec<&str> =
        module.routes.iter().map(|r| r.path).filter(|path| path.starts_with("/api/")).collect();
    served.sort_unstable();
    assert_eq!(told, served);
    for reference in module.openapi.split("\"$ref\": \"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(described.pointer(reference).is_some(), "{reference}");
    }
}
