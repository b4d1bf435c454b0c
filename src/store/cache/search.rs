//! Finding text in what is cached.
//!
//! The index knows which block of messages holds which pieces; whether a message really holds the
//! searched text is read from the block's folded text. Two ways lead to the newest results: looking
//! through the blocks next to the start, which ends soon for a frequent text, and then asking the
//! index, which names few blocks for a rare one. Blocks are visited in the order of their newest
//! message, so the search ends as soon as no later block can hold anything newer than what was
//! found.

use super::CacheStore;
use super::conversations::find_conversation;
use super::grams::{folded, index_query};
use super::messages::{BLOCK, side_mark};
use super::model::{ConversationKey, Found, MessageKey, MessageQuery};
use super::shape::COLUMNS;
use crate::domain::Direction;
use crate::store::StoreError;
use jiff::Timestamp;
use memchr::memmem::Finder;
use rusqlite::{Connection, Params, params};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Blocks looked through before the index is asked.
const NEAR: usize = 48;

/// A conversation of at most so many messages is looked through without the index.
const SMALL: i64 = 200 * BLOCK;

/// Which way results are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Newest first.
    Back,
    /// Oldest first.
    Forth,
}

impl Way {
    /// Ranks a place so that what is wanted first is highest.
    fn rank(self, key: MessageKey) -> (i64, i64) {
        match self {
            Way::Back => (key.at, key.id),
            Way::Forth => (key.at.saturating_neg(), key.id.saturating_neg()),
        }
    }
}

/// A search over one conversation or one account.
#[derive(Debug)]
struct Hunt<'a> {
    needle: &'a str,
    finder: Finder<'a>,
    account: &'a str,
    conversation: Option<i64>,
    direction: Option<Direction>,
    /// The first and the last millisecond that count.
    range: (i64, i64),
    way: Way,
    /// Only what comes after this place, on the way.
    start: Option<MessageKey>,
    limit: usize,
}

/// A block that may hold results.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    block: i64,
    conversation: i64,
    first: i64,
    last: i64,
}

/// A message that holds the text, ranked on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    rank: (i64, i64),
    key: MessageKey,
    conversation: i64,
}

