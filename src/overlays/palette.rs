//! Go to or do, by name: people, templates, flows, batches, profiles and actions in one list.

use super::frame::{self, OverlayEdges};
use super::prompt;
use crate::contract::Action;
use crate::domain::BatchId;
use crate::text::fuzzy;
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Spans, TextField, WindowedList};
use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui::layout::Rect;

/// What choosing an entry does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Opens the conversation of the person with this channel user id.
    Person(String),
    /// Opens the conversation of this person at a moment, looking for a text.
    Message {
        /// Channel user id.
        user: String,
        /// When the message was written.
        at: Timestamp,
        /// What was looked for.
        text: String,
    },
    /// Asks for the people of a search: attribute and value.
    Search(String, String),
    /// Starts or changes a draft with this template: name and language.
    Template(String, String),
    /// Starts or changes a draft with this flow.
    Flow(String),
    /// Goes to this batch.
    Batch(BatchId),
    /// Connects with this profile.
    Profile(String),
    /// Runs this action.
    Action(Action),
    /// Opens the draft of this name.
    Draft(String),
    /// Brings the discarded draft of this name back.
    Discarded(String),
    /// Discards the open draft.
    DiscardDraft,
    /// Leaves everything as it is.
    Nothing,
    /// Adds somebody to the draft, by channel user id.
    Recipient(String),
    /// Puts a text into the field under the cursor, where the caret is or in place of all.
    Insert {
        /// The text.
        text: String,
        /// Whether what stands in the field stays.
        at_caret: bool,
    },
    /// Asks for a text.
    Ask(prompt::Purpose),
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The kind in one word: `person`, `template`, `batch`, `action`.
    pub kind: &'static str,
    /// Clean text; the fuzzy search looks at it.
    pub label: String,
    /// Right of it: a key, or why it cannot be used now.
    pub note: String,
    /// Why it cannot be used now; such lines are grey.
    pub unavailable: bool,
    /// What it does.
    pub target: Target,
}

/// The list.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// What is chosen here, for the title.
    pub title: String,
    /// What is typed.
    pub field: TextField,
    /// Everything that can be chosen.
    pub entries: Vec<Entry>,
    /// Indices of the entries that fit, best first.
    pub matches: Vec<usize>,
    /// Cursor and window over `matches`.
    pub list: WindowedList,
}

/// What the list wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Close it.
    Close,
    /// Do this and close.
    Choose(Target),
    /// This cannot be done now, for this reason.
    Refuse(String),
}

impl State {
    /// A list of these entries.
    pub fn new(title: impl Into<String>, entries: Vec<Entry>) -> Self {
        let mut state = Self {
            title: title.into(),
            field: TextField::default(),
            entries,
            matches: Vec::new(),
            list: WindowedList::default(),
        };
        state.search();
        state
    }

    fn search(&mut self) {
        let text = self.field.text();
        let (kind, query) = scope(text.trim());
        let all = self.entries.iter().enumerate();
        let fitting: Vec<usize> = all
            .filter(|(_, entry)| kind.is_none_or(|kind| entry.kind == kind))
            .map(|(index, _)| index)
            .collect();
        let label = |index: &usize| self.entries.get(*index).map_or("", |entry| &entry.label);
        let ranked = fuzzy::ranked(query, fitting.iter().map(label));
        let found = ranked.iter().filter_map(|at| fitting.get(*at));
        self.matches = found.copied().collect();
        self.list.first();
    }

    fn selected(&self) -> Option<&Entry> {
        self.entries.get(*self.matches.get(self.list.selected)?)
    }
}

/// `@` people, `#` batches, `>` actions narrow the list.
fn scope(text: &str) -> (Option<&'static str>, &str) {
    for (sign, kind) in [('@', "person"), ('#', "batch"), ('>', "action")] {
        if let Some(rest) = text.strip_prefix(sign) {
            return (Some(kind), rest.trim());
        }
    }
    (None, text)
}

