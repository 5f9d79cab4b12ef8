//! Lists and search under a scope.

use cases::actions::step::TakeStep;
use cases::case::Given;
use cases::store::lists::{self, After, Filter, Order, Sees};

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
                assert_eq!(lists::count(&house.cx.db, &sees, &filter).await.unwrap(), 23);
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
