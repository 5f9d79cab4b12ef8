//! Times of day in Việt Nam.

use serde::{Deserialize, Serialize};

use crate::civil::{DAY_MICROS, OFFSET_MICROS};
use crate::clock::Instant;
use crate::error::{Result, invalid};
use crate::text;

/// A time of day in Việt Nam: seconds since midnight, 0..=86 400 (the last is the end of the day, «24:00»).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimeOfDay(pub u32);

impl TimeOfDay {
    /// 24:00, the end of a day.
    pub const END: TimeOfDay = TimeOfDay(86_400);

    /// The time `hour`:`minute`; 24:00 is allowed as the end of a day.
    ///
    /// Errors: `time_impossible`.
    pub fn from_hm(hour: u32, minute: u32) -> Result<TimeOfDay> {
        if hour > 24 || minute > 59 || (hour == 24 && minute > 0) {
            let why = format!("Không có giờ {hour}:{minute:02}: ghi từ 00:00 đến 24:00.");
            return Err(invalid("time_impossible", why));
        }
        Ok(TimeOfDay(hour * 3600 + minute * 60))
    }

    /// The time of day in Việt Nam at `instant`, in whole seconds (cut, not rounded).
    pub fn of(instant: Instant) -> TimeOfDay {
        let of_day = (i128::from(instant.0) + i128::from(OFFSET_MICROS)).rem_euclid(DAY_MICROS.into());
        TimeOfDay((of_day / 1_000_000) as u32)
    }

    /// Hour (0..=24) and minute.
    pub fn hm(self) -> (u32, u32) {
        (self.0 / 3600, self.0 / 60 % 60)
    }

    /// «07:30».
    pub fn show(self) -> String {
        let (hour, minute) = self.hm();
        format!("{hour:02}:{minute:02}")
    }

    /// Reads «07:30», «7:30», «7h30», «7h», «07:30:15», «7 giờ 30», «7 giờ 30 phút».
    ///
    /// Errors: `time_unreadable`, `time_impossible`.
    pub fn parse(written: &str) -> Result<TimeOfDay> {
        let plain =
            text::plain(written).replace("phut", "").replace("gio", ":").replace('h', ":").replace(' ', "");
        let parts: Vec<&str> = plain.strip_suffix(':').unwrap_or(&plain).split(':').collect();
        let unreadable = || {
            let shown: String = written.chars().take(40).collect();
            invalid("time_unreadable", format!("Không đọc được giờ «{shown}»: ghi như 07:30."))
        };
        let two = |part: &str| {
            let fits = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            if fits { part.parse::<u32>().map_err(|_| unreadable()) } else { Err(unreadable()) }
        };
        match parts[..] {
            [hour] if plain.ends_with(':') => TimeOfDay::from_hm(two(hour)?, 0),
            [hour, minute] => TimeOfDay::from_hm(two(hour)?, two(minute)?),
            [hour, minute, second] => match (TimeOfDay::from_hm(two(hour)?, two(minute)?)?, two(second)?) {
                (time, second @ 0..60) if time.0 + second <= 86_400 => Ok(TimeOfDay(time.0 + second)),
                _ => Err(unreadable()),
            },
            _ => Err(unreadable()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_of_day_are_read_as_people_write_them() {
        for written in ["07:30", "7:30", "7h30", "7 giờ 30", "7 giờ 30 phút", "07:30:00"] {
            assert_eq!(TimeOfDay::parse(written).unwrap().show(), "07:30", "{written}");
        }
        assert_eq!(TimeOfDay::parse("17h").unwrap().show(), "17:00");
        assert_eq!(TimeOfDay::parse("24:00").unwrap(), TimeOfDay::END);
        for written in ["", "7", "25:00", "24:01", "24:00:01", "7:60", ":", "::", "7:3x"] {
            assert!(TimeOfDay::parse(written).is_err(), "{written}");
        }
    }

    proptest! {
        #[test]
        fn every_minute_is_read_back(minute in 0..=1440u32) {
            let time = TimeOfDay(minute * 60);
            prop_assert_eq!(TimeOfDay::parse(&time.show()).unwrap(), time);
        }

        #[test]
        fn no_text_breaks_the_reader(written: String) {
            let _ = TimeOfDay::parse(&written);
        }
    }
}
