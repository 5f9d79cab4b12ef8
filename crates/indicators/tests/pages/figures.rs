//! The page of an indicator.

use foundation::{Clock, Date, Period};
use indicators::Engine;
use indicators::engine::targets::{self, NewTarget};
use indicators::engine::{Asked, Span};
use indicators::events::{self, Changed};

use crate::place::{CAI_KHE, CITY, House, NINH_KIEU, OLD_DAI_AN, TRAN_DE};

#[tokio::test]
async fn a_rate_of_a_city_is_the_ratio_of_two_sums_and_names_who_is_silent() {
    for house in House::all().await {
        house.october().await;
        let reply = house.get("/indicators/admin.rate?period=2026-10").await;
        assert_eq!(reply.status, 200, "{}: {}", house.name, reply.text());
        let words = reply.words();
        // 308 of 400, not the mean of 98 % and 70 %.
        assert!(words.contains("77,0 %"), "{words}");
        assert!(words.contains("thiếu Phường Ninh Kiều"), "{words}");
        assert!(words.contains("chưa đối chiếu văn bản"), "{words}");
        assert!(words.contains("Nguồn grid:vp"), "{words}");
        let text = reply.text();
        assert!(text.contains("<svg class=\"wide\"") && text.contains("<svg class=\"narrow\""));
        assert!(text.contains("class=\"target\"") && text.contains("band is-good"));
    }
}

#[tokio::test]
async fn the_units_stand_worst_first_and_the_silent_last() {
    for house in House::all().await {
        house.october().await;
        let words = house.get("/indicators/admin.rate?period=2026-10").await.words();
        let table = words.split("Bảng số liệu").nth(1).unwrap();
        let at = |name: &str| table.find(name).unwrap_or_else(|| panic!("{name} in {table}"));
        assert!(at("Xã Trần Đề") < at("Phường Cái Khế") && at("Phường Cái Khế") < at("Phường Ninh Kiều"));
        let turned = house.get("/indicators/admin.rate?period=2026-10&sort=-value").await.words();
        let table = turned.split("Bảng số liệu").nth(1).unwrap();
        assert!(table.find("Phường Cái Khế") < table.find("Xã Trần Đề"));
    }
}

#[tokio::test]
async fn what_was_known_yesterday_can_still_be_read_after_a_correction() {
    for house in House::all().await {
        house.october().await;
        house.clock.advance_seconds(2 * 86_400);
        house.tell("grid:vp", 100, &[("admin.on_time", "31675", "2026-10", "280")]).await;
        let now = house.get("/indicators/admin.rate?period=2026-10").await.words();
        assert!(now.contains("94,5 %") && now.contains("210 → 280"), "{now}");
        assert!(now.contains("1 lần trong kỳ"), "{now}");
        let then = house.get("/indicators/admin.rate?period=2026-10&as_known=23/11/2026").await.words();
        assert!(then.contains("77,0 %") && !then.contains("94,5 %"), "{then}");
        let before = house.get("/indicators/admin.rate?period=2026-10&as_known=2026-11-01").await.words();
        assert!(before.contains("Chưa có số liệu"), "{before}");
    }
}

#[tokio::test]
async fn two_sources_of_one_figure_are_both_shown_and_the_first_counts() {
    for house in House::all().await {
        house.tell("grid:vp", 100, &[("admin.received", "31675", "2026-10", "300")]).await;
        house.tell("api:mot-cua", 50, &[("admin.received", "31675", "2026-10", "312")]).await;
        let words =
            house.get(&format!("/indicators/admin.received?unit={TRAN_DE}&period=2026-10")).await.words();
        assert!(words.contains("Nguồn grid:vp") && words.contains("Nguồn api:mot-cua"), "{words}");
        let shown = words.find("đang hiện").unwrap();
        assert!(words[..shown].rfind("api:mot-cua") > words[..shown].rfind("grid:vp"), "{words}");
        assert!(words.contains("312 hồ sơ"), "{words}");
    }
}

#[tokio::test]
async fn quarters_add_up_and_the_year_runs_to_date() {
    for house in House::all().await {
        house.october().await;
        house.tell("grid:vp", 100, &[("admin.received", "31675", "2026-11", "50")]).await;
        let words = house.get("/indicators/admin.received?calendar=quarter&period=2026-Q4").await.words();
        assert!(words.contains("450 hồ sơ"), "{words}");
        let words = house.get("/indicators/admin.received?period=2026-11").await.words();
        assert!(words.contains("Lũy kế từ đầu năm 450 hồ sơ"), "{words}");
        let wrong = house.get("/indicators/admin.received?calendar=week").await;
        assert_eq!((wrong.status.as_u16(), wrong.json()["code"].as_str()), (422, Some("calendar_unfit")));
    }
}

