//! Backup and restore, told as a story: a house that works is copied, the copy becomes a house.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use foundation::SystemClock;
use storage::files::Files;
use storage::{Db, migrate};
use toancanh::commands::{backup, faults, findings, restore};

struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        let path = std::env::temp_dir().join(format!("toancanh-backup-{}", foundation::new_id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn a_house_is_copied_while_it_works_and_the_copy_is_whole() {
    let folder = Folder::new();
    let data = folder.0.join("data");
    fs::create_dir_all(&data).unwrap();
    let db = Db::sqlite(&data).unwrap();
    migrate(&db, &SystemClock, &toancanh::open::migrations()).await.unwrap();
    let files = Files::under(&data);
    let kept = files.keep(&db, &SystemClock, "a.txt", "text/plain", b"xin chao").await.unwrap();
    assert_eq!(faults(&findings(&db, &files, &mut |_| {}).await.unwrap()), 0);

    // A transaction is open while the copy is made: what it wrote is not in it.
    let mut tx = db.begin().await.unwrap();
    storage::settings::set(&mut tx, &SystemClock, "half", "done").await.unwrap();
    let (to, stop) = (folder.0.join("copy"), Arc::default());
    let manifest = backup(&data, &to, &|_| {}, &stop).unwrap();
    tx.commit().await.unwrap();
    assert_eq!(manifest.files.len(), 2);
    assert!(manifest.rows.iter().any(|(table, n)| table == "file" && *n == 1));
    assert_eq!(backup(&data, &to, &|_| {}, &stop).unwrap_err().code(), "backup_exists");

    let new = folder.0.join("new");
    fs::create_dir_all(&new).unwrap();
    restore(&to, &new, &|_| {}, &stop).unwrap();
    let restored = Db::sqlite(&new).unwrap();
    let files = Files::under(&new);
    assert_eq!(files.read(&restored, kept.id).await.unwrap().1, b"xin chao");
    assert_eq!(storage::settings::get(&restored, "half").await.unwrap(), None);
    assert_eq!(faults(&findings(&restored, &files, &mut |_| {}).await.unwrap()), 0);
    assert_eq!(restore(&to, &new, &|_| {}, &stop).unwrap_err().code(), "data_not_empty");
}

#[tokio::test]
async fn a_damaged_copy_is_not_restored_and_leaves_nothing() {
    let folder = Folder::new();
    let data = folder.0.join("data");
    fs::create_dir_all(&data).unwrap();
    let db = Db::sqlite(&data).unwrap();
    migrate(&db, &SystemClock, &toancanh::open::migrations()).await.unwrap();
    let files = Files::under(&data);
    let kept = files.keep(&db, &SystemClock, "a.txt", "text/plain", b"xin chao").await.unwrap();
    let (to, stop) = (folder.0.join("copy"), Arc::default());
    backup(&data, &to, &|_| {}, &stop).unwrap();
    let object = to.join("files").join(&kept.sha256[..2]).join(&kept.sha256);
    fs::write(&object, b"xin chaO").unwrap();
    let new = folder.0.join("new");
    fs::create_dir_all(&new).unwrap();
    assert_eq!(restore(&to, &new, &|_| {}, &stop).unwrap_err().code(), "backup_damaged");
    assert_eq!(fs::read_dir(&new).unwrap().count(), 0);

    // The object damaged in the house itself: check says so, and no copy is made of it.
    let object = data.join("files").join(&kept.sha256[..2]).join(&kept.sha256);
    fs::write(&object, b"xin chaO").unwrap();
    let found = findings(&db, &files, &mut |_| {}).await.unwrap();
    assert_eq!(faults(&found), 1, "{found:?}");
    let again = folder.0.join("again");
    assert_eq!(backup(&data, &again, &|_| {}, &stop).unwrap_err().code(), "file_changed");
    assert!(!again.exists());
}
