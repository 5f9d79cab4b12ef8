//! The other pages: the list, units, the comparison, the morning, the late.

use crate::place::{House, OLD_DAI_AN, TRAN_DE};

#[tokio::test]
async fn indicators_are_found_without_accents_and_by_state() {
    for house in House::all().await {
        house.october().await;
        let all = house.get("/indicators").await.words();
        assert!(all.contains("Hồ sơ đúng hạn") && all.contains("77,0 %"), "{all}");
        let found = house.get("/indicators?q=dung+han").await.words();
        assert!(found.contains("Hồ sơ đúng hạn") && !found.contains("Hồ sơ đã giải quyết"), "{found}");
        let bad = house.get("/indicators?state=bad").await.words();
        assert!(bad.contains("1 chỉ tiêu"), "{bad}");
        assert!(house.get("/indicators?q=xyzzy").await.words().contains("Không có chỉ tiêu nào khớp"));
    }
}

#[tokio::test]
async fn an_old_name_leads_to_what_became_of_it() {
    for house in House::all().await {
        let words = house.get("/units?q=dai+an+2").await.words();
        assert!(
            words.contains("Xã Đại Ân 2 đến 30/6/2025 nay thuộc Xã Trần Đề")
                || words.contains("Xã Đại Ân 2 đến 30/06/2025 nay thuộc Xã Trần Đề"),
            "{words}"
        );
        let page = house.get(&format!("/units/{OLD_DAI_AN}")).await;
        assert_eq!(page.status, 200);
        assert!(page.words().contains("Đơn vị này không còn. Nay thuộc: Xã Trần Đề"));
        assert!(house.get("/units").await.words().contains("Phường Ninh Kiều"));
        assert!(house.get(&format!("/units/{TRAN_DE}")).await.words().contains("Gộp từ Xã Đại Ân 2"));
        assert_eq!(house.get("/units/31675").await.status, 200, "an official code is an address too");
    }
}

#[tokio::test]
async fn the_page_of_a_unit_shows_its_rank_and_what_it_owes() {
    for house in House::all().await {
        house.october().await;
        let page = house.get(&format!("/units/{TRAN_DE}")).await;
        assert!(page.text().contains("đứng 2/2"), "{}", page.words());
        assert!(page.words().contains("70,0 %"));
        let silent = house.get("/units/31150").await.words();
        assert!(silent.contains("trễ 17 ngày"), "{silent}");
    }
}

#[tokio::test]
async fn the_comparison_ranks_every_unit_and_can_be_taken_away() {
    for house in House::all().await {
        house.october().await;
        let words = house.get("/compare?indicator=admin.rate&period=2026-10").await.words();
        assert!(words.contains("1 Phường Cái Khế 98,0") && words.contains("2 Xã Trần Đề 70,0"), "{words}");
        assert!(words.contains("2/3 đơn vị báo số"), "{words}");
        let csv = house.get("/compare/export.csv?indicator=admin.rate&period=2026-10").await.text();
        assert!(csv.contains("1,Phường Cái Khế,31135,98.0,,,97.0,%,Đạt"), "{csv}");
        assert_eq!(&house.get("/compare/export.xlsx").await.bytes[..2], b"PK");
    }
}

