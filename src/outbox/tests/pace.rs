//! How fast, how often, and when it stops by itself.

use super::{Bench, accepted, fast, judgement, no_connection, plan};
use crate::contract::{CallOutcome, OutboxEvent};
use crate::domain::{BatchId, BatchState, Judgement, PauseAdvice, SendLimits, Verdict};
use crate::outbox::clock::Clock;
use std::time::Duration;

#[test]
fn the_first_call_goes_alone_and_the_rest_follow() {
    let mut bench = Bench::new();
    let id = bench.queue(&plan(10, fast(4)), 0);
    assert_eq!(bench.turn(Vec::new()), 1);
    assert_eq!(bench.turn(Vec::new()), 0);
    bench.pass(Duration::from_secs(1));
    assert_eq!(bench.answer(&accepted()), 4);
    for _ in 0..2 {
        bench.pass(Duration::from_secs(1));
        bench.answer(&accepted());
    }
    bench.pass(Duration::from_secs(1));
    bench.answer(&accepted());
    let batch = bench.batch(id);
    assert_eq!(batch.state, BatchState::Done);
    assert_eq!(batch.counts.accepted, 10);
    assert!(bench.engine.idle);
}

#[test]
fn five_failed_connections_in_a_row_pause_and_a_resume_starts_at_zero() {
    let mut bench = Bench::new();
    let id = bench.queue(&plan(10, fast(4)), 0);
    let mut waited = Duration::ZERO;
    assert_eq!(bench.turn(Vec::new()), 1);
    for _ in 0..4 {
        bench.answer(&no_connection());
        waited += bench.until_sending(Duration::from_secs(60)).unwrap();
        assert_eq!(bench.on_the_way.len(), 1);
        assert_eq!(bench.batch(id).state, BatchState::Running);
    }
    bench.answer(&no_connection());
    assert_eq!(bench.batch(id).state, BatchState::Paused);
    assert_eq!(bench.rule(id).as_deref(), Some("no_connection"));
    assert!(waited > Duration::from_secs(1), "{waited:?}");
    assert_eq!(bench.batch(id).counts.queued, 10);

    bench.outbox.resume(id, 10).unwrap();
    bench.until_sending(Duration::from_secs(60)).unwrap();
    bench.answer(&no_connection());
    assert_eq!(bench.batch(id).state, BatchState::Running);
}

#[test]
fn an_answer_between_failed_connections_starts_the_count_again() {
    let mut bench = Bench::new();
    let id = bench.queue(&plan(20, fast(1)), 0);
    for round in 0..12 {
        if bench.on_the_way.is_empty() {
            bench.until_sending(Duration::from_secs(60)).unwrap();
        }
        let answer = if round % 4 == 3 {
            accepted()
        } else {
            no_connection()
        };
        bench.answer(&answer);
    }
    assert_eq!(bench.batch(id).state, BatchState::Running);
    assert_eq!(bench.batch(id).counts.accepted, 3);
}

#[test]
fn a_request_to_wait_is_kept_and_halves_the_rate() {
    let mut bench = Bench::new();
    let limits = SendLimits {
        per_minute: 600,
        ..SendLimits::default()
    };
    let id = bench.queue(&plan(10, limits), 0);
    bench.turn(Vec::new());
    let wait = Verdict::Retry {
        after: Some(Duration::from_secs(42)),
    };
    assert_eq!(bench.answer(&judgement(wait, Some(429))), 0);
    let call = bench.events.iter().rev().find_map(|event| match event {
        OutboxEvent::CallFinished(record) => Some(record),
        OutboxEvent::BatchChanged(_)
        | OutboxEvent::PersonNeeded(_)
        | OutboxEvent::Sender(_)
        | OutboxEvent::Recovered(_) => None,
    });
    let call = call.unwrap();
    assert_eq!(call.outcome, CallOutcome::Waiting);
    assert!(call.result.starts_with("waiting 4"), "{}", call.result);
    assert_eq!(call.label, "#1 …0000");
    let rate = bench.engine.rates.values().next().unwrap();
    assert_eq!(rate.limiter.per_minute(), 75);
    let waited = bench.until_sending(Duration::from_secs(60)).unwrap();
    assert!(waited >= Duration::from_secs(42), "{waited:?}");
    assert_eq!(bench.batch(id).counts.queued, 9);
}

