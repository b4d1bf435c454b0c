//! The same message to the same person: refused when it is queued, taken back when it is claimed,
//! whatever somebody does to the clock.

use super::{Bench, accepted, fast, judgement, plan};
use crate::domain::{BatchState, ItemState, Plan, PlannedCall, SendKind, Verdict};
use crate::outbox::OutboxError;
use crate::outbox::clock::Clock;
use crate::outbox::queue::Confirmation;
use crate::store::outbox::ItemFilter;
use jiff::SignedDuration;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const NEARLY_A_DAY: Duration = Duration::from_secs(24 * 60 * 60 - 60);

fn overriding(plan: &Plan) -> Plan {
    let mut again = plan.clone();
    again.once.override_reason = Some("they asked for it".to_owned());
    again
}

/// The plan's people in one call.
fn in_one_call(mut plan: Plan) -> Plan {
    let recipients = plan.calls.iter().flat_map(|call| call.recipients.clone());
    let call = PlannedCall {
        recipients: recipients.collect(),
        request: plan.calls[0].request.clone(),
    };
    plan.calls = vec![call];
    plan.kind = SendKind::Broadcast;
    plan.sha256 = Plan::digest(&plan.target, plan.schedule, &plan.calls);
    plan
}

impl Bench {
    fn try_queue(&self, plan: &Plan) -> Result<crate::domain::Batch, OutboxError> {
        let confirmation = Confirmation {
            typed: plan.recipients().to_string(),
            grace: Duration::ZERO,
        };
        self.outbox.queue(plan, &confirmation)
    }

    /// Sends everything of a batch with this answer.
    fn send_all(&mut self, answer: &crate::domain::Judgement) {
        loop {
            self.turn(Vec::new());
            let now = self.clock.now().steady;
            if !self.on_the_way.is_empty() {
                self.pass(Duration::from_secs(7));
                self.answer(answer);
            } else if self.engine.wake.is_none_or(|at| at > now) {
                return;
            }
        }
    }
}

#[test]
fn what_is_queued_sent_or_unknown_is_not_queued_again_and_what_was_refused_is() {
    let unknown = judgement(Verdict::Unknown, None);
    let rejected = judgement(Verdict::Rejected, Some(400));
    for (answer, free) in [
        (None, false),
        (Some(accepted()), false),
        (Some(unknown), false),
        (Some(rejected), true),
    ] {
        let mut bench = Bench::new();
        let plan = plan(2, fast(2));
        let first = bench.try_queue(&plan).unwrap().id;
        if let Some(answer) = &answer {
            bench.send_all(answer);
        }
        match bench.try_queue(&plan) {
            Ok(_) => assert!(free, "{answer:?}"),
            Err(OutboxError::Twins { people, of, batch }) => {
                assert!(!free, "{answer:?}");
                assert_eq!((people, of, batch), (2, 2, first));
            }
            Err(other) => panic!("{other}"),
        }
        bench.try_queue(&overriding(&plan)).unwrap();
    }
}

#[test]
fn a_cancelled_batch_frees_its_people_and_an_accepted_one_does_after_its_window() {
    let mut bench = Bench::new();
    let plan = plan(2, fast(2));
    let id = bench.try_queue(&plan).unwrap().id;
    bench.outbox.cancel(id).unwrap();
    bench.try_queue(&plan).unwrap();
    bench.send_all(&accepted());
    bench.pass(NEARLY_A_DAY);
    assert!(bench.try_queue(&plan).is_err());
    bench.pass(Duration::from_secs(120));
    bench.try_queue(&plan).unwrap();
}

#[test]
fn an_unknown_result_stands_in_the_way_at_any_age() {
    let mut bench = Bench::new();
    let plan = plan(2, fast(2));
    bench.try_queue(&plan).unwrap();
    bench.send_all(&judgement(Verdict::Unknown, None));
    bench.pass(DAY * 40);
    assert!(matches!(
        bench.try_queue(&plan),
        Err(OutboxError::Twins { people: 2, .. })
    ));
}

