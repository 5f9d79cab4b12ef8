//! What each unit, category or channel did in a month: counted by the database from indexes on time and
//! stage. The table of units, the monthly report and its files have their numbers from here alone.

use std::collections::BTreeMap;

use foundation::{Instant, Result};
use kit::UnitId;
use serde::{Deserialize, Serialize};
use storage::{Db, Value, row};

use super::lists::Sees;

/// By what rows are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The commune.
    Place,
    /// The unit in charge.
    Agency,
    /// What cases are about.
    Category,
    /// By which way cases came.
    Channel,
    /// Why cases were refused or passed elsewhere; no others are counted.
    Reason,
}

/// Of whose cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Of {
    /// All that the reader sees.
    #[default]
    Everybody,
    /// Those that lie in a commune.
    Place(UnitId),
    /// Those with a unit in charge.
    Agency(UnitId),
}

impl By {
    fn column(self) -> &'static str {
        match self {
            By::Place => "CAST(place AS TEXT)",
            By::Agency => "CAST(agency AS TEXT)",
            By::Category => "category",
            By::Channel => "channel",
            By::Reason => "reason",
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
    /// Came in the month and were passed elsewhere: complaints, denunciations, another province's. In no
    /// other number.
    pub passed_out: i64,
    /// Answered in the month.
    pub resolved: i64,
    /// Of those, in time.
    pub in_time: i64,
    /// Of those, rated.
    pub rated: i64,
    /// Their stars, added up.
    pub stars: i64,
    /// Open at the end of the month, or now while it runs.
    pub waiting: i64,
    /// Of those, later than promised.
    pub overdue: i64,
}

impl Totals {
    /// Whether nothing is there but what was passed elsewhere.
    pub fn is_idle(&self) -> bool {
        Totals { passed_out: 0, ..*self } == Totals::default()
    }

    /// Adds another row.
    pub fn add(&mut self, other: &Totals) {
        self.received += other.received;
        self.refused += other.refused;
        self.passed_out += other.passed_out;
        self.resolved += other.resolved;
        self.in_time += other.in_time;
        self.rated += other.rated;
        self.stars += other.stars;
        self.waiting += other.waiting;
        self.overdue += other.overdue;
    }

    /// Answered in time, of those answered, in per cent.
    pub fn on_time(&self) -> Option<f64> {
        share(self.in_time, self.resolved)
    }

    /// Refused, of those received, in per cent.
    pub fn refused_share(&self) -> Option<f64> {
        share(self.refused, self.received)
    }

    /// Stars on average.
    pub fn rating(&self) -> Option<f64> {
        (self.rated > 0).then(|| self.stars as f64 / self.rated as f64)
    }
}

fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 * 100.0 / whole as f64)
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

/// Which cases are counted, and of which time.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// What the reader sees.
    pub sees: &'a Sees,
    /// Of these types.
    pub kinds: &'a [String],
    /// Of whose.
    pub of: Of,
    /// From when until when.
    pub span: (Instant, Instant),
    /// Now.
    pub now: Instant,
}

impl Asked<'_> {
    async fn parts(
        &self,
        db: &Db,
        by: By,
        counts: &str,
        condition: &str,
        mut values: Vec<Value>,
    ) -> Result<Vec<Part>> {
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
        let (unit, column) = match self.of {
            Of::Everybody => (None, ""),
            Of::Place(unit) => (Some(unit), "place"),
            Of::Agency(unit) => (Some(unit), "agency"),
        };
        if let Some(unit) = unit {
            values.push(unit.into());
            own.push_str(&format!(" AND {column} = ${}", values.len()));
        }
        let column = by.column();
        let sql = format!("SELECT {column} AS name, {counts} FROM cases WHERE {own} GROUP BY {column}");
        db.all(&sql, values).await
    }
}

/// The table.
pub async fn league(db: &Db, asked: &Asked<'_>, by: By) -> Result<BTreeMap<String, Totals>> {
    let ((from, to), now) = (asked.span, asked.now);
    let sum = |condition: &str, name: &str| {
        format!("CAST(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END) AS BIGINT) AS {name}")
    };
    let zero = |name: &str| format!("CAST(0 AS BIGINT) AS {name}");
    let all = |name: &str| format!("CAST(COUNT(*) AS BIGINT) AS {name}");
    let mut table: BTreeMap<String, Totals> = BTreeMap::new();

    // Stage 5: refused; 6: passed elsewhere; 3, 4: answered, closed. The sign keeps a database from reading
    // all cases of a stage instead of those of a month.
    let came = [sum("stage <> 6", "a"), sum("stage = 5", "b"), sum("stage = 6", "c"), zero("d")].join(", ");
    let when = match by {
        By::Reason => "received_at >= $1 AND received_at < $2 AND +stage IN (5, 6)",
        _ => "received_at >= $1 AND received_at < $2",
    };
    for part in asked.parts(db, by, &came, when, vec![from.into(), to.into()]).await? {
        let row = table.entry(part.name).or_default();
        (row.received, row.refused, row.passed_out) = (part.a, part.b, part.c);
    }
    if by == By::Reason {
        return Ok(table);
    }
    let stars = "CAST(COALESCE(SUM(rating), 0) AS BIGINT) AS d".to_owned();
    let solved = [all("a"), sum("late", "b"), sum("rating IS NOT NULL", "c"), stars].join(", ");
    let when = "solved_at >= $1 AND solved_at < $2 AND +stage IN (3, 4)";
    for part in asked.parts(db, by, &solved, when, vec![from.into(), to.into()]).await? {
        let row = table.entry(part.name).or_default();
        (row.resolved, row.in_time, row.rated, row.stars) = (part.a, part.a - part.b, part.c, part.d);
    }
    let end = to.min(now);
    let open = [all("a"), sum("promised_at < $2 AND NOT paused", "b"), zero("c"), zero("d")].join(", ");
    let mut waiting = asked
        .parts(db, by, &open, "stage IN (0, 1, 2) AND +received_at < $1", vec![to.into(), end.into()])
        .await?;
    if to <= now {
        // Of a month that is over, what was solved since was open at its end.
        let since = "solved_at >= $1 AND +received_at < $1 AND +stage <> 6";
        waiting.extend(asked.parts(db, by, &open, since, vec![to.into(), end.into()]).await?);
    }
    for part in waiting {
        let row = table.entry(part.name).or_default();
        row.waiting += part.a;
        row.overdue += part.b;
    }
    Ok(table)
}
