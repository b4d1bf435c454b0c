//! What the dashboard asks of the local copy of a conversation, and what comes back. The copy is a
//! convenience: what the platform says always wins.

use super::api::ApiError;
use super::slot::Ticket;
use crate::domain::{BotTarget, ChatMessage, ConversationSummary, User};
use jiff::Timestamp;
use std::sync::Arc;

/// A conversation in the local copy.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationRef {
    /// The account it belongs to.
    pub target: BotTarget,
    /// The person.
    pub user: User,
}

/// Something about the local copy of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub enum CachedAsk {
    /// Its end, to read at once while the platform is asked.
    Open,
    /// The platform sent this: keep it.
    Keep {
        /// The messages.
        page: Arc<Vec<ChatMessage>>,
        /// The time in which the platform has no other messages, so far as it answered.
        whole: Option<(Timestamp, Timestamp)>,
        /// Whether nothing older exists at the platform.
        complete: bool,
        /// When the platform was asked for its newest messages, if it was.
        refreshed: Option<Timestamp>,
    },
    /// What comes before this message.
    Older(Box<ChatMessage>),
    /// What comes after this message.
    Newer(Box<ChatMessage>),
    /// The part around a time.
    At(Timestamp),
    /// The newest part.
    Newest,
    /// The oldest part that joins this message without a gap.
    Oldest(Box<ChatMessage>),
    /// The last days at a glance, in the zone of this name.
    Summary(String),
    /// Keep this note for whoever comes next; an empty one goes.
    SetNote(String),
    /// Keep these labels.
    SetLabels(Vec<String>),
    /// The part around the next match before or after this message.
    Match {
        /// What is looked for.
        text: String,
        /// Where from.
        from: Box<ChatMessage>,
        /// Towards newer messages.
        forward: bool,
    },
}

/// What lies before the oldest message shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Above {
    /// Unknown here; the platform may have more.
    #[default]
    Platform,
    /// More in the local copy, without a gap.
    Cached,
    /// Nothing: this is the beginning.
    Nothing,
}

/// A part of a conversation without gaps, oldest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Slice {
    /// The messages.
    pub messages: Vec<ChatMessage>,
    /// What lies before them.
    pub above: Above,
    /// Whether newer ones are in the local copy.
    pub below: bool,
}

/// An answer of the local copy.
#[derive(Debug, Clone, PartialEq)]
pub struct CachedAnswer {
    /// Channel user id of the person it is about.
    pub user: String,
    /// The answer.
    pub part: CachedPart,
}

/// What staff leave for each other about a person. It stays on this computer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Handover {
    /// A note, empty for none.
    pub note: String,
    /// Labels, sorted.
    pub labels: Vec<String>,
}

/// How fetching a whole conversation stands.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncNews {
    /// Which asking it answers.
    pub ticket: Ticket,
    /// Channel user id of the person.
    pub user: String,
    /// Messages that were not in the local copy before.
    pub fetched: u64,
    /// How far back in time the last page reached.
    pub back_to: Option<Timestamp>,
    /// Set when it is over.
    pub end: Option<SyncEnd>,
}

/// How fetching a whole conversation ended.
#[derive(Debug, Clone, PartialEq)]
pub enum SyncEnd {
    /// Everything is in the local copy.
    Whole {
        /// Messages of the conversation.
        total: u64,
    },
    /// The platform did not give what is older.
    Partly {
        /// Messages of the conversation that are here.
        total: u64,
    },
    /// It could not go on; what was fetched stays.
    Failed(ApiError),
}

/// A message found in the local copy.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundMessage {
    /// The person, as far as they are known.
    pub user: User,
    /// The message.
    pub message: ChatMessage,
}

/// What the local copy has.
#[derive(Debug, Clone, PartialEq)]
pub enum CachedPart {
    /// The end of the conversation, when the platform was asked last, and what colleagues left.
    Opened(Slice, Option<Timestamp>, Handover),
    /// The last days at a glance.
    Summary(ConversationSummary),
    /// What is now kept for colleagues.
    KeptHandover(Handover),
    /// The page is kept: the time of its oldest message, if it has one, and what lies before that.
    Kept(Option<(Timestamp, Above)>),
    /// The part before.
    Older(Slice),
    /// The part after.
    Newer(Slice),
    /// Another part of the conversation, and the index of the message meant; without one its end.
    Jumped(Slice, Option<usize>),
    /// The local copy has nothing of the kind.
    Nothing,
}

/// What the opening of the local copy had to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CacheNews {
    /// A fact, as one sentence.
    Told(String),
    /// The file could not be opened. What is read is kept in memory, and gone at the end.
    InMemory(ApiError),
}
