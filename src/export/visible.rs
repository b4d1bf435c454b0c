//! What the formats for eyes share: days, clock times, sides, links, and characters that must be
//! named because they cannot be seen. It must not know any markup.

use crate::domain::{ChatMessage, Direction, MessageKind};
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Day and clock of a message, as a person reads them.
pub struct When {
    /// The head of the day, if the message begins a new one.
    pub new_day: Option<String>,
    /// `09:00:01`, or the time as sent where it could not be read.
    pub clock: Clock,
}

/// The time of one message.
pub enum Clock {
    /// The local clock time.
    Read(String),
    /// What was sent in its place.
    Unread(String),
}

/// Follows the days of a conversation.
pub struct Days {
    zone: TimeZone,
    current: Option<Date>,
}

impl Days {
    /// Days of this zone.
    pub fn new(zone: &TimeZone) -> Self {
        Self {
            zone: zone.clone(),
            current: None,
        }
    }

    /// When this message was; one without a readable time stays on its neighbour's day.
    pub fn next(&mut self, message: &ChatMessage) -> When {
        let Some(time) = message.time else {
            return When {
                new_day: None,
                clock: Clock::Unread(message.time_raw.clone()),
            };
        };
        let zoned = time.to_zoned(self.zone.clone());
        let date = zoned.date();
        let new = self.current != Some(date);
        self.current = Some(date);
        When {
            new_day: new.then(|| date.strftime("%A %-d %B %Y").to_string()),
            clock: Clock::Read(zoned.strftime("%H:%M:%S").to_string()),
        }
    }
}

/// Who wrote a message.
pub struct Who<'a> {
    /// The name of the person, the bot or the agent, or a word where there is none.
    pub name: &'a str,
    /// Whose side that is; nothing where the name says it.
    pub side: &'static str,
}

/// Who wrote a message, in a conversation with a person of this name.
pub fn who<'a>(message: &'a ChatMessage, person: Option<&'a str>) -> Who<'a> {
    // What the platform calls everybody says nothing about anybody.
    let sender = Some(message.sender.as_str());
    let sender = sender.filter(|name| !matches!(*name, "" | "user"));
    match message.direction {
        Direction::In => match person.or(sender) {
            Some(name) => Who {
                name,
                side: "customer",
            },
            None => Who {
                name: "customer",
                side: "",
            },
        },
        Direction::Out => Who {
            name: sender.unwrap_or("bot"),
            side: match sender {
                None | Some("bot" | "you") => "us",
                Some(_) => "us, agent",
            },
        },
        Direction::System => match sender {
            None | Some("bot" | "system") => Who {
                name: "note",
                side: "",
            },
            Some(name) => Who { name, side: "note" },
        },
    }
}

/// The words of a caption; nothing where it only repeats the name of the file.
pub fn caption(message: &ChatMessage) -> &str {
    let name = message.media.as_ref().and_then(|file| file.name.as_deref());
    if name == Some(message.text.as_str()) {
        ""
    } else {
        &message.text
    }
}

/// The type of a message that nobody here knows, for people.
pub fn unknown_type(message: &ChatMessage) -> Option<&str> {
    let known = message.kind != MessageKind::Unknown || message.type_raw.is_empty();
    (!known).then_some(message.type_raw.as_str())
}

/// Addresses that may become a link: web pages, nothing that runs or reads files.
pub fn linkable(url: &str) -> bool {
    let scheme = |name: &str| {
        url.get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    (scheme("https://") || scheme("http://"))
        && !url.chars().any(|c| c.is_control() || c.is_whitespace())
}

/// Characters that command a terminal or turn text around for no honest reason: controls other
/// than tab and line feed, and the two overrides of direction.
pub fn must_be_named(character: char) -> bool {
    (character.is_control() && !matches!(character, '\n' | '\t'))
        || matches!(character, '\u{202d}' | '\u{202e}')
}