#[test]
fn ten_waits_of_one_call_pause() {
    let mut bench = Bench::new();
    let id = bench.queue(&plan(1, fast(1)), 0);
    for round in 0..10 {
        assert_eq!(bench.batch(id).reason, None, "round {round}");
        bench.until_sending(Duration::from_secs(600)).unwrap();
        let after = Some(Duration::from_secs(7));
        bench.answer(&judgement(Verdict::Retry { after }, Some(429)));
    }
    assert_eq!(bench.rule(id).as_deref(), Some("too_many_waits"));
    assert_eq!(bench.batch(id).counts.queued, 1);
}

#[test]
fn a_quarter_of_an_hour_of_waiting_pauses() {
    let mut bench = Bench::new();
    let id = bench.queue(&plan(1, fast(1)), 0);
    for _ in 0..2 {
        bench.until_sending(Duration::from_secs(2000)).unwrap();
        let after = Some(Duration::from_secs(1000));
        bench.answer(&judgement(Verdict::Retry { after }, Some(429)));
    }
    assert_eq!(bench.rule(id).as_deref(), Some("too_many_waits"));
}

#[test]
fn the_same_rejection_five_times_and_three_unknowns_pause() {
    let mut bench = Bench::new();
    let id = bench.queue(&plan(20, fast(1)), 0);
    bench.turn(Vec::new());
    for _ in 0..4 {
        bench.pass(Duration::from_millis(100));
        bench.answer(&judgement(Verdict::Rejected, Some(400)));
    }
    bench.answer(&judgement(Verdict::Rejected, Some(404)));
    assert_eq!(bench.batch(id).state, BatchState::Running);
    for _ in 0..4 {
        bench.pass(Duration::from_millis(100));
        bench.answer(&judgement(Verdict::Rejected, Some(404)));
    }
    assert_eq!(bench.rule(id).as_deref(), Some("same_rejection"));
    assert_eq!(bench.batch(id).counts.rejected, 9);

    bench.outbox.resume(id, 11).unwrap();
    bench.pass(Duration::from_secs(1));
    bench.turn(Vec::new());
    for _ in 0..3 {
        assert_eq!(bench.batch(id).state, BatchState::Running);
        bench.answer(&judgement(Verdict::Unknown, None));
    }
    assert_eq!(bench.rule(id).as_deref(), Some("unknown_in_a_row"));
    assert_eq!(bench.batch(id).counts.unknown, 3);
}

#[test]
fn a_refused_key_pauses_everything_of_the_bot() {
    let mut bench = Bench::new();
    let list = bench.queue(&plan(10, fast(2)), 0);
    let next = bench.queue(&plan(5, fast(2)), 0);
    let armed = bench.queue(&plan(3, fast(2)), 30);
    bench.turn(Vec::new());
    let refused = Judgement {
        pause: PauseAdvice::Bot,
        rule: "key_refused",
        ..judgement(Verdict::Rejected, Some(401))
    };
    bench.answer(&refused);
    for id in [list, next, armed] {
        assert_eq!(bench.batch(id).state, BatchState::Paused);
        assert_eq!(bench.rule(id).as_deref(), Some("key_refused"));
    }
    assert!(bench.engine.idle);
}

