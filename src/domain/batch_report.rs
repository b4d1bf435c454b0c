//! A batch as a supervisor reads it: what was meant, who confirmed it, and what became of everybody.
//! Data only; the files made of it are the export's business.

use super::batch::{Batch, ItemState};
use super::draft::SendLimits;
use super::verdict::PlatformError;
use jiff::Timestamp;
use serde::Serialize;

/// Everything about a batch but its recipients.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BatchReport {
    /// The batch with its counts and the hash of its plan.
    #[serde(flatten)]
    pub batch: Batch,
    /// Who confirmed it, if the audit knows.
    pub confirmed: Option<ConfirmedBy>,
    /// What was typed to confirm it; not there any more after a purge.
    pub typed: Option<String>,
    /// How fast it might be sent.
    pub limits: SendLimits,
    /// What the review said besides.
    pub notes: Vec<String>,
    /// When its personal text was dropped.
    pub purged: Option<Timestamp>,
    /// Why recipients were not reached, the most frequent first.
    pub classes: Vec<ReportClass>,
    /// What happened to the batch as a whole, oldest first.
    pub history: Vec<ReportEvent>,
}

/// Who confirmed a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfirmedBy {
    /// Name of the account on the machine.
    pub user: String,
    /// Name of the machine.
    pub host: String,
    /// Version of this program.
    pub version: String,
    /// When.
    pub at: Timestamp,
}

/// Recipients that were not reached for the same reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportClass {
    /// Where they stand.
    pub state: ItemState,
    /// How many.
    pub recipients: u64,
    /// The rule that judged or skipped them.
    pub rule: Option<String>,
    /// The platform's own number.
    pub platform_code: Option<i64>,
    /// The number of the first entry in the error list.
    pub error_code: Option<i64>,
    /// What that means.
    pub meaning: String,
    /// What to do about it; empty if nothing is known.
    pub advice: String,
}

/// Something that happened to the batch as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportEvent {
    /// When.
    pub at: Timestamp,
    /// One stable word.
    pub action: String,
    /// In words.
    pub what: String,
    /// Number of the audit line.
    pub line: u64,
}

/// One recipient, or what is left of one after a purge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportRow {
    /// Digits or an id; `None` after a purge.
    pub recipient: Option<String>,
    /// How many recipients this row is for: more than one only after a purge.
    pub recipients: u64,
    /// Number of the item; recipients of one call share it.
    pub item: i64,
    /// Where it stands.
    pub state: ItemState,
    /// The rule that judged it, or that skipped it.
    pub rule: Option<String>,
    /// HTTP status of the last try.
    pub http_status: Option<u16>,
    /// The platform's own number.
    pub platform_code: Option<i64>,
    /// What the answer said in detail.
    pub errors: Vec<PlatformError>,
    /// What happened, as a sentence; for a skipped row why.
    pub sentence: Option<String>,
    /// The platform's message or broadcast id.
    pub message_id: Option<String>,
    /// How many tries were started.
    pub attempts: u32,
    /// When the last one ended.
    pub last: Option<Timestamp>,
    /// Row of the file it came from, if it was skipped.
    pub source_row: Option<u64>,
    /// SHA-256 of the request.
    pub body_sha256: Option<String>,
}
