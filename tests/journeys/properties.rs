//! What holds whatever happens: rows of random keys, pastes, sizes, answers and times.

use crate::scenery::with_review;
use crate::support::keys;
use crate::support::screen;
use crate::support::stage::{Stage, chat, no_answer, opening, people};
use alertdesk::app::focus::{self, Target};
use alertdesk::contract::{
    Action, ApiAnswer, ApiError, ApiRequest, ApiResponse, ConversationPage, Effect, Event,
    MouseInput, OutboxAnswer, OutboxCommand, OutboxEvent, SenderState, Slot, Ticket, TimerId,
};
use alertdesk::domain::{Batch, BatchId, BatchState, Counts, SendKind, Sha256Hex};
use alertdesk::runtime::clock;
use alertdesk::runtime::frame_pacer::FramePacer;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::time::Duration;

/// One step of a random history.
#[derive(Debug, Clone)]
enum Step {
    Key(KeyEvent),
    Held(KeyEvent),
    Text(String),
    Paste(String),
    Size(u16, u16),
    Mouse(MouseInput),
    Answer {
        slot: Slot,
        fails: bool,
        stale: bool,
    },
    Timer(TimerId),
    Wait(i64),
    Batch(BatchState, u64),
    Do(Action),
    Sender(bool),
    FromEditor(String),
}

fn any_key() -> impl Strategy<Value = KeyEvent> {
    let codes = prop_oneof![
        4 => prop::char::range(' ', '~').prop_map(KeyCode::Char),
        1 => prop::sample::select(vec!['é', '花', '👨', '\u{202e}', '\u{200b}', 'ا'])
            .prop_map(KeyCode::Char),
        5 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab, KeyCode::Backspace,
            KeyCode::Delete, KeyCode::Up, KeyCode::Down, KeyCode::Left, KeyCode::Right,
            KeyCode::PageUp, KeyCode::PageDown, KeyCode::Home, KeyCode::End, KeyCode::F(1),
        ]),
    ];
    let modifiers = prop_oneof![
        8 => Just(KeyModifiers::NONE),
        1 => Just(KeyModifiers::CONTROL),
        1 => Just(KeyModifiers::ALT),
        1 => Just(KeyModifiers::SHIFT),
    ];
    (codes, modifiers).prop_map(|(code, modifiers)| KeyEvent::new(code, modifiers))
}

fn any_step() -> impl Strategy<Value = Step> {
    let slots = vec![Slot::UserSearch, Slot::Conversation, Slot::OlderMessages];
    let timers = vec![
        TimerId::Spinner,
        TimerId::Toast,
        TimerId::Countdown,
        TimerId::DialogReady,
        TimerId::SaveDraft,
    ];
    prop_oneof![
        12 => any_key().prop_map(Step::Key),
        1 => any_key().prop_map(Step::Held),
        2 => "[a-z0-9 =+]{0,12}".prop_map(Step::Text),
        1 => "\\PC{0,30}".prop_map(Step::Paste),
        1 => (0_u16..300, 0_u16..100).prop_map(|(w, h)| Step::Size(w, h)),
        1 => (0_u16..300, 0_u16..100, 0..3).prop_map(|(x, y, kind)| Step::Mouse(match kind {
            0 => MouseInput::Click(x, y),
            1 => MouseInput::WheelDown(x, y),
            _ => MouseInput::WheelUp(x, y),
        })),
        3 => (prop::sample::select(slots), any::<bool>(), any::<bool>())
            .prop_map(|(slot, fails, stale)| Step::Answer { slot, fails, stale }),
        1 => prop::sample::select(timers).prop_map(Step::Timer),
        3 => (0_i64..3000).prop_map(Step::Wait),
        1 => (prop::sample::select(BatchState::ALL.to_vec()), 0_u64..4)
            .prop_map(|(state, unknown)| Step::Batch(state, unknown)),
        3 => prop::sample::select(Action::ALL.to_vec()).prop_map(Step::Do),
        1 => any::<bool>().prop_map(Step::Sender),
        1 => "\\PC{0,20}".prop_map(Step::FromEditor),
    ]
}

