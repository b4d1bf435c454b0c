//! The people of the open batch: which are listed, and the part of the list that is in memory.

use crate::contract::Remote;
use crate::domain::{BatchId, Item, RowFilter, RowPage, RowWindow};
use crate::widgets::{TextField, WindowedList};

/// Rows before the first visible one that are read along, for going up.
const BEFORE: usize = 100;

/// The list of a batch's people.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct People {
    /// Which of them.
    pub filter: RowFilter,
    /// What a number or name is looked for by.
    pub find: TextField,
    /// Whether keys go into that field.
    pub typing: bool,
    /// The part that was read last, and whose it is.
    pub page: Remote<(BatchId, RowPage)>,
    /// Cursor and window over the whole list.
    pub list: WindowedList,
    sought: String,
}

impl People {
    /// Another batch is opened: everybody from the start.
    pub fn begin(&mut self) {
        *self = Self::default();
    }

    /// Rows of the whole list, as far as known.
    pub fn rows(&self) -> usize {
        let page = self.page.value();
        page.map_or(0, |(_, page)| {
            usize::try_from(page.total).unwrap_or(usize::MAX)
        })
    }

    /// A row of the list, if it is in memory.
    pub fn row(&self, at: usize) -> Option<&Item> {
        let (_, page) = self.page.value()?;
        let offset = usize::try_from(page.window.offset).ok()?;
        page.items.get(at.checked_sub(offset)?)
    }

    /// The row under the cursor.
    pub fn selected(&self) -> Option<&Item> {
        self.row(self.list.selected)
    }

    /// The part to read for what is visible.
    pub fn window(&self) -> RowWindow {
        RowWindow {
            filter: self.filter,
            find: self.sought.clone(),
            offset: self.list.offset.saturating_sub(BEFORE) as u64,
        }
    }

    /// Whether something visible is not in memory.
    pub fn lacks_rows(&self, height: usize) -> bool {
        let visible = self.list.visible(self.rows(), height);
        !visible.is_empty()
            && (self.row(visible.start).is_none() || self.row(visible.end - 1).is_none())
    }

    /// Lists others, from their start.
    pub fn choose(&mut self, filter: RowFilter) {
        self.filter = filter;
        self.list.first();
    }

    /// Looks for what is typed, from the start.
    pub fn seek(&mut self) {
        self.typing = false;
        self.find.text().trim().clone_into(&mut self.sought);
        self.list.first();
    }

    /// What is looked for; empty if nothing.
    pub fn sought(&self) -> &str {
        &self.sought
    }
}
