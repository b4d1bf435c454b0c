//! What the sandbox remembers: users, messages, acceptances, broadcasts, and the request log.
//!
//! Everything here is plain data behind short locks. It must not know HTTP.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;

use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::history::History;

/// How many requests the log keeps.
const LOG_LIMIT: usize = 50_000;
/// The platform's own way to write times: slashes, milliseconds, offset without a colon.
const TIME_FORMAT: &str = "%Y/%m/%d %H:%M:%S%.3f%z";

/// Writes a time as the platform does, always in UTC.
pub(super) fn platform_time(at: Timestamp) -> String {
    at.strftime(TIME_FORMAT).to_string()
}

/// How a message states its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stamp {
    Usual,
    /// Without an offset, as an old gateway wrote it.
    NoOffset,
}

/// A file a message refers to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct File {
    /// The address; a path is one of the sandbox itself, whose port the seed does not know.
    pub(super) url: String,
    pub(super) mime_type: String,
    pub(super) upload_type: &'static str,
}

impl File {
    /// The same file with its whole address, for a sandbox that listens here.
    fn at(&self, own: SocketAddr) -> Self {
        let mut file = self.clone();
        if file.url.starts_with('/') {
            file.url.insert_str(0, &format!("http://{own}"));
        }
        file
    }
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) at: Timestamp,
    pub(super) stamp: Stamp,
    /// `user`, `bot` or the first name of an agent.
    pub(super) sender: String,
    pub(super) kind: &'static str,
    pub(super) text: String,
    pub(super) file: Option<File>,
}

impl Message {
    pub(super) fn text(at: Timestamp, sender: &str, text: impl Into<String>) -> Self {
        let (sender, text) = (sender.to_owned(), text.into());
        Self {
            at,
            stamp: Stamp::Usual,
            sender,
            kind: "TEXT",
            text,
            file: None,
        }
    }
}

/// A message as the conversations endpoint shows it.
#[derive(Debug, Serialize)]
pub(super) struct MessageLine<'a> {
    user_id: &'a str,
    timestamp: String,
    sender: &'a str,
    message_type: &'a str,
    response: &'a str,
    file: Option<File>,
    attachments: Option<()>,
}

impl<'a> MessageLine<'a> {
    pub(super) fn new(user_id: &'a str, message: &'a Message, own: SocketAddr) -> Self {
        let mut timestamp = platform_time(message.at);
        if message.stamp == Stamp::NoOffset {
            timestamp.truncate(timestamp.len().saturating_sub("+0000".len()));
        }
        Self {
            user_id,
            timestamp,
            sender: &message.sender,
            message_type: message.kind,
            response: &message.text,
            file: message.file.as_ref().map(|file| file.at(own)),
            attachments: None,
        }
    }
}

/// The answer of the conversations endpoint.
#[derive(Debug, Serialize)]
pub(super) struct Conversation<'a> {
    pub(super) conversations: Vec<MessageLine<'a>>,
}

/// A person who has written to the bot or was written to.
#[derive(Debug, Clone)]
pub(super) struct User {
    /// International number, digits only.
    pub(super) number: String,
    pub(super) name: Option<String>,
    pub(super) created: Timestamp,
    pub(super) attributes: Map<String, Value>,
    pub(super) history: History,
}

impl User {
    pub(super) fn new(number: &str, created: Timestamp) -> Self {
        let number = number.to_owned();
        Self {
            number,
            name: None,
            created,
            attributes: Map::new(),
            history: History::written(Vec::new()),
        }
    }

    /// The value of an attribute by any of the names the platform uses for it.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let bare = name.strip_prefix("user.").unwrap_or(name);
        let (first, last) = match self.name.as_deref().and_then(|name| name.split_once(' ')) {
            Some((first, last)) => (Some(first), Some(last)),
            None => (self.name.as_deref(), None),
        };
        let known = match bare {
            "user_name" | "name" | "Username" => self.name.as_deref(),
            "first_name" | "First Name" => first,
            "last_name" | "Last Name" => last,
            "phone_no" | "phone" | "phone_number" | "channel_user_id" | "user_id" => {
                Some(self.number.as_str())
            }
            "channel" => Some("whatsapp"),
            _ => None,
        };
        let stored = || {
            self.attributes
                .get(bare)
                .or_else(|| self.attributes.get(name))
        };
        known.map(str::to_owned).or_else(|| {
            stored().map(|value| {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            })
        })
    }
}

/// A user as the users endpoint shows them.
#[derive(Debug, Serialize)]
pub(super) struct UserLine<'a> {
    user_id: &'a str,
    channel_user_id: &'a str,
    user_name: Option<&'a str>,
    phone: String,
    channel: &'static str,
    attributes: &'a Map<String, Value>,
    created_at: String,
    last_message_at: Option<String>,
}

impl<'a> UserLine<'a> {
    pub(super) fn new(user: &'a User) -> Self {
        Self {
            user_id: &user.number,
            channel_user_id: &user.number,
            user_name: user.name.as_deref(),
            phone: format!("+{}", user.number),
            channel: "whatsapp",
            attributes: &user.attributes,
            created_at: platform_time(user.created),
            last_message_at: user.history.last_at().map(platform_time),
        }
    }
}

/// A time some milliseconds later; the time itself at the end of all times.
pub(super) fn later(at: Timestamp, milliseconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_millis(milliseconds))
        .unwrap_or(at)
}

