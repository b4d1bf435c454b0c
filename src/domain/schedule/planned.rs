//! A planned moment, how it was meant, and the question that a change of clocks raises. It must not
//! read the clock.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Nothing is scheduled nearer than this: the platform publishes a past time at once.
pub const LEAD: SignedDuration = SignedDuration::from_mins(2);

/// A moment as a person meant it: a time on the wall of a zone. The moment alone would be wrong
/// as soon as somebody changes the rules of that zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedTime {
    /// What the clock on the wall shows then.
    pub wall: DateTime,
    /// Whose wall: an IANA name such as `Europe/London`, or an offset such as `+05:30`.
    pub zone: String,
    /// The moment itself.
    pub at: Timestamp,
}

impl PlannedTime {
    /// A moment on the wall of a zone.
    pub fn of(at: Timestamp, zone: &TimeZone) -> Self {
        let zoned = at.to_zoned(zone.clone());
        Self {
            wall: zoned.datetime(),
            zone: zone_name(&zoned),
            at,
        }
    }

    /// Whether the zone still shows this time at this moment. What is planned for a zone whose
    /// rules changed since is asked about, never moved.
    pub fn still_means(&self, zone: &TimeZone) -> bool {
        self.at.to_zoned(zone.clone()).datetime() == self.wall
    }

    /// The local time with its offset, in the form in which it has only one meaning.
    pub fn exact(&self) -> String {
        let seconds = self.wall.in_tz("UTC").map(|utc| utc.timestamp());
        let offset = seconds.map_or(0, |utc| utc.duration_since(self.at).as_secs());
        let offset = i32::try_from(offset)
            .ok()
            .and_then(|seconds| Offset::from_seconds(seconds).ok());
        let offset = offset.unwrap_or(Offset::UTC);
        format!("{}{}", self.wall.strftime("%Y-%m-%dT%H:%M"), colon(offset))
    }
}

/// Why a local time is not one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// The clocks jump over it.
    Skipped,
    /// The clocks go back over it, so that it comes twice.
    Twice,
}

/// A local time that is not one moment; only a person knows which was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeQuestion {
    /// What is wrong with it.
    pub change: Change,
    /// The time as it was meant.
    pub wall: DateTime,
    /// Where.
    pub zone: String,
    /// What the clocks there show when they are changed, and right after.
    pub clocks: (DateTime, DateTime),
    /// What it may be: the last minute before the jump and the first after it, or the first and
    /// the second time.
    pub choices: [PlannedTime; 2],
}

impl fmt::Display for TimeQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wall = self.wall.strftime("%a %-d %b %Y %H:%M");
        let [first, second] = &self.choices;
        let short = |at: &DateTime| at.strftime("%H:%M").to_string();
        let (from, to) = (short(&self.clocks.0), short(&self.clocks.1));
        match self.change {
            Change::Skipped => write!(
                f,
                "{wall} does not exist in {}: the clocks go from {from} to {to}. Write {} or {}",
                self.zone,
                first.exact(),
                second.exact()
            ),
            Change::Twice => write!(
                f,
                "{wall} happens twice in {}: the clocks go back from {from} to {to}. Write {} for \
                 the first or {} for the second",
                self.zone,
                first.exact(),
                second.exact()
            ),
        }
    }
}

/// When something is to happen, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// As soon as it is confirmed.
    Now,
    /// Then.
    At(PlannedTime),
    /// It is not one moment.
    Ask(Box<TimeQuestion>),
}

/// Why words are no time to plan for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhenError {
    /// Nobody could read it.
    #[error(
        "`{0}` is no time: write 'tomorrow 9:00', 'fri 14:30', +2h, 9:00, '2026-12-01 09:00', \
         '8:00 UTC', RFC 3339 with its offset, or now"
    )]
    Unread(String),
    /// A day without a time of day.
    #[error("`{0}` has no clock time: write it behind, as in 'fri 9:00'")]
    NoClock(String),
    /// The moment has passed.
    #[error("{} is past. Type now to start at once", shown(.0))]
    Past(PlannedTime),
    /// It is so near that it would have passed while it is read.
    #[error("{} is less than 2 minutes ahead. Give a later time, or type now to start at once", shown(.0))]
    TooSoon(PlannedTime),
}

fn shown(time: &PlannedTime) -> String {
    format!("{} {}", time.wall.strftime("%a %-d %b %Y %H:%M"), time.zone)
}

/// The moment, if it is far enough ahead.
///
/// # Errors
/// [`WhenError::Past`] and [`WhenError::TooSoon`].
pub fn ahead(time: PlannedTime, now: Timestamp) -> Result<PlannedTime, WhenError> {
    if time.at <= now {
        Err(WhenError::Past(time))
    } else if time.at.duration_since(now) < LEAD {
        Err(WhenError::TooSoon(time))
    } else {
        Ok(time)
    }
}

/// What a local time of a zone is: one moment, or a question.
pub(super) enum Resolved {
    /// One moment.
    One(PlannedTime),
    /// None or two.
    Not(Box<TimeQuestion>),
}

impl Resolved {
    /// The last moment it may be.
    pub fn last(&self) -> Timestamp {
        match self {
            Resolved::One(time) => time.at,
            Resolved::Not(question) => {
                let [first, second] = &question.choices;
                first.at.max(second.at)
            }
        }
    }
}

/// Resolves a local time; `None` at the ends of time.
pub(super) fn resolve(wall: DateTime, zone: &TimeZone) -> Option<Resolved> {
    let read = |at: DateTime, offset: Offset| {
        let at = offset.to_timestamp(at).ok()?;
        Some(PlannedTime::of(at, zone))
    };
    let question = |change, at: Timestamp, choices: [PlannedTime; 2], offsets: (Offset, Offset)| {
        Resolved::Not(Box::new(TimeQuestion {
            change,
            wall,
            zone: zone_name(&at.to_zoned(zone.clone())),
            clocks: (offsets.0.to_datetime(at), offsets.1.to_datetime(at)),
            choices,
        }))
    };
    match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => Some(Resolved::One(read(wall, offset)?)),
        AmbiguousOffset::Gap { before, after } => {
            // The later offset read it as a moment before the jump.
            let earlier = after.to_timestamp(wall).ok()?;
            let jump = zone.following(earlier).next()?.timestamp();
            let last = jump.checked_sub(SignedDuration::from_mins(1)).ok()?;
            let choices = [PlannedTime::of(last, zone), PlannedTime::of(jump, zone)];
            Some(question(Change::Skipped, jump, choices, (before, after)))
        }
        AmbiguousOffset::Fold { before, after } => {
            let choices = [read(wall, before)?, read(wall, after)?];
            let jump = zone.following(choices.first()?.at).next()?.timestamp();
            Some(question(Change::Twice, jump, choices, (before, after)))
        }
    }
}

fn zone_name(at: &Zoned) -> String {
    match at.time_zone().iana_name() {
        Some(name) => name.to_owned(),
        None => colon(at.offset()),
    }
}

/// `+05:30`.
fn colon(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.abs();
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}
