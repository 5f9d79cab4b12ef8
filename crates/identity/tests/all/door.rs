//! Coming in and going out.

use foundation::{Clock, Lang};
use http::{Request, StatusCode, header};
use identity::seal::verify;
use identity::vault;
use kit::{Fields, Role};
use storage::{InstallationKey, args, settings};
use uuid::Uuid;

use crate::support::{CAN_THO, PASSWORD, Place};

/// The secret behind the QR code that is shown, opened with the key of the folder.
async fn wanted_secret(place: &Place) -> Vec<u8> {
    let sql = "SELECT id, totp_wanted FROM account WHERE totp_wanted IS NOT NULL";
    let (id, sealed) = place.test.db.one::<(Uuid, Vec<u8>)>(sql, args![]).await.unwrap().unwrap();
    let key = InstallationKey::read(place.test.folder()).unwrap().unwrap();
    vault::open(&key, id, &sealed).unwrap()
}

#[tokio::test]
async fn the_first_administrator_is_made_once_by_the_printed_link() {
    for place in Place::empty().await {
        let cx = place.system();
        let old = identity::first_run_link(&cx).await.unwrap().unwrap();
        let link = identity::first_run_link(&cx).await.unwrap().unwrap();
        let mut browser = place.browser();
        assert_eq!(browser.get(&old).await.status, StatusCode::NOT_FOUND);
        let page = browser.get(&link).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("92 Thành phố Cần Thơ") && page.text.contains("01 Thành phố Hà Nội"));
        let token = page.field("token");
        let mut form = vec![
            ("token", token.as_str()),
            ("name", "Trần Thị Mai"),
            ("sign_in", "mai.tt@cantho.gov.vn"),
            ("password", "quá ngắn"),
            ("again", "quá ngắn"),
            ("place", "Cần Thơ"),
        ];
        let refused = browser.post("/first-run", &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("12 ký tự") && refused.text.contains("Trần Thị Mai"));
        (form[3].1, form[4].1) = (PASSWORD, "cái khác hẳn cái trước");
        assert!(browser.post("/first-run", &form).await.text.contains("không giống nhau"));
        (form[4].1, form[5].1) = (PASSWORD, "Atlantis");
        assert!(browser.post("/first-run", &form).await.text.contains("Không rõ «Atlantis»"));
        form[5].1 = "Cần Thơ";
        let entered = browser.post("/first-run", &form).await;
        assert_eq!((entered.status, entered.location()), (StatusCode::SEE_OTHER, "/"), "{}", entered.text);
        let root = settings::get(&place.test.db, "root_unit").await.unwrap();
        assert_eq!(root.as_deref(), Some(CAN_THO.to_string().as_str()));
        assert_eq!(browser.get("/accounts").await.status, StatusCode::OK);
        assert_eq!(place.browser().post("/first-run", &form).await.status, StatusCode::NOT_FOUND);
        assert_eq!(identity::first_run_link(&cx).await.unwrap(), None);
        let told = storage::outbox::waiting(&place.test.db, cx.clock.now(), 10).await.unwrap();
        assert_eq!(told[0].event, "identity.root_chosen");
    }
}

