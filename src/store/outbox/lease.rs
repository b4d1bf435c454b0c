//! The number of the sender. The lock of the data folder says who may send; should it ever be given
//! to two at once, as on a network file system, the number lets only the later one write.

use super::OutboxStore;
use crate::store::database::stored_time;
use crate::store::error::StoreError;
use jiff::Timestamp;
use rusqlite::{Connection, ffi, params};
use std::sync::atomic::{AtomicI64, Ordering};

/// The number a connection writes under; 0 for one that does not send.
#[derive(Debug, Default)]
pub(super) struct Lease {
    number: AtomicI64,
}

impl Lease {
    /// Lets nothing be committed under a number that is not the highest any more.
    ///
    /// # Errors
    /// A refusal, or whatever the database says.
    pub fn check(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mine = self.number.load(Ordering::Relaxed);
        if mine == 0 {
            return Ok(());
        }
        let highest: i64 = connection
            .prepare_cached("SELECT fence FROM lease")?
            .query_row([], |row| row.get(0))?;
        if highest == mine {
            return Ok(());
        }
        Err(rusqlite::Error::SqliteFailure(
            ffi::Error::new(ffi::SQLITE_CONSTRAINT),
            Some("another process became the sender meanwhile".to_owned()),
        ))
    }
}

impl OutboxStore {
    /// Makes this connection the sender's: every number before it writes nothing any more. Nobody
    /// counts on it to stay until [`OutboxStore::lease_stays`].
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn take_lease(&self, now: Timestamp) -> Result<(), StoreError> {
        self.lease.number.store(0, Ordering::Relaxed);
        let number = self.db.change(|tx| {
            tx.query_row(
                "UPDATE lease SET fence = fence + 1, pid = ?1, since = ?2, stays = 0
                 RETURNING fence",
                params![std::process::id(), stored_time(now)],
                |row| row.get(0),
            )
        })?;
        self.lease.number.store(number, Ordering::Relaxed);
        Ok(())
    }

    /// Notes that the sender of this connection stays until it is told to end, so that others may
    /// leave to it what is due later.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn lease_stays(&self) -> Result<(), StoreError> {
        let mine = self.lease.number.load(Ordering::Relaxed);
        self.db.change(|tx| {
            tx.execute("UPDATE lease SET stays = 1 WHERE fence = ?1", [mine])
                .map(|_| ())
        })
    }

    /// Whether the last sender said that it stays. It says nothing about whether it is alive.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn last_sender_stays(&self) -> Result<bool, StoreError> {
        self.db
            .read(|db| db.query_row("SELECT stays FROM lease", [], |row| row.get(0)))
    }
}

#[cfg(test)]
mod tests {
    use crate::store::StoreError;
    use crate::store::outbox::tests::{reason, record_with, time};
    use crate::store::outbox::{OutboxStore, OutcomeVerdict, SendError, StopKind};

    #[test]
    fn only_the_last_sender_writes_and_those_who_do_not_send_may() {
        let record = record_with(3, None);
        let first = &record.store;
        first.take_lease(time(0)).unwrap();
        let done = record.mark(1, OutcomeVerdict::Accepted);
        let second = OutboxStore::open(record.dir.path()).unwrap();
        second.take_lease(time(1)).unwrap();

        let candidates = first.candidates(record.batch, time(2), 1).unwrap();
        let refused = first.mark(record.batch, &candidates, time(2)).unwrap_err();
        assert!(
            matches!(&refused, SendError::Store(StoreError::Refused { detail, .. })
                if detail.contains("another process")),
            "{refused:?}"
        );
        first.record(&done, &[]).unwrap_err();
        let counts = second.batch(record.batch).unwrap().unwrap().batch.counts;
        assert_eq!((counts.sending, counts.queued), (1, 2));
        second.record(&done, &[]).unwrap();

        let person = OutboxStore::open(record.dir.path()).unwrap();
        person
            .stop(record.batch, StopKind::Person, &reason("person"))
            .unwrap();
    }
}
