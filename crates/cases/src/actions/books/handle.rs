//! Write how a line of a register is dealt with: whose competence it is, what was done, what came of it.
//!
//! Who: whoever takes in cases at the unit. A case or a letter that is named must be one that they may read.

use foundation::{Date, Result, error::invalid};
use kit::{Context, Permission, audit};
use serde_json::json;

use super::{allowed, clean, open, store, tell};
use crate::books::register::{Book, Entry, Handling};
use crate::service::Types;

/// The action.
#[derive(Debug, Clone)]
pub struct Handle {
    /// How.
    pub handling: Handling,
    /// The version on the page.
    pub seen: Option<i64>,
}

impl Handle {
    /// Writes it.
    pub async fn run(self, cx: &Context, id: i64) -> Result<Entry> {
        let handling = Handling {
            passed_to: clean(&self.handling.passed_to, 200, "Nơi chuyển đến")?,
            result: clean(&self.handling.result, 2_000, "Kết quả")?,
            ..self.handling
        };
        if let Some(case) = handling.case_seq {
            let case = crate::store::cases::get(&cx.db, case).await?;
            let kind = case.as_ref().map(|c| cx.house.get::<Types>().map(|t| t.find(&c.kind))).transpose()?;
            let read =
                case.zip(kind.flatten()).is_some_and(|(case, kind)| case.is_read_by(&cx.scope, &kind.pack));
            if !read {
                return Err(invalid("book_case", "Không có vụ việc mang mã này trong phạm vi của bạn."));
            }
        }
        if let Some(letter) = handling.letter {
            let letter = store::get(&cx.db, letter).await?;
            let own = letter.filter(|l| l.book == Book::Letters.name());
            let unit = own.map(|l| l.unit);
            if !unit.map(|u| allowed(cx, Permission::ReadInternal, u)).transpose()?.unwrap_or_default() {
                return Err(invalid("book_letter", "Không có dòng sổ đơn thư này trong phạm vi của bạn."));
            }
        }
        let (mut tx, mut entry, book, now) = open(cx, id, self.seen).await?;
        handling.apply(book, &mut entry, Date::of(now))?;
        entry.changed_at = now;
        store::save(&mut tx, &mut entry).await?;
        tell(&mut tx, &entry, now).await?;
        let detail = json!({"book": entry.book, "n": entry.n, "handling": entry.handling,
            "competence": entry.competence, "case": entry.case_seq, "done": entry.result_on.is_some(),
            "version": entry.version});
        audit(&mut tx, cx, "book.handle", &format!("book:{id}"), &detail).await?;
        tx.commit().await?;
        Ok(entry)
    }
}
