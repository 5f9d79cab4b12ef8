//! What a citizen does over HTTP: report without script, follow, answer, rate, take back who they are.

use std::io::Write as _;

use axum::body::Body;
use cases::actions::moderate::Moderate;
use cases::actions::step::TakeStep;
use cases::case::Given;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{Request, StatusCode};
use serde_json::json;

use crate::form::{Page, Told, ask, draw_boundaries, get, multipart};
use crate::place::{CAI_KHE, EMAIL, House, NAME, PHONE, WARD_OFFICE};

async fn step(house: &House, who: &str, id: i64, step: &str, given: Given) {
    TakeStep { step: step.into(), given, seen: None }.run(&house.as_(who), id).await.unwrap();
}

/// Takes a case in, works on it and answers it.
async fn answered(house: &House, id: i64) {
    let given = Given {
        category: Some("street_light".into()),
        severity: Some("normal".into()),
        agency: Some(WARD_OFFICE),
        public_text: Some("Đèn đường tắt ở ngã ba.".into()),
        ..Given::default()
    };
    step(house, "desk", id, "take_in", given).await;
    let text = |text: &str| Given { text: text.into(), ..Given::default() };
    step(house, "officer", id, "propose", text("Đã thay bóng đèn mới.")).await;
    step(house, "leader", id, "approve", Given::default()).await;
}

#[tokio::test]
async fn a_form_without_script_is_one_report_however_often_it_is_sent() {
    for house in House::all().await {
        let form = get(&house, "", "/report").await;
        let text = form.text();
        assert_eq!(form.status, StatusCode::OK, "{}", house.name);
        assert!(text.contains("Mất nắp cống") && text.contains("Phường Cái Khế"));
        assert!(text.contains("name=\"consent\" value=\"yes\">"), "consent is never given beforehand");
        assert!(form.headers.get_all("set-cookie").iter().any(|c| c.to_str().unwrap().contains("device=")));
        let key = form.field("key");
        let words = [
            ("key", key.as_str()),
            ("category", "manhole"),
            ("content", "Mất nắp cống trước nhà lồng chợ, trẻ em hay chạy qua."),
            ("place", "131135"),
            ("name", NAME),
            ("phone", "0912 345 678"),
            ("consent", "yes"),
        ];
        let first = multipart(&house, "/report", &words, &[]).await;
        let again = multipart(&house, "/report", &words, &[]).await;
        assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text());
        let to = first.header("location");
        assert_eq!(to, again.header("location"), "the same key is the same report");
        assert_eq!(house.column("SELECT CAST(COUNT(*) AS TEXT) AS n FROM cases").await, ["1"]);
        let mine = get(&house, "", &to).await;
        let text = mine.text();
        assert_eq!(mine.status, StatusCode::OK);
        assert!(text.contains("Mất nắp cống trước nhà") && text.contains("<svg class=\"qr\""), "{text}");
        assert!(text.contains("Công an phường") || text.contains("Phòng KTHT"), "who deals with it");
        assert_eq!(mine.header("cache-control"), "private, no-store");
        assert!(!text.contains("0912345678"), "a number is not shown to whoever finds the receipt");
    }
}

#[tokio::test]
async fn what_is_wrong_is_told_beside_its_field_and_nothing_typed_is_lost() {
    for house in House::all().await {
        let long = "ắ".repeat(6001);
        let words = [
            ("key", "0123456789abcdef0123"),
            ("category", "manhole"),
            ("content", long.as_str()),
            ("address", "Số 12 đường \"Hai Bà Trưng\""),
            ("phone", "12"),
            ("email", "không phải thư"),
        ];
        let told = multipart(&house, "/report", &words, &[("a.jpg", b"x")]).await;
        let text = told.text();
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", house.name);
        assert!(text.contains("6001 ký tự") && text.contains("Số điện thoại chưa đúng"));
        assert!(text.contains("Thư điện tử chưa đúng") && text.contains(&long));
        assert!(text.contains("Số 12 đường &#34;Hai Bà Trưng&#34;") && text.contains("value=\"12\""));
        assert!(text.contains("value=\"manhole\" checked"));
        assert!(text.contains("ảnh phải chọn lại"));
        assert_eq!(told.field("key"), "0123456789abcdef0123", "the same report when it is sent again");
        let nothing = multipart(&house, "/report", &[("key", "0123456789abcdef0123")], &[]).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(nothing.text().contains("Hãy ghi điều bạn muốn phản ánh"));
        let odd = [("key", "0123456789abcdef0123"), ("content", "x"), ("category", "không có")];
        assert!(multipart(&house, "/report", &odd, &[]).await.text().contains("Không có loại phản ánh này"));
        assert_eq!(house.column("SELECT CAST(COUNT(*) AS TEXT) AS n FROM cases").await, ["0"]);
    }
}

