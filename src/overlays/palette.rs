//! Go to or do, by name: people, templates, flows, batches, profiles and actions in one list. The
//! lists of the library are the same list with columns and with keys that look after an entry.

mod columns;

pub use columns::{Shelf, ShelfKind};

use super::frame::{self, OverlayEdges};
use super::prompt;
use crate::contract::Action;
use crate::domain::copy_as::CopyForm;
use crate::domain::{BatchId, Search};
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
    /// Asks for the people of a search.
    Search(Search),
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
    /// Fills this place of the message with this column of the draft's file; place 0 is the number.
    Column(usize, usize),
    /// Brings what fills this place of the message into this form.
    Form(usize, String),
    /// Types one text for everybody into this place.
    SameForAll(usize),
    /// Puts a text into the field under the cursor, where the caret is or in place of all.
    Insert {
        /// The text.
        text: String,
        /// Whether what stands in the field stays.
        at_caret: bool,
    },
    /// Asks for a text.
    Ask(prompt::Purpose),
    /// Copies the request shown in this form.
    Copy(CopyForm),
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
    /// Whether the kind of an entry is a letter that chooses it at once.
    pub letters: bool,
    /// What a list of the library has beside its entries.
    pub shelf: Option<Shelf>,
    /// Whether plain characters go into the search; else they are keys.
    pub typing: bool,
    /// Whether it opened so: then going back closes it.
    begins_typing: bool,
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
    /// Look after the entry under the cursor of a list of the library.
    Tend(Tending, Target),
    /// Add an entry to a list of the library.
    Add(ShelfKind),
}

/// What can be done with an entry of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tending {
    /// Edit it in a form.
    Edit,
    /// Show its versions.
    Versions,
    /// Take it out, after a question.
    Remove,
    /// Copy it.
    Copy,
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
            letters: false,
            shelf: None,
            typing: true,
            begins_typing: true,
        };
        state.search();
        state
    }

    /// The list, with the kind of each entry as a letter that chooses it at once.
    #[must_use]
    pub fn with_letters(self) -> Self {
        Self {
            letters: true,
            ..self
        }
    }

    /// What the typed letter chooses, if letters choose here.
    pub fn chosen_by_letter(&self) -> Option<Target> {
        let typed = self.field.text();
        let entry = self.entries.iter().find(|entry| entry.kind == typed)?;
        self.letters.then(|| entry.target.clone())
    }

    /// A list of the library. To choose from it one types at once; to look after it keys come
    /// first, and so they do where there is nothing to search.
    pub fn of_shelf(
        title: impl Into<String>,
        entries: Vec<Entry>,
        shelf: Shelf,
        typing: bool,
    ) -> Self {
        let typing = typing && !entries.is_empty();
        Self {
            shelf: Some(shelf),
            typing,
            begins_typing: typing,
            ..Self::new(title, entries)
        }
    }

    /// Takes newer entries; what is typed stays, and so does the cursor if its entry is still there.
    pub fn renew(&mut self, entries: Vec<Entry>, columns: Shelf) {
        let before = self.selected().map(|entry| entry.target.clone());
        let row = self.list.selected;
        self.entries = entries;
        self.shelf = Some(columns);
        self.typing &= !self.entries.is_empty();
        self.search();
        let same = |index: &usize| {
            let entry = self.entries.get(*index);
            entry.map(|entry| &entry.target) == before.as_ref()
        };
        let at = self.matches.iter().position(same).unwrap_or(row);
        self.list.selected = at.min(self.matches.len().saturating_sub(1));
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

    /// The entry under the cursor.
    pub fn selected(&self) -> Option<&Entry> {
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
    let tend = |tending| {
        let entry = state.selected().filter(|_| state.shelf.is_some())?;
        Some(Wish::Tend(tending, entry.target.clone()))
    };
    match action {
        Action::EditEntry => return tend(Tending::Edit),
        Action::ShowVersions => return tend(Tending::Versions),
        Action::RemoveEntry => return tend(Tending::Remove),
        Action::Copy => return tend(Tending::Copy),
        Action::AddEntry => return state.shelf.as_ref().map(|shelf| Wish::Add(shelf.kind)),
        Action::Find => state.typing = !state.entries.is_empty(),
        Action::First => state.list.first(),
        Action::Last => state.list.last(len, height),
        Action::HalfPageDown => state.list.move_by((height / 2).cast_signed(), len, height),
        Action::HalfPageUp => state.list.move_by(-(height / 2).cast_signed(), len, height),
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
        Action::Back if state.typing && !state.begins_typing => state.typing = false,
        Action::Back => return Some(Wish::Close),
        _ => {}
    }
    None
}

/// A key typed into the search.
pub fn key(state: &mut State, key: KeyEvent) {
    if state.typing && state.field.key(key) {
        state.search();
    }
}

/// A paste into the search.
pub fn paste(state: &mut State, text: &str) {
    if state.typing {
        state.field.paste(text);
        state.search();
    }
}

fn area(state: &State, body: Rect) -> Rect {
    let (width, most) = if state.shelf.is_some() {
        (96, 20)
    } else {
        (74, 16)
    };
    let rows = u16::try_from(state.entries.len()).unwrap_or(u16::MAX);
    frame::area(body, width, rows.clamp(6, most) + 2)
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
        hint: hint(state).to_owned(),
        leave: "Esc close".to_owned(),
        guarded: false,
    };
    let inside = frame::draw(painter, body, area, &edges);
    let hint = "/ finds by name";
    frame::filter_line(painter, inside, (&state.field, state.typing), hint);
    if let Some(shelf) = &state.shelf {
        let row = Rect {
            y: inside.y + 1,
            height: 1,
            ..inside
        };
        shelf.kind.titles(painter, row);
    }
    let list = Rect {
        y: inside.y + 2,
        height: inside.height.saturating_sub(2),
        ..inside
    };
    entries(state, painter, list, area.right().saturating_sub(1));
}

