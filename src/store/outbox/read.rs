//! Reading the record: batches, items, bodies, attempts.

use super::OutboxStore;
use super::rows::{self, BATCH_COLUMNS, ITEM_COLUMNS, StoredBatch, stored_number};
use crate::domain::{
    BatchId, BotTarget, Counts, FrozenRequest, Item, ItemId, ItemState, PlatformError, RequestBody,
    RequestHead, SendKind, Sha256Hex,
};
use crate::store::database::read_time;
use crate::store::error::StoreError;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::time::Duration;

/// Which items of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemFilter {
    /// All of them, the skipped ones last.
    All,
    /// Those in one state.
    State(ItemState),
}

/// One try of an item, for its full view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Counts from 1 within the item.
    pub number: u32,
    /// When it was marked.
    pub started: Timestamp,
    /// How long the call took, once it ended.
    pub duration: Option<Duration>,
    /// `accepted`, `rejected`, `retry`, `unknown`; `None` while it is on the way.
    pub verdict: Option<String>,
    /// Rule of the classifier.
    pub rule: Option<String>,
    /// HTTP status, if one arrived.
    pub http_status: Option<u16>,
    /// The platform's own number.
    pub platform_code: Option<i64>,
    /// The answer's error list.
    pub errors: Vec<PlatformError>,
    /// What happened and what to do.
    pub sentence: Option<String>,
    /// The first part of the answer.
    pub response: Option<String>,
    /// What came to light after a person had decided, as a sentence.
    pub late_evidence: Option<String>,
}

impl OutboxStore {
    /// Every batch, newest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn batches(&self) -> Result<Vec<StoredBatch>, StoreError> {
        let sql = format!("SELECT {BATCH_COLUMNS} FROM batches ORDER BY id DESC");
        self.db.read(|connection| select_batches(connection, &sql))
    }

    /// The batches a sender may have work with, oldest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn unfinished(&self) -> Result<Vec<StoredBatch>, StoreError> {
        let sql = format!(
            "SELECT {BATCH_COLUMNS} FROM batches
             WHERE state IN ('ready','armed','scheduled','running','draining') ORDER BY id"
        );
        self.db.read(|connection| select_batches(connection, &sql))
    }

    /// One batch.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn batch(&self, id: BatchId) -> Result<Option<StoredBatch>, StoreError> {
        self.db.read(|connection| batch_row(connection, id))
    }

    /// A batch's counts added up from its items, to compare with the stored ones.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn counted(&self, id: BatchId) -> Result<Counts, StoreError> {
        self.db.read(|connection| {
            let mut counts = Counts::default();
            for state in ItemState::ALL {
                let sum: i64 = connection.query_row(
                    "SELECT coalesce(sum(recipients), 0) FROM items WHERE batch = ?1 AND state = ?2",
                    params![id.0, state.word()],
                    |row| row.get(0),
                )?;
                counts.add(*state, u64::try_from(sum).unwrap_or(0));
            }
            Ok(counts)
        })
    }

    /// Items of a batch in sending order.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn items(
        &self,
        batch: BatchId,
        filter: ItemFilter,
        limit: u64,
        offset: u64,
    ) -> Result<Vec<Item>, StoreError> {
        let (limit, offset) = (stored_number(limit), stored_number(offset));
        self.db.read(|connection| match filter {
            ItemFilter::All => connection
                .prepare_cached(&format!(
                    "SELECT {ITEM_COLUMNS} FROM items WHERE batch = ?1
                     ORDER BY id LIMIT ?2 OFFSET ?3"
                ))?
                .query_map(params![batch.0, limit, offset], rows::item)?
                .collect(),
            ItemFilter::State(state) => connection
                .prepare_cached(&format!(
                    "SELECT {ITEM_COLUMNS} FROM items WHERE batch = ?1 AND state = ?2
                     ORDER BY id LIMIT ?3 OFFSET ?4"
                ))?
                .query_map(params![batch.0, state.word(), limit, offset], rows::item)?
                .collect(),
        })
    }

    /// One item.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn item(&self, id: ItemId) -> Result<Option<Item>, StoreError> {
        let sql = format!("SELECT {ITEM_COLUMNS} FROM items WHERE id = ?1");
        self.db.read(|connection| {
            connection
                .prepare_cached(&sql)?
                .query_row([id.0], rows::item)
                .optional()
        })
    }

    /// Every item whose outcome cannot be known, over all batches.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn unknown_items(&self) -> Result<Vec<Item>, StoreError> {
        let sql =
            format!("SELECT {ITEM_COLUMNS} FROM items WHERE state = 'unknown' ORDER BY batch, id");
        self.db.read(|connection| {
            connection
                .prepare(&sql)?
                .query_map([], rows::item)?
                .collect()
        })
    }

    /// The frozen call of an item; `None` for a skipped one.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn request_of(&self, item: ItemId) -> Result<Option<FrozenRequest>, StoreError> {
        self.db.read(|connection| request_row(connection, item))
    }

    /// The newest request of a kind and title that left for a bot, with its batch; the one of this
    /// recipient (digits) where there is one. Titles of broadcasts are compared without the mark
    /// after their last `~`.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn last_sent(
        &self,
        kind: SendKind,
        title: &str,
        target: &BotTarget,
        recipient: Option<&str>,
    ) -> Result<Option<(BatchId, FrozenRequest)>, StoreError> {
        let (stem, escaped) = super::compare::stem(title);
        self.db.read(|connection| {
            let found: Option<(i64, i64)> = connection
                .prepare_cached(
                    "SELECT items.batch, items.id FROM items
                     WHERE items.batch = (
                         SELECT id FROM batches WHERE kind = ?1 AND customer_id = ?4 AND bot_key = ?5
                         AND base_url = ?6 AND (title = ?2 OR title LIKE ?3 || '~%' ESCAPE '\\')
                         AND planned > skipped + queued + cancelled ORDER BY id DESC LIMIT 1)
                     AND items.attempts > 0
                     ORDER BY items.recipient IS ?7 DESC, items.id LIMIT 1",
                )?
                .query_row(
                    params![
                        kind.word(),
                        stem,
                        escaped,
                        target.customer_id,
                        target.bot_key,
                        target.base_url,
                        recipient
                    ],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            let Some((batch, item)) = found else {
                return Ok(None);
            };
            let request = request_row(connection, ItemId(item))?;
            Ok(request.map(|request| (BatchId(batch), request)))
        })
    }

    /// Every try of an item, oldest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn attempts(&self, item: ItemId) -> Result<Vec<Attempt>, StoreError> {
        let sql = format!("SELECT {ATTEMPT_COLUMNS} FROM attempts WHERE item = ?1 ORDER BY number");
        self.db.read(|connection| {
            connection
                .prepare_cached(&sql)?
                .query_map([item.0], attempt)?
                .collect()
        })
    }

    /// Who was written to since this time, and when last: digits with the time of the mark.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn written_since(&self, since: Timestamp) -> Result<Vec<(String, Timestamp)>, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare(
                    "SELECT recipient, started FROM attempts JOIN items ON items.id = attempts.item
                     WHERE recipient IS NOT NULL AND attempts.id IN
                        (SELECT id FROM attempts ORDER BY id DESC LIMIT 5000)
                     AND started >= ?1 ORDER BY attempts.id",
                )?
                .query_map([since.as_microsecond()], |row| {
                    Ok((row.get(0)?, read_time(row.get(1)?)))
                })?
                .collect()
        })
    }
}

