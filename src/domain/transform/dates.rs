//! Forms of dates, written with the letters that people know from spreadsheets: `D/M/YYYY`. Names of
//! months and days are English.

use jiff::civil::Date;
use jiff::fmt::strtime::BrokenDownTime;

/// Forms in which files often have dates. Two of them may read the same cells otherwise: then a
/// person must say which is meant.
const LIKELY: [&str; 14] = [
    "YYYY-MM-DD",
    "D/M/YYYY",
    "M/D/YYYY",
    "D.M.YYYY",
    "D-M-YYYY",
    "M-D-YYYY",
    "YYYY/M/D",
    "D/M/YY",
    "M/D/YY",
    "D MMM YYYY",
    "MMM D, YYYY",
    "D-MMM-YYYY",
    "D-MMM-YY",
    "YYYYMMDD",
];
/// What may stand behind a day.
const TIMES: [&str; 4] = ["", " HH:mm", " HH:mm:ss", "THH:mm:ss"];
/// Forms in which messages often have them.
pub const WRITTEN: [&str; 4] = ["D MMM YYYY", "D MMMM YYYY", "DD/MM/YYYY", "YYYY-MM-DD"];

/// Why a form of dates says nothing. Each is a sentence piece that follows the name of a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateFormError {
    /// Nothing in it.
    #[error("has a date whose form is empty: write it as in D MMM YYYY")]
    Empty,
    /// A letter that stands for nothing.
    #[error("has a date with `{0}` in its form: D, M, YYYY, HH and mm stand for parts of a date")]
    Letter(char),
    /// One part two times.
    #[error("has a date whose form {0} has a part twice: write each once")]
    Twice(String),
    /// A date needs three parts.
    #[error("has a date whose form {0} names no day, month and year: write it as in DD/MM/YYYY")]
    Incomplete(String),
    /// The weekday cannot be read.
    #[error("has a date whose form {0} begins with a weekday: that is only written, never read")]
    Weekday(String),
    /// A time is written that is not read.
    #[error("has a date with a time in its message, but no time in the file's form {0}")]
    NoTime(String),
}

/// A day, and a time where its form has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// The day.
    pub day: Date,
    /// Hour, minute and second; midnight where the form has none.
    pub time: (u8, u8, u8),
}

/// A form of dates that says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateForm<'t>(&'t str);

/// A part of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// With how many digits it is written: 1 stands for one or two.
    Day(usize),
    Month(usize),
    ShortMonth,
    LongMonth,
    ShortYear,
    Year,
    ShortWeekday,
    Weekday,
    Hour,
    Minute,
    Second,
    Literal(char),
}

impl Part {
    /// What it says, where saying it twice makes no sense.
    fn kind(self) -> Option<u8> {
        match self {
            Part::Day(_) => Some(0),
            Part::Month(_) | Part::ShortMonth | Part::LongMonth => Some(1),
            Part::ShortYear | Part::Year => Some(2),
            Part::Hour => Some(3),
            Part::Minute => Some(4),
            Part::Second => Some(5),
            Part::ShortWeekday | Part::Weekday => Some(6),
            Part::Literal(_) => None,
        }
    }
}

/// The parts of a pattern; what stands for nothing is given back.
fn parts(pattern: &str) -> impl Iterator<Item = Result<Part, char>> {
    const KNOWN: [(&str, Part); 14] = [
        ("dddd", Part::Weekday),
        ("ddd", Part::ShortWeekday),
        ("YYYY", Part::Year),
        ("YY", Part::ShortYear),
        ("MMMM", Part::LongMonth),
        ("MMM", Part::ShortMonth),
        ("MM", Part::Month(2)),
        ("M", Part::Month(1)),
        ("DD", Part::Day(2)),
        ("D", Part::Day(1)),
        ("HH", Part::Hour),
        ("mm", Part::Minute),
        ("ss", Part::Second),
        // Between the day and the time of timestamps.
        ("T", Part::Literal('T')),
    ];
    let mut rest = pattern;
    std::iter::from_fn(move || {
        let known = KNOWN.iter().find(|(text, _)| rest.starts_with(text));
        if let Some((text, part)) = known {
            rest = rest.get(text.len()..)?;
            return Some(Ok(*part));
        }
        let sign = rest.chars().next()?;
        rest = rest.get(sign.len_utf8()..)?;
        Some(if sign.is_alphanumeric() {
            Err(sign)
        } else {
            Ok(Part::Literal(sign))
        })
    })
}

