//! Batches that wait for their time: neither early nor twice nor late, whatever the clock does.

use super::{Bench, accepted, fast, no_connection, plan};
use crate::domain::schedule::PlannedTime;
use crate::domain::{BatchId, BatchState, Plan, Reason, Schedule};
use crate::outbox::Sender;
use crate::outbox::clock::Clock;
use crate::outbox::engine::Scope;
use crate::outbox::skew::Skew;
use crate::outbox::transport::{Call, OneBot, SendFuture, Transport};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

pub(super) fn kept(people: u32, schedule: Schedule) -> Plan {
    let mut plan = plan(people, fast(1));
    plan.schedule = schedule;
    plan.sha256 = Plan::digest(&plan.target, schedule, &plan.calls);
    plan
}

impl Bench {
    pub(super) fn after(&self, minutes: i64) -> Timestamp {
        self.clock.now().wall + SignedDuration::from_mins(minutes)
    }

    fn start_in(&self, people: u32, minutes: i64) -> BatchId {
        self.queue(&kept(people, Schedule::StartAt(self.after(minutes))), 0)
    }

    pub(super) fn held_for(&self, id: BatchId) -> Option<String> {
        (self.batch(id).state == BatchState::Held)
            .then(|| self.rule(id))
            .flatten()
    }
}

/// Says by how much the clock is ahead of the server's.
pub(super) struct Knows(pub(super) SignedDuration, pub(super) Duration);

impl Transport for Knows {
    fn send<'a>(&'a self, _call: Call<'a>) -> SendFuture<'a> {
        unreachable!("the test answers")
    }

    fn skew(&self) -> Option<Skew> {
        Some(Skew {
            ahead: self.0,
            age: self.1,
        })
    }
}

#[test]
fn it_starts_at_its_time_and_not_before() {
    let mut bench = Bench::new();
    let id = bench.start_in(2, 30);
    assert_eq!(bench.batch(id).state, BatchState::Scheduled);
    assert_eq!(bench.batch(id).scheduled, Some(bench.after(30)));
    let waited = bench.until_sending(60 * MINUTE).unwrap();
    assert_eq!(waited, 30 * MINUTE);
    // One after the other, long after its time as well.
    bench.pass(10 * MINUTE);
    assert_eq!(bench.answer(&accepted()), 1);
    bench.answer(&accepted());
    assert_eq!(bench.batch(id).state, BatchState::Done);
}

#[test]
fn after_its_grace_it_waits_for_its_time() {
    let mut bench = Bench::new();
    let id = bench.queue(&kept(1, Schedule::StartAt(bench.after(5))), 10);
    assert_eq!(bench.batch(id).state, BatchState::Armed);
    bench.pass(Duration::from_secs(11));
    assert_eq!(bench.turn(Vec::new()), 0);
    assert_eq!(bench.batch(id).state, BatchState::Scheduled);
    assert!(bench.until_sending(10 * MINUTE).is_some());
    assert!(bench.clock.now().wall >= bench.batch(id).scheduled.unwrap());
}

#[test]
fn more_than_two_minutes_late_is_held_and_never_sent() {
    let mut bench = Bench::new();
    let (just, late) = (bench.start_in(1, 5), bench.start_in(1, 4));
    bench.pass(6 * MINUTE + Duration::from_secs(59));
    assert_eq!(bench.turn(Vec::new()), 1);
    assert_eq!(bench.batch(just).state, BatchState::Running);
    assert_eq!(bench.held_for(late).as_deref(), Some(Reason::MISSED));
    // A person wants it all the same.
    bench.outbox.resume(late, 1).unwrap();
    bench.pass(Duration::from_secs(6));
    assert_eq!(bench.answer(&accepted()), 1);
}

