//! The review of a plan: who, what, when, the exact JSON, and the number to type.
//!
//! The plan shown here is the object that is queued; there is no second rendering. Enter does
//! nothing until the whole number has been typed by hand.

mod times;

use super::decision::Decision;
use super::frame::{self, OverlayEdges};
use crate::contract::{Action, SenderState};
use crate::domain::{Plan, Profile, Recipient, SendKind};
use crate::text::{format, sanitize, wrap};
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Spans, TextField};
use crossterm::event::KeyEvent;
use jiff::Zoned;
use ratatui::layout::Rect;
use std::sync::Arc;
use std::time::Duration;
use times::{until, when};

/// A view of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    /// What happens, in sentences.
    #[default]
    Summary,
    /// Everybody it reaches.
    People,
    /// The exact requests.
    Json,
    /// Who is left out.
    Skipped,
}

impl Tab {
    const ALL: [Tab; 4] = [Tab::Summary, Tab::People, Tab::Json, Tab::Skipped];

    fn step(self, steps: isize) -> Tab {
        let at = Tab::ALL
            .iter()
            .position(|tab| *tab == self)
            .unwrap_or(0)
            .cast_signed();
        let at = (at + steps)
            .rem_euclid(Tab::ALL.len().cast_signed())
            .cast_unsigned();
        Tab::ALL.get(at).copied().unwrap_or(self)
    }
}

/// The review.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The plan, the very one that is queued.
    pub plan: Arc<Plan>,
    /// Who sends now.
    pub sender: SenderState,
    /// The profile it was made for.
    pub profile: Profile,
    /// Clean name of the only person, where there is one and it is known.
    pub person: Option<String>,
    /// The view shown.
    pub tab: Tab,
    /// First visible line of the view.
    pub scroll: usize,
    /// What is typed.
    pub field: TextField,
    /// How long nothing leaves after the confirmation.
    pub grace: Duration,
    /// What keeps it from being confirmed by accident or twice.
    pub decision: Decision,
}

/// What the review wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Back to the draft.
    Close,
    /// The number is right: queue the plan.
    Confirmed,
    /// Ask why people who have it already should get it again: how many, and since when.
    Override(String),
}

impl State {
    /// What must be typed: the number of people, or the last four digits of the only person where
    /// real customers are meant.
    pub fn wanted(&self) -> String {
        let only = match self.plan.calls.as_slice() {
            [call] if call.recipients.len() == 1 => call.recipients.first(),
            _ => None,
        };
        match only {
            Some(phone) if self.profile.guard == crate::domain::Guard::Production => {
                phone.last_four().to_owned()
            }
            _ => self.plan.recipients().to_string(),
        }
    }

    /// What is said of people who are left out because they have the same already, if any are.
    pub fn left_out_twins(&self) -> Option<String> {
        let once = &self.plan.once;
        let found = once.found.as_ref().filter(|found| found.people > 0)?;
        let overridden = once.override_reason.is_some();
        (!overridden).then(|| found.sentence.clone())
    }

    fn ask(&self) -> &'static str {
        let one = self.plan.recipients() == 1;
        if one && self.profile.guard == crate::domain::Guard::Production {
            "To arm it, type the last four digits"
        } else {
            "To arm it, type the number of people"
        }
    }
}

/// Runs an action of the review that stands in this body.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the review answers the actions it knows"
)]
pub fn act(state: &mut State, action: Action, body: Rect, now: &Zoned) -> Option<Wish> {
    let (width, height) = room(body);
    match action {
        Action::Accept | Action::Open => {
            if state.field.text().trim() == state.wanted() {
                return state.decision.take().then_some(Wish::Confirmed);
            }
            let why = format!("Enter does nothing yet: type {}", state.wanted());
            state.decision.refuse(why);
        }
        Action::NextTab => (state.tab, state.scroll) = (state.tab.step(1), 0),
        Action::PreviousTab => (state.tab, state.scroll) = (state.tab.step(-1), 0),
        Action::MoveDown => state.scroll += 1,
        Action::MoveUp => state.scroll = state.scroll.saturating_sub(1),
        Action::PageDown | Action::HalfPageDown => state.scroll += height.max(1),
        Action::PageUp | Action::HalfPageUp => {
            state.scroll = state.scroll.saturating_sub(height.max(1));
        }
        Action::OverrideTwins => return state.left_out_twins().map(Wish::Override),
        Action::Back => return Some(Wish::Close),
        _ => {}
    }
    let total = lines(state, width, now).len();
    state.scroll = state.scroll.min(total.saturating_sub(height));
    None
}

/// A key typed into the field that confirms.
pub fn key(state: &mut State, key: KeyEvent) {
    if state.field.key(key) {
        state.decision.typed();
    }
}

