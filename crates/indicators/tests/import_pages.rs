//! The import pages and the grid over real routes, on every database.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod place;

use axum::body::Body;
use http::{Request, StatusCode, header};
use place::House;
use tower::ServiceExt;

struct Answered {
    status: StatusCode,
    to: String,
    text: String,
}

async fn ask(house: &House, request: Request<Body>) -> Answered {
    let routes = indicators::module().routes;
    let app = kit::http::router(&house.cx.house, &routes).with_state(house.cx.house.clone());
    let response = app.oneshot(request).await.unwrap();
    let to = response.headers().get(header::LOCATION).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 50_000_000).await.unwrap();
    Answered { status, to, text: String::from_utf8_lossy(&bytes).into_owned() }
}

async fn get(house: &House, path: &str) -> Answered {
    ask(house, Request::get(path).body(Body::empty()).unwrap()).await
}

async fn post(house: &House, path: &str, fields: &[(&str, &str)]) -> Answered {
    let body: Vec<String> = fields
        .iter()
        .map(|(k, v)| format!("{}={}", kit::http::url_encode(k), kit::http::url_encode(v)))
        .collect();
    let kind = "application/x-www-form-urlencoded";
    ask(house, Request::post(path).header("content-type", kind).body(Body::from(body.join("&"))).unwrap())
        .await
}

