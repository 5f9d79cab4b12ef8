//! Which reports are a citizen's: those whose receipt they showed, and those that were sent with the number
//! they proved.
//!
//! A number counts where its owner gave it: on our form and app. Where an officer wrote it down (hotline,
//! counter) or another program sent it, it may be mistyped or somebody else's; there it counts only if the
//! reporter agreed that their reports may be looked up by it
//! ([decision 15](../../../../docs/decisions/0015-citizens-sign-in.md)).

use foundation::{Instant, Result};
use identity::Citizen;
use storage::{Db, Tx, args};
use uuid::Uuid;

use crate::actions::receive::phone;
use crate::case::CaseId;

/// What a citizen is known by here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mine {
    proofs: [Option<Uuid>; 2],
    /// As reporters' numbers are kept; empty where none was proved, which no row has.
    phone: String,
}

impl Mine {
    /// Of somebody who is signed in.
    pub fn of(citizen: &Citizen) -> Mine {
        let mut proofs = citizen.proofs.iter().copied();
        let number = citizen.phone.as_ref().and_then(|p| phone(&format!("+{p}")).ok());
        Mine { proofs: [proofs.next(), proofs.next()], phone: number.unwrap_or_default() }
    }
}

/// The numbers of a citizen's cases: by claim, and by number.
const OWN: &str = "SELECT seq FROM case_claim WHERE citizen = $1 OR citizen = $2
     UNION SELECT r.seq FROM case_reporter r JOIN cases c ON c.seq = r.seq
     WHERE r.phone = $3 AND r.phone <> '' AND (c.channel IN ('app', 'web') OR r.consent = $4)";

/// A citizen's cases, the newest first.
pub async fn of(db: &Db, mine: &Mine, limit: i64) -> Result<Vec<CaseId>> {
    let sql = format!("SELECT seq FROM ({OWN}) AS own ORDER BY seq DESC LIMIT $5");
    let [a, b] = mine.proofs;
    let rows: Vec<(i64,)> = db.all(&sql, args![a, b, mine.phone.as_str(), true, limit]).await?;
    Ok(rows.into_iter().map(|r| r.0).collect())
}

/// Whether a case is theirs.
pub async fn owns(db: &Db, mine: &Mine, id: CaseId) -> Result<bool> {
    let sql = format!("SELECT seq FROM ({OWN}) AS own WHERE seq = $5");
    let [a, b] = mine.proofs;
    Ok(db.one::<(i64,)>(&sql, args![a, b, mine.phone.as_str(), true, id]).await?.is_some())
}

/// The first photo of each of these cases that its reporter sees and that is drawn small already.
pub async fn photos(db: &Db, ids: Vec<CaseId>) -> Result<Vec<(CaseId, i64)>> {
    db.all(
        "SELECT seq, CAST(MIN(n) AS BIGINT) AS n FROM case_photo
         WHERE seq IN (SELECT value FROM int_list($1)) AND thumb IS NOT NULL
           AND (role = 'report' OR shown = $2) GROUP BY seq",
        args![ids, true],
    )
    .await
}

/// Keeps a case among what somebody proved; again changes nothing.
pub async fn keep(tx: &mut Tx, proof: Uuid, id: CaseId, at: Instant) -> Result<()> {
    tx.run(
        "INSERT INTO case_claim (citizen, seq, at) VALUES ($1, $2, $3) ON CONFLICT (citizen, seq) DO NOTHING",
        args![proof, id, at],
    )
    .await
    .map(|_| ())
}

/// Forgets who keeps a case.
pub async fn forget_case(tx: &mut Tx, id: CaseId) -> Result<()> {
    tx.run("DELETE FROM case_claim WHERE seq = $1", args![id]).await.map(|_| ())
}

/// Forgets what somebody keeps.
pub async fn forget(tx: &mut Tx, proof: Uuid) -> Result<()> {
    tx.run("DELETE FROM case_claim WHERE citizen = $1", args![proof]).await.map(|_| ())
}
