//! Looking after what is kept: the audit and its copy, and the purge. Nothing here sends or changes
//! what is planned.

use super::audit_copy::AuditCopy;
use super::error::OutboxError;
use super::lock::SenderLock;
use super::queue::Outbox;
use super::snapshot::Snapshot;
use crate::domain::audit::AuditFilter;
use crate::domain::{AuditBreak, AuditCheck, AuditLine, TwinRules};
use crate::store::outbox::{OutboxStore, Purge};
use jiff::Timestamp;
use std::sync::PoisonError;

impl Outbox {
    /// The newest lines of the audit that fit, at most so many, the oldest of them first. Nobody
    /// waits for it: it has a connection of its own.
    ///
    /// # Errors
    /// [`OutboxError::Store`].
    pub fn audit(&self, filter: &AuditFilter, limit: u64) -> Result<Vec<AuditLine>, OutboxError> {
        let store = OutboxStore::snapshot(self.data_dir())?;
        Ok(store.audit_lines(filter, limit)?)
    }

    /// Reads every line, compares it with the chain, and the end of the chain with the copy: of a
    /// chain whose last lines are gone the chain itself knows nothing.
    ///
    /// # Errors
    /// [`OutboxError::Store`]; a broken chain is an answer, not an error.
    pub fn verify_audit(&self) -> Result<AuditCheck, OutboxError> {
        // The copy first: it never runs ahead of the record, whoever writes meanwhile.
        let copied = self.copy().last_line();
        let mut check = OutboxStore::snapshot(self.data_dir())?.audit_check()?;
        if let (None, Some(copied)) = (&check.broken, copied)
            && copied > check.lines
        {
            check.broken = Some(AuditBreak {
                seq: check.lines + 1,
                what: format!(
                    "the copy in audit.jsonl goes on to line {copied}: somebody has deleted the \
                     last lines, or put an older record back."
                ),
            });
        }
        Ok(check)
    }

    /// Brings the copy of the audit up to date. Never fails: it is only a copy.
    pub fn copy_audit(&self) {
        self.copy().catch_up(self.store());
    }

    /// The record as it is now, for files that take a while to write.
    ///
    /// # Errors
    /// [`OutboxError::Store`].
    pub fn snapshot(&self) -> Result<Snapshot, OutboxError> {
        Ok(Snapshot::of(OutboxStore::snapshot(self.data_dir())?))
    }

    fn copy(&self) -> std::sync::MutexGuard<'_, AuditCopy> {
        self.audit_copy()
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// What a purge of everything before this time would do. Changes nothing.
    ///
    /// # Errors
    /// [`OutboxError::Young`] if duplicates could not be found any more.
    pub fn purgeable(&self, before: Timestamp) -> Result<Purge, OutboxError> {
        // Nothing younger goes: what was accepted in this time is what duplicates are found by.
        let window = self.now().checked_sub(TwinRules::default().window);
        if window.is_ok_and(|window| before > window) {
            return Err(OutboxError::Young);
        }
        Ok(self.store().purgeable(before, self.now())?)
    }

    /// Drops the personal text of these batches, in the record and in the copy of the audit. Says
    /// whether the room they took is given back: not while somebody sends.
    ///
    /// # Errors
    /// [`OutboxError::Store`]; batches before the one that failed are purged.
    pub fn purge(&self, purge: &Purge) -> Result<bool, OutboxError> {
        for batch in &purge.batches {
            self.store().purge(batch.id, self.now())?;
        }
        self.copy().rewrite(self.store());
        self.tell();
        match SenderLock::take(self.data_dir()) {
            Ok(_lock) => {
                self.store().compact()?;
                Ok(true)
            }
            Err(OutboxError::OtherSender { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
