//! The pages of targets, on every database: the table, its faults, history and going back, files.

use axum::body::Body;
use http::{Request, header};

use super::place::{House, Reply};

const TABLE: &str = "/targets?pack=admin&by=indicator&indicator=admin.rate&year=2026";
const HISTORY: &str = "/targets/history?indicator=admin.rate&unit=131675&year=2026";

async fn form(house: &House, who: &str, path: &str, fields: &[(&str, &str)]) -> Reply {
    let encode = kit::http::url_encode;
    let body: Vec<String> = fields.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
    let request = Request::post(path)
        .header("x-as", who)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    house.send(request.body(Body::from(body.join("&"))).unwrap()).await
}

/// The name of the box of an indicator and a unit.
fn key(house: &House, code: &str, unit: i64) -> String {
    let engine = house.cx.house.get::<indicators::Engine>().unwrap();
    format!("v.{}.{unit}", engine.catalogue().code(code).unwrap().id)
}

async fn set(house: &House, decision: &str, boxes: &[(&str, &str)]) -> Reply {
    let asked = [("pack", "admin"), ("by", "indicator"), ("indicator", "admin.rate"), ("year", "2026")];
    let mut fields = asked.to_vec();
    fields.push(("decision", decision));
    fields.extend(boxes);
    form(house, "leader", "/targets", &fields).await
}

fn notice(reply: &Reply) -> String {
    let cookie = reply.headers.get(header::SET_COOKIE).and_then(|v| v.to_str().ok()).unwrap_or("");
    let text = cookie.split(';').next().unwrap_or("").split_once('=').map_or("", |c| c.1);
    kit::http::url_decode(text)
}

fn to(reply: &Reply) -> &str {
    reply.headers.get(header::LOCATION).and_then(|v| v.to_str().ok()).unwrap_or("")
}

/// What the API says of Trần Đề's target: value and act.
async fn told(house: &House) -> Option<(f64, String)> {
    let listed = house.get("/api/v1/targets?unit=31675&indicator=admin.rate&year=2026").await.json();
    let item = listed["items"].get(0)?.clone();
    Some((item["value"].as_f64().unwrap(), item["decision"].as_str().unwrap().to_owned()))
}

#[tokio::test]
async fn a_target_is_set_shown_and_taken_back() {
    for house in House::all().await {
        let own = key(&house, "admin.rate", 131675);
        let page = house.get_as("leader", TABLE).await;
        assert_eq!(page.status, 200, "{} on {}", page.text(), house.name);
        assert!(page.words().contains("97,0 Mức mặc định"), "the default holds: {}", page.words());
        assert!(page.text().contains(&format!("name=\"{own}\"")), "{}", page.text());
        assert!(!page.text().contains(&key(&house, "admin.rate", 131135)), "only where targets may be set");

        let reply = set(&house, " Nghị quyết 12/NQ-HĐND ", &[(&own, "95,5")]).await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        assert_eq!(notice(&reply), "Đã giao 1 chỉ tiêu.");
        let words = house.get_as("leader", to(&reply)).await.words();
        assert!(words.contains("95,5 Nghị quyết 12/NQ-HĐND · Lâm · 10:20, 22/11/2026"), "{words}");
        assert_eq!(told(&house).await, Some((95.5, "Nghị quyết 12/NQ-HĐND".into())));

        let again = set(&house, "Nghị quyết 12/NQ-HĐND", &[(&own, "95,5")]).await;
        assert_eq!(notice(&again), "Đã giao 0 chỉ tiêu; 1 giữ nguyên như cũ.");
        let back = set(&house, "Quyết định thu lại", &[(&own, "-")]).await;
        assert_eq!((back.status.as_u16(), told(&house).await), (303, None));
        let words = house.get_as("leader", TABLE).await.words();
        assert!(words.contains("97,0 Mức mặc định") && words.contains("Lịch sử"), "{words}");

        // The page of the indicator leads there, for whoever may set the target.
        let link = "/targets?by=unit&#38;pack=admin&#38;unit=131675&#38;year=2026";
        let indicator = "/indicators/admin.rate?unit=31675&period=2026-10";
        assert!(house.get_as("leader", indicator).await.text().contains(link));
        assert!(!house.get_as("tran-de", indicator).await.text().contains("/targets?"));
    }
}

