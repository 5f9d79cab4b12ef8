//! `toancanh check`: whether everything that is kept is whole. Changes nothing; works beside a running
//! server.

use foundation::{Result, Stopwatch, SystemClock, error::conflict, error::unavailable};
use storage::files::Files;
use storage::upkeep::{self, Column};
use storage::{Db, jobs, migrate, outbox};

use crate::config::Settings;
use crate::open;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub what: &'static str,
    /// What was found, when it is whole.
    pub note: String,
    /// What is wrong, a line each; empty when it is whole.
    pub faults: Vec<String>,
}

impl Finding {
    fn new(what: &'static str, note: impl Into<String>, faults: Vec<String>) -> Finding {
        Finding { what, note: note.into(), faults }
    }
}

/// How many faults there are.
pub fn faults(all: &[Finding]) -> usize {
    all.iter().map(|f| f.faults.len()).sum()
}

/// Runs it.
pub async fn run(settings: &Settings) -> Result<()> {
    let (db, files) = open::as_it_is(settings).await?;
    let mut tell = |f: &Finding| {
        let mark = if f.faults.is_empty() { "tốt " } else { "LỖI " };
        println!("{mark} {:<22} {}", f.what, f.note);
        for fault in f.faults.iter().take(20) {
            println!("       · {fault}");
        }
        if f.faults.len() > 20 {
            println!("       · … và {} lỗi nữa", f.faults.len() - 20);
        }
    };
    let all = findings(&db, &files, &mut tell).await?;
    match faults(&all) {
        0 => {
            println!("Không có lỗi.");
            Ok(())
        }
        n => Err(conflict("check_faults", format!("Có {n} lỗi, nêu ở trên."))),
    }
}

/// Looks at everything; `tell` hears of each thing as soon as it is known.
pub async fn findings(
    db: &Db,
    files: &Files,
    tell: &mut (dyn FnMut(&Finding) + Send),
) -> Result<Vec<Finding>> {
    let mut all = Vec::new();
    let mut add = |finding: Finding| {
        tell(&finding);
        all.push(finding);
    };
    let pending = migrate::pending(db, &open::migrations()).await?;
    if pending > 0 {
        let fault = format!("thiếu {pending} bước nâng cấp: máy chủ sẽ chạy chúng khi khởi động");
        add(Finding::new("Phiên bản", "", vec![fault]));
        return Ok(all);
    }
    let watch = Stopwatch::start();
    let broken = upkeep::integrity(db).await?;
    let bytes = upkeep::size(db).await?;
    let note = format!(
        "{}, {:.1} MB, {:.1} giây",
        db.dialect().name(),
        bytes as f64 / 1e6,
        watch.elapsed().as_secs_f64()
    );
    add(Finding::new("Cơ sở dữ liệu", note, broken));
    let schema = upkeep::schema(db).await?;
    let tables = schema.chunk_by(|a, b| a.tab == b.tab).count();
    add(Finding::new("Lược đồ", format!("{tables} bảng"), differences(&wanted().await?, &schema)));

    let watch = Stopwatch::start();
    let broken = files.check(db).await?;
    let orphans = files.orphans(db).await?.len();
    let note = format!("{orphans} tệp mồ côi chờ dọn, {:.1} giây", watch.elapsed().as_secs_f64());
    add(Finding::new("Kho tệp", note, broken));

    let report = identity::verify(db).await?;
    let broken = report.first_broken.iter().map(|b| format!("đứt ở dòng {}: {}", b.seq, b.fault.name()));
    let note = format!("{} dòng đã niêm phong, {} dòng chờ", report.sealed, report.unsealed);
    add(Finding::new("Nhật ký", note, broken.collect()));

    let (waiting, aside) = outbox::counts(db).await?;
    let stuck = (aside > 0).then(|| format!("{aside} sự kiện bị gác lại sau nhiều lần lỗi"));
    add(Finding::new("Sự kiện", format!("{waiting} đang chờ"), stuck.into_iter().collect()));
    let states = jobs::counts(db).await?;
    let count = |state: &str| states.iter().find(|s| s.0 == state).map_or(0, |s| s.1);
    let dead = (count("dead") > 0).then(|| format!("{} việc hỏng, xem trang /jobs", count("dead")));
    let note = format!("{} chờ, {} đang chạy", count("ready"), count("running"));
    add(Finding::new("Việc nền", note, dead.into_iter().collect()));

    let watch = Stopwatch::start();
    let apart = indicators::agree::disagreements(db).await?;
    let kinds = [
        (apart.invented, "giá trị hiển thị khác lời cuối của nguồn"),
        (apart.lost, "giá trị đã báo mà không hiển thị"),
        (apart.outranked, "giá trị hiển thị thay cho nguồn ưu tiên hơn"),
    ];
    let broken = kinds.iter().filter(|k| k.0 > 0).map(|(n, what)| format!("{n} {what}")).collect();
    add(Finding::new("Số liệu", format!("{:.1} giây", watch.elapsed().as_secs_f64()), broken));
    Ok(all)
}

/// The schema that this program makes, from a fresh database that is thrown away.
async fn wanted() -> Result<Vec<Column>> {
    let folder = std::env::temp_dir().join(format!("toancanh-schema-{}", foundation::new_id()));
    std::fs::create_dir_all(&folder)
        .map_err(|e| unavailable("temp_folder", "Không tạo được thư mục tạm.").because(e))?;
    let made = async {
        let db = Db::sqlite(&folder)?;
        migrate(&db, &SystemClock, &open::migrations()).await?;
        upkeep::schema(&db).await
    };
    let schema = made.await;
    let _ = std::fs::remove_dir_all(&folder);
    schema
}

/// What differs between two schemas, a line each.
fn differences(wanted: &[Column], found: &[Column]) -> Vec<String> {
    let mut lines = Vec::new();
    for column in wanted {
        match found.iter().find(|c| c.tab == column.tab && c.col == column.col) {
            None => lines.push(format!("thiếu cột {}.{}", column.tab, column.col)),
            Some(c) if c != column => lines.push(format!(
                "cột {}.{} là {} (null {}, khóa {}), cần {} (null {}, khóa {})",
                c.tab, c.col, c.typ, c.nullable, c.key, column.typ, column.nullable, column.key
            )),
            Some(_) => {}
        }
    }
    for column in found {
        if !wanted.iter().any(|c| c.tab == column.tab && c.col == column.col) {
            lines.push(format!("cột lạ {}.{}", column.tab, column.col));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(tab: &str, typ: &str) -> Column {
        Column { tab: tab.into(), col: "id".into(), typ: typ.into(), nullable: 0, key: 1 }
    }

    #[test]
    fn a_schema_tells_what_is_missing_strange_or_of_another_type() {
        let lines = differences(&[column("a", "int"), column("b", "int")], &[column("a", "text")]);
        assert_eq!(lines.len(), 2);
        assert!(differences(&[column("a", "int")], &[column("a", "int")]).is_empty());
        assert_eq!(differences(&[], &[column("c", "int")]), ["cột lạ c.id"]);
    }
}
