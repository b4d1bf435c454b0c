//! What was found in every row of a draft's people, one class at a time, and how everybody adds up.
//! It decides nothing; who is left out was decided by the rules it names.

use super::frame::{self, OverlayEdges};
use crate::contract::Action;
use crate::domain::audience::{CheckClass, CheckReport, CheckVerdict, row_rules, stays};
use crate::text::{format, sanitize, width, wrap};
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Spans};
use ratatui::layout::Rect;

/// Cells of the dialog in a large window.
const WIDTH: u16 = 96;
/// The rule of people without a value, for whom another text can stand.
const NO_VALUE: &str = "no_value";
/// The groups in the order in which they are shown.
const GROUPS: [(CheckVerdict, &str); 3] = [
    (CheckVerdict::MustSettle, "must be settled"),
    (CheckVerdict::LeftOut, "left out by rule"),
    (CheckVerdict::ToKnow, "to know"),
];

/// The dialog.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Name of the file, or another word for where the people come from.
    pub source: String,
    /// What was found.
    pub report: CheckReport,
    /// The class under the cursor, in the order shown.
    pub at: usize,
    /// Whether real customers are meant.
    pub guarded: bool,
}

/// What the dialog wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Back to where it was opened.
    Close,
    /// Review the plan.
    Review,
    /// Show the rows of this class.
    List(Box<CheckClass>),
    /// Show the finished messages, one by one.
    Messages(Action),
    /// Write who is left out to a file.
    Write,
    /// Go on to the next choice for the class of this rule.
    Decide(String),
    /// Give the people of this class another text.
    Fallback(Box<CheckClass>),
}

impl State {
    /// The classes in the order shown.
    fn classes(&self) -> impl Iterator<Item = &CheckClass> {
        GROUPS
            .into_iter()
            .flat_map(|(verdict, _)| self.report.with(verdict))
    }

    fn here(&self) -> Option<&CheckClass> {
        self.classes().nth(self.at)
    }

    /// Shows a new report; the cursor stays with its class as long as that is there.
    pub fn take(&mut self, report: CheckReport) {
        let rule = self.here().map(|class| class.rule.clone());
        self.report = report;
        let same = self
            .classes()
            .position(|class| Some(&class.rule) == rule.as_ref());
        let last = self.classes().count().saturating_sub(1);
        self.at = same.unwrap_or(self.at).min(last);
    }

    /// Whether something can be decided about the class under the cursor.
    ///
    /// # Errors
    /// Why not.
    pub fn decidable(&self) -> Result<(), &'static str> {
        match self.here() {
            Some(class) if class.verdict == CheckVerdict::LeftOut || stays(&class.rule) => Ok(()),
            Some(_) => Err("this is about the file or the message and not about some of its rows"),
            None => Err("nothing was found in any row"),
        }
    }

    /// Whether another text helps the class under the cursor.
    ///
    /// # Errors
    /// Why not.
    pub fn takes_fallback(&self) -> Result<(), &'static str> {
        match self.here() {
            Some(class) if class.rule == NO_VALUE => Ok(()),
            Some(_) | None => Err("another text helps only where a value is empty"),
        }
    }

    /// How many people are left out.
    pub fn left_out(&self) -> u64 {
        self.report.left_out()
    }
}

/// Runs an action of the dialog.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a dialog answers the actions it knows"
)]
pub fn act(state: &mut State, action: Action) -> Option<Wish> {
    let last = state.classes().count().saturating_sub(1);
    match action {
        Action::MoveDown => state.at = (state.at + 1).min(last),
        Action::MoveUp => state.at = state.at.saturating_sub(1),
        Action::First => state.at = 0,
        Action::Last => state.at = last,
        Action::Accept | Action::Open => {
            return state
                .here()
                .map(|class| Wish::List(Box::new(class.clone())));
        }
        Action::NextCall
        | Action::PreviousCall
        | Action::LongestCall
        | Action::ShortestCall
        | Action::OddCall => return Some(Wish::Messages(action)),
        Action::WriteRejects => return Some(Wish::Write),
        Action::DecideClass => return state.here().map(|class| Wish::Decide(class.rule.clone())),
        Action::UseFallback => {
            return state
                .here()
                .map(|class| Wish::Fallback(Box::new(class.clone())));
        }
        Action::Review => return Some(Wish::Review),
        Action::Back => return Some(Wish::Close),
        _ => {}
    }
    None
}

/// Draws the dialog.
pub fn draw(state: &State, painter: &mut Painter<'_>, body: Rect) {
    let lines = lines(state, usize::from(WIDTH));
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let area = frame::area(body, WIDTH, rows.max(6));
    let source = sanitize::clean_line(&state.source);
    let edges = OverlayEdges {
        title: format!(
            "Check of {} \u{b7} {source}",
            format::counted(state.report.planned, "row")
        ),
        state: if state.report.must_settle() {
            Spans::of(Role::Failed, "nothing goes yet")
        } else {
            let people = format::count(state.report.to_go);
            Spans::of(Role::Accepted, format!("{people} can go"))
        },
        hint: hint(state),
        leave: "Esc back \u{b7} S review".to_owned(),
        guarded: state.guarded,
    };
    let inside = frame::draw(painter, body, area, &edges);
    let lines = self::lines(state, usize::from(inside.width));
    let here = lines.iter().position(|line| line.class == Some(state.at));
    let height = usize::from(inside.height);
    let first = here.map_or(0, |here| (here + 2).saturating_sub(height));
    for (y, line) in (inside.y..inside.bottom()).zip(lines.iter().skip(first)) {
        let row = Rect {
            y,
            height: 1,
            ..inside
        };
        draw_line(painter, row, line);
        if line.class == Some(state.at) {
            painter.overlay(row, Role::Selection);
        }
    }
    painter.thumb(area.right().saturating_sub(1), inside, first, lines.len());
}

