//! Ranges as people say them.

use super::{TimeRange, read_range};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use proptest::prelude::*;
use rstest::rstest;

/// A Thursday, in British summer time.
fn now() -> Zoned {
    "2026-10-22T14:30:00+01:00[Europe/London]".parse().unwrap()
}

fn shown(range: TimeRange) -> String {
    let end = |moment: Option<Timestamp>| {
        moment.map_or_else(String::new, |moment| {
            moment
                .to_zoned(now().time_zone().clone())
                .datetime()
                .to_string()
        })
    };
    format!("{}..{}", end(range.since), end(range.until))
}

#[rstest]
#[case("today", "2026-10-22T00:00:00..2026-10-22T23:59:59.999")]
#[case("  Yesterday ", "2026-10-21T00:00:00..2026-10-21T23:59:59.999")]
#[case("since yesterday", "2026-10-21T00:00:00..")]
#[case("since yesterday 14:00", "2026-10-21T14:00:00..")]
#[case("yesterday at 2pm", "2026-10-21T14:00:00..")]
#[case("yesterday 9:30..11:00", "2026-10-21T09:30:00..2026-10-21T11:00:00")]
#[case("9:30 am to noon", "2026-10-22T09:30:00..2026-10-22T12:00:00")]
#[case("last 7 days", "2026-10-16T00:00:00..")]
#[case("last 1 day", "2026-10-22T00:00:00..")]
#[case("7 days", "2026-10-16T00:00:00..")]
#[case("last 24 hours", "2026-10-21T14:30:00..")]
#[case("last hour", "2026-10-22T13:30:00..")]
#[case("last 3 months", "2026-07-23T00:00:00..")]
#[case("last week", "2026-10-12T00:00:00..2026-10-18T23:59:59.999")]
#[case("this week", "2026-10-19T00:00:00..2026-10-25T23:59:59.999")]
#[case("this month", "2026-10-01T00:00:00..2026-10-31T23:59:59.999")]
#[case("last month", "2026-09-01T00:00:00..2026-09-30T23:59:59.999")]
#[case("last year", "2025-01-01T00:00:00..2025-12-31T23:59:59.999")]
#[case("2 hours ago", "2026-10-22T12:30:00..")]
#[case("an hour ago", "2026-10-22T13:30:00..")]
#[case("3 days ago", "2026-10-19T00:00:00..2026-10-19T23:59:59.999")]
#[case("since 2 weeks ago", "2026-10-08T00:00:00..")]
#[case("2h", "2026-10-22T12:30:00..")]
#[case("monday", "2026-10-19T00:00:00..2026-10-19T23:59:59.999")]
#[case("thu", "2026-10-22T00:00:00..2026-10-22T23:59:59.999")]
#[case("last thursday", "2026-10-15T00:00:00..2026-10-15T23:59:59.999")]
#[case("last monday 9:00", "2026-10-19T09:00:00..")]
#[case("mon..wed", "2026-10-19T00:00:00..2026-10-21T23:59:59.999")]
#[case("fri - mon", "2026-10-16T00:00:00..2026-10-19T23:59:59.999")]
#[case("mon..fri", "2026-10-19T00:00:00..2026-10-23T23:59:59.999")]
#[case("aug", "2026-08-01T00:00:00..2026-08-31T23:59:59.999")]
#[case("August", "2026-08-01T00:00:00..2026-08-31T23:59:59.999")]
#[case("nov", "2025-11-01T00:00:00..2025-11-30T23:59:59")]
#[case("nov..feb", "2025-11-01T00:00:00..2026-02-28T23:59:59")]
#[case("oct..feb", "2026-10-01T00:00:00..2027-02-28T23:59:59")]
#[case("aug 2025", "2025-08-01T00:00:00..2025-08-31T23:59:59.999")]
#[case("last october", "2025-10-01T00:00:00..2025-10-31T23:59:59")]
#[case("12 aug", "2026-08-12T00:00:00..2026-08-12T23:59:59.999")]
#[case("Aug 12th, 2025", "2025-08-12T00:00:00..2025-08-12T23:59:59.999")]
#[case("24 dec", "2025-12-24T00:00:00..2025-12-24T23:59:59")]
#[case("2026-08", "2026-08-01T00:00:00..2026-08-31T23:59:59.999")]
#[case("2025", "2025-01-01T00:00:00..2025-12-31T23:59:59")]
#[case("2026/08/12", "2026-08-12T00:00:00..2026-08-12T23:59:59.999")]
#[case(
    "2026-08-01..2026-08-12",
    "2026-08-01T00:00:00..2026-08-12T23:59:59.999"
)]
#[case("from 1 aug to 12 aug", "2026-08-01T00:00:00..2026-08-12T23:59:59.999")]
#[case(
    "between 1 aug and 12 aug",
    "2026-08-01T00:00:00..2026-08-12T23:59:59.999"
)]
#[case(
    "2026-08-01 – 2026-08-12 10:00",
    "2026-08-01T00:00:00..2026-08-12T10:00:00"
)]
#[case("..2026-08-12", "..2026-08-12T23:59:59.999")]
#[case("2026-08-01..", "2026-08-01T00:00:00..")]
#[case("until yesterday", "..2026-10-21T23:59:59.999")]
#[case("up to 12 aug", "..2026-08-12T23:59:59.999")]
#[case("before monday", "..2026-10-18T23:59:59.999")]
#[case("after monday", "2026-10-20T00:00:00..")]
#[case("monday..now", "2026-10-19T00:00:00..2026-10-22T14:30:00")]
#[case(
    "2026-08-01T10:00:00Z..2026-08-01T12:00:00+01:00",
    "2026-08-01T11:00:00..2026-08-01T12:00:00"
)]
#[case("all", "..")]
fn ranges(#[case] text: &str, #[case] expected: &str) {
    let range = read_range(text, &now()).unwrap();
    let read = shown(range);
    // Ends of days in winter are compared to the second, to keep the table readable.
    assert!(
        read == expected || read == format!("{expected}.999"),
        "{text}: {read}"
    );
}

