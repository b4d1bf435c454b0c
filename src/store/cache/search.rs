//! Finding text in what is cached: what callers ask, and the messages they get.

use super::CacheStore;
use super::conversations::find_conversation;
use super::grams::folded;
use super::hunt::{Hit, Hunt, Wanted, Way};
use super::model::{ConversationKey, Found, MessageKey, MessageQuery};
use super::shape::COLUMNS;
use crate::store::StoreError;
use jiff::Timestamp;
use rusqlite::{Connection, params};

impl CacheStore {
    /// Messages that hold a text, newest first. The text may be any part of a message, of one
    /// letter or more, in any script.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn search_messages(&self, query: &MessageQuery) -> Result<Vec<Found>, StoreError> {
        let needle = folded(&query.text);
        let low = query.since.map_or(i64::MIN, Timestamp::as_millisecond);
        let high = query
            .until
            .map_or(i64::MAX, |until| until.as_millisecond().saturating_sub(1));
        self.db.read(|connection| {
            let snapshot = connection.unchecked_transaction()?;
            let conversation = match &query.user {
                None => None,
                Some(user) => {
                    let found = snapshot
                        .prepare_cached(
                            "SELECT max(id) FROM conversations WHERE account = ?1 AND user = ?2",
                        )?
                        .query_row([&query.account, user], |row| row.get(0))?;
                    let Some(id) = found else {
                        return Ok(Vec::new());
                    };
                    Some(id)
                }
            };
            let wanted = Wanted {
                needle: &needle,
                account: &query.account,
                conversation,
                direction: query.direction,
                range: (low, query.before.map_or(high, |before| high.min(before.at))),
                way: Way::Back,
                start: query.before,
                limit: usize::try_from(query.limit).unwrap_or(usize::MAX),
            };
            let hits = Hunt::new(&wanted, &snapshot)?.run()?;
            self.found(&snapshot, &hits)
        })
    }

    fn found(&self, connection: &Connection, hits: &[Hit]) -> rusqlite::Result<Vec<Found>> {
        let mut users =
            connection.prepare_cached("SELECT user FROM conversations WHERE id = ?1")?;
        let mut messages = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM messages WHERE conversation = ?1 AND at = ?2 AND id = ?3"
        ))?;
        hits.iter()
            .map(|hit| {
                let user: String = users.query_row([hit.conversation], |row| row.get(0))?;
                let place = params![hit.conversation, hit.key.at, hit.key.id];
                let cached =
                    messages.query_row(place, |row| self.shapes.restore(connection, &user, row))?;
                Ok(Found {
                    user,
                    key: cached.key,
                    message: cached.message,
                })
            })
            .collect()
    }

    /// The next message after a place that holds a text, or the last before it; `None` at the end
    /// of the conversation. Whether to go on from the other end is the caller's choice.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn matches_in(
        &self,
        key: &ConversationKey,
        text: &str,
        from: MessageKey,
        forward: bool,
    ) -> Result<Option<MessageKey>, StoreError> {
        let needle = folded(text);
        let (way, range) = if forward {
            (Way::Forth, (from.at, i64::MAX))
        } else {
            (Way::Back, (i64::MIN, from.at))
        };
        self.db.read(|connection| {
            let snapshot = connection.unchecked_transaction()?;
            let Some(conversation) = find_conversation(&snapshot, key)? else {
                return Ok(None);
            };
            let wanted = Wanted {
                needle: &needle,
                account: key.account(),
                conversation: Some(conversation),
                direction: None,
                range,
                way,
                start: Some(from),
                limit: 1,
            };
            let hits = Hunt::new(&wanted, &snapshot)?.run()?;
            Ok(hits.first().map(|hit| hit.key))
        })
    }

    /// How many messages of a conversation hold a text.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn count_matches(&self, key: &ConversationKey, text: &str) -> Result<u64, StoreError> {
        let needle = folded(text);
        self.db.read(|connection| {
            let snapshot = connection.unchecked_transaction()?;
            let Some(conversation) = find_conversation(&snapshot, key)? else {
                return Ok(0);
            };
            let wanted = Wanted {
                needle: &needle,
                account: key.account(),
                conversation: Some(conversation),
                direction: None,
                range: (i64::MIN, i64::MAX),
                way: Way::Back,
                start: None,
                limit: usize::MAX,
            };
            Hunt::new(&wanted, &snapshot)?.count()
        })
    }
}
