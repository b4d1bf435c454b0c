//! What the focused pane waits for: its spinner, and giving it up. It must not ask for anything.

use super::fetching;
use super::state::State;
use super::update::Effects;
use crate::contract::{Effect, PaneId, Slot};
use std::time::Duration;

/// How long a wait stays silent.
const PATIENCE: Duration = Duration::from_millis(300);

/// Whether the wait for older messages is long enough to be shown.
pub fn shows_loading_older(state: &State) -> bool {
    let chat = state.conversation.chat.as_ref();
    let since = chat.and_then(|chat| chat.older.loading_since());
    since
        .is_some_and(|since| state.now.timestamp().duration_since(since).unsigned_abs() >= PATIENCE)
}

/// When a visible wait next changes its look.
pub fn next_spinner(state: &State) -> Option<Duration> {
    let waits = [
        state.users.users.loading_since(),
        state
            .conversation
            .chat
            .as_ref()
            .and_then(|chat| chat.newest.loading_since()),
        state
            .conversation
            .chat
            .as_ref()
            .and_then(|chat| chat.older.loading_since()),
    ];
    let since = waits.into_iter().flatten().min()?;
    let waited = state.now.timestamp().duration_since(since).unsigned_abs();
    match PATIENCE.checked_sub(waited) {
        Some(left) if !left.is_zero() => Some(left),
        Some(_) | None if state.settings.reduced_motion => None,
        Some(_) | None => Some(Duration::from_millis(250)),
    }
}

/// What a pane waits for.
fn waits(state: &State, pane: PaneId) -> Vec<Slot> {
    let mut slots = Vec::new();
    match pane {
        PaneId::Users if state.users.users.loading_since().is_some() => {
            slots.push(Slot::UserSearch);
        }
        PaneId::Conversation => {
            let chat = state.conversation.chat.as_ref();
            if chat.is_some_and(|chat| chat.newest.loading_since().is_some()) {
                slots.push(Slot::Conversation);
            }
            if chat.is_some_and(|chat| chat.older.loading_since().is_some()) {
                slots.push(Slot::OlderMessages);
            }
            if state.tickets.is_waiting(Slot::Sync) {
                slots.push(Slot::Sync);
            }
        }
        PaneId::Users
        | PaneId::Composer
        | PaneId::Broadcasts
        | PaneId::Payload
        | PaneId::Activity => {}
    }
    slots
}

/// Whether a pane waits for the platform.
pub fn is_waiting(state: &State, pane: PaneId) -> bool {
    !waits(state, pane).is_empty()
}

/// Gives up what a pane waits for and stops the asking; nothing if it does not wait.
pub fn stop_loading(state: &mut State, pane: PaneId) -> Effects {
    let slots = waits(state, pane);
    for slot in &slots {
        state.tickets.forget(*slot);
        match (slot, &mut state.conversation.chat) {
            (Slot::Sync, _) => {}
            (Slot::UserSearch, _) => state.users.give_up(),
            (Slot::OlderMessages, Some(chat)) => chat.older.give_up(),
            (_, Some(chat)) => chat.newest.give_up(),
            (_, None) => {}
        }
    }
    if slots.contains(&Slot::Sync) {
        fetching::stopped(state);
    }
    slots.into_iter().map(Effect::Cancel).collect()
}
