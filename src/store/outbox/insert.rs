//! Writing a confirmed plan: everything or nothing, in one transaction.

use super::OutboxStore;
use super::approval;
use super::intents;
use super::rows::{StopKind, stored_number};
use super::suppressed;
use crate::domain::{
    Approvers, BatchId, BatchState, FrozenRequest, ItemId, Plan, Reason, Recipient, RequestBody,
    RequestHead, Sha256Hex, SkippedRow, Used,
};
use crate::store::database::stored_time;
use crate::store::error::StoreError;
use jiff::Timestamp;
use rusqlite::{Transaction, params};
use std::borrow::Cow;

/// A confirmed plan with what was decided at the confirmation.
#[derive(Debug, Clone)]
pub struct NewBatch<'a> {
    /// The plan; its hashes were checked.
    pub plan: &'a Plan,
    /// When it was confirmed.
    pub confirmed: Timestamp,
    /// When its grace ends, if it has one.
    pub start_at: Option<Timestamp>,
    /// Which opened outbox queued it; only that one may let its grace run out.
    pub owner: &'a str,
    /// What was typed to confirm.
    pub typed: &'a str,
    /// What was accepted before this time is no twin any more.
    pub twins_since: Timestamp,
}

/// Why a plan was not stored. Nothing of it exists then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InsertError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Since it was planned, others have queued or sent the same to some of its people.
    #[error("{people} people have the same message in batch {}", .batch.0)]
    Twins {
        /// How many people.
        people: u64,
        /// The newest batch that has it.
        batch: BatchId,
    },
    /// Since it was planned, some of its people opted out.
    #[error("{0} people opted out")]
    OptedOut(u64),
    /// The same file went to the same template today.
    #[error("batch {} was made of the same file and template", .0.0)]
    SameFile(BatchId),
}

/// Where a batch comes from that sends again what an older one could not.
pub(super) struct Again<'a> {
    /// The older batch; it stays as it is.
    pub parent: BatchId,
    /// The items it repeats, one for each call of the plan and in the same order.
    pub items: &'a [ItemId],
    /// Why it waits for a person.
    pub reason: &'a Reason,
}

impl OutboxStore {
    /// Stores batch, items, bodies, intents and left-out rows, durably once this returns.
    ///
    /// # Errors
    /// [`InsertError`]; then nothing of it exists.
    pub fn insert(&self, new: &NewBatch<'_>) -> Result<BatchId, InsertError> {
        let fail = |error: rusqlite::Error| StoreError::from_sqlite(self.db.path(), &error);
        self.db.write(|tx| {
            if let Some(stands) = in_the_way(tx, new).map_err(fail)? {
                return Err(stands);
            }
            Ok(insert_plan(tx, new, None).map_err(fail)?)
        })
    }
}

/// The one place where a batch and its items are written. What is sent again comes in paused, so
/// that it needs the number of its people before anything leaves.
pub(super) fn insert_plan(
    tx: &Transaction<'_>,
    new: &NewBatch<'_>,
    again: Option<&Again<'_>>,
) -> rusqlite::Result<BatchId> {
    let seen = intents::see(tx, new.confirmed)?;
    let batch = insert_batch(tx, new, seen, again)?;
    let repeated = again.map_or(&[][..], |again| again.items);
    let items = insert_calls(tx, batch, new.plan, repeated)?;
    intents::write(tx, new, &items)?;
    insert_skipped(tx, batch, &new.plan.skipped)?;
    count_use(tx, new)?;
    Ok(BatchId(batch))
}

/// What others have queued or sent, and who opted out, since this was planned.
fn in_the_way(tx: &Transaction<'_>, new: &NewBatch<'_>) -> rusqlite::Result<Option<InsertError>> {
    let people = new.plan.calls.iter().flat_map(|call| &call.recipients);
    let people: Vec<&str> = people.map(Recipient::text).collect();
    let opted_out = suppressed::among(tx, &new.plan.target, &people)?;
    if !opted_out.is_empty() {
        return Ok(Some(InsertError::OptedOut(opted_out.len() as u64)));
    }
    let once = &new.plan.once;
    if once.override_reason.is_some() || once.is_repeat {
        return Ok(None);
    }
    if let Some(file) = &once.file
        && let Some((batch, _)) = intents::of_file(tx, file)?
    {
        return Ok(Some(InsertError::SameFile(batch)));
    }
    let twins = intents::find(tx, &once.intents, new.twins_since)?;
    let mut people: Vec<usize> = twins.iter().map(|twin| twin.at).collect();
    people.sort_unstable();
    people.dedup();
    let newest = twins.iter().map(|twin| twin.batch).max();
    Ok(newest.map(|batch| InsertError::Twins {
        people: people.len() as u64,
        batch,
    }))
}

