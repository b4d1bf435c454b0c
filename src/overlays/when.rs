//! When a draft goes out: a line that is read while it is typed, what it means here, in UTC and in
//! the call, what else goes out that day, and the question where clocks are changed. It decides
//! nothing that leaves: the time goes into the draft.

mod rows;

use super::frame::{self, OverlayEdges};
use crate::contract::{Action, SenderState};
use crate::domain::WaitWish;
use crate::domain::schedule::{Change, PlannedTime, TimeQuestion, When, WhenError};
use crate::text::format;
use crate::theme::{Glyph, Role};
use crate::widgets::{Lines, Painter, Spans, TextField};
use crossterm::event::KeyEvent;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use ratatui::layout::Rect;
use std::time::Duration;

/// Cells of the dialog in a large window.
const WIDTH: u16 = 72;
/// Rows of it there.
const HEIGHT: u16 = 15;
/// Rows of the question about the clocks.
const QUESTION: u16 = 12;
/// With fewer rows the checks come first.
const TIGHT: u16 = 10;
/// With a clock that is off by more than this nothing with a time is planned.
pub const MOST: SignedDuration = SignedDuration::from_mins(2);

/// Something else that goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// When.
    pub at: Timestamp,
    /// Its number and title.
    pub label: String,
}

/// The dialog.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// What is typed.
    pub field: TextField,
    /// The profile's name.
    pub profile: String,
    /// The zones to choose from, the profile's first.
    pub zones: Vec<TimeZone>,
    /// The chosen one.
    pub zone: usize,
    /// What the line means.
    pub read: Result<When, WhenError>,
    /// Whether the question about the clocks is open.
    pub asking: bool,
    /// What else is planned.
    pub others: Vec<Other>,
    /// By how much the clock here is ahead of the server's, as far as its answers said.
    pub skew: Option<SignedDuration>,
    /// Who sleeps then; empty for nobody.
    pub quiet: String,
    /// When the last of them may be written to again.
    pub quiet_ends: Option<Timestamp>,
    /// What is wished for the waiting.
    pub waits: WaitWish,
    /// What can be wished.
    pub wishes: Wishes,
    /// Who would start it, as far as is known now.
    pub sender: SenderState,
}

/// What a draft can wish for its waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wishes {
    /// It goes to one person, who may answer before.
    pub reply: bool,
    /// It is a broadcast, which the platform can publish at a time; with what the profile says and
    /// how long before that it is handed over.
    pub late: Option<(bool, Duration)>,
}

/// What the dialog wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Go back; the draft stays as it was.
    Close,
    /// Put `now` into the draft.
    Now,
    /// Put this time into the draft.
    Take(PlannedTime),
    /// The line changed: read it.
    Weigh,
    /// Take the time at which quiet hours end into the line.
    AfterQuiet(Timestamp),
}

impl State {
    /// The zone in which the line is read.
    pub fn zone(&self) -> TimeZone {
        self.zones.get(self.zone).cloned().unwrap_or(TimeZone::UTC)
    }

    /// The question about the clocks, while it is open.
    pub fn question(&self) -> Option<&TimeQuestion> {
        match &self.read {
            Ok(When::Ask(question)) if self.asking => Some(question),
            Ok(_) | Err(_) => None,
        }
    }

    /// The moment that the line means.
    pub fn time(&self) -> Option<&PlannedTime> {
        match &self.read {
            Ok(When::At(time)) | Err(WhenError::Past(time) | WhenError::TooSoon(time)) => {
                Some(time)
            }
            Ok(When::Now | When::Ask(_)) | Err(WhenError::Unread(_) | WhenError::NoClock(_)) => {
                None
            }
        }
    }

    /// Whether the clock here can be trusted with a time.
    fn clock_is_wrong(&self) -> bool {
        self.skew.is_some_and(|skew| skew.abs() > MOST)
    }
}

