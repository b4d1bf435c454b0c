//! Everything the dashboard knows, and what `update` is told from outside.

use super::layout::{Layout, LayoutInput, LayoutOptions, Shape, layout};
use super::opting_out::Sight;
use super::toasts::Toasts;
use crate::contract::{Library, PaneId, SenderState, Slot, Tickets};
use crate::domain::opt_out::StopWords;
use crate::domain::{BatchId, BatchState, Guard, Profile, SendKind, SendLimits, User};
use crate::keymap::Keymap;
use crate::overlays::{Overlay, add_template, phone};
use crate::panes::{
    activity, broadcast_scheduler, conversation, payload_preview, template_composer, user_search,
};
use crate::text::turning::Turning;
use crate::widgets::TextField;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use std::time::Duration;

/// What does not change while the dashboard runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Messages per page of a conversation.
    pub page_size: u32,
    /// The `layout.*` settings.
    pub layout: LayoutOptions,
    /// How fast and wide sends are unless the profile says otherwise.
    pub limits: SendLimits,
    /// How long nothing leaves after confirming for one person.
    pub grace_single: Duration,
    /// How long nothing leaves after confirming for a list.
    pub grace_list: Duration,
    /// The same for a list with real customers behind it.
    pub grace_guarded: Duration,
    /// Name, guard and host of every profile that can be chosen.
    pub profiles: Vec<(String, Guard, String)>,
    /// Whether waiting is shown without motion.
    pub reduced_motion: bool,
    /// A search made at the start, so that the demo opens on people.
    pub first_search: Option<(String, String)>,
    /// Why pictures are not drawn on the screen; `None` where they are.
    pub no_pictures: Option<&'static str>,
    /// Who turns words round that run from right to left.
    pub turning: Turning,
    /// The words that propose an opt-out when they are a whole message.
    pub stop_words: StopWords,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            page_size: 500,
            layout: LayoutOptions::default(),
            limits: SendLimits::default(),
            grace_single: Duration::from_secs(10),
            grace_list: Duration::from_secs(30),
            grace_guarded: Duration::from_secs(60),
            profiles: Vec::new(),
            reduced_motion: false,
            first_search: None,
            no_pictures: None,
            turning: Turning::default(),
            stop_words: StopWords::default(),
        }
    }
}

/// What `update` is told with every event.
#[derive(Debug)]
pub struct Context<'a> {
    /// The moment of the event.
    pub now: Timestamp,
    /// The active keymap.
    pub keymap: &'a Keymap,
}

/// Something confirmed that has not left yet because of its grace time.
#[derive(Debug, Clone, PartialEq)]
pub struct Armed {
    /// The batch.
    pub batch: BatchId,
    /// What it is in a few words.
    pub label: String,
    /// When it starts.
    pub until: Timestamp,
    /// How long the whole grace is.
    pub grace: Duration,
    /// Whether `S` may start it now: one person only.
    pub single: bool,
    /// The draft it came from, opened again by undo.
    pub draft: Option<Box<template_composer::Draft>>,
}

impl Armed {
    /// How long after the end of the grace its key still stops at once.
    const LATE: SignedDuration = SignedDuration::from_secs(2);

    /// Whether it left its grace so short a time ago that the key to stop it was meant for it.
    pub fn was_just_started(&self, now: Timestamp) -> bool {
        now.duration_since(self.until) <= Self::LATE
    }
}

/// How the connection to the platform is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Connection {
    /// Nothing was asked yet.
    #[default]
    Connecting,
    /// The last call was answered after so many milliseconds.
    Online {
        /// How long the last answer took.
        answered_in: Duration,
    },
    /// The last call found no way.
    Offline {
        /// Since when.
        since: Timestamp,
    },
    /// The last call was answered with 401 or 403.
    KeyRefused,
}

/// The command line after `:`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CommandLine {
    /// What is typed.
    pub field: TextField,
    /// Why the last input did nothing.
    pub refusal: Option<String>,
}

