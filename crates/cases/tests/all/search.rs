//! Lists and search under a scope.

use cases::actions::step::TakeStep;
use cases::case::{Case, Given};
use cases::keeper;
use cases::store::lists::{self, After, Filter, Order, Sees};
use storage::{args, settings};

use crate::place::{CAI_KHE, House, TRAN_DE, WARD_OFFICE};

#[tokio::test]
async fn words_are_found_without_marks_under_the_readers_scope_only() {
    for house in House::all().await {
        house.report("Hỏng đèn đường Hai Bà Trưng", "street_light").await;
        house.report_at("Đèn đường ấp Cảng", "street_light", TRAN_DE).await;
        let found = async |typed: &str, sees: Sees| -> Vec<String> {
            let filter = Filter { text: typed.into(), ..Filter::default() };
            let found = lists::page(&house.cx.db, &sees, &filter, None, 10).await.unwrap();
            found.into_iter().map(|c| c.title).collect()
        };
        assert_eq!(found("den duong", Sees::All).await.len(), 2, "{}", house.name);
        assert_eq!(found("hai ba tru", Sees::All).await, ["Hỏng đèn đường Hai Bà Trưng"]);
        let ward = Sees::Units(vec![CAI_KHE, WARD_OFFICE]);
        assert_eq!(found("ĐÈN ĐƯỜNG", ward.clone()).await, ["Hỏng đèn đường Hai Bà Trưng"]);
        assert_eq!(found("ap cang", ward).await, Vec::<String>::new());
        assert_eq!(found("den duong", Sees::Public).await, Vec::<String>::new(), "nothing is published yet");
    }
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_double_in_both_orders() {
    for house in House::all().await {
        for n in 0..23 {
            house.report(&format!("Việc {n}"), if n % 3 == 0 { "manhole" } else { "street_light" }).await;
            house.clock.advance_seconds(60);
        }
        for order in [Order::Newest, Order::Due] {
            for sees in [Sees::All, Sees::Units(vec![CAI_KHE, WARD_OFFICE])] {
                let filter = Filter { order, ..Filter::default() };
                let mut seen = Vec::new();
                let mut after = None;
                loop {
                    let page = lists::page(&house.cx.db, &sees, &filter, after, 5).await.unwrap();
                    let Some(last) = page.last() else { break };
                    after = Some(After { due: last.due_at, seq: last.seq });
                    seen.extend(page.iter().map(|c| (c.due_at, c.seq)));
                }
                assert_eq!(seen.len(), 23, "{} {order:?} {sees:?}", house.name);
                let mut sorted = seen.clone();
                match order {
                    Order::Newest => sorted.sort_by_key(|s| std::cmp::Reverse(s.1)),
                    Order::Due => sorted.sort(),
                }
                assert_eq!(seen, sorted);
                assert_eq!(lists::count(&house.cx.db, &sees, &filter).await.unwrap().n, 23);
            }
        }
    }
}

#[tokio::test]
async fn filters_narrow_a_list() {
    for house in House::all().await {
        let id = house.report("Mất nắp cống", "manhole").await.case.seq;
        house.report("Rác", "waste_pile").await;
        let given = Given { agency: Some(WARD_OFFICE), ..Given::default() };
        let take = TakeStep { step: "take_in".into(), given, seen: None };
        take.run(&house.as_("desk"), id).await.unwrap();
        let titles = async |filter: Filter| -> Vec<String> {
            let found = lists::page(&house.cx.db, &Sees::All, &filter, None, 10).await.unwrap();
            found.into_iter().map(|c| c.title).collect()
        };
        let stages = |stages: &[i64]| Filter { stages: stages.to_vec(), ..Filter::default() };
        assert_eq!(titles(stages(&[0])).await, ["Rác"], "{}", house.name);
        assert_eq!(titles(stages(&[1, 2])).await, ["Mất nắp cống"]);
        let urgent = Filter { severities: vec!["urgent".into()], ..Filter::default() };
        assert_eq!(titles(urgent).await, ["Mất nắp cống"]);
        let both = Filter { categories: vec!["manhole".into(), "waste_pile".into()], ..Filter::default() };
        assert_eq!(titles(both).await.len(), 2);
        let late = Filter { due_before: Some(foundation::Instant(i64::MAX)), ..Filter::default() };
        assert_eq!(titles(late).await.len(), 2);
    }
}

/// What a filter asks of a case, said once more and plainly.
fn fits(filter: &Filter, sees: &Sees, case: &Case) -> bool {
    let text = |asked: &[String], own: &str| asked.is_empty() || asked.iter().any(|a| a == own);
    let number = |asked: &[i64], own: i64| asked.is_empty() || asked.contains(&own);
    let seen = match sees {
        Sees::All => true,
        Sees::Units(units) => units.contains(&case.place) || units.contains(&case.agency),
        Sees::Asked(_) => unreachable!("it is not among those that are tried"),
        Sees::Public => case.published,
    };
    seen && text(&filter.kinds, &case.kind)
        && text(&filter.categories, &case.category)
        && text(&filter.severities, &case.severity)
        && text(&filter.channels, &case.channel)
        && number(&filter.stages, case.stage)
        && number(&filter.places, case.place)
        && number(&filter.agencies, case.agency)
        && filter.due_before.is_none_or(|before| case.due_at.is_some_and(|at| at < before))
        && filter.paused.is_none_or(|paused| case.paused == paused)
        && filter.bounds.is_none_or(|[west, south, east, north]| {
            let within = |low: f64, at: Option<f64>, high: f64| at.is_some_and(|at| low <= at && at <= high);
            within(west, case.lon, east) && within(south, case.lat, north)
        })
        && (filter.text.is_empty() || case.title.contains("Gãy"))
}

#[tokio::test]
async fn every_mixture_of_filters_finds_what_a_plain_look_at_each_case_finds() {
    for house in House::all().await {
        for n in 0..40_i64 {
            let category = ["manhole", "street_light", "waste_pile"][(n % 3) as usize];
            let title = if n % 4 == 0 { format!("Gãy cột {n}") } else { format!("Việc {n}") };
            let place = if n % 5 < 3 { CAI_KHE } else { TRAN_DE };
            house.report_at(&title, category, place).await;
        }
        // States that steps would need days for.
        let mut tx = house.cx.db.begin().await.unwrap();
        let sql = "UPDATE cases SET stage = seq % 8, paused = (seq % 7 = 0), published = (seq % 3 > 0),
            solved_at = CASE WHEN seq % 8 < 3 THEN NULL ELSE 1 END,
            due_at = CASE WHEN seq % 8 < 3 AND seq % 7 > 0 THEN 1000 - seq ELSE NULL END,
            public_text = title, agency = CASE WHEN seq % 4 = 0 THEN $1 ELSE agency END,
            lat = 9.5 + seq / 100.0, lon = 106.0,
            channel = CASE WHEN seq % 2 = 0 THEN 'app' ELSE 'web' END";
        tx.run(sql, args![WARD_OFFICE]).await.unwrap();
        // Their words hold no marks of all that.
        settings::set(&mut tx, house.cx.clock.as_ref(), "cases.words", "1").await.unwrap();
        tx.commit().await.unwrap();
        while keeper::words(&house.cx).await.unwrap() > 0 {}
        let every = Filter { ids: (1..=60).collect(), ..Filter::default() };
        let all = lists::page(&house.cx.db, &Sees::All, &every, None, 100).await.unwrap();
        assert_eq!(all.len(), 40);
        let texts = |t: &[&str]| -> Vec<String> { t.iter().map(|t| (*t).to_owned()).collect() };
        let mut tried = 0;
        for sees in [Sees::All, Sees::Public, Sees::Units(vec![CAI_KHE, WARD_OFFICE])] {
            for mixture in (0..512_u32).step_by(5) {
                let has = |bit: u32| mixture & (1 << bit) != 0;
                let filter = Filter {
                    kinds: if has(0) { texts(&["petitions.report"]) } else { Vec::new() },
                    stages: if has(1) { vec![0, 1, 4, 1] } else { Vec::new() },
                    categories: if has(2) { texts(&["manhole", "street_light"]) } else { Vec::new() },
                    places: if has(3) { vec![CAI_KHE, TRAN_DE] } else { Vec::new() },
                    agencies: if has(4) { vec![WARD_OFFICE] } else { Vec::new() },
                    channels: if has(5) { texts(&["app"]) } else { Vec::new() },
                    paused: has(6).then_some(mixture % 2 == 0),
                    due_before: (has(7) && has(8)).then_some(foundation::Instant(980)),
                    bounds: (has(7) && !has(8)).then_some([105.0, 9.6, 107.0, 9.8]),
                    text: if has(8) && !has(7) { "gay".into() } else { String::new() },
                    ..Filter::default()
                };
                let wanted: Vec<i64> =
                    all.iter().filter(|c| fits(&filter, &sees, c)).map(|c| c.seq).collect();
                let found = lists::page(&house.cx.db, &sees, &filter, None, 100).await.unwrap();
                let found: Vec<i64> = found.iter().map(|c| c.seq).collect();
                assert_eq!(found, wanted, "{} {sees:?} {filter:?}", house.name);
                let n = lists::count(&house.cx.db, &sees, &filter).await.unwrap();
                assert_eq!((n.n, n.more), (wanted.len() as i64, false), "{} {sees:?} {filter:?}", house.name);
                let dots = lists::dots(&house.cx.db, &sees, &filter, 100).await.unwrap();
                assert_eq!(dots.iter().map(|d| d.seq).collect::<Vec<_>>(), wanted);
                let one = lists::after(&house.cx.db, &sees, &filter, 2).await.unwrap().map(|a| a.seq);
                assert_eq!(one, wanted.get(1).copied(), "{} {sees:?} {filter:?}", house.name);
                tried += wanted.len();
            }
        }
        assert!(tried > 1_000, "too few were found to say anything: {tried}");
    }
}
