//! Who was written to lately, and how often, for the limits of a day. What a person gave up without
//! knowing counts: it may have arrived.

use super::OutboxStore;
use super::rows::number;
use crate::domain::{BatchId, BotTarget, ItemId, ItemState};
use crate::store::database::{read_time, stored_time};
use crate::store::error::StoreError;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

impl OutboxStore {
    /// Everybody a bot wrote to since then, or may have, with when that was; somebody who got
    /// several messages comes several times.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn reached_since(
        &self,
        target: &BotTarget,
        since: Timestamp,
    ) -> Result<Vec<(String, Timestamp)>, StoreError> {
        self.database().read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT coalesce(items.recipient, bodies.recipients), items.marked
                 FROM batches JOIN items ON items.batch = batches.id
                 LEFT JOIN bodies ON bodies.item = items.id AND items.recipient IS NULL
                 WHERE base_url = ?1 AND customer_id = ?2 AND bot_key = ?3
                 AND batches.marked > ?4 AND items.marked > ?4
                 AND items.state IN ('sending','accepted','unknown','abandoned')",
            )?;
            let bot = (&target.base_url, &target.customer_id, &target.bot_key);
            let mut rows = statement.query(params![bot.0, bot.1, bot.2, stored_time(since)])?;
            let mut reached = Vec::new();
            while let Some(row) = rows.next()? {
                let at = read_time(row.get(1)?);
                // A purge leaves nobody's number.
                let people: Option<String> = row.get(0)?;
                let people = people.unwrap_or_default();
                reached.extend(people.lines().map(|person| (person.to_owned(), at)));
            }
            Ok(reached)
        })
    }

    /// How many messages a bot had since then, or may have had: one for each person of a call.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn messages_since(&self, target: &BotTarget, since: Timestamp) -> Result<u64, StoreError> {
        self.database().read(|connection| {
            let bot = (&target.base_url, &target.customer_id, &target.bot_key);
            connection
                .prepare_cached(
                    "SELECT coalesce(sum(items.recipients), 0)
                     FROM batches JOIN items ON items.batch = batches.id
                     WHERE base_url = ?1 AND customer_id = ?2 AND bot_key = ?3
                     AND batches.marked >= ?4 AND items.marked >= ?4
                     AND items.state IN ('sending','accepted','unknown','abandoned')",
                )?
                .query_row(params![bot.0, bot.1, bot.2, stored_time(since)], |row| {
                    number(row, 0)
                })
        })
    }

    /// Everybody a call reaches.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn people_of(&self, item: ItemId) -> Result<Vec<String>, StoreError> {
        self.database().read(|connection| {
            let people: Option<Option<String>> = connection
                .prepare_cached(
                    "SELECT coalesce(items.recipient, bodies.recipients) FROM items
                     LEFT JOIN bodies ON bodies.item = items.id WHERE items.id = ?1",
                )?
                .query_row([item.0], |row| row.get(0))
                .optional()?;
            let people = people.flatten().unwrap_or_default();
            Ok(people.lines().map(str::to_owned).collect())
        })
    }

    /// Everybody of a batch's calls in these states, in sending order. A purge leaves nobody's
    /// number.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn people_of_batch(
        &self,
        batch: BatchId,
        states: &[ItemState],
    ) -> Result<Vec<String>, StoreError> {
        self.database().read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT coalesce(items.recipient, bodies.recipients), items.state FROM items
                 LEFT JOIN bodies ON bodies.item = items.id AND items.recipient IS NULL
                 WHERE items.batch = ?1 ORDER BY items.id",
            )?;
            let mut rows = statement.query([batch.0])?;
            let mut people = Vec::new();
            while let Some(row) = rows.next()? {
                let state: String = row.get(1)?;
                if !states.iter().any(|wanted| wanted.word() == state) {
                    continue;
                }
                let one: Option<String> = row.get(0)?;
                people.extend(one.unwrap_or_default().lines().map(str::to_owned));
            }
            Ok(people)
        })
    }
}
