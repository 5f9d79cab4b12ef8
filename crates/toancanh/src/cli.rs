//! The command line. Settings have neither default nor environment here: [`config`](crate::config) joins
//! them, so that it can say where each comes from.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::Flags;

/// Toàn Cảnh: trung tâm giám sát, điều hành thông minh.
#[derive(Debug, Parser)]
#[command(name = "toancanh", version, about, max_term_width = 110)]
pub struct Cli {
    /// Where the data is.
    #[command(flatten)]
    pub place: Place,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Where the data is; every command takes these.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// Thư mục dữ liệu: cơ sở dữ liệu SQLite và kho tệp [mặc định: data] [TOANCANH_DATA]
    #[arg(long, value_name = "DIR", global = true)]
    pub data: Option<String>,
    /// Địa chỉ PostgreSQL thay cho SQLite, postgres://… [TOANCANH_DATABASE]
    #[arg(long, value_name = "URL", global = true)]
    pub database: Option<String>,
    /// Tệp cấu hình [mặc định: toancanh.toml trong thư mục dữ liệu]
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Mức nhật ký: error, warn, info, debug, trace [mặc định: info] [TOANCANH_LOG]
    #[arg(long, value_name = "LEVEL", global = true)]
    pub log: Option<String>,
}

/// How the server is reached: `serve`, `config`.
#[derive(Debug, Clone, Args)]
pub struct Front {
    /// Địa chỉ lắng nghe [mặc định: 127.0.0.1:8080] [TOANCANH_LISTEN]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
    /// Chứng chỉ TLS, tệp PEM; đi cùng --tls-key [TOANCANH_TLS_CERT]
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<String>,
    /// Khóa TLS, tệp PEM [TOANCANH_TLS_KEY]
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<String>,
    /// Dải địa chỉ của máy chủ ủy nhiệm đứng trước; nhiều dải cách nhau dấu phẩy [TOANCANH_BEHIND_PROXY]
    #[arg(long, value_name = "CIDR")]
    pub behind_proxy: Option<String>,
    /// Địa chỉ mà người dùng mở, https://… [TOANCANH_PUBLIC_URL]
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Chạy máy chủ
    Serve(Front),
    /// Kiểm tra, áp dụng, so sánh các gói lĩnh vực
    #[command(subcommand)]
    Packs(Packs),
    /// Đơn vị hành chính: tìm, chọn địa phương, nạp ranh giới
    #[command(subcommand)]
    Units(Units),
    /// Tạo hoặc gỡ số liệu mẫu của một tỉnh, thành phố hoặc xã, phường
    Demo(Demo),
    /// Nhập số liệu từ tệp Excel, OpenDocument hoặc CSV; chạy được bên cạnh máy chủ
    Import(crate::commands::import::Import),
    /// Tài khoản: liệt kê, thêm, khóa, mời lại
    #[command(subcommand)]
    User(User),
    /// Nhật ký: xem, xuất, kiểm tra chuỗi niêm phong
    #[command(subcommand)]
    Audit(Audit),
    /// Kiểm tra cơ sở dữ liệu, kho tệp và nhật ký; mã thoát khác 0 khi có lỗi
    Check,
    /// Sao lưu cơ sở dữ liệu SQLite và kho tệp vào một thư mục mới, cả khi máy chủ đang chạy
    Backup {
        /// Thư mục bản sao lưu, chưa có
        folder: PathBuf,
    },
    /// Khôi phục một bản sao lưu vào thư mục dữ liệu trống
    Restore {
        /// Thư mục bản sao lưu
        folder: PathBuf,
    },
    /// In cấu hình đang có hiệu lực và nguồn của từng giá trị
    Config(Front),
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
    },
    /// Liệt kê các gói đang áp dụng
    List,
    /// So sánh bản kèm theo với phần địa phương sửa
    Diff {
        /// Thư mục các gói
        dir: Option<PathBuf>,
    },
}

