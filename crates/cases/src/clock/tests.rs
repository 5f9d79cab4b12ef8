//! What the clocks promise, as properties over any order of acts.

use foundation::{Date, Hours, TimeOfDay};
use proptest::prelude::*;

use super::*;

const MINUTE: i64 = 60 * 1_000_000;

fn office() -> WorkingCalendar {
    let mut calendar = WorkingCalendar::weekdays(Hours::parse("07:30-11:30, 13:30-17:00").unwrap()).unwrap();
    calendar.set_day(Date::from_ymd(2026, 11, 27).unwrap(), Hours::OFF);
    calendar
}

fn at(day: u32, time: &str) -> Instant {
    Date::from_ymd(2026, 11, day).unwrap().at(TimeOfDay::parse(time).unwrap())
}

fn limits() -> Limits {
    Limits { first_response: Some(8 * 60), update: Some(16 * 60), solution: Some(40 * 60) }
}

fn received(now: Instant) -> Clocks {
    Clocks::received("office", limits(), now, &office()).unwrap()
}

fn taken_in(now: Instant) -> Clocks {
    let mut clocks = received(now);
    clocks.taken_in("office", limits(), now, &office()).unwrap();
    clocks
}

#[test]
fn until_a_case_is_taken_in_the_first_response_is_what_is_due() {
    let clocks = received(at(24, "16:00"));
    assert_eq!(clocks.next(), Some((ClockKind::FirstResponse, at(25, "16:30"))));
    assert_eq!(clocks.hand(ClockKind::Update), Hand::Idle);
}

#[test]
fn a_day_that_whoever_gave_the_task_named_is_due_whatever_the_rules_say() {
    let mut clocks = received(at(24, "08:00"));
    clocks.given(at(25, "17:00"), at(24, "08:00"));
    assert_eq!(clocks.next(), Some((ClockKind::FirstResponse, at(25, "08:30"))));
    assert_eq!(clocks.promised(ClockKind::Solution), Some(at(25, "17:00")));
    clocks.taken_in("office", limits(), at(24, "09:00"), &office()).unwrap();
    assert_eq!(clocks.hand(ClockKind::Solution), Hand::Running { due: at(25, "17:00") });
    assert!(
        matches!(clocks.hand(ClockKind::Update), Hand::Running { .. }),
        "progress is asked for all the same"
    );
    assert_eq!(clocks.promises.iter().filter(|p| p.clock == ClockKind::Solution).count(), 1);
    let before = clocks.clone();
    clocks.taken_in("office", limits(), at(24, "10:00"), &office()).unwrap();
    assert_eq!(clocks, before, "taken in twice is taken in once");
    assert!(clocks.solved(at(26, "08:00")), "a day after it is late");
}

#[test]
fn a_named_day_waits_with_the_case_and_asks_for_progress_without_a_first_response_too() {
    // Asked back before it was taken in: the day runs on when it is, by the time that it stood.
    let mut clocks = received(at(24, "08:00"));
    clocks.given(at(25, "17:00"), at(24, "08:00"));
    clocks.pause("reporter", at(24, "09:00"), &office());
    clocks.taken_in("office", limits(), at(24, "10:00"), &office()).unwrap();
    assert_eq!(
        (clocks.pause.clone(), clocks.hand(ClockKind::Solution)),
        (None, Hand::Running { due: at(26, "08:30") })
    );

    let none = Limits { first_response: None, ..limits() };
    let mut clocks = Clocks::received("office", none, at(24, "08:00"), &office()).unwrap();
    clocks.given(at(25, "17:00"), at(24, "08:00"));
    clocks.taken_in("office", none, at(24, "09:00"), &office()).unwrap();
    assert!(matches!(clocks.hand(ClockKind::Update), Hand::Running { .. }));
    let before = clocks.clone();
    clocks.taken_in("office", none, at(24, "10:00"), &office()).unwrap();
    assert_eq!(clocks, before);
}

#[test]
fn a_holiday_does_not_count() {
    // Thursday 26/11; Friday is off in this calendar: one hour on Thursday, three on Monday.
    let mut clocks = received(at(26, "16:00"));
    let short = Limits { solution: Some(4 * 60), ..limits() };
    clocks.taken_in("office", short, at(26, "16:00"), &office()).unwrap();
    assert_eq!(clocks.hand(ClockKind::Solution), Hand::Running { due: at(30, "10:30") });
}

