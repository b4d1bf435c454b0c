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
        assert_eq!(field.text(), "abcd e");
    }

    #[test]
    fn what_was_undone_comes_back() {
        let mut field = TextField::with_text("five     spaces");
        field.set_text("five spaces");
        field.undo();
        assert_eq!(field.text(), "five     spaces");
        field.redo();
        assert_eq!(field.text(), "five spaces");
        field.undo();
        assert_eq!(field.text(), "five     spaces");
        field.redo();
        press(&mut field, KeyCode::Char('!'));
        field.undo();
        assert_eq!(field.text(), "five spaces");
        field.redo();
        assert_eq!(field.text(), "five spaces!");
        field.redo();
        assert_eq!(field.text(), "five spaces!");
    }

    #[test]
    fn lines_of_a_paste_are_joined_in_a_field_of_one() {
        let mut field = TextField::default();
        assert!(
            !field.paste("one line\n"),
            "an end of line alone joins nothing"
        );
        assert_eq!(field.text(), "one line");
        assert!(field.paste(" two\r\nlines"));
        assert_eq!(field.text(), "one line two lines");
        assert!(!TextField::new(Lines::Many).paste("a\nb"));
    }

    #[test]
    fn an_empty_replacement_is_undone_too() {
        let mut field = TextField::with_text("five     spaces");
        field.set_text("");
        assert!(field.is_empty());
        field.undo();
        assert_eq!(field.text(), "five     spaces");
    }

    #[test]
    fn a_grapheme_is_one_step_and_one_deletion() {
        let family = "👨\u{200d}👩\u{200d}👧";
        let mut field = TextField::with_text(&format!("a{family}e\u{301}"));
        assert!(press(&mut field, KeyCode::Backspace));
        assert_eq!(field.text(), format!("a{family}"));
        assert!(!press(&mut field, KeyCode::Left));
        assert!(press(&mut field, KeyCode::Delete));
        assert_eq!(field.text(), "a");
        field.undo();
        assert_eq!(field.text(), format!("a{family}"));
    }

    #[test]
    fn a_picked_text_is_replaced_by_what_is_typed_and_kept_by_moving() {
        let picked = || {
            let mut field = TextField::with_text("city=London");
            field.pick_all();
            field
        };
        let mut typed = picked();
        press(&mut typed, KeyCode::Char('v'));
        press(&mut typed, KeyCode::Char('i'));
        assert_eq!(typed.text(), "vi");
        let mut pasted = picked();
        pasted.paste("vip=yes");
        assert_eq!(pasted.text(), "vip=yes");
        let mut deleted = picked();
        assert!(press(&mut deleted, KeyCode::Backspace));
        assert!(deleted.is_empty());
        deleted.undo();
        assert_eq!(deleted.text(), "city=London");
        let mut moved = picked();
        press(&mut moved, KeyCode::End);
        press(&mut moved, KeyCode::Char('!'));
        assert_eq!(moved.text(), "city=London!");
    }

    #[test]
    fn no_selection_starts_unseen() {
        let mut field = TextField::with_text("abc");
        field.key(KeyEvent::new(KeyCode::Left, KeyModifiers::SHIFT));
        press(&mut field, KeyCode::Char('x'));
        assert_eq!(field.text(), "abxc");
    }

    #[test]
    fn alt_gr_types_and_a_release_does_nothing() {
        let mut field = TextField::default();
        let alt_gr = KeyModifiers::CONTROL | KeyModifiers::ALT;
        assert!(field.key(KeyEvent::new(KeyCode::Char('@'), alt_gr)));
        let mut released = KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE);
        released.kind = crossterm::event::KeyEventKind::Release;
        assert!(!field.key(released));
        assert_eq!(field.text(), "@");
    }

    fn any_key() -> impl Strategy<Value = KeyEvent> {
        let signs = vec!['a', ' ', '山', '👩', '\u{200d}', '👧', '\u{301}', 'ك'];
        let keys = vec![
            KeyCode::Enter,
            KeyCode::Backspace,
            KeyCode::Delete,
            KeyCode::Left,
            KeyCode::Right,
            KeyCode::Up,
            KeyCode::Down,
            KeyCode::Home,
            KeyCode::End,
        ];
        let code = prop_oneof![
            prop::sample::select(signs).prop_map(KeyCode::Char),
            prop::sample::select(keys),
        ];
        (code, 0_u8..8)
            .prop_map(|(code, bits)| KeyEvent::new(code, KeyModifiers::from_bits_truncate(bits)))
    }

    proptest! {
        #[test]
        fn no_keys_fail_and_the_caret_stays_in_the_text(
            keys in prop::collection::vec(any_key(), 0..40), many: bool,
        ) {
            let mut field = TextField::new(if many { Lines::Many } else { Lines::One });
            for key in keys {
                field.key(key);
                let text = field.text();
                prop_assert!(text.is_char_boundary(field.caret()) && field.caret() <= text.len());
                prop_assert!(many || !text.contains('\n'));
            }
            let theme = Theme::default();
            let mut buffer = Buffer::empty(Rect::new(0, 0, 30, 6));
            let mut painter = Painter { buffer: &mut buffer, theme: &theme };
            field.draw(&mut painter, Rect::new(0, 0, 7, 3), Role::Text, true);
            for _ in 0..60 {
                field.undo();
            }
        }
    }

    #[test]
    fn the_caret_stands_where_the_next_letter_goes_in_any_script() {
        let mut field = TextField::with_text("ab مر");
        let theme = Theme::default();
        let drawn = |field: &TextField| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 10, 1));
            let mut painter = Painter {
                buffer: &mut buffer,
                theme: &theme,
            };
            field.draw(&mut painter, Rect::new(0, 0, 10, 1), Role::Text, true);
            let row: String = (0..10)
                .map(|x| buffer[(x, 0)].symbol().to_owned())
                .collect();
            row.trim_end().to_owned()
        };
        assert_eq!(drawn(&field), "ab رم▏");
        press(&mut field, KeyCode::Left);
        assert_eq!(drawn(&field), "ab ر▏م");
        press(&mut field, KeyCode::Home);
        assert_eq!(drawn(&field), "▏ab رم");
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
