//! Times as people type them. It must not read the clock; `now` is given.

mod entry;
mod planned;
#[cfg(test)]
mod tests;

use super::time_range::{read_end, shortened};
pub use entry::read_when;
use jiff::{Timestamp, Zoned};
pub use planned::{Change, LEAD, PlannedTime, TimeQuestion, When, WhenError, ahead};

/// Which end of a day a bare date means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayEdge {
    /// Its first moment.
    Start,
    /// Its last moment.
    End,
}

/// Reads one end of a stretch of the past: RFC 3339, a date, a local date and time, an age such as
/// `30m`, `2h`, `3d`, or the words of [`read_range`](super::time_range::read_range) such as
/// `yesterday 14:00`, `monday`, `last week`; `edge` says which end of the days they name.
///
/// # Errors
/// A sentence that shows the forms.
pub fn read_moment(text: &str, now: &Zoned, edge: DayEdge) -> Result<Timestamp, String> {
    read_end(text, now, edge).ok_or_else(|| {
        format!(
            "`{}` is no time: write 2026-10-22, '2026-10-22 09:00', yesterday, monday, 'last week', \
             2h, or RFC 3339",
            shortened(text)
        )
    })
}
