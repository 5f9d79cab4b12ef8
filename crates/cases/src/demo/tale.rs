//! What happens to one synthetic case. Pure: its seed and the moments decide, and every step goes through
//! [`Case::take`], so that its clocks and its history are those of a true one.

use foundation::{Date, Instant, Result, error::internal};
use kit::UnitId;
use serde_json::json;
use storage::{Value, args};
use units::Map;

use super::texts::{TEXTS, Text, WHERE};
use crate::actions::receive::opened;
use crate::case::{Calendars, Case, Entry, Given, Shown};
use crate::events::Changed;
use crate::route::route;
use crate::service::{CaseType, Types};
use crate::workflow::{Deed, Stage, Step};

/// Chance that repeats (SplitMix64).
pub(super) struct Chance(u64);

impl Chance {
    /// The stream of a place and a number.
    pub fn of(place: u64, n: u64) -> Chance {
        Chance(place.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ n.wrapping_mul(0xbf58_476d_1ce4_e5b9))
    }

    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// A number in 0..1.
    pub fn fraction(&mut self) -> f64 {
        (self.draw() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.draw() % n.max(1) as u64) as usize
    }

    /// Whether something of this likelihood happens.
    fn happens(&mut self, part: f64) -> bool {
        self.fraction() < part
    }
}

/// A line of the history: when, what, the state after it.
pub(super) struct Line {
    at: Instant,
    entry: Entry,
    state: String,
}

/// A case with its history.
pub(super) struct Tale {
    pub case: Case,
    pub lines: Vec<Line>,
}

impl Tale {
    /// The rows of its history.
    pub fn rows(&self, actor: &str) -> Vec<Vec<Value>> {
        let row = |(n, line): (usize, &Line)| {
            let by_reporter = matches!(line.entry.deed, "receive" | "rate");
            let shown = match line.entry.shown {
                Shown::Inside => 0_i64,
                Shown::Reporter => 1,
                Shown::Everybody => 2,
            };
            args![
                self.case.seq,
                n as i64 + 1,
                line.at,
                if by_reporter { "reporter" } else { actor },
                line.entry.deed,
                line.entry.step.as_str(),
                line.state.as_str(),
                shown,
                line.entry.text.as_str(),
                &line.entry.detail
            ]
        };
        self.lines.iter().enumerate().map(row).collect()
    }

    /// What is told of its receipt.
    pub fn changed(&self) -> Changed {
        Changed {
            case: self.case.seq,
            kind: self.case.kind.clone(),
            deed: "receive".into(),
            entry: 1,
            units: vec![self.case.place, self.case.agency],
            received_at: self.case.received_at,
            solved_at: None,
        }
    }

    fn write(&mut self, at: Instant, entry: Entry) {
        self.case.changed_at = at;
        self.case.version += 1;
        self.lines.push(Line { at, entry, state: self.case.state.clone() });
    }
}

/// What tales are told with.
pub(super) struct Teller<'a> {
    pub types: &'a Types,
    pub kind: &'a CaseType,
    pub calendars: &'a Calendars,
    pub map: &'a Map,
    pub root: UnitId,
    pub now: Instant,
}