#[rstest]
#[case("")]
#[case("..")]
#[case("soon")]
#[case("last 0 days")]
#[case("yesterday..soon")]
#[case("01/08/2026")]
#[case("2026-02-30")]
#[case("13pm")]
#[case("25:00")]
#[case("aug 14:00")]
#[case("last 99999999999999999999 days")]
#[case("1000000 years ago")]
#[case("2026-08-01...2026-08-12")]
fn no_ranges(#[case] text: &str) {
    let sentence = read_range(text, &now()).unwrap_err();
    assert!(sentence.contains("is no time range: write"), "{sentence}");
}

#[test]
fn a_reversed_range_is_named_and_not_turned_round() {
    let sentence = read_range("2026-08-12..2026-08-01", &now()).unwrap_err();
    assert_eq!(
        sentence,
        "`2026-08-12..2026-08-01` ends before it begins: put the earlier time first, as in \
         2026-08-01..2026-08-12"
    );
}

#[test]
fn a_long_text_is_not_repeated_whole() {
    let sentence = read_range(&"ß".repeat(5_000), &now()).unwrap_err();
    assert!(sentence.chars().count() < 220, "{sentence}");
}

fn in_zone(text: &str, now: &str) -> (String, String) {
    let now: Zoned = now.parse().unwrap();
    let range = read_range(text, &now).unwrap();
    let end = |moment: Option<Timestamp>| moment.map_or_else(String::new, |at| at.to_string());
    (end(range.since), end(range.until))
}

#[rstest]
#[case::gap(
    "2026-03-29 01:30..2026-03-29 01:45",
    "2026-03-29T01:00:00Z",
    "2026-03-29T01:00:00Z"
)]
#[case::fold(
    "2026-10-25 01:30..2026-10-25 01:30",
    "2026-10-25T00:30:00Z",
    "2026-10-25T01:30:00Z"
)]
#[case::short_day("2026-03-29", "2026-03-29T00:00:00Z", "2026-03-29T22:59:59.999Z")]
#[case::long_day("2026-10-25", "2026-10-24T23:00:00Z", "2026-10-25T23:59:59.999Z")]
fn clocks_that_jump(#[case] text: &str, #[case] since: &str, #[case] until: &str) {
    let read = in_zone(text, "2026-10-26T12:00:00+00:00[Europe/London]");
    assert_eq!(read, (since.to_owned(), until.to_owned()));
}

#[test]
fn a_day_without_midnight_begins_after_the_jump() {
    let (since, until) = in_zone("2024-04-26", "2024-05-01T12:00:00+03:00[Africa/Cairo]");
    assert_eq!(since, "2024-04-25T22:00:00Z");
    assert_eq!(until, "2024-04-26T20:59:59.999Z");
}

