//! The days on which citizens are received: rules («ngày 15 hằng tháng», «thứ Năm hằng tuần», «thứ Năm đầu
//! tiên của tháng»), days on which a rule is not followed, and the working calendar. Pure.
//!
//! A day that a rule gives and the calendar has off is moved to the next working day, and whoever reads it is
//! told from when and why; what a person decided for a day goes before that.

use foundation::time_of_day::TimeOfDay;
use foundation::{Date, LocalText, Result, Weekday, WorkingCalendar, error::invalid};

storage::row! {
    /// A rule as its row holds it.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Rule {
        /// Its identity.
        pub id: i64,
        /// Whose.
        pub unit: i64,
        /// Who receives: post and name.
        pub receiver: String,
        /// Where.
        pub place: String,
        /// From, in seconds of the day.
        pub opens: i64,
        /// Until.
        pub closes: i64,
        /// [`Pattern`], as it is written.
        pub pattern: String,
        /// From this day on.
        pub valid_from: i64,
        /// Until this day, itself included.
        pub valid_to: Option<i64>,
        /// What else citizens should know.
        pub remark: String,
        /// Whether it is synthetic.
        pub demo: bool,
    }
}

storage::row! {
    /// A day on which a rule is not followed.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Exception {
        /// The rule.
        pub rule: i64,
        /// The day that it gives.
        pub day: i64,
        /// The day instead; none: nobody is received.
        pub moved_to: Option<i64>,
        /// Why.
        pub reason: String,
    }
}

/// On which days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// A day of each month; its last one where the month is shorter.
    Day(u32),
    /// A day of each week.
    Week(Weekday),
    /// The first to fourth such day of a month, or the last (5).
    Nth(u32, Weekday),
}

fn weekday(number: &str) -> Option<Weekday> {
    let number: usize = number.parse().ok()?;
    Weekday::ALL.get(number.checked_sub(1)?).copied()
}

impl Pattern {
    /// Reads `day:15`, `week:4`, `nth:1:4`.
    pub fn parse(written: &str) -> Result<Pattern> {
        let parts: Vec<&str> = written.split(':').collect();
        let read = match parts[..] {
            ["day", day] => day.parse().ok().filter(|d| (1..=31).contains(d)).map(Pattern::Day),
            ["week", day] => weekday(day).map(Pattern::Week),
            ["nth", nth, day] => {
                let nth = nth.parse().ok().filter(|n| (1..=5).contains(n));
                nth.zip(weekday(day)).map(|(nth, day)| Pattern::Nth(nth, day))
            }
            _ => None,
        };
        read.ok_or_else(|| invalid("book_pattern", "Hãy chọn ngày tiếp trong danh sách."))
    }

    /// Whether a day is one of its days.
    pub fn holds(self, day: Date) -> bool {
        let (year, month, of_month) = day.ymd();
        let length = foundation::civil::days_in_month(year, month);
        match self {
            Pattern::Day(wanted) => of_month == wanted.min(length),
            Pattern::Week(wanted) => day.weekday() == wanted,
            Pattern::Nth(5, wanted) => day.weekday() == wanted && of_month + 7 > length,
            Pattern::Nth(nth, wanted) => day.weekday() == wanted && (of_month - 1) / 7 + 1 == nth,
        }
    }
}

/// Why a reception is not on the day that its rule gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Why {
    /// The calendar has the day off: what it is called; without a name it is a weekend.
    Off(Option<LocalText>),
    /// Somebody said so, with these words.
    Said(String),
}

/// A reception.
#[derive(Debug, Clone, PartialEq)]
pub struct Sitting {
    /// The place of its rule in the list it was reckoned from.
    pub rule: usize,
    /// The day that the rule gives.
    pub planned: Date,
    /// The day on which it is; none: nobody is received.
    pub day: Option<Date>,
    /// Why that is another.
    pub why: Option<Why>,
}

impl Sitting {
    /// The day under which it stands in a list.
    pub fn shown_on(&self) -> Date {
        self.day.unwrap_or(self.planned)
    }
}

/// So far a day may be moved by the calendar.
const FURTHEST: i32 = 30;

/// The working days, and what special ones are called.
pub struct Days<'a> {
    /// Which days are worked.
    pub calendar: &'a WorkingCalendar,
    /// What a day off is called; a plain weekend has no name.
    pub named: &'a dyn Fn(Date) -> Option<LocalText>,
}

fn one(at: usize, rule: &Rule, day: Date, exceptions: &[Exception], days: &Days<'_>) -> Sitting {
    let said = exceptions.iter().find(|e| e.rule == rule.id && e.day == i64::from(day.0));
    if let Some(said) = said {
        let why = Some(Why::Said(said.reason.clone()));
        return Sitting { rule: at, planned: day, day: said.moved_to.map(super::register::day), why };
    }
    if days.calendar.is_working_day(day) {
        return Sitting { rule: at, planned: day, day: Some(day), why: None };
    }
    let next = (1..=FURTHEST).map(|n| day.add_days(n)).find(|d| days.calendar.is_working_day(*d));
    Sitting { rule: at, planned: day, day: next, why: Some(Why::Off((days.named)(day))) }
}

