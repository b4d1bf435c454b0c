//! The looking itself: which blocks may hold a text, and which of their messages do.
//!
//! The index knows which block of messages holds which pieces; a block's signature denies most of
//! those that do not have them in a row; whether a message really holds the searched text is read
//! from the block's folded text. Two ways lead to the newest results: looking through the blocks
//! next to the start, which ends soon for a frequent text, and then asking the index, which names
//! few blocks for a rare one. Blocks are visited in the order of their newest message, so the
//! search ends as soon as no later block can hold anything newer than what was found.

use super::grams::index_query;
use super::messages::{BLOCK, side_mark};
use super::model::MessageKey;
use super::signature::Pieces;
use crate::domain::Direction;
use memchr::memmem::Finder;
use memchr::{memchr, memchr_iter};
use rusqlite::{CachedStatement, Connection, Params, params};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Blocks looked through before the index is asked.
const NEAR: usize = 48;

/// A conversation of at most so many messages is looked through without the index.
const SMALL: i64 = 200 * BLOCK;

/// Which way results are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
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

/// What is looked for, and where.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    /// The text, folded.
    pub(super) needle: &'a str,
    pub(super) account: &'a str,
    /// Only this conversation.
    pub(super) conversation: Option<i64>,
    pub(super) direction: Option<Direction>,
    /// The first and the last millisecond that count.
    pub(super) range: (i64, i64),
    pub(super) way: Way,
    /// Only what comes after this place, on the way.
    pub(super) start: Option<MessageKey>,
    pub(super) limit: usize,
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
pub(super) struct Hit {
    rank: (i64, i64),
    pub(super) key: MessageKey,
    pub(super) conversation: i64,
}

/// A search over one conversation or one account.
pub(super) struct Hunt<'a> {
    wanted: &'a Wanted<'a>,
    finder: Finder<'a>,
    pieces: Option<Pieces>,
    connection: &'a Connection,
    signatures: CachedStatement<'a>,
    texts: CachedStatement<'a>,
}

impl<'a> Hunt<'a> {
    pub(super) fn new(
        wanted: &'a Wanted<'a>,
        connection: &'a Connection,
    ) -> rusqlite::Result<Self> {
        Ok(Self {
            finder: Finder::new(wanted.needle),
            pieces: Pieces::of(wanted.needle, wanted.direction),
            connection,
            signatures: connection
                .prepare_cached("SELECT bits FROM block_signatures WHERE block = ?1")?,
            texts: connection
                .prepare_cached("SELECT text, times FROM block_texts WHERE block = ?1")?,
            wanted,
        })
    }

    /// The best hits, best first.
    pub(super) fn run(mut self) -> rusqlite::Result<Vec<Hit>> {
        let range = self.wanted.range;
        if self.wanted.limit == 0 || range.0 > range.1 {
            return Ok(Vec::new());
        }
        let near = self.near(NEAR)?;
        let some_left = near.len() == NEAR;
        let (hits, certain) = self.visit(near)?;
        if certain || !some_left {
            return Ok(hits);
        }
        let mut blocks = self.possible()?;
        blocks.sort_unstable_by_key(|block| Reverse(self.best_of(block)));
        Ok(self.visit(blocks)?.0)
    }

    /// How many messages there are.
    pub(super) fn count(mut self) -> rusqlite::Result<u64> {
        let mut count = 0;
        for block in self.possible()? {
            self.look(&block, &mut |_| count += 1)?;
        }
        Ok(count)
    }

    /// Every block that may hold the text, as far as can be told without reading it, in no order.
    fn possible(&self) -> rusqlite::Result<Vec<Candidate>> {
        let Some(query) = index_query(self.wanted.needle) else {
            return self.near(usize::MAX);
        };
        match self.wanted.conversation {
            Some(id) if self.messages_in(id)? <= SMALL => self.near(usize::MAX),
            Some(_) | None => self.indexed(&query),
        }
    }

    /// The highest time rank a message of this block can have.
    fn best_of(&self, block: &Candidate) -> i64 {
        match self.wanted.way {
            Way::Back => block.last,
            Way::Forth => block.first.saturating_neg(),
        }
    }

    /// Looks through blocks, best first. Whether it ended because nothing better can follow.
    fn visit(&mut self, blocks: Vec<Candidate>) -> rusqlite::Result<(Vec<Hit>, bool)> {
        let limit = self.wanted.limit;
        let mut hits: BinaryHeap<Reverse<Hit>> = BinaryHeap::new();
        let mut certain = false;
        for block in blocks {
            if hits.len() >= limit
                && hits
                    .peek()
                    .is_some_and(|Reverse(worst)| worst.rank.0 > self.best_of(&block))
            {
                certain = true;
                break;
            }
            self.look(&block, &mut |hit| {
                hits.push(Reverse(hit));
                if hits.len() > limit {
                    hits.pop();
                }
            })?;
        }
        let mut hits: Vec<Hit> = hits.into_iter().map(|Reverse(hit)| hit).collect();
        hits.sort_unstable_by_key(|hit| Reverse(hit.rank));
        Ok((hits, certain))
    }

