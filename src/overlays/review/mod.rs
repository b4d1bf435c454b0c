//! The review of a plan: who, what, when, the exact JSON, and what has to be typed.
//!
//! The plan shown here is the object that is queued; there is no second rendering. Enter does
//! nothing until everything that is asked for has been typed by hand. What takes time to count was
//! counted before it opens; drawing looks only at what is visible.

mod confirming;
mod summary;
mod times;
mod views;

pub use confirming::key;
pub use summary::sentence;
pub use times::alive;

use super::decision::Decision;
use super::frame::{self, OverlayEdges};
use crate::contract::{Action, SenderState};
use crate::domain::{Guard, Plan, PlanFacts, Profile};
use crate::text::format;
use crate::theme::Role;
use crate::widgets::{Painter, Spans, TextField};
use jiff::Zoned;
use ratatui::layout::Rect;
use std::sync::Arc;
use std::time::Duration;

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
    /// What it comes to, counted once.
    pub facts: Arc<PlanFacts>,
    /// The profile it was made for.
    pub profile: Profile,
    /// Clean name of the only person, where there is one and it is known.
    pub person: Option<String>,
    /// The view shown.
    pub tab: Tab,
    /// First visible line of the view.
    pub scroll: usize,
    /// Position of the call whose JSON is shown.
    pub call: usize,
    /// The number or digits that are typed.
    pub field: TextField,
    /// The profile's name, typed after the number where it is asked for.
    pub name: TextField,
    /// Whether the caret has gone on to the name.
    pub naming: bool,
    /// How long nothing leaves after the confirmation.
    pub grace: Duration,
    /// What keeps it from being confirmed by accident or twice.
    pub decision: Decision,
    json: views::WrappedCall,
}

/// What the review wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Back to the draft.
    Close,
    /// What is asked for is typed: queue the plan.
    Confirmed,
    /// Ask why people who have it already should get it again: how many, and since when.
    Override(String),
    /// Say why nothing happened.
    Say(&'static str),
}

impl State {
    /// A review that opens now.
    pub fn new(
        (plan, facts): (Arc<Plan>, Arc<PlanFacts>),
        profile: Profile,
        grace: Duration,
        decision: Decision,
    ) -> Self {
        Self {
            plan,
            sender: SenderState::default(),
            facts,
            profile,
            person: None,
            tab: Tab::default(),
            scroll: 0,
            call: 0,
            field: TextField::default(),
            name: TextField::default(),
            naming: false,
            grace,
            decision,
            json: views::WrappedCall::default(),
        }
    }

    /// What is said of people who are left out because they have the same already, if any are.
    pub fn left_out_twins(&self) -> Option<String> {
        let once = &self.plan.once;
        let found = once.found.as_ref().filter(|found| found.people > 0)?;
        let overridden = once.override_reason.is_some();
        (!overridden).then(|| found.sentence.clone())
    }

    /// Wraps what the views show, once for each call and width.
    pub fn prepare(&mut self, body: Rect) {
        if self.tab == Tab::Json {
            let (width, _) = room(body);
            self.json.wrap(&self.plan, self.call, width);
        }
    }

    /// Shows the exact bytes of a call.
    fn show_call(&mut self, call: usize) {
        self.call = call.min(self.plan.calls.len().saturating_sub(1));
        (self.tab, self.scroll) = (Tab::Json, 0);
    }

    fn guarded(&self) -> bool {
        self.profile.guard == Guard::Production
    }
}

/// Runs an action of the review that stands in this body.
pub fn act(state: &mut State, action: Action, body: Rect, now: &Zoned) -> Option<Wish> {
    let wish = run(state, action, room(body).1);
    state.prepare(body);
    let (width, height) = room(body);
    let total = views::total(state, width, now);
    state.scroll = state.scroll.min(total.saturating_sub(height));
    wish
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the review answers the actions it knows"
)]
fn run(state: &mut State, action: Action, height: usize) -> Option<Wish> {
    match action {
        Action::Accept | Action::Open => {
            return confirming::enter(state).then_some(Wish::Confirmed);
        }
        Action::NextTab => (state.tab, state.scroll) = (state.tab.step(1), 0),
        Action::PreviousTab => (state.tab, state.scroll) = (state.tab.step(-1), 0),
        Action::MoveDown => state.scroll += 1,
        Action::MoveUp => state.scroll = state.scroll.saturating_sub(1),
        Action::PageDown | Action::HalfPageDown => state.scroll += height.max(1),
        Action::PageUp | Action::HalfPageUp => {
            state.scroll = state.scroll.saturating_sub(height.max(1));
        }
        Action::First => state.scroll = 0,
        Action::Last => state.scroll = usize::MAX,
        Action::NextCall => state.show_call(next_call(state, 1)),
        Action::PreviousCall => state.show_call(next_call(state, -1)),
        Action::LongestCall => return extreme(state, state.facts.longest),
        Action::ShortestCall => return extreme(state, state.facts.shortest),
        Action::OddCall => match &state.facts.odd {
            Some((_, call, _)) => state.show_call(*call),
            None => return Some(Wish::Say("no call holds an odd value")),
        },
        Action::OverrideTwins => return state.left_out_twins().map(Wish::Override),
        Action::Back => return Some(Wish::Close),
        _ => {}
    }
    None
}

/// The first step shows the call that was shown last; then one after the other.
fn next_call(state: &State, step: isize) -> usize {
    if state.tab == Tab::Json {
        state.call.saturating_add_signed(step)
    } else {
        state.call
    }
}

fn extreme(state: &mut State, found: Option<(usize, usize)>) -> Option<Wish> {
    let (call, _) = found?;
    state.show_call(call);
    None
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
        guarded: state.guarded(),
    };
    let inside = frame::draw(painter, body, area, &edges);
    let field_row = inside.bottom().saturating_sub(2);
    let view = Rect {
        height: field_row.saturating_sub(inside.y + 1),
        ..inside
    };
    views::draw(painter, view, state, now);
    confirming::draw(state, painter, inside, field_row);
}

fn tabs(state: &State) -> Spans {
    let mut spans = Spans::default();
    for tab in Tab::ALL {
        let name = match tab {
            Tab::Summary => "Summary".to_owned(),
            Tab::People => "People".to_owned(),
            Tab::Json => "JSON".to_owned(),
            Tab::Skipped => format!("Skipped {}", format::count(state.plan.skipped.len() as u64)),
        };
        if tab == state.tab {
            spans.push(Role::Focus, format!("[{name}]"));
        } else {
            spans.push(Role::Muted, format!(" {name} "));
        }
    }
    spans
}