impl Teller<'_> {
    /// A case that just came.
    pub fn received(&self, commune: UnitId, at: Instant, chance: &mut Chance) -> Result<Tale> {
        let known: Vec<&Text> =
            TEXTS.iter().filter(|t| self.kind.flow.category(t.category).is_some()).collect();
        let nothing = || internal("demo_texts", "Loại phản ánh không có danh mục nào của bộ mẫu");
        let text = *known.get(chance.below(known.len())).ok_or_else(nothing)?;
        let category = self.kind.flow.category(text.category).ok_or_else(nothing)?;
        let spot = WHERE[chance.below(WHERE.len())];
        let mut case = opened(self.kind, category, at, self.calendars)?;
        case.demo = true;
        case.place = commune;
        case.place_sure = true;
        case.title = format!("{} {spot}", text.title);
        case.content = text.content.to_owned();
        case.address = spot.to_owned();
        let channels = ["app", "app", "app", "web", "hotline", "counter"];
        case.channel = channels[chance.below(channels.len())].to_owned();
        if chance.happens(0.25) {
            case.supporters = 1 + chance.below(9) as i64;
        }
        if let Some(version) = self.map.nearest(commune, Date::of(self.now))
            && let Some((lon, lat)) = version.point
        {
            // Within a third of the radius of a round commune of this area, so that it stays inside.
            let km = (version.area_km2.unwrap_or(20.0) / std::f64::consts::PI).sqrt() / 3.0;
            let (angle, far) = (chance.fraction() * std::f64::consts::TAU, chance.fraction().sqrt() * km);
            case.lat = Some(lat + far * angle.sin() / 110.6);
            case.lon = Some(lon + far * angle.cos() / (111.3 * lat.to_radians().cos()));
            case.accuracy_m = Some(10.0);
        }
        case.agency = route(self.types, self.kind, &case, self.map, self.root, at);
        let mut tale = Tale { case, lines: Vec::new() };
        let entry = Entry {
            action: "case.receive",
            deed: "receive",
            step: String::new(),
            shown: Shown::Everybody,
            text: String::new(),
            detail: json!({"channel": tale.case.channel}),
        };
        tale.write(at, entry);
        tale.case.version = 1;
        Ok(tale)
    }

    /// A case that came at `at`, with what happened to it until now.
    pub fn tell(&self, commune: UnitId, at: Instant, chance: &mut Chance) -> Result<Tale> {
        let mut tale = self.received(commune, at, chance)?;
        // One in twelve is forgotten for weeks: the lists of what is late need something to tell.
        let slow = if chance.happens(0.08) { 12.0 } else { 1.0 };
        let mut at = at;
        while let Some((step, given)) = self.next_step(&tale.case, chance) {
            at = at.plus_seconds((pause_s(step.does, chance) * slow) as i64);
            if at >= self.now {
                break;
            }
            let rating = (step.does == Deed::Close && chance.happens(0.6)).then(|| {
                let stars = [5, 5, 5, 4, 4, 4, 3];
                stars[chance.below(stars.len())]
            });
            let mut entry = tale.case.take(self.kind, step, &given, self.calendars, at)?;
            if rating.is_some() {
                tale.case.rating = rating;
                entry =
                    Entry { deed: "rate", shown: Shown::Reporter, detail: json!({"stars": rating}), ..entry };
            }
            tale.write(at, entry);
        }
        Ok(tale)
    }

    /// What is done with a case next; `None` when it is done with.
    pub fn next_step(&self, case: &Case, chance: &mut Chance) -> Option<(&Step, Given)> {
        let text = TEXTS.iter().find(|t| t.category == case.category);
        let does = match case.stage() {
            Stage::New if chance.happens(0.06) => Deed::Refuse,
            Stage::New if chance.happens(0.03) => Deed::PassOut,
            Stage::New => Deed::TakeIn,
            Stage::Work if case.paused => Deed::Resume,
            Stage::Work if case.state == "accepted" => Deed::Tell,
            Stage::Work if chance.happens(0.1) => Deed::Pause,
            Stage::Work => Deed::Propose,
            Stage::Review => Deed::Approve,
            Stage::Answered => Deed::Close,
            _ => return None,
        };
        let step = self.kind.flow.step_doing(&case.state, does);
        let step = match does {
            // The step that begins the work, not the one that reports progress in words.
            Deed::Tell => {
                let begins = |s: &&Step| s.needs.is_empty() && s.does == does && s.from.contains(&case.state);
                self.kind.flow.steps.iter().find(begins)
            }
            _ => step,
        }?;
        let mut given = Given::default();
        match does {
            Deed::TakeIn => {
                given.category = Some(case.category.clone());
                given.severity = Some(case.severity.clone());
                given.agency = Some(case.agency);
                given.public_text = Some(case.content.clone());
            }
            Deed::Refuse => {
                given.reason = self.kind.flow.refusals.get(chance.below(2)).map(|r| r.id.clone());
                given.text = "Nội dung chưa thuộc phạm vi tiếp nhận, hoặc chưa đủ để xử lý.".into();
            }
            Deed::PassOut => {
                given.reason = self.kind.flow.elsewhere.last().map(|r| r.id.clone());
                given.text = "Đã hướng dẫn gửi đến nơi có thẩm quyền.".into();
            }
            Deed::Pause => {
                given.reason = self.kind.flow.pauses.first().map(|r| r.id.clone());
                given.text = "Mưa kéo dài, chưa thi công được.".into();
            }
            Deed::Propose => {
                given.text = text.map_or("Đã kiểm tra và xử lý xong.", |t| t.done).to_owned();
            }
            _ => {}
        }
        Some((step, given))
    }
}

/// How long it takes until a step is taken, in seconds.
fn pause_s(does: Deed, chance: &mut Chance) -> f64 {
    let hours = match does {
        Deed::TakeIn => 0.1 + 5.0 * chance.fraction().powi(2),
        Deed::Refuse | Deed::PassOut => 1.0 + 6.0 * chance.fraction(),
        Deed::Tell => 0.5 + 10.0 * chance.fraction(),
        Deed::Pause => 4.0 + 20.0 * chance.fraction(),
        Deed::Resume => 24.0 + 72.0 * chance.fraction(),
        Deed::Propose => 8.0 + 130.0 * chance.fraction().powi(2),
        Deed::Close => 2.0 + 160.0 * chance.fraction(),
        _ => 0.5 + 8.0 * chance.fraction(),
    };
    hours * 3_600.0
}
