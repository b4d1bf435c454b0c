//! Whose conversation is read, and over which connection.

use alertdesk::domain::{BotTarget, Guard, Profile, TwinRules, User, WireOptions};
use serde_json::{Map, Value};

pub fn person() -> User {
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

pub fn profile() -> Profile {
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
        twins: TwinRules::default(),
        times: alertdesk::domain::TimeRules::default(),
        confirm: alertdesk::domain::ConfirmRules::default(),
        approval: alertdesk::domain::ApprovalRules::default(),
    }
}
