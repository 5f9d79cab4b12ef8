//! Receive a report: from the app, the web, the hotline's desk, Open311, the API, or an officer.
//!
//! Who: for types of public intake everybody; the desk for others; officers for tasks and incidents, and
//! whoever directs there names who does it and by when. The same key twice is one case with one receipt, so a
//! queue that is sent again loses and doubles nothing. A report without a category gets the type's last one;
//! the commune is found from the position, or asked for.

use std::sync::Arc;

use foundation::Error;
use foundation::geo::Point;
use foundation::{Date, Instant, Kind, Result, error::forbidden, error::invalid};
use kit::{Actor, Context, Permission, UnitId, audit};
use serde_json::json;
use units::{Atlas, Level, Maps};

use super::{calendars, demand_agency};
use crate::case::{Calendars, Case, Entry, Shown};
use crate::clock::Clocks;
use crate::events::{self, Changed};
use crate::receipt;
use crate::route::route;
use crate::service::{CaseType, Types};
use crate::store::people::Reporter;
use crate::workflow::{Category, Intake, Stage};
use crate::{index, keeper, store};

/// Reports from one device or phone in an hour.
const MOST_OF_ONE: i64 = 20;
/// Reports from one address in an hour: behind one address of a mobile network are many phones.
const MOST_OF_ADDRESS: i64 = 600;
/// So long ago a report may have been written to be counted in the hour of its writing.
pub const OFFLINE_S: i64 = 48 * 3600;
/// The country with its sea: west, south, east, north.
const COUNTRY: [f64; 4] = [102.0, 6.0, 118.5, 23.6];
/// Below this the commune that a position gives is a guess, and the reporter is asked.
pub const SURE: f64 = 0.6;

/// Where.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// How sure, metres.
    pub accuracy_m: Option<f64>,
}

/// The action.
#[derive(Debug, Clone, Default)]
pub struct Receive {
    /// The sender's own key of this report.
    pub key: String,
    /// The type.
    pub kind: String,
    /// The category; the type's last one when left out.
    pub category: Option<String>,
    /// The severity; the desk and officers may say, else it is the category's.
    pub severity: Option<String>,
    /// One line; the first words of the content when left out.
    pub title: String,
    /// What is the matter.
    pub content: String,
    /// Where, in words.
    pub address: String,
    /// Where.
    pub position: Option<Position>,
    /// The commune, when somebody said.
    pub place: Option<UnitId>,
    /// By which way.
    pub channel: &'static str,
    /// When it was written, without a network.
    pub happened_at: Option<Instant>,
    /// Who.
    pub reporter: Reporter,
    /// What it is made from: `tile:…`, `alert:…`, `document:…`.
    pub source: String,
    /// What is counted against floods: kind and value.
    pub senders: Vec<(&'static str, String)>,
    /// Who is to do it, for what is given inside; as the routes say when left out.
    pub agency: Option<UnitId>,
    /// By when it is to be done, for what is given inside; as the rules say when left out.
    pub due: Option<Instant>,
}

/// What the sender gets.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// The case.
    pub case: Case,
    /// Its code.
    pub code: String,
    /// The secret that makes its holder the reporter.
    pub secret: String,
    /// Whether it was received before.
    pub again: bool,
}

/// A new case of a type, with nothing in it yet.
pub fn opened(kind: &CaseType, category: &Category, now: Instant, calendars: &Calendars) -> Result<Case> {
    let severity = kind
        .flow
        .severity(&category.severity)
        .ok_or_else(|| invalid("case_severity", "Loại vụ việc này thiếu mức độ."))?;
    let hours = calendars
        .get(&severity.calendar)
        .ok_or_else(|| invalid("case_calendar", "Loại vụ việc này thiếu lịch làm việc."))?;
    let clocks = Clocks::received(&severity.calendar, severity.limits(), now, hours)?;
    let mut case = Case {
        seq: 0,
        kind: kind.id.clone(),
        category: category.id.clone(),
        severity: severity.id.clone(),
        state: kind.flow.begins.clone(),
        stage: kind.flow.state(&kind.flow.begins).map_or(Stage::New, |s| s.stage).number(),
        place: 0,
        agency: 0,
        handler: None,
        title: String::new(),
        content: String::new(),
        address: String::new(),
        lat: None,
        lon: None,
        accuracy_m: None,
        place_sure: false,
        channel: String::new(),
        received_at: now,
        happened_at: None,
        changed_at: now,
        taken_in_at: None,
        solved_at: None,
        clocks: json!({}),
        due_at: None,
        due_clock: None,
        promised_at: None,
        paused: false,
        late: false,
        supporters: 0,
        photos: 0,
        entries: 0,
        version: 1,
        published: false,
        public_text: String::new(),
        answer: String::new(),
        reason: String::new(),
        rating: None,
        reopened: 0,
        extended: 0,
        merged_into: None,
        split_from: None,
        source: String::new(),
        demo: false,
    };
    case.set_clocks(&clocks)?;
    Ok(case)
}

