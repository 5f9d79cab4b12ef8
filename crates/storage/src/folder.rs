//! The data folder: made when missing, held by one process at a time.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use foundation::{Result, error::unavailable};

/// A data folder that this process holds. Dropped, or when the process dies, the next one may take it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder when missing and takes its lock.
    pub fn take(path: &Path) -> Result<Folder> {
        let denied = |e: std::io::Error| {
            unavailable(
                "data_folder",
                format!(
                    "Không ghi được vào thư mục dữ liệu {}. Hãy kiểm tra quyền ghi và dung lượng ổ đĩa.",
                    path.display()
                ),
            )
            .because(e)
        };
        fs::create_dir_all(path).map_err(denied)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lock"))
            .map_err(denied)?;
        match lock.try_lock() {
            Ok(()) => Ok(Folder { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(unavailable(
                "data_folder_in_use",
                format!(
                    "Thư mục dữ liệu {} đang do một tiến trình Toàn Cảnh khác dùng. Hãy dừng tiến trình đó, \
                     hoặc chọn thư mục khác bằng --data.",
                    path.display()
                ),
            )),
            Err(TryLockError::Error(e)) => Err(denied(e)),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}
