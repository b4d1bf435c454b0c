//! Why the outbox did not do what it was asked, in sentences for people.

use super::unknown::Fault;
use crate::contract::{ApiError, ErrorKind};
use crate::domain::{BatchId, BatchState};
use crate::store::StoreError;

/// A refusal or failure of the outbox. Nothing was sent because of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutboxError {
    /// The record could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The typed number is not the number of recipients; nothing was queued.
    #[error("nothing was queued: this reaches {expected}, but `{typed}` was typed")]
    Count {
        /// The number of recipients.
        expected: u64,
        /// What was typed.
        typed: String,
    },
    /// The typed number is not what is left; nothing was resumed.
    #[error("batch {} was not resumed: {left} are left, not {typed}", .batch.0)]
    Left {
        /// The batch.
        batch: BatchId,
        /// How many recipients are queued.
        left: u64,
        /// What was typed.
        typed: u64,
    },
    /// The plan contradicts itself or its hashes; nothing was queued.
    #[error("nothing was queued: {0}")]
    Plan(String),
    /// Since it was planned others queued or sent the same; nothing was queued.
    #[error("nothing was queued: batch {} has the same for {people} of {of} by now", .batch.0)]
    Twins {
        /// How many people.
        people: u64,
        /// Of how many.
        of: u64,
        /// The newest batch that has it.
        batch: BatchId,
    },
    /// Since it was planned people opted out; nothing was queued.
    #[error("nothing was queued: {0} of its people opted out since it was planned")]
    OptedOut(u64),
    /// The same file went to the same template today; nothing was queued.
    #[error("nothing was queued: batch {} was made of the same file and template today", .0.0)]
    SameFile(BatchId),
    /// Nothing of the batch moved for a day; nothing was resumed.
    #[error(
        "batch {} was not resumed: nothing of it moved for {hours} hours, and after 24 its text is reviewed again",
        .batch.0
    )]
    TooOld {
        /// The batch.
        batch: BatchId,
        /// Whole hours.
        hours: u64,
        /// How many people are left.
        left: u64,
    },
    /// A second person has not approved it; nothing was resumed.
    #[error("batch {} was not resumed: no second person has approved it", .0.0)]
    NotApproved(BatchId),
    /// An approval is not asked for, or not taken, with the reason.
    #[error("batch {} was not approved: {why}", .batch.0)]
    Approval {
        /// The batch.
        batch: BatchId,
        /// Why not.
        why: String,
    },
    /// The batch does not become a draft, with the reason.
    #[error("batch {} was not cloned: {why}", .batch.0)]
    NoCopy {
        /// The batch.
        batch: BatchId,
        /// Why not.
        why: String,
    },
    /// There is no such batch.
    #[error("there is no batch {}", .0.0)]
    Missing(BatchId),
    /// The batch is in a state from which this is impossible.
    #[error("batch {} is {state} and cannot be {wanted}", .batch.0)]
    State {
        /// The batch.
        batch: BatchId,
        /// Its state.
        state: BatchState,
        /// What was asked, as a participle: `paused`.
        wanted: &'static str,
    },
    /// Nothing was decided about an unknown result, or nothing is to be tried again.
    #[error("{0}")]
    Unknown(String, Fault),
    /// Another process sends for this data folder.
    #[error("process {pid} is sending for this data folder")]
    OtherSender {
        /// Its id, 0 if it could not be read.
        pid: u32,
    },
    /// The data folder is a copy; it can be looked at only.
    #[error("this data folder is a copy: {0}. Nothing is sent or changed from it")]
    Copied(String),
    /// What shall be purged is so young that duplicates are found by it; nothing was dropped.
    #[error(
        "nothing was purged: what is younger than 24 hours stays, because duplicates are found by it"
    )]
    Young,
    /// The lock or the emergency file could not be used.
    #[error("{file} in the data folder could not be used: {detail}")]
    File {
        /// Name of the file.
        file: &'static str,
        /// What the system said.
        detail: String,
    },
    /// A part of the engine ended unexpectedly; what was on the way will be shown as unknown.
    #[error("the sender stopped unexpectedly: {0}")]
    Broken(String),
}

