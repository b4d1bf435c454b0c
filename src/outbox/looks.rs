//! The look at the platform directly before something with a time leaves: whether the person wrote
//! since, and what time it is there. It starts nothing and holds nothing; it only asks once.

use super::engine::Engine;
use super::transport::{Seen, Transport, TransportProvider};
use crate::domain::BatchId;
use crate::store::outbox::StoredBatch;
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// What was seen longer ago than this is looked for again.
const FRESH: Duration = Duration::from_secs(60);

/// A look to be made.
pub(super) struct Look {
    pub batch: BatchId,
    pub person: String,
    /// What the person wrote before this is no answer.
    pub since: Timestamp,
    pub transport: Arc<dyn Transport>,
}

/// A look that was made.
pub(super) struct Looked {
    pub batch: BatchId,
    pub seen: Seen,
}

/// The looks of an engine.
#[derive(Default)]
pub(super) struct Looks {
    asked: HashSet<BatchId>,
    seen: HashMap<BatchId, (Duration, Seen)>,
    wanted: Vec<Look>,
}

impl Looks {
    /// Those to be made now.
    pub fn take_wanted(&mut self) -> Vec<Look> {
        std::mem::take(&mut self.wanted)
    }

    /// Takes in what was seen.
    pub fn take_in(&mut self, looked: Vec<Looked>, now: Duration) {
        self.seen
            .retain(|_, (at, _)| now.saturating_sub(*at) < FRESH);
        for Looked { batch, seen } in looked {
            self.asked.remove(&batch);
            self.seen.insert(batch, (now, seen));
        }
    }

    /// What was seen just now, if that was looked for.
    pub fn fresh(&self, batch: BatchId, now: Duration) -> Option<&Seen> {
        let (at, seen) = self.seen.get(&batch)?;
        (now.saturating_sub(*at) < FRESH).then_some(seen)
    }
}

impl Engine {
    /// Whether a batch whose time has come is to be looked for first; then its look is on the way.
    /// That is so where an answer of the person holds it, and where nobody knows what time it is at
    /// the platform.
    pub(super) fn looks_first(
        &mut self,
        stored: &StoredBatch,
        provider: &dyn TransportProvider,
        now: Duration,
    ) -> bool {
        let id = stored.batch.id;
        if self.looks.fresh(id, now).is_some() {
            return false;
        }
        let Ok(transport) = provider.transport(&stored.batch.profile, &stored.target) else {
            return false;
        };
        let knows_time = transport.skew().is_some_and(|skew| skew.is_fresh());
        if !transport.can_look() || (knows_time && !stored.waiting.hold_on_reply) {
            return false;
        }
        if self.looks.asked.contains(&id) {
            return true;
        }
        let Some(person) = self.first_person(stored) else {
            return false;
        };
        self.looks.asked.insert(id);
        self.looks.wanted.push(Look {
            batch: id,
            person,
            since: stored.batch.created,
            transport,
        });
        true
    }

    /// The person of the next call; one of several.
    pub(super) fn first_person(&self, stored: &StoredBatch) -> Option<String> {
        let next = self.store.candidates(stored.batch.id, Timestamp::MAX, 1);
        let next = next.ok()?.into_iter().next()?;
        match next.recipient {
            Some(person) => Some(person),
            None => self.store.people_of(next.item).ok()?.into_iter().next(),
        }
    }
}
