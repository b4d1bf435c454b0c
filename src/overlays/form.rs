//! A form of several texts, saved as a whole: what staff give a template, a flow. It only holds
//! what is typed; whether it can be saved, and what saving does, is said by whoever opened it.

use super::frame::{self, OverlayEdges};
use crate::contract::Action;
use crate::text::{sanitize, width, wrap};
use crate::theme::{Glyph, Role};
use crate::widgets::{Lines, Painter, Spans, TextField};
use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

/// Cells of the form in a large window.
const WIDTH: u16 = 96;
/// Most cells of the names of fields.
const NAMES: u16 = 26;
/// Most rows of a text of several lines.
const TALL: u16 = 8;

/// One text of the form.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Clean text above the field where it differs from that of the field before.
    pub group: &'static str,
    /// What people call it, clean.
    pub name: String,
    /// What it is to whoever opened the form.
    pub key: String,
    /// Shown while nothing is typed.
    pub hint: &'static str,
    /// What is typed.
    pub text: TextField,
}

/// What the form is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The template of this name and language.
    Template(String, String),
    /// The flow of this name; a new one without.
    Flow(Option<String>),
}

/// The form.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// What it is about.
    pub subject: Subject,
    /// The title, clean.
    pub title: String,
    /// The texts, top to bottom.
    pub fields: Vec<Field>,
    /// The field that is typed in.
    pub cursor: usize,
    /// Why it was not saved, as a sentence.
    pub refusal: Option<String>,
    /// The texts as they were when it opened.
    before: Vec<String>,
    /// Whether going back was refused once because something is not saved.
    warned: bool,
}

/// What the form wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Close it; nothing is saved.
    Close,
    /// Save what it holds.
    Save,
}

impl State {
    /// A form with these fields.
    pub fn new(subject: Subject, title: String, fields: Vec<Field>) -> Self {
        Self {
            subject,
            title,
            before: fields.iter().map(|field| field.text.text()).collect(),
            fields,
            cursor: 0,
            refusal: None,
            warned: false,
        }
    }

    /// The text of a field.
    pub fn value(&self, key: &str) -> Option<String> {
        let field = self.fields.iter().find(|field| field.key == key)?;
        Some(field.text.text())
    }

    /// Says why it was not saved, beside the field it is about.
    pub fn refuse(&mut self, key: Option<&str>, why: String) {
        let at = key.and_then(|key| self.fields.iter().position(|field| field.key == key));
        self.cursor = at.unwrap_or(self.cursor);
        self.refusal = Some(why);
    }

    fn is_changed(&self) -> bool {
        let now = self.fields.iter().map(|field| field.text.text());
        !now.eq(self.before.iter().cloned())
    }

    fn field(&mut self) -> Option<&mut TextField> {
        self.fields
            .get_mut(self.cursor)
            .map(|field| &mut field.text)
    }

    fn step(&mut self, forward: bool) {
        let last = self.fields.len().saturating_sub(1);
        self.cursor = match (forward, self.cursor) {
            (true, at) if at >= last => 0,
            (true, at) => at + 1,
            (false, 0) => last,
            (false, at) => at - 1,
        };
    }
}

/// Runs an action of the form.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a form answers the actions it knows"
)]
pub fn act(state: &mut State, action: Action) -> Option<Wish> {
    match action {
        Action::SaveForm => return Some(Wish::Save),
        Action::Back if state.is_changed() && !state.warned => {
            state.warned = true;
            let why = "Not saved: Ctrl-s saves, Esc once more drops what changed.";
            state.refusal = Some(why.to_owned());
        }
        Action::Back => return Some(Wish::Close),
        Action::NextField | Action::MoveDown | Action::Accept | Action::Open => state.step(true),
        Action::PreviousField | Action::MoveUp => state.step(false),
        Action::ClearField => state.field()?.set_text(""),
        Action::UndoEdit => state.field()?.undo(),
        Action::RedoEdit => state.field()?.redo(),
        _ => {}
    }
    None
}

/// Whether Enter, Up and Down are text and caret.
pub fn takes_line_breaks(state: &State) -> bool {
    let field = state.fields.get(state.cursor);
    field.is_some_and(|field| field.text.lines() == Lines::Many)
}

/// A key typed into the field.
pub fn key(state: &mut State, key: KeyEvent) {
    let typed = state.field().is_some_and(|field| field.key(key));
    if typed {
        state.refusal = None;
        state.warned = false;
    }
}

/// A paste into the field.
pub fn paste(state: &mut State, text: &str) {
    if let Some(field) = state.field() {
        field.paste(text);
        state.refusal = None;
    }
}

/// A row of the form.
enum Row {
    Heading(&'static str),
    /// A field by its number, and which of its lines.
    Field(usize, u16),
}

fn rows(state: &State, room: u16) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut group = "";
    for (at, field) in state.fields.iter().enumerate() {
        if field.group != group {
            group = field.group;
            rows.push(Row::Heading(group));
        }
        let lines = 0..height_of(&field.text, room);
        rows.extend(lines.map(|line| Row::Field(at, line)));
    }
    rows
}

