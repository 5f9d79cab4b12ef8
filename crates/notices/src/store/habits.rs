//! How people want to be told.

use std::collections::HashMap;

use foundation::{Instant, Result, TimeOfDay};
use storage::{Db, Tx, args, row};

use crate::book::{Person, Tongue};
use crate::channel::Via;
use crate::habits::{Habits, Quiet};

row! {
    struct HabitsRow {
        tongue: Option<String>,
        daily: bool,
        quiet_from: Option<u32>,
        quiet_to: Option<u32>,
    }
}

/// How somebody wants to be told; at night as at `night` where they did not say otherwise.
pub async fn of(db: &Db, person: Person, night: Option<Quiet>) -> Result<Habits> {
    let who = || args![person.side(), person.id()];
    let sql = "SELECT tongue, daily, quiet_from, quiet_to FROM notice_habits WHERE side = $1 AND person = $2";
    let row: Option<HabitsRow> = db.one(sql, who()).await?;
    let sql = "SELECT kind, via, wanted FROM notice_choice WHERE side = $1 AND person = $2";
    let rows: Vec<(String, String, bool)> = db.all(sql, who()).await?;
    let choices: HashMap<_, _> = rows
        .into_iter()
        .filter_map(|(kind, via, wanted)| Some(((kind, Via::parse(&via)?), wanted)))
        .collect();
    Ok(match row {
        None => Habits { choices, quiet: night, ..Habits::default() },
        Some(row) => Habits {
            tongue: row.tongue.as_deref().and_then(Tongue::parse),
            daily: row.daily,
            quiet: row
                .quiet_from
                .zip(row.quiet_to)
                .map(|(from, to)| Quiet { from: TimeOfDay(from), to: TimeOfDay(to) }),
            choices,
        },
    })
}

/// Keeps how somebody wants to be told, without their choices of kinds.
pub async fn save(tx: &mut Tx, now: Instant, person: Person, habits: &Habits) -> Result<()> {
    let sql = "INSERT INTO notice_habits (side, person, tongue, daily, quiet_from, quiet_to, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (side, person) DO UPDATE SET
        tongue = excluded.tongue, daily = excluded.daily, quiet_from = excluded.quiet_from,
        quiet_to = excluded.quiet_to, changed_at = excluded.changed_at";
    let quiet = habits.quiet;
    let args = args![
        person.side(),
        person.id(),
        habits.tongue.map(Tongue::tag),
        habits.daily,
        quiet.map(|q| q.from.0),
        quiet.map(|q| q.to.0),
        now
    ];
    tx.run(sql, args).await.map(|_| ())
}

/// Keeps whether somebody wants a kind, or `*`, some way.
pub async fn choose(
    tx: &mut Tx,
    now: Instant,
    person: Person,
    kind: &str,
    via: Via,
    wanted: bool,
) -> Result<()> {
    let sql = "INSERT INTO notice_choice (side, person, kind, via, wanted, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (side, person, kind, via) DO UPDATE SET
        wanted = excluded.wanted, changed_at = excluded.changed_at";
    let args = args![person.side(), person.id(), kind, via.name(), wanted, now];
    tx.run(sql, args).await.map(|_| ())
}
