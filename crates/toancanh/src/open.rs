//! Opening the house: the folder, the database, the schema, the services of the modules.

use std::path::Path;
use std::sync::Arc;

use foundation::{Clock, Error, Result, SystemClock, error::conflict, error::not_found};
use kit::{Builder, House};
use storage::files::Files;
use storage::folder::Folder;
use storage::{Db, InstallationKey, Migration, migrate};
use web::Words;

use crate::config::Settings;
use crate::outward::Outward;
use crate::{citizens, shell, wiring};

/// An open house and the folder that it holds.
pub struct Open {
    /// The house.
    pub house: House,
    /// Held until the program ends, so that no second server works on it; none beside a running one.
    pub folder: Option<Folder>,
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

async fn database(settings: &Settings) -> Result<Db> {
    match &settings.database {
        Some(url) => Db::postgres(url).await,
        None => Db::sqlite(&settings.data),
    }
}

async fn configured(db: Db, data: &Path, settings: &Settings) -> Result<House> {
    furnish_with(db, data, settings.secure(), &settings.outward, settings.provider.as_ref()).await
}

/// Opens the house alone, making and upgrading what is needed.
pub async fn alone(settings: &Settings) -> Result<Open> {
    let folder = Folder::take(&settings.data)?;
    let db = database(settings).await?;
    let house = configured(db, folder.path(), settings).await?;
    Ok(Open { house, folder: Some(folder) })
}

/// Opens the house, beside a running server when there is one: for what a server finds by itself. A server of
/// another version is never upgraded under its feet.
pub async fn beside(settings: &Settings) -> Result<Open> {
    match alone(settings).await {
        Err(e) if in_use(&e) => {
            let db = database(settings).await?;
            if migrate::pending(&db, &migrations()).await? > 0 {
                return Err(conflict(
                    "server_older",
                    "Máy chủ đang chạy là bản cũ hơn chương trình này. Hãy dừng máy chủ rồi chạy lại lệnh.",
                ));
            }
            let house = configured(db, &settings.data, settings).await?;
            Ok(Open { house, folder: None })
        }
        other => other,
    }
}

/// The database and files as they are: nothing is made, upgraded or locked.
pub async fn as_it_is(settings: &Settings) -> Result<(Db, Files)> {
    if settings.database.is_none() && !settings.data.join("main.db").is_file() {
        return Err(not_found(
            "no_database",
            format!("Trong {} chưa có cơ sở dữ liệu. Hãy kiểm tra --data.", settings.data.display()),
        ));
    }
    Ok((database(settings).await?, Files::under(&settings.data)))
}

/// Takes away every secret of codes without opening the house, which it does not without their key. Says how
/// many accounts had one.
pub async fn forget_codes(settings: &Settings) -> Result<u64> {
    let _folder = Folder::take(&settings.data)?;
    let (db, _) = as_it_is(settings).await?;
    migrate(&db, &SystemClock, &migrations()).await?;
    let mut tx = db.begin().await?;
    let accounts = identity::vault::forget(&mut tx).await?;
    tx.commit().await?;
    Ok(accounts)
}

fn in_use(e: &Error) -> bool {
    e.code() == "data_folder_in_use"
}

/// A house over an open database and the data folder `data`, from which no message leaves. `secure`: browsers
/// reach it over TLS, directly or through a proxy.
pub async fn furnish(db: Db, data: &Path, secure: bool) -> Result<House> {
    furnish_with(db, data, secure, &Outward::default(), None).await
}

/// [`furnish`], with the channels of the configuration and its provider of sign-in for citizens.
pub async fn furnish_with(
    db: Db,
    data: &Path,
    secure: bool,
    outward: &Outward,
    provider: Option<&identity::oidc::Settings>,
) -> Result<House> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    migrate(&db, clock.as_ref(), &migrations()).await?;
    let atlas = Arc::new(units::Atlas::default());
    let engine = Arc::new(indicators::Engine::open(&db, atlas.clone()).await?);
    let key = InstallationKey::read(data)?;
    let key = identity::vault::settle(&db, key, || InstallationKey::make(data)).await?;
    let auth = identity::Auth::new(db.clone(), clock.clone(), atlas.clone(), key.clone(), secure);
    let office = outward.office(&db, &clock, key.clone()).await?;
    let citizens = citizens::door(key, secure, &office, provider);
    let browsers = cases::browsers::Browsers(Arc::new(citizens::Browsers(office.clone())));
    let house = Builder::new(db.clone(), Files::under(data), clock, words()?)
        .service(atlas.clone())
        .service(auth.clone())
        .service(Arc::new(citizens))
        .service(Arc::new(browsers))
        .service(packs::Packs::open(&db).await?)
        .service(packs::Calendars::open(&db).await?)
        .service(engine)
        .service(Arc::new(cases::Types::open(&db).await?))
        .service(office)
        .service(Arc::new(units::Maps::default()))
        .service(Arc::new(boards::Boards::open(&db).await?))
        .build();
    units::seed::seed(&house.system("start")).await?;
    atlas.reload(&db).await?;
    units::boundaries::seed(&house.system("start")).await?;
    house.get::<packs::Packs>()?.furnish(wiring::pack_parts());
    house.furnish(auth, Arc::new(shell::DeskShell), wiring::tiles());
    house.offer(wiring::offers());
    house.live.serve(wiring::renderers(&house));
    let demo = storage::settings::get(&house.db, "demo").await?.is_some();
    house.demo.store(demo, std::sync::atomic::Ordering::Relaxed);
    Ok(house)
}
