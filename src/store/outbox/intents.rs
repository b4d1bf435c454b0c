//! Who gets which message already: looked up when a plan is made, again in the transaction that
//! queues it, and again in the one that claims. It compares keys; what they mean is the domain's
//! business.
//!
//! A twin stands in the way while it is queued, on the way or unknown, whatever its age, and within
//! the window once it was accepted. What a person gave up without knowing stands in the way as if
//! it had been accepted, because it may have arrived. What was refused, taken back, skipped or
//! decided not to have arrived does not.

use super::OutboxStore;
use super::insert::NewBatch;
use super::rows::word;
use crate::domain::{BatchId, Intent, ItemId, ItemState, Once, PlannedCall, Sha256Hex, Touch};
use crate::store::database::{read_time, stored_time};
use crate::store::error::StoreError;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, Transaction, params};
use std::time::Duration;

/// What stands in the way, with `?1` as the time from which what was accepted counts.
const STANDS: &str = "items.state = 'queued' OR items.state = 'sending' OR items.state = 'unknown'
    OR ((items.state = 'accepted' OR items.state = 'abandoned')
        AND coalesce(items.marked > ?1, 1))";
/// Keys that are looked up one by one.
const FEW: usize = 128;
/// How many keys are compared at once; what is not compared yet costs no memory.
const AT_ONCE: usize = 10_000;

/// The same message to the same person, in another call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    /// Position of the intent that was asked about.
    pub at: usize,
    /// The call that has it.
    pub item: ItemId,
    /// Its batch.
    pub batch: BatchId,
    /// Where it stands.
    pub state: ItemState,
    /// When it was marked last; `None` while it never was.
    pub time: Option<Timestamp>,
}

impl OutboxStore {
    /// What stands in the way of these intents, in no order. What was accepted counts from
    /// `since`.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn twins(&self, intents: &[Intent], since: Timestamp) -> Result<Vec<Twin>, StoreError> {
        self.database().read(|connection| {
            let snapshot = connection.unchecked_transaction()?;
            find(&snapshot, intents, since)
        })
    }

    /// Which of these people got the template since then, or may have: positions in order.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn touched(&self, touches: &[Touch], since: Timestamp) -> Result<Vec<usize>, StoreError> {
        let keys: Vec<i64> = touches.iter().map(|touch| touch.0).collect();
        let mut found = self.database().read(|connection| {
            let snapshot = connection.unchecked_transaction()?;
            touched(&snapshot, &keys, since)
        })?;
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// The newest batch that was made of this file and template on this day, if anything of it has
    /// left or still may.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn batch_of_file(
        &self,
        file: &Sha256Hex,
    ) -> Result<Option<(BatchId, Timestamp)>, StoreError> {
        self.database().read(|connection| of_file(connection, file))
    }

    /// Why a person sent twins with this batch, if somebody did.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn override_reason(&self, batch: BatchId) -> Result<Option<String>, StoreError> {
        self.database().read(|connection| {
            let sql = "SELECT override_reason FROM batches WHERE id = ?1";
            let mut statement = connection.prepare_cached(sql)?;
            let reason = statement
                .query_row([batch.0], |row| row.get(0))
                .optional()?;
            Ok(reason.flatten())
        })
    }

    /// How long nothing of a batch has moved: since it was confirmed, resumed or marked last, by
    /// the highest time ever seen. `None` if there is no such batch.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn at_rest(
        &self,
        batch: BatchId,
        now: Timestamp,
    ) -> Result<Option<jiff::SignedDuration>, StoreError> {
        self.database().read(|connection| {
            let sql = "SELECT coalesce(marked, confirmed), (SELECT highest FROM time_seen)
                 FROM batches WHERE id = ?1";
            let found: Option<(i64, Option<i64>)> = connection
                .prepare_cached(sql)?
                .query_row([batch.0], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            Ok(found.map(|(moved, highest)| {
                let now = stored_time(now).max(highest.unwrap_or(i64::MIN));
                jiff::SignedDuration::from_micros(now.saturating_sub(moved))
            }))
        })
    }
}

pub(super) fn of_file(
    connection: &Connection,
    file: &Sha256Hex,
) -> rusqlite::Result<Option<(BatchId, Timestamp)>> {
    connection
        .prepare_cached(
            "SELECT id, confirmed FROM batches WHERE file_key = ?1
             AND queued + sending + accepted + unknown + abandoned > 0 ORDER BY id DESC LIMIT 1",
        )?
        .query_row([file.as_str()], |row| {
            Ok((BatchId(row.get(0)?), read_time(row.get(1)?)))
        })
        .optional()
}

