//! Moments as programs write them: RFC 3339, and the same without an offset for Việt Nam's own time.

use crate::civil::Date;
use crate::clock::Instant;
use crate::error::{Result, invalid};
use crate::time_of_day::TimeOfDay;

/// Việt Nam's clocks are so many seconds ahead of UTC.
const HERE: i64 = 7 * 3600;

/// A moment as RFC 3339 in Việt Nam, to the second: «2026-11-24T16:00:00+07:00».
pub fn rfc3339(at: Instant) -> String {
    format!("{}T{}:{:02}+07:00", Date::of(at).iso(), TimeOfDay::of(at).show(), at.seconds().rem_euclid(60))
}

/// Reads «2026-11-24T16:00:00+07:00», «2026-11-24T09:00Z», and without an offset «2026-11-24T16:00», which is
/// Việt Nam's time. Fractions of a second are cut. A blank instead of «T», or of the «+» that a browser takes
/// for one, is read too.
///
/// Errors: `moment_unreadable`, `date_impossible`, `time_impossible`.
pub fn parse(written: &str) -> Result<Instant> {
    let text = written.trim();
    let wrong = || {
        let shown: String = text.chars().take(40).collect();
        let example = "ghi như 2026-11-24T16:00 hoặc 2026-11-24T16:00:00+07:00";
        invalid("moment_unreadable", format!("Không đọc được thời điểm «{shown}»: {example}."))
    };
    let (day, time) = text.split_once(['T', 't', ' ']).ok_or_else(wrong)?;
    if day.len() != 10 || !day.is_ascii() || day.as_bytes()[4] != b'-' {
        return Err(wrong());
    }
    let day = Date::parse(day)?;
    let (clock, east) = match time.find(['Z', 'z', '+', '-', ' ']) {
        Some(at) => (&time[..at], offset(&time[at..]).ok_or_else(wrong)?),
        None => (time, HERE),
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = clock.split(':').collect();
    let fits = matches!(parts.len(), 2 | 3) && parts.iter().all(|p| p.len() == 2 && digits(p));
    if !fits || !digits(fraction) {
        return Err(wrong());
    }
    Ok(day.at(TimeOfDay::parse(clock)?).plus_seconds(HERE - east))
}

/// Seconds east of UTC of «Z», «+07:00», «-0330».
fn offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits = text.get(1..)?.replacen(':', "", 1);
    if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i64, i64) = (digits[..2].parse().ok()?, digits[2..].parse().ok()?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_moment_with_and_without_an_offset_is_the_same_one() {
        for written in [
            "2026-11-24T16:00:00+07:00",
            "2026-11-24T16:00",
            "2026-11-24 16:00",
            "2026-11-24T09:00:00Z",
            "2026-11-24t09:00z",
            "2026-11-24T05:30:00.25-03:30",
            "2026-11-24T16:00:00 07:00",
            " 2026-11-24T16:00:00+0700 ",
        ] {
            assert_eq!(rfc3339(parse(written).unwrap()), "2026-11-24T16:00:00+07:00", "{written}");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for written in [
            "",
            "2026-11-24",
            "24/11/2026 16:00",
            "2026-11-24T16",
            "2026-11-24T16h00",
            "2026-11-24T16:00+7",
            "2026-11-24T16:00+24:00",
            "2026-11-24T16:00:00.+07:00",
            "2026-11-24T16:00:00.x",
        ] {
            assert_eq!(parse(written).unwrap_err().code(), "moment_unreadable", "{written}");
        }
        assert_eq!(parse("2026-02-30T16:00").unwrap_err().code(), "date_impossible");
        assert_eq!(parse("2026-02-20T25:00").unwrap_err().code(), "time_impossible");
    }

    proptest! {
        #[test]
        fn every_second_is_read_back(seconds in -2_000_000_000..60_000_000_000i64) {
            let at = Instant(seconds * 1_000_000);
            prop_assert_eq!(parse(&rfc3339(at)).unwrap(), at);
        }

        #[test]
        fn no_text_breaks_the_reader(written in "[0-9TZ:+. -]{0,30}|\\PC{0,30}") {
            let _ = parse(&written);
        }
    }
}