#[test]
fn it_is_late_too_when_something_else_kept_it_from_its_first_call() {
    let mut bench = Bench::new();
    let first = bench.start_in(2, 1);
    bench.pass(MINUTE);
    assert_eq!(bench.turn(Vec::new()), 1);
    let second = bench.start_in(2, 1);
    bench.pass(MINUTE);
    // The bot serves one list after the other.
    assert_eq!(bench.turn(Vec::new()), 0);
    assert_eq!(bench.batch(second).state, BatchState::Ready);
    bench.pass(3 * MINUTE);
    bench.answer(&accepted());
    bench.answer(&accepted());
    assert_eq!(bench.batch(first).state, BatchState::Done);
    bench.turn(Vec::new());
    assert_eq!(bench.held_for(second).as_deref(), Some(Reason::MISSED));
}

#[test]
fn the_mark_itself_refuses_what_is_early_or_late() {
    let bench = Bench::new();
    let id = bench.start_in(1, 5);
    let store = bench.outbox.store();
    let candidates = store.candidates(id, bench.after(0), 9).unwrap();
    store.let_go(id, bench.after(4)).unwrap();
    assert_eq!(bench.batch(id).state, BatchState::Scheduled);
    store.let_go(id, bench.after(5)).unwrap();
    assert_eq!(bench.batch(id).state, BatchState::Ready);
    // Somebody set the clock back, or slept: in the very transaction it is looked at again.
    assert!(
        store
            .mark(id, &candidates, bench.after(4))
            .unwrap()
            .is_empty()
    );
    assert!(
        store
            .mark(id, &candidates, bench.after(8))
            .unwrap()
            .is_empty()
    );
    assert_eq!(bench.batch(id).state, BatchState::Ready);
    assert_eq!(
        store.mark(id, &candidates, bench.after(6)).unwrap().len(),
        1
    );
}

#[test]
fn a_broadcast_is_handed_over_shortly_before_its_time() {
    let mut bench = Bench::new();
    let schedule = Schedule::publish_late(
        bench.after(60),
        SignedDuration::from_mins(15),
        bench.after(0),
    );
    let id = bench.queue(&kept(1, schedule), 0);
    assert_eq!(bench.batch(id).scheduled, Some(bench.after(60)));
    assert_eq!(bench.until_sending(70 * MINUTE), Some(45 * MINUTE));
    // It waits for the network; nothing is tried any more once its time has come.
    bench.answer(&no_connection());
    bench.pass(16 * MINUTE);
    bench.turn(Vec::new());
    assert_eq!(bench.turn(Vec::new()), 0);
    assert_eq!(bench.batch(id).state, BatchState::Held);
}

#[test]
fn a_late_hand_over_may_be_late_until_two_minutes_before() {
    let mut bench = Bench::new();
    let late = |minutes, bench: &Bench| Schedule::PublishLate {
        publish: bench.after(minutes + 15),
        due: bench.after(minutes),
    };
    let fine = bench.queue(&kept(1, late(5, &bench)), 0);
    bench.pass(17 * MINUTE);
    assert_eq!(bench.turn(Vec::new()), 1);
    assert_eq!(bench.batch(fine).state, BatchState::Running);
    bench.answer(&accepted());
    let missed = bench.queue(&kept(1, late(5, &bench)), 0);
    bench.pass(19 * MINUTE);
    assert_eq!(bench.turn(Vec::new()), 0);
    assert_eq!(bench.held_for(missed).as_deref(), Some(Reason::MISSED));
}

#[test]
fn with_too_little_time_left_it_is_handed_over_at_once() {
    let now: Timestamp = "2026-10-22T13:30:00Z".parse().unwrap();
    let at = |minutes| now + SignedDuration::from_mins(minutes);
    let lead = SignedDuration::from_mins(15);
    let late = Schedule::publish_late(at(17), lead, now);
    assert_eq!(late.due(), Some(at(2)));
    assert_eq!(
        Schedule::publish_late(at(16), lead, now),
        Schedule::PublishAt(at(16))
    );
}