/// The last try of an item.
pub(super) fn last_attempt(
    connection: &Connection,
    item: ItemId,
) -> rusqlite::Result<Option<Attempt>> {
    connection
        .prepare_cached(&format!(
            "SELECT {ATTEMPT_COLUMNS} FROM attempts WHERE item = ?1 ORDER BY number DESC LIMIT 1"
        ))?
        .query_row([item.0], attempt)
        .optional()
}

const ATTEMPT_COLUMNS: &str = "number, started, duration_us, verdict, rule, http_status, \
    platform_code, errors, sentence, response, late_evidence";

fn attempt(row: &Row<'_>) -> rusqlite::Result<Attempt> {
    let micros: Option<i64> = row.get(2)?;
    Ok(Attempt {
        number: row.get(0)?,
        started: read_time(row.get(1)?),
        duration: micros.map(|us| Duration::from_micros(u64::try_from(us).unwrap_or(0))),
        verdict: row.get(3)?,
        rule: row.get(4)?,
        http_status: row.get(5)?,
        platform_code: row.get(6)?,
        errors: rows::errors(row.get(7)?),
        sentence: row.get(8)?,
        response: row.get(9)?,
        late_evidence: row.get(10)?,
    })
}

fn select_batches(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<StoredBatch>> {
    connection
        .prepare_cached(sql)?
        .query_map([], rows::stored_batch)?
        .collect()
}

pub(super) fn batch_row(
    connection: &Connection,
    id: BatchId,
) -> rusqlite::Result<Option<StoredBatch>> {
    connection
        .prepare_cached(&format!(
            "SELECT {BATCH_COLUMNS} FROM batches WHERE id = ?1"
        ))?
        .query_row([id.0], rows::stored_batch)
        .optional()
}

pub(super) fn request_row(
    connection: &Connection,
    item: ItemId,
) -> rusqlite::Result<Option<FrozenRequest>> {
    connection
        .prepare_cached(
            "SELECT method, url, headers, form, body, body_sha256
             FROM bodies JOIN heads ON heads.id = bodies.head JOIN items ON items.id = bodies.item
             WHERE bodies.item = ?1",
        )?
        .query_row([item.0], |row| {
            let headers: String = row.get(2)?;
            let form: String = row.get(3)?;
            let text: String = row.get(4)?;
            let body = match form.as_str() {
                "empty" => RequestBody::Empty,
                "json" => RequestBody::Json(text),
                _ => from_json(&text)?,
            };
            let head = RequestHead {
                method: row.get(0)?,
                url: row.get(1)?,
                headers: from_json(&headers)?,
            };
            let body_sha256 = Sha256Hex::from_stored(row.get(5)?);
            Ok(FrozenRequest::of(head, body, body_sha256))
        })
        .optional()
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
    })
}
