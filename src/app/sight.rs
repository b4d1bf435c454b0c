//! Which events change nothing that is seen. They are drawn with whatever comes next: a frame of
//! their own would only move the thumb of the conversation, after every page of somebody who leafs
//! through a year. In doubt an event is seen.

use super::state::State;
use super::waits;
use crate::contract::{CachedPart, Event, StorageEvent, TimerId};

/// Whether an event that is about to be taken in needs no frame of its own.
pub fn is_out_of_sight(state: &State, event: &Event) -> bool {
    match event {
        Event::Timer(TimerId::Spinner) => waits::next_spinner(state).is_none(),
        Event::Storage(stored) => match stored.as_ref() {
            StorageEvent::Conversation(answer) => is_read_on_ahead(state, &answer.part),
            StorageEvent::Library(_)
            | StorageEvent::Found { .. }
            | StorageEvent::Recent(_)
            | StorageEvent::Shelf(_)
            | StorageEvent::SavedSearches(_)
            | StorageEvent::TemplatesKept(_)
            | StorageEvent::DraftSaved { .. }
            | StorageEvent::Cache(_)
            | StorageEvent::DraftNotSaved(_)
            | StorageEvent::Failed(_) => false,
        },
        Event::Timer(_)
        | Event::Started
        | Event::Key(_)
        | Event::Paste(_)
        | Event::Mouse(_)
        | Event::Resized(..)
        | Event::Focus(_)
        | Event::Action(_)
        | Event::Api(_)
        | Event::Call(_)
        | Event::Plan(_)
        | Event::Outbox(_)
        | Event::OutboxAnswer(_)
        | Event::Import(_)
        | Event::Sample(_)
        | Event::Paths(_)
        | Event::RejectsWritten(_)
        | Event::ProfileAdded(_)
        | Event::Media(_)
        | Event::Sync(_)
        | Event::Edited(_)
        | Event::CopiedWithKey(_)
        | Event::ProfileSwitched(_)
        | Event::Terminated => false,
    }
}

/// Whether a part of the local copy lies ahead of the reader, with text on that side of the screen
/// already.
fn is_read_on_ahead(state: &State, part: &CachedPart) -> bool {
    let conversation = &state.conversation;
    let hidden = match part {
        CachedPart::Older(_) => conversation.goes_on_above(),
        CachedPart::Newer(_) => conversation.goes_on_below(),
        CachedPart::Opened(..)
        | CachedPart::KeptHandover(_)
        | CachedPart::Summary(_)
        | CachedPart::Kept(_)
        | CachedPart::Jumped(..)
        | CachedPart::Nothing => false,
    };
    // A search counts what is loaded, and a spinner that shows must go.
    hidden && conversation.find.is_none() && !waits::shows_loading_older(state)
}
