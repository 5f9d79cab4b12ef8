//! Ways of messages, and what became of them.

use foundation::{Instant, Result};
use storage::{Db, Tx, args, row};
use uuid::Uuid;

use crate::channel::Via;

/// How long a hand may keep a way before another takes it.
pub const LEASE_S: i64 = 120;

row! {
    /// A way that a hand has taken.
    #[derive(Debug, Clone)]
    pub struct Taken {
        /// Its identity.
        pub id: Uuid,
        /// Its message.
        pub notice: Uuid,
        /// The way.
        pub via: String,
        /// The browser, for the way to browsers.
        pub target: String,
        /// This is try number…
        pub attempts: i64,
        /// Whether it waited for the daily letter.
        pub digest: bool,
    }
}

const TAKEN: &str = "RETURNING id, notice, via, target, attempts, digest";

row! {
    /// A way as the log shows it.
    #[derive(Debug, Clone)]
    pub struct Listed {
        /// Its identity.
        pub id: Uuid,
        /// Its message.
        pub notice: Uuid,
        /// The kind of the message.
        pub kind: String,
        /// The side of its receiver.
        pub side: String,
        /// Its receiver.
        pub person: Uuid,
        /// The way.
        pub via: String,
        /// What became of it.
        pub state: String,
        /// Tries so far.
        pub attempts: i64,
        /// Whether it waits, or went, in the daily letter.
        pub digest: bool,
        /// When it is tried next, while it waits.
        pub next_at: Instant,
        /// The masked address.
        pub masked: Option<String>,
        /// The provider's name for it.
        pub provider_id: Option<String>,
        /// Why the last try failed.
        pub error: Option<String>,
        /// When it was chosen.
        pub created_at: Instant,
        /// When it left.
        pub sent_at: Option<Instant>,
        /// When its link was visited first.
        pub opened_at: Option<Instant>,
    }
}

const LISTED: &str = "SELECT d.id, d.notice, d.kind, n.side, n.person, d.via, d.state, d.attempts,
    d.digest, d.next_at, d.masked, d.provider_id, d.error, d.created_at, d.sent_at, d.opened_at
    FROM notice_delivery d JOIN notice n ON n.id = d.notice";

/// A way to be kept.
pub struct New {
    /// Its message.
    pub notice: Uuid,
    /// The kind of the message.
    pub kind: &'static str,
    /// The way.
    pub via: Via,
    /// The browser; empty for the others.
    pub target: String,
    /// Whether it waits for the daily letter.
    pub digest: bool,
    /// When it is due.
    pub at: Instant,
}

/// Keeps a way of a message; one that is there stays as it is.
pub async fn insert(tx: &mut Tx, now: Instant, new: &New) -> Result<()> {
    let sql = "INSERT INTO notice_delivery
        (id, notice, kind, via, target, state, attempts, digest, next_at, created_at)
        VALUES ($1, $2, $3, $4, $5, 'waiting', 0, $6, $7, $8) ON CONFLICT (notice, via, target) DO NOTHING";
    let id = foundation::new_id();
    let (via, target) = (new.via.name(), new.target.as_str());
    let args = args![id, new.notice, new.kind, via, target, new.digest, new.at, now];
    tx.put(sql, args).await
}

/// Whether a way is due, or was left by a hand that died. Only reads.
pub async fn any_due(db: &Db, now: Instant) -> Result<bool> {
    let sql = "SELECT CAST(1 AS BIGINT) AS one WHERE
        EXISTS (SELECT 1 FROM notice_delivery WHERE state = 'waiting' AND next_at <= $1)
        OR EXISTS (SELECT 1 FROM notice_delivery WHERE state IN ('taken', 'sending') AND lease_until < $1)";
    Ok(db.one::<(i64,)>(sql, args![now]).await?.is_some())
}

/// Takes the way that is due first; nobody else has it until its lease ends. One that waited for the daily
/// letter comes with all the others of its person, at most `most`. One hand takes at a time, so that no
/// letter is divided among several.
pub async fn take(tx: &mut Tx, now: Instant, most: i64) -> Result<Vec<Taken>> {
    tx.lock("notices.take").await?;
    let until = now.plus_seconds(LEASE_S);
    let sql = format!(
        "UPDATE notice_delivery SET state = 'taken', attempts = attempts + 1, lease_until = $2
         WHERE state = 'waiting' AND id = (SELECT id FROM notice_delivery
             WHERE state = 'waiting' AND next_at <= $1 ORDER BY next_at, id LIMIT 1)
         {TAKEN}"
    );
    let Some(first) = tx.one::<Taken>(&sql, args![now, until]).await? else { return Ok(Vec::new()) };
    let notice = first.notice;
    let digest = first.digest;
    let mut taken = vec![first];
    if digest {
        let sql = format!(
            "UPDATE notice_delivery SET state = 'taken', attempts = attempts + 1, lease_until = $2
             WHERE id IN (SELECT d.id FROM notice mine
                 JOIN notice n ON n.side = mine.side AND n.person = mine.person
                 JOIN notice_delivery d ON d.notice = n.id
                 WHERE mine.id = $3 AND d.state = 'waiting' AND d.digest AND d.next_at <= $1
                 ORDER BY d.id LIMIT $4)
             {TAKEN}"
        );
        taken.extend(tx.all::<Taken>(&sql, args![now, until, notice, most - 1]).await?);
    }
    Ok(taken)
}