#[test]
fn a_clock_that_is_set_never_opens_the_window() {
    let day = SignedDuration::from_hours(25);
    let hour = Duration::from_secs(3600);
    // Set ahead after the message, set back and right again, wrong while it was sent.
    for (before, after) in [
        (SignedDuration::ZERO, vec![day]),
        (SignedDuration::ZERO, vec![-day]),
        (SignedDuration::ZERO, vec![day, -day]),
        (-day, vec![day]),
        (day, vec![-day]),
    ] {
        let mut bench = Bench::new();
        // The record has seen the right time before the clock was wrong.
        bench.try_queue(&plan(1, fast(1))).unwrap();
        bench.send_all(&accepted());
        let plan = plan(2, fast(2));
        bench.set_clock(before);
        bench.try_queue(&plan).unwrap();
        bench.send_all(&accepted());
        for step in &after {
            bench.set_clock(*step);
            bench.pass(hour);
            let again = bench.try_queue(&plan);
            assert!(
                matches!(again, Err(OutboxError::Twins { people: 2, .. })),
                "{before} {after:?}: {again:?}"
            );
        }
    }
}

#[test]
fn the_window_ends_by_time_that_passed_in_sleep_too() {
    let bench = Bench::new();
    let opened = bench.clock.now().wall;
    bench.pass(DAY);
    assert_eq!(
        bench.outbox.unset_time(bench.clock.now()),
        opened + SignedDuration::from_hours(24)
    );
    bench.set_clock(SignedDuration::from_hours(2));
    let limited = bench.outbox.unset_time(bench.clock.now());
    assert_eq!(
        limited,
        opened + SignedDuration::from_hours(24) + SignedDuration::from_mins(1)
    );
}

#[test]
fn whoever_got_it_meanwhile_is_taken_back_at_the_claim() {
    let mut bench = Bench::new();
    let first = plan(3, fast(3));
    let waits = bench.queue(&first, 0);
    bench.outbox.pause(waits).unwrap();
    // Two of the three get it by another batch, for a reason somebody typed.
    let mut other = overriding(&first);
    other.calls.truncate(2);
    other.once.intents.truncate(2);
    other.sha256 = Plan::digest(&other.target, other.schedule, &other.calls);
    bench.queue(&other, 0);
    bench.send_all(&accepted());
    bench.outbox.resume(waits, 3).unwrap();
    bench.send_all(&accepted());

    let batch = bench.batch(waits);
    assert_eq!((batch.counts.cancelled, batch.counts.accepted), (2, 1));
    assert_eq!(batch.state, BatchState::DoneWithProblems);
    let items = bench.outbox.items(waits, ItemFilter::All, 10, 0).unwrap();
    for item in &items[..2] {
        assert_eq!(item.state, ItemState::Cancelled);
        assert_eq!(item.rule.as_deref(), Some("duplicate"));
        assert_eq!(item.attempts, 0, "nothing of it was marked");
    }
    bench.balanced();
}

#[test]
fn a_batch_of_nobody_but_twins_ends_by_itself() {
    let mut bench = Bench::new();
    let first = plan(40, fast(4));
    let waits = bench.queue(&first, 0);
    bench.outbox.pause(waits).unwrap();
    bench.queue(&overriding(&first), 0);
    bench.send_all(&accepted());
    bench.outbox.resume(waits, 40).unwrap();
    bench.send_all(&accepted());
    let batch = bench.batch(waits);
    assert_eq!((batch.counts.cancelled, batch.counts.queued), (40, 0));
    assert_eq!(batch.state, BatchState::DoneWithProblems);
}

#[test]
fn what_only_waits_elsewhere_is_no_reason_to_take_back() {
    let mut bench = Bench::new();
    let first = plan(2, fast(2));
    let mine = bench.queue(&first, 0);
    let other = bench.queue(&overriding(&first), 0);
    bench.outbox.pause(other).unwrap();
    bench.send_all(&accepted());
    assert_eq!(bench.batch(mine).counts.accepted, 2);
}

#[test]
fn a_call_to_many_is_held_when_one_of_them_got_it_meanwhile() {
    let mut bench = Bench::new();
    let single = plan(3, fast(1));
    let many = in_one_call(single.clone());
    let waits = bench.queue(&many, 0);
    bench.outbox.pause(waits).unwrap();
    let mut other = overriding(&single);
    other.calls.truncate(1);
    other.once.intents.truncate(1);
    other.sha256 = Plan::digest(&other.target, other.schedule, &other.calls);
    bench.queue(&other, 0);
    bench.send_all(&accepted());
    bench.outbox.resume(waits, 3).unwrap();
    bench.send_all(&accepted());
    let batch = bench.batch(waits);
    assert_eq!((batch.state, batch.counts.queued), (BatchState::Held, 3));
    let reason = batch.reason.unwrap();
    assert_eq!(reason.rule, "duplicate");
    assert!(
        reason
            .text
            .starts_with("1 person of its next call got the same")
    );
    bench.balanced();
}

