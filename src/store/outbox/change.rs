//! Changes of a batch as a whole: pause, cancel, resume, hold. Each names the states it may come
//! from in its `WHERE`, so that two processes cannot both be right.

use super::OutboxStore;
use super::read::batch_row;
use super::rows::{StopKind, StoredBatch};
use crate::domain::{BatchId, BatchState, BotTarget, Reason};
use crate::store::database::stored_time;
use crate::store::error::StoreError;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

/// How an asked-for change ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It was made; the batch as it is now.
    Done(Box<StoredBatch>),
    /// The batch is in a state from which it cannot be made; it is unchanged.
    Refused(Box<StoredBatch>),
    /// There is no such batch.
    Missing,
}

/// Which batches a stop is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopScope {
    /// One.
    Batch(BatchId),
    /// Every unfinished one of a bot.
    Bot(BotTarget),
}

/// A stop and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Which batches.
    pub scope: StopScope,
    /// What kind, for exit codes.
    pub kind: StopKind,
    /// For people.
    pub reason: Reason,
}

impl Stop {
    /// A stop of one batch.
    pub fn batch(batch: BatchId, kind: StopKind, reason: Reason) -> Self {
        Self {
            scope: StopScope::Batch(batch),
            kind,
            reason,
        }
    }
}

impl OutboxStore {
    /// Stops a batch; calls on the way end and are recorded.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn stop(&self, id: BatchId, kind: StopKind, reason: &Reason) -> Result<Change, StoreError> {
        self.change_batch(id, |tx| {
            let changed = stop_batch(tx, id, kind, reason)?;
            settle(tx, id)?;
            Ok(changed)
        })
    }

    /// Sets aside a batch that has not started, or whose next call must not be made.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn hold(&self, id: BatchId, reason: &Reason) -> Result<Change, StoreError> {
        self.change_batch(id, |tx| hold_batch(tx, id, reason))
    }

    /// Takes back everything of a batch that is not sent; calls on the way end.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn cancel(&self, id: BatchId) -> Result<Change, StoreError> {
        self.change_batch(id, |tx| {
            let changed = tx
                .prepare_cached(
                    "UPDATE batches SET state = 'cancelled', reason_rule = NULL, reason_text = NULL
                     WHERE id = ?1 AND queued > 0 AND state IN ('held','ready','armed','scheduled',
                        'running','paused','draining')",
                )?
                .execute([id.0])?;
            if changed > 0 {
                tx.prepare_cached(
                    "UPDATE items SET state = 'cancelled', retry_at = NULL
                     WHERE batch = ?1 AND state = 'queued'",
                )?
                .execute([id.0])?;
            }
            Ok(changed)
        })
    }

    /// Takes back everything of a batch that is in its grace; one that has left it is stopped
    /// instead, because a person decides about the rest then.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn undo(&self, id: BatchId, too_late: &Reason) -> Result<Change, StoreError> {
        self.change_batch(id, |tx| {
            let taken_back = tx
                .prepare_cached(
                    "UPDATE batches SET state = 'cancelled', reason_rule = NULL, reason_text = NULL
                     WHERE id = ?1 AND state = 'armed'",
                )?
                .execute([id.0])?;
            if taken_back == 0 {
                let stopped = stop_batch(tx, id, StopKind::Person, too_late)?;
                settle(tx, id)?;
                return Ok(stopped);
            }
            tx.prepare_cached(
                "UPDATE items SET state = 'cancelled', retry_at = NULL
                 WHERE batch = ?1 AND state = 'queued'",
            )?
            .execute([id.0])?;
            Ok(taken_back)
        })
    }

    /// Makes a paused or held batch ready again, if exactly this many recipients are left; one
    /// whose time is still to come waits for it again.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn resume(&self, id: BatchId, left: u64, now: Timestamp) -> Result<Change, StoreError> {
        self.change_batch(id, |tx| {
            let seen = super::intents::see(tx, now)?;
            let changed = tx
                .prepare_cached(
                    "UPDATE batches SET
                        state = CASE WHEN due > ?3 THEN 'scheduled' ELSE 'ready' END,
                        quiet_passed = CASE WHEN reason_rule = 'quiet_hours' THEN quiet_until
                            ELSE quiet_passed END,
                        reason_rule = NULL, reason_text = NULL,
                        stop_kind = NULL, start_at = NULL, confirmed = ?3, runs = runs + 1,
                        went_on = CASE WHEN canary > 0 AND canary_passed = 0
                            AND planned - skipped - queued >= canary THEN ?3 ELSE went_on END,
                        canary_passed = canary_passed OR planned - skipped - queued >= canary,
                        marked = ?4
                     WHERE id = ?1 AND queued = ?2 AND queued > 0 AND state IN ('paused','held')",
                )?
                .execute(params![
                    id.0,
                    super::rows::stored_number(left),
                    stored_time(now),
                    seen
                ])?;
            if changed > 0 {
                tx.prepare_cached(
                    "UPDATE items SET waits = 0, waiting_since = NULL
                     WHERE batch = ?1 AND state = 'queued' AND waits > 0",
                )?
                .execute([id.0])?;
            }
            Ok(changed)
        })
    }

    /// Ends the grace of a batch, early or in time; what has a time waits for that.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn end_grace(&self, id: BatchId, now: Timestamp) -> Result<Change, StoreError> {
        self.change_batch(id, |tx| {
            tx.prepare_cached(
                "UPDATE batches SET state = CASE WHEN due > ?2 THEN 'scheduled' ELSE 'ready' END,
                    start_at = NULL, confirmed = ?2
                 WHERE id = ?1 AND state = 'armed'",
            )?
            .execute(params![id.0, stored_time(now)])
        })
    }

    /// Sets the rate of a batch that is not finished.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn set_rate(&self, id: BatchId, per_minute: u32) -> Result<Change, StoreError> {
        self.change_batch(id, |tx| {
            tx.prepare_cached(
                "UPDATE batches SET per_minute = ?2 WHERE id = ?1
                 AND state NOT IN ('done','done_with_problems','cancelled')",
            )?
            .execute(params![id.0, per_minute.max(1)])
        })
    }

    /// What a sender leaves behind when it is told to stop: what ran is paused, what was in its
    /// grace is held. Calls must have ended before.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn leave(
        &self,
        batches: &[BatchId],
        paused: &Reason,
        held: &Reason,
    ) -> Result<(), StoreError> {
        self.db.change(|tx| {
            for id in batches {
                let state: Option<String> = tx
                    .query_row("SELECT state FROM batches WHERE id = ?1", [id.0], |row| {
                        row.get(0)
                    })
                    .optional()?;
                match state.as_deref().and_then(BatchState::from_word) {
                    Some(BatchState::Running) => {
                        stop_batch(tx, *id, StopKind::Person, paused)?;
                    }
                    Some(BatchState::Armed) => {
                        hold_batch(tx, *id, held)?;
                    }
                    Some(
                        BatchState::Held
                        | BatchState::Ready
                        | BatchState::Scheduled
                        | BatchState::Paused
                        | BatchState::Draining
                        | BatchState::Done
                        | BatchState::DoneWithProblems
                        | BatchState::Cancelled,
                    )
                    | None => {}
                }
                settle(tx, *id)?;
            }
            Ok(())
        })
    }

    pub(super) fn change_batch(
        &self,
        id: BatchId,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<usize>,
    ) -> Result<Change, StoreError> {
        self.db.change(|tx| {
            let changed = work(tx)?;
            Ok(match batch_row(tx, id)? {
                None => Change::Missing,
                Some(batch) if changed > 0 => Change::Done(Box::new(batch)),
                Some(batch) => Change::Refused(Box::new(batch)),
            })
        })
    }
}

