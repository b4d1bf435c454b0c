//! Putting text on the screen by role: every view draws through this, so no view knows a colour.
//!
//! It must not decide what is shown. Text is given in reading order and put into screen order
//! here; it is measured by grapheme, and nothing is ever drawn outside the limits a caller gives.

use crate::text::bidi::visual_piece;
use crate::text::width::{cells, grapheme_cells, truncate};
use crate::text::wrap::wrap_ranges;
use crate::theme::{Glyph, Role, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// A piece of text with its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Clean text without line breaks.
    pub text: String,
    /// What it means.
    pub role: Role,
}

/// A row of pieces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spans(pub Vec<Span>);

impl Spans {
    /// A row of one piece.
    pub fn of(role: Role, text: impl Into<String>) -> Self {
        Self(vec![Span {
            text: text.into(),
            role,
        }])
    }

    /// The row with a piece added at its end.
    #[must_use]
    pub fn with(mut self, role: Role, text: impl Into<String>) -> Self {
        self.push(role, text);
        self
    }

    /// Adds a piece at the end.
    pub fn push(&mut self, role: Role, text: impl Into<String>) {
        self.0.push(Span {
            text: text.into(),
            role,
        });
    }

    /// The row broken at words into rows of at most `width` cells, each piece keeping its role.
    pub fn wrapped(&self, width: usize) -> Vec<Spans> {
        if self.cells() <= width {
            return vec![self.clone()];
        }
        let whole: String = self.0.iter().map(|span| span.text.as_str()).collect();
        wrap_ranges(&whole, width.max(1))
            .into_iter()
            .map(|range| self.slice(&range))
            .collect()
    }

    /// The row with these ranges of bytes, in order and apart, in another role.
    #[must_use]
    pub fn marked(&self, ranges: &[Range<usize>], role: Role) -> Spans {
        let mut row = Spans::default();
        let mut from = 0;
        for range in ranges {
            row.0.extend(self.slice(&(from..range.start)).0);
            let hit = self.slice(range).0.into_iter();
            row.0.extend(hit.map(|span| Span { role, ..span }));
            from = range.end;
        }
        row.0.extend(self.slice(&(from..usize::MAX)).0);
        row
    }

    /// The pieces within a range of bytes of the whole row.
    fn slice(&self, range: &Range<usize>) -> Spans {
        let mut row = Spans::default();
        let mut start = 0;
        for span in &self.0 {
            let from = range.start.max(start) - start;
            let to = range.end.min(start + span.text.len()).saturating_sub(start);
            if let Some(text) = span.text.get(from..to).filter(|text| !text.is_empty()) {
                row.push(span.role, text);
            }
            start += span.text.len();
        }
        row
    }

    /// Width in cells.
    pub fn cells(&self) -> usize {
        self.0.iter().map(|span| cells(&span.text)).sum()
    }
}

/// A buffer, a theme, and the few ways in which views draw.
pub struct Painter<'a> {
    /// What is drawn on.
    pub buffer: &'a mut Buffer,
    /// How it looks.
    pub theme: &'a Theme,
}

