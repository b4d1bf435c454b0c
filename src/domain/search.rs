//! What people are looked for by: an attribute, or several joined by and, or, not. The platform
//! knows one attribute at a time, so sets of people are joined here. It must not ask anybody.

use super::user::User;
use std::collections::BTreeSet;
use std::fmt;

/// How people found join those found before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Combine {
    /// They take their place.
    #[default]
    Replace,
    /// Only who is in both stays.
    And,
    /// Everybody of both.
    Or,
    /// Who was found leaves.
    Not,
}

impl Combine {
    /// The command that asks for it.
    pub fn command(self) -> &'static str {
        match self {
            Combine::Replace => "find",
            Combine::And => "and",
            Combine::Or => "or",
            Combine::Not => "not",
        }
    }

    /// The people known and those found, as asked; everybody once, those known first.
    pub fn join(self, known: Vec<User>, found: Vec<User>) -> Vec<User> {
        if self == Combine::Replace {
            return found;
        }
        let ids = |users: &[User]| -> BTreeSet<String> {
            let ids = users.iter().map(|user| user.channel_user_id.clone());
            ids.collect()
        };
        let (here, there) = (ids(&known), ids(&found));
        let mut joined = known;
        match self {
            Combine::Replace => {}
            Combine::And => joined.retain(|user| there.contains(&user.channel_user_id)),
            Combine::Not => joined.retain(|user| !there.contains(&user.channel_user_id)),
            Combine::Or => {
                let new = |user: &User| !here.contains(&user.channel_user_id);
                joined.extend(found.into_iter().filter(new));
            }
        }
        joined
    }
}

/// One question to the platform: everybody whose attribute has exactly this value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Attribute name, without space at its ends.
    pub attribute: String,
    /// The value, exactly.
    pub value: String,
}

impl Wanted {
    /// Reads `NAME=VALUE`; only the first `=` separates, and space belongs to the value.
    pub fn read(text: &str) -> Option<Self> {
        let (attribute, value) = text.split_once('=')?;
        let attribute = attribute.trim();
        (!attribute.is_empty()).then(|| Self {
            attribute: attribute.to_owned(),
            value: value.to_owned(),
        })
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.attribute, self.value)
    }
}

/// A whole search: questions that are asked one after the other and joined in that order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    first: Wanted,
    further: Vec<(Combine, Wanted)>,
}

impl Search {
    /// A search of one question.
    pub fn of(first: Wanted) -> Self {
        Self {
            first,
            further: Vec::new(),
        }
    }

    /// The search with one more question.
    pub fn then(&mut self, combine: Combine, wanted: Wanted) {
        if combine == Combine::Replace {
            *self = Self::of(wanted);
        } else {
            self.further.push((combine, wanted));
        }
    }

    /// Every question in its order, the first one replacing what was there.
    pub fn steps(&self) -> impl Iterator<Item = (Combine, &Wanted)> {
        let further = self.further.iter();
        let further = further.map(|(combine, wanted)| (*combine, wanted));
        std::iter::once((Combine::Replace, &self.first)).chain(further)
    }

    /// The question asked last.
    pub fn last(&self) -> &Wanted {
        self.further
            .last()
            .map_or(&self.first, |(_, wanted)| wanted)
    }

    /// Whether several questions are joined.
    pub fn is_joined(&self) -> bool {
        !self.further.is_empty()
    }

    /// As it is kept: a line for each question. Values may hold any word, so that one line for all
    /// could be read in two ways.
    pub fn to_text(&self) -> String {
        let mut text = self.first.to_string();
        for (combine, wanted) in &self.further {
            text.push_str(&format!("\n{} {wanted}", combine.command()));
        }
        text
    }

    /// Reads what [`Search::to_text`] wrote.
    pub fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let mut search = Self::of(Wanted::read(lines.next()?)?);
        for line in lines {
            let (word, rest) = line.split_once(' ')?;
            let joins = [Combine::And, Combine::Or, Combine::Not];
            let combine = joins.into_iter().find(|one| one.command() == word)?;
            search.further.push((combine, Wanted::read(rest)?));
        }
        Some(search)
    }
}

impl fmt::Display for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        for (combine, wanted) in &self.further {
            write!(f, " {} {wanted}", combine.command())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Combine, Search, Wanted};
    use crate::domain::User;

    fn search() -> Search {
        let mut search = Search::of(Wanted::read(" city =London").unwrap());
        search.then(Combine::And, Wanted::read("note=a=b and c=d").unwrap());
        search.then(Combine::Not, Wanted::read("tier=").unwrap());
        search
    }

    #[test]
    fn a_search_is_kept_and_read_again_whatever_its_values_hold() {
        let kept = search().to_text();
        assert_eq!(kept, "city=London\nand note=a=b and c=d\nnot tier=");
        assert_eq!(Search::read(&kept), Some(search()));
        assert_eq!(
            search().to_string(),
            "city=London and note=a=b and c=d not tier="
        );
        assert!(search().is_joined());
        for wrong in [
            "",
            "city",
            "=London",
            "city=London\ntier=gold",
            "a=b\nxor c=d",
        ] {
            assert_eq!(Search::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn everybody_is_there_once_in_every_join() {
        let users = |ids: &[&str]| ids.iter().map(|id| User::unknown(id)).collect::<Vec<_>>();
        let joined = |combine: Combine| {
            let people = combine.join(users(&["a", "b", "c"]), users(&["d", "b"]));
            let ids = people.into_iter().map(|user| user.channel_user_id);
            ids.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(joined(Combine::Replace), "d b");
        assert_eq!(joined(Combine::And), "b");
        assert_eq!(joined(Combine::Or), "a b c d");
        assert_eq!(joined(Combine::Not), "a c");
    }
}
