//! Draws a field: its lines wrapped (or one line moved along), the caret always in view.

use std::borrow::Cow;
use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use unicode_segmentation::UnicodeSegmentation as _;

use super::{Lines, TextField};
use crate::text::bidi;
use crate::text::sanitize::{PLACEHOLDER, is_safe_cell};
use crate::text::width::{cells, grapheme_cells, truncate};
use crate::text::wrap::wrap_ranges;
use crate::theme::{Glyph, Role, Theme};

/// Whether the field has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caret {
    /// It has: the caret is drawn and kept in view.
    Shown,
    /// It has not: the start of the text is drawn.
    Hidden,
}

/// A piece of a line of text that stands on one row of the screen.
struct Row {
    line: usize,
    bytes: Range<usize>,
}

impl TextField {
    /// Draws the field and says where the caret is on the screen, so that the terminal's own
    /// cursor (and with it an input method) can be put there.
    pub fn draw(
        &self,
        area: Rect,
        buffer: &mut Buffer,
        theme: &Theme,
        caret: Caret,
    ) -> Option<Position> {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return None;
        }
        let rows = self.rows(usize::from(area.width));
        let at = self.caret_bytes();
        let caret_row = rows
            .iter()
            .rposition(|row| row.line == at.0 && row.bytes.start <= at.1);
        let caret_row = caret_row.filter(|_| caret == Caret::Shown);
        let height = usize::from(area.height);
        let first = caret_row.map_or(0, |row| (row + 1).saturating_sub(height));
        let style = theme.style(Role::Text);
        for (y, row) in (area.y..area.bottom()).zip(rows.iter().skip(first)) {
            let text = self
                .line(row.line)
                .get(row.bytes.clone())
                .unwrap_or_default();
            let shown = match caret {
                // While typing, characters stay in the order in which they are typed.
                Caret::Shown => safe(text),
                Caret::Hidden => {
                    let text = truncate(
                        &safe(text),
                        usize::from(area.width),
                        theme.glyph(Glyph::Cut),
                    )
                    .into_owned();
                    bidi::visual(&text).into_owned()
                }
            };
            buffer.set_stringn(area.x, y, shown, usize::from(area.width), style);
        }
        let row = caret_row?;
        let bytes = &rows.get(row)?.bytes;
        let before = self.line(at.0).get(bytes.start..at.1).unwrap_or_default();
        let column = cells(&safe(before)).min(usize::from(area.width) - 1);
        let position = Position::new(
            area.x.saturating_add(u16::try_from(column).ok()?),
            area.y.saturating_add(u16::try_from(row - first).ok()?),
        );
        let at_end = at.1 >= bytes.end;
        draw_caret(buffer, position, at_end, theme);
        Some(position)
    }

    /// How many rows the text takes at this width.
    pub fn height(&self, width: usize) -> usize {
        self.rows(width).len()
    }

    fn rows(&self, width: usize) -> Vec<Row> {
        // One cell stays free for the caret behind the last character.
        let room = width.saturating_sub(1).max(1);
        match self.lines {
            Lines::One => vec![Row {
                line: 0,
                bytes: self.window(room),
            }],
            Lines::Many => self
                .area
                .lines()
                .iter()
                .enumerate()
                .flat_map(|(line, text)| {
                    wrap_ranges(text, room)
                        .into_iter()
                        .map(move |bytes| Row { line, bytes })
                })
                .collect(),
        }
    }

    /// The part of a single line to show: from as far left as still shows the caret.
    fn window(&self, room: usize) -> Range<usize> {
        let line = self.line(0);
        let before = line.get(..self.caret_bytes().1).unwrap_or(line);
        let mut used = 0;
        let mut start = before.len();
        for (at, grapheme) in before.grapheme_indices(true).rev() {
            used += shown_cells(grapheme);
            if used > room {
                break;
            }
            start = at;
        }
        start..line.len()
    }

    /// The caret as line and byte within it.
    fn caret_bytes(&self) -> (usize, usize) {
        let (row, column) = self.caret();
        let line = self.line(row);
        (
            row,
            line.char_indices()
                .nth(column)
                .map_or(line.len(), |(at, _)| at),
        )
    }
}

fn draw_caret(buffer: &mut Buffer, position: Position, at_end: bool, theme: &Theme) {
    let Some(cell) = buffer.cell_mut(position) else {
        return;
    };
    if at_end {
        cell.set_symbol(theme.glyph(Glyph::Caret))
            .set_style(theme.style(Role::Focus));
    } else {
        cell.set_style(Style::new().add_modifier(Modifier::REVERSED));
    }
}

/// The text as it may be drawn, grapheme by grapheme, so that positions stay what they are.
fn safe(text: &str) -> String {
    text.graphemes(true).map(shown).collect()
}

fn shown(grapheme: &str) -> Cow<'_, str> {
    if is_safe_cell(grapheme) && grapheme_cells(grapheme) > 0 {
        Cow::Borrowed(grapheme)
    } else {
        Cow::Borrowed(PLACEHOLDER)
    }
}

fn shown_cells(grapheme: &str) -> usize {
    cells(&shown(grapheme))
}
