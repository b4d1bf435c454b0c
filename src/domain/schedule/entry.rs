//! When something is to happen, read from words. It must not read the clock; now is given.

use super::planned::{PlannedTime, Resolved, When, WhenError, ahead, resolve};
use crate::domain::day::{read_day, read_weekday};
use crate::domain::time_range::{read_clock, shortened};
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// Longer texts are no words for a time.
const LONGEST: usize = 100;
/// Nothing is planned further ahead; it keeps arithmetic far from its limits.
const FURTHEST: SignedDuration = SignedDuration::from_hours(24 * 3660);

/// Reads when something is to happen: `tomorrow 9:00`, `fri 14:30`, `+2h`, `in 90 min`, `9:00`,
/// `2026-10-25 09:00`, `8:00 UTC`, `fri 9:00 Asia/Kuwait`, RFC 3339, `now`. A clock time or a weekday alone is the next
/// one; words are meant in `zone` unless they name another.
///
/// A time that comes twice, of which the first has passed, is the second.
///
/// # Errors
/// [`WhenError`]: not read, without a clock time, past, or less than two minutes ahead.
pub fn read_when(text: &str, zone: &TimeZone, now: Timestamp) -> Result<When, WhenError> {
    let unread = || WhenError::Unread(shortened(text));
    if text.len() > LONGEST {
        return Err(unread());
    }
    let words = normal(text);
    if words == "now" {
        return Ok(When::Now);
    }
    if let Ok(at) = words.to_ascii_uppercase().parse::<Timestamp>() {
        return ahead(PlannedTime::of(at, &TimeZone::UTC), now).map(When::At);
    }
    let resolved = match from_now(&words, zone, now) {
        Some(resolved) => resolved,
        None => on_a_day(&words, zone, now)?.ok_or_else(unread)?,
    };
    decide(resolved, now)
}

fn decide(resolved: Resolved, now: Timestamp) -> Result<When, WhenError> {
    let question = match resolved {
        Resolved::One(time) => return ahead(time, now).map(When::At),
        Resolved::Not(question) => question,
    };
    let [first, second] = question.choices.clone();
    // What cannot be chosen any more is no question.
    match (ahead(first, now), ahead(second, now)) {
        (Ok(_), Ok(_)) => Ok(When::Ask(question)),
        (Err(_), second) => second.map(When::At),
        (Ok(first), Err(_)) => Ok(When::At(first)),
    }
}

/// Lower case, single spaces, no commas, no `at`; a `T` between date and clock is a space.
fn normal(text: &str) -> String {
    let lower = text.to_lowercase().replace(',', " ");
    let mut words: Vec<&str> = lower
        .split_whitespace()
        .filter(|word| *word != "at")
        .collect();
    let parts = match words.first() {
        Some(first) if first.parse::<DateTime>().is_ok() => first.split_once('t'),
        Some(_) | None => None,
    };
    if let Some((date, clock)) = parts
        && !clock.contains(['z', '+', '-', '['])
    {
        words.splice(0..1, [date, clock]);
    }
    words.join(" ")
}

/// `+2h`, `+1h 30m`, `in 90 min`: so long from now. `+3d`, `in 2 weeks`: this clock time on that
/// day.
fn from_now(words: &str, zone: &TimeZone, now: Timestamp) -> Option<Resolved> {
    let rest = words
        .strip_prefix('+')
        .or_else(|| words.strip_prefix("in "))?;
    let rest = rest.trim_start();
    if !rest.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    if let Ok(span) = rest.parse::<SignedDuration>() {
        let in_range = span.is_positive() && span <= FURTHEST;
        let at = now.checked_add(span).ok().filter(|_| in_range)?;
        return Some(Resolved::One(PlannedTime::of(
            whole_second(at)?,
            &TimeZone::UTC,
        )));
    }
    let split = rest.find(|sign: char| !sign.is_ascii_digit())?;
    let (number, unit) = rest.split_at_checked(split)?;
    let unit = match unit.trim() {
        "d" | "day" | "days" => "days",
        "w" | "week" | "weeks" => "weeks",
        _ => return None,
    };
    let here = whole_second(now)?.to_zoned(zone.clone());
    let day = read_day(&format!("in {number} {unit}"), here.date()).ok()?;
    resolve(day.to_datetime(here.time()), zone)
}

