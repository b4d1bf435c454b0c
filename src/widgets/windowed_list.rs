//! A cursor in a long list and the window around it. Never looks at the rows themselves, so a
//! list of a million costs what a list of ten costs.

use std::ops::Range;

/// Cursor and first visible row of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WindowedList {
    /// The row under the cursor.
    pub selected: usize,
    /// The first visible row.
    pub offset: usize,
}

impl WindowedList {
    /// Moves the cursor by `steps` rows, stopping at both ends.
    pub fn move_by(&mut self, steps: isize, len: usize, height: usize) {
        self.selected = self.selected.saturating_add_signed(steps);
        self.clamp(len, height);
    }

    /// Puts the cursor on a row.
    pub fn select(&mut self, row: usize, len: usize, height: usize) {
        self.selected = row;
        self.clamp(len, height);
    }

    /// Puts the cursor on the first row.
    pub fn first(&mut self) {
        *self = Self::default();
    }

    /// Puts the cursor on the last row.
    pub fn last(&mut self, len: usize, height: usize) {
        self.select(len.saturating_sub(1), len, height);
    }

    /// Makes cursor and window right for a list of `len` rows in a window of `height`.
    pub fn clamp(&mut self, len: usize, height: usize) {
        self.selected = self.selected.min(len.saturating_sub(1));
        self.offset = self
            .offset
            .min(len.saturating_sub(height.max(1)))
            .min(self.selected);
        if height > 0 && self.selected >= self.offset + height {
            self.offset = self.selected + 1 - height;
        }
    }

    /// The rows to draw.
    pub fn visible(&self, len: usize, height: usize) -> Range<usize> {
        let mut window = *self;
        window.clamp(len, height);
        window.offset..(window.offset + height).min(len)
    }
}

#[cfg(test)]
mod tests {
    use super::WindowedList;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_cursor_is_always_in_the_list_and_in_the_window(
            moves in proptest::collection::vec((-50isize..50, 0usize..60, 0usize..20), 1..30),
        ) {
            let mut list = WindowedList::default();
            for (steps, len, height) in moves {
                list.move_by(steps, len, height);
                let visible = list.visible(len, height);
                prop_assert!(visible.end <= len);
                if len > 0 {
                    prop_assert!(list.selected < len);
                    if height > 0 {
                        prop_assert!(visible.contains(&list.selected));
                        prop_assert_eq!(visible.len(), height.min(len));
                    }
                }
            }
        }
    }
}
