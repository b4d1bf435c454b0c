//! Reading a batch for its report. It must not put anything into words: that is the outbox's.

use super::OutboxStore;
use super::rows::{self, number, stored_number};
use crate::domain::{AuditLine, BatchId, ItemState, ReportRow};
use crate::store::database::read_time;
use crate::store::error::StoreError;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

/// What of a batch only its report shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportHead {
    /// What was typed to confirm it.
    pub typed: String,
    /// What the review said besides.
    pub notes: Vec<String>,
    /// When its personal text was dropped.
    pub purged: Option<Timestamp>,
}

/// Recipients that share state, rule and numbers, with one of them as a sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportGroup {
    /// How many recipients.
    pub recipients: u64,
    /// One of them.
    pub sample: ReportRow,
}

const ROW: &str = "i.id, i.recipient, i.recipients, i.state, i.rule, i.http_status, \
    i.platform_code, i.errors, i.note, i.message_id, i.attempts, i.source_row, i.body_sha256, \
    (SELECT max(finished) FROM attempts WHERE item = i.id), \
    (SELECT sentence FROM attempts WHERE item = i.id ORDER BY number DESC LIMIT 1)";

/// Kinds of not being accepted, in the order of the index `items_by_why`, which holds all of it.
pub(super) const WHY: &str = "SELECT min(id) AS sample, sum(recipients) AS people FROM items \
    WHERE batch = ?1 AND state <> 'accepted' AND state <> 'queued' AND state <> 'sending' \
    GROUP BY state, rule, platform_code, json_extract(errors, '$[0].code')";

impl OutboxStore {
    /// What of a batch only its report shows.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn report_head(&self, batch: BatchId) -> Result<Option<ReportHead>, StoreError> {
        self.db.read(|connection| {
            connection
                .query_row(
                    "SELECT typed, notes, purged FROM batches WHERE id = ?1",
                    [batch.0],
                    |row| {
                        let notes: String = row.get(1)?;
                        Ok(ReportHead {
                            typed: row.get(0)?,
                            notes: serde_json::from_str(&notes).unwrap_or_default(),
                            purged: row.get::<_, Option<i64>>(2)?.map(read_time),
                        })
                    },
                )
                .optional()
        })
    }

    /// Everybody of a batch who is not on the way and was not accepted, by why; most first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn report_groups(&self, batch: BatchId) -> Result<Vec<ReportGroup>, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {ROW}, g.people FROM ({WHY}) AS g
                     JOIN items AS i ON i.id = g.sample ORDER BY g.people DESC, i.id"
                ))?
                .query_map([batch.0], |row| {
                    Ok(ReportGroup {
                        sample: report_row(row)?,
                        recipients: number(row, 15)?,
                    })
                })?
                .collect()
        })
    }

    /// The calls of a batch after this item, in their order, at most so many; each with the texts
    /// of its recipients where it has several.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn report_rows(
        &self,
        batch: BatchId,
        after: i64,
        limit: u64,
    ) -> Result<Vec<(ReportRow, Vec<String>)>, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {ROW}, (SELECT b.recipients FROM bodies AS b
                                    WHERE i.recipient IS NULL AND b.item = i.id)
                     FROM items AS i WHERE i.batch = ?1 AND i.id > ?2 ORDER BY i.id LIMIT ?3"
                ))?
                .query_map(params![batch.0, after, stored_number(limit)], |row| {
                    let all: Option<String> = row.get(15)?;
                    let all = all.map(|all| all.lines().map(str::to_owned).collect());
                    Ok((report_row(row)?, all.unwrap_or_default()))
                })?
                .collect()
        })
    }

    /// The lines about a batch as a whole, oldest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn audit_of_whole_batch(&self, batch: BatchId) -> Result<Vec<AuditLine>, StoreError> {
        self.audit_where(
            "l.batch = ?1 AND json_extract(l.line, '$.action') NOT IN ('marked','result')",
            batch,
        )
    }
}

fn report_row(row: &Row<'_>) -> rusqlite::Result<ReportRow> {
    let state: String = row.get(3)?;
    let note: Option<String> = row.get(8)?;
    Ok(ReportRow {
        item: row.get(0)?,
        recipient: row.get(1)?,
        recipients: number(row, 2)?,
        state: ItemState::from_word(&state).unwrap_or(ItemState::Unknown),
        rule: row.get(4)?,
        http_status: row.get(5)?,
        platform_code: row.get(6)?,
        errors: rows::errors(row.get(7)?),
        message_id: row.get(9)?,
        attempts: row.get(10)?,
        source_row: row
            .get::<_, Option<i64>>(11)?
            .and_then(|row| u64::try_from(row).ok()),
        body_sha256: row.get(12)?,
        last: row.get::<_, Option<i64>>(13)?.map(read_time),
        sentence: row.get::<_, Option<String>>(14)?.or(note),
    })
}