fn batch(state: BatchState, unknown: u64) -> Batch {
    Batch {
        id: BatchId(i64::try_from(unknown).unwrap() + 1),
        kind: SendKind::Template,
        title: "winter_hours".to_owned(),
        state,
        profile: "fern-oak".to_owned(),
        created: opening(),
        scheduled: None,
        counts: Counts {
            planned: unknown + 3,
            queued: 3,
            unknown,
            ..Counts::default()
        },
        parent: None,
        reason: None,
        plan_sha256: Sha256Hex::of(b"plan"),
        revision: 0,
        only: None,
    }
}

/// A stage with its history of what was asked.
struct Play {
    stage: Stage,
    old: Vec<(Slot, Ticket)>,
    seen: usize,
    queued: bool,
}

impl Play {
    fn new(stage: Stage) -> Self {
        Self {
            stage,
            old: Vec::new(),
            seen: 0,
            queued: false,
        }
    }

    fn answer(&mut self, slot: Slot, fails: bool, stale: bool) {
        let asked = self.old.iter().rev().filter(|(of, _)| *of == slot);
        let Some((_, ticket)) = asked.clone().nth(usize::from(stale)).copied() else {
            return;
        };
        let result: Result<ApiResponse, ApiError> = match slot {
            _ if fails => Err(no_answer()),
            Slot::UserSearch => Ok(ApiResponse::Users(people())),
            _ => Ok(ApiResponse::Page(ConversationPage {
                messages: chat(40),
                received: 500,
            })),
        };
        let wanted = self.stage.state.tickets.is_waiting(slot) && !stale;
        let before = format!(
            "{:?}{:?}",
            self.stage.state.users, self.stage.state.conversation
        );
        self.stage.event(Event::Api(Box::new(ApiAnswer {
            slot,
            ticket,
            result,
        })));
        if !wanted && stale {
            let after = format!(
                "{:?}{:?}",
                self.stage.state.users, self.stage.state.conversation
            );
            assert_eq!(before, after, "a stale answer changed something");
        }
    }

    fn step(&mut self, step: &Step) {
        let stage = &mut self.stage;
        match step.clone() {
            Step::Key(key) => stage.key(key),
            Step::Held(key) => stage.key(keys::held(key)),
            Step::Text(text) => stage.text(&text),
            Step::Paste(text) => stage.event(Event::Paste(text)),
            Step::Size(width, height) => stage.event(Event::Resized(width, height)),
            Step::Mouse(input) => stage.event(Event::Mouse(input)),
            Step::Answer { slot, fails, stale } => self.answer(slot, fails, stale),
            Step::Timer(timer) => stage.event(Event::Timer(timer)),
            Step::Wait(milliseconds) => stage.wait(milliseconds),
            Step::Batch(becomes, unknown) => {
                let changed = Box::new(batch(becomes, unknown));
                stage.event(Event::Outbox(Box::new(OutboxEvent::BatchChanged(changed))));
            }
            Step::Do(action) => stage.event(Event::Action(action)),
            Step::Sender(here) => {
                let sender = if here {
                    SenderState::ThisProcess
                } else {
                    SenderState::Other { pid: 4711 }
                };
                stage.event(Event::Outbox(Box::new(OutboxEvent::Sender(sender))));
            }
            Step::FromEditor(text) => stage.event(Event::Edited(Ok(text))),
        }
        for effect in self.stage.effects.iter().skip(self.seen) {
            match effect {
                Effect::Api { slot, ticket, .. } => self.old.push((*slot, *ticket)),
                Effect::Outbox(OutboxCommand::Queue { .. }) => self.queued = true,
                _ => {}
            }
        }
        self.seen = self.stage.effects.len();
    }

