//! One logical schema on both databases, after every migration of every module.

use foundation::SystemClock;
use storage::{migrate, upkeep};

#[tokio::test]
async fn both_databases_have_the_same_logical_schema() {
    let all = toancanh::open::migrations();
    let sqlite = storage::testing::sqlite().unwrap();
    assert_eq!(
        migrate::pending(&sqlite.db, &all).await.unwrap(),
        all.iter().map(|m| m.1.len()).sum::<usize>()
    );
    migrate(&sqlite.db, &SystemClock, &all).await.unwrap();
    assert_eq!(migrate::pending(&sqlite.db, &all).await.unwrap(), 0);
    let ours = upkeep::schema(&sqlite.db).await.unwrap();
    assert!(ours.len() > 100);
    let Some(postgres) = storage::testing::postgres().await.unwrap() else { return };
    migrate(&postgres.db, &SystemClock, &all).await.unwrap();
    let theirs = upkeep::schema(&postgres.db).await.unwrap();
    let only = |a: &[upkeep::Column], b: &[upkeep::Column]| -> Vec<String> {
        a.iter().filter(|c| !b.contains(c)).map(|c| format!("{c:?}")).collect()
    };
    assert_eq!(only(&ours, &theirs), Vec::<String>::new(), "only on SQLite");
    assert_eq!(only(&theirs, &ours), Vec::<String>::new(), "only on PostgreSQL");
}
