//! What is meant for the person of the chat alone and is not read in it yet: it waits, goes, is
//! accepted. Shown below the messages, because the platform shows it only once it has it. It must not
//! say more than the record does.

use super::state::{Chat, State};
use crate::domain::{Batch, BatchId, BatchState, Direction};
use crate::panes::chrome::ViewContext;
use crate::text::{format, sanitize, width};
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Spans};
use jiff::{SignedDuration, Timestamp};
use ratatui::layout::Rect;

/// So many are remembered, the newest.
const KEPT: usize = 500;
/// So many rows of a chat they take at most.
const ROWS: usize = 2;
/// Below this height the rows belong to the messages.
const LEAST_HEIGHT: usize = 6;

/// So much the platform's times may lie before ours: whole seconds, and clocks that differ a little.
const CLOCKS: SignedDuration = SignedDuration::from_secs(5);

/// How far a message has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// In its grace time.
    Grace,
    /// It leaves at its time.
    Planned,
    /// On its way, or about to be.
    Going,
    /// Paused or held.
    Stopped,
    /// The platform has it.
    Accepted {
        /// Since when.
        at: Timestamp,
        /// The platform's id for it.
        id: Option<String>,
    },
    /// The platform refused it: its code, where there is one.
    Rejected(String),
    /// Nobody knows whether the platform has it.
    Unknown,
}

/// A message to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Its batch.
    pub batch: BatchId,
    /// The person, as the record names them: digits, or the id of a channel.
    pub person: String,
    /// What it is: the name of its template, flow or broadcast.
    pub title: String,
    /// How far it has come.
    pub way: Way,
}

impl Outgoing {
    fn is_for(&self, chat: &Chat) -> bool {
        let text = chat.user.recipient_text();
        let person = text.strip_prefix('+').unwrap_or(&text);
        self.person == person || self.person == chat.user.channel_user_id
    }

    /// Whether the messages of the chat hold it, as far as can be told: our side wrote when it was
    /// accepted, or later.
    fn is_read(&self, chat: &Chat) -> bool {
        let Way::Accepted { at: accepted, .. } = self.way else {
            return false;
        };
        let ours = chat.messages.iter().rev();
        let mut ours = ours.filter(|message| message.direction == Direction::Out);
        ours.find_map(|message| message.time)
            .is_some_and(|at| accepted.duration_since(at) <= CLOCKS)
    }

    fn words(&self, context: &ViewContext<'_>) -> (Glyph, Role, String) {
        let title = sanitize::clean_line(&self.title);
        match &self.way {
            Way::Grace => {
                let text = format!("{title} waits: nothing has left yet");
                (Glyph::Planned, Role::Active, text)
            }
            Way::Planned => {
                let text = format!("{title} leaves at its time: 4 shows it");
                (Glyph::Planned, Role::Active, text)
            }
            Way::Going => (
                Glyph::Running,
                Role::Active,
                format!("{title} is on its way"),
            ),
            Way::Stopped => {
                let text = format!("{title} stands still: 4 shows why");
                (Glyph::Paused, Role::Attention, text)
            }
            Way::Accepted { at, id } => {
                let at = at.to_zoned(context.now.time_zone().clone());
                let mut text = format!("{title} accepted at {}", format::clock(&at));
                if let Some(id) = id {
                    text.push_str(&format!(" · id {}", sanitize::clean_line(id)));
                }
                (Glyph::Accepted, Role::Accepted, text)
            }
            Way::Rejected(why) => {
                let code = if why.is_empty() { "" } else { " " };
                let text = format!("{title} rejected{code}{why}: 4 shows why");
                (Glyph::Rejected, Role::Failed, text)
            }
            Way::Unknown => {
                let text = format!("{title} unknown: U decides");
                (Glyph::Unknown, Role::Unknown, text)
            }
        }
    }
}

