//! The 24 hours after a person's last message, in which free text reaches them. What the program
//! knows is a copy that may be old; the platform decides.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How old a look at a conversation may be and still say that nobody wrote since.
const FRESH: SignedDuration = SignedDuration::from_mins(10);

/// A person's last message, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastHeard {
    /// When the person wrote last.
    pub at: Timestamp,
    /// When the conversation was last read up to its newest message.
    pub looked: Timestamp,
}

/// Whether free text reaches a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// It should, until then.
    Open(Timestamp),
    /// The last message is more than a day old, and the conversation was read just now.
    Closed,
    /// Nothing is known, or what is known is old.
    Unknown,
}

impl LastHeard {
    /// The window at a time. Closed only if the look at the conversation is fresh, because the
    /// person may have written since.
    pub fn window_at(&self, now: Timestamp) -> Window {
        match self.at.checked_add(SignedDuration::from_hours(24)) {
            Ok(until) if until > now => Window::Open(until),
            Ok(_) if now.duration_since(self.looked) <= FRESH => Window::Closed,
            Ok(_) | Err(_) => Window::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LastHeard, Window};
    use jiff::Timestamp;

    #[test]
    fn a_window_is_closed_only_by_a_fresh_look() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let heard = |looked| LastHeard {
            at: time("2030-01-01T09:00:00Z"),
            looked: time(looked),
        };
        let fresh = heard("2030-01-02T09:55:00Z");
        assert_eq!(
            fresh.window_at(time("2030-01-02T10:00:00Z")),
            Window::Closed
        );
        assert_eq!(
            fresh.window_at(time("2030-01-02T08:59:59Z")),
            Window::Open(time("2030-01-02T09:00:00Z"))
        );
        let old = heard("2030-01-01T09:55:00Z");
        assert_eq!(old.window_at(time("2030-01-02T10:00:00Z")), Window::Unknown);
    }
}
