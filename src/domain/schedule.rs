//! Times as people type them. It must not read the clock; `now` is given.

use super::time_range::{read_end, shortened};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, Zoned};

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

/// Reads the time of a plan: RFC 3339 with an offset, or a local date and time in the zone.
///
/// # Errors
/// A sentence; a time that the zone skips or has twice is refused with both neighbours, because
/// only a person knows which was meant.
pub fn read_plan_time(text: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    let text = text.trim();
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let local = read_local(text).ok_or_else(|| {
        format!("`{text}` is no time: write '2026-12-01 09:00', or RFC 3339 with its offset")
    })?;
    let ambiguous = zone.to_ambiguous_zoned(local);
    let name = zone.iana_name().unwrap_or("this zone");
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => ambiguous
            .unambiguous()
            .map(|zoned| zoned.timestamp())
            .map_err(|error| error.to_string()),
        AmbiguousOffset::Gap { before, after } => Err(format!(
            "{local} does not exist in {name}, the clock jumps over it; write {local}{before} or \
             {local}{after}"
        )),
        AmbiguousOffset::Fold { before, after } => Err(format!(
            "{local} happens twice in {name}; write {local}{before} for the first or \
             {local}{after} for the second"
        )),
    }
}

fn read_local(text: &str) -> Option<DateTime> {
    if text.len() < 14 || text.ends_with('Z') {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{DayEdge, read_moment, read_plan_time};
    use jiff::Zoned;
    use jiff::tz::TimeZone;
    use rstest::rstest;

    fn now() -> Zoned {
        "2026-10-22T14:30:00+01:00[Europe/London]".parse().unwrap()
    }

    #[rstest]
    #[case("2026-10-22T10:00:00Z", "2026-10-22T10:00:00Z")]
    #[case("2026-10-22T10:00:00+05:30", "2026-10-22T04:30:00Z")]
    #[case("2026-10-20", "2026-10-19T23:00:00Z")]
    #[case("2026-10-20 09:15", "2026-10-20T08:15:00Z")]
    #[case("today", "2026-10-21T23:00:00Z")]
    #[case("yesterday", "2026-10-20T23:00:00Z")]
    #[case("2h", "2026-10-22T11:30:00Z")]
    #[case("3d", "2026-10-19T13:30:00Z")]
    #[case("yesterday 14:00", "2026-10-21T13:00:00Z")]
    #[case("Monday", "2026-10-18T23:00:00Z")]
    #[case("last week", "2026-10-11T23:00:00Z")]
    fn moments(#[case] text: &str, #[case] expected: &str) {
        let read = read_moment(text, &now(), DayEdge::Start).unwrap();
        assert_eq!(read.to_string(), expected);
    }

    #[test]
    fn a_date_as_an_end_is_its_last_moment() {
        let read = read_moment("2026-10-22", &now(), DayEdge::End).unwrap();
        assert_eq!(read.to_string(), "2026-10-22T22:59:59.999Z");
    }

    #[rstest]
    #[case("soon")]
    #[case("-2h")]
    #[case("9")]
    #[case("")]
    fn no_moments(#[case] text: &str) {
        assert!(
            read_moment(text, &now(), DayEdge::Start)
                .unwrap_err()
                .contains("is no time")
        );
    }

    #[test]
    fn a_plan_time_is_local_to_the_zone() {
        let zone = TimeZone::get("Asia/Kolkata").unwrap();
        let read = read_plan_time("2026-12-01 09:00", &zone).unwrap();
        assert_eq!(read.to_string(), "2026-12-01T03:30:00Z");
    }

    #[rstest]
    #[case("2026-03-29 01:30", "does not exist")]
    #[case("2026-10-25 01:30", "happens twice")]
    fn a_time_that_is_not_one_moment_is_refused(#[case] text: &str, #[case] expected: &str) {
        let zone = TimeZone::get("Europe/London").unwrap();
        assert!(read_plan_time(text, &zone).unwrap_err().contains(expected));
    }
}
