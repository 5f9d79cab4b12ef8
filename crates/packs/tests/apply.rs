//! Applying packs into rows, and what a place changes in them, on both databases.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod place;

use packs::actions::overlay::{Place, look_up, remove, set};
use packs::{Change, Source, Standing, When, apply, apply_when, diff, list};
use place::{House, at, pack, things};
use serde_json::json;

const ONE: &str = "things:\n- {id: beds, value: 90}\n- {id: rate, value: 1, needs: beds}\n";

fn source(health: &str) -> Source {
    Source::texts([
        ("health/pack.yaml", pack("health", 40).as_str()),
        ("health/indicators.yaml", health),
        ("admin/pack.yaml", pack("admin", 10).as_str()),
        ("admin/indicators.yaml", "things:\n- {id: on_time, value: 95, needs: health.beds}\n"),
    ])
}

fn beds() -> Place {
    at("health", "indicators.yaml", "things/beds/value")
}

#[tokio::test]
async fn applied_packs_are_rows_a_list_an_event_and_a_line_in_the_audit() {
    for house in House::all().await {
        let report = apply(&house.cx, &source(ONE), &house.parts).await.unwrap();
        assert!(report.changed, "{}", house.name);
        assert_eq!(report.packs, [("admin".into(), Change::New), ("health".into(), Change::New)]);
        assert_eq!(report.rows, 3);
        assert_eq!(
            things(&house).await,
            [("admin.on_time".into(), 95.0), ("health.beds".into(), 90.0), ("health.rate".into(), 1.0)]
        );
        let all = house.packs().all();
        let ids: Vec<&str> = all.iter().map(|p| p.id.as_str()).collect();
        assert_eq!(ids, ["admin", "health"]);
        assert_eq!((all[1].count("indicator"), all[1].icon.as_str()), (2, "heart"));
        assert_eq!(house.events().await, ["packs.applied"]);
        assert_eq!(house.audit().await, ["packs.apply packs system:test"]);
        assert_eq!(house.applied(), 1);
    }
}

#[tokio::test]
async fn the_same_packs_again_change_nothing_and_say_so() {
    for house in House::all().await {
        apply(&house.cx, &source(ONE), &house.parts).await.unwrap();
        let before = list(&house.cx.db).await.unwrap();
        house.clock.advance_seconds(60);
        let again = apply(&house.cx, &source(ONE), &house.parts).await.unwrap();
        assert_eq!(again.to_string(), "Không có gì đổi: 2 gói vẫn như lần áp dụng trước.");
        assert!(!again.changed && again.packs.iter().all(|(_, c)| *c == Change::Same));
        assert_eq!(list(&house.cx.db).await.unwrap(), before);
        assert_eq!((house.events().await.len(), house.audit().await.len(), house.applied()), (1, 1, 1));
        let forced = apply_when(&house.cx, &source(ONE), &house.parts, When::Always).await.unwrap();
        assert!(forced.changed && forced.rows == 3);
        assert_eq!(list(&house.cx.db).await.unwrap(), before);
    }
}

#[tokio::test]
async fn a_faulty_pack_changes_nothing_at_all() {
    for house in House::all().await {
        apply(&house.cx, &source(ONE), &house.parts).await.unwrap();
        let bad = ONE.replace("value: 90", "value: 80").replace("needs: beds", "needs: bedz");
        let error = apply(&house.cx, &source(&bad), &house.parts).await.unwrap_err();
        assert_eq!(error.code(), "packs_faulty");
        let told = "packs/health/indicators.yaml:3:31: không có chỉ tiêu “bedz”. Có phải “health.beds”?";
        assert!(error.message().contains(told), "{}", error.message());
        assert_eq!(things(&house).await[1], ("health.beds".into(), 90.0));
        // One wrong key is one fault: what refers to that file is not told as well.
        let faults = packs::check(&source(&ONE.replace("value: 90", "value: 90, vlaue: 1")), &house.parts);
        assert_eq!(faults.len(), 1, "{faults:?}");
    }
}

#[tokio::test]
async fn a_part_that_fails_halfway_leaves_nothing_behind() {
    for house in House::all().await {
        let poison = ONE.replace("value: 90", "value: 666");
        let error = apply(&house.cx, &source(&poison), &house.parts).await.unwrap_err();
        assert_eq!(error.code(), "poison");
        assert_eq!(things(&house).await, []);
        assert!(list(&house.cx.db).await.unwrap().is_empty());
        assert_eq!(house.events().await.len() + house.audit().await.len(), 0);
    }
}

