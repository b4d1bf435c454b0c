//! The words for one day, moment or stretch. It must not know ranges of two ends.

use crate::domain::schedule::DayEdge;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp, ToSpan, Zoned};

/// No count of units is larger; it keeps arithmetic far from its limits.
const MOST: i64 = 1_000_000;

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Whether a name says which of many is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// It is the only one.
    Never,
    /// A day of the week.
    Weekly,
    /// A month, or a day of a month without its year.
    Yearly,
}

/// What one group of words means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// Exactly then.
    Moment(Timestamp),
    /// A clock time on a day.
    At(Date, Time),
    /// A clock time, today or on the day of the other end.
    Clock(Time),
    /// Whole days, both belonging to it.
    Days(Date, Date, Again),
    /// From then until now, and going on.
    Recent(Timestamp),
    /// From the beginning of that day until now, and going on.
    RecentDays(Date),
}

impl Piece {
    /// Reads words in lower case with single spaces between them.
    pub fn read(words: &str, now: &Zoned) -> Option<Self> {
        if let Ok(moment) = words.to_ascii_uppercase().parse::<Timestamp>() {
            return Some(Piece::Moment(moment));
        }
        if words == "now" {
            return Some(Piece::Moment(now.timestamp()));
        }
        let tokens: Vec<&str> = words.split(' ').collect();
        counted(&tokens, now).or_else(|| on_days(&tokens, now))
    }

    /// First and last moment, in the zone of `now`.
    pub fn bounds(&self, now: &Zoned) -> Option<(Timestamp, Timestamp)> {
        let zone = now.time_zone();
        match *self {
            Piece::Moment(moment) => Some((moment, moment)),
            Piece::At(date, time) => local(date.to_datetime(time), zone),
            Piece::Clock(time) => local(now.date().to_datetime(time), zone),
            Piece::Days(first, last, _) => {
                let first = edge_of(first, zone, DayEdge::Start)?;
                // A zone can lack a whole day; then its end is where it would have begun.
                Some((first, edge_of(last, zone, DayEdge::End)?.max(first)))
            }
            Piece::Recent(since) => Some((since, now.timestamp().max(since))),
            Piece::RecentDays(day) => {
                let since = edge_of(day, zone, DayEdge::Start)?;
                Some((since, now.timestamp().max(since)))
            }
        }
    }

    /// Whether it has an end of its own when it stands alone.
    pub fn closed(&self) -> bool {
        matches!(self, Piece::Days(..))
    }

    /// As the second end of a range: a clock time alone is on the day of the first end.
    pub fn beside(self, first: Option<&Piece>) -> Self {
        match (self, first) {
            (Piece::Clock(time), Some(Piece::At(day, _) | Piece::Days(day, ..))) => {
                Piece::At(*day, time)
            }
            (piece, _) => piece,
        }
    }

    /// The next day or month of that name, if there is one: `fri..mon` ends after it begins.
    pub fn next_time(&self) -> Option<Self> {
        let Piece::Days(first, last, again) = *self else {
            return None;
        };
        let (first, last) = match again {
            Again::Never => return None,
            Again::Weekly => (
                first.checked_add(7.days()).ok()?,
                last.checked_add(7.days()).ok()?,
            ),
            Again::Yearly => {
                let first_next = first.checked_add(1.year()).ok()?;
                let whole_month = last == first.last_of_month() && first.day() == 1;
                let last_next = if whole_month {
                    first_next.last_of_month()
                } else {
                    last.checked_add(1.year()).ok()?
                };
                (first_next, last_next)
            }
        };
        Some(Piece::Days(first, last, again))
    }
}

/// The first or last moment of a day in a zone.
pub fn edge_of(date: Date, zone: &TimeZone, edge: DayEdge) -> Option<Timestamp> {
    let day = match edge {
        DayEdge::Start => date,
        DayEdge::End => date.tomorrow().ok()?,
    };
    let start = day.to_zoned(zone.clone()).ok()?.timestamp();
    match edge {
        DayEdge::Start => Some(start),
        DayEdge::End => start.checked_sub(1.millisecond()).ok(),
    }
}

/// The moments of a local time: twice the same, the jump over it, or the first and the second.
fn local(at: DateTime, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let ambiguous = zone.to_ambiguous_timestamp(at);
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { offset } => {
            let moment = offset.to_timestamp(at).ok()?;
            Some((moment, moment))
        }
        AmbiguousOffset::Gap { after, .. } => {
            let before_jump = after.to_timestamp(at).ok()?;
            let jump = zone.following(before_jump).next()?.timestamp();
            Some((jump, jump))
        }
        AmbiguousOffset::Fold { before, after } => {
            Some((before.to_timestamp(at).ok()?, after.to_timestamp(at).ok()?))
        }
    }
}

