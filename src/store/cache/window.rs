//! Reading a conversation: a window around a place, the whole of it in order, and its shape in
//! time. Nothing here reads more than was asked for.

use super::CacheStore;
use super::conversations::find_conversation;
use super::model::{
    CachedMessage, ConversationKey, HourCount, MessageKey, Place, Position, Window,
};
use super::shape::{COLUMNS, Shapes};
use crate::store::StoreError;
use jiff::Timestamp;
use rusqlite::{Connection, params};
use std::ops::ControlFlow;

/// Before and after everything.
const START: MessageKey = MessageKey {
    at: i64::MIN,
    id: i64::MIN,
};
const END: MessageKey = MessageKey {
    at: i64::MAX,
    id: i64::MAX,
};

/// Messages read at once when a whole conversation is read.
const STEP: u32 = 1000;

/// Milliseconds of an hour.
const HOUR: i64 = 3_600_000;

/// One conversation, being read.
struct Reader<'a> {
    connection: &'a Connection,
    shapes: &'a Shapes,
    conversation: i64,
    user: &'a str,
}

impl Reader<'_> {
    /// Up to `limit` messages after a place, oldest first.
    fn after(&self, key: MessageKey, limit: u32) -> rusqlite::Result<Vec<CachedMessage>> {
        self.rows(
            &format!(
                "SELECT {COLUMNS} FROM messages
                 WHERE conversation = ?1 AND (at, id) > (?2, ?3) ORDER BY at, id LIMIT ?4"
            ),
            key,
            limit,
        )
    }

    /// Up to `limit` messages before a place, newest first.
    fn before(&self, key: MessageKey, limit: u32) -> rusqlite::Result<Vec<CachedMessage>> {
        self.rows(
            &format!(
                "SELECT {COLUMNS} FROM messages
                 WHERE conversation = ?1 AND (at, id) < (?2, ?3)
                 ORDER BY at DESC, id DESC LIMIT ?4"
            ),
            key,
            limit,
        )
    }

    fn rows(&self, sql: &str, key: MessageKey, limit: u32) -> rusqlite::Result<Vec<CachedMessage>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![self.conversation, key.at, key.id, limit])?;
        let mut messages = Vec::new();
        while let Some(row) = rows.next()? {
            messages.push(self.shapes.restore(self.connection, self.user, row)?);
        }
        Ok(messages)
    }

    /// Up to `older` messages before a place and `newer` from it on, and whether there are more.
    fn around(&self, first: MessageKey, older: u32, newer: u32) -> rusqlite::Result<Window> {
        let count = |limit: u32| usize::try_from(limit).unwrap_or(usize::MAX);
        let before_first = MessageKey {
            id: first.id.saturating_sub(1),
            ..first
        };
        let mut back = self.before(first, older.saturating_add(1))?;
        let mut forth = self.after(before_first, newer.saturating_add(1))?;
        let window_older = back.len() > count(older);
        let window_newer = forth.len() > count(newer);
        back.truncate(count(older));
        forth.truncate(count(newer));
        back.reverse();
        back.append(&mut forth);
        Ok(Window {
            messages: back,
            older: window_older,
            newer: window_newer,
        })
    }
}

/// The place just behind a message.
fn behind(key: MessageKey) -> MessageKey {
    MessageKey {
        id: key.id.saturating_add(1),
        ..key
    }
}

impl CacheStore {
    /// Up to `limit` messages of a conversation at a place.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn window(
        &self,
        key: &ConversationKey,
        place: Place,
        limit: u32,
    ) -> Result<Window, StoreError> {
        let half = limit / 2;
        let rest = limit - half;
        let (first, older, newer) = match place {
            Place::Oldest => (START, 0, limit),
            Place::Newest => (END, limit, 0),
            Place::Before(key) => (key, limit, 0),
            Place::After(key) => (behind(key), 0, limit),
            Place::Around(key) => (key, half, rest),
            Place::AtTime(time) => (
                MessageKey {
                    at: time.as_millisecond(),
                    ..START
                },
                half,
                rest,
            ),
        };
        self.db.read(|connection| {
            let Some(conversation) = find_conversation(connection, key)? else {
                return Ok(Window::default());
            };
            // Two reads must see the same state.
            let snapshot = connection.unchecked_transaction()?;
            let reader = Reader {
                connection: &snapshot,
                shapes: &self.shapes,
                conversation,
                user: key.user(),
            };
            reader.around(first, older, newer)
        })
    }

    /// How many messages of a conversation stand before a place.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn position(&self, key: &ConversationKey, at: MessageKey) -> Result<Position, StoreError> {
        let hour = at.at.div_euclid(HOUR);
        self.db.read(|connection| {
            let Some(conversation) = find_conversation(connection, key)? else {
                return Ok(Position { index: 0, total: 0 });
            };
            connection
                .prepare_cached(
                    "SELECT total,
                     (SELECT coalesce(sum(messages), 0) FROM hours
                      WHERE conversation = ?1 AND hour < ?2) +
                     (SELECT count(*) FROM messages
                      WHERE conversation = ?1 AND at >= ?3 AND (at, id) < (?4, ?5))
                     FROM conversations WHERE id = ?1",
                )?
                .query_row(
                    params![conversation, hour, hour.saturating_mul(HOUR), at.at, at.id],
                    |row| {
                        Ok(Position {
                            total: row.get::<_, i64>(0)?.unsigned_abs(),
                            index: row.get::<_, i64>(1)?.unsigned_abs(),
                        })
                    },
                )
        })
    }

    /// Messages of both sides for each hour since a moment that has any, oldest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn messages_per_day(
        &self,
        key: &ConversationKey,
        since: Timestamp,
    ) -> Result<Vec<HourCount>, StoreError> {
        self.db.read(|connection| {
            let Some(conversation) = find_conversation(connection, key)? else {
                return Ok(Vec::new());
            };
            connection
                .prepare_cached(
                    "SELECT hour, from_customer, from_us FROM hours
                     WHERE conversation = ?1 AND hour >= ?2 ORDER BY hour",
                )?
                .query_map(
                    [conversation, since.as_millisecond().div_euclid(HOUR)],
                    |row| {
                        Ok((
                            row.get::<_, i64>(0)? * HOUR,
                            row.get::<_, i64>(1)?.unsigned_abs(),
                            row.get::<_, i64>(2)?.unsigned_abs(),
                        ))
                    },
                )?
                .collect()
        })
    }

    /// Shows every message from `since` (with it) to `until` (without it), oldest first, until the
    /// visitor breaks off. Nothing is locked while the visitor works; messages stored meanwhile
    /// are shown if they come later in the conversation.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn each_message(
        &self,
        key: &ConversationKey,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
        visit: &mut dyn FnMut(CachedMessage) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let until = until.map_or(i64::MAX, Timestamp::as_millisecond);
        let mut last = since.map_or(START, |since| MessageKey {
            at: since.as_millisecond(),
            ..START
        });
        loop {
            let page = self.db.read(|connection| {
                let Some(conversation) = find_conversation(connection, key)? else {
                    return Ok(Vec::new());
                };
                let reader = Reader {
                    connection,
                    shapes: &self.shapes,
                    conversation,
                    user: key.user(),
                };
                reader.after(last, STEP)
            })?;
            let Some(end) = page.last() else {
                return Ok(());
            };
            last = end.key;
            for message in page {
                if message.key.at >= until || visit(message).is_break() {
                    return Ok(());
                }
            }
        }
    }
}