impl OutboxError {
    /// The kind, from which the exit status derives.
    pub fn kind(&self) -> ErrorKind {
        match self {
            OutboxError::Store(_) | OutboxError::File { .. } => ErrorKind::Storage,
            OutboxError::Count { .. }
            | OutboxError::Left { .. }
            | OutboxError::Plan(_)
            | OutboxError::Young
            | OutboxError::Twins { .. }
            | OutboxError::OptedOut(_)
            | OutboxError::SameFile(_)
            | OutboxError::Unknown(_, Fault::Usage) => ErrorKind::Usage,
            OutboxError::Missing(_) | OutboxError::Unknown(_, Fault::Missing) => {
                ErrorKind::NotFound
            }
            OutboxError::State { .. }
            | OutboxError::NoCopy { .. }
            | OutboxError::NotApproved(_)
            | OutboxError::Approval { .. }
            | OutboxError::TooOld { .. }
            | OutboxError::Unknown(_, Fault::Refused)
            | OutboxError::OtherSender { .. }
            | OutboxError::Copied(_)
            | OutboxError::Broken(_) => ErrorKind::Refused,
        }
    }

    /// What to do about it.
    pub fn advice(&self) -> String {
        match self {
            OutboxError::Store(_) | OutboxError::File { .. } => {
                "`alertdesk doctor` looks at the data folder.".to_owned()
            }
            OutboxError::Count { expected, .. } => format!("Confirm with {expected}."),
            OutboxError::Left { left, .. } => format!("Confirm with {left}."),
            OutboxError::Plan(_) => "Make a new plan from the draft.".to_owned(),
            OutboxError::Young => "Give a longer age, for example 90d.".to_owned(),
            OutboxError::Twins { .. } => {
                "Plan it again: the new plan leaves them out, or takes a reason to override."
                    .to_owned()
            }
            OutboxError::OptedOut(_) => "Plan it again: the new plan leaves them out.".to_owned(),
            OutboxError::SameFile(batch) => format!(
                "Look at batch {} first; a typed reason overrides this.",
                batch.0
            ),
            OutboxError::TooOld { batch, left, .. } => format!(
                "Cancel batch {} (C), then Y in the Broadcasts pane makes a draft for the {left} that are left, which is reviewed first.",
                batch.0
            ),
            OutboxError::NoCopy { batch, .. } => format!(
                "`alertdesk outbox report {}` writes its people to a file, which can be sent with --csv.",
                batch.0
            ),
            OutboxError::NotApproved(batch) => format!(
                "`alertdesk approval request {} --to FILE` writes the file they look at.",
                batch.0
            ),
            OutboxError::Approval { batch, .. } => {
                format!(
                    "`alertdesk outbox show {}` says what it waits for.",
                    batch.0
                )
            }
            OutboxError::Missing(_) => "`alertdesk outbox list` shows every batch.".to_owned(),
            OutboxError::State { batch, .. } => {
                format!("`alertdesk outbox show {}` says where it stands.", batch.0)
            }
            OutboxError::Unknown(..) => {
                "`alertdesk outbox unknown` lists what is unknown.".to_owned()
            }
            OutboxError::OtherSender { .. } => {
                "What is queued here is sent by that process.".to_owned()
            }
            OutboxError::Copied(_) => {
                "Use the original, or make this one your own with `alertdesk outbox adopt`."
                    .to_owned()
            }
            OutboxError::Broken(_) => "Start again and look at the unknown results.".to_owned(),
        }
    }
}

impl From<OutboxError> for ApiError {
    fn from(error: OutboxError) -> Self {
        ApiError::new(error.kind(), error.to_string(), error.advice())
    }
}
