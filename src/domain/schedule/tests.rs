//! Times as people type them, in many zones.

use super::{Change, DayEdge, PlannedTime, TimeQuestion, When, WhenError, read_moment, read_when};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use proptest::prelude::*;
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

fn in_zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

/// Half past two on a Thursday in London.
fn read(text: &str) -> Result<When, WhenError> {
    read_when(text, &in_zone("Europe/London"), now().timestamp())
}

#[rstest]
#[case("tomorrow 9:00", "2026-10-23T08:00:00Z")]
#[case("Tomorrow at 9:00", "2026-10-23T08:00:00Z")]
#[case("9:00 tomorrow", "2026-10-23T08:00:00Z")]
#[case("today 14:40", "2026-10-22T13:40:00Z")]
#[case("14:40", "2026-10-22T13:40:00Z")]
#[case("9:00", "2026-10-23T08:00:00Z")]
#[case("2pm", "2026-10-23T13:00:00Z")]
#[case("3 pm", "2026-10-22T14:00:00Z")]
#[case("noon", "2026-10-23T11:00:00Z")]
#[case("fri 14:30", "2026-10-23T13:30:00Z")]
#[case("friday, 14:30", "2026-10-23T13:30:00Z")]
#[case("thu 15:00", "2026-10-22T14:00:00Z")]
#[case("thu 9:00", "2026-10-29T09:00:00Z")]
#[case("next mon 9:00", "2026-10-26T09:00:00Z")]
#[case("1 Dec 09:00", "2026-12-01T09:00:00Z")]
#[case("in 3 days 9:00", "2026-10-25T09:00:00Z")]
#[case("2026-10-25 09:00", "2026-10-25T09:00:00Z")]
#[case("2026-10-25T09:00", "2026-10-25T09:00:00Z")]
#[case("2026-10-25T09:00:30", "2026-10-25T09:00:30Z")]
#[case("2026-10-25T09:00:00+05:30", "2026-10-25T03:30:00Z")]
#[case("2026-10-25T09:00Z", "2026-10-25T09:00:00Z")]
#[case("8:00 UTC", "2026-10-23T08:00:00Z")]
#[case("14:00 utc", "2026-10-22T14:00:00Z")]
#[case("fri 8:00 +05:30", "2026-10-23T02:30:00Z")]
#[case("2026-10-25 09:00 -03:00", "2026-10-25T12:00:00Z")]
#[case("fri 9:00 Asia/Kuwait", "2026-10-23T06:00:00Z")]
#[case("9:00 tomorrow america/new_york", "2026-10-23T13:00:00Z")]
#[case("+2h", "2026-10-22T15:30:00Z")]
#[case("+1h 30m", "2026-10-22T15:00:00Z")]
#[case("+ 90m", "2026-10-22T15:00:00Z")]
#[case("in 90 min", "2026-10-22T15:00:00Z")]
#[case("in 2 hours", "2026-10-22T15:30:00Z")]
#[case("+3d", "2026-10-25T14:30:00Z")]
#[case("in 2 weeks", "2026-11-05T14:30:00Z")]
fn times_to_plan_for(#[case] text: &str, #[case] expected: &str) {
    let When::At(time) = read(text).unwrap() else {
        panic!("{text} is no one moment");
    };
    assert_eq!(time.at.to_string(), expected);
}

#[test]
fn now_is_said_and_not_computed() {
    assert_eq!(read(" NOW "), Ok(When::Now));
}

#[rstest]
#[case("tea time", "is no time")]
#[case("", "is no time")]
#[case("9", "is no time")]
#[case("25:00", "is no time")]
#[case("+0h", "is no time")]
#[case("+-2h", "is no time")]
#[case("2h ago", "is no time")]
#[case("+999999h", "is no time")]
#[case("fri 9:00 europe/nowhere", "is no time")]
#[case("31 feb 9:00", "is no time")]
#[case("tomorrow", "has no clock time")]
#[case("fri", "has no clock time")]
#[case("2026-12-01", "has no clock time")]
#[case("2026-10-21 09:00", "is past")]
#[case("today 9:00", "is past")]
#[case("2020-12-01T09:00:00Z", "is past")]
#[case("14:31", "less than 2 minutes ahead")]
#[case("+1m", "less than 2 minutes ahead")]
#[case("+119s", "less than 2 minutes ahead")]
fn no_times_to_plan_for(#[case] text: &str, #[case] why: &str) {
    let sentence = read(text).unwrap_err().to_string();
    assert!(sentence.contains(why), "{text}: {sentence}");
}