    /// What must hold after every step.
    fn check(&self, step: &Step) {
        let state = &self.stage.state;
        match focus::target(state) {
            Target::Overlay => assert!(!state.overlays.is_empty()),
            Target::CommandLine => assert!(state.command.is_some()),
            Target::Field(pane) | Target::Pane(pane) => assert_eq!(pane, state.focus),
            Target::TooSmall => assert!(state.size.0 < 40 || state.size.1 < 12),
        }
        let users = &state.users;
        assert!(users.list.selected < users.shown.len().max(1), "{step:?}");
        assert!(
            users.shown.iter().all(|at| *at < users.rows().len()),
            "{step:?}"
        );
        let conversation = &state.conversation;
        assert!(conversation.cursor < conversation.len().max(1), "{step:?}");
        let lines = conversation.visible.iter();
        assert!(lines.clone().all(|line| line.message < conversation.len()));
        let calls = state.activity.records.len();
        assert!(state.activity.list.selected < calls.max(1), "{step:?}");
        let batches = state.broadcasts.batches.is_empty();
        assert!(batches || state.broadcasts.selected().is_some(), "{step:?}");
        if let Some(draft) = &state.composer.draft {
            assert!(draft.cursor < draft.fields.len(), "{step:?}");
        }
    }
}

/// Every draft with something in it, wherever it is: open, on the shelf, discarded in this
/// session, on its way into the outbox, in its grace.
fn drafts(stage: &Stage) -> BTreeSet<String> {
    let desk = &stage.state;
    let composer = &desk.composer;
    let away = desk.armed.iter().chain(&desk.undoing);
    let away = away.filter_map(|armed| armed.draft.as_deref());
    composer
        .drafts()
        .chain(&composer.discarded)
        .chain(desk.queueing.iter().map(|(draft, _)| &**draft))
        .chain(away)
        .filter(|draft| !draft.is_blank())
        .map(|draft| draft.id.clone())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_history_breaks_the_state_or_the_picture(
        steps in prop::collection::vec(any_step(), 1..120),
        furnished in any::<bool>(),
    ) {
        let stage = if furnished { Stage::furnished(120, 40) } else { Stage::new(80, 24) };
        let mut play = Play::new(stage);
        for step in &steps {
            let before = drafts(&play.stage);
            let open = play.stage.state.composer.draft.as_ref().map(|draft| draft.id.clone());
            play.queued = false;
            play.step(step);
            play.check(step);
            let after = drafts(&play.stage);
            let blank = play.stage.state.composer.draft.iter().map(|draft| draft.id.clone());
            let known: BTreeSet<String> = after.into_iter().chain(blank).collect();
            let gone: Vec<&String> = before.difference(&known).collect();
            prop_assert!(gone.is_empty() || play.queued, "{gone:?} of {open:?} vanished with {step:?}");
        }
        // Drawing twice gives the same picture and leaves the same state; so does the routing.
        let before = format!("{:?}", play.stage.state);
        let route = focus::key_context(&play.stage.state);
        let first = play.stage.picture();
        let second = play.stage.picture();
        prop_assert!(first == second);
        prop_assert_eq!(before, format!("{:?}", play.stage.state));
        prop_assert_eq!(route, focus::key_context(&play.stage.state));
    }

    #[test]
    fn keys_mean_the_same_before_and_after_a_draw(
        keys in prop::collection::vec(any_key(), 1..60),
    ) {
        let mut drawn = Stage::furnished(100, 30);
        let mut blind = drawn.clone();
        for key in keys {
            let _picture = drawn.picture();
            drawn.key(key);
            blind.key(key);
        }
        prop_assert_eq!(format!("{:?}", drawn.state), format!("{:?}", blind.state));
    }

    #[test]
    fn no_row_of_keys_without_digits_confirms_a_review(
        keys in prop::collection::vec(any_key(), 1..80),
        waits in prop::collection::vec(0_i64..700, 80),
    ) {
        let mut stage = with_review(120, 40);
        stage.wait(1000);
        for (key, wait) in keys.into_iter().zip(waits) {
            if matches!(key.code, KeyCode::Char(character) if character.is_ascii_digit()) {
                continue;
            }
            stage.wait(wait);
            stage.key(key);
        }
        let queued = stage.effects.iter().any(|effect| {
            matches!(effect, Effect::Outbox(OutboxCommand::Queue { .. }))
        });
        prop_assert!(!queued);
    }
}