#[test]
fn a_message_to_one_person_overtakes_lists_but_not_the_gap() {
    let mut bench = Bench::new();
    let list = bench.queue(&plan(10, fast(1)), 0);
    assert_eq!(bench.turn(Vec::new()), 1);
    bench.queue(&plan(10, fast(1)), 0);
    // The same person as the list's first, who was written to just now.
    let single = bench.queue(&plan(1, fast(1)), 0);
    bench.pass(Duration::from_secs(1));
    assert_eq!(bench.answer(&accepted()), 1);
    assert_eq!(bench.on_the_way[0].batch, list);
    bench.pass(Duration::from_secs(5));
    bench.answer(&accepted());
    let batches: Vec<BatchId> = bench.on_the_way.iter().map(|send| send.batch).collect();
    assert_eq!(batches, [single, list]);
}

#[test]
fn an_unknown_first_answer_does_not_let_more_calls_go() {
    let mut bench = Bench::new();
    let id = bench.queue(&plan(10, fast(4)), 0);
    assert_eq!(bench.turn(Vec::new()), 1);
    bench.pass(Duration::from_secs(1));
    assert_eq!(bench.answer(&judgement(Verdict::Unknown, None)), 1);
    bench.pass(Duration::from_secs(1));
    assert_eq!(bench.answer(&judgement(Verdict::Rejected, Some(400))), 4);
    assert_eq!(bench.batch(id).counts.unknown, 1);
}

#[test]
fn a_list_waits_after_its_first_people_until_somebody_goes_on() {
    let mut bench = Bench::new();
    let limits = SendLimits {
        canary: 3,
        ..fast(4)
    };
    let id = bench.queue(&plan(10, limits), 0);
    assert_eq!(bench.turn(Vec::new()), 1);
    assert_eq!(bench.answer(&accepted()), 2);
    bench.outbox.go_on(id).unwrap_err();
    // As long as one of the first has no result the others wait.
    let call = bench.on_the_way.pop().unwrap();
    bench.answer(&judgement(Verdict::Rejected, Some(400)));
    assert_eq!(bench.batch(id).state, BatchState::Running);
    bench.on_the_way.push(call);
    assert_eq!(bench.answer(&accepted()), 0);
    assert_eq!(bench.rule(id).as_deref(), Some("canary"));
    let reason = bench.batch(id).reason.unwrap();
    assert_eq!(
        reason.text,
        "2 of the first 3 accepted. Look at them, then go on with the other 7."
    );
    assert_eq!(bench.batch(id).state, BatchState::Paused);
    bench.pass(Duration::from_secs(60));
    assert_eq!(bench.turn(Vec::new()), 0);

    bench.outbox.go_on(id).unwrap();
    let mut sent = 0;
    while bench.batch(id).state != BatchState::DoneWithProblems {
        bench.pass(Duration::from_secs(1));
        sent += bench.on_the_way.len();
        bench.answer(&accepted());
    }
    assert_eq!(sent, 7);
}

#[test]
fn a_list_no_longer_than_its_first_people_does_not_wait() {
    let mut bench = Bench::new();
    let limits = SendLimits {
        canary: 3,
        ..fast(4)
    };
    let id = bench.queue(&plan(3, limits), 0);
    bench.turn(Vec::new());
    bench.answer(&accepted());
    bench.answer(&accepted());
    assert_eq!(bench.batch(id).state, BatchState::Done);
}

#[test]
fn a_list_is_spread_evenly_over_its_time() {
    let mut bench = Bench::new();
    let limits = SendLimits {
        spread_minutes: 60,
        ..fast(4)
    };
    let id = bench.queue(&plan(30, limits), 0);
    let begun = bench.clock.now().steady;
    while bench.batch(id).state != BatchState::Done {
        if bench.on_the_way.is_empty() {
            bench.until_sending(Duration::from_secs(3600)).unwrap();
        }
        bench.answer(&accepted());
    }
    let took = bench.clock.now().steady.saturating_sub(begun);
    // Five may go at once at the beginning, and none after the last has to be waited for.
    let minutes = took.as_secs() / 60;
    assert!((49..=60).contains(&minutes), "{minutes} minutes");
}