/// How far a batch has come; `None` where there is nothing to show.
fn way_of(batch: &Batch, now: Timestamp) -> Option<Way> {
    let counts = &batch.counts;
    let way = match batch.state {
        BatchState::Armed => Way::Grace,
        BatchState::Scheduled => Way::Planned,
        BatchState::Ready | BatchState::Running | BatchState::Draining => Way::Going,
        BatchState::Held | BatchState::Paused => Way::Stopped,
        // Its call says more, and may have said it already.
        BatchState::Done | BatchState::DoneWithProblems if counts.accepted > 0 => {
            Way::Accepted { at: now, id: None }
        }
        BatchState::Done | BatchState::DoneWithProblems if counts.unknown > 0 => Way::Unknown,
        BatchState::Done | BatchState::DoneWithProblems if counts.rejected > 0 => {
            Way::Rejected(String::new())
        }
        BatchState::Done | BatchState::DoneWithProblems | BatchState::Cancelled => return None,
    };
    Some(way)
}

/// Whether more is to come.
fn is_open(way: &Way) -> bool {
    match way {
        Way::Accepted { .. } | Way::Rejected(_) | Way::Unknown => false,
        Way::Grace | Way::Planned | Way::Going | Way::Stopped => true,
    }
}

impl State {
    /// A message to one person was confirmed.
    pub fn sends(&mut self, outgoing: Outgoing) {
        self.outgoing.insert(0, outgoing);
        self.outgoing.truncate(KEPT);
    }

    /// Its batch is new or changed. What was taken back, or was unknown and is settled, is not shown
    /// any more, and what ended before it was heard of is not shown at all: the platform shows it.
    pub fn send_moved(&mut self, batch: &Batch, now: Timestamp) {
        let way = way_of(batch, now);
        let gone = |one: &Outgoing| match &way {
            None => true,
            // When it was settled says nothing about when the platform took it.
            Some(Way::Accepted { .. }) => one.way == Way::Unknown,
            Some(_) => false,
        };
        self.outgoing
            .retain(|one| one.batch != batch.id || !gone(one));
        let Some(way) = way else {
            return;
        };
        if let Some(one) = self.outgoing.iter_mut().find(|one| one.batch == batch.id) {
            if is_open(&one.way) {
                one.way = way;
            }
            return;
        }
        let needs_a_look = is_open(&way) || way == Way::Unknown;
        if let Some(person) = batch.only.as_ref().filter(|_| needs_a_look) {
            self.sends(Outgoing {
                batch: batch.id,
                person: person.to_string(),
                title: batch.title.clone(),
                way,
            });
        }
    }

    /// Its call ended.
    pub fn send_ended(&mut self, batch: BatchId, way: Way) {
        if let Some(one) = self.outgoing.iter_mut().find(|one| one.batch == batch) {
            one.way = way;
        }
    }

    /// Those of the open chat that are shown below its messages, the newest last.
    pub(super) fn outgoing_here(&self) -> Vec<&Outgoing> {
        let Some(chat) = self.chat.as_ref().filter(|_| self.height >= LEAST_HEIGHT) else {
            return Vec::new();
        };
        let here = self.outgoing.iter();
        let here = here.filter(|one| one.is_for(chat) && !one.is_read(chat));
        let mut here: Vec<&Outgoing> = here.take(ROWS).collect();
        here.reverse();
        here
    }
}

/// Draws them into the last rows.
pub(super) fn draw(
    state: &State,
    painter: &mut Painter<'_>,
    inside: Rect,
    context: &ViewContext<'_>,
) {
    let here = state.outgoing_here();
    let rows = u16::try_from(here.len()).unwrap_or(0);
    let first = inside.bottom().saturating_sub(rows).max(inside.y);
    for (y, one) in (first..inside.bottom()).zip(here) {
        let (glyph, role, text) = one.words(context);
        let room = usize::from(inside.width.saturating_sub(4));
        let text = width::truncate(&text, room, width::ELLIPSIS).into_owned();
        let spans = Spans::of(role, painter.theme.glyph(glyph))
            .with(Role::Text, " ")
            .with(Role::Text, text);
        painter.spans((inside.x + 1, y), inside.right(), &spans);
    }
}