/// Everything the dashboard knows.
#[derive(Debug, Clone)]
pub struct State {
    /// Columns and rows.
    pub size: (u16, u16),
    /// The moment of the last event, in the profile's zone.
    pub now: Zoned,
    /// The connection shown.
    pub profile: Profile,
    /// Unchanging settings.
    pub settings: Settings,
    /// The pane that has the keys when nothing else does.
    pub focus: PaneId,
    /// Whether that pane fills the body.
    pub zoomed: bool,
    /// Whether the terminal has the keyboard.
    pub terminal_focused: bool,
    /// Overlays, the topmost last.
    pub overlays: Vec<Overlay>,
    /// The command line, while it is open.
    pub command: Option<CommandLine>,
    /// 1 Users.
    pub users: user_search::State,
    /// 2 Conversation.
    pub conversation: conversation::State,
    /// 3 Composer.
    pub composer: template_composer::State,
    /// 4 Broadcasts.
    pub broadcasts: broadcast_scheduler::State,
    /// 5 Payload.
    pub payload: payload_preview::State,
    /// 6 Activity.
    pub activity: activity::State,
    /// What the local library holds.
    pub library: Library,
    /// Which results are still wanted.
    pub tickets: Tickets,
    /// Toasts.
    pub toasts: Toasts,
    /// How the connection is.
    pub connection: Connection,
    /// Who sends.
    pub sender: SenderState,
    /// By how much the clock here is ahead of the server's, as its last answer said.
    pub skew: Option<SignedDuration>,
    /// What is in its grace time, first to start first.
    pub armed: Vec<Armed>,
    /// A draft that waits for its plan to be queued, by the plan's digest.
    pub queueing: Option<(Box<template_composer::Draft>, Duration)>,
    /// People whose conversations were opened last, the last first.
    pub recent: Vec<User>,
    /// Looks for new messages since the last one that found some.
    pub followed: u32,
    /// What was pasted to add a template and not kept, for the next time.
    pub half_imported: Option<Box<add_template::State>>,
    /// What has left its grace last; for a moment the key to stop it still does.
    pub just_started: Option<Armed>,
    /// What is being taken back in its grace, until the outbox says whether it still could.
    pub undoing: Option<Armed>,
    /// What the settings say of read-only, while a person has switched it on by hand.
    pub read_only_before: Option<bool>,
    /// Where the keys go back to after visits to other panes, the last one last.
    pub visited_from: Vec<PaneId>,
    /// The people about whom the record was asked last whether they opted out.
    pub sight: Option<Sight>,
    /// When Enter was pressed, if that was the last key.
    pub entered: Option<Timestamp>,
}

