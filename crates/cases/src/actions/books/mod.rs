//! What can be done to the books, one file an action.
//!
//! Who: whoever takes in cases at the unit writes into its books; who wrote or came is read by whoever may
//! read reporters there, and of a denunciation each reading is in the log.

pub mod enter;
pub mod handle;
pub mod plan;
pub mod reveal;

use foundation::{Instant, Result, error::conflict, error::forbidden, error::not_found};
use kit::{Context, Permission, UnitId};
use storage::Tx;

use crate::books::register::{Book, Entry, Person, number};
use crate::events::{BookChanged, publish_book};
use crate::service::Types;
use crate::store::books::register as store;

use super::receive::{clean, phone};

/// Whether something is allowed at a unit, in any pack that has cases.
pub fn allowed(cx: &Context, permission: Permission, unit: UnitId) -> Result<bool> {
    let types = cx.house.get::<Types>()?.all();
    Ok(types.iter().any(|k| cx.scope.allows(permission, unit, &k.pack)))
}

/// Refuses who does not take in cases at the unit.
pub fn demand(cx: &Context, unit: UnitId) -> Result<()> {
    match allowed(cx, Permission::TakeInCases, unit)? {
        true => Ok(()),
        false => Err(forbidden("book_not_yours", "Bộ phận tiếp nhận của đơn vị mới được ghi sổ này.")),
    }
}

/// There is no such line, or not for this reader.
pub fn no_entry() -> foundation::Error {
    not_found("book_entry_not_found", "Không có dòng sổ này, hoặc nó không thuộc phạm vi của bạn.")
}

/// A line that the reader may see.
pub async fn seen(cx: &Context, id: i64) -> Result<Entry> {
    let entry = crate::store::books::register::get(&cx.db, id).await?.ok_or_else(no_entry)?;
    match allowed(cx, Permission::ReadInternal, entry.unit)? {
        true => Ok(entry),
        false => Err(no_entry()),
    }
}

/// Reads a line for changing, under scope, at the version on the page.
async fn open(cx: &Context, id: i64, seen: Option<i64>) -> Result<(Tx, Entry, Book, Instant)> {
    let mut tx = cx.db.begin().await?;
    let entry = store::lock(&mut tx, id).await?.ok_or_else(no_entry)?;
    if !allowed(cx, Permission::ReadInternal, entry.unit)? {
        return Err(no_entry());
    }
    demand(cx, entry.unit)?;
    if seen.is_some_and(|seen| seen != entry.version) {
        return Err(conflict(
            "book_changed",
            format!(
                "Trong lúc bạn xem, người khác đã sửa dòng số {}. Hãy xem lại rồi thao tác tiếp.",
                number(&entry)
            ),
        ));
    }
    let book = Book::parse(&entry.book).ok_or_else(no_entry)?;
    Ok((tx, entry, book, cx.clock.now()))
}

async fn tell(tx: &mut Tx, entry: &Entry, now: Instant) -> Result<()> {
    let changed = BookChanged {
        book: entry.book.clone(),
        entry: entry.id,
        unit: entry.unit,
        handling: entry.handling.clone(),
    };
    publish_book(tx, now, &changed).await
}

/// A person as they are kept.
fn cleaned(who: &Person) -> Result<Person> {
    Ok(Person {
        name: clean(&who.name, 200, "Họ tên")?,
        address: clean(&who.address, 300, "Địa chỉ")?,
        phone: phone(&who.phone)?,
    })
}
