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
            OutboxError::Count { .. } | OutboxError::Left { .. } | OutboxError::Plan(_) => {
                ErrorKind::Usage
            }
            OutboxError::Unknown(_, Fault::Usage) => ErrorKind::Usage,
            OutboxError::Missing(_) | OutboxError::Unknown(_, Fault::Missing) => {
                ErrorKind::NotFound
            }
            OutboxError::State { .. }
            | OutboxError::Unknown(_, Fault::Refused)
            | OutboxError::OtherSender { .. }
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
            OutboxError::Broken(_) => "Start again and look at the unknown results.".to_owned(),
        }
    }
}

impl From<OutboxError> for ApiError {
    fn from(error: OutboxError) -> Self {
        ApiError::new(error.kind(), error.to_string(), error.advice())
    }
}
