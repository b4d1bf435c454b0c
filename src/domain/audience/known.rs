//! What the program knows of people before they are written to: their attributes, and when they
//! wrote last. It is what the platform said when they were seen, never asked for anew.

use super::Audience;
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

impl Audience {
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
    use crate::domain::audience::from_numbers;
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
}