#[tokio::test]
async fn before_its_time_a_unit_has_restated_values_or_none() {
    for house in House::all().await {
        house
            .tell(
                "grid:vp",
                100,
                &[("admin.received", &format!("{:05}", OLD_DAI_AN % 100_000), "2025-06", "40")],
            )
            .await;
        let path = format!("/indicators/admin.received?unit={TRAN_DE}&period=2025-06");
        assert!(house.get(&path).await.words().contains("40 hồ sơ"));
        let then = house.get(&format!("{path}&boundaries=then")).await.words();
        assert!(!then.contains("40 hồ sơ") && then.contains("Chưa có số liệu"), "{then}");
    }
}

#[tokio::test]
async fn an_internal_figure_does_not_exist_for_the_public() {
    for house in House::all().await {
        house.october().await;
        let path = format!("/indicators/police.secret?unit={TRAN_DE}");
        let gone = house.get(&path).await;
        assert_eq!((gone.status.as_u16(), gone.json()["code"].as_str()), (404, Some("indicator_not_found")));
        let nowhere = house.get("/indicators/police.nothing").await.json();
        assert_eq!(nowhere, gone.json(), "what is hidden is told like what is not there");
        assert!(house.get_as("tran-de", &path).await.words().contains("7 hồ sơ"));
        // Granted one commune, not the city, nor its neighbour.
        assert_eq!(house.get_as("tran-de", "/indicators/police.secret").await.status, 404);
        let neighbour = format!("/indicators/police.secret?unit={CAI_KHE}");
        assert_eq!(house.get_as("tran-de", &neighbour).await.status, 404);
        for public in ["/indicators", "/units", "/compare", "/morning", "/late", "/late/export.csv"] {
            let text = house.get(public).await.text();
            assert!(!text.contains("nội bộ") && !text.contains("police.secret"), "{public}");
        }
    }
}

#[tokio::test]
async fn a_unit_elsewhere_is_not_found() {
    for house in House::all().await {
        for path in ["/indicators/admin.rate?unit=1", "/units/1", "/units/x", "/indicators?unit=79"] {
            let reply = house.get(path).await;
            assert_eq!((reply.status.as_u16(), reply.json()["code"].as_str()), (404, Some("unit_not_found")));
        }
    }
}

#[tokio::test]
async fn the_sheet_holds_the_city_and_every_commune_and_leaves_missing_cells_empty() {
    for house in House::all().await {
        house.october().await;
        let reply = house.get("/indicators/admin.rate/export.csv?period=2026-10").await;
        assert_eq!(reply.headers["content-type"], "text/csv; charset=utf-8");
        let text = reply.text();
        assert!(text.starts_with('\u{feff}'), "Excel reads the accents by this mark");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 5, "{text}");
        assert!(lines[0].ends_with(",2026-10"));
        assert!(lines[1].starts_with("Thành phố Cần Thơ,92,%,") && lines[1].ends_with(",77.0"));
        assert!(lines.iter().any(|l| l.starts_with("Phường Ninh Kiều,31150,") && l.ends_with(',')), "{text}");
        let book = house.get("/indicators/admin.rate/export.xlsx?period=2026-10").await;
        assert_eq!((book.status.as_u16(), &book.bytes[..2]), (200, &b"PK"[..]));
    }
}

#[tokio::test]
async fn a_table_of_communes_says_what_each_commune_says_for_itself() {
    for house in House::all().await {
        house.october().await;
        let engine = house.cx.house.get::<Engine>().unwrap();
        let catalogue = engine.catalogue();
        let today = Date::of(house.cx.clock.now());
        let asked = Asked { unit: CITY, today, as_known: None };
        let period = Period::from_code("2026-10").unwrap();
        for indicator in catalogue.all() {
            let each = engine.each(indicator, &[CAI_KHE, NINH_KIEU, TRAN_DE], period, &asked).await.unwrap();
            for (unit, point) in each {
                let own = Asked { unit, ..asked };
                let alone = engine.points(indicator, Span::of(period), &own).await.unwrap();
                assert_eq!(alone[0], point, "{} of {unit}", indicator.code);
            }
        }
    }
}

