//! What the Users pane remembers.

use super::rows::UserRow;
use crate::contract::Remote;
use crate::domain::User;
use crate::widgets::{TextField, WindowedList};
use jiff::Timestamp;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use std::collections::BTreeSet;

/// Whether the search line takes the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Typing {
    /// Keys move in the list.
    #[default]
    No,
    /// Keys go into the search line.
    InSearch,
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
    pub fn ask(&mut self, attribute: &str, value: &str, now: Timestamp) {
        let query = (attribute.to_owned(), value.to_owned());
        self.filter.clear();
        self.search.set_text(&format!("{attribute}={value}"));
        self.history.retain(|(name, _)| name != attribute);
        self.history.insert(0, query.clone());
        self.query = Some(query);
        self.users.start(now);
    }

    /// People arrived for the last question.
    pub fn arrive(&mut self, users: Vec<User>, now: Timestamp) {
        let attribute = self
            .query
            .as_ref()
            .map_or("", |(name, _)| name.as_str())
            .to_owned();
        let kept = self.selected().map(|row| row.key().to_owned());
        let rows = users
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