fn hint(state: &State) -> &'static str {
    match (&state.shelf, state.typing) {
        (None, _) => "Enter goes or opens, never sends",
        (Some(_), true) => "Enter takes it, sends nothing",
        (Some(_), false) => "Enter writes, sends nothing",
    }
}

/// The entries that match, and at `edge` how far down the list they are.
fn entries(state: &State, painter: &mut Painter<'_>, list: Rect, edge: u16) {
    if state.matches.is_empty() {
        let text = match &state.shelf {
            Some(shelf) if state.entries.is_empty() => shelf.empty,
            Some(_) | None => "nothing has that name",
        };
        painter.text((list.x + 1, list.y), list.right(), text, Role::Muted);
        return;
    }
    let visible = state
        .list
        .visible(state.matches.len(), usize::from(list.height));
    let first = visible.start;
    for (y, at) in (list.y..list.bottom()).zip(visible) {
        let Some((index, entry)) = state
            .matches
            .get(at)
            .and_then(|index| Some((*index, state.entries.get(*index)?)))
        else {
            continue;
        };
        let row = Rect {
            y,
            height: 1,
            ..list
        };
        match &state.shelf {
            Some(shelf) => {
                let cells = shelf.cells.get(index).map_or(&[][..], Vec::as_slice);
                shelf.kind.entry(painter, row, cells);
            }
            None => plain_entry(painter, row, entry),
        }
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

/// Kind, label and note of an entry.
fn plain_entry(painter: &mut Painter<'_>, row: Rect, entry: &Entry) {
    let y = row.y;
    let role = if entry.unavailable {
        Role::Muted
    } else {
        Role::Text
    };
    painter.text((row.x + 1, y), row.right(), entry.kind, Role::Muted);
    let from = painter.right((row.right() - 1, y), row.x + 30, &entry.note, Role::Muted);
    painter.text((row.x + 11, y), from.saturating_sub(2), &entry.label, role);
}
