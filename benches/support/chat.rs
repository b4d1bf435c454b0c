//! A dashboard that has a long conversation open.

use super::pages::{now, page};
use super::who::{person, profile};
use alertdesk::api::decode::conversation_page;
use alertdesk::app::{Settings, State};

/// A dashboard of this size with a conversation of so many messages open.
pub fn dashboard(size: (u16, u16), messages: usize) -> State {
    let mut state = State::new(profile(), Settings::default(), size, now());
    let page = conversation_page(200, &page(messages)).expect("a page");
    assert_eq!(page.messages.len(), messages);
    state.conversation.open(person(), now());
    state.conversation.newest_arrived(page, 500, now());
    state.focus = alertdesk::contract::PaneId::Conversation;
    state.prepare();
    state
}
