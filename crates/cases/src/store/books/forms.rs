//! Forms of monthly reports.

use foundation::{Instant, Result, error::internal};
use storage::{Db, Tx, args};

use crate::books::form::Form;

/// A form with its pack.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Its full id, `petitions.monthly`.
    pub id: String,
    /// Its pack.
    pub pack: String,
    /// What the pack wrote.
    pub form: Form,
}

/// The applied forms, in order.
pub async fn all(db: &Db) -> Result<Vec<Kept>> {
    let rows: Vec<(String, String, String)> = db
        .all("SELECT id, pack, definition FROM book_form WHERE NOT retired ORDER BY position, id", args![])
        .await?;
    let read = |(id, pack, text): (String, String, String)| {
        let form = serde_json::from_str(&text)
            .map_err(|e| internal("book_form", format!("Mẫu báo cáo {id} bị hỏng")).because(e))?;
        Ok(Kept { id, pack, form })
    };
    rows.into_iter().map(read).collect()
}

/// Writes the forms of the applied packs; one that is gone is retired.
pub async fn save(tx: &mut Tx, all: &[(String, Form)], now: Instant) -> Result<()> {
    tx.run("UPDATE book_form SET retired = $1", args![true]).await?;
    for (pack, form) in all {
        let text = serde_json::to_string(form)
            .map_err(|e| internal("book_form", "Không ghi được mẫu báo cáo").because(e))?;
        let id = packs::full_id(pack, &form.id);
        tx.run(
            "INSERT INTO book_form (id, pack, position, definition, applied_at, retired)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (id) DO UPDATE SET pack = excluded.pack, position = excluded.position,
                definition = excluded.definition, applied_at = excluded.applied_at,
                retired = excluded.retired",
            args![id, pack.as_str(), form.order, text, now, false],
        )
        .await?;
    }
    Ok(())
}