#[test]
fn a_stopped_batch_is_reviewed_again_after_a_day() {
    let mut bench = Bench::new();
    let id = bench.queue(&plan(3, fast(1)), 0);
    assert_eq!(bench.turn(Vec::new()), 1);
    bench.outbox.pause(id).unwrap();
    bench.answer(&accepted());
    bench.pass(NEARLY_A_DAY);
    bench.outbox.resume(id, 2).unwrap();
    bench.outbox.pause(id).unwrap();
    // A resume is a confirmation: the day begins anew.
    bench.pass(NEARLY_A_DAY);
    bench.outbox.resume(id, 2).unwrap();
    bench.outbox.pause(id).unwrap();
    bench.pass(DAY + Duration::from_secs(60));
    let error = bench.outbox.resume(id, 2).unwrap_err();
    assert!(matches!(
        error,
        OutboxError::TooOld {
            hours: 24,
            left: 2,
            ..
        }
    ));
    assert!(error.to_string().contains("its text is reviewed again"));
    assert_eq!(bench.batch(id).state, BatchState::Paused);
    // Nor does a clock that was set back make it young again.
    bench.queue(&plan(1, fast(1)), 0);
    bench.set_clock(-SignedDuration::from_hours(20));
    assert!(bench.outbox.resume(id, 2).is_err());
    bench.outbox.cancel(id).unwrap();
}

#[test]
fn the_first_of_two_plans_wins_whoever_is_first() {
    let bench = Bench::new();
    let plan = plan(50, fast(1));
    let start = std::sync::Barrier::new(2);
    let folder = bench.outbox.data_dir().to_owned();
    let queued: Vec<bool> = std::thread::scope(|scope| {
        let both = [(); 2].map(|()| {
            scope.spawn(|| {
                let clock = bench.clock.clone();
                let outbox = crate::outbox::Outbox::open(&folder, clock).unwrap();
                start.wait();
                let confirmation = Confirmation {
                    typed: "50".to_owned(),
                    grace: Duration::ZERO,
                };
                match outbox.queue(&plan, &confirmation) {
                    Ok(_) => true,
                    Err(OutboxError::Twins { people: 50, .. }) => false,
                    Err(other) => panic!("{other}"),
                }
            })
        });
        both.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(queued.iter().filter(|queued| **queued).count(), 1);
    assert_eq!(bench.outbox.list().unwrap().len(), 1);
}

#[test]
fn a_plan_that_does_not_say_what_people_get_is_not_queued() {
    let bench = Bench::new();
    let mut silent = plan(3, fast(1));
    silent.once.intents.pop();
    let error = bench.try_queue(&silent).unwrap_err();
    assert!(matches!(error, OutboxError::Plan(_)), "{error}");
}

#[test]
fn a_call_to_several_of_whom_one_opted_out_is_held_for_a_new_plan() {
    let mut bench = Bench::new();
    let plan = in_one_call(plan(3, fast(1)));
    let id = bench.try_queue(&plan).unwrap().id;
    let one = [plan.calls[0].recipients[1].text().to_owned()];
    let why = (crate::domain::OptOutSource::Manual, "asked");
    bench.outbox.suppress(&plan.target, &one, why).unwrap();
    bench.send_all(&accepted());
    let batch = bench.outbox.show(id).unwrap();
    let reason = batch.reason.unwrap();
    assert_eq!((batch.state, batch.counts.queued), (BatchState::Held, 3));
    assert_eq!(reason.rule, "opted_out");
    assert!(
        reason
            .text
            .starts_with("1 person opted out since it was confirmed"),
        "{}",
        reason.text
    );
    // A person who goes on all the same does not get past it.
    bench.outbox.resume(id, 3).unwrap();
    bench.send_all(&accepted());
    let batch = bench.outbox.show(id).unwrap();
    assert_eq!((batch.state, batch.counts.queued), (BatchState::Held, 3));
    // Off the list again, it goes.
    bench.outbox.unsuppress(&plan.target, &one).unwrap();
    bench.outbox.resume(id, 3).unwrap();
    bench.send_all(&accepted());
    assert_eq!(bench.outbox.show(id).unwrap().counts.accepted, 3);
}
