//! The screen as text: what a person would see, and with which roles.

use alertdesk::app::{State, view};
use alertdesk::keymap::Keymap;
use alertdesk::theme::Theme;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use unicode_width::UnicodeWidthStr;

/// Draws the whole screen.
pub fn draw(state: &State, theme: &Theme, keymap: &Keymap) -> Buffer {
    let (width, height) = state.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    view::view(state, theme, keymap, &mut buffer);
    buffer
}

/// The rows of a picture without the spaces at their ends.
pub fn rows(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let mut row = String::new();
        let mut x = buffer.area.left();
        while x < buffer.area.right() {
            let symbol = buffer[(x, y)].symbol();
            row.push_str(symbol);
            x += u16::try_from(symbol.width().max(1)).unwrap();
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

/// The rows whose cells carry this attribute, each with the stretch that does.
pub fn marked(buffer: &Buffer, modifier: Modifier) -> Vec<String> {
    let has = |cell: &Cell| cell.modifier.contains(modifier);
    (buffer.area.top()..buffer.area.bottom())
        .filter_map(|y| {
            let text: String = (buffer.area.left()..buffer.area.right())
                .filter(|x| has(&buffer[(*x, y)]))
                .map(|x| buffer[(x, y)].symbol())
                .collect();
            (!text.trim().is_empty()).then(|| format!("{y:>3} {}", text.trim_end()))
        })
        .collect()
}

/// One letter per cell for its attributes: `r` reversed, `b` bold, `d` dim, `u` underlined, `.`
/// none of them; rows without any are left out.
pub fn styles(buffer: &Buffer) -> String {
    let letter = |cell: &Cell| {
        let letters = [
            (Modifier::REVERSED, 'r'),
            (Modifier::UNDERLINED, 'u'),
            (Modifier::BOLD, 'b'),
            (Modifier::DIM, 'd'),
        ];
        letters
            .into_iter()
            .find(|(modifier, _)| cell.modifier.contains(*modifier))
            .map_or('.', |(_, letter)| letter)
    };
    let mut text = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let row: String = (buffer.area.left()..buffer.area.right())
            .map(|x| letter(&buffer[(x, y)]))
            .collect();
        if row.contains(['r', 'u', 'b', 'd']) {
            text.push_str(&format!("{y:>3} {}\n", row.trim_end_matches('.')));
        }
    }
    text
}
