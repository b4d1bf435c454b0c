//! Slots and tickets: which result is still wanted. Cancelling is the optimisation, the ticket is
//! the correctness.

use std::collections::BTreeMap;

/// A place for one running request of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    /// Finding users.
    UserSearch,
    /// The newest page of the open conversation.
    Conversation,
    /// An older page of the open conversation.
    OlderMessages,
    /// News of the open conversation, looked for now and then.
    Follow,
    /// A whole conversation on its way into the local copy.
    Sync,
    /// The plan shown while typing.
    Preview,
    /// The plan a person is about to review.
    Review,
    /// The people of the batch under the cursor.
    BatchItems,
    /// What else is known of that batch.
    BatchDetail,
    /// The request of one item, shown in the payload pane.
    ItemRequest,
    /// The last request of the same thing, to compare with.
    LastSent,
    /// The file of a message that a person opened.
    Media,
    /// The picture made ready for the screen.
    Picture,
    /// The text in the dialog that adds templates.
    Import,
    /// The first rows of a file of people.
    PeopleSample,
    /// The check of every row of a draft's people.
    Check,
    /// Which wait a spinner is turning for.
    Spinner,
}

/// What happens when a slot is asked for again while something runs in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotPolicy {
    /// The newer request wins, the older one is cancelled.
    Replace,
    /// The newer request is dropped.
    IgnoreIfRunning,
}

impl Slot {
    /// The policy, written once for each slot.
    pub fn policy(self) -> SlotPolicy {
        match self {
            Slot::UserSearch
            | Slot::Conversation
            | Slot::Preview
            | Slot::Review
            | Slot::BatchItems
            | Slot::BatchDetail
            | Slot::ItemRequest
            | Slot::LastSent
            | Slot::Media
            | Slot::Picture
            | Slot::Import
            | Slot::PeopleSample
            | Slot::Check
            | Slot::Spinner => SlotPolicy::Replace,
            Slot::OlderMessages | Slot::Follow | Slot::Sync => SlotPolicy::IgnoreIfRunning,
        }
    }
}

/// Proof that a result belongs to the request that is still wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(u64);

/// Issues tickets and knows which one each slot waits for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tickets {
    issued: u64,
    waiting: BTreeMap<Slot, Ticket>,
}

impl Tickets {
    /// A ticket for a new request, or `None` if the slot's policy says that the running one goes
    /// first.
    pub fn issue(&mut self, slot: Slot) -> Option<Ticket> {
        if slot.policy() == SlotPolicy::IgnoreIfRunning && self.waiting.contains_key(&slot) {
            return None;
        }
        self.issued += 1;
        let ticket = Ticket(self.issued);
        self.waiting.insert(slot, ticket);
        Some(ticket)
    }

    /// Whether a result is the one the slot waits for; if so the slot is free again.
    pub fn redeem(&mut self, slot: Slot, ticket: Ticket) -> bool {
        let current = self.is_current(slot, ticket);
        if current {
            self.waiting.remove(&slot);
        }
        current
    }

    /// Whether a result is of the asking that the slot waits for; more of it may follow.
    pub fn is_current(&self, slot: Slot, ticket: Ticket) -> bool {
        self.waiting.get(&slot) == Some(&ticket)
    }

    /// Nobody waits for this slot any more. Says whether somebody did.
    pub fn forget(&mut self, slot: Slot) -> bool {
        self.waiting.remove(&slot).is_some()
    }

    /// Nobody waits for anything any more; gives the slots that were waited for. Numbers go on, so
    /// that an answer asked for before is never taken for a later one.
    pub fn forget_all(&mut self) -> Vec<Slot> {
        std::mem::take(&mut self.waiting).into_keys().collect()
    }

    /// Whether a request runs in the slot.
    pub fn is_waiting(&self, slot: Slot) -> bool {
        self.waiting.contains_key(&slot)
    }
}

#[cfg(test)]
mod tests {
    use super::{Slot, Tickets};

    #[test]
    fn only_the_newest_answer_counts() {
        let mut tickets = Tickets::default();
        let old = tickets.issue(Slot::UserSearch).unwrap();
        let new = tickets.issue(Slot::UserSearch).unwrap();
        assert!(!tickets.redeem(Slot::UserSearch, old));
        assert!(tickets.redeem(Slot::UserSearch, new));
        assert!(!tickets.redeem(Slot::UserSearch, new));
    }

    #[test]
    fn an_answer_from_before_everything_was_forgotten_stays_unwanted() {
        let mut tickets = Tickets::default();
        let old = tickets.issue(Slot::UserSearch).unwrap();
        assert_eq!(tickets.forget_all(), [Slot::UserSearch]);
        let new = tickets.issue(Slot::UserSearch).unwrap();
        assert!(!tickets.redeem(Slot::UserSearch, old));
        assert!(tickets.redeem(Slot::UserSearch, new));
    }

    #[test]
    fn loading_older_twice_is_loading_it_once() {
        let mut tickets = Tickets::default();
        let first = tickets.issue(Slot::OlderMessages).unwrap();
        assert_eq!(tickets.issue(Slot::OlderMessages), None);
        assert!(tickets.redeem(Slot::OlderMessages, first));
        assert!(tickets.issue(Slot::OlderMessages).is_some());
    }
}