/// Says that ways leave now. False when one of them is not ours any more.
pub async fn leaving(tx: &mut Tx, ids: &[Uuid], now: Instant, masked: &str) -> Result<bool> {
    let sql = "UPDATE notice_delivery SET state = 'sending', lease_until = $2, masked = $3
        WHERE id = $1 AND state = 'taken'";
    for id in ids {
        if tx.run(sql, args![*id, now.plus_seconds(LEASE_S), masked]).await? != 1 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// How a try ended.
pub enum End<'a> {
    /// It left.
    Sent(Option<&'a str>),
    /// It is tried again then; the error, if the try counts.
    Again(Instant, Option<&'a str>),
    /// It never leaves.
    GivenUp(&'a str),
    /// Nobody knows whether it left.
    Uncertain(&'a str),
    /// Its receiver does not want it.
    Stopped,
}

/// Writes how the try of a way ended. A way that somebody else took meanwhile stays as it is.
pub async fn end(tx: &mut Tx, id: Uuid, now: Instant, end: &End<'_>) -> Result<()> {
    let held = "WHERE id = $1 AND state IN ('taken', 'sending')";
    match end {
        End::Sent(provider_id) => {
            let sql = format!(
                "UPDATE notice_delivery SET state = 'sent', sent_at = $2, provider_id = $3, error = NULL,
                 lease_until = NULL {held}"
            );
            tx.run(&sql, args![id, now, provider_id.map(clipped)]).await
        }
        End::Again(at, None) => {
            let sql = format!(
                "UPDATE notice_delivery SET state = 'waiting', next_at = $2, attempts = attempts - 1,
                 lease_until = NULL {held}"
            );
            tx.run(&sql, args![id, *at]).await
        }
        End::Again(at, Some(error)) => {
            let sql = format!(
                "UPDATE notice_delivery SET state = 'waiting', next_at = $2, error = $3, lease_until = NULL
                 {held}"
            );
            tx.run(&sql, args![id, *at, clipped(error)]).await
        }
        End::GivenUp(_) | End::Uncertain(_) | End::Stopped => {
            let (state, error) = match end {
                End::GivenUp(error) => ("given_up", Some(clipped(error))),
                End::Uncertain(error) => ("uncertain", Some(clipped(error))),
                _ => ("stopped", None),
            };
            let sql = format!("UPDATE notice_delivery SET state = $2, error = $3, lease_until = NULL {held}");
            tx.run(&sql, args![id, state, error]).await
        }
    }
    .map(|_| ())
}

fn clipped(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}

/// Looks after the ways of hands that died: what had not left waits again, what was leaving does if its
/// channel drops doubles, else nobody knows. Says how many.
pub async fn take_back(tx: &mut Tx, now: Instant, droppers: &[&str]) -> Result<u64> {
    let droppers: Vec<String> = droppers.iter().map(|d| (*d).to_owned()).collect();
    let sql = "UPDATE notice_delivery SET lease_until = NULL, next_at = $1,
        state = CASE WHEN state = 'taken' OR via IN (SELECT value FROM text_list($2)) THEN 'waiting'
            ELSE 'uncertain' END,
        error = CASE WHEN state = 'taken' THEN error ELSE 'stopped_while_sending' END
        WHERE state IN ('taken', 'sending') AND lease_until < $1";
    tx.run(sql, args![now, droppers]).await
}

/// A way and the message it belongs to.
pub async fn get(db: &Db, id: Uuid) -> Result<Option<Listed>> {
    db.one(&format!("{LISTED} WHERE d.id = $1"), args![id]).await
}

/// What the log is asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Only this state.
    pub state: Option<String>,
    /// Only this way.
    pub via: Option<String>,
    /// Only this kind.
    pub kind: Option<String>,
    /// Only this message.
    pub notice: Option<Uuid>,
    /// After this one, newest first.
    pub before: Option<Uuid>,
}

/// A page of the log, newest first. It holds ids and masked addresses; who may manage notices sees all of it.
pub async fn list(db: &Db, asked: &Asked, limit: i64) -> Result<Vec<Listed>> {
    let sql = format!(
        "{LISTED} WHERE (CAST($1 AS TEXT) IS NULL OR d.state = $1
         OR ($1 = 'sending' AND d.state = 'taken')) AND (CAST($2 AS TEXT) IS NULL OR d.via = $2)
         AND (CAST($3 AS TEXT) IS NULL OR d.kind = $3) AND (CAST($4 AS UUID) IS NULL OR d.notice = $4)
         AND (CAST($5 AS UUID) IS NULL OR d.id < $5) ORDER BY d.id DESC LIMIT $6"
    );
    let a = asked.clone();
    db.all(&sql, args![a.state, a.via, a.kind, a.notice, a.before, limit]).await
}

/// Puts a way that ended badly back among those that wait. False when it did not.
pub async fn retry(tx: &mut Tx, id: Uuid, now: Instant) -> Result<bool> {
    let sql = "UPDATE notice_delivery SET state = 'waiting', attempts = 0, next_at = $2
        WHERE id = $1 AND state IN ('given_up', 'uncertain')";
    Ok(tx.run(sql, args![id, now]).await? == 1)
}

/// Says that the link of a way was visited; the first time counts.
pub async fn opened(tx: &mut Tx, id: Uuid, now: Instant) -> Result<()> {
    let sql = "UPDATE notice_delivery SET opened_at = $2,
        state = CASE WHEN state IN ('sent', 'uncertain') THEN 'opened' ELSE state END
        WHERE id = $1 AND opened_at IS NULL";
    tx.run(sql, args![id, now]).await.map(|_| ())
}
