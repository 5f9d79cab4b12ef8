//! The desk's own pages over HTTP.

use cases::actions::receive::Receive;
use http::StatusCode;

use crate::form::Page;
use crate::place::{CAI_KHE, EMAIL, House, NAME, PHONE, WARD_OFFICE, WARD_POLICE};

fn key(n: usize) -> String {
    format!("a key of the desk's form {n}")
}

#[tokio::test]
async fn a_call_becomes_a_case_that_is_passed_on_at_once() {
    for house in House::all().await {
        let place = CAI_KHE.to_string();
        let key = key(1);
        let fields = [
            ("key", key.as_str()),
            ("kind", "petitions.report"),
            ("channel", "hotline"),
            ("phone", "0912 345 678"),
            ("name", NAME),
            ("email", EMAIL),
            ("consent", "1"),
            ("category", "street_light"),
            ("place", place.as_str()),
            ("content", "Đèn đường trước chợ hỏng"),
            ("pass_on", "1"),
        ];
        let done = house.form("desk", "/cases/new", &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{} {}", house.name, done.text());
        assert_eq!(house.form("desk", "/cases/new", &fields).await.status, StatusCode::SEE_OTHER);
        let n = house.column("SELECT CAST(COUNT(*) AS TEXT) AS n FROM cases").await;
        assert_eq!(n, ["1"], "the form sent twice is one case");
        let case = house.case(1).await;
        assert_eq!(
            (case.state.as_str(), case.agency, case.channel.as_str()),
            ("accepted", WARD_OFFICE, "hotline")
        );
        // Who calls again is known to the desk, not to the duty officer.
        let form = format!("/cases/new?phone={PHONE}");
        assert!(house.get("desk", &form).await.text().contains("Đèn đường trước chợ hỏng"));
        assert!(!house.get("duty", &form).await.text().contains("Đèn đường trước chợ hỏng"));
        let wrong = house.form("desk", "/cases/new", &[("key", "k"), ("content", "Giữ chữ này")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("Giữ chữ này"), "nothing typed is lost");
        assert_eq!(house.get("viewer", "/cases/new").await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn acts_beside_the_steps_come_through_their_forms() {
    for house in House::all().await {
        let code = house.report("Đèn hỏng", "street_light").await.code;
        let agency = WARD_OFFICE.to_string();
        let take = [("agency", agency.as_str()), ("publish", "1"), ("public_text", "Đèn hỏng")];
        let path = |act: &str| format!("/cases/{code}/{act}");
        assert_eq!(house.form("desk", &path("steps/take_in"), &take).await.status, StatusCode::SEE_OTHER);
        let page = house.get("officer", &format!("/cases/{code}")).await.text();
        for form in ["classify", "ask", "extension", "merge", "split"] {
            assert!(page.contains(&format!("/cases/{code}/{form}")), "the officer is offered {form}");
        }
        assert!(!page.contains("/moderate") && !page.contains("/direct\""));
        let police = WARD_POLICE.to_string();
        let ask = [("agency", police.as_str()), ("text", "Ai quản lý?"), ("hours", "8")];
        assert_eq!(house.form("officer", &path("ask"), &ask).await.status, StatusCode::SEE_OTHER);
        let answer = [("agency", police.as_str()), ("text", "Điện lực"), ("agrees", "no")];
        assert_eq!(house.form("officer", &path("asked"), &answer).await.status, StatusCode::SEE_OTHER);
        assert!(house.get("officer", &format!("/cases/{code}")).await.text().contains("Không thống nhất"));
        let far = [("due", "2027-03-01"), ("text", "Chờ vật tư")];
        assert_eq!(house.form("officer", &path("extension"), &far).await.status, StatusCode::SEE_OTHER);
        let unreadable =
            house.form("officer", &path("extension"), &[("due", "mai"), ("text", "Lý do dài")]).await;
        assert_eq!(unreadable.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(unreadable.text().contains("Lý do dài"));
        let grant = [("granted", "yes"), ("text", "Đồng ý")];
        assert_eq!(
            house.form("leader", &path("extension/decide"), &grant).await.status,
            StatusCode::SEE_OTHER
        );
        let word = [("agency", police.as_str()), ("text", "Giao công an phường")];
        assert_eq!(house.form("leader", &path("direct"), &word).await.status, StatusCode::SEE_OTHER);
        let shown = house.get("leader", &format!("/cases/{code}")).await.text();
        assert!(shown.contains("Giao công an phường") && shown.contains("Gia hạn được duyệt"));
    }
}

#[tokio::test]
async fn many_cases_take_one_step_and_who_could_not_is_named() {
    for house in House::all().await {
        let one = house.report("Một", "street_light").await.code;
        let two = house.report("Hai", "street_light").await.code;
        house
            .form("desk", &format!("/cases/{one}/steps/refuse"), &[("reason", "repeated"), ("text", "x")])
            .await;
        let both = [("case", one.as_str()), ("case", two.as_str()), ("step", "take_in"), ("back", "tab=new")];
        let done = house.form("desk", "/cases/bulk", &both).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        assert_eq!(house.case(2).await.state, "accepted", "{}", house.name);
        assert_eq!(house.case(1).await.state, "refused");
    }
}

#[tokio::test]
async fn a_view_is_kept_and_dropped_by_its_owner() {
    for house in House::all().await {
        // The same account in every request, as a session gives it.
        let cx = house.as_("desk");
        let keep = |query: Option<&str>| cases::actions::desk::KeepView {
            name: "Quá hạn của tôi".into(),
            query: query.map(str::to_owned),
        };
        keep(Some("tab=work&only=late")).run(&cx).await.unwrap();
        keep(Some("tab=work&only=today")).run(&cx).await.unwrap();
        let kit::Actor::Person { id, .. } = &cx.actor else { panic!("a person") };
        let views = cases::store::desk::views(&house.cx.db, *id).await.unwrap();
        assert_eq!(views.len(), 1, "{}", house.name);
        assert_eq!(views[0].query, "tab=work&only=today");
        keep(None).run(&cx).await.unwrap();
        assert!(cases::store::desk::views(&house.cx.db, *id).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_shift_is_handed_over_with_its_numbers_and_taken_by_somebody_else() {
    for house in House::all().await {
        house.report("Mất nắp cống", "manhole").await;
        let handed = house.form("duty", "/cases/shift", &[("text", "Theo dõi nước sông")]).await;
        assert_eq!(handed.status, StatusCode::SEE_OTHER, "{} {}", house.name, handed.text());
        let page = house.get("desk", "/cases/shift").await.text();
        assert!(page.contains("Theo dõi nước sông") && page.contains("Nhận ca"));
        let id = house.column("SELECT counts AS t FROM case_shift").await;
        assert!(id[0].contains("\"urgent\":1"), "{}", id[0]);
        assert_eq!(house.get("viewer", "/cases/shift").await.status, StatusCode::OK);
        assert_eq!(
            house.form("viewer", "/cases/shift", &[("text", "x")]).await.status,
            StatusCode::FORBIDDEN
        );
    }
}

#[tokio::test]
async fn a_text_belongs_to_its_agency() {
    for house in House::all().await {
        let unit = WARD_OFFICE.to_string();
        let text = [("unit", unit.as_str()), ("name", "Đã thay bóng"), ("text", "Đã thay bóng đèn.")];
        assert_eq!(house.form("officer", "/cases/snippets", &text).await.status, StatusCode::SEE_OTHER);
        assert!(house.get("officer", "/cases/shift").await.text().contains("Đã thay bóng đèn."));
        assert!(!house.get("other", "/cases/shift").await.text().contains("Đã thay bóng đèn."));
        assert_eq!(house.form("other", "/cases/snippets", &text).await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn a_text_written_often_is_put_into_the_form_of_an_answer_without_a_script() {
    for house in House::all().await {
        let unit = WARD_OFFICE.to_string();
        let words = "Đã thay bóng <mới>.";
        let text = [("unit", unit.as_str()), ("name", "Đã thay bóng"), ("text", words)];
        house.form("officer", "/cases/snippets", &text).await;
        let kept = cases::store::desk::snippets(&house.cx.db, vec![WARD_OFFICE]).await.unwrap();
        let id = kept[0].id.to_string();
        let code = house.report("Đèn hỏng", "street_light").await.code;
        let take = [("agency", unit.as_str())];
        house.form("desk", &format!("/cases/{code}/steps/take_in"), &take).await;
        let page = house.get("officer", &format!("/cases/{code}")).await.text();
        assert!(page.contains("data-fill") && page.contains(&format!("data-snippet=\"{id}\"")), "{page}");
        let fill = [("text", "Kính gửi ông bà."), ("snippet", id.as_str()), ("fill", "1")];
        let filled = house.form("officer", &format!("/cases/{code}/steps/propose"), &fill).await;
        assert_eq!(filled.status, StatusCode::OK, "{}", filled.text());
        assert!(filled.text().contains("Kính gửi ông bà.\nĐã thay bóng &#60;mới&#62;.</textarea>"));
        assert_eq!(house.case(1).await.state, "accepted", "{}: nothing was sent yet", house.name);
        // Those of another agency are not there, whoever names them.
        let other = house.report_at("Đèn xã hỏng", "street_light", crate::place::TRAN_DE).await.code;
        let page = house.get("other", &format!("/cases/{other}")).await.text();
        assert!(!page.contains("data-snippet"));
        let filled = house.form("other", &format!("/cases/{other}/steps/tell"), &fill).await.text();
        assert!(!filled.contains("Đã thay bóng"));
    }
}

#[tokio::test]
async fn types_on_one_page_share_their_steps_and_what_does_not_fit_is_said() {
    for house in House::all().await {
        house.with_tasks().await;
        let report = house.report("Đèn hỏng", "street_light").await.code;
        let task = Receive {
            key: foundation::new_id().to_string(),
            kind: "petitions.task".into(),
            title: "Kiểm tra đèn".into(),
            content: "Kiểm tra toàn tuyến".into(),
            place: Some(CAI_KHE),
            channel: "inside",
            ..Receive::default()
        };
        let task = task.run(&house.cx).await.unwrap().code;
        let page = house.get("duty", "/cases?tab=new").await.text();
        assert!(page.contains(">Tiếp nhận (Phản ánh hiện trường)<"), "{} {page}", house.name);
        assert!(page.contains(">Nhận nhiệm vụ (Nhiệm vụ)<"));
        let one = house.get("duty", "/cases?tab=new&kind=petitions.report").await.text();
        assert!(one.contains(">Tiếp nhận<") && !one.contains("Nhận nhiệm vụ"), "of a chosen type its own");
        let both = [("case", report.as_str()), ("case", task.as_str()), ("step", "take_in")];
        let done = house.form("duty", "/cases/bulk", &both).await;
        let told = done.notice();
        assert!(told.contains("Đã thực hiện 1 vụ việc"), "{told}");
        assert!(told.contains(&format!("{task}: Loại «Nhiệm vụ» không có bước này")), "{told}");
    }
}
