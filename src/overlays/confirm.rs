//! A question answered by typing: a number that is left, the word `cancel`, a profile's name, a
//! reason in the person's own words.
//!
//! Enter does nothing until the whole answer stands there, and the answer counts once. Keys of the
//! first 400 ms, held keys and pastes do not reach the field.

use super::decision::Decision;
use super::frame::{self, OverlayEdges};
use crate::contract::{Action, LibraryChange};
use crate::domain::BatchId;
use crate::text::wrap;
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, TextField};
use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

/// Signs of a reason at least, so that somebody can read it later.
const LEAST: usize = 3;
/// Cells of a line of the question in a large window.
const WIDTH: u16 = 72;

/// What happens when the answer is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Go on with a batch; the answer is the number of people left.
    Resume(BatchId, u64),
    /// Take back what is not sent of a batch; the answer is `cancel`.
    Cancel(BatchId),
    /// Connect with a guarded profile; the answer is its name.
    SwitchProfile(String),
    /// Use a draft of another profile with this one; the answer is this one's name.
    TakeDraft,
    /// Leave while something runs; the answer is `quit`.
    Quit,
    /// Take something out of the library; the answer is `remove`.
    Remove(LibraryChange),
    /// Send the draft also to people who have the same already; the answer is why, and stands
    /// here once it was given.
    Override(String),
}

/// The question.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// What it is about.
    pub purpose: Purpose,
    /// The title.
    pub title: String,
    /// What happens, as sentences.
    pub lines: Vec<String>,
    /// What must be typed; empty where it is a reason.
    pub wanted: String,
    /// What is typed.
    pub field: TextField,
    /// What keeps it from being answered by accident or twice.
    pub decision: Decision,
    /// Whether real customers are meant.
    pub guarded: bool,
}

/// What the question wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Go back; nothing happens.
    Close,
    /// The answer is right.
    Confirmed(Purpose),
}

impl State {
    fn is_right(&self) -> bool {
        let text = self.field.text();
        let typed = text.trim();
        if self.wanted.is_empty() {
            typed.chars().count() >= LEAST
        } else {
            typed == self.wanted
        }
    }

    fn wanted_words(&self) -> &str {
        match self.wanted.as_str() {
            "" => "a reason",
            wanted => wanted,
        }
    }

    /// What was decided; nothing for an answer that was given before.
    fn decided(&mut self) -> Option<Wish> {
        if !self.decision.take() {
            return None;
        }
        let mut purpose = self.purpose.clone();
        if let Purpose::Override(reason) = &mut purpose {
            self.field.text().trim().clone_into(reason);
        }
        Some(Wish::Confirmed(purpose))
    }
}

/// Runs an action of the question.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a question answers the actions it knows"
)]
pub fn act(state: &mut State, action: Action) -> Option<Wish> {
    match action {
        Action::Accept | Action::Open => {
            if state.is_right() {
                return state.decided();
            }
            let why = format!("Enter does nothing yet: type {}", state.wanted_words());
            state.decision.refuse(why);
        }
        Action::Back => return Some(Wish::Close),
        _ => {}
    }
    None
}

/// A key typed into the answer.
pub fn key(state: &mut State, key: KeyEvent) {
    if state.field.key(key) {
        state.decision.typed();
    }
}

/// What happens, in lines of this width.
fn wrapped(state: &State, width: usize) -> Vec<&str> {
    let lines = state.lines.iter();
    lines.flat_map(|line| wrap::wrap(line, width)).collect()
}

/// Draws the question.
pub fn draw(state: &State, painter: &mut Painter<'_>, body: Rect) {
    let wide = wrapped(state, usize::from(WIDTH));
    let height = u16::try_from(wide.len())
        .unwrap_or(u16::MAX)
        .saturating_add(5);
    let area = frame::area(body, WIDTH, height);
    let edges = OverlayEdges {
        title: state.title.clone(),
        hint: "Enter does it once the answer is right".to_owned(),
        leave: "Esc back, nothing happens".to_owned(),
        guarded: state.guarded,
        ..OverlayEdges::default()
    };
    let inside = frame::draw(painter, body, area, &edges);
    let field_row = inside.bottom().saturating_sub(2);
    let lines = wrapped(state, usize::from(inside.width));
    for (y, line) in (inside.y..field_row.saturating_sub(1)).zip(lines) {
        painter.text((inside.x, y), inside.right(), line, Role::Text);
    }
    let ask = format!("To do it, type  {}", state.wanted_words());
    painter.text(
        (inside.x, field_row.saturating_sub(1)),
        inside.right(),
        &ask,
        Role::Key,
    );
    let prompt = painter.theme.glyph(Glyph::FromUs);
    let x = painter.text((inside.x, field_row), inside.right(), prompt, Role::Focus);
    let field = Rect {
        x: x + 1,
        y: field_row,
        width: inside.right().saturating_sub(x + 1),
        height: 1,
    };
    state.field.draw(painter, field, Role::Text, true);
    if let Some(refusal) = state.decision.refusal() {
        painter.text(
            (inside.x, field_row + 1),
            inside.right(),
            refusal,
            Role::Attention,
        );
    }
}
