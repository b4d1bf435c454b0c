//! The message as a phone shows it, above the panes: where the composer has no room for it.

use super::frame::{self, OverlayEdges};
use crate::contract::Action;
use crate::widgets::Painter;
use crate::widgets::bubble::{Rows, WIDTH};
use ratatui::layout::Rect;
use std::sync::Arc;

/// Cells of the dialog where its title names a person and a row.
const PAGED: u16 = 60;

/// The bubble and how far it is scrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Whose message it is.
    pub title: String,
    /// Which row of the file each call was made of, where people are looked at one by one.
    pub paging: Option<Arc<[u32]>>,
    /// The bubble.
    pub rows: Rows,
    /// First visible row.
    pub scroll: usize,
}

/// Runs an action; says whether the bubble closes.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a page answers the actions it knows"
)]
pub fn act(state: &mut State, action: Action, body: Rect) -> bool {
    let height = usize::from(area(state, body).height.saturating_sub(2));
    let most = state.rows.rows.len().saturating_sub(height);
    match action {
        Action::MoveDown => state.scroll += 1,
        Action::MoveUp => state.scroll = state.scroll.saturating_sub(1),
        Action::HalfPageDown | Action::PageDown => state.scroll += height / 2,
        Action::HalfPageUp | Action::PageUp => {
            state.scroll = state.scroll.saturating_sub(height / 2);
        }
        Action::First => state.scroll = 0,
        Action::Last => state.scroll = most,
        Action::Back | Action::Accept | Action::Open | Action::Preview => return true,
        _ => {}
    }
    state.scroll = state.scroll.min(most);
    false
}

/// Cells that a bubble may have in a body of this size.
pub fn room(body: Rect) -> usize {
    usize::from(body.width.saturating_sub(2)).min(WIDTH)
}

fn area(state: &State, body: Rect) -> Rect {
    let width = match state.paging {
        Some(_) => PAGED,
        None => u16::try_from(WIDTH).unwrap_or(42),
    };
    frame::area(body, width, state.rows.height().max(4))
}

/// Draws the bubble.
pub fn draw(state: &State, painter: &mut Painter<'_>, body: Rect) {
    let area = area(state, body);
    let edges = OverlayEdges {
        title: state.title.clone(),
        hint: match state.paging {
            Some(_) => "[ ] people \u{b7} L longest".to_owned(),
            None => String::new(),
        },
        leave: match state.paging {
            Some(_) => "Esc back".to_owned(),
            None => "Enter the request".to_owned(),
        },
        ..OverlayEdges::default()
    };
    let inside = frame::draw(painter, body, area, &edges);
    let room = usize::from(inside.height);
    let first = state.scroll.min(state.rows.rows.len().saturating_sub(room));
    state.rows.draw(painter, inside, first);
    let edge = area.right().saturating_sub(1);
    painter.thumb(edge, inside, first, state.rows.rows.len());
}
