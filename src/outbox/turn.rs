//! One turn of the engine: record what ended, stop what must stop, end graces, claim. Recording
//! comes first, and while it fails nothing new is claimed.

use super::clock::Moment;
use super::engine::{Engine, Finished, Scope, ToSend};
use super::looks::Look;
use super::sender::Point;
use super::streak::is_no_connection;
use super::transport::TransportProvider;
use crate::contract::OutboxEvent;
use crate::domain::{BatchState, Judgement, Reason, Verdict};
use crate::store::StoreError;
use crate::store::outbox::{Outcome, Stop, StopKind, StoredBatch};
use jiff::SignedDuration;
use std::time::Duration;

/// How long to wait before a failed write is tried again; it is tried for as long as it takes.
const TRY_AGAIN: Duration = Duration::from_secs(1);
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
const MOST_WAITS: u32 = 10;
const LONGEST_WAITING: SignedDuration = SignedDuration::from_mins(15);

/// What a turn asks of the sender.
#[derive(Default)]
pub(super) struct Turn {
    pub sends: Vec<ToSend>,
    /// What to look at before more can be sent.
    pub looks: Vec<Look>,
    pub events: Vec<OutboxEvent>,
    /// When to turn next at the latest, by the steady clock.
    pub wake: Option<Duration>,
    /// Nothing more can be sent without a person.
    pub idle: bool,
}

impl Engine {
    /// Works through what happened since the last turn. `poll` says that nothing is known to have
    /// happened, so that an unchanged record ends the turn at once.
    pub fn turn(
        &mut self,
        now: Moment,
        finished: Vec<Finished>,
        provider: &dyn TransportProvider,
        poll: bool,
    ) -> Turn {
        let outside = self.reporter.changed_outside(&self.store);
        if poll && !outside && finished.is_empty() && self.wake.is_none_or(|at| now.steady < at) {
            return Turn {
                wake: self.wake,
                idle: self.idle,
                ..Turn::default()
            };
        }
        self.wake = None;
        self.idle = false;
        self.take_in(finished, now);
        let sends = match self.work(provider, now) {
            Ok(sends) => sends,
            Err(error) => {
                tracing::error!(%error, "the record could not be used, trying again");
                self.trouble_since.get_or_insert(now.steady);
                self.last_error = Some(error);
                self.wake_at(now.steady + TRY_AGAIN);
                Vec::new()
            }
        };
        self.copy_audit(now);
        Turn {
            sends,
            looks: self.looks.take_wanted(),
            events: self.reporter.take_events(),
            wake: self.wake,
            idle: self.idle,
        }
    }

    fn work(
        &mut self,
        provider: &dyn TransportProvider,
        now: Moment,
    ) -> Result<Vec<ToSend>, StoreError> {
        self.write_results(now)?;
        let mut batches = self.in_scope()?;
        let ended = self.end_graces(&batches, now)?;
        if self.end_waits(&batches, provider, now)? || ended {
            batches = self.in_scope()?;
        }
        let sends = if self.draining || !self.stops.is_empty() {
            Vec::new()
        } else {
            self.claim_all(&batches, provider, now)
        };
        self.served
            .extend(batches.iter().map(|stored| stored.batch.id));
        if let Some(at) = self.reporter.compare(&self.store, now)? {
            self.wake_at(at);
        }
        self.idle = self.stops.is_empty()
            && self.in_flight.is_empty()
            && (self.draining || self.in_scope()?.iter().all(|stored| self.rests(stored)));
        Ok(sends)
    }

    /// Whether nothing of it happens now. A run for one batch waits for its time; a run for
    /// everything does not, unless it stays.
    fn rests(&self, stored: &StoredBatch) -> bool {
        let waits = stored.batch.state == BatchState::Scheduled && self.scope == Scope::Everything;
        waits || self.left.contains(&stored.batch.id)
    }

    fn in_scope(&self) -> Result<Vec<StoredBatch>, StoreError> {
        let mut batches = self.store.unfinished()?;
        batches.retain(|stored| self.scope.includes(stored.batch.id));
        Ok(batches)
    }

