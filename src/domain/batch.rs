//! Batches and items as people and scripts see them; field names and state words are a contract.

use super::approval::NEEDS_APPROVAL;
use super::draft::SendKind;
use super::hash::Sha256Hex;
use super::opt_out::WANTS_NO_MORE;
use super::verdict::PlatformError;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Number of a batch, shown as `#31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BatchId(pub i64);

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// Number of an item, unique over all batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(pub i64);

macro_rules! state_words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// Every state, in the order of the contract.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The word in documents and in the record.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// The state of that word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$variant),)* _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

state_words! {
    /// Where a batch stands.
    BatchState {
        /// Stopped before it started; a person decides.
        Held = "held",
        /// Confirmed, waiting for a sender.
        Ready = "ready",
        /// Confirmed and in its grace time: nothing leaves yet.
        Armed = "armed",
        /// Waits for its time.
        Scheduled = "scheduled",
        /// A sender works on it.
        Running = "running",
        /// Stopped on the way; a person resumes it.
        Paused = "paused",
        /// No new calls, those on the way end.
        Draining = "draining",
        /// Every recipient accepted or skipped.
        Done = "done",
        /// Every recipient has a final state, some not accepted.
        DoneWithProblems = "done_with_problems",
        /// What was not sent never will be.
        Cancelled = "cancelled",
    }
}

state_words! {
    /// Where one call stands; all its recipients share it.
    ItemState {
        /// Left out by a check; no call is made.
        Skipped = "skipped",
        /// Not sent yet; also while claimed or waiting to be tried again.
        Queued = "queued",
        /// Marked durably, perhaps on the wire.
        Sending = "sending",
        /// The platform said yes.
        Accepted = "accepted",
        /// The platform or the channel said no.
        Rejected = "rejected",
        /// Cannot be known; a person decides.
        Unknown = "unknown",
        /// Taken back before it left.
        Cancelled = "cancelled",
        /// A person decided that it never arrived.
        NotAccepted = "not_accepted",
        /// A person gave it up without knowing.
        Abandoned = "abandoned",
    }
}

/// Recipients by state. All but `planned` are disjoint and add up to `planned`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Everybody in the confirmed plan, skipped ones included.
    pub planned: u64,
    /// Left out by a check.
    pub skipped: u64,
    /// Not sent yet.
    pub queued: u64,
    /// On the way.
    pub sending: u64,
    /// The platform said yes.
    pub accepted: u64,
    /// The platform said no.
    pub rejected: u64,
    /// Cannot be known.
    pub unknown: u64,
    /// Taken back.
    pub cancelled: u64,
    /// Decided by a person: never arrived.
    pub not_accepted: u64,
    /// Given up by a person.
    pub abandoned: u64,
}

impl Counts {
    /// Adds recipients to a state and to `planned`.
    pub fn add(&mut self, state: ItemState, recipients: u64) {
        self.planned += recipients;
        *self.slot(state) += recipients;
    }

    fn slot(&mut self, state: ItemState) -> &mut u64 {
        match state {
            ItemState::Skipped => &mut self.skipped,
            ItemState::Queued => &mut self.queued,
            ItemState::Sending => &mut self.sending,
            ItemState::Accepted => &mut self.accepted,
            ItemState::Rejected => &mut self.rejected,
            ItemState::Unknown => &mut self.unknown,
            ItemState::Cancelled => &mut self.cancelled,
            ItemState::NotAccepted => &mut self.not_accepted,
            ItemState::Abandoned => &mut self.abandoned,
        }
    }

    /// Recipients in a state.
    pub fn of(mut self, state: ItemState) -> u64 {
        *self.slot(state)
    }

    /// Whether the sum is right; it always must be.
    pub fn balances(mut self) -> bool {
        let sum: u64 = ItemState::ALL.iter().map(|state| *self.slot(*state)).sum();
        sum == self.planned
    }
}

/// Why a batch is held or paused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// A short stable word for scripts, for example `key_refused`.
    pub rule: String,
    /// One sentence for people.
    pub text: String,
}

impl Reason {
    /// The rule of a list that waits after its first people.
    pub const CANARY: &str = "canary";
    /// The rule of a batch that did not begin at its time.
    pub const MISSED: &str = "missed";
    /// The rule of a batch whose clock cannot be trusted.
    pub const CLOCK: &str = "clock";
    /// The rule of a batch for people for whom it is night.
    pub const QUIET: &str = "quiet_hours";
    /// The rule of a message whose person wrote meanwhile.
    pub const REPLY: &str = "reply";
}

impl Batch {
    /// Whether it waits for somebody to look at the results of its first people.
    pub fn waits_after_the_first(&self) -> bool {
        let rule = self.reason.as_ref().map(|reason| reason.rule.as_str());
        self.state == BatchState::Paused && rule == Some(Reason::CANARY)
    }

    /// Whether it waits for the approval of a second person.
    pub fn waits_for_approval(&self) -> bool {
        let rule = self.reason.as_ref().map(|reason| reason.rule.as_str());
        self.state == BatchState::Held && rule == Some(NEEDS_APPROVAL)
    }
}

/// A confirmed plan and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Its number.
    pub id: BatchId,
    /// What it sends.
    pub kind: SendKind,
    /// Template, flow or broadcast title.
    pub title: String,
    /// Where it stands.
    pub state: BatchState,
    /// The profile it was confirmed for.
    pub profile: String,
    /// When it was confirmed.
    pub created: Timestamp,
    /// When it starts, if not at once; for a platform broadcast its publish time.
    pub scheduled: Option<Timestamp>,
    /// Recipients by state.
    pub counts: Counts,
    /// The batch whose items a person sent again.
    pub parent: Option<BatchId>,
    /// Why it is held or paused.
    pub reason: Option<Reason>,
    /// SHA-256 of the frozen plan.
    pub plan_sha256: Sha256Hex,
    /// Counts every change in the record, so that of two pictures of a batch the newer one is
    /// known, whichever arrives first. Not part of documents.
    #[serde(skip)]
    pub revision: u64,
    /// The person, where it is for one: digits, or the id of a channel. Not part of documents.
    #[serde(skip)]
    pub only: Option<Box<str>>,
}

/// One call of a batch, or one recipient left out of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its number.
    pub id: ItemId,
    /// Its batch.
    pub batch: BatchId,
    /// Digits of the only recipient; `None` for a call to several.
    pub recipient: Option<String>,
    /// How many recipients the call has, given when `recipient` is not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub recipients: Option<u64>,
    /// Where it stands.
    pub state: ItemState,
    /// The platform's message or broadcast id.
    pub message_id: Option<String>,
    /// The rule that judged it, or that skipped it.
    pub rule: Option<String>,
    /// HTTP status of the last try.
    pub http_status: Option<u16>,
    /// `status.code` of the last answer, the platform's own number.
    pub platform_code: Option<i64>,
    /// What the answer said in detail.
    pub errors: Vec<PlatformError>,
    /// How many tries were started.
    pub attempts: u32,
    /// SHA-256 of the body.
    pub body_sha256: Option<Sha256Hex>,
    /// When it is tried again, while it waits for that.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retry_at: Option<Timestamp>,
}

impl Item {
    /// Whether WhatsApp refused it because the person wants nothing of the kind any more.
    pub fn says_opted_out(&self) -> bool {
        let codes = self.errors.iter().map(|error| error.code);
        self.platform_code
            .into_iter()
            .chain(codes)
            .any(|code| code == WANTS_NO_MORE)
    }
}

#[cfg(test)]
mod tests {
    use super::{BatchState, Counts, ItemState};

    #[test]
    fn counts_balance_whatever_is_added() {
        let mut counts = Counts::default();
        for (index, state) in ItemState::ALL.iter().enumerate() {
            counts.add(*state, index as u64 + 1);
        }
        assert!(counts.balances());
        assert_eq!(counts.of(ItemState::Abandoned), 9);
        counts.accepted += 1;
        assert!(!counts.balances());
    }

    #[test]
    fn words_are_those_of_the_documents() {
        for state in BatchState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.word());
        }
        for state in ItemState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.word());
        }
    }
}
