//! What the cache is asked with and what it answers. No SQL.

use crate::domain::{BotTarget, ChatMessage, Direction};
use jiff::Timestamp;

/// One conversation: the account it belongs to and the person.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ConversationKey {
    account: String,
    user: String,
}

impl ConversationKey {
    /// The conversation of a bot with a person, named as the conversation path wants it.
    pub fn new(target: &BotTarget, channel_user_id: &str) -> Self {
        Self {
            account: Self::account_of(target),
            user: channel_user_id.to_owned(),
        }
    }

    /// The account as a stable text: `customer/bot@base url`. Notes, labels and searches over
    /// everything are kept under it.
    pub fn account_of(target: &BotTarget) -> String {
        let BotTarget {
            base_url,
            customer_id,
            bot_key,
        } = target;
        format!("{customer_id}/{bot_key}@{base_url}")
    }

    /// The account, as [`ConversationKey::account_of`] writes it.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The person's channel user id.
    pub fn user(&self) -> &str {
        &self.user
    }
}

/// Place of a message in its conversation, ordered as the conversation is read. A message whose
/// time cannot be read has the place of its neighbour on the page it came with: the message before
/// it, else the one after. Messages of the same millisecond stand as they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageKey {
    /// Milliseconds since 1970, UTC.
    pub at: i64,
    /// A number of its own in the whole cache; later stored messages have higher ones.
    pub id: i64,
}

/// A message and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct CachedMessage {
    /// Its place.
    pub key: MessageKey,
    /// The message as it was read from the platform, its raw form included.
    pub message: ChatMessage,
}

/// Where a window of a conversation begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The oldest messages.
    Oldest,
    /// The newest messages.
    Newest,
    /// The messages just before this one, without it.
    Before(MessageKey),
    /// The messages just after this one, without it.
    After(MessageKey),
    /// This message in the middle.
    Around(MessageKey),
    /// The first message at or after this time in the middle.
    AtTime(Timestamp),
}

/// A stretch of a conversation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Window {
    /// Oldest first.
    pub messages: Vec<CachedMessage>,
    /// The cache has more before the first.
    pub older: bool,
    /// The cache has more after the last.
    pub newer: bool,
}

/// What storing a page did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stored {
    /// Messages that were not there before.
    pub new: u64,
    /// Messages that were there already.
    pub known: u64,
}

/// How far into a conversation a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Messages before the place.
    pub index: u64,
    /// Messages in all.
    pub total: u64,
}

/// What is known about a conversation as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConversationState {
    /// Messages in the cache.
    pub total: u64,
    /// Time of the oldest, of those whose time can be read.
    pub first: Option<Timestamp>,
    /// Time of the newest, of those whose time can be read.
    pub last: Option<Timestamp>,
    /// When it was brought up to date last.
    pub refreshed: Option<Timestamp>,
    /// Whether the cache reaches back to its beginning.
    pub complete: bool,
    /// Time of the customer's last message, of those whose time can be read.
    pub last_customer: Option<Timestamp>,
    /// The page an unfinished fetch of the whole history goes on with.
    pub next_page: Option<u32>,
}

/// A time range in which the cache holds every message. Both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownRange {
    /// The first moment.
    pub since: Timestamp,
    /// The last moment.
    pub until: Timestamp,
}

/// Messages of one hour, as bars of a chart: start of the hour in milliseconds since 1970 (UTC),
/// messages from the customer, messages from our side. Notes of the platform are in neither.
pub type HourCount = (i64, u64, u64);

/// A search over everything cached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageQuery {
    /// Any part of the text, of one letter or more, compared as [`folded`](super::folded) writes
    /// it. Empty matches every message.
    pub text: String,
    /// The account, as [`ConversationKey::account_of`] writes it.
    pub account: String,
    /// One person only: the channel user id.
    pub user: Option<String>,
    /// Not before this moment.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// One side only.
    pub direction: Option<Direction>,
    /// At most so many.
    pub limit: u32,
    /// Only what is older than this result, for the next page of results.
    pub before: Option<MessageKey>,
}

/// A message that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The channel user id of its conversation.
    pub user: String,
    /// Its place there.
    pub key: MessageKey,
    /// The message.
    pub message: ChatMessage,
}