/// Confirmed when it is created.
const INSERT_BATCH: &str =
    "INSERT INTO batches (kind, title, profile, base_url, customer_id, bot_key, state, created,
        confirmed, start_at, publish_at, per_minute, concurrency, calls, owner, typed, notes,
        plan_sha256, planned, skipped, queued, twin_window, override_reason, file_key,
        marked, canary, spread_minutes, parent, reason_rule, reason_text, stop_kind,
        due, meant_wall, meant_zone, hold_on_reply, quiet, source, approvers,
        approval_above)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
        ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34,
        ?35, ?36, ?37, ?38)";

fn insert_batch(
    tx: &Transaction<'_>,
    new: &NewBatch<'_>,
    seen: i64,
    again: Option<&Again<'_>>,
) -> rusqlite::Result<i64> {
    let plan = new.plan;
    let state = first_state(new, again);
    let approvers = plan.waiting.approvers.as_ref();
    let held = approval::needed(tx, plan, again)?;
    let reason = held.as_ref().or(again.map(|again| again.reason));
    let meant = plan.waiting.meant.as_ref();
    let notes = serde_json::Value::from(plan.notes.clone()).to_string();
    tx.execute(
        INSERT_BATCH,
        params![
            plan.kind.word(),
            plan.title,
            plan.profile,
            plan.target.base_url,
            plan.target.customer_id,
            plan.target.bot_key,
            state.word(),
            stored_time(new.confirmed),
            new.start_at
                .filter(|_| state == BatchState::Armed)
                .map(stored_time),
            plan.schedule.publish_at().map(stored_time),
            plan.limits.per_minute.max(1),
            plan.limits.concurrency.clamp(1, 64),
            stored_number(plan.calls.len() as u64),
            new.owner,
            new.typed,
            notes,
            plan.sha256.as_str(),
            stored_number(plan.planned()),
            stored_number(plan.skipped.len() as u64),
            stored_number(plan.recipients()),
            i64::try_from(plan.once.window.as_micros()).unwrap_or(i64::MAX),
            plan.once.override_reason,
            plan.once.file.as_ref().map(Sha256Hex::as_str),
            seen,
            plan.limits.canary,
            plan.limits.spread_minutes,
            again.map(|again| again.parent.0),
            reason.map(|reason| reason.rule.as_str()),
            reason.map(|reason| reason.text.as_str()),
            again.map(|_| StopKind::Person.word()),
            plan.schedule.due().map(stored_time),
            meant.map(|meant| meant.wall.to_string()),
            meant.map(|meant| meant.zone.as_str()),
            plan.waiting.hold_on_reply,
            plan.waiting.quiet.as_ref().map(to_json).transpose()?,
            plan.source,
            approvers.map(Approvers::text),
            approvers.map(|approvers| stored_number(approvers.above())),
        ],
    )?;
    Ok(tx.last_insert_rowid())
}

/// What a new batch begins as.
fn first_state(new: &NewBatch<'_>, again: Option<&Again<'_>>) -> BatchState {
    match (again, new.start_at) {
        (_, _) if new.plan.waiting.approvers.is_some() => BatchState::Held,
        (Some(_), _) => BatchState::Paused,
        (None, Some(_)) => BatchState::Armed,
        (None, None) if new.plan.schedule.due().is_some() => BatchState::Scheduled,
        (None, None) => BatchState::Ready,
    }
}

