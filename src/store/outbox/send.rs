//! What a sender writes: the mark before the first byte, and the result after the last.

use super::OutboxStore;
use super::candidates::Candidate;
use super::change::{Stop, apply_stop, settle};
use super::claim;
use super::read::request_row;
use super::rows::stored_errors;
use super::times;
use crate::domain::{BatchId, FrozenRequest, ItemId, Judgement, PlatformError, Sha256Hex, Verdict};
use crate::store::database::stored_time;
use crate::store::error::StoreError;
use jiff::Timestamp;
use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Duration;

/// An item that was marked durably and must now be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// The attempt the mark belongs to.
    pub attempt: i64,
    /// Counts from 1 within the item.
    pub number: u32,
    /// The very bytes, whose hash was compared with the plan's.
    pub request: FrozenRequest,
    /// What was claimed.
    pub candidate: Candidate,
}

/// A verdict as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeVerdict {
    /// Positive evidence.
    Accepted,
    /// Definite refusal.
    Rejected,
    /// Provably not processed.
    Retry,
    /// Cannot be known.
    Unknown,
}

impl OutcomeVerdict {
    /// What is stored of a verdict.
    pub fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Accepted { .. } => Self::Accepted,
            Verdict::Rejected => Self::Rejected,
            Verdict::Retry { .. } => Self::Retry,
            Verdict::Unknown => Self::Unknown,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Retry => "retry",
            Self::Unknown => "unknown",
        }
    }

    fn item_state(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Retry => "queued",
            Self::Unknown => "unknown",
        }
    }
}

/// The result of an attempt, in a form that also fits the emergency file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The attempt.
    pub attempt: i64,
    /// Its item.
    pub item: ItemId,
    /// Its batch.
    pub batch: BatchId,
    /// What is known.
    pub verdict: OutcomeVerdict,
    /// Rule of the classifier.
    pub rule: String,
    /// The platform's id of the message.
    pub message_id: Option<String>,
    /// HTTP status, if one arrived.
    pub http_status: Option<u16>,
    /// The platform's own number.
    pub platform_code: Option<i64>,
    /// The answer's error list.
    pub errors: Vec<PlatformError>,
    /// Whether a refusal is of the passing kind.
    pub transient: bool,
    /// What happened and what to do.
    pub sentence: String,
    /// The first part of the answer.
    pub response: String,
    /// When it ended.
    pub finished: Timestamp,
    /// How long it took.
    pub duration: Duration,
    /// When to try again, for [`OutcomeVerdict::Retry`].
    pub retry_at: Option<Timestamp>,
}

impl Outcome {
    /// The outcome of a marked attempt as the classifier judged it.
    pub fn judged(
        marked: &Marked,
        batch: BatchId,
        judgement: &Judgement,
        finished: Timestamp,
    ) -> Self {
        let message_id = match &judgement.verdict {
            Verdict::Accepted { message_id, .. } => message_id.clone(),
            Verdict::Rejected | Verdict::Retry { .. } | Verdict::Unknown => None,
        };
        Self {
            attempt: marked.attempt,
            item: marked.candidate.item,
            batch,
            verdict: OutcomeVerdict::of(&judgement.verdict),
            rule: judgement.rule.to_owned(),
            message_id,
            http_status: judgement.http_status,
            platform_code: judgement.platform_code,
            errors: judgement.errors.clone(),
            transient: judgement.transient,
            sentence: judgement.sentence.clone(),
            response: String::new(),
            finished,
            duration: Duration::ZERO,
            retry_at: None,
        }
    }
}

/// When something is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkTime {
    /// By the wall clock.
    pub wall: Timestamp,
    /// For how long something was accepted already: by a clock that nobody can set ahead.
    pub twins: Timestamp,
}

impl From<Timestamp> for MarkTime {
    fn from(wall: Timestamp) -> Self {
        Self { wall, twins: wall }
    }
}

