//! The audit: every change of state becomes a line, in the transaction that makes it, chained to
//! the line before by a hash.
//!
//! The triggers of the schema call `audit_note`, a function that only connections of
//! [`super::OutboxStore`] have; it gathers what happened in memory. Before the commit the pen writes
//! the lines. A transaction that would leave something unwritten is rolled back by the commit hook,
//! and another program that changes a state without the function is refused by the database.

mod chain;
mod lines;
mod pending;
mod process;
mod read;
#[cfg(test)]
mod tests;
mod writer;

use super::OutboxStore;
use super::lease::Lease;
use crate::domain::BatchId;
use crate::store::error::StoreError;
use crate::store::scribe::Scribe;
use pending::Pending;
use process::Process;
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, Transaction, params};
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};

/// A line that no trigger writes: something a person or the engine did beside a change of state.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditNote<'a> {
    /// One stable word: `overridden`, `recovered`.
    pub action: &'a str,
    /// The batch it is about.
    pub batch: Option<BatchId>,
    /// What stays for ever: an object, without anything personal.
    pub detail: Value,
    /// What a purge drops: an object, or null. Numbers, names, texts and typed reasons go here.
    pub personal: Value,
}

/// Who uses this program, as the audit names them: `meera@desk-4`.
pub fn operator() -> String {
    let facts = process::facts();
    format!("{}@{}", facts.user, facts.host)
}

impl OutboxStore {
    /// Writes a line of its own, in a transaction of its own.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn note(&self, note: &AuditNote<'_>) -> Result<(), StoreError> {
        self.db.change(|tx| write_note(tx, note))
    }
}

/// Writes a line with the transaction that it explains, whatever else that changes.
///
/// # Errors
/// Whatever the database says.
pub(in crate::store) fn write_note(
    tx: &Transaction<'_>,
    note: &AuditNote<'_>,
) -> rusqlite::Result<()> {
    let text = |value: &Value| (!value.is_null()).then(|| value.to_string());
    tx.prepare_cached("SELECT audit_note('note', ?1, ?2, ?3, ?4)")?
        .query_row(
            params![
                note.action,
                note.batch.map(|batch| batch.0),
                text(&note.detail),
                text(&note.personal),
            ],
            |_| Ok(()),
        )
}

/// Gathers what the triggers tell, and writes it down before the commit, if the writer may still
/// write at all.
#[derive(Debug)]
pub(super) struct Pen {
    lease: Arc<Lease>,
    pending: Arc<Mutex<Pending>>,
    process: Mutex<Process>,
}

impl Scribe for Pen {
    fn attach(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        let pending = Arc::clone(&self.pending);
        connection.create_scalar_function(
            "audit_note",
            -1,
            FunctionFlags::SQLITE_UTF8,
            move |call| {
                let mut pending = pending.lock().unwrap_or_else(PoisonError::into_inner);
                pending.take_down(call).map(|()| 0)
            },
        )?;
        let pending = Arc::clone(&self.pending);
        let unwritten = move || {
            let pending = pending.lock().unwrap_or_else(PoisonError::into_inner);
            !pending.is_empty()
        };
        connection.commit_hook(Some(unwritten))
    }

    fn begin(&self) {
        self.take();
        self.process().begin();
    }

    fn seal(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let pending = self.take();
        self.lease.check(transaction)?;
        if pending.is_empty() {
            return Ok(());
        }
        let mut process = self.process();
        let mut writer = writer::Writer::open(transaction, &mut process)?;
        lines::write(&mut writer, pending)
    }

    fn committed(&self) {
        self.process().committed();
    }
}

impl Pen {
    /// A pen that writes under this lease.
    pub fn under(lease: Arc<Lease>) -> Self {
        Self {
            lease,
            pending: Arc::default(),
            process: Mutex::default(),
        }
    }

    fn take(&self) -> Pending {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *pending)
    }

    fn process(&self) -> std::sync::MutexGuard<'_, Process> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
