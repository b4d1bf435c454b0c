//! A stretch of time, read from words and written as words. It must not read the clock; `now` is
//! given, and its zone is the zone of every word.

mod piece;
#[cfg(test)]
mod tests;

use super::schedule::DayEdge;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use piece::Piece;
use serde::Serialize;

/// How much of a text that could not be read is repeated to the person.
const SHOWN: usize = 60;

/// Longer texts are no words for a time.
const LONGEST: usize = 200;

/// From when to when, both ends belonging to it; `None` is open. `since` is never after `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
pub struct TimeRange {
    /// The first moment.
    pub since: Option<Timestamp>,
    /// The last moment, in whole milliseconds for ends of days.
    pub until: Option<Timestamp>,
}

/// Why words are no range.
enum Trouble {
    Unread,
    Reversed,
}

impl TimeRange {
    /// From one moment to another; `None` if the first is after the second.
    pub fn between(since: Option<Timestamp>, until: Option<Timestamp>) -> Option<Self> {
        let reversed = matches!((since, until), (Some(since), Some(until)) if since > until);
        (!reversed).then_some(Self { since, until })
    }

    /// Whether a moment belongs to it.
    pub fn contains(&self, moment: Timestamp) -> bool {
        self.since.is_none_or(|since| since <= moment)
            && self.until.is_none_or(|until| moment <= until)
    }

    /// The range for a person: `Sat 1 Aug – Wed 12 Aug 2026`, `since Thu 22 Oct 2026, 14:00`,
    /// `all time`. Times of day appear only where an end is not the end of a day.
    pub fn words(&self, zone: &TimeZone) -> String {
        let since = self.since.map(|at| End::new(at, zone, DayEdge::Start));
        let until = self.until.map(|at| End::new(at, zone, DayEdge::End));
        match (since, until) {
            (None, None) => "all time".to_owned(),
            (Some(since), None) => format!("since {}{}", since.day(true), since.comma_clock()),
            (None, Some(until)) => format!("until {}{}", until.day(true), until.comma_clock()),
            (Some(since), Some(until)) if since.at.date() == until.at.date() => {
                let day = since.day(true);
                match (&since.clock, &until.clock) {
                    (None, None) => day,
                    (Some(from), None) => format!("{day} from {from}"),
                    (None, Some(to)) => format!("{day} until {to}"),
                    (Some(from), Some(to)) => format!("{day}, {from} – {to}"),
                }
            }
            (Some(since), Some(until)) => format!(
                "{}{} – {}{}",
                since.day(since.at.year() != until.at.year()),
                since.comma_clock(),
                until.day(true),
                until.comma_clock()
            ),
        }
    }
}

/// One end of a range as a person reads it; without a clock time where the day says it all.
struct End {
    at: Zoned,
    clock: Option<String>,
}

impl End {
    fn new(at: Timestamp, zone: &TimeZone, edge: DayEdge) -> Self {
        let zoned = at.to_zoned(zone.clone());
        let at_edge = piece::edge_of(zoned.date(), zone, edge) == Some(at);
        let shape = if zoned.second() == 0 {
            "%H:%M"
        } else {
            "%H:%M:%S"
        };
        Self {
            clock: (!at_edge).then(|| zoned.strftime(shape).to_string()),
            at: zoned,
        }
    }

    fn day(&self, with_year: bool) -> String {
        let shape = if with_year {
            "%a %-d %b %Y"
        } else {
            "%a %-d %b"
        };
        self.at.strftime(shape).to_string()
    }

    fn comma_clock(&self) -> String {
        self.clock
            .as_ref()
            .map_or_else(String::new, |clock| format!(", {clock}"))
    }
}

/// Reads a range as people say it: `yesterday`, `last 7 days` (today and the six days before),
/// `last week` (the whole week before this one, from Monday), `this month`, `2 hours ago`,
/// `monday` (the latest one), `aug`, `12 aug 2025`, `since yesterday 14:00`, `before monday`,
/// `2026-08-01..2026-08-12`, `2026-08-01..`, `mon..wed`, `all`. A moment alone is where an open
/// range begins. A clock time that the zone skips is the moment of the jump; one that it has twice
/// is the first as a beginning and the second as an end.
///
/// # Errors
/// One sentence with examples.
pub fn read_range(text: &str, now: &Zoned) -> Result<TimeRange, String> {
    let words = normal(text);
    whole(&words, now).map_err(|trouble| match trouble {
        Trouble::Unread => format!(
            "`{}` is no time range: write yesterday, 'last 7 days', '2 hours ago', 'aug 2026', or \
             2026-08-01..2026-08-12",
            shortened(text)
        ),
        Trouble::Reversed => format!(
            "`{}` ends before it begins: put the earlier time first, as in 2026-08-01..2026-08-12",
            shortened(text)
        ),
    })
}

