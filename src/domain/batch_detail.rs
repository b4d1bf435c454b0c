//! A batch as the Broadcasts pane shows it: what is read of it in one look, and which of its
//! people are listed. A list of a million is never held as a whole: it is read window by window.

use super::batch::{Batch, BatchId, Item, ItemState};
use super::batch_report::ReportClass;
use super::draft::SendLimits;
use super::request::FrozenRequest;
use jiff::Timestamp;

/// Which people of a batch are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RowFilter {
    /// Everybody, in sending order.
    #[default]
    All,
    /// The platform said yes.
    Accepted,
    /// The platform said no, or a person decided so.
    Rejected,
    /// Cannot be known, or was given up.
    Unknown,
    /// Not sent, on the way or taken back.
    NotSent,
    /// Left out by a check.
    Skipped,
}

impl RowFilter {
    /// Every filter, in the order in which a key goes through them.
    pub const ALL: [RowFilter; 6] = [
        RowFilter::All,
        RowFilter::Accepted,
        RowFilter::Rejected,
        RowFilter::Unknown,
        RowFilter::NotSent,
        RowFilter::Skipped,
    ];

    /// The word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            RowFilter::All => "all",
            RowFilter::Accepted => "accepted",
            RowFilter::Rejected => "rejected",
            RowFilter::Unknown => "unknown",
            RowFilter::NotSent => "not sent",
            RowFilter::Skipped => "skipped",
        }
    }

    /// The states it shows, one after the other; every state belongs to one filter.
    pub fn states(self) -> &'static [ItemState] {
        match self {
            RowFilter::All => ItemState::ALL,
            RowFilter::Accepted => &[ItemState::Accepted],
            RowFilter::Rejected => &[ItemState::Rejected, ItemState::NotAccepted],
            RowFilter::Unknown => &[ItemState::Unknown, ItemState::Abandoned],
            RowFilter::NotSent => &[ItemState::Sending, ItemState::Queued, ItemState::Cancelled],
            RowFilter::Skipped => &[ItemState::Skipped],
        }
    }

    /// How many people it shows.
    pub fn people(self, batch: &Batch) -> u64 {
        let states = self.states().iter();
        states.map(|state| batch.counts.of(*state)).sum()
    }

    /// The one after it, around the end.
    #[must_use]
    pub fn next(self) -> RowFilter {
        match self {
            RowFilter::All => RowFilter::Accepted,
            RowFilter::Accepted => RowFilter::Rejected,
            RowFilter::Rejected => RowFilter::Unknown,
            RowFilter::Unknown => RowFilter::NotSent,
            RowFilter::NotSent => RowFilter::Skipped,
            RowFilter::Skipped => RowFilter::All,
        }
    }
}

/// A part of the list of a batch's people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RowWindow {
    /// Which of them.
    pub filter: RowFilter,
    /// Only those whose number or known name has this; empty for all.
    pub find: String,
    /// Rows before the part.
    pub offset: u64,
}

/// The rows of a [`RowWindow`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RowPage {
    /// Which part it is.
    pub window: RowWindow,
    /// Rows of the whole list; of a search as many as are shown of it.
    pub total: u64,
    /// The rows.
    pub items: Vec<Item>,
}

/// What is known of a batch besides its counts.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchDetail {
    /// The batch.
    pub batch: BatchId,
    /// The change of the batch it was read after.
    pub revision: u64,
    /// How fast it may be sent.
    pub limits: SendLimits,
    /// Whether a person went on after the first people.
    pub canary_passed: bool,
    /// How many of the first people were accepted.
    pub canary_accepted: u64,
    /// When the last of their calls ended.
    pub canary_ended: Option<Timestamp>,
    /// When a person went on after them.
    pub went_on: Option<Timestamp>,
    /// The name of the file the people came from.
    pub source: Option<String>,
    /// The first and the last recipient of the list, as the record has them.
    pub ends: Option<(String, String)>,
    /// Everybody who was not accepted, by why; most first.
    pub classes: Vec<ReportClass>,
}

/// What of a batch becomes a new draft.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchCopy {
    /// The batch.
    pub batch: Batch,
    /// Whether it is only for those who were not sent to.
    pub only_not_sent: bool,
    /// Digits of whom it was for, with the frozen call of each.
    pub calls: Vec<(String, FrozenRequest)>,
}

impl BatchCopy {
    /// More people than this are no list that a person reads.
    pub const MOST: u64 = 300;
}

#[cfg(test)]
mod tests {
    use super::RowFilter;
    use crate::domain::ItemState;

    #[test]
    fn every_state_is_shown_by_one_filter_besides_all() {
        for state in ItemState::ALL {
            let mut filters = RowFilter::ALL.iter().skip(1);
            let shown = filters
                .by_ref()
                .filter(|filter| filter.states().contains(state));
            assert_eq!(shown.count(), 1, "{state}");
        }
        let round = RowFilter::ALL
            .iter()
            .fold(RowFilter::All, |at, _| at.next());
        assert_eq!(round, RowFilter::All);
    }
}
