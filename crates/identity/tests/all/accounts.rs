//! People, grants and keys.

use foundation::Date;
use http::{Request, StatusCode};
use identity::actions::create_key::CreateKey;
use identity::actions::disable::Disable;
use identity::actions::give_grant::GiveGrant;
use identity::actions::revoke_grant::RevokeGrant;
use identity::store::{accounts, contacts, grants};
use identity::vault;
use kit::house::Authenticator;
use kit::{Actor, Context, Fields, Permission, Role, Scope, Session, UnitId};
use storage::{InstallationKey, args};

use crate::support::{BA_DINH, Browser, CAN_THO, HA_NOI, PASSWORD, Place, SOC_TRANG, TRAN_DE};

fn health() -> Fields {
    Fields::Some(["health".to_owned()].into())
}

/// What the holder of these cookies or this key is and sees.
async fn session(place: &Place, browser: &Browser) -> kit::Session {
    let mut request = Request::get("/");
    if let Some(text) = browser.cookies.get("session") {
        request = request.header("cookie", format!("session={text}"));
    }
    if let Some(key) = &browser.key {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    let (parts, ()) = request.body(()).unwrap().into_parts();
    place.house.get::<identity::Auth>().unwrap().session(&parts).await.unwrap()
}

async fn scope(place: &Place, browser: &Browser) -> Scope {
    session(place, browser).await.scope
}

/// The context of somebody signed in.
async fn acting(place: &Place, browser: &Browser) -> Context {
    let session = session(place, browser).await;
    Context { actor: session.actor, scope: session.scope, ..place.system() }
}

async fn mai(place: &Place) -> uuid::Uuid {
    accounts::secrets_of(&place.test.db, "mai").await.unwrap().unwrap().id
}

#[tokio::test]
async fn somebody_is_invited_sets_a_password_and_sees_what_was_granted() {
    for place in Place::all().await {
        let mut admin = place.admin().await;
        let form = [
            ("name", "Trần Minh Khang"),
            ("sign_in", "khang.tm"),
            ("role", "officer"),
            ("unit", "31673 Xã Trần Đề"),
            ("packs", "health"),
        ];
        let given = admin.post("/accounts", &form).await;
        assert_eq!(given.status, StatusCode::CREATED, "{}", given.text);
        let start = given.text.find("http://ioc.cantho.example/invitation?token=").unwrap();
        let link =
            given.text[start..].split('"').next().unwrap().trim_start_matches("http://ioc.cantho.example");
        let mut khang = place.browser();
        let page = khang.get(link).await;
        assert!(page.text.contains("khang.tm"));
        let token = page.field("token");
        let form = [("token", token.as_str()), ("password", PASSWORD), ("again", PASSWORD)];
        assert_eq!(khang.post("/invitation", &form).await.location(), "/");
        assert_eq!(place.browser().post("/invitation", &form).await.status, StatusCode::NOT_FOUND);
        let seen = scope(&place, &khang).await;
        assert!(seen.writes(TRAN_DE, "health") && !seen.reads(TRAN_DE, "finance"));
        assert!(!seen.reads(SOC_TRANG, "health") && !seen.reads(CAN_THO, "health"));
        assert!(matches!(session(&place, &khang).await.actor, Actor::Person { role: Role::Officer, .. }));
        assert_eq!(khang.get("/accounts").await.status, StatusCode::FORBIDDEN);
        assert!(admin.get("/accounts?q=Khang").await.text.contains("Xã Trần Đề"));
        assert!(!admin.get("/accounts?q=nobody").await.text.contains("Khang"));
    }
}

#[tokio::test]
async fn two_names_that_look_alike_are_one() {
    for place in Place::all().await {
        let mut admin = place.admin().await;
        let answer = admin.post("/accounts", &[("name", "Mai khác"), ("sign_in", "MAI")]).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(answer.text.contains("đã có người dùng") && answer.text.contains("Mai khác"));
    }
}

#[tokio::test]
async fn a_new_grant_and_a_revoked_one_are_felt_at_once() {
    for place in Place::all().await {
        let id = place.person("khang", Role::Viewer, TRAN_DE, Fields::All).await;
        let khang = place.signed_in("khang").await;
        assert!(!scope(&place, &khang).await.reads(SOC_TRANG, "health"));
        let grant = place.grant(id, Role::Officer, SOC_TRANG, health()).await;
        assert!(scope(&place, &khang).await.writes(SOC_TRANG, "health"));
        assert!(!scope(&place, &khang).await.writes(TRAN_DE, "health"));
        let mut admin = place.admin().await;
        let path = format!("/accounts/{id}/revoke");
        let answer = admin.post(&path, &[("grant", &grant.to_string())]).await;
        assert_eq!(answer.location(), format!("/accounts/{id}"), "{}", answer.text);
        assert!(!scope(&place, &khang).await.reads(SOC_TRANG, "health"));
        assert!(scope(&place, &khang).await.reads(TRAN_DE, "health"));
    }
}

#[tokio::test]
async fn a_grant_begins_on_its_first_day_and_ends_after_its_last() {
    for place in Place::all().await {
        let id = place.person("khang", Role::Viewer, SOC_TRANG, Fields::All).await;
        let mut admin = place.admin().await;
        let form = [("role", "viewer"), ("unit", "31673"), ("from", "25/11/2026"), ("to", "25/11/2026")];
        let answer = admin.post(&format!("/accounts/{id}/grant"), &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let reads = async || {
            let khang = place.signed_in("khang").await;
            scope(&place, &khang).await.reads(TRAN_DE, "health")
        };
        assert!(!reads().await);
        place.clock.advance_seconds(86_400);
        assert!(reads().await);
        place.clock.advance_seconds(86_400);
        assert!(!reads().await);
    }
}

#[tokio::test]
async fn an_administrator_gives_nobody_more_than_they_hold() {
    for place in Place::all().await {
        place.person("quan.xa", Role::Admin, TRAN_DE, Fields::All).await;
        let other = place.person("khang", Role::Viewer, TRAN_DE, Fields::All).await;
        let above = place.person("lanh.dao", Role::Leader, CAN_THO, Fields::All).await;
        let mut admin = place.signed_in("quan.xa").await;
        let cx = acting(&place, &admin).await;
        let give = |account, unit, packs| GiveGrant {
            account,
            role: Role::Officer,
            unit,
            packs,
            valid_from: None,
            valid_to: None,
        };
        let refused = give(other, SOC_TRANG, Fields::All).run(&cx).await.unwrap_err();
        assert_eq!(refused.code(), "beyond_own_grant");
        assert_eq!(give(above, TRAN_DE, Fields::All).run(&cx).await.unwrap_err().code(), "beyond_own_grant");
        assert_eq!(Disable(above).run(&cx).await.unwrap_err().code(), "beyond_own_grant");
        assert_eq!(Disable(mai(&place).await).run(&cx).await.unwrap_err().code(), "beyond_own_grant");
        let key = CreateKey { name: "x".into(), unit: CAN_THO, packs: health(), last_day: None };
        assert_eq!(key.run(&cx).await.unwrap_err().code(), "beyond_own_grant");
        give(other, TRAN_DE, health()).run(&cx).await.unwrap();
        let list = admin.get("/accounts").await.text;
        assert!(list.contains("khang") && !list.contains("lanh.dao") && !list.contains("Trần Thị Mai"));
        assert_eq!(admin.get(&format!("/accounts/{above}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(admin.post(&format!("/accounts/{above}/invite"), &[]).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_last_administrator_stays() {
    for place in Place::all().await {
        let cx = place.system();
        let id = mai(&place).await;
        let grant = grants::of_account(&place.test.db, id).await.unwrap()[0].id;
        assert_eq!(RevokeGrant(grant).run(&cx).await.unwrap_err().code(), "last_admin");
        assert_eq!(Disable(id).run(&cx).await.unwrap_err().code(), "last_admin");
        let mut admin = place.admin().await;
        let own = admin.post(&format!("/accounts/{id}/disable"), &[]).await;
        assert_eq!(own.status, StatusCode::CONFLICT);
        place.person("hai", Role::Admin, CAN_THO, Fields::All).await;
        RevokeGrant(grant).run(&cx).await.unwrap();
        assert_eq!(admin.get("/accounts").await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn a_barred_person_is_out_at_once_and_comes_back_when_admitted() {
    for place in Place::all().await {
        let id = place.person("khang", Role::Officer, TRAN_DE, Fields::All).await;
        let mut khang = place.signed_in("khang").await;
        assert_eq!(khang.get("/me").await.status, StatusCode::OK);
        let mut admin = place.admin().await;
        admin.post(&format!("/accounts/{id}/disable"), &[]).await;
        assert_eq!(khang.get("/me").await.status, StatusCode::SEE_OTHER);
        assert_eq!(place.browser().sign_in("khang", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
        assert!(admin.get("/accounts?show=disabled").await.text.contains("khang"));
        assert_eq!(admin.post(&format!("/accounts/{id}/invite"), &[]).await.status, StatusCode::CONFLICT);
        admin.post(&format!("/accounts/{id}/enable"), &[]).await;
        place.signed_in("khang").await;
    }
}

#[tokio::test]
async fn somebody_holds_any_roles_each_at_its_own_place() {
    for place in Place::all().await {
        let id = place.person("khang", Role::Officer, SOC_TRANG, Fields::All).await;
        let mut admin = place.admin().await;
        let mut give = async |role, unit| {
            let form = [("role", role), ("unit", unit)];
            admin.post(&format!("/accounts/{id}/grant"), &form).await.status
        };
        assert_eq!(give("leader", "31673").await, StatusCode::SEE_OTHER);
        assert_eq!(give("officer", "31673 Xã Trần Đề").await, StatusCode::SEE_OTHER);
        assert_eq!(give("intake", "31507").await, StatusCode::SEE_OTHER);
        assert_eq!(give("officer", "31673").await, StatusCode::CONFLICT, "the same grant twice");
        assert_eq!(give("integration", "31673").await, StatusCode::UNPROCESSABLE_ENTITY);
        let Session { actor, scope } = session(&place, &place.signed_in("khang").await).await;
        assert!(matches!(actor, Actor::Person { role: Role::Leader, .. }), "the heading is the highest");
        let roles = [Role::Leader, Role::Officer, Role::Intake];
        for permission in Permission::ALL {
            let held = roles.iter().any(|r| r.permissions().contains(permission));
            assert_eq!(actor.may(permission), held, "{permission:?}");
        }
        assert!(scope.sets_targets(TRAN_DE, "health") && !scope.sets_targets(SOC_TRANG, "health"));
        assert!(scope.writes(TRAN_DE, "health") && scope.writes(SOC_TRANG, "health"));
        assert!(scope.allows(Permission::ReadReporter, SOC_TRANG, "health"));
        assert!(!scope.allows(Permission::ReadReporter, TRAN_DE, "health"));
        let list = admin.get("/accounts?q=khang").await.text;
        assert!(list.contains("Công chức, Lãnh đạo, Tiếp nhận (IOC, tổng đài 1022)<"), "{list}");
    }
}

#[tokio::test]
async fn a_permission_goes_with_the_grant_that_gave_it() {
    for place in Place::all().await {
        let id = place.person("khang", Role::Viewer, TRAN_DE, Fields::All).await;
        let grant = place.grant(id, Role::Admin, SOC_TRANG, Fields::All).await;
        let mut khang = place.signed_in("khang").await;
        assert_eq!(khang.get("/accounts").await.status, StatusCode::OK);
        RevokeGrant(grant).run(&place.system()).await.unwrap();
        assert_eq!(khang.get("/accounts").await.status, StatusCode::FORBIDDEN);
        // A grant whose commune was split reaches nothing, so it allows nothing either.
        place.grant(id, Role::Admin, TRAN_DE, Fields::All).await;
        assert_eq!(khang.get("/accounts").await.status, StatusCode::OK);
        place.end_tran_de(&[(SOC_TRANG, 0.5), (BA_DINH, 0.5)]).await;
        assert_eq!(khang.get("/accounts").await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn a_place_outside_the_installation_cannot_be_granted() {
    for place in Place::all().await {
        let id = place.person("khang", Role::Viewer, TRAN_DE, Fields::All).await;
        let mut admin = place.admin().await;
        for outside in ["01 Thành phố Hà Nội", "Phường Ba Đình", "", "99999"] {
            let form = [("role", "viewer"), ("unit", outside)];
            let answer = admin.post(&format!("/accounts/{id}/grant"), &form).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{outside}");
        }
        let khang = place.signed_in("khang").await;
        let seen = scope(&place, &khang).await;
        assert!(!seen.reads(HA_NOI, "health") && !seen.reads(BA_DINH, "health"));
    }
}

#[tokio::test]
async fn a_grant_follows_a_commune_into_the_one_it_was_merged_with() {
    for place in Place::all().await {
        place.person("khang", Role::Officer, TRAN_DE, health()).await;
        place.end_tran_de(&[(SOC_TRANG, 1.0)]).await;
        let khang = place.signed_in("khang").await;
        let seen = scope(&place, &khang).await;
        assert!(seen.writes(SOC_TRANG, "health") && seen.reads(TRAN_DE, "health"));
        assert!(
            !place.admin().await.get("/accounts").await.text.contains("Đơn vị của những người này đã tách")
        );
    }
}

#[tokio::test]
async fn a_grant_on_a_commune_that_was_split_waits_for_an_administrator() {
    for place in Place::all().await {
        let id = place.person("khang", Role::Officer, TRAN_DE, health()).await;
        place.end_tran_de(&[(SOC_TRANG, 0.5), (BA_DINH, 0.5)]).await;
        let khang = place.signed_in("khang").await;
        let seen = scope(&place, &khang).await;
        assert!(!seen.reads(SOC_TRANG, "health") && !seen.reads(TRAN_DE, "health"));
        let mut admin = place.admin().await;
        assert!(admin.get("/accounts").await.text.contains("Đơn vị của những người này đã tách"));
        let page = admin.get(&format!("/accounts/{id}")).await.text;
        assert!(page.contains("đã tách thành Phường Ba Đình, Phường Sóc Trăng"), "{page}");
        let form = [("role", "officer"), ("unit", "31507"), ("packs", "health")];
        admin.post(&format!("/accounts/{id}/grant"), &form).await;
        assert!(scope(&place, &khang).await.writes(SOC_TRANG, "health"));
    }
}

#[tokio::test]
async fn a_key_is_shown_once_works_in_its_reach_and_stops_when_revoked() {
    for place in Place::all().await {
        let mut admin = place.admin().await;
        let form =
            [("name", "Cổng dịch vụ công"), ("unit", "92"), ("packs", "admin"), ("last_day", "30/11/2026")];
        let given = admin.post("/keys", &form).await;
        assert_eq!(given.status, StatusCode::CREATED, "{}", given.text);
        let start = given.text.find("tc_").unwrap();
        let text = given.text[start..].split('"').next().unwrap().to_owned();
        assert!(!admin.get("/keys").await.text.contains(&text));
        let mut program = place.browser();
        program.key = Some(text.clone());
        let found = session(&place, &program).await;
        assert!(matches!(found.actor, Actor::Key { .. }));
        assert!(found.scope.writes(TRAN_DE, "admin") && !found.scope.reads(TRAN_DE, "health"));
        let used: Option<(Option<i64>,)> =
            place.test.db.one("SELECT last_used_at FROM api_key", args![]).await.unwrap();
        assert!(used.unwrap().0.is_some());
        // A key is no person, and the cookie beside it does not make it one.
        program.cookies = admin.cookies.clone();
        assert_eq!(program.get("/accounts").await.status, StatusCode::FORBIDDEN);
        program.key = Some("tc_wrong".into());
        assert_eq!(session(&place, &program).await.actor, Actor::Public);
        program.key = Some(text.clone());
        program.cookies.clear();
        place.clock.advance_seconds(7 * 86_400);
        assert_eq!(session(&place, &program).await.actor, Actor::Public);

        let mut admin = place.admin().await;
        let key = CreateKey { name: "hai".into(), unit: TRAN_DE, packs: Fields::All, last_day: None };
        let (id, text) = key.run(&place.system()).await.unwrap();
        program.key = Some(text);
        assert!(session(&place, &program).await.actor.is_signed_in());
        admin.post(&format!("/keys/{id}/revoke"), &[]).await;
        assert_eq!(session(&place, &program).await.actor, Actor::Public);
    }
}

#[tokio::test]
async fn a_new_invitation_is_the_way_back_for_a_lost_phone() {
    for place in Place::all().await {
        let id = place.person("khang", Role::Viewer, TRAN_DE, Fields::All).await;
        let mut tx = place.test.db.begin().await.unwrap();
        let sealed = vault::seal(&InstallationKey::of([3; 32]), id, &[7; 20]).unwrap();
        accounts::want_totp(&mut tx, id, &sealed).await.unwrap();
        assert!(accounts::confirm_totp(&mut tx, id, &sealed.bytes).await.unwrap());
        tx.commit().await.unwrap();
        let mut admin = place.admin().await;
        let given = admin.post(&format!("/accounts/{id}/invite"), &[]).await;
        let token = given.text.split("token=").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let new = "một bài hát ru của bà ngoại";
        let form = [("token", token.as_str()), ("password", new), ("again", new)];
        place.browser().post("/invitation", &form).await;
        assert_eq!(place.browser().sign_in("khang", new).await.status, StatusCode::SEE_OTHER);
        assert!(!accounts::get(&place.test.db, id).await.unwrap().two_step);
        assert!(Date::of(place.now()) > Date(0));
    }
}

#[tokio::test]
async fn where_one_is_told_things_is_ones_own_to_write_and_erase_and_no_log_repeats_it() {
    for place in Place::all().await {
        let lan = place.person("lan", Role::Officer, SOC_TRANG, Fields::All).await;
        let mut browser = place.signed_in("lan").await;
        let wrong = browser.post("/me/contacts", &[("email", "lan"), ("phone", "")]).await;
        assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.text.contains("ten@coquan.gov.vn"));
        let wrong = browser.post("/me/contacts", &[("email", ""), ("phone", "113")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let form = [("email", "lan@cantho.example"), ("phone", "0912 345 678")];
        assert_eq!(browser.post("/me/contacts", &form).await.status, StatusCode::SEE_OTHER);
        let shown = browser.get("/me").await;
        assert_eq!((shown.field("email"), shown.field("phone")), (form[0].1.into(), form[1].1.into()));
        let kept = contacts::of(&place.house.db, lan).await.unwrap().unwrap();
        assert_eq!(kept.email.as_deref(), Some("lan@cantho.example"));
        let day = Date::of(place.now());
        let there = async |units: &[UnitId], after| {
            contacts::in_units(&place.house.db, units, day, after, 10).await.unwrap()
        };
        assert_eq!(there(&[SOC_TRANG, TRAN_DE], None).await, [lan]);
        assert!(there(&[SOC_TRANG], Some(lan)).await.is_empty() && there(&[TRAN_DE], None).await.is_empty());
        assert_eq!(
            browser.post("/me/contacts", &[("email", " "), ("phone", "")]).await.status,
            StatusCode::SEE_OTHER
        );
        let kept = contacts::of(&place.house.db, lan).await.unwrap().unwrap();
        assert_eq!((kept.email, kept.phone), (None, None), "{}", place.test.name());
        let log: Vec<(String, String)> = place
            .house
            .db
            .all("SELECT action, detail FROM audit WHERE action = 'account.contacts'", args![])
            .await
            .unwrap();
        assert!(log.len() == 2 && log.iter().all(|(_, detail)| detail == "{}"));
        Disable(lan).run(&place.system()).await.unwrap();
        assert!(contacts::of(&place.house.db, lan).await.unwrap().is_none());
        assert!(there(&[SOC_TRANG], None).await.is_empty(), "who is barred is told nothing");
    }
}

#[tokio::test]
async fn who_handles_cases_at_a_unit_is_known_the_nearest_first_and_nobody_barred() {
    for place in Place::all().await {
        let auth = place.house.get::<identity::Auth>().unwrap();
        let names = async |unit: UnitId, pack: &str| -> Vec<uuid::Uuid> {
            let all = auth.holders(Permission::HandleCases, unit, pack).await.unwrap();
            all.into_iter().map(|h| h.id).collect()
        };
        let before = names(TRAN_DE, "petitions").await;
        let city = place.person("truc.ban", Role::DutyOfficer, CAN_THO, Fields::All).await;
        let near = place.person("can.bo", Role::Officer, TRAN_DE, Fields::All).await;
        let field = place.person("y.te", Role::Officer, TRAN_DE, health()).await;
        let leader = place.person("chu.tich", Role::Leader, TRAN_DE, Fields::All).await;
        let far = place.person("ha.noi", Role::Officer, HA_NOI, Fields::All).await;
        let found = names(TRAN_DE, "petitions").await;
        let new: Vec<uuid::Uuid> = found.into_iter().filter(|id| !before.contains(id)).collect();
        assert_eq!(new, [near, city], "{}", place.test.name());
        assert!(names(TRAN_DE, "health").await.contains(&field));
        assert!(!names(TRAN_DE, "health").await.contains(&leader));
        assert!(!names(TRAN_DE, "petitions").await.contains(&far));
        Disable(near).run(&place.system()).await.unwrap();
        assert!(!names(TRAN_DE, "petitions").await.contains(&near));
    }
}

#[tokio::test]
async fn a_grant_on_a_unit_that_was_joined_whole_handles_the_cases_of_what_it_became() {
    for place in Place::all().await {
        let held = place.person("can.bo.cu", Role::Officer, TRAN_DE, Fields::All).await;
        place.end_tran_de(&[(SOC_TRANG, 1.0)]).await;
        let auth = place.house.get::<identity::Auth>().unwrap();
        let all = auth.holders(Permission::HandleCases, SOC_TRANG, "petitions").await.unwrap();
        assert!(all.iter().any(|h| h.id == held), "{}", place.test.name());
    }
}
