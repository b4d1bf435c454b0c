//! Night where people live: said in a plan, held when its calls are claimed.

use super::{Bench, accepted, fast, no_connection, once, plan, target};
use crate::contract::OutboxEvent;
use crate::domain::{BatchState, PhoneNumber, Plan, QuietHours, QuietPolicy, Reason, Schedule};
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
    assert!(note(&plan, now).unwrap().contains("It is held; from "));
    let some = mixed(&bench, &[LONDON, MUMBAI]);
    let said = note(&some, now).unwrap();
    assert!(
        said.starts_with("1 person is in quiet hours then ("),
        "{said}"
    );
    assert!(said.contains("Everybody else gets it, then it is held; from "));
    plan.schedule = Schedule::StartAt(now + SignedDuration::from_mins(31));
    assert_eq!(note(&plan, now), None);
    plan.waiting.quiet = None;
    assert_eq!(note(&plan, now), None);
}

const LONDON: u64 = 447_700_900_000;
const MUMBAI: u64 = 919_876_500_000;

/// One call to each: numbers in London, where it is night, and in Mumbai, where it is not.
fn mixed(bench: &Bench, first_digits: &[u64]) -> Plan {
    let count = u32::try_from(first_digits.len()).unwrap();
    let mut plan = plan(count, fast(4));
    for (at, (call, first)) in plan.calls.iter_mut().zip(first_digits).enumerate() {
        let digits = (first + at as u64).to_string();
        call.recipients = vec![PhoneNumber::from_digits(&digits).unwrap().into()];
    }
    plan.once = once(&target(), &plan.calls);
    plan.sha256 = Plan::digest(&plan.target, plan.schedule, &plan.calls);
    plan.waiting.quiet = Some(quiet(bench, 30, QuietPolicy::Hold));
    plan
}

/// Turns and answers until nothing is on the way; gives who was called, by the first digits.
fn run(bench: &mut Bench) -> Vec<String> {
    let mut called = Vec::new();
    for _ in 0..20 {
        bench.turn(Vec::new());
        let people = bench.on_the_way.iter().map(|send| {
            let digits = send.marked.candidate.recipient.clone().unwrap();
            digits[..2].to_owned()
        });
        called.extend(people);
        bench.answer(&accepted());
        called.extend(bench.on_the_way.iter().map(|send| {
            let digits = send.marked.candidate.recipient.clone().unwrap();
            digits[..2].to_owned()
        }));
        bench.answer(&accepted());
    }
    called
}

#[test]
fn whoever_is_awake_gets_it_and_the_others_are_held() {
    let mut bench = Bench::new();
    let list = [LONDON, MUMBAI, LONDON, LONDON, MUMBAI, MUMBAI, LONDON];
    let id = bench.queue(&mixed(&bench, &list), 0);
    assert_eq!(run(&mut bench), ["91", "91", "91"]);
    let batch = bench.batch(id);
    assert_eq!((batch.counts.accepted, batch.counts.queued), (3, 4));
    assert_eq!(batch.state, BatchState::Held);
    let reason = batch.reason.unwrap();
    assert_eq!(reason.rule, Reason::QUIET);
    let begin = "It is night for the last 4 people of it (";
    assert!(reason.text.starts_with(begin), "{}", reason.text);

    bench.pass(Duration::from_secs(31 * 60));
    bench.outbox.resume(id, 4).unwrap();
    assert_eq!(run(&mut bench), ["44", "44", "44", "44"]);
    assert_eq!(bench.batch(id).state, BatchState::Done);
}

#[test]
fn somebody_awake_is_found_behind_thousands_who_sleep() {
    let mut bench = Bench::new();
    let mut list = vec![LONDON; 2_400];
    list[1_700] = MUMBAI;
    list[2_399] = MUMBAI;
    let id = bench.queue(&mixed(&bench, &list), 0);
    assert_eq!(bench.turn(Vec::new()), 1);
    assert_eq!(bench.answer(&accepted()), 1);
    bench.answer(&accepted());
    bench.turn(Vec::new());
    let batch = bench.batch(id);
    assert_eq!((batch.counts.accepted, batch.counts.queued), (2, 2_398));
    assert_eq!(batch.state, BatchState::Held);
}

#[test]
fn a_call_that_waits_among_sleepers_is_tried_again_before_the_rest_is_held() {
    let mut bench = Bench::new();
    let id = bench.queue(&mixed(&bench, &[LONDON, MUMBAI, LONDON, LONDON]), 0);
    assert_eq!(bench.turn(Vec::new()), 1);
    assert_eq!(bench.answer(&no_connection()), 0);
    assert_eq!(bench.batch(id).state, BatchState::Running);
    assert!(bench.until_sending(Duration::from_secs(5)).is_some());
    bench.answer(&accepted());
    bench.turn(Vec::new());
    let batch = bench.batch(id);
    assert_eq!((batch.counts.accepted, batch.counts.queued), (1, 3));
    assert_eq!(batch.state, BatchState::Held);
}

#[test]
fn whoever_falls_asleep_or_wakes_on_the_way_is_looked_at_anew() {
    let mut bench = Bench::new();
    let mut plan = mixed(&bench, &[LONDON, MUMBAI, MUMBAI, MUMBAI]);
    plan.limits = fast(1);
    let id = bench.queue(&plan, 0);
    assert_eq!(bench.turn(Vec::new()), 1);
    // In London it is day when the next one is chosen, and the first of the list has its turn.
    bench.pass(Duration::from_secs(31 * 60));
    bench.answer(&accepted());
    let next = bench.on_the_way.first().unwrap();
    let person = next.marked.candidate.recipient.clone().unwrap();
    assert!(person.starts_with("44"), "{person}");
    bench.answer(&accepted());
    assert_eq!(bench.batch(id).counts.accepted, 2);
}

#[test]
fn a_warning_holds_nothing_and_is_said_once_in_each_run() {
    let mut bench = Bench::new();
    let id = bench.queue(&british(&bench, QuietPolicy::Warn), 0);
    let told = |bench: &Bench| {
        let rules = bench.events.iter().filter_map(|event| match event {
            OutboxEvent::CallFinished(call) => call.detail.rule.clone(),
            OutboxEvent::BatchChanged(_)
            | OutboxEvent::Sender(_)
            | OutboxEvent::Recovered(_)
            | OutboxEvent::PersonNeeded(_) => None,
        });
        rules.filter(|rule| rule == Reason::QUIET).count()
    };
    assert_eq!(bench.turn(Vec::new()), 1);
    assert_eq!(told(&bench), 1);
    assert_eq!(bench.answer(&accepted()), 1);
    assert_eq!(told(&bench), 1);
    bench.outbox.pause(id).unwrap();
    bench.answer(&accepted());
    bench.outbox.resume(id, 1).unwrap();
    assert_eq!(bench.turn(Vec::new()), 1);
    bench.answer(&accepted());
    assert_eq!(told(&bench), 2);

    // Nobody is told of a night in which nobody sleeps.
    let mut awake = mixed(&bench, &[MUMBAI]);
    awake.waiting.quiet = Some(quiet(&bench, 30, QuietPolicy::Warn));
    bench.queue(&awake, 0);
    assert_eq!(bench.turn(Vec::new()), 1);
    bench.answer(&accepted());
    assert_eq!(told(&bench), 2);
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
