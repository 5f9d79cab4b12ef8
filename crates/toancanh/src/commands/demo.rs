//! `toancanh demo CODE`, `toancanh demo --remove`

use foundation::{Result, error::invalid};
use indicators::demo;
use units::actions::choose_root::ChooseRoot;

use crate::cli::Demo;
use crate::config::Settings;
use crate::open::alone;
use crate::wiring;

/// Runs it.
pub async fn run(args: Demo, settings: &Settings) -> Result<()> {
    let opened = alone(settings).await?;
    let cx = opened.house.system("cli");
    if args.remove {
        let values = demo::remove(&cx).await?;
        println!("Đã gỡ {values} giá trị mẫu. Số liệu thật còn nguyên.");
        return Ok(());
    }
    let code = args
        .code
        .ok_or_else(|| invalid("demo_code", "Hãy ghi mã tỉnh hoặc mã xã, ví dụ: toancanh demo 92"))?;
    if opened.house.get::<packs::Packs>()?.all().is_empty() {
        packs::apply(&cx, &packs::Source::embedded(), &wiring::pack_parts()).await?;
    }
    let root = ChooseRoot { code }.run(&cx).await?;
    let mut progress = |words: &str| eprintln!("  {words}");
    let report = demo::create(&cx, root, args.months, &mut progress).await?;
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