/// What can be done with the class under the cursor.
fn hint(state: &State) -> String {
    let mut hints = vec!["Enter rows"];
    if state.decidable().is_ok() {
        hints.push("x leave out, stop");
    }
    if state.takes_fallback().is_ok() {
        hints.push("f gives a text");
    }
    if state.left_out() > 0 {
        hints.push("w writes who is left out");
    }
    hints.join(" \u{b7} ")
}

/// A row of the dialog.
struct Line {
    /// Which class it is the first row of.
    class: Option<usize>,
    what: What,
}

enum What {
    Group(String),
    Class(Glyph, Role, String),
    Text(Role, String),
}

fn draw_line(painter: &mut Painter<'_>, row: Rect, line: &Line) {
    match &line.what {
        What::Group(text) => {
            painter.titled_rule(row, text, Glyph::ThinRule, (Role::Border, Role::Muted));
        }
        What::Class(sign, role, text) => {
            let sign = painter.theme.glyph(*sign);
            painter.text((row.x, row.y), row.right(), sign, *role);
            painter.ordered((row.x + 2, row.y), row.right(), text, Role::Text);
        }
        What::Text(role, text) => {
            painter.ordered((row.x, row.y), row.right(), text, *role);
        }
    }
}

fn lines(state: &State, room: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut at = 0;
    for (verdict, title) in GROUPS {
        let classes: Vec<&CheckClass> = state.report.with(verdict).collect();
        if classes.is_empty() {
            continue;
        }
        let people: u64 = classes.iter().map(|class| class.count).sum();
        lines.push(Line {
            class: None,
            what: What::Group(format!("{title}  {}", format::count(people))),
        });
        for class in classes {
            class_lines(class, at, room, &mut lines);
            at += 1;
        }
    }
    if at == 0 {
        lines.push(Line {
            class: None,
            what: What::Text(
                Role::Accepted,
                "\u{2713} nothing was found in any row".to_owned(),
            ),
        });
    }
    for part in [String::new(), sum(&state.report)] {
        let parts = wrap::wrap(&part, room.max(1)).into_iter();
        let mut parts: Vec<String> = parts.map(str::to_owned).collect();
        if parts.is_empty() {
            parts.push(String::new());
        }
        lines.extend(parts.into_iter().map(|part| Line {
            class: None,
            what: What::Text(Role::Text, part),
        }));
    }
    lines
}

fn class_lines(class: &CheckClass, at: usize, room: usize, lines: &mut Vec<Line>) {
    let (sign, role) = match class.verdict {
        CheckVerdict::MustSettle => (Glyph::Rejected, Role::Failed),
        CheckVerdict::LeftOut if class.stops => (Glyph::Rejected, Role::Failed),
        CheckVerdict::LeftOut => (Glyph::Skipped, Role::Muted),
        CheckVerdict::ToKnow => (Glyph::Warning, Role::Attention),
    };
    let count = format!("{:>5}", format::count(class.count));
    let mut text = sanitize::clean_line(&class.text).into_owned();
    if class.stops {
        text.push_str(" \u{b7} nothing goes");
    }
    let room = room.saturating_sub(10).max(1);
    for (index, part) in wrap::wrap(&text, room).into_iter().enumerate() {
        let what = if index == 0 {
            What::Class(sign, role, format!("{count}  {part}"))
        } else {
            What::Text(Role::Text, format!("         {part}"))
        };
        lines.push(Line {
            class: (index == 0).then_some(at),
            what,
        });
    }
    let examples: Vec<String> = class.examples.iter().take(3).map(example).collect();
    if !examples.is_empty() {
        let text = width::truncate(&examples.join(" \u{b7} "), room, width::ELLIPSIS).into_owned();
        lines.push(Line {
            class: None,
            what: What::Text(Role::Muted, format!("         {text}")),
        });
    }
}

fn example(example: &crate::domain::audience::Example) -> String {
    let shown = sanitize::clean_line(&example.shown).into_owned();
    match example.row {
        Some(row) => format!("row {row} {shown}"),
        None => shown,
    }
}

/// `1 204 rows = 1 171 to go + 9 not valid + 24 twice`: everybody, once.
fn sum(report: &CheckReport) -> String {
    let mut sum = format!(
        "{} = {} to go",
        format::counted(report.planned, "row"),
        format::count(report.to_go)
    );
    for class in report.with(CheckVerdict::LeftOut) {
        let words = row_rules::short(&class.rule);
        sum.push_str(&format!(" + {} {words}", format::count(class.count)));
    }
    sum
}
