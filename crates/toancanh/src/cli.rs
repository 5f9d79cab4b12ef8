//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Toàn Cảnh: trung tâm giám sát, điều hành thông minh.
#[derive(Debug, Parser)]
#[command(name = "toancanh", version, about, max_term_width = 110)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Where the data is.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// Thư mục dữ liệu (cơ sở dữ liệu SQLite và kho tệp)
    #[arg(long, value_name = "DIR", default_value = "data", env = "TOANCANH_DATA")]
    pub data: PathBuf,
    /// Địa chỉ PostgreSQL thay cho SQLite, postgres://…
    #[arg(long, value_name = "URL", env = "TOANCANH_DATABASE")]
    pub database: Option<String>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Chạy máy chủ
    Serve(Serve),
    /// Kiểm tra, áp dụng, so sánh các gói lĩnh vực
    #[command(subcommand)]
    Packs(Packs),
    /// Đơn vị hành chính: tìm, chọn địa phương, nạp ranh giới
    #[command(subcommand)]
    Units(Units),
    /// Tạo hoặc gỡ số liệu mẫu của một tỉnh, thành phố hoặc xã, phường
    Demo(Demo),
    /// Kiểm tra cơ sở dữ liệu và kho tệp
    Check(Place),
    /// Sao lưu cơ sở dữ liệu SQLite và kho tệp vào một thư mục mới
    Backup(Backup),
    /// Khôi phục một bản sao lưu vào thư mục dữ liệu trống
    Restore(Backup),
}

/// `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Where the data is.
    #[command(flatten)]
    pub place: Place,
    /// Địa chỉ lắng nghe
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", env = "TOANCANH_LISTEN")]
    pub listen: SocketAddr,
}

/// `packs …`.
#[derive(Debug, Subcommand)]
pub enum Packs {
    /// Đọc và nêu mọi lỗi, không ghi gì
    Check {
        /// Thư mục các gói; bỏ trống là các gói kèm theo chương trình
        dir: Option<PathBuf>,
    },
    /// Ghi các gói vào cơ sở dữ liệu
    Apply {
        /// Thư mục các gói; bỏ trống là các gói kèm theo chương trình
        dir: Option<PathBuf>,
        /// Where the data is.
        #[command(flatten)]
        place: Place,
    },
    /// Liệt kê các gói đang áp dụng
    List(Place),
    /// So sánh bản kèm theo với phần địa phương sửa
    Diff {
        /// Thư mục các gói
        dir: Option<PathBuf>,
        /// Where the data is.
        #[command(flatten)]
        place: Place,
    },
}

/// `units …`.
#[derive(Debug, Subcommand)]
pub enum Units {
    /// Chọn địa phương mà hệ thống phục vụ
    Root {
        /// Mã tỉnh (2 chữ số) hoặc mã xã (5 chữ số)
        code: String,
        /// Where the data is.
        #[command(flatten)]
        place: Place,
    },
    /// Tìm đơn vị theo tên hoặc mã, kể cả tên cũ
    Find {
        /// Tên hoặc mã
        query: String,
        /// Where the data is.
        #[command(flatten)]
        place: Place,
    },
}

/// `demo …`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Mã tỉnh (2 chữ số) hoặc mã xã (5 chữ số)
    #[arg(required_unless_present = "remove")]
    pub code: Option<String>,
    /// Gỡ toàn bộ số liệu mẫu
    #[arg(long)]
    pub remove: bool,
    /// Số tháng số liệu
    #[arg(long, default_value_t = 26)]
    pub months: i32,
    /// Where the data is.
    #[command(flatten)]
    pub place: Place,
}

/// `backup`, `restore`.
#[derive(Debug, Args)]
pub struct Backup {
    /// Thư mục bản sao lưu
    pub folder: PathBuf,
    /// Where the data is.
    #[command(flatten)]
    pub place: Place,
}
