//! Opening the house: the folder, the database, the schema, the services of the modules.

use std::sync::Arc;

use foundation::{Clock, Result, SystemClock};
use kit::{Builder, House};
use storage::files::Files;
use storage::folder::Folder;
use storage::{Db, Migration, migrate};
use web::Words;

use crate::cli::Place;
use crate::{shell, wiring};

/// An open house and the folder that it holds.
pub struct Open {
    /// The house.
    pub house: House,
    /// Held until the program ends, so that no second process works on it.
    #[expect(dead_code, reason = "held for its lock")]
    pub folder: Folder,
}

/// All migrations, storage's own first.
pub fn migrations() -> Vec<(&'static str, &'static [Migration])> {
    let mut all = vec![("storage", storage::migrate::OWN)];
    all.extend(wiring::modules().iter().map(|m| (m.name, m.migrations)));
    all
}

/// All words, the shell's own first.
pub fn words() -> Result<Words> {
    let mut all = web::words::OWN.to_vec();
    all.extend(shell::WORDS);
    for module in wiring::modules() {
        all.extend(module.words);
    }
    Words::new(&all)
}

/// Opens the house that `place` names, making and upgrading what is needed.
pub async fn open(place: &Place) -> Result<Open> {
    let folder = Folder::take(&place.data)?;
    let db = match &place.database {
        Some(url) => Db::postgres(url).await?,
        None => Db::sqlite(folder.path())?,
    };
    let house = furnish(db, Files::under(folder.path()), false).await?;
    Ok(Open { house, folder })
}

/// A house over an open database. `secure`: browsers reach it over TLS, directly or through a proxy.
pub async fn furnish(db: Db, files: Files, secure: bool) -> Result<House> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    migrate(&db, clock.as_ref(), &migrations()).await?;
    let atlas = Arc::new(units::Atlas::default());
    let engine = Arc::new(indicators::Engine::open(&db, atlas.clone()).await?);
    let auth = identity::Auth::new(db.clone(), clock.clone(), atlas.clone(), secure);
    let house = Builder::new(db.clone(), files, clock, words()?)
        .service(atlas.clone())
        .service(auth.clone())
        .service(packs::Packs::open(&db).await?)
        .service(engine)
        .service(Arc::new(units::Maps::default()))
        .service(Arc::new(boards::Boards::open(&db).await?))
        .build();
    units::seed::seed(&house.system("start")).await?;
    atlas.reload(&db).await?;
    units::boundaries::seed(&house.system("start")).await?;
    house.get::<packs::Packs>()?.furnish(wiring::pack_parts());
    house.furnish(auth, Arc::new(shell::DeskShell), wiring::tiles());
    house.live.serve(wiring::renderers(&house));
    let demo = storage::settings::get(&house.db, "demo").await?.is_some();
    house.demo.store(demo, std::sync::atomic::Ordering::Relaxed);
    Ok(house)
}
