//! A map by who somebody is on the wire: numbers by their value, which takes little room for a
//! million of them, and ids by their text.

use crate::domain::phone::PhoneNumber;
use crate::domain::recipient::Recipient;
use std::collections::HashMap;

/// Values of people. A number and a channel's id of the same digits are one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeopleMap<T> {
    numbers: HashMap<u64, T>,
    channel: HashMap<Box<str>, T>,
    platform: HashMap<Box<str>, T>,
}

impl<T> Default for PeopleMap<T> {
    fn default() -> Self {
        Self {
            numbers: HashMap::new(),
            channel: HashMap::new(),
            platform: HashMap::new(),
        }
    }
}

/// Where somebody stands.
enum Place<'r> {
    Number(u64),
    Channel(&'r str),
    Platform(&'r str),
}

impl Place<'_> {
    fn of(recipient: &Recipient) -> Place<'_> {
        match recipient {
            Recipient::Phone(phone) => Place::Number(phone.value()),
            Recipient::PlatformUser(id) => Place::Platform(id.as_str()),
            Recipient::ChannelUser(id) => match PhoneNumber::from_digits(id.as_str()) {
                Some(phone) => Place::Number(phone.value()),
                None => Place::Channel(id.as_str()),
            },
        }
    }
}

impl<T> PeopleMap<T> {
    /// A map with room for so many numbers.
    pub fn with_capacity(numbers: usize) -> Self {
        Self {
            numbers: HashMap::with_capacity(numbers),
            ..Self::default()
        }
    }

    /// Gives somebody a value; what they had before comes back.
    pub fn insert(&mut self, recipient: &Recipient, value: T) -> Option<T> {
        match Place::of(recipient) {
            Place::Number(number) => self.numbers.insert(number, value),
            Place::Channel(id) => self.channel.insert(id.into(), value),
            Place::Platform(id) => self.platform.insert(id.into(), value),
        }
    }

    /// Somebody's value.
    pub fn get(&self, recipient: &Recipient) -> Option<&T> {
        match Place::of(recipient) {
            Place::Number(number) => self.numbers.get(&number),
            Place::Channel(id) => self.channel.get(id),
            Place::Platform(id) => self.platform.get(id),
        }
    }

    /// Whether somebody has a value.
    pub fn contains(&self, recipient: &Recipient) -> bool {
        self.get(recipient).is_some()
    }

    /// How many people have one.
    pub fn len(&self) -> usize {
        self.numbers.len() + self.channel.len() + self.platform.len()
    }

    /// Whether nobody has.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Some people.
pub type PeopleSet = PeopleMap<()>;

impl<'r> FromIterator<&'r Recipient> for PeopleSet {
    fn from_iter<I: IntoIterator<Item = &'r Recipient>>(people: I) -> Self {
        let mut set = Self::default();
        for person in people {
            set.insert(person, ());
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::{PeopleMap, PeopleSet};
    use crate::domain::PhoneNumber;
    use crate::domain::recipient::{Recipient, RecipientId};

    #[test]
    fn the_same_digits_are_one_person_except_for_platform_ids() {
        let phone = Recipient::Phone(PhoneNumber::from_digits("447700900412").unwrap());
        let id = |text| RecipientId::read(text).unwrap();
        let mut map = PeopleMap::default();
        assert_eq!(map.insert(&phone, 1), None);
        assert_eq!(
            map.insert(&Recipient::ChannelUser(id("447700900412")), 2),
            Some(1)
        );
        assert_eq!(
            map.insert(&Recipient::PlatformUser(id("447700900412")), 3),
            None
        );
        assert_eq!(map.insert(&Recipient::ChannelUser(id("web_17")), 4), None);
        assert_eq!((map.get(&phone), map.len()), (Some(&2), 3));
        let set: PeopleSet = [&phone, &phone].into_iter().collect();
        assert!(set.contains(&phone) && set.len() == 1);
    }
}
