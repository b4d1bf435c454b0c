//! A result that cannot be known, with everything that may help a person to decide, and what a
//! look at the conversation came to.

use super::api::ApiError;
use crate::domain::{Batch, Decision, Item, ItemId, SendKind};
use jiff::Timestamp;
use serde::Serialize;

/// How a look at the conversation could prove a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadBackBy {
    /// The words of the message are known, so equal words can be found.
    Text,
    /// Only the platform's own id of the message, which its answer told.
    MessageId,
    /// Nothing in a conversation: a person looks in the panel or on the phone.
    Nobody,
}

/// How far a call came that has no known end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Written, at least in part, and no answer came.
    NoAnswer,
    /// An answer came that proves nothing.
    Answered,
    /// The program ended meanwhile.
    ProcessStopped,
}

/// The last look at a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Look {
    /// When.
    pub at: Timestamp,
    /// What there was to see, as a sentence.
    pub found: String,
}

/// An unknown result with its evidence. Texts are as they were sent or received: clean them before
/// they reach a screen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnknownItem {
    /// The item.
    #[serde(flatten)]
    pub item: Item,
    /// What kind of call.
    pub kind: SendKind,
    /// Title of its batch.
    pub title: String,
    /// The profile it was confirmed for.
    pub profile: String,
    /// What the person reads, as far as it is known here.
    pub text: Option<String>,
    /// When the last try began.
    pub started: Timestamp,
    /// How long it took, in milliseconds; `None` where the program ended meanwhile.
    pub duration_ms: Option<u64>,
    /// Size of the call's body.
    pub body_bytes: u64,
    /// How far it came.
    pub phase: Phase,
    /// What happened, as a sentence.
    pub sentence: Option<String>,
    /// The first part of the answer, if one came.
    pub response: Option<String>,
    /// How a look at the conversation could prove it.
    pub read_back: ReadBackBy,
    /// What to do where no look can prove it, as a sentence.
    pub look_yourself: Option<String>,
    /// The last look, if there was one.
    pub looked: Option<Look>,
    /// Until then a message may still show up, and nothing to be seen means nothing.
    pub wait_until: Timestamp,
    /// What came to light late, as a sentence.
    pub late_evidence: Option<String>,
}

impl UnknownItem {
    /// How many people it is about.
    pub fn people(&self) -> u64 {
        self.item.recipients.unwrap_or(1)
    }
}

/// What a look at the conversation came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// A message proves it: the item is accepted.
    Accepted {
        /// What was seen, as a sentence.
        evidence: String,
        /// The time of the message.
        at: Option<Timestamp>,
        /// Its batch, as it is now.
        batch: Box<Batch>,
    },
    /// Nothing proves it; that does not mean that it did not arrive.
    NoEvidence(String),
    /// It was settled meanwhile.
    Settled,
    /// The conversation could not be read.
    Failed(ApiError),
}

/// A decision about unknown results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The items.
    pub items: Vec<ItemId>,
    /// What about them.
    pub decision: Decision,
    /// Why, as it was typed.
    pub reason: String,
    /// The number of people that was typed; `None` where it is about one thing.
    pub count: Option<u64>,
}

/// What a decision did.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// What was decided.
    pub decision: Decision,
    /// The items, as they are now.
    pub items: Vec<Item>,
    /// Batches whose counts changed.
    pub changed: Vec<Batch>,
    /// New paused batches.
    pub made: Vec<Batch>,
}