/// The next whole second, so that what is shown is what is kept.
fn whole_second(at: Timestamp) -> Option<Timestamp> {
    let up = i64::from(at.subsec_nanosecond() != 0);
    Timestamp::from_second(at.as_second().checked_add(up)?).ok()
}

/// `9:00`, `fri 9:00`, `9:00 tomorrow`, `25 oct 9:00`, each perhaps with `utc`, an offset or
/// a zone such as `asia/kuwait` behind.
fn on_a_day(words: &str, zone: &TimeZone, now: Timestamp) -> Result<Option<Resolved>, WhenError> {
    let (words, elsewhere) = zone_behind(words);
    let zone = elsewhere.as_ref().unwrap_or(zone);
    let today = now.to_zoned(zone.clone()).date();
    let words: Vec<&str> = words.split(' ').collect();
    let Some((day, clock)) = day_and_clock(&words) else {
        return match read_day(&words.join(" "), today) {
            Ok(_) => Err(WhenError::NoClock(words.join(" "))),
            Err(_) => Ok(None),
        };
    };
    let on = |date: Date| resolve(date.to_datetime(clock), zone);
    let ahead = |resolved: &Resolved| resolved.last() > now;
    if day.is_empty() {
        let next = today.tomorrow().ok();
        return Ok(on(today).filter(ahead).or_else(|| next.and_then(on)));
    }
    // A weekday is today as long as its clock time is still to come.
    let this_one = read_weekday(&day).filter(|weekday| *weekday == today.weekday());
    if this_one.is_some()
        && let Some(resolved) = on(today).filter(ahead)
    {
        return Ok(Some(resolved));
    }
    // A past date is read all the same, to be refused with what it was.
    let date = day.parse().ok().or_else(|| read_day(&day, today).ok());
    Ok(date.and_then(on))
}

/// The zone that is named at the end.
fn zone_behind(words: &str) -> (&str, Option<TimeZone>) {
    if let Some((rest, last)) = words.rsplit_once(' ') {
        if matches!(last, "utc" | "gmt" | "z") {
            return (rest, Some(TimeZone::UTC));
        }
        if let Some(offset) = offset(last) {
            return (rest, Some(TimeZone::fixed(offset)));
        }
        // By its whole name; letter case does not count.
        if last.contains('/')
            && let Ok(zone) = TimeZone::get(last)
        {
            return (rest, Some(zone));
        }
    }
    (words, None)
}

/// `+05:30`, `-03:00`.
fn offset(word: &str) -> Option<Offset> {
    let (sign, rest) = match word.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let two = |part: &str| -> Option<i32> {
        let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse().ok()).flatten()
    };
    let (hours, minutes) = (two(hours)?, two(minutes).filter(|minutes| *minutes < 60)?);
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

/// The clock time at one end and the words of the day at the other.
fn day_and_clock(words: &[&str]) -> Option<(String, jiff::civil::Time)> {
    let ends = |clock: String, day: &[&str]| {
        let time = read_clock(&clock)?;
        Some((day.join(" "), time))
    };
    if let [day @ .., number, half @ ("am" | "pm")] = words
        && let Some(found) = ends(format!("{number}{half}"), day)
    {
        return Some(found);
    }
    if let [day @ .., clock] = words
        && let Some(found) = ends((*clock).to_owned(), day)
    {
        return Some(found);
    }
    let [clock, day @ ..] = words else {
        return None;
    };
    ends((*clock).to_owned(), day)
}
