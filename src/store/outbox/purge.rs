//! Dropping the personal text of old batches. What proves that they were confirmed and what became
//! of them stays: hashes, counts, states, rules, ids, and every line of the audit.

use super::OutboxStore;
use super::audit::{AuditNote, write_note};
use super::rows::number;
use crate::domain::{BatchId, BatchState};
use crate::store::database::{read_time, stored_time};
use crate::store::error::StoreError;
use jiff::Timestamp;
use rusqlite::{Connection, Transaction, params};
use serde_json::{Value, json};

/// What a purge up to some time would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Purge {
    /// Batches whose personal text goes, oldest first.
    pub batches: Vec<Purgeable>,
    /// Old batches that stay as they are.
    pub stays: Vec<PurgeRefusal>,
}

/// A batch whose personal text may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purgeable {
    /// Its number.
    pub id: BatchId,
    /// Its title.
    pub title: String,
    /// Everybody in its plan.
    pub planned: u64,
    /// When the last thing happened to it.
    pub last: Timestamp,
}

/// A batch that stays, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurgeRefusal {
    /// Its number.
    pub id: BatchId,
    /// Its title.
    pub title: String,
    /// Results that cannot be known.
    pub unknown: u64,
    /// Where it stands.
    pub state: BatchState,
}

/// What goes with a batch, in the order in which it goes. Every statement takes the batch.
const DROPS: [&str; 9] = [
    "UPDATE decisions SET reason = '' WHERE item IN (SELECT id FROM items WHERE batch = ?1)",
    "DELETE FROM looks WHERE item IN (SELECT id FROM items WHERE batch = ?1)",
    "DELETE FROM intents WHERE item IN (SELECT id FROM items WHERE batch = ?1)",
    "DELETE FROM touches WHERE item IN (SELECT id FROM items WHERE batch = ?1)",
    "DELETE FROM bodies WHERE item IN (SELECT id FROM items WHERE batch = ?1)",
    "UPDATE items SET recipient = NULL, note = NULL, errors = NULL WHERE batch = ?1",
    "UPDATE attempts SET errors = NULL, sentence = NULL, response = NULL, late_evidence = NULL
     WHERE item IN (SELECT id FROM items WHERE batch = ?1)",
    "DELETE FROM audit_personal WHERE seq IN (SELECT seq FROM audit_lines WHERE batch = ?1)",
    "DELETE FROM heads WHERE ?1 > 0 AND id NOT IN (SELECT head FROM bodies)",
];

impl OutboxStore {
    /// What a purge of everything before this time would do. Changes nothing. What duplicates are
    /// still found by now is left out, however short the time.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn purgeable(&self, before: Timestamp, now: Timestamp) -> Result<Purge, StoreError> {
        self.db.read(|connection| {
            let mut purge = Purge::default();
            let mut statement = connection.prepare(
                "SELECT id, title, planned, state, unknown, max(created, confirmed),
                    twin_window FROM batches
                 WHERE purged IS NULL AND created < ?1 ORDER BY id",
            )?;
            let mut rows = statement.query([stored_time(before)])?;
            while let Some(row) = rows.next()? {
                let id = BatchId(row.get(0)?);
                let last = last_change(connection, id)?.max(row.get(5)?);
                let twins_until = last.saturating_add(row.get(6)?);
                if read_time(last) >= before || twins_until > stored_time(now) {
                    continue;
                }
                let (title, unknown) = (row.get(1)?, number(row, 4)?);
                let state = row.get::<_, String>(3)?;
                let state = BatchState::from_word(&state).unwrap_or(BatchState::Held);
                if unknown == 0 && is_finished(state) {
                    purge.batches.push(Purgeable {
                        id,
                        title,
                        planned: number(row, 2)?,
                        last: read_time(last),
                    });
                } else {
                    purge.stays.push(PurgeRefusal {
                        id,
                        title,
                        unknown,
                        state,
                    });
                }
            }
            Ok(purge)
        })
    }

    /// Drops the personal text of a batch and overwrites the room it took, with a line that says
    /// so, all of it or nothing.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if it is not finished, has unknown results or was purged before.
    pub fn purge(&self, id: BatchId, now: Timestamp) -> Result<(), StoreError> {
        self.db
            .read(|connection| connection.pragma_update(None, "secure_delete", true))?;
        self.db.change(|tx| {
            let dropped = count_dropped(tx, id)?;
            tx.execute(
                "UPDATE batches SET purged = ?2, typed = '', reason_text = NULL,
                    override_reason = NULL, source = NULL WHERE id = ?1",
                params![id.0, stored_time(now)],
            )?;
            for statement in DROPS {
                tx.execute(statement, [id.0])?;
            }
            let note = AuditNote {
                action: "purged",
                batch: Some(id),
                detail: dropped,
                personal: Value::Null,
            };
            write_note(tx, &note)
        })
    }

    /// Gives the room of what was dropped back to the disk. Nobody can write meanwhile.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn compact(&self) -> Result<(), StoreError> {
        self.db.compact()
    }
}

fn is_finished(state: BatchState) -> bool {
    matches!(
        state,
        BatchState::Done | BatchState::DoneWithProblems | BatchState::Cancelled
    )
}

/// The newest line of a batch; of one older than the audit the end of its last call.
fn last_change(connection: &Connection, id: BatchId) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "SELECT coalesce(
                (SELECT at FROM audit_lines WHERE batch = ?1 ORDER BY seq DESC LIMIT 1),
                (SELECT max(finished) FROM items JOIN attempts ON attempts.item = items.id
                 WHERE items.batch = ?1), 0)",
        )?
        .query_row([id.0], |row| row.get(0))
}

fn count_dropped(tx: &Transaction<'_>, id: BatchId) -> rusqlite::Result<Value> {
    let count =
        |sql: &str| -> rusqlite::Result<i64> { tx.query_row(sql, [id.0], |row| row.get(0)) };
    Ok(json!({
        "by": "person",
        "recipients": count("SELECT planned FROM batches WHERE id = ?1")?,
        "bodies": count(
            "SELECT count(*) FROM items JOIN bodies ON bodies.item = items.id WHERE batch = ?1",
        )?,
        "attempts": count(
            "SELECT count(*) FROM items JOIN attempts ON attempts.item = items.id WHERE batch = ?1",
        )?,
        "audit_texts": count(
            "SELECT count(*) FROM audit_lines JOIN audit_personal USING (seq) WHERE batch = ?1",
        )?,
    }))
}