/// `units …`.
#[derive(Debug, Subcommand)]
pub enum Units {
    /// Chọn địa phương mà hệ thống phục vụ
    Root {
        /// Mã tỉnh (2 chữ số) hoặc mã xã (5 chữ số)
        code: String,
    },
    /// Tìm đơn vị theo tên hoặc mã, kể cả tên cũ
    Find {
        /// Tên hoặc mã
        query: String,
    },
    /// Nạp ranh giới từ tệp GeoJSON (có thể nén gzip)
    Boundaries {
        /// Tệp GeoJSON
        file: PathBuf,
        /// Thuộc tính chứa mã đơn vị
        #[arg(long, default_value = "code")]
        property: String,
        /// Nguồn, ghi trên bản đồ
        #[arg(long, default_value = "tệp do địa phương nạp")]
        source: String,
        /// Có hiệu lực từ ngày, 2025-07-01 hoặc 01/07/2025
        #[arg(long, value_name = "DAY", default_value = "2025-07-01")]
        valid_from: String,
        /// Ranh giới chỉ gần đúng
        #[arg(long)]
        approximate: bool,
    },
    /// Nạp danh sách cơ quan từ tệp CSV hoặc theo mẫu của NĐ 150/2025; chạy được bên cạnh máy chủ
    Agencies {
        /// Tệp CSV UTF-8 có các cột ma, ten, ten_ngan, cap, truc_thuoc, dia_ban, tu_ngay, den_ngay
        #[arg(required_unless_present = "template")]
        file: Option<PathBuf>,
        /// Theo mẫu kèm chương trình thay cho tệp
        #[arg(long, conflicts_with = "file")]
        template: bool,
        /// Chỉ kiểm tra, không ghi gì
        #[arg(long)]
        check: bool,
    },
    /// Một điểm nằm ở xã, phường nào
    Locate {
        /// Kinh độ, ví dụ 105.78
        #[arg(allow_negative_numbers = true)]
        lon: f64,
        /// Vĩ độ, ví dụ 10.03
        #[arg(allow_negative_numbers = true)]
        lat: f64,
    },
}

/// `user …`.
#[derive(Debug, Subcommand)]
pub enum User {
    /// Liệt kê tài khoản
    List,
    /// Thêm tài khoản và in đường dẫn mời
    Create {
        /// Tên đăng nhập
        sign_in: String,
        /// Họ và tên
        name: String,
        /// Giao quyền ngay: admin, leader, duty_officer, intake, officer, viewer
        #[arg(long, value_name = "ROLE")]
        role: Option<String>,
        /// Đơn vị của quyền, mã tỉnh hoặc xã; bỏ trống là cả địa bàn
        #[arg(long, value_name = "CODE", requires = "role")]
        unit: Option<String>,
    },
    /// Khóa một tài khoản
    Disable {
        /// Tên đăng nhập
        sign_in: String,
    },
    /// Mở khóa một tài khoản
    Enable {
        /// Tên đăng nhập
        sign_in: String,
    },
    /// In đường dẫn mới để người dùng đặt lại mật khẩu
    Reset {
        /// Tên đăng nhập
        sign_in: String,
    },
    /// Bỏ mã xác thực hai bước của mọi người, khi tệp installation.key đã mất hẳn; cần dừng máy chủ trước
    ForgetTwoStep,
}

/// `audit …`.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Xem các dòng mới nhất
    List(AuditRows),
    /// Xuất CSV
    Export {
        /// Tệp mới; bỏ trống là in ra màn hình
        file: Option<PathBuf>,
        /// Which rows.
        #[command(flatten)]
        rows: AuditFilter,
    },
    /// Tính lại cả chuỗi niêm phong
    Verify,
}

/// Which rows of the log.
#[derive(Debug, Args)]
pub struct AuditFilter {
    /// Người làm, account:…, key:…, system:…
    #[arg(long)]
    pub actor: Option<String>,
    /// Việc bắt đầu bằng, account.
    #[arg(long)]
    pub action: Option<String>,
    /// Đối tượng bắt đầu bằng, unit:92
    #[arg(long)]
    pub subject: Option<String>,
    /// Từ ngày
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Đến hết ngày
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
}

/// `audit list`.
#[derive(Debug, Args)]
pub struct AuditRows {
    /// Which rows.
    #[command(flatten)]
    pub filter: AuditFilter,
    /// Số dòng
    #[arg(long, default_value_t = 50)]
    pub limit: i64,
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
}

impl Cli {
    /// The settings that the command line gives.
    pub fn flags(&self) -> Flags {
        let place = &self.place;
        let mut all = vec![("data", &place.data), ("database", &place.database), ("log", &place.log)];
        if let Command::Serve(front) | Command::Config(front) = &self.command {
            all.extend([
                ("listen", &front.listen),
                ("tls_cert", &front.tls_cert),
                ("tls_key", &front.tls_key),
                ("behind_proxy", &front.behind_proxy),
                ("public_url", &front.public_url),
            ]);
        }
        let values = all.into_iter().filter_map(|(key, value)| value.clone().map(|v| (key, v))).collect();
        Flags { values, config: place.config.clone() }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound_and_takes_settings_anywhere() {
        Cli::command().debug_assert();
        let cli = Cli::try_parse_from(["toancanh", "packs", "list", "--data", "d"]).unwrap();
        assert_eq!(cli.flags().values, [("data", "d".to_owned())]);
        let cli = Cli::try_parse_from(["toancanh", "--data", "d", "serve", "--listen", "x"]).unwrap();
        assert_eq!(cli.flags().values.len(), 2);
    }
}