/// A text a person typed: no control characters but line ends, no white space at its ends, not too long.
pub fn clean(text: &str, most: usize, what: &str) -> Result<String> {
    let kept: String = text.replace("\r\n", "\n").chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    let kept = kept.trim();
    match kept.chars().count() {
        n if n > most => {
            Err(invalid("case_text_long", format!("{what} dài {n} ký tự, tối đa {most}. Hãy viết ngắn lại.")))
        }
        _ => Ok(kept.to_owned()),
    }
}

/// A telephone number as people here write it, «0912345678», abroad «+855…»; empty stays empty.
pub fn phone(written: &str) -> Result<String> {
    if written.trim().is_empty() {
        return Ok(String::new());
    }
    let number = foundation::phone::number(written).ok_or_else(|| {
        invalid("case_phone", "Số điện thoại chưa đúng: ghi 10 chữ số, ví dụ 0912 345 678.")
    })?;
    Ok(number.strip_prefix("84").map_or_else(|| format!("+{number}"), |own| format!("0{own}")))
}

/// Who reports, as they are kept.
pub(super) fn reachable(who: &Reporter) -> Result<Reporter> {
    let (phone, email) = (phone(&who.phone)?, clean(&who.email, 120, "Thư điện tử")?);
    // Who can be written to has an id, so that no message needs to know the address.
    let by_message = !phone.is_empty() || !email.is_empty();
    Ok(Reporter {
        citizen: who.citizen.or_else(|| by_message.then(foundation::new_id)),
        name: clean(&who.name, 100, "Họ tên")?,
        phone,
        email,
        consent: who.consent,
    })
}

/// The communes in which a position may lie, the likeliest first, and whether the first is sure enough.
pub async fn places_at(cx: &Context, at: Position) -> Result<(Vec<UnitId>, bool)> {
    let [west, south, east, north] = COUNTRY;
    let inside = (south..=north).contains(&at.lat) && (west..=east).contains(&at.lon);
    if !inside {
        let why = "Vị trí nằm ngoài Việt Nam. Hãy chọn lại trên bản đồ, hoặc gửi không kèm vị trí.";
        return Err(invalid("position_outside", why));
    }
    let (atlas, maps) = (cx.house.get::<Atlas>()?, cx.house.get::<Maps>()?);
    let (map, root, day) = (atlas.map(), atlas.require_root()?, Date::of(cx.clock.now()));
    let point = Point { lat: at.lat, lon: at.lon };
    let (found, _) = maps.locate(&cx.db, &map, root, day, point).await?;
    if found.is_empty() {
        let name = map.name(root, day);
        let why = format!("Vị trí không thuộc {name}. Hãy chọn lại trên bản đồ, hoặc gửi không kèm vị trí.");
        return Err(invalid("position_elsewhere", why));
    }
    let sure = found.first().is_some_and(|c| c.confidence >= SURE);
    Ok((found.into_iter().take(4).map(|c| c.id).collect(), sure))
}

fn may_begin(cx: &Context, kind: &CaseType, place: UnitId) -> bool {
    let at = |permission| cx.scope.allows(permission, place, &kind.pack);
    match kind.flow.intake {
        Intake::Public => true,
        Intake::Desk => at(Permission::TakeInCases),
        Intake::Inside => {
            at(Permission::DirectCases) || at(Permission::TakeInCases) || at(Permission::HandleCases)
        }
    }
}

impl Receive {
    /// Receives it.
    pub async fn run(self, cx: &Context) -> Result<Receipt> {
        let kind = cx.house.get::<Types>()?.get(&self.kind)?;
        let secret = receipt::secret(&self.key)?;
        let kept = receipt::kept(&secret);
        if let Some(id) = store::people::of_receipt(&cx.db, &kept).await? {
            return known(cx, &kind, id, secret).await;
        }
        let case = self.case(cx, &kind).await?;
        if !may_begin(cx, &kind, case.place) {
            let why = "Loại vụ việc này do bộ phận tiếp nhận hoặc cán bộ lập. Hãy gửi phản ánh hiện trường.";
            return Err(forbidden("case_not_yours", why));
        }
        let reporter = reachable(&self.reporter)?;
        match self.write(cx, &kind, case, &reporter, &kept).await? {
            Written::New(case) => {
                let code = case.code(&kind.flow.code);
                Ok(Receipt { case: *case, code, secret, again: false })
            }
            Written::Known(id) => known(cx, &kind, id, secret).await,
        }
    }

