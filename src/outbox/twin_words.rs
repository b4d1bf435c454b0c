//! Words for what the record has of the people of a plan.

use crate::domain::{Audience, ItemState, Recipient, SendKind};

/// What a twin's state is in words that follow `already`.
pub(super) fn stands(kind: SendKind, state: ItemState) -> &'static str {
    match state {
        ItemState::Queued => "queued",
        ItemState::Sending => "on the way",
        ItemState::Unknown => "tried, with an unknown result",
        ItemState::Abandoned => "tried and given up without knowing",
        ItemState::Skipped
        | ItemState::Accepted
        | ItemState::Rejected
        | ItemState::Cancelled
        | ItemState::NotAccepted => match kind {
            SendKind::Flow => "triggered",
            SendKind::Template | SendKind::Broadcast | SendKind::CsvBroadcast => "accepted",
        },
    }
}

/// A person's name where the file has one, else the number.
pub(super) fn name(audience: &Audience, recipient: &Recipient) -> String {
    let row = audience
        .rows
        .iter()
        .find(|row| row.recipient.is_same(recipient));
    let named = row.and_then(|row| row.columns.get("name"));
    match named.map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => format!("{name} …{}", recipient.last_four()),
        None => recipient.to_string(),
    }
}

pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

pub(super) fn days_in_words(days: u32) -> String {
    match days {
        1 => "day".to_owned(),
        days => format!("{days} days"),
    }
}