#[test]
fn no_size_from_nothing_to_a_wall_breaks_a_picture() {
    let mut help = Stage::furnished(120, 40);
    help.keys("?");
    let mut palette = Stage::furnished(120, 40);
    palette.keys("Ctrl-p");
    let mut detail = Stage::furnished(120, 40);
    let changed = Box::new(batch(BatchState::Paused, 2));
    detail.event(Event::Outbox(Box::new(OutboxEvent::BatchChanged(changed))));
    detail.keys("4 Enter");
    let mut broken = Stage::furnished(120, 40);
    broken.keys("r");
    broken.answer(Slot::Conversation, Err(no_answer()));
    let stages = vec![
        Stage::new(120, 40),
        Stage::furnished(120, 40),
        with_review(120, 40),
        help,
        palette,
        detail,
        broken,
    ];
    for stage in stages {
        for width in (0..=60).step_by(3).chain((61..=300).step_by(37)) {
            for height in (0..=30).step_by(2).chain((31..=100).step_by(23)) {
                let mut stage = stage.clone();
                stage.event(Event::Resized(width, height));
                let first = stage.picture();
                assert_eq!(first, stage.picture(), "{width}x{height}");
                stage.keys("j k");
                let _moved = screen::rows(&stage.picture());
            }
        }
    }
}

#[test]
fn a_slot_never_waits_for_two_answers() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys("1 r r r");
    let asked: Vec<Ticket> = stage
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Api {
                slot: Slot::UserSearch,
                ticket,
                ..
            } => Some(*ticket),
            _ => None,
        })
        .collect();
    let newest = *asked.last().unwrap();
    for ticket in asked {
        let before = stage.state.users.users.clone();
        let answer = ApiAnswer {
            slot: Slot::UserSearch,
            ticket,
            result: Ok(ApiResponse::Users(Vec::new())),
        };
        stage.event(Event::Api(Box::new(answer)));
        assert_eq!(stage.state.users.users == before, ticket != newest);
    }
    assert!(!stage.state.tickets.is_waiting(Slot::UserSearch));
}

#[test]
fn an_answer_of_the_profile_before_is_never_shown_in_the_next() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys("1 r");
    let (old, _) = stage.asked(Slot::UserSearch).unwrap();
    let mut next = stage.state.profile.clone();
    "other".clone_into(&mut next.name);
    stage.event(Event::ProfileSwitched(Box::new(Ok(next))));
    assert!(stage.effects.contains(&Effect::Cancel(Slot::UserSearch)));
    stage.keys("/");
    stage.text("city=London");
    stage.keys("Enter");
    stage.event(Event::Api(Box::new(ApiAnswer {
        slot: Slot::UserSearch,
        ticket: old,
        result: Ok(ApiResponse::Users(people())),
    })));
    assert!(stage.state.users.rows().is_empty());
}

/// The loop's own rule: take all that is there, then draw once if the pacer lets it.
fn draws(pacer: &mut FramePacer, arrivals: &[Duration]) -> usize {
    let start = clock::steady();
    let mut draws = 0;
    let mut at = 0;
    let mut dirty = false;
    let mut now = start;
    while at < arrivals.len() || dirty {
        while arrivals
            .get(at)
            .is_some_and(|arrival| start + *arrival <= now)
        {
            at += 1;
            dirty = true;
        }
        let wait = pacer.wait(now);
        if dirty && wait.is_zero() {
            pacer.drew(now);
            draws += 1;
            dirty = false;
        }
        now += match arrivals.get(at) {
            Some(arrival) if !dirty => (start + *arrival).saturating_duration_since(now),
            Some(_) | None => wait.max(Duration::from_micros(100)),
        };
    }
    draws
}

#[test]
fn five_hundred_keys_at_once_are_one_picture() {
    let mut pacer = FramePacer::new(clock::steady());
    assert!(draws(&mut pacer, &[Duration::ZERO; 500]) <= 2);
    let mut stage = Stage::furnished(120, 40);
    for _ in 0..500 {
        stage.keys("j");
    }
    assert_eq!(stage.screen(), stage.screen());
}

