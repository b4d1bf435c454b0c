//! How numbers, durations, phone numbers and times are written, everywhere the same. Times are
//! given; nothing here asks a clock.

use std::time::Duration;

use jiff::Zoned;
use jiff::civil::Date;

/// Groups a count from 1 000 on by a no-break space. Numbers that somebody has to type are not
/// grouped.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{a0}');
        }
        out.push(digit);
    }
    out
}

/// A text with a capital letter and a full stop.
pub fn as_sentence(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => format!(
            "{}{}.",
            first.to_uppercase(),
            letters.as_str().trim_end_matches('.')
        ),
        None => String::new(),
    }
}

/// A count with its noun: `1 call`, `3 calls`. The plural is the noun with `s`.
pub fn counted(number: u64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count(number))
}

/// `1 person`, `1 171 people`.
pub fn people(number: u64) -> String {
    let noun = if number == 1 { "person" } else { "people" };
    format!("{} {noun}", count(number))
}

/// A size: `537 bytes`, never in other units, so that it can be compared.
pub fn bytes(number: usize) -> String {
    counted(u64::try_from(number).unwrap_or(u64::MAX), "byte")
}

/// The size of a file, rounded up: `537 bytes`, `213 KB`, `1.4 MB`, in thousands.
pub fn file_size(number: usize) -> String {
    match number {
        0..1_000 => bytes(number),
        1_000..1_000_000 => format!("{} KB", number.div_ceil(1_000)),
        _ => {
            let tenths = number.div_ceil(100_000);
            format!("{}.{} MB", tenths / 10, tenths % 10)
        }
    }
}

/// A part of a whole in percent, rounded down so that only a complete whole is `100 %`.
pub fn percent(part: u64, whole: u64) -> String {
    let share = (u128::from(part.min(whole)) * 100)
        .checked_div(u128::from(whole))
        .unwrap_or(0);
    format!("{share} %")
}

/// A duration in at most two units: `8 s`, `90 s`, `23 min`, `22 h 13 min`, `2 d 15 h`.
pub fn duration(length: Duration) -> String {
    let seconds = length.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match seconds {
        0..120 => format!("{seconds} s"),
        120..3_600 => format!("{minutes} min"),
        3_600..86_400 => two_units(hours, "h", minutes % 60, "min"),
        _ => two_units(days, "d", hours % 24, "h"),
    }
}

/// A span as settings have it: `24 h`, `10 min`.
pub fn span(length: Duration) -> String {
    let minutes = length.as_secs() / 60;
    if minutes > 0 && minutes.is_multiple_of(60) {
        format!("{} h", minutes / 60)
    } else {
        format!("{minutes} min")
    }
}

