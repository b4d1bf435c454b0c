//! When somebody is called: once for each state and run, and never for what a person did.

use super::{Bench, accepted, fast, judgement, plan};
use crate::contract::{OutboxEvent, PersonNeeded};
use crate::domain::{BatchState, ItemState, PauseAdvice, Verdict};
use std::time::Duration;

fn calls(bench: &Bench) -> Vec<&PersonNeeded> {
    let calls = bench.events.iter().filter_map(|event| match event {
        OutboxEvent::PersonNeeded(call) => Some(&**call),
        OutboxEvent::BatchChanged(_)
        | OutboxEvent::CallFinished(_)
        | OutboxEvent::Sender(_)
        | OutboxEvent::Recovered(_) => None,
    });
    calls.collect()
}

/// A bench whose sender has looked around already.
fn bench() -> Bench {
    let mut bench = Bench::new();
    bench.turn(Vec::new());
    bench
}

#[test]
fn a_batch_that_stops_by_itself_calls_once_and_again_after_a_resume() {
    let mut bench = bench();
    let id = bench.queue(&plan(20, fast(1)), 0);
    bench.turn(Vec::new());
    let refused = judgement(Verdict::Rejected, Some(400));
    for _ in 0..5 {
        bench.pass(Duration::from_secs(1));
        bench.answer(&refused);
    }
    assert_eq!(bench.batch(id).state, BatchState::Paused);
    // Looks that find it as it was call nobody.
    for _ in 0..3 {
        bench.pass(Duration::from_secs(1));
        bench.turn(Vec::new());
    }
    let told = calls(&bench);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].batch, id);
    assert_eq!(
        (told[0].state, told[0].rule.as_str()),
        (BatchState::Paused, "same_rejection")
    );
    assert_eq!(
        told[0].sentence,
        format!(
            "{id} care (london-care) is paused, 15 not sent: Paused after the same rejection five \
             times in a row. The last one: It was a test."
        )
    );
    bench.outbox.resume(id, 15).unwrap();
    bench.turn(Vec::new());
    for _ in 0..5 {
        bench.pass(Duration::from_secs(1));
        bench.answer(&refused);
    }
    assert_eq!(calls(&bench).len(), 2);
}

#[test]
fn what_a_person_pauses_cancels_or_asks_for_again_calls_nobody() {
    let mut bench = bench();
    let id = bench.queue(&plan(5, fast(1)), 0);
    bench.turn(Vec::new());
    bench.outbox.pause(id).unwrap();
    bench.answer(&accepted());
    assert_eq!(bench.batch(id).state, BatchState::Paused);
    bench.outbox.cancel(id).unwrap();
    bench.turn(Vec::new());
    assert_eq!(bench.batch(id).state, BatchState::Cancelled);
    assert_eq!(calls(&bench), Vec::<&PersonNeeded>::new());
}

#[test]
fn the_end_calls_where_not_everything_was_accepted_and_says_what() {
    let mut bench = bench();
    let fine = bench.queue(&plan(1, fast(1)), 0);
    bench.turn(Vec::new());
    bench.answer(&accepted());
    assert_eq!(bench.batch(fine).state, BatchState::Done);
    assert!(calls(&bench).is_empty());

    // Past the gap between two messages to one person.
    bench.pass(Duration::from_secs(7));
    let id = bench.queue(&plan(3, fast(1)), 0);
    bench.until_sending(Duration::from_secs(60)).unwrap();
    let answers = [
        judgement(Verdict::Unknown, None),
        judgement(Verdict::Rejected, Some(400)),
        accepted(),
    ];
    for answer in &answers {
        bench.pass(Duration::from_secs(1));
        bench.answer(answer);
    }
    assert_eq!(bench.batch(id).state, BatchState::DoneWithProblems);
    assert_eq!(bench.batch(id).counts.of(ItemState::Unknown), 1);
    let told = calls(&bench);
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].rule.as_str(), told[0].sentence.clone()),
        (
            "unknown",
            format!("{id} care (london-care) ended: 1 of 3 accepted, 1 unknown, 1 rejected.")
        )
    );
}

#[test]
fn what_stood_so_before_the_sender_began_is_no_news() {
    let mut bench = Bench::new();
    let id = bench.queue(&plan(5, fast(1)), 0);
    bench.turn(Vec::new());
    let mut refused = judgement(Verdict::Rejected, Some(401));
    refused.pause = PauseAdvice::Bot;
    bench.answer(&refused);
    assert_eq!(bench.batch(id).state, BatchState::Paused);
    assert_eq!(calls(&bench).len(), 1);

    // Another sender of the same folder finds it so.
    let store = crate::store::outbox::OutboxStore::open(bench.outbox.data_dir()).unwrap();
    let (emergency, _) =
        crate::outbox::emergency::EmergencyFile::open(bench.outbox.data_dir()).unwrap();
    bench.engine = crate::outbox::engine::Engine::new(bench.outbox.clone(), store, emergency);
    bench.events.clear();
    for _ in 0..2 {
        bench.turn(Vec::new());
    }
    assert!(calls(&bench).is_empty());
}
