//! Write a line into a register, and correct it.
//!
//! Who: whoever takes in cases at the unit. The line gets the next number of its book, unit and year; the
//! same form sent twice is one line. A correction keeps book, unit, year and number.

use foundation::{Date, Result, error::conflict, error::invalid};
use kit::{Context, Permission, UnitId, audit};
use serde_json::json;

use super::{allowed, clean, cleaned, demand, open, store, tell};
use crate::books::register::{Book, Entry, Matter, Person, begun};

/// Writes a line.
#[derive(Debug, Clone)]
pub struct Enter {
    /// The form's own key.
    pub key: String,
    /// Into which book.
    pub book: Book,
    /// Of which unit.
    pub unit: UnitId,
    /// What it tells.
    pub matter: Matter,
    /// Who wrote or came.
    pub who: Person,
}

/// Corrects a line.
#[derive(Debug, Clone)]
pub struct Correct {
    /// What it tells.
    pub matter: Matter,
    /// Who wrote or came; `None` leaves it as it is.
    pub who: Option<Person>,
    /// The version on the page.
    pub seen: Option<i64>,
}

fn kept(matter: &Matter) -> Result<Matter> {
    Ok(Matter {
        summary: clean(&matter.summary, 2_000, "Tóm tắt")?,
        receiver: clean(&matter.receiver, 200, "Người tiếp")?,
        ..matter.clone()
    })
}

impl Enter {
    /// Writes it.
    pub async fn run(self, cx: &Context) -> Result<Entry> {
        demand(cx, self.unit)?;
        if !(8..=80).contains(&self.key.len()) {
            return Err(invalid("book_key", "Biểu mẫu đã cũ. Hãy mở lại trang rồi ghi."));
        }
        let mut tx = cx.db.begin().await?;
        // Twice at once, by two clicks: the second waits for the first and finds its line.
        tx.lock(&format!("book:{}", self.key)).await?;
        if let Some(before) = store::of_key(&mut tx, &self.key).await? {
            return match before.unit == self.unit && before.book == self.book.name() {
                true => Ok(before),
                false => Err(conflict("book_key", "Biểu mẫu đã dùng. Hãy mở lại trang rồi ghi.")),
            };
        }
        let (now, matter, who) = (cx.clock.now(), kept(&self.matter)?, cleaned(&self.who)?);
        matter.check(self.book, Date::of(now))?;
        let mut entry = begun(self.book, self.unit, matter, cx.actor.audit_name(), now);
        store::append(&mut tx, &self.key, &mut entry, &who).await?;
        tell(&mut tx, &entry, now).await?;
        let detail = json!({"book": entry.book, "unit": entry.unit, "year": entry.year, "n": entry.n,
            "kind": entry.kind});
        audit(&mut tx, cx, "book.enter", &format!("book:{}", entry.id), &detail).await?;
        tx.commit().await?;
        Ok(entry)
    }
}

impl Correct {
    /// Corrects it.
    pub async fn run(self, cx: &Context, id: i64) -> Result<Entry> {
        let (mut tx, mut entry, book, now) = open(cx, id, self.seen).await?;
        let matter = kept(&self.matter)?;
        matter.check(book, Date::of(now))?;
        if i64::from(matter.received_on.year()) != entry.year {
            let why = "Số đã cấp thuộc năm của ngày nhận: không sửa ngày nhận sang năm khác.";
            return Err(invalid("book_day", why));
        }
        // Who may not read the person cannot overwrite them unseen.
        let may_know = allowed(cx, Permission::ReadReporter, entry.unit)?;
        if let Some(who) = self.who.as_ref().filter(|_| may_know) {
            store::keep_person(&mut tx, id, &cleaned(who)?).await?;
        }
        let was = entry.kind.clone();
        entry.received_on = matter.received_on.0.into();
        (entry.way, entry.kind, entry.people) = (matter.way, matter.kind, matter.people);
        (entry.summary, entry.receiver, entry.changed_at) = (matter.summary, matter.receiver, now);
        store::save(&mut tx, &mut entry).await?;
        tell(&mut tx, &entry, now).await?;
        let detail = json!({"book": entry.book, "n": entry.n, "kind_was": was, "kind": entry.kind,
            "version": entry.version});
        audit(&mut tx, cx, "book.correct", &format!("book:{id}"), &detail).await?;
        tx.commit().await?;
        Ok(entry)
    }
}
