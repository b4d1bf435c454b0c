//! A field for text, of one line or many: editing, undo, a counter, and drawing with the caret.
//!
//! Editing is that of the text area library, except that the caret never stands inside a
//! grapheme. What was typed or pasted stays as it is, byte for byte; only the drawing replaces
//! what a terminal must not see. It knows no actions: keys that belong to the keymap are taken
//! before the field is asked.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tui_textarea::{CursorMove, DataCursor, TextArea};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::text::format;
use crate::theme::Role;

mod draw;

pub use draw::Caret;

/// How many lines a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// One; line ends become spaces and Enter is left to others.
    One,
    /// Many; Enter starts a new one.
    Many,
}

/// What a key did to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The text is another one.
    Changed,
    /// Only the caret moved.
    Moved,
    /// The field has no use for the key.
    Ignored,
}

/// How much of a limit is used, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counter {
    /// Characters of the text.
    pub used: usize,
    /// How many there may be; a field without a limit only counts.
    pub limit: Option<usize>,
}

impl Counter {
    /// `27`, or `76 of 1 024`.
    pub fn text(self) -> String {
        let number = |count: usize| format::count(u64::try_from(count).unwrap_or(u64::MAX));
        match self.limit {
            Some(limit) => format!("{} of {}", number(self.used), number(limit)),
            None => number(self.used),
        }
    }

    /// Whether the text is longer than it may be.
    pub fn is_over(self) -> bool {
        self.limit.is_some_and(|limit| self.used > limit)
    }

    /// Muted, from 90 % of the limit on attention, above it failed.
    pub fn role(self) -> Role {
        match self.limit {
            Some(limit) if self.used > limit => Role::Failed,
            Some(limit) if self.used.saturating_mul(10) >= limit.saturating_mul(9) => {
                Role::Attention
            }
            Some(_) | None => Role::Muted,
        }
    }
}

/// The state of one field.
#[derive(Debug, Clone)]
pub struct TextField {
    area: TextArea<'static>,
    lines: Lines,
    limit: Option<usize>,
    /// The text right after the last replacement: two edits that are undone as one.
    replaced: Option<String>,
}

impl TextField {
    /// An empty field; `limit` is in characters and only counted, never enforced.
    pub fn new(lines: Lines, limit: Option<usize>) -> Self {
        Self {
            area: TextArea::default(),
            lines,
            limit,
            replaced: None,
        }
    }

    /// The whole text; lines are joined by `\n`.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Whether nothing has been typed.
    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// Another text, without a way back: a draft was opened. The caret is at its end.
    pub fn set_text(&mut self, text: &str) {
        let text = self.fitted(text);
        self.area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        self.area.move_cursor(CursorMove::Bottom);
        self.area.move_cursor(CursorMove::End);
        self.replaced = None;
    }

