//! The one place of the wire that reads the clock: when a call began and how long it took.

use jiff::Timestamp;
use tokio::time::Instant;

/// The wall clock, for records and `Retry-After` dates.
#[expect(
    clippy::disallowed_methods,
    reason = "a call's begin is a fact of the network edge; everything inside takes it as a value"
)]
pub(super) fn wall() -> Timestamp {
    Timestamp::now()
}

/// A clock that only goes forward, for durations and pacing.
pub(super) fn steady() -> Instant {
    Instant::now()
}