#[test]
fn nothing_is_set_to_happen_while_nothing_moves() {
    let stages: [fn() -> Stage; 2] = [|| Stage::new(120, 40), || Stage::furnished(120, 40)];
    for begin in stages {
        let mut stage = begin();
        stage.wait(60_000);
        stage.event(Event::Timer(TimerId::Toast));
        stage.effects.clear();
        stage.event(Event::Focus(false));
        stage.event(Event::Timer(TimerId::Follow));
        assert_eq!(stage.effects, Vec::new(), "an idle screen wakes nobody");
    }
}

fn follow_waits(stage: &Stage) -> Vec<u64> {
    let waits = stage.effects.iter().filter_map(|effect| match effect {
        Effect::After {
            delay,
            timer: TimerId::Follow,
        } => Some(delay.as_secs()),
        _ => None,
    });
    waits.collect()
}

#[test]
fn a_conversation_without_a_message_is_looked_at_ever_more_rarely_too() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys("1 j Enter");
    stage.answer_page(Vec::new());
    stage.effects.clear();
    for _ in 0..6 {
        stage.event(Event::Timer(TimerId::Follow));
        stage.answer_page(Vec::new());
    }
    assert_eq!(follow_waits(&stage), [4, 8, 16, 32, 60, 60]);
}

#[test]
fn a_platform_that_ignores_the_start_of_a_range_is_not_asked_every_two_seconds() {
    let mut stage = Stage::furnished(120, 40);
    let page_size = stage.state.settings.page_size as usize;
    stage.effects.clear();
    for _ in 0..6 {
        stage.event(Event::Timer(TimerId::Follow));
        let messages = stage
            .state
            .conversation
            .chat
            .as_ref()
            .unwrap()
            .messages
            .clone();
        let page = ConversationPage {
            messages: messages.clone(),
            received: page_size,
        };
        stage.answer(Slot::Follow, Ok(ApiResponse::Page(page)));
        stage.answer_page(messages);
    }
    assert_eq!(follow_waits(&stage), [4, 8, 16, 32, 60, 60]);
}

#[test]
fn an_open_conversation_is_looked_at_ever_more_rarely_and_only_while_somebody_looks() {
    let mut stage = Stage::furnished(120, 40);
    stage.effects.clear();
    for _ in 0..8 {
        stage.event(Event::Timer(TimerId::Follow));
        let newest = stage
            .state
            .conversation
            .chat
            .as_ref()
            .unwrap()
            .messages
            .len()
            - 1;
        let (_, request) = stage.asked(Slot::Follow).expect("it looks");
        let ApiRequest::ConversationPage(page) = request else {
            panic!("{request:?}");
        };
        assert!(page.since.is_some(), "only what is new");
        let known = stage.state.conversation.chat.as_ref().unwrap().messages[newest].clone();
        let page = ConversationPage {
            messages: vec![known],
            received: 1,
        };
        stage.answer(Slot::Follow, Ok(ApiResponse::Page(page)));
    }
    assert_eq!(follow_waits(&stage), [4, 8, 16, 32, 60, 60, 60, 60]);
    stage.event(Event::Focus(false));
    stage.effects.clear();
    stage.event(Event::Timer(TimerId::Follow));
    assert!(stage.effects.is_empty(), "{:?}", stage.effects);
    stage.event(Event::Focus(true));
    assert!(stage.asked(Slot::Follow).is_some(), "back at once");
}

#[test]
fn a_refused_confirmation_gives_the_draft_back() {
    let mut stage = with_review(120, 40);
    stage.wait(400);
    stage.keys("1 Enter");
    assert!(stage.state.composer.draft.is_none());
    stage.event(Event::OutboxAnswer(Box::new(OutboxAnswer::NotQueued(
        no_answer(),
    ))));
    let draft = stage.state.composer.draft.as_ref().unwrap();
    assert!(
        draft
            .fields
            .iter()
            .any(|field| field.text.text() == "Tue 27 Oct")
    );
}