/// Notes a time and gives the highest that was ever seen.
pub(super) fn see(tx: &Transaction<'_>, now: Timestamp) -> rusqlite::Result<i64> {
    tx.prepare_cached(
        "INSERT INTO time_seen (id, highest) VALUES (0, ?1)
         ON CONFLICT (id) DO UPDATE SET highest = max(highest, excluded.highest)
         RETURNING highest",
    )?
    .query_row([stored_time(now)], |row| row.get(0))
}

/// As [`OutboxStore::twins`], inside a transaction.
pub(super) fn find(
    connection: &Connection,
    intents: &[Intent],
    since: Timestamp,
) -> rusqlite::Result<Vec<Twin>> {
    if intents.len() <= FEW {
        return find_few(connection, intents, since);
    }
    let keys: Vec<&[u8]> = intents.iter().map(|intent| &intent.bytes()[..]).collect();
    let same = "SELECT asked.at, intents.item FROM temp.asked
         CROSS JOIN intents ON intents.key = asked.key";
    let same: Vec<(usize, i64)> = compare(connection, "intents", &keys, |connection| {
        let mut statement = connection.prepare_cached(same)?;
        let rows = statement.query_map([], |row| Ok((position(row, 0)?, row.get(1)?)))?;
        rows.collect()
    })?;
    let items: Vec<i64> = same.iter().map(|(_, item)| *item).collect();
    let standing = format!(
        "SELECT asked.at, items.id, items.batch, items.state, items.marked FROM temp.asked
         CROSS JOIN items ON items.id = asked.key WHERE {STANDS}"
    );
    let mut twins = compare(connection, "items", &items, |connection| {
        connection
            .prepare_cached(&standing)?
            .query_map([stored_time(since)], twin)?
            .collect()
    })?;
    for twin in &mut twins {
        twin.at = same.get(twin.at).map_or(usize::MAX, |(at, _)| *at);
    }
    Ok(twins)
}

/// As [`find`] for so few that nothing has to be put beside the record.
fn find_few(
    connection: &Connection,
    intents: &[Intent],
    since: Timestamp,
) -> rusqlite::Result<Vec<Twin>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT ?2, items.id, items.batch, items.state, items.marked FROM intents
         CROSS JOIN items ON items.id = intents.item WHERE intents.key = ?3 AND ({STANDS})"
    ))?;
    let mut twins = Vec::new();
    for (intent, at) in intents.iter().zip(0_i64..) {
        let rows = statement.query_map(params![stored_time(since), at, intent.bytes()], twin)?;
        for found in rows {
            twins.push(found?);
        }
    }
    Ok(twins)
}

/// Positions of the keys that were touched since then.
fn touched(
    connection: &Connection,
    keys: &[i64],
    since: Timestamp,
) -> rusqlite::Result<Vec<usize>> {
    let same = "SELECT asked.at, touches.item FROM temp.asked
         CROSS JOIN touches ON touches.person = asked.key";
    let same: Vec<(usize, i64)> = compare(connection, "touches", keys, |connection| {
        let mut statement = connection.prepare_cached(same)?;
        let rows = statement.query_map([], |row| Ok((position(row, 0)?, row.get(1)?)))?;
        rows.collect()
    })?;
    let items: Vec<i64> = same.iter().map(|(_, item)| *item).collect();
    let sent = "SELECT asked.at FROM temp.asked CROSS JOIN items ON items.id = asked.key
         WHERE items.state IN ('sending','accepted','unknown','abandoned') AND items.marked > ?1";
    let found = compare(connection, "items", &items, |connection| {
        connection
            .prepare_cached(sent)?
            .query_map([stored_time(since)], |row| position(row, 0))?
            .collect()
    })?;
    let at = |found: usize| same.get(found).map(|(at, _)| *at);
    Ok(found.into_iter().filter_map(at).collect())
}

/// Puts keys in order beside the record and collects what `look` finds for them, a part at a time.
/// In order, because neighbours then lie on the same pages.
fn compare<Key: Ord + ToSql, Found>(
    connection: &Connection,
    table: &str,
    keys: &[Key],
    look: impl Fn(&Connection) -> rusqlite::Result<Vec<Found>>,
) -> rusqlite::Result<Vec<Found>> {
    let mut found = Vec::new();
    let any: bool = connection
        .prepare_cached(&format!("SELECT EXISTS (SELECT 1 FROM {table})"))?
        .query_row([], |row| row.get(0))?;
    if !any {
        return Ok(found);
    }
    connection.execute_batch(
        "CREATE TEMP TABLE IF NOT EXISTS asked (key NOT NULL, at INTEGER NOT NULL)",
    )?;
    let mut order: Vec<(&Key, i64)> = keys.iter().zip(0..).collect();
    order.sort_unstable();
    let mut empty = connection.prepare_cached("DELETE FROM temp.asked")?;
    let mut ask = connection.prepare_cached("INSERT INTO temp.asked (key, at) VALUES (?1, ?2)")?;
    for part in order.chunks(AT_ONCE) {
        empty.execute([])?;
        for (key, at) in part {
            ask.execute(params![key, at])?;
        }
        found.extend(look(connection)?);
    }
    empty.execute([])?;
    Ok(found)
}

