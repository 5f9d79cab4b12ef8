//! `toancanh audit …`

use std::io::Write;

use foundation::{Date, Instant, Result, error::conflict, error::unavailable};
use identity::store::log::{self, Filter};
use storage::Db;

use crate::cli::{Audit, AuditFilter};
use crate::config::Settings;
use crate::open;

/// Rows read at once.
const CHUNK: i64 = 1000;

/// Runs it.
pub async fn run(args: Audit, settings: &Settings) -> Result<()> {
    match args {
        Audit::List(rows) => {
            let (db, _) = open::as_it_is(settings).await?;
            let found = log::find(&db, &filter(&rows.filter)?, rows.limit.clamp(1, 100_000)).await?;
            for e in found.iter().rev() {
                let seq = e.seq.map_or_else(|| "–".to_owned(), |s| s.to_string());
                let at = foundation::moment::rfc3339(e.at);
                println!("{seq:>7} {at} {:<44} {:<24} {} {}", e.actor, e.action, e.subject, e.detail);
            }
            Ok(())
        }
        Audit::Export { file, rows } => {
            // The export is itself a row of the log, so the house is opened.
            let opened = open::beside(settings).await?;
            let cx = opened.house.system("cli");
            let mut tx = cx.db.begin().await?;
            kit::audit(&mut tx, &cx, "audit.export", "audit", &serde_json::json!({ "by": "cli" })).await?;
            tx.commit().await?;
            let filter = filter(&rows)?;
            match file {
                Some(path) => {
                    let mut out = std::fs::File::create_new(&path).map_err(|e| {
                        let message =
                            format!("Không tạo được {}: tệp đã có, hoặc không có quyền ghi.", path.display());
                        unavailable("export_file", message).because(e)
                    })?;
                    let n = export(&cx.db, filter, &mut out).await?;
                    out.sync_all().map_err(broken)?;
                    println!("Đã xuất {n} dòng vào {}.", path.display());
                }
                None => {
                    export(&cx.db, filter, &mut std::io::stdout()).await?;
                }
            }
            Ok(())
        }
        Audit::Verify => {
            let (db, _) = open::as_it_is(settings).await?;
            let report = identity::verify(&db).await?;
            println!("{} dòng nguyên vẹn, {} dòng chờ niêm phong.", report.sealed, report.unsealed);
            if let Some(head) = &report.head {
                println!("Dấu niêm phong cuối: {head}");
            }
            match report.first_broken {
                None => Ok(()),
                Some(b) => Err(conflict(
                    "audit_broken",
                    format!("Chuỗi niêm phong đứt ở dòng {} ({}).", b.seq, b.fault.name()),
                )),
            }
        }
    }
}

fn broken(e: std::io::Error) -> foundation::Error {
    unavailable("export_file", "Không ghi được tệp xuất.").because(e)
}

fn filter(asked: &AuditFilter) -> Result<Filter> {
    let day = |text: &Option<String>, after: i32| -> Result<Option<Instant>> {
        text.as_deref().map(|t| Date::parse(t).map(|d| d.add_days(after).start())).transpose()
    };
    Ok(Filter {
        actors: asked.actor.clone().map(|a| vec![a]),
        action: asked.action.clone(),
        subject: asked.subject.clone(),
        from: day(&asked.from, 0)?,
        until: day(&asked.to, 1)?,
        ..Filter::default()
    })
}

/// Writes what fits, the newest first. Says how many rows.
async fn export(db: &Db, mut filter: Filter, out: &mut (dyn Write + Send)) -> Result<usize> {
    let (mut total, mut head) = (0, true);
    loop {
        let rows = log::find(db, &filter, CHUNK).await?;
        out.write_all(&identity::sheet::csv(&rows, head)?).map_err(broken)?;
        total += rows.len();
        head = false;
        filter.older_than = rows.last().map(|e| (e.at, e.id));
        if rows.len() < CHUNK as usize {
            return Ok(total);
        }
        eprint!("\r{total} dòng…");
    }
}