/// One plain sentence about what the plan does.
pub fn sentence(plan: &Plan) -> String {
    let people = plan.recipients();
    let who = if people == 1 {
        "1 person gets".to_owned()
    } else {
        format!("{} people get", format::count(people))
    };
    let title = sanitize::clean_line(&plan.title);
    let calls = plan.calls.len() as u64;
    let call_words = if calls == 1 {
        "in 1 call".to_owned()
    } else {
        format!("in {} calls", format::count(calls))
    };
    match plan.kind {
        SendKind::Template if people == 1 => format!("{who} the template {title}, in one call."),
        SendKind::Template => format!("{who} the template {title}, one call each."),
        SendKind::Broadcast => {
            format!("{who} the broadcast {title}, handed to the platform {call_words}.")
        }
        SendKind::CsvBroadcast => {
            format!(
                "The list of {} people for {title} is handed to the platform {call_words}; it leaves out people it does not know.",
                format::count(people)
            )
        }
        SendKind::Flow if people == 1 => format!("The flow {title} starts for 1 person."),
        SendKind::Flow => format!(
            "The flow {title} starts for {} people, one call each.",
            format::count(people)
        ),
    }
}

/// The lines of the view, wrapped: what is sent must be readable to its last byte in any window.
fn lines(state: &State, width: usize, now: &Zoned) -> Vec<Spans> {
    if state.tab == Tab::Summary {
        return summary_lines(state, width, now);
    }
    let plain = |line: String| Spans::of(Role::Text, line);
    plain_lines(state, width).into_iter().map(plain).collect()
}

fn plain_lines(state: &State, width: usize) -> Vec<String> {
    let plan = &state.plan;
    match state.tab {
        Tab::Summary => Vec::new(),
        Tab::People => plan
            .calls
            .iter()
            .flat_map(|call| &call.recipients)
            .map(shown)
            .collect(),
        Tab::Json => plan.calls.first().map_or_else(Vec::new, |call| {
            let body = String::from_utf8_lossy(&call.request.body.bytes()).into_owned();
            let body = sanitize::escape_json_text(&body);
            let address = format!("{} {}", call.request.method, call.request.url);
            let about = format!(
                "call 1 of {} · sha256 {}",
                plan.calls.len(),
                call.request.body_sha256.short()
            );
            let mut lines = Vec::new();
            for text in [address, body, String::new(), about] {
                let wrapped = wrap::wrap(&text, width);
                if wrapped.is_empty() {
                    lines.push(String::new());
                }
                lines.extend(wrapped.into_iter().map(str::to_owned));
            }
            lines
        }),
        Tab::Skipped => plan
            .skipped
            .iter()
            .map(|row| {
                let place = row
                    .row
                    .map_or_else(String::new, |number| format!("row {number}: "));
                format!(
                    "{place}{}  {}",
                    sanitize::clean_line(&row.recipient),
                    sanitize::clean_line(&row.reason)
                )
            })
            .collect(),
    }
}

/// What the review says, as label and text.
fn summary(state: &State, now: &Zoned) -> Vec<(&'static str, String)> {
    let plan = &state.plan;
    let mut rows = vec![("", sentence(plan)), ("", String::new())];
    rows.extend(who(state));
    rows.extend(when(plan, now));
    rows.push((
        "Skipped",
        if plan.skipped.is_empty() {
            "nobody".to_owned()
        } else {
            format!(
                "{}, see the view Skipped",
                format::count(plan.skipped.len() as u64)
            )
        },
    ));
    let host = plan.target.base_url.clone();
    rows.push((
        "Goes to",
        format!(
            "{host} · customer {} · bot {}",
            plan.target.customer_id, plan.target.bot_key
        ),
    ));
    rows.push((
        "Plan",
        format!("{} · same bytes as the preview", plan.sha256.short()),
    ));
    rows.extend(no_twin(plan));
    for note in &plan.notes {
        rows.push(("!", sanitize::clean_line(note).into_owned()));
    }
    rows.push(("", String::new()));
    rows.push(("", until(state, now)));
    rows
}

/// What the record said, where it knows of nobody who has the same.
fn no_twin(plan: &Plan) -> Option<(&'static str, String)> {
    let found = plan.once.found.as_ref()?;
    let window = format::span(plan.once.window);
    (found.people == 0).then(|| ("✓", format!("no twin of this plan in {window}")))
}

/// A number in groups, or the id of somebody on another channel.
fn shown(recipient: &Recipient) -> String {
    match recipient.phone() {
        Some(phone) => format::phone(&phone.with_plus()),
        None => sanitize::clean_line(recipient.text()).into_owned(),
    }
}

