//! Batches that wait for their time: let go once it has come, held when it was missed, when the
//! clock cannot be trusted or when the rules of the zone were changed. It must not guess: what is
//! not sure waits for a person.

use super::clock::Moment;
use super::engine::Engine;
use super::skew::{MOST_SKEW, Skew, moved};
use super::transport::{Seen, TransportProvider};
use crate::domain::{BatchState, Reason};
use crate::store::StoreError;
use crate::store::outbox::StoredBatch;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// However far a time is, it is looked at again after this: the clock on the wall may be set.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// Why the next call of a batch must not leave any more: its time was missed, or has come at the
/// platform.
pub(super) fn out_of_time(stored: &StoredBatch, now: Timestamp) -> Option<Reason> {
    if stored.is_missed(now) {
        return Some(stored.missed());
    }
    let passed = stored.publish_at.is_some_and(|time| time <= now);
    passed.then(|| Reason {
        rule: "publish_time_passed".to_owned(),
        text: "Its publish time passed before everything was handed over, and the platform would \
               publish the rest at once. Plan it again with a new time."
            .to_owned(),
    })
}

impl Engine {
    /// Lets batches go whose time has come; `true` if one changed.
    ///
    /// # Errors
    /// What the record says; then nothing is let go.
    pub fn end_waits(
        &mut self,
        batches: &[StoredBatch],
        provider: &dyn TransportProvider,
        now: Moment,
    ) -> Result<bool, StoreError> {
        let mut ended = false;
        for stored in batches {
            if stored.batch.state != BatchState::Scheduled || self.draining {
                continue;
            }
            let due = stored.due.unwrap_or(now.wall);
            if due > now.wall {
                self.look_again_by(due, now);
                continue;
            }
            if !stored.is_missed(now.wall) && self.looks_first(stored, provider, now.steady) {
                // It is asked at once, and the answer brings the next turn.
                self.wake_at(now.steady + LOOK_AGAIN);
                continue;
            }
            ended = true;
            match self.why_not_now(stored, provider, now) {
                Some(reason) => self.store.hold(stored.batch.id, &reason)?,
                None => self.store.let_go(stored.batch.id, now.wall)?,
            };
        }
        Ok(ended)
    }

    /// Wakes at a time on the wall, and before that as often as the clock may have been set.
    pub(super) fn look_again_by(&mut self, due: Timestamp, now: Moment) {
        let wait = Duration::try_from(due.duration_since(now.wall));
        self.wake_at(now.steady + wait.unwrap_or_default().min(LOOK_AGAIN));
    }

    /// Why a batch whose time has come by the clock on the wall waits for a person all the same.
    fn why_not_now(
        &self,
        stored: &StoredBatch,
        provider: &dyn TransportProvider,
        now: Moment,
    ) -> Option<Reason> {
        if stored.is_missed(now.wall) {
            return Some(stored.missed());
        }
        let zone = stored.waiting.meant.as_ref();
        if let Some(meant) = zone
            && let Ok(zone) = TimeZone::get(&meant.zone)
            && !meant.still_means(&zone)
        {
            return Some(Reason {
                rule: "zone_changed".to_owned(),
                text: format!(
                    "It was planned for {} in {}, and the clocks there show another time now than \
                     when it was confirmed. Plan it again with the time that is meant.",
                    meant.wall.strftime("%a %-d %b %Y %H:%M"),
                    meant.zone
                ),
            });
        }
        if let Some(reason) = self.answered(stored, provider, now) {
            return Some(reason);
        }
        let transport = provider.transport(&stored.batch.profile, &stored.target);
        let known = transport.ok().and_then(|transport| transport.skew());
        let off = self.clock_is_off_by(known, now);
        (off.abs() > MOST_SKEW).then(|| Reason {
            rule: Reason::CLOCK.to_owned(),
            text: format!(
                "The clock of this computer is off by about {} min, so its time may not have come \
                 or may have passed. Set the clock, then resume it.",
                off.abs().as_mins().max(2)
            ),
        })
    }

    /// Why a message waits whose person wrote after it was confirmed: by the look that was just made,
    /// or the local copy of the conversation where nobody can look. A look that failed is no "no".
    fn answered(
        &self,
        stored: &StoredBatch,
        provider: &dyn TransportProvider,
        now: Moment,
    ) -> Option<Reason> {
        if !stored.waiting.hold_on_reply {
            return None;
        }
        let person = self.first_person(stored)?;
        let copy = provider.last_heard(&stored.target, &person);
        let heard = match self.looks.fresh(stored.batch.id, now.steady) {
            Some(Seen::Failed(sentence)) => {
                return Some(Reason {
                    rule: Reason::REPLY.to_owned(),
                    text: format!(
                        "Whether the person wrote before its time could not be looked up: \
                         {sentence} Read the conversation, then resume or cancel it."
                    ),
                });
            }
            Some(Seen::Wrote(at)) => copy.max(Some(*at)),
            Some(Seen::Nothing) | None => copy,
        };
        let heard = heard.filter(|heard| *heard > stored.batch.created)?;
        Some(Reason {
            rule: Reason::REPLY.to_owned(),
            text: format!(
                "The person wrote at {} after this was confirmed, so it waits. Read the \
                 conversation, then resume or cancel it.",
                heard.strftime("%a %-d %b %H:%M UTC")
            ),
        })
    }

    /// By how much the clock on the wall is wrong, as far as that is known: against the server if
    /// it answered lately, else against the clock that nobody can set.
    fn clock_is_off_by(&self, known: Option<Skew>, now: Moment) -> SignedDuration {
        let fresh = known.filter(Skew::is_fresh);
        fresh.map_or_else(|| moved(self.outbox.opened(), now), |skew| skew.ahead)
    }
}
