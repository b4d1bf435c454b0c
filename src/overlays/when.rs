//! When a draft goes out: a line that is read while it is typed, what it means here, in UTC and in
//! the call, what else goes out that day, and the question where clocks are changed. It decides
//! nothing that leaves: the time goes into the draft.

use super::frame::{self, OverlayEdges};
use crate::contract::Action;
use crate::domain::schedule::{Change, PlannedTime, TimeQuestion, When, WhenError};
use crate::text::{format, sanitize};
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
const HEIGHT: u16 = 12;
/// With fewer rows the checks come first.
const TIGHT: u16 = 10;
/// A clock that is off by more than this is worth a warning.
const NOTED: SignedDuration = SignedDuration::from_secs(30);
/// With a clock that is off by more than this nothing with a time is planned.
pub const MOST: SignedDuration = SignedDuration::from_mins(2);
const EXAMPLES: &str = "+2h · tomorrow 14:30 · 2026-10-25 09:00 · 8:00 UTC · now";

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
    let area = frame::area(body, WIDTH, HEIGHT);
    let zone = now.with_time_zone(state.zone());
    let question = state.question();
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
        Some(question) => asked(state, question, now, painter),
        None => meaning(state, now, painter, inside.height < TIGHT),
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

fn row(label: &str, text: impl Into<String>) -> Spans {
    Spans::of(Role::Muted, format!("{label:<11}")).with(Role::Text, text)
}

/// What the line means, its checks and what helps to type it.
fn meaning(state: &State, now: &Zoned, painter: &Painter<'_>, tight: bool) -> Vec<Spans> {
    let mut rows = vec![Spans::default()];
    match &state.read {
        Ok(When::Now) => rows.push(row("Starts", "as soon as it is confirmed")),
        Ok(When::Ask(question)) => {
            let word = match question.change {
                Change::Twice => "exists twice",
                Change::Skipped => "does not exist",
            };
            let wall = question.wall.strftime("%a %-d %b %Y %H:%M");
            rows.push(
                Spans::of(Role::Attention, painter.theme.glyph(Glyph::Warning)).with(
                    Role::Text,
                    format!(" {wall} {word} in {}: Enter asks which", question.zone),
                ),
            );
        }
        Err(error) if state.time().is_none() => {
            if !state.field.is_empty() {
                rows.push(
                    Spans::of(Role::Failed, painter.theme.glyph(Glyph::Rejected))
                        .with(Role::Text, format!(" {}", short(error))),
                );
            }
        }
        Ok(When::At(_)) | Err(_) => {}
    }
    if let Some(time) = state.time() {
        let checks = checks(state, time, now, painter);
        let at = rows.len();
        rows.extend(in_full(state, time, now));
        if tight {
            // Whether it can be taken comes before what does not fit.
            rows.insert(at, checks);
        } else {
            rows.extend([Spans::default(), checks]);
        }
        rows.push(day(state, time, painter));
    }
    rows.push(Spans::of(Role::Muted, format!("Also: {EXAMPLES}")));
    if state.zones.len() > 1 {
        rows.push(Spans::of(Role::Key, "Tab").with(Role::Muted, " other zone"));
    }
    rows
}

fn short(error: &WhenError) -> String {
    match error {
        WhenError::Unread(_) => "not read yet".to_owned(),
        WhenError::NoClock(_) => "a clock time is missing, as in fri 9:00".to_owned(),
        WhenError::Past(_) | WhenError::TooSoon(_) => error.to_string(),
    }
}

/// Here, in UTC, from now, and in the call.
fn in_full(state: &State, time: &PlannedTime, now: &Zoned) -> Vec<Spans> {
    let here = time.at.to_zoned(state.zone());
    let utc = time.at.to_zoned(TimeZone::UTC);
    let name = here.time_zone().iana_name().unwrap_or_default().to_owned();
    let local = format!(
        "{}   {name} {}",
        here.strftime("%a %-d %b %Y  %H:%M"),
        here.strftime("%:z")
    );
    vec![
        row("Local", local),
        row("UTC", utc.strftime("%a %-d %b %Y  %H:%M").to_string()),
        row("From now", from_now(time.at, now)),
        row(
            "In JSON",
            utc.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        ),
    ]
}

/// `in 22 h 13 min`, `2 h ago`.
fn from_now(at: Timestamp, now: &Zoned) -> String {
    let left = at.duration_since(now.timestamp());
    let length = format::duration(left.unsigned_abs());
    if left.is_negative() {
        format!("{length} ago")
    } else {
        format!("in {length}")
    }
}

