//! Reading back: whether a conversation proves that a message of ours arrived.
//!
//! Proof is a message with the platform's own id, or the only equal message that nothing else of
//! ours explains. Nothing here ever says that a message did not arrive, and what cannot be told
//! apart is left to a person.

use super::chat_message::{ChatMessage, Direction};
use super::hash::Sha256Hex;
use super::profile::BotTarget;
use super::unknown::ARRIVAL;
use jiff::Timestamp;
use serde_json::Value;

/// Keys under which an id of a message may stand, in answers and in conversations. A bare `id` is
/// not among them: it may be the person's.
const ID_KEYS: [&str; 3] = ["message_id", "messageId", "wamid"];
/// An id is longer than any count or code that may stand under the same key.
const ID_LENGTH: usize = 8;

/// What is looked for. Times are the server's.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Ids the platform gave the message, as far as its answer told.
    pub ids: &'a [String],
    /// The words that the person reads; `None` where they are not known here.
    pub text: Option<&'a str>,
    /// When the try began; `None` where the server's clock is not known.
    pub started: Option<Timestamp>,
    /// When other tries of ours began that could have said the same to the same person and have no
    /// message of their own yet.
    pub rivals: &'a [Timestamp],
}

/// What a conversation says about it.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading<'a> {
    /// This message has the platform's own id of it.
    ById(&'a ChatMessage, &'a str),
    /// This is the only message that can be it.
    ByText(&'a ChatMessage),
    /// These say the same, and nobody can tell which of them is it.
    Unclear(Vec<&'a ChatMessage>),
    /// No such message is there yet. That proves nothing.
    Nothing,
}

/// Reads a conversation for an answer. `claimed` says which messages prove something else.
pub fn read_back<'a>(
    question: &Question<'a>,
    messages: &'a [ChatMessage],
    claimed: impl Fn(&ChatMessage) -> bool,
) -> Reading<'a> {
    let free: Vec<&ChatMessage> = messages
        .iter()
        .filter(|message| message.direction == Direction::Out && !claimed(message))
        .collect();
    for message in &free {
        if let Some(id) = question.ids.iter().find(|id| has_id(&message.raw, id)) {
            return Reading::ById(message, id);
        }
    }
    let Some(text) = question.text.map(plain).filter(|text| !text.is_empty()) else {
        return Reading::Nothing;
    };
    let equal: Vec<&ChatMessage> = free
        .into_iter()
        .filter(|message| plain(&message.text) == text)
        .collect();
    by_text(question, equal)
}

fn by_text<'a>(question: &Question<'_>, equal: Vec<&'a ChatMessage>) -> Reading<'a> {
    if equal.is_empty() {
        return Reading::Nothing;
    }
    let timeless = equal.iter().any(|message| message.time.is_none());
    let Some(started) = question.started.filter(|_| !timeless) else {
        return Reading::Unclear(equal);
    };
    let end = started.saturating_add(ARRIVAL).unwrap_or(Timestamp::MAX);
    let within: Vec<&ChatMessage> = equal
        .iter()
        .copied()
        .filter(|message| message.time >= Some(started) && message.time <= Some(end))
        .collect();
    match within.as_slice() {
        [] => Reading::Nothing,
        [only] if is_ours_alone(question, started, only, &equal) => Reading::ByText(only),
        _ => Reading::Unclear(within),
    }
}

/// Whether no other try can have made the message: none began between the start and the message,
/// and each earlier one has an equal message of its own from before the start.
fn is_ours_alone(
    question: &Question<'_>,
    started: Timestamp,
    message: &ChatMessage,
    equal: &[&ChatMessage],
) -> bool {
    let mut earlier = Vec::new();
    for rival in question.rivals {
        if *rival <= started {
            earlier.push(*rival);
        } else if message.time.is_none_or(|time| *rival <= time) {
            return false;
        }
    }
    earlier.sort_unstable();
    let mut times: Vec<Timestamp> = equal.iter().filter_map(|equal| equal.time).collect();
    times.retain(|time| *time < started);
    times.sort_unstable();
    // Each message goes to a rival that had begun; all rivals must find one.
    let mut times = times.into_iter();
    earlier.iter().all(|rival| times.any(|time| time >= *rival))
}

/// Names a message for good, so that it proves one result only.
pub fn message_key(target: &BotTarget, person: &str, message: &ChatMessage) -> Sha256Hex {
    let (time, sender, kind, text, url) = message.identity();
    let pieces = [
        &target.base_url,
        &target.customer_id,
        &target.bot_key,
        person,
        time,
        sender,
        kind,
        text,
        url.unwrap_or_default(),
    ];
    Sha256Hex::of_pieces(pieces.map(str::as_bytes))
}

/// Ids of messages in an answer, which may have been cut anywhere.
pub fn ids_in_answer(answer: &str) -> Vec<String> {
    let mut ids = Vec::new();
    for key in ID_KEYS {
        let quoted = format!("\"{key}\"");
        for (at, _) in answer.match_indices(&quoted) {
            let rest = answer.get(at + quoted.len()..).unwrap_or_default();
            let value = rest.trim_start().strip_prefix(':').map(str::trim_start);
            let text = value.and_then(|value| value.strip_prefix('"'));
            if let Some((id, _)) = text.and_then(|text| text.split_once('"'))
                && is_id(id)
                && !ids.iter().any(|known| known == id)
            {
                ids.push(id.to_owned());
            }
        }
    }
    ids
}

fn is_id(text: &str) -> bool {
    text.len() >= ID_LENGTH && !text.contains(['\\', ' '])
}

/// Whether a message says that this is its own id; one that it quotes stands deeper.
fn has_id(raw: &Value, id: &str) -> bool {
    let mut own = ID_KEYS.iter().filter_map(|key| raw.get(key)?.as_str());
    own.any(|own| own == id)
}

/// A text as two of them are compared: line ends and outer spaces do not count.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

#[cfg(test)]
mod tests;