/// A broadcast the platform accepted.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Broadcast {
    pub(super) title: String,
    /// `direct`, `whatsapp_template` or `external`.
    pub(super) kind: &'static str,
    /// The letter case in which the enum values came, for clients that must find out.
    pub(super) sent_type: String,
    pub(super) sent_status: Value,
    pub(super) due: Timestamp,
    pub(super) published: bool,
    /// Recipient and text, one for every message.
    #[serde(rename = "recipients", serialize_with = "numbers")]
    pub(super) messages: Vec<(String, Vec<String>)>,
    /// Numbers the platform left out because it does not know them.
    pub(super) dropped: Vec<String>,
}

fn numbers<S: Serializer>(
    list: &[(String, Vec<String>)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(list.iter().map(|(number, _)| number))
}

/// A flow the platform started.
#[derive(Debug, Clone, Serialize)]
pub(super) struct FlowStart {
    pub(super) flow: String,
    pub(super) version: String,
    pub(super) recipient: String,
    pub(super) attributes: Map<String, Value>,
    /// Attributes the flow wants and the call did not bring.
    pub(super) missing: Vec<String>,
}

/// Counts per recipient, as the inspection shows them.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Accepted {
    recipients: BTreeMap<String, u64>,
    total: u64,
    undelivered: BTreeMap<String, u64>,
    dropped: BTreeMap<String, u64>,
}

/// Everything that changes while the sandbox runs.
#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) users: Vec<User>,
    by_number: HashMap<String, usize>,
    pub(super) accepted: Accepted,
    pub(super) broadcasts: Vec<Broadcast>,
    pub(super) flows: Vec<FlowStart>,
    messages_sent: u64,
}

impl World {
    pub(super) fn new(users: Vec<User>) -> Self {
        let by_number = users
            .iter()
            .enumerate()
            .map(|(place, user)| (user.number.clone(), place))
            .collect();
        Self {
            users,
            by_number,
            ..Self::default()
        }
    }

    pub(super) fn user(&self, number: &str) -> Option<&User> {
        self.by_number
            .get(number)
            .and_then(|place| self.users.get(*place))
    }

    pub(super) fn user_mut(&mut self, number: &str) -> Option<&mut User> {
        self.by_number
            .get(number)
            .and_then(|place| self.users.get_mut(*place))
    }

    /// The user with this number, created if unknown; then the name is the number.
    pub(super) fn ensure(&mut self, number: &str, now: Timestamp) -> Option<&mut User> {
        if !self.by_number.contains_key(number) {
            let mut user = User::new(number, now);
            user.name = Some(number.to_owned());
            self.by_number.insert(number.to_owned(), self.users.len());
            self.users.push(user);
        }
        self.user_mut(number)
    }

    /// Counts one real acceptance for a recipient.
    pub(super) fn accept(&mut self, number: &str, undelivered: bool) {
        *self
            .accepted
            .recipients
            .entry(number.to_owned())
            .or_default() += 1;
        self.accepted.total += 1;
        if undelivered {
            *self
                .accepted
                .undelivered
                .entry(number.to_owned())
                .or_default() += 1;
        }
    }

    /// Counts a recipient the platform left out without a word.
    pub(super) fn drop_silently(&mut self, number: &str) {
        *self.accepted.dropped.entry(number.to_owned()).or_default() += 1;
    }

    /// Puts a message of the bot into a conversation; the user is created if unknown.
    pub(super) fn say(&mut self, number: &str, text: &str, now: Timestamp) {
        if let Some(user) = self.ensure(number, now) {
            user.history.push(Message::text(now, "bot", text));
        }
    }

    /// A message id nobody else has.
    pub(super) fn next_message_id(&mut self) -> String {
        self.messages_sent += 1;
        format!("wamid.SANDBOX{:010}", self.messages_sent)
    }

    /// Publishes what is due and returns when the next broadcast is.
    pub(super) fn publish_due(&mut self, now: Timestamp) -> Option<Timestamp> {
        let mut due = Vec::new();
        for broadcast in self.broadcasts.iter_mut().filter(|one| !one.published) {
            if broadcast.due <= now {
                broadcast.published = true;
                due.extend(broadcast.messages.iter().cloned());
            }
        }
        for (number, texts) in due {
            for text in texts {
                self.say(&number, &text, now);
            }
        }
        self.broadcasts
            .iter()
            .filter(|one| !one.published)
            .map(|one| one.due)
            .min()
    }
}

/// One request as the inspection lists it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Logged {
    pub(super) n: u64,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    /// The HTTP status of the answer, null while there is none, `"fault"` if there never is one.
    pub(super) status: Value,
    pub(super) faults: Vec<String>,
    /// SHA-256 of the body in hex; null when the body was not read.
    pub(super) body_sha256: Option<String>,
    pub(super) recipients: Vec<String>,
}

/// The last requests, oldest first.
#[derive(Debug, Default)]
pub(super) struct Log {
    lines: VecDeque<Logged>,
    count: u64,
}

impl Log {
    /// Adds a request and returns its number, starting at 1.
    pub(super) fn add(&mut self, mut line: Logged) -> u64 {
        self.count += 1;
        line.n = self.count;
        if self.lines.len() == LOG_LIMIT {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
        self.count
    }

    /// Notes what a request was answered with.
    pub(super) fn answered(&mut self, n: u64, status: Value) {
        let back = self.count.saturating_sub(n);
        let place = usize::try_from(back)
            .ok()
            .and_then(|back| self.lines.len().checked_sub(back + 1));
        if let Some(line) = place.and_then(|place| self.lines.get_mut(place)) {
            line.status = status;
        }
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = &Logged> {
        self.lines.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_the_platforms_way() {
        let at: Timestamp = "2026-08-12T09:15:30.123Z".parse().unwrap();
        assert_eq!(platform_time(at), "2026/08/12 09:15:30.123+0000");
    }
}