/// Why nothing was marked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The record could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stored body is no longer the one that was confirmed.
    #[error("the stored request of item {} is not the one that was confirmed: nothing was sent", .0.0)]
    Tampered(ItemId),
}

impl OutboxStore {
    /// Marks these items as on the way, in one durable transaction, if the batch may still send.
    /// Only what is returned may be sent. Empty if the batch was stopped meanwhile. Whoever got
    /// the same message since it was planned, or opted out, is taken back; a call to several of
    /// whom one did stops the batch, because a frozen body cannot be cut.
    ///
    /// # Errors
    /// [`SendError`]; then nothing is marked and nothing may be sent.
    pub fn mark(
        &self,
        batch: BatchId,
        candidates: &[Candidate],
        now: impl Into<MarkTime>,
    ) -> Result<Vec<Marked>, SendError> {
        let now = now.into();
        self.db.change(|tx| {
            let mut requests = Vec::with_capacity(candidates.len());
            for candidate in candidates {
                let request = request_row(tx, candidate.item)?;
                let Some(request) = request.filter(is_as_confirmed) else {
                    return Ok(Err(SendError::Tampered(candidate.item)));
                };
                requests.push((candidate, request));
            }
            let seen = claim::seen(tx, now)?;
            if !times::is_in_time(tx, batch, now.wall)? {
                return Ok(Ok(Vec::new()));
            }
            let running = tx
                .prepare_cached(
                    "UPDATE batches SET state = 'running', stop_kind = NULL, marked = ?2
                     WHERE id = ?1 AND state IN ('ready','running')",
                )?
                .execute(params![batch.0, seen])?;
            let mut marked = Vec::with_capacity(requests.len());
            if running == 0 {
                return Ok(Ok(marked));
            }
            let mut gone = claim::take_back_opted_out(tx, batch, candidates)?;
            gone.extend(claim::take_back_twins(tx, batch, candidates, now)?);
            for (candidate, request) in requests {
                if !gone.contains(&candidate.item) {
                    marked.extend(mark_item(tx, candidate, request, (now.wall, seen))?);
                }
            }
            if !gone.is_empty() {
                settle(tx, batch)?;
            }
            Ok(Ok(marked))
        })?
    }

    /// Stores results, stops batches and ends those that are through, in one transaction.
    /// Results that were stored before are passed over.
    ///
    /// # Errors
    /// Whatever the database says; then nothing of it is stored.
    pub fn record(&self, outcomes: &[Outcome], stops: &[Stop]) -> Result<(), StoreError> {
        self.db.change(|tx| {
            let mut touched = BTreeSet::new();
            for outcome in outcomes {
                record_outcome(tx, outcome)?;
                touched.insert(outcome.batch);
            }
            for stop in stops {
                touched.extend(apply_stop(tx, stop)?);
            }
            for batch in touched {
                settle(tx, batch)?;
            }
            Ok(())
        })
    }

    /// Puts back what is marked although this living sender never started it: after a mark whose
    /// commit failed, the mark may be there all the same. "Never started" is a proof.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn release_unstarted(&self, started: &[i64], now: Timestamp) -> Result<(), StoreError> {
        self.db.change(|tx| {
            let open: Vec<(i64, i64, i64)> = tx
                .prepare_cached(
                    "SELECT attempts.id, items.id, items.batch
                     FROM items INDEXED BY items_sending
                     JOIN attempts ON attempts.item = items.id AND attempts.finished IS NULL
                     WHERE items.state = 'sending'",
                )?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect::<rusqlite::Result<_>>()?;
            for (attempt, item, batch) in open {
                if started.contains(&attempt) {
                    continue;
                }
                record_outcome(tx, &not_started(attempt, ItemId(item), BatchId(batch), now))?;
                settle(tx, BatchId(batch))?;
            }
            Ok(())
        })
    }
}

