//! The people a draft is for, as far as they are known: names for showing, attributes for the
//! places of a text.

use crate::domain::window::LastHeard;
use crate::domain::{KnownPerson, User};
use crate::text::sanitize;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is known of somebody the draft is addressed to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Person {
    /// The name as the platform has it.
    pub name: Option<String>,
    /// Attributes with a value that can stand in a text.
    pub attributes: BTreeMap<String, String>,
    /// When the person wrote last, as far as it is known.
    pub heard: Option<LastHeard>,
}

impl Person {
    /// What the platform told about somebody.
    pub fn of(user: &User) -> Self {
        let known = KnownPerson::of(user);
        Self {
            name: user.name.clone(),
            attributes: known.attributes,
            heard: known.heard,
        }
    }

    /// What a plan may know of the person.
    pub fn known(&self) -> KnownPerson {
        let name = self.name.clone().map(|name| ("name".to_owned(), name));
        KnownPerson {
            attributes: self.attributes.clone().into_iter().chain(name).collect(),
            heard: self.heard,
        }
    }

    /// The value of an attribute; `name` is the person's name.
    pub fn value(&self, attribute: &str) -> Option<&str> {
        let value = match self.attributes.get(attribute) {
            Some(value) => Some(value.as_str()),
            None if attribute == "name" => self.name.as_deref(),
            None => None,
        };
        value.filter(|text| !text.trim().is_empty())
    }

    /// The name for the screen.
    pub fn shown_name(&self) -> Option<String> {
        let name = self.name.as_deref()?;
        Some(sanitize::clean_line(name).into_owned())
    }
}

/// How a recipient as typed is known: by the digits of a number, or by an id as it is. The digits
/// of an id with letters are nobody's number.
pub fn known_as(typed: &str) -> String {
    if typed.contains(char::is_alphabetic) {
        return typed.trim().to_owned();
    }
    typed.chars().filter(char::is_ascii_digit).collect()
}

/// How somebody is known in a draft: by the digits of their number, else by their id.
pub fn key_of(user: &User) -> String {
    let text = user.recipient_text();
    match text.strip_prefix('+') {
        Some(digits) => digits.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::known_as;

    #[test]
    fn the_digits_of_an_id_are_nobodys_number() {
        assert_eq!(known_as("+44 7700 900-412"), "447700900412");
        assert_eq!(known_as(" web-447700900412 "), "web-447700900412");
        assert_eq!(known_as("Friday.CSV"), "Friday.CSV");
    }
}
