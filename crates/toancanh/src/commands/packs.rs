//! `toancanh packs …`

use std::path::Path;
use std::sync::Arc;

use foundation::Result;
use kit::PackPart;
use packs::Source;

use crate::cli::Packs;
use crate::config::Settings;
use crate::open::beside;
use crate::wiring;

/// The packs of a folder, or those that the program carries.
pub fn source(dir: Option<&Path>) -> Result<Source> {
    dir.map_or_else(|| Ok(Source::embedded()), Source::folder)
}

/// Runs it.
pub async fn run(args: Packs, settings: &Settings) -> Result<()> {
    let parts: Vec<Arc<dyn PackPart>> = wiring::pack_parts();
    match args {
        Packs::Check { dir } => {
            let source = source(dir.as_deref())?;
            let faults = packs::check(&source, &parts);
            for fault in &faults {
                println!("{}", packs::line(fault));
            }
            match faults.is_empty() {
                true => {
                    println!("{} gói, không có lỗi.", source.ids().len());
                    Ok(())
                }
                false => Err(packs::refusal(&faults)),
            }
        }
        Packs::Apply { dir } => {
            let opened = beside(settings).await?;
            let cx = opened.house.system("cli");
            let report = packs::apply(&cx, &source(dir.as_deref())?, &parts).await?;
            match report.changed {
                true => println!("Đã áp dụng {} gói, {} dòng.", report.packs.len(), report.rows),
                false => println!("Không có gì đổi."),
            }
            for overlay in report.conflicts() {
                println!("Cần xem lại phần địa phương sửa: {overlay:?}");
            }
            Ok(())
        }
        Packs::List => {
            let opened = beside(settings).await?;
            for pack in opened.house.get::<packs::Packs>()?.all().iter() {
                println!("{:<14} {} ({} chỉ tiêu)", pack.id, pack.name.vi, pack.count("indicator"));
            }
            Ok(())
        }
        Packs::Diff { dir } => {
            let opened = beside(settings).await?;
            let diff = packs::diff(&opened.house.db, &source(dir.as_deref())?).await?;
            for d in &diff.values {
                let show =
                    |v: &Option<serde_json::Value>| v.as_ref().map_or("–".to_owned(), ToString::to_string);
                println!("{}/{} {}: {} → {}", d.pack, d.path, d.pointer, show(&d.applied), show(&d.source));
            }
            for pack in &diff.closing {
                println!("{pack}: sẽ đóng");
            }
            if diff.values.is_empty() && diff.closing.is_empty() {
                println!("Không có gì khác.");
            }
            Ok(())
        }
    }
}
