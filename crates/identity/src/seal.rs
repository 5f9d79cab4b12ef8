//! The chain of the audit log.
//!
//! Rows are appended in the transaction of what they tell of, without a hash. A sealer, one at a time,
//! gives them places and hashes: hash = SHA-256(hash before ‖ place ‖ id ‖ time ‖ the four texts, each with
//! its length). So a row cannot be changed, taken out or put in between without breaking every hash after
//! it. The last place and hash are kept a second time in a setting, so that cutting off the end shows too;
//! who rewrites everything is found by comparing with a hash noted elsewhere.

use std::time::Duration;

use foundation::{Instant, Result};
use kit::{Context, House};
use sha2::{Digest, Sha256};
use storage::{Db, settings};

use crate::store::log::{self, Entry};
use crate::store::{citizens, links, sessions};
use crate::token::hex;

/// How often the sealer looks.
pub const EVERY: Duration = Duration::from_secs(1);
/// Rows sealed in one transaction.
const BATCH: i64 = 2000;
/// The setting that repeats the last place and hash.
const HEAD: &str = "audit.head";
/// What stands before the first row.
const FIRST: [u8; 32] = [0; 32];

/// The hash of a row at place `seq` after `prev`.
pub fn hash(prev: &[u8], seq: i64, entry: &Entry) -> Vec<u8> {
    let mut sum = Sha256::new();
    sum.update(prev);
    sum.update(seq.to_be_bytes());
    sum.update(entry.id.as_bytes());
    sum.update(entry.at.0.to_be_bytes());
    for text in [&entry.actor, &entry.action, &entry.subject, &entry.detail] {
        sum.update((text.len() as u64).to_be_bytes());
        sum.update(text.as_bytes());
    }
    sum.finalize().to_vec()
}

/// Seals what waits. Of several sealers one works and the others find nothing left. Says how many rows it
/// sealed.
pub async fn seal(cx: &Context) -> Result<usize> {
    let mut sealed = 0;
    while log::any_unsealed(&cx.db).await? {
        let mut tx = cx.db.begin().await?;
        tx.lock("audit-sealer").await?;
        let (mut seq, mut prev) = log::last(&mut tx).await?.unwrap_or((0, FIRST.to_vec()));
        let mut seals = Vec::new();
        for entry in log::waiting(&mut tx, BATCH).await? {
            seq += 1;
            let own = hash(&prev, seq, &entry);
            seals.push((entry.id, seq, std::mem::replace(&mut prev, own.clone()), own));
        }
        if seals.is_empty() {
            break;
        }
        sealed += seals.len();
        log::seal(&mut tx, seals).await?;
        settings::set(&mut tx, cx.clock.as_ref(), HEAD, &format!("{seq} {}", hex(&prev))).await?;
        tx.commit().await?;
    }
    Ok(sealed)
}

/// What is wrong with the chain, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The place at which the chain breaks.
    pub seq: i64,
    /// When the row there says it was written, if there is one.
    pub at: Option<Instant>,
    /// How.
    pub fault: Fault,
}

/// How a chain can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A row is not there.
    Missing,
    /// A row does not follow the one before it.
    Unlinked,
    /// A row says something else than when it was sealed.
    Changed,
    /// Rows at the end are not there.
    CutOff,
}

impl Fault {
    /// Its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Fault::Missing => "missing",
            Fault::Unlinked => "unlinked",
            Fault::Changed => "changed",
            Fault::CutOff => "cut-off",
        }
    }
}

/// What [`verify`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How many rows are sealed and whole, up to the first broken one.
    pub sealed: i64,
    /// Where it breaks first; nothing when it is whole.
    pub first_broken: Option<Broken>,
    /// How many rows wait for their seal.
    pub unsealed: i64,
    /// The hash at the end of what is whole, to be noted elsewhere.
    pub head: Option<String>,
}

/// Reads the whole chain and counts it again.
pub async fn verify(db: &Db) -> Result<Report> {
    let unsealed = log::unsealed(db).await?;
    // The end is read before the rows: rows sealed meanwhile come after it and change nothing.
    let head = settings::get(db, HEAD).await?;
    let (mut seq, mut prev) = (0, FIRST.to_vec());
    let mut first_broken = None;
    'chain: loop {
        let rows = log::chain(db, seq, BATCH).await?;
        if rows.is_empty() {
            break;
        }
        for entry in rows {
            let at = Some(entry.at);
            let fault = if entry.seq != Some(seq + 1) {
                Some(Fault::Missing)
            } else if entry.prev_hash.as_deref() != Some(prev.as_slice()) {
                Some(Fault::Unlinked)
            } else if entry.hash.as_deref() != Some(hash(&prev, seq + 1, &entry).as_slice()) {
                Some(Fault::Changed)
            } else {
                None
            };
            if let Some(fault) = fault {
                let at = if fault == Fault::Missing { None } else { at };
                first_broken = Some(Broken { seq: seq + 1, at, fault });
                break 'chain;
            }
            seq += 1;
            prev = entry.hash.unwrap_or_default();
        }
    }
    if first_broken.is_none()
        && let Some((end, _)) = head.as_deref().and_then(|h| h.split_once(' '))
        && end.parse::<i64>().is_ok_and(|end| end > seq)
    {
        first_broken = Some(Broken { seq: seq + 1, at: None, fault: Fault::CutOff });
    }
    Ok(Report { sealed: seq, first_broken, unsealed, head: (seq > 0).then(|| hex(&prev)) })
}

/// Seals every second, and every hour forgets sessions and links that ended. Runs until the program stops.
pub async fn keep(house: House) {
    let cx = house.system("identity");
    let mut beat = tokio::time::interval(EVERY);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut swept: Option<Instant> = None;
    loop {
        beat.tick().await;
        if let Err(e) = seal(&cx).await {
            tracing::warn!("the audit log could not be sealed, trying again: {e:?}");
        }
        let now = cx.clock.now();
        if swept.is_none_or(|at| now.since(at) > 3600 * 1_000_000) {
            swept = Some(now);
            if let Err(e) = sweep(&cx, now).await {
                tracing::warn!("old sessions could not be swept, trying again in an hour: {e:?}");
            }
        }
    }
}

async fn sweep(cx: &Context, now: Instant) -> Result<()> {
    let mut tx = cx.db.begin().await?;
    sessions::sweep(&mut tx, now).await?;
    links::sweep(&mut tx, now).await?;
    citizens::sweep(&mut tx, now).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            id: uuid::Uuid::nil(),
            at: Instant(5),
            actor: "a".into(),
            action: "bc".into(),
            subject: "d".into(),
            detail: "{}".into(),
            seq: None,
            prev_hash: None,
            hash: None,
        }
    }

    #[test]
    fn a_letter_moved_from_one_column_to_the_next_changes_the_hash() {
        let moved = Entry { actor: "ab".into(), action: "c".into(), ..entry() };
        assert_ne!(hash(&FIRST, 1, &entry()), hash(&FIRST, 1, &moved));
        assert_ne!(hash(&FIRST, 1, &entry()), hash(&FIRST, 2, &entry()));
        assert_eq!(hash(&FIRST, 1, &entry()), hash(&FIRST, 1, &entry()));
    }
}
