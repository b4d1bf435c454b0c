//! Storing pages of a conversation. A page may come in any order and overlap what is there; it is
//! put in with one transaction or not at all.

use super::CacheStore;
use super::conversations::conversation_id;
use super::grams::{Grams, folded};
use super::model::{ConversationKey, Stored};
use super::shape::{COLUMNS, Shapes, moment, pack};
use super::signature::signature;
use crate::domain::{ChatMessage, Direction};
use crate::store::StoreError;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// Messages of one block: the more, the smaller the index, and the more text is read for a hit.
pub(super) const BLOCK: i64 = 64;

/// Milliseconds of an hour.
const HOUR: i64 = 3_600_000;

impl CacheStore {
    /// Puts a page into a conversation, in one transaction. What is there already (the same
    /// [`ChatMessage::identity`] and the same text as sent) stays as it is. Messages that carry no
    /// time at all cannot be told apart: as many equal ones are kept as one page holds.
    ///
    /// # Errors
    /// Whatever the database says; nothing of the page is stored then.
    pub fn store_messages(
        &self,
        key: &ConversationKey,
        page: &[ChatMessage],
        now: Timestamp,
    ) -> Result<Stored, StoreError> {
        self.db.change(|tx| {
            let conversation = conversation_id(tx, key)?;
            let mut writer = Writer::new(tx, &self.shapes, conversation, key.user());
            for (at, message) in placed(tx, conversation, page, now)? {
                writer.put(at, message)?;
            }
            writer.finish()
        })
    }
}

/// The messages of a page, oldest first, each with its place in time.
fn placed<'a>(
    tx: &Transaction<'_>,
    conversation: i64,
    page: &'a [ChatMessage],
    now: Timestamp,
) -> rusqlite::Result<Vec<(i64, &'a ChatMessage)>> {
    let mut known = page.iter().filter_map(|message| message.time);
    let first = known.next();
    let mut ordered: Vec<&ChatMessage> = page.iter().collect();
    if known.next_back().is_some_and(|last| first > Some(last)) {
        // A page that came newest first has its ties and its unknown times that way round as well.
        ordered.reverse();
    }
    let mut near = match ordered.iter().find_map(|message| message.time) {
        Some(time) => moment(time).0,
        None => newest(tx, conversation)?.unwrap_or(now.as_millisecond()),
    };
    let mut placed: Vec<(i64, &ChatMessage)> = ordered
        .into_iter()
        .map(|message| {
            near = message.time.map_or(near, |time| moment(time).0);
            (near, message)
        })
        .collect();
    placed.sort_by_key(|(at, _)| *at);
    Ok(placed)
}

fn newest(tx: &Transaction<'_>, conversation: i64) -> rusqlite::Result<Option<i64>> {
    tx.prepare_cached("SELECT max(at) FROM messages WHERE conversation = ?1")?
        .query_row([conversation], |row| row.get(0))
}

/// Puts messages in, oldest first.
struct Writer<'a> {
    tx: &'a Transaction<'a>,
    shapes: &'a Shapes,
    conversation: i64,
    user: &'a str,
    shape_ids: HashMap<String, i64>,
    /// How often each message without any time was met on this page.
    repeats: HashMap<i64, i64>,
    block: Option<Block>,
    stored: Stored,
    first: Option<i64>,
    last: Option<i64>,
    last_customer: Option<i64>,
    hours: BTreeMap<i64, [i64; 3]>,
}

impl<'a> Writer<'a> {
    fn new(tx: &'a Transaction<'a>, shapes: &'a Shapes, conversation: i64, user: &'a str) -> Self {
        Self {
            tx,
            shapes,
            conversation,
            user,
            shape_ids: HashMap::new(),
            repeats: HashMap::new(),
            block: None,
            stored: Stored::default(),
            first: None,
            last: None,
            last_customer: None,
            hours: BTreeMap::new(),
        }
    }