pub(super) fn is_as_confirmed(request: &FrozenRequest) -> bool {
    Sha256Hex::of(&request.body.bytes()) == request.body_sha256
}

fn mark_item(
    tx: &Transaction<'_>,
    candidate: &Candidate,
    request: FrozenRequest,
    (now, seen): (Timestamp, i64),
) -> rusqlite::Result<Option<Marked>> {
    let number = candidate.attempts.saturating_add(1);
    let taken = tx
        .prepare_cached(
            "UPDATE items SET state = 'sending', attempts = ?3, retry_at = NULL, marked = ?2
             WHERE id = ?1 AND state = 'queued' AND attempts = ?3 - 1",
        )?
        .execute(params![candidate.item.0, seen, number])?;
    if taken == 0 {
        return Ok(None);
    }
    tx.prepare_cached(
        "INSERT INTO attempts (item, number, started, body_sha256, pid) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        candidate.item.0,
        number,
        stored_time(now),
        request.body_sha256.as_str(),
        std::process::id(),
    ])?;
    Ok(Some(Marked {
        attempt: tx.last_insert_rowid(),
        number,
        request,
        candidate: candidate.clone(),
    }))
}

fn not_started(attempt: i64, item: ItemId, batch: BatchId, now: Timestamp) -> Outcome {
    Outcome {
        attempt,
        item,
        batch,
        verdict: OutcomeVerdict::Retry,
        rule: "not_started".to_owned(),
        message_id: None,
        http_status: None,
        platform_code: None,
        errors: Vec::new(),
        transient: false,
        sentence: "The request was never started, so nothing was sent.".to_owned(),
        response: String::new(),
        finished: now,
        duration: Duration::ZERO,
        retry_at: None,
    }
}

/// Stores one result. `false` if it had been stored before.
pub(super) fn record_outcome(tx: &Transaction<'_>, outcome: &Outcome) -> rusqlite::Result<bool> {
    let errors = stored_errors(&outcome.errors);
    let finished = stored_time(outcome.finished);
    let fresh = tx
        .prepare_cached(
            "UPDATE attempts SET finished = ?2, duration_us = ?3, verdict = ?4, rule = ?5,
                http_status = ?6, platform_code = ?7, message_id = ?8, errors = ?9,
                transient = ?10, sentence = ?11, response = ?12
             WHERE id = ?1 AND finished IS NULL",
        )?
        .execute(params![
            outcome.attempt,
            finished,
            i64::try_from(outcome.duration.as_micros()).unwrap_or(i64::MAX),
            outcome.verdict.word(),
            outcome.rule,
            outcome.http_status,
            outcome.platform_code,
            outcome.message_id,
            errors,
            outcome.transient,
            outcome.sentence,
            outcome.response,
        ])?;
    if fresh == 0 {
        return Ok(false);
    }
    let retry = outcome.verdict == OutcomeVerdict::Retry;
    tx.prepare_cached(
        "UPDATE items SET state = ?2, rule = ?3, message_id = ?4, http_status = ?5,
            platform_code = ?6, errors = ?7, retry_at = ?8, waits = waits + ?9,
            waiting_since = CASE WHEN ?9 THEN coalesce(waiting_since, ?10) END
         WHERE id = ?1 AND state = 'sending'",
    )?
    .execute(params![
        outcome.item.0,
        outcome.verdict.item_state(),
        outcome.rule,
        outcome.message_id,
        outcome.http_status,
        outcome.platform_code,
        errors,
        outcome.retry_at.map(stored_time),
        retry,
        finished,
    ])?;
    if retry {
        tx.prepare_cached(
            "UPDATE items SET state = 'cancelled', retry_at = NULL WHERE id = ?1
             AND state = 'queued' AND (SELECT state FROM batches WHERE id = ?2) = 'cancelled'",
        )?
        .execute(params![outcome.item.0, outcome.batch.0])?;
    }
    Ok(true)
}
