//! `toancanh backup DIR`, `toancanh restore DIR`
//!
//! A backup is a folder: `main.db`, the files it names, and `manifest.json` with the hash of each. It is made
//! beside a running server, under another name first, so that a folder with its own name is always whole. A
//! restore counts every hash again before anything gets its name, and goes into an empty data folder only:
//! nothing is ever overwritten.
//!
//! The installation key is left out, so that a stolen backup opens none of the secrets it seals; whoever
//! makes a backup is told to keep the key elsewhere ([decision
//! 10](../../../../docs/decisions/0010-installation-key.md)).

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use foundation::{
    Clock, Error, Kind, Result, SystemClock, error::conflict, error::internal, error::invalid,
    error::unavailable,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use storage::files::Files;
use storage::folder::Folder;
use storage::{Db, upkeep};

use super::check;
use crate::config::Settings;

/// The manifest's name.
const MANIFEST: &str = "manifest.json";
/// What an empty data folder may hold. The key is not in a backup, so it is put there before or after.
const MAY_BE_THERE: [&str; 3] = ["lock", crate::config::FILE, storage::key::FILE];
/// The form of the manifest.
const FORM: u32 = 1;

/// What a backup holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of this manifest.
    pub form: u32,
    /// The program's version.
    pub program: String,
    /// When it was made.
    pub made_at: String,
    /// The steps that made the schema.
    pub migrations: Vec<String>,
    /// Rows by table.
    pub rows: Vec<(String, i64)>,
    /// Its files.
    pub files: Vec<Item>,
}

/// One file of a backup.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Where, relative to the backup: `main.db`, `files/ab/ab…`.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its hash, in hex.
    pub sha256: String,
}

/// Told to stop; asked between files and between pieces of one.
pub type Stop = Arc<AtomicBool>;

fn disk(path: &Path) -> impl Fn(std::io::Error) -> Error + '_ {
    move |e| {
        let message = format!("Không đọc hoặc ghi được {}. Hãy kiểm tra ổ đĩa và quyền.", path.display());
        unavailable("backup_disk", message).because(e)
    }
}

fn stopped() -> Error {
    Error::new(Kind::Unavailable, "cancelled", "Đã dừng theo yêu cầu; không để lại gì.")
}

fn not_here(what: &str) -> Error {
    unavailable(
        "backup_postgres",
        format!(
            "Với PostgreSQL, hãy {what} cơ sở dữ liệu bằng công cụ của nó (sao lưu: pg_dump --format=custom \
             --file=ioc.dump URL; khôi phục: pg_restore --clean --if-exists --dbname=URL ioc.dump) và sao \
             chép riêng thư mục files/."
        ),
    )
}

/// Copies a file and counts its hash; what is copied is on the disk when this returns.
fn copy(from: &Path, to: &Path, stop: &Stop) -> Result<(u64, String)> {
    let mut source = File::open(from).map_err(disk(from))?;
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent).map_err(disk(parent))?;
    }
    let mut target = File::create_new(to).map_err(disk(to))?;
    let done = pass(&mut source, from, &mut |piece| target.write_all(piece).map_err(disk(to)), stop)?;
    target.sync_all().map_err(disk(to))?;
    Ok(done)
}

fn pass(
    source: &mut File,
    path: &Path,
    each: &mut dyn FnMut(&[u8]) -> Result<()>,
    stop: &Stop,
) -> Result<(u64, String)> {
    let mut sum = Sha256::new();
    let mut buffer = vec![0_u8; 1 << 20];
    let mut bytes = 0;
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(stopped());
        }
        let n = source.read(&mut buffer).map_err(disk(path))?;
        if n == 0 {
            break;
        }
        sum.update(&buffer[..n]);
        each(&buffer[..n])?;
        bytes += n as u64;
    }
    Ok((bytes, sum.finalize().iter().map(|b| format!("{b:02x}")).collect()))
}

fn is_empty(folder: &Path) -> Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => {
            Ok(entries.all(|e| e.is_ok_and(|e| MAY_BE_THERE.iter().any(|n| e.file_name() == *n))))
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(true),
        Err(e) => Err(disk(folder)(e)),
    }
}

