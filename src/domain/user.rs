//! A person who talks to the bot, as the platform describes them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

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
        let numeric =
            channel_user_id.len() >= 8 && channel_user_id.bytes().all(|byte| byte.is_ascii_digit());
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
