//! Whoever waits does so for as long as was asked, whatever somebody does to the clock.

use super::{Bench, accepted, fast, judgement, plan};
use crate::domain::{BatchState, Judgement, Verdict};
use crate::outbox::sender::Sender;
use crate::store::outbox::ItemFilter;
use jiff::SignedDuration;
use std::time::Duration;

/// Not processed, to be tried again after so long; it slows nothing else down.
fn later(seconds: u64) -> Judgement {
    let after = Some(Duration::from_secs(seconds));
    judgement(Verdict::Retry { after }, Some(425))
}

#[test]
fn a_clock_that_is_set_back_makes_nobody_wait_longer() {
    let mut bench = Bench::new();
    let id = bench.queue(&plan(1, fast(1)), 0);
    bench.turn(Vec::new());
    bench.answer(&later(42));
    bench.set_clock(SignedDuration::from_hours(-3));
    let waited = bench.until_sending(Duration::from_secs(60)).unwrap();
    assert!((42..=44).contains(&waited.as_secs()), "{waited:?}");
    bench.answer(&accepted());
    assert_eq!(bench.batch(id).state, BatchState::Done);
}

#[test]
fn a_clock_that_is_set_ahead_calls_nobody_early() {
    let mut bench = Bench::new();
    bench.queue(&plan(2, fast(1)), 0);
    bench.turn(Vec::new());
    bench.answer(&later(42));
    bench.set_clock(SignedDuration::from_hours(3));
    // The other one goes; the first one waits.
    bench.pass(Duration::from_secs(10));
    bench.turn(Vec::new());
    let numbers: Vec<u32> = bench
        .on_the_way
        .iter()
        .map(|send| send.marked.number)
        .collect();
    assert_eq!(numbers, [1]);
    bench.answer(&accepted());
    let waited = bench.until_sending(Duration::from_secs(60)).unwrap();
    assert!(waited.as_secs() >= 31, "{waited:?}");
    assert_eq!(bench.on_the_way[0].marked.number, 2);
}

#[test]
fn a_clock_that_was_set_back_while_nobody_sent_makes_nobody_wait_longer() {
    let mut bench = Bench::new();
    let id = bench.queue(&plan(1, fast(1)), 0);
    bench.turn(Vec::new());
    bench.answer(&later(600));
    let item = |bench: &Bench| {
        let mut items = bench.outbox.items(id, ItemFilter::All, 1, 0).unwrap();
        items.remove(0)
    };
    let before = item(&bench).retry_at.unwrap();
    bench.set_clock(SignedDuration::from_hours(-3));
    bench.pass(Duration::from_secs(5));
    let now = crate::outbox::clock::Clock::now(&*bench.clock).wall;
    drop(Sender::take(&bench.outbox).unwrap());
    let after = item(&bench).retry_at.unwrap();
    assert!(after < before);
    let left = after.duration_since(now).as_secs();
    assert!((599..=601).contains(&left), "{left}");
}
