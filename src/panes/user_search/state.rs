//! What the Users pane remembers.

use super::rows::UserRow;
use crate::contract::Remote;
use crate::domain::User;
use crate::widgets::{TextField, WindowedList};
use jiff::Timestamp;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use std::collections::{BTreeMap, BTreeSet};

/// Whether the search line takes the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Typing {
    /// Keys move in the list.
    #[default]
    No,
    /// Keys go into the search line.
    InSearch,
}

/// How people found join those in the list. The platform knows one attribute at a time, so sets
/// are combined here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Combine {
    /// They take its place.
    #[default]
    Replace,
    /// Only who is in both stays.
    And,
    /// Everybody of both.
    Or,
    /// Who was found leaves the list.
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
}

/// The Users pane.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// `NAME=VALUE` to ask the platform, anything else to filter the list.
    pub search: TextField,
    /// Who has the keys.
    pub typing: Typing,
    /// The last question to the platform.
    pub query: Option<(String, String)>,
    /// How the answer that is waited for joins the list.
    combine: Combine,
    /// The whole question in words, when sets were combined.
    pub question: Option<String>,
    /// The people found.
    pub users: Remote<Vec<UserRow>>,
    /// Indices of the rows that pass the filter, best first; all of them without a filter.
    pub shown: Vec<usize>,
    /// The filter in force, empty for none.
    pub filter: String,
    /// Cursor and window over `shown`.
    pub list: WindowedList,
    /// Channel user ids of marked people; they outlive a new search.
    pub marked: BTreeSet<String>,
    /// People of the list who opted out, and since when.
    pub opted_out: BTreeMap<String, Timestamp>,
    /// Names of the marked people, for the composer.
    pub marked_users: Vec<User>,
    /// Attribute names used before, last first, each with its last value.
    pub history: Vec<(String, String)>,
    /// Which entry of the history the search line shows.
    pub history_at: Option<usize>,
}

impl State {
    /// The rows known, also while loading or after a failure.
    pub fn rows(&self) -> &[UserRow] {
        self.users.value().map_or(&[], Vec::as_slice)
    }

    /// The row under the cursor.
    pub fn selected(&self) -> Option<&UserRow> {
        self.rows().get(*self.shown.get(self.list.selected)?)
    }

    /// A question to the platform begins: it is the one shown, and the history knows it.
    pub fn ask(&mut self, (attribute, value): (&str, &str), combine: Combine, now: Timestamp) {
        self.combine = combine;
        let query = (attribute.to_owned(), value.to_owned());
        self.filter.clear();
        self.question = self.question_with(attribute, value);
        self.search.set_text(&format!("{attribute}={value}"));
        self.history.retain(|(name, _)| name != attribute);
        self.history.insert(0, query.clone());
        self.query = Some(query);
        self.users.start(now);
    }

    fn question_with(&self, attribute: &str, value: &str) -> Option<String> {
        if self.combine == Combine::Replace {
            return None;
        }
        let word = self.combine.command();
        let before = self.question.clone().or_else(|| {
            let (name, value) = self.query.as_ref()?;
            Some(format!("{name}={value}"))
        });
        Some(format!(
            "{} {word} {attribute}={value}",
            before.unwrap_or_default()
        ))
    }

    /// The people of the list and those found, as asked.
    fn joined(&mut self, found: Vec<User>) -> Vec<User> {
        let combine = std::mem::take(&mut self.combine);
        if combine == Combine::Replace {
            return found;
        }
        let ids = |users: &[User]| -> BTreeSet<String> {
            let ids = users.iter().map(|user| user.channel_user_id.clone());
            ids.collect()
        };
        let known: Vec<User> = self.rows().iter().map(|row| row.user.clone()).collect();
        let (here, there) = (ids(&known), ids(&found));
        let stays = |user: &User| match combine {
            Combine::Replace | Combine::Or => true,
            Combine::And => there.contains(&user.channel_user_id),
            Combine::Not => !there.contains(&user.channel_user_id),
        };
        let added = found
            .into_iter()
            .filter(|user| combine == Combine::Or && !here.contains(&user.channel_user_id));
        known
            .iter()
            .filter(|user| stays(user))
            .cloned()
            .chain(added)
            .collect()
    }

    /// People arrived for the last question.
    pub fn arrive(&mut self, users: Vec<User>, now: Timestamp) {
        let attribute = self
            .query
            .as_ref()
            .map_or("", |(name, _)| name.as_str())
            .to_owned();
        let kept = self.selected().map(|row| row.key().to_owned());
        let rows = self
            .joined(users)
            .into_iter()
            .map(|user| UserRow::new(user, &attribute))
            .collect();
        self.users.succeed(rows, now);
        self.apply_filter();
        // A refresh must not move the cursor to somebody else.
        let at = kept.and_then(|id| {
            self.shown
                .iter()
                .position(|index| self.rows().get(*index).is_some_and(|r| r.key() == id))
        });
        self.list = WindowedList {
            selected: at.unwrap_or(0),
            offset: self.list.offset,
        };
    }

    /// Filters the rows anew; best matches first.
    pub fn apply_filter(&mut self) {
        let rows = self.users.value().map_or(&[][..], Vec::as_slice);
        if self.filter.is_empty() {
            self.shown = (0..rows.len()).collect();
            return;
        }
        let mut matcher = Matcher::new(Config::DEFAULT);
        let pattern = Pattern::parse(&self.filter, CaseMatching::Ignore, Normalization::Smart);
        let mut buffer = Vec::new();
        let mut scored: Vec<(u32, usize)> = rows
            .iter()
            .enumerate()
            .filter_map(|(index, row)| {
                let haystack = Utf32Str::new(&row.haystack, &mut buffer);
                Some((pattern.score(haystack, &mut matcher)?, index))
            })
            .collect();
        scored.sort_by(|left, right| right.0.cmp(&left.0).then(left.1.cmp(&right.1)));
        self.shown = scored.into_iter().map(|(_, index)| index).collect();
    }

    /// Marks or unmarks the person under the cursor.
    pub fn toggle_mark(&mut self) {
        let Some(user) = self.selected().map(|row| row.user.clone()) else {
            return;
        };
        let id = user.channel_user_id.clone();
        if self.marked.remove(&id) {
            self.marked_users
                .retain(|marked| marked.channel_user_id != id);
        } else {
            self.marked.insert(id);
            self.marked_users.push(user);
        }
    }
}
