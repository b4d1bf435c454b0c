//! The unknown results: a list, what is known of the one under the cursor, and what a person can
//! do. A key here only asks; what is decided is typed in a question of its own.

mod act;
mod detail;
mod view;

pub use act::{Wish, act};
pub use detail::page_lines;
pub use view::{draw, list_height};

use super::decision::Decision;
use crate::contract::UnknownItem;
use crate::domain::{BatchId, ItemId};
use crate::widgets::WindowedList;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Cells of a person in a title or a sentence.
const NAME: usize = 40;

/// A row: the result and the person's name, clean, where somebody here knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The result with its evidence.
    pub unknown: UnknownItem,
    /// Clean name of the person.
    pub name: Option<String>,
}

/// The list of unknown results.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Which batch is shown; `None` for all.
    pub only: Option<BatchId>,
    /// What is shown, the newest batch first; `None` until the record was read.
    pub rows: Option<Vec<Row>>,
    /// Cursor and window.
    pub list: WindowedList,
    /// What is marked, to be decided together.
    pub marked: BTreeSet<ItemId>,
    /// Whose conversations are being looked at: the person in words, because a result that is
    /// proven is gone from the list before its answer comes.
    pub looking: BTreeMap<ItemId, String>,
    /// What keeps early keys and pastes away.
    pub decision: Decision,
    /// Whether real customers are meant.
    pub guarded: bool,
}

impl State {
    /// The list before the record was read.
    pub fn new(only: Option<BatchId>, opened: Timestamp, guarded: bool) -> Self {
        Self {
            only,
            rows: None,
            list: WindowedList::default(),
            marked: BTreeSet::new(),
            looking: BTreeMap::new(),
            decision: Decision::new(opened),
            guarded,
        }
    }

    /// The rows, as far as they are known.
    pub fn rows(&self) -> &[Row] {
        self.rows.as_deref().unwrap_or_default()
    }

    /// Takes in what the record says now; the cursor stays on its result, or where it was.
    pub fn load(&mut self, rows: Vec<Row>, from: Option<BatchId>) {
        let under = self.selected().map(|row| row.unknown.item.id);
        let position = |wanted: &dyn Fn(&Row) -> bool| rows.iter().position(wanted);
        let at = match under {
            Some(id) => position(&|row| row.unknown.item.id == id),
            None => from.and_then(|batch| position(&|row| row.unknown.item.batch == batch)),
        };
        let last = rows.len().saturating_sub(1);
        self.list.selected = at.unwrap_or(self.list.selected).min(last);
        let known: BTreeSet<ItemId> = rows.iter().map(|row| row.unknown.item.id).collect();
        self.marked.retain(|id| known.contains(id));
        self.rows = Some(rows);
    }

    /// The row under the cursor.
    pub fn selected(&self) -> Option<&Row> {
        self.rows().get(self.list.selected)
    }

    /// What a decision is about: everything marked, else the row under the cursor.
    pub fn chosen(&self) -> Vec<&Row> {
        if self.marked.is_empty() {
            return self.selected().into_iter().collect();
        }
        let marked = |row: &&Row| self.marked.contains(&row.unknown.item.id);
        self.rows().iter().filter(marked).collect()
    }

    /// How many people the rows are about.
    pub fn people(&self) -> u64 {
        self.rows().iter().map(|row| row.unknown.people()).sum()
    }
}

/// Who a result is about, in a few words.
pub fn person_of(row: &Row) -> String {
    detail::person(row, NAME)
}

/// When the last of several may still show up, if that is not over yet.
pub fn too_early(chosen: &[&Row], now: Timestamp) -> Option<Timestamp> {
    if chosen.len() < 2 {
        return None;
    }
    let latest = chosen.iter().map(|row| row.unknown.wait_until).max();
    latest.filter(|until| now < *until)
}