impl<'t> DateForm<'t> {
    /// A form in which dates are read.
    ///
    /// # Errors
    /// Letters without a meaning, a part twice, or no day, month and year.
    pub fn read(pattern: &'t str) -> Result<Self, DateFormError> {
        let kinds = kinds(pattern)?;
        if kinds.contains(&6) {
            return Err(DateFormError::Weekday(pattern.to_owned()));
        }
        if ![0, 1, 2].iter().all(|kind| kinds.contains(kind)) {
            return Err(DateFormError::Incomplete(pattern.to_owned()));
        }
        Ok(Self(pattern))
    }

    /// A form in which dates are written that are read in another.
    ///
    /// # Errors
    /// Letters without a meaning, a part twice, or a time that is not read.
    pub fn write(pattern: &'t str, from: DateForm<'_>) -> Result<Self, DateFormError> {
        if pattern.is_empty() {
            return Err(DateFormError::Empty);
        }
        let kinds = kinds(pattern)?;
        let read = self::kinds(from.0)?;
        let unread = |kind: &u8| matches!(kind, 3..=5) && !read.contains(kind);
        if kinds.iter().any(unread) {
            return Err(DateFormError::NoTime(from.0.to_owned()));
        }
        Ok(Self(pattern))
    }

    /// As it was written.
    pub fn pattern(&self) -> &'t str {
        self.0
    }

    /// The date of a text; `None` for one that is not written exactly so, or is on no calendar.
    /// Of a year with two digits the century is this one.
    pub fn parse(&self, text: &str) -> Option<Calendar> {
        let (mut day, mut month, mut year) = (0, 0, 0);
        let (mut hour, mut minute, mut second) = (0, 0, 0);
        let mut rest = text;
        for part in parts(self.0) {
            match part.ok()? {
                Part::Day(least) => day = digits(&mut rest, least, 2)?,
                Part::Month(least) => month = digits(&mut rest, least, 2)?,
                Part::ShortMonth | Part::LongMonth => month = month_name(&mut rest)?,
                Part::ShortYear => year = 2000 + digits(&mut rest, 2, 2)?,
                Part::Year => year = digits(&mut rest, 4, 4)?,
                Part::Hour => hour = digits(&mut rest, 2, 2)?,
                Part::Minute => minute = digits(&mut rest, 2, 2)?,
                Part::Second => second = digits(&mut rest, 2, 2)?,
                Part::ShortWeekday | Part::Weekday => return None,
                Part::Literal(sign) => rest = rest.strip_prefix(sign)?,
            }
        }
        if !rest.is_empty() || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let part = |number: i16| i8::try_from(number).ok();
        let clock = |number: i16| u8::try_from(number).ok();
        Some(Calendar {
            day: Date::new(year, part(month)?, part(day)?).ok()?,
            time: (clock(hour)?, clock(minute)?, clock(second)?),
        })
    }

    /// A date in this form.
    pub fn format(&self, date: Calendar) -> String {
        use std::fmt::Write as _;
        let (day, mut text) = (date.day, String::new());
        for part in parts(self.0).flatten() {
            // Writing to a string cannot fail.
            let _written = match part {
                Part::Day(width) => write!(text, "{:0width$}", day.day()),
                Part::Month(width) => write!(text, "{:0width$}", day.month()),
                Part::ShortMonth => write!(text, "{}", day.strftime("%b")),
                Part::LongMonth => write!(text, "{}", day.strftime("%B")),
                Part::ShortYear => write!(text, "{:02}", day.year().rem_euclid(100)),
                Part::Year => write!(text, "{:04}", day.year()),
                Part::ShortWeekday => write!(text, "{}", day.strftime("%a")),
                Part::Weekday => write!(text, "{}", day.strftime("%A")),
                Part::Hour => write!(text, "{:02}", date.time.0),
                Part::Minute => write!(text, "{:02}", date.time.1),
                Part::Second => write!(text, "{:02}", date.time.2),
                Part::Literal(sign) => write!(text, "{sign}"),
            };
        }
        text
    }
}