#[tokio::test]
async fn a_fault_writes_nothing_and_keeps_what_was_typed() {
    for house in House::all().await {
        let (rate, other) = (key(&house, "admin.rate", 131675), key(&house, "admin.received", 131675));
        let by_unit = "/targets?pack=admin&by=unit&unit=31675&year=2026";
        let page = house.get_as("leader", by_unit).await;
        assert!(page.text().contains(&rate) && page.text().contains(&other), "{}", page.text());
        let asked = [("pack", "admin"), ("by", "unit"), ("unit", "131675"), ("year", "2026")];
        let send = async |act: &str, boxes: [&str; 2]| {
            let mut fields = asked.to_vec();
            fields.extend([("decision", act), (rate.as_str(), boxes[0]), (other.as_str(), boxes[1])]);
            form(&house, "leader", "/targets", &fields).await
        };
        let reply = send("Quyết định 7", ["9x5", "1.200"]).await;
        assert_eq!(reply.status, 422);
        let text = reply.text();
        for kept in ["value=\"9x5\"", "value=\"1.200\"", "value=\"Quyết định 7\"", "id=\"why-v."] {
            assert!(text.contains(kept), "{kept} in {text}");
        }
        assert!(reply.words().contains("Chưa ghi gì: 1 ô sai"), "{}", reply.words());
        assert!(text.contains(&format!("aria-describedby=\"why-{rate}\"")), "the fault stands at its box");
        assert!(!text.contains(&format!("aria-describedby=\"why-{other}\"")));

        let reply = send("  ", ["95", "1.200"]).await;
        assert_eq!(reply.status, 422);
        assert!(reply.words().contains("thiếu văn bản") && reply.text().contains("value=\"1.200\""));
        let reply = send("Quyết định 7", ["", " "]).await;
        assert_eq!(reply.status, 422);
        assert!(reply.words().contains("mọi ô đều trống"), "{}", reply.words());
        assert_eq!(told(&house).await, None);
        assert_eq!(send("Quyết định 7", ["95", "1.200"]).await.status, 303);
        assert_eq!(told(&house).await, Some((95.0, "Quyết định 7".into())));
    }
}

#[tokio::test]
async fn who_may_not_set_targets_is_refused_page_and_box() {
    for house in House::all().await {
        let pages = ["/targets", "/targets/import", "/targets/export.csv", HISTORY];
        for path in pages {
            for who in ["viewer", "city", "key"] {
                assert_eq!(house.get_as(who, path).await.status, 403, "{who} {path} on {}", house.name);
            }
            assert_eq!(house.get_as("leader", path).await.status, 200, "{path} on {}", house.name);
        }
        let fields = [("decision", "x"), ("year", "2026")];
        assert_eq!(form(&house, "viewer", "/targets", &fields).await.status, 403);
        let other = house.get_as("leader", "/targets?by=unit&unit=31135").await;
        assert_eq!(other.status, 403, "a unit outside the grant: {}", other.words());
        let other = HISTORY.replace("131675", "131135");
        assert_eq!(house.get_as("leader", &other).await.status, 403);

        // A box that the page does not show, sent all the same.
        let (own, theirs) = (key(&house, "admin.rate", 131675), key(&house, "admin.rate", 131135));
        let reply = set(&house, "Quyết định 7", &[(&own, "95"), (&theirs, "96")]).await;
        assert_eq!(reply.status, 422);
        assert!(reply.words().contains("Bạn chưa được quyền giao chỉ tiêu"), "{}", reply.words());
        assert!(reply.text().contains("value=\"95\"") && told(&house).await.is_none());
        let undo = [
            ("indicator", "admin.rate"),
            ("unit", "131135"),
            ("period", "2026"),
            ("revision", "0"),
            ("newest", "1"),
        ];
        assert_eq!(form(&house, "leader", "/targets/restore", &undo).await.status, 403);
    }
}

#[tokio::test]
async fn an_earlier_target_is_set_again_from_its_history() {
    for house in House::all().await {
        let own = key(&house, "admin.rate", 131675);
        assert!(house.get_as("leader", HISTORY).await.words().contains("Chưa giao chỉ tiêu nào"));
        set(&house, "Quyết định 1", &[(&own, "90")]).await;
        set(&house, "Quyết định 2", &[(&own, "92,5")]).await;
        let page = house.get_as("leader", HISTORY).await;
        let words = page.words();
        let (new, old) = (words.find("92,5").unwrap(), words.find("90,0").unwrap());
        assert!(new < old && words.contains("Quyết định 1"), "the newest first: {words}");
        let restore = async |revision: &str, newest: &str| {
            let of = [("indicator", "admin.rate"), ("unit", "131675"), ("period", "2026")];
            let mut fields = of.to_vec();
            fields.extend([("revision", revision), ("newest", newest)]);
            form(&house, "leader", "/targets/restore", &fields).await
        };
        // A page that was left open must not undo what came since.
        let late = restore("1", "1").await;
        assert!(notice(&late).contains("Vừa có người giao lại"), "{}", notice(&late));
        assert_eq!(told(&house).await, Some((92.5, "Quyết định 2".into())));
        let reply = restore("1", "2").await;
        assert_eq!((reply.status.as_u16(), to(&reply)), (303, HISTORY), "{}", reply.text());
        assert_eq!(told(&house).await, Some((90.0, "Khôi phục: Quyết định 1".into())));
        assert_eq!(restore("3", "3").await.status, 303);
        assert_eq!(restore("9", "3").await.status, 422);
        assert_eq!(restore("0", "3").await.status, 303);
        assert_eq!(told(&house).await, None);
        let words = house.get_as("leader", HISTORY).await.words();
        assert!(words.contains("Thu lại: Quyết định 1"), "the word is said once: {words}");
        assert_eq!(restore("3", "4").await.status, 303);
        assert_eq!(told(&house).await, Some((90.0, "Khôi phục: Quyết định 1".into())));
    }
}