#[test]
fn what_is_urgent_runs_at_night() {
    let mut clocks = received(at(24, "22:00"));
    let urgent = Limits { first_response: None, update: None, solution: Some(4 * 60) };
    clocks.taken_in("always", urgent, at(24, "22:00"), &WorkingCalendar::always()).unwrap();
    assert_eq!(clocks.next(), Some((ClockKind::Solution, at(25, "02:00"))));
}

#[test]
fn a_case_waiting_for_papers_is_never_overdue() {
    let mut clocks = taken_in(at(2, "08:00"));
    clocks.pause("papers", at(2, "09:00"), &office());
    assert_eq!(clocks.next(), None);
    assert!(!clocks.is_late(ClockKind::Solution, at(30, "17:00")));
    clocks.resume(at(30, "08:00"), &office()).unwrap();
    let Hand::Running { due } = clocks.hand(ClockKind::Solution) else { panic!("it runs") };
    assert_eq!(office().minutes_between(at(30, "08:00"), due), 39 * 60);
}

#[test]
fn a_case_that_becomes_urgent_is_due_sooner_and_never_later() {
    let (now, always) = (at(3, "10:00"), WorkingCalendar::always());
    let mut clocks = taken_in(now);
    let before = clocks.hand(ClockKind::Solution);
    let slow = Limits { solution: Some(4000 * 60), ..limits() };
    clocks.reclassified("office", slow, now, &office(), &office()).unwrap();
    assert_eq!(clocks.hand(ClockKind::Solution), before);
    let urgent = Limits { first_response: Some(30), update: Some(60), solution: Some(4 * 60) };
    clocks.reclassified("always", urgent, now, &office(), &always).unwrap();
    assert_eq!(clocks.hand(ClockKind::Solution), Hand::Running { due: at(3, "14:00") });
    assert_eq!(clocks.promises.iter().filter(|p| p.clock == ClockKind::Solution).count(), 2);
}

#[test]
fn an_extension_is_a_promise_beside_the_first_one() {
    let mut clocks = taken_in(at(2, "08:00"));
    let first = clocks.promised(ClockKind::Solution).unwrap();
    assert!(clocks.extended(at(20, "17:00"), at(3, "08:00")));
    assert_eq!(clocks.promised(ClockKind::Solution), Some(at(20, "17:00")));
    assert!(clocks.promises.iter().any(|p| p.due == first && p.by == PromisedBy::Rule));
    clocks.solved(at(4, "08:00"));
    assert!(!clocks.extended(at(25, "17:00"), at(5, "08:00")));
}

#[test]
fn a_reopened_case_is_due_again_and_was_late_only_if_it_is_late_again() {
    let mut clocks = taken_in(at(2, "08:00"));
    assert!(clocks.solved(at(25, "08:00")));
    clocks.reopened(at(25, "08:00"), &office()).unwrap();
    assert!(!clocks.solved(at(25, "09:00")));
}

#[derive(Debug, Clone)]
enum Act {
    TakeIn,
    Update,
    Pause,
    Resume,
    Urgent,
    Normal,
    Extend(i64),
    Solve,
    Reopen,
}

fn acts() -> impl Strategy<Value = Vec<(i64, Act)>> {
    let act = prop_oneof![
        Just(Act::TakeIn),
        Just(Act::Update),
        Just(Act::Pause),
        Just(Act::Resume),
        Just(Act::Urgent),
        Just(Act::Normal),
        (1..5000i64).prop_map(Act::Extend),
        Just(Act::Solve),
        Just(Act::Reopen),
    ];
    prop::collection::vec((0..3000 * MINUTE, act), 0..24)
}

fn hours_of(clocks: &Clocks) -> WorkingCalendar {
    if clocks.calendar == "always" { WorkingCalendar::always() } else { office() }
}