/// Gives the item of each call.
fn insert_calls(
    tx: &Transaction<'_>,
    batch: i64,
    plan: &Plan,
    repeated: &[ItemId],
) -> rusqlite::Result<Vec<i64>> {
    let mut item = tx.prepare_cached(
        "INSERT INTO items (batch, recipient, recipients, state, body_sha256, again_of)
         VALUES (?1, ?2, ?3, 'queued', ?4, ?5)",
    )?;
    let mut body = tx.prepare_cached(
        "INSERT INTO bodies (item, head, form, body, recipients, intents, touches)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let mut items = Vec::with_capacity(plan.calls.len());
    let mut person = 0;
    // Calls of a list share address and headers, so they are stored once for a run of equal ones.
    let mut head: Option<(i64, &FrozenRequest)> = None;
    for (index, call) in plan.calls.iter().enumerate() {
        let request = &call.request;
        let head_id = match head {
            Some((id, last)) if same_head(last, request) => id,
            Some(_) | None => insert_head(tx, request)?,
        };
        head = Some((head_id, request));
        let (single, all) = people(&call.recipients);
        item.execute(params![
            batch,
            single,
            stored_number(call.recipients.len() as u64),
            request.body_sha256.as_str(),
            repeated.get(index).map(|old| old.0),
        ])?;
        let id = tx.last_insert_rowid();
        items.push(id);
        let own = person..person + call.recipients.len();
        person = own.end;
        let intents = plan.once.intents.get(own.clone()).map(intents::stored);
        let touches = plan.once.touches.get(own).map(intents::stored_touches);
        let (form, text) = match &request.body {
            RequestBody::Empty => ("empty", Cow::Borrowed("")),
            RequestBody::Json(text) => ("json", Cow::Borrowed(text.as_str())),
            RequestBody::Multipart { .. } => ("multipart", Cow::Owned(to_json(&request.body)?)),
        };
        body.execute(params![
            id,
            head_id,
            form,
            text,
            all,
            intents.flatten(),
            touches.flatten()
        ])?;
    }
    Ok(items)
}

/// The only person of a call, or all of several.
fn people(recipients: &[Recipient]) -> (Option<&str>, Option<String>) {
    match recipients {
        [one] => (Some(one.text()), None),
        several => {
            let texts: Vec<&str> = several.iter().map(Recipient::text).collect();
            (None, Some(texts.join("\n")))
        }
    }
}

fn same_head(left: &FrozenRequest, right: &FrozenRequest) -> bool {
    let (left, right): (&RequestHead, &RequestHead) = (left, right);
    std::ptr::eq(left, right) || left == right
}

fn insert_head(tx: &Transaction<'_>, request: &FrozenRequest) -> rusqlite::Result<i64> {
    tx.prepare_cached("INSERT INTO heads (method, url, headers) VALUES (?1, ?2, ?3)")?
        .execute(params![
            request.method,
            request.url,
            to_json(&request.headers)?
        ])?;
    Ok(tx.last_insert_rowid())
}

fn insert_skipped(tx: &Transaction<'_>, batch: i64, rows: &[SkippedRow]) -> rusqlite::Result<()> {
    let mut statement = tx.prepare_cached(
        "INSERT INTO items (batch, recipient, recipients, state, rule, note, source_row)
         VALUES (?1, ?2, 1, 'skipped', ?3, ?4, ?5)",
    )?;
    for row in rows {
        statement.execute(params![
            batch,
            row.recipient,
            row.rule,
            row.reason,
            row.row.map(stored_number),
        ])?;
    }
    Ok(())
}

/// Counts what the plan is made with, in the same transaction: what is queued is counted once.
fn count_use(tx: &Transaction<'_>, new: &NewBatch<'_>) -> rusqlite::Result<()> {
    let (kind, name, language) = match &new.plan.used {
        None => return Ok(()),
        Some(Used::Template { name, language }) => ("template", name.as_str(), language.as_str()),
        Some(Used::Flow(name)) => ("flow", name.as_str(), ""),
    };
    tx.execute(
        "INSERT INTO library_usage (kind, name, language, batches, recipients, last)
         VALUES (?1, ?2, ?3, 1, ?4, ?5)
         ON CONFLICT (kind, name, language) DO UPDATE SET batches = batches + 1,
            recipients = recipients + excluded.recipients, last = max(last, excluded.last)",
        params![
            kind,
            name,
            language,
            stored_number(new.plan.recipients()),
            stored_time(new.confirmed),
        ],
    )?;
    Ok(())
}

fn to_json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