    /// The case as it will be written.
    async fn case(&self, cx: &Context, kind: &Arc<CaseType>) -> Result<Case> {
        let atlas = cx.house.get::<Atlas>()?;
        let (map, root, now) = (atlas.map(), atlas.require_root()?, cx.clock.now());
        let day = Date::of(now);
        let content = clean(&self.content, 5_000, "Nội dung")?;
        let title = clean(&self.title, 200, "Tên vụ việc")?;
        if content.is_empty() && title.is_empty() {
            return Err(invalid("case_text", "Hãy ghi điều bạn muốn phản ánh."));
        }
        let category = match self.category.as_deref().filter(|c| !c.is_empty()) {
            Some(id) => kind.flow.category(id).ok_or_else(|| {
                invalid("case_category", "Không có loại phản ánh này. Hãy chọn trong danh sách.")
            })?,
            None => kind
                .flow
                .categories
                .last()
                .ok_or_else(|| invalid("case_category", "Loại vụ việc này chưa có danh mục."))?,
        };
        let mut category = category.clone();
        let inside = cx.actor.is_signed_in();
        if let Some(severity) = self.severity.as_ref().filter(|s| inside && !s.is_empty()) {
            category.severity = severity.clone();
        }
        let calendars = calendars(cx, kind, &[])?;
        let mut case = opened(kind, &category, now, &calendars)?;
        case.title = if title.is_empty() { first_words(&content) } else { title };
        case.content = content;
        case.address = clean(&self.address, 300, "Địa chỉ")?;
        case.channel = self.channel.to_owned();
        case.source = self.source.clone();
        case.happened_at = self.happened_at.filter(|at| *at <= now);
        let mut guess = None;
        if let Some(at) = self.position {
            let (places, sure) = places_at(cx, at).await?;
            guess = places.first().map(|p| (*p, sure));
            (case.lat, case.lon) = (Some(at.lat), Some(at.lon));
            case.accuracy_m = at.accuracy_m.filter(|m| m.is_finite() && (0.0..100_000.0).contains(m));
        }
        if let Some(place) = self.place {
            let below = map.is_within(place, root, day)
                && map.on(place, day).is_some_and(|v| v.level.is_place() && v.level != Level::Country);
            if !below {
                return Err(invalid("case_place", "Xã, phường này không thuộc địa bàn. Hãy chọn lại."));
            }
        }
        (case.place, case.place_sure) = match (self.place, guess) {
            (Some(place), _) => (place, true),
            (None, Some((place, sure))) => (place, sure),
            (None, None) => (root, false),
        };
        case.agency = route(cx.house.get::<Types>()?.as_ref(), kind, &case, &map, root, now);
        self.order(cx, kind, &mut case)?;
        Ok(case)
    }

    /// Who is to do it and by when, where whoever gives it says so.
    fn order(&self, cx: &Context, kind: &CaseType, case: &mut Case) -> Result<()> {
        if self.agency.is_none() && self.due.is_none() {
            return Ok(());
        }
        let (now, inside) = (case.received_at, kind.flow.intake == Intake::Inside);
        if !inside || !cx.scope.allows(Permission::DirectCases, case.place, &kind.pack) {
            let why = "Người chỉ đạo ở địa bàn này mới giao đơn vị thực hiện và hạn hoàn thành.";
            return Err(forbidden("case_order_not_yours", why));
        }
        if let Some(agency) = self.agency {
            demand_agency(cx, case.place, agency)?;
            case.agency = agency;
        }
        if let Some(due) = self.due {
            if due <= now {
                return Err(invalid("case_due_past", "Hạn hoàn thành đã qua. Hãy chọn ngày sau."));
            }
            let mut clocks = case.clocks()?;
            clocks.given(due, now);
            case.set_clocks(&clocks)?;
        }
        Ok(())
    }