    /// Another text, as one edit that can be undone.
    pub fn replace_text(&mut self, text: &str) {
        let text = self.fitted(text);
        if text == self.text() {
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

    /// Inserts pasted text at the caret.
    pub fn paste(&mut self, text: &str) {
        let text = self.fitted(text);
        if !text.is_empty() {
            self.area.insert_str(text);
            self.snap();
        }
    }

    /// Takes the last edit back; says whether there was one.
    pub fn undo(&mut self) -> bool {
        let replaced = self.replaced.take().is_some_and(|text| text == self.text());
        let undone = self.area.undo();
        if replaced {
            self.area.undo();
        }
        self.snap();
        undone
    }

    /// How long the text is.
    pub fn counter(&self) -> Counter {
        let newlines = self.area.lines().len().saturating_sub(1);
        let characters: usize = self
            .area
            .lines()
            .iter()
            .map(|line| line.chars().count())
            .sum();
        Counter {
            used: characters + newlines,
            limit: self.limit,
        }
    }

    /// The line and the character within it before which the caret stands, both from 0.
    pub fn caret(&self) -> (usize, usize) {
        let DataCursor(row, column) = self.area.cursor();
        (row, column)
    }

    /// Gives a key to the field.
    pub fn key(&mut self, event: &KeyEvent) -> Outcome {
        if event.kind == KeyEventKind::Release {
            return Outcome::Ignored;
        }
        let word = event
            .modifiers
            .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        if let KeyCode::Char(character) = event.code {
            return self.character(character, event.modifiers);
        }
        match event.code {
            KeyCode::Enter if self.lines == Lines::Many && !word => {
                self.area.insert_newline();
                Outcome::Changed
            }
            KeyCode::Backspace if word => changed(self.area.delete_word()),
            KeyCode::Backspace => changed(self.delete_before()),
            KeyCode::Delete if word => changed(self.area.delete_next_word()),
            KeyCode::Delete => changed(self.delete_after()),
            KeyCode::Left if word => self.moved(CursorMove::WordBack),
            KeyCode::Right if word => self.moved(CursorMove::WordForward),
            KeyCode::Left => self.step(Step::Back),
            KeyCode::Right => self.step(Step::Forward),
            KeyCode::Home if word => self.moved(CursorMove::Top),
            KeyCode::End if word => self.moved(CursorMove::Bottom),
            KeyCode::Home => self.moved(CursorMove::Head),
            KeyCode::End => self.moved(CursorMove::End),
            KeyCode::Up if self.lines == Lines::Many => self.moved(CursorMove::Up),
            KeyCode::Down if self.lines == Lines::Many => self.moved(CursorMove::Down),
            KeyCode::Enter
            | KeyCode::Up
            | KeyCode::Down
            | KeyCode::PageUp
            | KeyCode::PageDown
            | KeyCode::Tab
            | KeyCode::BackTab
            | KeyCode::Insert
            | KeyCode::F(_)
            | KeyCode::Char(_)
            | KeyCode::Null
            | KeyCode::Esc
            | KeyCode::CapsLock
            | KeyCode::ScrollLock
            | KeyCode::NumLock
            | KeyCode::PrintScreen
            | KeyCode::Pause
            | KeyCode::Menu
            | KeyCode::KeypadBegin
            | KeyCode::Media(_)
            | KeyCode::Modifier(_) => Outcome::Ignored,
        }
    }

    fn character(&mut self, character: char, modifiers: KeyModifiers) -> Outcome {
        let both = KeyModifiers::CONTROL | KeyModifiers::ALT;
        // AltGr arrives as Ctrl and Alt together on some terminals and then is a sign, not a
        // command.
        let plain = !modifiers.intersects(both)
            || (modifiers.contains(both) && !character.is_ascii_alphanumeric());
        if plain && !character.is_control() {
            self.area.insert_char(character);
            return Outcome::Changed;
        }
        match (
            character.to_ascii_lowercase(),
            modifiers.contains(KeyModifiers::CONTROL),
        ) {
            ('w', true) => changed(self.area.delete_word()),
            ('h', true) => changed(self.delete_before()),
            ('a', true) => self.moved(CursorMove::Head),
            _ => Outcome::Ignored,
        }
    }

    /// The text as the field can hold it.
    fn fitted(&self, text: &str) -> String {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        match self.lines {
            Lines::One => text.replace('\n', " "),
            Lines::Many => text,
        }
    }

    fn line(&self, row: usize) -> &str {
        self.area.lines().get(row).map_or("", String::as_str)
    }

    fn moved(&mut self, to: CursorMove) -> Outcome {
        self.area.move_cursor(to);
        self.snap();
        Outcome::Moved
    }

    fn jump(&mut self, row: usize, column: usize) {
        let small = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        self.area
            .move_cursor(CursorMove::Jump(small(row), small(column)));
    }

    /// One grapheme to a side, over line ends too.
    fn step(&mut self, step: Step) -> Outcome {
        let (row, column) = self.caret();
        let beside = beside(self.line(row), column, step);
        match (beside, step) {
            (Some(column), _) => self.jump(row, column),
            (None, Step::Back) => self.area.move_cursor(CursorMove::Back),
            (None, Step::Forward) => self.area.move_cursor(CursorMove::Forward),
        }
        Outcome::Moved
    }

    fn delete_before(&mut self) -> bool {
        let (row, column) = self.caret();
        match beside(self.line(row), column, Step::Back) {
            Some(before) => {
                self.jump(row, before);
                self.area.delete_str(column - before)
            }
            None => self.area.delete_newline(),
        }
    }

    fn delete_after(&mut self) -> bool {
        let (row, column) = self.caret();
        match beside(self.line(row), column, Step::Forward) {
            Some(after) => self.area.delete_str(after - column),
            None => self.area.delete_next_char(),
        }
    }

    /// Puts a caret that stands inside a grapheme before it.
    fn snap(&mut self) {
        let (row, column) = self.caret();
        let edges = edges(self.line(row));
        if !edges.contains(&column) {
            let before = edges.into_iter().take_while(|edge| *edge < column).last();
            self.jump(row, before.unwrap_or(0));
        }
    }
}

impl PartialEq for TextField {
    /// Two fields are equal when they show the same: their histories do not count.
    fn eq(&self, other: &Self) -> bool {
        self.area.lines() == other.area.lines()
            && self.caret() == other.caret()
            && (self.lines, self.limit) == (other.lines, other.limit)
    }
}

#[derive(Clone, Copy)]
enum Step {
    Back,
    Forward,
}

fn changed(really: bool) -> Outcome {
    if really {
        Outcome::Changed
    } else {
        Outcome::Moved
    }
}

/// Where graphemes begin and end, counted in characters.
fn edges(line: &str) -> Vec<usize> {
    let ends = line.graphemes(true).scan(0, |at, grapheme| {
        *at += grapheme.chars().count();
        Some(*at)
    });
    std::iter::once(0).chain(ends).collect()
}

/// The next edge to a side of this column, or nothing at the end of the line.
fn beside(line: &str, column: usize, step: Step) -> Option<usize> {
    let edges = edges(line);
    match step {
        Step::Back => edges.into_iter().take_while(|edge| *edge < column).last(),
        Step::Forward => edges.into_iter().find(|edge| *edge > column),
    }
}

#[cfg(test)]
mod tests;
