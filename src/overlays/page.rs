//! A page to read: help, the details of a call, a raw answer, all about an unknown result.

use super::frame::{self, OverlayEdges};
use crate::contract::Action;
use crate::widgets::{Painter, Spans};
use ratatui::layout::Rect;

/// Which page, so that the keys of its place apply and a refresh knows what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The keys of a place.
    Help,
    /// A call in full, or a raw answer.
    Detail,
}

/// A page.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Which.
    pub kind: Kind,
    /// What it is.
    pub title: String,
    /// Top right.
    pub state: Spans,
    /// The lines, already wrapped for at most 96 cells.
    pub lines: Vec<Spans>,
    /// First visible line.
    pub scroll: usize,
    /// What `y` copies.
    pub copy: String,
}

/// What the page wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Close it.
    Close,
    /// Copy this.
    Copy(String),
}

/// Runs an action of a page in a body of this size.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a page answers the actions it knows"
)]
pub fn act(state: &mut State, action: Action, body: Rect) -> Option<Wish> {
    let height = height(state, body);
    let most = wrapped(state, body).len().saturating_sub(height);
    let page = height.max(2);
    match action {
        Action::MoveDown => state.scroll += 1,
        Action::MoveUp => state.scroll = state.scroll.saturating_sub(1),
        Action::HalfPageDown => state.scroll += page / 2,
        Action::HalfPageUp => state.scroll = state.scroll.saturating_sub(page / 2),
        Action::PageDown => state.scroll += page - 1,
        Action::PageUp => state.scroll = state.scroll.saturating_sub(page - 1),
        Action::First => state.scroll = 0,
        Action::Last => state.scroll = most,
        Action::Copy => return Some(Wish::Copy(state.copy.clone())),
        Action::Back | Action::Accept | Action::Open => return Some(Wish::Close),
        _ => {}
    }
    state.scroll = state.scroll.min(most);
    None
}

/// How many lines a page shows in a body of this size.
pub fn height(state: &State, body: Rect) -> usize {
    usize::from(area(state, body).height.saturating_sub(2))
}

/// The most cells that a line of a page has in a body of this size.
pub fn room(body: Rect) -> usize {
    usize::from(frame::area(body, u16::MAX - 4, 4).width.saturating_sub(4))
}

/// The lines at the width that a body of this size gives them.
pub fn wrapped(state: &State, body: Rect) -> Vec<Spans> {
    let width = usize::from(frame::area(body, widest(state), 4).width.saturating_sub(4));
    state
        .lines
        .iter()
        .flat_map(|line| line.wrapped(width))
        .collect()
}

fn widest(state: &State) -> u16 {
    let widest = state.lines.iter().map(Spans::cells).max().unwrap_or(0);
    u16::try_from(widest.max(60)).unwrap_or(96)
}

fn area(state: &State, body: Rect) -> Rect {
    let height = u16::try_from(wrapped(state, body).len()).unwrap_or(u16::MAX);
    frame::area(body, widest(state), height.max(4))
}

/// Draws the page.
pub fn draw(state: &State, painter: &mut Painter<'_>, body: Rect) {
    let area = area(state, body);
    let edges = OverlayEdges {
        title: state.title.clone(),
        state: state.state.clone(),
        hint: "j k scroll · y copy".to_owned(),
        leave: "Esc close".to_owned(),
        guarded: false,
    };
    let inside = frame::draw(painter, body, area, &edges);
    let lines = wrapped(state, body);
    let first = state
        .scroll
        .min(lines.len().saturating_sub(usize::from(inside.height)));
    for (y, line) in (inside.y..inside.bottom()).zip(lines.iter().skip(first)) {
        painter.spans((inside.x, y), inside.right(), line);
    }
    painter.thumb(area.right().saturating_sub(1), inside, first, lines.len());
}