/// Cells of the names: the longest, but not more than it may take.
fn names_width(state: &State, inside: u16) -> u16 {
    let names = state.fields.iter().map(|field| width::cells(&field.name));
    let longest = u16::try_from(names.max().unwrap_or(0)).unwrap_or(NAMES);
    longest.min(NAMES).min(inside * 2 / 5)
}

/// Draws the form.
pub fn draw(state: &State, painter: &mut Painter<'_>, body: Rect) {
    let room = WIDTH.saturating_sub(names_width(state, WIDTH) + 3);
    let height = u16::try_from(rows(state, room).len()).unwrap_or(u16::MAX);
    let area = frame::area(body, WIDTH, height.saturating_add(2));
    let edges = OverlayEdges {
        title: state.title.clone(),
        state: if state.is_changed() {
            Spans::of(Role::Attention, "not saved")
        } else {
            Spans::default()
        },
        hint: "Ctrl-s saves · Tab next".to_owned(),
        leave: "Esc back".to_owned(),
        guarded: false,
    };
    let inside = frame::draw(painter, body, area, &edges);
    let names = names_width(state, inside.width);
    let fields = Rect {
        height: inside
            .height
            .saturating_sub(refusal_height(state, inside.width)),
        ..inside
    };
    let rows = rows(state, inside.width.saturating_sub(names + 3));
    let first = first_row(state, &rows, usize::from(fields.height));
    for (y, row) in (fields.y..fields.bottom()).zip(rows.iter().skip(first)) {
        match row {
            Row::Heading(text) => {
                let x = painter.text((fields.x + 1, y), fields.right(), text, Role::Muted);
                painter.rule((x + 1, y), fields.right(), Glyph::ThinRule, Role::Border);
            }
            // A text of several lines is drawn as a whole with its first one.
            Row::Field(at, 0) => {
                let rest = Rect {
                    y,
                    height: fields.bottom() - y,
                    ..fields
                };
                draw_field(state, painter, rest, (*at, names));
            }
            Row::Field(..) => {}
        }
    }
    painter.thumb(area.right().saturating_sub(1), fields, first, rows.len());
    draw_refusal(state, painter, inside);
}

/// The first visible row: the field that is typed in is in sight, and no other begins above it.
fn first_row(state: &State, rows: &[Row], height: usize) -> usize {
    let is_cursor = |row: &Row| matches!(row, Row::Field(at, _) if *at == state.cursor);
    let begins = rows.iter().position(is_cursor).unwrap_or(0);
    let ends = rows.iter().rposition(is_cursor).unwrap_or(0);
    let least = (ends + 1).saturating_sub(height).min(begins);
    let whole = |row: &Row| matches!(row, Row::Heading(_) | Row::Field(_, 0));
    let later = rows.iter().skip(least).position(whole).unwrap_or(0);
    (least + later).min(begins)
}

/// Draws a field at the top of what is left of the form.
fn draw_field(state: &State, painter: &mut Painter<'_>, rest: Rect, (at, names): (usize, u16)) {
    let Some(field) = state.fields.get(at) else {
        return;
    };
    let is_here = at == state.cursor;
    let name_role = if is_here { Role::Text } else { Role::Muted };
    let cut = painter.theme.glyph(Glyph::Cut);
    let name = width::truncate_middle(&field.name, usize::from(names), cut);
    painter.text((rest.x + 1, rest.y), rest.right(), &name, name_role);
    if is_here {
        let cursor = painter.theme.glyph(Glyph::Cursor);
        painter.text((rest.x, rest.y), rest.right(), cursor, Role::Focus);
    }
    let x = rest.x + names + 3;
    if field.text.is_empty() && !is_here {
        painter.text((x, rest.y), rest.right(), field.hint, Role::Muted);
        return;
    }
    let room = rest.right().saturating_sub(x);
    let area = Rect {
        x,
        width: room,
        height: height_of(&field.text, room).min(rest.height),
        ..rest
    };
    field.text.draw(painter, area, Role::Text, is_here);
}

/// The rows a text takes in so many cells.
fn height_of(text: &TextField, room: u16) -> u16 {
    match text.lines() {
        Lines::One => 1,
        Lines::Many => text.height(room.saturating_sub(1)).clamp(2, TALL),
    }
}

fn refusal_lines(state: &State, cells: u16) -> Vec<String> {
    let Some(refusal) = &state.refusal else {
        return Vec::new();
    };
    let clean = sanitize::clean_line(refusal);
    let lines = wrap::wrap(&clean, usize::from(cells.saturating_sub(3)).max(1));
    lines.into_iter().map(str::to_owned).collect()
}

fn refusal_height(state: &State, cells: u16) -> u16 {
    u16::try_from(refusal_lines(state, cells).len())
        .unwrap_or(1)
        .max(1)
}

fn draw_refusal(state: &State, painter: &mut Painter<'_>, inside: Rect) {
    let lines = refusal_lines(state, inside.width);
    let height = u16::try_from(lines.len()).unwrap_or(0);
    let top = inside.bottom().saturating_sub(height);
    for (y, line) in (top..inside.bottom()).zip(&lines) {
        let mark = painter.theme.glyph(Glyph::Rejected);
        if y == top {
            painter.text((inside.x + 1, y), inside.right(), mark, Role::Failed);
        }
        painter.text((inside.x + 3, y), inside.right(), line, Role::Text);
    }
}
