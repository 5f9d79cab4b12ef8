//! What a delivery would change, without changing it.

use foundation::Result;
use storage::{Db, args};

use crate::observations::Told;
use crate::observations::standing::{self, Door, Standing};

/// How a delivery stands to what its source told before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Compared {
    /// Values told for the first time.
    pub new: u64,
    /// Values that differ from what was told.
    pub changed: u64,
    /// Values that were told already.
    pub unchanged: u64,
}

/// A value that would replace another.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    /// What is told now.
    pub told: Told,
    /// What was told before.
    pub before: Option<f64>,
}

/// Compares values with what the source of this code told last, and gives the first `limit` corrections.
pub async fn compare(
    db: &Db,
    source: &str,
    told: &[Told],
    limit: usize,
) -> Result<(Compared, Vec<Correction>)> {
    let id: Option<(i64,)> = db.one("SELECT id FROM source WHERE code = $1", args![source]).await?;
    let Some((id,)) = id else {
        return Ok((Compared { new: told.len() as u64, ..Compared::default() }, Vec::new()));
    };
    let mut order = told.to_vec();
    order.sort_unstable_by(|a, b| a.key().cmp(&b.key()));
    let (mut compared, mut corrections) = (Compared::default(), Vec::new());
    for part in standing::parts(&order) {
        let stands = Standing::of(&mut Door::Db(db), id, part).await?;
        for told in part {
            match stands.get(told) {
                None => compared.new += 1,
                Some(stood) if stood.says(told) => compared.unchanged += 1,
                Some(stood) => {
                    compared.changed += 1;
                    if corrections.len() < limit {
                        corrections.push(Correction { told: told.clone(), before: stood.value });
                    }
                }
            }
        }
    }
    Ok((compared, corrections))
}