#[tokio::test]
async fn the_matrix_shows_every_unit_by_the_key_indicators_with_words_for_states() {
    for house in House::all().await {
        house.october().await;
        let reply = house.get("/compare/matrix?period=2026-10").await;
        assert_eq!(reply.status, 200, "{}: {}", house.name, reply.text());
        let words = reply.words();
        // Only what is rated and says which way is better stands here.
        assert!(
            words.contains("Hồ sơ đúng hạn % · T10/26") && !words.contains("Hồ sơ đã giải quyết"),
            "{words}"
        );
        assert!(words.contains("Phường Cái Khế 98,0 Đạt"), "{words}");
        assert!(words.contains("Xã Trần Đề 70,0 Chưa đạt"), "{words}");
        assert!(words.contains("Phường Ninh Kiều chưa báo số"), "{words}");
        assert!(words.contains("Thành phố Cần Thơ 77,0"), "{words}");
        assert!(reply.text().contains("sort=admin.rate"));
        let order = |words: &str| {
            let at = |name: &str| words.find(name).unwrap();
            let mut names = ["Phường Cái Khế", "Phường Ninh Kiều", "Xã Trần Đề"];
            names.sort_by_key(|n| at(n));
            names
        };
        let sorted = |sort: &str| format!("/compare/matrix?period=2026-10&sort={sort}");
        let worst = house.get(&sorted("admin.rate")).await.words();
        assert_eq!(order(&worst), ["Xã Trần Đề", "Phường Cái Khế", "Phường Ninh Kiều"]);
        let best = house.get(&sorted("-admin.rate")).await.words();
        assert_eq!(
            order(&best),
            ["Phường Cái Khế", "Xã Trần Đề", "Phường Ninh Kiều"],
            "the silent stand last"
        );
        let names = house.get(&sorted("-name")).await.words();
        assert_eq!(order(&names), ["Xã Trần Đề", "Phường Ninh Kiều", "Phường Cái Khế"]);
        let csv = house.get("/compare/matrix/export.csv?period=2026-10&sort=admin.rate").await.text();
        assert!(csv.contains("Hồ sơ đúng hạn (%) 2026-10,Trạng thái"), "{csv}");
        assert!(csv.contains("Xã Trần Đề,31675,70.0,Chưa đạt"), "{csv}");
        assert!(csv.find("Trần Đề") < csv.find("Cái Khế"), "{csv}");
        assert_eq!(&house.get("/compare/matrix/export.xlsx").await.bytes[..2], b"PK");
        let none = house.get("/compare/matrix?pack=police").await;
        assert_eq!((none.status.as_u16(), none.json()["code"].as_str()), (404, Some("nothing_to_compare")));
    }
}

#[tokio::test]
async fn a_fresh_place_owes_nothing_of_the_time_before_it() {
    for house in House::all().await {
        // Applied on 22 November: October was due on the 5th, and nobody has told it.
        assert!(house.get("/late").await.words().contains("Mọi đơn vị đã báo số"), "{}", house.name);
        // One tells a month before the beginning, and from then on the others owe that one, and only that.
        house.tell("grid:vp", 100, &[("admin.received", "31135", "2026-10", "100")]).await;
        let csv = house.get("/late/export.csv").await.text();
        assert_eq!(csv.matches("admin.received").count(), 2, "{csv}");
        assert!(!csv.contains("admin.on_time"), "{csv}");
        // November is due on 5 December, after the beginning: whoever is silent then owes it.
        house.clock.advance_seconds(86_400 * 14);
        let csv = house.get("/late/export.csv").await.text();
        assert_eq!(csv.matches("2026-11").count(), 6, "three communes, two public figures: {csv}");
        assert!(!csv.contains("2026-10"), "{csv}");
    }
}

#[tokio::test]
async fn the_late_are_listed_with_days_and_only_of_the_chosen_field() {
    for house in House::all().await {
        house.october().await;
        let words = house.get("/late").await.words();
        assert!(words.contains("1 đơn vị") && words.contains("2 báo cáo"), "{words}");
        assert!(words.contains("Phường Ninh Kiều") && words.contains("trễ 17 ngày"), "{words}");
        assert!(house.get("/late?pack=health").await.words().contains("Mọi đơn vị đã báo số"));
        let csv = house.get("/late/export.csv").await.text();
        assert!(csv.contains("Phường Ninh Kiều,31150,admin.received,"), "{csv}");
        // Who may see internal figures sees who owes those too.
        let inside = house.get_as("city", "/late").await.words();
        assert!(inside.contains("2 đơn vị") && inside.contains("Vụ việc nội bộ"), "{inside}");
    }
}

#[tokio::test]
async fn the_morning_tells_what_moved_what_is_missed_who_is_silent_and_what_was_corrected() {
    for house in House::all().await {
        house.october().await;
        house.clock.advance_seconds(86_400);
        house.tell("grid:vp", 100, &[("admin.on_time", "31675", "2026-10", "280")]).await;
        let words = house.get("/morning").await.words();
        assert!(words.contains("77,0 → 94,5 % +17,5"), "{words}");
        assert!(words.contains("210 → 280") && words.contains("Phường Ninh Kiều"), "{words}");
        let later = house.get("/morning?since=2026-11-23T11:00").await.words();
        assert!(later.contains("0 con số đổi"), "{later}");
        assert_eq!(house.get("/morning?since=never").await.status, 422);
    }
}
