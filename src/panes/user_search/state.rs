//! What the Users pane remembers.

use super::rows::UserRow;
use crate::contract::Remote;
use crate::domain::{Combine, Search, User, Wanted};
use crate::widgets::{TextField, WindowedList};
use jiff::Timestamp;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;

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
    /// What the people of the list were looked for by.
    pub asked: Option<Search>,
    /// The same of the list before, for somebody who gives up waiting.
    asked_before: Option<Search>,
    /// The questions of the search that are not answered yet, the next one first.
    steps: VecDeque<(Combine, Wanted)>,
    /// Who was found by those that are. Nobody of a search is shown before it is answered as a
    /// whole: a part of its people are other people.
    gathered: Vec<User>,
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
    /// The marked people in the order of marking, for the composer.
    pub marked_users: Vec<User>,
    /// Where the range of rows begins that reaches to the cursor, in `shown`.
    pub range_from: Option<usize>,
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

    /// One more question: alone, or joined with what is in the list. Gives what to ask now.
    pub fn ask(&mut self, wanted: Wanted, combine: Combine, now: Timestamp) -> Option<Wanted> {
        let Some(mut search) = self.asked.clone().filter(|_| combine != Combine::Replace) else {
            return self.ask_all(Search::of(wanted), now);
        };
        search.then(combine, wanted.clone());
        // A list that is not what its search says cannot be joined with anything.
        let Remote::Ready { value, .. } = &self.users else {
            return self.ask_all(search, now);
        };
        let gathered = value.iter().map(|row| row.user.clone()).collect();
        self.begin(search, now);
        self.gathered = gathered;
        self.steps = VecDeque::from([(combine, wanted)]);
        self.waited_for()
    }

    /// A whole search, from its first question on. Gives what to ask now.
    pub fn ask_all(&mut self, search: Search, now: Timestamp) -> Option<Wanted> {
        let steps = search.steps();
        let steps = steps.map(|(combine, wanted)| (combine, wanted.clone()));
        let steps: VecDeque<_> = steps.collect();
        self.begin(search, now);
        self.gathered.clear();
        self.steps = steps;
        self.waited_for()
    }

    fn begin(&mut self, search: Search, now: Timestamp) {
        if self.users.loading_since().is_none() && self.users.error().is_none() {
            self.asked_before = self.asked.take();
        }
        self.filter.clear();
        self.search.set_text(&search.last().to_string());
        for (_, wanted) in search.steps() {
            self.history.retain(|(name, _)| *name != wanted.attribute);
            let used = (wanted.attribute.clone(), wanted.value.clone());
            self.history.insert(0, used);
        }
        self.asked = Some(search);
        self.users.start(now);
    }

    /// The question that is on its way to the platform.
    pub fn waited_for(&self) -> Option<Wanted> {
        self.steps.front().map(|(_, wanted)| wanted.clone())
    }

    /// Nobody waits any more: the list is again what it was, and so is what it says it is.
    pub fn give_up(&mut self) {
        self.users.give_up();
        self.steps.clear();
        self.gathered.clear();
        if self.users.value().is_some() {
            self.asked = self.asked_before.take();
            self.search.set_text(&self.asked_text());
        }
    }

    /// The last question as it is typed.
    pub fn asked_text(&self) -> String {
        let asked = self.asked.as_ref();
        asked.map_or_else(String::new, |search| search.last().to_string())
    }

    /// People arrived for the question that was asked last. Gives what to ask next, if the search
    /// is not answered as a whole.
    pub fn arrive(&mut self, users: Vec<User>, now: Timestamp) -> Option<Wanted> {
        let (combine, _) = self.steps.pop_front().unwrap_or_default();
        self.gathered = combine.join(std::mem::take(&mut self.gathered), users);
        let next = self.waited_for();
        if next.is_none() {
            self.show_gathered(now);
        }
        next
    }

    fn show_gathered(&mut self, now: Timestamp) {
        let last = self.asked.as_ref().map(|search| search.last().clone());
        let attribute = last.unwrap_or_default().attribute;
        let kept = self.selected().map(|row| row.key().to_owned());
        let found = std::mem::take(&mut self.gathered).into_iter();
        let rows = found.map(|user| UserRow::new(user, &attribute)).collect();
        self.users.succeed(rows, now);
        self.asked_before = None;
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
        // Other rows lie between its ends now.
        self.range_from = None;
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
        if self.marked.contains(&user.channel_user_id) {
            self.unmark(&BTreeSet::from([user.channel_user_id]));
        } else {
            self.mark(vec![user]);
        }
    }

    /// Marks everybody in the list, as the filter shows it; unmarks them if all of them are marked.
    pub fn toggle_all(&mut self) {
        let all = self.people(0..self.shown.len());
        let ids: BTreeSet<String> = all.iter().map(|one| one.channel_user_id.clone()).collect();
        self.range_from = None;
        if ids.is_subset(&self.marked) {
            self.unmark(&ids);
        } else {
            self.mark(all);
        }
    }

    /// Whether the row at this place of `shown` is in the open range.
    pub fn is_in_range(&self, at: usize) -> bool {
        self.range().is_some_and(|range| range.contains(&at))
    }

    fn range(&self) -> Option<Range<usize>> {
        let (from, at) = (self.range_from?, self.list.selected);
        Some(from.min(at)..from.max(at) + 1)
    }

    /// Marks everybody of the open range and closes it.
    pub fn mark_range(&mut self) {
        if let Some(range) = self.range() {
            let people = self.people(range);
            self.mark(people);
        }
        self.range_from = None;
    }

    /// Takes every mark away, also of people who are not in the list; gives how many there were.
    pub fn clear_marks(&mut self) -> usize {
        self.marked_users.clear();
        std::mem::take(&mut self.marked).len()
    }

    fn people(&self, range: Range<usize>) -> Vec<User> {
        let shown = self.shown.get(range).unwrap_or_default().iter();
        let rows = shown.filter_map(|index| self.rows().get(*index));
        rows.map(|row| row.user.clone()).collect()
    }

    fn mark(&mut self, people: Vec<User>) {
        for user in people {
            if self.marked.insert(user.channel_user_id.clone()) {
                self.marked_users.push(user);
            }
        }
    }

    fn unmark(&mut self, ids: &BTreeSet<String>) {
        self.marked.retain(|id| !ids.contains(id));
        let users = &mut self.marked_users;
        users.retain(|user| !ids.contains(&user.channel_user_id));
    }
}
