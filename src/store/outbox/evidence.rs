//! What speaks for an unknown result: the tries of ours that could have said the same, the
//! messages that prove something already, what a look found. Evidence of a message settles a
//! result as accepted, and nothing else here settles anything.

use super::OutboxStore;
use super::read::{Attempt, batch_row, request_row};
use super::rows::{self, ITEM_COLUMNS, StoredBatch, stored_number};
use crate::domain::{
    BatchId, BotTarget, FrozenRequest, Item, ItemId, ItemState, SendKind, Sha256Hex,
};
use crate::store::database::{read_time, stored_time};
use crate::store::error::StoreError;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::HashSet;

/// The rule of an item that a message of the conversation proved.
pub const READ_BACK: &str = "read_back";

/// An unknown result with everything the record knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRow {
    /// The item.
    pub item: Item,
    /// Its batch.
    pub batch: StoredBatch,
    /// Its last try.
    pub attempt: Attempt,
    /// Its call.
    pub request: FrozenRequest,
    /// The last look at the conversation: when, and what it found.
    pub look: Option<(Timestamp, String)>,
}

/// A try of ours that reached for the same person, and may have been processed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rival {
    /// Its item.
    pub item: ItemId,
    /// What kind of call.
    pub kind: SendKind,
    /// When it was marked.
    pub started: Timestamp,
    /// Its call.
    pub request: FrozenRequest,
}

/// A message that proves a result.
#[derive(Debug, Clone, Copy)]
pub struct Proof<'a> {
    /// Which item.
    pub item: ItemId,
    /// Which message; it can prove nothing else from then on.
    pub message: &'a Sha256Hex,
    /// The id under which the platform has it, if that was the proof.
    pub message_id: Option<&'a str>,
    /// What was seen, as a sentence.
    pub evidence: &'a str,
    /// Who asked.
    pub who: &'a str,
    /// When.
    pub at: Timestamp,
}

/// How storing a proof ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proven {
    /// The result is accepted; its batch as it is now.
    Accepted(Box<StoredBatch>),
    /// The message proves something else already.
    Claimed,
    /// The result was settled meanwhile.
    Settled,
}

impl OutboxStore {
    /// Unknown results, the newest batch first; of one batch or of all.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn unknown_rows(
        &self,
        only: Option<BatchId>,
        limit: u64,
    ) -> Result<Vec<UnknownRow>, StoreError> {
        self.db.read(|connection| {
            let items: Vec<Item> = connection
                .prepare_cached(&format!(
                    "SELECT {ITEM_COLUMNS} FROM items WHERE state = 'unknown'
                     AND (?1 IS NULL OR batch = ?1) ORDER BY batch DESC, id LIMIT ?2"
                ))?
                .query_map(
                    params![only.map(|batch| batch.0), stored_number(limit)],
                    rows::item,
                )?
                .collect::<rusqlite::Result<_>>()?;
            let mut found = Vec::with_capacity(items.len());
            for item in items {
                found.extend(unknown_row(connection, item)?);
            }
            Ok(found)
        })
    }

    /// One unknown result; `None` if the item is not unknown.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn unknown_row(&self, item: ItemId) -> Result<Option<UnknownRow>, StoreError> {
        let Some(item) = self.item(item)? else {
            return Ok(None);
        };
        if item.state != ItemState::Unknown {
            return Ok(None);
        }
        self.db.read(|connection| unknown_row(connection, item))
    }

    /// Other tries of ours for this person between these times that may have been processed and
    /// are not proven by a message of their own.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn rivals(
        &self,
        of: &UnknownRow,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Rival>, StoreError> {
        let Some(person) = of.item.recipient.as_deref() else {
            return Ok(Vec::new());
        };
        self.db.read(|connection| {
            let tries = tries_for(connection, (person, &of.batch.target), (from, to))?;
            let mut rivals = Vec::new();
            for (item, kind, started) in tries {
                if item == of.item.id {
                    continue;
                }
                rivals.extend(request_row(connection, item)?.map(|request| Rival {
                    item,
                    kind,
                    started,
                    request,
                }));
            }
            Ok(rivals)
        })
    }

    /// Which of these messages prove something already.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn claimed(&self, messages: &[Sha256Hex]) -> Result<HashSet<Sha256Hex>, StoreError> {
        self.db.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT 1 FROM proofs WHERE message = ?1")?;
            let mut claimed = HashSet::new();
            for message in messages {
                if statement.exists([message.as_str()])? {
                    claimed.insert(message.clone());
                }
            }
            Ok(claimed)
        })
    }

    /// Settles an unknown result as accepted by a message that proves nothing else.
    ///
    /// # Errors
    /// Whatever the database says; then nothing is changed.
    pub fn prove(&self, proof: &Proof<'_>) -> Result<Proven, StoreError> {
        self.db.change(|tx| {
            let batch: Option<i64> = tx
                .query_row(
                    "SELECT batch FROM items WHERE id = ?1 AND state = 'unknown'",
                    [proof.item.0],
                    |row| row.get(0),
                )
                .optional()?;
            let Some(batch) = batch.map(BatchId) else {
                return Ok(Proven::Settled);
            };
            let claimed = tx.execute(
                "INSERT INTO proofs (message, item) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                params![proof.message.as_str(), proof.item.0],
            )?;
            if claimed == 0 {
                return Ok(Proven::Claimed);
            }
            tx.execute(
                "INSERT INTO decisions (item, decided, decided_by, who, at, reason)
                 VALUES (?1, 'accepted', 'read_back', ?2, ?3, ?4)",
                params![
                    proof.item.0,
                    proof.who,
                    stored_time(proof.at),
                    proof.evidence
                ],
            )?;
            tx.execute(
                "UPDATE items SET state = 'accepted', rule = ?2,
                    message_id = coalesce(?3, message_id) WHERE id = ?1",
                params![proof.item.0, READ_BACK, proof.message_id],
            )?;
            let stored = batch_row(tx, batch)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
            Ok(Proven::Accepted(Box::new(stored)))
        })
    }

    /// Keeps that somebody looked, and what there was to see.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn looked(&self, item: ItemId, at: Timestamp, found: &str) -> Result<(), StoreError> {
        self.db.change(|tx| {
            tx.execute(
                "INSERT INTO looks (item, at, found) VALUES (?1, ?2, ?3)
                 ON CONFLICT (item) DO UPDATE SET at = excluded.at, found = excluded.found",
                params![item.0, stored_time(at), found],
            )
            .map(|_| ())
        })
    }

    /// Results of a batch that came to light after they had been closed otherwise.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn late_evidence(&self, batch: BatchId) -> Result<Vec<(ItemId, String)>, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT items.id, late_evidence FROM items JOIN attempts ON item = items.id
                     WHERE batch = ?1 AND late_evidence IS NOT NULL ORDER BY items.id",
                )?
                .query_map([batch.0], |row| Ok((ItemId(row.get(0)?), row.get(1)?)))?
                .collect()
        })
    }
}

