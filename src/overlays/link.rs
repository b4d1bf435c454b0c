//! The links of a message, one at a time, each with its whole address, because the words around a
//! link are somebody else's. Opening one is asked for here and never done here.

use super::decision::Decision;
use super::frame::{self, OverlayEdges};
use crate::contract::Action;
use crate::text::{links, wrap};
use crate::theme::Role;
use crate::widgets::{Painter, Spans};
use ratatui::layout::Rect;

/// Cells of a line.
const WIDTH: u16 = 72;

/// The links of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The addresses, as [`links::target`] gives them; at least one.
    pub addresses: Vec<String>,
    /// Which of them is shown.
    pub at: usize,
    /// First visible line of it.
    pub scroll: usize,
    /// What drops keys that were meant for the place before.
    pub decision: Decision,
}

/// What the overlay wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Go back; nothing happens.
    Close,
    /// Open this address.
    Open(String),
    /// Copy this address.
    Copy(String),
}

/// Runs an action of the overlay in a body of this size.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a link answers the actions it knows"
)]
pub fn act(state: &mut State, action: Action, body: Rect) -> Option<Wish> {
    match action {
        Action::NextTab => step(state, 1),
        Action::PreviousTab => step(state, -1),
        Action::MoveDown => state.scroll += 1,
        Action::MoveUp => state.scroll = state.scroll.saturating_sub(1),
        Action::OpenFile => return Some(Wish::Open(address(state).to_owned())),
        Action::Copy => return Some(Wish::Copy(address(state).to_owned())),
        Action::Back => return Some(Wish::Close),
        _ => {}
    }
    let area = area(state, body);
    let rows = usize::from(area.height.saturating_sub(2));
    let most = lines(state, width(area, body)).len().saturating_sub(rows);
    state.scroll = state.scroll.min(most);
    None
}

fn step(state: &mut State, steps: isize) {
    let count = state.addresses.len().max(1).cast_signed();
    let next = (state.at.cast_signed() + steps).rem_euclid(count);
    state.at = next.unsigned_abs();
    state.scroll = 0;
}

fn address(state: &State) -> &str {
    state.addresses.get(state.at).map_or("", String::as_str)
}

fn area(state: &State, body: Rect) -> Rect {
    let wide = usize::from(WIDTH);
    let rows = u16::try_from(lines(state, wide).len()).unwrap_or(u16::MAX);
    frame::area(body, WIDTH, rows.max(2))
}

/// The cells of a line inside, as [`frame::draw`] gives it, less one for the thumb.
fn width(area: Rect, body: Rect) -> usize {
    let sides = if area == body { 3 } else { 4 };
    usize::from(area.width.saturating_sub(sides))
}

fn lines(state: &State, width: usize) -> Vec<&str> {
    wrap::wrap(address(state), width)
}

/// Draws the link.
pub fn draw(state: &State, painter: &mut Painter<'_>, body: Rect) {
    let area = area(state, body);
    let several = state.addresses.len() > 1;
    let number = if several {
        format!("{} of {} · Tab next", state.at + 1, state.addresses.len())
    } else {
        String::new()
    };
    let edges = OverlayEdges {
        title: format!("Link · {}", links::host(address(state))),
        state: Spans::of(Role::Muted, number),
        hint: "o opens it with the desktop's program · y copy".to_owned(),
        leave: "Esc back".to_owned(),
        ..OverlayEdges::default()
    };
    let inside = frame::draw(painter, body, area, &edges);
    let lines = lines(state, width(area, body));
    let rows = inside.y..inside.bottom();
    for (y, line) in rows.zip(lines.iter().skip(state.scroll)) {
        painter.text((inside.x, y), inside.right(), line, Role::Text);
    }
    let right = area.right().saturating_sub(1);
    painter.thumb(right, inside, state.scroll, lines.len());
}

#[cfg(test)]
mod tests {
    use super::{Decision, State, Wish, act};
    use crate::contract::Action;
    use jiff::Timestamp;
    use ratatui::layout::Rect;

    #[test]
    fn links_are_shown_in_turn_and_only_the_shown_one_is_opened() {
        let body = Rect::new(0, 2, 40, 9);
        let long = format!("https://b.example/{}", "x".repeat(900));
        let mut state = State {
            addresses: vec!["https://a.example/".to_owned(), long.clone()],
            at: 0,
            scroll: 0,
            decision: Decision::new(Timestamp::UNIX_EPOCH),
        };
        assert_eq!(
            act(&mut state, Action::Accept, body),
            None,
            "Enter opens nothing"
        );
        assert_eq!(act(&mut state, Action::PreviousTab, body), None);
        for _ in 0..50 {
            act(&mut state, Action::MoveDown, body);
        }
        let lines = long.len().div_ceil(37);
        assert_eq!(state.scroll, lines - 7);
        assert_eq!(
            act(&mut state, Action::OpenFile, body),
            Some(Wish::Open(long))
        );
        act(&mut state, Action::NextTab, body);
        assert_eq!((state.at, state.scroll), (0, 0));
        let copied = act(&mut state, Action::Copy, body);
        assert_eq!(copied, Some(Wish::Copy("https://a.example/".to_owned())));
    }
}