impl State {
    /// What the seconds of a grace are counted for: until it starts, or only for how long it can be
    /// undone.
    pub fn counted_for(&self, armed: &Armed) -> &'static str {
        if self.waits_on(armed) {
            "undo for"
        } else {
            "starts in"
        }
    }

    /// Whether it waits for a time of its own after its grace. A broadcast with a time may be handed over at once.
    pub fn waits_on(&self, armed: &Armed) -> bool {
        let mut batches = self.broadcasts.batches.iter();
        let batch = batches.find(|batch| batch.id == armed.batch);
        batch.is_some_and(|batch| {
            let own = batch
                .scheduled
                .filter(|_| batch.kind != SendKind::Broadcast);
            own.is_some_and(|at| at.duration_since(armed.until) > Armed::LATE)
        })
    }

    /// The state at the start.
    pub fn new(profile: Profile, settings: Settings, size: (u16, u16), now: Timestamp) -> Self {
        let zone = zone_of(&profile);
        Self {
            size,
            now: now.to_zoned(zone),
            profile,
            settings,
            focus: PaneId::Users,
            zoomed: false,
            terminal_focused: true,
            overlays: Vec::new(),
            command: None,
            users: user_search::State::default(),
            conversation: conversation::State::default(),
            composer: template_composer::State::default(),
            broadcasts: broadcast_scheduler::State::default(),
            payload: payload_preview::State::default(),
            activity: activity::State::default(),
            library: Library::default(),
            tickets: Tickets::default(),
            toasts: Toasts::default(),
            connection: Connection::default(),
            sender: SenderState::default(),
            skew: None,
            armed: Vec::new(),
            queueing: None,
            recent: Vec::new(),
            followed: 0,
            half_imported: None,
            just_started: None,
            undoing: None,
            read_only_before: None,
            visited_from: Vec::new(),
            sight: None,
            entered: None,
        }
    }

    /// The layout of the screen as it is now.
    pub fn layout(&self) -> Layout {
        layout(
            self.size.0,
            self.size.1,
            LayoutInput {
                focus: self.focus,
                zoomed: self.zoomed,
                grace_strip: !self.armed.is_empty(),
                options: self.settings.layout,
            },
        )
    }

    /// Takes over the moment of an event.
    pub fn set_now(&mut self, now: Timestamp) {
        self.now = now.to_zoned(self.now.time_zone().clone());
    }

    /// Computes what views only show. Called once after every event.
    pub fn prepare(&mut self) {
        let layout = self.layout();
        if layout.shape == Shape::TooSmall {
            return;
        }
        if let Some(inside) = layout.inside(PaneId::Conversation) {
            let now = self.now.clone();
            self.conversation.prepare(inside.width, inside.height, &now);
        }
        self.conversation.propose(&self.settings.stop_words);
        // The columns of a file show what its first person gets, whoever was read last.
        if matches!(self.overlays.last(), Some(Overlay::Mapping(_))) && self.payload.call > 0 {
            self.payload.go_to_call(0);
        }
        if let (Some(draft), payload_preview::Shown::Plan(plan)) =
            (&mut self.composer.draft, &self.payload.shown)
        {
            draft.show_call(plan, self.payload.call);
        }
        if let Some(inside) = layout.inside(PaneId::Payload) {
            self.payload.building = self.tickets.is_waiting(Slot::Preview);
            let draft = self.composer.draft.as_ref();
            let draft = draft.filter(|_| self.focus == PaneId::Composer);
            self.payload.field_place = draft.and_then(template_composer::Draft::wire_place);
            self.payload.prepare(inside.width, inside.height);
        }
        if let Some(inside) = layout.inside(PaneId::Composer) {
            let chat = self.conversation.chat.as_ref();
            self.composer.chat = chat.map(|chat| chat.user.channel_user_id.clone());
            let has_form = inside.height >= 10 || self.focus == PaneId::Composer;
            if has_form {
                self.composer.prepare(inside, &self.now);
            }
        }
        if let (Some(Overlay::Phone(shown)), Some(draft)) =
            (self.overlays.last_mut(), &self.composer.draft)
        {
            let room = phone::room(layout.body);
            super::people_messages::prepare(shown, draft, &self.payload, (&self.now, room));
        }
        if let Some(Overlay::Review(review)) = self.overlays.last_mut() {
            review.prepare(layout.body);
        }
        for pane in [PaneId::Users, PaneId::Broadcasts, PaneId::Activity] {
            let height = self.list_height(&layout, pane);
            match pane {
                PaneId::Users => self.users.list.clamp(self.users.shown.len(), height),
                PaneId::Broadcasts => self.broadcasts.step(0, height),
                PaneId::Activity => self
                    .activity
                    .list
                    .clamp(self.activity.records.len(), height),
                PaneId::Conversation | PaneId::Composer | PaneId::Payload => {}
            }
        }
    }

    /// How many rows a pane's list shows.
    pub fn list_height(&self, layout: &Layout, pane: PaneId) -> usize {
        let Some(inside) = layout.inside(pane) else {
            return 0;
        };
        match pane {
            PaneId::Users => user_search::list_height(&self.users, inside),
            PaneId::Broadcasts => {
                broadcast_scheduler::list_height(&self.broadcasts, inside, &self.now)
            }
            PaneId::Conversation | PaneId::Composer | PaneId::Payload | PaneId::Activity => {
                usize::from(inside.height)
            }
        }
    }

    /// Whether the composer has room for the message as a phone shows it.
    pub fn bubble_is_shown(&self) -> bool {
        let draft = self.composer.draft.as_ref();
        let inside = self.layout().inside(PaneId::Composer);
        draft.zip(inside).is_some_and(|(draft, inside)| {
            let sheet = template_composer::sheet(draft, inside, &self.now);
            sheet.bubble.is_some_and(|(_, rows)| rows.hidden == 0)
        })
    }

    /// The limits of a new draft.
    pub fn limits(&self) -> SendLimits {
        SendLimits {
            per_minute: self.profile.per_minute.max(1),
            ..self.settings.limits
        }
    }

    /// Whether something would be stopped or held by leaving now, or left without a sender.
    pub fn work_is_running(&self) -> bool {
        let sending = self.sender == SenderState::ThisProcess
            && self
                .broadcasts
                .active()
                .any(|batch| batch.state != BatchState::Armed);
        let waiting =
            self.sender == SenderState::ThisProcess && self.broadcasts.waiting().next().is_some();
        sending || waiting || !self.armed.is_empty()
    }

    /// Whether something is in its grace, or has left it so short a time ago that it is stopped
    /// all the same.
    pub fn can_undo(&self) -> bool {
        let now = self.now.timestamp();
        let late = self.just_started.as_ref();
        !self.armed.is_empty() || late.is_some_and(|late| late.was_just_started(now))
    }

    /// These are in their grace no more: the last of them can still be stopped for a moment.
    pub fn start(&mut self, left: impl Fn(&Armed) -> bool) {
        let now = self.now.timestamp();
        for mut started in self.armed.extract_if(.., |armed| left(armed)) {
            started.until = started.until.min(now);
            self.just_started = Some(started);
        }
    }

    /// How long until the next thing in grace starts.
    pub fn next_start(&self) -> Option<SignedDuration> {
        let next = self.armed.first()?;
        Some(
            next.until
                .duration_since(self.now.timestamp())
                .max(SignedDuration::ZERO),
        )
    }
}

/// The zone of a profile; UTC where the name is unknown, which the settings already refused.
pub fn zone_of(profile: &Profile) -> TimeZone {
    TimeZone::get(&profile.time_zone).unwrap_or(TimeZone::UTC)
}
