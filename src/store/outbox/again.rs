//! Sending again what a person asked for: a new paused batch of the very same frozen calls, linked
//! to the items it repeats. The old batch and its sum stay as they are, and no item is repeated
//! twice: the schema refuses a second link.

use super::OutboxStore;
use super::insert::{Again, NewBatch, insert_plan};
use super::intents;
use super::read::{batch_row, request_row};
use super::rows::StoredBatch;
use super::send::is_as_confirmed;
use crate::domain::{
    Approvers, BatchId, ItemId, Once, Plan, PlannedCall, Reason, Recipient, Schedule, Waiting,
};
use crate::store::error::StoreError;
use jiff::Timestamp;
use rusqlite::{Connection, Transaction, params};

/// Who asks for it, and when.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Now.
    pub now: Timestamp,
    /// Which opened outbox.
    pub owner: &'a str,
    /// What was typed to confirm; empty where nothing had to be.
    pub typed: &'a str,
}

/// How asking for another try of what was refused for a while ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retry {
    /// The new paused batch.
    Made(BatchId),
    /// Nothing of it can be tried again.
    Nothing {
        /// How many people were refused for a reason that passes.
        passing: u64,
        /// How many of these are in a newer batch already.
        again: u64,
    },
    /// There is no such batch.
    Missing,
    /// The stored call of an item is not the one that was confirmed.
    Tampered(ItemId),
}

/// The calls of a batch that are to be sent again, checked and not yet written.
pub(super) struct Repeat {
    parent: StoredBatch,
    items: Vec<ItemId>,
    plan: Plan,
}

impl OutboxStore {
    /// Puts everything of a batch that was refused for a reason that passes into one new paused
    /// batch, without what is in a newer one already.
    ///
    /// # Errors
    /// Whatever the database says; then nothing is changed.
    pub fn retry(&self, batch: BatchId, asked: Asked<'_>) -> Result<Retry, StoreError> {
        self.db.change(|tx| {
            let Some(parent) = batch_row(tx, batch)? else {
                return Ok(Retry::Missing);
            };
            let items = passing(tx, batch)?;
            if items.is_empty() {
                return nothing_to_retry(tx, batch);
            }
            let repeat = match repeat(tx, parent, items)? {
                Ok(repeat) => repeat,
                Err(item) => return Ok(Retry::Tampered(item)),
            };
            let text = format!(
                "Made from {batch}: {} refused for a reason that passes. Resume it to send.",
                people(repeat.plan.recipients())
            );
            insert_repeat(tx, &repeat, asked, ("retry", text)).map(Retry::Made)
        })
    }
}

pub(super) fn people(number: u64) -> String {
    let noun = if number == 1 { "person" } else { "people" };
    format!("{number} {noun}")
}

/// Refused at the last try for a reason that passes, and not in a newer batch.
const PASSING: &str = "FROM items JOIN attempts
    ON attempts.item = items.id AND attempts.number = items.attempts
    WHERE items.batch = ?1 AND items.state = 'rejected' AND attempts.transient = 1";

fn passing(tx: &Transaction<'_>, batch: BatchId) -> rusqlite::Result<Vec<ItemId>> {
    tx.prepare(&format!(
        "SELECT items.id {PASSING}
         AND NOT EXISTS (SELECT 1 FROM items AS newer WHERE newer.again_of = items.id)
         ORDER BY items.id"
    ))?
    .query_map([batch.0], |row| Ok(ItemId(row.get(0)?)))?
    .collect()
}

fn nothing_to_retry(tx: &Transaction<'_>, batch: BatchId) -> rusqlite::Result<Retry> {
    let sql = format!(
        "SELECT coalesce(sum(items.recipients), 0), coalesce(sum(items.recipients
            * EXISTS (SELECT 1 FROM items AS newer WHERE newer.again_of = items.id)), 0)
         {PASSING}"
    );
    tx.query_row(&sql, [batch.0], |row| {
        Ok(Retry::Nothing {
            passing: super::rows::number(row, 0)?,
            again: super::rows::number(row, 1)?,
        })
    })
}

/// Reads the calls of these items of a batch; gives the first whose bytes are not as confirmed.
pub(super) fn repeat(
    tx: &Transaction<'_>,
    parent: StoredBatch,
    items: Vec<ItemId>,
) -> rusqlite::Result<Result<Repeat, ItemId>> {
    let mut calls = Vec::with_capacity(items.len());
    for item in &items {
        let whole = request_row(tx, *item)?.filter(is_as_confirmed);
        let (Some(request), Some(recipients)) = (whole, recipients(tx, *item)?) else {
            return Ok(Err(*item));
        };
        calls.push(PlannedCall {
            recipients,
            request,
        });
    }
    let schedule = parent.publish_at.map_or(Schedule::Now, Schedule::PublishAt);
    let waiting = Waiting {
        quiet: parent.waiting.quiet,
        approvers: asked_again(&parent, &calls),
        ..Waiting::default()
    };
    let plan = Plan {
        kind: parent.batch.kind,
        title: parent.batch.title.clone(),
        profile: parent.batch.profile.clone(),
        target: parent.target.clone(),
        sha256: Plan::digest(&parent.target, schedule, &calls),
        calls,
        skipped: Vec::new(),
        notes: Vec::new(),
        warnings: Vec::new(),
        schedule,
        waiting,
        limits: parent.limits,
        // It was counted when it was planned; saying it again is no other use of the template.
        used: None,
        source: None,
        once: once(tx, parent.batch.id, &items)?,
    };
    Ok(Ok(Repeat {
        parent,
        items,
        plan,
    }))
}

