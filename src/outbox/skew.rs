//! How far the clock of this computer is from the server's, as its answers say. It must not decide
//! what follows from that, and asks for nothing itself.

use super::clock::Moment;
use crate::contract::ServerClock;
use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use std::sync::Mutex;
use std::time::Duration;

/// With more than this nothing that has a time is planned or started.
pub const MOST_SKEW: SignedDuration = SignedDuration::from_mins(2);
/// More than this is worth a warning.
pub const NOTED_SKEW: SignedDuration = SignedDuration::from_secs(30);

/// How the clock of this computer stands to the server's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skew {
    /// By how much it is ahead now, what was set since the answer included.
    pub ahead: SignedDuration,
    /// How long ago the server said so.
    pub age: Duration,
}

/// What a server said about the time longer ago than this says nothing about now.
const FRESH: Duration = Duration::from_secs(10 * 60);

impl Skew {
    /// Whether the server said so lately.
    pub fn is_fresh(&self) -> bool {
        self.age <= FRESH
    }
}

/// Keeps what the last answer with a date said.
#[derive(Debug, Default)]
pub struct SkewMeter(Mutex<Option<(SignedDuration, Moment)>>);

impl SkewMeter {
    /// Takes in the `Date` of an answer that came now. Half a second is added, because the header
    /// has whole seconds only.
    pub fn note(&self, date: Option<&str>, now: Moment) {
        let Some(server) = date.and_then(read_date) else {
            return;
        };
        let server = server
            .checked_add(SignedDuration::from_millis(500))
            .unwrap_or(server);
        if let Ok(mut last) = self.0.lock() {
            *last = Some((now.wall.duration_since(server), now));
        }
    }

    /// Takes in the clock of an answer that came now.
    pub fn note_clock(&self, told: &ServerClock, now: Moment) {
        if let Ok(mut last) = self.0.lock() {
            *last = Some((told.ahead(), now));
        }
    }

    /// What is known now; `now` is of the same clock as the moments before.
    pub fn read(&self, now: Moment) -> Option<Skew> {
        let (ahead, measured) = self.0.lock().ok().and_then(|last| *last)?;
        Some(Skew {
            ahead: ahead.saturating_add(moved(measured, now)),
            age: now.steady.saturating_sub(measured.steady),
        })
    }
}

/// By how much the clock on the wall was set between two moments; positive when set ahead.
pub(super) fn moved(from: Moment, to: Moment) -> SignedDuration {
    let wall = to.wall.duration_since(from.wall);
    let steady = to.steady.saturating_sub(from.steady);
    let steady = SignedDuration::try_from(steady).unwrap_or(SignedDuration::MAX);
    wall.saturating_sub(steady)
}

/// `Thu, 22 Oct 2026 13:30:00 GMT`.
fn read_date(text: &str) -> Option<Timestamp> {
    static PARSER: rfc2822::DateTimeParser = rfc2822::DateTimeParser::new();
    PARSER.parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use super::SkewMeter;
    use crate::outbox::clock::Moment;
    use jiff::SignedDuration;
    use std::time::Duration;

    #[test]
    fn a_date_of_an_answer_is_compared_with_the_wall() {
        let meter = SkewMeter::default();
        let now = Moment {
            wall: "2026-10-22T13:33:00.5Z".parse().unwrap(),
            steady: Duration::from_secs(7),
        };
        meter.note(None, now);
        meter.note(Some("some day"), now);
        assert_eq!(meter.read(now), None);
        meter.note(Some("Thu, 22 Oct 2026 13:30:00 GMT"), now);
        assert_eq!(meter.read(now).unwrap().ahead, SignedDuration::from_mins(3));

        // A minute later somebody has set the clock by three minutes.
        let right = Moment {
            wall: "2026-10-22T13:31:00.5Z".parse().unwrap(),
            steady: Duration::from_secs(67),
        };
        let skew = meter.read(right).unwrap();
        assert_eq!(skew.ahead, SignedDuration::ZERO);
        assert_eq!(skew.age, Duration::from_secs(60));
    }
}
