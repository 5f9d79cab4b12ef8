//! `toancanh demo CODE`, `toancanh demo --remove`

use std::sync::atomic::{AtomicBool, Ordering};

use foundation::{Date, Error, Kind, Result, error::invalid};
use indicators::demo::{self, DemoReport};
use kit::{Context, UnitId};
use units::Atlas;
use units::actions::choose_root::ChooseRoot;
use units::actions::import_agencies::ImportAgencies;
use units::agencies::template::template;

use crate::cli::Demo;
use crate::config::Settings;
use crate::open::alone;
use crate::wiring;

/// Runs it.
pub async fn run(args: Demo, settings: &Settings) -> Result<()> {
    let opened = alone(settings).await?;
    let cx = opened.house.system("cli");
    if args.remove {
        let gone = cases::demo::remove(&cx).await?;
        let values = demo::remove(&cx).await?;
        println!("Đã gỡ {values} giá trị mẫu, {gone} vụ việc mẫu. Số liệu thật còn nguyên.");
        return Ok(());
    }
    let code = args
        .code
        .ok_or_else(|| invalid("demo_code", "Hãy ghi mã tỉnh hoặc mã xã, ví dụ: toancanh demo 92"))?;
    if opened.house.get::<packs::Packs>()?.all().is_empty() {
        packs::apply(&cx, &packs::Source::embedded(), &wiring::pack_parts()).await?;
    }
    let root = ChooseRoot { code }.run(&cx).await?;
    agencies(&cx, root).await?;
    let report = made(&cx, root, args.months).await?;
    let made_cases = cases::demo::create(&cx, root, args.months).await?;
    println!("Đã tạo {made_cases} vụ việc mẫu.");
    println!(
        "Đã tạo {} giá trị mẫu của {} chỉ tiêu, {} đơn vị, trong {:.1} giây. Mọi trang đều ghi «Số liệu \
        mẫu». \
         Gỡ bằng: toancanh demo --remove",
        report.rows,
        report.indicators,
        report.units,
        report.duration_ms as f64 / 1000.0
    );
    Ok(())
}

/// Gives a place without agencies those of the template, so that what agencies report has reporters.
async fn agencies(cx: &Context, root: UnitId) -> Result<()> {
    let map = cx.house.get::<Atlas>()?.map();
    if map.agencies().next().is_some() {
        return Ok(());
    }
    let rows = template(&map, root, Date::of(cx.clock.now()))?;
    let report = ImportAgencies { rows, dry_run: false }.run(cx).await?;
    match report.faults.first() {
        None => Ok(()),
        Some(fault) => Err(invalid("agencies_faults", fault.to_string())),
    }
}

/// Makes the demo. Ctrl+C takes away what was made so far; pressed again, it ends at once, and the rest goes
/// with `--remove` or when the demo is made the next time.
async fn made(cx: &Context, root: UnitId, months: i32) -> Result<DemoReport> {
    let stop = AtomicBool::new(false);
    let mut progress = |words: &str| eprintln!("  {words}");
    let work = demo::create(cx, root, months, &mut progress, &stop);
    tokio::pin!(work);
    tokio::select! {
        done = &mut work => return done,
        _ = tokio::signal::ctrl_c() => {}
    }
    eprintln!("Đang dừng… (Ctrl+C lần nữa để thoát ngay)");
    stop.store(true, Ordering::Relaxed);
    tokio::select! {
        done = &mut work => done,
        _ = tokio::signal::ctrl_c() => {
            let why = "Đã thoát ngay. Gỡ phần số liệu mẫu còn lại bằng: toancanh demo --remove";
            Err(Error::new(Kind::Unavailable, "cancelled", why))
        }
    }
}
