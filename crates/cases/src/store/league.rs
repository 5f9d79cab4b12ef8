//! What each unit, or each category, did in a month: counted by the database from indexes on time and stage.

use std::collections::BTreeMap;

use foundation::{Instant, Result};
use storage::{Db, Value, row};

use super::lists::Sees;

/// By what rows are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The commune.
    Place,
    /// The unit in charge.
    Agency,
    /// What cases are about.
    Category,
}

impl By {
    fn column(self) -> &'static str {
        match self {
            By::Place => "CAST(place AS TEXT)",
            By::Agency => "CAST(agency AS TEXT)",
            By::Category => "category",
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Received in the month.
    pub received: i64,
    /// Of those, refused.
    pub refused: i64,
    /// Answered in the month.
    pub resolved: i64,
    /// Of those, in time.
    pub in_time: i64,
    /// Of those, rated.
    pub rated: i64,
    /// Their stars, added up.
    pub stars: i64,
    /// Open now.
    pub waiting: i64,
    /// Of those, later than promised.
    pub overdue: i64,
}

row! {
    struct Part {
        name: String,
        a: i64,
        b: i64,
        c: i64,
        d: i64,
    }
}

/// Whose cases, by what.
struct Asked<'a> {
    db: &'a Db,
    sees: &'a Sees,
    kinds: &'a [String],
    by: By,
}

impl Asked<'_> {
    async fn parts(&self, counts: &str, condition: &str, mut values: Vec<Value>) -> Result<Vec<Part>> {
        values.push(Value::Texts(self.kinds.to_vec()));
        let mut own = format!("{condition} AND kind IN (SELECT value FROM text_list(${}))", values.len());
        match self.sees {
            Sees::All => {}
            Sees::Public => own.push_str(" AND published"),
            // What was asked of an agency is not its own to be measured by.
            Sees::Asked(_) => own.push_str(" AND 1 = 0"),
            Sees::Units(units) => {
                values.push(Value::Ints(units.clone()));
                let list = format!("(SELECT value FROM int_list(${}))", values.len());
                own.push_str(&format!(" AND (place IN {list} OR agency IN {list})"));
            }
        }
        let column = self.by.column();
        let sql = format!("SELECT {column} AS name, {counts} FROM cases WHERE {own} GROUP BY {column}");
        self.db.all(&sql, values).await
    }
}

/// The table of the cases of `kinds` that a reader sees, for the time from `from` to `to`.
pub async fn league(
    db: &Db,
    sees: &Sees,
    kinds: &[String],
    by: By,
    (from, to): (Instant, Instant),
    now: Instant,
) -> Result<BTreeMap<String, Totals>> {
    let asked = Asked { db, sees, kinds, by };
    let sum = |condition: &str, name: &str| {
        format!("CAST(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END) AS BIGINT) AS {name}")
    };
    let zero = |name: &str| format!("CAST(0 AS BIGINT) AS {name}");
    let all = |name: &str| format!("CAST(COUNT(*) AS BIGINT) AS {name}");
    let mut table: BTreeMap<String, Totals> = BTreeMap::new();

    // Stage 5: refused; 6: passed elsewhere, which nobody counts; 3, 4: answered, closed. The sign keeps a
    // database from reading all cases of a stage instead of those of a month.
    let came = [all("a"), sum("stage = 5", "b"), zero("c"), zero("d")].join(", ");
    let when = "received_at >= $1 AND received_at < $2 AND +stage <> 6";
    for part in asked.parts(&came, when, vec![from.into(), to.into()]).await? {
        let row = table.entry(part.name).or_default();
        (row.received, row.refused) = (part.a, part.b);
    }
    let stars = "CAST(COALESCE(SUM(rating), 0) AS BIGINT) AS d".to_owned();
    let solved = [all("a"), sum("late", "b"), sum("rating IS NOT NULL", "c"), stars].join(", ");
    let when = "solved_at >= $1 AND solved_at < $2 AND +stage IN (3, 4)";
    for part in asked.parts(&solved, when, vec![from.into(), to.into()]).await? {
        let row = table.entry(part.name).or_default();
        (row.resolved, row.in_time, row.rated, row.stars) = (part.a, part.a - part.b, part.c, part.d);
    }
    let open = [all("a"), sum("promised_at < $1 AND NOT paused", "b"), zero("c"), zero("d")].join(", ");
    for part in asked.parts(&open, "stage IN (0, 1, 2)", vec![now.into()]).await? {
        let row = table.entry(part.name).or_default();
        (row.waiting, row.overdue) = (part.a, part.b);
    }
    Ok(table)
}
