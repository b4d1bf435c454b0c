//! Reading the people of a batch window by window, and what its detail shows. A list is never read
//! as a whole.

use super::OutboxStore;
use super::rows::{self, ITEM_COLUMNS, StoredBatch, number, stored_number};
use crate::domain::{BatchId, Item, ItemId, ItemState, RowFilter, RowPage, RowWindow};
use crate::store::database::read_time;
use crate::store::error::StoreError;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

/// What else somebody is looked for by: digits of people whose name has the text.
pub type Named<'a> = &'a [String];

impl OutboxStore {
    /// Rows of a batch: at most `limit` from the window's offset on. Those of one state stand in
    /// sending order, several states of a filter one after the other.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn row_page(
        &self,
        stored: &StoredBatch,
        window: &RowWindow,
        named: Named<'_>,
        limit: u64,
    ) -> Result<RowPage, StoreError> {
        self.db.read(|connection| {
            if !window.find.is_empty() {
                return found(connection, stored.batch.id, window, named, limit);
            }
            let mut page = RowPage {
                window: window.clone(),
                ..RowPage::default()
            };
            if window.filter == RowFilter::All {
                page.total = stored.calls + stored.batch.counts.skipped;
                page.items = all(connection, stored.batch.id, (window.offset, limit))?;
                return Ok(page);
            }
            let mut offset = window.offset;
            for state in window.filter.states() {
                let rows = rows_of(connection, stored, *state)?;
                page.total += rows;
                let left = limit.saturating_sub(page.items.len() as u64);
                if offset < rows && left > 0 {
                    let part = (*state, offset, left.min(rows - offset));
                    page.items.extend(of_state(connection, stored, part)?);
                }
                offset = offset.saturating_sub(rows);
            }
            Ok(page)
        })
    }

    /// How many people of the first so many calls were accepted, and when the last of these calls
    /// ended.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn first_calls(
        &self,
        batch: BatchId,
        calls: u32,
    ) -> Result<(u64, Option<Timestamp>), StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT coalesce(sum(recipients * (state = 'accepted')), 0), max(finished)
                     FROM (SELECT state, recipients, (SELECT max(finished) FROM attempts
                             WHERE attempts.item = items.id) AS finished
                         FROM items WHERE batch = ?1 AND state <> 'skipped'
                         ORDER BY id LIMIT ?2)",
                )?
                .query_row(params![batch.0, calls], |row| {
                    let ended: Option<i64> = row.get(1)?;
                    Ok((number(row, 0)?, ended.map(read_time)))
                })
        })
    }

    /// The name of the file a batch's people came from, and when a person went on after the first
    /// of them.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn origin(
        &self,
        batch: BatchId,
    ) -> Result<(Option<String>, Option<Timestamp>), StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached("SELECT source, went_on FROM batches WHERE id = ?1")?
                .query_row([batch.0], |row| {
                    let went_on: Option<i64> = row.get(1)?;
                    Ok((row.get(0)?, went_on.map(read_time)))
                })
        })
    }

    /// The recipients of the first and the last call of a batch. Who was left out stands behind
    /// the calls, so that looking from the end walks over those only.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn ends(&self, batch: BatchId) -> Result<Option<(String, String)>, StoreError> {
        self.db.read(|connection| {
            let end = |order: &str| {
                connection
                    .prepare_cached(&format!(
                        "SELECT recipient FROM items
                         WHERE batch = ?1 AND body_sha256 IS NOT NULL ORDER BY id {order} LIMIT 1"
                    ))?
                    .query_row([batch.0], |row| row.get::<_, Option<String>>(0))
                    .optional()
                    .map(Option::flatten)
            };
            Ok(end("ASC")?.zip(end("DESC")?))
        })
    }

    /// The call of the same batch after an item, or before it, and its place among all calls from
    /// 1 on; `None` at either end.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn call_beside(&self, item: ItemId, after: bool) -> Result<Option<ItemId>, StoreError> {
        let sql = if after {
            "SELECT id FROM items WHERE batch = (SELECT batch FROM items WHERE id = ?1)
             AND id > ?1 AND body_sha256 IS NOT NULL ORDER BY id LIMIT 1"
        } else {
            "SELECT id FROM items WHERE batch = (SELECT batch FROM items WHERE id = ?1)
             AND id < ?1 AND body_sha256 IS NOT NULL ORDER BY id DESC LIMIT 1"
        };
        self.db.read(|connection| {
            connection
                .prepare_cached(sql)?
                .query_row([item.0], |row| row.get(0).map(ItemId))
                .optional()
        })
    }

    /// The place of an item among those of its batch, from 1 on.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn place_of(&self, item: &Item) -> Result<u64, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached("SELECT count(*) FROM items WHERE batch = ?1 AND id <= ?2")?
                .query_row(params![item.batch.0, item.id.0], |row| number(row, 0))
        })
    }
}

