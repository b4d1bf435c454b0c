//! Whom a call reaches: a phone number, or the id of somebody on a channel that has no numbers.

use super::phone::PhoneNumber;
use serde::{Serialize, Serializer};
use std::fmt;

/// Most characters of an id; a session's UUID has 36.
const ID_CHARS: usize = 128;

/// How recipients of a send are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RecipientForm {
    /// Phone numbers.
    #[default]
    Phone,
    /// Ids of a channel other than WhatsApp, taken as they are.
    ChannelUser,
}

/// One person a call reaches.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Recipient {
    /// By number.
    Phone(PhoneNumber),
    /// By the id of a channel, for example the UUID of a web chat.
    ChannelUser(RecipientId),
    /// By the platform's own user id; only broadcasts written as JSON name people so.
    PlatformUser(RecipientId),
}

/// An id that can stand in an address and on a screen: not empty, no space, no sign with a meaning
/// in a path, nothing invisible.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecipientId(Box<str>);

/// Why a text is no id of a recipient. Each is a sentence with what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Nothing to read.
    #[error("the id is empty")]
    Empty,
    /// Longer than any id in use.
    #[error("the id has {0} characters: an id has at most 128, check the column")]
    TooLong(usize),
    /// A sign that would change an address, or one that cannot be seen.
    #[error("`{0}` is no id of a person: {1}")]
    BadSign(String, &'static str),
}

impl IdError {
    /// A short stable word for documents.
    pub fn rule(&self) -> &'static str {
        match self {
            IdError::Empty => "id_empty",
            IdError::TooLong(_) => "id_too_long",
            IdError::BadSign(..) => "id_bad_sign",
        }
    }
}

impl RecipientId {
    /// Reads an id; spaces and invisible marks at its ends are cleaned away.
    ///
    /// # Errors
    /// [`IdError`].
    pub fn read(text: &str) -> Result<Self, IdError> {
        let id = text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
        let bad = |why| Err(IdError::BadSign(id.escape_debug().to_string(), why));
        let length = id.chars().count();
        if id.is_empty() {
            Err(IdError::Empty)
        } else if length > ID_CHARS {
            Err(IdError::TooLong(length))
        } else if id == "." || id == ".." {
            bad("it would point to another folder")
        } else if id.contains(['/', '\\', '?', '#', '%']) {
            bad("the signs / \\ ? # % have a meaning in an address")
        } else if id.chars().any(|c| c.is_whitespace() || c.is_control()) {
            bad("it has a space or a control character inside")
        } else if id.chars().any(is_invisible) {
            bad("it has an invisible sign inside")
        } else {
            Ok(Self(id.into()))
        }
    }

    /// The id as it leaves.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Direction marks, joiners and other signs without a width that a spreadsheet or a chat adds.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

impl Recipient {
    /// Reads what [`Recipient::text`] gave; `None` for what nobody can be called.
    pub fn from_text(text: &str) -> Option<Self> {
        let phone = PhoneNumber::from_digits(text).map(Self::from);
        phone.or_else(|| Some(Self::ChannelUser(RecipientId::read(text).ok()?)))
    }

    /// What stands on the wire, in the record and in documents: digits, or the id.
    pub fn text(&self) -> &str {
        match self {
            Recipient::Phone(phone) => phone.digits(),
            Recipient::ChannelUser(id) | Recipient::PlatformUser(id) => id.as_str(),
        }
    }

    /// The number, where it is one.
    pub fn phone(&self) -> Option<&PhoneNumber> {
        match self {
            Recipient::Phone(phone) => Some(phone),
            Recipient::ChannelUser(_) | Recipient::PlatformUser(_) => None,
        }
    }

    /// The last four signs, which are shown and typed in confirms.
    pub fn last_four(&self) -> &str {
        let text = self.text();
        let start = text.char_indices().rev().nth(3);
        text.get(start.map_or(0, |(index, _)| index)..)
            .unwrap_or(text)
    }

    /// Whether both are one on the wire. A number and a channel id of the same digits are.
    pub fn is_same(&self, other: &Recipient) -> bool {
        self.key() == other.key()
    }

    /// Equal for recipients that are one on the wire.
    pub fn key(&self) -> (bool, &str) {
        (matches!(self, Recipient::PlatformUser(_)), self.text())
    }
}

impl From<PhoneNumber> for Recipient {
    fn from(phone: PhoneNumber) -> Self {
        Recipient::Phone(phone)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Recipient::Phone(phone) => phone.fmt(f),
            Recipient::ChannelUser(id) | Recipient::PlatformUser(id) => f.write_str(id.as_str()),
        }
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for RecipientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Recipient {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::{IdError, Recipient, RecipientId};
    use crate::domain::PhoneNumber;
    use rstest::rstest;

    #[rstest]
    #[case(
        "1f6e2c1c-9d5f-4a57-9f0b-5d0c6f1f2a3b",
        "1f6e2c1c-9d5f-4a57-9f0b-5d0c6f1f2a3b"
    )]
    #[case(" \u{feff}web_17@x \u{202c}", "web_17@x")]
    #[case("zo\u{eb}", "zo\u{eb}")]
    fn an_id_is_taken_as_it_is(#[case] text: &str, #[case] id: &str) {
        assert_eq!(RecipientId::read(text).unwrap().as_str(), id);
    }

    #[rstest]
    #[case("  ", "id_empty")]
    #[case("..", "id_bad_sign")]
    #[case("a/b", "id_bad_sign")]
    #[case("a%2fb", "id_bad_sign")]
    #[case("two words", "id_bad_sign")]
    #[case("a\u{200b}b", "id_bad_sign")]
    #[case("a\u{1b}b", "id_bad_sign")]
    #[case(&"x".repeat(129), "id_too_long")]
    fn an_id_that_would_change_an_address_or_hide_is_refused(
        #[case] text: &str,
        #[case] rule: &str,
    ) {
        let error: IdError = RecipientId::read(text).unwrap_err();
        assert_eq!(error.rule(), rule);
        assert!(!error.to_string().contains('\u{1b}'));
    }

    #[test]
    fn the_same_digits_are_one_person_except_for_platform_ids() {
        let phone = Recipient::Phone(PhoneNumber::from_digits("447700900412").unwrap());
        let id = RecipientId::read("447700900412").unwrap();
        assert!(phone.is_same(&Recipient::ChannelUser(id.clone())));
        assert!(!phone.is_same(&Recipient::PlatformUser(id)));
        assert_eq!(
            (phone.last_four(), phone.to_string().as_str()),
            ("0412", "+447700900412")
        );
    }
}
