//! What is known about conversations as a whole: how much is there, how fresh it is, which time
//! ranges have no gaps.

use super::CacheStore;
use super::model::{ConversationKey, ConversationState, KnownRange};
use crate::domain::{BotTarget, LastHeard};
use crate::store::StoreError;
use crate::store::database::{read_time, stored_time};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, ToSql, Transaction, params};
use std::collections::BTreeMap;

/// Ranges that end and begin within a millisecond touch: messages have no finer times.
const TOUCHING: i64 = 1000;

impl CacheStore {
    /// What is known about a conversation; `None` if nothing is.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn conversation(
        &self,
        key: &ConversationKey,
    ) -> Result<Option<ConversationState>, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT total, first, last, refreshed, complete, last_customer, next_page
                     FROM conversations WHERE account = ?1 AND user = ?2",
                )?
                .query_row([key.account(), key.user()], |row| {
                    let millis = |column: usize| -> rusqlite::Result<Option<Timestamp>> {
                        let at: Option<i64> = row.get(column)?;
                        Ok(at.and_then(|at| Timestamp::from_millisecond(at).ok()))
                    };
                    Ok(ConversationState {
                        total: row.get::<_, i64>(0)?.unsigned_abs(),
                        first: millis(1)?,
                        last: millis(2)?,
                        refreshed: row.get::<_, Option<i64>>(3)?.map(read_time),
                        complete: row.get(4)?,
                        last_customer: millis(5)?,
                        next_page: row.get(6)?,
                    })
                })
                .optional()
        })
    }

    /// When each of these people wrote last, of those whose conversation with a bot was read up to
    /// its newest message. Ids are those of the conversation path.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn last_heard<'i>(
        &self,
        target: &BotTarget,
        ids: impl IntoIterator<Item = &'i str>,
    ) -> Result<BTreeMap<String, LastHeard>, StoreError> {
        let account = ConversationKey::account_of(target);
        let ids: Vec<&str> = ids.into_iter().collect();
        self.db.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT last_customer, refreshed FROM conversations
                 WHERE account = ?1 AND user = ?2
                   AND last_customer IS NOT NULL AND refreshed IS NOT NULL",
            )?;
            let mut heard = BTreeMap::new();
            for id in ids {
                let found: Option<(i64, i64)> = statement
                    .query_row([account.as_str(), id], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?;
                if let Some((at, looked)) = found
                    && let Ok(at) = Timestamp::from_millisecond(at)
                {
                    let looked = read_time(looked);
                    heard.insert(id.to_owned(), LastHeard { at, looked });
                }
            }
            Ok(heard)
        })
    }

    /// Whose conversations an account has in the cache, as channel user ids in order.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn conversations(&self, account: &str) -> Result<Vec<String>, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached("SELECT user FROM conversations WHERE account = ?1 ORDER BY user")?
                .query_map([account], |row| row.get(0))?
                .collect()
        })
    }

    /// Remembers when a conversation was brought up to date.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn mark_refreshed(&self, key: &ConversationKey, at: Timestamp) -> Result<(), StoreError> {
        self.set(
            key,
            "UPDATE conversations SET refreshed = ?2 WHERE id = ?1",
            &stored_time(at),
        )
    }

    /// Remembers whether the cache reaches back to the beginning of a conversation.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn mark_complete(&self, key: &ConversationKey, complete: bool) -> Result<(), StoreError> {
        self.set(
            key,
            "UPDATE conversations SET complete = ?2 WHERE id = ?1",
            &complete,
        )
    }

    /// Remembers the page that a fetch of the whole history goes on with; `None` once it is done.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn remember_progress(
        &self,
        key: &ConversationKey,
        next_page: Option<u32>,
    ) -> Result<(), StoreError> {
        self.set(
            key,
            "UPDATE conversations SET next_page = ?2 WHERE id = ?1",
            &next_page,
        )
    }

    fn set(
        &self,
        key: &ConversationKey,
        sql: &'static str,
        value: &dyn ToSql,
    ) -> Result<(), StoreError> {
        self.db.change(|tx| {
            let id = conversation_id(tx, key)?;
            tx.prepare_cached(sql)?.execute(params![id, value])?;
            Ok(())
        })
    }

    /// The time ranges in which every message is there, oldest first, with gaps between them.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn known(&self, key: &ConversationKey) -> Result<Vec<KnownRange>, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT known.since, known.until FROM known
                     JOIN conversations ON conversations.id = known.conversation
                     WHERE account = ?1 AND user = ?2 ORDER BY since",
                )?
                .query_map([key.account(), key.user()], |row| {
                    Ok(KnownRange {
                        since: read_time(row.get(0)?),
                        until: read_time(row.get(1)?),
                    })
                })?
                .collect()
        })
    }

    /// Adds a time range in which every message is there. Ranges that overlap or touch become one;
    /// one that ends before it begins is none.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn add_known(&self, key: &ConversationKey, range: KnownRange) -> Result<(), StoreError> {
        let (since, until) = (stored_time(range.since), stored_time(range.until));
        if until < since {
            return Ok(());
        }
        self.db.change(|tx| {
            let id = conversation_id(tx, key)?;
            let near = params![id, since - TOUCHING, until + TOUCHING];
            let (first, last): (Option<i64>, Option<i64>) = tx
                .prepare_cached(
                    "SELECT min(since), max(until) FROM known
                     WHERE conversation = ?1 AND until >= ?2 AND since <= ?3",
                )?
                .query_row(near, |row| Ok((row.get(0)?, row.get(1)?)))?;
            tx.prepare_cached(
                "DELETE FROM known WHERE conversation = ?1 AND until >= ?2 AND since <= ?3",
            )?
            .execute(near)?;
            tx.prepare_cached(
                "INSERT INTO known (conversation, since, until) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![
                id,
                first.map_or(since, |first| first.min(since)),
                last.map_or(until, |last| last.max(until))
            ])?;
            Ok(())
        })
    }
}

/// The number of a conversation that is in the cache.
pub(super) fn find_conversation(
    connection: &Connection,
    key: &ConversationKey,
) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT id FROM conversations WHERE account = ?1 AND user = ?2")?
        .query_row([key.account(), key.user()], |row| row.get(0))
        .optional()
}

/// The number of a conversation, which is begun if it is not there.
pub(super) fn conversation_id(
    tx: &Transaction<'_>,
    key: &ConversationKey,
) -> rusqlite::Result<i64> {
    if let Some(id) = find_conversation(tx, key)? {
        return Ok(id);
    }
    tx.prepare_cached("INSERT INTO conversations (account, user) VALUES (?1, ?2)")?
        .execute([key.account(), key.user()])?;
    Ok(tx.last_insert_rowid())
}