#[tokio::test]
async fn somebody_who_is_not_signed_in_is_led_to_the_door_and_back() {
    for place in Place::all().await {
        let mut browser = place.browser();
        let led = browser.get("/audit?who=mai").await;
        assert_eq!(led.location(), "/sign-in?back=/audit%3Fwho%3Dmai");
        let page = browser.get(led.location()).await;
        assert_eq!(page.field("back"), "/audit?who=mai");
        let form = [("sign_in", "MAI"), ("password", PASSWORD), ("back", "/audit?who=mai")];
        assert_eq!(browser.post("/sign-in", &form).await.location(), "/audit?who=mai");
        assert_eq!(browser.get("/sign-in").await.location(), "/");
        let form = [("sign_in", "mai"), ("password", PASSWORD), ("back", "//evil.example/x")];
        let entered = place.browser().post("/sign-in", &form).await;
        assert_eq!(entered.location(), "/");
        let cookie = entered.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
        assert!(cookie.starts_with("session=") && cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
    }
}

#[tokio::test]
async fn a_wrong_password_and_a_name_that_nobody_has_look_the_same_and_are_paused_alike() {
    for place in Place::all().await {
        for name in ["mai", "khong.ai.ca"] {
            let mut browser = place.browser();
            for _ in 0..5 {
                let answer = browser.sign_in(name, "sai mất rồi bạn ơi").await;
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
                assert!(answer.text.contains("Tên đăng nhập hoặc mật khẩu chưa đúng."));
            }
            let paused = browser.sign_in(name, PASSWORD).await;
            assert_eq!(paused.status, StatusCode::TOO_MANY_REQUESTS);
            assert!(paused.text.contains("30 giây"), "{name}");
        }
        place.clock.advance_seconds(31);
        place.admin().await;
        let counted = "SELECT failures FROM account";
        assert_eq!(place.test.db.one::<(i64,)>(counted, args![]).await.unwrap(), Some((0,)));
    }
}

#[tokio::test]
async fn a_session_ends_when_its_person_signs_out_rests_too_long_or_after_a_week() {
    for place in Place::all().await {
        let mut browser = place.admin().await;
        assert_eq!(browser.get("/me").await.status, StatusCode::OK);
        let kept = browser.cookies.clone();
        assert_eq!(browser.post("/sign-out", &[]).await.location(), "/sign-in");
        browser.cookies = kept;
        assert_eq!(browser.get("/me").await.status, StatusCode::SEE_OTHER);

        let mut rests = place.admin().await;
        place.clock.advance_seconds(13 * 3600);
        assert_eq!(rests.get("/me").await.status, StatusCode::SEE_OTHER);

        let mut works = place.admin().await;
        for _ in 0..16 {
            assert_eq!(works.get("/me").await.status, StatusCode::OK);
            place.clock.advance_seconds(10 * 3600);
        }
        place.clock.advance_seconds(8 * 3600);
        assert_eq!(works.get("/me").await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn with_two_steps_a_code_is_asked_and_works_once() {
    for place in Place::all().await {
        let mut browser = place.admin().await;
        let wrong = browser.post("/me/two-step", &[("old", "sai mất rồi bạn ơi")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        browser.post("/me/two-step", &[("old", PASSWORD)]).await;
        assert!(browser.get("/me").await.text.contains("<svg class=\"qr\""));
        let secret = wanted_secret(&place).await;
        let code = |seconds| identity::totp::code(&secret, place.now().plus_seconds(seconds)).unwrap();
        assert_eq!(browser.post("/me/two-step/confirm", &[("code", "000")]).await.status.as_u16(), 422);
        let first = code(0);
        assert_eq!(browser.post("/me/two-step/confirm", &[("code", &first)]).await.location(), "/me");

        let mut again = place.browser();
        let asked = again.sign_in("mai", PASSWORD).await;
        assert_eq!(asked.status, StatusCode::OK);
        assert!(!again.cookies.contains_key("session"));
        let token = asked.field("token");
        let used = again.post("/sign-in/code", &[("token", &token), ("code", &first)]).await;
        assert_eq!(used.status, StatusCode::UNAUTHORIZED);
        place.clock.advance_seconds(30);
        let next = code(0);
        let entered =
            again.post("/sign-in/code", &[("token", &token), ("code", &next), ("back", "/me")]).await;
        assert_eq!(entered.location(), "/me");
        let twice = place.browser().post("/sign-in/code", &[("token", &token), ("code", &next)]).await;
        assert_eq!(twice.status, StatusCode::NOT_FOUND);
        again.post("/me/two-step/stop", &[("old", PASSWORD)]).await;
        place.admin().await;
    }
}

#[tokio::test]
async fn who_knows_the_password_cannot_guess_codes_for_ever() {
    for place in Place::all().await {
        let mut browser = place.admin().await;
        browser.post("/me/two-step", &[("old", PASSWORD)]).await;
        let secret = wanted_secret(&place).await;
        let code = identity::totp::code(&secret, place.now()).unwrap();
        browser.post("/me/two-step/confirm", &[("code", &code)]).await;
        let mut guesser = place.browser();
        let mut paused = 0;
        for _ in 0..8 {
            let asked = guesser.sign_in("mai", PASSWORD).await;
            if asked.status == StatusCode::TOO_MANY_REQUESTS {
                paused += 1;
                continue;
            }
            let token = asked.field("token");
            guesser.post("/sign-in/code", &[("token", &token), ("code", "000000")]).await;
        }
        assert_eq!(paused, 3);
    }
}

#[tokio::test]
async fn a_changed_password_ends_all_other_sessions() {
    for place in Place::all().await {
        let (mut here, mut there) = (place.admin().await, place.admin().await);
        assert_eq!(there.get("/me").await.status, StatusCode::OK);
        let new = "sông Hậu chảy mãi không thôi";
        let form = [("old", PASSWORD), ("password", new), ("again", new)];
        assert_eq!(here.post("/me/password", &form).await.location(), "/me");
        assert_eq!(here.get("/me").await.status, StatusCode::OK);
        assert_eq!(there.get("/me").await.status, StatusCode::SEE_OTHER);
        assert_eq!(place.browser().sign_in("mai", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(place.browser().sign_in("mai", new).await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn one_signs_out_another_machine_but_not_another_person() {
    for place in Place::all().await {
        place.person("khang", Role::Officer, CAN_THO, Fields::All).await;
        let (mut here, mut there) = (place.admin().await, place.admin().await);
        let mut other = place.signed_in("khang").await;
        let theirs =
            "SELECT s.id FROM session s JOIN account a ON a.id = s.account WHERE a.sign_in = 'khang'";
        let ids: Vec<(uuid::Uuid,)> = place.test.db.all(theirs, args![]).await.unwrap();
        for (id,) in ids {
            here.post("/me/sessions/end", &[("session", &id.to_string())]).await;
        }
        assert_eq!(other.get("/me").await.status, StatusCode::OK);
        here.post("/me/sessions/end", &[]).await;
        assert_eq!(there.get("/me").await.status, StatusCode::SEE_OTHER);
        assert_eq!(here.get("/me").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_form_sent_from_another_site_is_refused() {
    for place in Place::all().await {
        let mut browser = place.admin().await;
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
        ] {
            for path in ["/sign-out", "/me/sessions/end", "/accounts", "/keys", "/settings/lang"] {
                let answer = browser.send(Request::post(path).header(name, value), String::new()).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {value}");
            }
        }
        // A browser too old to say where a form comes from carries a cookie, and is refused.
        let silent = browser.send(Request::post("/sign-out"), String::new()).await;
        assert_eq!(silent.status, StatusCode::FORBIDDEN);
        let own = Request::post("/sign-out").header("origin", "http://ioc.cantho.example");
        assert_eq!(browser.send(own, String::new()).await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn the_language_is_kept_for_the_next_machine_and_leads_nowhere_else() {
    for place in Place::all().await {
        let mut browser = place.admin().await;
        let answer = browser.post("/settings/lang", &[("lang", "en"), ("back", "/me")]).await;
        assert_eq!(answer.location(), "/me");
        assert!(browser.get("/me").await.text.contains("Change password"));
        let away =
            browser.post("/settings/theme", &[("theme", "lacquer"), ("back", "https://evil.example")]).await;
        assert_eq!(away.location(), "/");
        assert!(browser.get("/me").await.text.contains("data-theme=\"lacquer\""));
        assert_eq!(place.admin().await.cookies.get("lang").map(String::as_str), Some("en"));
        let mut english = place.browser();
        english.speaks(Lang::En);
        assert!(english.sign_in("mai", "wrong wrong wrong").await.text.contains("is not right"));
    }
}

#[tokio::test]
async fn what_happened_at_the_door_is_in_the_log_and_names_nobody() {
    for place in Place::all().await {
        let mut browser = place.admin().await;
        browser.post("/sign-out", &[]).await;
        identity::seal(&place.system()).await.unwrap();
        let report = verify(&place.test.db).await.unwrap();
        assert_eq!((report.first_broken, report.unsealed), (None, 0));
        let all: Vec<(String, String, String, String)> = place
            .test
            .db
            .all("SELECT actor, action, subject, detail FROM audit ORDER BY seq", args![])
            .await
            .unwrap();
        let actions: Vec<&str> = all.iter().map(|r| r.1.as_str()).collect();
        let expected = ["installation.root", "account.first_admin", "sign_in", "sign_in", "sign_out"];
        assert_eq!(actions, expected);
        assert!(all.iter().all(|r| r.0.starts_with("account:") && !format!("{r:?}").contains("Mai")));
        assert!(place.clock.now().0 > 0);
    }
}

#[tokio::test]
async fn every_answer_says_what_a_browser_may_load() {
    for mut place in Place::all().await {
        let headers: std::sync::Arc<[_]> = web::headers::all(true).into();
        place.app = place.app.layer(axum::middleware::from_fn_with_state(headers, web::headers::add));
        for path in ["/sign-in", "/me", "/audit.csv", "/no-such-page"] {
            let answer = place.browser().get(path).await;
            assert_eq!(answer.headers["content-security-policy"], web::headers::POLICY, "{path}");
            assert_eq!(answer.headers["x-content-type-options"], "nosniff");
            assert!(answer.headers.contains_key("strict-transport-security"));
        }
        // The policy forbids inline script and style, so no page may carry any.
        let mut admin = place.admin().await;
        for path in ["/sign-in", "/me", "/accounts", "/accounts/new", "/keys", "/audit?check=1"] {
            let text = admin.get(path).await.text;
            assert!(!text.contains("<style") && !text.contains(" style=") && !text.contains(" onclick="));
        }
    }
}

#[tokio::test]
async fn a_page_of_somebody_signed_in_is_kept_by_no_cache() {
    for place in Place::all().await {
        let mut admin = place.admin().await;
        for path in ["/me", "/accounts", "/keys", "/audit"] {
            assert_eq!(admin.get(path).await.headers["cache-control"], "no-store", "{path}");
        }
    }
}

#[tokio::test]
async fn an_address_that_is_wrong_too_often_is_stopped_whatever_name_it_tries() {
    for place in Place::all().await {
        let mut guesser = place.browser();
        for n in 0..60 {
            let answer = guesser.sign_in(&format!("ten{n}"), "sai mất rồi bạn ơi").await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        }
        assert_eq!(guesser.sign_in("mai", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    }
}
