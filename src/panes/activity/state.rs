//! What the Activity pane remembers.

use crate::contract::{CallOutcome, CallRecord};
use crate::widgets::WindowedList;
use std::collections::VecDeque;

/// Records kept at most; the oldest leave first.
const KEPT: usize = 2000;

/// The Activity pane.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// Newest first.
    pub records: VecDeque<CallRecord>,
    /// Calls since the start, also those that are no longer kept.
    pub total: usize,
    /// Errors since the start.
    pub errors: usize,
    /// Cursor and window.
    pub list: WindowedList,
}

impl State {
    /// Adds a record; somebody who reads further down keeps their place.
    pub fn add(&mut self, record: CallRecord) {
        self.total += 1;
        let bad = matches!(
            record.outcome,
            CallOutcome::Failed | CallOutcome::Rejected | CallOutcome::Unknown
        );
        self.errors += usize::from(bad);
        self.records.push_front(record);
        self.records.truncate(KEPT);
        if self.list.selected > 0 {
            self.list.selected += 1;
            self.list.offset += 1;
        }
    }

    /// The record under the cursor.
    pub fn selected(&self) -> Option<&CallRecord> {
        self.records.get(self.list.selected)
    }
}