#[tokio::test]
async fn a_script_in_a_text_is_text() {
    for house in House::all().await {
        let attack = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'";
        let words =
            [("key", "0123456789abcdef0124"), ("content", attack), ("address", attack), ("place", "131135")];
        let sent = multipart(&house, "/report", &words, &[]).await;
        let to = sent.header("location");
        let id = house.column("SELECT CAST(seq AS TEXT) AS n FROM cases").await[0].parse().unwrap();
        let shown = Moderate { published: true, text: attack.into(), photos: Vec::new(), seen: None };
        let case = shown.run(&house.as_("desk"), id).await.unwrap();
        let code = case.code("PA");
        for page in [to.as_str(), &format!("/reports/{code}"), "/reports"] {
            let text = get(&house, "", page).await.text();
            assert!(text.contains("&#60;script&#62;alert(1)"), "{page}");
            assert!(!text.contains("<script>alert") && !text.contains("<img src=x"), "{page}");
        }
    }
}

#[tokio::test]
async fn a_wrong_secret_opens_nothing() {
    for house in House::all().await {
        let receipt = house.report("Đèn đường tắt", "street_light").await;
        let other = house.report("Rác tồn đọng", "waste_pile").await;
        let code = &receipt.code;
        for secret in ["", "AAAA-AAAA-AAAA-AAAA", &other.secret] {
            for path in ["", "/data", "/photos/1"] {
                let told = get(&house, "", &format!("/report/{code}{path}?k={secret}")).await;
                assert_eq!(told.status, StatusCode::NOT_FOUND, "{path} with «{secret}»");
            }
            for act in ["reply", "rate", "erase"] {
                let form = [("k", secret), ("text", "x"), ("stars", "1")];
                let told = house.form("", &format!("/report/{code}/{act}"), &form).await;
                assert_eq!(told.status, StatusCode::NOT_FOUND, "{act} with «{secret}»");
            }
            let told = crate::form::photo(&house, code, secret, b"x").await;
            assert_eq!(told.status, StatusCode::NOT_FOUND);
            let status = Request::get(format!("/api/v1/reports/{code}")).header("x-receipt", secret);
            let told = ask(&house, status.body(Body::empty()).unwrap()).await;
            assert_eq!(told.status, StatusCode::NOT_FOUND);
        }
        // Nor is it public before the desk says so.
        assert_eq!(get(&house, "", &format!("/reports/{code}")).await.status, StatusCode::NOT_FOUND);
        let small = receipt.secret.to_lowercase().replace('-', " ");
        let told = house.form("", "/track", &[("code", small.as_str())]).await;
        assert_eq!(told.status, StatusCode::SEE_OTHER, "a secret may be typed as one likes");
        let told = house.form("", "/track", &[("code", code.as_str())]).await;
        assert_eq!(told.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_reporter_follows_answers_rates_and_takes_back_who_they_are() {
    for house in House::all().await {
        let receipt = house.report("Đèn đường tắt", "street_light").await;
        let (id, code, k) = (receipt.case.seq, &receipt.code, receipt.secret.as_str());
        let mine = format!("/report/{code}?k={k}");
        let ask = Given { text: "Trụ đèn số mấy?".into(), ..Given::default() };
        step(&house, "desk", id, "ask", ask).await;
        let text = get(&house, "", &mine).await.text();
        assert!(text.contains("Trụ đèn số mấy?") && text.contains("Cần bạn bổ sung"));
        let empty = house.form("", &format!("/report/{code}/reply"), &[("k", k), ("text", " ")]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        let reply = [("k", k), ("text", "Trụ số 12, <b>sát</b> cầu.")];
        let told = house.form("", &format!("/report/{code}/reply"), &reply).await;
        assert_eq!(told.status, StatusCode::SEE_OTHER, "{}", told.text());
        let text = get(&house, "", &mine).await.text();
        assert!(text.contains("Trụ số 12, &#60;b&#62;sát") && !text.contains("Cần bạn bổ sung"));
        assert!(!text.contains("Một cán bộ"), "no officer has a name here");

        // Exported, then erased; the case stays.
        let data = get(&house, "", &format!("/report/{code}/data?k={k}")).await;
        let kept = data.json();
        assert_eq!((&kept["reporter"]["name"], &kept["reporter"]["phone"]), (&json!(NAME), &json!(PHONE)));
        assert_eq!(kept["reporter"]["email"], json!(EMAIL));
        assert!(data.header("content-disposition").contains("attachment"));
        let told = house.form("", &format!("/report/{code}/erase"), &[("k", k)]).await;
        assert_eq!(told.status, StatusCode::SEE_OTHER);
        let data = get(&house, "", &format!("/report/{code}/data?k={k}")).await.json();
        assert!(data["reporter"].is_null());
        assert_eq!(house.column("SELECT name FROM case_reporter").await, Vec::<String>::new());
        let text = get(&house, "desk", &format!("/cases/{code}")).await.text();
        assert!(!text.contains(NAME) && text.contains("Đèn đường tắt"));

        let early = house.form("", &format!("/report/{code}/rate"), &[("k", k), ("stars", "5")]).await;
        assert_eq!(early.status, StatusCode::CONFLICT, "there is no answer yet");
    }
}

#[tokio::test]
async fn a_good_rating_closes_and_a_bad_one_opens_again() {
    for house in House::all().await {
        for (stars, open) in [("5", false), ("1", true)] {
            let receipt = house.report("Đèn đường tắt", "street_light").await;
            let (id, code, k) = (receipt.case.seq, &receipt.code, receipt.secret.as_str());
            answered(&house, id).await;
            let mine = get(&house, "", &format!("/report/{code}?k={k}")).await.text();
            assert!(mine.contains("Đã thay bóng đèn mới.") && mine.contains("name=\"stars\""));
            let none = house.form("", &format!("/report/{code}/rate"), &[("k", k), ("text", "ừ")]).await;
            assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(none.text().contains(">ừ</textarea>"), "nothing typed is lost");
            let form = [("k", k), ("stars", stars), ("text", "…")];
            let told = house.form("", &format!("/report/{code}/rate"), &form).await;
            assert_eq!(told.status, StatusCode::SEE_OTHER, "{}", told.text());
            let case = house.case(id).await;
            assert_eq!((case.rating, case.stage().is_open()), (Some(stars.parse().unwrap()), open));
        }
    }
}

#[tokio::test]
async fn everybody_reads_what_was_published_and_no_more() {
    for house in House::all().await {
        let receipt = house.report("Ông Tư nhà số 7 phá đèn", "street_light").await;
        let (id, code) = (receipt.case.seq, &receipt.code);
        answered(&house, id).await;
        let page = get(&house, "", &format!("/reports/{code}")).await;
        assert_eq!(page.status, StatusCode::OK);
        let text = page.text();
        for there in ["Đèn đường tắt ở ngã ba.", "Đã thay bóng đèn mới.", "Phòng KTHT", "Hẹn giải quyết"]
        {
            assert!(text.contains(there), "{there}: {text}");
        }
        let list = get(&house, "", "/reports?q=den+duong").await.text();
        assert!(list.contains(code) && list.contains("Đèn đường tắt ở ngã ba."), "found without marks");
        let api = get(&house, "", &format!("/api/v1/reports/{code}")).await.text();
        for hidden in ["Ông Tư", NAME, PHONE, EMAIL, "Cán bộ phường", "Chủ tịch phường", "Một cán bộ"]
        {
            for (where_, text) in [("page", &text), ("list", &list), ("api", &api)] {
                assert!(!text.contains(hidden), "«{hidden}» on the {where_}");
            }
        }
    }
}

#[tokio::test]
async fn lists_go_on_from_where_a_page_ends() {
    for house in House::all().await {
        for n in 0..23 {
            let receipt = house.report(&format!("Việc {n}"), "waste_pile").await;
            let text = format!("Việc số {n}.");
            let shown = Moderate { published: true, text, photos: Vec::new(), seen: None };
            shown.run(&house.as_("desk"), receipt.case.seq).await.unwrap();
            house.clock.advance_seconds(4000);
        }
        let first = get(&house, "", "/reports?category=waste&state=open").await.text();
        assert_eq!(first.matches("report-card").count(), 20);
        let next = first.split("href=\"").find(|h| h.contains("after=")).unwrap();
        let next = next.split('"').next().unwrap().replace("&#38;", "&");
        let rest = get(&house, "", &next).await.text();
        assert_eq!(rest.matches("report-card").count(), 3, "{next}");
        assert!(get(&house, "", "/reports?category=manhole").await.text().contains("Chưa có phản ánh nào"));
    }
}

fn told(lat: f64, lon: f64, key: &str) -> serde_json::Value {
    json!({"key": key, "category": "road_hole", "content": "Ổ gà sâu.", "lat": lat, "lon": lon})
}

#[tokio::test]
async fn the_commune_is_found_and_positions_elsewhere_are_told() {
    for house in House::all().await {
        draw_boundaries(&house).await;
        let found = get(&house, "", "/api/v1/locate?lat=10.05&lon=105.75").await.json();
        assert_eq!(found["places"][0]["unit"], json!(CAI_KHE), "{found}");
        assert_eq!(found["sure"], json!(true));
        for (lat, lon, code) in [(48.8, 2.3, "position_outside"), (21.0, 105.8, "position_elsewhere")] {
            let locate = get(&house, "", &format!("/api/v1/locate?lat={lat}&lon={lon}")).await;
            assert_eq!(
                (locate.status, locate.json()["code"].clone()),
                (StatusCode::UNPROCESSABLE_ENTITY, json!(code))
            );
            let sent = house.json("", "/api/v1/reports", &told(lat, lon, "0123456789abcdef0125")).await;
            assert_eq!(sent.json()["code"], json!(code));
            let (lat, lon) = (lat.to_string(), lon.to_string());
            let words = [
                ("key", "0123456789abcdef0126"),
                ("content", "Ổ gà sâu."),
                ("lat", lat.as_str()),
                ("lon", lon.as_str()),
            ];
            let form = multipart(&house, "/report", &words, &[]).await;
            assert_eq!(form.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(form.text().contains("Ổ gà sâu."));
        }
        assert_eq!(get(&house, "", "/api/v1/locate?lat=x").await.status, StatusCode::BAD_REQUEST);
        assert_eq!(get(&house, "", "/api/v1/locate").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn what_is_close_and_published_is_offered_before_a_duplicate_is_made() {
    for house in House::all().await {
        draw_boundaries(&house).await;
        let sent = house.json("", "/api/v1/reports", &told(10.05, 105.75, "0123456789abcdef0127")).await;
        assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text());
        let code = sent.json()["code"].as_str().unwrap().to_owned();
        let near = |lat: f64, category: &str| {
            format!("/api/v1/reports/near?lat={lat}&lon=105.75&category={category}")
        };
        let none = json!({"reports": []});
        assert_eq!(get(&house, "", &near(10.05, "road_hole")).await.json(), none, "not published yet");
        let shown =
            Moderate { published: true, text: "Ổ gà sâu.".into(), photos: Vec::new(), seen: None };
        let secret = cases::receipt::kept(sent.json()["secret"].as_str().unwrap());
        let id = cases::store::people::of_receipt(&house.cx.db, &secret).await.unwrap().unwrap();
        shown.run(&house.as_("desk"), id).await.unwrap();
        // 111 m north; of another category of the same group; then of another group, and too far.
        let found = get(&house, "", &near(10.051, "pavement")).await.json();
        assert_eq!(found["reports"][0]["code"], json!(code), "{found}");
        assert_eq!(found["reports"][0]["metres"], json!(110.0));
        assert_eq!(get(&house, "", &near(10.051, "food")).await.json(), none);
        assert_eq!(get(&house, "", &near(10.0515, "pavement")).await.json(), none);
        let joined: Told = multipart(&house, &format!("/reports/{code}/support"), &[], &[]).await;
        assert_eq!(joined.status, StatusCode::SEE_OTHER);
        assert_eq!(get(&house, "", &near(10.05, "")).await.json()["reports"][0]["supporters"], json!(1));
    }
}

#[tokio::test]
async fn the_map_of_a_province_stays_small() {
    for house in House::all().await {
        let receipt = house.report("Ổ gà", "road_hole").await;
        let mut case = house.case(receipt.case.seq).await;
        let n = 600_i64;
        let mut tx = house.cx.db.begin().await.unwrap();
        for i in 0..n {
            // Spread over a province as large as one is, in no order.
            (case.lat, case.lon) =
                (Some(9.5 + (i * 7919 % 9000) as f64 / 1e4), Some(105.3 + (i * 104_729 % 9000) as f64 / 1e4));
            case.published = true;
            cases::store::cases::insert(&mut tx, &mut case, cases::keeper::NOW).await.unwrap();
        }
        tx.commit().await.unwrap();
        let map = get(&house, "", "/api/v1/reports/map").await;
        let told = map.json();
        assert_eq!(told["seq"].as_array().unwrap().len() as i64, n, "the first was never published");
        // What goes over the wire is packed.
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&map.bytes).unwrap();
        let each = packed.finish().unwrap().len() as f64 / n as f64;
        assert!(each * 25_000.0 < 300_000.0, "{each} bytes for each");
        let sum = |key: &str| told[key].as_array().unwrap().iter().map(|v| v.as_i64().unwrap()).sum::<i64>();
        assert_eq!(sum("lat"), 95_000, "the last one's position is the sum of all steps");
    }
}

#[tokio::test]
async fn the_twenty_first_report_of_a_device_in_an_hour_is_refused() {
    for house in House::all().await {
        for n in 0..21 {
            let told =
                json!({"key": format!("0123456789abcdef-{n}"), "content": "Rác.", "device": "máy-một"});
            let sent = house.json("", "/api/v1/reports", &told).await;
            let wanted = if n < 20 { StatusCode::CREATED } else { StatusCode::TOO_MANY_REQUESTS };
            assert_eq!(sent.status, wanted, "{n}: {}", sent.text());
        }
        // A queue from the hours without a network is not a flood; what is dated long ago is counted now.
        let then = house.cx.clock.now().plus_seconds(-3 * 3600).0 / 1000;
        let queued =
            json!({"key": "0123456789abcdef-q", "content": "Rác.", "device": "máy-một", "happened_ms": then});
        assert_eq!(house.json("", "/api/v1/reports", &queued).await.status, StatusCode::CREATED);
        let then = house.cx.clock.now().plus_seconds(-72 * 3600).0 / 1000;
        let old =
            json!({"key": "0123456789abcdef-r", "content": "Rác.", "device": "máy-một", "happened_ms": then});
        assert_eq!(house.json("", "/api/v1/reports", &old).await.status, StatusCode::TOO_MANY_REQUESTS);
        // What was received before is answered as before, however many came.
        let again = json!({"key": "0123456789abcdef-3", "content": "Rác.", "device": "máy-một"});
        assert_eq!(house.json("", "/api/v1/reports", &again).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn the_app_can_be_kept_on_a_phone() {
    for house in House::all().await {
        let app = get(&house, "", "/app").await.text();
        assert!(app.contains("href=\"/app/manifest.webmanifest\"") && app.contains("href=\"tel:113\""));
        let manifest = get(&house, "", "/app/manifest.webmanifest").await;
        assert!(manifest.header("content-type").starts_with("application/manifest+json"));
        let told = manifest.json();
        assert_eq!((&told["start_url"], &told["display"]), (&json!("/app"), &json!("standalone")));
        for icon in told["icons"].as_array().unwrap() {
            assert!(icon["src"].as_str().unwrap().starts_with("/assets/app-"), "{icon}");
        }
        let worker = get(&house, "", "/sw.js").await;
        assert!(worker.header("content-type").starts_with("text/javascript"));
        assert_eq!(worker.header("cache-control"), "no-cache");
        let large = house.form("", "/app/text", &[("size", "large"), ("back", "//elsewhere.example")]).await;
        assert_eq!(large.status, StatusCode::SEE_OTHER);
        let page = Request::get("/app").header("cookie", "text=large").body(Body::empty()).unwrap();
        assert!(ask(&house, page).await.text().contains("data-text=\"large\""));
    }
}