async fn upload(house: &House, name: &str, bytes: &[u8]) -> Answered {
    let mut body = Vec::new();
    let field = |name: &str| format!("--XX\r\ncontent-disposition: form-data; name=\"{name}\"");
    let (pack, period, file) = (field("pack"), field("period"), field("file"));
    let head = format!("{pack}\r\n\r\nadmin\r\n{period}\r\n\r\n10/2026\r\n{file}; filename=\"");
    body.extend(head.as_bytes());
    body.extend(format!("{name}\"\r\n\r\n").as_bytes());
    body.extend(bytes);
    body.extend(b"\r\n--XX--\r\n");
    let kind = "multipart/form-data; boundary=XX";
    ask(house, Request::post("/import").header("content-type", kind).body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn a_file_goes_from_the_form_to_the_figures_and_back() {
    for house in House::all().await {
        assert_eq!(get(&house, "/import").await.status, StatusCode::OK);
        let csv = format!(
            "Đơn vị;Hồ sơ tiếp nhận\n{};12\n{};1.2O4\nXã Không Có;5\n",
            house.unit_name(0),
            house.unit_name(1)
        );
        let sent = upload(&house, "bao-cao.csv", csv.as_bytes()).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        let look = get(&house, &sent.to).await;
        assert!(
            look.text.contains("<code>B3</code>") && look.text.contains("<code>A4</code>"),
            "{}",
            look.text
        );
        assert!(look.text.contains("Ghi 1 số liệu đúng"));
        let filtered = get(&house, &format!("{}?q=khong%20co", sent.to)).await;
        assert!(!filtered.text.contains("<code>B3</code>") && filtered.text.contains("<code>A4</code>"));
        let file = get(&house, &format!("{}/faults.csv", sent.to)).await;
        assert!(file.text.starts_with('\u{feff}') && file.text.contains("unit_unknown"));
        let mapping = get(&house, &format!("{}/mapping", sent.to)).await;
        assert!(mapping.text.contains("value=\"value:admin.received|||\" selected"), "{}", mapping.text);
        let all = post(&house, &format!("{}/apply", sent.to), &[("mode", "all")]).await;
        assert_eq!(all.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(house.told().await, 0);
        let some = post(&house, &format!("{}/apply", sent.to), &[("mode", "good-rows")]).await;
        assert_eq!(some.status, StatusCode::SEE_OTHER, "{}", some.text);
        assert_eq!(house.value("admin.received", house.unit(0), "2026-10").await, Some(12.0));
        let done = get(&house, &some.to).await;
        let at = done.text.find("/imports/").unwrap();
        let undo: String = done.text[at..].chars().take_while(|c| *c != '"').collect();
        let undo = if undo.ends_with("/undo") {
            undo
        } else {
            let at = done.text.rfind("/imports/").unwrap();
            done.text[at..].chars().take_while(|c| *c != '"').collect()
        };
        assert!(undo.ends_with("/undo"), "{}", done.text);
        assert_eq!(post(&house, &undo, &[]).await.to, "/imports");
        assert_eq!(house.value("admin.received", house.unit(0), "2026-10").await, None);
        let history = get(&house, "/imports").await;
        assert!(history.text.contains("Đã thu hồi") && history.text.contains("bao-cao.csv"));
    }
}

#[tokio::test]
async fn percentages_written_as_parts_of_one_are_told_multiplied_when_asked_and_remembered() {
    for house in House::all().await {
        let table = |file: &str, values: [&str; 2]| {
            let (a, b) = (house.unit_name(0), house.unit_name(1));
            let text = format!("Đơn vị;Mức độ hài lòng\n{a};{}\n{b};{}\n", values[0], values[1]);
            (file.to_owned(), text.into_bytes())
        };
        let (name, bytes) = table("ty-le.csv", ["0,985", "1"]);
        let sent = upload(&house, &name, &bytes).await;
        let look = get(&house, &sent.to).await;
        assert!(look.text.contains("Nhân 100 và nhớ") && look.text.contains("98,5"), "{}", look.text);
        let wrong = [("sheet", "ty-le"), ("column", "40")];
        let refused = post(&house, &format!("{}/hundredfold", sent.to), &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let fields = [("sheet", "ty-le"), ("column", "1")];
        assert_eq!(post(&house, &format!("{}/hundredfold", sent.to), &fields).await.to, sent.to);
        let look = get(&house, &sent.to).await;
        assert!(!look.text.contains("Nhân 100 và nhớ"), "it was said");
        let mapping = get(&house, &format!("{}/mapping", sent.to)).await;
        assert!(mapping.text.contains("name=\"h1\" value=\"1\" checked"), "{}", mapping.text);
        post(&house, &format!("{}/apply", sent.to), &[("mode", "all")]).await;
        assert_eq!(house.value("admin.satisfied", house.unit(0), "2026-10").await, Some(98.5));
        assert_eq!(house.value("admin.satisfied", house.unit(1), "2026-10").await, Some(100.0));

        // The next file with these headings is read so at once; one that has percentages again is refused.
        let (name, bytes) = table("ty-le-2.csv", ["0,97", "0,5"]);
        let next = upload(&house, &name, &bytes).await;
        post(&house, &format!("{}/apply", next.to), &[("mode", "all"), ("reason", "đính chính")]).await;
        assert_eq!(house.value("admin.satisfied", house.unit(0), "2026-10").await, Some(97.0));
        let (name, bytes) = table("ty-le-3.csv", ["97", "50 %"]);
        let look = get(&house, &upload(&house, &name, &bytes).await.to).await;
        assert!(
            look.text.contains("<code>B2</code>") && !look.text.contains("<code>B3</code>"),
            "{}",
            look.text
        );
    }
}

#[tokio::test]
async fn percentages_that_may_be_percentages_are_not_asked_about() {
    for house in House::all().await {
        for (received, satisfied) in [("0,5", "96"), ("0", "0"), ("1", "1,5")] {
            let (a, b) = (house.unit_name(0), house.unit_name(1));
            let head = "Đơn vị;Hồ sơ tiếp nhận;Mức độ hài lòng";
            let csv = format!("{head}\n{a};{received};{satisfied}\n{b};{received};0\n");
            let sent = upload(&house, "a.csv", csv.as_bytes()).await;
            let look = get(&house, &sent.to).await.text;
            assert!(!look.contains("Nhân 100 và nhớ"), "{received} {satisfied}: {look}");
        }
    }
}

#[tokio::test]
async fn columns_matched_by_hand_lead_to_the_preview() {
    for house in House::all().await {
        let csv = format!("Nơi;Lạ\n{};12\n", house.unit_name(0));
        let sent = upload(&house, "la.csv", csv.as_bytes()).await;
        assert!(sent.to.ends_with("/mapping"), "{}", sent.to);
        assert!(get(&house, &sent.to).await.text.contains("Chưa có cột giá trị"));
        let fields = [
            ("sheet", "la"),
            ("header", "1"),
            ("period", "10/2026"),
            ("style", "vi"),
            ("c0", "unit"),
            ("c1", "value:admin.done|||"),
        ];
        let mapped = post(&house, &sent.to, &fields).await;
        assert_eq!(format!("{}/mapping", mapped.to), sent.to);
        let look = get(&house, &mapped.to).await;
        assert!(look.text.contains("Ghi 1 số liệu"), "{}", look.text);
    }
}

#[tokio::test]
async fn a_file_that_is_no_table_is_told_on_the_page_it_was_chosen_on() {
    for house in House::all().await {
        let sent = upload(&house, "a.xlsx", b"%PDF-1.7 abc").await;
        assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(sent.text.contains("tệp PDF") && sent.text.contains("<form"));
        let big = upload(&house, "a.csv", &vec![b'a'; 21 * 1024 * 1024]).await;
        assert_eq!(big.status, StatusCode::PAYLOAD_TOO_LARGE);
        let template = get(&house, "/import/template.xlsx?pack=admin&period=10/2026").await;
        assert!(template.status == StatusCode::OK && template.text.starts_with("PK"));
    }
}

#[tokio::test]
async fn the_grid_takes_values_by_an_extra_key_beside_the_total() {
    for house in House::all().await {
        let a = house.unit(0);
        let plain = get(&house, "/grid?pack=admin&period=2026-10").await.text;
        let total = format!("name=\"v.2.{a}\"");
        assert!(plain.contains(&total) && plain.contains("Cá nhân, Tổ chức"), "{plain}");
        let split = get(&house, "/grid?pack=admin&period=2026-10&dim=applicant").await.text;
        let (person, other) = (format!("v.2.{a}.applicant.person"), format!("v.1.{a}"));
        assert!(
            split.contains(&format!("name=\"{person}\"")) && split.contains("Hồ sơ đã giải quyết: Cá nhân")
        );
        assert!(!split.contains(&format!("name=\"{other}\"")) && !split.contains(&total), "{split}");
        let base = [("pack", "admin"), ("period", "2026-10"), ("dim", "applicant"), ("was", "")];
        let fields = [base.as_slice(), &[(person.as_str(), "12"), (other.as_str(), "99")]].concat();
        let saved = post(&house, "/grid", &fields).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        assert!(saved.to.ends_with("dim=applicant"), "{}", saved.to);
        let told: Vec<(i64, String, f64)> = house
            .cx
            .db
            .all("SELECT CAST(indicator AS BIGINT), dims, value FROM current_value", storage::args![])
            .await
            .unwrap();
        assert_eq!(told, [(2, "applicant=person".to_owned(), 12.0)], "on {}", house.name);
        let again = get(&house, &saved.to).await.text;
        assert!(again.contains(&format!("name=\"{person}\" value=\"12\"")), "{again}");
        let unknown = get(&house, "/grid?pack=admin&period=2026-10&dim=nowhere").await.text;
        assert!(unknown.contains(&total), "an unknown key shows the total");
    }
}

#[tokio::test]
async fn the_grid_writes_what_was_changed_and_marks_what_is_wrong() {
    for house in House::all().await {
        let grid = get(&house, "/grid?pack=admin&period=2026-10").await;
        assert_eq!(grid.status, StatusCode::OK, "{}", grid.text);
        let (a, b) = (house.unit(0), house.unit(1));
        let name = format!("v.1.{a}");
        assert!(grid.text.contains(&format!("name=\"{name}\"")), "{}", grid.text);
        let (second, rate) = (format!("v.1.{b}"), format!("v.4.{a}"));
        let base = [("pack", "admin"), ("group", ""), ("period", "2026-10"), ("was", "")];
        let mut fields = base.to_vec();
        fields.extend([(name.as_str(), "1.204"), (second.as_str(), ""), (rate.as_str(), "164")]);
        let wrong = post(&house, "/grid", &fields).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("value=\"164\"") && wrong.text.contains("lớn hơn mức cao nhất"));
        assert_eq!(house.value("admin.received", a, "2026-10").await, Some(1204.0));
        assert_eq!(house.told().await, 1);
        // Nothing changed, nothing written.
        let was = format!("{name}=1.204");
        let same = [("pack", "admin"), ("period", "2026-10"), ("was", was.as_str()), (name.as_str(), "1204")];
        assert_eq!(post(&house, "/grid", &same).await.status, StatusCode::SEE_OTHER);
        assert_eq!(house.told().await, 1);
        // An emptied cell takes the figure back.
        let gone = [("pack", "admin"), ("period", "2026-10"), ("was", was.as_str()), (name.as_str(), "")];
        assert_eq!(post(&house, "/grid", &gone).await.status, StatusCode::SEE_OTHER);
        assert_eq!(house.value("admin.received", a, "2026-10").await, None);
    }
}