    /// Turns ended calls into results, and counts what happens in a row.
    fn take_in(&mut self, finished: Vec<Finished>, now: Moment) {
        for call in finished {
            let judgement = &call.judged.judgement;
            let mut outcome = Outcome::judged(&call.marked, call.batch, judgement, call.ended.wall);
            outcome.duration = call.ended.steady.saturating_sub(call.started.steady);
            outcome.response.clone_from(&call.judged.response);
            let target = match self.in_flight.get_mut(&call.marked.attempt) {
                Some(flight) => {
                    flight.ended = true;
                    flight.target.clone()
                }
                None => continue,
            };
            if matches!(judgement.verdict, Verdict::Retry { .. } | Verdict::Rejected) {
                self.take_back(&target, &call.marked);
            }
            if let Verdict::Retry { after } = judgement.verdict {
                // Nobody was reached, so the gap to the next call to this person does not apply.
                if let Some(person) = &call.marked.candidate.recipient {
                    self.last_to.remove(person);
                }
                let wait = waiting_time(after, call.marked.candidate.waits);
                let span = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
                outcome.retry_at = Some(now.wall.saturating_add(span).unwrap_or(now.wall));
                self.waits.add(outcome.item, now.steady + wait, now);
                if let Some(rate) = self.rates.get_mut(&target) {
                    slow_down(&mut rate.limiter, judgement, now.steady + wait, now.steady);
                }
                self.stops.extend(waited_enough(&call, judgement, now));
            } else if let Some(rate) = self.rates.get_mut(&target)
                && outcome.verdict == crate::store::outbox::OutcomeVerdict::Accepted
            {
                rate.limiter.accepted();
            }
            let run = self.streaks.get(&call.batch).map_or(0, |streak| streak.run);
            let stop = self
                .streak(call.batch, run)
                .count(call.batch, &target, judgement);
            self.stops.extend(stop);
            self.reporter.call(&call, &outcome, now);
            self.unrecorded.push(outcome);
        }
    }

    /// Writes results and stops. What cannot be written goes to the emergency file at once and is
    /// tried again with every turn; the batch stops.
    fn write_results(&mut self, now: Moment) -> Result<(), StoreError> {
        if self.release {
            let started: Vec<i64> = self.in_flight.keys().copied().collect();
            self.store.release_unstarted(&started, now.wall)?;
            self.release = false;
        }
        if !self.unrecorded.is_empty() || !self.stops.is_empty() {
            self.hooks.at(Point::BeforeRecord);
            if let Err(error) = self.store.record(&self.unrecorded, &self.stops) {
                self.save_results(&error, now);
                return Err(error);
            }
            self.hooks.at(Point::AfterRecord);
            for outcome in self.unrecorded.drain(..) {
                self.in_flight.remove(&outcome.attempt);
            }
            self.stops.clear();
        }
        if self.in_emergency > 0 {
            self.in_emergency = 0;
            if let Err(error) = self.emergency.clear(&super::emergency::Found::default()) {
                tracing::warn!(%error, "recorded results stay in the emergency file");
            }
        }
        self.trouble_since = None;
        Ok(())
    }

    fn save_results(&mut self, error: &StoreError, now: Moment) {
        let fresh = self.unrecorded.get(self.in_emergency..).unwrap_or(&[]);
        if fresh.is_empty() {
            return;
        }
        let mut stopped: Vec<_> = fresh.iter().map(|outcome| outcome.batch).collect();
        stopped.dedup();
        match self.emergency.append(fresh) {
            Ok(()) => self.in_emergency = self.unrecorded.len(),
            Err(error) => tracing::error!(%error, "results are only in memory"),
        }
        for batch in stopped {
            let text = format!(
                "A result could not be written: {error}. It is kept, and nothing more is sent until a person resumes it."
            );
            let already = |stop: &Stop| stop.reason.rule == "record_failed";
            if self.stops.iter().any(already) {
                continue;
            }
            self.reporter.trouble(batch, "record_failed", &text, now);
            let reason = Reason {
                rule: "record_failed".to_owned(),
                text,
            };
            self.stops.push(Stop::batch(batch, StopKind::Other, reason));
        }
    }
}

/// How long an item waits before it is tried again.
fn waiting_time(asked: Option<Duration>, waits: u32) -> Duration {
    let jitter = fastrand::f64();
    if let Some(asked) = asked {
        // Never earlier than asked, and not all at the same instant.
        return asked + Duration::from_secs_f64(jitter * 0.5);
    }
    let doubled = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(waits.min(16)));
    doubled.min(LONGEST_WAIT).mul_f64(0.9 + jitter * 0.2)
}

fn slow_down(
    limiter: &mut super::limiter::Limiter,
    judgement: &Judgement,
    until: Duration,
    now: Duration,
) {
    if matches!(judgement.http_status, Some(429 | 503)) {
        limiter.throttled(until, now);
    } else if is_no_connection(judgement) {
        limiter.wait(until);
    }
}

/// A batch stops when one call was put off ten times or for a quarter of an hour.
fn waited_enough(call: &Finished, judgement: &Judgement, now: Moment) -> Option<Stop> {
    let candidate = &call.marked.candidate;
    let long = candidate
        .waiting_since
        .is_some_and(|since| now.wall.duration_since(since) >= LONGEST_WAITING);
    if candidate.waits + 1 < MOST_WAITS && !long {
        return None;
    }
    let kind = if is_no_connection(judgement) {
        StopKind::Network
    } else {
        StopKind::Other
    };
    let text = format!(
        "Paused after {} waits for one call. The last one: {}",
        candidate.waits + 1,
        judgement.sentence
    );
    let rule = "too_many_waits".to_owned();
    Some(Stop::batch(call.batch, kind, Reason { rule, text }))
}