/// Who has to approve what is sent again: whoever had to approve the batch, if it reaches as many.
fn asked_again(parent: &StoredBatch, calls: &[PlannedCall]) -> Option<Approvers> {
    let people: u64 = calls.iter().map(|call| call.recipients.len() as u64).sum();
    let asked = parent.waiting.approvers.clone();
    asked.filter(|approvers| people > approvers.above())
}

/// What keeps the repeated calls from reaching people twice, as it was when they were confirmed.
fn once(tx: &Transaction<'_>, parent: BatchId, items: &[ItemId]) -> rusqlite::Result<Once> {
    let override_reason = tx.query_row(
        "SELECT override_reason FROM batches WHERE id = ?1",
        [parent.0],
        |row| row.get(0),
    )?;
    Ok(Once {
        override_reason,
        ..intents::kept(tx, items)?
    })
}

/// Writes the new paused batch.
pub(super) fn insert_repeat(
    tx: &Transaction<'_>,
    repeat: &Repeat,
    asked: Asked<'_>,
    (rule, text): (&str, String),
) -> rusqlite::Result<BatchId> {
    let reason = Reason {
        rule: rule.to_owned(),
        text,
    };
    let new = NewBatch {
        plan: &repeat.plan,
        confirmed: asked.now,
        start_at: None,
        owner: asked.owner,
        typed: asked.typed,
        // What is sent again is compared when it is claimed.
        twins_since: Timestamp::MAX,
    };
    let again = Again {
        parent: repeat.parent.batch.id,
        items: &repeat.items,
        reason: &reason,
    };
    insert_plan(tx, &new, Some(&again))
}

/// Why a batch of what a person decided on waits.
pub(super) fn not_accepted_reason(repeat: &Repeat) -> (&'static str, String) {
    let text = format!(
        "Made from {}: {} marked not accepted. Resume it to send again; it can reach them twice.",
        repeat.parent.batch.id,
        people(repeat.plan.recipients())
    );
    ("not_accepted", text)
}

impl OutboxStore {
    /// Every call of a batch as it was confirmed, in sending order.
    ///
    /// # Errors
    /// Whatever the database says; calls that were dropped by a purge are damage here.
    pub fn calls_of(&self, batch: BatchId) -> Result<Vec<PlannedCall>, StoreError> {
        self.db.read(|tx| {
            let items: Vec<ItemId> = tx
                .prepare_cached(
                    "SELECT id FROM items WHERE batch = ?1 AND state <> 'skipped' ORDER BY id",
                )?
                .query_map([batch.0], |row| Ok(ItemId(row.get(0)?)))?
                .collect::<rusqlite::Result<_>>()?;
            let mut calls: Vec<PlannedCall> = Vec::with_capacity(items.len());
            for item in items {
                let whole = request_row(tx, item)?.filter(is_as_confirmed);
                let (Some(mut request), Some(recipients)) = (whole, recipients(tx, item)?) else {
                    return Err(rusqlite::Error::QueryReturnedNoRows);
                };
                if let Some(before) = calls.last() {
                    request.share_head(&before.request);
                }
                calls.push(PlannedCall {
                    recipients,
                    request,
                });
            }
            Ok(calls)
        })
    }

    /// Everybody a call reaches.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn recipients_of(&self, item: ItemId) -> Result<Vec<Recipient>, StoreError> {
        let people = self.db.read(|db| recipients(db, item))?;
        Ok(people.unwrap_or_default())
    }
}

/// Everybody a call reaches; `None` for what no plan could hold.
fn recipients(tx: &Connection, item: ItemId) -> rusqlite::Result<Option<Vec<Recipient>>> {
    let (single, several): (Option<String>, Option<String>) = tx
        .prepare_cached(
            "SELECT items.recipient, bodies.recipients FROM items JOIN bodies ON item = items.id
             WHERE items.id = ?1",
        )?
        .query_row(params![item.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let texts = single.or(several).unwrap_or_default();
    let all: Option<Vec<Recipient>> = texts.split('\n').map(Recipient::from_text).collect();
    Ok(all.filter(|all| !all.is_empty()))
}