fn who(state: &State) -> Option<(&'static str, String)> {
    let recipients: Vec<_> = state
        .plan
        .calls
        .iter()
        .flat_map(|call| &call.recipients)
        .collect();
    let (first, last) = (recipients.first()?, recipients.last()?);
    if recipients.len() == 1 {
        let name = state
            .person
            .as_ref()
            .map_or_else(String::new, |name| format!("{name}  "));
        return Some(("Person", format!("{name}{}", shown(first))));
    }
    Some((
        "People",
        format!(
            "{} · first {} · last {}",
            format::count(recipients.len() as u64),
            shown(first),
            shown(last)
        ),
    ))
}

/// Columns and lines of the view of a review in a body of this size.
fn room(body: Rect) -> (usize, usize) {
    let area = frame::area(body, 96, 24);
    let frame = if area == body { 2 } else { 4 };
    (
        usize::from(area.width.saturating_sub(frame)),
        usize::from(area.height.saturating_sub(6)),
    )
}

/// Draws the review.
pub fn draw(state: &State, painter: &mut Painter<'_>, body: Rect, now: &Zoned) {
    let area = frame::area(body, 96, 24);
    let edges = OverlayEdges {
        title: format!("Review · {}", state.profile),
        state: tabs(state),
        hint: "Esc back to the draft, nothing is lost".to_owned(),
        leave: "Tab other views".to_owned(),
        guarded: state.profile.guard == crate::domain::Guard::Production,
    };
    let inside = frame::draw(painter, body, area, &edges);
    let field_row = inside.bottom().saturating_sub(2);
    let view = Rect {
        height: field_row.saturating_sub(inside.y + 1),
        ..inside
    };
    draw_lines(painter, view, state, now);
    confirm_lines(state, painter, inside, field_row);
}

fn tabs(state: &State) -> Spans {
    let mut spans = Spans::default();
    for tab in Tab::ALL {
        let name = match tab {
            Tab::Summary => "Summary".to_owned(),
            Tab::People => "People".to_owned(),
            Tab::Json => "JSON".to_owned(),
            Tab::Skipped => format!("Skipped {}", state.plan.skipped.len()),
        };
        if tab == state.tab {
            spans.push(Role::Focus, format!("[{name}]"));
        } else {
            spans.push(Role::Muted, format!(" {name} "));
        }
    }
    spans
}

fn summary_lines(state: &State, width: usize, now: &Zoned) -> Vec<Spans> {
    let mut lines = Vec::new();
    for (label, text) in summary(state, now) {
        let (indent, role) = match label {
            "" => (0, Role::Muted),
            "!" => (2, Role::Attention),
            "✓" => (2, Role::Accepted),
            _ => (10, Role::Muted),
        };
        let wrapped = wrap::wrap(&text, width.saturating_sub(indent));
        if wrapped.is_empty() {
            lines.push(Spans::default());
        }
        for (index, part) in wrapped.into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let head = crate::text::width::pad_right(label, indent);
            lines.push(Spans::of(role, head).with(Role::Text, part));
        }
    }
    lines
}

fn draw_lines(painter: &mut Painter<'_>, view: Rect, state: &State, now: &Zoned) {
    let lines = lines(state, usize::from(view.width), now);
    if lines.is_empty() {
        painter.text(
            (view.x, view.y),
            view.right(),
            "nobody is left out",
            Role::Muted,
        );
    }
    for (y, line) in (view.y..view.bottom()).zip(lines.iter().skip(state.scroll)) {
        painter.spans((view.x, y), view.right(), line);
    }
    painter.thumb(view.right(), view, state.scroll, lines.len());
}

fn confirm_lines(state: &State, painter: &mut Painter<'_>, inside: Rect, field_row: u16) {
    let y = field_row.saturating_sub(1);
    // The number to type is never cut; a narrow window loses words before it.
    let wanted = state.wanted();
    let cells = u16::try_from(crate::text::width::cells(&wanted)).unwrap_or(u16::MAX);
    let limit = inside.right().saturating_sub(cells + 1);
    let ask = format!("{}:", state.ask());
    let x = painter.text((inside.x, y), limit, &ask, Role::Text);
    painter.text((x + 1, y), inside.right(), &wanted, Role::Key);
    let prompt = painter.theme.glyph(Glyph::FromUs);
    let x = painter.text((inside.x, field_row), inside.right(), prompt, Role::Focus);
    let field = Rect {
        x: x + 1,
        y: field_row,
        width: inside.right().saturating_sub(x + 1),
        height: 1,
    };
    state.field.draw(painter, field, Role::Text, true);
    let right = state.field.text().trim() == state.wanted();
    let (text, role) = match (state.decision.refusal(), right) {
        (Some(refusal), _) => (refusal.to_owned(), Role::Attention),
        (None, true) => (
            format!(
                "Enter arms it; then u stops it for {}.",
                format::duration(state.grace)
            ),
            Role::Accepted,
        ),
        (None, false) => ("Enter: does nothing yet".to_owned(), Role::Muted),
    };
    painter.right((inside.right(), field_row + 1), inside.x, &text, role);
}