#[test]
fn two_minutes_are_enough() {
    assert!(matches!(read("+2m"), Ok(When::At(_))));
    assert!(matches!(read("14:32"), Ok(When::At(_))));
}

#[test]
fn a_time_on_the_wall_is_kept_as_it_was_meant() {
    let kept = |text| match read(text).unwrap() {
        When::At(time) => (time.wall.to_string(), time.zone, time.at.to_string()),
        other @ (When::Now | When::Ask(_)) => panic!("{other:?}"),
    };
    let (wall, zone, at) = kept("fri 9:00");
    assert_eq!(wall, "2026-10-23T09:00:00");
    assert_eq!(
        (zone.as_str(), at.as_str()),
        ("Europe/London", "2026-10-23T08:00:00Z")
    );
    assert_eq!(kept("fri 9:00 asia/kuwait").1, "Asia/Kuwait");
    assert_eq!(kept("8:00 UTC").1, "UTC");
    assert_eq!(kept("+2h").1, "UTC");
    assert_eq!(kept("fri 9:00 +05:45").1, "+05:45");
}

#[test]
fn rules_of_a_zone_that_changed_are_noticed() {
    let When::At(mut time) = read("2026-12-01 09:00").unwrap() else {
        panic!("one moment");
    };
    assert!(time.still_means(&in_zone("Europe/London")));
    // As if the United Kingdom had kept summer time since it was planned.
    time.at = "2026-12-01T08:00:00Z".parse().unwrap();
    assert!(!time.still_means(&in_zone("Europe/London")));
}

/// Zone, a time that its clocks jump over, one that they show twice, and by how many minutes.
const CHANGES: [(&str, &str, &str, i64); 10] = [
    ("Europe/London", "2027-03-28 01:30", "2026-10-25 01:30", 60),
    ("Europe/Dublin", "2027-03-28 01:30", "2026-10-25 01:30", 60),
    (
        "America/New_York",
        "2027-03-14 02:30",
        "2026-11-01 01:30",
        60,
    ),
    (
        "America/St_Johns",
        "2027-03-14 02:30",
        "2026-11-01 01:30",
        60,
    ),
    ("America/Havana", "2027-03-14 00:30", "2026-11-01 00:30", 60),
    (
        "America/Santiago",
        "2027-09-05 00:30",
        "2027-04-03 23:30",
        60,
    ),
    ("Asia/Beirut", "2027-03-28 00:30", "2026-10-24 23:30", 60),
    (
        "Australia/Lord_Howe",
        "2027-10-03 02:15",
        "2027-04-04 01:45",
        30,
    ),
    (
        "Pacific/Chatham",
        "2027-09-26 03:00",
        "2027-04-04 03:00",
        60,
    ),
    (
        "Antarctica/Troll",
        "2027-03-28 02:00",
        "2026-10-25 02:00",
        120,
    ),
];

const WITHOUT: [&str; 5] = [
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "America/Sao_Paulo",
    "UTC",
];

fn asked(text: &str, zone: &str) -> TimeQuestion {
    match read_when(text, &in_zone(zone), now().timestamp()) {
        Ok(When::Ask(question)) => *question,
        other => panic!("{text} in {zone}: {other:?}"),
    }
}

/// What a choice is read as when it is written in full.
fn written(choice: &PlannedTime, zone: &str) -> Timestamp {
    match read_when(&choice.exact(), &in_zone(zone), now().timestamp()) {
        Ok(When::At(time)) => time.at,
        other => panic!("{choice:?}: {other:?}"),
    }
}

#[test]
fn a_time_that_clocks_jump_over_offers_both_neighbours() {
    for (zone, skipped, _, minutes) in CHANGES {
        let question = asked(skipped, zone);
        assert_eq!(question.change, Change::Skipped, "{zone}");
        let [before, after] = &question.choices;
        assert_eq!(
            after.at.duration_since(before.at),
            SignedDuration::from_mins(1)
        );
        let jumped = after.wall.duration_since(before.wall).as_mins() - 1;
        assert_eq!(jumped, minutes, "{zone}");
        assert!(
            before.wall < question.wall && question.wall < after.wall,
            "{zone}"
        );
        assert_eq!(question.clocks.1, after.wall);
        for choice in &question.choices {
            assert_eq!(written(choice, zone), choice.at);
            assert!(question.to_string().contains(&choice.exact()), "{question}");
            assert_eq!(choice.zone, zone);
        }
        assert!(question.to_string().contains("does not exist in"));
    }
}