/// `2h`, `2h ago`, `2 hours ago`, `last 7 days`, `last hour`, `last week`, `this month`.
fn counted(tokens: &[&str], now: &Zoned) -> Option<Piece> {
    match *tokens {
        [age] | [age, "ago"] if compact(age).is_some() => {
            ago(compact(age)?, now).map(Piece::Moment)
        }
        [count, unit, "ago"] => {
            let span = spoken(count, unit)?;
            if is_clock_unit(unit) {
                ago(span, now).map(Piece::Moment)
            } else {
                let day = now.date().checked_sub(span).ok()?;
                Some(Piece::Days(day, day, Again::Never))
            }
        }
        ["last" | "past", count, unit] | [count, unit] if spoken(count, unit).is_some() => {
            recent(spoken(count, unit)?, unit, now)
        }
        ["last" | "past", unit] if is_clock_unit(unit) => recent(spoken("1", unit)?, unit, now),
        [which @ ("last" | "this"), unit] => calendar(which, unit, now.date()),
        _ => None,
    }
}

/// `30m`, `2h`, `3d`, `2w`: so long ago to the second.
fn compact(word: &str) -> Option<Span> {
    let unit = word.chars().next_back()?;
    let number = digits(word.strip_suffix(unit)?)?;
    match unit {
        's' => Span::new().try_seconds(number).ok(),
        'm' => Span::new().try_minutes(number).ok(),
        'h' => Span::new().try_hours(number).ok(),
        'd' => Span::new().try_hours(number.checked_mul(24)?).ok(),
        'w' => Span::new().try_hours(number.checked_mul(168)?).ok(),
        _ => None,
    }
}

fn spoken(count: &str, unit: &str) -> Option<Span> {
    let number = match count {
        "a" | "an" | "one" => 1,
        word => digits(word)?,
    };
    let span = Span::new();
    match unit {
        "s" | "sec" | "secs" | "second" | "seconds" => span.try_seconds(number).ok(),
        "m" | "min" | "mins" | "minute" | "minutes" => span.try_minutes(number).ok(),
        "h" | "hr" | "hrs" | "hour" | "hours" => span.try_hours(number).ok(),
        "d" | "day" | "days" => span.try_days(number).ok(),
        "w" | "week" | "weeks" => span.try_weeks(number).ok(),
        "month" | "months" => span.try_months(number).ok(),
        "y" | "year" | "years" => span.try_years(number).ok(),
        _ => None,
    }
}

fn is_clock_unit(unit: &str) -> bool {
    spoken("1", unit).is_some_and(|span| {
        span.get_days() == 0
            && span.get_weeks() == 0
            && span.get_months() == 0
            && span.get_years() == 0
    })
}

fn ago(span: Span, now: &Zoned) -> Option<Timestamp> {
    now.timestamp().checked_sub(span).ok()
}

/// The last so many units: days are whole days with today among them, hours are hours.
fn recent(span: Span, unit: &str, now: &Zoned) -> Option<Piece> {
    if span.is_zero() {
        return None;
    }
    if is_clock_unit(unit) {
        return ago(span, now).map(Piece::Recent);
    }
    let before = now.date().checked_sub(span).ok()?;
    before.tomorrow().ok().map(Piece::RecentDays)
}

/// The week, month or year before this one, or this one.
fn calendar(which: &str, unit: &str, today: Date) -> Option<Piece> {
    let back = i64::from(which == "last");
    let (first, last) = match unit {
        "week" => {
            let monday = today
                .checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days())
                .ok()?
                .checked_sub(back.weeks())
                .ok()?;
            (monday, monday.checked_add(6.days()).ok()?)
        }
        "month" => {
            let first = today.first_of_month().checked_sub(back.months()).ok()?;
            (first, first.last_of_month())
        }
        "year" => {
            let first = today.first_of_year().checked_sub(back.years()).ok()?;
            (first, first.last_of_year())
        }
        name if which == "last" => return last_of_name(name, today),
        _ => return None,
    };
    Some(Piece::Days(first, last, Again::Never))
}

/// `last monday`, `last august`: the latest that is over.
fn last_of_name(name: &str, today: Date) -> Option<Piece> {
    if let Some(weekday) = weekday(name) {
        let day = latest(weekday, today.yesterday().ok()?)?;
        return Some(Piece::Days(day, day, Again::Never));
    }
    let month = month(name)?;
    let year = today.year() - i16::from(month >= today.month());
    whole_month(year, month, Again::Never)
}

/// A day or several by name or date, one day with a clock time, or a clock time alone.
fn on_days(tokens: &[&str], now: &Zoned) -> Option<Piece> {
    if let Some(days) = days(tokens, now.date()) {
        return Some(days);
    }
    let (rest, time) = match *tokens {
        [ref rest @ .., number, half @ ("am" | "pm")] => (rest, clock(number, half)?),
        [ref rest @ .., word] => (rest, clock_word(word)?),
        [] => return None,
    };
    let rest = rest.strip_suffix(&["at"]).unwrap_or(rest);
    if rest.is_empty() {
        return Some(Piece::Clock(time));
    }
    let Piece::Days(first, last, _) = days(rest, now.date())? else {
        return None;
    };
    (first == last).then_some(Piece::At(first, time))
}

