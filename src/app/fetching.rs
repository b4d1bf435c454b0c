//! Fetching a whole conversation into the local copy: begun by a person, shown while it runs,
//! stopped by Esc, gone on with later.

use super::reading;
use super::state::State;
use super::update::{Effects, notify};
use crate::contract::{Above, Effect, Notice, Slot, SyncEnd, SyncNews};
use crate::text::format;

/// Begins to fetch everything of the open conversation that is not in the local copy.
pub fn begin(state: &mut State) -> Effects {
    let Some(conversation) = reading::conversation_ref(state) else {
        return Vec::new();
    };
    let Some(ticket) = state.tickets.issue(Slot::Sync) else {
        return Vec::new();
    };
    if let Some(chat) = &mut state.conversation.chat {
        chat.fetching = Some((0, None));
    }
    vec![Effect::Sync {
        ticket,
        conversation: Box::new(conversation),
    }]
}

/// A page came, or the end.
pub fn news(state: &mut State, news: SyncNews) -> Effects {
    let ended = news.end.is_some();
    let wanted = if ended {
        state.tickets.redeem(Slot::Sync, news.ticket)
    } else {
        state.tickets.is_current(Slot::Sync, news.ticket)
    };
    if !wanted {
        return Vec::new();
    }
    let chat = state.conversation.chat.as_mut();
    let chat = chat.filter(|chat| chat.user.channel_user_id == news.user);
    if let Some(chat) = chat {
        chat.fetching = (!ended).then_some((news.fetched, news.back_to));
        if chat.above == Above::Platform && news.fetched > 0 {
            chat.above = Above::Cached;
        }
    }
    let who = format::last_four(&news.user);
    let notice = match news.end {
        None => return Vec::new(),
        Some(SyncEnd::Whole { total }) => Notice::fact(
            "sync",
            format!("✓ All of {who} is here: {} messages.", format::count(total)),
        ),
        Some(SyncEnd::Partly { total }) => Notice::warning(
            "sync",
            format!(
                "! The platform repeats a page of {who}: what is older cannot be fetched. {} \
                 messages are here.",
                format::count(total)
            ),
        ),
        Some(SyncEnd::Failed(error)) => {
            Notice::error("sync", format!("✗ {} A goes on with it.", error.message))
        }
    };
    notify(state, notice);
    Vec::new()
}

/// Somebody stopped it: what was fetched stays.
pub fn stopped(state: &mut State) {
    if let Some(chat) = &mut state.conversation.chat {
        chat.fetching = None;
    }
    let text = "Stopped. What was fetched stays; A goes on with the rest.";
    notify(state, Notice::fact("sync", text));
}
