//! The last gate before the terminal: whatever a view drew, no cell leaves with a hostile
//! character. It must not be the only gate; text is cleaned where it enters.

use ratatui::buffer::Buffer;

use super::sanitize::{PLACEHOLDER, is_safe_cell};

/// Replaces every cell whose symbol may not reach a terminal by the placeholder and says how
/// many there were. A screen of plain text costs one byte comparison per cell.
pub fn scrub_buffer(buffer: &mut Buffer) -> usize {
    let mut replaced = 0;
    for cell in &mut buffer.content {
        if !is_safe_cell(cell.symbol()) && !cell.symbol().is_empty() {
            cell.set_symbol(PLACEHOLDER);
            replaced += 1;
        }
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;

    #[test]
    fn only_hostile_cells_change() {
        let mut buffer = Buffer::with_lines(["abc 山 ┃"]);
        buffer[(1, 0)].set_symbol("\u{1b}[2J");
        buffer[(2, 0)].set_symbol("c\u{202e}");
        assert_eq!(scrub_buffer(&mut buffer), 2);
        assert_eq!(buffer, Buffer::with_lines(["a·· 山 ┃"]));
        assert_eq!(scrub_buffer(&mut buffer), 0);
    }

    #[test]
    fn an_empty_screen_is_fine() {
        assert_eq!(scrub_buffer(&mut Buffer::empty(Rect::ZERO)), 0);
    }
}
