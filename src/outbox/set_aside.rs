//! Sets a batch aside for a person, because of what it is and not because of an answer.

use super::clock::Moment;
use super::engine::{Engine, ToSend};
use crate::domain::Reason;
use crate::store::StoreError;
use crate::store::outbox::{Change, SendError, StopKind, StoredBatch};
use jiff::Timestamp;

impl Engine {
    /// The first people of a list have their results: a person looks at them before the rest.
    pub fn wait_after_the_first(&mut self, stored: &StoredBatch, now: Moment) -> Claim {
        let counts = stored.batch.counts;
        let reason = Reason {
            rule: Reason::CANARY.to_owned(),
            text: format!(
                "{} of the first {} accepted. Look at them, then go on with the other {}.",
                counts.accepted,
                counts.planned - counts.skipped - counts.queued,
                counts.queued
            ),
        };
        self.stop_for_a_person(stored, &reason, now)
    }

    /// Pauses a batch, with what a person has to know.
    pub fn stop_for_a_person(
        &mut self,
        stored: &StoredBatch,
        reason: &Reason,
        now: Moment,
    ) -> Claim {
        match self.store.stop(stored.batch.id, StopKind::Other, reason) {
            Ok(_) => {
                self.wake_at(now.steady);
                Claim::NotOurs
            }
            Err(error) => self.cannot_mark(stored.batch.id, &error, now),
        }
    }

    /// Holds a batch whose next call must not be made; as soon as none is on the way.
    pub fn hold(&mut self, stored: &StoredBatch, reason: &Reason, now: Moment) -> Claim {
        if stored.batch.counts.sending > 0 {
            // It is held as soon as its calls on the way have ended.
            return Claim::Marked(Vec::new());
        }
        let held = self.store.hold(stored.batch.id, reason);
        self.held(stored, held, now)
    }

    /// [`Engine::hold`] of a batch that may go on at a known time.
    pub fn hold_until(
        &mut self,
        stored: &StoredBatch,
        reason: &Reason,
        until: Timestamp,
        now: Moment,
    ) -> Claim {
        if stored.batch.counts.sending > 0 {
            return Claim::Marked(Vec::new());
        }
        let held = self.store.hold_until(stored.batch.id, reason, until);
        self.held(stored, held, now)
    }

    fn held(
        &mut self,
        stored: &StoredBatch,
        held: Result<Change, StoreError>,
        now: Moment,
    ) -> Claim {
        match held {
            Ok(_) => {
                self.wake_at(now.steady);
                Claim::NotOurs
            }
            Err(error) => self.cannot_mark(stored.batch.id, &error, now),
        }
    }
}

/// How the claim of a batch ended.
pub(super) enum Claim {
    /// Another process's, or set aside.
    NotOurs,
    /// Marked now; none while it waits.
    Marked(Vec<ToSend>),
    /// The record could not be written.
    Failed,
}

/// Why nothing could be marked, in one stable word.
pub(super) trait CannotMark: std::fmt::Display {
    fn rule(&self) -> &'static str;
}

impl CannotMark for crate::store::StoreError {
    fn rule(&self) -> &'static str {
        "mark_failed"
    }
}

impl CannotMark for SendError {
    fn rule(&self) -> &'static str {
        match self {
            SendError::Store(_) => "mark_failed",
            SendError::Tampered(_) => "request_changed",
        }
    }
}
