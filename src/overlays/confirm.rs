//! A question answered by typing: a number that is left, the word `cancel`, a profile's name.
//!
//! Some questions ask for a reason first. Enter does nothing until the whole answer stands there.
//! Keys of the first 400 ms, held keys and pastes do not reach the fields.

use super::decision::Decision;
use super::frame::{self, OverlayEdges};
use crate::contract::{Action, LibraryChange, Settlement};
use crate::domain::{BatchId, OptOutSource};
use crate::text::wrap;
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, TextField};
use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui::layout::Rect;

/// Cells of a line of the question in a large window.
const WIDTH: u16 = 72;
/// Signs of a reason at least, so that somebody can read it later.
const LEAST: usize = 3;

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
    /// Send the draft also to people who have the same already; a reason is enough.
    Override,
    /// Put somebody on the list of those who must not be written to; a reason is enough.
    OptOut(String, OptOutSource),
    /// Take somebody off that list; the answer is `remove`.
    TakeOff(String),
    /// Settle unknown results; the answer is the number of people, a word, or nothing but a
    /// reason.
    Settle(Settlement),
}

/// What to ask.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// What happens when the answer is right.
    pub purpose: Purpose,
    /// The title.
    pub title: String,
    /// What happens, as sentences.
    pub lines: Vec<String>,
    /// What must be typed; empty where a reason is enough.
    pub wanted: String,
    /// Whether a reason is asked for.
    pub reason: bool,
}

/// The reason that is asked for before the answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reason {
    /// What is typed.
    pub field: TextField,
    /// Whether the caret has gone on to the answer.
    pub given: bool,
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
    /// What must be typed.
    pub wanted: String,
    /// What is typed.
    pub field: TextField,
    /// The reason, where one is asked for.
    pub reason: Option<Box<Reason>>,
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
    /// A question that opens now.
    pub fn new(asked: Asked, opened: Timestamp, guarded: bool) -> Self {
        Self {
            purpose: asked.purpose,
            title: asked.title,
            lines: asked.lines,
            wanted: asked.wanted,
            field: TextField::default(),
            reason: asked.reason.then(Box::default),
            decision: Decision::new(opened),
            guarded,
        }
    }

    /// The reason that was typed.
    pub fn reason_text(&self) -> String {
        let reason = self.reason.as_ref();
        reason.map_or_else(String::new, |reason| reason.field.text().trim().to_owned())
    }

    /// The field that has the caret.
    fn typed(&mut self) -> &mut TextField {
        match &mut self.reason {
            Some(reason) if !reason.given => &mut reason.field,
            Some(_) | None => &mut self.field,
        }
    }

    fn asks_for_reason(&self) -> bool {
        self.reason.as_ref().is_some_and(|reason| !reason.given)
    }

    /// The caret goes to the reason or to the answer.
    fn turn(&mut self) {
        let has_answer = !self.wanted.is_empty();
        if let Some(reason) = &mut self.reason {
            reason.given = !reason.given && has_answer;
        }
    }
}

/// Runs an action of the question.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a question answers the actions it knows"
)]
pub fn act(state: &mut State, action: Action) -> Option<Wish> {
    match action {
        Action::Accept | Action::Open => return enter(state),
        Action::NextTab | Action::PreviousTab => state.turn(),
        Action::Back => return Some(Wish::Close),
        Action::ClearField => {
            state.typed().set_text("");
            state.decision.typed();
        }
        _ => {}
    }
    None
}

fn enter(state: &mut State) -> Option<Wish> {
    if state.reason.is_some() && state.reason_text().chars().count() < LEAST {
        state
            .decision
            .refuse("Enter does nothing yet: say why".to_owned());
        return None;
    }
    if state.asks_for_reason() && !state.wanted.is_empty() {
        state.turn();
        return None;
    }
    if state.field.text().trim() == state.wanted {
        let first = state.decision.take();
        return first.then(|| Wish::Confirmed(state.purpose.clone()));
    }
    let why = format!("Enter does nothing yet: type {}", state.wanted);
    state.decision.refuse(why);
    None
}

/// A key typed into the answer.
pub fn key(state: &mut State, key: KeyEvent) {
    if state.typed().key(key) {
        state.decision.typed();
    }
}

/// What happens, in lines of this width.
fn wrapped(state: &State, width: usize) -> Vec<&str> {
    let lines = state.lines.iter();
    lines.flat_map(|line| wrap::wrap(line, width)).collect()
}

/// Rows of labels and fields at the bottom, the refusal included.
fn rows_below(state: &State) -> u16 {
    let reason = if state.reason.is_some() { 2 } else { 0 };
    let answer = if state.wanted.is_empty() { 0 } else { 2 };
    reason + answer + 1
}

/// Draws the question.
pub fn draw(state: &State, painter: &mut Painter<'_>, body: Rect) {
    let wide = wrapped(state, usize::from(WIDTH));
    let below = rows_below(state);
    let height = u16::try_from(wide.len())
        .unwrap_or(u16::MAX)
        .saturating_add(below + 2);
    let area = frame::area(body, WIDTH, height);
    let edges = OverlayEdges {
        title: state.title.clone(),
        hint: "Enter does it once the answer is right".to_owned(),
        leave: "Esc back, nothing happens".to_owned(),
        guarded: state.guarded,
        ..OverlayEdges::default()
    };
    let inside = frame::draw(painter, body, area, &edges);
    let lines = wrapped(state, usize::from(inside.width));
    let wanted = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    // In a small window what happens needs the row that is kept for a refusal.
    let crowded =
        wanted.saturating_add(below) > inside.height && state.decision.refusal().is_none();
    let below = below - u16::from(crowded);
    let mut y = inside.bottom().saturating_sub(below);
    for (y, line) in (inside.y..y).zip(lines) {
        painter.text((inside.x, y), inside.right(), line, Role::Text);
    }
    let mut question = |ask: &str, field: &TextField, typing: bool| {
        painter.text((inside.x, y), inside.right(), ask, Role::Key);
        let prompt = painter.theme.glyph(Glyph::FromUs);
        let x = painter.text((inside.x, y + 1), inside.right(), prompt, Role::Focus);
        let place = Rect {
            x: x + 1,
            y: y + 1,
            width: inside.right().saturating_sub(x + 1),
            height: 1,
        };
        field.draw(painter, place, Role::Text, typing);
        y += 2;
    };
    if let Some(reason) = &state.reason {
        let ask = "Why? It goes into the audit record.";
        question(ask, &reason.field, !reason.given);
    }
    if !state.wanted.is_empty() {
        let ask = format!("To do it, type  {}", state.wanted);
        question(&ask, &state.field, !state.asks_for_reason());
    }
    if let Some(refusal) = state.decision.refusal() {
        painter.text((inside.x, y), inside.right(), refusal, Role::Attention);
    }
}