/// One end of a range from the words for a day, a moment or a stretch; `None` if there is no such
/// word.
pub(super) fn read_end(text: &str, now: &Zoned, edge: DayEdge) -> Option<Timestamp> {
    let words = normal(text);
    let bounds = Piece::read(&words, now)?.bounds(now)?;
    Some(match edge {
        DayEdge::Start => bounds.0,
        DayEdge::End => bounds.1,
    })
}

/// A clock time: `14:00`, `9:30:15`, `2pm`, `noon`.
pub(super) fn read_clock(word: &str) -> Option<jiff::civil::Time> {
    piece::clock_word(word)
}

/// What of a text is repeated in an error.
pub(super) fn shortened(text: &str) -> String {
    let text = text.trim();
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

fn normal(text: &str) -> String {
    if text.len() > LONGEST {
        return String::new();
    }
    let lower = text.to_ascii_lowercase().replace(',', " ");
    let words: Vec<&str> = lower.split_whitespace().collect();
    words.join(" ")
}

fn whole(words: &str, now: &Zoned) -> Result<TimeRange, Trouble> {
    if matches!(words, "all" | "all time" | "always" | "everything") {
        return Ok(TimeRange::default());
    }
    if let Some((left, right)) = ends(words) {
        return from_to(left, right, now);
    }
    one_sided(words, now).unwrap_or_else(|| {
        let piece = Piece::read(words, now).ok_or(Trouble::Unread)?;
        let (first, last) = piece.bounds(now).ok_or(Trouble::Unread)?;
        let until = piece.closed().then_some(last);
        TimeRange::between(Some(first), until).ok_or(Trouble::Reversed)
    })
}

/// The words on both sides of a separator.
fn ends(words: &str) -> Option<(&str, &str)> {
    if let Some((left, right)) = words.split_once("..") {
        return Some((left.trim(), right.trim()));
    }
    if let Some((left, right)) = words
        .strip_prefix("between ")
        .and_then(|rest| rest.split_once(" and "))
    {
        return Some((left, right));
    }
    if words.starts_with("up to ") {
        return None;
    }
    let (left, right) = [" to ", " until ", " till ", " - ", " – ", " — "]
        .iter()
        .find_map(|separator| words.split_once(separator))?;
    let left = ["since ", "from "]
        .iter()
        .find_map(|word| left.strip_prefix(word))
        .unwrap_or(left);
    Some((left, right))
}

/// `since …`, `after …`, `until …`, `before …`; `None` if it is none of them.
fn one_sided(words: &str, now: &Zoned) -> Option<Result<TimeRange, Trouble>> {
    let (side, rest) = [
        "since ", "from ", "after ", "until ", "till ", "to ", "up to ", "before ",
    ]
    .iter()
    .find_map(|side| Some((side.trim(), words.strip_prefix(side)?)))?;
    let Some((first, last)) = Piece::read(rest, now).and_then(|piece| piece.bounds(now)) else {
        return Some(Err(Trouble::Unread));
    };
    let (since, until) = match side {
        "since" | "from" => (Some(first), None),
        "after" => (last.checked_add(1.millisecond()).ok(), None),
        "before" => (None, first.checked_sub(1.millisecond()).ok()),
        _ => (None, Some(last)),
    };
    Some(TimeRange::between(since, until).ok_or(Trouble::Reversed))
}

fn from_to(left: &str, right: &str, now: &Zoned) -> Result<TimeRange, Trouble> {
    let read = |words: &str| match words {
        "" => Ok(None),
        words => Piece::read(words, now).map(Some).ok_or(Trouble::Unread),
    };
    let (left, right) = (read(left)?, read(right)?);
    if left.is_none() && right.is_none() {
        return Err(Trouble::Unread);
    }
    let bounds = |piece: &Piece| piece.bounds(now).ok_or(Trouble::Unread);
    let since = left
        .as_ref()
        .map(bounds)
        .transpose()?
        .map(|(first, _)| first);
    let right = right.map(|right| right.beside(left.as_ref()));
    let mut until = right
        .as_ref()
        .map(bounds)
        .transpose()?
        .map(|(_, last)| last);
    if let (Some(first), Some(last), Some(piece)) = (since, until, &right)
        && last < first
        && let Some(next) = piece.next_time()
    {
        until = Some(bounds(&next)?.1);
    }
    TimeRange::between(since, until).ok_or(Trouble::Reversed)
}
