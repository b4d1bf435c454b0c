//! Batches that wait here for their time: let go in time, held when it was missed.

use super::OutboxStore;
use super::change::{Change, hold_batch};
use super::rows::StoredBatch;
use crate::domain::schedule::LEAD;
use crate::domain::{BatchId, BatchState, Reason};
use crate::store::database::{read_time, stored_time};
use crate::store::error::StoreError;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, Transaction, params};

/// What begins later than this after its time was missed, whether a sender ran or not: nobody
/// expects it any more.
pub const LATE: SignedDuration = SignedDuration::from_mins(2);

impl StoredBatch {
    /// Until when the first call of it may leave; `None` if it has no time. Nobody is reached
    /// before the publish time, so a late hand-over may be late until shortly before that.
    pub fn latest_start(&self) -> Option<Timestamp> {
        latest_start(self.due?, self.publish_at)
    }

    /// Whether its time was missed: confirmed before that, and not begun by now.
    pub fn is_missed(&self, now: Timestamp) -> bool {
        let waits = match self.batch.state {
            BatchState::Scheduled => true,
            BatchState::Ready => self.due.is_some_and(|due| self.confirmed < due),
            BatchState::Held
            | BatchState::Armed
            | BatchState::Running
            | BatchState::Paused
            | BatchState::Draining
            | BatchState::Done
            | BatchState::DoneWithProblems
            | BatchState::Cancelled => false,
        };
        waits && self.latest_start().is_some_and(|latest| now > latest)
    }

    /// When it may begin, if it was let go, has not begun, and its time lies ahead again because
    /// the clock was set back.
    pub fn waits_again(&self, now: Timestamp) -> Option<Timestamp> {
        let ahead = |due: &Timestamp| self.confirmed < *due && now < *due;
        self.due
            .filter(ahead)
            .filter(|_| self.batch.state == BatchState::Ready)
    }

    /// Why a batch waits whose time was missed.
    pub fn missed(&self) -> Reason {
        Reason {
            rule: Reason::MISSED.to_owned(),
            text: format!(
                "Batch {} was due {} and no sender started it in time, so nothing of it was sent. \
                 Resume it if it is still wanted.",
                self.batch.id.0,
                self.due.unwrap_or(self.confirmed)
            ),
        }
    }
}

fn latest_start(due: Timestamp, publish_at: Option<Timestamp>) -> Option<Timestamp> {
    match publish_at {
        Some(publish) => publish.checked_sub(LEAD).ok(),
        None => due.checked_add(LATE).ok(),
    }
}

impl OutboxStore {
    /// Lets a batch go whose time has come.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn let_go(&self, id: BatchId, now: Timestamp) -> Result<Change, StoreError> {
        self.change_batch(id, |tx| {
            tx.prepare_cached(
                "UPDATE batches SET state = 'ready' WHERE id = ?1 AND state = 'scheduled'
                 AND due <= ?2",
            )?
            .execute(params![id.0, stored_time(now)])
        })
    }
}

impl OutboxStore {
    /// Sets a batch aside that may go on at this time; whoever resumes it earlier means it.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn hold_until(
        &self,
        id: BatchId,
        reason: &Reason,
        until: Timestamp,
    ) -> Result<Change, StoreError> {
        self.change_batch(id, |tx| {
            let held = hold_batch(tx, id, reason)?;
            if held > 0 {
                tx.prepare_cached("UPDATE batches SET quiet_until = ?2 WHERE id = ?1")?
                    .execute(params![id.0, stored_time(until)])?;
            }
            Ok(held)
        })
    }
}

/// Whether the next call of a batch may still leave, asked in the transaction that marks it: the
/// first one not before its time and not after it was missed, and none when the platform would
/// publish at once. What has begun goes on, also when the clock is set back behind its start.
pub(super) fn is_in_time(
    tx: &Transaction<'_>,
    id: BatchId,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    type Times = (Option<i64>, Option<i64>, i64, bool);
    let times: Option<Times> = tx
        .prepare_cached(
            "SELECT due, publish_at, confirmed, state = 'ready' FROM batches WHERE id = ?1",
        )?
        .query_row([id.0], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    let Some((due, publish_at, confirmed, begins)) = times else {
        return Ok(true);
    };
    let publish_at = publish_at.map(read_time);
    if publish_at.is_some_and(|publish| publish <= now) {
        return Ok(false);
    }
    let Some(due) = due.map(read_time) else {
        return Ok(true);
    };
    let by_its_time = begins && read_time(confirmed) < due;
    let latest = latest_start(due, publish_at).unwrap_or(due);
    Ok(!by_its_time || (due..=latest).contains(&now))
}

/// Holds what was missed while nobody was there; gives the batches.
pub(super) fn hold_missed(
    tx: &Transaction<'_>,
    batches: &[StoredBatch],
    now: Timestamp,
) -> rusqlite::Result<Vec<(BatchId, Reason)>> {
    let mut held = Vec::new();
    for stored in batches.iter().filter(|stored| stored.is_missed(now)) {
        let reason = stored.missed();
        hold_batch(tx, stored.batch.id, &reason)?;
        held.push((stored.batch.id, reason));
    }
    Ok(held)
}