impl Hunt<'_> {
    /// The best hits, best first.
    fn run(&self, connection: &Connection) -> rusqlite::Result<Vec<Hit>> {
        if self.limit == 0 || self.range.0 > self.range.1 {
            return Ok(Vec::new());
        }
        let near = self.near(connection, NEAR)?;
        let some_left = near.len() == NEAR;
        let (hits, certain) = self.visit(connection, near)?;
        if certain || !some_left {
            return Ok(hits);
        }
        let mut blocks = match (self.conversation, index_query(self.needle)) {
            (Some(id), Some(_)) if messages_in(connection, id)? <= SMALL => {
                self.near(connection, usize::MAX)?
            }
            (_, Some(query)) => self.indexed(connection, &query)?,
            (_, None) => self.near(connection, usize::MAX)?,
        };
        blocks.sort_unstable_by_key(|block| Reverse(self.best_of(block)));
        Ok(self.visit(connection, blocks)?.0)
    }

    /// The highest time rank a message of this block can have.
    fn best_of(&self, block: &Candidate) -> i64 {
        match self.way {
            Way::Back => block.last,
            Way::Forth => block.first.saturating_neg(),
        }
    }

    /// Looks through blocks, best first. Whether it ended because nothing better can follow.
    fn visit(
        &self,
        connection: &Connection,
        blocks: Vec<Candidate>,
    ) -> rusqlite::Result<(Vec<Hit>, bool)> {
        let mut hits: BinaryHeap<Reverse<Hit>> = BinaryHeap::new();
        let mut certain = false;
        for block in blocks {
            if hits.len() >= self.limit
                && hits
                    .peek()
                    .is_some_and(|Reverse(worst)| worst.rank.0 > self.best_of(&block))
            {
                certain = true;
                break;
            }
            self.look(connection, &block, &mut |hit| {
                hits.push(Reverse(hit));
                if hits.len() > self.limit {
                    hits.pop();
                }
            })?;
        }
        let mut hits: Vec<Hit> = hits.into_iter().map(|Reverse(hit)| hit).collect();
        hits.sort_unstable_by_key(|hit| Reverse(hit.rank));
        Ok((hits, certain))
    }

    /// Reads a block and reports the messages of it that hold the text and are wanted.
    fn look(
        &self,
        connection: &Connection,
        block: &Candidate,
        report: &mut dyn FnMut(Hit),
    ) -> rusqlite::Result<()> {
        let mut statement =
            connection.prepare_cached("SELECT text, times FROM block_texts WHERE block = ?1")?;
        let mut rows = statement.query([block.block])?;
        let Some(row) = rows.next()? else {
            return Ok(());
        };
        let text = row.get_ref(0)?.as_str()?;
        if self.finder.find(text.as_bytes()).is_none() {
            return Ok(());
        }
        let times = row.get_ref(1)?.as_blob()?;
        let mark = self.direction.map(side_mark);
        let start = self.start.map(|start| self.way.rank(start));
        let first_id = block.block * BLOCK;
        for ((line, time), id) in text.split('\n').zip(times.chunks_exact(8)).zip(first_id..) {
            let Ok(time) = time.try_into() else { continue };
            let at = i64::from_le_bytes(time);
            if at < self.range.0 || at > self.range.1 {
                continue;
            }
            let key = MessageKey { at, id };
            let rank = self.way.rank(key);
            let wanted = start.is_none_or(|start| rank < start)
                && mark.is_none_or(|mark| line.starts_with(mark))
                && self.finder.find(line.as_bytes()).is_some();
            if wanted {
                report(Hit {
                    rank,
                    key,
                    conversation: block.conversation,
                });
            }
        }
        Ok(())
    }

    /// The first blocks on the way, in order.
    fn near(&self, connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Candidate>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let (low, high) = self.range;
        let order = match self.way {
            Way::Back => "last DESC",
            Way::Forth => "first",
        };
        match self.conversation {
            Some(conversation) => candidates(
                connection,
                &format!(
                    "SELECT id, conversation, first, last FROM blocks
                     WHERE conversation = ?1 AND last >= ?2 AND first <= ?3
                     ORDER BY {order} LIMIT ?4"
                ),
                params![conversation, low, high, limit],
            ),
            None => candidates(
                connection,
                &format!(
                    "SELECT b.id, b.conversation, b.first, b.last
                     FROM blocks b CROSS JOIN conversations c ON c.id = b.conversation
                     WHERE c.account = ?1 AND b.last >= ?2 AND b.first <= ?3
                     ORDER BY b.{order} LIMIT ?4"
                ),
                params![self.account, low, high, limit],
            ),
        }
    }

    /// The blocks that the index names, in no order.
    fn indexed(&self, connection: &Connection, query: &str) -> rusqlite::Result<Vec<Candidate>> {
        let (low, high) = self.range;
        match self.conversation {
            Some(conversation) => candidates(
                connection,
                "SELECT b.id, b.conversation, b.first, b.last
                 FROM grams CROSS JOIN blocks b ON b.id = grams.rowid
                 WHERE grams MATCH ?1 AND b.last >= ?2 AND b.first <= ?3 AND b.conversation = ?4",
                params![query, low, high, conversation],
            ),
            None => candidates(
                connection,
                "SELECT b.id, b.conversation, b.first, b.last
                 FROM grams CROSS JOIN blocks b ON b.id = grams.rowid
                 CROSS JOIN conversations c ON c.id = b.conversation
                 WHERE grams MATCH ?1 AND b.last >= ?2 AND b.first <= ?3 AND c.account = ?4",
                params![query, low, high, self.account],
            ),
        }
    }
}

fn candidates<P: Params>(
    connection: &Connection,
    sql: &str,
    values: P,
) -> rusqlite::Result<Vec<Candidate>> {
    connection
        .prepare_cached(sql)?
        .query_map(values, |row| {
            Ok(Candidate {
                block: row.get(0)?,
                conversation: row.get(1)?,
                first: row.get(2)?,
                last: row.get(3)?,
            })
        })?
        .collect()
}

fn messages_in(connection: &Connection, conversation: i64) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("SELECT total FROM conversations WHERE id = ?1")?
        .query_row([conversation], |row| row.get(0))
}

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
            let hits = Hunt {
                needle: &needle,
                finder: Finder::new(&needle),
                account: &query.account,
                conversation,
                direction: query.direction,
                range: (low, query.before.map_or(high, |before| high.min(before.at))),
                way: Way::Back,
                start: query.before,
                limit: usize::try_from(query.limit).unwrap_or(usize::MAX),
            }
            .run(&snapshot)?;
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
            let hunt = Hunt {
                needle: &needle,
                finder: Finder::new(&needle),
                account: key.account(),
                conversation: Some(conversation),
                direction: None,
                range,
                way,
                start: Some(from),
                limit: 1,
            };
            Ok(hunt.run(&snapshot)?.first().map(|hit| hit.key))
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
            let hunt = Hunt {
                needle: &needle,
                finder: Finder::new(&needle),
                account: key.account(),
                conversation: Some(conversation),
                direction: None,
                range: (i64::MIN, i64::MAX),
                way: Way::Back,
                start: None,
                limit: usize::MAX,
            };
            let blocks = match index_query(hunt.needle) {
                Some(query) if messages_in(&snapshot, conversation)? > SMALL => {
                    hunt.indexed(&snapshot, &query)?
                }
                Some(_) | None => hunt.near(&snapshot, usize::MAX)?,
            };
            let mut count = 0;
            for block in blocks {
                hunt.look(&snapshot, &block, &mut |_| count += 1)?;
            }
            Ok(count)
        })
    }
}