#[tokio::test]
async fn a_pack_that_is_gone_is_closed_and_one_that_comes_back_is_reopened() {
    for house in House::all().await {
        apply(&house.cx, &source(ONE), &house.parts).await.unwrap();
        let own = pack("health", 40);
        let alone = Source::texts([("health/pack.yaml", own.as_str()), ("health/indicators.yaml", ONE)]);
        let report = apply(&house.cx, &alone, &house.parts).await.unwrap();
        assert_eq!(report.packs, [("health".into(), Change::Same), ("admin".into(), Change::Closed)]);
        let rows = list(&house.cx.db).await.unwrap();
        assert!(rows.iter().any(|r| r.id == "admin" && r.closed_at.is_some()));
        assert_eq!(house.packs().all().len(), 1);
        let report = apply(&house.cx, &source(ONE), &house.parts).await.unwrap();
        assert_eq!(report.packs[0], ("admin".into(), Change::Reopened));
    }
}

#[tokio::test]
async fn the_folder_of_one_pack_leaves_the_others_as_they_were() {
    for house in House::all().await {
        apply(&house.cx, &source(ONE), &house.parts).await.unwrap();
        let folder = house.folder().join("health");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("pack.yaml"), pack("health", 40)).unwrap();
        std::fs::write(folder.join("indicators.yaml"), ONE.replace("90", "91")).unwrap();
        let report = apply(&house.cx, &Source::folder(&folder).unwrap(), &house.parts).await.unwrap();
        assert_eq!(report.packs, [("admin".into(), Change::Same), ("health".into(), Change::Changed)]);
        assert_eq!(things(&house).await[1], ("health.beds".into(), 91.0));
    }
}

#[tokio::test]
async fn a_place_s_own_value_is_in_force_at_once_and_survives_an_upgrade() {
    for house in House::all().await {
        apply(&house.cx, &source(ONE), &house.parts).await.unwrap();
        set(&house.cx, &beds(), json!(85), &house.parts).await.unwrap();
        assert_eq!(things(&house).await[1], ("health.beds".into(), 85.0));
        assert_eq!(look_up(&house.cx, &beds()).await.unwrap(), (Some(json!(90)), Some(json!(85))));
        assert_eq!(house.audit().await[1], "packs.overlay.set pack:health system:test");

        let newer = ONE.replace("value: 1,", "value: 2,");
        let report = apply(&house.cx, &source(&newer), &house.parts).await.unwrap();
        assert_eq!(report.conflicts().count(), 0);
        assert_eq!(things(&house).await[1..], [("health.beds".into(), 85.0), ("health.rate".into(), 2.0)]);
        let again = apply(&house.cx, &source(&newer), &house.parts).await.unwrap();
        assert!(!again.changed);

        remove(&house.cx, &beds(), &house.parts).await.unwrap();
        assert_eq!(things(&house).await[1], ("health.beds".into(), 90.0));
        let error = remove(&house.cx, &beds(), &house.parts).await.unwrap_err();
        assert_eq!(error.code(), "overlay_not_found");
    }
}

#[tokio::test]
async fn a_value_whose_base_changed_is_listed_until_somebody_sets_it_again() {
    for house in House::all().await {
        apply(&house.cx, &source(ONE), &house.parts).await.unwrap();
        set(&house.cx, &beds(), json!(85), &house.parts).await.unwrap();
        let newer = source(&ONE.replace("90", "92"));
        let seen = diff(&house.cx.db, &newer).await.unwrap();
        assert_eq!(seen.overlays[0].standing, Standing::BaseChanged);
        assert_eq!(
            seen.to_string(),
            "health/indicators.yaml things/beds/value: 90 → 92\nChỗ sửa riêng: health/indicators.yaml \
             things/beds/value: riêng 85, bản kèm 92 (đang dùng, nhưng bản kèm đã đổi: hãy đặt lại hoặc bỏ)"
        );
        assert_eq!((seen.values.len(), seen.values[0].pointer.as_str()), (1, "things/beds/value"));
        assert_eq!((&seen.values[0].applied, &seen.values[0].source), (&Some(json!(90)), &Some(json!(92))));

        let report = apply(&house.cx, &newer, &house.parts).await.unwrap();
        let conflict: Vec<_> = report.conflicts().map(|o| (o.standing, o.shipped.clone())).collect();
        assert_eq!(conflict, [(Standing::BaseChanged, Some(json!(92)))]);
        assert_eq!(things(&house).await[1], ("health.beds".into(), 85.0));

        let report = set(&house.cx, &beds(), json!(85), &house.parts).await.unwrap();
        assert_eq!(report.overlays[0].standing, Standing::InForce);
        let same = source(&ONE.replace("90", "85"));
        let report = apply(&house.cx, &same, &house.parts).await.unwrap();
        assert_eq!(report.overlays[0].standing, Standing::SameAsShipped);
    }
}

