//! One editable text: a thin layer over `tui-textarea` that knows whether line breaks are allowed.
//!
//! Editing is the library's; drawing is ours, because the text must wrap by grapheme and show in
//! the roles of the theme. Typed text is the person's own and is kept exactly as typed. The caret
//! steps and deletes by grapheme: half an emoji would be another text than the one on the screen.

use super::painter::Painter;
use crate::text::bidi::{Direction, direction, screen_order, visual_in};
use crate::text::sanitize;
use crate::text::wrap::wrap_ranges;
use crate::theme::{Glyph, Role};
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::layout::Rect;
use tui_textarea::{CursorMove, TextArea};
use unicode_segmentation::UnicodeSegmentation as _;

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
    /// The text right after a replacement: the library's two edits are undone as one.
    replaced: Option<String>,
    /// The text of a replacement that was just undone, so that both edits come back as one.
    put_back: Option<String>,
    /// Whether the next sign takes the place of the whole text.
    picked: bool,
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
            replaced: None,
            put_back: None,
            picked: false,
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

    /// Offers the whole text for replacement: the next sign or paste takes its place, a deletion
    /// removes it, and any other key keeps it.
    pub fn pick_all(&mut self) {
        self.picked = !self.is_empty();
    }

    /// Ends what [`TextField::pick_all`] began, taking the text away for what replaces it.
    fn replace_picked(&mut self) -> bool {
        let picked = self.picked;
        if picked {
            self.set_text("");
        }
        picked
    }

    /// Replaces the text; one undo brings the old one back. The caret goes to the end.
    pub fn set_text(&mut self, text: &str) {
        self.picked = false;
        let text = self.admitted(text);
        if self.text() == text {
            return;
        }
        let was_empty = self.is_empty();
        self.area.select_all();
        if text.is_empty() {
            self.area.delete_str(1);
            return;
        }
        self.area.insert_str(&text);
        self.replaced = (!was_empty).then_some(text);
    }

    /// A key; says whether the text changed.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        if key.kind == KeyEventKind::Release {
            return false;
        }
        let both = KeyModifiers::CONTROL | KeyModifiers::ALT;
        let command = key.modifiers.intersects(both);
        if matches!(key.code, KeyCode::Enter) {
            let many = self.lines == Lines::Many;
            if many {
                self.area.insert_newline();
            }
            return many;
        }
        if let KeyCode::Char(character) = key.code {
            // AltGr arrives as Ctrl and Alt together on some terminals; what it types is a sign.
            let sign = key.modifiers.contains(both) && !character.is_ascii_alphanumeric();
            if !command || sign {
                self.replace_picked();
                self.area.insert_char(character);
                return true;
            }
        }
        if matches!(key.code, KeyCode::Backspace | KeyCode::Delete) && self.replace_picked() {
            return true;
        }
        self.picked = false;
        // Shift would start a selection, which is not drawn: the next key would replace it unseen.
        let key = KeyEvent {
            modifiers: key.modifiers.difference(KeyModifiers::SHIFT),
            ..key
        };
        if command {
            let changed = self.area.input(key);
            self.snap();
            return changed;
        }
        self.plain_key(key)
    }

    /// Arrows and deletions without a modifier go by grapheme; the rest is the library's.
    fn plain_key(&mut self, key: KeyEvent) -> bool {
        let (row, column) = self.cursor();
        let line = self.area.lines().get(row).map_or("", String::as_str);
        let edges = edges(line);
        let before = edges
            .iter()
            .copied()
            .take_while(|edge| *edge < column)
            .last();
        let after = edges.iter().copied().find(|edge| *edge > column);
        if let (KeyCode::Left, Some(before)) = (key.code, before) {
            self.jump(row, before);
            return false;
        }
        if let (KeyCode::Right, Some(after)) = (key.code, after) {
            self.jump(row, after);
            return false;
        }
        if let (KeyCode::Backspace, Some(before)) = (key.code, before) {
            self.jump(row, before);
            return self.area.delete_str(column - before);
        }
        if let (KeyCode::Delete, Some(after)) = (key.code, after) {
            return self.area.delete_str(after - column);
        }
        let changed = self.area.input(key);
        self.snap();
        changed
    }

    fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    fn jump(&mut self, row: usize, column: usize) {
        let small = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        self.area
            .move_cursor(CursorMove::Jump(small(row), small(column)));
    }

    /// Puts a caret that stands inside a grapheme before it.
    fn snap(&mut self) {
        let (row, column) = self.cursor();
        let line = self.area.lines().get(row).map_or("", String::as_str);
        let nearest = edges(line)
            .into_iter()
            .take_while(|edge| *edge <= column)
            .last();
        if let Some(nearest) = nearest.filter(|nearest| *nearest != column) {
            self.jump(row, nearest);
        }
    }

    /// A paste: text, never keys. Says whether lines were joined because the field has only one.
    pub fn paste(&mut self, text: &str) -> bool {
        let joined =
            self.lines == Lines::One && text.trim_end_matches(['\r', '\n']).contains(['\r', '\n']);
        let text = self.admitted(text);
        self.replace_picked();
        self.area.insert_str(text);
        joined
    }

    /// Takes the last edit back.
    pub fn undo(&mut self) {
        self.picked = false;
        let replaced = self.replaced.take().filter(|text| *text == self.text());
        self.area.undo();
        if replaced.is_some() {
            self.area.undo();
        }
        self.put_back = replaced;
        self.snap();
    }

    /// Makes the edit again that was taken back last.
    pub fn redo(&mut self) {
        self.picked = false;
        self.area.redo();
        if let Some(text) = self.put_back.take() {
            // The replacement was two edits of the library; both come back together.
            if self.text() != text {
                self.area.redo();
            }
            self.replaced = Some(text);
        }
        self.snap();
    }

    fn admitted(&self, text: &str) -> String {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        match self.lines {
            Lines::Many => text,
            Lines::One => text.trim_end_matches('\n').replace('\n', " "),
        }
    }

    /// Byte offset of the caret in [`TextField::text`].
    fn caret(&self) -> usize {
        let (row, column) = self.cursor();
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
        let role = if self.picked && caret {
            Role::Selection
        } else {
            role
        };
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
            let way = direction(paragraph_at(&text, range.start));
            let here = (caret && offset == caret_row)
                .then(|| at.clamp(range.start, range.end.max(range.start)) - range.start);
            draw_line(painter, (area.x, y), area.right(), (line, way, here), role);
        }
    }
}