#[test]
fn a_clock_that_is_set_ahead_fires_nothing() {
    let mut bench = Bench::new();
    let id = bench.start_in(1, 60);
    bench.set_clock(SignedDuration::from_mins(61));
    assert_eq!(bench.turn(Vec::new()), 0);
    assert_eq!(bench.held_for(id).as_deref(), Some(Reason::CLOCK));

    // The server says that the clock was wrong before and is right now.
    bench.provider = OneBot {
        target: super::target(),
        transport: Arc::new(Knows(SignedDuration::from_secs(3), MINUTE)),
    };
    let right = bench.start_in(1, 5);
    assert_eq!(bench.until_sending(6 * MINUTE), Some(5 * MINUTE));
    assert_eq!(bench.batch(right).state, BatchState::Running);
}

#[test]
fn a_clock_that_the_server_contradicts_fires_nothing() {
    for (ahead, age, held) in [
        (SignedDuration::from_secs(121), MINUTE, true),
        (SignedDuration::from_secs(-121), MINUTE, true),
        (SignedDuration::from_secs(60), MINUTE, false),
        // An answer of an hour ago says nothing about now; the steady clock does.
        (SignedDuration::from_mins(9), 60 * MINUTE, false),
    ] {
        let mut bench = Bench::new();
        bench.provider = OneBot {
            target: super::target(),
            transport: Arc::new(Knows(ahead, age)),
        };
        let id = bench.start_in(1, 5);
        bench.pass(5 * MINUTE);
        assert_eq!(
            bench.turn(Vec::new()),
            usize::from(!held),
            "{ahead} {age:?}"
        );
        assert_eq!(bench.held_for(id).is_some(), held);
    }
}

#[test]
fn a_clock_that_is_set_back_starts_nothing_again() {
    let mut bench = Bench::new();
    let id = bench.start_in(2, 5);
    bench.pass(5 * MINUTE);
    assert_eq!(bench.turn(Vec::new()), 1);
    bench.answer(&accepted());
    bench.set_clock(SignedDuration::from_mins(-30));
    bench.turn(Vec::new());
    bench.pass(40 * MINUTE);
    bench.answer(&accepted());
    while bench.turn(Vec::new()) > 0 {
        bench.answer(&accepted());
    }
    let counts = bench.batch(id).counts;
    assert_eq!(counts.accepted + counts.queued, 2);
    assert_eq!(
        bench
            .engine
            .store
            .attempts(crate::domain::ItemId(1))
            .unwrap()
            .len(),
        1
    );
}

/// The engine's turns in a minute in which nothing is answered.
fn turns_in_a_minute(bench: &mut Bench) -> u32 {
    let end = bench.clock.now().steady + MINUTE;
    let mut turns = 0;
    while turns < 100 {
        bench.turn(Vec::new());
        turns += 1;
        let now = bench.clock.now().steady;
        let Some(wake) = bench.engine.wake.filter(|wake| *wake < end) else {
            break;
        };
        bench.pass(wake.saturating_sub(now));
    }
    bench.pass(end.saturating_sub(bench.clock.now().steady));
    turns
}

#[test]
fn what_has_begun_goes_on_when_the_clock_is_set_back_behind_its_start() {
    let mut bench = Bench::new();
    let id = bench.start_in(2, 5);
    bench.pass(5 * MINUTE);
    assert_eq!(bench.turn(Vec::new()), 1);
    bench.set_clock(SignedDuration::from_mins(-30));
    assert_eq!(bench.answer(&accepted()), 1);
    assert!(turns_in_a_minute(&mut bench) < 10);
    bench.answer(&accepted());
    assert_eq!(bench.batch(id).counts.accepted, 2);
}

