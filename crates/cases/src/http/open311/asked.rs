//! Which requests a list asks for. The standard gives the newest 90 days and at most 1,000 requests; pages
//! and `updated_after`/`updated_before` are the extensions that most servers have.

use foundation::{Instant, Result, error::invalid};

use super::call::{Given, short};
use crate::store::lists::MOST_COUNTED;
use crate::workflow::Stage;

/// No question spans more days.
const DAYS: i64 = 90;
/// No answer without pages has more requests, and no list of ids more ids.
pub(super) const MOST: usize = 1_000;
/// No page has more.
const LARGEST_PAGE: i64 = 100;
const DAY_S: i64 = 86_400;

/// What a list asks for.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Asked {
    /// These requests, whatever else was asked.
    pub ids: Vec<String>,
    /// Of these services.
    pub services: Vec<String>,
    /// In these stages, as numbers.
    pub stages: Vec<i64>,
    /// Received at this moment or later.
    pub from: Option<Instant>,
    /// Received before this moment.
    pub to: Option<Instant>,
    /// Changed at this moment or later.
    pub changed_from: Option<Instant>,
    /// Changed before this moment.
    pub changed_to: Option<Instant>,
    /// So many are passed over.
    pub skip: i64,
    /// So many are wanted.
    pub size: usize,
}

/// A moment as W3C writes it; a day alone is its beginning here.
fn moment(given: &Given, name: &str) -> Result<Option<Instant>> {
    let Some(written) = given.one(name) else { return Ok(None) };
    let whole = if written.len() == 10 { format!("{written}T00:00") } else { written.to_owned() };
    foundation::moment::parse(&whole).map(Some).map_err(|_| {
        let why = format!(
            "{name}: không đọc được «{}». Ghi theo W3C, ví dụ 2026-11-24T00:00:00+07:00.",
            short(written)
        );
        invalid("date_unreadable", why)
    })
}

/// Moments are told to the second, so the last second is inside.
fn behind(last: Instant) -> Instant {
    Instant(last.0 - last.0.rem_euclid(1_000_000)).plus_seconds(1)
}

fn number(given: &Given, name: &str, most: i64) -> Result<Option<i64>> {
    let Some(written) = given.one(name) else { return Ok(None) };
    let read = written.parse().ok().filter(|n| (1..=most).contains(n));
    read.map(Some).ok_or_else(|| {
        invalid(
            "page_unreadable",
            format!("{name}: cần số nguyên từ 1 đến {most}, không phải «{}».", short(written)),
        )
    })
}

fn stages(given: &Given) -> Result<Vec<i64>> {
    let words = given.many("status");
    for word in &words {
        if !matches!(word.as_str(), "open" | "closed") {
            let why = format!("status: chỉ có open và closed, không có «{}».", short(word));
            return Err(invalid("status_unknown", why));
        }
    }
    let (open, closed) = (words.iter().any(|w| w == "open"), words.iter().any(|w| w == "closed"));
    Ok(match (open, closed) {
        (false, false) | (true, true) => Vec::new(),
        _ => Stage::ALL.iter().filter(|s| s.is_open() == open).map(|s| s.number()).collect(),
    })
}