fn unknown_row(connection: &Connection, item: Item) -> rusqlite::Result<Option<UnknownRow>> {
    let batch = batch_row(connection, item.batch)?;
    let attempt = super::read::last_attempt(connection, item.id)?;
    let request = request_row(connection, item.id)?;
    let look = connection
        .prepare_cached("SELECT at, found FROM looks WHERE item = ?1")?
        .query_row([item.id.0], |row| Ok((read_time(row.get(0)?), row.get(1)?)))
        .optional()?;
    let (Some(batch), Some(attempt), Some(request)) = (batch, attempt, request) else {
        return Ok(None);
    };
    Ok(Some(UnknownRow {
        item,
        batch,
        attempt,
        request,
        look,
    }))
}

/// Tries are numbered as they are marked, so the first one in time bounds the search; what is
/// older is not looked at.
fn tries_for(
    connection: &Connection,
    (person, target): (&str, &BotTarget),
    (from, to): (Timestamp, Timestamp),
) -> rusqlite::Result<Vec<(ItemId, SendKind, Timestamp)>> {
    let before: i64 = connection
        .prepare_cached("SELECT id FROM attempts WHERE started < ?1 ORDER BY id DESC LIMIT 1")?
        .query_row([stored_time(from)], |row| row.get(0))
        .optional()?
        .unwrap_or(0);
    connection
        .prepare_cached(
            "SELECT items.id, batches.kind, attempts.started FROM attempts
             JOIN items ON items.id = attempts.item JOIN batches ON batches.id = items.batch
             LEFT JOIN bodies ON bodies.item = items.id AND items.recipient IS NULL
             WHERE attempts.id > ?1 AND attempts.started BETWEEN ?2 AND ?3
             AND (attempts.verdict IS NULL OR attempts.verdict IN ('accepted','unknown'))
             AND (items.recipient = ?4
                OR instr(char(10) || bodies.recipients || char(10), char(10) || ?4 || char(10)) > 0)
             AND customer_id = ?5 AND bot_key = ?6 AND base_url = ?7
             AND NOT EXISTS (SELECT 1 FROM proofs WHERE proofs.item = items.id)
             ORDER BY attempts.started",
        )?
        .query_map(
            params![
                before,
                stored_time(from),
                stored_time(to),
                person,
                target.customer_id,
                target.bot_key,
                target.base_url,
            ],
            rival_start,
        )?
        .collect()
}

fn rival_start(row: &Row<'_>) -> rusqlite::Result<(ItemId, SendKind, Timestamp)> {
    let kind: String = row.get(1)?;
    let kind = SendKind::from_word(&kind).unwrap_or(SendKind::Template);
    Ok((ItemId(row.get(0)?), kind, read_time(row.get(2)?)))
}
