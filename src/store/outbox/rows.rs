//! How rows become the words of the domain.

use crate::domain::schedule::PlannedTime;
use crate::domain::{
    Approved, Approvers, Batch, BatchId, BatchState, BotTarget, Counts, Item, ItemId, ItemState,
    PlatformError, Reason, SendKind, SendLimits, Sha256Hex, Waiting,
};
use crate::store::database::read_time;
use jiff::Timestamp;
use rusqlite::Row;
use rusqlite::types::Type;

/// What stopped a batch, as far as exit codes tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StopKind {
    /// A person or a command.
    Person,
    /// 401 or 403.
    Key,
    /// No connection, a certificate, a redirect.
    Network,
    /// Anything else.
    Other,
}

impl StopKind {
    pub(super) fn word(self) -> &'static str {
        match self {
            StopKind::Person => "person",
            StopKind::Key => "key",
            StopKind::Network => "network",
            StopKind::Other => "other",
        }
    }

    fn from_word(word: &str) -> Self {
        match word {
            "person" => StopKind::Person,
            "key" => StopKind::Key,
            "network" => StopKind::Network,
            _ => StopKind::Other,
        }
    }
}

/// A batch with what only the engine and the exit codes need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBatch {
    /// What people and scripts see.
    pub batch: Batch,
    /// The bot it was planned for.
    pub target: BotTarget,
    /// How fast.
    pub limits: SendLimits,
    /// Whether a person went on after the first people.
    pub canary_passed: bool,
    /// How many calls it has.
    pub calls: u64,
    /// How often it was resumed; counting in a row starts again with each.
    pub runs: i64,
    /// When it was confirmed or last resumed.
    pub confirmed: Timestamp,
    /// When its grace ends.
    pub start_at: Option<Timestamp>,
    /// When the platform publishes it.
    pub publish_at: Option<Timestamp>,
    /// When it starts or is handed over, if it is kept here until then.
    pub due: Option<Timestamp>,
    /// What was agreed about its waiting.
    pub waiting: Waiting,
    /// Until when a person let it go on although it is night somewhere.
    pub quiet_passed: Option<Timestamp>,
    /// Who approved it, where that was asked for.
    pub approved: Option<Approved>,
    /// What stopped it last; kept also when nothing was left to send after the stop.
    pub stop: Option<(StopKind, Reason)>,
}

impl StoredBatch {
    /// Whether it is for one person: such a batch overtakes lists.
    pub fn is_single(&self) -> bool {
        self.calls == 1 && self.batch.counts.planned - self.batch.counts.skipped == 1
    }

    /// How many of the first people may still be written to before it waits; `None` if it does not
    /// wait, or waited.
    pub fn canary_left(&self) -> Option<u64> {
        let counts = self.batch.counts;
        let canary = u64::from(self.limits.canary);
        let people = counts.planned - counts.skipped;
        if canary == 0 || self.canary_passed || canary >= people {
            return None;
        }
        Some(canary.saturating_sub(people - counts.queued))
    }

    /// Messages a minute: the rate, or less where the list is spread over a longer time.
    pub fn pace(&self) -> f64 {
        let rate = f64::from(self.limits.per_minute);
        if self.limits.spread_minutes == 0 {
            return rate;
        }
        #[expect(clippy::cast_precision_loss, reason = "a pace needs no such precision")]
        let even = self.calls as f64 / f64::from(self.limits.spread_minutes);
        rate.min(even)
    }

    /// Whether every recipient has a state that no sender changes any more.
    pub fn is_settled(&self) -> bool {
        let counts = self.batch.counts;
        counts.queued == 0 && counts.sending == 0
    }
}

/// The columns [`stored_batch`] reads, in its order. The one person of a batch is not looked for among
/// thousands who are left out of it.
pub(super) const BATCH_COLUMNS: &str = "id, kind, title, state, profile, created, start_at, \
    publish_at, planned, skipped, queued, sending, accepted, rejected, unknown, cancelled, \
    not_accepted, abandoned, parent, reason_rule, reason_text, plan_sha256, base_url, \
    customer_id, bot_key, per_minute, concurrency, calls, runs, confirmed, stop_kind, \
    revision, canary, canary_passed, spread_minutes, due, meant_wall, meant_zone, hold_on_reply, \
    quiet, quiet_passed, approvers, approved_key, approved_by, approved_at, \
    approval_above, CASE WHEN planned - skipped = 1 AND planned < 1000 THEN (SELECT items.recipient FROM items \
    WHERE items.batch = batches.id AND items.state <> 'skipped' LIMIT 1) END";

