//! When an item that waits is tried again. The record keeps the time of day at which it is due; this
//! process also knows it by the clock that nobody can set, and goes by that: a clock that is set
//! back makes nobody wait longer, one that is set ahead calls nobody early.

use super::clock::Moment;
use super::engine::Engine;
use crate::domain::{BatchId, ItemId};
use crate::store::StoreError;
use crate::store::outbox::{Candidate, Due};
use std::collections::HashMap;
use std::time::Duration;

/// An item that is due for so long belongs to a batch that was stopped or taken back; the record
/// is enough for it.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Items that wait since this process began, with when they are due by the steady clock.
#[derive(Debug, Default)]
pub(super) struct Waits(HashMap<ItemId, Duration>);

impl Waits {
    /// An item waits until then.
    pub fn add(&mut self, item: ItemId, due: Duration, now: Moment) {
        self.0.retain(|_, at| now.steady < at.saturating_add(KEPT));
        self.0.insert(item, due);
    }

    /// An item is called.
    pub fn end(&mut self, item: ItemId) {
        self.0.remove(&item);
    }

    fn due(&self, now: Moment) -> Due {
        let mut due = Due::default();
        for (item, at) in &self.0 {
            if *at <= now.steady {
                due.reached.push(*item);
            } else {
                due.waiting.push(*item);
            }
        }
        due
    }

    /// When the first of them is due that is not yet.
    fn next(&self, now: Moment) -> Option<Duration> {
        self.0
            .values()
            .filter(|at| **at > now.steady)
            .min()
            .copied()
    }
}

impl Engine {
    /// Queued items of a batch that may be tried now, behind this one, at most so many.
    pub fn due_candidates(
        &self,
        batch: BatchId,
        now: Moment,
        after: Option<ItemId>,
        limit: u64,
    ) -> Result<Vec<Candidate>, StoreError> {
        let due = Due {
            after,
            ..self.waits.due(now)
        };
        self.store.candidates_due(batch, now.wall, &due, limit)
    }

    /// Looks again when the first item of a batch that waits is due.
    pub fn wake_for_waiting(&mut self, batch: BatchId, now: Moment) -> Result<(), StoreError> {
        if let Some(at) = self.waits.next(now) {
            self.wake_at(at);
        }
        let known = self.waits.due(now);
        // What waits since before this process began is known by the time of day alone.
        if let Some(at) = self.store.next_retry(batch, &known)? {
            self.wake_at_time(at, now);
        }
        Ok(())
    }
}
