//! The six panes by name and number.

use super::action::Action;

/// A pane of the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum PaneId {
    /// People found by an attribute.
    #[default]
    Users,
    /// The open conversation.
    Conversation,
    /// The open draft.
    Composer,
    /// Everything planned and sent.
    Broadcasts,
    /// The exact requests of the draft.
    Payload,
    /// Every call and every error.
    Activity,
}

impl PaneId {
    /// All panes in the order of their numbers.
    pub const ALL: [PaneId; 6] = [
        PaneId::Users,
        PaneId::Conversation,
        PaneId::Composer,
        PaneId::Broadcasts,
        PaneId::Payload,
        PaneId::Activity,
    ];

    /// The number that focuses it, from 1.
    pub fn number(self) -> usize {
        match self {
            PaneId::Users => 1,
            PaneId::Conversation => 2,
            PaneId::Composer => 3,
            PaneId::Broadcasts => 4,
            PaneId::Payload => 5,
            PaneId::Activity => 6,
        }
    }

    /// The name on its frame.
    pub fn title(self) -> &'static str {
        match self {
            PaneId::Users => "Users",
            PaneId::Conversation => "Conversation",
            PaneId::Composer => "Composer",
            PaneId::Broadcasts => "Broadcasts",
            PaneId::Payload => "Payload",
            PaneId::Activity => "Activity",
        }
    }

    /// The pane `steps` further in the order of numbers, around the end.
    #[must_use]
    pub fn step(self, steps: isize) -> PaneId {
        let count = PaneId::ALL.len();
        let index = (self.number() - 1).cast_signed() + steps;
        let index = index.rem_euclid(count.cast_signed()).cast_unsigned();
        PaneId::ALL.get(index).copied().unwrap_or(self)
    }

    /// The pane an action focuses, if it is such an action.
    pub fn focused_by(action: Action) -> Option<PaneId> {
        let pairs = [
            (Action::FocusUsers, PaneId::Users),
            (Action::FocusConversation, PaneId::Conversation),
            (Action::FocusComposer, PaneId::Composer),
            (Action::FocusBroadcasts, PaneId::Broadcasts),
            (Action::FocusPayload, PaneId::Payload),
            (Action::FocusActivity, PaneId::Activity),
        ];
        pairs
            .into_iter()
            .find(|(candidate, _)| *candidate == action)
            .map(|(_, pane)| pane)
    }
}
