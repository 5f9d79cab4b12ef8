//! A task with the unit that is to do it and the day that whoever gives it named.

use cases::clock::ClockKind;
use foundation::{Date, Instant, TimeOfDay};
use http::StatusCode;

use crate::place::{CAI_KHE, COMMUNE_OFFICE, HEALTH, House, TRAN_DE, WARD_OFFICE};

fn at(day: u32, hour: u32) -> Instant {
    Date::from_ymd(2026, 12, day).unwrap().at(TimeOfDay(hour * 3600))
}

/// The form of a task, as the page sends it.
fn task<'a>(key: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("key", key),
        ("kind", "petitions.task"),
        ("channel", "inside"),
        ("category", "inspect"),
        ("content", "Kiểm tra bếp ăn các trường mầm non"),
    ];
    fields.extend(more);
    fields
}

#[tokio::test]
async fn a_leader_names_who_does_a_task_and_by_when() {
    for house in House::all().await {
        house.with_tasks().await;
        let form = house.get("director", "/cases/new?kind=task").await.text();
        assert!(form.contains("<h1>Nhiệm vụ mới</h1>") && form.contains("name=\"due\""), "{}", house.name);
        let health = HEALTH.to_string();
        let fields = task("the key of a task 1", &[("agency", &health), ("due", "2026-12-04")]);
        let page = house.form("director", "/cases/new", &fields).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text());

        let case = house.case(1).await;
        assert_eq!((case.agency, case.promised_at), (HEALTH, Some(at(4, 17))));
        let list = house.get("health", "/cases?tab=new").await.text();
        assert!(list.contains("Kiểm tra bếp ăn"), "who is to do it finds it");

        // Taken in, it is still due on that day, and the page says by whose word.
        let code = case.code("NV");
        let taken = [("category", "inspect"), ("severity", "fast")];
        let done = house.form("health", &format!("/cases/{code}/steps/accept"), &taken).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        let case = house.case(1).await;
        assert_eq!(case.clocks().unwrap().promised(ClockKind::Solution), Some(at(4, 17)));
        let page = house.get("health", &format!("/cases/{code}")).await.text();
        assert!(page.contains("04/12") && page.contains("người giao việc định"), "{page}");
    }
}

#[tokio::test]
async fn who_does_not_direct_names_neither_and_what_cannot_be_loses_nothing() {
    for house in House::all().await {
        house.with_tasks().await;
        let place = CAI_KHE.to_string();
        let form = house.get("officer", "/cases/new?kind=task").await.text();
        assert!(!form.contains("name=\"due\"") && !form.contains("name=\"agency\""), "{}", house.name);
        assert!(
            form.contains(&format!("value=\"{CAI_KHE}\" selected")),
            "the only commune of theirs stands there"
        );
        let due = [("place", place.as_str()), ("due", "2026-12-04")];
        let refused = house.form("officer", "/cases/new", &task("the key of a task 2", &due)).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);

        for (field, value, why) in [
            ("due", "2026-11-20", "Hạn hoàn thành đã qua"),
            ("due", "mai", "Chưa đọc được ngày giờ"),
            ("agency", &COMMUNE_OFFICE.to_string(), "không nhận việc của địa bàn"),
        ] {
            let more = [("place", place.as_str()), (field, value)];
            let refused = house.form("leader", "/cases/new", &task("the key of a task 3", &more)).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            let text = refused.text();
            assert!(text.contains(why) && text.contains("Kiểm tra bếp ăn"), "{field}={value}: {text}");
        }
        assert!(house.column("SELECT title FROM cases").await.is_empty(), "nothing was begun");

        // A leader of the ward gives its office a task; of another commune they give none.
        let office = WARD_OFFICE.to_string();
        let fine =
            task("the key of a task 4", &[("place", &place), ("agency", &office), ("due", "2026-12-01")]);
        assert_eq!(house.form("leader", "/cases/new", &fine).await.status, StatusCode::SEE_OTHER);
        let elsewhere = TRAN_DE.to_string();
        let no = task("the key of a task 5", &[("place", &elsewhere), ("due", "2026-12-01")]);
        assert_eq!(house.form("leader", "/cases/new", &no).await.status, StatusCode::FORBIDDEN);
    }
}
