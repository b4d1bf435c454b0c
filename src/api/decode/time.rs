//! Reads the platform's many ways to write a time. What cannot be read stays unknown.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use serde_json::Value;

/// Numbers below this are seconds: as milliseconds they would lie in 1973 or before.
const FIRST_MILLISECOND: i64 = 100_000_000_000;

/// The time of a message: slashes or dashes, ISO, epoch milliseconds or seconds; without an offset
/// it is taken as UTC. `None` if it cannot be read or is not after 1970.
pub fn message_time(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(number) => {
            let whole = number.as_i64();
            match whole {
                Some(whole) => epoch(whole),
                // Seconds with a fraction; the cast saturates, and the range check follows.
                None => epoch_fraction(number.as_f64()?),
            }
        }
        Value::String(text) => written(text.trim()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn epoch(number: i64) -> Option<Timestamp> {
    let time = if number >= FIRST_MILLISECOND {
        Timestamp::from_millisecond(number)
    } else {
        Timestamp::from_second(number)
    };
    time.ok().filter(|time| *time > Timestamp::UNIX_EPOCH)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast saturates and the epoch check refuses what is out of range"
)]
fn epoch_fraction(number: f64) -> Option<Timestamp> {
    let milliseconds = if number >= 1e11 {
        number
    } else {
        number * 1000.0
    };
    let time = Timestamp::from_millisecond(milliseconds as i64).ok()?;
    (time > Timestamp::UNIX_EPOCH).then_some(time)
}

fn written(text: &str) -> Option<Timestamp> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return epoch(text.parse().ok()?);
    }
    let date_end = text.find(['T', 't', ' ']).unwrap_or(text.len());
    let (date, rest) = text.split_at_checked(date_end)?;
    let date = written_date(date)?;
    let rest = rest.trim_start_matches(['T', 't', ' ']);
    if rest.is_empty() {
        return instant(date.to_datetime(Time::midnight()), Offset::UTC);
    }
    let clock_end = rest
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | ',')))
        .unwrap_or(rest.len());
    let (clock, zone) = rest.split_at_checked(clock_end)?;
    let time = written_clock(clock)?;
    instant(date.to_datetime(time), written_offset(zone.trim())?)
}

fn instant(at: DateTime, offset: Offset) -> Option<Timestamp> {
    offset.to_timestamp(at).ok()
}

fn written_date(text: &str) -> Option<Date> {
    let mut parts = text.split(['/', '-']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Date::new(digits(year)?, digits(month)?, digits(day)?).ok()
}

fn written_clock(text: &str) -> Option<Time> {
    let mut parts = text.split(':');
    let (hour, minute) = (digits(parts.next()?)?, digits(parts.next()?)?);
    let (second, fraction) = match parts.next() {
        None => ("0", ""),
        Some(part) => part.split_once(['.', ',']).unwrap_or((part, "")),
    };
    if parts.next().is_some() {
        return None;
    }
    let nanosecond = if fraction.is_empty() {
        0
    } else {
        let nine: String = fraction.chars().chain("00000000".chars()).take(9).collect();
        digits(&nine)?
    };
    Time::new(hour, minute, digits(second)?, nanosecond).ok()
}

fn written_offset(text: &str) -> Option<Offset> {
    if matches!(text, "" | "Z" | "z" | "UTC" | "GMT") {
        return Some(Offset::UTC);
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let plain = rest.replace(':', "");
    let (hours, minutes) = match plain.len() {
        2 => (plain.as_str(), "0"),
        4 => plain.split_at_checked(2)?,
        _ => return None,
    };
    let seconds = digits::<i32>(hours)? * 3600 + digits::<i32>(minutes)? * 60;
    Offset::from_seconds(sign * seconds).ok()
}

/// A number of digits only; the usual parser would also take a sign.
fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::message_time;
    use proptest::proptest;
    use rstest::rstest;
    use serde_json::{Value, json};

    #[rstest]
    #[case(json!("2026/08/12 09:15:30.123+0000"), "2026-08-12T09:15:30.123Z")]
    #[case(json!("2026-08-12 09:15:31.5+0530"), "2026-08-12T03:45:31.5Z")]
    #[case(json!("2026-08-12T09:15:32Z"), "2026-08-12T09:15:32Z")]
    #[case(json!("2026-08-12T09:15:32-03:00"), "2026-08-12T12:15:32Z")]
    #[case(json!("2026/08/12 09:15:32 +02"), "2026-08-12T07:15:32Z")]
    #[case(json!("2026/08/12 09:15:32"), "2026-08-12T09:15:32Z")]
    #[case(json!("2026/08/12 09:15 UTC"), "2026-08-12T09:15:00Z")]
    #[case(json!("2026-08-12"), "2026-08-12T00:00:00Z")]
    #[case(json!(1_786_526_133_000_i64), "2026-08-12T09:15:33Z")]
    #[case(json!("1786526133000"), "2026-08-12T09:15:33Z")]
    #[case(json!(1_786_526_133), "2026-08-12T09:15:33Z")]
    #[case(json!(1_786_526_133.5), "2026-08-12T09:15:33.5Z")]
    fn every_known_form_is_read(#[case] value: Value, #[case] expected: &str) {
        assert_eq!(message_time(&value).unwrap().to_string(), expected);
    }

    #[rstest]
    #[case(json!("yesterday"))]
    #[case(json!(null))]
    #[case(json!(""))]
    #[case(json!(0))]
    #[case(json!(-5))]
    #[case(json!("12/08/2026 09:15:30"))]
    #[case(json!("2026/13/12 09:15:30"))]
    #[case(json!("2026/08/12 25:15:30"))]
    #[case(json!("2026/08/12 09:15:30+9"))]
    #[case(json!("2026/08/12 09:15:30 PST"))]
    #[case(json!(true))]
    fn what_cannot_be_read_stays_unknown(#[case] value: Value) {
        assert_eq!(message_time(&value), None);
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "\\PC{0,40}", near in "[0-9/:TZ+. -]{0,30}") {
            message_time(&json!(text));
            message_time(&json!(near));
        }
    }
}
