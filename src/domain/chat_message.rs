//! One message of a conversation, between a person and our side.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which side a message came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From the person.
    In,
    /// From the bot, an agent or us.
    Out,
    /// A note of the platform, such as an agent who joined.
    System,
}

/// What a message is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageKind {
    /// Plain text.
    Text,
    /// A choice offered by our side, printed as `[A, B]`.
    Options,
    /// A picture, a voice message, a file.
    Media,
    /// A note of the platform.
    System,
    /// A type this version does not know; its text and raw form are kept.
    Unknown,
}

/// What a file is, from its MIME type first and its name last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// Sound, voice messages included.
    Audio,
    /// Everything else.
    Document,
}

/// A file that belongs to a message. Nothing is fetched unless a person asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// Where it lies; `None` if the platform lost it.
    pub url: Option<String>,
    /// MIME type without parameters, lower case.
    pub mime: Option<String>,
    /// The real file name, from the placeholder sentence or the URL.
    pub name: Option<String>,
    /// What it is.
    pub kind: MediaKind,
}

/// A message of a conversation. Text is as the server sent it: clean it before it reaches a screen.
///
/// The platform gives no id: a message is the same as another if [`ChatMessage::identity`] is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// When, if the time could be read. Written with milliseconds, so that texts sort as times.
    #[serde(serialize_with = "with_milliseconds")]
    pub time: Option<Timestamp>,
    /// The time as sent, also if it could not be read.
    pub time_raw: String,
    /// The side.
    pub direction: Direction,
    /// The sender as sent: `user`, `bot`, a name.
    pub sender: String,
    /// What it is made of.
    pub kind: MessageKind,
    /// The type as sent, for example `FILE_RECEIVED`.
    pub type_raw: String,
    /// The text; for notes without its markup, for media only a real caption.
    pub text: String,
    /// The choices of [`MessageKind::Options`], empty if they do not split cleanly.
    #[serde(skip)]
    pub options: Vec<String>,
    /// The file, for [`MessageKind::Media`].
    pub media: Option<Media>,
    /// The person, as sent.
    pub user_id: String,
    /// The whole object as received.
    #[serde(skip)]
    pub raw: Value,
}

#[expect(
    clippy::ref_option,
    reason = "serde hands over a reference to the field"
)]
fn with_milliseconds<S: serde::Serializer>(
    time: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.collect_str(&time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")),
        None => serializer.serialize_none(),
    }
}

impl ChatMessage {
    /// What makes two messages the same: time, sender, type, text, file. Two equal texts at
    /// different times are both real.
    pub fn identity(&self) -> (&str, &str, &str, &str, Option<&str>) {
        let url = self.media.as_ref().and_then(|media| media.url.as_deref());
        (
            &self.time_raw,
            &self.sender,
            &self.type_raw,
            &self.text,
            url,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::with_milliseconds;
    use jiff::Timestamp;

    #[test]
    fn times_as_text_sort_as_times() {
        let text = |time: Option<&str>| {
            let time: Option<Timestamp> = time.map(|text| text.parse().unwrap());
            with_milliseconds(&time, serde_json::value::Serializer).unwrap()
        };
        assert_eq!(
            text(Some("2026-11-22T04:00:06.2Z")),
            "2026-11-22T04:00:06.200Z"
        );
        assert_eq!(
            text(Some("2026-11-22T05:00:06+01:00")),
            "2026-11-22T04:00:06.000Z"
        );
        assert!(text(None).is_null());
    }
}