/// Runs an action of the dialog.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the dialog answers the actions it knows"
)]
pub fn act(state: &mut State, action: Action) -> Option<Wish> {
    match action {
        Action::FirstChoice => return chosen(state, 0),
        Action::SecondChoice => return chosen(state, 1),
        Action::Back if state.question().is_some() => state.asking = false,
        Action::Back => return Some(Wish::Close),
        Action::Accept | Action::Open => return accept(state),
        Action::HoldOnReply if state.wishes.reply => {
            state.waits.hold_on_reply = !state.waits.hold_on_reply;
        }
        Action::HandOver => {
            let (usual, _) = state.wishes.late?;
            state.waits.late = Some(!state.waits.late.unwrap_or(usual));
        }
        Action::AfterQuiet => return state.quiet_ends.map(Wish::AfterQuiet),
        Action::NextTab => state.zone = (state.zone + 1) % state.zones.len().max(1),
        Action::ClearField => state.field.set_text(""),
        Action::UndoEdit => state.field.undo(),
        Action::RedoEdit => state.field.redo(),
        _ => return None,
    }
    Some(Wish::Weigh)
}

/// Enter takes one moment, and only opens the question where there are two.
fn accept(state: &mut State) -> Option<Wish> {
    match &state.read {
        Ok(When::Now) => Some(Wish::Now),
        Ok(When::At(time)) if !state.clock_is_wrong() => Some(Wish::Take(time.clone())),
        Ok(When::Ask(_)) => {
            state.asking = true;
            None
        }
        Ok(When::At(_)) | Err(_) => None,
    }
}

fn chosen(state: &State, index: usize) -> Option<Wish> {
    let choice = state.question()?.choices.get(index)?;
    (!state.clock_is_wrong()).then(|| Wish::Take(choice.clone()))
}

/// A key typed into the line; says whether it changed.
pub fn key(state: &mut State, key: KeyEvent) -> bool {
    let changed = state.field.key(key);
    if changed {
        state.asking = false;
    }
    changed
}

/// An empty line to type into.
pub fn field(text: &str) -> TextField {
    let mut field = TextField::new(Lines::One);
    field.set_text(text);
    field
}

/// Draws the dialog.
pub fn draw(state: &State, painter: &mut Painter<'_>, body: Rect, now: &Zoned) {
    let zone = now.with_time_zone(state.zone());
    let question = state.question();
    let height = question.map_or(HEIGHT, |_| QUESTION);
    let area = frame::area(body, WIDTH, height);
    let (title, hint, leave) = match question.map(|question| question.change) {
        None => (
            "When",
            "Enter takes it into the draft, nothing starts",
            "Esc as it was",
        ),
        Some(Change::Twice) => (
            "When · this time exists twice",
            "1 or 2 chooses, Enter does not",
            "Esc type another time",
        ),
        Some(Change::Skipped) => (
            "When · this time does not exist",
            "1 or 2 chooses, Enter does not",
            "Esc type another time",
        ),
    };
    let edges = OverlayEdges {
        title: title.to_owned(),
        state: Spans::of(
            Role::Muted,
            match question {
                Some(question) => question.zone.clone(),
                None => format!("{}: {}", state.profile, format::city(&zone)),
            },
        ),
        hint: hint.to_owned(),
        leave: leave.to_owned(),
        ..OverlayEdges::default()
    };
    let inside = frame::draw(painter, body, area, &edges);
    let prompt = painter.theme.glyph(Glyph::FromUs);
    let x = painter.text((inside.x, inside.y), inside.right(), prompt, Role::Focus);
    let line = Rect {
        x: x + 1,
        width: inside.right().saturating_sub(x + 1),
        height: 1,
        ..inside
    };
    state
        .field
        .draw(painter, line, Role::Text, question.is_none());
    let rows = match question {
        Some(question) => rows::asked(state, question, now, painter),
        None => rows::meaning(state, now, painter, inside.height < TIGHT),
    };
    let below = Rect {
        y: inside.y + 1,
        height: inside.height.saturating_sub(1),
        ..inside
    };
    lay(painter, below, &rows);
}

/// Puts rows below one another; empty ones give way where there is no room.
fn lay(painter: &mut Painter<'_>, area: Rect, rows: &[Spans]) {
    let width = usize::from(area.width).max(1);
    let wrapped = |with_blanks: bool| -> Vec<Spans> {
        rows.iter()
            .filter(|row| with_blanks || row.cells() > 0)
            .flat_map(|row| row.wrapped(width))
            .collect()
    };
    let mut lines = wrapped(true);
    if lines.len() > usize::from(area.height) {
        lines = wrapped(false);
    }
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        painter.spans((area.x, y), area.right(), &line);
    }
}
