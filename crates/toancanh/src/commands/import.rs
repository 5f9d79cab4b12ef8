//! `toancanh import FILE`: figures from an Excel, OpenDocument or CSV file, with every bad cell named.

use std::path::PathBuf;

use clap::Args;
use foundation::{Result, error::invalid, error::unavailable};
use indicators::actions::record::Mode;
use indicators::import::{ImportOptions, import_file};
use units::Atlas;

use crate::config::Settings;
use crate::open;

/// `import …`.
#[derive(Debug, Args)]
pub struct Import {
    /// Tệp Excel (.xlsx, .xls), OpenDocument (.ods) hoặc CSV
    pub file: PathBuf,
    /// Trang tính cần đọc; bỏ trống là mọi trang nhận ra được
    #[arg(long)]
    pub sheet: Option<String>,
    /// Kỳ số liệu khi tệp không ghi, ví dụ 2026-10
    #[arg(long)]
    pub period: Option<String>,
    /// Ghi phần đúng dù có ô sai
    #[arg(long)]
    pub good_rows: bool,
    /// Chỉ kiểm tra, không ghi gì
    #[arg(long)]
    pub dry_run: bool,
}

/// Runs it.
pub async fn run(args: Import, settings: &Settings) -> Result<()> {
    let bytes = std::fs::read(&args.file).map_err(|e| {
        unavailable("import_file", format!("Không đọc được tệp {}.", args.file.display())).because(e)
    })?;
    let name = args.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let opened = open::beside(settings).await?;
    let root = opened.house.get::<Atlas>()?.require_root()?;
    let options = ImportOptions {
        sheet: args.sheet,
        period: args.period,
        mode: if args.good_rows { Mode::GoodRows } else { Mode::AllOrNothing },
        dry_run: args.dry_run,
        ..ImportOptions::default()
    };
    let cx = opened.house.system("cli");
    let report = import_file(&cx, root, bytes, &name, options).await?;
    for fault in &report.faults {
        println!("{} {}: {} {}", fault.sheet, fault.cell, fault.message, fault.remedy);
    }
    let s = &report.summary;
    println!(
        "{} giá trị mới, {} đính chính, {} không đổi, {} ô sai.",
        s.new,
        s.changed,
        s.unchanged,
        report.faults.len()
    );
    match (report.faults.is_empty(), report.batch, args.dry_run) {
        (true, _, _) | (false, Some(_), _) | (_, _, true) => Ok(()),
        (false, None, false) => Err(invalid(
            "import_faults",
            "Chưa ghi gì vì có ô sai. Hãy sửa tệp, hoặc thêm --good-rows để ghi phần đúng.",
        )),
    }
}
