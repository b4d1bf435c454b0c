//! A person settles unknown results. All of one decision happens in one transaction: what is
//! decided, by whom and why, the new states, and the paused batch of what is to be sent again.
//! Nothing is decided that was not asked: the count is compared, and bytes are checked first.

use super::OutboxStore;
use super::again::{Asked, Repeat, insert_repeat, not_accepted_reason, repeat};
use super::read::batch_row;
use super::rows::{self, ITEM_COLUMNS};
use crate::domain::unknown::{ARRIVAL, Decision};
use crate::domain::{BatchId, Item, ItemId, ItemState};
use crate::store::database::{read_time, stored_time};
use crate::store::error::StoreError;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};
use std::collections::BTreeMap;

/// The rule of an item that a person settled.
pub const BY_PERSON: &str = "by_person";

/// Which unknown results.
#[derive(Debug, Clone, Copy)]
pub enum Chosen<'a> {
    /// These.
    Items(&'a [ItemId]),
    /// All of a batch.
    Batch(BatchId),
}

/// A person's decision.
#[derive(Debug, Clone, Copy)]
pub struct Ruling<'a> {
    /// About what.
    pub chosen: Chosen<'a>,
    /// What.
    pub decision: Decision,
    /// How many people it is about, as it was typed; `None` where one thing was named.
    pub count: Option<u64>,
    /// Who.
    pub who: &'a str,
    /// Why; goes into the record.
    pub reason: &'a str,
    /// When, and in which outbox.
    pub asked: Asked<'a>,
}

/// What a decision did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruled {
    /// The items, as they are now.
    pub items: Vec<Item>,
    /// Batches whose counts changed, oldest first.
    pub changed: Vec<BatchId>,
    /// New paused batches, one for each batch something is sent again of.
    pub made: Vec<BatchId>,
}

/// Why nothing was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such item.
    Missing(ItemId),
    /// Its outcome is known, or was decided before.
    Settled(Box<Item>),
    /// Nothing was named.
    Nobody,
    /// Nothing of the batch is unknown.
    Nothing(BatchId),
    /// Another number of people.
    Count(u64),
    /// Several are to be sent again, and one of them may still show up until then.
    TooEarly(Timestamp),
    /// The stored call of an item is not the one that was confirmed.
    Tampered(ItemId),
}

