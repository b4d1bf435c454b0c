//! A past batch opens exactly as confirmed and becomes a draft again.

use super::{Bench, accepted, fast, plan};
use crate::domain::BatchCopy;
use crate::outbox::OutboxError;
use std::time::Duration;

#[test]
fn a_batch_that_ended_is_copied_as_it_was_confirmed_and_a_stopped_one_without_those_who_have_it() {
    let mut bench = Bench::new();
    let confirmed = plan(3, fast(1));
    let id = bench.queue(&confirmed, 0);
    bench.turn(Vec::new());
    bench.answer(&accepted());
    bench.outbox.pause(id).unwrap();
    bench.turn(Vec::new());
    let rest = bench.batch(id).counts.queued;
    assert!((1..3).contains(&rest), "{rest}");
    let copy = bench.outbox.copy_of(id).unwrap();
    assert!(copy.only_not_sent);
    assert_eq!(copy.calls.len() as u64, rest);

    bench.outbox.cancel(id).unwrap();
    bench.turn(Vec::new());
    let copy = bench.outbox.copy_of(id).unwrap();
    let left: Vec<_> = confirmed.calls.iter().skip(3 - copy.calls.len()).collect();
    for ((digits, request), call) in copy.calls.iter().zip(&left) {
        assert_eq!(*request, call.request, "byte for byte");
        assert_eq!(*digits, call.recipients[0].text());
    }
}

#[test]
fn who_is_left_of_an_old_batch_is_pointed_to_a_draft() {
    let bench = Bench::new();
    let id = bench.queue(&plan(3, fast(1)), 0);
    bench.outbox.pause(id).unwrap();
    bench.pass(Duration::from_secs(25 * 3600));
    let error = bench.outbox.resume(id, 3).unwrap_err();
    assert!(matches!(error, OutboxError::TooOld { .. }), "{error}");
    assert!(
        error.advice().contains("makes a draft for the 3"),
        "{}",
        error.advice()
    );
}

#[test]
fn more_people_than_a_person_reads_are_refused_with_the_way_out() {
    let bench = Bench::new();
    let many = u32::try_from(BatchCopy::MOST).unwrap() + 1;
    let id = bench.queue(&plan(many, fast(1)), 0);
    let error = bench.outbox.copy_of(id).unwrap_err();
    assert!(
        error.to_string().contains("301 people are too many"),
        "{error}"
    );
    assert!(
        error.advice().contains("outbox report"),
        "{}",
        error.advice()
    );
}
