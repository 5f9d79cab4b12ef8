//! Migrations: numbered, forward only, the same numbers in both folders of a module, each applied once in a
//! transaction.

use foundation::{Clock, Result, error::internal};

use crate::db::Db;
use crate::dialect::Dialect;
use crate::{args, row};

/// One step of a module's schema, with a text for each database.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// The file's name without its ending, `0001_jobs`: number and what it brings.
    pub name: &'static str,
    /// The SQL for SQLite.
    pub sqlite: &'static str,
    /// The SQL for PostgreSQL.
    pub postgres: &'static str,
}

/// Lists a module's migrations from its two folders: `migrations!["0001_jobs", "0002_files"]`.
#[macro_export]
macro_rules! migrations {
    ($($name:literal),* $(,)?) => {
        &[$($crate::Migration {
            name: $name,
            sqlite: include_str!(concat!("../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../migrations/postgres/", $name, ".sql")),
        }),*]
    };
}

/// Storage's own tables: migrations, jobs, outbox, files.
pub const OWN: &[Migration] = migrations!["0001_storage", "0002_outbox_pause"];

row! {
    /// A migration that ran.
    #[derive(Debug, Clone)]
    pub struct Applied {
        /// Whose it is.
        pub module: String,
        /// Its file's name.
        pub name: String,
    }
}

/// Applies what is missing, module by module in the given order. Refuses a database that has migrations this
/// program does not know: it was written by a newer one.
pub async fn migrate(db: &Db, clock: &dyn Clock, modules: &[(&'static str, &[Migration])]) -> Result<usize> {
    let mut tx = db.begin().await?;
    tx.batch(
        "CREATE TABLE IF NOT EXISTS migration (
            module TEXT NOT NULL, name TEXT NOT NULL, applied_at BIGINT NOT NULL, PRIMARY KEY (module, \
            name));"
            .into(),
    )
    .await?;
    tx.commit().await?;

    let done: Vec<Applied> = db.all("SELECT module, name FROM migration", args![]).await?;
    for row in &done {
        let known =
            modules.iter().any(|(m, steps)| *m == row.module && steps.iter().any(|s| s.name == row.name));
        if !known {
            return Err(internal(
                "schema_newer",
                format!(
                    "Cơ sở dữ liệu do phiên bản mới hơn tạo ra (bước {}/{}). Hãy dùng bản chương trình mới.",
                    row.module, row.name
                ),
            ));
        }
    }
    let mut ran = 0;
    for (module, steps) in modules {
        for step in *steps {
            if done.iter().any(|d| d.module == *module && d.name == step.name) {
                continue;
            }
            let mut tx = db.begin().await?;
            let sql = match tx.dialect() {
                Dialect::Sqlite => step.sqlite,
                Dialect::Postgres => step.postgres,
            };
            tx.batch(sql.to_owned()).await.map_err(|e| {
                let told = format!("{module}/{}: {e:?}", step.name);
                internal("migration_failed", "Nâng cấp cơ sở dữ liệu không thành công").because(told)
            })?;
            tx.run(
                "INSERT INTO migration (module, name, applied_at) VALUES ($1, $2, $3)",
                args![*module, step.name, clock.now()],
            )
            .await?;
            tx.commit().await?;
            ran += 1;
        }
    }
    Ok(ran)
}

/// How many steps this database lacks; all of them when it is empty.
pub async fn pending(db: &Db, modules: &[(&'static str, &[Migration])]) -> Result<usize> {
    let known = crate::upkeep::schema(db).await?.iter().any(|c| c.tab == "migration");
    let done: Vec<Applied> = match known {
        true => db.all("SELECT module, name FROM migration", args![]).await?,
        false => Vec::new(),
    };
    let wanted = modules.iter().flat_map(|(module, steps)| steps.iter().map(move |s| (*module, s.name)));
    Ok(wanted.filter(|(m, n)| !done.iter().any(|d| d.module == *m && d.name == *n)).count())
}