#[test]
fn a_time_that_comes_twice_offers_both_offsets() {
    for (zone, _, twice, minutes) in CHANGES {
        let question = asked(twice, zone);
        assert_eq!(question.change, Change::Twice, "{zone}");
        let [first, second] = &question.choices;
        assert_eq!(
            second.at.duration_since(first.at),
            SignedDuration::from_mins(minutes)
        );
        assert_eq!((first.wall, second.wall), (question.wall, question.wall));
        assert_ne!(first.exact(), second.exact());
        for choice in &question.choices {
            assert_eq!(written(choice, zone), choice.at);
            assert!(choice.still_means(&in_zone(zone)));
        }
        assert!(question.to_string().contains("happens twice in"));
    }
}

#[test]
fn zones_without_summer_time_never_ask() {
    for zone in WITHOUT {
        for (_, skipped, twice, _) in CHANGES {
            for text in [skipped, twice] {
                let read = read_when(text, &in_zone(zone), now().timestamp());
                assert!(
                    matches!(read, Ok(When::At(_))),
                    "{text} in {zone}: {read:?}"
                );
            }
        }
    }
    let read = read_when(
        "2026-12-01 09:00",
        &in_zone("Asia/Kathmandu"),
        now().timestamp(),
    );
    let Ok(When::At(time)) = read else {
        panic!("{read:?}");
    };
    assert_eq!(time.at.to_string(), "2026-12-01T03:15:00Z");
}

#[test]
fn between_the_two_only_the_second_is_left() {
    let zone = in_zone("Europe/London");
    let between: Timestamp = "2026-10-25T00:45:00Z".parse().unwrap();
    for text in ["1:30", "2026-10-25 01:30", "sun 1:30"] {
        let Ok(When::At(time)) = read_when(text, &zone, between) else {
            panic!("{text}");
        };
        assert_eq!(time.at.to_string(), "2026-10-25T01:30:00Z", "{text}");
    }
}

fn zones() -> impl Strategy<Value = &'static str> {
    let named = CHANGES.map(|(zone, ..)| zone).into_iter().chain(WITHOUT);
    prop::sample::select(named.collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn a_moment_written_on_a_wall_is_read_as_that_moment_or_asked_about(
        minutes in 3_i64..2_000_000, zone in zones(),
    ) {
        let at = now().timestamp() + SignedDuration::from_mins(minutes);
        let wall = at.to_zoned(in_zone(zone)).strftime("%Y-%m-%d %H:%M").to_string();
        match read_when(&wall, &in_zone(zone), now().timestamp()).unwrap() {
            When::At(time) => prop_assert_eq!(time.at, at),
            When::Ask(question) => {
                prop_assert_eq!(question.change, Change::Twice);
                prop_assert!(question.choices.iter().any(|choice| choice.at == at));
            }
            When::Now => prop_assert!(false),
        }
    }

    #[test]
    fn nothing_is_planned_nearer_than_two_minutes(
        hour in 0_u32..24, minute in 0_u32..60, offset in 0_i64..400_000, zone in zones(),
    ) {
        let now = now().timestamp() + SignedDuration::from_mins(offset);
        let text = format!("{hour}:{minute:02}");
        let far_enough = |time: &PlannedTime| {
            let ahead = time.at.duration_since(now);
            ahead >= SignedDuration::from_mins(2) && ahead < SignedDuration::from_hours(27)
        };
        match read_when(&text, &in_zone(zone), now) {
            Ok(When::At(time)) => prop_assert!(far_enough(&time), "{:?}", time),
            Ok(When::Ask(question)) => prop_assert!(question.choices.iter().all(far_enough)),
            Ok(When::Now) => prop_assert!(false),
            Err(error) => prop_assert!(matches!(error, WhenError::TooSoon(_)), "{}", error),
        }
    }

    #[test]
    fn any_text_is_a_time_or_a_sentence(text in "\\PC{0,30}") {
        if let Ok(When::At(time)) = read(&text) {
            prop_assert!(time.at > now().timestamp());
        }
    }
}