fn days(tokens: &[&str], today: Date) -> Option<Piece> {
    let one = |day: Date| Some(Piece::Days(day, day, Again::Never));
    match *tokens {
        ["today"] => one(today),
        ["yesterday"] => one(today.yesterday().ok()?),
        ["last", name] => last_of_name(name, today),
        [word] => iso(word).or_else(|| by_weekday(word, today)).or_else(|| {
            let month = month(word)?;
            let year = today.year() - i16::from(month > today.month());
            whole_month(year, month, Again::Yearly)
        }),
        [a, b] => month(a)
            .zip(year(b))
            .and_then(|(month, year)| whole_month(year, month, Again::Never))
            .or_else(|| {
                let (month, day) = month_and_day(a, b)?;
                let this_year = Date::new(today.year(), month, day).ok();
                let date = match this_year {
                    Some(date) if date <= today => date,
                    Some(_) | None => Date::new(today.year() - 1, month, day).ok()?,
                };
                Some(Piece::Days(date, date, Again::Yearly))
            }),
        [a, b, c] => {
            let (month, day) = month_and_day(a, b)?;
            one(Date::new(year(c)?, month, day).ok()?)
        }
        _ => None,
    }
}

/// `2026-08-12`, `2026/08/12`, `2026-08`, `2026`.
fn iso(word: &str) -> Option<Piece> {
    let parts: Vec<&str> = word.split(['-', '/']).collect();
    let two = |part: &str| -> Option<i8> {
        (part.len() == 2)
            .then(|| digits(part))
            .flatten()?
            .try_into()
            .ok()
    };
    match *parts {
        [y] => {
            let first = Date::new(year(y)?, 1, 1).ok()?;
            Some(Piece::Days(first, first.last_of_year(), Again::Never))
        }
        [y, m] => whole_month(year(y)?, two(m)?, Again::Never),
        [y, m, d] => {
            let date = Date::new(year(y)?, two(m)?, two(d)?).ok()?;
            Some(Piece::Days(date, date, Again::Never))
        }
        _ => None,
    }
}

fn by_weekday(word: &str, today: Date) -> Option<Piece> {
    let day = latest(weekday(word)?, today)?;
    Some(Piece::Days(day, day, Again::Weekly))
}

/// The latest such day of the week, this one included.
fn latest(weekday: Weekday, until: Date) -> Option<Date> {
    let back = until.weekday().since(weekday);
    until.checked_sub(i64::from(back).days()).ok()
}

fn weekday(word: &str) -> Option<Weekday> {
    WEEKDAYS
        .iter()
        .find(|(name, _)| abbreviates(word, name))
        .map(|(_, weekday)| *weekday)
}

fn month(word: &str) -> Option<i8> {
    let index = MONTHS.iter().position(|name| abbreviates(word, name))?;
    i8::try_from(index + 1).ok()
}

/// `wed`, `sept`, `august`: at least three letters of the name.
fn abbreviates(word: &str, name: &str) -> bool {
    word.len() >= 3 && name.starts_with(word.trim_end_matches('.'))
}

fn whole_month(year: i16, month: i8, again: Again) -> Option<Piece> {
    let first = Date::new(year, month, 1).ok()?;
    Some(Piece::Days(first, first.last_of_month(), again))
}

/// `12 aug`, `aug 12`, `12th august`.
fn month_and_day(a: &str, b: &str) -> Option<(i8, i8)> {
    let day = |word: &str| -> Option<i8> {
        let number = ["st", "nd", "rd", "th"]
            .iter()
            .find_map(|ending| word.strip_suffix(ending))
            .unwrap_or(word);
        digits(number)?.try_into().ok()
    };
    month(a).zip(day(b)).or_else(|| month(b).zip(day(a)))
}

fn year(word: &str) -> Option<i16> {
    (word.len() == 4)
        .then(|| digits(word))
        .flatten()?
        .try_into()
        .ok()
}

fn digits(word: &str) -> Option<i64> {
    let numeric = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let number = numeric.then(|| word.parse().ok()).flatten()?;
    (number <= MOST).then_some(number)
}

/// `14:00`, `9:30:15`, `2pm`, `2:30pm`, `noon`.
pub fn clock_word(word: &str) -> Option<Time> {
    for half in ["am", "pm"] {
        if let Some(number) = word.strip_suffix(half) {
            return clock(number, half);
        }
    }
    match word {
        "noon" => Time::new(12, 0, 0, 0).ok(),
        word => clock(word, ""),
    }
}

/// Hours, minutes and seconds, of a half of the day or of the whole.
fn clock(number: &str, half: &str) -> Option<Time> {
    let parts: Vec<&str> = number.split(':').collect();
    let small = |part: &str| -> Option<i8> {
        (part.len() == 2)
            .then(|| digits(part))
            .flatten()?
            .try_into()
            .ok()
    };
    let (hour, minute, second) = match *parts {
        [hour] if !half.is_empty() => (hour, 0, 0),
        [hour, minute] => (hour, small(minute)?, 0),
        [hour, minute, second] => (hour, small(minute)?, small(second)?),
        _ => return None,
    };
    let hour: i8 = digits(hour)?.try_into().ok()?;
    let hour = match half {
        "" => hour,
        _ if !(1..=12).contains(&hour) => return None,
        "pm" => hour % 12 + 12,
        _ => hour % 12,
    };
    Time::new(hour, minute, second, 0).ok()
}