/// Whether it can be taken, in words.
fn checks(state: &State, time: &PlannedTime, now: &Zoned, painter: &Painter<'_>) -> Spans {
    let glyph = |glyph| painter.theme.glyph(glyph);
    let fine = |spans: Spans, text: String| {
        spans
            .with(Role::Accepted, glyph(Glyph::Accepted))
            .with(Role::Text, format!(" {text}  "))
    };
    let wrong = |spans: Spans, sign: Glyph, text: String| {
        let role = if sign == Glyph::Warning {
            Role::Attention
        } else {
            Role::Failed
        };
        spans
            .with(role, glyph(sign))
            .with(Role::Text, format!(" {text}  "))
    };
    let none = Spans::default();
    let mut spans = match &state.read {
        Err(WhenError::Past(_)) => wrong(
            none,
            Glyph::Rejected,
            format!(
                "that was {}. Type now to start at once",
                from_now(time.at, now)
            ),
        ),
        Err(WhenError::TooSoon(_)) => wrong(
            none,
            Glyph::Rejected,
            "less than 2 min ahead. Type now to start at once".to_owned(),
        ),
        Ok(_) | Err(WhenError::Unread(_) | WhenError::NoClock(_)) => {
            fine(none, "in the future".to_owned())
        }
    };
    spans = match state.skew {
        None => spans.with(Role::Muted, "clock not compared yet  "),
        Some(skew) if skew.abs() > MOST => wrong(
            spans,
            Glyph::Rejected,
            format!("clock {}: set it first", apart(skew)),
        ),
        Some(skew) if skew.abs() > NOTED => {
            wrong(spans, Glyph::Warning, format!("clock {}", apart(skew)))
        }
        Some(skew) => fine(
            spans,
            format!(
                "clock agrees with the server, {}",
                tenths(skew.unsigned_abs())
            ),
        ),
    };
    if state.quiet.is_empty() {
        fine(spans, "no quiet hours".to_owned())
    } else {
        wrong(spans, Glyph::Warning, state.quiet.clone())
    }
}

/// `45 s ahead of the server`.
fn apart(skew: SignedDuration) -> String {
    let side = if skew.is_negative() {
        "behind"
    } else {
        "ahead of"
    };
    format!(
        "{} {side} the server",
        format::duration(skew.unsigned_abs())
    )
}

/// `0.4 s`.
fn tenths(length: Duration) -> String {
    format!("{}.{} s", length.as_secs(), length.subsec_millis() / 100)
}

/// The hours of the day with what else goes out in them, and its names.
fn day(state: &State, time: &PlannedTime, painter: &Painter<'_>) -> Spans {
    let here = time.at.to_zoned(state.zone());
    let mut others: Vec<(Zoned, &str)> = state
        .others
        .iter()
        .map(|other| (other.at.to_zoned(state.zone()), other.label.as_str()))
        .filter(|(at, _)| at.date() == here.date())
        .collect();
    others.sort_by(|left, right| left.0.cmp(&right.0));
    let mut spans = Spans::of(Role::Muted, format!("{:<11}0 ", "That day"));
    for hour in 0..24 {
        let busy = others.iter().any(|(at, _)| at.hour() == hour);
        let (glyph, role) = if here.hour() == hour {
            (Glyph::BarFull, Role::Focus)
        } else if busy {
            (Glyph::Planned, Role::Active)
        } else {
            (Glyph::Note, Role::Muted)
        };
        spans.push(role, painter.theme.glyph(glyph));
    }
    let names: Vec<String> = others
        .iter()
        .map(|(at, label)| format!("{} {}", format::clock(at), sanitize::clean_line(label)))
        .collect();
    let names = if names.is_empty() {
        "nothing else".to_owned()
    } else {
        names.join(", ")
    };
    spans.with(Role::Muted, " 24  ").with(Role::Text, names)
}

/// The question where the clocks are changed.
fn asked(state: &State, question: &TimeQuestion, now: &Zoned, painter: &Painter<'_>) -> Vec<Spans> {
    let wall = question.wall.strftime("%H:%M");
    let on = question.clocks.0.strftime("%a %-d %b %Y");
    let (from, to) = (
        question.clocks.0.strftime("%H:%M"),
        question.clocks.1.strftime("%H:%M"),
    );
    let why = match question.change {
        Change::Twice => {
            format!("On {on} the clocks go back from {from} to {to}, so {wall} happens twice:")
        }
        Change::Skipped => {
            format!("On {on} the clocks go on from {from} to {to}, so {wall} does not exist:")
        }
    };
    let words = match question.change {
        Change::Twice => ["first", "second"],
        Change::Skipped => ["before", "after"],
    };
    let mut rows = vec![
        Spans::default(),
        Spans::of(Role::Text, why),
        Spans::default(),
    ];
    for ((key, word), choice) in ["1", "2"].iter().zip(words).zip(&question.choices) {
        let here = choice.at.to_zoned(state.zone());
        let utc = choice.at.to_zoned(TimeZone::UTC);
        let text = format!(
            "   {} {}   {word:<6}  {} UTC   {}",
            format::clock(&here),
            here.strftime("%:z"),
            format::clock(&utc),
            from_now(choice.at, now)
        );
        rows.push(Spans::of(Role::Key, *key).with(Role::Text, text));
    }
    if !state.quiet.is_empty() {
        rows.push(Spans::default());
        let sign = painter.theme.glyph(Glyph::Warning);
        rows.push(Spans::of(Role::Attention, sign).with(Role::Text, format!(" {}", state.quiet)));
    }
    rows
}