impl Painter<'_> {
    /// Draws text from column `x` up to but not into column `limit`; gives the column after it.
    /// What does not fit is cut with the theme's mark.
    pub fn text(&mut self, at: (u16, u16), limit: u16, text: &str, role: Role) -> u16 {
        self.styled(at, limit, text, self.theme.style(role))
    }

    /// As [`Painter::text`], with a style that was put together.
    pub fn styled(&mut self, at: (u16, u16), limit: u16, text: &str, style: Style) -> u16 {
        let room = usize::from(limit.min(self.buffer.area.right()).saturating_sub(at.0));
        let shown = truncate(text, room, self.theme.glyph(Glyph::Cut));
        self.put(at, limit, &visual_piece(&shown), style)
    }

    /// As [`Painter::text`], with text that is in screen order already, as a line of a wrapped
    /// text is.
    pub fn ordered(&mut self, at: (u16, u16), limit: u16, text: &str, role: Role) -> u16 {
        let room = usize::from(limit.min(self.buffer.area.right()).saturating_sub(at.0));
        let shown = truncate(text, room, self.theme.glyph(Glyph::Cut));
        self.put(at, limit, &shown, self.theme.style(role))
    }

    fn put(&mut self, at: (u16, u16), limit: u16, shown: &str, style: Style) -> u16 {
        let style = self.theme.base().patch(style);
        let (mut x, y) = at;
        let limit = limit.min(self.buffer.area.right());
        if y < self.buffer.area.top() || y >= self.buffer.area.bottom() {
            return x;
        }
        self.free_left(at);
        for grapheme in shown.graphemes(true) {
            let width = u16::try_from(grapheme_cells(grapheme)).unwrap_or(u16::MAX);
            if width == 0 {
                continue;
            }
            if x.saturating_add(width) > limit {
                break;
            }
            if let Some(cell) = self.buffer.cell_mut((x, y)) {
                // Attributes of what was here before, such as a bold frame, must not shine through.
                cell.reset();
                cell.set_symbol(grapheme).set_style(style);
            }
            for rest in 1..width {
                if let Some(cell) = self.buffer.cell_mut((x + rest, y)) {
                    cell.reset();
                    cell.set_style(style);
                }
            }
            x += width;
        }
        x
    }

    /// A wide character whose second cell is about to be drawn over leaves as a whole, or the
    /// terminal would show it and swallow what was drawn.
    fn free_left(&mut self, at: (u16, u16)) {
        let Some(x) = at.0.checked_sub(1) else { return };
        if let Some(cell) = self.buffer.cell_mut((x, at.1))
            && grapheme_cells(cell.symbol()) > 1
        {
            cell.set_symbol(" ");
        }
    }

    /// Draws text that ends just before the column of `at`, not left of column `from`. Gives the
    /// column where it starts.
    pub fn right(&mut self, at: (u16, u16), from: u16, text: &str, role: Role) -> u16 {
        let (right, y) = at;
        let width = u16::try_from(cells(text)).unwrap_or(u16::MAX);
        let x = right.saturating_sub(width).max(from);
        self.text((x, y), right, text, role);
        x
    }

    /// Draws a row of pieces; gives the column after it.
    pub fn spans(&mut self, at: (u16, u16), limit: u16, spans: &Spans) -> u16 {
        let (mut x, y) = at;
        for span in &spans.0 {
            x = self.text((x, y), limit, &span.text, span.role);
        }
        x
    }

    /// Repeats a sign over a row.
    pub fn rule(&mut self, at: (u16, u16), limit: u16, glyph: Glyph, role: Role) {
        let sign = self.theme.glyph(glyph);
        let style = self.theme.style(role);
        let (from, y) = at;
        for x in from..limit.min(self.buffer.area.right()) {
            if let Some(cell) = self.buffer.cell_mut((x, y)) {
                cell.set_symbol(sign).set_style(style);
            }
        }
    }

    /// A rule with a text in its middle: `──── Yesterday ────`.
    pub fn titled_rule(&mut self, area: Rect, text: &str, glyph: Glyph, roles: (Role, Role)) {
        self.rule((area.x, area.y), area.right(), glyph, roles.0);
        let width = u16::try_from(cells(text))
            .unwrap_or(u16::MAX)
            .saturating_add(2);
        let x = area.x + area.width.saturating_sub(width) / 2;
        self.text((x, area.y), area.right(), &format!(" {text} "), roles.1);
    }

    /// Lays a role over cells that are already drawn: only what the role says changes.
    pub fn overlay(&mut self, area: Rect, role: Role) {
        let area = area.intersection(self.buffer.area);
        self.buffer.set_style(area, self.theme.style(role));
    }

    /// Blanks an area in the theme's own colours.
    pub fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buffer.area);
        for y in area.top()..area.bottom() {
            self.free_left((area.x, y));
            for x in area.left()..area.right() {
                if let Some(cell) = self.buffer.cell_mut((x, y)) {
                    cell.reset();
                }
            }
        }
        self.buffer.set_style(area, self.theme.base());
    }

    /// A sentence in the middle of an area's width, a third down, wrapped.
    pub fn centred(&mut self, area: Rect, text: &str, role: Role) {
        let width = usize::from(area.width.saturating_sub(2)).min(64);
        let lines = crate::text::wrap::wrap(text, width);
        let top = area.y + area.height.saturating_sub(1) / 3;
        for (y, line) in (top..area.bottom()).zip(lines) {
            let cells = u16::try_from(cells(line)).unwrap_or(u16::MAX);
            let x = area.x + area.width.saturating_sub(cells) / 2;
            self.text((x, y), area.right(), line, role);
        }
    }

    /// The scroll thumb on the column `x`, drawn only if there is something to scroll.
    pub fn thumb(&mut self, x: u16, rows: Rect, first: usize, total: usize) {
        let shown = usize::from(rows.height);
        if total <= shown || shown == 0 {
            return;
        }
        let size = (shown * shown / total).clamp(1, shown);
        let free = shown - size;
        let hidden = total - shown;
        let top = (first.min(hidden) * free + hidden / 2) / hidden;
        let style = self.theme.style(Role::Border);
        for offset in 0..size {
            let y = rows.y + u16::try_from(top + offset).unwrap_or(u16::MAX);
            if let Some(cell) = self.buffer.cell_mut((x, y)) {
                cell.set_symbol(self.theme.glyph(Glyph::BarFull))
                    .set_style(style);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Painter, Spans};
    use crate::theme::{Role, Theme};
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    fn row(buffer: &Buffer, y: u16) -> String {
        (0..buffer.area.width)
            .map(|x| buffer[(x, y)].symbol())
            .collect()
    }

    #[test]
    fn a_row_of_pieces_wraps_at_words_and_each_piece_keeps_its_role() {
        let row = Spans::of(Role::Muted, "label ").with(Role::Text, "one two three");
        let lines = row.wrapped(9);
        assert_eq!(lines.len(), 2);
        assert_eq!(
            lines[0],
            Spans::of(Role::Muted, "label ").with(Role::Text, "one")
        );
        assert_eq!(lines[1], Spans::of(Role::Text, "two three"));
        assert_eq!(row.marked(std::slice::from_ref(&(4..7)), Role::Match), {
            let row = Spans::of(Role::Muted, "labe").with(Role::Match, "l ");
            row.with(Role::Match, "o").with(Role::Text, "ne two three")
        });
        assert_eq!(row.marked(&[], Role::Match), row);
        assert_eq!(row.wrapped(40), vec![row]);
    }

    #[test]
    fn text_is_cut_with_a_mark_and_a_wide_character_never_halved() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 2));
        let theme = Theme::default();
        let mut painter = Painter {
            buffer: &mut buffer,
            theme: &theme,
        };
        painter.text((0, 0), 5, "abcdefgh", Role::Text);
        painter.text((0, 1), 4, "山田花子", Role::Text);
        assert_eq!(row(&buffer, 0), "abcd…   ");
        assert!(row(&buffer, 1).starts_with("山 …"), "{}", row(&buffer, 1));
    }

    #[test]
    fn text_is_put_into_screen_order_unless_it_is() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 3));
        let theme = Theme::default();
        let mut painter = Painter {
            buffer: &mut buffer,
            theme: &theme,
        };
        painter.text((1, 0), 12, "שלום 42", Role::Text);
        painter.text((1, 1), 6, "שלום 42", Role::Text);
        painter.ordered((1, 2), 12, "42 םולש", Role::Text);
        assert_eq!(row(&buffer, 0), " 42 םולש    ");
        assert_eq!(row(&buffer, 1), " …םולש      ");
        assert_eq!(row(&buffer, 2), " 42 םולש    ");
    }

    proptest! {
        #[test]
        fn nothing_is_drawn_outside_whatever_the_place(
            x in 0u16..40, y in 0u16..12, limit in 0u16..60, text in "\\PC{0,40}",
        ) {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 5));
            let theme = Theme::default();
            let mut painter = Painter { buffer: &mut buffer, theme: &theme };
            painter.text((x, y), limit, &text, Role::Text);
            painter.right((limit, y), x, &text, Role::Key);
            painter.centred(Rect::new(x, y, 5, 3), &text, Role::Muted);
            painter.thumb(x, Rect::new(0, 0, 20, 5), usize::from(y), 100);
            for column in limit.min(20)..20 {
                if column < x {
                    prop_assert_eq!(buffer[(column, 0)].symbol().is_empty(), false);
                }
            }
        }
    }
}
