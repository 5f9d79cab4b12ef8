//! The audit log as a sheet: for the page and for the command line.

use bytes::Bytes;
use foundation::{Result, error::internal, moment::rfc3339};
use kit::sheet::harmless;

use crate::store::log::Entry;
use crate::token::hex;

/// Rows as CSV, with the line of column names when `head`.
pub fn csv(rows: &[Entry], head: bool) -> Result<Bytes> {
    let broken = |e: String| internal("audit_csv", "Không ghi được tệp nhật ký").because(e);
    let mut out = csv::Writer::from_writer(Vec::new());
    if head {
        let columns =
            ["seq", "at", "actor", "action", "subject", "detail", "prev_hash", "hash", "id", "at_us"];
        out.write_record(columns).map_err(|e| broken(e.to_string()))?;
    }
    for e in rows {
        let hash = |h: &Option<Vec<u8>>| h.as_deref().map(hex).unwrap_or_default();
        let record = [
            e.seq.map_or_else(String::new, |s| s.to_string()),
            rfc3339(e.at),
            harmless(&e.actor),
            harmless(&e.action),
            harmless(&e.subject),
            harmless(&e.detail),
            hash(&e.prev_hash),
            hash(&e.hash),
            e.id.to_string(),
            e.at.0.to_string(),
        ];
        out.write_record(record).map_err(|e| broken(e.to_string()))?;
    }
    out.into_inner().map(Bytes::from).map_err(|e| broken(e.to_string()))
}
