//! Databases for tests, feature `testing`: a fresh SQLite folder, and a fresh PostgreSQL schema, so that
//! every test runs on both.
//!
//! `TOANCANH_TEST_DB` is `sqlite` or `both` (the default when `TOANCANH_TEST_POSTGRES` is set); with `both` a
//! missing server fails the test.

use std::path::{Path, PathBuf};

use foundation::{Result, error::internal, error::unavailable};

use crate::db::Db;

/// A database that goes away with the test.
pub struct TestDb {
    /// The door.
    pub db: Db,
    folder: PathBuf,
}

impl TestDb {
    /// The folder beside it, for files.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// `sqlite` or `postgres`, for messages.
    pub fn name(&self) -> &'static str {
        self.db.dialect().name()
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn folder() -> Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("toancanh-test-{}", foundation::new_id()));
    std::fs::create_dir_all(&folder)
        .map_err(|e| unavailable("test_folder", "cannot make a test folder").because(e))?;
    Ok(folder)
}

/// An empty SQLite database.
pub fn sqlite() -> Result<TestDb> {
    let folder = folder()?;
    Ok(TestDb { db: Db::sqlite(&folder)?, folder })
}

/// An empty PostgreSQL schema; `None` when only SQLite is asked for.
#[allow(clippy::disallowed_methods, reason = "a test is told by its environment which databases there are")]
pub async fn postgres() -> Result<Option<TestDb>> {
    let url = std::env::var("TOANCANH_TEST_POSTGRES").ok().filter(|u| !u.is_empty());
    let wanted = std::env::var("TOANCANH_TEST_DB").unwrap_or_default();
    let Some(url) = url else {
        return match wanted.as_str() {
            "both" => Err(internal("test_postgres", "TOANCANH_TEST_DB=both needs TOANCANH_TEST_POSTGRES")),
            _ => Ok(None),
        };
    };
    if wanted == "sqlite" {
        return Ok(None);
    }
    let schema = format!("t_{}", foundation::new_id().simple());
    let plain = Db::postgres(&url).await?;
    let mut tx = plain.begin().await?;
    tx.batch(format!("CREATE SCHEMA {schema}")).await?;
    tx.commit().await?;
    let glue = if url.contains('?') { '&' } else { '?' };
    let db = Db::postgres(&format!("{url}{glue}options=-csearch_path%3D{schema}")).await?;
    Ok(Some(TestDb { db, folder: folder()? }))
}

/// Every database that tests run on now.
pub async fn all() -> Result<Vec<TestDb>> {
    let mut all = vec![sqlite()?];
    all.extend(postgres().await?);
    Ok(all)
}
