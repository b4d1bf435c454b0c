//! A person who talks to the bot, as the platform describes them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// So many digits at least make an identifier a number.
const NUMBER_DIGITS: usize = 8;

/// A person. All text is as the server sent it: clean it before it reaches a screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// The identifier the platform gives, never empty.
    pub id: String,
    /// What the conversation path wants: for number-based channels the number, digits only.
    pub channel_user_id: String,
    /// The name, if one is known.
    pub name: Option<String>,
    /// Digits with or without `+`, as sent; `None` where the channel has no number.
    pub phone: Option<String>,
    /// For example `whatsapp`.
    pub channel: Option<String>,
    /// Attribute name to value, in the order sent.
    pub attributes: Map<String, Value>,
    /// The whole object as received, so that nothing sent is lost.
    pub raw: Value,
}

impl User {
    /// Somebody of whom only the channel user id is known; digits are taken for a number.
    pub fn unknown(channel_user_id: &str) -> Self {
        let numeric = channel_user_id.len() >= NUMBER_DIGITS
            && channel_user_id.bytes().all(|byte| byte.is_ascii_digit());
        Self {
            id: channel_user_id.to_owned(),
            channel_user_id: channel_user_id.to_owned(),
            name: None,
            phone: numeric.then(|| format!("+{channel_user_id}")),
            channel: None,
            attributes: Map::new(),
            raw: Value::Null,
        }
    }

    /// How somebody is written as a recipient: the number with its `+` where there is one, else
    /// the id of the channel as it is. The digits of an id are no number, and never become one.
    pub fn recipient_text(&self) -> String {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let phone = self.phone.as_deref().map(str::trim);
        let number = phone.filter(|phone| !phone.is_empty()).or_else(|| {
            // A channel that says nothing of itself is one of numbers, as everywhere in this API.
            let id = self.channel_user_id.as_str();
            (self.channel.is_none() && id.len() >= NUMBER_DIGITS && digits(id)).then_some(id)
        });
        match number {
            Some(number) => {
                let digits: String = number.chars().filter(char::is_ascii_digit).collect();
                format!("+{digits}")
            }
            // In a list of recipients these would end one and begin another.
            None => self.channel_user_id.replace([',', ';', '\n'], " "),
        }
    }

    /// The last four digits of the number or identifier, for lists and confirms.
    pub fn last_four(&self) -> &str {
        let text = self.phone.as_deref().unwrap_or(&self.channel_user_id);
        let start = text
            .char_indices()
            .rev()
            .nth(3)
            .map_or(0, |(index, _)| index);
        text.get(start..).unwrap_or(text)
    }

    /// An attribute as plain text, numbers and booleans written out.
    pub fn attribute(&self, name: &str) -> Option<String> {
        match self.attributes.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                Some(other.to_string())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::User;

    #[test]
    fn only_a_number_is_written_as_one() {
        let mut user = User::unknown("447700900412");
        assert_eq!(user.recipient_text(), "+447700900412");
        user.phone = Some("+44 7700 900118".to_owned());
        assert_eq!(user.recipient_text(), "+447700900118");
        // The digits of an id could be the number of somebody else.
        for id in ["1f6e2c1c-9d5f-4a57", "web_17", "77812"] {
            assert_eq!(User::unknown(id).recipient_text(), id);
        }
        let mut elsewhere = User::unknown("447700900412");
        (elsewhere.phone, elsewhere.channel) = (None, Some("web".to_owned()));
        assert_eq!(elsewhere.recipient_text(), "447700900412");
        let two = User::unknown("a,+447700900118");
        assert_eq!(two.recipient_text(), "a +447700900118");
    }
}
