//! The audit as a list, the newest line first: who confirmed what, what was about to leave, how it
//! ended. It only reads; nothing here changes what is planned or sent.

use super::frame::{self, OverlayEdges};
use crate::contract::Action;
use crate::domain::audit::AuditFilter;
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Spans, TextField, WindowedList};
use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

/// A line of the list; all texts clean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number.
    pub seq: u64,
    /// When, as short as it can be said.
    pub time: String,
    /// `#31`, or nothing.
    pub batch: String,
    /// One word.
    pub action: String,
    /// Whom it was about.
    pub who: String,
    /// In words.
    pub what: String,
    /// How much it needs a person's eye.
    pub role: Role,
    /// The whole line, as files have it.
    pub json: String,
}

/// The list.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Which lines are shown or asked for.
    pub filter: AuditFilter,
    /// The lines, once they are read.
    pub rows: Option<Vec<Row>>,
    /// Whether there are more than those.
    pub cut: bool,
    /// Cursor and window.
    pub list: WindowedList,
    /// What is looked for.
    pub field: TextField,
    /// Whether plain characters go into the field.
    pub typing: bool,
    /// What a look over the chain found: whether it is intact, and the sentence.
    pub checked: Option<(bool, String)>,
}

/// What the list wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Close it.
    Close,
    /// Read the lines that fit what was typed.
    Look(String),
    /// Show the line of this row in full.
    Show(usize),
    /// Copy this.
    Copy(String),
    /// Look over the chain.
    Verify,
}

impl State {
    /// A list whose lines are being read.
    pub fn new(filter: AuditFilter) -> Self {
        let mut field = TextField::default();
        field.set_text(&typed(&filter));
        Self {
            filter,
            rows: None,
            cut: false,
            list: WindowedList::default(),
            field,
            typing: false,
            checked: None,
        }
    }

    fn rows(&self) -> &[Row] {
        self.rows.as_deref().unwrap_or(&[])
    }

    /// The line under the cursor.
    pub fn selected(&self) -> Option<&Row> {
        self.rows().get(self.list.selected)
    }
}

/// Runs an action of the list with `height` visible lines.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a list answers the actions it knows"
)]
pub fn act(state: &mut State, action: Action, height: usize) -> Option<Wish> {
    let len = state.rows().len();
    let half = (height / 2).cast_signed();
    match action {
        Action::Find => {
            state.typing = true;
            state.field.set_text("");
        }
        Action::Refresh => return Some(Wish::Look(state.field.text())),
        Action::VerifyAudit => return Some(Wish::Verify),
        Action::ClearField => state.field.set_text(""),
        Action::MoveDown => state.list.move_by(1, len, height),
        Action::MoveUp => state.list.move_by(-1, len, height),
        Action::HalfPageDown => state.list.move_by(half, len, height),
        Action::HalfPageUp => state.list.move_by(-half, len, height),
        Action::PageDown => state.list.move_by(height.cast_signed(), len, height),
        Action::PageUp => state.list.move_by(-height.cast_signed(), len, height),
        Action::First => state.list.first(),
        Action::Last => state.list.last(len, height),
        Action::Copy => return state.selected().map(|row| Wish::Copy(row.json.clone())),
        Action::Accept | Action::Open if state.typing => {
            state.typing = false;
            return Some(Wish::Look(state.field.text()));
        }
        Action::Accept | Action::Open => {
            return state.selected().map(|_| Wish::Show(state.list.selected));
        }
        Action::Back if state.typing => {
            state.typing = false;
            let asked = typed(&state.filter);
            state.field.set_text(&asked);
        }
        Action::Back => return Some(Wish::Close),
        _ => {}
    }
    None
}

/// What was typed to get these lines.
fn typed(filter: &AuditFilter) -> String {
    let batch = filter.batch.map(|batch| batch.to_string());
    batch
        .or_else(|| filter.recipient.clone())
        .unwrap_or_default()
}

/// A key typed into the field.
pub fn key(state: &mut State, key: KeyEvent) {
    if state.typing {
        state.field.key(key);
    }
}

/// A paste into the field.
pub fn paste(state: &mut State, text: &str) {
    if state.typing {
        state.field.paste(text);
    }
}

fn area(body: Rect) -> Rect {
    frame::area(body, 96, body.height.saturating_sub(6))
}

/// How many lines the list shows in a body of this size.
pub fn height(body: Rect) -> usize {
    usize::from(area(body).height.saturating_sub(4))
}

/// Draws the list.
pub fn draw(state: &State, painter: &mut Painter<'_>, body: Rect) {
    let area = area(body);
    let edges = OverlayEdges {
        title: "Audit".to_owned(),
        state: summary(state),
        hint: "Enter shows the line · v checks the chain".to_owned(),
        leave: "Esc close".to_owned(),
        guarded: false,
    };
    let inside = frame::draw(painter, body, area, &edges);
    let hint = "/ finds a number or its last digits, #12 a batch";
    frame::filter_line(painter, inside, (&state.field, state.typing), hint);
    let list = Rect {
        y: inside.y + 2,
        height: inside.height.saturating_sub(2),
        ..inside
    };
    lines(state, painter, list, area.right().saturating_sub(1));
}

/// What stands top right: the chain, else how many lines there are.
fn summary(state: &State) -> Spans {
    if let Some((intact, sentence)) = &state.checked {
        let role = if *intact {
            Role::Accepted
        } else {
            Role::Failed
        };
        return Spans::of(role, sentence.clone());
    }
    let Some(rows) = &state.rows else {
        return Spans::of(Role::Muted, "reading");
    };
    let count = crate::text::format::counted(rows.len() as u64, "line");
    let newest = if state.cut { "the newest " } else { "" };
    Spans::of(Role::Muted, format!("{newest}{count}"))
}

fn lines(state: &State, painter: &mut Painter<'_>, list: Rect, edge: u16) {
    let Some(rows) = &state.rows else {
        return;
    };
    if rows.is_empty() {
        let text = if state.field.is_empty() {
            "Nothing was planned or sent yet."
        } else {
            "No line is about that."
        };
        painter.text((list.x + 1, list.y), list.right(), text, Role::Muted);
        return;
    }
    let visible = state.list.visible(rows.len(), usize::from(list.height));
    let first = visible.start;
    for (y, at) in (list.y..list.bottom()).zip(visible) {
        let Some(row) = rows.get(at) else { continue };
        let place = Rect {
            y,
            height: 1,
            ..list
        };
        one_line(painter, place, row);
        if at == state.list.selected {
            let cursor = painter.theme.glyph(Glyph::Cursor);
            painter.text((list.x, y), list.right(), cursor, Role::Focus);
            painter.overlay(place, Role::Selection);
        }
    }
    painter.thumb(edge, list, first, rows.len());
}

/// Time, batch, word, person, and the rest in words; what is least needed drops first.
fn one_line(painter: &mut Painter<'_>, place: Rect, row: &Row) {
    let wide = place.width >= 76;
    let middle = place.width >= 56;
    let columns: [(&str, u16, Role, bool); 4] = [
        (&row.time, if middle { 12 } else { 8 }, Role::Muted, true),
        (&row.batch, 5, Role::Muted, middle),
        (&row.action, if middle { 13 } else { 9 }, row.role, true),
        (&row.who, 13, Role::Text, wide),
    ];
    let mut x = place.x + 1;
    for (text, cells, role, shown) in columns {
        if shown {
            painter.text((x, place.y), x + cells, text, role);
            x += cells + 1;
        }
    }
    painter.text((x, place.y), place.right(), &row.what, Role::Text);
}
