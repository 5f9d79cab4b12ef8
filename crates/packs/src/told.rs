//! What was done or would be done, in lines for the command line.

use std::fmt::{Display, Formatter, Result};

use serde_json::Value as Json;

use crate::actions::diff::{Diff, Difference};
use crate::actions::{Change, Report};
use crate::overlay::{Overlay, Standing};

fn value(value: Option<&Json>) -> String {
    value.map_or_else(|| "–".to_owned(), Json::to_string)
}

impl Display for Change {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self {
            Change::New => "mới",
            Change::Changed => "đã đổi",
            Change::Reopened => "mở lại",
            Change::Closed => "đã đóng",
            Change::Same => "như cũ",
        })
    }
}

impl Display for Overlay {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let row = &self.row;
        let standing = match self.standing {
            Standing::InForce => "đang dùng",
            Standing::BaseChanged => "đang dùng, nhưng bản kèm đã đổi: hãy đặt lại hoặc bỏ",
            Standing::SameAsShipped => "trùng với bản kèm, có thể bỏ",
            Standing::Lost => "không còn chỗ đặt, không dùng nữa",
            Standing::Refused => "bị gác lại vì làm gói sai",
        };
        let shipped = value(self.shipped.as_ref());
        write!(
            f,
            "{}/{} {}: riêng {}, bản kèm {shipped} ({standing})",
            row.pack, row.path, row.pointer, row.value
        )
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.changed {
            false => write!(f, "Không có gì đổi: {} gói vẫn như lần áp dụng trước.", self.packs.len())?,
            true => {
                let told: Vec<String> = self
                    .packs
                    .iter()
                    .filter(|(_, change)| *change != Change::Same)
                    .map(|(id, change)| format!("{id} ({change})"))
                    .collect();
                let which =
                    if told.is_empty() { "nội dung các gói như cũ".into() } else { told.join(", ") };
                write!(f, "Đã áp dụng {} gói, {} dòng: {which}.", self.packs.len(), self.rows)?;
            }
        }
        for overlay in self.conflicts() {
            write!(f, "\nCần xem lại chỗ sửa riêng: {overlay}")?;
        }
        Ok(())
    }
}

impl Display for Difference {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let pointer = if self.pointer.is_empty() { "(cả tệp)" } else { &self.pointer };
        let (applied, source) = (value(self.applied.as_ref()), value(self.source.as_ref()));
        write!(f, "{}/{} {pointer}: {applied} → {source}", self.pack, self.path)
    }
}

impl Display for Diff {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let mut lines: Vec<String> = self.values.iter().map(ToString::to_string).collect();
        lines.extend(self.closing.iter().map(|id| format!("{id}: gói sẽ đóng")));
        if lines.is_empty() {
            lines.push("Không có gì khác bản đang áp dụng.".into());
        }
        lines.extend(self.overlays.iter().map(|overlay| format!("Chỗ sửa riêng: {overlay}")));
        f.write_str(&lines.join("\n"))
    }
}