/// Stops what a stop is for.
pub(super) fn apply_stop(tx: &Transaction<'_>, stop: &Stop) -> rusqlite::Result<Vec<BatchId>> {
    let ids: Vec<BatchId> = match &stop.scope {
        StopScope::Batch(id) => vec![*id],
        StopScope::Bot(target) => tx
            .prepare_cached(
                "SELECT id FROM batches WHERE base_url = ?1 AND customer_id = ?2 AND bot_key = ?3
                 AND state IN ('ready','armed','scheduled','running','draining')",
            )?
            .query_map(
                params![target.base_url, target.customer_id, target.bot_key],
                |row| Ok(BatchId(row.get(0)?)),
            )?
            .collect::<rusqlite::Result<_>>()?,
    };
    for id in &ids {
        stop_batch(tx, *id, stop.kind, &stop.reason)?;
    }
    Ok(ids)
}

/// Pauses a batch, or lets it drain while calls are on the way. The first reason stays, except
/// that a cause found on the way replaces a person's pause.
pub(super) fn stop_batch(
    tx: &Transaction<'_>,
    id: BatchId,
    kind: StopKind,
    reason: &Reason,
) -> rusqlite::Result<usize> {
    let stopped = tx
        .prepare_cached(
            "UPDATE batches SET state = CASE WHEN sending > 0 THEN 'draining' ELSE 'paused' END,
                reason_rule = ?2, reason_text = ?3, stop_kind = ?4, start_at = NULL
             WHERE id = ?1 AND (sending > 0 OR queued > 0)
             AND state IN ('ready','armed','scheduled','running')
             AND NOT (state <> 'running' AND sending > 0)",
        )?
        .execute(params![id.0, reason.rule, reason.text, kind.word()])?;
    if stopped > 0 {
        return Ok(stopped);
    }
    if kind == StopKind::Person {
        return Ok(0);
    }
    tx.prepare_cached(
        "UPDATE batches SET reason_rule = ?2, reason_text = ?3, stop_kind = ?4
         WHERE id = ?1 AND state IN ('running','draining')
         AND (stop_kind IS NULL OR stop_kind = 'person')",
    )?
    .execute(params![id.0, reason.rule, reason.text, kind.word()])
}

pub(super) fn hold_batch(
    tx: &Transaction<'_>,
    id: BatchId,
    reason: &Reason,
) -> rusqlite::Result<usize> {
    tx.prepare_cached(
        "UPDATE batches SET state = 'held', reason_rule = ?2, reason_text = ?3,
            stop_kind = 'other', start_at = NULL
         WHERE id = ?1 AND sending = 0 AND state IN ('ready','armed','scheduled','running')",
    )?
    .execute(params![id.0, reason.rule, reason.text])
}

/// Ends a batch whose last call has ended: done if nothing is left, paused if it was draining.
pub(super) fn settle(tx: &Transaction<'_>, id: BatchId) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE batches SET state = CASE WHEN rejected + unknown + cancelled + not_accepted
            + abandoned = 0 THEN 'done' ELSE 'done_with_problems' END
         WHERE id = ?1 AND state IN ('running','draining') AND queued = 0 AND sending = 0",
    )?
    .execute([id.0])?;
    tx.prepare_cached(
        "UPDATE batches SET state = 'paused' WHERE id = ?1 AND state = 'draining' AND sending = 0",
    )?
    .execute([id.0])?;
    Ok(())
}
