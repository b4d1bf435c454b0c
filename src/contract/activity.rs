//! One line of the activity list: a call to the platform or something else worth knowing.

use super::slot::Ticket;
use crate::domain::{BatchId, PlatformError, Sha256Hex};
use crate::text::format;
use jiff::{SignedDuration, Timestamp};
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

impl CallRecord {
    /// What it was for, and how many calls, where the line stands for several.
    pub fn title(&self) -> String {
        match self.detail.series {
            Some(series) if series.calls > 1 => {
                format!("{}, {} calls", self.label, format::count(series.calls))
            }
            Some(_) | None => self.label.clone(),
        }
    }

    /// Whether this call belongs to the line that stands for others of its kind. A failed one has
    /// a line of its own.
    pub fn continues(&self, line: &CallRecord) -> bool {
        let ticket = |record: &CallRecord| record.detail.series.map(|series| series.ticket);
        let done = self.outcome == CallOutcome::Done && line.outcome == CallOutcome::Done;
        done && ticket(self).is_some() && ticket(self) == ticket(line)
    }

    /// Takes in one more call; its details take the place of those of the one before.
    pub fn count(&mut self, next: CallRecord) {
        let (Some(mut sum), Some(one)) = (self.detail.series, next.detail.series) else {
            return;
        };
        sum.calls += one.calls;
        sum.messages += one.messages;
        self.duration += next.duration;
        self.http_status = next.http_status;
        self.detail = next.detail;
        self.detail.series = Some(sum);
        self.result = format!("{} messages", format::count(sum.messages));
        self.detail.sentence = format!(
            "{} calls of one fetch brought {}. Below is the last of them.",
            format::count(sum.calls),
            self.result
        );
    }
}

/// Calls that are steps of one thing: a line stands for all of them, so that a long conversation
/// does not push everything else out of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Series {
    /// Which asking they belong to.
    pub ticket: Ticket,
    /// How many calls.
    pub calls: u64,
    /// How many messages they brought.
    pub messages: u64,
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
    /// The platform's id of the message, for sends that it accepted.
    pub message_id: Option<String>,
    /// Rule of the classifier, for sends.
    pub rule: Option<String>,
    /// Which try it was, for sends.
    pub attempt: u32,
    /// The batch, for sends.
    pub batch: Option<BatchId>,
    /// Digits of the person, where there is one.
    pub recipient: Option<String>,
    /// The series it is a step of.
    pub series: Option<Series>,
    /// When it is tried again, for sends that wait for that.
    pub retry_at: Option<Timestamp>,
    /// The server's clock beside ours, for reads.
    pub server_clock: Option<ServerClock>,
}

/// The server's clock as an answer tells it, between the two moments of ours at which it can have
/// been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerClock {
    /// What the answer says, cut to whole seconds.
    pub date: Timestamp,
    /// Just before the call was made.
    pub asked: Timestamp,
    /// When its answer began.
    pub answered: Timestamp,
}

impl ServerClock {
    /// By how much the clock here is ahead of the server's, as this answer says it.
    pub fn ahead(&self) -> SignedDuration {
        let half = self.answered.duration_since(self.asked) / 2;
        let ours = self.asked.checked_add(half).unwrap_or(self.asked);
        // The server's date has whole seconds only.
        ours.duration_since(self.date)
            .saturating_sub(SignedDuration::from_millis(500))
    }
}
