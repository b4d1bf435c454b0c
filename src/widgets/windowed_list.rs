//! Where a long list stands: the selected row and the first row on the screen. It never holds or
//! walks the rows, so a list of any length costs the same.

use std::ops::Range;

/// How long the list is and how much of it the screen can show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Rows of the whole list.
    pub len: usize,
    /// Rows that fit on the screen.
    pub viewport: usize,
}

/// The position in a list. After any call the selected row is in the list (0 in an empty one) and
/// on the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WindowedList {
    selected: usize,
    offset: usize,
}

impl WindowedList {
    /// The selected row, from 0.
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// The first row on the screen, from 0.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The rows on the screen, never more than there are.
    pub fn visible(&self, bounds: Bounds) -> Range<usize> {
        let mut fitted = *self;
        fitted.clamp(bounds);
        fitted.offset..bounds.len.min(fitted.offset + bounds.viewport)
    }

    /// One row down.
    pub fn next(&mut self, bounds: Bounds) {
        self.down(1, bounds);
    }

    /// One row up.
    pub fn previous(&mut self, bounds: Bounds) {
        self.up(1, bounds);
    }

    /// A page down; one row of the old page stays in view.
    pub fn page_down(&mut self, bounds: Bounds) {
        self.down(page(bounds), bounds);
    }

    /// A page up; one row of the old page stays in view.
    pub fn page_up(&mut self, bounds: Bounds) {
        self.up(page(bounds), bounds);
    }

    /// Half a page down.
    pub fn half_page_down(&mut self, bounds: Bounds) {
        self.down((bounds.viewport / 2).max(1), bounds);
    }

    /// Half a page up.
    pub fn half_page_up(&mut self, bounds: Bounds) {
        self.up((bounds.viewport / 2).max(1), bounds);
    }

    /// The first row.
    pub fn first(&mut self, bounds: Bounds) {
        self.select(0, bounds);
    }

    /// The last row.
    pub fn last(&mut self, bounds: Bounds) {
        self.select(usize::MAX, bounds);
    }

    /// This row, or the last one when the list is shorter.
    pub fn select(&mut self, row: usize, bounds: Bounds) {
        self.selected = row;
        self.clamp(bounds);
    }

    /// So many rows down.
    pub fn down(&mut self, rows: usize, bounds: Bounds) {
        self.select(self.selected.saturating_add(rows), bounds);
    }

    /// So many rows up.
    pub fn up(&mut self, rows: usize, bounds: Bounds) {
        self.select(self.selected.saturating_sub(rows), bounds);
    }

    /// Moves the window (a turn of the mouse wheel); the selection follows only when it would
    /// leave the screen.
    pub fn scroll(&mut self, rows: isize, bounds: Bounds) {
        let farthest = bounds.len.saturating_sub(bounds.viewport);
        self.offset = self.offset.saturating_add_signed(rows).min(farthest);
        let bottom = (self.offset + bounds.viewport.max(1)).saturating_sub(1);
        self.selected = self.selected.clamp(self.offset, bottom.max(self.offset));
        self.clamp(bounds);
    }

    /// Fits the position to a list or a screen that changed its size.
    pub fn clamp(&mut self, bounds: Bounds) {
        self.selected = self.selected.min(bounds.len.saturating_sub(1));
        let viewport = bounds.viewport.max(1);
        let lowest = (self.selected + 1).saturating_sub(viewport);
        // No empty rows below the list while rows above it are hidden.
        let farthest = bounds.len.saturating_sub(viewport);
        self.offset = self.offset.min(farthest).clamp(lowest, self.selected);
    }
}

fn page(bounds: Bounds) -> usize {
    bounds.viewport.saturating_sub(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEN_OF_100: Bounds = Bounds {
        len: 100,
        viewport: 10,
    };

    #[test]
    fn the_window_follows_the_selection() {
        let mut list = WindowedList::default();
        list.down(9, TEN_OF_100);
        assert_eq!(list.visible(TEN_OF_100), 0..10);
        list.next(TEN_OF_100);
        assert_eq!((list.selected(), list.visible(TEN_OF_100)), (10, 1..11));
        list.last(TEN_OF_100);
        assert_eq!((list.selected(), list.visible(TEN_OF_100)), (99, 90..100));
        list.page_up(TEN_OF_100);
        assert_eq!((list.selected(), list.visible(TEN_OF_100)), (90, 90..100));
        list.half_page_up(TEN_OF_100);
        assert_eq!((list.selected(), list.visible(TEN_OF_100)), (85, 85..95));
        list.first(TEN_OF_100);
        assert_eq!((list.selected(), list.offset()), (0, 0));
    }

    #[test]
    fn the_wheel_moves_the_window_and_drags_the_selection() {
        let mut list = WindowedList::default();
        list.scroll(3, TEN_OF_100);
        assert_eq!((list.selected(), list.offset()), (3, 3));
        list.select(8, TEN_OF_100);
        list.scroll(3, TEN_OF_100);
        assert_eq!((list.selected(), list.offset()), (8, 6));
        list.scroll(-100, TEN_OF_100);
        assert_eq!((list.selected(), list.offset()), (8, 0));
    }

    #[test]
    fn an_empty_list_and_no_screen_are_fine() {
        let mut list = WindowedList::default();
        for bounds in [
            Bounds::default(),
            Bounds {
                len: 5,
                viewport: 0,
            },
        ] {
            list.last(bounds);
            list.page_down(bounds);
            list.scroll(-1, bounds);
            assert!(list.visible(bounds).is_empty());
        }
    }

    proptest! {
        #[test]
        fn selection_stays_in_list_and_view(
            steps in prop::collection::vec((0_u8..10, 0_usize..120, 0_usize..=120), 0..30),
        ) {
            let mut list = WindowedList::default();
            for (step, len, viewport) in steps {
                let bounds = Bounds { len, viewport };
                match step {
                    0 => list.next(bounds),
                    1 => list.previous(bounds),
                    2 => list.page_down(bounds),
                    3 => list.page_up(bounds),
                    4 => list.last(bounds),
                    5 => list.first(bounds),
                    6 => list.scroll(7, bounds),
                    7 => list.scroll(-7, bounds),
                    8 => list.half_page_down(bounds),
                    _ => list.clamp(bounds),
                }
                let seen = list.visible(bounds);
                prop_assert!(list.selected() < len.max(1));
                prop_assert_eq!(seen.len(), len.min(viewport));
                prop_assert!(seen.is_empty() || seen.contains(&list.selected()));
            }
        }
    }
}