/// Makes a backup of the data folder `data` in the new folder `to`.
pub fn backup(data: &Path, to: &Path, progress: &dyn Fn(&str), stop: &Stop) -> Result<Manifest> {
    if to.exists() {
        return Err(conflict(
            "backup_exists",
            format!("{} đã có. Hãy chọn tên khác; bản sao lưu không bao giờ bị ghi đè.", to.display()),
        ));
    }
    let mut name = to.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".dang-ghi-{}", std::process::id()));
    let part = to.with_file_name(name);
    fs::create_dir_all(&part).map_err(disk(&part))?;
    let made = fill(data, &part, progress, stop).and_then(|manifest| {
        fs::rename(&part, to).map_err(disk(to))?;
        Ok(manifest)
    });
    if made.is_err() {
        let _ = fs::remove_dir_all(&part);
    }
    made
}

fn fill(data: &Path, part: &Path, progress: &dyn Fn(&str), stop: &Stop) -> Result<Manifest> {
    progress("Đang chép cơ sở dữ liệu…");
    let db = part.join("main.db");
    let snapshot = upkeep::snapshot(data, &db)?;
    let mut file = File::open(&db).map_err(disk(&db))?;
    let (bytes, sha256) = pass(&mut file, &db, &mut |_| Ok(()), stop)?;
    let mut files = vec![Item { path: "main.db".into(), bytes, sha256 }];
    let all = snapshot.files.len();
    for (n, hash) in snapshot.files.iter().enumerate() {
        let path = format!("files/{}/{hash}", &hash[..2.min(hash.len())]);
        let (bytes, sha256) = copy(&data.join(&path), &part.join(&path), stop)?;
        if sha256 != *hash {
            return Err(conflict(
                "file_changed",
                format!("Tệp {path} đã hỏng: nội dung khác mã băm. Hãy chạy «toancanh check»."),
            ));
        }
        files.push(Item { path, bytes, sha256 });
        if n % 50 == 0 {
            progress(&format!("Tệp {}/{all}…", n + 1));
        }
    }
    let manifest = Manifest {
        form: FORM,
        program: env!("CARGO_PKG_VERSION").into(),
        made_at: foundation::moment::rfc3339(SystemClock.now()),
        migrations: snapshot.migrations,
        rows: snapshot.tables,
        files,
    };
    let path = part.join(MANIFEST);
    let text = serde_json::to_string_pretty(&manifest)
        .map_err(|e| internal("manifest", "Không ghi được bản kê").because(e))?;
    let mut file = File::create_new(&path).map_err(disk(&path))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(disk(&path))?;
    Ok(manifest)
}

/// Whether a path of a manifest is one that a backup makes; anything else could lead out of the folder.
fn is_ours(item: &Item) -> bool {
    let hex = |t: &str| t.len() == 64 && t.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase());
    item.path == "main.db"
        || (hex(&item.sha256) && item.path == format!("files/{}/{}", &item.sha256[..2], item.sha256))
}

fn read_manifest(from: &Path) -> Result<Manifest> {
    let path = from.join(MANIFEST);
    let text = fs::read_to_string(&path).map_err(|e| {
        let message = format!("{} không phải bản sao lưu: thiếu {MANIFEST}.", from.display());
        invalid("backup_manifest", message).because(e)
    })?;
    let manifest: Manifest = serde_json::from_str(&text)
        .map_err(|e| invalid("backup_manifest", "Bản kê của bản sao lưu bị hỏng.").because(e))?;
    if manifest.form != FORM {
        return Err(invalid(
            "backup_newer",
            "Bản sao lưu do phiên bản khác tạo ra. Hãy dùng bản chương trình mới.",
        ));
    }
    let databases = manifest.files.iter().filter(|i| i.path == "main.db").count();
    if databases != 1 || !manifest.files.iter().all(is_ours) {
        return Err(invalid("backup_manifest", "Bản kê của bản sao lưu chứa đường dẫn lạ."));
    }
    Ok(manifest)
}

