//! Photos by officers: in the field and with an answer; everybody sees those of the solution with the
//! approved answer and never before, nobody sees who took them.

use cases::Types;
use cases::actions::moderate::Moderate;
use cases::actions::step::TakeStep;
use cases::case::Given;
use cases::workflow::Need;
use http::StatusCode;
use serde_json::json;

use crate::form::{Page, get, multipart_as, run_jobs};
use crate::photos_in::{OWNER, bad, picture, with_exif};
use crate::place::{House, REPORT, WARD_OFFICE, shipped};
use crate::standard::{V2, both};

async fn in_work(house: &House) -> (i64, String) {
    let receipt = house.report("Hố ga mất nắp", "manhole").await;
    let id = receipt.case.seq;
    let given =
        Given {
            agency: Some(WARD_OFFICE), public_text: Some("Hố ga mất nắp.".into()), ..Given::default()
        };
    TakeStep { step: "take_in".into(), given, seen: None }.run(&house.as_("desk"), id).await.unwrap();
    (id, receipt.code)
}

/// Makes the answer of field reports ask for a photo.
async fn demand_a_photo(house: &House) {
    let mut kind = shipped("report.yaml", REPORT);
    for severity in &mut kind.flow.severities {
        severity.calendar = cases::service::ALWAYS.into();
    }
    let propose = kind.flow.steps.iter_mut().find(|s| s.id == "propose").unwrap();
    propose.needs.push(Need::Photo);
    let mut tx = house.cx.db.begin().await.unwrap();
    cases::store::types::save(&mut tx, &[kind], house.cx.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    house.cx.house.get::<Types>().unwrap().reload(&house.cx.db).await.unwrap();
}

async fn files(house: &House) -> String {
    house.column("SELECT CAST(COUNT(*) AS TEXT) AS n FROM file").await.remove(0)
}

#[tokio::test]
async fn an_officer_adds_photos_in_the_field_and_nothing_of_the_camera_is_kept() {
    for house in House::all().await {
        let (id, code) = in_work(&house).await;
        let page = house.get("officer", &format!("/cases/{code}")).await.text();
        assert!(
            page.contains("capture=\"environment\"") && page.contains(&format!("/cases/{code}/photos\""))
        );
        let path = format!("/cases/{code}/photos");
        let photo = with_exif(&picture(11));
        let two: [(&str, &[u8]); 2] = [("a.jpg", &photo), ("b.jpg", &picture(12))];
        let sent = multipart_as(&house, "officer", &path, &[("role", "before")], &two).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{} {}", house.name, sent.text());
        assert_eq!(sent.notice(), "Đã thêm ảnh.");
        let photos = cases::store::photos::of(&house.cx.db, id).await.unwrap();
        assert_eq!(photos.len(), 2);
        assert!(photos.iter().all(|p| p.role == "before" && p.added_by.starts_with("account:") && !p.shown));
        let (_, bytes) = house.cx.files.read(&house.cx.db, photos[0].file).await.unwrap();
        assert!(!bytes.windows(OWNER.len()).any(|w| w == OWNER.as_bytes()));
        let case = house.case(id).await;
        assert_eq!((case.photos, case.lat), (2, None), "an officer's camera places no case");
        let lines = house.column("SELECT detail AS t FROM case_entry WHERE deed = 'photos'").await;
        assert_eq!(lines.len(), 1, "one form is one line of the history");
        run_jobs(&house).await;
        let small = get(&house, "officer", &format!("/cases/{code}/photos/1")).await;
        assert_eq!(small.status, StatusCode::OK);
        assert!(image::load_from_memory(&small.bytes).is_ok());

        let again = multipart_as(&house, "officer", &path, &[("role", "after")], &two).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "the same pictures are no other photos");
        let none = multipart_as(&house, "officer", &path, &[("role", "after")], &[]).await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(none.text().contains("Hãy chọn ít nhất một ảnh"));
    }
}

#[tokio::test]
async fn who_may_not_handle_the_case_leaves_no_photo_and_no_file() {
    for house in House::all().await {
        let (id, code) = in_work(&house).await;
        let path = format!("/cases/{code}/photos");
        let one = picture(21);
        let photo: [(&str, &[u8]); 1] = [("a.jpg", &one)];
        for (who, status) in [
            ("viewer", StatusCode::FORBIDDEN),
            ("leader", StatusCode::FORBIDDEN),
            ("admin", StatusCode::FORBIDDEN),
            ("other", StatusCode::NOT_FOUND),
            ("", StatusCode::UNAUTHORIZED),
        ] {
            let refused = multipart_as(&house, who, &path, &[("role", "after")], &photo).await;
            assert_eq!(refused.status, status, "{who} {}", house.name);
            let step = format!("/cases/{code}/steps/propose");
            let refused = multipart_as(&house, who, &step, &[("text", "Xong")], &photo).await;
            assert_eq!(refused.status, status, "{who} takes no step either");
        }
        assert!(!house.get("viewer", &format!("/cases/{code}")).await.text().contains("type=\"file\""));
        assert_eq!((house.case(id).await.photos, files(&house).await.as_str()), (0, "0"));
    }
}

