//! What lies near a report that the desk is about to write: open cases of the same group of categories,
//! within a hundred and fifty metres, or in the same commune at an address of the same words. They are
//! offered before a duplicate is made.

use foundation::{Result, error::invalid};
use kit::{Context, UnitId};
use storage::words;

use crate::actions::receive::Position;
use crate::case::Case;
use crate::http::api::near::{METRES, around, kin, metres};
use crate::http::public::position;
use crate::http::show::{Desk, reading};
use crate::store::lists::{self, Filter};
use crate::workflow::Stage;

/// No list of neighbours is longer.
const MOST: usize = 5;
/// Cases of a commune that are compared by their address.
const COMPARED: usize = 300;
/// So much of the words of an address must be found again.
const ALIKE: f64 = 0.6;
/// Words that stand in most addresses and tell none from another.
const COMMON: &str =
    "duong pho so nha ap khom khu vuc to gan truoc sau doi dien hem ngo ngach tai o xa phuong";

/// What is known of the place.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    pub position: Option<Position>,
    pub place: Option<UnitId>,
    pub address: String,
    pub category: String,
}

/// A case nearby, ready to offer.
pub(super) struct Near {
    pub code: String,
    pub title: String,
    pub about: String,
    pub due: String,
    pub state: &'static str,
}

/// A position as it is written or copied from a map: «10.0452, 105.7469», «10,0452; 105,7469». Empty is none.
pub(super) fn read_position(written: &str) -> Result<Option<Position>> {
    let written = written.trim();
    if written.is_empty() {
        return Ok(None);
    }
    let wrong = || {
        let why = "Vị trí ghi vĩ độ rồi kinh độ như 10.0452, 105.7469, chép được từ bản đồ.";
        invalid("position", why)
    };
    // A comma is between the two where points stand inside them, else it stands inside.
    let plain = match written.contains('.') {
        true => written.replace(',', " "),
        false => written.replace(", ", " ").replace(',', "."),
    };
    let numbers: Vec<f64> = plain
        .split(|c: char| c.is_whitespace() || c == ';')
        .filter(|part| !part.is_empty())
        .map(|part| part.parse::<f64>().map_err(|_| wrong()))
        .collect::<Result<_>>()?;
    match numbers[..] {
        [lat, lon] if lat.is_finite() && lon.is_finite() => Ok(Some(Position { lat, lon, accuracy_m: None })),
        _ => Err(wrong()),
    }
}

/// The words of an address that tell it from others.
fn telling(address: &str) -> Vec<String> {
    let common: Vec<&str> = COMMON.split(' ').collect();
    words::of(address, 40).into_iter().filter(|w| !common.contains(&w.as_str())).collect()
}

/// Which part of an address's telling words a text has; nothing where there are too few to tell.
fn alike(asked: &[String], text: &str) -> f64 {
    let has = words::of(text, 400);
    let found = asked.iter().filter(|w| has.contains(w)).count();
    match found {
        n if n >= 2 => n as f64 / asked.len() as f64,
        _ => 0.0,
    }
}

/// The open cases nearby that the reader sees, the nearest first.
pub(super) async fn near(cx: &Context, desk: &Desk, kind: &str, asked: &Asked) -> Result<Vec<Near>> {
    let reading = reading(cx, desk, Some(kind));
    let base = Filter {
        kinds: reading.kinds.iter().map(|k| k.id.clone()).collect(),
        categories: kin(desk, &asked.category),
        stages: [Stage::New, Stage::Work, Stage::Review].iter().map(|s| s.number()).collect(),
        ..Filter::default()
    };
    let mut found: Vec<(f64, Option<f64>, Case)> = Vec::new();
    if let Some(at) = asked.position {
        let filter = Filter { bounds: Some(around(at)), ..base.clone() };
        for case in lists::page(&cx.db, &reading.sees, &filter, None, 50).await? {
            let Some(far) = position(&case).map(|there| metres((at.lat, at.lon), there)) else { continue };
            if far <= METRES {
                found.push((far / METRES, Some(far), case));
            }
        }
    }
    let telling = telling(&asked.address);
    if let (Some(place), true) = (asked.place, telling.len() >= 2 && !asked.category.is_empty()) {
        let filter = Filter { places: vec![place], ..base };
        for case in lists::page(&cx.db, &reading.sees, &filter, None, COMPARED).await? {
            let part = alike(&telling, &format!("{} {} {}", case.address, case.title, case.content));
            if part >= ALIKE && !found.iter().any(|(_, _, c)| c.seq == case.seq) {
                found.push((1.0 - part, None, case));
            }
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.2.seq.cmp(&a.2.seq)));
    let mut told = Vec::new();
    for (_, far, case) in found.into_iter().take(MOST) {
        let kind = desk.types.get(&case.kind)?;
        let due = desk.due(cx, &case)?;
        let mut about = vec![case.code(&kind.flow.code)];
        about.extend(kind.flow.state(&case.state).map(|s| s.name.get(cx.lang).to_owned()));
        about.extend(far.map(|m| format!("{:.0} m", (m / 10.0).round() * 10.0)));
        about.extend(Some(case.address.clone()).filter(|a| !a.is_empty()));
        if case.supporters > 0 {
            about.push(cx.words.say(cx.lang, "case-supporters", &[("n", case.supporters.into())]));
        }
        told.push(Near {
            code: case.code(&kind.flow.code),
            title: case.title.clone(),
            about: about.join(" · "),
            due: due.words,
            state: due.state,
        });
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_it_is_copied() {
        for written in ["10.0452, 105.7469", "10.0452,105.7469", "10,0452; 105,7469", "10,0452, 105,7469"] {
            let at = read_position(written).unwrap().unwrap();
            assert_eq!((at.lat, at.lon), (10.0452, 105.7469), "{written}");
        }
        assert_eq!(read_position("  ").unwrap(), None);
        for wrong in ["10.0452", "ở chợ", "1 2 3", "NaN NaN"] {
            assert_eq!(read_position(wrong).unwrap_err().code(), "position", "{wrong}");
        }
    }

    #[test]
    fn an_address_is_found_again_by_the_words_that_tell_it_from_others() {
        let asked = telling("Số 12 đường Hai Bà Trưng, trước chợ Bông Sen");
        assert!(!asked.contains(&"duong".to_owned()));
        assert!(alike(&asked, "12 Hai Bà Trưng, chợ Bông Sen") >= ALIKE);
        assert!(alike(&asked, "Đường Hai Bà Trưng") < ALIKE);
        assert!(alike(&telling("đường số 1"), "đường số 1") < ALIKE, "too little to tell");
    }
}
