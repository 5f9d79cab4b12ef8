//! The program's house of a place, as tests open it.

use kit::{Context, UnitId};
use storage::testing::TestDb;
use units::actions::choose_root::ChooseRoot;

/// Cần Thơ.
pub const ROOT: UnitId = 92;

/// A house of the place, with nothing applied.
pub async fn bare(test: &TestDb) -> Context {
    let house = toancanh::open::furnish(test.db.clone(), test.folder(), false).await.unwrap();
    let cx = house.system("test");
    ChooseRoot { code: ROOT.to_string() }.run(&cx).await.unwrap();
    cx
}

/// The same with the shipped packs.
pub async fn with_packs(test: &TestDb) -> Context {
    let cx = bare(test).await;
    let parts = toancanh::wiring::pack_parts();
    packs::apply(&cx, &packs::Source::embedded(), &parts).await.unwrap();
    packs::refresh(&cx, &parts).await.unwrap();
    cx
}