/// Runs an action of the list with `height` visible entries.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a list answers the actions it knows"
)]
pub fn act(state: &mut State, action: Action, height: usize) -> Option<Wish> {
    let len = state.matches.len();
    match action {
        Action::MoveDown | Action::NextTab => state.list.move_by(1, len, height),
        Action::MoveUp | Action::PreviousTab => state.list.move_by(-1, len, height),
        Action::PageDown => state.list.move_by(height.cast_signed(), len, height),
        Action::PageUp => state.list.move_by(-height.cast_signed(), len, height),
        Action::Accept | Action::Open => {
            let entry = state.selected()?;
            return Some(if entry.unavailable {
                Wish::Refuse(format!("{}: {}", entry.label, entry.note))
            } else {
                Wish::Choose(entry.target.clone())
            });
        }
        Action::Back => return Some(Wish::Close),
        _ => {}
    }
    None
}

/// A key typed into the search.
pub fn key(state: &mut State, key: KeyEvent) {
    if state.field.key(key) {
        state.search();
    }
}

/// A paste into the search.
pub fn paste(state: &mut State, text: &str) {
    state.field.paste(text);
    state.search();
}

fn area(state: &State, body: Rect) -> Rect {
    let rows = u16::try_from(state.entries.len())
        .unwrap_or(u16::MAX)
        .clamp(6, 16);
    frame::area(body, 74, rows + 2)
}

/// How many entries the list shows in a body of this size.
pub fn height(state: &State, body: Rect) -> usize {
    usize::from(area(state, body).height.saturating_sub(4))
}

/// Draws the list.
pub fn draw(state: &State, painter: &mut Painter<'_>, body: Rect) {
    let area = area(state, body);
    let edges = OverlayEdges {
        title: state.title.clone(),
        state: Spans::of(
            Role::Muted,
            format!("{} of {}", state.matches.len(), state.entries.len()),
        ),
        hint: "Enter goes or opens, never sends".to_owned(),
        leave: "Esc close".to_owned(),
        guarded: false,
    };
    let inside = frame::draw(painter, body, area, &edges);
    let prompt = painter.theme.glyph(Glyph::FromUs);
    let x = painter.text((inside.x, inside.y), inside.right(), prompt, Role::Focus);
    let field = Rect {
        x: x + 1,
        y: inside.y,
        width: inside.right().saturating_sub(x + 1),
        height: 1,
    };
    state.field.draw(painter, field, Role::Text, true);
    let list = Rect {
        y: inside.y + 2,
        height: inside.height.saturating_sub(2),
        ..inside
    };
    entries(state, painter, list, area.right().saturating_sub(1));
}

/// The entries that match, and at `edge` how far down the list they are.
fn entries(state: &State, painter: &mut Painter<'_>, list: Rect, edge: u16) {
    if state.matches.is_empty() {
        painter.text(
            (list.x + 1, list.y),
            list.right(),
            "nothing has that name",
            Role::Muted,
        );
        return;
    }
    let visible = state
        .list
        .visible(state.matches.len(), usize::from(list.height));
    let first = visible.start;
    for (y, at) in (list.y..list.bottom()).zip(visible) {
        let Some(entry) = state
            .matches
            .get(at)
            .and_then(|index| state.entries.get(*index))
        else {
            continue;
        };
        let row = Rect {
            y,
            height: 1,
            ..list
        };
        let role = if entry.unavailable {
            Role::Muted
        } else {
            Role::Text
        };
        painter.text((row.x + 1, y), row.right(), entry.kind, Role::Muted);
        let from = painter.right((row.right() - 1, y), row.x + 30, &entry.note, Role::Muted);
        painter.text((row.x + 11, y), from.saturating_sub(2), &entry.label, role);
        if at == state.list.selected {
            painter.text(
                (row.x, y),
                row.right(),
                painter.theme.glyph(Glyph::Cursor),
                Role::Focus,
            );
            painter.overlay(row, Role::Selection);
        }
    }
    painter.thumb(edge, list, first, state.matches.len());
}