fn all(
    connection: &Connection,
    batch: BatchId,
    (offset, limit): (u64, u64),
) -> rusqlite::Result<Vec<Item>> {
    connection
        .prepare_cached(&format!(
            "SELECT {ITEM_COLUMNS} FROM items WHERE batch = ?1 ORDER BY id LIMIT ?2 OFFSET ?3"
        ))?
        .query_map(
            params![batch.0, stored_number(limit), stored_number(offset)],
            rows::item,
        )?
        .collect()
}

/// Rows of a state. Where every call has one recipient the counters of the batch say it; where a
/// call has many there are few calls to count.
fn rows_of(
    connection: &Connection,
    stored: &StoredBatch,
    state: ItemState,
) -> rusqlite::Result<u64> {
    let counts = stored.batch.counts;
    if stored.calls == counts.planned - counts.skipped {
        return Ok(counts.of(state));
    }
    connection
        .prepare_cached("SELECT count(*) FROM items WHERE batch = ?1 AND state = ?2")?
        .query_row(params![stored.batch.id.0, state.word()], |row| {
            number(row, 0)
        })
}

/// The state stands in the text of the statement: partial indexes are only used for conditions
/// that are known when it is prepared.
fn of_state(
    connection: &Connection,
    stored: &StoredBatch,
    (state, offset, limit): (ItemState, u64, u64),
) -> rusqlite::Result<Vec<Item>> {
    connection
        .prepare_cached(&state_sql(state))?
        .query_map(
            params![
                stored.batch.id.0,
                stored_number(limit),
                stored_number(offset)
            ],
            rows::item,
        )?
        .collect()
}

pub(super) fn state_sql(state: ItemState) -> String {
    let waits = matches!(
        state,
        ItemState::Accepted | ItemState::Queued | ItemState::Sending
    );
    let narrow = if waits {
        ""
    } else {
        "AND state <> 'accepted' AND state <> 'queued' AND state <> 'sending'"
    };
    let word = state.word();
    format!(
        "SELECT {ITEM_COLUMNS} FROM items WHERE batch = ?1 AND state = '{word}' {narrow}
         ORDER BY id LIMIT ?2 OFFSET ?3"
    )
}

/// Whose number has the digits, or who is one of the named.
fn found(
    connection: &Connection,
    batch: BatchId,
    window: &RowWindow,
    named: Named<'_>,
    limit: u64,
) -> rusqlite::Result<RowPage> {
    let digits: String = window.find.chars().filter(char::is_ascii_digit).collect();
    let states: Vec<String> = window
        .filter
        .states()
        .iter()
        .map(|state| format!("'{state}'"))
        .collect();
    let marks = vec!["?"; named.len()].join(",");
    let sql = format!(
        "SELECT {ITEM_COLUMNS} FROM items WHERE batch = ? AND state IN ({})
         AND ((? <> '' AND instr(recipient, ?) > 0) OR recipient IN ({marks}))
         ORDER BY id LIMIT ?",
        states.join(",")
    );
    let limit = limit.to_string();
    let batch = batch.0.to_string();
    let mut values: Vec<&str> = vec![&batch, &digits, &digits];
    values.extend(named.iter().map(String::as_str));
    values.push(&limit);
    let items: Vec<Item> = connection
        .prepare(&sql)?
        .query_map(params_from_iter(values), rows::item)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(RowPage {
        window: window.clone(),
        total: items.len() as u64,
        items,
    })
}
