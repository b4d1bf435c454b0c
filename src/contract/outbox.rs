//! What the outbox tells the screen and the commands while it works.

use super::activity::CallRecord;
use crate::domain::{Batch, BatchId, BatchState};

/// Who sends for this data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SenderState {
    /// No process holds the lock.
    #[default]
    Nobody,
    /// This process.
    ThisProcess,
    /// Another process; this one still plans, pauses and decides.
    Other {
        /// Its process id, 0 if it could not be read.
        pid: u32,
    },
    /// Nobody can: the data folder is a copy that was not adopted.
    CopiedFolder,
}

/// Something happened to what is planned or sent.
#[derive(Debug, Clone, PartialEq)]
pub enum OutboxEvent {
    /// A batch is new, or its state or counts changed.
    BatchChanged(Box<Batch>),
    /// A call ended; for the activity list.
    CallFinished(Box<CallRecord>),
    /// Who sends has changed.
    Sender(SenderState),
    /// After a crash: what was found, as one sentence per stopped batch.
    Recovered(Vec<String>),
    /// A batch stopped by itself or ended with problems; once for each state and run.
    PersonNeeded(Box<PersonNeeded>),
}

/// Why somebody has to look at a batch, also somebody who is not at the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonNeeded {
    /// Which.
    pub batch: BatchId,
    /// Where it stands: held, paused or done with problems.
    pub state: BatchState,
    /// A short stable word, as in [`crate::domain::Reason::rule`]; `unknown` or `problems` at the
    /// end of a batch.
    pub rule: String,
    /// One line for people, without anybody's number.
    pub sentence: String,
}