    async fn write(
        &self,
        cx: &Context,
        kind: &CaseType,
        mut case: Case,
        reporter: &Reporter,
        kept: &[u8],
    ) -> Result<Written> {
        let now = case.received_at;
        let mut tx = cx.db.begin().await?;
        // Of two that are sent at once the second finds the receipt of the first.
        tx.lock(&format!("receipt:{}", kept.first().copied().unwrap_or_default())).await?;
        let first: Option<(i64,)> =
            tx.one("SELECT seq FROM case_receipt WHERE secret = $1", storage::args![kept]).await?;
        if let Some((id,)) = first {
            return Ok(Written::Known(id));
        }
        if matches!(cx.actor, Actor::Public) {
            // What was written without a network comes all at once: a device and a phone are counted in the
            // hour of writing, an address in that of sending.
            let written = case.happened_at.filter(|at| now.since(*at) < OFFLINE_S * 1_000_000);
            for (what, value) in &self.senders {
                let at = written.filter(|_| *what != "address").unwrap_or(now);
                let hour = at.seconds() / 3600;
                let n = store::people::count_flood(&mut tx, &receipt::fingerprint(what, value), hour).await?;
                let most = if *what == "address" { MOST_OF_ADDRESS } else { MOST_OF_ONE };
                if n > most {
                    let why = "Máy hoặc số điện thoại này đã gửi quá nhiều phản ánh trong một giờ. Hãy thử \
                               lại sau; việc khẩn cấp xin gọi 112, 113, 114, 115.";
                    return Err(Error::new(Kind::TooMany, "case_flood", why));
                }
            }
        }
        case.entries = 1;
        let wake = keeper::wake(kind, &case, &calendars(cx, kind, &[])?, now);
        store::cases::insert(&mut tx, &mut case, wake).await?;
        let entry = Entry {
            action: "case.receive",
            deed: "receive",
            step: String::new(),
            shown: Shown::Everybody,
            text: String::new(),
            detail: json!({"channel": case.channel}),
        };
        let actor = match (kind.flow.intake, &cx.actor) {
            (Intake::Public, Actor::Public) => "reporter".to_owned(),
            (_, actor) => actor.audit_name(),
        };
        store::entries::write(&mut tx, &case, &actor, now, &entry).await?;
        store::people::keep(&mut tx, case.seq, reporter).await?;
        store::people::keep_receipt(&mut tx, kept, case.seq).await?;
        index::put(&mut tx, &case, kind).await?;
        let changed = Changed {
            case: case.seq,
            kind: case.kind.clone(),
            deed: "receive".into(),
            entry: case.entries,
            units: vec![case.place, case.agency],
            received_at: now,
            solved_at: None,
        };
        events::publish(&mut tx, now, &changed).await?;
        let detail = json!({"kind": case.kind, "channel": case.channel, "place": case.place});
        audit(&mut tx, cx, entry.action, &format!("case:{}", case.seq), &detail).await?;
        tx.commit().await?;
        Ok(Written::New(Box::new(case)))
    }
}

enum Written {
    New(Box<Case>),
    Known(i64),
}

/// The receipt of a report that was received before.
async fn known(cx: &Context, kind: &CaseType, id: i64, secret: String) -> Result<Receipt> {
    let case = store::cases::get(&cx.db, id).await?.ok_or_else(super::no_case)?;
    let code = case.code(&kind.flow.code);
    Ok(Receipt { case, code, secret, again: true })
}

/// The beginning of a text, as a title.
pub fn first_words(content: &str) -> String {
    let line = content.lines().next().unwrap_or_default();
    if line.chars().count() <= 80 {
        return line.to_owned();
    }
    let cut: String = line.chars().take(80).collect();
    let at = cut.rfind(' ').unwrap_or(cut.len());
    format!("{}…", cut[..at].trim_end_matches([',', '.', ';', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_read_as_people_write_them() {
        for written in ["0912 345 678", "0912.345.678", "+84 912 345 678", "84912345678"] {
            assert_eq!(phone(written).unwrap(), "0912345678", "{written}");
        }
        assert_eq!(phone("  ").unwrap(), "");
        for written in ["12", "<script>", "0912345678901", "gọi tôi"] {
            assert_eq!(phone(written).unwrap_err().code(), "case_phone", "{written}");
        }
    }

    #[test]
    fn a_title_is_the_first_words_and_a_text_has_no_control_characters() {
        assert_eq!(first_words("Mất nắp cống\nở đường Hai Bà Trưng"), "Mất nắp cống");
        let long = "đường hỏng ".repeat(20);
        assert!(first_words(&long).ends_with("hỏng…") || first_words(&long).ends_with("đường…"));
        assert_eq!(clean(" a\u{0}b\r\nc ", 10, "x").unwrap(), "ab\nc");
        assert_eq!(clean("12345", 4, "x").unwrap_err().code(), "case_text_long");
    }
}
