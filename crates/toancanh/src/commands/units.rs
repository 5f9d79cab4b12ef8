//! `toancanh units …`

use foundation::{Clock, Date, Result, SystemClock};
use units::Atlas;
use units::actions::choose_root::ChooseRoot;

use crate::cli::Units;
use crate::open::open;

/// Runs it.
pub async fn run(args: Units) -> Result<()> {
    match args {
        Units::Root { code, place } => {
            let opened = open(&place).await?;
            let cx = opened.house.system("cli");
            let unit = ChooseRoot { code }.run(&cx).await?;
            let today = Date::of(SystemClock.now());
            println!("Hệ thống phục vụ {}.", opened.house.get::<Atlas>()?.map().name(unit, today));
            Ok(())
        }
        Units::Find { query, place } => {
            let opened = open(&place).await?;
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
    }
}
