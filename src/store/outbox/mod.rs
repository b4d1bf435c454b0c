//! The record of everything planned and sent. One handle is one connection; a sender has its own.
//!
//! It keeps facts and refuses illegal ones. When to send, and what an answer means, is decided by
//! the outbox engine.

mod again;
mod approval;
pub mod audit;
mod candidates;
mod change;
mod claim;
mod compare;
mod evidence;
mod home;
mod insert;
mod intents;
mod lease;
mod purge;
mod reach;
mod read;
mod recover;
mod report;
mod resolve;
mod rows;
pub(super) mod schema;
mod send;
mod suppressed;
#[cfg(test)]
mod tests;
mod times;
mod windows;

pub use again::{Asked, Retry};
pub use audit::AuditNote;
pub use candidates::{Candidate, Due};
pub use change::{Change, Stop, StopScope};
pub use evidence::{Proof, Proven, READ_BACK, Rival, UnknownRow};
pub use home::Home;
pub use insert::{InsertError, NewBatch};
pub use intents::Twin;
pub use purge::{Purge, PurgeRefusal, Purgeable};
pub use read::{Attempt, ItemFilter};
pub use recover::{PROCESS_STOPPED, RecoveredBatch, Recovery, RecoveryRules};
pub use report::{ReportGroup, ReportHead};
pub use resolve::{BY_PERSON, Chosen, Refusal, Ruled, Ruling};
pub use rows::{StopKind, StoredBatch};
pub use send::{MarkTime, Marked, Outcome, OutcomeVerdict, SendError};
pub use times::LATE;

use super::database::Database;
use super::error::StoreError;
use std::path::Path;
use std::sync::Arc;

/// The outbox record of one data folder. Cloning shares the connection; everything blocks.
#[derive(Debug, Clone)]
pub struct OutboxStore {
    db: Database,
    lease: Arc<lease::Lease>,
}

impl OutboxStore {
    /// Opens or creates the record in this data folder, on a connection of its own.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be made, read or brought to this version.
    pub fn open(data_dir: &Path) -> Result<Self, StoreError> {
        let path = super::outbox_path(data_dir);
        let lease = Arc::new(lease::Lease::default());
        let pen = Arc::new(audit::Pen::under(Arc::clone(&lease)));
        let db = Database::open_with_scribe(&path, &schema::SCHEMA, pen)?;
        // What is only compared is never written outside the data folder.
        db.read(|connection| connection.pragma_update(None, "temp_store", "MEMORY"))?;
        Ok(Self { db, lease })
    }

    /// The record as it is now, on a connection of its own that sees nothing of what is written
    /// later. Only for reading, and not for long: what is written meanwhile stays in the journal.
    ///
    /// # Errors
    /// As [`OutboxStore::open`].
    pub fn snapshot(data_dir: &Path) -> Result<Self, StoreError> {
        let store = Self::open(data_dir)?;
        let begin = "PRAGMA query_only = 1; BEGIN; SELECT 1 FROM batches LIMIT 1;";
        store
            .db
            .read(|connection| connection.execute_batch(begin))?;
        Ok(store)
    }

    /// The database, for the other tables of the same file.
    pub fn database(&self) -> &Database {
        &self.db
    }

    /// A number that differs once another connection has committed something.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn data_version(&self) -> Result<i64, StoreError> {
        self.db.data_version()
    }
    /// What the journal beside the record looks like from outside. It changes with every commit of
    /// any process, and asking costs one system call and no lock: with the same answer as before
    /// there is nothing to read. `None` if there is no journal.
    pub fn footprint(&self) -> Option<Footprint> {
        let mut journal = self.db.path().as_os_str().to_owned();
        journal.push("-wal");
        let known = std::fs::metadata(journal).ok()?;
        let written = known.modified().ok()?;
        Some(Footprint {
            written,
            bytes: known.len(),
        })
    }
}

/// Age and size of a journal; only good for comparing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Footprint {
    written: std::time::SystemTime,
    bytes: u64,
}