impl Asked {
    /// Reads it.
    pub fn read(given: &Given, now: Instant) -> Result<Asked> {
        let ids = given.many("service_request_id");
        if ids.len() > MOST {
            return Err(invalid("too_many_ids", format!("service_request_id: tối đa {MOST} mã một lần.")));
        }
        if !ids.is_empty() {
            return Ok(Asked { ids, size: MOST, ..Asked::default() });
        }
        let changed_from = moment(given, "updated_after")?;
        let changed_to = moment(given, "updated_before")?.map(behind);
        let (from, to) = match (moment(given, "start_date")?, moment(given, "end_date")?.map(behind)) {
            // Who asks for what changed wants old requests too.
            (None, None) if changed_from.is_some() || changed_to.is_some() => (None, None),
            (None, None) => (Some(now.plus_seconds(-DAYS * DAY_S)), None),
            (Some(from), None) => (Some(from), Some(behind(from.plus_seconds(DAYS * DAY_S)))),
            (None, Some(to)) => (Some(to.plus_seconds(-DAYS * DAY_S)), Some(to)),
            (Some(from), Some(to)) if from >= to => {
                return Err(invalid("dates_reversed", "start_date phải trước end_date."));
            }
            (Some(from), Some(to)) if to.since(from) > (DAYS * DAY_S + 1) * 1_000_000 => {
                let why =
                    format!("Từ start_date đến end_date tối đa {DAYS} ngày. Hãy hỏi từng quãng ngắn hơn.");
                return Err(invalid("dates_too_far", why));
            }
            both => both,
        };
        let (page, size) = (number(given, "page", MOST_COUNTED)?, number(given, "page_size", LARGEST_PAGE)?);
        let (skip, size) = match (page, size) {
            (None, None) => (0, MOST as i64),
            (page, size) => {
                let size = size.unwrap_or(LARGEST_PAGE);
                ((page.unwrap_or(1) - 1) * size, size)
            }
        };
        if skip + size > MOST_COUNTED {
            let why = "Trang quá xa: chỉ lật được đến 10000 phản ánh. Hãy hỏi từng quãng ngày ngắn hơn.";
            return Err(invalid("page_too_far", why));
        }
        let services = given.many("service_code");
        let stages = stages(given)?;
        Ok(Asked { ids, services, stages, from, to, changed_from, changed_to, skip, size: size as usize })
    }
}

#[cfg(test)]
mod tests {
    use foundation::moment::{parse, rfc3339};

    use super::*;

    fn read(query: &[(&str, &str)]) -> Result<Asked> {
        let pairs = query.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Asked::read(&Given(pairs), parse("2026-11-24T08:12").unwrap())
    }

    fn range(query: &[(&str, &str)]) -> (Option<String>, Option<String>) {
        let asked = read(query).unwrap();
        (asked.from.map(rfc3339), asked.to.map(rfc3339))
    }

    #[test]
    fn a_question_without_dates_spans_the_newest_ninety_days() {
        assert_eq!(range(&[]), (Some("2026-08-26T08:12:00+07:00".into()), None));
        let both = range(&[("start_date", "2026-01-01T00:00:00Z"), ("end_date", "2026-03-01T00:00:00Z")]);
        assert_eq!(
            both,
            (Some("2026-01-01T07:00:00+07:00".into()), Some("2026-03-01T07:00:01+07:00".into()))
        );
        let from = range(&[("start_date", "2026-01-01")]);
        assert_eq!(
            from,
            (Some("2026-01-01T00:00:00+07:00".into()), Some("2026-04-01T00:00:01+07:00".into()))
        );
        let to = range(&[("end_date", "2026-04-01"), ("start_date", "")]);
        assert_eq!(to.1, from.1);
        assert_eq!(range(&[("updated_after", "2026-11-23T00:00:00+07:00")]), (None, None));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (query, code) in [
            (vec![("start_date", "yesterday")], "date_unreadable"),
            (vec![("start_date", "2026-01-01"), ("end_date", "2026-04-02")], "dates_too_far"),
            (vec![("start_date", "2026-01-02"), ("end_date", "2026-01-01")], "dates_reversed"),
            (vec![("status", "open,done")], "status_unknown"),
            (vec![("page_size", "101")], "page_unreadable"),
            (vec![("page", "0")], "page_unreadable"),
            (vec![("page", "102"), ("page_size", "100")], "page_too_far"),
        ] {
            assert_eq!(read(&query).unwrap_err().code(), code, "{query:?}");
        }
        let exactly = [("start_date", "2026-01-01T00:00:00Z"), ("end_date", "2026-04-01T00:00:00Z")];
        assert!(read(&exactly).is_ok());
    }

    #[test]
    fn ids_override_all_else_and_pages_are_counted_from_one() {
        let asked = read(&[("service_request_id", "PA-26-000001,x"), ("status", "nonsense")]).unwrap();
        assert_eq!((asked.ids.len(), asked.from), (2, None));
        let asked = read(&[("page", "3"), ("page_size", "20")]).unwrap();
        assert_eq!((asked.skip, asked.size), (40, 20));
        assert_eq!(read(&[]).unwrap().size, 1_000);
        assert_eq!(read(&[("status", "closed")]).unwrap().stages, [3, 4, 5, 6, 7]);
    }
}
