//! Work that one program does for all on the same database: whoever holds the lease does it.

use foundation::{Instant, Result};
use kit::House;
use storage::settings;

/// A lease that is not renewed ends after so long: then another program takes over.
const LASTS_S: i64 = 10;

/// One program's hold on a kind of work.
pub struct Lease {
    key: String,
    me: String,
    until: Instant,
}

fn holder(value: &str) -> Option<(&str, Instant)> {
    let (who, until) = value.split_once(' ')?;
    Some((who, Instant(until.parse().ok()?)))
}

impl Lease {
    /// Of the work `name`, not held yet.
    pub fn of(name: &str) -> Lease {
        Lease { key: format!("lease.{name}"), me: foundation::new_id().to_string(), until: Instant(0) }
    }

    /// Takes the lease, or keeps it; `false`: somebody else works.
    pub async fn hold(&mut self, house: &House) -> Result<bool> {
        let now = house.clock.now();
        if now.plus_seconds(LASTS_S / 2) < self.until {
            return Ok(true);
        }
        let others = |value: Option<String>| {
            value.as_deref().and_then(holder).is_some_and(|(who, until)| who != self.me && now < until)
        };
        if others(settings::get(&house.db, &self.key).await?) {
            return Ok(false);
        }
        let mut tx = house.db.begin().await?;
        tx.lock(&self.key).await?;
        let row: Option<(String,)> =
            tx.one("SELECT value FROM setting WHERE key = $1", storage::args![self.key.as_str()]).await?;
        if others(row.map(|r| r.0)) {
            return Ok(false);
        }
        self.until = now.plus_seconds(LASTS_S);
        let value = format!("{} {}", self.me, self.until.0);
        settings::set(&mut tx, house.clock.as_ref(), &self.key, &value).await?;
        tx.commit().await?;
        Ok(true)
    }
}
