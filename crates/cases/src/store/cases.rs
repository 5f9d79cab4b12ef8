//! One case.

use foundation::{Instant, Result, error::internal};
use storage::{Db, Tx, Value, args};

use crate::case::{COLUMNS, Case, CaseId};

/// The values of [`COLUMNS`] but the first.
fn values(case: &Case) -> Vec<Value> {
    args![
        case.kind.as_str(),
        case.category.as_str(),
        case.severity.as_str(),
        case.state.as_str(),
        case.stage,
        case.place,
        case.agency,
        case.handler,
        case.title.as_str(),
        case.content.as_str(),
        case.address.as_str(),
        case.lat,
        case.lon,
        case.accuracy_m,
        case.place_sure,
        case.channel.as_str(),
        case.received_at,
        case.happened_at,
        case.changed_at,
        case.taken_in_at,
        case.solved_at,
        &case.clocks,
        case.due_at,
        case.due_clock,
        case.promised_at,
        case.paused,
        case.late,
        case.supporters,
        case.photos,
        case.entries,
        case.version,
        case.published,
        case.public_text.as_str(),
        case.answer.as_str(),
        case.reason.as_str(),
        case.rating,
        case.reopened,
        case.extended,
        case.merged_into,
        case.split_from,
        case.source.as_str(),
        case.demo
    ]
}

/// The columns that a new case brings, all but its number.
pub fn own_columns() -> Vec<&'static str> {
    COLUMNS.split(',').map(str::trim).skip(1).collect()
}

/// Writes a new case and gives it its number. The program looks at it at `wake`.
pub async fn insert(tx: &mut Tx, case: &mut Case, wake: Option<Instant>) -> Result<()> {
    let columns = own_columns();
    let marks: Vec<String> = (1..=columns.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "INSERT INTO cases ({}, wake_at) VALUES ({}, ${}) RETURNING CAST(seq AS BIGINT) AS seq",
        columns.join(", "),
        marks.join(", "),
        columns.len() + 1
    );
    let mut all = values(case);
    all.push(Value::from(wake));
    let row: Option<(i64,)> = tx.one(&sql, all).await?;
    case.seq = row.ok_or_else(|| internal("case_number", "Vụ việc mới không nhận được số"))?.0;
    Ok(())
}

/// The case with this number, whoever asks: the caller asks whether they may see it.
pub async fn get(db: &Db, id: CaseId) -> Result<Option<Case>> {
    db.one(&format!("SELECT {COLUMNS} FROM cases WHERE seq = $1"), args![id]).await
}

/// These cases, the newest first, whoever asks.
pub async fn all(db: &Db, ids: Vec<CaseId>) -> Result<Vec<Case>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM cases WHERE seq IN (SELECT value FROM int_list($1)) ORDER BY seq DESC"
    );
    db.all(&sql, args![ids]).await
}

/// One of them, in a transaction.
pub async fn lock(tx: &mut Tx, id: CaseId) -> Result<Option<Case>> {
    let sql = format!("SELECT {COLUMNS} FROM cases WHERE seq = $1 {}", tx.dialect().for_update());
    tx.one(&sql, args![id]).await
}

/// Writes a case that was read under [`lock`]; its version grows. Whose figures count it is reckoned anew,
/// and the program looks at it at `wake`.
pub async fn save(tx: &mut Tx, case: &mut Case, wake: Option<Instant>) -> Result<()> {
    super::figures::touch(tx, case).await?;
    case.version += 1;
    let columns = own_columns();
    let sets: Vec<String> = columns.iter().enumerate().map(|(i, c)| format!("{c} = ${}", i + 1)).collect();
    let sql = format!(
        "UPDATE cases SET {}, counted = NULL, wake_at = ${} WHERE seq = ${}",
        sets.join(", "),
        columns.len() + 1,
        columns.len() + 2
    );
    let mut all = values(case);
    all.extend([Value::from(wake), Value::from(case.seq)]);
    tx.run(&sql, all).await.map(|_| ())
}
