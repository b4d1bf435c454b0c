//! No more messages on a day than the profile allows, and what people see of it before.

use super::{Bench, accepted, fast, judgement, plan, target};
use crate::contract::{DayLimits, Filled, Meter};
use crate::domain::{BatchState, Verdict};
use crate::outbox::clock::Clock;
use crate::outbox::transport::{Call, SendFuture, Transport};
use crate::outbox::{meter, note_limits};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::time::Duration;

struct Limited(DayLimits);

impl Transport for Limited {
    fn send<'a>(&'a self, _call: Call<'a>) -> SendFuture<'a> {
        unreachable!("the test answers")
    }

    fn day_limits(&self) -> DayLimits {
        self.0.clone()
    }
}

fn limits(messages: u64) -> DayLimits {
    DayLimits {
        people: None,
        messages: Some(messages),
        zone: "Asia/Kolkata".to_owned(),
    }
}

fn bench(messages: u64) -> Bench {
    let mut bench = Bench::new();
    bench.provider.transport = Arc::new(Limited(limits(messages)));
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

fn now(bench: &Bench) -> Timestamp {
    bench.clock.now().wall
}

#[test]
fn a_list_stops_before_the_message_that_is_too_many_and_goes_on_the_next_day() {
    let mut bench = bench(7);
    // The virtual clock stands at 09:10 UTC, which is 14:40 in Kolkata.
    let id = bench.queue(&plan(10, fast(4)), 0);
    assert_eq!(drain(&mut bench), 7);
    let batch = bench.batch(id);
    assert_eq!((batch.state, batch.counts.queued), (BatchState::Paused, 3));
    let reason = batch.reason.unwrap();
    assert_eq!(reason.rule, "daily_budget");
    assert_eq!(
        reason.text,
        "7 messages count for today, and limits.per_day allows 7: the next one is more. There is \
         room again from Fri 10 Oct 00:00 (Asia/Kolkata)."
    );
    bench.outbox.resume(id, 3).unwrap();
    assert_eq!(drain(&mut bench), 0);
    assert_eq!(bench.rule(id).as_deref(), Some("daily_budget"));
    // Midnight in the profile's zone, not in UTC.
    bench.pass(Duration::from_secs(9 * 3600 + 30 * 60));
    bench.outbox.resume(id, 3).unwrap();
    assert_eq!(drain(&mut bench), 3);
    assert_eq!(bench.batch(id).state, BatchState::Done);
}

#[test]
fn the_same_person_twice_counts_twice_and_a_refusal_gives_back() {
    let mut bench = bench(3);
    let first = bench.queue(&plan(2, fast(1)), 0);
    bench.turn(Vec::new());
    bench.answer(&judgement(Verdict::Rejected, Some(400)));
    bench.pass(Duration::from_millis(100));
    drain(&mut bench);
    assert_eq!(bench.batch(first).counts.accepted, 1);
    bench.pass(Duration::from_secs(60));
    let second = bench.queue(&plan(3, fast(1)), 0);
    assert_eq!(drain(&mut bench), 2);
    assert_eq!(bench.rule(second).as_deref(), Some("daily_budget"));
}

#[test]
fn a_clock_that_is_set_ahead_opens_no_new_day_and_one_that_is_set_back_none_that_ended() {
    let mut bench = bench(2);
    let id = bench.queue(&plan(4, fast(1)), 0);
    assert_eq!(drain(&mut bench), 2);
    for by in [10, -30] {
        bench.set_clock(SignedDuration::from_hours(by));
        bench.outbox.resume(id, 2).unwrap();
        assert_eq!(drain(&mut bench), 0, "{by} h");
    }
}

#[test]
fn another_sender_counts_what_the_record_has() {
    let mut bench = bench(5);
    bench.queue(&plan(3, fast(1)), 0);
    assert_eq!(drain(&mut bench), 3);
    let all = limits(5);
    let used = meter(bench.outbox.store(), &target(), &all, now(&bench)).unwrap();
    assert_eq!(used.messages, Some(Filled { used: 3, limit: 5 }));
    assert_eq!(used.people, None);
    bench.engine.budgets.clear();
    let next = bench.queue(&plan(3, fast(1)), 0);
    bench.pass(Duration::from_secs(60));
    assert_eq!(drain(&mut bench), 2);
    assert_eq!(bench.rule(next).as_deref(), Some("daily_budget"));
    let tomorrow = now(&bench) + SignedDuration::from_hours(10);
    let used = meter(bench.outbox.store(), &target(), &all, tomorrow).unwrap();
    assert_eq!(used.messages, Some(Filled { used: 0, limit: 5 }));
}

#[test]
fn a_plan_says_before_what_it_would_use_up() {
    let mut bench = Bench::new();
    bench.queue(&plan(6, fast(4)), 0);
    drain(&mut bench);
    let mut next = plan(9, fast(4));
    let tier = DayLimits {
        people: Some(10),
        ..limits(10)
    };
    let store = bench.outbox.store();
    note_limits(&mut next, store, &tier, now(&bench));
    // Six of the nine were written to already.
    assert_eq!(
        next.notes,
        [
            "24 h meter would be 6 + 3 = 9 of 10: it pauses by itself at 10.",
            "today's count would be 6 + 9 = 15 of 10: it pauses by itself at 10."
        ]
    );
    let mut small = plan(7, fast(4));
    note_limits(&mut small, store, &DayLimits::default(), now(&bench));
    assert!(small.notes.is_empty());
    let nothing = meter(store, &target(), &DayLimits::default(), now(&bench)).unwrap();
    assert_eq!(nothing, Meter::default());
}
