//! No more different people within 24 hours than the profile allows.

use super::{Bench, accepted, fast, judgement, plan};
use crate::contract::DayLimits;
use crate::domain::{BatchState, Verdict};
use crate::outbox::transport::{Call, SendFuture, Transport};
use std::sync::Arc;
use std::time::Duration;

struct Limited(u64);

impl Transport for Limited {
    fn send<'a>(&'a self, _call: Call<'a>) -> SendFuture<'a> {
        unreachable!("the test answers")
    }

    fn day_limits(&self) -> DayLimits {
        DayLimits {
            people: Some(self.0),
            ..DayLimits::default()
        }
    }
}

fn bench(limit: u64) -> Bench {
    let mut bench = Bench::new();
    bench.provider.transport = Arc::new(Limited(limit));
    bench
}

/// Answers until nothing more starts; says how many calls there were.
fn drain(bench: &mut Bench) -> usize {
    let mut calls = bench.turn(Vec::new());
    while !bench.on_the_way.is_empty() {
        bench.pass(Duration::from_millis(100));
        calls += bench.answer(&accepted());
    }
    calls
}

#[test]
fn a_list_stops_before_the_first_who_would_be_too_many() {
    let mut bench = bench(7);
    let id = bench.queue(&plan(10, fast(4)), 0);
    assert_eq!(drain(&mut bench), 7);
    let batch = bench.batch(id);
    assert_eq!((batch.state, batch.counts.queued), (BatchState::Paused, 3));
    let reason = batch.reason.unwrap();
    assert_eq!(reason.rule, "people_limit");
    assert!(
        reason
            .text
            .starts_with("7 people were written to within 24 hours"),
        "{}",
        reason.text
    );
    // Resumed at once it stops at once; after a day there is room.
    bench.outbox.resume(id, 3).unwrap();
    assert_eq!(drain(&mut bench), 0);
    assert_eq!(bench.rule(id).as_deref(), Some("people_limit"));
    bench.pass(Duration::from_secs(23 * 3600 + 3500));
    bench.outbox.resume(id, 3).unwrap();
    bench.pass(Duration::from_secs(200));
    assert_eq!(drain(&mut bench), 3);
}

#[test]
fn whoever_was_written_to_already_costs_nothing_and_a_refusal_gives_back() {
    let mut bench = bench(3);
    let first = bench.queue(&plan(3, fast(1)), 0);
    bench.turn(Vec::new());
    bench.answer(&judgement(Verdict::Rejected, Some(400)));
    while bench.batch(first).state == BatchState::Running {
        bench.pass(Duration::from_millis(100));
        bench.answer(&accepted());
    }
    assert_eq!(bench.batch(first).counts.accepted, 2);

    // Two of these three are known, and the refused one left a place.
    let mut again = plan(3, fast(1));
    again.once.override_reason = Some("they asked for it".to_owned());
    bench.pass(Duration::from_secs(60));
    let second = bench.queue(&again, 0);
    assert_eq!(drain(&mut bench), 3);
    assert_eq!(bench.batch(second).state, BatchState::Done);
}
