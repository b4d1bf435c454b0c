//! What a person may decide about a result that cannot be known from here.

use super::batch::ItemState;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// What must be read before anything unknown is sent again.
pub const TWICE: &str =
    "The provider may already have accepted this. Sending again can reach the person twice.";

/// How long a message may take to show up. Before that, nothing to be seen means nothing at all.
pub const ARRIVAL: SignedDuration = SignedDuration::from_mins(15);

/// What a person decides about an unknown result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It arrived: seen on the phone or in the panel.
    Accepted,
    /// It did not arrive: one new linked item waits in a paused batch.
    NotAccepted,
    /// Closed without knowing.
    Abandoned,
}

impl Decision {
    /// The state the item has from then on.
    pub fn state(self) -> ItemState {
        match self {
            Decision::Accepted => ItemState::Accepted,
            Decision::NotAccepted => ItemState::NotAccepted,
            Decision::Abandoned => ItemState::Abandoned,
        }
    }

    /// The words for people: `not accepted`.
    pub fn words(self) -> &'static str {
        match self {
            Decision::Accepted => "accepted",
            Decision::NotAccepted => "not accepted",
            Decision::Abandoned => "given up",
        }
    }
}
