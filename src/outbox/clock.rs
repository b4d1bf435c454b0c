//! The engine's clock: the time of day for the record, and time that never jumps for waits.

use jiff::Timestamp;
#[cfg(unix)]
use rustix::time::ClockId;
use std::time::Duration;
#[cfg(not(unix))]
use std::time::Instant;

/// Now, by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Time of day; may jump.
    pub wall: Timestamp,
    /// Since the clock was made; never jumps, and goes on while the machine sleeps.
    pub steady: Duration,
}

/// Tells the time. Tests give their own.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Moment;
}

/// The clock that goes on while the machine sleeps and that nobody can set.
#[cfg(any(target_os = "linux", target_os = "android"))]
const STEADY: ClockId = ClockId::Boottime;
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
const STEADY: ClockId = ClockId::Monotonic;

#[cfg(unix)]
type Start = Duration;
#[cfg(not(unix))]
type Start = Instant;

/// The machine's clocks.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    start: Start,
}

impl SystemClock {
    /// A clock that starts now.
    #[cfg_attr(
        not(unix),
        expect(
            clippy::disallowed_methods,
            reason = "the engine's one place that reads the machine's clocks"
        )
    )]
    pub fn new() -> Self {
        #[cfg(unix)]
        let start = steady();
        #[cfg(not(unix))]
        let start = Instant::now();
        Self { start }
    }

    #[cfg(unix)]
    fn passed(&self) -> Duration {
        steady().saturating_sub(self.start)
    }

    #[cfg(not(unix))]
    fn passed(&self) -> Duration {
        self.start.elapsed()
    }
}

#[cfg(unix)]
fn steady() -> Duration {
    let time = rustix::time::clock_gettime(STEADY);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
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
            steady: self.passed(),
        }
    }
}
