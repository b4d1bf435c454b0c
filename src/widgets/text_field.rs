//! One editable text: a thin layer over `tui-textarea` that knows whether line breaks are allowed.
//!
//! Editing is the library's; drawing is ours, because the text must wrap by grapheme and show in
//! the roles of the theme. Typed text is the person's own and is kept exactly as typed.

use super::painter::Painter;
use crate::text::sanitize;
use crate::text::wrap::wrap_ranges;
use crate::theme::{Glyph, Role};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use tui_textarea::{CursorMove, TextArea};

/// Whether a field takes line breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lines {
    /// One line; pasted line breaks become spaces.
    #[default]
    One,
    /// Line breaks are text.
    Many,
}

/// An editable text with a caret and an undo history.
#[derive(Debug, Clone)]
pub struct TextField {
    area: TextArea<'static>,
    lines: Lines,
}

impl Default for TextField {
    fn default() -> Self {
        Self::new(Lines::One)
    }
}

impl TextField {
    /// An empty field.
    pub fn new(lines: Lines) -> Self {
        Self {
            area: TextArea::default(),
            lines,
        }
    }

    /// A field of one line with text, caret at the end.
    pub fn with_text(text: &str) -> Self {
        let mut field = Self::default();
        field.set_text(text);
        field
    }

    /// Whether the field takes line breaks.
    pub fn lines(&self) -> Lines {
        self.lines
    }

    /// The text, lines joined by `\n`.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// Replaces the text; undo brings the old one back. The caret goes to the end.
    pub fn set_text(&mut self, text: &str) {
        if self.text() == text {
            return;
        }
        self.area.select_all();
        self.area.cut();
        let text = self.admitted(text);
        self.area.insert_str(text);
        self.area.move_cursor(CursorMove::Bottom);
        self.area.move_cursor(CursorMove::End);
    }

    /// A key; says whether the text changed.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let control = key
            .modifiers
            .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        if matches!(key.code, KeyCode::Enter) {
            let many = self.lines == Lines::Many;
            if many {
                self.area.insert_newline();
            }
            return many;
        }
        if let (KeyCode::Char(character), false) = (key.code, control) {
            self.area.insert_char(character);
            return true;
        }
        self.area.input(key)
    }

    /// A paste: text, never keys.
    pub fn paste(&mut self, text: &str) {
        let text = self.admitted(text);
        self.area.insert_str(text);
    }

    /// Takes the last edit back.
    pub fn undo(&mut self) {
        self.area.undo();
    }

    fn admitted(&self, text: &str) -> String {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        match self.lines {
            Lines::Many => text,
            Lines::One => text.replace('\n', " "),
        }
    }

    /// Byte offset of the caret in [`TextField::text`].
    fn caret(&self) -> usize {
        let cursor = self.area.cursor();
        let (row, column) = (cursor.0, cursor.1);
        let lines = self.area.lines();
        let before: usize = lines.iter().take(row).map(|line| line.len() + 1).sum();
        let inside = lines.get(row).map_or(0, |line| {
            line.char_indices()
                .nth(column)
                .map_or(line.len(), |(index, _)| index)
        });
        before + inside
    }

    /// The lines the field needs at a width in cells, at least one.
    pub fn height(&self, width: u16) -> u16 {
        let text = self.shown_text();
        u16::try_from(wrap_ranges(&text, usize::from(width.max(1))).len())
            .unwrap_or(u16::MAX)
            .max(1)
    }

    /// The text with bad characters visible; one placeholder for one character keeps offsets near.
    fn shown_text(&self) -> String {
        sanitize::clean(&self.text()).into_owned()
    }

    /// Draws the text wrapped into an area; with `caret` the place of the next character too. In a
    /// field that is too small the lines around the caret show.
    pub fn draw(&self, painter: &mut Painter<'_>, area: Rect, role: Role, caret: bool) {
        if area.width == 0 || area.height == 0 {
            return;
        }
        let raw = self.text();
        let text = self.shown_text();
        let raw_before = raw.get(..self.caret()).unwrap_or(&raw);
        let at = sanitize::clean(raw_before).len().min(text.len());
        let width = usize::from(if caret {
            area.width.saturating_sub(1)
        } else {
            area.width
        });
        let ranges = wrap_ranges(&text, width.max(1));
        let caret_row = ranges
            .iter()
            .rposition(|range| range.start <= at)
            .unwrap_or(0);
        let height = usize::from(area.height);
        let first = if caret {
            caret_row.saturating_sub(height - 1)
        } else {
            0
        };
        for (offset, range) in ranges.iter().enumerate().skip(first).take(height) {
            let y = area.y + u16::try_from(offset - first).unwrap_or(0);
            let line = text.get(range.clone()).unwrap_or("");
            if caret && offset == caret_row {
                let split = at.clamp(range.start, range.end.max(range.start)) - range.start;
                let (left, right) = line.split_at_checked(split).unwrap_or((line, ""));
                let x = painter.text((area.x, y), area.right(), left, role);
                let x = painter.text(
                    (x, y),
                    area.right(),
                    painter.theme.glyph(Glyph::Caret),
                    Role::Focus,
                );
                painter.text((x, y), area.right(), right, role);
            } else {
                painter.text((area.x, y), area.right(), line, role);
            }
        }
    }
}

impl PartialEq for TextField {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text() && self.caret() == other.caret() && self.lines == other.lines
    }
}

#[cfg(test)]
mod tests {
    use super::{Lines, TextField};
    use crate::theme::{Role, Theme};
    use crate::widgets::Painter;
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    fn press(field: &mut TextField, code: KeyCode) -> bool {
        field.key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    #[test]
    fn typing_pasting_and_undoing() {
        let mut field = TextField::default();
        for character in "abc".chars() {
            assert!(press(&mut field, KeyCode::Char(character)));
        }
        assert!(
            !press(&mut field, KeyCode::Enter),
            "one line takes no line break"
        );
        field.paste("d\r\ne");
        assert_eq!(field.text(), "abcd e");
        field.set_text("new");
        assert_eq!(field.text(), "new");
        field.undo();
        field.undo();
        assert_eq!(field.text(), "abcd e");
    }

    #[test]
    fn many_lines_keep_their_breaks() {
        let mut field = TextField::new(Lines::Many);
        field.paste("one\ntwo");
        assert!(press(&mut field, KeyCode::Enter));
        assert_eq!(field.text(), "one\ntwo\n");
        assert!(field.height(10) >= 2);
    }

    proptest! {
        #[test]
        fn drawing_never_fails_and_never_changes_the_text(
            text in "\\PC{0,60}", width in 0u16..30, height in 0u16..6, caret: bool,
        ) {
            let mut field = TextField::new(Lines::Many);
            field.paste(&text);
            let before = field.text();
            let mut buffer = Buffer::empty(Rect::new(0, 0, 30, 6));
            let theme = Theme::default();
            let mut painter = Painter { buffer: &mut buffer, theme: &theme };
            field.draw(&mut painter, Rect::new(0, 0, width, height), Role::Text, caret);
            prop_assert_eq!(field.text(), before);
        }
    }
}