#[tokio::test]
async fn hostile_files_are_refused_in_words_with_all_that_came_beside_them() {
    for house in House::all().await {
        let (id, code) = in_work(&house).await;
        let good = picture(31);
        for (what, bytes, _) in bad() {
            let both: [(&str, &[u8]); 2] = [("tot.jpg", &good), ("anh.jpg", &bytes)];
            for (path, words) in [
                (format!("/cases/{code}/photos"), [("role", "after")]),
                (format!("/cases/{code}/steps/propose"), [("text", "Đã đậy nắp mới")]),
            ] {
                let told = multipart_as(&house, "officer", &path, &words, &both).await;
                assert!(
                    matches!(told.status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::PAYLOAD_TOO_LARGE),
                    "{what}: {} {}",
                    told.status,
                    house.name
                );
                assert!(told.text().contains("Ảnh 2:"), "{what}: which of them is said");
            }
            let told = multipart_as(
                &house,
                "officer",
                &format!("/cases/{code}/steps/propose"),
                &[("text", "Đã đậy nắp mới")],
                &both,
            )
            .await;
            assert!(told.text().contains("Đã đậy nắp mới"), "nothing typed is lost");
        }
        let heavy = vec![0xFF; 16 << 20];
        let told = multipart_as(
            &house,
            "officer",
            &format!("/cases/{code}/photos"),
            &[("role", "after")],
            &[("nang.jpg", &heavy)],
        )
        .await;
        assert!(told.status.is_client_error(), "{}", told.status);
        let case = house.case(id).await;
        assert_eq!((case.photos, case.state.as_str()), (0, "accepted"), "{}", house.name);
        assert_eq!(files(&house).await, "0");
    }
}

#[tokio::test]
async fn photos_of_the_solution_are_public_with_the_approved_answer_and_never_before() {
    for house in House::all().await {
        let (id, code) = in_work(&house).await;
        let (after, answer) = (picture(41), picture(42));
        let step = |step: &str| format!("/cases/{code}/steps/{step}");
        let field = format!("/cases/{code}/photos");
        let one: [(&str, &[u8]); 1] = [("a.jpg", &after)];
        multipart_as(&house, "officer", &field, &[("role", "after")], &one).await;
        let words = [("text", "Đã đậy nắp mới."), ("role", "answer")];
        let sent = multipart_as(&house, "officer", &step("propose"), &words, &[("b.jpg", &answer)]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{} {}", house.name, sent.text());
        assert_eq!(house.case(id).await.state, "review");
        run_jobs(&house).await;

        let public = |n: i64| format!("/reports/{code}/photos/{n}");
        let request = format!("{V2}/requests/{code}");
        let hidden = async |why: &str| {
            for n in [1, 2] {
                assert_eq!(get(&house, "", &public(n)).await.status, StatusCode::NOT_FOUND, "{why}");
            }
            let page = get(&house, "", &format!("/reports/{code}")).await.text();
            assert!(!page.contains("/photos/"), "{why}");
            let told = get(&house, "", &format!("/api/v1/reports/{code}")).await.json();
            assert_eq!(told["pictures"], json!([]), "{why}");
            let open = both(&house, &request, "service_requests", StatusCode::OK).await;
            assert_eq!(open[0]["media_url"], json!(null), "{why}");
        };
        hidden("before the approval").await;
        // Not even when the desk ticks them too early.
        let moderate =
            Moderate { published: true, text: "Hố ga mất nắp.".into(), photos: vec![1, 2], seen: None };
        moderate.run(&house.as_("desk"), id).await.unwrap();
        hidden("the desk was early").await;

        let page = house.get("leader", &format!("/cases/{code}")).await.text();
        assert!(page.contains("name=\"show\" value=\"1\"") && page.contains("name=\"show\" value=\"2\""));
        let done = house.form("leader", &step("approve"), &[("chooses", "1"), ("show", "1")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        assert_eq!(get(&house, "", &public(1)).await.status, StatusCode::OK);
        assert_eq!(
            get(&house, "", &public(2)).await.status,
            StatusCode::NOT_FOUND,
            "the leader left the second one out"
        );
        let page = get(&house, "", &format!("/reports/{code}")).await.text();
        assert!(page.contains("Ảnh sau xử lý 1"), "{page}");
        assert!(!page.contains("Cán bộ phường") && !page.contains("Một cán bộ"), "and not who took it");
        let told = get(&house, "", &format!("/api/v1/reports/{code}")).await.json();
        assert_eq!(told["pictures"][0]["role"], json!("after"));
        assert!(!told.to_string().contains("account:"));
        let open = both(&house, &request, "service_requests", StatusCode::OK).await;
        assert!(open[0]["media_url"].as_str().unwrap().ends_with(&public(1)), "{open}");

        house.form("desk", &step("reopen"), &[("text", "Nắp lại mất")]).await;
        assert_eq!(house.case(id).await.state, "working");
        hidden("the answer holds no more").await;
    }
}

#[tokio::test]
async fn a_step_that_asks_for_a_photo_has_one_or_is_not_taken() {
    for house in House::all().await {
        demand_a_photo(&house).await;
        let (id, code) = in_work(&house).await;
        let step = |step: &str| format!("/cases/{code}/steps/{step}");
        let words = [("text", "Đã đậy nắp.")];
        let refused = house.form("officer", &step("propose"), &words).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", house.name);
        assert!(refused.text().contains("Hãy gửi kèm ít nhất một ảnh"));
        let (before, after) = (picture(51), picture(52));
        let field = format!("/cases/{code}/photos");
        multipart_as(&house, "officer", &field, &[("role", "before")], &[("a.jpg", &before)]).await;
        let refused = house.form("officer", &step("propose"), &words).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "before the work shows no solution");
        let sent = multipart_as(&house, "officer", &step("propose"), &words, &[("a.jpg", &after)]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        house.form("leader", &step("approve"), &[]).await;
        assert_eq!(house.case(id).await.state, "answered");

        // Opened again, another photo is asked for: one taken in the field will do.
        house.clock.advance_seconds(60);
        house.form("desk", &step("reopen"), &[("text", "Lại mất")]).await;
        let refused = house.form("officer", &step("propose"), &words).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let new = picture(53);
        multipart_as(&house, "officer", &field, &[("role", "after")], &[("a.jpg", &new)]).await;
        let sent = house.form("officer", &step("propose"), &words).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    }
}