impl OutboxStore {
    /// Settles unknown results as a person says.
    ///
    /// # Errors
    /// Whatever the database says; then, and for a refusal, nothing is changed.
    pub fn resolve(&self, ruling: &Ruling<'_>) -> Result<Result<Ruled, Refusal>, StoreError> {
        self.db.change(|tx| {
            let items = match chosen(tx, ruling)? {
                Ok(items) => items,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let repeats = match ruling.decision {
                Decision::NotAccepted => match repeats(tx, &items, ruling.asked.now)? {
                    Ok(repeats) => repeats,
                    Err(refusal) => return Ok(Err(refusal)),
                },
                Decision::Accepted | Decision::Abandoned => Vec::new(),
            };
            for item in &items {
                decide(tx, item.id, ruling)?;
            }
            let mut made = Vec::new();
            for repeat in &repeats {
                let reason = not_accepted_reason(repeat);
                made.push(insert_repeat(tx, repeat, ruling.asked, reason)?);
            }
            let mut changed: Vec<BatchId> = items.iter().map(|item| item.batch).collect();
            changed.sort_unstable();
            changed.dedup();
            let mut settled = Vec::with_capacity(items.len());
            for item in &items {
                settled.extend(item_row(tx, item.id)?);
            }
            Ok(Ok(Ruled {
                items: settled,
                changed,
                made,
            }))
        })
    }
}

fn chosen(
    tx: &Transaction<'_>,
    ruling: &Ruling<'_>,
) -> rusqlite::Result<Result<Vec<Item>, Refusal>> {
    let items = match ruling.chosen {
        Chosen::Items(ids) => match named(tx, ids)? {
            Ok(items) => items,
            Err(refusal) => return Ok(Err(refusal)),
        },
        Chosen::Batch(batch) => unknown_of(tx, batch)?,
    };
    if items.is_empty() {
        return Ok(Err(match ruling.chosen {
            Chosen::Batch(batch) => Refusal::Nothing(batch),
            Chosen::Items(_) => Refusal::Nobody,
        }));
    }
    let people: u64 = items.iter().map(|item| item.recipients.unwrap_or(1)).sum();
    if ruling.count.is_some_and(|count| count != people) {
        return Ok(Err(Refusal::Count(people)));
    }
    Ok(Ok(items))
}

/// Each named item once; the first that is not unknown refuses all.
fn named(tx: &Transaction<'_>, ids: &[ItemId]) -> rusqlite::Result<Result<Vec<Item>, Refusal>> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let mut items = Vec::with_capacity(ids.len());
    for id in ids {
        match item_row(tx, id)? {
            None => return Ok(Err(Refusal::Missing(id))),
            Some(item) if item.state != ItemState::Unknown => {
                return Ok(Err(Refusal::Settled(Box::new(item))));
            }
            Some(item) => items.push(item),
        }
    }
    Ok(Ok(items))
}

fn item_row(tx: &Transaction<'_>, id: ItemId) -> rusqlite::Result<Option<Item>> {
    tx.prepare_cached(&format!("SELECT {ITEM_COLUMNS} FROM items WHERE id = ?1"))?
        .query_row([id.0], rows::item)
        .optional()
}

fn unknown_of(tx: &Transaction<'_>, batch: BatchId) -> rusqlite::Result<Vec<Item>> {
    tx.prepare(&format!(
        "SELECT {ITEM_COLUMNS} FROM items WHERE batch = ?1 AND state = 'unknown' ORDER BY id"
    ))?
    .query_map([batch.0], rows::item)?
    .collect()
}

/// What is to be sent again, by its batch. Several at once wait until the youngest of them had
/// its time to show up.
fn repeats(
    tx: &Transaction<'_>,
    items: &[Item],
    now: Timestamp,
) -> rusqlite::Result<Result<Vec<Repeat>, Refusal>> {
    if items.len() > 1 {
        let mut youngest = Timestamp::MIN;
        for item in items {
            youngest = youngest.max(last_started(tx, item.id)?);
        }
        let until = youngest.saturating_add(ARRIVAL).unwrap_or(Timestamp::MAX);
        if now < until {
            return Ok(Err(Refusal::TooEarly(until)));
        }
    }
    let mut by_batch: BTreeMap<BatchId, Vec<ItemId>> = BTreeMap::new();
    for item in items {
        by_batch.entry(item.batch).or_default().push(item.id);
    }
    let mut repeats = Vec::with_capacity(by_batch.len());
    for (batch, ids) in by_batch {
        let Some(parent) = batch_row(tx, batch)? else {
            continue;
        };
        match repeat(tx, parent, ids)? {
            Ok(repeat) => repeats.push(repeat),
            Err(item) => return Ok(Err(Refusal::Tampered(item))),
        }
    }
    Ok(Ok(repeats))
}

fn last_started(tx: &Transaction<'_>, item: ItemId) -> rusqlite::Result<Timestamp> {
    let started: Option<i64> = tx
        .prepare_cached("SELECT max(started) FROM attempts WHERE item = ?1")?
        .query_row([item.0], |row| row.get(0))?;
    Ok(started.map_or(Timestamp::MIN, read_time))
}

fn decide(tx: &Transaction<'_>, item: ItemId, ruling: &Ruling<'_>) -> rusqlite::Result<()> {
    let state = ruling.decision.state().word();
    tx.prepare_cached(
        "INSERT INTO decisions (item, decided, decided_by, who, at, reason)
         VALUES (?1, ?2, 'person', ?3, ?4, ?5)",
    )?
    .execute(params![
        item.0,
        state,
        ruling.who,
        stored_time(ruling.asked.now),
        ruling.reason,
    ])?;
    tx.prepare_cached("UPDATE items SET state = ?2, rule = ?3 WHERE id = ?1")?
        .execute(params![item.0, state, BY_PERSON])?;
    Ok(())
}
