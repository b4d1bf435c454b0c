//! What the program knows of people before they are written to: their attributes, and when they
//! wrote last. It is what the platform said when they were seen, never asked for anew.

use super::choices::ClassChoices;
use super::numbers::from_recipients_choosing;
use super::{Audience, SkippedRow};
use crate::domain::recipient::RecipientForm;
use crate::domain::user::User;
use crate::domain::window::LastHeard;
use std::collections::BTreeMap;

/// One person as the program knows them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownPerson {
    /// Attribute name to value, as the platform names them; `name` too, where there is one.
    pub attributes: BTreeMap<String, String>,
    /// The last message, if one is known.
    pub heard: Option<LastHeard>,
}

impl KnownPerson {
    /// The attributes of a user; a name of their own wins over an attribute called `name`.
    pub fn of(user: &User) -> Self {
        let named = |name: &String| Some((name.clone(), user.attribute(name)?));
        let mut attributes: BTreeMap<String, String> =
            user.attributes.keys().filter_map(named).collect();
        if let Some(name) = &user.name {
            attributes.insert("name".to_owned(), name.clone());
        }
        Self {
            attributes,
            heard: None,
        }
    }
}

impl SkippedRow {
    /// Somebody who has no number, where only numbers are reached.
    pub(super) fn without_number(recipient: &str) -> Self {
        Self {
            recipient: recipient.into(),
            reason: "the recipient is no phone number: only a broadcast with another channel \
                     reaches such people"
                .into(),
            row: None,
            rule: "not_a_number".into(),
        }
    }
}

impl Audience {
    /// People whom the platform found, with what it said of them. Who has no number is left out
    /// where numbers are wanted; of two with one number what was said of the first counts.
    pub fn of_users(
        users: &[User],
        (form, region): (RecipientForm, Option<&str>),
        choices: &ClassChoices,
    ) -> Self {
        let (mut written, mut without) = (Vec::new(), Vec::new());
        let mut known = BTreeMap::new();
        for user in users {
            let text = match form {
                RecipientForm::ChannelUser => user.channel_user_id.clone(),
                RecipientForm::Phone => user.recipient_text(),
            };
            let key = text.strip_prefix('+').unwrap_or(&text).trim().to_owned();
            if form == RecipientForm::Phone && !text.starts_with('+') {
                without.push(SkippedRow::without_number(&user.channel_user_id));
                continue;
            }
            known.entry(key).or_insert_with(|| KnownPerson::of(user));
            written.push(text);
        }
        let mut audience = from_recipients_choosing(&written, (form, region), choices);
        audience.skipped.extend(without);
        audience.acquaint(&known);
        audience
    }

    /// Gives rows what is known of them, where they have no columns of their own.
    pub fn acquaint(&mut self, people: &BTreeMap<String, KnownPerson>) {
        for row in &mut self.rows {
            let Some(person) = people.get(row.recipient.text()) else {
                continue;
            };
            if !person.attributes.is_empty() {
                row.columns = row.columns.with(person.attributes.iter());
            }
            if let Some(heard) = person.heard {
                self.heard.insert(row.recipient.text().to_owned(), heard);
            }
        }
        let known = people.values().flat_map(|person| person.attributes.keys());
        self.names.extend(known.cloned());
    }
}

#[cfg(test)]
mod tests {
    use super::KnownPerson;
    use crate::domain::User;
    use crate::domain::audience::{Audience, ClassChoices, from_numbers};
    use crate::domain::recipient::RecipientForm;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[test]
    fn people_bring_their_attributes() {
        let mut user = User::unknown("447700900412");
        user.name = Some("Sara".to_owned());
        user.attributes.insert("orders".to_owned(), json!(3));
        user.attributes.insert("city".to_owned(), json!(null));
        let people = BTreeMap::from([("447700900412".to_owned(), KnownPerson::of(&user))]);
        let numbers = ["+44 7700 900412", "+447700900118"].map(str::to_owned);
        let mut audience = from_numbers(&numbers, None);
        audience.acquaint(&people);
        assert_eq!(audience.rows[0].columns.get("orders"), Some("3"));
        assert_eq!(audience.rows[0].columns.get("name"), Some("Sara"));
        assert!(audience.rows[1].columns.is_empty());
        let names: Vec<&str> = audience.names.iter().map(String::as_str).collect();
        assert_eq!(names, ["name", "orders"]);
    }

    #[test]
    fn people_of_a_search_are_reached_by_what_their_channel_has() {
        let mut sara = User::unknown("447700900412");
        sara.attributes.insert("city".to_owned(), json!("London"));
        let mut web = User::unknown("1f6e2c1c-9d5f-4a57");
        web.channel = Some("web".to_owned());
        let mut digits = User::unknown("447700900118");
        (digits.phone, digits.channel) = (None, Some("web".to_owned()));
        let all = [sara.clone(), web, digits, sara];
        let of = |form| Audience::of_users(&all, (form, None), &ClassChoices::default());
        let texts = |audience: &Audience| -> Vec<String> {
            let rows = audience.rows.iter();
            rows.map(|row| row.recipient.text().to_owned()).collect()
        };
        let numbers = of(RecipientForm::Phone);
        assert_eq!(texts(&numbers), ["447700900412", "447700900412"]);
        assert_eq!(numbers.rows[1].columns.get("city"), Some("London"));
        let left_out: Vec<(&str, &str)> = numbers
            .skipped
            .iter()
            .map(|row| (&*row.recipient, &*row.rule))
            .collect();
        let rule = "not_a_number";
        assert_eq!(
            left_out,
            [("1f6e2c1c-9d5f-4a57", rule), ("447700900118", rule)]
        );
        let ids = of(RecipientForm::ChannelUser);
        assert_eq!(ids.rows.len(), 4);
        assert!(ids.skipped.is_empty());
    }
}
