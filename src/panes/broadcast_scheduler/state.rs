//! What the Broadcasts pane remembers.

use super::groups::{Group, Row, rows};
use super::people::People;
use super::pulse::Pulses;
use crate::contract::Meter;
use crate::domain::{Batch, BatchDetail, BatchId, BatchState};
use crate::widgets::WindowedList;
use jiff::Timestamp;

/// The Broadcasts pane.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// Every batch, in the order they became known.
    pub batches: Vec<Batch>,
    /// The rows of the list.
    pub rows: Vec<Row>,
    /// Cursor and window over `rows`; the cursor is never on a divider.
    pub list: WindowedList,
    /// Whether the record has been read.
    pub loaded: bool,
    /// What else is known of the batch under the cursor.
    pub detail: Option<Box<BatchDetail>>,
    /// The batch, and the change of it, that the detail was asked for last.
    pub asked: Option<(BatchId, u64)>,
    /// How fast batches go.
    pub pulses: Pulses,
    /// The people of the batch whose detail is open.
    pub people: People,
    /// Whether the detail stands in place of the list.
    pub detail_open: bool,
    /// How much of a day's limits is used.
    pub meter: Meter,
    /// When that was asked for last, and after how many changes of batches.
    pub meter_asked: Option<(Timestamp, u64)>,
    /// Sentences about what a crash left behind.
    pub recovered: Vec<String>,
}

impl State {
    /// All batches were read from the record.
    pub fn load(&mut self, batches: Vec<Batch>) {
        let newest = |batch: Batch| self.newer_than(&batch).cloned().unwrap_or(batch);
        self.batches = batches.into_iter().map(newest).collect();
        self.loaded = true;
        self.arrange();
    }

    /// What is known of the batch, if it is newer than this picture of it: the sender and the
    /// answers to commands speak through different doors, and may overtake each other.
    pub fn newer_than(&self, batch: &Batch) -> Option<&Batch> {
        let known = self.batches.iter().find(|known| known.id == batch.id);
        known.filter(|known| known.revision > batch.revision)
    }

    /// A batch is new or changed. A picture of it that came late changes nothing.
    pub fn change(&mut self, batch: Batch, now: Timestamp) {
        if self.newer_than(&batch).is_some() {
            return;
        }
        let before = self.batches.iter().find(|known| known.id == batch.id);
        self.pulses.moved(before, &batch, now);
        match self.batches.iter_mut().find(|known| known.id == batch.id) {
            Some(known) => *known = batch,
            None => self.batches.push(batch),
        }
        self.arrange();
    }

    /// Orders the rows anew; the cursor stays on its batch.
    fn arrange(&mut self) {
        let selected = self.selected().map(|batch| batch.id);
        self.rows = rows(&self.batches);
        let at = self.rows.iter().position(|row| match row {
            Row::Batch(index) => {
                selected.is_some() && self.batches.get(*index).map(|batch| batch.id) == selected
            }
            Row::Divider(..) => false,
        });
        self.list.selected = at.unwrap_or_else(|| self.first_batch());
    }

    fn first_batch(&self) -> usize {
        self.rows
            .iter()
            .position(|row| matches!(row, Row::Batch(_)))
            .unwrap_or(0)
    }

    /// The batch under the cursor.
    pub fn selected(&self) -> Option<&Batch> {
        match self.rows.get(self.list.selected)? {
            Row::Batch(index) => self.batches.get(*index),
            Row::Divider(..) => None,
        }
    }

    /// What is known of the batch under the cursor besides its counts, if it was read.
    pub fn detail_of_selected(&self) -> Option<&BatchDetail> {
        let batch = self.selected()?.id;
        self.detail
            .as_deref()
            .filter(|detail| detail.batch == batch)
    }

    /// Rows of the list that stay in view wherever the cursor is: those of the batches that need
    /// a person, as far as they leave some rows to move in.
    pub fn pinned(&self, height: usize) -> usize {
        /// Rows that are left for the others.
        const LEFT: usize = 3;
        let needing = self.rows.iter().take_while(|row| match row {
            Row::Divider(group, _) => *group == Group::NeedsYou,
            Row::Batch(index) => {
                let batch = self.batches.get(*index);
                batch.is_some_and(|batch| Group::of(batch) == Group::NeedsYou)
            }
        });
        needing.count().min(height.saturating_sub(LEFT))
    }

    /// The rows to draw in so many lines, pinned ones first.
    pub fn visible(&self, height: usize) -> Vec<usize> {
        let pinned = self.pinned(height);
        let mut below = self.list;
        below.selected = below.selected.saturating_sub(pinned);
        below.offset = below.offset.saturating_sub(pinned);
        let rest = below.visible(self.rows.len() - pinned, height - pinned);
        (0..pinned).chain(rest.map(|row| row + pinned)).collect()
    }

    /// Moves the cursor by batches, over dividers.
    pub fn step(&mut self, steps: isize, height: usize) {
        let batches: Vec<usize> = (0..self.rows.len())
            .filter(|index| matches!(self.rows.get(*index), Some(Row::Batch(_))))
            .collect();
        let at = batches
            .iter()
            .position(|row| *row == self.list.selected)
            .unwrap_or(0);
        let at = at
            .saturating_add_signed(steps)
            .min(batches.len().saturating_sub(1));
        if let Some(row) = batches.get(at) {
            let pinned = self.pinned(height);
            let mut below = self.list;
            below.offset = below.offset.saturating_sub(pinned);
            let rows = self.rows.len().saturating_sub(pinned);
            below.select(
                row.saturating_sub(pinned),
                rows,
                height.saturating_sub(pinned),
            );
            // The divider above the first batch stays in view with it.
            if at == 0 {
                below.offset = 0;
            }
            self.list.selected = *row;
            self.list.offset = below.offset + pinned;
        }
    }

    /// How many changes of batches are known.
    pub fn changes(&self) -> u64 {
        self.batches.iter().map(|batch| batch.revision + 1).sum()
    }

    /// Recipients whose outcome is unknown, over all batches.
    pub fn unknown(&self) -> u64 {
        self.batches.iter().map(|batch| batch.counts.unknown).sum()
    }

    /// How many batches need a person.
    pub fn needing(&self) -> usize {
        self.batches
            .iter()
            .filter(|batch| Group::of(batch) == Group::NeedsYou)
            .count()
    }

    /// Batches that are kept here until their time.
    pub fn waiting(&self) -> impl Iterator<Item = &Batch> {
        let waits = |batch: &&Batch| batch.state == BatchState::Scheduled;
        self.batches.iter().filter(waits)
    }

    /// Batches that are being sent or about to be.
    pub fn active(&self) -> impl Iterator<Item = &Batch> {
        self.batches.iter().filter(|batch| {
            matches!(
                batch.state,
                BatchState::Ready | BatchState::Armed | BatchState::Running | BatchState::Draining
            )
        })
    }
}
