//! The audit log and its chain.

use http::StatusCode;
use identity::seal::{Broken, Fault};
use identity::{seal, verify};
use kit::{Fields, Role, audit};
use serde_json::json;
use storage::args;

use crate::support::{CAN_THO, Place, SOC_TRANG, TRAN_DE};

async fn write(place: &Place, rows: usize) {
    let cx = place.system();
    let mut tx = place.test.db.begin().await.unwrap();
    for n in 0..rows {
        audit(&mut tx, &cx, "test.write", &format!("unit:{TRAN_DE}"), &json!({ "n": n })).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn run(place: &Place, sql: &str) {
    let mut tx = place.test.db.begin().await.unwrap();
    tx.run(sql, args![]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn broken(place: &Place) -> Option<(i64, Fault)> {
    let Broken { seq, fault, .. } = verify(&place.test.db).await.unwrap().first_broken?;
    Some((seq, fault))
}

#[tokio::test]
async fn rows_are_chained_in_their_order_and_only_once() {
    for place in Place::empty().await {
        let cx = place.system();
        write(&place, 2500).await;
        assert_eq!(verify(&place.test.db).await.unwrap().unsealed, 2500);
        assert_eq!(seal(&cx).await.unwrap(), 2500);
        assert_eq!(seal(&cx).await.unwrap(), 0);
        write(&place, 3).await;
        let (a, b) = tokio::join!(seal(&cx), seal(&cx));
        assert_eq!(a.unwrap() + b.unwrap(), 3);
        let report = verify(&place.test.db).await.unwrap();
        assert_eq!((report.sealed, report.unsealed, report.first_broken), (2503, 0, None));
        assert_eq!(report.head.unwrap().len(), 64);
    }
}

#[tokio::test]
async fn a_changed_a_missing_and_a_cut_off_row_are_found() {
    for place in Place::empty().await {
        write(&place, 10).await;
        seal(&place.system()).await.unwrap();
        assert_eq!(broken(&place).await, None);
        run(&place, "UPDATE audit SET actor = 'account:other' WHERE seq = 7").await;
        assert_eq!(broken(&place).await, Some((7, Fault::Changed)));
        run(&place, "UPDATE audit SET hash = prev_hash WHERE seq = 6").await;
        assert_eq!(broken(&place).await, Some((6, Fault::Changed)));
        run(&place, "DELETE FROM audit WHERE seq = 4").await;
        assert_eq!(broken(&place).await, Some((4, Fault::Missing)));
        run(&place, "DELETE FROM audit WHERE seq > 2").await;
        assert_eq!(broken(&place).await, Some((3, Fault::CutOff)));
        run(&place, "DELETE FROM audit").await;
        assert_eq!(broken(&place).await, Some((1, Fault::CutOff)));
    }
}

#[tokio::test]
async fn the_page_shows_names_filters_and_leads_to_older_rows() {
    for place in Place::all().await {
        write(&place, 120).await;
        let mut admin = place.admin().await;
        seal(&place.system()).await.unwrap();
        let first = admin.get("/audit").await.text;
        assert!(
            first.contains("Trần Thị Mai") && first.contains("Xã Trần Đề") && first.contains("Đăng nhập")
        );
        let mut seen = 0;
        let mut path = "/audit?action=test.".to_owned();
        loop {
            let page = admin.get(&path).await.text;
            seen += page.matches("<td class=\"num\"").count();
            let Some(at) = page.find("rel=\"next\"") else { break };
            let before = &page[..at];
            let start = before.rfind("href=\"").unwrap() + 6;
            path = before[start..].split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        }
        assert_eq!(seen, 120);
        let count = async |admin: &mut crate::support::Browser, query: &str| {
            admin.get(&format!("/audit?{query}")).await.text.matches("<td class=\"num\"").count()
        };
        assert_eq!(count(&mut admin, "who=mai&action=sign_in").await, 2);
        assert_eq!(count(&mut admin, "who=khong-ai").await, 0);
        assert_eq!(count(&mut admin, "subject=unit:92").await, 1);
        assert_eq!(count(&mut admin, "to=23/11/2026").await, 0);
        assert_eq!(count(&mut admin, "from=24/11/2026&to=24/11/2026&action=sign_in").await, 2);
        let wrong = admin.get("/audit?from=hom-qua").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(admin.get("/audit?check=1").await.text.contains("Chuỗi nguyên vẹn"));
        run(&place, "UPDATE audit SET detail = '{}' WHERE seq = 9").await;
        assert!(admin.get("/audit?check=1").await.text.contains("Chuỗi đứt ở dòng 9"));
    }
}

#[tokio::test]
async fn details_are_told_as_names_and_values() {
    for place in Place::all().await {
        let cx = place.system();
        let mut tx = place.test.db.begin().await.unwrap();
        let detail = json!({
            "unit": TRAN_DE, "role": "officer", "rows": 12_500, "on": false, "packs": ["health", "admin"],
            "to": null, "depth": { "rows": 3 },
        });
        audit(&mut tx, &cx, "test.detail", "unit:92", &detail).await.unwrap();
        tx.commit().await.unwrap();
        let page = place.admin().await.get("/audit?action=test.detail").await.text;
        for pair in [
            "Đơn vị: Xã Trần Đề",
            "Vai trò: Công chức",
            "Số dòng: 12.500",
            "Đang bật: không",
            "Lĩnh vực: health, admin",
            "depth: (Số dòng: 3)",
        ] {
            assert!(page.contains(&format!("<small>{pair}</small>")), "{pair}: {page}");
        }
        assert!(!page.contains("Đến ngày:"), "what is empty is left out");
    }
}

#[tokio::test]
async fn the_export_holds_every_row_that_fits_and_is_itself_in_the_log() {
    for place in Place::all().await {
        write(&place, 2100).await;
        let mut admin = place.admin().await;
        let file = admin.get("/audit.csv?action=test.").await;
        assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
        assert_eq!(file.text.lines().count(), 2101);
        assert!(file.text.starts_with("seq,at,actor,action,"));
        assert!(admin.get("/audit?action=audit.export").await.text.contains("action=test."));
        let file = admin.get("/audit.csv?who=nobody").await;
        assert_eq!(file.text.lines().count(), 1);
    }
}

#[tokio::test]
async fn who_reads_the_log_of_a_commune_reads_nothing_about_others() {
    for place in Place::all().await {
        place.person("quan.xa", Role::Leader, TRAN_DE, Fields::All).await;
        place.person("cung.xa", Role::Officer, TRAN_DE, Fields::All).await;
        place.person("phuong", Role::Officer, SOC_TRANG, Fields::All).await;
        place.person("tinh", Role::Officer, CAN_THO, Fields::All).await;
        let mut leader = place.signed_in("quan.xa").await;
        let page = leader.get("/audit").await.text;
        assert!(page.contains("cung.xa") && page.contains(">quan.xa<"));
        assert!(!page.contains("phuong") && !page.contains(">tinh<") && !page.contains("Trần Thị Mai"));
    }
}
