//! People as rows: everything a row shows is put together once, when people arrive.

use crate::domain::User;
use crate::text::{format, sanitize};

/// A person as the list shows them.
#[derive(Debug, Clone, PartialEq)]
pub struct UserRow {
    /// Clean name, or `no name`.
    pub name: String,
    /// `…0412`.
    pub last_four: String,
    /// The whole number, grouped for reading.
    pub phone: String,
    /// The attribute `label`, clean, empty if there is none.
    pub label: String,
    /// The value of the attribute that was searched for, clean.
    pub searched: String,
    /// Everything a filter looks at.
    pub haystack: String,
    /// The person.
    pub user: User,
}

impl UserRow {
    /// The row of a person found by `attribute`.
    pub fn new(user: User, attribute: &str) -> Self {
        let name = match user.name.as_deref().map(str::trim) {
            Some(name) if !name.is_empty() => sanitize::clean_line(name).into_owned(),
            _ => "no name".to_owned(),
        };
        let number = user.phone.as_deref().unwrap_or(&user.channel_user_id);
        let number = sanitize::clean_line(number).into_owned();
        let text = |name: &str| {
            user.attribute(name).map_or_else(String::new, |value| {
                sanitize::clean_line(&value).into_owned()
            })
        };
        let label = text("label");
        let searched = text(attribute);
        let haystack = format!("{name} {number} {label} {searched}");
        Self {
            name,
            last_four: format::last_four(&number),
            phone: format::phone(&number),
            label,
            searched,
            haystack,
            user,
        }
    }

    /// What identifies the person in marks and conversations.
    pub fn key(&self) -> &str {
        &self.user.channel_user_id
    }
}