#[test]
fn a_day_that_a_zone_lacks_is_no_panic_and_not_reversed() {
    let (since, until) = in_zone("2011-12-30", "2012-01-05T12:00:00+14:00[Pacific/Apia]");
    assert!(since <= until, "{since} {until}");
}

#[rstest]
#[case("2026-08-01..2026-08-12", "Sat 1 Aug – Wed 12 Aug 2026")]
#[case("2025-12-31..2026-01-01", "Wed 31 Dec 2025 – Thu 1 Jan 2026")]
#[case("today", "Thu 22 Oct 2026")]
#[case("since yesterday", "since Wed 21 Oct 2026")]
#[case("yesterday 14:00", "since Wed 21 Oct 2026, 14:00")]
#[case("..2026-08-12", "until Wed 12 Aug 2026")]
#[case("yesterday 14:00..15:30", "Wed 21 Oct 2026, 14:00 – 15:30")]
#[case("yesterday 14:00..yesterday", "Wed 21 Oct 2026 from 14:00")]
#[case("yesterday..yesterday 15:30:05", "Wed 21 Oct 2026 until 15:30:05")]
#[case(
    "yesterday 14:00..today 9:00",
    "Wed 21 Oct, 14:00 – Thu 22 Oct 2026, 09:00"
)]
#[case("all", "all time")]
fn words_for_a_person(#[case] text: &str, #[case] expected: &str) {
    let range = read_range(text, &now()).unwrap();
    assert_eq!(range.words(now().time_zone()), expected);
}

#[test]
fn both_ends_belong_to_a_range() {
    let at = |second| Timestamp::from_second(second).unwrap();
    let range = TimeRange::between(Some(at(1)), Some(at(3))).unwrap();
    let inside: Vec<bool> = (0..5).map(|second| range.contains(at(second))).collect();
    assert_eq!(inside, [false, true, true, true, false]);
    assert_eq!(TimeRange::between(Some(at(3)), Some(at(1))), None);
}

/// Words that are put together at random, so that the grammar is met more often than by letters.
const WORDS: [&str; 44] = [
    "yesterday",
    "today",
    "now",
    "last",
    "this",
    "since",
    "until",
    "before",
    "after",
    "from",
    "to",
    "between",
    "and",
    "7",
    "days",
    "0",
    "999999",
    "2",
    "hours",
    "ago",
    "week",
    "month",
    "year",
    "years",
    "monday",
    "sun",
    "aug",
    "feb",
    "29",
    "2026",
    "9999",
    "0001",
    "2026-08-01",
    "9999-12-31",
    "2011-12-30",
    "14:00",
    "2",
    "pm",
    "..",
    "-",
    "2h",
    "2026-03-29",
    "01:30",
    "at",
];

fn zones() -> impl Strategy<Value = Zoned> {
    let names = prop_oneof![
        Just("Europe/London"),
        Just("Pacific/Apia"),
        Just("Africa/Cairo"),
        Just("Asia/Kolkata"),
        Just("America/Havana"),
        Just("UTC"),
    ];
    let seconds = prop_oneof![
        1_300_000_000_i64..1_900_000_000,
        Just(Timestamp::MIN.as_second()),
        Just(Timestamp::MAX.as_second()),
    ];
    (names, seconds).prop_map(|(name, second)| {
        Timestamp::from_second(second)
            .unwrap()
            .to_zoned(TimeZone::get(name).unwrap())
    })
}

fn holds(text: &str, now: &Zoned) {
    match read_range(text, now) {
        Ok(range) => {
            assert_eq!(
                TimeRange::between(range.since, range.until),
                Some(range),
                "{text}"
            );
            assert!(!range.words(now.time_zone()).is_empty());
        }
        Err(sentence) => {
            assert!(sentence.starts_with('`'), "{sentence}");
        }
    }
}

proptest! {
    #[test]
    fn no_text_is_a_panic(text in any::<String>(), now in zones()) {
        holds(&text, &now);
    }

    #[test]
    fn no_words_are_a_panic_and_no_range_is_reversed(
        words in prop::collection::vec(prop::sample::select(WORDS.to_vec()), 1..7),
        glue in prop::sample::select(vec![" ", ""]),
        now in zones(),
    ) {
        holds(&words.join(" "), &now);
        holds(&words.join(glue), &now);
    }
}
