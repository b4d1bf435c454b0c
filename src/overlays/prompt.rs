//! A question that is answered by typing a text and decides nothing: a day, an attribute and its
//! value, the words of a template. What the answer makes of itself stands below it while it is
//! typed; whoever opened the question works it out.

use super::frame::{self, OverlayEdges};
use crate::contract::Action;
use crate::domain::BatchId;
use crate::text::{sanitize, wrap};
use crate::theme::{Glyph, Role};
use crate::widgets::{Lines, Painter, TextField};
use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

/// Cells of the question in a large window.
const WIDTH: u16 = 66;
/// Rows of an answer of several lines.
const ROWS: u16 = 8;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// What people without this attribute read in its place.
    Fallback(String),
    /// The attribute and value that a quick reply stores, for the flow of this key.
    Payload(String),
    /// A day, written in this language; ISO without one.
    Day(Option<String>),
    /// A number, grouped as this language does it.
    Number(String),
    /// The local time at which an offer ends.
    Expiry,
    /// The words of a template: name and language.
    Words(String, String),
    /// The file of a batch's report.
    Report(BatchId),
    /// The file that people come from.
    PeopleFile,
    /// What people read who have nothing in this column, which fills this place of the message.
    ColumnFallback(usize, String),
    /// The file for those who are left out.
    Rejects,
}

/// The question.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// What is asked for.
    pub purpose: Purpose,
    /// The title.
    pub title: String,
    /// What to type, as sentences.
    pub lines: Vec<String>,
    /// What is typed.
    pub field: TextField,
    /// What it becomes, or why it cannot be used yet.
    pub result: Result<String, String>,
}

/// What the question wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Go back; nothing happens.
    Close,
    /// Take the answer.
    Take,
    /// The answer changed: work out what it becomes.
    Weigh,
    /// Look for what fits the path that is typed.
    Complete,
}

/// Runs an action of the question.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a question answers the actions it knows"
)]
pub fn act(state: &mut State, action: Action) -> Option<Wish> {
    match action {
        Action::Accept | Action::Open | Action::SaveText => {
            return state.result.is_ok().then_some(Wish::Take);
        }
        Action::CompletePath if state.purpose == Purpose::PeopleFile => {
            return Some(Wish::Complete);
        }
        Action::ClearField => state.field.set_text(""),
        Action::UndoEdit => state.field.undo(),
        Action::RedoEdit => state.field.redo(),
        Action::Back => return Some(Wish::Close),
        _ => return None,
    }
    Some(Wish::Weigh)
}

/// Whether Enter, Up and Down are text and caret.
pub fn takes_line_breaks(state: &State) -> bool {
    state.field.lines() == Lines::Many
}

/// A key typed into the answer; says whether it changed.
pub fn key(state: &mut State, key: KeyEvent) -> bool {
    state.field.key(key)
}

/// Draws the question.
pub fn draw(state: &State, painter: &mut Painter<'_>, body: Rect) {
    let rows = if takes_line_breaks(state) { ROWS } else { 1 };
    let wide = wrapped(state, usize::from(WIDTH)).len();
    let height = u16::try_from(wide)
        .unwrap_or(u16::MAX)
        .saturating_add(rows + 4);
    let area = frame::area(body, WIDTH, height);
    let take = if takes_line_breaks(state) {
        "Ctrl-s takes it"
    } else {
        "Enter takes it"
    };
    let edges = OverlayEdges {
        title: state.title.clone(),
        hint: if state.purpose == Purpose::PeopleFile {
            format!("{take} \u{b7} Tab completes it")
        } else {
            take.to_owned()
        },
        leave: "Esc back".to_owned(),
        ..OverlayEdges::default()
    };
    let inside = frame::draw(painter, body, area, &edges);
    let mut y = inside.y;
    for line in wrapped(state, usize::from(inside.width)) {
        painter.text((inside.x, y), inside.right(), line, Role::Muted);
        y += 1;
    }
    y += 1;
    let prompt = painter.theme.glyph(Glyph::FromUs);
    let x = painter.text((inside.x, y), inside.right(), prompt, Role::Focus);
    let field = Rect {
        x: x + 1,
        y,
        width: inside.right().saturating_sub(x + 1),
        height: rows.min(inside.bottom().saturating_sub(y)),
    };
    state.field.draw(painter, field, Role::Text, true);
    outcome(state, painter, inside, field.bottom());
}

/// What the answer becomes, or why not yet.
fn outcome(state: &State, painter: &mut Painter<'_>, inside: Rect, y: u16) {
    let (sign, role, text) = match &state.result {
        Ok(text) if takes_line_breaks(state) => (Glyph::Accepted, Role::Accepted, text),
        Ok(text) => (Glyph::To, Role::Muted, text),
        Err(_) if state.field.is_empty() => return,
        Err(why) => (Glyph::Rejected, Role::Failed, why),
    };
    let text = sanitize::clean_line(text);
    let lines = wrap::wrap(&text, usize::from(inside.width.saturating_sub(2)).max(1));
    for (index, (y, line)) in (y..inside.bottom()).zip(lines).enumerate() {
        if index == 0 {
            let sign = painter.theme.glyph(sign);
            painter.text((inside.x, y), inside.right(), sign, role);
        }
        painter.text((inside.x + 2, y), inside.right(), line, Role::Text);
    }
}

fn wrapped(state: &State, width: usize) -> Vec<&str> {
    let lines = state.lines.iter();
    lines.flat_map(|line| wrap::wrap(line, width)).collect()
}
