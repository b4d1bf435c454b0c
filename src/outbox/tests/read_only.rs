//! A record that turns read-only at the very first mark: nothing is sent, and it is said why.

use super::{Bench, accepted, fast, plan};
use crate::contract::OutboxEvent;
use crate::domain::BatchState;
use crate::outbox::sender::{Hooks, Point};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Counts how often something is about to be marked.
#[derive(Default)]
struct Marks(AtomicU32);

impl Hooks for Marks {
    fn at(&self, point: Point) {
        if point == Point::BeforeMark {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl Bench {
    /// The sender's connection refuses every write, as a disk does that was mounted read-only.
    fn read_only(&self, on: bool) {
        let db = self.engine.store.database();
        db.read(|connection| connection.pragma_update(None, "query_only", on))
            .unwrap();
    }
}

#[test]
fn without_a_first_mark_nothing_is_sent_and_the_reason_is_said() {
    let mut bench = Bench::new();
    let marks = Arc::new(Marks::default());
    bench.engine.hooks = marks.clone();
    let id = bench.queue(&plan(20, fast(4)), 0);
    bench.read_only(true);
    for _ in 0..5 {
        assert_eq!(bench.turn(Vec::new()), 0);
        bench.pass(Duration::from_secs(5));
    }
    assert_eq!(
        marks.0.load(Ordering::SeqCst),
        1,
        "it does not try again and again"
    );
    let said = bench.events.iter().find_map(|event| match event {
        OutboxEvent::CallFinished(record) => Some(record.detail.sentence.clone()),
        OutboxEvent::BatchChanged(_)
        | OutboxEvent::PersonNeeded(_)
        | OutboxEvent::Sender(_)
        | OutboxEvent::Recovered(_) => None,
    });
    let said = said.unwrap();
    assert!(said.contains("outbox.db"), "{said}");
    assert!(said.contains("until a person resumes it"), "{said}");
    // Its stop could not be written either, and is as soon as that is possible.
    assert_eq!(bench.batch(id).state, BatchState::Ready);
    bench.read_only(false);
    assert_eq!(bench.turn(Vec::new()), 0);
    let batch = bench.batch(id);
    assert_eq!((batch.state, batch.counts.queued), (BatchState::Paused, 20));
    assert_eq!(bench.rule(id).as_deref(), Some("mark_failed"));
    bench.outbox.resume(id, 20).unwrap();
    bench.pass(Duration::from_secs(1));
    assert_eq!(bench.turn(Vec::new()), 1);
    bench.answer(&accepted());
    assert_eq!(bench.batch(id).counts.accepted, 1);
}