/// Reads [`BATCH_COLUMNS`].
pub(super) fn stored_batch(row: &Row<'_>) -> rusqlite::Result<StoredBatch> {
    let state = word(row, 3, BatchState::from_word)?;
    let start_at = row.get::<_, Option<i64>>(6)?.map(read_time);
    let publish_at = row.get::<_, Option<i64>>(7)?.map(read_time);
    let due = row.get::<_, Option<i64>>(35)?.map(read_time);
    let reason = match (row.get(19)?, row.get(20)?) {
        (Some(rule), Some(text)) => Some(Reason { rule, text }),
        (Some(_) | None, _) => None,
    };
    let stopped = matches!(
        state,
        BatchState::Held | BatchState::Paused | BatchState::Draining
    );
    let batch = Batch {
        id: BatchId(row.get(0)?),
        kind: word(row, 1, SendKind::from_word)?,
        title: row.get(2)?,
        state,
        profile: row.get(4)?,
        created: read_time(row.get(5)?),
        scheduled: publish_at.or(due).or(start_at),
        counts: counts(row, 8)?,
        parent: row.get::<_, Option<i64>>(18)?.map(BatchId),
        reason: reason.clone().filter(|_| stopped),
        plan_sha256: Sha256Hex::from_stored(row.get(21)?),
        revision: number(row, 31)?,
        only: row
            .get::<_, Option<String>>(46)?
            .map(String::into_boxed_str),
    };
    let stop_kind: Option<String> = row.get(30)?;
    Ok(StoredBatch {
        batch,
        target: BotTarget {
            base_url: row.get(22)?,
            customer_id: row.get(23)?,
            bot_key: row.get(24)?,
        },
        limits: SendLimits {
            per_minute: row.get(25)?,
            concurrency: row.get(26)?,
            canary: row.get(32)?,
            spread_minutes: row.get(34)?,
        },
        canary_passed: row.get(33)?,
        calls: number(row, 27)?,
        runs: row.get(28)?,
        confirmed: read_time(row.get(29)?),
        start_at,
        publish_at,
        due,
        waiting: waiting(row, publish_at.or(due))?,
        quiet_passed: row.get::<_, Option<i64>>(40)?.map(read_time),
        approved: approved(row)?,
        stop: stop_kind.map(|word| StopKind::from_word(&word)).zip(reason),
    })
}

fn approvers(row: &Row<'_>) -> rusqlite::Result<Option<Approvers>> {
    let keys: Option<String> = row.get(41)?;
    let above: Option<i64> = row.get(45)?;
    // Kept without the number: asked about anybody.
    let above = above
        .and_then(|above| u64::try_from(above).ok())
        .unwrap_or(0);
    Ok(keys.map(|keys| Approvers::read(&keys).asked_above(above)))
}

fn approved(row: &Row<'_>) -> rusqlite::Result<Option<Approved>> {
    let (key, by): (Option<String>, Option<String>) = (row.get(42)?, row.get(43)?);
    let at = row.get::<_, Option<i64>>(44)?.map(read_time);
    let known = key.zip(by).zip(at);
    Ok(known.map(|((key, by), at)| Approved { key, by, at }))
}

/// What of it cannot be read any more is not agreed.
fn waiting(row: &Row<'_>, at: Option<Timestamp>) -> rusqlite::Result<Waiting> {
    let (wall, zone): (Option<String>, Option<String>) = (row.get(36)?, row.get(37)?);
    let quiet: Option<String> = row.get(39)?;
    let wall = wall.and_then(|wall| wall.parse().ok());
    let meant = match (wall, zone, at) {
        (Some(wall), Some(zone), Some(at)) => Some(PlannedTime { wall, zone, at }),
        _ => None,
    };
    Ok(Waiting {
        meant,
        hold_on_reply: row.get(38)?,
        quiet: quiet.and_then(|text| serde_json::from_str(&text).ok()),
        approvers: approvers(row)?,
    })
}

fn counts(row: &Row<'_>, first: usize) -> rusqlite::Result<Counts> {
    Ok(Counts {
        planned: number(row, first)?,
        skipped: number(row, first + 1)?,
        queued: number(row, first + 2)?,
        sending: number(row, first + 3)?,
        accepted: number(row, first + 4)?,
        rejected: number(row, first + 5)?,
        unknown: number(row, first + 6)?,
        cancelled: number(row, first + 7)?,
        not_accepted: number(row, first + 8)?,
        abandoned: number(row, first + 9)?,
    })
}

/// The columns [`item`] reads, in its order.
pub(super) const ITEM_COLUMNS: &str = "id, batch, recipient, recipients, state, message_id, rule, \
    http_status, platform_code, errors, attempts, body_sha256, retry_at";

/// Reads [`ITEM_COLUMNS`].
pub(super) fn item(row: &Row<'_>) -> rusqlite::Result<Item> {
    let recipient: Option<String> = row.get(2)?;
    let several = number(row, 3)?;
    Ok(Item {
        id: ItemId(row.get(0)?),
        batch: BatchId(row.get(1)?),
        recipients: recipient.is_none().then_some(several),
        recipient,
        state: word(row, 4, ItemState::from_word)?,
        message_id: row.get(5)?,
        rule: row.get(6)?,
        http_status: row.get(7)?,
        platform_code: row.get(8)?,
        errors: errors(row.get(9)?),
        attempts: row.get(10)?,
        body_sha256: row
            .get::<_, Option<String>>(11)?
            .map(Sha256Hex::from_stored),
        retry_at: row.get::<_, Option<i64>>(12)?.map(read_time),
    })
}

/// The error list as stored; nothing at all for an empty one.
pub(super) fn errors(text: Option<String>) -> Vec<PlatformError> {
    text.and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

/// The error list as it is stored.
pub(super) fn stored_errors(errors: &[PlatformError]) -> Option<String> {
    if errors.is_empty() {
        return None;
    }
    serde_json::to_string(errors).ok()
}

/// A count that is never negative.
pub(super) fn number(row: &Row<'_>, index: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(index)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(index, value))
}

/// A count as it is stored.
pub(super) fn stored_number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn word<T>(
    row: &Row<'_>,
    index: usize,
    read: impl Fn(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    let text: String = row.get(index)?;
    read(&text).ok_or_else(|| {
        let detail = format!("`{text}` is no word of the record");
        rusqlite::Error::FromSqlConversionFailure(index, Type::Text, detail.into())
    })
}
