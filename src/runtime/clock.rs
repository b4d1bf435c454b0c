//! The dashboard's one reading of the machine's clocks.

use jiff::Timestamp;
use std::time::Instant;

/// The time of day.
#[expect(
    clippy::disallowed_methods,
    reason = "the dashboard's one reading of the time of day"
)]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// Time that never jumps, for pacing and durations.
#[expect(
    clippy::disallowed_methods,
    reason = "the dashboard's one reading of steady time"
)]
pub fn steady() -> Instant {
    Instant::now()
}
