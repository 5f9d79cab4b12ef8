//! Synthetic lines of the registers and rules of reception days, so that their pages have something to show.
//! Each is marked `demo` and has a number of its own series: true lines begin at one whatever the demo wrote.

use foundation::{Date, Instant, Result};
use kit::UnitId;
use storage::{Tx, args};

use super::tale::Chance;
use crate::books::reception::Rule;
use crate::books::register::{Book, Entry, Matter, Person, begun};
use crate::store::books::{reception, register};

/// Units that get books.
const MOST_UNITS: usize = 20;
/// Lines of a unit.
const LETTERS: u64 = 9;
const RECEPTIONS: u64 = 4;
/// They are not older than so many days.
const DAYS: usize = 60;

/// Kind, what it is about, how it was dealt with, what came of it.
type Matters = [(&'static str, &'static str, &'static str, &'static str); 8];

const OF_LETTERS: Matters = [
    ("petition", "Đề nghị nâng cấp đường vào khóm, mùa mưa ngập không đi được", "accepted", ""),
    (
        "complaint",
        "Khiếu nại mức bồi thường khi mở rộng đường",
        "accepted",
        "Đã mời đối thoại, đang xác minh",
    ),
    ("reflection", "Phản ánh cơ sở chế biến xả nước thải ra kênh", "passed", "Đã kiểm tra, lập biên bản"),
    ("petition", "Đề nghị xem xét hộ cận nghèo", "guided", "Đã hướng dẫn nộp hồ sơ rà soát"),
    ("denunciation", "Tố cáo hành vi nhận tiền khi làm hồ sơ", "passed", ""),
    ("complaint", "Khiếu nại ranh giới thửa đất với hộ liền kề", "guided", "Đã hướng dẫn hòa giải ở khóm"),
    ("petition", "Đơn trùng nội dung đã trả lời tháng trước", "filed", "Lưu đơn, đã thông báo người gửi"),
    ("reflection", "Phản ánh quán hát loa kéo sau 22 giờ", "", ""),
];

const OF_RECEPTIONS: Matters = [
    ("petition", "Trình bày việc chậm cấp giấy chứng nhận", "explained", "Đã giải thích hạn và lý do chậm"),
    ("complaint", "Không đồng ý giá đền bù", "letter", "Nhận đơn, hẹn trả lời"),
    ("reflection", "Phản ánh nước sinh hoạt yếu", "accepted", ""),
    ("petition", "Hỏi chế độ người cao tuổi", "guided", "Đã hướng dẫn thủ tục tại Trung tâm"),
    ("complaint", "Khiếu nại quyết định xử phạt xây dựng", "letter", "Nhận đơn"),
    ("petition", "Đề nghị lắp đèn đường", "explained", "Có trong kế hoạch quý tới"),
    ("reflection", "Phản ánh chợ tự phát", "passed", ""),
    ("petition", "Đề nghị hỗ trợ sửa nhà sau bão", "", ""),
];

fn line(book: Book, unit: UnitId, day: Date, n: u64, chance: &mut Chance, now: Instant) -> Entry {
    let all = if book == Book::Letters { OF_LETTERS } else { OF_RECEPTIONS };
    let (kind, summary, handling, result) = all[(n as usize + chance.below(2)) % all.len()];
    let ways = book.ways();
    let matter = Matter {
        received_on: day,
        way: ways[chance.below(ways.len())].to_owned(),
        kind: kind.to_owned(),
        people: if chance.below(6) == 0 { 2 + chance.below(4) as i64 } else { 1 },
        summary: summary.to_owned(),
        receiver: if book == Book::Receptions {
            "Chủ tịch UBND (mẫu)".to_owned()
        } else {
            String::new()
        },
    };
    let mut entry = begun(book, unit, matter, "system".into(), now);
    let today = Date::of(now);
    let later = |from: Date, chance: &mut Chance| from.add_days(1 + chance.below(6) as i32).min(today);
    entry.demo = true;
    if !handling.is_empty() {
        let handled = later(day, chance);
        entry.handling = handling.to_owned();
        entry.handled_on = Some(handled.0.into());
        entry.competence = if handling == "passed" { "other" } else { "own" }.to_owned();
        if handling == "passed" {
            entry.passed_to = "Thanh tra thành phố (mẫu)".to_owned();
        }
        if !result.is_empty() {
            entry.result = result.to_owned();
            entry.result_on = Some(later(handled, chance).0.into());
        }
    }
    entry
}

/// Writes the books of a place and of some of its communes.
pub(super) async fn create(tx: &mut Tx, root: UnitId, communes: &[UnitId], now: Instant) -> Result<()> {
    let today = Date::of(now);
    let mut units = vec![root];
    units.extend(communes.iter().copied().filter(|u| *u != root).take(MOST_UNITS));
    for unit in units {
        for (book, lines) in [(Book::Letters, LETTERS), (Book::Receptions, RECEPTIONS)] {
            let mut chance = Chance::of(unit as u64, lines);
            let mut days: Vec<Date> =
                (0..lines).map(|_| today.add_days(-(chance.below(DAYS) as i32))).collect();
            days.sort_unstable();
            for (n, day) in days.into_iter().enumerate() {
                let mut entry = line(book, unit, day, n as u64, &mut chance, now);
                let who = Person { name: format!("Công dân mẫu {}", n + 1), ..Person::default() };
                let key = format!("demo:{}:{unit}:{n}", book.name());
                register::append(tx, &key, &mut entry, &who).await?;
            }
        }
        let rule = Rule {
            id: 0,
            unit,
            receiver: "Chủ tịch UBND (mẫu)".into(),
            place: "Phòng tiếp công dân".into(),
            opens: 27_000,
            closes: 41_400,
            pattern: if unit == root { "day:15".into() } else { "week:4".into() },
            valid_from: today.add_days(-365).0.into(),
            valid_to: None,
            remark: String::new(),
            demo: true,
        };
        reception::insert(tx, &rule, "system", now).await?;
    }
    Ok(())
}

/// Takes them away. Says how many lines and rules there were.
pub(super) async fn remove(tx: &mut Tx) -> Result<u64> {
    for sql in [
        "DELETE FROM book_person WHERE id IN (SELECT id FROM book_entry WHERE demo)",
        "DELETE FROM book_exception WHERE rule IN (SELECT id FROM book_rule WHERE demo)",
    ] {
        tx.run(sql, args![]).await?;
    }
    let lines = tx.run("DELETE FROM book_entry WHERE demo", args![]).await?;
    Ok(lines + tx.run("DELETE FROM book_rule WHERE demo", args![]).await?)
}
