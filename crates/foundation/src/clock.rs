//! The clock and random ids. The only place of the house that asks the machine for the time or for
//! randomness; everywhere else they are arguments, so that a test can say what time it is.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// A moment: microseconds since 1970-01-01T00:00:00Z. Stored as BIGINT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(pub i64);

impl Instant {
    /// Whole seconds since the epoch.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This moment moved by `seconds`, which may be negative.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Instant(self.0 + seconds * 1_000_000)
    }

    /// Microseconds from `earlier` to this moment.
    pub fn since(self, earlier: Instant) -> i64 {
        self.0 - earlier.0
    }
}

/// Tells the time. Handed down as `&dyn Clock`.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Instant;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Instant {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Instant(since.as_micros() as i64)
    }
}

/// A clock that stands still until told to move, for tests.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// A clock that stands at `at`.
    pub fn at(at: Instant) -> Self {
        TestClock(AtomicI64::new(at.0))
    }

    /// Moves the clock forward (or back).
    pub fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}

/// A new random id for a thing: a UUIDv7 (RFC 9562), so that ids sort by the time they were made.
#[allow(clippy::disallowed_methods, reason = "the one place that makes random ids")]
pub fn new_id() -> uuid::Uuid {
    uuid::Uuid::now_v7()
}

/// Random bytes from the operating system, for secrets that nobody may guess.
#[allow(clippy::disallowed_methods, reason = "the one place that asks for randomness")]
pub fn random_bytes<const N: usize>() -> crate::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| {
        crate::error::unavailable("no_randomness", "Máy chủ không cấp được số ngẫu nhiên, hãy thử lại.")
            .because(e.to_string())
    })?;
    Ok(bytes)
}

/// Measures how long something takes. Says nothing about what time it is.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts measuring.
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn start() -> Self {
        Stopwatch(std::time::Instant::now())
    }

    /// How long it has been.
    pub fn elapsed(&self) -> std::time::Duration {
        self.0.elapsed()
    }
}
