//! Reads `Retry-After`: seconds or an HTTP date. Anything else is no wait at all.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use std::time::Duration;

/// A platform may ask for more, nobody waits longer than a week by itself.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

/// The wait a `Retry-After` header asks for; `None` if it cannot be read. A date in the past is a
/// wait of zero.
pub fn retry_after(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        // Only a number too large for the type fails here.
        let seconds = header.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(LONGEST));
    }
    let date = DateTimeParser::new().parse_timestamp(header).ok()?;
    let wait = Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO);
    Some(wait.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, retry_after};
    use rstest::rstest;
    use std::time::Duration;

    #[rstest]
    #[case("2", Some(2))]
    #[case(" 0 ", Some(0))]
    #[case("Wed, 12 Aug 2026 09:00:30 GMT", Some(30))]
    #[case("Wed, 12 Aug 2026 08:00:30 GMT", Some(0))]
    #[case("soon", None)]
    #[case("", None)]
    #[case("-5", None)]
    #[case("+5", None)]
    #[case("1.5", None)]
    #[case("99999999999999999999999", Some(LONGEST.as_secs()))]
    fn waits_are_read_or_refused(#[case] header: &str, #[case] seconds: Option<u64>) {
        let now = "2026-08-12T09:00:00Z".parse().unwrap();
        assert_eq!(retry_after(header, now), seconds.map(Duration::from_secs));
    }
}