/// What is left of a countdown, rounded up and as wide from one second to the next: ` 8 s`,
/// `2 min 05 s`.
pub fn countdown(left: Duration) -> String {
    let seconds = left.as_millis().div_ceil(1000);
    if seconds < 100 {
        format!("{seconds:>2} s")
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

fn two_units(large: u64, large_unit: &str, small: u64, small_unit: &str) -> String {
    if small == 0 {
        format!("{} {large_unit}", count(large))
    } else {
        format!("{} {large_unit} {small} {small_unit}", count(large))
    }
}

/// An estimate, rounded as coarsely as it is known: to 1 s below 10 s, 5 s below 1 min, 1 min
/// below 1 h, 5 min above. Starts with `about`.
pub fn estimate(length: Duration) -> String {
    let seconds = length.as_secs();
    let step = match seconds {
        0..10 => 1,
        10..60 => 5,
        60..3_600 => 60,
        _ => 300,
    };
    let rounded = (seconds + step / 2) / step * step;
    if rounded == 60 {
        return "about 1 min".to_owned();
    }
    format!("about {}", duration(Duration::from_secs(rounded)))
}

/// How long an answer took: `84 ms`, from one second on `4.2 s`.
pub fn latency(length: Duration) -> String {
    let millis = length.as_millis();
    if millis < 1_000 {
        format!("{millis} ms")
    } else {
        format!("{}.{} s", millis / 1_000, millis % 1_000 / 100)
    }
}

/// The short form of a phone number or an id: `…0412`. The front is never shown alone.
pub fn last_four(number: &str) -> String {
    if number.chars().any(char::is_alphabetic) {
        let start = number.char_indices().rev().nth(3);
        let from = start.map_or(0, |(index, _)| index);
        return format!("…{}", number.get(from..).unwrap_or_default());
    }
    let digits = digits_of(number);
    let from = digits.len().saturating_sub(4);
    format!("…{}", digits.get(from..).unwrap_or_default())
}

/// A whole phone number: British mobile numbers as `+44 7700 900412`, all others as `+` and
/// their digits, because a wrong grouping reads worse than none.
pub fn phone(number: &str) -> String {
    let digits = digits_of(number);
    let british = digits
        .strip_prefix("44")
        .filter(|rest| rest.len() == 10 && rest.starts_with('7'));
    match british.and_then(|rest| rest.split_at_checked(4)) {
        Some((network, subscriber)) => format!("+44 {network} {subscriber}"),
        None => format!("+{digits}"),
    }
}

/// Whom something reached, as the record names them: a number in groups, any other id as it is.
pub fn recipient(text: &str) -> String {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let number = (8..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    if number { phone(text) } else { text.to_owned() }
}

fn digits_of(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

/// When something was or will be, as short as it can be said: `10:44` today, `Tue 16:20` within
/// six days, `2 Oct` this year, else `2 Oct 2025`. Both times must be in the zone of the reader.
pub fn moment(at: &Zoned, now: &Zoned) -> String {
    let days = now
        .date()
        .since(at.date())
        .map_or(i32::MAX, |span| span.get_days())
        .abs();
    let shape = match days {
        0 => "%H:%M",
        1..=6 => "%a %H:%M",
        _ if at.year() == now.year() => "%-d %b",
        _ => "%-d %b %Y",
    };
    at.strftime(shape).to_string()
}

/// The clock time alone: `10:44`.
pub fn clock(at: &Zoned) -> String {
    at.strftime("%H:%M").to_string()
}

/// The clock time with seconds: `10:44:59`, for the log of calls and for unknown results.
pub fn clock_seconds(at: &Zoned) -> String {
    at.strftime("%H:%M:%S").to_string()
}

/// How a zone without an offset of its own is called.
const UTC: &str = "UTC";

/// The head of a day in a chat: `Today, Thu 22 Oct 2026`, `Yesterday, Wed 21 Oct 2026`, else the
/// date alone.
pub fn day(date: Date, today: Date) -> String {
    let name = date.strftime("%a %-d %b %Y");
    match today.since(date).map_or(i32::MAX, |span| span.get_days()) {
        0 => format!("Today, {name}"),
        1 => format!("Yesterday, {name}"),
        _ => name.to_string(),
    }
}

/// A planned time in full, with city, offset and UTC: `Fri 23 Oct 2026 09:00 London +01:00 ·
/// 08:00 UTC`. The UTC side has its day when that is another one; in UTC there is one side.
pub fn planned(at: &Zoned) -> String {
    let (local, city) = (at.strftime("%a %-d %b %Y %H:%M"), city(at));
    if city == UTC {
        return format!("{local} UTC");
    }
    format!("{local} {city} {} · {} UTC", at.strftime("%:z"), in_utc(at))
}

/// The short form of [`planned`] for lists: `Fri 23 Oct 09:00 London · 08:00 UTC`.
pub fn planned_short(at: &Zoned) -> String {
    let (here, city) = (at.strftime("%a %-d %b %H:%M"), city(at));
    if city == UTC {
        return format!("{here} UTC");
    }
    format!("{here} {city} · {} UTC", in_utc(at))
}

/// The time in UTC, with its day when that is another one.
pub fn in_utc(at: &Zoned) -> String {
    let utc = at.with_time_zone(jiff::tz::TimeZone::UTC);
    let shape = if utc.date() == at.date() {
        "%H:%M"
    } else {
        "%a %H:%M"
    };
    utc.strftime(shape).to_string()
}

/// The name of a zone for people: the city of `Europe/London`, with spaces for underscores.
pub fn city(at: &Zoned) -> String {
    let name = at.time_zone().iana_name().unwrap_or("local");
    name.rsplit('/').next().unwrap_or(name).replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, "0")]
    #[case(999, "999")]
    #[case(1_171, "1\u{a0}171")]
    #[case(12_345_678, "12\u{a0}345\u{a0}678")]
    fn counts_are_grouped(#[case] number: u64, #[case] expected: &str) {
        assert_eq!(count(number), expected);
    }

    #[test]
    fn nouns_follow_their_count() {
        assert_eq!(counted(1, "call"), "1 call");
        assert_eq!(counted(0, "call"), "0 calls");
        assert_eq!(
            (people(1), people(2)),
            ("1 person".to_owned(), "2 people".to_owned())
        );
        assert_eq!(bytes(1_024), "1\u{a0}024 bytes");
    }

    #[rstest]
    #[case(8, "8 s")]
    #[case(90, "90 s")]
    #[case(23 * 60 + 59, "23 min")]
    #[case(22 * 3_600 + 13 * 60, "22 h 13 min")]
    #[case(3_600, "1 h")]
    #[case(2 * 86_400 + 15 * 3_600, "2 d 15 h")]
    fn durations_have_two_units_at_most(#[case] seconds: u64, #[case] expected: &str) {
        assert_eq!(duration(Duration::from_secs(seconds)), expected);
    }

    #[rstest]
    #[case(7, "about 7 s")]
    #[case(43, "about 45 s")]
    #[case(58, "about 1 min")]
    #[case(23 * 60 + 10, "about 23 min")]
    #[case(2 * 3_600 + 13 * 60, "about 2 h 15 min")]
    fn estimates_are_coarse(#[case] seconds: u64, #[case] expected: &str) {
        assert_eq!(estimate(Duration::from_secs(seconds)), expected);
    }

    #[test]
    fn answers_are_timed() {
        assert_eq!(latency(Duration::from_millis(84)), "84 ms");
        assert_eq!(latency(Duration::from_millis(4_290)), "4.2 s");
        assert_eq!(latency(Duration::from_secs(90)), "90.0 s");
    }

    #[test]
    fn files_are_measured_in_thousands() {
        assert_eq!(file_size(537), "537 bytes");
        assert_eq!(file_size(1_000), "1 KB");
        assert_eq!(file_size(212_300), "213 KB");
        assert_eq!(file_size(1_340_000), "1.4 MB");
    }

    #[test]
    fn only_a_whole_is_a_hundred_percent() {
        assert_eq!(percent(1_170, 1_171), "99 %");
        assert_eq!(percent(5, 5), "100 %");
        assert_eq!(percent(0, 0), "0 %");
    }

    #[test]
    fn phone_numbers() {
        assert_eq!(last_four("447700900412"), "…0412");
        assert_eq!(last_four("12"), "…12");
        assert_eq!(last_four("web-2a3b"), "…2a3b");
        assert_eq!(phone("+447700900412"), "+44 7700 900412");
        assert_eq!(phone("353209170001"), "+353209170001");
        assert_eq!(recipient("447700900412"), "+44 7700 900412");
        assert_eq!(recipient("1f6e2c1c-9d5f-4a57"), "1f6e2c1c-9d5f-4a57");
    }

    fn at(text: &str) -> Zoned {
        text.parse().unwrap()
    }

    #[rstest]
    #[case("2026-10-22T09:44[Europe/London]", "09:44")]
    #[case("2026-10-20T16:20[Europe/London]", "Tue 16:20")]
    #[case("2026-10-23T09:00[Europe/London]", "Fri 09:00")]
    #[case("2026-10-16T23:59[Europe/London]", "Fri 23:59")]
    #[case("2026-10-15T00:00[Europe/London]", "15 Oct")]
    #[case("2026-10-02T12:00[Europe/London]", "2 Oct")]
    #[case("2025-10-02T12:00[Europe/London]", "2 Oct 2025")]
    fn moments_are_short(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(
            moment(&at(text), &at("2026-10-22T10:47[Europe/London]")),
            expected
        );
    }

    #[test]
    fn days_and_plans_are_whole() {
        let today = at("2026-10-22T10:47[Europe/London]").date();
        assert_eq!(day(today, today), "Today, Thu 22 Oct 2026");
        assert_eq!(
            day(today.yesterday().unwrap(), today),
            "Yesterday, Wed 21 Oct 2026"
        );
        assert_eq!(
            planned(&at("2026-10-23T09:00[Europe/London]")),
            "Fri 23 Oct 2026 09:00 London +01:00 · 08:00 UTC"
        );
        assert_eq!(
            planned(&at("2026-10-23T01:00[Asia/Ho_Chi_Minh]")),
            "Fri 23 Oct 2026 01:00 Ho Chi Minh +07:00 · Thu 18:00 UTC"
        );
        assert_eq!(
            planned_short(&at("2026-10-23T01:00[Asia/Ho_Chi_Minh]")),
            "Fri 23 Oct 01:00 Ho Chi Minh · Thu 18:00 UTC"
        );
        let utc = at("2026-10-23T09:00[UTC]");
        assert_eq!(planned(&utc), "Fri 23 Oct 2026 09:00 UTC");
        assert_eq!(planned_short(&utc), "Fri 23 Oct 09:00 UTC");
    }
}