fn position(row: &Row<'_>, index: usize) -> rusqlite::Result<usize> {
    let at: i64 = row.get(index)?;
    Ok(usize::try_from(at).unwrap_or(usize::MAX))
}

fn twin(row: &Row<'_>) -> rusqlite::Result<Twin> {
    Ok(Twin {
        at: position(row, 0)?,
        item: ItemId(row.get(1)?),
        batch: BatchId(row.get(2)?),
        state: word(row, 3, ItemState::from_word)?,
        time: row.get::<_, Option<i64>>(4)?.map(read_time),
    })
}

/// Writes the intents of a batch whose calls got these items. The schema refuses one that is live.
pub(super) fn write(
    tx: &Transaction<'_>,
    new: &NewBatch<'_>,
    items: &[i64],
) -> rusqlite::Result<()> {
    let once = &new.plan.once;
    // What a person sends again is compared when it is claimed, not here.
    let overrides = once.override_reason.is_some() || once.is_repeat;
    let owners = || owners(&new.plan.calls, items);
    let mut intents: Vec<(&Intent, i64)> = once.intents.iter().zip(owners()).collect();
    intents.sort_unstable();
    let mut statement =
        tx.prepare_cached("INSERT INTO intents (key, item, overrides) VALUES (?1, ?2, ?3)")?;
    for (intent, item) in intents {
        statement.execute(params![intent.bytes(), item, overrides])?;
    }
    let mut touches: Vec<(Touch, i64)> = once.touches.iter().copied().zip(owners()).collect();
    touches.sort_unstable();
    // Two people may share a digest, and the same call then touches it twice.
    let mut statement =
        tx.prepare_cached("INSERT OR IGNORE INTO touches (person, item) VALUES (?1, ?2)")?;
    for (touch, item) in touches {
        statement.execute(params![touch.0, item])?;
    }
    Ok(())
}

/// The item of each recipient.
fn owners<'a>(calls: &'a [PlannedCall], items: &'a [i64]) -> impl Iterator<Item = i64> + 'a {
    calls
        .iter()
        .zip(items)
        .flat_map(|(call, item)| call.recipients.iter().map(|_| *item))
}

/// The keys of one call's recipients, as they are kept beside its body.
pub(super) fn stored(intents: &[Intent]) -> Option<Vec<u8>> {
    let bytes: Vec<u8> = intents.iter().flat_map(|intent| *intent.bytes()).collect();
    (!bytes.is_empty()).then_some(bytes)
}

/// As [`stored`], for touches.
pub(super) fn stored_touches(touches: &[Touch]) -> Option<Vec<u8>> {
    let bytes: Vec<u8> = touches.iter().flat_map(|one| one.0.to_be_bytes()).collect();
    (!bytes.is_empty()).then_some(bytes)
}

/// What these calls mean to whom, for whoever looks at them again or sends them again.
pub(super) fn kept(tx: &Transaction<'_>, items: &[ItemId]) -> rusqlite::Result<Once> {
    let mut once = Once {
        is_repeat: true,
        ..Once::default()
    };
    let mut statement = tx.prepare_cached(
        "SELECT bodies.intents, bodies.touches, batches.twin_window FROM bodies
         JOIN items ON items.id = bodies.item JOIN batches ON batches.id = items.batch
         WHERE bodies.item = ?1",
    )?;
    for item in items {
        let found = statement.query_row([item.0], |row| {
            let bytes = |index| row.get::<_, Option<Vec<u8>>>(index);
            let (intents, touches) = (bytes(0)?.unwrap_or_default(), bytes(1)?.unwrap_or_default());
            Ok((intents, touches, row.get::<_, i64>(2)?))
        });
        let Some((intents, touches, window)) = found.optional()? else {
            continue;
        };
        let keys = intents.as_chunks::<16>().0.iter().copied();
        once.intents.extend(keys.map(Intent::from_stored));
        let people = touches.as_chunks::<8>().0.iter();
        once.touches
            .extend(people.map(|bytes| Touch(i64::from_be_bytes(*bytes))));
        once.window = Duration::from_micros(u64::try_from(window).unwrap_or_default());
    }
    Ok(once)
}

#[cfg(test)]
mod tests;