#[tokio::test]
async fn a_value_that_makes_a_pack_faulty_is_refused_and_nothing_changes() {
    for house in House::all().await {
        apply(&house.cx, &source(ONE), &house.parts).await.unwrap();
        for (pointer, value, code) in [
            ("things/beds/value", json!("nhiều"), "overlay_faulty"),
            ("things/rate/needs", json!("bedz"), "overlay_faulty"),
            ("things/bedz/value", json!(1), "overlay_nowhere"),
            ("things/beds/id", json!("x"), "overlay_nowhere"),
            ("things/beds/nothing", json!(null), "overlay_nowhere"),
        ] {
            let place = at("health", "indicators.yaml", pointer);
            let error = set(&house.cx, &place, value, &house.parts).await.unwrap_err();
            assert_eq!(error.code(), code, "{pointer}");
        }
        for (place, code) in [
            (at("helth", "indicators.yaml", "x"), "pack_not_found"),
            (at("health", "indicator.yaml", "x"), "pack_file_not_found"),
        ] {
            assert_eq!(set(&house.cx, &place, json!(1), &house.parts).await.unwrap_err().code(), code);
        }
        assert_eq!(house.audit().await.len(), 1);
    }
}

#[tokio::test]
async fn an_upgrade_that_no_longer_bears_a_value_is_applied_without_it_and_tells() {
    for house in House::all().await {
        apply(&house.cx, &source(ONE), &house.parts).await.unwrap();
        let needs = at("health", "indicators.yaml", "things/rate/needs");
        let extra = at("health", "indicators.yaml", "things/extra");
        set(&house.cx, &extra, json!({ "value": 7 }), &house.parts).await.unwrap();
        set(&house.cx, &needs, json!("extra"), &house.parts).await.unwrap();
        set(&house.cx, &beds(), json!(85), &house.parts).await.unwrap();
        assert_eq!(things(&house).await.len(), 4);

        // The new pack has no `rate`: its value is lost, the others stay in force.
        let without = "things:\n- {id: beds, value: 90}\n";
        let report = apply(&house.cx, &source(without), &house.parts).await.unwrap();
        let told: Vec<_> = report.overlays.iter().map(|o| (o.row.pointer.as_str(), o.standing)).collect();
        assert_eq!(
            told,
            [
                ("things/beds/value", Standing::InForce),
                ("things/extra", Standing::InForce),
                ("things/rate/needs", Standing::Lost),
            ]
        );
        // The new pack does not allow what the place set: the values of that file are set aside, and told.
        let strict = "most: 80\nthings:\n- {id: beds, value: 70}\n- {id: rate, value: 1}\n";
        let report = apply(&house.cx, &source(strict), &house.parts).await.unwrap();
        assert!(report.conflicts().any(|o| o.standing == Standing::Refused));
        assert_eq!(things(&house).await[1], ("health.beds".into(), 70.0));
        let again = apply(&house.cx, &source(strict), &house.parts).await.unwrap();
        assert!(!again.changed);
        // Back to the old one: what was set aside is in force again.
        apply(&house.cx, &source(ONE), &house.parts).await.unwrap();
        assert_eq!(things(&house).await[1], ("health.beds".into(), 85.0));
    }
}

#[tokio::test]
async fn the_owner_on_a_day_is_the_one_of_that_time() {
    for house in House::all().await {
        apply(&house.cx, &source(ONE), &house.parts).await.unwrap();
        let name = |iso: &str| {
            let day = foundation::Date::parse(iso).unwrap();
            house.packs().owner("health", day).map(|o| (o.name.vi, o.verified))
        };
        assert_eq!(name("2024-12-31"), None);
        assert_eq!(name("2025-01-01"), Some(("Sở cũ".into(), true)));
        assert_eq!(name("2026-11-22"), Some(("Sở mới".into(), false)));
    }
}

#[tokio::test]
async fn of_two_that_apply_at_once_one_wins_and_the_other_is_told() {
    for house in House::all().await {
        let (a, b) = (source(ONE), source(&ONE.replace("90", "91")));
        let both = tokio::join!(apply(&house.cx, &a, &house.parts), apply(&house.cx, &b, &house.parts));
        let results = [both.0, both.1];
        let lost: Vec<_> =
            results.iter().filter_map(|r| r.as_ref().err().map(foundation::Error::code)).collect();
        assert!(lost.is_empty() || lost == ["packs_moved"], "{lost:?}");
        assert_eq!(things(&house).await.len(), 3);
    }
}
