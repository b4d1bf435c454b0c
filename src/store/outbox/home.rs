//! The folder that the record belongs to. Whether it still lies there is the outbox's question.

use super::OutboxStore;
use super::change::{hold_batch, settle};
use super::recover::make_unknown;
use crate::domain::{BatchId, Reason};
use crate::store::database::stored_time;
use crate::store::error::StoreError;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

/// What tells the place of a record from every other place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// A digest of the machine's own id; empty where the system has none.
    pub machine: String,
    /// The real path of the record.
    pub path: String,
    /// The number of its file in the file system, which a copy does not share; 0 where files have
    /// none.
    pub inode: i64,
}

impl OutboxStore {
    /// Where the record belongs; `None` before the first program that asked.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn home(&self) -> Result<Option<Home>, StoreError> {
        self.database().read(|connection| {
            connection
                .query_row("SELECT machine, path, inode FROM home", [], |row| {
                    Ok(Home {
                        machine: row.get(0)?,
                        path: row.get(1)?,
                        inode: row.get(2)?,
                    })
                })
                .optional()
        })
    }

    /// Binds a record that belongs nowhere yet.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn settle_in(&self, home: &Home, now: Timestamp) -> Result<(), StoreError> {
        self.database()
            .change(|tx| write_home(tx, home, now).map(|_| ()))
    }

    /// Makes this place the home of a copy. Whoever sends for the original may go on with it, so
    /// nothing here goes on by itself: what was on the way is unknown, what waited is held. Says
    /// which batches that were.
    ///
    /// # Errors
    /// Whatever the database says; then nothing is changed.
    pub fn adopt(&self, home: &Home, now: Timestamp) -> Result<Vec<BatchId>, StoreError> {
        self.database().change(|tx| {
            write_home(tx, home, now)?;
            make_unknown(tx, now)?;
            let open: Vec<BatchId> = tx
                .prepare(
                    "SELECT id FROM batches WHERE queued > 0
                     AND state IN ('ready','armed','scheduled','running','draining') ORDER BY id",
                )?
                .query_map([], |row| Ok(BatchId(row.get(0)?)))?
                .collect::<rusqlite::Result<_>>()?;
            for id in &open {
                let reason = Reason {
                    rule: "adopted".to_owned(),
                    text: format!(
                        "Batch {} comes from a copied data folder. The original may have gone on with it; look there before it is resumed.",
                        id.0
                    ),
                };
                hold_batch(tx, *id, &reason)?;
            }
            let unsettled: Vec<BatchId> = tx
                .prepare("SELECT id FROM batches WHERE state IN ('running','draining')")?
                .query_map([], |row| Ok(BatchId(row.get(0)?)))?
                .collect::<rusqlite::Result<_>>()?;
            for id in unsettled {
                settle(tx, id)?;
            }
            Ok(open)
        })
    }
}

fn write_home(tx: &Transaction<'_>, home: &Home, now: Timestamp) -> rusqlite::Result<usize> {
    tx.execute(
        "INSERT INTO home (one, machine, path, inode, since) VALUES (1, ?1, ?2, ?3, ?4)
         ON CONFLICT (one) DO UPDATE SET machine = excluded.machine, path = excluded.path,
            inode = excluded.inode, since = excluded.since",
        params![home.machine, home.path, home.inode, stored_time(now)],
    )
}
