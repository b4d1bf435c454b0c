//! The 24-hour window, as a hint computed from the person's last message. The platform decides;
//! this is never shown as its word.

use crate::domain::{ChatMessage, Direction};
use crate::text::format;
use jiff::{SignedDuration, Timestamp, Zoned};

/// What can be said about the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowHint {
    /// Free text should reach the person until then.
    OpenUntil(Timestamp),
    /// The last message of the person is more than a day old.
    Closed,
    /// No message of the person with a readable time is loaded.
    Unknown,
}

/// The hint for a conversation, oldest message first.
pub fn hint(messages: &[ChatMessage], now: Timestamp) -> WindowHint {
    let last = messages
        .iter()
        .rev()
        .filter(|message| message.direction == Direction::In)
        .find_map(|message| message.time);
    let Some(last) = last else {
        return WindowHint::Unknown;
    };
    match last.checked_add(SignedDuration::from_hours(24)) {
        Ok(until) if until > now => WindowHint::OpenUntil(until),
        Ok(_) | Err(_) => WindowHint::Closed,
    }
}

/// The hint in words, long or short.
pub fn words(hint: WindowHint, now: &Zoned, roomy: bool) -> String {
    let name = if roomy {
        "24 h window (hint)"
    } else {
        "24 h (hint)"
    };
    match hint {
        WindowHint::OpenUntil(until) => {
            let until = until.to_zoned(now.time_zone().clone());
            let open = if roomy { "open until" } else { "to" };
            format!("{name}: {open} {}", weekday_clock(&until))
        }
        WindowHint::Closed => format!("{name}: closed"),
        WindowHint::Unknown => format!("{name}: unknown"),
    }
}

/// Always with its weekday: the end is tomorrow more often than not.
fn weekday_clock(at: &Zoned) -> String {
    format!("{} {}", at.strftime("%a"), format::clock(at))
}