async fn import(house: &House, who: &str, act: &str, file: &str, text: &str) -> Reply {
    let part = |name: &str, more: &str, value: &str| {
        format!("--XX\r\ncontent-disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
    };
    let file = part("file", "; filename=\"chi-tieu.csv\"", file);
    let body = format!("{}{file}{}--XX--\r\n", part("decision", "", act), part("text", "", text));
    let kind = "multipart/form-data; boundary=XX";
    let request = Request::post("/targets/import").header("x-as", who).header("content-type", kind);
    house.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn the_table_goes_out_as_a_file_and_comes_back() {
    for house in House::all().await {
        let own = key(&house, "admin.rate", 131675);
        set(&house, "Quyết định 1", &[(&own, "90")]).await;
        let export = TABLE.replace("/targets?", "/targets/export.csv?");
        let file = house.get_as("leader", &export).await.text();
        assert!(file.starts_with("\u{feff}indicator,unit,period,value,"), "{file}");
        assert!(
            file.contains("admin.rate,31675,2026,90.0,Hồ sơ đúng hạn,Xã Trần Đề,%,,Quyết định 1,Lâm"),
            "{file}"
        );
        let same = import(&house, "leader", "Quyết định 1", &file, "").await;
        assert_eq!(notice(&same), "Đã giao 0 chỉ tiêu; 1 giữ nguyên như cũ.", "{}", same.text());
        let changed = file.replace(",90.0,", ",93.5,");
        let more = format!("{changed}admin.rate,31675,3/2026,91\r\nadmin.rate,31675,2026-04,92\r\n");
        let reply = import(&house, "leader", "Quyết định 3", &more, "").await;
        assert_eq!(
            (reply.status.as_u16(), notice(&reply).as_str()),
            (303, "Đã giao 3 chỉ tiêu."),
            "{}",
            reply.text()
        );
        assert_eq!(told(&house).await, Some((93.5, "Quyết định 3".into())));

        // The months stand in the history and in the API, where they are asked for.
        let words = house.get_as("leader", HISTORY).await.words();
        let (year, march) = (words.find("Năm 2026").unwrap(), words.find("Tháng 3/2026").unwrap());
        assert!(year < march && words.contains("Tháng 4/2026") && words.contains("91,0"), "{words}");
        let list = "/api/v1/targets?unit=31675&indicator=admin.rate&year=2026";
        let periods = async |path: &str| {
            let listed = house.get(path).await.json();
            let all = listed["items"].as_array().unwrap().clone();
            let mut all: Vec<String> = all.iter().map(|i| i["period"].as_str().unwrap().to_owned()).collect();
            all.sort();
            all
        };
        assert_eq!(periods(list).await, ["2026"]);
        assert_eq!(periods(&format!("{list}&months=true")).await, ["2026", "2026-03", "2026-04"]);
        assert_eq!(house.get(&format!("{list}&months=1")).await.json()["code"], "months_unreadable");
    }
}

#[tokio::test]
async fn a_file_with_bad_lines_writes_nothing_and_names_them() {
    for house in House::all().await {
        let file = "indicator;unit;period;value\nadmin.rate;31675;2026;95,5\nadmin.rate;31135;2026;95\n\
                    admin.rate;31675;2026-03;nhiều\nadmin.nothing;31675;2026;1\n";
        let reply = import(&house, "leader", "Quyết định 1", file, "").await;
        assert_eq!(reply.status, 422);
        let words = reply.words();
        assert!(words.contains("Chưa ghi gì: 3 dòng sai"), "{words}");
        for line in ["Dòng 3", "Dòng 4", "Dòng 5"] {
            assert!(words.contains(line), "{line}: {words}");
        }
        assert!(!words.contains("Dòng 2 ") && words.contains("Không có chỉ tiêu «admin.nothing»"), "{words}");
        assert!(
            reply.text().contains("admin.rate;31675;2026-03;nhiều"),
            "the text can be mended on the page"
        );
        assert_eq!(told(&house).await, None);
        let good = "indicator;unit;period;value\nadmin.rate;31675;2026;95,5\n";
        assert_eq!(import(&house, "leader", " ", "", good).await.status, 422, "the act is needed");
        assert_eq!(import(&house, "viewer", "Quyết định 1", "", good).await.status, 403);
        assert_eq!(import(&house, "leader", "Quyết định 1", "", "").await.status, 422);
        assert_eq!(import(&house, "leader", "Quyết định 1", "", "a;b\n1;2").await.status, 422);
        let big = format!("{good}{}", " ".repeat(1024 * 1024));
        assert_eq!(import(&house, "leader", "Quyết định 1", &big, "").await.status, 413);
        assert_eq!(import(&house, "leader", "Quyết định 1", "", good).await.status, 303);
        assert_eq!(told(&house).await, Some((95.5, "Quyết định 1".into())));
    }
}