    /// Whether the signature lets the text be in a block; one from before there were signatures
    /// may hold anything.
    fn may_hold(&mut self, block: i64) -> rusqlite::Result<bool> {
        let Some(pieces) = &self.pieces else {
            return Ok(true);
        };
        let mut rows = self.signatures.query([block])?;
        match rows.next()? {
            Some(row) => Ok(pieces.may_be_in(row.get_ref(0)?.as_blob()?)),
            None => Ok(true),
        }
    }

    /// Reads a block and reports the messages of it that hold the text and are wanted. Its text is
    /// taken as bytes: to check all of it for its form costs more than to search it.
    fn look(&mut self, block: &Candidate, report: &mut dyn FnMut(Hit)) -> rusqlite::Result<()> {
        if !self.may_hold(block.block)? {
            return Ok(());
        }
        let mut rows = self.texts.query([block.block])?;
        let Some(row) = rows.next()? else {
            return Ok(());
        };
        let text = row.get_ref(0)?.as_bytes()?;
        let (times, _) = row.get_ref(1)?.as_blob()?.as_chunks();
        let wanted = self.wanted;
        let mark = wanted.direction.map(side_mark);
        let start = wanted.start.map(|start| wanted.way.rank(start));
        let holding = Holding {
            finder: &self.finder,
            text,
            line: 0,
            start: 0,
        };
        for (line, its_mark) in holding {
            let Some(at) = times.get(line) else { break };
            let at = i64::from_le_bytes(*at);
            let id = block.block * BLOCK + i64::try_from(line).unwrap_or(i64::MAX);
            let key = MessageKey { at, id };
            let rank = wanted.way.rank(key);
            if (wanted.range.0..=wanted.range.1).contains(&at)
                && start.is_none_or(|start| rank < start)
                && mark.is_none_or(|mark| mark == its_mark)
            {
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
    fn near(&self, limit: usize) -> rusqlite::Result<Vec<Candidate>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let (low, high) = self.wanted.range;
        let order = match self.wanted.way {
            Way::Back => "last DESC",
            Way::Forth => "first",
        };
        match self.wanted.conversation {
            Some(conversation) => candidates(
                self.connection,
                &format!(
                    "SELECT id, conversation, first, last FROM blocks
                     WHERE conversation = ?1 AND last >= ?2 AND first <= ?3
                     ORDER BY {order} LIMIT ?4"
                ),
                params![conversation, low, high, limit],
            ),
            None => candidates(
                self.connection,
                &format!(
                    "SELECT b.id, b.conversation, b.first, b.last
                     FROM blocks b CROSS JOIN conversations c ON c.id = b.conversation
                     WHERE c.account = ?1 AND b.last >= ?2 AND b.first <= ?3
                     ORDER BY b.{order} LIMIT ?4"
                ),
                params![self.wanted.account, low, high, limit],
            ),
        }
    }

    /// The blocks that the index names, in no order.
    fn indexed(&self, query: &str) -> rusqlite::Result<Vec<Candidate>> {
        let (low, high) = self.wanted.range;
        match self.wanted.conversation {
            Some(conversation) => candidates(
                self.connection,
                "SELECT b.id, b.conversation, b.first, b.last
                 FROM grams CROSS JOIN blocks b ON b.id = grams.rowid
                 WHERE grams MATCH ?1 AND b.last >= ?2 AND b.first <= ?3 AND b.conversation = ?4",
                params![query, low, high, conversation],
            ),
            None => candidates(
                self.connection,
                "SELECT b.id, b.conversation, b.first, b.last
                 FROM grams CROSS JOIN blocks b ON b.id = grams.rowid
                 CROSS JOIN conversations c ON c.id = b.conversation
                 WHERE grams MATCH ?1 AND b.last >= ?2 AND b.first <= ?3 AND c.account = ?4",
                params![query, low, high, self.wanted.account],
            ),
        }
    }

    fn messages_in(&self, conversation: i64) -> rusqlite::Result<i64> {
        self.connection
            .prepare_cached("SELECT total FROM conversations WHERE id = ?1")?
            .query_row([conversation], |row| row.get(0))
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

/// The lines of a block's text that hold something: the number of each and the mark it begins
/// with.
struct Holding<'a> {
    finder: &'a Finder<'a>,
    text: &'a [u8],
    /// The line that comes next, and where it starts.
    line: usize,
    start: usize,
}

impl Iterator for Holding<'_> {
    type Item = (usize, char);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.start..)?;
        let found = self.finder.find(rest)?;
        let mut begin = 0;
        for end in memchr_iter(b'\n', rest.get(..found)?) {
            self.line += 1;
            begin = end + 1;
        }
        let holding = (self.line, char::from(*rest.get(begin)?));
        let end = memchr(b'\n', rest.get(found..)?).map_or(rest.len(), |end| found + end);
        self.line += 1;
        self.start += end + 1;
        Some(holding)
    }
}
