//! The engine's clock: the time of day for the record, and time that never jumps for waits.

use jiff::Timestamp;
use std::time::{Duration, Instant};

/// Now, by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Time of day; may jump.
    pub wall: Timestamp,
    /// Since the clock was made; never jumps back.
    pub steady: Duration,
}

/// Tells the time. Tests give their own.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Moment;
}

/// The machine's clocks.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock that starts now.
    #[expect(
        clippy::disallowed_methods,
        reason = "the engine's one place that reads the machine's clocks"
    )]
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the engine's one place that reads the machine's clocks"
    )]
    fn now(&self) -> Moment {
        Moment {
            wall: Timestamp::now(),
            steady: self.start.elapsed(),
        }
    }
}
