//! Who reported is known to the intake desk alone: not on a handler's page, not in the API, not in the audit
//! log, the history, events, or the index of words.

use cases::actions::step::TakeStep;
use cases::case::Given;
use cases::store::lists::{self, Filter, Sees};
use http::StatusCode;

use crate::place::{EMAIL, House, NAME, PHONE, WARD_OFFICE};

fn tells(text: &str) -> bool {
    let folded = foundation::text::fold(text);
    [NAME, PHONE, EMAIL].iter().any(|secret| text.contains(secret))
        || folded.contains(&foundation::text::fold(NAME))
        || folded.contains(&foundation::text::fold(EMAIL))
}

#[tokio::test]
async fn the_desk_sees_who_reported_and_nobody_else_does() {
    for house in House::all().await {
        let receipt = house.report("Hỏng đèn đường", "street_light").await;
        let given = Given {
            agency: Some(WARD_OFFICE),
            public_text: Some("Đèn đường hỏng".into()),
            ..Given::default()
        };
        let take = TakeStep { step: "take_in".into(), given, seen: None };
        take.run(&house.as_("desk"), receipt.case.seq).await.unwrap();
        let page = format!("/cases/{}", receipt.code);
        assert!(tells(&house.get("desk", &page).await.text()), "{}", house.name);
        for who in ["officer", "leader", "duty", "admin", "viewer"] {
            for path in [page.as_str(), "/cases", "/cases?tab=new"] {
                let reply = house.get(who, path).await;
                assert_eq!(reply.status, StatusCode::OK, "{who} {path}");
                assert!(!tells(&reply.text()), "{who} {path}");
            }
            // Whoever guesses a name or a number learns nothing by searching for it.
            for typed in ["bay+tram", PHONE, "example.vn"] {
                let reply = house.get(who, &format!("/cases?q={typed}")).await;
                assert!(!reply.text().contains(&receipt.code), "{who} {typed}");
            }
        }
        for who in ["", "other"] {
            assert_ne!(house.get(who, &page).await.status, StatusCode::OK, "{who}");
        }
    }
}

#[tokio::test]
async fn open311_tells_nothing_of_who_reported_nor_of_what_they_wrote() {
    for house in House::all().await {
        let fields = [
            ("service_code", "street_light"),
            ("address_id", "31135"),
            ("address_string", "Nhà bà Bảy, đường số 4"),
            ("description", "Đèn trước nhà bà Bảy hỏng, gọi 0912345678"),
            ("last_name", "Nguyễn Thị"),
            ("first_name", "Bảy Trăm"),
            ("phone", PHONE),
            ("email", EMAIL),
        ];
        let sent = house.form("", "/open311/v2/requests.json", &fields).await;
        assert!(sent.status == StatusCode::OK && !tells(&sent.text()), "{}", sent.text());
        let code = sent.json()[0]["service_request_id"].as_str().unwrap().to_owned();
        let id: i64 = code.rsplit('-').next().unwrap().parse().unwrap();
        let who = cases::store::people::reporter(&house.cx.db, id).await.unwrap().unwrap();
        assert_eq!((who.name.as_str(), who.phone.as_str()), (NAME, PHONE), "the desk has it");
        let look = async |status: StatusCode| {
            for path in ["requests/{}.json", "requests/{}.xml", "requests.json", "requests.xml"] {
                let path = format!("/open311/v2/{}", path.replace("{}", &code));
                // Not to a stranger, nor to a program or a person with rights of their own.
                for as_whom in ["", "key", "desk", "admin"] {
                    let reply = house.get(as_whom, &path).await;
                    let one = path.contains(&code);
                    assert_eq!(reply.status, if one { status } else { StatusCode::OK }, "{path}");
                    assert!(!tells(&reply.text()), "{} {as_whom} {path}: {}", house.name, reply.text());
                    assert!(!reply.text().contains("bà Bảy"), "{as_whom} {path}");
                }
            }
        };
        look(StatusCode::NOT_FOUND).await;
        let given = Given {
            agency: Some(WARD_OFFICE),
            public_text: Some("Đèn đường hỏng".into()),
            ..Given::default()
        };
        let take = TakeStep { step: "take_in".into(), given, seen: None };
        take.run(&house.as_("desk"), id).await.unwrap();
        look(StatusCode::OK).await;
    }
}

#[tokio::test]
async fn no_log_no_event_no_history_and_no_word_tells_who_reported() {
    for house in House::all().await {
        let receipt = house.report("Hỏng đèn đường", "street_light").await;
        let given = Given { agency: Some(WARD_OFFICE), ..Given::default() };
        let take = TakeStep { step: "take_in".into(), given, seen: None };
        take.run(&house.as_("desk"), receipt.case.seq).await.unwrap();
        for sql in [
            "SELECT detail || actor || subject AS t FROM audit",
            "SELECT payload AS t FROM outbox",
            "SELECT text || detail || actor AS t FROM case_entry",
            "SELECT title || content || address || public_text || answer AS t FROM cases",
        ] {
            for text in house.column(sql).await {
                assert!(!tells(&text), "{} {sql}: {text}", house.name);
            }
        }
        for typed in ["bay tram", PHONE, "example"] {
            let filter = Filter { text: typed.into(), ..Filter::default() };
            let found = lists::page(&house.cx.db, &Sees::All, &filter, None, 10).await.unwrap();
            assert!(found.is_empty(), "{typed}");
        }
    }
}

#[tokio::test]
async fn the_receipt_is_kept_as_a_hash_and_opens_only_its_own_case() {
    for house in House::all().await {
        let one = house.report("Một", "street_light").await;
        let two = house.report("Hai", "street_light").await;
        let of = |secret: &str| {
            let kept = cases::receipt::kept(secret);
            let db = house.cx.db.clone();
            async move { cases::store::people::of_receipt(&db, &kept).await.unwrap() }
        };
        assert_eq!(of(&one.secret).await, Some(one.case.seq));
        assert_eq!(of(&two.secret.to_lowercase()).await, Some(two.case.seq));
        assert_eq!(of("AAAA-AAAA-AAAA-AAAA").await, None);
    }
}

#[tokio::test]
async fn a_remark_to_a_colleague_reaches_neither_the_reporter_nor_the_public() {
    for house in House::all().await {
        let receipt = house.report("Hỏng đèn đường", "street_light").await;
        let given = Given {
            agency: Some(WARD_OFFICE),
            text: "Người này hay gọi, làm cho nhanh.".into(),
            public_text: Some("Đèn đường hỏng".into()),
            ..Given::default()
        };
        let take = TakeStep { step: "take_in".into(), given, seen: None };
        take.run(&house.as_("desk"), receipt.case.seq).await.unwrap();
        let told = Given { text: "Đã cử người đi xem.".into(), ..Given::default() };
        let tell = TakeStep { step: "tell".into(), given: told, seen: None };
        tell.run(&house.as_("officer"), receipt.case.seq).await.unwrap();
        let mine = format!("/report/{}?k={}", receipt.code, receipt.secret);
        for path in [
            mine,
            format!("/report/{}/data?k={}", receipt.code, receipt.secret),
            format!("/reports/{}", receipt.code),
        ] {
            let text = house.get("", &path).await.text();
            assert!(!text.contains("hay gọi"), "{} {path}", house.name);
            assert!(text.contains("Đã cử người đi xem"), "{path}");
        }
        assert!(house.get("officer", &format!("/cases/{}", receipt.code)).await.text().contains("hay gọi"));
    }
}
