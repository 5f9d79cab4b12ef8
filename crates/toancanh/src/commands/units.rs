//! `toancanh units …`

use std::io::Read;
use std::path::Path;

use foundation::geo::Point;
use foundation::{Clock, Date, Error, Result, SystemClock, error::invalid, error::unavailable};
use units::actions::choose_root::ChooseRoot;
use units::actions::import_agencies::ImportAgencies;
use units::agencies::{self, Fault, Row};
use units::{Atlas, Maps, boundaries};

use crate::cli::Units;
use crate::config::Settings;
use crate::open::{alone, beside};

/// Runs it.
pub async fn run(args: Units, settings: &Settings) -> Result<()> {
    match args {
        Units::Root { code } => {
            let opened = alone(settings).await?;
            let cx = opened.house.system("cli");
            let unit = ChooseRoot { code }.run(&cx).await?;
            let today = Date::of(SystemClock.now());
            println!("Hệ thống phục vụ {}.", opened.house.get::<Atlas>()?.map().name(unit, today));
            Ok(())
        }
        Units::Find { query } => {
            let opened = beside(settings).await?;
            let atlas = opened.house.get::<Atlas>()?;
            let map = atlas.map();
            let today = Date::of(SystemClock.now());
            let found = map.search(&query, None, today, 20);
            if found.is_empty() {
                println!("Không tìm thấy đơn vị nào giống «{query}».");
            }
            for f in found {
                let above = f.above.map(|a| format!(", {a}")).unwrap_or_default();
                print!("{:>6}  {}{above}", f.code, f.name);
                if let Some(end) = f.ended {
                    let heirs: Vec<String> = f.successors.iter().map(|u| map.name(*u, today)).collect();
                    print!("  (đến {}; nay là {})", end.add_days(-1).vi(), heirs.join(", "));
                }
                println!();
            }
            Ok(())
        }
        Units::Boundaries { file, property, source, valid_from, approximate } => {
            let valid_from = Date::parse(&valid_from)?;
            let bytes = std::fs::read(&file).map_err(|e| {
                unavailable("boundaries_file", format!("Không đọc được {}.", file.display())).because(e)
            })?;
            let opened = alone(settings).await?;
            let options = boundaries::Options { property, valid_from, source, approximate };
            eprintln!("Đang đọc {} MB ranh giới…", bytes.len() / 1_000_000);
            let report = boundaries::import(&opened.house.system("cli"), &bytes, &options).await?;
            for fault in &report.faults {
                println!("{fault}");
            }
            println!(
                "Đã nạp ranh giới của {} đơn vị và {} tỉnh, thành phố; {} chỗ cần xem lại.",
                report.units,
                report.provinces,
                report.faults.len()
            );
            Ok(())
        }
        Units::Agencies { file, template: _, check } => {
            let rows = file.as_deref().map(read_agencies).transpose()?;
            let opened = beside(settings).await?;
            let cx = opened.house.system("cli");
            let rows = match rows {
                Some(rows) => rows,
                None => {
                    let atlas = cx.house.get::<Atlas>()?;
                    let today = Date::of(cx.clock.now());
                    agencies::template::template(&atlas.map(), atlas.require_root()?, today)?
                }
            };
            let unverified = rows.iter().filter(|r| !r.verified).count();
            let report = ImportAgencies { rows, dry_run: check }.run(&cx).await?;
            if !report.faults.is_empty() {
                return Err(refused(&report.faults));
            }
            println!(
                "{} cơ quan mới, {} thay đổi, {} không đổi; {unverified} chưa đối chiếu với văn bản.{}",
                report.new,
                report.changed,
                report.unchanged,
                if check { " Chỉ kiểm tra, chưa ghi gì." } else { "" }
            );
            Ok(())
        }
        Units::Locate { lon, lat } => {
            let opened = beside(settings).await?;
            let atlas = opened.house.get::<Atlas>()?;
            let map = atlas.map();
            let today = Date::of(SystemClock.now());
            let maps = opened.house.get::<Maps>()?;
            let root = atlas.require_root()?;
            let (found, approximate) =
                maps.locate(&opened.house.db, &map, root, today, Point::new(lon, lat)).await?;
            if found.is_empty() {
                println!("Điểm này không nằm trong hay gần {}.", map.name(root, today));
            }
            for candidate in found {
                let place = match candidate.distance_m > 0.0 {
                    true => format!("cách {:.0} m", candidate.distance_m),
                    false => format!("bên trong, cách ranh giới {:.0} m", candidate.border_m),
                };
                let sure = candidate.confidence * 100.0;
                println!("{:>4.0} %  {} ({place})", sure, map.name(candidate.id, today));
            }
            if approximate {
                println!("Ranh giới chỉ gần đúng: nơi gần ranh giới cần xem tại chỗ.");
            }
            Ok(())
        }
    }
}

fn read_agencies(file: &Path) -> Result<Vec<Row>> {
    let unreadable = |e: std::io::Error| {
        unavailable("agencies_file", format!("Không đọc được {}.", file.display())).because(e)
    };
    // No more than one byte past the limit is taken into memory.
    let mut bytes = Vec::new();
    let limit = agencies::MAX_BYTES as u64 + 1;
    std::fs::File::open(file).and_then(|f| f.take(limit).read_to_end(&mut bytes)).map_err(unreadable)?;
    agencies::read(&bytes).map_err(|faults| refused(&faults))
}

/// Prints the faults, and says that nothing was written.
fn refused(faults: &[Fault]) -> Error {
    for fault in faults {
        println!("{fault}");
    }
    invalid("agencies_faults", format!("Chưa ghi gì vì có {} lỗi. Hãy sửa tệp rồi chạy lại.", faults.len()))
}
