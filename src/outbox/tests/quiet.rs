//! Night where people live: said in a plan, held when its calls are claimed.

use super::{Bench, accepted, fast, plan};
use crate::domain::{BatchState, Plan, QuietHours, QuietPolicy, Reason, Schedule};
use crate::outbox::clock::Clock;
use crate::outbox::quiet::note;
use jiff::SignedDuration;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use std::time::Duration;

/// Quiet in London from now for as long.
fn quiet(bench: &Bench, minutes: i64, policy: QuietPolicy) -> QuietHours {
    let london = TimeZone::get("Europe/London").unwrap();
    let wall = |later: i64| -> Time {
        let at = bench.clock.now().wall + SignedDuration::from_mins(later);
        at.to_zoned(london.clone()).time()
    };
    QuietHours {
        start: wall(-10),
        end: wall(minutes),
        policy,
    }
}

fn british(bench: &Bench, policy: QuietPolicy) -> Plan {
    let mut plan = plan(3, fast(1));
    plan.waiting.quiet = Some(quiet(bench, 30, policy));
    plan
}

#[test]
fn a_plan_says_who_sleeps_and_only_when_they_do() {
    let bench = Bench::new();
    let now = bench.clock.now().wall;
    let mut plan = british(&bench, QuietPolicy::Warn);
    let said = note(&plan, now).unwrap();
    assert!(
        said.starts_with("All 3 people are in quiet hours then ("),
        "{said}"
    );
    plan.waiting.quiet = Some(quiet(&bench, 30, QuietPolicy::Hold));
    assert!(note(&plan, now).unwrap().contains("It is held before them"));
    plan.schedule = Schedule::StartAt(now + SignedDuration::from_mins(31));
    assert_eq!(note(&plan, now), None);
    plan.waiting.quiet = None;
    assert_eq!(note(&plan, now), None);
}

#[test]
fn a_warning_holds_nothing() {
    let mut bench = Bench::new();
    bench.queue(&british(&bench, QuietPolicy::Warn), 0);
    assert_eq!(bench.turn(Vec::new()), 1);
}

#[test]
fn it_is_held_at_night_and_goes_on_in_the_morning() {
    let mut bench = Bench::new();
    let id = bench.queue(&british(&bench, QuietPolicy::Hold), 0);
    assert_eq!(bench.turn(Vec::new()), 0);
    assert_eq!(bench.batch(id).state, BatchState::Held);
    let reason = bench.batch(id).reason.unwrap();
    assert_eq!(reason.rule, Reason::QUIET);
    assert!(reason.text.contains("It may go on at "), "{}", reason.text);
    bench.pass(Duration::from_secs(31 * 60));
    bench.outbox.resume(id, 3).unwrap();
    assert_eq!(bench.turn(Vec::new()), 1);
}

#[test]
fn a_run_that_reaches_the_night_is_held_with_the_rest() {
    let mut bench = Bench::new();
    let mut evening = british(&bench, QuietPolicy::Hold);
    let hours = evening.waiting.quiet.unwrap();
    // It becomes quiet in ten minutes.
    let start = hours.start + jiff::Span::new().minutes(20);
    evening.waiting.quiet = Some(QuietHours { start, ..hours });
    let id = bench.queue(&evening, 0);
    assert_eq!(bench.turn(Vec::new()), 1);
    bench.pass(Duration::from_secs(11 * 60));
    bench.answer(&accepted());
    bench.turn(Vec::new());
    assert_eq!(bench.batch(id).state, BatchState::Held);
    assert_eq!(bench.rule(id).as_deref(), Some(Reason::QUIET));
    let counts = bench.batch(id).counts;
    assert_eq!((counts.accepted, counts.queued), (1, 2));

    // Who resumes it at night means it, for this night.
    bench.outbox.resume(id, 2).unwrap();
    assert_eq!(bench.turn(Vec::new()), 1);
    assert_eq!(bench.answer(&accepted()), 1);
}