/// Puts the backup `from` into the empty data folder `data`, which the caller holds.
pub fn restore(from: &Path, data: &Path, progress: &dyn Fn(&str), stop: &Stop) -> Result<Manifest> {
    let manifest = read_manifest(from)?;
    if !is_empty(data)? {
        return Err(conflict(
            "data_not_empty",
            format!("Thư mục dữ liệu {} không trống. Chỉ khôi phục vào thư mục trống.", data.display()),
        ));
    }
    let part = data.join("dang-khoi-phuc");
    let made = (|| {
        let all = manifest.files.len();
        for (n, item) in manifest.files.iter().enumerate() {
            let (bytes, sha256) = copy(&from.join(&item.path), &part.join(&item.path), stop)?;
            if (bytes, &sha256) != (item.bytes, &item.sha256) {
                return Err(conflict(
                    "backup_damaged",
                    format!("Bản sao lưu hỏng: {} khác bản kê. Không khôi phục gì.", item.path),
                ));
            }
            if n % 50 == 0 {
                progress(&format!("Tệp {}/{all}…", n + 1));
            }
        }
        if part.join("files").exists() {
            fs::rename(part.join("files"), data.join("files")).map_err(disk(data))?;
        }
        // The database comes last: without it the folder is still empty for the program.
        fs::rename(part.join("main.db"), data.join("main.db")).map_err(disk(data))
    })();
    let _ = fs::remove_dir_all(&part);
    if let Err(e) = made {
        let _ = fs::remove_dir_all(data.join("files"));
        return Err(e);
    }
    Ok(manifest)
}

/// Runs blocking work that Ctrl+C ends in order.
async fn cancellable<T: Send + 'static>(work: impl FnOnce(&Stop) -> Result<T> + Send + 'static) -> Result<T> {
    let stop: Stop = Arc::default();
    let told = stop.clone();
    let mut work = tokio::task::spawn_blocking(move || work(&told));
    let done = tokio::select! {
        done = &mut work => done,
        _ = tokio::signal::ctrl_c() => {
            eprintln!("Đang dừng…");
            stop.store(true, Ordering::Relaxed);
            work.await
        }
    };
    done.map_err(|e| internal("backup", "Việc sao lưu bị dừng").because(e))?
}

fn told(manifest: &Manifest) -> String {
    let bytes: u64 = manifest.files.iter().map(|i| i.bytes).sum();
    let rows: i64 = manifest.rows.iter().map(|r| r.1).sum();
    format!("{rows} dòng, {} tệp, {:.1} MB", manifest.files.len() - 1, bytes as f64 / 1e6)
}

/// `toancanh backup DIR`
pub async fn run_backup(settings: &Settings, folder: PathBuf) -> Result<()> {
    if settings.database.is_some() {
        return Err(not_here("sao lưu"));
    }
    let (data, to) = (settings.data.clone(), folder.clone());
    let manifest = cancellable(move |stop| backup(&data, &to, &|words| eprintln!("  {words}"), stop)).await?;
    println!("Đã sao lưu vào {}: {}.", folder.display(), told(&manifest));
    if settings.data.join(storage::key::FILE).is_file() {
        println!(
            "Bản sao lưu không chứa khóa {}. Hãy chép riêng tệp này, cất ở nơi khác với bản sao lưu.",
            settings.data.join(storage::key::FILE).display()
        );
    }
    Ok(())
}

/// `toancanh restore DIR`
pub async fn run_restore(settings: &Settings, folder: PathBuf) -> Result<()> {
    if settings.database.is_some() {
        return Err(not_here("khôi phục"));
    }
    let held = Folder::take(&settings.data)?;
    let data = settings.data.clone();
    let manifest =
        cancellable(move |stop| restore(&folder, &data, &|words| eprintln!("  {words}"), stop)).await?;
    println!("Đã khôi phục bản lúc {}: {}.", manifest.made_at, told(&manifest));
    if !held.path().join(storage::key::FILE).exists() {
        println!(
            "Chưa có khóa: hãy chép tệp {} đã cất riêng vào {} trước khi chạy máy chủ.",
            storage::key::FILE,
            held.path().display()
        );
    }
    let db = Db::sqlite(held.path())?;
    let found = check::findings(&db, &Files::under(held.path()), &mut |_| {}).await?;
    for finding in found.iter().filter(|f| !f.faults.is_empty()) {
        println!("{}: {}", finding.what, finding.faults.join("; "));
    }
    match check::faults(&found) {
        0 => println!("Đã kiểm tra: không có lỗi."),
        n => println!("Đã kiểm tra: {n} điều cần xem, nêu ở trên."),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_leads_nowhere_but_into_the_backup() {
        let hash = "ab".repeat(32);
        let item = |path: &str| Item { path: path.into(), bytes: 1, sha256: hash.clone() };
        assert!(is_ours(&item("main.db")) && is_ours(&item(&format!("files/ab/{hash}"))));
        for path in ["../main.db", "/etc/passwd", "files/../../x", "files/ab/cd", "lock"] {
            assert!(!is_ours(&item(path)), "{path}");
        }
    }
}