#[test]
fn what_was_let_go_but_not_begun_waits_for_its_time_again_without_spinning() {
    let mut bench = Bench::new();
    let (first, second) = (bench.start_in(1, 5), bench.start_in(1, 5));
    bench.pass(5 * MINUTE);
    assert_eq!(bench.turn(Vec::new()), 1);
    assert_eq!(bench.batch(second).state, BatchState::Ready);
    bench.set_clock(SignedDuration::from_mins(-5));
    assert_eq!(bench.answer(&accepted()), 0);
    assert!(turns_in_a_minute(&mut bench) < 10);
    assert_eq!(bench.batch(first).state, BatchState::Done);
    assert_eq!(bench.batch(second).state, BatchState::Ready);
    assert!(bench.until_sending(10 * MINUTE).is_some());
    assert!(bench.clock.now().wall >= bench.batch(second).scheduled.unwrap());
    bench.answer(&accepted());
    assert_eq!(bench.batch(second).counts.accepted, 1);
}

#[test]
fn rules_of_a_zone_that_changed_hold_it() {
    let mut bench = Bench::new();
    let mut plan = kept(1, Schedule::StartAt(bench.after(5)));
    let mut meant = PlannedTime::of(bench.after(5), &TimeZone::get("Europe/London").unwrap());
    meant.wall += jiff::Span::new().hours(1);
    plan.waiting.meant = Some(meant);
    let id = bench.queue(&plan, 0);
    bench.pass(5 * MINUTE);
    assert_eq!(bench.turn(Vec::new()), 0);
    assert_eq!(bench.held_for(id).as_deref(), Some("zone_changed"));
}

#[test]
fn what_waits_can_be_taken_back_and_what_was_held_waits_again() {
    let mut bench = Bench::new();
    let (taken, paused) = (bench.start_in(1, 30), bench.start_in(1, 30));
    bench.outbox.cancel(taken).unwrap();
    bench.outbox.pause(paused).unwrap();
    assert_eq!(bench.turn(Vec::new()), 0);
    bench.outbox.resume(paused, 1).unwrap();
    assert_eq!(bench.batch(paused).state, BatchState::Scheduled);
    assert_eq!(bench.until_sending(40 * MINUTE), Some(30 * MINUTE));
    assert_eq!(bench.batch(taken).state, BatchState::Cancelled);
}

#[test]
fn a_run_that_does_not_stay_ends_and_one_for_a_batch_waits() {
    let mut bench = Bench::new();
    let id = bench.start_in(1, 30);
    bench.turn(Vec::new());
    assert!(bench.engine.idle);
    bench.engine.scope = Scope::Only(id);
    bench.turn(Vec::new());
    assert!(!bench.engine.idle);
}

#[test]
fn a_time_that_passed_while_it_was_read_is_not_queued() {
    let bench = Bench::new();
    let plan = kept(1, Schedule::StartAt(bench.after(0)));
    let confirmation = crate::outbox::Confirmation {
        typed: "1".to_owned(),
        grace: Duration::ZERO,
    };
    assert!(bench.outbox.queue(&plan, &confirmation).is_err());
}

#[test]
fn what_was_due_while_nobody_was_there_is_held_at_the_next_start() {
    let bench = Bench::new();
    let (missed, later) = (bench.start_in(1, 5), bench.start_in(1, 90));
    bench.pass(30 * MINUTE);
    let sender = Sender::take(&bench.outbox).unwrap();
    assert_eq!(sender.recovered().len(), 1, "{:?}", sender.recovered());
    assert!(sender.recovered()[0].contains("no sender started it in time"));
    assert_eq!(bench.held_for(missed).as_deref(), Some(Reason::MISSED));
    assert_eq!(bench.batch(later).state, BatchState::Scheduled);
}

#[test]
fn only_a_sender_that_says_so_stays() {
    let bench = Bench::new();
    assert!(!bench.outbox.somebody_stays().unwrap());
    let sender = Sender::take(&bench.outbox).unwrap();
    assert!(!bench.outbox.somebody_stays().unwrap());
    sender.stays().unwrap();
    assert!(bench.outbox.somebody_stays().unwrap());
    drop(sender);
    assert!(!bench.outbox.somebody_stays().unwrap());
    let next = Sender::take(&bench.outbox).unwrap();
    assert!(!bench.outbox.somebody_stays().unwrap());
    drop(next);
}
