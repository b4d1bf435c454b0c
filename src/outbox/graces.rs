//! When graces end. The record keeps the time of day for people to see; this process counts the
//! seconds of a grace by the clock that nobody can set, so that one that is set ahead takes nobody's
//! time to undo, and one that is set back holds nothing up.

use super::clock::Moment;
use super::engine::Engine;
use crate::domain::{BatchId, BatchState, Reason};
use crate::store::StoreError;
use crate::store::outbox::{LATE, StoredBatch};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::time::Duration;

/// Batches in their grace, with when that ends by the steady clock.
#[derive(Debug, Default)]
pub(super) struct Graces(HashMap<BatchId, SignedDuration>);

impl Graces {
    /// For how long the grace of a batch still lasts that was to end at `start` by the time of day;
    /// negative once it is over. That time is looked at once, when the batch is seen first.
    fn left(&mut self, id: BatchId, start: Timestamp, now: Moment) -> SignedDuration {
        let steady = SignedDuration::try_from(now.steady).unwrap_or(SignedDuration::MAX);
        let end = self.0.entry(id).or_insert_with(|| {
            let left = start.duration_since(now.wall);
            steady.saturating_add(left)
        });
        end.saturating_sub(steady)
    }
}

impl Engine {
    /// Lets graces end that are due; `true` if one did.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn end_graces(&mut self, batches: &[StoredBatch], now: Moment) -> Result<bool, StoreError> {
        let armed = |stored: &&StoredBatch| stored.batch.state == BatchState::Armed;
        let in_grace: Vec<&StoredBatch> = batches.iter().filter(armed).collect();
        self.graces
            .0
            .retain(|id, _| in_grace.iter().any(|stored| stored.batch.id == *id));
        let mut ended = false;
        for stored in in_grace {
            if self.draining {
                break;
            }
            let start = stored.start_at.unwrap_or(now.wall);
            let left = self.graces.left(stored.batch.id, start, now);
            if let Some(left) = Duration::try_from(left).ok().filter(|left| !left.is_zero()) {
                self.wake_at(now.steady + left);
                continue;
            }
            ended = true;
            if -left > LATE {
                let reason = Reason {
                    rule: "missed".to_owned(),
                    text: "Its grace ended while this machine was not awake, more than two minutes ago. Resume it if it is still wanted.".to_owned(),
                };
                self.store.hold(stored.batch.id, &reason)?;
            } else {
                // Not before its time by the clock that people read: that would be a person's doing.
                self.store.end_grace(stored.batch.id, now.wall.max(start))?;
            }
        }
        Ok(ended)
    }
}
