//! What a database's own errors mean to the house.

use foundation::{Error, Kind};
use rusqlite::ErrorCode;
use tokio_postgres::error::SqlState;

/// Reads a SQLite error.
pub(crate) fn sqlite(error: rusqlite::Error) -> Error {
    let code = error.sqlite_error_code();
    let known = match code {
        Some(ErrorCode::DiskFull) => Error::new(
            Kind::Unavailable,
            "disk_full",
            "Ổ đĩa đã đầy: chưa ghi gì. Hãy giải phóng chỗ rồi thử lại.",
        ),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Error::new(
            Kind::Unavailable,
            "read_only",
            "Thư mục dữ liệu chỉ đọc: chưa ghi gì. Hãy cấp quyền ghi cho chương trình.",
        ),
        Some(ErrorCode::CannotOpen) => Error::new(
            Kind::Unavailable,
            "cannot_open",
            "Không mở được tệp cơ sở dữ liệu. Hãy kiểm tra thư mục --data có tồn tại và ghi được.",
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::new(
            Kind::Unavailable,
            "database_busy",
            "Cơ sở dữ liệu đang bận, hãy thử lại sau giây lát.",
        ),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Error::new(
            Kind::Internal,
            "database_corrupt",
            "Tệp cơ sở dữ liệu hỏng. Hãy chạy «toancanh check» và khôi phục từ bản sao lưu.",
        ),
        Some(ErrorCode::ConstraintViolation) => {
            Error::new(Kind::Conflict, "constraint", "Dữ liệu trùng hoặc trái ràng buộc.")
        }
        _ => Error::new(Kind::Internal, "database", "Cơ sở dữ liệu báo lỗi."),
    };
    known.because(error)
}

/// Reads a SQLite error met while preparing `sql`.
pub(crate) fn sqlite_in(sql: &str, error: rusqlite::Error) -> Error {
    let told = format!("{error} in: {sql}");
    sqlite(error).because(told)
}

/// Reads a PostgreSQL error met while preparing `sql`.
pub(crate) fn postgres_in(sql: &str, error: tokio_postgres::Error) -> Error {
    let told = format!("{} in: {sql}", told(&error));
    postgres(error).because(told)
}

/// The driver's own sentence; its `Display` alone only says "db error".
fn told(error: &tokio_postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |e| e.to_string())
}

/// Reads a PostgreSQL error.
pub(crate) fn postgres(error: tokio_postgres::Error) -> Error {
    let known = match error.code() {
        Some(state) if state.code().starts_with("23") => {
            Error::new(Kind::Conflict, "constraint", "Dữ liệu trùng hoặc trái ràng buộc.")
        }
        Some(state) if *state == SqlState::DISK_FULL => Error::new(
            Kind::Unavailable,
            "disk_full",
            "Ổ đĩa đã đầy: chưa ghi gì. Hãy giải phóng chỗ rồi thử lại.",
        ),
        Some(state) if *state == SqlState::READ_ONLY_SQL_TRANSACTION => {
            Error::new(Kind::Unavailable, "read_only", "Cơ sở dữ liệu chỉ đọc: chưa ghi gì.")
        }
        Some(state)
            if *state == SqlState::T_R_SERIALIZATION_FAILURE || *state == SqlState::T_R_DEADLOCK_DETECTED =>
        {
            Error::new(
                Kind::Unavailable,
                "database_busy",
                "Cơ sở dữ liệu đang bận, hãy thử lại sau giây lát.",
            )
        }
        None if error.is_closed() => {
            Error::new(Kind::Unavailable, "database_unreachable", "Mất kết nối PostgreSQL.")
        }
        _ => Error::new(Kind::Internal, "database", "Cơ sở dữ liệu báo lỗi."),
    };
    known.because(told(&error))
}
