//! When a plan starts, which plans never do, and what is told of them.

use super::{Bench, accepted, fast, plan};
use crate::contract::OutboxEvent;
use crate::domain::audit::AuditFilter;
use crate::domain::{Batch, BatchState, FrozenRequest, Plan, RequestBody, RequestHead, Schedule};
use crate::outbox::clock::Clock;
use crate::outbox::queue::Confirmation;
use jiff::SignedDuration;
use std::time::Duration;

#[test]
fn graces_end_in_time_or_are_held_when_missed() {
    let mut bench = Bench::new();
    let soon = bench.queue(&plan(3, fast(1)), 10);
    assert_eq!(bench.batch(soon).state, BatchState::Armed);
    let waited = bench.until_sending(Duration::from_secs(60)).unwrap();
    assert_eq!(waited, Duration::from_secs(10));
    bench.answer(&accepted());

    let missed = bench.queue(&plan(3, fast(1)), 10);
    bench.pass(Duration::from_secs(200));
    bench.turn(Vec::new());
    assert_eq!(bench.batch(missed).state, BatchState::Held);
    assert_eq!(bench.rule(missed).as_deref(), Some("missed"));

    let single = bench.queue(&plan(1, fast(1)), 10);
    bench.outbox.start_now(single).unwrap();
    assert_eq!(bench.batch(single).state, BatchState::Ready);
    assert!(bench.outbox.start_now(soon).is_err());
}

#[test]
fn a_plan_for_another_bot_is_held() {
    let mut bench = Bench::new();
    let mut other = plan(3, fast(1));
    other.target.bot_key = "ffffffffffffffff".to_owned();
    other.sha256 = Plan::digest(&other.target, other.schedule, &other.calls);
    let id = bench.queue(&other, 0);
    assert_eq!(bench.turn(Vec::new()), 0);
    assert_eq!(bench.batch(id).state, BatchState::Held);
    assert_eq!(bench.rule(id).as_deref(), Some("other_bot"));
}

#[test]
fn a_broadcast_whose_publish_time_passed_is_held() {
    let mut bench = Bench::new();
    let now = bench.clock.now().wall;
    let mut late = plan(3, fast(1));
    late.schedule = Schedule::PublishAt(now + SignedDuration::from_secs(30));
    late.sha256 = Plan::digest(&late.target, late.schedule, &late.calls);
    let id = bench.queue(&late, 0);
    assert_eq!(bench.turn(Vec::new()), 1);
    bench.pass(Duration::from_secs(31));
    bench.answer(&accepted());
    assert_eq!(bench.batch(id).state, BatchState::Held);
    assert_eq!(bench.batch(id).counts.accepted, 1);

    late.schedule = Schedule::PublishAt(now);
    late.sha256 = Plan::digest(&late.target, late.schedule, &late.calls);
    let confirmation = Confirmation {
        typed: "3".to_owned(),
        grace: Duration::ZERO,
    };
    assert!(bench.outbox.queue(&late, &confirmation).is_err());
}

#[test]
fn a_batch_is_told_four_times_a_second_at_most_and_at_its_end() {
    let mut bench = Bench::new();
    let id = bench.queue(&plan(60, fast(1)), 0);
    bench.turn(Vec::new());
    bench.events.clear();
    for _ in 0..59 {
        bench.pass(Duration::from_millis(10));
        assert_eq!(bench.answer(&accepted()), 1);
    }
    bench.answer(&accepted());
    let told: Vec<&Batch> = bench
        .events
        .iter()
        .filter_map(|event| match event {
            OutboxEvent::BatchChanged(batch) => Some(batch.as_ref()),
            OutboxEvent::CallFinished(_)
            | OutboxEvent::PersonNeeded(_)
            | OutboxEvent::Sender(_)
            | OutboxEvent::Recovered(_) => None,
        })
        .collect();
    assert!((2..=5).contains(&told.len()), "{}", told.len());
    assert_eq!(told.last().unwrap().state, BatchState::Done);
    assert_eq!(told.last().unwrap().id, id);
}

#[test]
fn the_typed_number_and_the_frozen_bytes_are_checked() {
    let bench = Bench::new();
    let confirm = |typed: &str| Confirmation {
        typed: typed.to_owned(),
        grace: Duration::ZERO,
    };
    let list = plan(3, fast(1));
    for wrong in ["", "2", "4", "03", "all"] {
        assert!(bench.outbox.queue(&list, &confirm(wrong)).is_err());
    }
    let single = plan(1, fast(1));
    assert!(bench.outbox.queue(&single, &confirm("0001")).is_err());
    assert!(bench.outbox.queue(&single, &confirm("0000")).is_ok());

    let mut changed = list.clone();
    changed.calls[1].request.body = RequestBody::Json("{}".to_owned());
    assert!(bench.outbox.queue(&changed, &confirm("3")).is_err());
    let mut moved = list.clone();
    let request = &moved.calls[1].request;
    let head = RequestHead {
        url: "https://api.fern-and-oak.example.net/template".to_owned(),
        ..RequestHead::clone(request)
    };
    let elsewhere = FrozenRequest::of(head, request.body.clone(), request.body_sha256.clone());
    moved.calls[1].request = elsewhere;
    moved.sha256 = Plan::digest(&moved.target, moved.schedule, &moved.calls);
    assert!(bench.outbox.queue(&moved, &confirm("3")).is_err());
    assert_eq!(bench.outbox.list().unwrap().len(), 1);
}

#[test]
fn a_clock_that_is_set_takes_nobodys_grace_and_holds_nothing_up() {
    for by in [-3600, -20, 8, 3600] {
        let mut bench = Bench::new();
        let id = bench.queue(&plan(1, fast(1)), 10);
        assert_eq!(bench.turn(Vec::new()), 0);
        bench.pass(Duration::from_secs(1));
        bench.set_clock(SignedDuration::from_secs(by));
        assert_eq!(bench.turn(Vec::new()), 0, "{by}");
        bench.pass(Duration::from_millis(8_900));
        assert_eq!(bench.turn(Vec::new()), 0, "{by}");
        bench.pass(Duration::from_millis(100));
        assert_eq!(bench.turn(Vec::new()), 1, "{by}");
        // Nobody ended it early, whatever the clock on the wall says.
        let lines = bench.outbox.audit(&AuditFilter::default(), 100).unwrap();
        let mut of_batch = lines.iter().filter(|line| line.batch == Some(id));
        assert!(
            of_batch.all(|line| !line.proof.contains("started_early")),
            "{by}"
        );
    }
}
