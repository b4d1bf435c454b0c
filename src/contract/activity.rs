//! One line of the activity list: a call to the platform or something else worth knowing.

use crate::domain::{BatchId, PlatformError, Sha256Hex};
use jiff::Timestamp;
use std::time::Duration;

/// Which way a line points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallDirection {
    /// `↓` a read.
    Read,
    /// `↑` a send.
    Send,
    /// `●` something local: connected, saved, copied.
    Local,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallOutcome {
    /// A read that worked, or a local fact.
    Done,
    /// A send the platform took.
    Accepted,
    /// A definite refusal of a send.
    Rejected,
    /// A send whose outcome cannot be known.
    Unknown,
    /// Provably not processed; will be tried again.
    Waiting,
    /// A read or a local step that failed.
    Failed,
}

/// Everything known about one call. No field ever holds a key.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRecord {
    /// When it began.
    pub started: Timestamp,
    /// How long it took.
    pub duration: Duration,
    /// Which way.
    pub direction: CallDirection,
    /// What it was for: `users city=London`, `#34 …0871`.
    pub label: String,
    /// How it ended.
    pub outcome: CallOutcome,
    /// The result in two or three words: `46 found`, `accepted`, `131026`.
    pub result: String,
    /// HTTP status, if one arrived.
    pub http_status: Option<u16>,
    /// The details for the full view.
    pub detail: Box<CallDetail>,
}

/// The long half of a [`CallRecord`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CallDetail {
    /// One sentence: what happened.
    pub sentence: String,
    /// What to do, if anything.
    pub advice: String,
    /// Method and address.
    pub request: String,
    /// Size of the request's body in bytes.
    pub request_bytes: usize,
    /// SHA-256 of the request's body.
    pub request_sha256: Option<Sha256Hex>,
    /// The first part of the answer's body as received (at most 4 KiB).
    pub response: String,
    /// `status.code` of the answer, the platform's own number.
    pub platform_code: Option<i64>,
    /// The platform's words for it.
    pub platform_text: Option<String>,
    /// The answer's error list.
    pub errors: Vec<PlatformError>,
    /// Rule of the classifier, for sends.
    pub rule: Option<String>,
    /// Which try it was, for sends.
    pub attempt: u32,
    /// The batch, for sends.
    pub batch: Option<BatchId>,
    /// Digits of the person, where there is one.
    pub recipient: Option<String>,
}
