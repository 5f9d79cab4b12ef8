//! `calendars/*.yaml`: what a file says, what is wrong with it, and the calendar that it makes.

use std::collections::{BTreeMap, BTreeSet};

use foundation::{Date, Hours, LocalText, Result, WorkingCalendar};
use serde::{Deserialize, Serialize};

use super::Named;

/// A name may be so long, in characters.
const NAME: usize = 80;
/// The years a calendar may speak of.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2199;

/// What a file says; a row keeps the same as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Definition {
    /// Its id inside the pack.
    pub id: String,
    name: LocalText,
    week: Week,
    years: BTreeMap<String, Year>,
}

/// Hours by day of the week; a day that is left out is off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Week {
    #[serde(default)]
    mon: String,
    #[serde(default)]
    tue: String,
    #[serde(default)]
    wed: String,
    #[serde(default)]
    thu: String,
    #[serde(default)]
    fri: String,
    #[serde(default)]
    sat: String,
    #[serde(default)]
    sun: String,
}

impl Week {
    fn days(&self) -> [(&'static str, &str); 7] {
        [
            ("mon", &self.mon),
            ("tue", &self.tue),
            ("wed", &self.wed),
            ("thu", &self.thu),
            ("fri", &self.fri),
            ("sat", &self.sat),
            ("sun", &self.sun),
        ]
    }
}

/// The days of a year that differ from the week. A map by date, so that a place's own value finds its day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Year {
    verified: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    legal_ref: Option<String>,
    #[serde(default)]
    days: BTreeMap<String, Day>,
}

/// A day off, or a day with hours of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Day {
    name: LocalText,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    off: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hours: Option<String>,
}

/// Where, as a pointer, and what is wrong there.
pub(super) type Wrong = (String, String);

fn year_of(key: &str) -> Option<i32> {
    key.parse().ok().filter(|year: &i32| YEARS.contains(year) && year.to_string() == key)
}

/// A date written exactly so, because it is the key by which a place finds it.
fn date_of(key: &str) -> Option<Date> {
    Date::parse(key).ok().filter(|date| date.iso() == key)
}

fn text_wrong(text: &LocalText) -> Option<String> {
    let all = || [Some(&text.vi), text.en.as_ref(), text.km.as_ref()].into_iter().flatten();
    if all().any(|t| t.trim().is_empty()) {
        return Some("tên không được để trống.".into());
    }
    all().any(|t| t.chars().count() > NAME).then(|| format!("tên dài quá {NAME} ký tự."))
}

impl Definition {
    /// What is wrong beyond the shape.
    pub fn wrong(&self) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        let mut tell = |at: &str, what: String| wrong.push((at.to_owned(), format!("{at}: {what}")));
        if !crate::is_id(&self.id) {
            tell("id", format!("«{}» không phải mã hợp lệ: chỉ dùng a–z, 0–9 và gạch dưới.", self.id));
        }
        if let Some(why) = text_wrong(&self.name) {
            tell("name", why);
        }
        for (day, hours) in self.week.days() {
            if let Err(e) = Hours::parse(hours) {
                tell(&format!("week/{day}"), e.message().to_owned());
            }
        }
        if self.week.days().iter().all(|(_, hours)| hours.trim().is_empty()) {
            tell("week", "cần giờ làm việc của ít nhất một ngày, ví dụ mon: \"07:30-11:30\".".into());
        }
        if self.years.is_empty() {
            tell("years", "cần ít nhất một năm, để biết ngày nghỉ đã nhập tới đâu.".into());
        }
        let known: BTreeSet<i32> = self.years.keys().filter_map(|key| year_of(key)).collect();
        for (key, year) in &self.years {
            let at = format!("years/{key}");
            let Some(number) = year_of(key) else {
                tell(&at, format!("«{key}» không phải năm từ {} đến {}.", YEARS.start(), YEARS.end()));
                continue;
            };
            if known.first().is_some_and(|first| *first < number) && !known.contains(&(number - 1)) {
                tell(&at, format!("các năm phải liền nhau: thiếu năm {}.", number - 1));
            }
            if year.legal_ref.is_some() && !year.verified {
                tell(&format!("{at}/legal_ref"), "legal_ref chỉ đi với verified: true.".into());
            }
            for (key, day) in &year.days {
                for (place, why) in day.wrong(key, number) {
                    tell(&format!("{at}/days/{key}{place}"), why);
                }
            }
        }
        wrong
    }

    /// The calendar of a file without faults. Errors: those of its hours and dates.
    pub fn named(&self, full_id: &str) -> Result<Named> {
        let mut week = Vec::with_capacity(7);
        for (_, hours) in self.week.days() {
            week.push(Hours::parse(hours)?);
        }
        let week: [Hours; 7] = std::array::from_fn(|day| week[day].clone());
        let mut calendar = WorkingCalendar::new(week)?;
        let mut names = BTreeMap::new();
        for (key, day) in self.years.values().flat_map(|year| &year.days) {
            let date = Date::parse(key)?;
            calendar.set_day(date, Hours::parse(day.hours.as_deref().unwrap_or(""))?);
            names.insert(date, day.name.clone());
        }
        let years: Vec<i32> = self.years.keys().filter_map(|key| year_of(key)).collect();
        let unverified: Vec<i32> =
            self.years.iter().filter(|y| !y.1.verified).filter_map(|y| year_of(y.0)).collect();
        let sources: BTreeSet<&str> =
            self.years.values().filter_map(|year| year.legal_ref.as_deref()).collect();
        let sources = sources.into_iter().collect::<Vec<_>>().join("; ");
        Ok(Named {
            id: full_id.to_owned(),
            name: self.name.clone(),
            calendar,
            known_from: Date::from_ymd(years.first().copied().unwrap_or(1), 1, 1)?,
            known_until: Date::from_ymd(years.last().copied().unwrap_or(1), 12, 31)?,
            verified: unverified.is_empty(),
            legal_ref: (!sources.is_empty()).then_some(sources),
            unverified,
            names,
        })
    }
}

impl Day {
    fn wrong(&self, key: &str, year: i32) -> Vec<(&'static str, String)> {
        let mut wrong = Vec::new();
        match date_of(key) {
            None => wrong.push(("", format!("«{key}» không phải ngày: ghi như {year}-09-02."))),
            Some(date) if date.year() != year => {
                wrong.push((
                    "",
                    format!("ngày này không thuộc năm {year}: chuyển xuống years/{}.", date.year()),
                ));
            }
            Some(_) => {}
        }
        wrong.extend(text_wrong(&self.name).map(|why| ("/name", why)));
        match &self.hours {
            None if !self.off => wrong.push((
                "",
                "ngày nghỉ ghi off: true; ngày làm bù ghi giờ, ví dụ hours: \"07:30-11:30, 13:30-17:00\"."
                    .into(),
            )),
            None => {}
            Some(_) if self.off => {
                wrong.push(("/off", "một ngày hoặc nghỉ (off) hoặc có giờ (hours), không cả hai.".into()));
            }
            Some(hours) => match Hours::parse(hours) {
                Err(e) => wrong.push(("/hours", e.message().to_owned())),
                Ok(hours) if hours.is_off() => {
                    wrong.push(("/hours", "chưa có giờ nào; nếu là ngày nghỉ thì ghi off: true.".into()));
                }
                Ok(_) => {}
            },
        }
        wrong
    }
}
