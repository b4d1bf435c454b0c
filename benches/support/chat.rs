//! A dashboard that has a long conversation open.

use super::pages::{now, page};
use alertdesk::api::decode::conversation_page;
use alertdesk::app::{Settings, State};
use alertdesk::domain::{BotTarget, Guard, Profile, User, WireOptions};
use serde_json::{Map, Value};

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

fn person() -> User {
    User {
        id: "447700900412".to_owned(),
        channel_user_id: "447700900412".to_owned(),
        name: Some("Sara Al-Mutairi".to_owned()),
        phone: Some("447700900412".to_owned()),
        channel: Some("whatsapp".to_owned()),
        attributes: Map::new(),
        raw: Value::Null,
    }
}

fn profile() -> Profile {
    Profile {
        name: "bench".to_owned(),
        target: BotTarget {
            base_url: "https://api.fern-and-oak.example".to_owned(),
            customer_id: "99001".to_owned(),
            bot_key: "00aa11bb22cc33dd".to_owned(),
        },
        time_zone: "Europe/London".to_owned(),
        region: None,
        guard: Guard::None,
        read_only: false,
        per_minute: 60,
        wire: WireOptions::default(),
        strict_5xx: false,
        trust_408: false,
    }
}