/// The receptions from one day to another, in order.
pub fn sittings(
    rules: &[Rule],
    exceptions: &[Exception],
    working: &Days<'_>,
    (from, to): (Date, Date),
) -> Vec<Sitting> {
    let mut all = Vec::new();
    // What was moved into these days, and what was moved forward out of later ones.
    let (first, last) = (from.add_days(-FURTHEST), to.add_days(FURTHEST));
    for (at, rule) in rules.iter().enumerate() {
        let Ok(pattern) = Pattern::parse(&rule.pattern) else { continue };
        let valid = |day: Date| {
            rule.valid_from <= i64::from(day.0) && rule.valid_to.is_none_or(|to| i64::from(day.0) <= to)
        };
        let days = (0..=last.days_since(first)).map(|n| first.add_days(n));
        let days = days.filter(|d| pattern.holds(*d) && valid(*d));
        let given = days.map(|day| one(at, rule, day, exceptions, working));
        all.extend(given.filter(|s| (from..=to).contains(&s.shown_on())));
    }
    all.sort_by_key(|s| (s.shown_on(), rules[s.rule].opens, rules[s.rule].id));
    all
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A line of iCalendar: at most 75 bytes, the rest on lines that begin with a blank.
fn line(out: &mut String, text: &str) {
    let mut length = 0;
    for c in text.chars() {
        if length + c.len_utf8() > 75 {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(c);
        length += c.len_utf8();
    }
    out.push_str("\r\n");
}

/// A moment as iCalendar writes it, in UTC.
fn utc(day: Date, seconds: i64) -> String {
    let at = day.at(TimeOfDay(seconds.clamp(0, 86_400) as u32)).plus_seconds(-7 * 3600);
    // Read as if it were our own time, the shifted moment shows the digits of UTC.
    let (y, m, d) = Date::of(at).ymd();
    let time = TimeOfDay::of(at);
    let (hour, minute) = time.hm();
    format!("{y:04}{m:02}{d:02}T{hour:02}{minute:02}00Z")
}

/// An event of a calendar file.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its title.
    pub title: String,
    /// Why it was moved or called off.
    pub about: String,
    /// Where.
    pub place: String,
}

/// The receptions as a calendar file (RFC 5545) that phones and mail programs read.
pub fn ics(
    rules: &[Rule],
    sittings: &[Sitting],
    stamp: foundation::Instant,
    name: &str,
    event: impl Fn(&Sitting) -> Event,
) -> String {
    let mut out = String::new();
    for text in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Toan Canh//reception//VI", "CALSCALE:GREGORIAN"]
    {
        line(&mut out, text);
    }
    line(&mut out, &format!("X-WR-CALNAME:{}", escaped(name)));
    let now = TimeOfDay::of(stamp);
    let stamp = utc(Date::of(stamp), i64::from(now.0));
    for sitting in sittings {
        let (rule, day, told) = (&rules[sitting.rule], sitting.shown_on(), event(sitting));
        line(&mut out, "BEGIN:VEVENT");
        line(&mut out, &format!("UID:reception-{}-{}@toancanh", rule.id, sitting.planned.iso()));
        line(&mut out, &format!("DTSTAMP:{stamp}"));
        line(&mut out, &format!("DTSTART:{}", utc(day, rule.opens)));
        line(&mut out, &format!("DTEND:{}", utc(day, rule.closes)));
        line(&mut out, &format!("SUMMARY:{}", escaped(&told.title)));
        line(&mut out, &format!("LOCATION:{}", escaped(&told.place)));
        if !told.about.is_empty() {
            line(&mut out, &format!("DESCRIPTION:{}", escaped(&told.about)));
        }
        line(&mut out, if sitting.day.is_some() { "STATUS:CONFIRMED" } else { "STATUS:CANCELLED" });
        line(&mut out, "END:VEVENT");
    }
    line(&mut out, "END:VCALENDAR");
    out
}

#[cfg(test)]
mod tests {
    use foundation::Hours;

    use super::*;

    fn date(written: &str) -> Date {
        Date::parse(written).unwrap()
    }

    fn rule(pattern: &str) -> Rule {
        Rule {
            id: 7,
            unit: 1,
            receiver: "Chủ tịch UBND".into(),
            place: "Phòng tiếp công dân".into(),
            opens: 7 * 3600 + 1800,
            closes: 11 * 3600 + 1800,
            pattern: pattern.into(),
            valid_from: i64::from(date("2026-01-01").0),
            valid_to: None,
            remark: String::new(),
            demo: false,
        }
    }

    fn office(off: &[&str]) -> WorkingCalendar {
        let hours = Hours::parse("07:30-11:30, 13:30-17:00").unwrap();
        let mut calendar = WorkingCalendar::weekdays(hours).unwrap();
        for day in off {
            calendar.set_day(date(day), Hours::default());
        }
        calendar
    }

    fn given(
        rules: &[Rule],
        exceptions: &[Exception],
        calendar: &WorkingCalendar,
        window: (Date, Date),
    ) -> Vec<Sitting> {
        sittings(rules, exceptions, &Days { calendar, named: &|_| None }, window)
    }

    fn days(
        pattern: &str,
        calendar: &WorkingCalendar,
        from: &str,
        to: &str,
    ) -> Vec<(String, Option<String>)> {
        let rules = [rule(pattern)];
        let found = given(&rules, &[], calendar, (date(from), date(to)));
        found.iter().map(|s| (s.planned.iso(), s.day.map(Date::iso))).collect()
    }

    fn kept(day: &str) -> (String, Option<String>) {
        (day.to_owned(), Some(day.to_owned()))
    }

    #[test]
    fn rules_give_their_days() {
        let free = office(&[]);
        assert_eq!(days("day:15", &free, "2026-12-01", "2026-12-31"), [kept("2026-12-15")]);
        let thursdays = days("week:4", &free, "2026-12-01", "2026-12-14");
        assert_eq!(thursdays, [kept("2026-12-03"), kept("2026-12-10")]);
        assert_eq!(days("nth:1:4", &free, "2026-12-01", "2026-12-31"), [kept("2026-12-03")]);
        assert_eq!(days("nth:5:4", &free, "2026-12-01", "2026-12-31"), [kept("2026-12-31")]);
        let short = days("day:31", &free, "2026-04-01", "2026-04-30");
        assert_eq!(short, [kept("2026-04-30")], "a month of thirty days has its last one");
        for wrong in ["", "day:0", "day:32", "week:8", "week:0", "nth:6:1", "nth:1", "x:1"] {
            assert!(Pattern::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_day_off_is_moved_to_the_next_working_day_and_says_why() {
        let calendar = office(&["2026-09-01", "2026-09-02"]);
        let moved = ("2026-09-01".to_owned(), Some("2026-09-03".to_owned()));
        assert_eq!(days("day:1", &calendar, "2026-08-25", "2026-09-05"), [moved]);
        // A Sunday, into the window from before it.
        let sunday = ("2026-11-15".to_owned(), Some("2026-11-16".to_owned()));
        assert_eq!(days("day:15", &calendar, "2026-11-16", "2026-11-20"), [sunday]);
        let found = given(&[rule("day:15")], &[], &calendar, (date("2026-11-16"), date("2026-11-20")));
        assert_eq!(found[0].why, Some(Why::Off(None)));
    }

    #[test]
    fn what_somebody_decided_goes_before_the_calendar() {
        let rules = [rule("day:15")];
        let exception = |moved_to: Option<&str>| Exception {
            rule: 7,
            day: i64::from(date("2026-11-15").0),
            moved_to: moved_to.map(|d| i64::from(date(d).0)),
            reason: "Họp HĐND".into(),
        };
        let window = (date("2026-11-01"), date("2026-11-30"));
        let moved = given(&rules, &[exception(Some("2026-11-20"))], &office(&[]), window);
        assert_eq!(moved[0].day, Some(date("2026-11-20")));
        assert_eq!(moved[0].why, Some(Why::Said("Họp HĐND".into())));
        let none = given(&rules, &[exception(None)], &office(&[]), window);
        assert_eq!((none[0].day, none[0].shown_on()), (None, date("2026-11-15")));
    }

    #[test]
    fn a_calendar_file_has_short_lines_and_moments_of_utc() {
        let rules = [rule("week:4")];
        let found = given(&rules, &[], &office(&[]), (date("2026-12-03"), date("2026-12-03")));
        let stamp = date("2026-11-26").at(TimeOfDay(3 * 3600));
        let long = "Chủ tịch Ủy ban nhân dân phường tiếp công dân, định kỳ; tại trụ sở".repeat(2);
        let text = ics(&rules, &found, stamp, "Cái Khế", |_| Event {
            title: long.clone(),
            about: String::new(),
            place: "Phòng 1, tầng 2".into(),
        });
        assert!(text.contains("DTSTART:20261203T003000Z\r\n") && text.contains("DTEND:20261203T043000Z"));
        assert!(text.contains("DTSTAMP:20261125T200000Z"), "{text}");
        assert!(text.contains("LOCATION:Phòng 1\\, tầng 2"));
        assert!(text.split("\r\n").all(|l| l.len() <= 75), "{text}");
        assert!(text.replace("\r\n ", "").contains("tiếp công dân\\, định kỳ\\; tại"));
    }
}