/// The paragraph in which a byte of a text stands: it decides which way its lines run.
fn paragraph_at(text: &str, at: usize) -> &str {
    let start = text
        .get(..at)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |at| at + 1);
    let rest = text.get(start..).unwrap_or("");
    rest.split('\n').next().unwrap_or("")
}

/// One line in screen order, with the caret before the byte where it stands.
fn draw_line(
    painter: &mut Painter<'_>,
    at: (u16, u16),
    limit: u16,
    (line, way, caret): (&str, Direction, Option<usize>),
    role: Role,
) {
    let sign = painter.theme.glyph(Glyph::Caret);
    let Some(caret) = caret else {
        painter.ordered(at, limit, &visual_in(line, way), role);
        return;
    };
    let (left, right) = line.split_at_checked(caret).unwrap_or((line, ""));
    let with_caret = format!("{left}{sign}{right}");
    let (mut x, y) = at;
    for (byte, grapheme) in screen_order(&with_caret, way) {
        let role = if byte == left.len() {
            Role::Focus
        } else {
            role
        };
        x = painter.text((x, y), limit, grapheme, role);
    }
}

/// Where graphemes begin and end in a line, counted in characters.
fn edges(line: &str) -> Vec<usize> {
    let ends = line.graphemes(true).scan(0, |at, grapheme| {
        *at += grapheme.chars().count();
        Some(*at)
    });
    std::iter::once(0).chain(ends).collect()
}

impl PartialEq for TextField {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text() && self.caret() == other.caret() && self.lines == other.lines
    }
}

#[cfg(test)]
mod tests;