fn play(clocks: &mut Clocks, act: &Act, now: Instant) {
    let hours = hours_of(clocks);
    let urgent = Limits { first_response: Some(30), update: Some(60), solution: Some(240) };
    match act {
        Act::TakeIn => clocks.taken_in("office", limits(), now, &office()).unwrap(),
        Act::Update => clocks.updated(now, &hours).unwrap(),
        Act::Pause => clocks.pause("why", now, &hours),
        Act::Resume => clocks.resume(now, &hours).unwrap(),
        Act::Urgent => {
            clocks.reclassified("always", urgent, now, &hours, &WorkingCalendar::always()).unwrap()
        }
        Act::Normal => clocks.reclassified("office", limits(), now, &hours, &office()).unwrap(),
        Act::Extend(minutes) => {
            clocks.extended(Instant(now.0 + minutes * MINUTE), now);
        }
        Act::Solve => {
            clocks.solved(now);
        }
        Act::Reopen if matches!(clocks.hand(ClockKind::Solution), Hand::Met { .. }) => {
            clocks.reopened(now, &hours).unwrap();
        }
        Act::Reopen => {}
    }
}

proptest! {
    #[test]
    fn no_clock_runs_while_the_case_is_paused(acts in acts()) {
        let mut now = at(2, "08:00");
        let mut clocks = received(now);
        for (wait, act) in &acts {
            now = Instant(now.0 + wait);
            play(&mut clocks, act, now);
            let running = ClockKind::ALL.iter().any(|k| matches!(clocks.hand(*k), Hand::Running { .. }));
            prop_assert!(!(clocks.pause.is_some() && running));
            prop_assert_eq!(clocks.next().is_some(), running);
        }
    }

    #[test]
    fn a_pause_takes_no_working_time_and_gives_none(
        start in 0..20_000i64, until in 0..20_000i64, rest in 0..40_000i64,
    ) {
        let begun = Instant(at(2, "08:00").0 + start * MINUTE);
        let (stopped, resumed) =
            (Instant(begun.0 + until * MINUTE + 17), Instant(begun.0 + (until + rest) * MINUTE + 29));
        let mut clocks = taken_in(begun);
        let Hand::Running { due } = clocks.hand(ClockKind::Solution) else { panic!("it runs") };
        let left = office().micros_between(stopped, due);
        clocks.pause("why", stopped, &office());
        clocks.resume(resumed, &office()).unwrap();
        let Hand::Running { due: then } = clocks.hand(ClockKind::Solution) else { panic!("it runs") };
        prop_assert_eq!(office().micros_between(resumed, then), left);
    }

    #[test]
    fn what_is_due_was_promised_and_a_promise_is_never_taken_out_of_the_list(acts in acts()) {
        let mut now = at(2, "08:00");
        let mut clocks = received(now);
        let mut known: Vec<Promise> = Vec::new();
        for (wait, act) in &acts {
            now = Instant(now.0 + wait);
            play(&mut clocks, act, now);
            if let Some((kind, due)) = clocks.next() {
                prop_assert_eq!(clocks.promised(kind), Some(due));
            }
            let kept: Vec<Promise> =
                clocks.promises.iter().filter(|p| p.clock != ClockKind::Update).cloned().collect();
            prop_assert_eq!(&kept[..known.len()], &known[..]);
            known = kept;
        }
    }

    #[test]
    fn the_update_clock_never_runs_before_the_first_response(acts in acts()) {
        let mut now = at(2, "08:00");
        let mut clocks = received(now);
        for (wait, act) in &acts {
            now = Instant(now.0 + wait);
            play(&mut clocks, act, now);
            let waiting = matches!(
                clocks.hand(ClockKind::FirstResponse), Hand::Running { .. } | Hand::Paused { .. }
            );
            prop_assert!(!waiting || clocks.hand(ClockKind::Update) == Hand::Idle);
        }
    }

    #[test]
    fn the_clocks_are_written_and_read_alike(acts in acts()) {
        let mut now = at(2, "08:00");
        let mut clocks = received(now);
        for (wait, act) in &acts {
            now = Instant(now.0 + wait);
            play(&mut clocks, act, now);
        }
        let text = serde_json::to_string(&clocks).unwrap();
        prop_assert_eq!(serde_json::from_str::<Clocks>(&text).unwrap(), clocks);
    }
}
