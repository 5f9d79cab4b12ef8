//! What a slip of the hand at the desk costs: nothing.

use http::StatusCode;

use crate::form::Page;
use crate::place::{CAI_KHE, COMMUNE_OFFICE, House, WARD_OFFICE, WARD_POLICE};

#[tokio::test]
async fn many_are_passed_on_to_who_is_named_and_to_nobody_else() {
    for house in House::all().await {
        let first = house.report("Đèn hỏng", "street_light").await;
        let code = first.code.as_str();
        house.form("desk", "/cases/bulk", &[("case", code), ("step", "take_in")]).await;
        let before = house.case(first.case.seq).await.agency;
        let path = format!("/cases?tab=work&place={CAI_KHE}");
        let list = house.get("officer", &path).await.text();
        assert!(list.contains("name=\"agency\"") && list.contains("Công an phường"), "{} {list}", house.name);

        let pass_on = |unit: String| {
            let fields =
                [("case", code), ("step", "assign"), ("text", "Đúng việc của đơn vị"), ("agency", &unit)]
                    .map(|(k, v)| (k.to_owned(), v.to_owned()));
            let house = &house;
            async move {
                let fields: Vec<(&str, &str)> =
                    fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
                house.form("officer", "/cases/bulk", &fields).await.notice()
            }
        };
        let told = pass_on(String::new()).await;
        assert!(told.contains("Đã thực hiện 0 vụ việc") && told.contains("Hãy chọn đơn vị nhận"), "{told}");
        let told = pass_on(COMMUNE_OFFICE.to_string()).await;
        assert!(told.contains("không nhận việc của địa bàn"), "{told}");
        assert_eq!(house.case(first.case.seq).await.agency, before);
        let other = if before == WARD_POLICE { WARD_OFFICE } else { WARD_POLICE };
        let told = pass_on(other.to_string()).await;
        assert!(told.contains("Đã thực hiện 1 vụ việc"), "{told}");
        assert_eq!(house.case(first.case.seq).await.agency, other);
    }
}

#[tokio::test]
async fn a_code_that_is_none_stays_on_the_page_of_the_case() {
    for house in House::all().await {
        let code = house.report("Đèn hỏng", "street_light").await.code;
        let into = [("into", "PA-26-999999"), ("version", "1")];
        let refused = house.form("desk", &format!("/cases/{code}/merge"), &into).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", house.name);
        let page = refused.text();
        assert!(page.contains("Không có vụ việc mang mã này") && page.contains("PA-26-999999"), "{page}");
    }
}

#[tokio::test]
async fn another_type_keeps_what_was_typed_and_begins_nothing() {
    for house in House::all().await {
        house.with_tasks().await;
        let fields = [
            ("key", "the key of a form that turns"),
            ("kind", "petitions.report"),
            ("content", "Kiểm tra nắp cống"),
            ("address", "12 Hai Bà Trưng"),
            ("category", "street_light"),
            ("turn", "petitions.task"),
        ];
        let page = house.form("director", "/cases/new", &fields).await;
        assert_eq!(page.status, StatusCode::OK, "{}", house.name);
        let text = page.text();
        assert!(
            text.contains("<h1>Nhiệm vụ mới</h1>") && text.contains("name=\"kind\" value=\"petitions.task\"")
        );
        assert!(text.contains("Kiểm tra nắp cống") && text.contains("12 Hai Bà Trưng"), "{text}");
        assert!(house.column("SELECT title FROM cases").await.is_empty());
    }
}

#[tokio::test]
async fn what_is_counted_as_late_at_the_shift_is_what_its_link_lists() {
    for house in House::all().await {
        let code = house.report("Đèn hỏng", "street_light").await.code;
        house.clock.advance_seconds(30 * 86_400);
        let shift = house.get("desk", "/cases/shift").await.text();
        let link = "/cases?tab=open&#38;only=late&#38;order=due";
        assert!(
            shift.contains(link) || shift.contains(&link.replace("&#38;", "&")),
            "{} {shift}",
            house.name
        );
        let list = house.get("desk", "/cases?tab=open&only=late&order=due").await.text();
        assert!(list.contains(&code) && list.contains("Đang mở"), "new and late is late too: {list}");
    }
}
