//! The scroll thumb on the right edge of a pane. There is none when there is nothing to scroll.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

/// The rows of the thumb within a track of `track` rows, for a list of `len` rows of which
/// `viewport` are shown from `offset` on. It touches an end only when the list does.
pub fn thumb(len: usize, viewport: usize, offset: usize, track: usize) -> Option<Range<usize>> {
    if len <= viewport || viewport == 0 || track == 0 {
        return None;
    }
    let size = (track * viewport / len).clamp(1, track);
    let room = track - size;
    let farthest = len - viewport;
    let offset = offset.min(farthest);
    let start = match (offset, farthest - offset) {
        (0, _) => 0,
        (_, 0) => room,
        (_, _) if room >= 2 => (room * offset / farthest).clamp(1, room - 1),
        (_, _) => room * offset / farthest,
    };
    Some(start..start + size)
}

/// Draws the thumb with `symbol` into the column of cells given (the right edge of the pane,
/// without its corners); the cells beside the thumb stay as they are.
pub fn draw(track: Rect, rows: Range<usize>, symbol: &str, style: Style, buffer: &mut Buffer) {
    let column = track.right().saturating_sub(1);
    for row in rows {
        let Ok(row) = u16::try_from(row) else { return };
        let position = Position::new(column, track.y.saturating_add(row));
        if track.contains(position)
            && let Some(cell) = buffer.cell_mut(position)
        {
            cell.set_symbol(symbol).set_style(style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_thumb_without_something_to_scroll() {
        assert_eq!(thumb(10, 10, 0, 10), None);
        assert_eq!(thumb(10, 0, 0, 0), None);
        assert_eq!(thumb(20, 10, 0, 10), Some(0..5));
        assert_eq!(thumb(20, 10, 10, 10), Some(5..10));
        assert_eq!(thumb(1_000, 10, 1, 10), Some(1..2));
        assert_eq!(thumb(1_000, 10, 989, 10), Some(8..9));
        assert_eq!(thumb(1_000, 10, 990, 10), Some(9..10));
    }

    #[test]
    fn the_thumb_stays_on_its_edge() {
        let mut buffer = Buffer::with_lines(["ab│", "ab│", "ab│"]);
        draw(Rect::new(0, 0, 3, 3), 1..9, "█", Style::new(), &mut buffer);
        assert_eq!(buffer, Buffer::with_lines(["ab│", "ab█", "ab█"]));
        draw(Rect::new(0, 0, 0, 0), 0..9, "█", Style::new(), &mut buffer);
        draw(
            Rect::new(90, 90, 3, 3),
            0..9,
            "█",
            Style::new(),
            &mut buffer,
        );
        assert_eq!(buffer, Buffer::with_lines(["ab│", "ab█", "ab█"]));
    }

    proptest! {
        #[test]
        fn the_thumb_is_on_the_track(len in 0_usize..5000, viewport in 0_usize..=120, offset in 0_usize..6000, track in 0_usize..=120) {
            if let Some(rows) = thumb(len, viewport, offset, track) {
                prop_assert!(!rows.is_empty() && rows.end <= track);
                prop_assert!(len > viewport);
            }
        }
    }
}
