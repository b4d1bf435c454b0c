//! Days ahead as people type them: `tomorrow`, `friday`, `in 3 days`, `23 Oct`, `2026-10-23`. It
//! must not read the clock; today is given.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, Weekday};

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Reads a day that is today or later. A weekday is the next one after today; a date without a
/// year is the next one.
///
/// # Errors
/// A sentence that shows the forms.
pub fn read_day(text: &str, today: Date) -> Result<Date, String> {
    let words = text.trim().to_lowercase();
    let refuse =
        || format!("`{text}` is no day: write tomorrow, friday, in 3 days, 23 Oct or 2026-10-23");
    let found = match words.as_str() {
        "today" => Some(today),
        "tomorrow" => today.tomorrow().ok(),
        other => read_weekday(other)
            .and_then(|day| today.nth_weekday(1, day).ok())
            .or_else(|| in_days(other, today))
            .or_else(|| other.parse().ok())
            .or_else(|| day_and_month(other, today)),
    };
    let day = found.ok_or_else(refuse)?;
    if day < today {
        return Err(format!("{day} is past"));
    }
    Ok(day)
}

/// Reads a day and a time: `tomorrow 9:00`, `friday 18:30`, `2026-10-23 09:00`. Without a time it
/// is `usual`.
///
/// # Errors
/// A sentence that shows the forms.
pub fn read_day_and_time(text: &str, today: Date, usual: Time) -> Result<DateTime, String> {
    let text = text.trim();
    if let Some((day, clock)) = text.rsplit_once([' ', 'T'])
        && let Some(time) = clock_time(clock)
    {
        return Ok(read_day(day, today)?.to_datetime(time));
    }
    Ok(read_day(text, today)?.to_datetime(usual))
}

fn clock_time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
    Time::new(hour, minute, 0, 0).ok()
}

/// A weekday, perhaps shortened to three letters; `next` before it changes nothing here.
pub(super) fn read_weekday(words: &str) -> Option<Weekday> {
    weekday(words.strip_prefix("next ").unwrap_or(words))
}

fn weekday(word: &str) -> Option<Weekday> {
    let names = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    let found = names
        .iter()
        .find(|(name, _)| word.len() >= 3 && name.starts_with(word));
    found.map(|(_, day)| *day)
}

fn in_days(words: &str, today: Date) -> Option<Date> {
    let number = words.strip_prefix("in ")?;
    let (number, unit) = number.split_once(' ')?;
    let number: i32 = number
        .parse()
        .ok()
        .filter(|number| (0..=3650).contains(number))?;
    let days = match unit {
        "day" | "days" => number,
        "week" | "weeks" => number * 7,
        _ => return None,
    };
    today.checked_add(days.days()).ok()
}

/// `23 oct`, `23 october 2026`.
fn day_and_month(words: &str, today: Date) -> Option<Date> {
    let mut parts = words.split_whitespace();
    let day: i8 = parts.next()?.trim_end_matches('.').parse().ok()?;
    let month = parts.next()?;
    let short = month.get(..3)?;
    let month = MONTHS.iter().position(|name| *name == short)?;
    let month = i8::try_from(month + 1).ok()?;
    let year = match parts.next() {
        Some(year) => Some(year.parse::<i16>().ok()?),
        None => None,
    };
    if parts.next().is_some() {
        return None;
    }
    let of_year = |year: i16| Date::new(year, month, day).ok();
    match year {
        Some(year) => of_year(year),
        None => of_year(today.year())
            .filter(|date| *date >= today)
            .or_else(|| of_year(today.year() + 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::{read_day, read_day_and_time};
    use jiff::civil::{Date, time};
    use rstest::rstest;

    fn today() -> Date {
        // A Thursday.
        "2026-10-22".parse().unwrap()
    }

    #[rstest]
    #[case("today", "2026-10-22")]
    #[case(" Tomorrow ", "2026-10-23")]
    #[case("friday", "2026-10-23")]
    #[case("next Friday", "2026-10-23")]
    #[case("thu", "2026-10-29")]
    #[case("in 3 days", "2026-10-25")]
    #[case("in 2 weeks", "2026-11-05")]
    #[case("23 Oct", "2026-10-23")]
    #[case("1. january", "2027-01-01")]
    #[case("5 March 2028", "2028-03-05")]
    #[case("2026-12-31", "2026-12-31")]
    fn days(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(read_day(text, today()).unwrap().to_string(), expected);
    }

    #[rstest]
    #[case("yesterday", "is no day")]
    #[case("soon", "is no day")]
    #[case("31 Feb", "is no day")]
    #[case("2026-10-21", "is past")]
    #[case("", "is no day")]
    fn no_days(#[case] text: &str, #[case] why: &str) {
        let refused = read_day(text, today()).unwrap_err();
        assert!(refused.contains(why), "{refused}");
    }

    #[test]
    fn days_with_a_time() {
        let read = |text| read_day_and_time(text, today(), time(23, 59, 0, 0)).unwrap();
        assert_eq!(read("tomorrow 9:00").to_string(), "2026-10-23T09:00:00");
        assert_eq!(read("2026-10-23 09:30").to_string(), "2026-10-23T09:30:00");
        assert_eq!(read("in 7 days").to_string(), "2026-10-29T23:59:00");
        assert!(read_day_and_time("25:00", today(), time(0, 0, 0, 0)).is_err());
    }
}
