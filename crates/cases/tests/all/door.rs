//! Citizens who prove their telephone: they see what is theirs on every device, and nothing of anybody else.

use std::collections::BTreeMap;

use axum::body::Body;
use cases::actions::receive::Receive;
use cases::store::people::Reporter;
use http::{Request, StatusCode, header};

use crate::place::{CAI_KHE, EMAIL, House, NAME, PHONE, Reply};

/// A browser that keeps its cookies.
#[derive(Default)]
pub struct Phone {
    cookies: BTreeMap<String, String>,
}

impl Phone {
    async fn send(&mut self, house: &House, request: http::request::Builder, body: String) -> Reply {
        let cookies: Vec<String> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let request = request.header(header::COOKIE, cookies.join("; "));
        let reply = house.send(request.body(Body::from(body)).unwrap()).await;
        for line in reply.headers.get_all(header::SET_COOKIE) {
            let (pair, rest) = line.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            match rest.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        reply
    }

    pub async fn get(&mut self, house: &House, path: &str) -> Reply {
        self.send(house, Request::get(path), String::new()).await
    }

    pub async fn post(&mut self, house: &House, path: &str, form: &[(&str, &str)]) -> Reply {
        let pairs: Vec<String> =
            form.iter().map(|(k, v)| format!("{k}={}", kit::http::url_encode(v))).collect();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(house, request, pairs.join("&")).await
    }

    pub async fn post_json(&mut self, house: &House, path: &str, body: &serde_json::Value) -> Reply {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header("sec-fetch-site", "same-origin");
        self.send(house, request, body.to_string()).await
    }

    /// Signs in with a number.
    pub async fn proves(house: &House, number: &str) -> Phone {
        let mut phone = Phone::default();
        let asked = phone.post(house, "/app/sign-in", &[("phone", number)]).await;
        assert_eq!(asked.header("location"), "/app/sign-in/code", "{}", asked.text());
        let told = phone.post(house, "/app/sign-in/code", &[("code", &house.codes.last())]).await;
        assert_eq!(told.header("location"), "/app/mine", "{}", told.text());
        phone
    }
}

async fn call(house: &House, channel: &'static str, consent: bool, title: &str) -> String {
    let report = Receive {
        key: foundation::new_id().to_string(),
        kind: "petitions.report".into(),
        category: Some("street_light".into()),
        title: title.into(),
        content: format!("{title}."),
        place: Some(CAI_KHE),
        channel,
        reporter: Reporter { name: NAME.into(), phone: PHONE.into(), consent, ..Reporter::default() },
        ..Receive::default()
    };
    report.run(&house.as_("desk")).await.unwrap().code
}

#[tokio::test]
async fn a_proved_number_shows_the_reports_that_were_sent_with_it_on_every_device() {
    for house in House::all().await {
        let own = house.report("Đèn đường tắt", "street_light").await;
        let mut phone = Phone::proves(&house, "0912 345 678").await;
        let list = phone.get(&house, "/app/mine").await;
        assert!(list.text().contains(&format!("/report/{}\"", own.code)), "{}", list.text());
        assert_eq!(list.header("cache-control"), "private, no-store");
        assert!(list.text().contains("•••678") && !list.text().contains("0912345678"));
        let page = phone.get(&house, &format!("/report/{}", own.code)).await;
        assert_eq!(page.status, StatusCode::OK, "{}", house.name);
        assert!(page.text().contains("Xin xử lý sớm") && !page.text().contains("data-receipt"));
        assert!(!page.text().contains(&own.secret), "the secret is kept nowhere, so it cannot be shown");
        // A second device, and one where nobody signed in.
        let mut second = Phone::proves(&house, "+84 912 345 678").await;
        assert!(second.get(&house, "/app/mine").await.text().contains(&own.code));
        let mut nobody = Phone::default();
        assert_eq!(nobody.get(&house, "/app/mine").await.header("location"), "/app/sign-in");
        let shut = nobody.get(&house, &format!("/report/{}", own.code)).await;
        assert_eq!(shut.status, StatusCode::NOT_FOUND);
        // Somebody else's number shows nothing, and opens nothing by its address.
        let mut other = Phone::proves(&house, "0987 654 321").await;
        assert!(!other.get(&house, "/app/mine").await.text().contains(&own.code));
        for path in ["", "/data", "/photos/1"] {
            let shut = other.get(&house, &format!("/report/{}{path}", own.code)).await;
            assert_eq!(shut.status, StatusCode::NOT_FOUND, "{path}");
        }
        for act in ["reply", "rate", "erase"] {
            let form = [("k", ""), ("text", "x"), ("stars", "1")];
            let shut = other.post(&house, &format!("/report/{}/{act}", own.code), &form).await;
            assert_eq!(shut.status, StatusCode::NOT_FOUND, "{act}");
        }
        // Signed out, it is over in this browser and stays on the other.
        let cookie = phone.cookies["citizen"].clone();
        phone.post(&house, "/app/sign-out", &[]).await;
        phone.cookies.insert("citizen".into(), cookie);
        assert_eq!(phone.get(&house, "/app/mine").await.status, StatusCode::SEE_OTHER);
        assert_eq!(second.get(&house, "/app/mine").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_number_that_an_officer_or_a_program_wrote_down_counts_only_by_consent() {
    for house in House::all().await {
        let silent = call(&house, "hotline", false, "Cuộc gọi một").await;
        let agreed = call(&house, "hotline", true, "Cuộc gọi hai").await;
        let program = call(&house, "open311", false, "Từ ứng dụng khác").await;
        let form = call(&house, "web", false, "Từ biểu mẫu").await;
        let mut phone = Phone::proves(&house, PHONE).await;
        let list = phone.get(&house, "/app/mine").await.text();
        assert!(list.contains(&agreed) && list.contains(&form), "{}", house.name);
        assert!(!list.contains(&silent) && !list.contains(&program), "{}", house.name);
        let shut = phone.get(&house, &format!("/report/{silent}")).await;
        assert_eq!(shut.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_code_is_tried_five_times_holds_five_minutes_works_once_and_in_one_browser() {
    for house in House::all().await {
        let ask = async |phone: &mut Phone, number: &str| {
            let told = phone.post(&house, "/app/sign-in", &[("phone", number)]).await;
            assert_eq!(told.status, StatusCode::SEE_OTHER, "{}", told.text());
            house.codes.last()
        };
        let enter = async |phone: &mut Phone, code: &str| {
            phone.post(&house, "/app/sign-in/code", &[("code", code)]).await
        };
        let other = |code: &str| format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
        // Five wrong ones, and then the right one comes too late.
        let mut phone = Phone::default();
        let code = ask(&mut phone, "0901 000 001").await;
        for n in 1..=5 {
            let told = enter(&mut phone, &other(&code)).await;
            let wanted = if n < 5 { StatusCode::UNAUTHORIZED } else { StatusCode::SEE_OTHER };
            assert_eq!(told.status, wanted, "try {n}: {}", told.text());
        }
        assert_eq!(enter(&mut phone, &code).await.header("location"), "/app/sign-in");
        assert!(!phone.cookies.contains_key("citizen"));
        // Another browser cannot use it; the right one can, as people type it, once.
        let code = ask(&mut phone, "0901 000 002").await;
        let mut thief = Phone::default();
        enter(&mut thief, &code).await;
        assert!(!thief.cookies.contains_key("citizen"));
        let asked = phone.cookies["citizen_door"].clone();
        let typed = format!(" {} {}", &code[..3], &code[3..]);
        assert_eq!(enter(&mut phone, &typed).await.header("location"), "/app/mine");
        let mut again = Phone::default();
        again.cookies.insert("citizen_door".into(), asked);
        enter(&mut again, &code).await;
        assert!(!again.cookies.contains_key("citizen"), "a code works once");
        // After five minutes it is over.
        let mut late = Phone::default();
        let code = ask(&mut late, "0901 000 003").await;
        house.clock.advance_seconds(301);
        assert_eq!(enter(&mut late, &code).await.header("location"), "/app/sign-in");
        // What is kept of a code is not the code.
        let mut fresh = Phone::default();
        let code = ask(&mut fresh, "0901 000 004").await;
        let kept: Vec<(Vec<u8>,)> =
            house.cx.db.all("SELECT code FROM citizen_code", storage::args![]).await.unwrap();
        assert!(kept.iter().all(|(bytes,)| bytes.len() == 32 && !bytes.ends_with(code.as_bytes())));
    }
}

#[tokio::test]
async fn a_number_gets_few_codes_and_the_answer_is_the_same_whether_it_is_known() {
    for house in House::all().await {
        house.report("Đèn đường tắt", "street_light").await;
        let ask = async |number: &str| {
            let mut phone = Phone::default();
            let told = phone.post(&house, "/app/sign-in", &[("phone", number)]).await;
            (told.status, told.header("location"), told.text())
        };
        assert_eq!(ask(PHONE).await, ask("0987 654 321").await, "known or not");
        ask(PHONE).await;
        ask(PHONE).await;
        let (status, _, text) = ask("+84912345678").await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{}", house.name);
        assert!(text.contains("Số này vừa được gửi nhiều mã"), "{text}");
        assert_eq!(ask("0987 654 321").await.0, StatusCode::SEE_OTHER, "another number is not held up");
        house.clock.advance_seconds(901);
        assert_eq!(ask(PHONE).await.0, StatusCode::SEE_OTHER);
        for wrong in ["", "113", "0292 3812 345", "+855 12 345 678"] {
            assert_eq!(ask(wrong).await.0, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        // One address asks for many numbers: thirty in an hour.
        let mut taken = 0;
        for n in 0..40 {
            let (status, ..) = ask(&format!("09030000{n:02}")).await;
            taken += i32::from(status == StatusCode::SEE_OTHER);
        }
        assert!((20..=30).contains(&taken), "{taken}");
    }
}

#[tokio::test]
async fn a_receipt_that_was_shown_once_is_kept_and_erasing_leaves_nothing_of_the_person() {
    for house in House::all().await {
        let own = house.report("Đèn đường tắt", "street_light").await;
        let other = call(&house, "web", false, "Rác tồn đọng").await;
        let mut phone = Phone::proves(&house, "0987 654 321").await;
        let shown = phone.get(&house, &format!("/report/{}?k={}", own.code, own.secret)).await.text();
        assert!(shown.contains("action=\"/app/mine/claim\""), "{shown}");
        let receipts = format!("AAAA-AAAA-AAAA-AAAA\n{}", own.secret);
        phone.post(&house, "/app/mine/claim", &[("receipts", &receipts)]).await;
        let mut second = Phone::proves(&house, "0987 654 321").await;
        let list = second.get(&house, "/app/mine").await.text();
        assert!(list.contains(&own.code) && !list.contains(&other), "{}", house.name);
        let shown = phone.get(&house, &format!("/report/{}?k={}", own.code, own.secret)).await.text();
        assert!(!shown.contains("action=\"/app/mine/claim\""), "it is theirs already");
        // All of it to take away.
        let data = second.get(&house, "/app/mine/data").await;
        assert!(data.header("content-disposition").contains("phan-anh-cua-toi.json"));
        let told = data.json();
        assert_eq!(told["phone"], "84987654321");
        assert_eq!(told["reports"][0]["code"], own.code);
        assert_eq!(told["reports"][0]["reporter"]["email"], EMAIL);
        // Nobody else's acts without the sign-in.
        let mut nobody = Phone::default();
        for path in ["/app/mine/claim", "/app/mine/erase"] {
            assert_eq!(nobody.post(&house, path, &[]).await.header("location"), "/app/sign-in");
        }
        assert_eq!(nobody.get(&house, "/app/mine/data").await.header("location"), "/app/sign-in");
        // Erased: from the report, from the list, from every session, and no number stays.
        let gone = second.post(&house, "/app/mine/erase", &[]).await;
        assert_eq!(gone.header("location"), "/app/sign-in");
        assert_eq!(phone.get(&house, "/app/mine").await.status, StatusCode::SEE_OTHER, "everywhere");
        for table in ["case_claim", "citizen_session", "citizen_proof", "citizen_code"] {
            let n = house.column(&format!("SELECT CAST(COUNT(*) AS TEXT) AS n FROM {table}")).await;
            assert_eq!(n, ["0"], "{} {table}", house.name);
        }
        let left = house.column("SELECT phone FROM case_reporter").await;
        assert_eq!(left, [PHONE], "the other report keeps its reporter");
        let still = house.get("", &format!("/report/{}?k={}", own.code, own.secret)).await;
        assert_eq!(still.status, StatusCode::OK, "the receipt still follows the matter");
        let log = house.column("SELECT actor || subject || detail AS t FROM audit").await.join("\n");
        assert!(!log.contains("987654321") && !log.contains(NAME), "{log}");
    }
}

#[tokio::test]
async fn erasing_one_report_lets_go_of_it_alone() {
    for house in House::all().await {
        let one = house.report("Đèn đường tắt", "street_light").await;
        let two = house.report("Rác tồn đọng", "waste_pile").await;
        let mut phone = Phone::proves(&house, PHONE).await;
        let told = phone.post(&house, &format!("/report/{}/erase", one.code), &[("k", "")]).await;
        assert_eq!(told.header("location"), "/app/mine", "{}", told.text());
        let list = phone.get(&house, "/app/mine").await.text();
        assert!(!list.contains(&one.code) && list.contains(&two.code), "{}", house.name);
    }
}
