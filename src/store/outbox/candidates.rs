//! Which queued items may be called next, and when those that wait may be tried again. It marks
//! nothing.

use super::OutboxStore;
use super::rows::{number, stored_number};
use crate::domain::{BatchId, ItemId};
use crate::store::database::{read_time, stored_time};
use crate::store::error::StoreError;
use jiff::Timestamp;
use rusqlite::{Row, Transaction, params};

/// What is due by the time of day `?2`.
const BY_DAY: &str = "(retry_at IS NULL OR retry_at <= ?2)";

/// A queued item that could be claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The item.
    pub item: ItemId,
    /// Digits of the only recipient.
    pub recipient: Option<String>,
    /// How many people the call reaches.
    pub recipients: u64,
    /// How often it was tried.
    pub attempts: u32,
    /// When it may be tried again, if it waits.
    pub retry_at: Option<Timestamp>,
    /// How often it has waited since the last resume.
    pub waits: u32,
    /// Since when it has been waiting.
    pub waiting_since: Option<Timestamp>,
}

/// Waiting items whose time is known by a clock that nobody can set; the others go by the time of
/// day in the record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Due {
    /// May be called now, whatever the record says.
    pub reached: Vec<ItemId>,
    /// May not, whatever the record says.
    pub waiting: Vec<ItemId>,
    /// Only those behind this item are asked for, but for those whose wait has ended.
    pub after: Option<ItemId>,
}

impl Due {
    fn is_empty(&self) -> bool {
        self.reached.is_empty() && self.waiting.is_empty()
    }
}

impl OutboxStore {
    /// Queued items in sending order that may be called now by the time of day.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn candidates(
        &self,
        batch: BatchId,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<Candidate>, StoreError> {
        self.candidates_due(batch, now, &Due::default(), limit)
    }

    /// [`OutboxStore::candidates`], with what is known by another clock.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn candidates_due(
        &self,
        batch: BatchId,
        now: Timestamp,
        due: &Due,
        limit: u64,
    ) -> Result<Vec<Candidate>, StoreError> {
        let (now, limit) = (stored_time(now), stored_number(limit));
        let after = due.after.map_or(0, |item| item.0);
        self.db.read(|connection| {
            if due.is_empty() {
                // While nothing waits, which is mostly, a list of nothing would cost every turn.
                let sql = candidates_sql(&format!("id > ?4 AND {BY_DAY}"));
                let mut statement = connection.prepare_cached(&sql)?;
                let known = params![batch.0, now, limit, after];
                return statement.query_map(known, candidate)?.collect();
            }
            let mut found = Vec::new();
            if after > 0 {
                // By their numbers: whatever else stands before is not walked over again.
                let sql = candidates_sql("id IN (SELECT value FROM json_each(?2)) AND id <= ?4");
                let mut statement = connection.prepare_cached(&sql)?;
                let known = params![batch.0, listed(&due.reached), limit, after];
                for row in statement.query_map(known, candidate)? {
                    found.push(row?);
                }
            }
            let sql = candidates_sql(&format!(
                "id > ?6 AND ({BY_DAY} OR id IN (SELECT value FROM json_each(?4)))
                 AND id NOT IN (SELECT value FROM json_each(?5))"
            ));
            let (reached, waiting) = (listed(&due.reached), listed(&due.waiting));
            let mut statement = connection.prepare_cached(&sql)?;
            let known = params![batch.0, now, limit, reached, waiting, after];
            for row in statement.query_map(known, candidate)? {
                found.push(row?);
            }
            Ok(found)
        })
    }

    /// When the first waiting item of a batch may be tried again, without those that another clock
    /// knows.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn next_retry(&self, batch: BatchId, due: &Due) -> Result<Option<Timestamp>, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT min(retry_at) FROM items
                     WHERE batch = ?1 AND state = 'queued' AND retry_at IS NOT NULL
                     AND id NOT IN (SELECT value FROM json_each(?2))
                     AND id NOT IN (SELECT value FROM json_each(?3))",
                )?
                .query_row(
                    params![batch.0, listed(&due.reached), listed(&due.waiting)],
                    |row| Ok(row.get::<_, Option<i64>>(0)?.map(read_time)),
                )
        })
    }
}

/// The queued items of `?1` that are due, at most `?3` of them.
fn candidates_sql(due: &str) -> String {
    format!(
        "SELECT id, recipient, recipients, retry_at, waits, waiting_since,
            attempts
         FROM items
         WHERE batch = ?1 AND state = 'queued' AND {due} ORDER BY id LIMIT ?3"
    )
}

fn candidate(row: &Row<'_>) -> rusqlite::Result<Candidate> {
    Ok(Candidate {
        item: ItemId(row.get(0)?),
        recipient: row.get(1)?,
        recipients: number(row, 2)?,
        retry_at: row.get::<_, Option<i64>>(3)?.map(read_time),
        waits: row.get(4)?,
        waiting_since: row.get::<_, Option<i64>>(5)?.map(read_time),
        attempts: row.get(6)?,
    })
}

/// Items as a JSON array, which is how a statement takes a list.
fn listed(items: &[ItemId]) -> String {
    let numbers: Vec<String> = items.iter().map(|item| item.0.to_string()).collect();
    format!("[{}]", numbers.join(","))
}

/// A clock that was set back while nobody sent: whoever waits since then waits from now on, for as
/// long as from the last try, and not until that time comes again.
pub(super) fn wait_from_now(tx: &Transaction<'_>, now: Timestamp) -> rusqlite::Result<()> {
    tx.execute(
        "UPDATE items SET retry_at = ?1 + retry_at - last.finished
         FROM (SELECT item, max(finished) AS finished FROM attempts GROUP BY item) AS last
         WHERE last.item = items.id AND items.state = 'queued' AND items.retry_at IS NOT NULL
         AND last.finished > ?1 AND (SELECT highest FROM time_seen) > ?1",
        [stored_time(now)],
    )?;
    Ok(())
}