    fn put(&mut self, at: i64, message: &ChatMessage) -> rusqlite::Result<()> {
        let untimed = message
            .time
            .is_none()
            .then(|| untimed_identity(message, &mut self.repeats));
        let known = match untimed {
            Some(identity) => self.knows_untimed(identity)?,
            None => self.knows(at, message)?,
        };
        if known {
            self.stored.known += 1;
            return Ok(());
        }
        let packed = pack(message, self.user)?;
        let shape = self.shape_id(packed.shape)?;
        let id = self.block()?.add(at, message);
        self.tx
            .prepare_cached(
                "INSERT INTO messages (conversation, at, id, shape, nanos, untimed, time_raw,
                 text, rest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                self.conversation,
                at,
                id,
                shape,
                message.time.and_then(|time| moment(time).1),
                untimed,
                message.time_raw,
                message.text,
                packed.rest,
            ])?;
        self.count(at, message);
        Ok(())
    }

    fn count(&mut self, at: i64, message: &ChatMessage) {
        self.stored.new += 1;
        let [all, customer, us] = self.hours.entry(at.div_euclid(HOUR)).or_default();
        *all += 1;
        match message.direction {
            Direction::In => *customer += 1,
            Direction::Out => *us += 1,
            Direction::System => {}
        }
        if message.time.is_some() {
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
            self.last = self.last.max(Some(at));
            if message.direction == Direction::In {
                self.last_customer = self.last_customer.max(Some(at));
            }
        }
    }

    /// Equal messages have equal times, so only this place in time must be looked at.
    fn knows(&self, at: i64, message: &ChatMessage) -> rusqlite::Result<bool> {
        let mut statement = self.tx.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM messages WHERE conversation = ?1 AND at = ?2"
        ))?;
        let mut rows = statement.query([self.conversation, at])?;
        while let Some(row) = rows.next()? {
            let there = self.shapes.restore(self.tx, self.user, row)?.message;
            if there.identity() == message.identity() && as_sent(&there) == as_sent(message) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn knows_untimed(&self, identity: i64) -> rusqlite::Result<bool> {
        self.tx
            .prepare_cached("SELECT 1 FROM messages WHERE conversation = ?1 AND untimed = ?2")?
            .exists([self.conversation, identity])
    }

    fn shape_id(&mut self, shape: String) -> rusqlite::Result<i64> {
        if let Some(id) = self.shape_ids.get(&shape) {
            return Ok(*id);
        }
        let known: Option<i64> = self
            .tx
            .prepare_cached("SELECT id FROM shapes WHERE json = ?1")?
            .query_row([&shape], |row| row.get(0))
            .optional()?;
        let id = if let Some(id) = known {
            id
        } else {
            self.tx
                .prepare_cached("INSERT INTO shapes (json) VALUES (?1)")?
                .execute([&shape])?;
            self.tx.last_insert_rowid()
        };
        self.shape_ids.insert(shape, id);
        Ok(id)
    }

    /// A block with room: the one in hand, else the conversation's last, else a new one.
    fn block(&mut self) -> rusqlite::Result<&mut Block> {
        let block = match self.block.take() {
            Some(full) if full.is_full() => {
                full.write(self.tx)?;
                Block::create(self.tx, self.conversation)?
            }
            Some(block) => block,
            None => match Block::last_with_room(self.tx, self.conversation)? {
                Some(block) => block,
                None => Block::create(self.tx, self.conversation)?,
            },
        };
        Ok(self.block.insert(block))
    }

    fn finish(mut self) -> rusqlite::Result<Stored> {
        if let Some(block) = self.block.take() {
            block.write(self.tx)?;
        }
        let mut hours = self.tx.prepare_cached(
            "INSERT INTO hours (conversation, hour, messages, from_customer, from_us)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (conversation, hour) DO UPDATE SET messages = messages + ?3,
             from_customer = from_customer + ?4, from_us = from_us + ?5",
        )?;
        for (hour, [all, customer, us]) in &self.hours {
            hours.execute(params![self.conversation, hour, all, customer, us])?;
        }
        self.tx
            .prepare_cached(
                "UPDATE conversations SET total = total + ?2,
                 first = min(coalesce(first, ?3), coalesce(?3, first)),
                 last = max(coalesce(last, ?4), coalesce(?4, last)),
                 last_customer = max(coalesce(last_customer, ?5), coalesce(?5, last_customer))
                 WHERE id = ?1",
            )?
            .execute(params![
                self.conversation,
                i64::try_from(self.stored.new).unwrap_or(i64::MAX),
                self.first,
                self.last,
                self.last_customer
            ])?;
        Ok(self.stored)
    }
}

/// The text before anything was made of it: a caption of a file or the words of a note are only
/// part of what came.
fn as_sent(message: &ChatMessage) -> Option<&Value> {
    let raw = &message.raw;
    raw.get("response").or_else(|| raw.get("text"))
}