/// The forms that read most of these cells, all of them equally many; none if half of the cells or
/// more are no dates. Several mean that a person must say which one it is.
pub fn readings(cells: &[&str]) -> Vec<String> {
    let filled: Vec<&str> = cells.iter().map(|cell| cell.trim()).collect();
    let filled = filled.into_iter().filter(|cell| !cell.is_empty());
    let filled: Vec<&str> = filled.collect();
    let mut best = filled.len() / 2;
    let mut forms = Vec::new();
    for time in TIMES {
        for day in LIKELY {
            let form = format!("{day}{time}");
            let reads = |cell: &&&str| DateForm(&form).parse(cell).is_some();
            let count = filled.iter().filter(reads).count();
            if count > best {
                best = count;
                forms.clear();
            }
            if count == best && count * 2 > filled.len() {
                forms.push(form);
            }
        }
    }
    forms
}

/// What the parts of a pattern say.
fn kinds(pattern: &str) -> Result<Vec<u8>, DateFormError> {
    let mut kinds = Vec::new();
    for part in parts(pattern) {
        let part = part.map_err(DateFormError::Letter)?;
        if let Some(kind) = part.kind() {
            if kinds.contains(&kind) {
                return Err(DateFormError::Twice(pattern.to_owned()));
            }
            kinds.push(kind);
        }
    }
    Ok(kinds)
}

/// So many digits at the beginning of a text, as many as there are.
fn digits(rest: &mut &str, least: usize, most: usize) -> Option<i16> {
    let width = rest
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_digit)
        .count();
    let (number, behind) = rest.split_at_checked(width).filter(|_| width >= least)?;
    *rest = behind;
    number.parse().ok()
}

/// The month named at the beginning of a text, in full or with its first three letters.
fn month_name(rest: &mut &str) -> Option<i16> {
    let width = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (name, behind) = rest.split_at_checked(width)?;
    let named = |form| BrokenDownTime::parse(form, name).ok()?.month();
    let month = named("%B").or_else(|| named("%b"))?;
    *rest = behind;
    Some(i16::from(month))
}

#[cfg(test)]
mod tests {
    use super::readings;
    use rstest::rstest;

    #[rstest]
    #[case(&["03/04/2026", "5/6/2026"], &["D/M/YYYY", "M/D/YYYY"])]
    #[case(&["03/04/2026", "25/06/2026"], &["D/M/YYYY"])]
    #[case(&["03/04/2026", "", " 06/25/2026 "], &["M/D/YYYY"])]
    #[case(&["2026-08-03 00:00:00", "2026-08-04 12:30:00"], &["YYYY-MM-DD HH:mm:ss"])]
    #[case(&["2026-08-03", "soon", "2026-08-04"], &["YYYY-MM-DD"])]
    #[case(&["2026-08-03", "soon"], &[])]
    #[case(&["3 Aug 2026", "14 september 2026"], &["D MMM YYYY"])]
    #[case(&["3.8.2026"], &["D.M.YYYY"])]
    #[case(&["46237", "46238"], &[])]
    #[case(&["", " "], &[])]
    fn what_reads_most_cells_is_found_and_two_ways_are_both_said(
        #[case] cells: &[&str],
        #[case] expected: &[&str],
    ) {
        assert_eq!(readings(cells), expected);
    }
}