#[tokio::test]
async fn the_head_of_the_page_is_the_live_fragment_and_changes_with_the_figure() {
    for house in House::all().await {
        house.october().await;
        let topic = format!("figure/admin.rate/{CITY}/2026-10/now");
        let page = house.get("/indicators/admin.rate?period=2026-10").await.text();
        assert!(page.contains(&format!("data-live=\"{topic}\"")), "{page}");
        let key = |topic: &str, audience| web::live::Key {
            topic: topic.into(),
            audience,
            lang: foundation::Lang::Vi,
        };
        let public = kit::Scope::Public.audience();
        let html = house.cx.live.get(&key(&topic, public)).await.unwrap().1;
        let html = String::from_utf8(html.to_vec()).unwrap();
        assert!(html.contains("77,0") && page.contains(&html), "the page and its updates are the same bytes");
        // The outbox's own way: only what depends on the figure is drawn anew.
        let touched = house.cx.house.get::<Engine>().unwrap().catalogue().code("admin.on_time").unwrap().id;
        let batch = [("admin.on_time", "31675", "2026-10", "280")];
        house.tell("grid:vp", 100, &batch).await;
        let month = Period::from_code("2026-10").unwrap();
        let changed = indicators::events::Changed {
            batch: None,
            source: None,
            touched: vec![(touched, month.calendar.code(), month.index, month.index)],
        };
        indicators::events::on_changed(&house.cx.house, &changed).await.unwrap();
        let html = house.cx.live.now(&key(&topic, public)).await.unwrap().1;
        assert!(String::from_utf8(html.to_vec()).unwrap().contains("94,5"));
        // What was known at a moment is not live, and nobody listens to what they may not see.
        let then = house.get("/indicators/admin.rate?period=2026-10&as_known=22/11/2026").await.text();
        assert!(!then.contains("data-live=\"figure/"));
        let secret = format!("figure/police.secret/{TRAN_DE}/2026-10/now");
        assert!(house.cx.live.get(&key(&secret, public)).await.is_err());
    }
}

#[tokio::test]
async fn what_counts_from_the_start_of_the_year_is_asked_for_the_part_of_the_target_that_is_due() {
    for house in House::all().await {
        let engine = house.cx.house.get::<Engine>().unwrap();
        let spent = engine.catalogue().code("admin.spent").cloned().unwrap();
        house.tell("grid:vp", 100, &[("admin.spent", "92", "2026-10", "84")]).await;
        let asked = Asked { unit: CITY, today: Date::of(house.clock.now()), as_known: None };
        let october = Period::from_code("2026-10").unwrap();
        let figure = engine.figure(&spent, Some(october), &asked).await.unwrap();
        // 304 of 365 days are gone: 83.3 of 100 are due.
        assert!((figure.target.unwrap() - 83.29).abs() < 0.01, "{figure:?}");
        assert_eq!(figure.state, kit::State::Good, "84 of 100 in October is on its way");
        let year = engine.target_of_year(&spent, CITY, october, None).await.unwrap();
        assert_eq!(year, Some(100.0));
        let words = house.get_as("city", "/indicators/admin.spent?period=2026-10").await.words();
        assert!(words.contains("cả năm là 100,0 %"), "{words}");
    }
}

#[tokio::test]
async fn a_target_is_the_one_that_was_known_then() {
    for house in House::all().await {
        let engine = house.cx.house.get::<Engine>().unwrap();
        let spent = engine.catalogue().code("admin.spent").cloned().unwrap();
        let year = Period::from_code("2026").unwrap();
        let first = house.clock.now();
        for (value, decision) in [(Some(90.0), "NQ 1"), (Some(95.0), "NQ 2"), (None, "")] {
            let new = NewTarget { indicator: spent.id, unit: CITY, period: year, value };
            let mut tx = house.cx.db.begin().await.unwrap();
            targets::write(&mut tx, &[new], decision, "mai", house.clock.now(), false).await.unwrap();
            tx.commit().await.unwrap();
            house.clock.advance_seconds(86_400);
        }
        engine.forget_targets(spent.id);
        for (days, wanted) in [(-1, 100.0), (0, 90.0), (1, 95.0), (2, 100.0)] {
            let at = first.plus_seconds(days * 86_400);
            let known = engine.target(&spent, CITY, year, Some(at)).await.unwrap();
            assert_eq!(known, Some(wanted), "{days} days later on {}", house.name);
        }
        assert_eq!(engine.target(&spent, CITY, year, None).await.unwrap(), Some(100.0), "taken back");
        let told = targets::decision(&house.cx.db, spent.id, CITY, year, first).await.unwrap();
        assert_eq!(told.map(|t| t.0).as_deref(), Some("NQ 1"));
    }
}

#[tokio::test]
async fn a_delivery_of_a_known_source_reads_no_sources_again() {
    for house in House::all().await {
        house.tell("grid:vp", 100, &[("admin.received", "31675", "2026-10", "300")]).await;
        let engine = house.cx.house.get::<Engine>().unwrap();
        let known = engine.source(1).unwrap();
        let mut tx = house.cx.db.begin().await.unwrap();
        tx.run("UPDATE source SET name = 'Khác'", storage::args![]).await.unwrap();
        tx.commit().await.unwrap();
        let mut event = Changed { batch: None, source: Some(known.id), touched: Vec::new() };
        events::on_changed(&house.cx.house, &event).await.unwrap();
        assert_eq!(engine.source(1).unwrap().name, known.name, "not read again");
        for source in [Some(99), None] {
            event.source = source;
            events::on_changed(&house.cx.house, &event).await.unwrap();
            assert_eq!(engine.source(1).unwrap().name, "Khác", "a source that is not known");
        }
    }
}