/// A number for a message whose time cannot be read. One that carries no time at all is counted
/// within its page, because equal ones may both be real.
fn untimed_identity(message: &ChatMessage, repeats: &mut HashMap<i64, i64>) -> i64 {
    let (time, sender, kind, text, url) = message.identity();
    let sent = as_sent(message).map(Value::to_string);
    let parts = [
        Some(time),
        Some(sender),
        Some(kind),
        Some(text),
        url,
        sent.as_deref(),
    ];
    let number = |repeat: i64| {
        let mut hash = Sha256::new();
        for part in parts {
            // Lengths keep the parts apart.
            hash.update(part.map_or(0, |part| part.len() + 1).to_le_bytes());
            hash.update(part.unwrap_or_default());
        }
        hash.update(repeat.to_le_bytes());
        let bytes = hash.finalize();
        bytes
            .iter()
            .take(8)
            .fold(0, |n, byte| n << 8 | i64::from(*byte))
    };
    let identity = number(0);
    if !time.is_empty() {
        return identity;
    }
    let met = repeats.entry(identity).or_default();
    *met += 1;
    number(*met)
}

/// Folded texts of messages that were stored one after another.
struct Block {
    id: i64,
    /// It is in the index already and must be replaced there.
    indexed: bool,
    first: i64,
    last: i64,
    count: i64,
    times: Vec<u8>,
    text: String,
}

impl Block {
    fn create(tx: &Transaction<'_>, conversation: i64) -> rusqlite::Result<Self> {
        tx.prepare_cached(
            "INSERT INTO blocks (conversation, first, last, messages) VALUES (?1, 0, 0, 0)",
        )?
        .execute([conversation])?;
        Ok(Self {
            id: tx.last_insert_rowid(),
            indexed: false,
            first: i64::MAX,
            last: i64::MIN,
            count: 0,
            times: Vec::new(),
            text: String::new(),
        })
    }

    fn last_with_room(tx: &Transaction<'_>, conversation: i64) -> rusqlite::Result<Option<Self>> {
        tx.prepare_cached(
            "SELECT id, first, last, messages, times, text FROM blocks
             JOIN block_texts ON block = id
             WHERE id = (SELECT max(id) FROM blocks WHERE conversation = ?1) AND messages < ?2",
        )?
        .query_row([conversation, BLOCK], |row| {
            Ok(Self {
                id: row.get(0)?,
                indexed: true,
                first: row.get(1)?,
                last: row.get(2)?,
                count: row.get(3)?,
                times: row.get(4)?,
                text: row.get(5)?,
            })
        })
        .optional()
    }

    fn is_full(&self) -> bool {
        self.count >= BLOCK
    }

    /// Adds a message and gives its number.
    fn add(&mut self, at: i64, message: &ChatMessage) -> i64 {
        let id = self.id * BLOCK + self.count;
        if self.count > 0 {
            self.text.push('\n');
        }
        self.text.push(side_mark(message.direction));
        self.text.push_str(&folded(&message.text));
        self.times.extend(at.to_le_bytes());
        self.first = self.first.min(at);
        self.last = self.last.max(at);
        self.count += 1;
        id
    }

    fn write(&self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        tx.prepare_cached("UPDATE blocks SET first = ?2, last = ?3, messages = ?4 WHERE id = ?1")?
            .execute([self.id, self.first, self.last, self.count])?;
        tx.prepare_cached(
            "INSERT OR REPLACE INTO block_texts (block, times, text) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![self.id, self.times, self.text])?;
        tx.prepare_cached("INSERT OR REPLACE INTO block_signatures (block, bits) VALUES (?1, ?2)")?
            .execute(params![self.id, signature(&self.text)])?;
        if self.indexed {
            tx.prepare_cached("DELETE FROM grams WHERE rowid = ?1")?
                .execute([self.id])?;
        }
        let mut grams = Grams::default();
        for line in self.text.split('\n') {
            grams.add(line.get(1..).unwrap_or_default());
        }
        tx.prepare_cached("INSERT INTO grams (rowid, tokens) VALUES (?1, ?2)")?
            .execute(params![self.id, grams.into_tokens()])?;
        Ok(())
    }
}

/// Stands before each folded text of a block. Folded texts hold no control characters.
pub(super) fn side_mark(direction: Direction) -> char {
    match direction {
        Direction::In => '\u{1}',
        Direction::Out => '\u{2}',
        Direction::System => '\u{3}',
    }
}
